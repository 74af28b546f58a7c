// What keys do. `reader.js` hands over those that no field wants.
import { element, root, store, stored } from "./reader.js";
import { button, focus, linkOf, of } from "./reader-kept.js";
import words from "./reader-words.js";

const PLACES = ".items > li, .day ol > li, .day details > summary";
const AFTER_G = 1500;
const go = (link) => link && location.assign(link.href);
/** The link in the navigation to a folder. */
const entry = (folder) =>
  [...document.querySelectorAll(".masthead nav a")].find(({ href }) => href.replace(/index\.html$/, "") === root.href + folder);
const tools = () => of("#_tools button");
let afterG = 0;

const places = () => [...document.querySelectorAll(PLACES)].filter((one) => one.offsetParent && !one.closest("nav"));
const current = () => document.activeElement?.closest?.(PLACES);

function move(step) {
  const all = places();
  const at = all.indexOf(current());
  // Without a current item, the first in view.
  const from = at < 0 ? all.findIndex((one) => one.getBoundingClientRect().top >= 0) - (step > 0 ? 1 : 0) : at;
  const next = all[Math.min(Math.max(from + step, 0), all.length - 1)];
  if (next) focus(next);
}

function read() {
  const place = current();
  if (place?.matches("summary")) place.click();
  else if (place) linkOf(place)?.click();
}

/** Open the original; of an item that leads to our page, the one that that page names. */
async function original() {
  const place = current();
  const link = place ? place.querySelector("a[rel=external]") ?? linkOf(place) : of(".byline a[rel=external]");
  if (!link) return;
  if (!link.href.startsWith(root.href)) return link.click();
  const own = [...place.querySelectorAll("p a")].find((one) => one.textContent.endsWith("↗"));
  if (own) return own.click();
  const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), "text/html");
  const item = page.getElementById(link.hash.slice(1)); // of a list; null in a page of its own
  const named = item ? linkOf(item) : page.querySelector(".byline a[rel=external]");
  const href = named?.getAttribute("href") ?? "";
  if (/^https?:/i.test(href)) location.assign(href);
}

/** Go back to the list, else to the article's day. */
function back() {
  const isFromList = document.referrer.startsWith(root.href) && !/\/(articles)\//.test(document.referrer.slice(root.href.length - 1));
  const link = of(".back a, .kicker a");
  if (of(".reading .back") && isFromList && history.length > 1) history.back();
  else go(link);
}

function keep() {
  if (tools()) tools().click();
  else current()?.dispatchEvent(new Event("keep", { bubbles: true }));
}

function search() {
  const box = of("#_search [name=q]");
  if (box) box.focus();
  else go(entry("search/"));
}

function help() {
  const isKept = !of("main:is(.search, .later)");
  const rows = words.keys.filter(([key]) => key !== "l" || isKept).flatMap(([keys, does]) => [
    element("dt", {}, ...keys.split(" ").flatMap((key) => [element("kbd", {}, key), " "])),
    element("dd", {}, does),
  ]);
  const off = button(words.off, () => (store("keys", false), dialog.close()));
  const close = button(words.close, () => dialog.close(), { autofocus: "" });
  const dialog = element(
    "dialog",
    { "aria-labelledby": "_keys" },
    element("h2", { id: "_keys" }, words.allKeys),
    element("dl", {}, ...rows),
    element("p", {}, off, close),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  o: read,
  v: original,
  b: back,
  "[": () => go(of("main a[rel=prev]")),
  "]": () => go(of("main a[rel=next]")),
  l: keep,
  "/": search,
  "?": help,
};
const GO = { d: "", s: "sources/", t: "tags/", l: "later/" };

export function press(key) {
  const isAfterG = Date.now() - afterG < AFTER_G;
  afterG = key === "g" ? Date.now() : 0;
  if (isAfterG && Object.hasOwn(GO, key)) go(entry(GO[key]));
  else if (Object.hasOwn(KEYS, key) && stored("keys") !== false) KEYS[key]();
}
