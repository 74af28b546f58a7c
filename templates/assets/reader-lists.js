// Lists of articles: which are new, were opened, or are kept for later; and how many are new elsewhere.
import { element, root, store, stored } from "./reader.js";
import { button, focus, follow, keep, later, linkOf, markOf, marksIn, of, say, see, seen, visit } from "./reader-kept.js";
import words from "./reader-words.js";

const isTouch = matchMedia("(hover: none)").matches;
const items = [...document.querySelectorAll(".items > li[id], .day ol > li[id]")].map((place) => ({
  place,
  id: place.id,
  marks: [place, ...place.querySelectorAll("[id]")].map(({ id }) => markOf(id)),
  note: null,
  star: null,
}));
const byPlace = new Map(items.map((item) => [item.place, item]));
/** Mark → day and source. */
let listed = new Map();
let first = "";

function articleOf({ place, id }) {
  const link = linkOf(place);
  const title = (link ?? place.querySelector("h3 span, span")).cloneNode(true);
  title.querySelectorAll("i").forEach((one) => one.remove());
  const own = place.querySelector("p a[href*='sources/']");
  const group = place.closest("section, details")?.querySelector("h3, summary h3");
  const name = own ?? (of(".day") && !place.querySelector("h3") ? group : of("h1"));
  const source = [...(name?.childNodes ?? [])].filter((one) => one.localName !== "b").map((one) => one.textContent).join("");
  const language = link?.lang || document.documentElement.lang;
  return { id, title: title.textContent.trim(), language, source: source.trim(), address: link?.href ?? `${location.href.split("#")[0]}#${id}` };
}

function starOf(item) {
  const star = button("", () => keep(articleOf(item)), { class: "_star", "aria-label": words.later });
  if (stored("keys") !== false) star.tabIndex = -1; // by key, `l` does the same
  item.place.append(star);
  return star;
}

function fresh() {
  const now = visit();
  const known = new Set(marksIn(now?.known));
  return new Map([...listed].filter(([mark, { day }]) => now && !known.has(mark) && day >= now.since));
}

function show() {
  const news = fresh();
  const opened = new Set(seen());
  const kept = new Set(later().map(({ id }) => id));
  let here = 0;
  for (const item of items) {
    const { place } = item;
    const isKept = kept.has(item.id);
    const isSeen = opened.has(item.marks[0]);
    const own = item.marks.filter((mark) => news.has(mark)).length;
    here += own;
    place.classList.toggle("_new", own > 0 && !isSeen);
    place.classList.toggle("_seen", isSeen);
    place.classList.toggle("_later", isKept);
    const said = [own && !isSeen && words.new, isSeen && words.seen, isKept && words.kept].filter(Boolean).join(", ");
    if (said || item.note) {
      item.note ??= place.appendChild(element("span", { class: "_hidden" }));
      item.note.textContent = said && ` (${said})`;
    }
    if (isTouch || isKept) item.star ??= starOf(item);
    item.star?.setAttribute("aria-pressed", isKept);
  }
  count(news);
  tell(news.size, here);
}

/** Say beside links of days, months, years and sources how many of their articles are new. */
function count(news) {
  const counts = new Map();
  for (const { day, source } of news.values()) {
    const [year, month, date] = day.split("-");
    for (const one of [`${year}/`, `${year}/${month}/`, `${year}/${month}/${date}/`, `sources/${source}/`]) {
      counts.set(one, (counts.get(one) ?? 0) + 1);
    }
  }
  document.querySelectorAll("._plus").forEach((one) => one.remove());
  for (const link of document.querySelectorAll(".months a, .year h2 a, .earlier h2 a, .days a, .numbers th a")) {
    const path = link.href.slice(root.href.length).replace(/index\.html$/, "");
    const n = link.href.startsWith(root.href) && counts.get(decodeURI(path));
    const place = link.closest("tr")?.cells[1] ?? (link.closest(".months") ? link : link.parentElement);
    if (n) place.append(element("span", { class: "_plus", title: words.fresh.replace("{n}", n) }, `+${n}`));
  }
}

let bar = null;

/** Show how many articles are new, and lead from one to the next. */
function tell(all, here) {
  const isFront = of("main.day") && of(".masthead [aria-current=page]");
  bar?.remove();
  bar = null;
  document.documentElement.classList.toggle("_barred", Boolean(here || (isFront && all)));
  if (!here && !(isFront && all)) return;
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  const before = element("span", { class: "_since" }, words.since.replace("{time}", time.format(visit().before)));
  const text = words.fresh.replace("{n}", all) + (here < all ? ` · ${words.here.replace("{n}", here)}` : "");
  bar = element("div", { class: "_bar", role: "region", "aria-label": words.news });
  bar.append(element("p", {}, text, " ", before), ...(here ? [button(words.next, onward)] : []), button(words.done, finish));
  document.body.append(bar);
}

let last = null;

function onward() {
  const all = items.filter(({ place }) => place.classList.contains("_new"));
  const after = all.find(({ place }) => last && last.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING);
  last = (after ?? all[0])?.place;
  if (last) focus(last);
}
function finish() {
  store("visit", { at: Date.now(), before: Date.now(), since: first, listed: first, known: [...listed.keys()].join(""), fresh: "" });
  say(words.done);
}

/** Read which articles the site lists now, and note those that this visit did not know. */
async function list() {
  const found = await (await fetch(new URL("later/new.json", root), { cache: "no-cache" })).json();
  if (found.format !== 1 || !found.days.length) return;
  listed = new Map(
    found.days.flatMap(([day, groups]) =>
      groups.flatMap(([source, marks]) => marksIn(marks).map((mark) => [mark, { day, source: found.sources[source] }])),
    ),
  );
  first = found.days.at(-1)[0];
  const now = visit();
  if (!now) return finish();
  const known = marksIn(now.known).filter((mark) => listed.has(mark));
  const isKnown = new Set(known);
  const others = [...listed.keys()].filter((mark) => !isKnown.has(mark));
  store("visit", { ...now, listed: first, known: known.join(""), fresh: others.join("") });
}

addEventListener("keep", ({ target }) => byPlace.has(target) && keep(articleOf(byPlace.get(target))));
document.addEventListener("click", ({ target }) => {
  const place = target.closest?.("main li");
  if (byPlace.has(place) && target.closest("a") === linkOf(place)) see(place.id);
});
if (!isTouch) {
  // One star, at the item that the pointer or the focus is on.
  let roaming = null;
  const follow = ({ target }) => {
    const item = byPlace.get(target.closest?.("main li"));
    if (!item || item === roaming) return;
    if (roaming?.star.ariaPressed === "false" && roaming.star !== document.activeElement) {
      roaming.star.remove();
      roaming.star = null;
    }
    roaming = item;
    item.star ??= starOf(item);
    item.star.ariaPressed ??= "false";
  };
  document.addEventListener("pointerover", follow);
  document.addEventListener("focusin", follow);
}
follow(show);
list().then(show, () => {}); // without the list nothing is new
