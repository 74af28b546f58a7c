"""Sources: which spellings mean the same publisher, what it is called and where its pages stand."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from generator.config.site import FILE_NAME, SourceConfig
from generator.model.errors import Problem
from generator.model.ids import ALPHABET, short_hash
from generator.model.types import Article

SLUG_BYTES = 60
"""A slug's greatest length in UTF-8, its hash included."""
HASH_LENGTHS = (6, 12, 52)
"""Characters of hash after a slug; the longer ones where a slug is taken. The last is the whole hash."""
SPELLINGS = 64
"""Articles, at most, whose spelling decides what a source is called."""

_SUGGESTED = 20
"""Tables without a source that get a suggestion; looking for one costs time."""
_NAMELESS = "?"
_EMPTY = "source"
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul"} | {port + digit for port in ("com", "lpt") for digit in "0123456789"}
)
"""Names that Windows keeps for devices, whatever their extension."""
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
"""Fillers and selectors that show nothing (Unicode: Default_Ignorable_Code_Point), beside category Cf."""
_JOINERS = "\u200c\u200d"


def spelling(name: str) -> str:
    """A name as it may be shown: one line, single spaces, nothing that reorders or hides text."""
    name = re.sub("[\ud800-\udfff]", "\ufffd", name)
    shown = "".join(c for c in name if c.isspace() or c in _JOINERS or not _is_control(c))
    return " ".join(shown.split())


@lru_cache(16384)
def key(name: str) -> str:
    """What all spellings of a source have in common: case, width, white space and invisible characters fold.

    `key(key(name)) == key(name)`; never empty.
    """
    folded = name
    while (again := _fold(folded)) != folded:  # folding case can undo a normal form, and the other way round
        folded = again
    return folded or _NAMELESS


def _fold(name: str) -> str:
    name = unicodedata.normalize("NFKC", name).casefold()
    name = spelling(_INVISIBLE.sub("", name).translate({ord(c): None for c in _JOINERS}))
    return unicodedata.normalize("NFKC", name)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf"}


def slug(name: str) -> str:
    """The path segment of a source (design: "Addresses"), at most `SLUG_BYTES` long.

    It depends on the key alone. Safe on file systems that ignore case or normalise Unicode.
    """
    return _slug(key(name), 0)


def _slug(key_: str, hash_length: int) -> str:
    """The slug of a key; with no length for the hash, there is one only where the name alone will not do."""
    base = _base(key_)
    if not hash_length and _speaks_for_itself(key_, base):
        return base
    hash_ = short_hash(key_.encode("utf-8"), hash_length or HASH_LENGTHS[0])
    room = SLUG_BYTES - 1 - len(hash_)
    cut = base.encode("utf-8")[:room].decode("utf-8", "ignore").rstrip("-")
    return f"{cut or _EMPTY}-{hash_}"


def _base(key_: str) -> str:
    """The words of a key, joined by `-`; marks stay with their letter."""
    kept: list[str] = []
    for character in key_:
        after_dash = not kept or kept[-1] == "-"
        if _is_word(character) or (unicodedata.category(character)[0] == "M" and not after_dash):
            kept.append(character)
        elif not after_dash:
            kept.append("-")
    return "".join(kept).rstrip("-")


_LOOKS_HASHED = re.compile(rf"-[{ALPHABET}]{{6}}$")
"""Words that could be another's slug with its hash get a hash of their own."""


