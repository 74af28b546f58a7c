// Articles opened, kept, or new.
import { crcOf, element, root, store, stored } from "./reader.js";
import words from "./reader-words.js";

export const LATER = 200;
export const SEEN = 1000;
const AWAY = 30 * 60_000;
const TOUCHED = 15_000;
export const ITEMS = ".items > li[id], .day ol > li[id], #_list > li";

/** An article's mark, as in `later/new.json`. */
export function markOf(id) {
  const crc = crcOf(id) << 2;
  const bytes = [24, 16, 8, 0].map((shift) => (crc >>> shift) & 255);
  return btoa(String.fromCharCode(...bytes)).slice(0, 5).replaceAll("+", "-").replaceAll("/", "_");
}

export const of = (selector) => document.querySelector(selector);

export const idOf = (item) => item.id.replace("_", "");

export const linkOf = (item) => item.querySelector(":scope > a, :scope > :is(h2, h3) a");

export const marksIn = (text) => (typeof text === "string" && text.match(/[\w-]{5}/g)) || [];

export const seen = () => marksIn(stored("seen"));

export function see(id) {
  const mark = markOf(id);
  const last = seen();
  if (last.at(-1) !== mark) store("seen", [...last.filter((one) => one !== mark), mark].slice(-SEEN).join(""));
}

/** An address of the web; else null. */
export function safe(address) {
  try {
    const url = new URL(address, root);
    return /^https?:$/.test(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

export function later(value = stored("later")) {
  const isText = (one) => typeof one === "string" && one.length <= 2e4;
  const isWhole = (one) =>
    one && [one.id, one.title, one.language, one.source, one.address].every(isText) && /^[a-z\d-]+$/.test(one.id) && safe(one.address);
  return Array.isArray(value) ? value.filter(isWhole).slice(-LATER) : [];
}

/** Keep an article, or no longer. Returns the name of the message. */
export function toggle(article) {
  const last = later();
  const next = last.filter(({ id }) => id !== article.id);
  const isKept = next.length === last.length;
  if (isKept && last.length === LATER) return "full";
  const { href } = new URL(article.address, location);
  if (isKept) next.push({ ...article, address: href.replace(root.href, "") });
  return !store("later", next) ? "refused" : isKept ? "kept" : "dropped";
}

/** The present visit; null if nothing is known of it. docs/decisions/28-reader.md says what it has. */
export function visit(value = stored("visit")) {
  const { at, before, since, listed, known, fresh } = value ?? {};
  const isWhole = [at, before].every((time) => Number.isInteger(time) && new Date(time) > 0) && [since, listed].every((day) => /^[\d-]{10}$/.test(day));
  return isWhole ? { at, before, since, listed, known: marksIn(known).join(""), fresh: marksIn(fresh).join("") } : null;
}

/** Note that the reader is here: after half an hour away, in another visit. */
function touch() {
  const last = visit();
  const at = Date.now();
  const away = Math.abs(at - last?.at);
  if (!(away >= TOUCHED)) return;
  const next = { before: last.at, since: last.listed, known: last.known + last.fresh, fresh: "" };
  store("visit", { ...last, at, ...(away > AWAY && next) });
}

for (const name of ["scroll", "pointerdown", "keydown", "visibilitychange", "pageshow"]) {
  addEventListener(name, touch, { passive: true, capture: true });
}
touch();

export function follow(show) {
  addEventListener("storage", show);
  addEventListener("pageshow", ({ persisted }) => persisted && show());
  show();
}

function open({ target, button }) {
  const link = target.closest?.("a");
  const item = link?.closest(ITEMS);
  if (!item || button > 1) return;
  const isOriginal = link.closest("p")?.parentElement === item && !link.href.startsWith(root.href);
  if (link !== linkOf(item) && !isOriginal) return;
  see(idOf(link) || idOf(item));
  history.replaceState({ ...history.state, left: item.id }, "");
}
document.addEventListener("click", open);
document.addEventListener("auxclick", open);

export function button(text, act, attributes) {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}

export function focus(place) {
  let fold = place.parentElement;
  while ((fold = fold.parentElement.closest("details"))) fold.open = true;
  const target = linkOf(place) ?? place;
  if (target.tabIndex < 0) target.tabIndex = -1;
  target.focus({ focusVisible: true });
  target.scrollIntoView({ block: "nearest" });
}

/** Focus the item that was left, or that the address names. */
export function refocus({ persisted } = {}) {
  const [{ type }] = performance.getEntriesByType("navigation");
  const id = persisted || type === "back_forward" ? history.state?.left : type === "navigate" && location.hash.slice(1);
  const item = id && document.getElementById(id)?.closest(ITEMS);
  if (item && document.activeElement === document.body) focus(item);
}
addEventListener("pageshow", (event) => event.persisted && refocus(event));

const said = document.body.appendChild(element("p", { class: "_hidden", role: "status" }));

/** Announce a text to screen readers, or show it to all. */
export function say(text, isShown) {
  said.textContent = "";
  said.className = "_hidden";
  setTimeout(() => {
    said.textContent = text;
    if (isShown) said.className = "_said";
  }, 50);
}

export function keep(article) {
  const outcome = toggle(article);
  say(words[outcome], ["refused", "full"].includes(outcome));
}

// Nothing is added before it is known how it looks.
const sheet = element("link", { rel: "stylesheet", href: new URL("reader.css", import.meta.url) });
document.head.prepend(sheet);
await new Promise((done) => (sheet.onload = sheet.onerror = done));
