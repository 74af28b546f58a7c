// The files of the search index: fetched, checked, and read.

import { crcOf } from "./reader.js";

const FORMAT = 4;
const UNFIT = "not a file of this index";

export class Index {
  #files = new Map();
  #months = null;

  constructor(address) {
    this.address = address;
  }

  async months(cache = "no-cache") {
    this.#months ??= this.#list(cache);
    this.#months.catch(() => (this.#months = null));
    return this.#months;
  }

  async #list(cache) {
    const list = await (await fetched(new URL("months.json", this.address), cache)).json();
    if (list.format !== FORMAT) throw new Error(UNFIT);
    const { listed, bits, months } = list;
    return months.reverse().map(([name, days, parts, numbering]) => {
      return { name, days, count: days.reduce((all, n) => all + n), parts, numbering, listed, bits };
    });
  }

  /** Yield the matches of each month, newest first, or an error. */
  async *search(query) {
    const asked = (await this.months())
      .map((month) => ({ ...month, start: countBefore(month, query.since), end: countBefore(month, query.until) }))
      .filter(({ start, end }) => start < end);
    const frequencies = new Map();
    for (const { keys } of query.wanted) keys.forEach((key, place) => frequencies.set(key, place % 2 && Infinity));
    for (let start = 0, step = 0; start < asked.length; step++) {
      const some = asked.slice(start, start + 2 ** Math.min(step, 3));
      start += some.length;
      const tried = some.map((month) =>
        this.#matches(month, query, frequencies, step === 0).catch((error) => ({ error, matches: [] })),
      );
      for (const [place, month] of some.entries()) {
        yield { month, isLast: month === asked.at(-1), ...(await tried[place]) };
      }
    }
  }

  /** docs/decisions/27-search.md says which keys come first. */
  async #matches(month, query, frequencies, isNewest) {
    const keys = [...frequencies.keys()].sort((one, other) => frequencies.get(one) - frequencies.get(other));
    const sizes = isNewest ? [Math.max(2, keys.filter((key) => !frequencies.get(key)).length)] : [1, 2];
    let postings;
    const having = (some) => intersected(some.map((key) => postings.get(key)));
    let found = new Map(Array(month.count).fill(true).entries());
    for (const size of [...sizes.filter((some) => some < keys.length), Infinity]) {
      const some = keys.slice(0, size);
      const others = size === Infinity ? query.unwanted.flatMap((clause) => clause.keys) : [];
      postings = await this.#postings(month, new Set([...some, ...others]));
      if (isNewest) for (const key of some) frequencies.set(key, postings.get(key)?.size ?? 0);
      if (some.length) found = having(some);
      if (!found.size) break;
    }
    const out = query.unwanted.map((clause) => having(clause.keys));
    const isFound = ([number]) => number >= month.start && number < month.end && !out.some((some) => some.has(number));
    return { matches: [...found].filter(isFound).map(([number, isShown]) => ({ number, isShown })).reverse() };
  }

  /** Key → number of document → whether lists show the term. */
  async #postings(month, keys) {
    const space = 2 ** month.bits;
    const byFile = Map.groupBy(keys, (key) => Math.floor((key * month.parts) / space));
    const found = new Map();
    const files = Array.from(byFile, async ([number, own]) => {
      const file = await this.#file(month, `terms-${number}.bin`, checkedTerms);
      decode(file, Math.ceil((number * space) / month.parts), month.count, own, found);
    });
    await Promise.all(files);
    return found;
  }

  async document(month, number) {
    const file = await this.#file(month, `documents-${Math.floor(number / month.listed)}.json`, checkedList);
    const row = file.rows[number % month.listed];
    const [id, title, titleLanguage, day, source, excerpt = "", language = "", group = "", address = ""] = row;
    return {
      id, title, titleLanguage, excerpt, language,
      source: file.sources[source],
      date: dateOf(month.name, day),
      group: group || id,
      address: address || `articles/${id.slice(0, 2)}/${encodeURIComponent(id)}.html`,
    };
  }

  /** A file that is damaged, or of another build, is fetched once more. */
  #file({ name: folder, numbering }, name, check) {
    const address = new URL(`${folder.replace("-", "/")}/${name}`, this.address);
    const key = `${numbering} ${address}`;
    if (!this.#files.has(key)) {
      const read = async (cache) => check(await fetched(address, cache), numbering);
      this.#files.set(key, read("default").catch(() => read("reload")));
    }
    return this.#files.get(key);
  }

  /** Forget all files. Returns whether the list of months is another one now. */
  async isRenewed() {
    const last = await this.months().catch(() => []);
    this.#files.clear();
    this.#months = null;
    return JSON.stringify(last) !== JSON.stringify(await this.months("reload"));
  }
}

const dateOf = (month, day) => `${month}-${String(day).padStart(2, "0")}`;

/** The number of articles of a month that are older than a date. */
const countBefore = ({ name, days }, date) =>
  days.reduce((all, n, at) => (dateOf(name, at + 1) < date ? all + n : all), 0);

async function fetched(address, cache) {
  const response = await fetch(address, { cache });
  if (!response.ok) throw new Error(`${response.status} ${address}`);
  return response;
}

/** The sizes of differences, and where their first bytes start, their second ones, and so on. */
async function checkedTerms(response, numbering) {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const view = new DataView(bytes.buffer);
  if (bytes[0] !== FORMAT || view.getUint32(1, true) !== crcOf(bytes.subarray(5), numbering)) throw new Error(UNFIT);
  const [widest, count] = [bytes[5], view.getUint32(6, true)];
  const sizes = new Uint8Array(count).map((_, number) => {
    const code = (bytes[10 + (number >> 2)] >> (2 * (number & 3))) & 3;
    return code === 3 ? widest : code + 1;
  });
  const starts = [10 + Math.ceil(count / 4)];
  for (let place = 0; place < widest; place++) starts.push(starts[place] + sizes.filter((size) => size > place).length);
  return { bytes, sizes, starts };
}

async function checkedList(response, numbering) {
  const list = await response.json();
  if (list.numbering !== numbering) throw new Error(UNFIT);
  return list;
}

/** generator/search/postings.py tells the format. */
function decode({ bytes, sizes, starts }, first, documents, keys, found) {
  const scale = 2 ** (32 - Math.clz32(2 * documents - 1));
  const places = [...starts];
  const asked = [...keys].sort((one, other) => one - other);
  let [posting, key] = [first * scale, asked.shift()];
  for (let number = 0; number < sizes.length && key !== undefined; number++) {
    for (let place = 0, unit = 1; place < sizes[number]; place++, unit *= 256) posting += bytes[places[place]++] * unit;
    while (posting >= (key + 1) * scale) key = asked.shift();
    if (!(posting >= key * scale)) continue;
    if (!found.has(key)) found.set(key, new Map());
    const value = posting - key * scale;
    found.get(key).set(value >> 1, value % 2 === 1);
  }
}

/** What all sets have, and whether lists show it in all. */
function intersected(sets) {
  if (sets.some((some) => !some)) return new Map();
  const [first, ...others] = [...sets].sort((one, other) => one.size - other.size);
  const found = new Map();
  for (const [number, isShown] of first) {
    if (others.every((some) => some.has(number))) {
      found.set(number, isShown && others.every((some) => some.get(number)));
    }
  }
  return found;
}
