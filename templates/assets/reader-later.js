// The page of what this browser keeps: articles for later, settings, all that is stored.
import { PARTS, element, keyOf, store, stored } from "./reader.js";
import { LATER, SEEN, button, focus, follow, later, marksIn, of, refocus, safe, seen, toggle, visit } from "./reader-kept.js";

const kept = of("#_kept");
const list = of("#_list");
const settings = [...kept.querySelectorAll("[name=theme], [name=size]")];
const keys = kept.querySelector("[name=keys]");
const words = kept.dataset;
const tell = (said) => (of("#_status").textContent = said);

const { dataset, style } = document.documentElement;
const everything = () => Object.fromEntries(PARTS.map((part) => [part, stored(part)]));
const chosen = (name) => kept.querySelector(`[name=${name}]:checked`).value;

function withOwn(articles) {
  const own = later();
  return [...later(articles).filter(({ id }) => !own.some((one) => one.id === id)), ...own];
}

/** What is stored of a part after a file is added. */
function merged(part, value = null) {
  if (part === "later") return withOwn(value).slice(-LATER);
  if (part === "seen") return [...new Set([...marksIn(value), ...seen()])].slice(-SEEN).join("");
  return part === "visit" ? visit() ?? visit(value) : stored(part) ?? value;
}

function itemOf(article) {
  const { id, title, language, source } = article;
  const { href } = safe(article.address);
  const link = element("a", { href, lang: language || "und", dir: "auto" }, title);
  const remove = () => {
    const at = [...list.children].indexOf(item);
    if (toggle({ ...article, address: href }) !== "dropped") return tell(words.refused);
    tell(words.removed.replace("{title}", () => title));
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
  try {
    const given = JSON.parse(await target.files[0].text());
    if (given.format !== 1) throw new Error(words.unfit);
    const left = withOwn(given.later ?? []).length - LATER;
    const isStored = PARTS.every((part) => store(part, merged(part, given[part])));
    tell(!isStored ? words.refused : left > 0 ? words.left.replace("{n}", left) : words.imported);
  } catch {
    tell(words.unfit);
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
    // refused: then nothing stands there
  }
});
of("h1").tabIndex = -1;
kept.hidden = false;
follow(show);
if (location.hash) of(`#${CSS.escape(location.hash.slice(1))}`)?.scrollIntoView();
refocus();
