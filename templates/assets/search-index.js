// The search index: its files are fetched, checked, and asked for the articles of a query.

import { crcOf } from "./reader.js";

const AT_ONCE = [1, 2, 4, 8];
const FORMAT = 3;
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
    return months.map(([name, count, parts, numbering]) => ({ name, count, parts, numbering, listed, bits })).reverse();
  }

  /** Yield what each month has for a query, newest first: its articles, or an error. */
  async *search(query) {
    const asked = (await this.months()).filter(
      ({ name }) => `${name}-99` >= query.since && `${name}-01` < query.until,
    );
    const frequencies = new Map();
    for (const { keys } of query.wanted) keys.forEach((key, place) => frequencies.set(key, place % 2 && Infinity));
    for (let start = 0, step = 0; start < asked.length; step++) {
      const some = asked.slice(start, start + (AT_ONCE[step] ?? AT_ONCE.at(-1)));
      start += some.length;
      const tried = some.map((month) =>
        this.#matches(month, query, frequencies, step === 0).catch((error) => ({ error, matches: [] })),
      );
      for (const [place, month] of some.entries()) {
        yield { month, isLast: month === asked.at(-1), ...(await tried[place]) };
      }
    }
  }

  /** What a month has for a query. docs/decisions/27-search.md says which keys come first. */
  async #matches(month, query, frequencies, isNewest) {
    const byRarity = (one, other) => frequencies.get(one) - frequencies.get(other);
    const ranked = query.wanted.map(({ keys }) => [...keys].sort(byRarity));
    const most = Math.max(...ranked.map(({ length }) => length));
    const sizes = !isNewest ? [1, 2] : ranked.length > 1 ? [] : [Math.max(2, (most + 1) >> 1)];
    let postings, each;
    const all = (keys) => intersected(keys.map((key) => postings.get(key)));
    for (const size of [...sizes.filter((some) => some < most), Infinity]) {
      const some = ranked.map((keys) => keys.slice(0, size));
      const others = size === Infinity ? query.unwanted.flatMap(({ keys }) => keys) : [];
      postings = await this.#postings(month, new Set([...some.flat(), ...others]));
      each = some.map(all);
      if (isNewest) for (const key of some.flat()) frequencies.set(key, postings.get(key)?.size ?? 0);
      if (each.length && !intersected(each).size) break;
    }
    const out = query.unwanted.map(({ keys }) => all(keys));
    const found = each.length ? intersected(each) : new Map(Array(month.count).fill(true).entries());
    const matches = Array.from(found, ([number, isShown]) => ({ number, isShown })).reverse();
    return { matches: matches.filter(({ number }) => !out.some((some) => some.has(number))) };
  }

  /** Key → number of document → whether what lists show of it has the term. */
  async #postings(month, keys) {
    const space = 2 ** month.bits;
    const byFile = new Map();
    for (const key of keys) {
      const number = Math.floor((key * month.parts) / space);
      byFile.set(number, [...(byFile.get(number) ?? []), key]);
    }
    const found = new Map();
    const files = [...byFile].map(async ([number, own]) => {
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
      date: `${month.name}-${String(day).padStart(2, "0")}`,
      group: group || id,
      address: address || `articles/${id.slice(0, 2)}/${encodeURIComponent(id)}.html`,
    };
  }

  /** A file of a month, checked. One that is damaged, or of another build, is fetched once more. */
  #file({ name: folder, numbering }, name, check) {
    const address = new URL(`${folder.replace("-", "/")}/${name}`, this.address);
    const key = `${numbering} ${address}`;
    if (!this.#files.has(key)) {
      const read = async (cache) => check(await fetched(address, cache), numbering);
      this.#files.set(key, read("default").catch(() => read("reload")));
    }
    return this.#files.get(key);
  }

  /** Forget what was fetched, and whether the list of months is another one now. */
  async isRenewed() {
    const last = await this.months().catch(() => []);
    this.#files.clear();
    this.#months = null;
    return JSON.stringify(last) !== JSON.stringify(await this.months("reload"));
  }
}

async function fetched(address, cache) {
  const response = await fetch(address, { cache });
  if (!response.ok) throw new Error(`${response.status} ${address}`);
  return response;
}

/** A file of terms, and where each byte of its differences begins. */
async function checkedTerms(response, numbering) {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const view = new DataView(bytes.buffer);
  if (bytes[0] !== FORMAT || view.getUint32(1, true) !== crcOf(bytes.subarray(5), numbering)) throw new Error(UNFIT);
  const [widest, count] = [bytes[5], view.getUint32(6, true)];
  const size = (number) => {
    const code = (bytes[10 + (number >> 2)] >> (2 * (number & 3))) & 3;
    return code === 3 ? widest : code + 1;
  };
  const ends = new Array(widest + 1).fill(0);
  for (let number = 0; number < count; number++) ends[size(number)]++;
  for (let place = widest; place > 1; place--) ends[place - 1] += ends[place];
  ends[0] = 10 + Math.ceil(count / 4);
  for (let place = 0; place < widest; place++) ends[place + 1] += ends[place];
  return { bytes, size, count, starts: ends };
}

async function checkedList(response, numbering) {
  const list = await response.json();
  if (list.numbering !== numbering) throw new Error(UNFIT);
  return list;
}

/** Add the documents of some keys. generator/search/postings.py tells the format. */
function decode({ bytes, size, count, starts }, first, documents, keys, found) {
  const scale = 2 ** (32 - Math.clz32(2 * documents - 1));
  const places = [...starts];
  const asked = [...keys].sort((one, other) => one - other);
  let [posting, key] = [first * scale, asked.shift()];
  for (let number = 0; number < count && key !== undefined; number++) {
    const wide = size(number);
    for (let place = 0, unit = 1; place < wide; place++, unit *= 256) posting += bytes[places[place]++] * unit;
    while (posting >= (key + 1) * scale) key = asked.shift();
    if (!(posting >= key * scale)) continue;
    if (!found.has(key)) found.set(key, new Map());
    const value = posting - key * scale;
    found.get(key).set(value >> 1, value % 2 === 1);
  }
}

/** The documents that all sets have, and whether lists show all of it. */
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
