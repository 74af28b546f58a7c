"""Match many regular expressions at the start of a text at once, with quick rejection."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import msgspec

from generator.reading.text import FIRST_GROUP


class Either(msgspec.Struct, frozen=True):
    """Several regular expressions in one, each followed by an empty group that identifies it."""

    pattern: re.Pattern[str]
    numbers: tuple[int, ...]
    """The number of each expression, by its group."""

    def find(self, text: str) -> int | None:
        """Return the number of the first expression that matches."""
        match = self.pattern.match(text)
        return self.numbers[match.lastindex - 1] if match and match.lastindex else None


class Patterns(msgspec.Struct, frozen=True):
    """Regular expressions, compiled for matching the start of a text. Each is identified by its number."""

    plain: Either | None = None
    """All but `others`. The fields up to `reach` quickly reject texts that none of them matches."""
    begins: Mapping[str, re.Pattern[str]] = {}
    """First character, as `_class_of` gives it → the expressions that can start with it."""
    rest: re.Pattern[str] | None = None
    """The expressions whose first characters are not known."""
    anywhere: Mapping[int, re.Pattern[str]] = {}
    """Number → an expression that allows any few characters at the start."""
    required: tuple[tuple[str, int], ...] = ()
    """Words, each with the number of an expression in `anywhere` that requires it or another one."""
    words: re.Pattern[str] | None = None
    """Matches the words in `required`."""
    reach: int = 0
    """The position before which such a word ends."""
    others: tuple[tuple[re.Pattern[str], int], ...] = ()
    """Expressions with groups of their own, which are tried one by one."""

    def find(self, text: str) -> int | None:
        """Return the number of the first expression that matches."""
        begins = self.begins.get(_class_of(text[:1]))
        if (begins is not None and begins.match(text)) or (self.rest is not None and self.rest.match(text)):
            return self.plain.find(text) if self.plain else None
        if self.words is not None and self.words.search(text, 0, self.reach):
            beginning = text[: self.reach]
            for number in sorted({number for word, number in self.required if word in beginning}):
                if self.anywhere[number].match(text):
                    return number
        for pattern, number in self.others:
            if pattern.match(text):
                return number
        return None


def patterns_of(given: Sequence[str]) -> Patterns:
    """Compile patterns. Those with groups or flags of their own are tried after all others."""
    own = [number for number, pattern in enumerate(given) if _OWN_GROUP.search(_LITERAL.sub("", pattern))]
    plain = [number for number in range(len(given)) if number not in own]
    words = {number: found for number in plain if (found := _words_in(given[number]))[0]}
    begins: dict[str, list[str]] = defaultdict(list)
    rest: list[str] = []
    for number in plain:
        if number not in words:
            characters = _either(deque(_PIECE.findall(given[number])))
            for character in characters:
                begins[character].append(given[number])
            if not characters:
                rest.append(given[number])
    return Patterns(
        plain=_either_of(given, plain),
        begins={character: _any_of(map(_grouped, patterns)) for character, patterns in begins.items()},
        rest=_any_of(map(_grouped, rest)) if rest else None,
        anywhere={number: re.compile(given[number], re.DOTALL) for number in words},
        required=tuple([(word, number) for number, (found, _) in words.items() for word in found]),
        words=_any_of(dict.fromkeys(map(re.escape, chain(*(found for found, _ in words.values())))))
        if words
        else None,
        reach=max((reach for _, reach in words.values()), default=0),
        others=tuple([(re.compile(given[number], re.DOTALL), number) for number in own]),
    )


def _either_of(given: Sequence[str], numbers: Sequence[int]) -> Either | None:
    if not numbers:
        return None
    return Either(_any_of(f"(?:{given[number]})()" for number in numbers), tuple(numbers))


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.DOTALL)


def _grouped(pattern: str) -> str:
    return f"(?:{pattern})"


_SIGN = r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]"
"""An escape, or a character set."""
_LITERAL = re.compile(_SIGN, re.DOTALL)
_OWN_GROUP = re.compile(r"\((?!\?[:!])")


# --- words that a pattern requires -------------------------------------------------------------------

_ANYWHERE = re.compile(
    r"(?:\.|\[\^[^\]\\\[]\])\{\d+,(?P<most>\d+)\}(?![?+])(?:\\b)?"
    r"(?:(?P<word>(?:[\w ]|\\[^\w\s])+)|\(\?:(?P<words>(?:[^()\[\]]|\[[^()\[\]|]*\])+)\))(?![?*{])"
)
_WORD = re.compile(r"[^\\^$.|?*+(){}\[\]]+(?![?*{])")
_ESCAPE = re.compile(r"\\(.)")
_GROUP = re.compile(rf"{_SIGN}|\([^()]*\)", re.DOTALL)


def _words_in(pattern: str) -> tuple[Sequence[str], int]:
    """Return the words of which a pattern requires one, and the position before which the longest must end.

    For `.{0,9}(?:rights?|licence)` they are `right` and `licence`. Empty if they are not obvious. Searching
    for words is many times faster than trying such patterns at each position.
    """
    outside = pattern
    while (shorter := _GROUP.sub("", outside)) != outside:
        outside = shorter
    if "|" in outside or not (match := _ANYWHERE.match(pattern)):
        return (), 0
    words = [_ESCAPE.sub(FIRST_GROUP, match["word"] or "")]
    if match["words"] is not None:
        found = [_WORD.match(branch) for branch in match["words"].split("|")]
        words = [word[0] for word in found if word]
        if len(words) < len(found):
            return (), 0
    return words, int(match["most"]) + max(map(len, words))


# --- first characters of a pattern ------------------------------------------------------------------

_HOW_OFTEN = r"(?:[?*+]|\{(?:\d+(?:,\d*)?|,\d*)\})[?+]?"
_TIMES = re.compile(_HOW_OFTEN)
_PIECE = re.compile(rf"{_SIGN}|\((?:\?[:!])?|{_HOW_OFTEN}|.", re.DOTALL)


def _class_of(character: str) -> str:
    """Return a character, the same one for all digits, and for all white space."""
    return "0" if character.isdecimal() else " " if character.isspace() else character


def _either(pieces: deque[str]) -> set[str]:
    """Return the first characters of alternatives, up to the end of their group; empty if unknown."""
    found, is_known = set[str](), True
    while True:
        one = _sequence(pieces)
        found |= one
        is_known = is_known and bool(one)
        if not pieces or pieces.popleft() == ")":
            return found if is_known else set()


def _sequence(pieces: deque[str]) -> set[str]:
    """Return the first characters of one alternative. After an optional part, the next counts too."""
    found, is_known, is_open = set[str](), True, True
    while pieces and pieces[0] not in {"|", ")"}:
        one = _part(pieces)
        times = pieces.popleft() if pieces and _TIMES.fullmatch(pieces[0]) else ""
        if is_open:
            found |= one
            is_known = is_known and bool(one)
            is_open = times.startswith(("?", "*", "{0", "{,"))
    return found if is_known and not is_open else set()


def _part(pieces: deque[str]) -> set[str]:
    """Return the first characters of a character, a set or a group."""
    piece = pieces.popleft()
    if piece.startswith("("):
        found = _either(pieces)
        return found if piece == "(?:" else set()
    if piece.startswith("["):
        return _set(piece[1:-1])
    return set() if piece in {".", "^", "$"} else _sign(piece)


def _set(inside: str) -> set[str]:
    """Return the characters of a set; empty if it excludes some, or has more than signs and short ranges."""
    found = set[str]()
    for first, last, sign in _MEMBER.findall(inside):
        ends = range(ord(first), ord(last) + 1) if first else ()
        one = set(map(_class_of, map(chr, ends))) if len(ends) < _MANY else set()
        one = one or (_sign(sign) if sign else set())
        if not one:
            return set()
        found |= one
    return set() if inside.startswith("^") else found


def _sign(piece: str) -> set[str]:
    """Return the characters that a character, or an escape, matches; empty if unknown."""
    if piece.startswith("\\") and piece[1].isalnum():
        return {_ESCAPED[piece[1]]} if piece[1] in _ESCAPED else set()
    return {_class_of(piece[-1])}


_MEMBER = re.compile(r"([^\\])-([^\\])|(\\.|.)", re.DOTALL)
_ESCAPED = {"d": "0", "s": " "}
"""Letter of an escape → the class of what it matches."""
_MANY = 64
