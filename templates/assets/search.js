// The page that searches: what is typed stands in the address, and what is found appears below.
import { Index } from "./search-index.js";
import { holds, marked, parsed } from "./search-query.js";

const PAGE = 10;
/** With so many, older months wait until somebody asks for more. */
const ENOUGH = 5;
const WAIT = 120;
/** After so many milliseconds without typing, the address follows. */
const SETTLED = 1500;
const form = document.querySelector("#_search");
const box = form.elements.q;
const status = document.querySelector("#_status");
const list = document.querySelector("#_results");
const more = document.querySelector("#_more");
const folder = new URL("./", location.href);
const root = new URL("../", folder);
const index = new Index(folder);
const fields = [...form.querySelectorAll("[data-field]")];
let run = 0;
let timer = 0;
let settling = 0;

const say = (name, values = {}) =>
  form.dataset[name].replace(/\{(\w+)\}/g, (_, key) => values[key].toLocaleString(document.documentElement.lang));

function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function withMarks(name, text, clauses, attributes) {
  const made = element(name, "", attributes);
  made.append(...marked(text, clauses).map((part) => (part.isMarked ? element("mark", part.text) : part.text)));
  return made;
}

/** One search: what it found and has not shown yet. */
class Search {
  constructor(query, order) {
    this.query = query;
    this.order = order;
    this.months = index.search(query);
    this.waiting = [];
    this.found = 0;
    this.counts = query.wanted.map(() => 0);
    this.groups = new Map();
    this.damaged = [];
    this.isOver = false;
  }

  /** Show some more articles. Returns how many. */
  async show(count, isCurrent) {
    let shown = 0;
    while (shown < count && isCurrent()) {
      if (!this.waiting.length) {
        if (this.isOver || (count === PAGE && shown >= ENOUGH)) break;
        await this.#next();
        continue;
      }
      const some = this.waiting.splice(0, count - shown);
      for (const coming of some.map((one) => this.#document(one))) {
        const document = await coming;
        if (!isCurrent()) break;
        shown += document ? this.#list(document) : 0;
      }
    }
    return shown;
  }

  async #next() {
    const { value, done } = await this.months.next();
    this.isOver = done || value.isLast;
    if (done) return;
    if (value.error) this.damaged.push(value.month.name);
    value.counts.forEach((own, place) => (this.counts[place] += own));
    const matches = value.matches.map((one) => ({ ...one, month: value.month }));
    if (this.order !== "date") matches.sort((one, other) => other.isShown - one.isShown);
    this.found += matches.length;
    this.waiting = matches;
  }

  async #document(match) {
    try {
      const document = await index.document(match.month, match.number);
      const { since, until } = this.query;
      if (document.date >= since && document.date < until) return { ...document, ...match };
    } catch {
      if (!this.damaged.includes(match.month.name)) this.damaged.push(match.month.name);
    }
    this.found--;
    return null;
  }

  #list(found) {
    const known = this.groups.get(found.group);
    const address = new URL(found.address, root);
    if (!address.href.startsWith(root.href)) return 0;
    if (known) {
      const also = known.querySelector(".also") ?? known.appendChild(element("p", say("also"), { class: "also" }));
      also.append(" ", element("a", found.source, { href: address.href, title: found.title }));
      return 0;
    }
    const plain = this.query.wanted.filter(({ field }) => !field);
    const isNear = plain.some((one) => one.isPhrase && !holds(found.title, one) && !holds(found.excerpt, one));
    const item = element("li", "", { class: "item", id: `_${found.id}` });
    const heading = element("h2");
    heading.append(withMarks("a", found.title, plain, { href: address.href, lang: found.titleLanguage, dir: "auto" }));
    const line = element("p", "", { class: "meta" });
    line.append(withMarks("span", found.source, plain), " ", element("time", found.date, { datetime: found.date }));
    if (isNear) line.append(" ", element("span", say("near"), { class: "where" }));
    else if (!found.isShown) line.append(" ", element("span", say("inText"), { class: "where" }));
    item.append(heading, line);
    if (found.excerpt) {
      item.append(withMarks("p", found.excerpt, plain, { class: "excerpt", lang: found.language, dir: "auto" }));
    }
    this.groups.set(found.group, item);
    list.append(item);
    return 1;
  }
}

let search = null;

async function start(count = PAGE, scroll = 0) {
  const own = ++run;
  const query = parsed(box.value);
  fill(query);
  more.hidden = true;
  search = null;
  if (query.isEmpty) {
    list.replaceChildren();
    status.textContent = box.value.trim() ? say("short") : "";
    return;
  }
  status.textContent = say("searching");
  const next = new Search(query, form.elements.order.value);
  list.replaceChildren();
  search = next;
  await proceed(next, own, count);
  if (own === run && scroll) window.scrollTo(0, scroll);
}

