"""Let CloudFront forget the pages that a publish changed.

`botocore` signs the request, and finds credentials wherever Amazon's tools keep them.
"""

from __future__ import annotations

import heapq
import secrets
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from os.path import commonprefix

from generator.model import addresses
from generator.model.errors import command_error
from generator.publish.secrets import scrubbed
from generator.publish.store import refused

MOST = 15
"""The number of paths with a wildcard that CloudFront accepts at a time."""
_AFTER_ALL = "\U0010ffff"


def invalidate(distribution: str, paths: Sequence[str]) -> None:
    """Ask for the invalidation of paths, some of which end in `*`. Raises `BroadsheetError`."""
    where = f"CloudFront {distribution}"
    try:
        import botocore.exceptions
        import botocore.session
    except ImportError as error:
        advice = "install it with `pip install 'broadsheet[cloudfront]'`"
        raise command_error(where, "needs the library botocore", advice, kind="host") from error
    batch = {
        "Paths": {"Quantity": len(paths), "Items": list(paths)},
        "CallerReference": secrets.token_hex(16),
    }
    try:
        client = botocore.session.get_session().create_client("cloudfront", region_name="us-east-1")
        client.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        advice = "invalidate it yourself if its caches keep pages for long"
        raise refused(where, f"was not invalidated: {scrubbed(str(error))}", advice) from None


def folded(changed: Iterable[str], existing: Iterable[str], prefix: str = "/", most: int = MOST) -> list[str]:
    """Return at most `most` paths that cover all changed files and few others. `*` stands for several.

    `prefix`: the path of the site. The index of a folder has two paths, of which either may be in a cache.
    """
    names = {name for path in changed for name in _names(path)}
    others = {name for path in existing for name in _names(path)} - names
    folding = _Folding(sorted(names), sorted(others))
    while len(folding.ends) > most or folding.lowest_cost == 0:
        folding.join()
    return [prefix + pattern for pattern in folding.patterns()]


def _names(path: str) -> tuple[str, ...]:
    folder = path.removesuffix("index.html")
    return (path, folder) if path.endswith("/index.html") or path == "index.html" else (path,)


class _Folding:
    """Groups of neighbours in the order of names, of which those are joined that have most in common.

    The common beginning of a group stands for it, so a join costs the other paths that begin like that.
    """

    def __init__(self, names: Sequence[str], others: Sequence[str]) -> None:
        self._names, self._others = names, others
        self.ends = {first: first + 1 for first in range(len(names))}
        """Where a group begins → where it ends."""
        self._begins = {end: first for first, end in self.ends.items()}
        self._joins: list[tuple[int, int, int, int]] = []
        """A heap of cost, and where two groups begin, meet and end; also of groups that exist no more."""
        for first in range(len(names) - 1):
            self._offer(first, first + 1)

    @property
    def lowest_cost(self) -> int | None:
        """The cost of the best join; None if there is a single group."""
        while self._joins:
            cost, first, middle, end = self._joins[0]
            if self.ends.get(first) == middle and self.ends.get(middle) == end:
                return cost
            heapq.heappop(self._joins)
        return None

    def join(self) -> None:
        """Do the best join, which `lowest_cost` found."""
        _, first, middle, end = heapq.heappop(self._joins)
        if self.ends.get(first) != middle or self.ends.get(middle) != end:
            return
        del self.ends[middle], self._begins[middle]
        self.ends[first], self._begins[end] = end, first
        if first in self._begins:
            self._offer(self._begins[first], first)
        if end in self.ends:
            self._offer(first, end)

    def patterns(self) -> list[str]:
        """Return what stands for the groups, quoted. A group may lie within what stands for another one."""
        found = {self._common(first, end): "*" * (end - first > 1) for first, end in self.ends.items()}
        wide = tuple(common for common, star in found.items() if star)
        return [
            addresses.quoted(common) + star
            for common, star in found.items()
            if not any(common.startswith(other) for other in wide if other != common)
        ]

    def _offer(self, first: int, middle: int) -> None:
        end = self.ends[middle]
        parts = self._waste(first, middle) + self._waste(middle, end)
        heapq.heappush(self._joins, (self._waste(first, end) - parts, first, middle, end))

    def _common(self, first: int, end: int) -> str:
        return commonprefix((self._names[first], self._names[end - 1]))  # noqa: RUF071 - characters are meant

    def _waste(self, first: int, end: int) -> int:
        """Return the number of unchanged names that begin like a group."""
        if end - first == 1:
            return 0
        common = self._common(first, end)
        start = bisect_left(self._others, common)
        return bisect_left(self._others, common + _AFTER_ALL, start) - start
