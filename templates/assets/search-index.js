// The search index.
import { crcOf, root } from "./reader.js";

const FORMAT = 4;

export class Index {
  #files = new Map();
  #months = null;

  constructor(address) {
    this.address = address;
  }

  /** Newest first; null if unreadable. */
  async months() {
    this.#months ??= fetched(new URL("months.json", this.address), checkedMonths);
    const months = await this.#months;
    if (!months) this.#months = null;
    return months;
  }

  /** Yield each month's matches, newest first. */
  async *search(query) {
    const months = (await this.months())
      .map((month) => ({ ...month, start: countBefore(month, query.since), end: countBefore(month, query.until) }))
      .filter(({ start, end }) => start < end);
    const frequencies = new Map();
    for (const { keys } of query.wanted) keys.forEach((key, place) => frequencies.set(key, place % 2 && Infinity));
    // one that has just begun tells no frequencies
    const few = +(months[1]?.count > 9 * months[0]?.count);
    for (let start = 0, step = 0; start < months.length; step++) {
      const some = months.slice(start, start + 2 ** Math.min(step || few, 3));
      start += some.length;
      const tried = some.map((month) => this.#matches(month, query, frequencies, month === months[few]));
      for (const [place, month] of some.entries()) {
        yield { month, isLast: month === months.at(-1), ...(await tried[place]) };
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
      if (!postings) return { isDamaged: true, matches: [] };
      if (isNewest) for (const key of some) frequencies.set(key, postings.get(key)?.size ?? 0);
      if (some.length) found = having(some);
      if (!found.size) break;
    }
    const out = query.unwanted.map((clause) => having(clause.keys));
    const isFound = ([number]) => number >= month.start && number < month.end && !out.some((some) => some.has(number));
    return { matches: [...found].filter(isFound).map(([number, isShown]) => ({ month, number, isShown })).reverse() };
  }

  /** Key → document number → whether lists show the term; null if a file is damaged. */
  async #postings(month, keys) {
    const space = 2 ** month.bits;
    const byFile = Map.groupBy(keys, (key) => Math.floor((key * month.parts) / space));
    const found = new Map();
    const files = Array.from(byFile, async ([number, own]) => {
      const file = await this.#file(month, `terms-${number}.bin`, checkedTerms);
      if (file) decode(file, Math.ceil((number * space) / month.parts), month.count, own, found);
      return file;
    });
    return (await Promise.all(files)).every(Boolean) ? found : null;
  }

  async document({ month, number }) {
    const documents = await this.#file(month, `documents-${Math.floor(number / month.listed)}.json`, checkedDocuments);
    const document = documents?.[number % month.listed];
    return document ? { ...document, date: dateOf(month.name, document.day) } : null;
  }

  /** Fetched once more if damaged or of another build. */
  #file({ name: folder, numbering }, name, check) {
    const address = new URL(`${folder.replace("-", "/")}/${name}`, this.address);
    const key = `${numbering} ${address}`;
    if (!this.#files.has(key)) {
      const read = () => fetched(address, check, numbering);
      this.#files.set(key, read().then((file) => file ?? read()));
    }
    return this.#files.get(key);
  }

  /** Forget all. Returns whether there are other months. */
  async isRenewed() {
    const last = await this.months();
    this.#files.clear();
    this.#months = null;
    const now = await this.months();
    return now !== null && JSON.stringify(last) !== JSON.stringify(now);
  }
}

const dateOf = (month, day) => `${month}-${`${day}`.padStart(2, "0")}`;

const countBefore = ({ name, days }, date) =>
  days.reduce((all, n, at) => all + (dateOf(name, at + 1) < date && n), 0);

/** What a check makes of a file; null if unreadable. */
async function fetched(address, check, numbering) {
  try {
    const response = await fetch(address, { cache: "no-cache" });
    return response.ok ? await check(response, numbering) : null;
  } catch {
    return null;
  }
}

async function checkedMonths(response) {
  const { format, listed, bits, months } = await response.json();
  if (format !== FORMAT) return null;
  const count = (days) => days.reduce((all, n) => all + n);
  return months.reverse().map(([name, days, parts, numbering]) => ({ name, days, count: count(days), parts, numbering, listed, bits }));
}

async function checkedTerms(response, numbering) {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const view = new DataView(bytes.buffer);
  if (bytes[0] !== FORMAT || view.getUint32(1, true) !== crcOf(bytes.subarray(5), numbering)) return null;
  const widest = bytes[5];
  const count = view.getUint32(6, true);
  const sizes = new Uint8Array(count).map((_, number) => {
    const code = (bytes[10 + (number >> 2)] >> (2 * (number & 3))) & 3;
    return code === 3 ? widest : code + 1;
  });
  const starts = [10 + Math.ceil(count / 4)];
  for (let place = 0; place < widest; place++) starts.push(starts[place] + sizes.filter((size) => size > place).length);
  return { bytes, sizes, starts };
}

async function checkedDocuments(response, numbering) {
  const list = await response.json();
  const documents = list.rows.map(([id, title, titleLanguage, day, source, excerpt = "", language = "", group = "", address = ""]) => {
    const { href } = new URL(address || `articles/${id.slice(0, 2)}/${id}.html`, root);
    return { id, title, titleLanguage, day: `${day}`, source: list.sources[source], excerpt, language, group: group || id, href };
  });
  const isWhole = (one) => one.href.startsWith(root.href) && Object.values(one).every((value) => typeof value === "string");
  return list.numbering === numbering && documents.every(isWhole) ? documents : null;
}

/** generator/search/postings.py documents the format. */
function decode({ bytes, sizes, starts }, first, documents, keys, found) {
  const scale = 2 ** (32 - Math.clz32(2 * documents - 1));
  const places = [...starts];
  const wanted = [...keys].sort((one, other) => one - other);
  let posting = first * scale;
  let key = wanted.shift();
  for (let number = 0; number < sizes.length && key !== undefined; number++) {
    for (let place = 0, unit = 1; place < sizes[number]; place++, unit *= 256) posting += bytes[places[place]++] * unit;
    while (posting >= (key + 1) * scale) key = wanted.shift();
    if (!(posting >= key * scale)) continue;
    if (!found.has(key)) found.set(key, new Map());
    const value = posting - key * scale;
    found.get(key).set(value >> 1, value % 2 === 1);
  }
}

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
