"""Count the words of each clipping's text and of its page, and say where those that are missing stood.

    python benchmarks/words.py CONTENT [--show KIND] [--most N]

The text is the Markdown that is left after cleaning; the page is its HTML, descriptions of pictures included.
A word is a run of ASCII letters and digits, or one other letter. What is missing is put down to the first of
`KINDS` that holds it, and to `unexplained` where none does: then the exit code is 1.
"""

from __future__ import annotations

import argparse
import html
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from generator.config.site import Config
from generator.engine.document_table import rules_of
from generator.reading import discover
from generator.reading.article import article_of
from generator.reading.boilerplate import Cleaning
from generator.reading.boilerplate.families import built_in
from generator.reading.frontmatter import read_clipping
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
"""What may hold words that no page shows, by what it is called; in the order in which it is looked for."""

_WORD = re.compile(r"[A-Za-z0-9]+|[^\W_]")
_TAG = re.compile(r"<[^>]*>")
_ALT = re.compile(r'<img [^>]*\balt="([^"]*)"')


class Loss(msgspec.Struct, frozen=True):
    """What of a text is not on its page."""

    path: str
    words: int
    """Of the whole text."""
    kinds: dict[str, Counter[str]]


def words(text: str) -> Counter[str]:
    """How often a text has each word."""
    return Counter(_WORD.findall(html.unescape(text)))


def loss_of(path: str, markdown: str, page: str) -> Loss:
    """Compare a text with its HTML."""
    shown = words(" ".join((_TAG.sub(" ", page), *_ALT.findall(page))))
    written = words(markdown)
    missing, kinds = written - shown, {}
    for kind, pattern in KINDS.items():
        if not missing:
            break
        own = words(" ".join(match[0] for match in pattern.finditer(markdown))) & missing
        markdown = pattern.sub(" ", markdown)
        if own:
            kinds[kind] = own
            missing -= own
    plain = html.unescape(_TAG.sub("", page))
    lost = {word: count for word, count in missing.items() if plain.count(word) < markdown.count(word)}
    if lost:  # a word that stands within another one, such as behind a picture, is none that is lost
        kinds["unexplained"] = Counter(lost)
    return Loss(path, written.total(), kinds)


def losses(content: Path) -> Iterator[Loss]:
    """Read, clean and render the clippings of a folder, one at a time."""
    rules, cleaning = rules_of(Config()), Cleaning(families=built_in())
    for path in discover(content, ()).paths:
        clipping, _ = read_clipping(content, path)
        reading = article_of(clipping, rules, cleaning) if clipping else None
        if reading and reading.article and reading.text:
            place = Place(original=reading.article.url, id=reading.article.id)
            yield loss_of(path, reading.text, str(body_html(reading.text, place)))


def main() -> int:
    """Count, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("content", type=Path)
    parser.add_argument("--show", metavar="KIND", default="unexplained", help="list clippings of a kind")
    parser.add_argument("--most", type=int, default=20, metavar="N", help="list so many of them at most")
    asked = parser.parse_args()
    files, lost, examples = Counter[str](), Counter[str](), list[tuple[int, str, str]]()
    texts = total = 0
    for loss in losses(asked.content):
        texts, total = texts + 1, total + loss.words
        for kind, own in loss.kinds.items():
            files[kind] += 1
            lost[kind] += own.total()
            if kind == asked.show:
                examples.append((own.total(), loss.path, " ".join(own)[:300]))
    print(f"{texts} texts, {total} words")
    for kind in (*KINDS, "unexplained"):
        print(f"{kind:28} {files[kind]:6} texts {lost[kind]:8} words")
    for count, path, which in sorted(examples, reverse=True)[: asked.most]:
        print(f"{count:6} {path}: {which}")
    return 1 if files["unexplained"] else 0


if __name__ == "__main__":
    sys.exit(main())
