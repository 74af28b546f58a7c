"""Identify sources: which spellings mean the same publisher, and its name."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import lru_cache
from itertools import islice

from generator.config.site import FILE_NAME, Config, SourceConfig
from generator.model.errors import Problem
from generator.model.names import NAMELESS, key, spelling
from generator.model.types import Article

SPELLINGS = 64
"""Maximum number of articles whose spelling decides about the name of a source."""

_SUGGESTED = 20
"""Number of tables without a source for which a similar name is searched, because that takes time."""


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
    return _unmatched(tuple(missing), known) + _mistyped_aliases(sources, configured, known, present)


_ALIASES = 100
"""Number of aliases for which a similar name is searched."""
_NEAR = 0.7
"""Similarity from which an alias probably means a source: `Old S` and `The Old S`, not `BBC` and `ABC`."""
_COMPARED = 40
"""Number of characters of names that are compared. Comparing long names in full takes half a minute."""


@lru_cache(16)  # called at each save while serving, mostly with the same names
def _unmatched(missing: Sequence[tuple[str, tuple[str, ...]]], names: Sequence[str]) -> tuple[Problem, ...]:
    spellings = _spellings(names)
    problems = []
    for number, (name, aliases) in enumerate(missing):
        written = (name, *aliases[:_SUGGESTED]) if number < _SUGGESTED else ()
        close = next(filter(None, (_nearest(one, spellings) for one in written)), None)
        advice = (
            f"did you mean `sources.{_quoted(close)}`?"
            if close
            else "write its name as its clippings have it; `broadsheet list sources` lists all"
        )
        fault = f"`sources.{_quoted(name)}` has no effect: no clipping is of a source of that name"
        problems.append(Problem(path=FILE_NAME, message=fault, advice=advice, kind="source"))
    return tuple(problems)


def _mistyped_aliases(
    sources: Mapping[str, SourceConfig],
    configured: Mapping[str, str],
    names: Sequence[str],
    present: Set[str],
) -> tuple[Problem, ...]:
    """Return a problem for each alias of a source that is nearly the name of another one without a table.

    `present` are the keys of all sources, and `names` their names. An alias that is like none of them
    may be a former spelling.
    """
    own = ((name, one) for name in sorted(sources) if key(name) in present for one in sources[name].aliases)
    others = tuple(name for name in names if key(name) not in configured)
    return _nearly_others(tuple(islice(own, _ALIASES)), others)


@lru_cache(16)
def _nearly_others(aliases: Sequence[tuple[str, str]], names: Sequence[str]) -> tuple[Problem, ...]:
    spellings = _spellings(names)
    problems = []
    for name, alias in aliases:
        if close := _nearest(alias, spellings, _NEAR):
            other = _quoted(close)
            fault = f"`sources.{_quoted(name)}` has the alias {_quoted(alias)}, which does not cover {other}"
            advice = f"did you mean {other}? If it is another source, write `[sources.{other}]`"
            problems.append(Problem(path=FILE_NAME, message=fault, advice=advice, kind="source"))
    return tuple(problems)


def _spellings(names: Sequence[str]) -> dict[str, str]:
    """Return what is compared of each name, in order → its first spelling."""
    return dict(sorted({key(name)[:_COMPARED]: name for name in reversed(names)}.items()))


def _nearest(name: str, spellings: Mapping[str, str], similarity: float = 0.6) -> str | None:
    """Return the spelling that is most similar to a name, from 0 to 1; None if none is so similar."""
    close = difflib.get_close_matches(key(name)[:_COMPARED], spellings, 1, similarity)
    return spellings[close[0]] if close else None


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
    return (spelling(names[key_]) or NAMELESS) if key_ in names else None


def _usual_spelling(articles: Sequence[Article]) -> str:
    """Return the most frequent spelling among a source's first articles; of equals, the earliest.

    Their number is a power of two with a limit. So the name, which is on every page of the source, changes at
    most a few times, and never because of newer articles once there are `SPELLINGS`.
    """
    written = {spelling(name) for name in {article.source for article in articles}}
    if len(written) == 1:
        return written.pop() or NAMELESS
    count = min(SPELLINGS, 1 << (len(articles).bit_length() - 1))
    first = sorted(articles, key=lambda article: (article.date, article.path))[:count]
    return Counter(spelling(article.source) for article in first).most_common(1)[0][0] or NAMELESS
