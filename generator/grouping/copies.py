"""Group copies: the same text in several places, excerpts, rewritten and empty copies, no parts of a series.

Candidates share a name (`candidates`, `pairs`). Each pair is judged separately (`evidence`). Groups are then
built from the strongest pairs on (`gathering`), and the curator splits articles off. `Copies` keeps its
results, so a changed article costs little: a group depends only on the pairs that contain its articles.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from generator.grouping.editions import FULLNESS, order
from generator.grouping.evidence import KEY, Evidence
from generator.grouping.gathering import gathered
from generator.grouping.pairs import Pairs, Place
from generator.grouping.places import home_of
from generator.grouping.stored_pairs import StoredPairs
from generator.model.types import Article, CopyGroup, Verdict

MANY = 100
"""Maximum number of additions and removals in an update of a small archive. If exceeded, all is redone."""


def many_of(count: int, many: int = MANY) -> int:
    """Return the maximum number of additions and removals in an update. A change of an article is both."""
    return max(many, count // 40)


def copies_of(articles: Sequence[Article], splits: Sequence[frozenset[str]] = ()) -> tuple[CopyGroup, ...]:
    """Return the groups of copies, each of two or more articles, sorted by their first articles.

    `splits`: sets of paths that leave their groups, and form one of their own if there are several.
    """
    return Copies(articles).updated(splits)


class Found(msgspec.Struct, frozen=True, array_like=True):
    """The copies of an archive, in the form that is stored."""

    pairs: StoredPairs
    groups: list[list[int]]
    homes: dict[str, dict[str, int]]
    """Source → home → number of the source's articles there."""

    def fits(self, articles: Sequence[Article]) -> bool:
        """Return whether this may belong to these articles. It may come from another user's folder."""
        count = len(articles)
        return (
            self.pairs.fits(count)
            and all(len(group) > 1 and min(group) >= 0 and max(group) < count for group in self.groups)
            and all(self.homes.values())
            and {article.source for article in articles if article.keys} <= self.homes.keys()
        )


