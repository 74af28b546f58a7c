"""Recognise a page of which all is a notice by the sentences of `notices.toml`: walls, errors, blocks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources

import msgspec

from generator.reading.language import COMMON_WORDS


class _Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: str
    sure: tuple[str, ...]
    about: tuple[str, ...] = ()
    core: str = ""
    core_terms: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    speaks: tuple[str, ...]
    beside: tuple[str, ...]
    words: str
    terms: tuple[str, ...]
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
    core: tuple[tuple[str, re.Pattern[str]], ...]
    """Reason → the beginnings of words, and the terms, that only its notices have."""
    general: re.Pattern[str]
    """Words and terms of all notices."""


LONGEST = 180
"""Number of characters of a sentence of a notice at most."""


def page_notice_of(sentences: Sequence[str], title: str) -> str:
    """Return why sentences are no text: each is of a notice or may stand beside one.

    Empty if one is not, if none is sure, or if the title has the subject of the notice.
    """
    known = _compiled()
    plain = [words for one in sentences if (words := one.casefold().strip(_MARKS))]
    if any(len(words) > LONGEST or known.told.search(words) for words in plain):
        return ""
    strange = _strange(plain)
    if strange > _SOME:
        return ""
    reason = _by_sentences(known, plain)
    if not reason and (not strange or (strange <= _FEW and any(map(known.speaks.search, plain)))):
        reason = next((reason for reason, one in known.core if any(map(one.search, plain))), "")
    return "" if reason and _is_subject(known, title) else reason


_SOME = 0.4
_FEW = 0.1


def _by_sentences(known: _Compiled, plain: Sequence[str]) -> str:
    """Return the reason if each sentence is of a notice or may stand beside one."""
    reason = ""
    for words in plain:
        if found := next((reason for reason, pattern in known.sure if pattern.search(words)), ""):
            reason = reason or found
        elif known.beside.fullmatch(words):
            continue
        elif not (found := next((reason for reason, pattern in known.about if pattern.search(words)), "")):
            return ""
        elif known.speaks.search(words):
            reason = reason or found
    return reason


def _strange(plain: Sequence[str]) -> float:
    """Return the share of the letters that are in words which notices seldom have."""
    strange = total = 0
    for words in plain:
        for part in _PART.findall(words):
            letters, unknown = _unknown_in(part)
            total += letters
            strange += unknown
    return strange / total if total else 1.0


@lru_cache(16_384)  # the pattern has more than a thousand words
def _unknown_in(part: str) -> tuple[int, int]:
    """Return the number of letters of a word, or a run without spaces, and of those unknown in notices."""
    general = _compiled().general
    if not part.isascii() and _NO_SPACES.match(part):
        return len(part), len(general.sub("", part))
    if len(part) == 1 or part in _common():
        return 0, 0
    return len(part), 0 if general.fullmatch(part) else len(part)


_NO_SPACES = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_PART = re.compile(
    "[\u3040-\u30ff\u3400-\u9fff]+|(?:(?![\u3040-\u30ff\u3400-\u9fff])[^\\W\\d_])+(?:[-’'](?:(?![\u3040-\u30ff\u3400-\u9fff])[^\\W\\d_])+)*"
)


@cache
def _common() -> frozenset[str]:
    return frozenset(" ".join(COMMON_WORDS.values()).split())


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
        tuple((one.reason, _core(one)) for one in file.notice if one.core),
        _general(file),
    )


def _core(notice: _Notice) -> re.Pattern[str]:
    return _any((rf"(?<![^\W_])(?:{_beginnings(notice.core)})", *notice.core_terms))


def _beginnings(words: str) -> str:
    """Return a pattern for words that begin like these; those of up to three letters are whole words."""
    return "|".join(
        rf"{word}(?![^\W\d_])" if len(word) <= 3 else rf"{word}[^\W\d_]{{0,{2 * len(word) - 5}}}(?![^\W\d_])"
        for word in words.casefold().split()
    )


def _general(file: _File) -> re.Pattern[str]:
    """Return a pattern for a word, and for terms within a run of characters without spaces."""
    stems = _beginnings(" ".join([file.words, *[one.core for one in file.notice]]))
    terms = sorted(
        {*file.terms, *[term for one in file.notice for term in one.core_terms]}, key=len, reverse=True
    )
    return re.compile(rf"(?:{stems})(?:[-’'][^\W\d_]+)*|{'|'.join(terms)}")


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.DOTALL)
