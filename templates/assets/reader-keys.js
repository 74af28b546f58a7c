// What keys do.
import { element, entry, root, store, stored } from "./reader.js";
import { ITEMS, button, focus, linkOf, of } from "./reader-kept.js";
import words from "./reader-words.js";

const PLACES = `${ITEMS}, .day details > summary`;
const AFTER_G = 1500;
let afterG = 0;

const go = (link, hash = "") => link && location.assign(link.href + hash);
const above = () => of(".back a, .kicker a");
const toward = (rel) => of(`main a[rel=${rel}]`);
const original = (page) => page.querySelector(".byline a[rel=external]");
const isOutside = ({ href }) => !href.startsWith(root.href);

const places = () => [...document.querySelectorAll(PLACES)].filter((one) => one.offsetParent && !one.closest("nav"));
const current = () => document.activeElement?.closest(PLACES);

function move(step) {
  const all = places();
  const at = all.indexOf(current());
  const from = at < 0 ? all.findIndex((one) => one.getBoundingClientRect().top >= 0) - (step > 0 ? 1 : 0) : at;
  const next = all[Math.min(Math.max(from + step, 0), all.length - 1)];
  if (next) focus(next);
}

function read() {
  const place = current();
  if (place) (linkOf(place) ?? place).click();
}

/** Open the original; of an item that leads to our page, the one that that page names. */
async function visit() {
  const place = current();
  const named = place ? [...place.querySelectorAll(":scope > p:not(.also) > a")].find(isOutside) : original(document);
  const link = named ?? (place && linkOf(place));
  if (!link || isOutside(link)) return link?.click();
  const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), "text/html");
  const item = page.getElementById(link.hash.slice(1)); // of a list; null in a page of its own
  const href = (item ? linkOf(item) ?? item : original(page))?.getAttribute("href");
  if (!/^https?:/i.test(href)) return;
  const made = place.appendChild(element("p", { hidden: "" }, element("a", { href })));
  made.firstChild.click(); // counts as opened
  made.remove();
}

/** Go back to the list, else to the article's day. */
function back() {
  const { referrer } = document;
  const isFromList = referrer.startsWith(root.href) && !referrer.startsWith(`${root.href}articles/`) && !location.hash;
  if (of(".reading .back") && isFromList && history.length > 1) history.back();
  else go(above());
}

function search() {
  const box = of("#_search [name=q]");
  if (box) box.focus();
  else go(entry("search/"), "#_search");
}

function help() {
  const item = places()[0];
  const works = {
    j: item,
    o: item,
    v: item ?? original(document),
    b: above(),
    "[": toward("prev") ?? toward("next"),
    l: of("#_tools button, main li button"),
    "/": entry("search/"),
    "?": true,
  };
  const rows = words.keys.filter(([keys]) => works[keys[0]] ?? entry(GO[keys[2]])).flatMap(([keys, does]) => [
    element("dt", {}, ...keys.split(" ").flatMap((key) => [element("kbd", {}, key), " "])),
    element("dd", {}, does),
  ]);
  const turnOff = () => {
    store("keys", false);
    dialog.close();
  };
  const off = button(words.off, turnOff);
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
  v: visit,
  b: back,
  "[": () => go(toward("prev")),
  "]": () => go(toward("next")),
  l: () => (of("#_tools button") ?? current()?.querySelector("button"))?.click(),
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
