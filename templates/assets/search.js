// The page that searches: the address has what is typed, and what is found appears below.
import { element } from "./reader.js";
import { Index } from "./search-index.js";
import { holds, marked, parsed } from "./search-query.js";

const PAGE = 10;
/** Older months wait if so many are found, or any among so many articles. */
const ENOUGH = 5;
const FAR = 10000;
const WAIT = 120;
/** Milliseconds until the address follows. */
const SETTLED = 1500;
const [without, form, status, list, more] = document.querySelectorAll("#_without, #_search, #_status, #_results, #_more");
const box = form.elements.q;
const folder = new URL("./", location.href);
const root = new URL("../", folder);
const index = new Index(folder);
const fields = [...form.querySelectorAll("[data-field]")];
let run = 0;
let timers = [];
// whether the box differs from the address; whether that was set while somebody typed
let [isEdited, isDraft] = [false, false];

const say = (name, values = {}) =>
  form.dataset[name].replace(/\{(\w+)\}/g, (_, key) => values[key].toLocaleString(document.documentElement.lang));

function withMarks(name, attributes, text, clauses) {
  const parts = marked(text, clauses).map((part) => (part.isMarked ? element("mark", {}, part.text) : part.text));
  return element(name, attributes, ...parts);
}

/** One search: what it found and has not shown yet. */
class Search {
  waiting = [];
  found = 0;
  searched = 0;
  groups = new Map();
  damaged = new Set();
  isOver = false;

  constructor(query, order) {
    this.query = query;
    this.order = order;
    this.months = index.search(query);
  }

  async show(count, isCurrent) {
    const most = count || PAGE;
    const far = this.searched + FAR;
    let shown = 0;
    while (shown < most && isCurrent()) {
      if (!this.waiting.length) {
        if (this.isOver || (!count && shown >= (this.searched < far ? ENOUGH : 1))) break;
        await this.#next();
        continue;
      }
      const some = this.waiting.splice(0, shown ? most - shown : 1); // the first list sooner
      for (const coming of some.map((one) => this.#document(one))) {
        const document = await coming;
        if (!isCurrent()) break;
        shown += document ? this.#list(document) : 0;
      }
    }
  }

  async finds(isCurrent) {
    while (!this.isOver && isCurrent()) {
      await this.#next();
      for (const one of this.waiting) if (await this.#document(one)) return true;
    }
    return false;
  }

  async #next() {
    const { value, done } = await this.months.next();
    this.isOver = done || value.isLast;
    if (done) return;
    this.searched += value.month.count;
    if (value.error) this.damaged.add(value.month.name);
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
      this.damaged.add(match.month.name);
    }
    this.found--;
    return null;
  }

  #list(found) {
    const known = this.groups.get(found.group);
    const address = new URL(found.address, root);
    if (!address.href.startsWith(root.href)) return 0;
    if (known) {
      const also = known.querySelector(".also") ?? element("p", { class: "also" }, say("also"));
      known.append(also);
      also.append(" ", element("a", { href: address.href, title: found.title }, found.source));
      return 0;
    }
    const plain = this.query.wanted.filter(({ field }) => !field);
    const isNear = plain.some((one) => one.isPhrase && !holds(found.title, one) && !holds(found.excerpt, one));
    const where = isNear ? "near" : found.isShown ? "" : "inText";
    const link = { href: address.href, lang: found.titleLanguage, dir: "auto" };
    const line = element("p", { class: "meta" }, withMarks("span", {}, found.source, plain), " ");
    line.append(element("time", { datetime: found.date }, found.date), " ");
    if (where) line.append(element("span", { class: "where" }, say(where)));
    const item = element("li", { class: "item", id: `_${found.id}` });
    item.append(element("h2", {}, withMarks("a", link, found.title, plain)), line);
    if (found.excerpt) {
      item.append(withMarks("p", { class: "excerpt", lang: found.language, dir: "auto" }, found.excerpt, plain));
    }
    this.groups.set(found.group, item);
    list.append(item);
    return 1;
  }
}

let search = null;

async function start(count, scroll) {
  const own = ++run;
  const query = parsed(box.value);
  fill(query);
  more.hidden = true;
  search = null;
  if (query.isEmpty) {
    list.replaceChildren();
    return tell(query, box.value.trim() && say("short"));
  }
  status.textContent = say("searching");
  search = new Search(query, form.elements.order.value);
  list.replaceChildren();
  await proceed(search, own, count);
  if (own === run && scroll) scrollTo(0, scroll);
}

