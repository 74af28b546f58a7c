// What this browser stores, and which other modules the page needs.

/** Sites of one host do not share what they store. */
export const root = new URL("../", import.meta.url);
export const PARTS = ["look", "keys", "later", "seen", "visit"];
const KEYS = new Set("jkovb[]l/g?");
export const keyOf = (part) => `broadsheet ${root.pathname} ${part}`;

/** What is stored under a part; null if nothing can be read. */
export function stored(part, storage = "localStorage") {
  try {
    return JSON.parse(window[storage].getItem(keyOf(part)));
  } catch {
    return null;
  }
}

/** Store a part, or erase it with null. Returns whether that was possible. */
export function store(part, value, storage = "localStorage") {
  try {
    if (value === null) window[storage].removeItem(keyOf(part));
    else window[storage].setItem(keyOf(part), JSON.stringify(value));
  } catch {
    return false;
  }
  dispatchEvent(new Event("storage"));
  return true;
}

export function crcOf(data, before = 0) {
  let crc = ~before;
  for (const byte of typeof data === "string" ? new TextEncoder().encode(data) : data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 && 0xedb88320);
  }
  return ~crc >>> 0;
}

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const of = (selector) => document.querySelector(selector);
if (of("main.later")) import("./reader-later.js");
else if (of("#_tools")) import("./reader-article.js");
else if (of("main.search")) document.addEventListener("items:added", () => import("./reader-lists.js"), { once: true });
else if (!of("main.reading")) import("./reader-lists.js");

export const entry = (folder) =>
  [...document.querySelectorAll(".masthead nav a")].find(({ href }) => href.replace(/index\.html$/, "") === root.href + folder);

let keys = null;
addEventListener("keydown", (event) => {
  const { target, key } = event;
  // AltGr, and Option on a Mac, type what some layouts have nowhere else.
  const isTyped = /Mac|iP/.test(navigator.platform) ? !event.ctrlKey : event.getModifierState("AltGraph");
  if (event.metaKey || ((event.ctrlKey || event.altKey) && !isTyped) || event.isComposing || event.keyCode === 229) return;
  if (target.isContentEditable || target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, dialog")) return;
  if (event.defaultPrevented || !(KEYS.has(key) || keys) || stored("keys") === false) return;
  if (key === "/" && entry("search/")) event.preventDefault(); // browsers that search the page by it
  keys ??= import("./reader-keys.js");
  keys.then(({ press }) => press(key));
});
