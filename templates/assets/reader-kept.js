// Which articles were opened, are kept for later, or are new since the last visit.
import { root, store, stored } from "./reader.js";
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
  let crc = -1;
  for (const byte of new TextEncoder().encode(id)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 && 0xedb88320);
  }
  return [24, 18, 12, 6, 0].map((shift) => DIGITS[(~crc >>> shift) & 63]).join("");
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

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
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

// How added parts look. In a layer, so that a site's own styles win.
const sheet = new CSSStyleSheet();
sheet.replaceSync(`@layer reader {
._hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
li:is(._new, ._seen, ._later), li:has(> ._star) { position: relative; }
li._new::before { content: ""; position: absolute; inset-block: .3rem; inset-inline-start: -.6rem; border-inline-start: 3px solid var(--accent); }
li._seen { color: var(--visited); }
li._seen::before { content: "✓" / ""; position: absolute; inset-block-start: .2rem; inset-inline-start: -.85rem; color: var(--muted); font: .75rem/1.6 var(--sans); }
:is(._bar, ._tools, dialog) button, ._star { font: inherit; color: inherit; background: none; border: 0; cursor: pointer; }
._star { position: absolute; inset-block-start: 0; inset-inline-end: -.35rem; width: 1.75rem; height: 1.75rem; padding: 0; background: var(--paper); color: var(--muted); font: 1.1rem/1 var(--sans); }
._star::before { content: "☆" / ""; }
._star[aria-pressed=true] { color: var(--accent); }
._star[aria-pressed=true]::before { content: "★" / ""; }
._plus { position: absolute; margin-inline-start: .4em; color: var(--accent); font: 700 .75rem/1 var(--sans); }
.months a:has(._plus), .numbers td:has(._plus) { position: relative; }
.months ._plus { inset-block-start: .35rem; inset-inline-end: .35rem; }
.numbers ._plus { inset-inline-start: 0; margin: .3rem 0 0; font-size: .6875rem; }
._bar { position: fixed; inset-block-end: .75rem; inset-inline-end: .75rem; z-index: 2; display: flex; flex-wrap: wrap; align-items: center; gap: 0 .25rem; max-width: calc(100vw - 1.5rem); padding: .15rem .35rem .15rem .85rem; background: var(--raised); border: 1px solid var(--ink); font-size: .875rem; }
._bar p { padding-inline-end: .5rem; }
._bar ._since { color: var(--muted); }
:is(._bar, ._tools, dialog) button { min-height: 2.25rem; padding: 0 .6rem; color: var(--accent); }
:is(._bar, ._tools, dialog, .later) button:hover { text-decoration: underline; }
html._barred { scroll-padding-block: 3rem 4rem; }
._tools { display: flex; flex-wrap: wrap; margin-inline: -.6rem; font-size: .875rem; }
dialog { max-width: min(32rem, 92vw); padding: 1rem 1.25rem; color: var(--ink); background: var(--paper); border: 1px solid var(--ink); }
dialog::backdrop { background: #0006; }
dialog h2 { font-size: 1.125rem; }
dialog dl { display: grid; grid-template-columns: auto 1fr; gap: .3rem 1rem; padding-block: .75rem; }
dialog p { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .5rem; }
kbd { padding: .05em .4em; border: 1px solid var(--muted); font: .875em var(--mono); }
@media (max-width: 47.99rem) {
.day :is(.columns, details) li > ._star { height: 2.75rem; }
.day :is(.columns, details) li._seen::before { inset-block-start: .75rem; }
._bar { inset-inline: .5rem; inset-block-end: .5rem; }
._bar p { flex: 1; }
._bar ._since { display: none; }
}
@media (hover: none) { ._star { inset-inline-end: -.6rem; width: 2.2rem; } }
@media print { ._bar, ._star, ._tools, dialog, ._plus { display: none; } li:is(._new, ._seen)::before { content: none; } }
}`);
document.adoptedStyleSheets.push(sheet);
