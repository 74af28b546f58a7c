"""Pairs of articles that are the same, each with its reason, updated as articles change.

Each article has a number. The initial ones are numbered in order of time; an added article gets the next
number, and a changed article counts as removed and added. Lists of names tell which articles share a name
with a changed one, within `SPAN` days.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from operator import attrgetter

from generator.grouping.candidates import BAND, BANDS, NEIGHBOURS, Bands, Name, Names, Row
from generator.grouping.evidence import (
    LONGEST,
    NEAR,
    Evidence,
    channels,
    evidence_of,
    text_refrains,
    title_refrains,
)
from generator.grouping.gathering import SPAN
from generator.grouping.likeness import likeness
from generator.grouping.matching import matching_pairs, rank_of
from generator.grouping.pair_names import mixed_by_name, mute_refrains, names_of, parts_of, title_names
from generator.grouping.stored_pairs import StoredPairs
from generator.model.types import Article

Place = tuple[int, str]
"""An article's position in order of time: its day and path."""


class Pairs:
    """The articles of an archive, and which of them are the same. Changed in place, for speed."""

    def __init__(
        self, articles: Iterable[Article], found: StoredPairs | None = None, *, is_shared: bool = False
    ) -> None:
        """Judge all articles, or restore what was `found` earlier; `articles` are then in order of time.

        With `is_shared`, forked processes may do a part of the work.
        """
        ordered = list(articles)
        if found is None:
            ordered = sorted(sorted(ordered, key=attrgetter("path")), key=attrgetter("date"))
        named = title_names(ordered, is_shared=is_shared) if found is None else []
        titles = [words for words, _ in named] if found is None else found.titles
        self.evidence = list(map(evidence_of, ordered, titles))
        self.count = len(self.evidence)
        """Number of initial articles; articles added since have higher numbers."""
        self._days = array("I", [one.day for one in self.evidence])
        self._removed: set[int] = set()
        known = self.evidence
        self._keys, self._titles, self._texts = names_of(known, [one.signature for one in known])
        self._bands: Bands | None = None
        self._channel_keys: dict[str, bool] = {}
        self._before: dict[int, dict[int, int]] = {}
        self._after: dict[int, set[int]] = defaultdict(set)
        if found is not None:
            self._restore(found)
            return
        self._runs = Names(((at, parts) for at, (_, parts) in enumerate(named)), span=LONGEST, numbers=True)
        del named, titles  # while pairs are judged, two processes would hold them
        mute_refrains(self.evidence, self._keys, self._titles, self._texts)
        for later, earlier, rank in matching_pairs(
            self.evidence, self._days, (self._keys, self._titles, self._runs), is_shared=is_shared
        ):
            self._record(later, earlier, rank)

    @property
    def alive(self) -> list[int]:
        """The numbers of the present articles, in order of time."""
        if self.is_as_found:
            return [*range(self.count)]
        return sorted(self._alive(range(len(self.evidence))), key=self.place)

    def found(self) -> StoredPairs:
        """Return the pairs in the form that is stored, with articles renumbered in order of time."""
        alive = self.alive
        number = {at: place for place, at in enumerate(alive)}
        known = [self.evidence[at] for at in alive]
        raw = [evidence_of(one.article, "").signature for one in known]
        keys, titles, texts, runs_ = self._name_indexes(known, raw)
        triples = (
            (number[later], number[earlier], rank)
            for later, ranks in self._before.items()
            for earlier, rank in ranks.items()
        )
        return StoredPairs(
            titles=[one.text for one in known],
            runs=runs_.saved(),
            orders=(keys.order(), titles.order(), texts.order()),
            mute=[at for at, one in enumerate(known) if one.signature != raw[at]],
            refrains=[at for at, one in enumerate(known) if one.is_refrain],
            channels={at: sorted(one.channels) for at, one in enumerate(known) if one.channels},
            pairs=array("I", chain.from_iterable(triples)).tobytes(),
        )

    def _name_indexes(
        self, known: Sequence[Evidence], texts: Iterable[bytes]
    ) -> tuple[Names, Names, Names, Names]:
        """Return keys, titles, texts and runs of the present articles, rebuilt if any article has changed."""
        if self.is_as_found:
            return self._keys, self._titles, self._texts, self._runs
        parts = ((at, parts_of(one.article, one.text)) for at, one in enumerate(known))
        runs_ = Names(parts, span=LONGEST, numbers=True)
        return (*names_of(known, texts), runs_)

    def _restore(self, found: StoredPairs) -> None:
        """Restore what was found earlier for the same articles."""
        self._runs = Names.restored(found.runs, span=LONGEST)
        for names, order in zip((self._keys, self._titles, self._texts), found.orders, strict=True):
            names.restore_order(order)
        for at in found.mute:
            self.evidence[at].mute_text()
        for at in found.refrains:
            self.evidence[at].mute_title()
        for at, channels_ in found.channels.items():
            self.evidence[at].channels = frozenset(channels_)
        numbers = array("I", found.pairs)
        for later, earlier, rank in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True):
            self._record(later, earlier, rank)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Path → number of each present article."""
        return {one.article.path: at for at, one in enumerate(self.evidence)}

    @property
    def is_worn(self) -> bool:
        """Whether so much has changed that judging all articles again is better."""
        return len(self._removed) > max(1000, self.count // 10) or 2 * len(self._days) < len(self.evidence)

    @property
    def reasoned(self) -> Iterable[int]:
        """The articles that are the same as another one."""
        return self._before.keys() | {at for at, after in self._after.items() if after}

    def article(self, at: int) -> Article:
        """Return the article with a number."""
        return self.evidence[at].article

    def place(self, at: int) -> Place:
        """Return the position of an article in order of time."""
        one = self.evidence[at]
        return one.day, one.article.path

    @property
    def is_as_found(self) -> bool:
        """Whether no article has changed since all were judged."""
        return len(self.evidence) == self.count and not self._removed

    @property
    def moved(self) -> int:
        """Number of articles that were added or removed since all were judged."""
        return len(self.evidence) - self.count + sum(at < self.count for at in self._removed)

    @property
    def removed(self) -> Iterator[tuple[int, Article]]:
        """Number and article of each initial article that has been removed or changed."""
        return ((at, self.article(at)) for at in sorted(self._removed) if at < self.count)

    def is_removed(self, at: int) -> bool:
        """Return whether an article was removed, or changed and has another number now."""
        return at in self._removed

    def before(self, at: int) -> Mapping[int, int]:
        """Return earlier article that is the same as one → rank of the reason."""
        return self._before.get(at, {})

    def same(self, at: int) -> Iterator[int]:
        """Return all articles that are the same as one."""
        return chain(self._before.get(at, ()), self._after.get(at, ()))

    def change(self, leaving: Iterable[int], added: Iterable[Article]) -> set[int]:
        """Remove and add articles. Returns the numbers of those removed, added or paired differently."""
        old = set(leaving)
        for at in old:
            del self.numbers[self.article(at).path]
        self._removed |= old
        self._channel_keys.clear()
        bands = self.prepare()
        new = [self._add(article) for article in added]
        changed_evidence = self._changed_evidence([*old, *new]) - set(new)
        self._removed |= changed_evidence
        new += [self._add(self.article(at)) for at in sorted(changed_evidence, key=self.place)]
        for at in new:
            self._mute(at)
            bands.add(at, self.evidence[at].signature)
        return self._update_pairs(old | changed_evidence, new)

    def rename(self, articles: Mapping[int, Article]) -> set[int]:
        """Replace articles that have keys by those with other sources. Returns as `change`.

        Sources matter only where an article has no text, so candidates share a name. They are judged again if
        another one was, or is now, of the same source.
        """
        old = {at: self.article(at).source for at in self.numbers.values()}
        names = {old[at] for at in articles} | {article.source for article in articles.values()}
        for at, article in articles.items():
            self.evidence[at].article = article
        moves = {at: (name, self.article(at).source) for at, name in old.items() if name in names}
        touched: set[int] = set()
        for later in mixed_by_name({at: [name for _, name in self._named(at)] for at in moves}, moves):
            for earlier in self._nearest_named(later).union(self.before(later)) & moves.keys():
                if self._judge(later, earlier):
                    touched |= {later, earlier}
        return touched

    def prepare(self) -> Bands:
        """Build the indexes that the first change would otherwise wait for."""
        if self._bands is None:
            self._bands = Bands((at, one.signature) for at, one in enumerate(self.evidence))
            for names in (self._keys, self._titles, self._runs, self._texts):
                names.in_order()
            _ = self.numbers
        return self._bands

    def _add(self, article: Article) -> int:
        """Add an article under the next number, and index its names."""
        at, one = len(self.evidence), evidence_of(article)
        self.evidence.append(one)
        self.numbers[article.path] = at
        for names, name in self._named(at):
            names.add(at, (name,))
        if one.signature:
            self._texts.add(at, (one.signature,))
        return at

    def _named(self, at: int) -> Iterator[tuple[Names, Name]]:
        """Yield the names of an article except its text, each with its index."""
        one = self.evidence[at]
        yield self._titles, one.text
        yield from ((self._keys, key) for key in one.keys)
        yield from ((self._runs, run) for run in parts_of(one.article, one.text))

    def _of_text(self, at: int) -> dict[Evidence, int]:
        """Return evidence → number, of the present articles with the same text as one."""
        raw = evidence_of(self.article(at)).signature
        return self._having(self._texts, raw) if raw else {}

    def _of_title(self, at: int) -> dict[Evidence, int]:
        return self._having(self._titles, self.evidence[at].text)

    def _having(self, names: Names, name: Name) -> dict[Evidence, int]:
        numbers = self._alive(names.owners(name, [(0, len(self.evidence))]))
        return {self.evidence[at]: at for at in numbers}

    def _is_channel(self, key: str) -> bool:
        """Return whether a key belongs to a channel, not to an article. Cached during a change."""
        if key not in self._channel_keys:
            self._channel_keys[key] = key in channels([*self._having(self._keys, key)])
        return self._channel_keys[key]

    def _changed_evidence(self, changed: Iterable[int]) -> set[int]:
        """Return articles that became refrains or channels, or ceased to be, because others changed."""
        found: set[int] = set()
        for at in changed:
            texts, titles = self._of_text(at), self._of_title(at)
            muted = set(text_refrains([*texts]))
            found.update(texts[one] for one in texts if (one in muted) is bool(one.signature))
            muted = set(title_refrains([*titles]))
            found.update(titles[one] for one in titles if (one in muted) is not one.is_refrain)
            for key in set(self.evidence[at].keys) - self._channel_keys.keys():
                is_channel, of_key = self._is_channel(key), self._having(self._keys, key)
                found.update(of_key[one] for one in of_key if (key in one.channels) is not is_channel)
        return found

    def _mute(self, at: int) -> None:
        """Mark refrains and channels in the evidence of one article, so that they prove nothing."""
        one = self.evidence[at]
        if one in text_refrains([*self._of_text(at)]):
            one.mute_text()
        if one in title_refrains([*self._of_title(at)]):
            one.mute_title()
        one.channels = frozenset(filter(self._is_channel, one.keys))

    def _alive(self, numbers: Iterable[int]) -> list[int]:
        return [at for at in numbers if at not in self._removed]

    def _record(self, later: int, earlier: int, rank: int) -> None:
        """Store the rank of the reason why two articles are the same."""
        self._before.setdefault(later, {})[earlier] = rank
        self._after[earlier].add(later)

    def _drop(self, later: int, earlier: int) -> None:
        del self._before[later][earlier]
        self._after[earlier].discard(later)

    def _judge(self, later: int, earlier: int) -> bool:
        """Judge whether two articles are the same. Returns whether the reason differs from the stored one."""
        rank, stored = rank_of(self.evidence[later], self.evidence[earlier]), self.before(later).get(earlier)
        if rank is not None:
            self._record(later, earlier, rank)
        elif stored is not None:
            self._drop(later, earlier)
        return rank != stored

    def _update_pairs(self, old: Iterable[int], new: Sequence[int]) -> set[int]:
        """Drop the pairs of removed articles; judge added ones, and those whose neighbours changed."""
        moved = {*old, *new}
        touched = set(moved)
        for at in old:
            touched.update(self.same(at))
            for earlier in self._before.pop(at, ()):
                self._after[earlier].discard(at)
            for later in self._after.pop(at, ()):
                del self._before[later][at]
        for later in {*new, *(one for at in moved for one in self._next_after(at, moved))}:
            kept, nearest = self._before.get(later, {}), self._nearest(later)
            for earlier in nearest - kept.keys():
                if self._judge(later, earlier):
                    touched |= {later, earlier}
            for earlier in kept.keys() - nearest:
                self._drop(later, earlier)
                touched |= {later, earlier}
        return touched

    def _next_after(self, at: int, moved: set[int]) -> Iterator[int]:
        """Yield articles whose nearest earlier ones may differ because an article was added or removed."""
        for span, row in (*self._by_name(at), *self._by_text(at)):
            left = NEIGHBOURS
            for other in self._later(at, span, row, moved):
                yield other
                left -= other not in moved
                if not left:
                    break

    def _by_name(self, at: int) -> Iterator[tuple[int, Row]]:
        """Yield, for each name of an article, its span in days and the articles that share it."""
        number = self._number(at)
        for names, name in self._named(at):
            yield names.span, names.row(name, number, self._near(at, names.span))

    def _by_text(self, at: int) -> Iterator[tuple[int, Row]]:
        """Yield, for each band of an article's text, its span in days and the articles that share it."""
        one, number = self.evidence[at], self._number(at)
        bands, near = self.prepare(), self._near(at, SPAN)
        for place, start in enumerate(range(0, BAND * BANDS if one.signature else 0, BAND)):
            row = bands.row(place, one.signature[start : start + BAND], number, near, self.count)
            yield SPAN, row

    def _number(self, at: int) -> int:
        """Return the position of an article among the initial ones."""
        return at if at < self.count else bisect_left(range(self.count), self.place(at), key=self.place)

    def _nearest(self, at: int) -> set[int]:
        """Return the articles to compare one with: the nearest earlier ones for each name and band."""
        by_name, own = self._nearest_named(at), self.evidence[at].signature
        by_text = {other for span, row in self._by_text(at) for other in self._earlier(at, span, row)}
        are_like = (
            other for other in by_text - by_name if likeness(own, self.evidence[other].signature) >= NEAR
        )
        return by_name.union(are_like)

    def _nearest_named(self, at: int) -> set[int]:
        return {other for span, row in self._by_name(at) for other in self._earlier(at, span, row)}

    def _earlier(self, at: int, span: int, row: Row) -> list[int]:
        """Return the nearest `NEIGHBOURS` articles before an article."""
        here = self.place(at)
        found = [*islice(self._within(at, span, row.before), NEIGHBOURS)]
        if since := [other for other in self._within(at, span, row.since) if self.place(other) < here]:
            found = sorted([*found, *since], key=self.place)[-NEIGHBOURS:]
        return found

    def _later(self, at: int, span: int, row: Row, moved: set[int]) -> list[int]:
        """Return the articles after one, up to the `NEIGHBOURS`th that was not added or removed itself."""
        here, left = self.place(at), NEIGHBOURS
        found: list[int] = []
        for other in self._within(at, span, row.after):
            found.append(other)
            left -= other not in moved
            if not left:
                break
        if since := [other for other in self._within(at, span, row.since) if self.place(other) >= here]:
            found = sorted([*found, *since], key=self.place)
        return found

    def _within(self, at: int, span: int, others: Iterable[int]) -> Iterator[int]:
        """Yield those of `others` that are present and within `span` days of an article."""
        day = self.evidence[at].day
        return (
            other
            for other in others
            if other not in self._removed and -span <= self.evidence[other].day - day <= span
        )

    def _near(self, at: int, span: int) -> tuple[int, int]:
        """Return the range of numbers of initial articles within `span` days of an article."""
        day, days = self.evidence[at].day, self._days
        return bisect_left(days, day - span), bisect_right(days, day + span)
