// The page of all that is stored.
import { PARTS, element, keyOf, store, stored } from "./reader.js";
import { LATER, SEEN, button, focus, follow, later, marksIn, of, refocus, safe, seen, toggle, visit } from "./reader-kept.js";

const kept = of("#_kept");
const list = of("#_list");
const settings = [...kept.querySelectorAll("[name=theme], [name=size]")];
const keys = kept.querySelector("[name=keys]");
const words = kept.dataset;
const report = (text) => (of("#_status").textContent = text);

const { dataset, style } = document.documentElement;
const everything = () => Object.fromEntries(PARTS.map((part) => [part, stored(part)]));
const chosen = (name) => kept.querySelector(`[name=${name}]:checked`).value;

const isChoice = (name, value) => settings.some((one) => one.name === name && one.value === `${value}`);

/** What can be used of a part, without doubles; null if nothing can. */
function usable(part, value) {
  if (part === "later") return [...new Map(later(value).map((one) => [one.id, one])).values()];
  if (part === "seen") return [...new Set(marksIn(value))];
  if (part === "visit") return visit(value);
  if (part === "keys") return value === false ? value : null;
  const { theme, size } = value ?? {};
  return isChoice("theme", theme) && isChoice("size", size) ? { theme: `${theme}`, size: Number(size) } : null;
}

/** What a part and that of a file are together. */
function merged(part, given) {
  const own = usable(part, stored(part));
  if (part === "later") return [...given.filter(({ id }) => !own.some((one) => one.id === id)), ...own];
  if (part === "seen") return [...new Set([...given, ...own])].slice(-SEEN).join("");
  return own ?? given;
}

function itemOf(article) {
  const { id, title, language, source } = article;
  const { href } = safe(article.address);
  const link = element("a", { href, lang: language || "und", dir: "auto" }, title);
  const remove = () => {
    const at = [...list.children].indexOf(item);
    if (toggle({ ...article, address: href }) !== "dropped") return report(words.refused);
    report(words.removed.replace("{title}", () => title));
    const next = list.children[at] ?? list.lastElementChild;
    if (next) focus(next);
    else of("h1").focus();
  };
  const drop = button(words.remove, remove, { "aria-label": `${words.remove}: ${title}` });
  const item = element("li", { id }, element("h2", {}, link), element("p", {}, source, " ", drop));
  return item;
}

let shown = "";

function show() {
  const articles = later().reverse();
  const text = JSON.stringify(articles);
  if (shown !== text) list.replaceChildren(...articles.map(itemOf)); // else a button stays while it is pressed
  shown = text;
  of("#_none").hidden = articles.length > 0;
  of("#_full").hidden = articles.length < LATER;
  for (const one of settings) one.checked = [dataset.theme, parseInt(style.fontSize || 100)].some((value) => one.value === `${value}`);
  keys.checked = stored("keys") !== false;
  for (const part of PARTS) {
    const value = stored(part);
    of(`[data-part=${part}]`).textContent = words.bytes.replace("{n}", value === null ? 0 : JSON.stringify(value).length);
  }
  of("pre").textContent = JSON.stringify(everything(), null, 1);
}

for (const one of settings) {
  one.addEventListener("change", () => {
    const isStored = store("look", { theme: chosen("theme"), size: Number(chosen("size")) });
    report(isStored ? "" : words.refused);
    show(); // without storage, as it was
  });
}
keys.addEventListener("change", () => {
  if (!store("keys", keys.checked ? null : false)) report(words.refused);
  show();
});
of("#_export").addEventListener("click", () => {
  const content = JSON.stringify({ format: 1, ...everything() }, null, 1);
  const address = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  element("a", { href: address, download: "broadsheet.json" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
});
of("#_import").addEventListener("change", async ({ target }) => {
  try {
    const given = JSON.parse(await target.files[0].text());
    const parts = Object.fromEntries(PARTS.map((part) => [part, usable(part, given[part] ?? null)]));
    if (given.format !== 1 || Object.values(parts).every((one) => one === null || one.length === 0)) throw new Error(words.unfit);
    const all = merged("later", parts.later);
    const left = all.length - LATER;
    const isStored = PARTS.every((part) => store(part, part === "later" ? all.slice(-LATER) : merged(part, parts[part])));
    report(!isStored ? words.refused : left > 0 ? words.left.replace("{n}", left) : words.imported);
  } catch {
    report(words.unfit);
  }
  target.value = "";
});
of("#_erase").addEventListener("click", () => {
  if (!confirm(words.erase)) return;
  for (const part of PARTS) store(part, null);
  try {
    const places = Object.keys(sessionStorage).filter((key) => key.startsWith(keyOf("")));
    for (const place of places) sessionStorage.removeItem(place); // where results stood
  } catch {
    // refused
  }
});
of("h1").tabIndex = -1;
of("#_without").hidden = true;
kept.hidden = false;
follow(show);
if (location.hash) of(`#${CSS.escape(location.hash.slice(1))}`)?.scrollIntoView();
refocus();
