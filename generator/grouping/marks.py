"""Find the numbers in a title: marks, which distinguish the parts of a series, and counts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january gennaio enero janvier",
            "feb february febbraio febrero février",
            "mar march marzo mars",
            "apr april aprile abril avril",
            "may maggio mayo mai",
            "jun june giugno junio juin",
            "jul july luglio julio juillet",
            "aug august agosto août",
            "sep sept september settembre septiembre septembre",
            "oct october ottobre octubre octobre",
            "nov november novembre noviembre",
            "dec december dicembre diciembre décembre",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b(?=\.?,?\s*\d)|(?<=\d)\s+(?:{'|'.join(_MONTHS)})\b")
_IDENTIFIER = re.compile(r"[a-z]{2,8}[-_ ]?\d{4}[-_]\d{3,8}")
_DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"(?:(?<![a-z])|(?<=\bv))\d+(?:(?:[.:/_-]|,(?=\d{3}(?!\d)))\d+)*")
_CHINESE = {sign: n for n, sign in enumerate("零一二三四五六七八九十")}
_NUMERAL = "[零一二三四五六七八九十]{1,3}"
_ORDINAL = re.compile(
    rf"(?<!第)({_NUMERAL})(?=[期章篇部版回集讲节周批季弹次届]|[)）】])|(?<=[(（【之])({_NUMERAL})(?=\W|$)"
)
_EDITION = re.compile(rf"第\s?(?:({_NUMERAL})|0*(\d{{1,4}})(?!\d))")
"""An issue or edition: `第二届`, `第2届`."""
_BRACKETED = re.compile(r"[(【\[]\s*0*(\d{1,3})\s*[)】\]]")
"""A part: `(2)`."""
_SUFFIXED = re.compile(r"(?<![^\W\d_])([a-z]{2,12})0*(\d{1,4})(?![\w.])")
"""A word with a number at its end: `day2`, `log4j2`."""
_DEFANGED = re.compile(r"\[(?:\.|dot)\]")
"""The dots of an address that must not be followed."""
_THIRD = re.compile(r"[(（【]\s*([上中下])\s*[篇集部]?\s*[)）】]|([上中下])(?:篇|集)?$")
_ROMAN = {name: n for n, name in enumerate(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"], 1)}
WORDED = {
    name: n
    for n, name in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 1
    )
}
_NAMED = {name: str(number) for name, number in (_ROMAN | WORDED).items()}
ORDINALS = frozenset(
    {"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}
)
_PART = re.compile(rf"\b({'|'.join(_ROMAN)})$|\bpart\s+({'|'.join((*_ROMAN, *WORDED))})\b")
_COUNTED = re.compile(
    r"\s*(?:[+%余多个名项款条种家万亿千起次人位台大步国处类招]|\s(?!(?:and|to|of|at|by|in|for)\b)[a-z]{3,})"
)
"""Text after a number that shows that it counts something."""
_NUMBERED = re.compile(
    r"(?:第|#|\b(?:round|part|update|week|vol|volume|no|nr|issue|episode|ep|chapter|day|release|version|v|number"
    r"|settimana|edition)\.?\s*|[(（]\s*)$"
)
"""Text before a number that shows that it identifies an issue."""


def numbers(folded: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the marks and the counts in a folded title."""
    rest, marks = _DEFANGED.sub(".", folded) if "[" in folded else folded, set[str]()
    has_digits = _DIGIT.search(folded) is not None
    if has_digits and (identifiers := _IDENTIFIER.findall(folded)):
        rest = _IDENTIFIER.sub(" ; ", folded)
        marks |= {re.sub(r"[-_ ]", "-", found) for found in identifiers}
    marks.update(_parts(rest))
    rest = _EDITION.sub(" ; ", _BRACKETED.sub(" ; ", rest))
    if not rest.isascii():
        marks |= {str(_value(match[1] or match[2])) for match in _ORDINAL.finditer(rest)}
        marks |= {match[1] or match[2] for match in _THIRD.finditer(rest)}
    marks |= {_NAMED[match[1] or match[2]] for match in _PART.finditer(rest)}
    if not (has_digits and _DIGIT.search(rest)):
        return tuple(sorted(marks)), ()
    counts: set[str] = set()
    marks |= {f"month {_MONTHS[match[0].strip()]}" for match in _MONTH.finditer(rest)}
    for match in _DIGITS.finditer(rest):
        parts = re.split(r"[.:/_-]", match[0].replace(",", ""))
        number = ".".join(part.lstrip("0") or "0" for part in parts)
        (counts if _is_count(rest, match) else marks).add(number)
    return tuple(sorted(marks)), tuple(sorted(counts))


def with_digits(folded: str) -> str:
    """Return a title with the Chinese numerals of issues and editions as digits: `第二届` as `第2届`."""
    return _EDITION.sub(lambda match: f"第{_value(match[1]) if match[1] else match[2]}", folded)


def _parts(folded: str) -> Iterator[str]:
    """Yield editions, numbers in brackets and words with a number in a title, each with its kind."""
    if "第" in folded:
        for match in _EDITION.finditer(folded):
            yield f"edition {_value(match[1]) if match[1] else match[2]}"
    yield from (f"part {match[1]}" for match in _BRACKETED.finditer(folded))
    yield from (f"{match[1]} {match[2]}" for match in _SUFFIXED.finditer(folded))


def _is_count(text: str, match: re.Match[str]) -> bool:
    """Return whether a number counts something: no year, version, or number of an issue."""
    number = match[0].replace(",", "")
    if not number.isdecimal() or (len(number) == 4 and number.startswith(("19", "20"))):
        return False
    if _NUMBERED.search(text, max(0, match.start() - 12), match.start()):
        return False
    return _COUNTED.match(text, match.end()) is not None or text[: match.start()].endswith(
        ("$", "€", "£", "¥")
    )


def _value(numeral: str) -> int:
    """Return the value of a Chinese numeral: `二` 2, `十二` 12, `二十` 20, `二十三` 23."""
    tens, ten, ones = numeral.rpartition("十")
    return (_CHINESE.get(tens, 1) * 10 if ten else 0) + _CHINESE.get(ones, 0)


def marks_conflict(one: Collection[str], other: Collection[str]) -> bool:
    """Return whether there are different issue numbers, dates, versions or identifiers of one kind."""
    ours, theirs = set(one), set(other)
    return not set(map(_kind, ours - theirs)).isdisjoint(map(_kind, theirs - ours))


def _kind(mark: str) -> str:
    """Return the kind of a mark: month, year, long number (date), number, dotted number, `cve` and others."""
    if not mark[0].isdecimal():
        return mark.partition(" ")[0].partition("-")[0] if mark.isascii() else "third"
    first, *rest = mark.split(".")
    if len(first) > 4:
        return "long"
    if not rest and len(first) == 4 and first.startswith(("19", "20")):
        return "year"
    return "points" if rest else "number"
