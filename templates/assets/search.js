// Search.
import { element, store, stored } from "./reader.js";
import { Index } from "./search-index.js";
import { holds, marked, parsed } from "./search-query.js";

const PAGE = 10;
/** Of so many, or any among so many, older months wait. */
const FOUND = 5;
const SEARCHED = 10000;
const [without, form, status, list, more] = document.querySelectorAll("#_without, #_search, #_status, #_results, #_more");
const { elements: { q: box, order }, dataset: { comma } } = form;
const index = new Index(new URL("./", location.href));
const filters = form.querySelector("details");
const fields = [...filters.querySelectorAll("[data-field]")];
let timers = [];
/** The address's query, if listed. */
let shown = null;
let handled;

const message = (name, value) =>
  form.dataset[name].replace(/\{\w+\}/, () => value.toLocaleString(document.documentElement.lang));

const withMarks = (name, attributes, text, clauses) =>
  element(name, attributes, ...marked(text, clauses).map((one) => (one.isMarked ? element("mark", {}, one.text) : one.text)));

class Search {
  waiting = [];
  found = 0;
  searched = 0;
  groups = new Map();
  damaged = new Set();
  isOver = false;
  isByDate = order.value === "date";

  constructor(query) {
    this.query = query;
    this.months = index.search(query);
  }

  /** List articles until there are `most`, or some and older months wait. */
  async show(before, most) {
    const enough = this.searched + SEARCHED;
    while (isCurrent(this.query)) {
      const count = list.children.length;
      if (this.waiting.length) {
        if (count >= most) return;
        // the first sooner, others at once
        const documents = count === before ? [await this.#document(this.waiting[0])] : await this.#documents(most);
        if (!isCurrent(this.query)) return;
        this.waiting.splice(0, documents.length);
        documents.forEach((one) => one && this.#list(one));
      } else {
        if (this.isOver || count >= most || count >= before + (this.searched < enough ? FOUND : 1)) return;
        await this.#next();
      }
    }
  }

  /** The next documents until `most` stories are listed. */
  async #documents(most) {
    const groups = new Set(this.groups.keys());
    const documents = [];
    while (documents.length < this.waiting.length) {
      const some = this.waiting.slice(documents.length).slice(0, Math.max(most - groups.size, 1));
      for (const document of await Promise.all(some.map((one) => this.#document(one)))) {
        if (document && groups.size >= most && !groups.has(document.group)) return documents;
        if (document) groups.add(document.group);
        documents.push(document);
      }
    }
    return documents;
  }

  async finds(query) {
    while (!this.found && !this.isOver && isCurrent(query)) await this.#next();
    return this.found > 0;
  }

  async #next() {
    const { value, done } = await this.months.next();
    this.isOver = done || value.isLast;
    if (done) return;
    this.searched += value.month.count;
    if (value.isDamaged) this.damaged.add(value.month.name);
    this.waiting = value.matches;
    if (!this.isByDate) this.waiting.sort((one, other) => other.isShown - one.isShown);
    this.found += this.waiting.length;
  }

  async #document(match) {
    const document = await index.document(match);
    if (document) return { ...document, ...match };
    this.damaged.add(match.month.name);
    this.found--;
    return null;
  }

  #list({ id, title, titleLanguage, source, date, excerpt, language, group, isShown, href }) {
    const known = this.groups.get(group);
    if (known) {
      const also = known.querySelector(".also") ?? element("p", { class: "also" }, message("also"));
      known.append(also);
      also.append(also.children[0] ? comma : " ", element("a", { id: `_${id}`, href, title }, also.textContent.includes(source) ? title : source));
      return;
    }
    const plain = this.query.wanted.filter(({ field }) => !field);
    const isNear = plain.some((one) => one.isPhrase && !holds(title, one) && !holds(excerpt, one));
    const where = isNear ? "near" : isShown ? "" : "inText";
    const link = { href, lang: titleLanguage, dir: "auto" };
    const line = element("p", { class: "meta" }, withMarks("span", {}, source, plain), " ", element("time", { datetime: date }, date), " ");
    if (where) line.append(element("span", { class: "where" }, message(where)));
    const item = element("li", { id: `_${id}` }, element("h2", {}, withMarks("a", link, title, plain)), line);
    if (excerpt) item.append(withMarks("p", { class: "excerpt", lang: language, dir: "auto" }, excerpt, plain));
    this.groups.set(group, item);
    list.append(item);
  }
}

let search = null;
const isCurrent = (query) => search.query === query;

async function start(count, scroll) {
  const query = parsed(box.value);
  search = new Search(query);
  showFilters(query);
  more.hidden = true;
  list.replaceChildren();
  if (query.isEmpty) return showStatus(query, box.value.trim() && message("short"));
  status.textContent = message("searching");
  await proceed(count, count);
  if (isCurrent(query) && scroll) scrollTo(0, scroll);
}

async function proceed(before = list.children.length, most = before + PAGE, isAgain = false) {
  const { query, damaged } = search;
  try {
    if (!(await index.months())) throw new Error("no months.json");
    await search.show(before, most);
    const isOld = isCurrent(query) && damaged.size && !isAgain && (await index.isRenewed());
    if (!isCurrent(query)) return;
    if (isOld) {
      search = new Search(query);
      list.replaceChildren();
      return await proceed(before, most, true);
    }
    list.dispatchEvent(new Event("items:added", { bubbles: true }));
    await conclude(search);
  } catch (error) {
    if (isCurrent(query)) status.textContent = message("broken");
    throw error;
  }
}