class Copies:
    """The copies of an archive, updated as articles change. They are the same as if found from scratch."""

    def __init__(
        self,
        articles: Iterable[Article] = (),
        found: Found | None = None,
        *,
        many: int = MANY,
        is_shared: bool = False,
    ) -> None:
        """Find the copies among all articles, or restore what was `found` earlier.

        `many` as in `many_of`. With `is_shared`, forked processes may do a part of the work.
        """
        self._many = many
        self.groups: list[CopyGroup] = []
        """The groups, sorted by first articles. `update` changes the list in place."""
        self._firsts: list[Place] = []
        """The position of the first article of each group."""
        self._outdated: set[Place] = set()
        """Positions of first articles whose groups must be updated."""
        self._curated: Mapping[Place, Sequence[int]] = {}
        self._groups: dict[Place, Sequence[int]] = {}
        self._start(articles, found, is_shared=is_shared)

    @property
    def is_as_found(self) -> bool:
        """Whether no article has changed since all were judged."""
        return self._pairs.is_as_found

    @property
    def articles(self) -> Iterator[Article]:
        """The articles as of the last complete judging, in order of time."""
        return (self._pairs.article(at) for at in range(self._pairs.count))

    @property
    def moved(self) -> int:
        """Number of articles that were added or removed since all were judged."""
        return self._pairs.moved

    @property
    def removed(self) -> Iterator[tuple[int, Article]]:
        """Number and article of each of `articles` that has been removed or changed since."""
        return self._pairs.removed

    def found(self) -> Found:
        """Return the copies in the form that is stored, with articles renumbered in order of time."""
        number = {at: place for place, at in enumerate(self._pairs.alive)}
        groups = [[number[at] for at in group] for group in self._groups.values()]
        homes = {source: dict(own) for source, counts in self._counts.items() if (own := +counts)}
        return Found(self._pairs.found(), groups, homes)

    def renew(self) -> Found:
        """Renumber the articles in order of time, and return the copies in the form that is stored."""
        found = self.found()
        self._start([self._pairs.article(at) for at in self._pairs.alive], found)
        return found

    def replace_articles(self, articles: Iterable[Article]) -> None:
        """Update the copies to these articles. Articles that are the same objects as before are fastest."""
        fresh = {article.path: article for article in articles}
        known, added = self._pairs.numbers, []
        for path, article in fresh.items():
            at = known.get(path)
            if at is None or (kept := self._pairs.article(at)) != article:
                added.append(article)
            elif kept is not article:  # groups hold the objects of the digest
                self._pairs.evidence[at].article = article
                if at in self._group_of:
                    self._outdated.add(self._group_of[at])
        self.change([path for path in known if path not in fresh], added)

    def prepare(self) -> None:
        """Build the indexes that the first change would otherwise wait for."""
        self._pairs.prepare()

    def change(self, removed: Iterable[str], added: Sequence[Article]) -> None:
        """Remove articles by path, and add articles. An added one with a known path replaces the old one."""
        known, many = self._pairs.numbers, many_of(self._pairs.count, self._many)
        old_paths = {*removed, *(article.path for article in added)} & known.keys()
        if len(old_paths) + len(added) > many:
            renamed = {article.path: article for article in added if self._is_renamed(article)}
            self._rename({known[path]: article for path, article in renamed.items()})
            old_paths -= renamed.keys()
            added = [article for article in added if article.path not in renamed]
        if len(old_paths) + len(added) > many or self._pairs.is_worn:
            kept = (self._pairs.article(at) for path, at in known.items() if path not in old_paths)
            self._start([*kept, *added])
        elif old_paths or added:
            self._count_homes([self._pairs.article(known[path]) for path in old_paths], added)
            self._regroup(self._pairs.change([known[path] for path in old_paths], added))

    def _is_renamed(self, article: Article) -> bool:
        """Return whether an article only has another source than before, which is not its home."""
        at = self._pairs.numbers.get(article.path)
        if at is None or not article.keys:
            return False
        return msgspec.structs.replace(self._pairs.article(at), source=article.source) == article

    def _rename(self, articles: Mapping[int, Article]) -> None:
        """Replace articles, by number, by those with other sources. What is stored does not fit any more."""
        self.kept_as = b""
        before = [self._pairs.article(at) for at in articles]
        touched = self._pairs.rename(articles)
        self._count_homes(before, articles.values())
        self._outdated |= {self._group_of[at] for at in articles if at in self._group_of}
        self._regroup(touched)

    def updated(self, splits: Sequence[frozenset[str]] = ()) -> tuple[CopyGroup, ...]:
        """Update and return the groups, sorted by first articles. `splits` as in `copies_of`."""
        self.update(splits)
        return tuple(self.groups)

    def update(self, splits: Sequence[frozenset[str]] = ()) -> tuple[list[CopyGroup], list[CopyGroup]]:
        """Update `groups`. Returns the groups that were removed, and those that were added."""
        before = self._curated
        self._curated = self._affected_groups(self._numbers_of(splits))
        ended: list[CopyGroup] = []
        begun: list[CopyGroup] = []
        for first in sorted(self._outdated | before.keys() | self._curated.keys()):
            group = self._curated.get(first, self._groups.get(first, ()))
            at = bisect_left(self._firsts, first)
            end = at + (at < len(self._firsts) and self._firsts[at] == first)
            old, new = self.groups[at:end], [self._copy_group(group)] if group else []
            if not (old and new and _are_same(old[0], new[0])):
                self.groups[at:end], self._firsts[at:end] = new, [first] * len(new)
                ended += old
                begun += new
        self._outdated.clear()
        return ended, begun

    def _affected_groups(self, splits: Sequence[Sequence[int]]) -> dict[Place, Sequence[int]]:
        """Return position of first article → group, for the groups that the curator's choices affect."""
        firsts = {self._group_of[at] for split in splits for at in split if at in self._group_of}
        parted = _split((set(self._groups[first]) for first in firsts), splits)
        ordered = (sorted(group, key=self._pairs.place) for group in parted)
        return dict.fromkeys(firsts, ()) | {self._pairs.place(group[0]): group for group in ordered}

    def _start(
        self, articles: Iterable[Article], found: Found | None = None, *, is_shared: bool = False
    ) -> None:
        """Group all articles from scratch, or restore what was `found` earlier."""
        self.kept_as = b""
        """The key under which the result is stored; empty if it is not stored."""
        self._pairs = Pairs(articles, found.pairs if found else None, is_shared=is_shared)
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._own_homes: dict[str, str] = {}
        self._outdated |= self._groups.keys()
        self._groups = {}
        self._group_of: dict[int, Place] = {}
        if found is None:
            for article in self.articles:
                if article.keys:
                    self._counts[article.source][home_of(article.keys[0])] += 1
            self._group(self._pairs.reasoned)
        else:
            self._counts.update((source, Counter(homes)) for source, homes in found.homes.items())
            for group in found.groups:
                self._add_group(group)
        for source, homes in self._counts.items():
            self._own_homes[source] = _own_home(homes)

    def _count_homes(self, removed: Iterable[Article], added: Iterable[Article]) -> None:
        """Update the homes of sources. If one changes, the groups of the source may get other leads."""
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
            self._outdated |= {
                first
                for first, group in self._groups.items()
                if any(self._pairs.article(at).source in moved for at in group)
            }

    def _regroup(self, touched: Iterable[int]) -> None:
        """Group all articles again that are connected to a removed article, or to one whose pairs changed."""
        connected: set[int] = set()
        new = list(touched)
        while new:
            at = new.pop()
            if at not in connected:
                connected.add(at)
                new += self._pairs.same(at)
        for at in connected:
            if (first := self._group_of.pop(at, None)) is not None:
                self._groups.pop(first, None)
                self._outdated.add(first)
        self._group(at for at in connected if not self._pairs.is_removed(at))

    def _group(self, members: Iterable[int]) -> None:
        """Group articles that have pairs, but only with one another."""
        ordered = sorted(members, key=self._pairs.place)
        number = {at: place for place, at in enumerate(ordered)}
        evidence = [self._pairs.evidence[at] for at in ordered]
        pairs = sorted(
            (*_turn(evidence[place], evidence[number[other]], rank), place, -number[other])
            for place, at in enumerate(ordered)
            for other, rank in self._pairs.before(at).items()
        )
        for group in gathered(evidence, ((later, -earlier) for *_, later, earlier in pairs)):
            self._add_group([ordered[place] for place in group])

    def _add_group(self, group: Sequence[int]) -> None:
        first = self._pairs.place(group[0])
        self._groups[first] = group
        self._group_of.update(dict.fromkeys(group, first))
        self._outdated.add(first)

    def _numbers_of(self, sets: Sequence[frozenset[str]]) -> list[list[int]]:
        """Return the numbers of the articles with the given paths. Unknown paths are left out."""
        known = self._pairs.numbers
        return [[known[path] for path in paths if path in known] for paths in sets]

    def _copy_group(self, group: Sequence[int]) -> CopyGroup:
        return _copy_group([self._pairs.article(at) for at in group], self._own_homes)


