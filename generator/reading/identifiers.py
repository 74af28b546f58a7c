"""Find identifiers that publications share, such as `CVE-2024-6387`, in an article.

Words that every identifier of a kind contains are looked for first, because most texts name none: of 3,000
clippings 391 do. This takes 40 microseconds an article; matching all patterns takes several times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from sys import intern

import msgspec

from generator.config.identifiers import BUILT_IN
from generator.model.identifiers import are_many, kind_of
from generator.reading.text import folded

LEAD = 600
"""Number of characters of the text that count as its lead."""
MOST = 20
"""Maximum number of identifiers that an article names, and that it mentions."""
HINTS = ("CVE", "cve", "SA-", "USN-", "NVD-", "ZDI-", "TALOS-", "KB", "arXiv", "arxiv", "RFC")
"""Parts of all signs of built-in kinds. Few texts contain one. Each takes two microseconds to look for."""
_LONGEST = 60
_MATCHES = 500
"""Number of matches of one kind that are looked at in a text."""


class Finder(msgspec.Struct, frozen=True):
    """Finds the identifiers of one kind."""

    name: str
    signs: tuple[str, ...]
    """Empty for a site's own kinds."""
    pattern: re.Pattern[str]
    form: str
    """As in `Kind`; empty for the text that matches."""

    def may_match(self, hints: Sequence[str]) -> bool:
        """Return whether a text that contains these hints may contain such an identifier."""
        return not self.signs or any(hint in sign for sign in self.signs for hint in hints)

    def found(self, text: str) -> Iterator[str]:
        """Yield the identifiers in a text, in order, perhaps repeatedly."""
        for match in islice(self._matches(text), _MATCHES):
            if self.form:
                yield intern(self.form.format(*map(str.lower, match.groups())))
            elif 0 < len(words := folded(match[0])) <= _LONGEST:
                yield intern(words if kind_of(words) == self.name else f"{self.name}:{words}")

    def _matches(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the matches. Finding the signs first takes a fifth of the time."""
        if not self.signs:
            yield from self.pattern.finditer(text)
        for sign in self.signs:
            at = text.find(sign)
            while at >= 0:
                if match := self.pattern.match(text, at):
                    yield match
                at = text.find(sign, at + 1)


def identifiers_of(
    title: str, lead: str, text: str, own: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the identifiers that an article names, and those that it only mentions, both sorted.

    Title and lead name identifiers; in a round-up, which has many of a kind, the title alone. `own`: name →
    pattern, for a site's own kinds.
    """
    everything = f"{title}\n{text}"
    hints = [hint for hint in HINTS if hint in everything]
    if not (hints or own):
        return (), ()
    finders = [one for one in _finders(tuple(own.items())) if one.may_match(hints)]
    in_title = _found(finders, title)
    named = {**in_title, **_found(finders, lead)}
    mentioned = {**named, **_found(finders, text)}
    if are_many(mentioned):
        named = in_title
    named = dict.fromkeys(sorted(islice(named, MOST)))
    return tuple(named), tuple(sorted(islice((one for one in mentioned if one not in named), MOST)))


def _found(finders: Sequence[Finder], text: str) -> dict[str, None]:
    """Return the distinct identifiers in a text, in order within each kind."""
    return dict.fromkeys(one for finder in finders for one in finder.found(text))


@lru_cache(4)
def _finders(own: tuple[tuple[str, str], ...]) -> tuple[Finder, ...]:
    """Return a finder for each kind. A site's own kind takes the place of a built-in one of its name."""
    names = {name for name, _ in own}
    built_in = [
        Finder(
            name,
            kind.signs,
            re.compile(rf"(?<![A-Za-z0-9])(?:{kind.pattern})(?!\d)", re.IGNORECASE),
            kind.form,
        )
        for name, kind in BUILT_IN.items()
        if name not in names
    ]
    return (*built_in, *(Finder(name, (), re.compile(pattern), "") for name, pattern in own if pattern))
