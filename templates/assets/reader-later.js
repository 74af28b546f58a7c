// The page of what this browser keeps: articles for later, settings, and everything that is stored.
import { PARTS, store, stored } from "./reader.js";
import { element, focus, later, marksIn, safe, toggle, visit } from "./reader-kept.js";
import "./reader-style.js";

const sheet = new CSSStyleSheet();
sheet.replaceSync(`@layer reader {
.later ol { list-style: none; margin-block: 1rem; }
.later li { padding-block: .5rem; border-top: 1px solid var(--rule); }
.later li p { color: var(--muted); font-size: .875rem; }
.later section { margin-top: 1.5rem; padding-top: .55rem; border-top: 1px solid var(--ink); }
.later h2 { font: 700 1rem/1.5 var(--sans); color: var(--accent); }
.later li h2 { font: 700 1.0625rem/1.45 var(--serif); color: inherit; }
.later li h2 a:not(:hover) { text-decoration: none; }
.later fieldset { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: .5rem 0; padding: 0; border: 0; }
.later legend { padding: .35rem 0 0; color: var(--muted); font-size: .875rem; }
.later label { padding-block: .35rem; }
.later #_none { margin-block: 1rem; }
.later [type=file] { max-width: 100%; font: inherit; }
.later input { accent-color: var(--accent); }
.later .acts { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.25rem; margin-block: .75rem; }
.later button { padding: .35rem .8rem; color: var(--accent); background: none; border: 1px solid var(--accent); font: inherit; cursor: pointer; }
.later li button { padding: .1rem .5rem; border: 0; font-size: .8125rem; }
.later pre { max-height: 20rem; overflow: auto; padding: .75rem; background: var(--raised); font: .8125rem/1.5 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
.later summary { width: fit-content; padding-block: .35rem; cursor: pointer; }
.later #_status { position: sticky; bottom: 0; }
.later #_status:not(:empty) { padding: .5rem .75rem; background: var(--raised); }
}`);
document.adoptedStyleSheets.push(sheet);

const of = (selector) => document.querySelector(selector);
const kept = of("#_kept");
const list = of("#_list");
const settings = [...kept.querySelectorAll("[name=theme], [name=size]")];
const keys = kept.querySelector("[name=keys]");
const status = of("#_status");
const words = kept.dataset;
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** What may be stored of a value that a file has for a part; null for nothing. */
const CHECKED = {
  look: (value) => (isObject(value) ? { theme: String(value.theme), size: Number(value.size) || 100 } : null),
  keys: (value) => (value === false ? false : null),
  later: (value) => later(value).map(({ id, title, language, source, address }) => ({ id, title, language: text(language), source: text(source), address })),
  seen: (value) => marksIn(value).slice(-1000).join(""),
  visit,
};
const text = (value) => (typeof value === "string" ? value.slice(0, 2000) : "");

function itemOf(article) {
  const { title, language, source, address } = article;
  const link = element("a", { href: safe(address).href, lang: language || "und", dir: "auto" }, title);
  const remove = element("button", { type: "button", "aria-label": `${words.remove}: ${title}` }, words.remove);
  const item = element("li", {}, element("h2", {}, link), element("p", {}, text(source), " ", remove));
  remove.addEventListener("click", () => {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    const place = [...list.children].indexOf(next);
    if (toggle({ ...article, address: safe(address).href }) === null) return tell(words.refused);
    tell(words.removed.replace("{title}", () => title));
    if (place >= 0) focus(list.children[Math.min(place, list.children.length - 1)]);
    else of("h1").focus();
  });
  return item;
}

function tell(said) {
  status.textContent = said;
}

function show() {
  const articles = later().reverse();
  list.replaceChildren(...articles.map(itemOf));
  of("#_none").hidden = articles.length > 0;
  const look = stored("look");
  const theme = ["light", "dark"].includes(look?.theme) ? look.theme : "system";
  const size = settings.some(({ value }) => Number(value) === look?.size) ? look.size : 100;
  for (const one of settings) one.checked = one.name === "theme" ? one.value === theme : Number(one.value) === size;
  keys.checked = stored("keys") !== false;
  for (const part of PARTS) {
    const value = stored(part);
    of(`[data-part=${part}]`).textContent = words.bytes.replace("{n}", value === null ? 0 : JSON.stringify(value).length);
  }
  of("pre").textContent = JSON.stringify(everything(), null, 1);
}

const everything = () => Object.fromEntries(PARTS.map((part) => [part, stored(part)]));

for (const one of settings) {
  one.addEventListener("change", () => {
    const look = { theme: "system", size: 100, ...(isObject(stored("look")) && stored("look")) };
    const isStored = store("look", { ...look, [one.name]: one.name === "size" ? Number(one.value) : one.value });
    tell(isStored ? "" : words.refused);
  });
}
keys.addEventListener("change", () => store("keys", keys.checked ? null : false) || tell(words.refused));
of("#_export").addEventListener("click", () => {
  const content = JSON.stringify({ format: 1, ...everything() }, null, 1);
  const address = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  element("a", { href: address, download: "broadsheet.json" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
});
of("#_import").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  if (!file) return;
  try {
    const given = JSON.parse(await file.text());
    if (!isObject(given) || given.format !== 1) throw new Error(file.name);
    const isStored = PARTS.every((part) => !(part in given) || store(part, CHECKED[part](given[part])));
    tell(isStored ? words.imported : words.refused);
  } catch {
    tell(words.unfit);
  }
  target.value = "";
});
of("#_erase").addEventListener("click", () => {
  if (confirm(words.erase)) for (const part of PARTS) store(part, null);
});
addEventListener("storage", show);
addEventListener("pageshow", show);
of("h1").tabIndex = -1;
kept.hidden = false;
show();
if (location.hash) of(`#${CSS.escape(location.hash.slice(1))}`)?.scrollIntoView();
