// The files of the search index: fetched, checked, and asked for the articles that a query names.

const AT_ONCE = [1, 2, 4, 8];
const FORMAT = 2;

/** The index below an address. */
export class Index {
  #files = new Map();
  #months = null;

  constructor(address) {
    this.address = address;
  }

  /** All months, newest first. */
  async months() {
    this.#months ??= this.#list("no-cache");
    this.#months.catch(() => (this.#months = null));
    return this.#months;
  }

  async #list(cache) {
    const list = await (await fetched(new URL("months.json", this.address), cache)).json();
    if (list.format !== FORMAT) throw new Error("this page is of another version than the index");
    const rows = list.months.map(([name, count, parts, numbering]) => ({ name, count, parts, numbering }));
    return rows.reverse().map((month) => ({ ...month, listed: list.listed, keyBits: list.bits }));
  }

  /**
   * Yield what each month has for a query, newest first: its articles, and how many have each clause; whether it is
   * the last one. Of a month that cannot be searched, the error.
   */
  async *search(query) {
    const asked = (await this.months()).filter(
      ({ name }) => `${name}-99` >= query.since && `${name}-01` < query.until,
    );
    const frequencies = new Map();
    for (let start = 0, step = 0; start < asked.length; step++) {
      const some = asked.slice(start, start + (AT_ONCE[step] ?? AT_ONCE.at(-1)));
      start += some.length;
      for (const found of some.map((month) => this.#within(month, query, frequencies))) {
        const own = await found;
        yield { ...own, isLast: own.month === asked.at(-1) };
      }
    }
  }

  async #within(month, query, frequencies) {
    try {
      return { month, ...(await this.#matches(month, query, frequencies)) };
    } catch (error) {
      return { month, error, matches: [], counts: [] };
    }
  }

  /**
   * What a month has for a query. In the newest one, all files are fetched at once. It tells how frequent each key is:
   * in the others, the rarest of each clause comes first, then the next ones, as long as an article may have all.
   */
  async #matches(month, query, frequencies) {
    const rarity = (key) => frequencies.get(key) ?? 0;
    const ranked = query.wanted.map(({ keys }) => [...keys].sort((one, other) => rarity(one) - rarity(other)));
    let [postings, each] = [new Map(), []];
    const all = (keys) => intersected(keys.map((key) => postings.get(key)));
    for (const size of frequencies.size ? [1, 2, Infinity] : [Infinity]) {
      const some = ranked.map((keys) => keys.slice(0, size));
      const others = size === Infinity ? query.unwanted.flatMap(({ keys }) => keys) : [];
      postings = await this.#postings(month, new Set([...some.flat(), ...others]));
      each = some.map(all);
      if (each.length && !intersected(each).size) break;
    }
    if (!frequencies.size) for (const key of ranked.flat()) frequencies.set(key, postings.get(key)?.size ?? 0);
    const out = query.unwanted.map(({ keys }) => all(keys));
    const matches = [];
    for (const [number, isShown] of each.length ? intersected(each) : everyOne(month.count)) {
      if (!out.some((some) => some.has(number))) matches.push({ number, isShown });
    }
    return { matches: matches.reverse(), counts: each.map((some) => some.size) };
  }

  /** Key → number of document → whether what lists show of it has the term. */
  async #postings(month, keys) {
    const space = 2 ** month.keyBits;
    const byFile = new Map();
    for (const key of keys) {
      const number = Math.floor((key * month.parts) / space);
      byFile.set(number, [...(byFile.get(number) ?? []), key]);
    }
    const found = new Map();
    const files = [...byFile].map(async ([number, own]) => {
      const bytes = await this.#file(month, `terms-${number}.bin`, checkedTerms);
      const first = Math.ceil((number * space) / month.parts);
      for (const [key, documents] of decoded(bytes, first, month.count, own)) found.set(key, documents);
    });
    await Promise.all(files);
    return found;
  }

  /** The article with a number in a month. */
  async document({ name, listed, numbering }, number) {
    const month = { name, numbering };
    const file = await this.#file(month, `documents-${Math.floor(number / listed)}.json`, checkedList);
    const row = file.rows[number % listed];
    const [id, title, titleLanguage, day, source, excerpt = "", language = "", group = "", address = ""] = row;
    return {
      id, title, titleLanguage, excerpt, language,
      source: file.sources[source],
      date: `${name}-${String(day).padStart(2, "0")}`,
      group: group || id,
      address: address || `articles/${id.slice(0, 2)}/${encodeURIComponent(id)}.html`,
    };
  }

  /** A file of a month, checked. One that is damaged, or of another build, is fetched once more. */
  #file(month, name, check) {
    const address = new URL(`${month.name.replace("-", "/")}/${name}`, this.address);
    const key = `${month.numbering} ${address}`;
    if (!this.#files.has(key)) {
      const file = this.#fetched(address, month, check);
      file.catch(() => this.#files.delete(key));
      this.#files.set(key, file);
    }
    return this.#files.get(key);
  }

  async #fetched(address, month, check) {
    try {
      return await check(await fetched(address, "default"), month.numbering);
    } catch {
      return check(await fetched(address, "reload"), month.numbering);
    }
  }

  /** Forget what was fetched, and whether the list of months is another one now. */
  async isRenewed() {
    const last = await this.months().catch(() => []);
    this.#files.clear();
    this.#months = this.#list("reload");
    this.#months.catch(() => (this.#months = null));
    return JSON.stringify(last) !== JSON.stringify(await this.#months);
  }
}

