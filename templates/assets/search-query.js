// As generator/search/query.py and terms.py.
import { crcOf } from "./reader.js";
import { BLANKED, DROPPED, JOINING, KEY_BITS, LONGEST_NAME, LONGEST_PHRASE, MARKS, PAIRED, PARTING, REPLACED, SPREAD } from "./search-table.js";

const CLAUSE = /(-?)(?:(source|tag|lang|site|before|after)[:：])?(?:["“”]([^"“”]*)["“”]?|(\S+))/gi;
const DAY = /^((?!0000)\d{4})(?:-(0?[1-9]|1[0-2])(?:-(0?[1-9]|[12]\d|3[01]))?)?$/;
const classOf = (ranges) => ranges.replace(/ ?(\w+)/g, "\\u{$1}");
const each = (pattern) => new RegExp(pattern, "gu");
const RUN = `([${classOf(PAIRED)}]+)`;
const WORD = `[^${classOf(`${PAIRED} ${PARTING}`)}]+`;
const WORDS = each(`${RUN}|${WORD}`);
const NAMES = each(`${RUN}|\\.?${WORD}(?:[${JOINING}]${WORD})*(?:(?:\\+\\+?|#)(?!${WORD}))?`);
const PARTS = new RegExp(`([${JOINING}])`);
const MARK = each(`[${classOf(MARKS)}]`);
const DROP = each(`[${classOf(DROPPED)}]`);
const BLANK = each(`[${classOf(BLANKED)}]`);
const SHIFT = 32 - KEY_BITS;

export function parsed(line) {
  const clauses = [];
  const ignored = [];
  let [since, until] = ["", "9999-99-99"];
  for (const [whole, minus, name = "", phrase, word] of line.replace(DROP, "").matchAll(CLAUSE)) {
    const field = name.toLowerCase();
    const text = phrase ?? word;
    const clause = { whole, field, text, isNegative: minus === "-", isPhrase: phrase !== undefined, keys: [] };
    if (/before|after/.test(field)) {
      clause.day = dayOf(text);
      const isSince = (field === "after") !== clause.isNegative;
      if (clause.day && isSince && clause.day > since) since = clause.day;
      if (clause.day && !isSince && clause.day < until) until = clause.day;
    } else {
      clause.keys = keysOf(field, text);
    }
    clauses.push(clause);
    if (!clause.day) ignored.push(...(clause.keys.length ? singlesOf(field, text) : [whole]));
  }
  const searched = clauses.filter(({ keys }) => keys.length);
  return {
    clauses,
    ignored,
    since,
    until,
    wanted: searched.filter(({ isNegative }) => !isNegative),
    unwanted: searched.filter(({ isNegative }) => isNegative),
    isEmpty: !clauses.some(({ keys, day }) => keys.length || day),
  };
}

function keysOf(field, text) {
  if (field === "lang") return [keyOf(`lang:${text.toLowerCase()}`)];
  if (field === "site") return siteOf(text) ? [keyOf(`site:${siteOf(text)}`)] : [];
  return field ? wantedFieldKeys(field, text) : wantedKeys(text);
}

function singlesOf(field, text) {
  const pieces = /lang|site/.test(field) ? [] : piecesOf(folded(text));
  return pieces.flatMap(({ run }) => (run?.length === 1 ? run : []));
}

function siteOf(address) {
  const parts = address.toLowerCase().match(/^(?:(?:[a-z][a-z0-9+.-]*:)?\/\/)?(?:[^/@]*@)?([^/:?#]*)/);
  return parts[1].replace(/^www\./, "");
}

function dayOf(text) {
  const [isDay, year, month = "1", day = "1"] = text.match(DAY) ?? [];
  return isDay && day <= new Date(year, month, 0).getDate() ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : "";
}

export function folded(text) {
  text = text.replace(DROP, "").replace(BLANK, " ").normalize("NFKC").toLowerCase();
  text = text.normalize("NFD").replace(MARK, "").normalize("NFC");
  for (const [letter, others] of Object.entries(REPLACED)) text = text.replaceAll(letter, others);
  return text;
}

const keyOf = (term) => crcOf(term) >>> SHIFT;
const keyOfPair = (pair) => Math.imul(pair.charCodeAt(0) | (pair.charCodeAt(1) << 16), SPREAD) >>> SHIFT;

const piecesOf = (text, pattern = NAMES) => Array.from(text.matchAll(pattern), ([piece, run]) => ({ piece, run }));
const pairsOf = (run) => Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2));

const keysIn = (text, pattern, keysOfWord) =>
  piecesOf(folded(text), pattern).flatMap(({ piece, run }) => (run ? pairsOf(run).map(keyOfPair) : keysOfWord(piece)));

export const wantedKeys = (text) => [...new Set(keysIn(text, NAMES, keysOfName))];

function wantedFieldKeys(field, text) {
  const units = keysIn(text, WORDS, keyOf);
  const width = Math.min(units.length, LONGEST_PHRASE);
  const phrases = units.slice(width - 1).map((_, at) => units.slice(at, at + width).join(" "));
  return [...new Set([...phrases, ...wantedKeys(text)].map((one) => keyOf(`${field}:${one}`)))];
}

/** Keys of its longest terms. */
function keysOfName(name) {
  const core = name.replace(/[+#]+$/, "");
  const first = core[0] === "." ? "." : "";
  const last = name.slice(core.length);
  const parts = core.slice(first.length).split(PARTS);
  const terms = [...(first && [first + parts[0]]), ...(last && [parts.at(-1) + last])];
  const width = 2 * LONGEST_NAME - 1;
  const isWhole = parts.length > 1 || !terms.length;
  for (let start = 0; isWhole && start < Math.max(1, parts.length - width + 1); start += 2) {
    terms.push(parts.slice(start, start + width).join(""));
  }
  return terms.map(keyOf);
}

/** Whether a text holds a clause as it was typed. */
export const holds = (text, clause) => folded(text).includes(folded(clause.text).trim());

/** A text's parts, each with whether a clause asks for it. */
export function marked(text, clauses) {
  const needles = clauses.map((clause) => folded(clause.text).trim());
  const pieces = needles.flatMap((needle) => piecesOf(needle).flatMap(({ piece, run }) => (run ? pairsOf(run) : piece)));
  const { form, starts } = aligned(text);
  const isMarked = Array(text.length + 1).fill(false);
  for (const needle of new Set([...needles, ...pieces])) mark(needle, form, starts, isMarked);
  const parts = [];
  for (let at = 0, start = 0; at < text.length; at++) {
    if (isMarked[at + 1] !== isMarked[at] || at + 1 === text.length) {
      parts.push({ text: text.slice(start, at + 1), isMarked: isMarked[at] });
      start = at + 1;
    }
  }
  return parts;
}

/** A text's folded form, and where its characters come from. */
function aligned(text) {
  let form = "";
  const starts = [];
  let at = 0;
  for (const character of text) {
    const isPlain = /[\0-\x7f\u4e00-\u9fff]/.test(character);
    const own = isPlain ? character.toLowerCase() : folded(character);
    starts.push(...Array(own.length).fill(at));
    form += own;
    at += character.length;
  }
  starts.push(at);
  return { form, starts };
}

function mark(needle, form, starts, isMarked) {
  if (!needle) return;
  const isLetter = (character = "") => piecesOf(character).some(({ run }) => !run);
  const isRun = (character) => piecesOf(character).some(({ run }) => run);
  for (let at = form.indexOf(needle); at >= 0; at = form.indexOf(needle, at + 1)) {
    const end = at + needle.length;
    const isPart = (!isRun(needle[0]) && isLetter(form[at - 1])) || (!isRun(needle.at(-1)) && isLetter(form[end]));
    if (!isPart) isMarked.fill(true, starts[at], starts[end]);
  }
}
