// The page of what this browser keeps: articles for later, settings, all that is stored.
import { PARTS, element, root, store, stored } from "./reader.js";
import { button, focus, follow, later, marksIn, of, safe, toggle, visit } from "./reader-kept.js";

const kept = of("#_kept");
const list = of("#_list");
const settings = [...kept.querySelectorAll("[name=theme], [name=size]")];
const keys = kept.querySelector("[name=keys]");
const status = of("#_status");
const words = kept.dataset;
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** What may be stored of a part of a file; null for nothing. */
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
  const remove = () => {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    const place = [...list.children].indexOf(next);
    if (toggle({ ...article, address: safe(address).href }) === null) return tell(words.refused);
    tell(words.removed.replace("{title}", () => title));
    if (place >= 0) focus(list.children[Math.min(place, list.children.length - 1)]);
    else of("h1").focus();
  };
  const drop = button(words.remove, remove, { "aria-label": `${words.remove}: ${title}` });
  const item = element("li", {}, element("h2", {}, link), element("p", {}, text(source), " ", drop));
  return item;
}

const tell = (said) => (status.textContent = said);

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
  if (!confirm(words.erase)) return;
  for (const part of PARTS) store(part, null);
  try {
    const places = Object.keys(sessionStorage).filter((key) => key.startsWith(`${root.pathname}search/`));
    for (const place of places) sessionStorage.removeItem(place); // where results stood
  } catch {
    // refused: then nothing stands there
  }
});
of("h1").tabIndex = -1;
kept.hidden = false;
follow(show);
if (location.hash) of(`#${CSS.escape(location.hash.slice(1))}`)?.scrollIntoView();