async function proceed(current, own, count, isRetry = false) {
  try {
    await current.show(count, () => own === run);
    if (own !== run) return;
    if (current.damaged.length && !isRetry && (await index.isRenewed())) {
      search = new Search(current.query, current.order);
      list.replaceChildren();
      await proceed(search, own, count, true);
      return;
    }
    tell(current);
  } catch {
    if (own === run) status.textContent = say("broken");
  }
}

function tell(current) {
  const isMore = !current.isOver || current.waiting.length > 0;
  more.hidden = !isMore;
  const n = current.found;
  status.replaceChildren(n ? say(isMore && !current.isOver ? "foundMore" : "found", { n }) : say("none", { words: box.value.trim() }));
  if (current.damaged.length) status.append(" ", say("damaged", { months: current.damaged.join(", ") }));
  if (!n && current.query.wanted.length > 1) advise(current);
}

/** Name the words that no article has, else the rarest, each with a link that drops it. */
function advise({ query, counts }) {
  const fewest = Math.min(...counts);
  query.wanted.forEach((clause, place) => {
    if (counts[place] !== fewest) return;
    const left = query.clauses.filter((one) => one !== clause).map((one) => one.whole).join(" ");
    status.append(" ", element("a", say("drop", { word: clause.whole }), { href: `?q=${encodeURIComponent(left)}` }));
  });
}

/** Show in the fields what the query says, and mark what says nothing. */
function fill({ clauses }) {
  for (const field of fields) {
    const clause = clauses.find((one) => one.field === field.dataset.field && !one.isNegative);
    if (field !== document.activeElement) field.value = clause?.day ?? clause?.text ?? "";
  }
}

function ask(line, isNew = true) {
  const address = new URL(location.href);
  address.search = line.trim() ? new URLSearchParams({ q: line.trim() }) : "";
  if (form.elements.order.value === "date") address.searchParams.set("order", "date");
  if (address.href !== location.href) history[isNew ? "pushState" : "replaceState"]({}, "", address);
}

/** Where this query's results stand, for Back and reload; not in `history`, whose changes count as navigation. */
function remember() {
  const place = { count: list.childElementCount, scroll: window.scrollY };
  try {
    sessionStorage.setItem(location.pathname + location.search, JSON.stringify(place));
  } catch {
    // Storage is refused or full: results begin at the first.
  }
}

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(location.pathname + location.search)) ?? {};
  } catch {
    return {};
  }
}

function restore(isAgain) {
  const asked = new URL(location.href).searchParams;
  box.value = asked.get("q") ?? "";
  form.elements.order.value = asked.get("order") === "date" ? "date" : "relevance";
  const place = isAgain ? remembered() : {};
  start(Math.max(PAGE, Number(place.count) || 0), Number(place.scroll) || 0);
}

function later() {
  clearTimeout(timer);
  clearTimeout(settling);
  timer = setTimeout(start, WAIT);
  settling = setTimeout(() => ask(box.value, false), SETTLED);
}

box.addEventListener("input", (event) => event.isComposing || later());
box.addEventListener("compositionend", later);
box.addEventListener("change", () => ask(box.value)); // on leaving it, also for a result
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  clearTimeout(settling);
  ask(box.value);
  start();
});
form.elements.order.addEventListener("change", () => (ask(box.value), start()));
for (const field of fields) {
  field.addEventListener("change", () => {
    const others = parsed(box.value).clauses.filter((one) => one.field !== field.dataset.field || one.isNegative);
    const value = field.value.trim().replace(/["“”]/g, "");
    const own = value && `${field.dataset.field}:${/\s/.test(value) ? `"${value}"` : value}`;
    box.value = [...others.map((one) => one.whole), own].filter(Boolean).join(" ");
    ask(box.value);
    start();
  });
}
more.addEventListener("click", async () => {
  const last = list.lastElementChild;
  more.disabled = true;
  await proceed(search, run, PAGE);
  more.disabled = false;
  last?.nextElementSibling?.querySelector("a")?.focus();
});
addEventListener("popstate", () => restore(true));
addEventListener("pagehide", remember);
document.addEventListener("visibilitychange", remember);
history.scrollRestoration = "manual";
document.querySelector("#_without").hidden = true;
form.hidden = false;
index.months().catch(() => {}); // while somebody types
restore(performance.getEntriesByType("navigation")[0]?.type !== "navigate");
