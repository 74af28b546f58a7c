"""Build groups of copies, as long as no member objects to a newcomer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generator.grouping.evidence import Evidence, objects

SPAN = 120
"""Maximum number of days from a group's first article to its last."""
_WITNESSES = 6
"""Number of first and last members of a group that may object to a newcomer."""


def gathered(evidence: Sequence[Evidence], pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the groups that pairs of copies form: sorted lists of numbers.

    The pairs that bind first come first. The articles are in order of time.
    """
    found = _Groups(evidence)
    for one, other in pairs:
        found.join(one, other)
    return sorted(map(sorted, found.members.values()))


class _Groups:
    """The groups built so far."""

    def __init__(self, evidence: Sequence[Evidence]) -> None:
        self.members: dict[int, list[int]] = {}
        self._evidence = evidence
        self._first = list(range(len(evidence)))
        self._witnesses: dict[int, list[int]] = {}

    def join(self, one: int, other: int) -> None:
        """Join the groups of two articles unless a member objects."""
        one, other = self._first[one], self._first[other]
        if one == other or self._has_objection(one, other):
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

    def _has_objection(self, one: int, other: int) -> bool:
        """Return whether two groups contain two issues of a series, or are too far apart."""
        ours = [self._evidence[at] for at in self._witnesses.get(one, [one])]
        theirs = [self._evidence[at] for at in self._witnesses.get(other, [other])]
        if max(ours[-1].day, theirs[-1].day) - min(ours[0].day, theirs[0].day) > SPAN:
            return True
        return any(objects(mine, its) for mine in ours for its in theirs)