def _is_word(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "L" or category == "Nd"


def _speaks_for_itself(key_: str, base: str) -> bool:
    """Whether words alone tell a key from all others, on every file system."""
    return (
        all(character == " " or _is_word(character) for character in key_)
        and len(base.encode("utf-8")) <= SLUG_BYTES
        and base not in _RESERVED
        and not _LOOKS_HASHED.search(base)
        and key(key_.upper()) == key_  # a dotless i is an i where names compare by their capitals
    )


def slugs_of(keys: Iterable[str]) -> dict[str, str]:
    """The slug of each key. Where two would share one, the lower key keeps it and the other's hash grows."""
    slugs: dict[str, str] = {}
    taken: set[str] = set()
    for key_ in sorted(keys):
        candidates = (_slug(key_, length) for length in (0, *HASH_LENGTHS))
        own = next(slug_ for slug_ in candidates if slug_ not in taken)
        slugs[key_] = own
        taken.add(own)
    return slugs


def configured_names(sources: Mapping[str, SourceConfig]) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """The configured name, by the key of every spelling that the configuration gives.

    Where two tables claim a spelling, which is a problem, a name wins over an alias, and the lower name over
    the higher.
    """
    names: dict[str, str] = {}
    problems: list[Problem] = []
    for name in sorted(sources):
        kept = names.setdefault(key(name), name)
        if kept != name:
            problems.append(
                _contradiction(name, f"is the same source as `sources.{kept}`", "make them one table")
            )
    for name in sorted(sources):
        own = names[key(name)]
        for alias in sources[name].aliases:
            kept = names.setdefault(key(alias), own)
            if kept != own:
                fault = f"has the alias {alias!r}, which stands for `sources.{kept}`"
                problems.append(_contradiction(name, fault, "take it out of one of them"))
    return names, tuple(problems)


def _contradiction(name: str, fault: str, advice: str) -> Problem:
    return Problem(path=FILE_NAME, message=f"`sources.{name}` {fault}", advice=advice, kind="config")


def unmatched(sources: Mapping[str, SourceConfig], names: Iterable[str]) -> tuple[Problem, ...]:
    """A problem for each table of the configuration that is about none of the sources of some `names`.

    None at all without any names: before the first clipping comes, nothing can match. Of two spellings of a
    source, messages have the first.
    """
    if not sources:
        return ()
    configured, _ = configured_names(sources)
    known = tuple(dict.fromkeys(names))
    present = {key(configured.get(own, own)) for own in map(key, known)}
    if not present:
        return ()
    missing = ((name, sources[name].aliases) for name in sorted(sources) if key(name) not in present)
    return _unmatched(tuple(missing), known)


_COMPARED = 40
"""Characters of names that are compared: of long ones, all to all, it takes half a minute."""


@lru_cache(16)  # a site that is followed asks at each save, and seldom with other names
def _unmatched(missing: Sequence[tuple[str, tuple[str, ...]]], names: Sequence[str]) -> tuple[Problem, ...]:
    spellings = {key(name)[:_COMPARED]: name for name in reversed(names)}
    known = sorted(spellings)
    problems = []
    for number, (name, aliases) in enumerate(missing):
        written = (name, *aliases[:_SUGGESTED]) if number < _SUGGESTED else ()
        found = (difflib.get_close_matches(key(one)[:_COMPARED], known, 1) for one in written)
        close = next(filter(None, found), [])
        advice = (
            f"did you mean `sources.{_quoted(spellings[close[0]])}`?"
            if close
            else "write its name as its clippings have it; `broadsheet list sources` lists all"
        )
        fault = f"`sources.{_quoted(name)}` has no effect: no clipping is of a source of that name"
        problems.append(Problem(path=FILE_NAME, message=fault, advice=advice, kind="source"))
    return tuple(problems)


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def by_source(articles: Iterable[Article], names: Mapping[str, str]) -> dict[str, tuple[str, list[Article]]]:
    """The name and the articles of each source, by its key; `names` as `configured_names` makes them."""
    keys: dict[str, str] = {}
    gathered: defaultdict[str, list[Article]] = defaultdict(list)
    for article in articles:
        written = article.source
        if written not in keys:
            own = key(written)
            keys[written] = key(names[own]) if own in names else own
        gathered[keys[written]].append(article)
    return {
        key_: (spelling(names[key_]) or _NAMELESS if key_ in names else _usual_spelling(own), own)
        for key_, own in gathered.items()
    }


def _usual_spelling(articles: Sequence[Article]) -> str:
    """The most frequent spelling among a source's first articles, the earliest where some are as frequent.

    Their number is a power of two with a limit, so that a name, which stands on every page of the source,
    changes at most a few times, and never because of newer articles once there are `SPELLINGS`.
    """
    written = {spelling(name) for name in {article.source for article in articles}}
    if len(written) == 1:
        return written.pop() or _NAMELESS
    count = min(SPELLINGS, 1 << (len(articles).bit_length() - 1))
    first = sorted(articles, key=lambda article: (article.date, article.path))[:count]
    return Counter(spelling(article.source) for article in first).most_common(1)[0][0] or _NAMELESS
