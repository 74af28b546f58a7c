"""Tell link definitions such as `[docs]: https://…` from lines of text in the same form.

In CommonMark any `[label]: word` is a definition, which displays nothing. Interviews and chat logs are
written like this (`[记者]: 您怎么看这件事？`, `[12:01]: joined`), and a Chinese sentence counts as one word.
"""

from __future__ import annotations

import re

BEGIN = re.compile(
    r"\[(?P<label>[^\[\]\\]{1,999})\]:[ \t]*+(?:\n[ \t>]*+)?(?P<target><[^<>\n]*+>|[^ \t\n<][^ \t\n]*+)"
)
"""The start of a possible definition. The target may be on the next line."""
_LABEL = re.compile(r"\[([^\[\]]{1,999})\]")
_BEFORE = re.compile(r"(?:\A|\n)[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?\Z")
_ADDRESS = re.compile(
    r"<>|<?(?:[A-Za-z][A-Za-z0-9+.-]*://|(?:mailto|tel|data|about|urn|javascript|file|blob):|//|www\."
    r"|(?=[\x00-\x7f]*\Z)(?:\.{0,2}/|\#|[^@]*@[^@]*\.|\S*\.[A-Za-z][A-Za-z0-9]+(?:[/?\#>]|\Z)))",
    re.IGNORECASE,
)
"""What makes a target an address: a scheme, or in ASCII a path, a host, a file or a mail address.

`[comment]: <> (words)` is a common way to write a comment.
"""
_LONGEST_INDENT = 50
_TITLE = r"""(?:"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\))(?=[ \t]*(?:\n|\Z))"""
_LINE = re.compile(
    r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?" + BEGIN.pattern + rf"(?:(?:[ \t]++|[ \t]*+\n[ \t>]*+){_TITLE}"
    r"|[ \t]+[\"'(][^\n]*)?[ \t]*(?:\n|\Z)",
    re.DOTALL,
)
"""A definition with its title, which may begin on the next line and have several lines."""


def labels_referred_to(text: str) -> frozenset[str]:
    """Return the normalised labels in brackets anywhere except at the start of such a line."""
    found = set()
    for match in _LABEL.finditer(text):
        start, end = match.span()
        if text.startswith(":", end) and _BEFORE.search(text[max(0, start - _LONGEST_INDENT) : start]):
            continue
        found.add(_normalised(match[1]))
    return frozenset(found)


def is_text(line: re.Match[str], referred: frozenset[str]) -> bool:
    """Return whether a match of `BEGIN` is text: nothing refers to it, and its target is not an address."""
    return not _ADDRESS.match(line["target"]) and _normalised(line["label"]) not in referred


def without_definitions(block: str, referred: frozenset[str]) -> str:
    """Return a block without the link definitions at its start."""
    kept: list[str] = []
    position = 0
    while line := _LINE.match(block, position):
        if is_text(line, referred):
            kept.append(line[0])
        position = line.end()
    return "".join((*kept, block[position:]))


def _normalised(label: str) -> str:
    return " ".join(label.split()).casefold()
