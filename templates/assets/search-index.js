// The files of the search index: fetched, checked, and asked for the articles that a query names.

const AT_ONCE = [1, 2, 4, 8];

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
    if (list.format !== 1) throw new Error("this page is of another version than the index");
    const rows = list.months.map(([name, count, parts, numbering]) => ({ name, count, parts, numbering }));
    return rows.reverse().map((month) => ({ ...month, listed: list.listed, keyBits: list.bits }));
  }

  /**
   * Yield what each month has for a query, newest first: its articles, and how many have each clause. Of a month
   * that cannot be searched, the error.
   */
  async *search(query) {
    const asked = (await this.months()).filter(
      ({ name }) => `${name}-99` >= query.since && `${name}-01` < query.until,
    );
    for (let start = 0, step = 0; start < asked.length; step++) {
      const some = asked.slice(start, start + (AT_ONCE[step] ?? AT_ONCE.at(-1)));
      start += some.length;
      for (const found of some.map((month) => this.#within(month, query))) yield await found;
    }
  }

  async #within(month, query) {
    try {
      return { month, ...(await this.#matches(month, query)) };
    } catch (error) {
      return { month, error, matches: [], counts: [] };
    }
  }

  async #matches(month, query) {
    const keys = [...query.wanted, ...query.unwanted].flatMap((clause) => clause.keys);
    const postings = await this.#postings(month, new Set(keys));
    const each = query.wanted.map(({ keys: own }) => intersected(own.map((key) => postings.get(key))));
    const out = query.unwanted.map(({ keys: own }) => intersected(own.map((key) => postings.get(key))));
    const all = each.length ? intersected(each) : everyOne(month.count);
    const matches = [];
    for (const [number, isShown] of all) {
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
      for (const [key, documents] of decoded(bytes, first, new Set(own))) found.set(key, documents);
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
  const view = new DataView(bytes.buffer);
  const isWhole = bytes.length === 5 || (bytes.length > 5 && bytes.at(-1) < 128);
  if (!isWhole || bytes[0] !== 1 || view.getUint32(1, true) !== numbering) {
    throw new Error("not a file of this index");
  }
  return bytes;
}

async function checkedList(response, numbering) {
  const list = await response.json();
  if (list.numbering !== numbering) throw new Error("not a file of this index");
  return list;
}

/** Yield each of the keys that a file has, with its documents. */
function* decoded(bytes, first, keys) {
  let at = 5;
  const next = () => {
    let [value, scale] = [0, 1];
    for (; bytes[at] > 127; scale *= 128) value += (bytes[at++] & 127) * scale;
    return value + bytes[at++] * scale;
  };
  for (let key = first; at < bytes.length; ) {
    const head = next();
    key += Math.floor(head / 2);
    const count = head % 2 ? 1 : next();
    const documents = keys.has(key) ? new Map() : null;
    for (let place = 0, number = 0; place < count; place++) {
      const posting = next();
      number += posting >>> 1;
      documents?.set(number, (posting & 1) === 1);
    }
    if (documents) yield [key, documents];
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

function everyOne(count) {
  return new Map(Array.from({ length: count }, (_, number) => [number, true]));
}