async function proceed(current, own, count, isRetry = false) {
  try {
    await current.show(count, () => own === run);
    if (own !== run) return;
    if (!current.damaged.size || isRetry || !(await index.isRenewed())) return await conclude(current, own);
    search = new Search(current.query, current.order);
    list.replaceChildren();
    await proceed(search, own, count, true);
  } catch {
    if (own === run) status.textContent = say("broken");
  }
}

function tell({ ignored }, text) {
  status.textContent = text;
  if (ignored.length) status.append(" ", say("ignored", { words: ignored.join(", ") }));
}

async function conclude({ query, found: n, damaged, isOver, waiting }, own) {
  more.hidden = isOver && !waiting.length;
  tell(query, n ? say(isOver ? "found" : "foundMore", { n }) : say("none", { words: box.value.trim() }));
  if (damaged.size) status.append(" ", say("damaged", { months: [...damaged].join(", ") }));
  for (const clause of n ? [] : query.clauses.slice(0, 8)) {
    const left = query.clauses.filter((one) => one !== clause).map((one) => one.whole).join(" ");
    const isBetter = !parsed(left).isEmpty && (await new Search(parsed(left)).finds(() => own === run));
    const link = element("a", { href: `?${new URLSearchParams({ q: left })}` }, say("drop", { word: clause.whole }));
    if (own !== run) return;
    if (isBetter) status.append(" ", link);
  }
}

function fill({ clauses }) {
  for (const field of fields) {
    const clause = clauses.find((one) => one.field === field.dataset.field && !one.isNegative);
    if (field !== document.activeElement) field.value = clause?.day ?? clause?.text ?? "";
  }
}

/** Let the address say what is asked for. */
function ask(isNew = true) {
  const line = box.value.trim();
  const address = new URL(location.href);
  address.search = line && new URLSearchParams({ q: line });
  if (form.elements.order.value === "date") address.searchParams.set("order", "date");
  remember();
  if (address.href !== location.href) history[isDraft ? "replaceState" : "pushState"]({}, "", address);
  [isEdited, isDraft] = [false, !isNew];
}

/** Keep the place for Back and reload. `history` would count it as navigation. */
function remember() {
  if (isEdited) return;
  const place = { count: list.childElementCount, scroll: scrollY };
  try {
    sessionStorage.setItem(location.pathname + location.search, JSON.stringify(place));
  } catch {
    // refused or full
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
  [isEdited, isDraft] = [false, false];
  const asked = new URLSearchParams(location.search);
  box.value = (asked.get("q") ?? "").slice(0, box.maxLength);
  form.elements.order.value = asked.get("order") === "date" ? "date" : "relevance";
  const { count, scroll } = isAgain ? remembered() : {};
  start(count > 0 && count, scroll);
}

const settle = () => timers.forEach((timer) => clearTimeout(timer));

function later() {
  remember();
  isEdited = true;
  settle();
  timers = [setTimeout(start, WAIT), setTimeout(() => ask(false), SETTLED)];
}

function begin() {
  settle();
  ask();
  start();
}

box.addEventListener("input", (event) => event.isComposing || later());
box.addEventListener("compositionend", later);
box.addEventListener("change", () => ask());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  begin();
});
form.elements.order.addEventListener("change", begin);
for (const field of fields) {
  field.addEventListener("change", () => {
    const others = parsed(box.value).clauses.filter((one) => one.field !== field.dataset.field || one.isNegative);
    const value = field.value.trim().replace(/["“”]/g, "");
    const own = value && `${field.dataset.field}:${/\s/.test(value) ? `"${value}"` : value}`;
    box.value = [...others.map((one) => one.whole), own].filter(Boolean).join(" ");
    begin();
  });
}
more.addEventListener("click", async () => {
  const last = list.lastElementChild;
  more.disabled = true;
  await proceed(search, run);
  more.disabled = false;
  last?.nextElementSibling?.querySelector("a")?.focus();
});
addEventListener("popstate", () => restore(true));
document.addEventListener("visibilitychange", remember);
history.scrollRestoration = "manual";
without.hidden = true;
form.hidden = false;
index.months().catch(() => {});
restore(performance.getEntriesByType("navigation")[0]?.type !== "navigate");
