"""Identify sources: which spellings mean the same publisher, its name and its address."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from generator.config.site import FILE_NAME, Config, SourceConfig
from generator.model.errors import Problem
from generator.model.ids import ALPHABET, short_hash
from generator.model.types import Article

SLUG_BYTES = 60
"""Maximum length of a slug in UTF-8, including its hash."""
HASH_LENGTHS = (6, 12, 52)
"""Lengths of the hash after a slug. The longer ones are used if a slug is taken; the last is the whole hash.
"""
SPELLINGS = 64
"""Maximum number of articles whose spelling decides about the name of a source."""

_SUGGESTED = 20
"""Number of tables without a source for which a similar name is searched, because that takes time."""
_NAMELESS = "?"
_EMPTY = "source"
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul"} | {port + digit for port in ("com", "lpt") for digit in "0123456789"}
)
"""Device names on Windows, reserved with any extension."""
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
"""Fillers and selectors that display nothing (Unicode: Default_Ignorable_Code_Point) and are not in category
Cf.
"""
_JOINERS = "\u200c\u200d"


def spelling(name: str) -> str:
    """Return a name for display: on one line, single spaces, no invisible or reordering characters."""
    name = re.sub("[\ud800-\udfff]", "\ufffd", name)
    shown = "".join(c for c in name if c.isspace() or c in _JOINERS or not _is_control(c))
    return " ".join(shown.split())


@lru_cache(16384)
def key(name: str) -> str:
    """Return the key that all spellings of a source share.

    It ignores case, width, white space and invisible characters. `key(key(name)) == key(name)`; never empty.
    """
    folded = name
    while (again := _fold(folded)) != folded:  # case folding can undo a normal form, and the reverse
        folded = again
    return folded or _NAMELESS


def _fold(name: str) -> str:
    name = unicodedata.normalize("NFKC", name).casefold()
    name = spelling(_INVISIBLE.sub("", name).translate({ord(c): None for c in _JOINERS}))
    return unicodedata.normalize("NFKC", name)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf"}


def slug(name: str) -> str:
    """Return the path segment of a source (design: "Addresses"), at most `SLUG_BYTES` long.

    It depends on the key only. Safe on file systems that ignore case or normalise Unicode.
    """
    return _slug(key(name), 0)


def _slug(key_: str, hash_length: int) -> str:
    """Return the slug of a key. If `hash_length` is 0, it has a hash only if the words are not enough."""
    base = _base(key_)
    if not hash_length and _is_unambiguous(key_, base):
        return base
    hash_ = short_hash(key_.encode("utf-8"), hash_length or HASH_LENGTHS[0])
    room = SLUG_BYTES - 1 - len(hash_)
    cut = base.encode("utf-8")[:room].decode("utf-8", "ignore").rstrip("-")
    return f"{cut or _EMPTY}-{hash_}"


def _base(key_: str) -> str:
    """Return the words of a key, joined by `-`. Marks stay with their letter."""
    kept: list[str] = []
    for character in key_:
        after_dash = not kept or kept[-1] == "-"
        if _is_word(character) or (unicodedata.category(character)[0] == "M" and not after_dash):
            kept.append(character)
        elif not after_dash:
            kept.append("-")
    return "".join(kept).rstrip("-")


_LOOKS_HASHED = re.compile(rf"-[{ALPHABET}]{{6}}$")
"""Words that could be another source's slug with hash. They get a hash of their own."""


def _is_word(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "L" or category == "Nd"


def _is_unambiguous(key_: str, base: str) -> bool:
    """Return whether the words distinguish a key from all others, on every file system."""
    return (
        all(character == " " or _is_word(character) for character in key_)
        and len(base.encode("utf-8")) <= SLUG_BYTES
        and base not in _RESERVED
        and not _LOOKS_HASHED.search(base)
        and key(key_.upper()) == key_  # a dotless i equals an i where names are compared in upper case
    )


def slugs_of(keys: Iterable[str]) -> dict[str, str]:
    """Return key → slug. Of two keys with one slug, the lower one keeps it and the other's hash grows."""
    slugs: dict[str, str] = {}
    taken: set[str] = set()
    for key_ in sorted(keys):
        candidates = (_slug(key_, length) for length in (0, *HASH_LENGTHS))
        own = next(slug_ for slug_ in candidates if slug_ not in taken)
        slugs[key_] = own
        taken.add(own)
    return slugs


def configured_aggregators(config: Config) -> dict[str, bool]:
    """Return source name → whether it is an aggregator, where the configuration says so."""
    return {
        spelling(name): one.aggregator for name, one in config.sources.items() if one.aggregator is not None
    }


def configured_names(sources: Mapping[str, SourceConfig]) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return the key of every configured spelling → the configured name, and the problems.

    If two tables claim a spelling, which is a problem, a name takes precedence over an alias, and the lower
    name over the higher.
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
    """Return a problem for each table of the configuration that matches no source among `names`.

    Without any names there are no problems, because nothing can match before the first clipping. Messages
    show the first spelling of a source.
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
"""Number of characters of names that are compared. Comparing long names in full takes half a minute."""


@lru_cache(16)  # called at each save while serving, mostly with the same names
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
    """Return the key of each source → its name and articles. `names`: from `configured_names`."""
    keys: dict[str, str] = {}
    grouped: defaultdict[str, list[Article]] = defaultdict(list)
    for article in articles:
        written = article.source
        if written not in keys:
            own = key(written)
            keys[written] = key(names[own]) if own in names else own
        grouped[keys[written]].append(article)
    return {
        key_: (configured_name(key_, names) or _usual_spelling(own), own) for key_, own in grouped.items()
    }


def configured_name(key_: str, names: Mapping[str, str]) -> str | None:
    """Return the name of a source for display; None if it is not configured.

    `key_` is of any of its spellings, and `names` from `configured_names`.
    """
    return (spelling(names[key_]) or _NAMELESS) if key_ in names else None


def _usual_spelling(articles: Sequence[Article]) -> str:
    """Return the most frequent spelling among a source's first articles; of equals, the earliest.

    Their number is a power of two with a limit. So the name, which is on every page of the source, changes at
    most a few times, and never because of newer articles once there are `SPELLINGS`.
    """
    written = {spelling(name) for name in {article.source for article in articles}}
    if len(written) == 1:
        return written.pop() or _NAMELESS
    count = min(SPELLINGS, 1 << (len(articles).bit_length() - 1))
    first = sorted(articles, key=lambda article: (article.date, article.path))[:count]
    return Counter(spelling(article.source) for article in first).most_common(1)[0][0] or _NAMELESS
