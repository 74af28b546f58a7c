// The module of every page: what this browser stores, and which other modules the page needs.

/** Sites of one host do not share what they store. */
export const root = new URL("../", import.meta.url);
/** Damage costs one of these. */
export const PARTS = ["look", "keys", "later", "seen", "visit"];
const KEYS = new Set("jkovb[]l/g?");
const keyOf = (part) => `broadsheet ${root.pathname} ${part}`;

/** What is stored under a part; null if nothing can be read. */
export function stored(part) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(part)));
  } catch {
    return null;
  }
}

/** Store a part, or erase it with null. Returns whether that was possible. */
export function store(part, value) {
  try {
    if (value === null) localStorage.removeItem(keyOf(part));
    else localStorage.setItem(keyOf(part), JSON.stringify(value));
  } catch {
    return false;
  }
  dispatchEvent(new Event("storage"));
  return true;
}

/** The CRC-32 of a text. */
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

const kind = document.querySelector("main").classList;
if (kind.contains("later")) import("./reader-later.js");
else if (document.querySelector("#_tools")) import("./reader-article.js");
else if (!kind.contains("search") && !kind.contains("reading")) import("./reader-lists.js");

let keys = null;
addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.keyCode === 229) return;
  if (target.isContentEditable || target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, dialog")) return;
  if (event.defaultPrevented || !(KEYS.has(event.key) || keys) || stored("keys") === false) return;
  if (event.key === "/") event.preventDefault(); // browsers that search the page by it
  keys ??= import("./reader-keys.js");
  keys.then(({ press }) => press(event.key));
});