def _turn(later: Evidence, earlier: Evidence, rank: int) -> tuple[bool, int, int]:
    """Return when a pair binds: a key or a title of one day first, then day by day, the strongest first.

    A later day thus changes a group only by joining it, but for what is certain.
    """
    is_certain = rank == KEY or (later.text == earlier.text and later.day == earlier.day)
    return not is_certain, 0 if is_certain else later.day, rank


def _split(groups: Iterable[set[int]], splits: Iterable[Sequence[int]]) -> Iterator[set[int]]:
    """Yield the groups without the articles that the curator splits off, and groups of these."""
    apart = [set(split) for split in splits]
    removed = set().union(*apart)
    yield from (rest for group in groups if len(rest := group - removed) > 1)
    yield from (split for split in apart if len(split) > 1)


def _are_same(one: CopyGroup, other: CopyGroup) -> bool:
    """Return whether two groups consist of the same article objects, in the same order."""
    return [one.id, *map(id, one.articles)] == [other.id, *map(id, other.articles)]


def _own_home(homes: Counter[str]) -> str:
    """Return the home of at least half of a source's articles; empty if none, as for an aggregator."""
    home, count = max(homes.items(), key=lambda item: (item[1], item[0]))
    return home if 2 * count >= homes.total() > 0 else ""


def _copy_group(articles: Sequence[Article], own_homes: Mapping[str, str]) -> CopyGroup:
    """Return the group of some articles, with its lead first.

    The lead has at least half as much text as the longest article. Of these, one at its origin takes
    precedence, then the fullest.
    """
    longest = max(article.letters for article in articles)

    def precedence(article: Article) -> tuple[object, ...]:
        is_mirror = len(article.keys) > 1
        at_origin = bool(article.keys) and own_homes[article.source] == home_of(article.keys[0])
        return (
            article.verdict is Verdict.LINK,
            2 * article.letters < longest,
            is_mirror or not at_origin,
            FULLNESS[article.verdict],
            -article.letters,
            article.date,
            article.path,
        )

    lead = min(articles, key=precedence)
    others = sorted((article for article in articles if article is not lead), key=order)
    return CopyGroup(id=articles[0].id, articles=(lead, *others))
