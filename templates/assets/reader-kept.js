// What a browser knows of articles: which were opened, are kept for later, or are new since the last visit.
import { root, store, stored } from "./reader.js";

const LATER = 200;
const SEEN = 1000;
const AWAY = 30 * 60_000;
const TOUCHED = 15_000;
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** 30 bits of the CRC-32 of an article's id as five characters, as in `later/new.json`. */
export function markOf(id) {
  let crc = -1;
  for (const byte of new TextEncoder().encode(id)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 && 0xedb88320);
  }
  return [24, 18, 12, 6, 0].map((shift) => DIGITS[(~crc >>> shift) & 63]).join("");
}

/** The marks that follow each other in a text. */
export const marksIn = (text) => (typeof text === "string" && text.match(/[\w-]{5}/g)) || [];

/** The marks of articles that were opened, the last one last. */
export const seen = () => marksIn(stored("seen"));

export function see(id) {
  const mark = markOf(id);
  const last = seen();
  if (last.at(-1) !== mark) store("seen", [...last.filter((one) => one !== mark), mark].slice(-SEEN).join(""));
}

/** An address of the site or of the web; else null. What is stored may come from anywhere. */
export function safe(address) {
  try {
    const url = new URL(address, root);
    return /^https?:$/.test(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** The articles kept for later, the last one last: `{ id, title, language, source, address }`. */
export function later(value = stored("later")) {
  const isText = (one) => typeof one === "string" && one.length <= 2000;
  const isWhole = (one) => one && [one.id, one.title, one.address].every(isText) && one.id && safe(one.address);
  return Array.isArray(value) ? value.filter(isWhole).slice(-LATER) : [];
}

/** Keep an article for later, or no longer. Returns whether it is kept now; null if that cannot be stored. */
export function toggle(article) {
  const last = later();
  const others = last.filter(({ id }) => id !== article.id);
  const isKept = others.length === last.length;
  const { href } = new URL(article.address, location);
  const address = href.startsWith(root.href) ? href.slice(root.href.length) : href;
  return store("later", isKept ? [...others, { ...article, address }].slice(-LATER) : others) ? isKept : null;
}

/**
 * The present visit: `{ at, before, since, listed, known, fresh }`. When it was last noticed, when the one before
 * ended, the first day that was listed then and that is listed now, the marks listed then, and those listed since.
 */
export function visit(value = stored("visit")) {
  const isDay = (one) => /^\d{4}-\d\d-\d\d$/.test(one);
  const isWhole = value && [value.at, value.before].every(Number.isFinite) && isDay(value.since) && isDay(value.listed);
  return isWhole ? { ...value, known: marksIn(value.known).join(""), fresh: marksIn(value.fresh).join("") } : null;
}

/** Note that the reader is here. After half an hour away, another visit begins, with all that was listed known. */
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

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
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

/** Tell readers who hear the page what happened. */
export function say(text) {
  said.textContent = "";
  setTimeout(() => (said.textContent = text), 50);
}
