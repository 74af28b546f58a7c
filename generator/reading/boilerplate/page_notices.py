"""Recognise a page of which all is a notice by the sentences of `notices.toml`: walls, errors, blocks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources

import msgspec


class _Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: str
    sure: tuple[str, ...]
    about: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    speaks: tuple[str, ...]
    beside: tuple[str, ...]
    told: tuple[str, ...]
    notice: tuple[_Notice, ...]


class _Compiled(msgspec.Struct, frozen=True):
    speaks: re.Pattern[str]
    beside: re.Pattern[str]
    told: re.Pattern[str]
    sure: tuple[tuple[str, re.Pattern[str]], ...]
    """Reason → the sentences that are enough for it."""
    about: tuple[tuple[str, re.Pattern[str]], ...]
    """Reason → the subjects of sentences in which the page speaks of itself or to its reader."""


LONGEST = 180
"""Number of characters of a sentence of a notice at most."""


def page_notice_of(sentences: Sequence[str], title: str) -> str:
    """Return why sentences are no text: each is of a notice or may stand beside one.

    Empty if one is not, if none is sure, or if the title has the subject of the notice.
    """
    known = _compiled()
    reason = ""
    for sentence in sentences:
        words = sentence.casefold().strip(_MARKS)
        if not words or known.beside.fullmatch(words):
            continue
        if len(words) > LONGEST or known.told.search(words):
            return ""
        if found := next((reason for reason, pattern in known.sure if pattern.search(words)), ""):
            reason = reason or found
        elif not any(pattern.search(words) for _, pattern in known.about):
            return ""
        elif not reason and known.speaks.search(words):
            reason = next(reason for reason, pattern in known.about if pattern.search(words))
    return "" if reason and _is_subject(known, title) else reason


def _is_subject(known: _Compiled, title: str) -> bool:
    words = title.casefold()
    return any(pattern.search(words) for _, pattern in (*known.sure, *known.about))


_MARKS = " \t\n*_#>~-–·•|\\`.!?…。！？:：,，;；→»›"


@cache
def _compiled() -> _Compiled:
    text = (resources.files("generator.reading") / "notices.toml").read_text("utf-8")
    file = msgspec.convert(tomllib.loads(text), _File)
    return _Compiled(
        _any(file.speaks),
        _any(file.beside),
        _any(file.told),
        tuple((one.reason, _any(one.sure)) for one in file.notice),
        tuple((one.reason, _any(one.about)) for one in file.notice if one.about),
    )


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.DOTALL)
