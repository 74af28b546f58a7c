"""Articles on the same news become one story: copies, excerpts, rewritten copies, but no parts of a series.

Who may be the same is found by name (`candidates`, `pairs`); each pair is judged on its own (`evidence`);
then stories grow in the order of time (`gathering`). Then the curator's word is carried out. `Stories` keeps
what it found, so that a changed article costs little: a story depends on nothing but the pairs that hold it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from generator.grouping.editions import order
from generator.grouping.gathering import gathered
from generator.grouping.pairs import Pairs, Place
from generator.grouping.places import home_of
from generator.grouping.stored_pairs import StoredPairs
from generator.model.types import Article, Story, Verdict

_FULLNESS = {Verdict.FULL: 0, Verdict.CUT: 1, Verdict.LINK: 2}
MANY = 100
"""Articles that come or go and are followed in a small archive; of more, everything is done again."""


def many_of(count: int) -> int:
    """How many articles that come or go are followed, of so many; one that changes does both."""
    return max(MANY, count // 40)


def stories_of(
    articles: Sequence[Article],
    merges: Sequence[frozenset[str]] = (),
    splits: Sequence[frozenset[str]] = (),
) -> tuple[Story, ...]:
    """Find the stories of two articles or more, in the order of their first articles.

    The curator's `merges` (paths that are one story, with what each was found to be one with) and `splits`
    (paths that leave their story, several together) win, in this order.
    """
    return Stories(articles).told(merges, splits)


class Found(msgspec.Struct, frozen=True, array_like=True):
    """The stories of an archive, to be kept."""

    pairs: StoredPairs
    groups: list[list[int]]
    homes: dict[str, dict[str, int]]
    """How many articles of a source stand where."""

    def fits(self, articles: Sequence[Article]) -> bool:
        """Whether this may be of these articles: it may have come with somebody's folder."""
        count = len(articles)
        return (
            self.pairs.fits(count)
            and all(len(group) > 1 and min(group) >= 0 and max(group) < count for group in self.groups)
            and all(self.homes.values())
            and {article.source for article in articles if article.keys} <= self.homes.keys()
        )


