// The terms of queries as keys, like generator/search/terms.py, by the same table.
import { crcOf } from "./reader.js";
import { BLANKED, JOINING, KEY_BITS, LONGEST_NAME, MARKS, PAIRED, PARTING, REPLACED, SPREAD } from "./search-table.js";

const WORD = `[^${PAIRED}${PARTING}]+`;
const JOINED = `[${JOINING.replace("-", "\\-")}]`;
const NAME = `\\.?${WORD}(?:${JOINED}${WORD})*(?:(?:\\+\\+?|#)(?!${WORD}))?`;
const NAME_OR_RUN = new RegExp(`([${PAIRED}]+)|${NAME}`, "gu");
const PARTS = new RegExp(`(${JOINED})`, "u");
const MARK = new RegExp(`[${MARKS}]+`, "gu");
const BLANK = new RegExp(`[${BLANKED}]`, "gu");
const SHIFT = 32 - KEY_BITS;

/** A text in the form in which its terms are found. */
export function folded(text) {
  text = text.replace(BLANK, " ").normalize("NFKC").toLowerCase();
  text = text.normalize("NFD").replace(MARK, "").normalize("NFC");
  for (const [letter, others] of Object.entries(REPLACED)) text = text.replaceAll(letter, others);
  return text;
}

/** The key of a word or name. */
export const keyOf = (term) => crcOf(term) >>> SHIFT;

/** The names and runs of characters in a folded text. */
export function piecesOf(text) {
  return Array.from(text.matchAll(NAME_OR_RUN), ([piece, run]) => ({ piece, isRun: run !== undefined }));
}

/** The keys that a text has if it contains what a reader typed. */
export function wantedKeys(text) {
  const found = new Set();
  for (const { piece, isRun } of piecesOf(folded(text))) {
    if (!isRun) for (const term of wantedOf(piece)) found.add(keyOf(term));
    for (let at = 1; isRun && at < piece.length; at++) {
      const pair = piece.charCodeAt(at - 1) | (piece.charCodeAt(at) << 16);
      found.add(Math.imul(pair, SPREAD) >>> SHIFT);
    }
  }
  return [...found];
}

function wantedOf(name) {
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
  return terms;
}