function showStatus({ ignored }, text) {
  status.textContent = text;
  const all = ignored.map((one) => (/^-?(before|after)\W/i.test(one) ? message("noDay", one) : one));
  if (all[0]) status.append(" ", message("ignored", all.join(comma)));
}

async function conclude({ query, found: n, damaged, isOver, waiting }) {
  const isNone = !n && !damaged.size;
  more.hidden = isOver && !waiting.length;
  more.textContent = message(waiting.length ? "more" : "older");
  const line = box.value.trim();
  showStatus(query, isNone ? message(/^lang[:：]\S+$/i.test(line) ? "noLanguage" : "none", line) : message(isOver ? "found" : "foundMore", n));
  if (damaged.size) status.append(" ", message("damaged", [...damaged].join(comma)));
  if (isNone) await propose(query);
}

/** Words without which something is found. */
async function propose(query) {
  const clauses = query.clauses.filter(({ keys, day }) => keys.length || day);
  const lines = new Map();
  const lineOf = (isIn) => joined(clauses.filter(isIn));
  for (const some of [clauses, clauses.toReversed()]) {
    const kept = new Set();
    for (const clause of some.slice(0, 16)) {
      const line = lineOf((one) => kept.has(one) || one === clause);
      if (await new Search(parsed(line)).finds(query)) kept.add(clause);
    }
    if (kept.size) lines.set(lineOf((one) => kept.has(one)), lineOf((one) => !kept.has(one)));
  }
  if (!isCurrent(query)) return;
  for (const [q, word] of lines) {
    status.append(" ", element("a", { href: `?${new URLSearchParams({ q })}` }, message("drop", word)));
  }
}

const joined = (clauses) => clauses.map(({ whole }) => whole).join(" ");

const clauseOf = ({ dataset }, clauses) => clauses.find((one) => one.field === dataset.field && !one.isNegative);

function showFilters({ clauses }) {
  for (const field of fields) {
    const clause = clauseOf(field, clauses);
    if (field !== document.activeElement) field.value = clause?.day ?? clause?.text ?? "";
  }
}

function replaceClause(field) {
  const { clauses } = parsed(box.value);
  const last = clauseOf(field, clauses);
  const value = field.value.trim().replace(/["“”]/g, "");
  const whole = `${field.dataset.field}:${/\s/.test(value) ? `"${value}"` : value}`;
  // first: the last may lack a quotation mark
  box.value = joined([...(value ? [{ whole }] : []), ...clauses.filter((one) => one !== last)]).slice(0, box.maxLength);
}

function updateAddress(isDraft) {
  const line = box.value.trim();
  const address = new URL(location.href);
  address.hash = "";
  address.search = line && new URLSearchParams({ q: line });
  if (order.value === "date") address.searchParams.set("order", "date");
  rememberPlace();
  const isReplaced = history.state?.isDraft || address.href === location.href;
  history[isReplaced ? "replaceState" : "pushState"]({ isDraft }, "", address);
  shown = handled = location.search;
}

function rememberPlace() {
  if (shown !== null) store(shown, { count: list.children.length, scroll: scrollY }, "sessionStorage");
}

function restore(isAgain) {
  rememberPlace();
  shown = handled = location.search;
  const parameters = new URLSearchParams(shown);
  box.value = (parameters.get("q") ?? "").slice(0, box.maxLength);
  order.value = parameters.get("order") === "date" ? "date" : "relevance";
  const { count, scroll } = (isAgain && stored(shown, "sessionStorage")) || {};
  start(count > 0 ? count : undefined, scroll);
  filters.open ||= fields.some(({ value }) => value) || order.value === "date";
}

function searchSoon() {
  rememberPlace();
  shown = null;
  timers.forEach(clearTimeout);
  timers = [setTimeout(start, 120), setTimeout(updateAddress, 1500, true)];
}

function searchNow() {
  timers.forEach(clearTimeout);
  updateAddress();
  start();
}

box.addEventListener("input", (event) => event.isComposing || searchSoon());
box.addEventListener("compositionend", searchSoon);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  searchNow();
});
form.addEventListener("change", ({ target }) => {
  if (target === box) return updateAddress();
  if (target !== order) replaceClause(target);
  searchNow();
});
more.addEventListener("click", async () => {
  const { query } = search;
  const count = list.children.length;
  more.disabled = true;
  await proceed();
  more.disabled = false;
  if (isCurrent(query)) (list.children[count] ?? list.lastChild)?.querySelector("a").focus();
});
addEventListener("popstate", () => location.search === handled || restore(true));
document.addEventListener("visibilitychange", rememberPlace);
history.scrollRestoration = "manual";
without.hidden = true;
form.hidden = false;
index.months();
restore(performance.getEntriesByType("navigation")[0]?.type !== "navigate");
if (location.hash === "#_search") {
  // from the key `/`
  history.replaceState(null, "", ".");
  addEventListener("load", () => box.focus());
}
