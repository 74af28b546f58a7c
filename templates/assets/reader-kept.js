// Which articles were opened, are kept for later, or are new since the last visit.
import { crcOf, element, root, store, stored } from "./reader.js";
import words from "./reader-words.js";

const LATER = 200;
const SEEN = 1000;
const AWAY = 30 * 60_000;
const TOUCHED = 15_000;
/** The last moment that can be shown. */
const LATEST = 8.64e15;
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** 30 bits of the CRC-32 of an article's id as five characters, as in `later/new.json`. */
export function markOf(id) {
  const crc = crcOf(id);
  return [24, 18, 12, 6, 0].map((shift) => DIGITS[(crc >>> shift) & 63]).join("");
}

export const of = (selector) => document.querySelector(selector);

/** The marks that follow each other in a text. */
export const marksIn = (text) => (typeof text === "string" && text.match(/[\w-]{5}/g)) || [];

/** The marks of opened articles, the last one last. */
export const seen = () => marksIn(stored("seen"));

export function see(id) {
  const mark = markOf(id);
  const last = seen();
  if (last.at(-1) !== mark) store("seen", [...last.filter((one) => one !== mark), mark].slice(-SEEN).join(""));
}

/** An address of the web; else null. What is stored may come from anywhere. */
export function safe(address) {
  try {
    const url = new URL(address, root);
    return /^https?:$/.test(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** The articles kept for later: `{ id, title, language, source, address }`. */
export function later(value = stored("later")) {
  const isText = (one) => typeof one === "string" && one.length <= 2000;
  const isWhole = (one) => one && [one.id, one.title, one.address].every(isText) && one.id && safe(one.address);
  return Array.isArray(value) ? value.filter(isWhole).slice(-LATER) : [];
}

/** Keep an article, or no longer. Returns whether it is kept now; null if that cannot be stored. */
export function toggle(article) {
  const last = later();
  const others = last.filter(({ id }) => id !== article.id);
  const isKept = others.length === last.length;
  const { href } = new URL(article.address, location);
  const address = href.startsWith(root.href) ? href.slice(root.href.length) : href;
  return store("later", isKept ? [...others, { ...article, address }].slice(-LATER) : others) ? isKept : null;
}

/** Keep an article, or no longer, and say so. */
export function keep(article) {
  const isKept = toggle(article);
  say(isKept === null ? words.refused : isKept ? words.kept : words.dropped);
}

/**
 * The present visit: when it was last noticed, when the one before ended, the first day listed then and now, the marks
 * listed then and since.
 */
export function visit(value = stored("visit")) {
  const { at, before, since, listed } = value ?? {};
  const isWhole = [at, before].every((time) => Number.isInteger(time) && Math.abs(time) <= LATEST) && [since, listed].every((day) => /^\d{4}-\d\d-\d\d$/.test(day));
  return isWhole ? { ...value, known: marksIn(value.known).join(""), fresh: marksIn(value.fresh).join("") } : null;
}

/** Note that the reader is here. After half an hour away, another visit begins. */
export function touch() {
  const last = visit();
  const at = Date.now();
  if (!last || Math.abs(at - last.at) < TOUCHED) return;
  const isOver = Math.abs(at - last.at) > AWAY;
  const next = { before: last.at, since: last.listed, known: last.known + last.fresh, fresh: "" };
  store("visit", { ...last, at, ...(isOver && next) });
}

for (const name of ["scroll", "pointerdown", "keydown", "visibilitychange", "pageshow"]) {
  addEventListener(name, touch, { passive: true, capture: true });
}
touch();

/** Show what is stored, now and when another tab or page has changed it. */
export function follow(show) {
  addEventListener("storage", show);
  addEventListener("pageshow", ({ persisted }) => persisted && show());
  show();
}

export function button(text, act, attributes) {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", () => act(made));
  return made;
}

/** The link of an item's title; null if nothing can be opened. */
export const linkOf = (place) => place.querySelector(":scope > a, :scope > :is(h2, h3) a");

/** Give an item the focus, and open what hides it. */
export function focus(place) {
  const isFold = place.matches("summary");
  const around = isFold ? place.parentElement.parentElement : place;
  for (let fold = around.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  const target = linkOf(place) ?? place;
  if (target === place && !isFold) place.tabIndex = -1;
  target.focus({ focusVisible: true });
  target.scrollIntoView({ block: "nearest" });
}

const said = document.body.appendChild(element("p", { class: "_hidden", role: "status" }));

/** Tell readers who hear the page. */
export function say(text) {
  said.textContent = "";
  setTimeout(() => (said.textContent = text), 50);
}

// How added parts look: nothing is added before that is known.
const sheet = element("link", { rel: "stylesheet", href: new URL("reader.css", import.meta.url) });
document.head.prepend(sheet);
await new Promise((done) => (sheet.onload = sheet.onerror = done));
