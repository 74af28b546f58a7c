"""Lines such as `[docs]: https://…`: which define where a link leads to, and which are text.

To CommonMark any `[label]: word` is a definition, which shows nothing. Interviews and chat logs are written
like that (`[记者]: 您怎么看这件事？`, `[12:01]: joined`), and a Chinese sentence is one word to it.
"""

from __future__ import annotations

import re

BEGIN = re.compile(
    r"\[(?P<label>[^\[\]\\]{1,999})\]:[ \t]*+(?:\n[ \t>]*+)?(?P<target><[^<>\n]*+>|[^ \t\n<][^ \t\n]*+)"
)
"""How a line begins that may be a definition; the target may stand on the next one."""
_LABEL = re.compile(r"\[([^\[\]]{1,999})\]")
_BEFORE = re.compile(r"(?:\A|\n)[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?\Z")
_ADDRESS = re.compile(
    r"<?(?:[A-Za-z][A-Za-z0-9+.-]*://|(?:mailto|tel|data|about|urn|javascript|file|blob):|//|www\."
    r"|(?=[\x00-\x7f]*\Z)(?:\.{0,2}/|\#|[^@]*@[^@]*\.|\S*\.[A-Za-z][A-Za-z0-9]+(?:[/?\#>]|\Z)))",
    re.IGNORECASE,
)
"""What a target must be like: it has a scheme, or is ASCII and a path, a host, a file or a mail address."""
_LONGEST_INDENT = 50
_LINE = re.compile(r"[ \t>]*" + BEGIN.pattern + r"(?:[ \t]+[\"'(][^\n]*)?[ \t]*(?:\n|\Z)")


def labels_referred_to(text: str) -> frozenset[str]:
    """The labels in brackets, normalised, wherever they stand but at the beginning of such a line."""
    found = set()
    for match in _LABEL.finditer(text):
        start, end = match.span()
        if text.startswith(":", end) and _BEFORE.search(text[max(0, start - _LONGEST_INDENT) : start]):
            continue
        found.add(_normalised(match[1]))
    return frozenset(found)


def is_text(line: re.Match[str], referred: frozenset[str]) -> bool:
    """Whether what matches `BEGIN` is text: nothing refers to it, and its target is like no address."""
    return not _ADDRESS.match(line["target"]) and _normalised(line["label"]) not in referred


def without_definitions(block: str, referred: frozenset[str]) -> str:
    """A block without the lines that define links; they stand at its beginning."""
    kept: list[str] = []
    position = 0
    while line := _LINE.match(block, position):
        if is_text(line, referred):
            kept.append(line[0])
        position = line.end()
    return "".join((*kept, block[position:]))


def _normalised(label: str) -> str:
    return " ".join(label.split()).casefold()