class Stories:
    """The stories of an archive, to keep from one build to the next: the same as found from scratch."""

    def __init__(
        self, articles: Iterable[Article] = (), found: Found | None = None, *, is_shared: bool = False
    ) -> None:
        """Find the stories of all articles, unless it is known what was `found` in them.

        The work is `is_shared` where a copy of this process may do a part of it.
        """
        self.stories: list[Story] = []
        """As they were told last, in the order of their first articles; `tell` changes it in place."""
        self._firsts: list[Place] = []
        """Where the first article of each of them stands."""
        self._doubtful: set[Place] = set()
        """First articles whose stories are to be told again."""
        self._curated: Mapping[Place, Sequence[int]] = {}
        self._groups: dict[Place, Sequence[int]] = {}
        self._start(articles, found, is_shared=is_shared)

    @property
    def is_as_found(self) -> bool:
        """Whether nothing has changed since everything was done."""
        return self._pairs.is_as_found

    @property
    def articles(self) -> Iterator[Article]:
        """The articles that everything was done for, in the order of time."""
        return (self._pairs.article(at) for at in range(self._pairs.count))

    @property
    def moved(self) -> int:
        """How many articles came or went since everything was done."""
        return self._pairs.moved

    @property
    def left(self) -> Iterator[tuple[int, Article]]:
        """Those of them that went, or changed, since, with their places in that order."""
        return self._pairs.left

    def found(self) -> Found:
        """What is known, with the numbers that articles would have were it found now."""
        number = {at: place for place, at in enumerate(self._pairs.alive)}
        groups = [[number[at] for at in group] for group in self._groups.values()]
        homes = {source: dict(own) for source, counts in self._counts.items() if (own := +counts)}
        return Found(self._pairs.found(), groups, homes)

    def renew(self) -> Found:
        """Number the articles anew, so that what is known can be kept as if it was found now; that."""
        found = self.found()
        self._start([self._pairs.article(at) for at in self._pairs.alive], found)
        return found

    def become(self, articles: Iterable[Article]) -> None:
        """Follow the archive, whatever came, went or changed; the same objects as before cost least."""
        fresh = {article.path: article for article in articles}
        known = self._pairs.numbers
        added = [
            article
            for path, article in fresh.items()
            if path not in known
            or ((kept := self._pairs.article(known[path])) is not article and kept != article)
        ]
        self.change([path for path in known if path not in fresh], added)

    def prepare(self) -> None:
        """Do ahead what the first change would wait for."""
        self._pairs.prepare()

    def change(self, removed: Iterable[str], added: Sequence[Article]) -> None:
        """Take articles out, by path, and put articles in; those of a known path replace it."""
        known = self._pairs.numbers
        leaving = {*removed, *(article.path for article in added)} & known.keys()
        if len(leaving) + len(added) > many_of(self._pairs.count) or self._pairs.is_worn:
            kept = (self._pairs.article(at) for path, at in known.items() if path not in leaving)
            self._start([*kept, *added])
        elif leaving or added:
            self._recount([self._pairs.article(known[path]) for path in leaving], added)
            self._regroup(self._pairs.change([known[path] for path in leaving], added))

    def told(
        self, merges: Sequence[frozenset[str]] = (), splits: Sequence[frozenset[str]] = ()
    ) -> tuple[Story, ...]:
        """The stories in the order of their first articles, as the curator wants them."""
        self.tell(merges, splits)
        return tuple(self.stories)

    def tell(
        self, merges: Sequence[frozenset[str]] = (), splits: Sequence[frozenset[str]] = ()
    ) -> tuple[list[Story], list[Story]]:
        """Bring `stories` up to date; those that ended since, and those that began."""
        before, self._curated = self._curated, self._curated_by(self._at(merges), self._at(splits))
        ended: list[Story] = []
        begun: list[Story] = []
        for first in sorted(self._doubtful | before.keys() | self._curated.keys()):
            group = self._curated.get(first, self._groups.get(first, ()))
            at = bisect_left(self._firsts, first)
            end = at + (at < len(self._firsts) and self._firsts[at] == first)
            old, new = self.stories[at:end], [self._story(group)] if group else []
            if not (old and new and _are_same(old[0], new[0])):
                self.stories[at:end], self._firsts[at:end] = new, [first] * len(new)
                ended += old
                begun += new
        self._doubtful.clear()
        return ended, begun

    def _curated_by(
        self, merges: Sequence[Sequence[int]], splits: Sequence[Sequence[int]]
    ) -> dict[Place, Sequence[int]]:
        """What the curator makes of the groups that are spoken of, by their first articles."""
        named = {at for wanted in (*merges, *splits) for at in wanted}
        firsts = {self._group_of[at] for at in named if at in self._group_of}
        parted = _parted(_merged((self._groups[first] for first in firsts), merges), splits)
        ordered = (sorted(group, key=self._pairs.place) for group in parted)
        return dict.fromkeys(firsts, ()) | {self._pairs.place(group[0]): group for group in ordered}

    def _start(
        self, articles: Iterable[Article], found: Found | None = None, *, is_shared: bool = False
    ) -> None:
        """Do everything from the first article on, but for what was found before."""
        self.kept_as = b""
        """The name under which what was found is kept; empty where it is not."""
        self._pairs = Pairs(articles, found.pairs if found else None, is_shared=is_shared)
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._own_homes: dict[str, str] = {}
        self._doubtful |= self._groups.keys()
        self._groups = {}
        self._group_of: dict[int, Place] = {}
        if found is None:
            for article in self.articles:
                if article.keys:
                    self._counts[article.source][home_of(article.keys[0])] += 1
            self._gather(self._pairs.reasoned)
        else:
            self._counts.update((source, Counter(homes)) for source, homes in found.homes.items())
            for group in found.groups:
                self._join(group)
        for source, homes in self._counts.items():
            self._own_homes[source] = _own_home(homes)

    def _recount(self, removed: Iterable[Article], added: Iterable[Article]) -> None:
        """Count where sources' articles stand; where that changes a home, other articles may lead."""
        counted = [(article, by) for articles, by in ((removed, -1), (added, 1)) for article in articles]
        for article, by in counted:
            if article.keys:
                self._counts[article.source][home_of(article.keys[0])] += by
        homes = {
            name: _own_home(self._counts[name]) for name in {one.source for one, _ in counted if one.keys}
        }
        moved = {name for name, home in homes.items() if home != self._own_homes.get(name)}
        self._own_homes |= homes
        if moved:
            self._doubtful |= {
                first
                for first, group in self._groups.items()
                if any(self._pairs.article(at).source in moved for at in group)
            }

    def _regroup(self, touched: Iterable[int]) -> None:
        """Gather again what hangs together with articles of which some reason changed, or which went."""
        together: set[int] = set()
        new = list(touched)
        while new:
            at = new.pop()
            if at not in together:
                together.add(at)
                new += self._pairs.same(at)
        for at in together:
            if (first := self._group_of.pop(at, None)) is not None:
                self._groups.pop(first, None)
                self._doubtful.add(first)
        self._gather(at for at in together if not self._pairs.is_gone(at))

    def _gather(self, members: Iterable[int]) -> None:
        """Gather articles that are the same as some, and as none but of these."""
        ordered = sorted(members, key=self._pairs.place)
        number = {at: place for place, at in enumerate(ordered)}
        pairs = (
            (place, earlier)
            for place, at in enumerate(ordered)
            for _, earlier in sorted(
                ((rank, number[other]) for other, rank in self._pairs.before(at).items()),
                key=lambda ranked: (ranked[0], -ranked[1]),
            )
        )
        for group in gathered([self._pairs.evidence[at] for at in ordered], pairs):
            self._join([ordered[place] for place in group])

    def _join(self, story: Sequence[int]) -> None:
        first = self._pairs.place(story[0])
        self._groups[first] = story
        self._group_of.update(dict.fromkeys(story, first))
        self._doubtful.add(first)

    def _at(self, sets: Sequence[frozenset[str]]) -> list[list[int]]:
        """The numbers of articles named by path; what is none is left out."""
        known = self._pairs.numbers
        return [[known[path] for path in paths if path in known] for paths in sets]

    def _story(self, group: Sequence[int]) -> Story:
        return _story([self._pairs.article(at) for at in group], self._own_homes)


