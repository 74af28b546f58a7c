// Marks in lists of articles.
import { element, root, store, stored } from "./reader.js";
import { ITEMS, button, focus, follow, idOf, keep, later, linkOf, markOf, marksIn, of, refocus, say, seen, visit } from "./reader-kept.js";
import words from "./reader-words.js";

/** Item → its articles' marks, and what is added. */
let items = new Map();
let listed = new Map();
let first = "";

function textWithoutCounts(place) {
  const copy = place.cloneNode(true);
  copy.querySelectorAll("b, i").forEach((one) => one.remove());
  return copy.textContent.trim();
}

function articleOf(item) {
  const link = linkOf(item);
  const group = !item.querySelector("h3") && item.closest(".day :is(section, details)")?.querySelector("h3");
  const source = item.querySelector("p a[href*='sources/'], .meta span") ?? (group || of(".month .kicker a, h1"));
  return {
    id: idOf(item),
    title: textWithoutCounts(link ?? item.querySelector("h3 span, span")),
    language: link?.lang || document.documentElement.lang,
    source: textWithoutCounts(source),
    address: link?.href ?? `#${item.id}`,
  };
}

function partsOf(item) {
  const marks = [item, ...item.querySelectorAll("[id]")].map((one) => markOf(idOf(one)));
  const star = button("", () => keep(articleOf(item)), { class: "_star", "aria-label": words.later });
  const note = element("span", { class: "_hidden" });
  item.append(note, star);
  return { marks, star, note };
}

function collect() {
  items = new Map(Array.from(document.querySelectorAll(ITEMS), (item) => [item, items.get(item) ?? partsOf(item)]));
}

function fresh() {
  const now = visit();
  const known = new Set([...marksIn(now?.known), ...seen()]);
  return new Map([...listed].filter(([mark, { day }]) => now && !known.has(mark) && day >= now.since));
}

function show() {
  const news = fresh();
  const opened = new Set(seen());
  const kept = new Set(later().map(({ id }) => id));
  const tabIndex = stored("keys") === false ? 0 : -1; // by key, `l` does the same
  let here = 0;
  for (const [item, { marks, star, note }] of items) {
    const isKept = kept.has(idOf(item));
    const isSeen = opened.has(marks[0]);
    const own = marks.filter((mark) => news.has(mark)).length;
    here += own;
    item.classList.toggle("_new", own > 0);
    item.classList.toggle("_seen", isSeen);
    const said = [own && words.new, isSeen && words.seen, isKept && words.kept].filter(Boolean).join(", ");
    note.textContent = said && ` (${said})`;
    star.tabIndex = tabIndex;
    star.setAttribute("aria-pressed", isKept);
  }
  showCounts(news);
  showBar(news.size, here);
}

function showCounts(news) {
  const counts = new Map();
  for (const { day, source } of news.values()) {
    const [year, month, date] = day.split("-");
    for (const one of [`${year}/`, `${year}/${month}/`, `${year}/${month}/${date}/`, `sources/${source}/`]) {
      counts.set(one, (counts.get(one) ?? 0) + 1);
    }
  }
  document.querySelectorAll("._plus").forEach((one) => one.remove());
  for (const link of document.querySelectorAll(".months a, .year h2 a, .earlier h2 a, .days a, .numbers th a")) {
    const n = counts.get(decodeURI(link.href.replace(root.href, "").replace(/index\.html$/, "")));
    const place = link.closest("tr")?.cells[1] ?? (link.closest(".months") ? link : link.parentElement);
    if (n) place.append(element("span", { class: "_plus", title: words.fresh.replace("{n}", n) }, `+${n}`));
  }
}

const bar = element("div", { class: "_bar", role: "region", "aria-label": words.news });
let barText = "";

function showBar(all, here) {
  const isShown = Boolean(here || (all && of("main.day") && of(".masthead [aria-current=page]")));
  const form = { dateStyle: "medium", timeStyle: "short" };
  const time = new Date(visit()?.before ?? 0).toLocaleString(document.documentElement.lang, form);
  const text = words.fresh.replace("{n}", all) + (here < all ? ` · ${words.here.replace("{n}", here)}` : "");
  document.documentElement.classList.toggle("_barred", isShown);
  // A button stays while it is pressed.
  if (!isShown) bar.remove();
  else if (barText !== text + time || !bar.isConnected) {
    barText = text + time;
    bar.replaceChildren(element("p", {}, text, " ", element("span", { class: "_since" }, words.since.replace("{time}", time))));
    bar.append(...(here ? [button(words.next, onward)] : []), button(words.done, finish));
    document.body.append(bar);
  }
}

let last = null;

function onward() {
  const all = [...document.querySelectorAll("li._new")];
  const after = all.find((item) => last?.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING);
  last = after ?? all[0];
  if (last) focus(last);
}

function begin() {
  const at = Date.now();
  return store("visit", { at, before: at, since: first, listed: first, known: [...listed.keys()].join(""), fresh: "" });
}

function finish() {
  const isStored = begin();
  say(isStored ? words.done : words.refused, !isStored);
}

async function fetchList() {
  const found = await (await fetch(new URL("later/new.json", root), { cache: "no-cache" })).json();
  if (found.format !== 1 || !found.days.length) return;
  for (const [day, groups] of found.days) {
    for (const [source, marks] of groups) {
      for (const mark of marksIn(marks)) listed.set(mark, { day, source: found.sources[source] });
    }
  }
  first = found.days.at(-1)[0];
  const now = visit();
  if (!now) return begin();
  const known = new Set(marksIn(now.known));
  const marks = (isKnown) => [...listed.keys()].filter((mark) => known.has(mark) === isKnown).join("");
  store("visit", { ...now, listed: first, known: marks(true), fresh: marks(false) });
}

document.addEventListener("items:added", () => {
  collect();
  show();
  refocus();
});
collect();
follow(show);
refocus();
if (!of(".search")) fetchList().then(show, () => {}); // without the list nothing is new