async function fetched(address, cache) {
  const response = await fetch(address, { cache });
  if (!response.ok) throw new Error(`${response.status} ${address}`);
  return response;
}

async function checkedTerms(response, numbering) {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const isOfMonth = bytes.length >= 10 && bytes[0] === FORMAT && uint32(bytes, 1) === numbering;
  if (!isOfMonth || bytes.length !== starts(bytes).at(-1)) throw new Error("not a file of this index");
  return bytes;
}

function uint32(bytes, at) {
  return new DataView(bytes.buffer).getUint32(at, true);
}

/** How many bytes a difference has, less one; 3 if it has as many as any in the file. */
function sizeOf(bytes, number) {
  return (bytes[10 + (number >> 2)] >> (2 * (number & 3))) & 3;
}

/** Where the first bytes of all differences are, the second ones and so on; the end of the file. */
function starts(bytes) {
  const [widest, count] = [bytes[5], uint32(bytes, 6)];
  const counts = [0, 0, 0, 0];
  if (bytes.length > 10 + count) for (let number = 0; number < count; number++) counts[sizeOf(bytes, number)]++;
  const found = [10 + Math.ceil(count / 4)];
  for (let place = 0; place < widest; place++) {
    const own = counts.reduce((sum, some, size) => (size >= Math.min(place, 3) ? sum + some : sum), 0);
    found.push(found.at(-1) + own);
  }
  return found;
}

async function checkedList(response, numbering) {
  const list = await response.json();
  if (list.numbering !== numbering) throw new Error("not a file of this index");
  return list;
}

/** Key → its documents, of the keys that a file has. generator/search/postings.py tells the format. */
function decoded(bytes, first, count, keys) {
  const scale = 2 ** (32 - Math.clz32(2 * count - 1));
  const [widest, places] = [bytes[5], starts(bytes)];
  const asked = [...keys].sort((one, other) => one - other);
  const found = new Map();
  const differences = uint32(bytes, 6);
  let [posting, key] = [first * scale, asked.shift()];
  for (let number = 0; number < differences && key !== undefined; number++) {
    const size = sizeOf(bytes, number);
    const wide = size === 3 ? widest : size + 1;
    for (let place = 0, unit = 1; place < wide; place++, unit *= 256) posting += bytes[places[place]++] * unit;
    while (posting >= (key + 1) * scale) key = asked.shift();
    if (!(posting >= key * scale)) continue;
    if (!found.has(key)) found.set(key, new Map());
    const value = posting - key * scale;
    found.get(key).set(value >> 1, value % 2 === 1);
  }
  return found;
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

function everyOne(count) {
  return new Map(Array.from({ length: count }, (_, number) => [number, true]));
}