def _merged(groups: Iterable[Sequence[int]], wanted: Iterable[Sequence[int]]) -> list[set[int]]:
    """Stories made one where the curator wants articles of theirs in one."""
    of: dict[int, set[int]] = {}
    for group in (*groups, *wanted):
        joined = set(group).union(*(of[at] for at in group if at in of))
        for at in joined:
            of[at] = joined
    return [story for at, story in of.items() if at == min(story)]


def _parted(groups: Iterable[set[int]], splits: Iterable[Sequence[int]]) -> Iterator[set[int]]:
    """Stories without the articles that the curator takes out of them."""
    apart = [set(split) for split in splits]
    removed = set().union(*apart)
    yield from (rest for group in groups if len(rest := group - removed) > 1)
    yield from (split for split in apart if len(split) > 1)


def _are_same(one: Story, other: Story) -> bool:
    """Whether two stories are told of the very same articles, in one order."""
    return [one.id, *map(id, one.articles)] == [other.id, *map(id, other.articles)]


def _own_home(homes: Counter[str]) -> str:
    """Where half of a source's articles stand at least, or nowhere: aggregators have no home."""
    home, count = max(homes.items(), key=lambda item: (item[1], item[0]))
    return home if 2 * count >= homes.total() > 0 else ""


def _story(articles: Sequence[Article], own_homes: Mapping[str, str]) -> Story:
    """The lead first: of those at least half as full as the fullest the one at its origin, the fullest."""
    most = max(article.letters for article in articles)

    def precedence(article: Article) -> tuple[object, ...]:
        is_mirror = len(article.keys) > 1
        at_origin = bool(article.keys) and own_homes[article.source] == home_of(article.keys[0])
        return (
            article.verdict is Verdict.LINK,
            2 * article.letters < most,
            is_mirror or not at_origin,
            _FULLNESS[article.verdict],
            -article.letters,
            article.date,
            article.path,
        )

    lead = min(articles, key=precedence)
    others = sorted((article for article in articles if article is not lead), key=order)
    return Story(id=articles[0].id, articles=(lead, *others))
