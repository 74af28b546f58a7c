// The page that searches.
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
const filters = form.querySelector("details");
const fields = [...filters.querySelectorAll("[data-field]")];
let run = 0;
let timers = [];
// whether the box differs from the address, and whether that was set while somebody typed
let [isEdited, isDraft] = [false, false];

const say = (name, values = {}) =>
  form.dataset[name].replace(/\{(\w+)\}/g, (_, key) => values[key].toLocaleString(document.documentElement.lang));

function withMarks(name, attributes, text, clauses) {
  const parts = marked(text, clauses).map((part) => (part.isMarked ? element("mark", {}, part.text) : part.text));
  return element(name, attributes, ...parts);
}

class Search {
  waiting = []; // found, not shown yet
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

  /** List articles until there are `most`. Older months may wait once there are some more than `before`. */
  async show(before, most, isCurrent) {
    const far = this.searched + FAR;
    while (isCurrent()) {
      const count = list.childElementCount;
      if (this.waiting.length) {
        // the first sooner; the last ones if they are of stories that are listed
        const some = this.waiting.slice(0, count === before ? 1 : Math.max(most - count, 1));
        for (const coming of some.map((one) => this.#document(one))) {
          const document = await coming;
          if (!isCurrent() || (count >= most && document && !this.groups.has(document.group))) return;
          this.waiting.shift();
          if (document) this.#list(document);
        }
      } else {
        if (this.isOver || count >= most || count >= before + (this.searched < far ? ENOUGH : 1)) return;
        await this.#next();
      }
    }
  }

  async finds(isCurrent) {
    while (!this.found && !this.isOver && isCurrent()) await this.#next();
    return this.found > 0;
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
      const { href } = new URL(document.address, root);
      if (href.startsWith(root.href)) return { ...document, ...match, href };
    } catch {
      // damaged
    }
    this.damaged.add(match.month.name);
    this.found--;
    return null;
  }

  #list({ id, title, titleLanguage, source, date, excerpt, language, group, isShown, href }) {
    const known = this.groups.get(group);
    if (known) {
      const also = known.querySelector(".also") ?? element("p", { class: "also" }, say("also"));
      known.append(also);
      also.append(" ", element("a", { id: `_${id}`, href, title }, source));
      return;
    }
    const plain = this.query.wanted.filter(({ field }) => !field);
    const isNear = plain.some((one) => one.isPhrase && !holds(title, one) && !holds(excerpt, one));
    const where = isNear ? "near" : isShown ? "" : "inText";
    const link = { href, lang: titleLanguage, dir: "auto" };
    const line = element("p", { class: "meta" }, withMarks("span", {}, source, plain), " ");
    line.append(element("time", { datetime: date }, date), " ");
    if (where) line.append(element("span", { class: "where" }, say(where)));
    const item = element("li", { id: `_${id}` }, element("h2", {}, withMarks("a", link, title, plain)), line);
    if (excerpt) item.append(withMarks("p", { class: "excerpt", lang: language, dir: "auto" }, excerpt, plain));
    this.groups.set(group, item);
    list.append(item);
  }
}

let search = null;

async function start(count, scroll) {
  const own = ++run;
  const query = parsed(box.value);
  fill(query);
  more.hidden = true;
  list.replaceChildren();
  if (query.isEmpty) return tell(query, box.value.trim() && say("short"));
  status.textContent = say("searching");
  search = new Search(query, form.elements.order.value);
  await proceed(count, count);
  if (own === run && scroll) scrollTo(0, scroll);
}

async function proceed(before = list.childElementCount, most = before + PAGE, isAgain = false) {
  const own = run;
  const isCurrent = () => own === run;
  try {
    await search.show(before, most, isCurrent);
    const isOld = isCurrent() && search.damaged.size && !isAgain && (await index.isRenewed());
    if (!isCurrent()) return;
    if (isOld) {
      search = new Search(search.query, search.order);
      list.replaceChildren();
      return await proceed(before, most, true);
    }
    list.dispatchEvent(new CustomEvent("items:added", { bubbles: true }));
    await conclude(search, isCurrent);
  } catch {
    if (isCurrent()) status.textContent = say("broken");
  }
}

function tell({ ignored }, text) {
  status.textContent = text;
  if (ignored.length) status.append(" ", say("ignored", { words: ignored.join(", ") }));
}

async function conclude({ query, found: n, damaged, isOver, waiting }, isCurrent) {
  const isNone = !n && !damaged.size;
  more.hidden = isOver && !waiting.length;
  more.textContent = say(waiting.length ? "more" : "older");
  tell(query, isNone ? say("none", { words: box.value.trim() }) : say(isOver ? "found" : "foundMore", { n }));
  if (damaged.size) status.append(" ", say("damaged", { months: [...damaged].join(", ") }));
  if (isNone) await propose(query.clauses.filter(({ keys, day }) => keys.length || day), isCurrent);
}

/** Say which words to drop, so that the others find something: the last or the first ones that are too many. */
async function propose(clauses, isCurrent) {
  const lines = new Map();
  const lineOf = (isIn) => clauses.filter(isIn).map(({ whole }) => whole).join(" ");
  for (const some of [clauses, clauses.toReversed()]) {
    const kept = new Set();
    for (const clause of some.slice(0, 16)) {
      const line = lineOf((one) => kept.has(one) || one === clause);
      if (await new Search(parsed(line)).finds(isCurrent)) kept.add(clause);
    }
    if (kept.size) lines.set(lineOf((one) => kept.has(one)), lineOf((one) => !kept.has(one)));
  }
  for (const [q, word] of isCurrent() ? lines : []) {
    status.append(" ", element("a", { href: `?${new URLSearchParams({ q })}` }, say("drop", { word })));
  }
}

function fill({ clauses }) {
  for (const field of fields) {
    const clause = clauses.find((one) => one.field === field.dataset.field && !one.isNegative);
    if (field !== document.activeElement) field.value = clause?.day ?? clause?.text ?? "";
  }
}

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
  start(count > 0 ? count : undefined, scroll);
  filters.open ||= fields.some(({ value }) => value) || form.elements.order.value === "date";
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
  const own = run;
  const count = list.childElementCount;
  more.disabled = true;
  await proceed();
  more.disabled = false;
  if (own === run) (list.children[count] ?? list.lastElementChild)?.querySelector("a").focus();
});
addEventListener("popstate", () => restore(true));
document.addEventListener("visibilitychange", remember);
history.scrollRestoration = "manual";
without.hidden = true;
form.hidden = false;
index.months().catch(() => {});
restore(performance.getEntriesByType("navigation")[0]?.type !== "navigate");
