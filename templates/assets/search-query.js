// What a reader asks for, like generator/search/query.py.
import { folded, keyOf, piecesOf, wantedKeys } from "./search-terms.js";

const CLAUSE = /(-?)(?:(source|tag|lang|site|before|after)[:：])?(?:["“”]([^"“”]*)["“”]?|(\S+))/giu;
const DAY = /^(\d{4})(?:-(0?[1-9]|1[0-2])(?:-(0?[1-9]|[12]\d|3[01]))?)?$/;

/** The query in a line of text. */
export function parsed(line) {
  const clauses = [];
  const ignored = [];
  let [since, until] = ["", "9999-99-99"];
  for (const [whole, minus, name, phrase, word] of line.matchAll(CLAUSE)) {
    const field = (name ?? "").toLowerCase();
    const text = phrase ?? word;
    const clause = { whole, field, text, isNegative: minus === "-", isPhrase: phrase !== undefined, keys: [] };
    if (field === "before" || field === "after") {
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
  const searched = clauses.filter((clause) => clause.keys.length);
  return {
    clauses,
    ignored,
    since,
    until,
    wanted: searched.filter((clause) => !clause.isNegative),
    unwanted: searched.filter((clause) => clause.isNegative),
    isEmpty: !clauses.some((clause) => (clause.keys.length && !clause.isNegative) || clause.day),
  };
}

function keysOf(field, text) {
  if (field === "lang") return [keyOf(`lang:${text.toLowerCase()}`)];
  if (field === "site") return siteOf(text) ? [keyOf(`site:${siteOf(text)}`)] : [];
  return field ? wantedKeys(text).map((key) => keyOf(`${field}:${key}`)) : wantedKeys(text);
}

/** Characters that stand alone but are searched by pairs. */
function singlesOf(field, text) {
  const pieces = /lang|site/.test(field) ? [] : piecesOf(folded(text));
  return pieces.flatMap(({ piece, isRun }) => (isRun && piece.length === 1 ? piece : []));
}

function siteOf(address) {
  const parts = address.toLowerCase().match(/^(?:(?:[a-z][a-z0-9+.-]*:)?\/\/)?(?:[^/@]*@)?([^/:?#]*)/);
  return parts[1].replace(/^www\./, "");
}

function dayOf(text) {
  const parts = text.match(DAY);
  return parts ? `${parts[1]}-${(parts[2] ?? "1").padStart(2, "0")}-${(parts[3] ?? "1").padStart(2, "0")}` : "";
}

/** Whether a text holds a clause as it was typed, and not only its parts. */
export function holds(text, clause) {
  return folded(text).includes(folded(clause.text).trim());
}

/** The parts of a text, in order, each with whether a clause asks for it. */
export function marked(text, clauses) {
  const needles = clauses.filter(({ field }) => !field).map(({ text: typed }) => folded(typed).trim());
  const pieces = needles.flatMap((needle) => piecesOf(needle).flatMap(piecesToMark));
  const { form, starts } = aligned(text);
  const isMarked = new Uint8Array(text.length + 1);
  for (const needle of new Set([...needles, ...pieces])) mark(needle, form, starts, isMarked);
  const parts = [];
  for (let at = 0, start = 0; at < text.length; at++) {
    if (isMarked[at + 1] !== isMarked[at] || at + 1 === text.length) {
      parts.push({ text: text.slice(start, at + 1), isMarked: isMarked[at] === 1 });
      start = at + 1;
    }
  }
  return parts;
}

function piecesToMark({ piece, isRun }) {
  if (!isRun) return [piece];
  return Array.from({ length: piece.length - 1 }, (_, at) => piece.slice(at, at + 2));
}

/** The folded form of a text, and where in the text each of its characters comes from. */
function aligned(text) {
  let form = "";
  const starts = [];
  let at = 0;
  for (const character of text) {
    const code = character.charCodeAt(0);
    const isPlain = code < 0x80 || (code >= 0x4e00 && code < 0xa000); // folding takes a microsecond
    const own = isPlain ? character.toLowerCase() : folded(character);
    for (let unit = 0; unit < own.length; unit++) starts.push(at);
    form += own;
    at += character.length;
  }
  starts.push(at);
  return { form, starts };
}

function mark(needle, form, starts, isMarked) {
  if (!needle) return;
  const isLetter = (character) => character !== undefined && piecesOf(character).some(({ isRun }) => !isRun);
  for (let at = form.indexOf(needle); at >= 0; at = form.indexOf(needle, at + 1)) {
    const end = at + needle.length;
    const isPart =
      (isLetter(needle[0]) && isLetter(form[at - 1])) || (isLetter(needle.at(-1)) && isLetter(form[end]));
    if (!isPart) isMarked.fill(1, starts[at], starts[end]);
  }
}
