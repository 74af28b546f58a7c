"""Count the words of each clipping's text and of its page, and tell where the missing ones were.

    python benchmarks/words.py CONTENT

The text is the Markdown after cleaning; the page is its HTML, with descriptions of pictures. A word is a run
of ASCII letters and digits, or one other letter. A missing word counts for the first of `KINDS` that contains
it, and as `unexplained` if none does: then the exit code is 1.
"""

from __future__ import annotations

import html
import re
import sys
from collections import Counter
from pathlib import Path

from measure import parser

from generator.config.site import Config
from generator.reading import discover
from generator.reading.article import article_of
from generator.reading.boilerplate import Cleaning
from generator.reading.boilerplate.families import built_in
from generator.reading.frontmatter import read_clipping
from generator.reading.rules import rules_of
from generator.render.markdown import Place, body_html

KINDS = {
    "address": re.compile(
        r"""\]\(\s*(?:<[^<>\n]*>|(?:\\.|[^\s\\)]|\)(?=\S*\)))*)"""
        r"""(?:\s+(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\((?:\\.|[^()\\])*\)))?\s*\)"""
    ),
    "autolink": re.compile(r"<[a-z][a-z0-9+.-]*:[^<>\s]*>", re.IGNORECASE),
    "definition": re.compile(
        r"^[ >]*(?:[-*+] +)?\[[^\[\]\n]+\]:\s*\S+(?:\s+[\"'(].*[\"')])?[ \t]*$", re.MULTILINE
    ),
    "list number": re.compile(r"^[ \t>*+-]*(?:\d{1,9}[.)]\s+)*\d{1,9}[.)](?=\s|$)", re.MULTILINE),
    "language of code": re.compile(r"^[ \t>]*(?:```+|~~~+)[^\n`]*$", re.MULTILINE),
    "comment": re.compile(r"<!--.*?-->", re.DOTALL),
    "script or style": re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE),
    "instruction or declaration": re.compile(r"<[?!][^>]*>"),
    "tag": re.compile(r"</?[a-z][a-z0-9-]*(?:\s[^<>]*)?/?>", re.IGNORECASE),
    "footnote": re.compile(r"\[\^[^\]\s]+\]:?"),
    "reference": re.compile(r"\]\[[^\[\]\n]*\]"),
}
"""Name → what may contain words that no page shows, in the order in which it is searched."""

_WORD = re.compile(r"[A-Za-z0-9]+|[^\W_]")
_TAG = re.compile(r"<[^>]*>")
_ALT = re.compile(r'<img [^>]*\balt="([^"]*)"')


def words(text: str) -> Counter[str]:
    """Return how often a text has each word."""
    return Counter(_WORD.findall(html.unescape(text)))


def loss_of(markdown: str, page: str) -> dict[str, Counter[str]]:
    """Return kind → words of a text that its HTML lacks."""
    missing = words(markdown) - words(" ".join((_TAG.sub(" ", page), *_ALT.findall(page))))
    kinds = {}
    for kind, pattern in KINDS.items():
        own = words(" ".join(match[0] for match in pattern.finditer(markdown))) & missing
        markdown = pattern.sub(" ", markdown)
        if own:
            kinds[kind] = own
            missing -= own
    plain = html.unescape(_TAG.sub("", page))
    lost = {word: count for word, count in missing.items() if plain.count(word) < markdown.count(word)}
    if lost:  # a word within another one, such as after a picture, is not lost
        kinds["unexplained"] = Counter(lost)
    return kinds


def main() -> int:
    """Read, clean and render clippings, and print a table."""
    arguments = parser(__doc__)
    arguments.add_argument("content", type=Path)
    content = arguments.parse_args().content
    rules, cleaning = rules_of(Config()), Cleaning(families=built_in())
    files, lost, total = Counter[str](), Counter[str](), Counter[str]()
    for path in discover(content, ()).paths:
        clipping, _ = read_clipping(content, path)
        reading = article_of(clipping, rules, cleaning) if clipping else None
        if not (reading and reading.article and reading.text):
            continue
        total += Counter(texts=1, words=words(reading.text).total())
        place = Place(original=reading.article.url, id=reading.article.id)
        for kind, own in loss_of(reading.text, str(body_html(reading.text, place))).items():
            files[kind] += 1
            lost[kind] += own.total()
            if kind == "unexplained":
                print(f"{own.total():6} {path}: {' '.join(own)[:300]}")
    print(f"{total['texts']} texts, {total['words']} words")
    for kind in (*KINDS, "unexplained"):
        print(f"{kind:28} {files[kind]:6} texts {lost[kind]:8} words")
    return 1 if files["unexplained"] else 0


if __name__ == "__main__":
    sys.exit(main())
