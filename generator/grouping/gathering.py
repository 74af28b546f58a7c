"""Stories grow in the order of time, as long as no member objects to a newcomer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generator.grouping.evidence import Evidence, objects

SPAN = 120
"""Days from a story's first article to its last."""
_WITNESSES = 6
"""First and last members of a story of which none may object to a newcomer."""


def gathered(evidence: Sequence[Evidence], pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Put articles that are the same together, pair by pair; those of each story, in order, by number.

    The articles are in the order of time; of the pairs, those of an early article come first, so that what
    comes later changes no story but by joining it.
    """
    found = _Stories(evidence)
    for one, other in pairs:
        found.join(one, other)
    return sorted(map(sorted, found.members.values()))


class _Stories:
    """The stories that articles have joined so far."""

    def __init__(self, evidence: Sequence[Evidence]) -> None:
        self.members: dict[int, list[int]] = {}
        self._evidence = evidence
        self._first = list(range(len(evidence)))
        self._witnesses: dict[int, list[int]] = {}

    def join(self, one: int, other: int) -> None:
        """Put two articles, and the stories that they are in, into one story, unless a member objects."""
        one, other = self._first[one], self._first[other]
        if one == other or self._object(one, other):
            return
        witnesses = sorted(self._witnesses.pop(one, [one]) + self._witnesses.pop(other, [other]))
        fewer, more = sorted((self.members.pop(one, [one]), self.members.pop(other, [other])), key=len)
        more += fewer
        root = self._first[more[0]]
        for at in fewer:
            self._first[at] = root
        self.members[root] = more
        if len(witnesses) > 2 * _WITNESSES:
            witnesses = witnesses[:_WITNESSES] + witnesses[-_WITNESSES:]
        self._witnesses[root] = witnesses

    def _object(self, one: int, other: int) -> bool:
        """Whether two stories have two issues of a series in them, or are too long ago."""
        ours = [self._evidence[at] for at in self._witnesses.get(one, [one])]
        theirs = [self._evidence[at] for at in self._witnesses.get(other, [other])]
        if max(ours[-1].day, theirs[-1].day) - min(ours[0].day, theirs[0].day) > SPAN:
            return True
        return any(objects(mine, its) for mine in ours for its in theirs)
