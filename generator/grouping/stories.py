"""Group texts on one event into stories. Copies of a text count once, and their lead represents them.

Pairs of texts are judged by `events`. A story needs two independent sources: aggregators do not count. The
curator's merges always join. `Stories` keeps its results: a changed article re-judges only texts that share a
feature with it, and groups the connected ones again.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from generator.grouping.aggregators import Aggregators, KnownAggregators
from generator.grouping.bursts import bursts_of, is_burst, joined, near
from generator.grouping.editions import FULLNESS, order
from generator.grouping.events import Edges, affected_pairs, grouped, partners
from generator.grouping.text_index import BEFORE, DAYS, Text, TextIndex, text_of
from generator.model.features import unpacked
from generator.model.types import Article, CopyGroup, Story, Verdict, is_in

FEWEST_SOURCES = 2


def stories_of(
    articles: Sequence[Article], copies: Sequence[CopyGroup] = (), merges: Sequence[frozenset[str]] = ()
) -> tuple[Story, ...]:
    """Return the stories, each of two or more texts, sorted by their first articles.

    `merges`: sets of paths whose texts the curator joins.
    """
    return Stories(articles, copies).updated(merges)


class Stories:
    """The stories of an archive, updated as articles change. They are the same as if found from scratch."""

    def __init__(
        self,
        articles: Sequence[Article],
        copies: Sequence[CopyGroup] = (),
        configured: Mapping[str, bool] | None = None,
        promotions: Sequence[str] = (),
        found: Sequence[Sequence[int]] | None = None,
        language: str = "",
        aggregators: KnownAggregators | None = None,
    ) -> None:
        """Find the stories of all articles, or restore what was `found` earlier.

        `aggregators`: those of these articles by these settings, if they are known.
        `configured`: source → whether it is said to be an aggregator. `promotions`: words in their titles.
        `language`: that of the site, whose texts represent stories if they can be read.
        """
        self.stories: list[Story] = []
        """The stories, sorted by first articles. `update` changes the list in place."""
        self.aggregators = Aggregators(configured, aggregators)
        self._promotions = tuple(word.casefold() for word in promotions)
        self._language = language
        self._articles = {article.path: article for article in articles}
        self._copies = {article.path: group for group in copies for article in group.articles}
        self._unread: defaultdict[dt.date, list[Article]] = defaultdict(list)
        """Day → its articles, until its texts are needed. Most days of an archive are not changed."""
        for article in articles:
            self._unread[article.date].append(article)
        self._index = TextIndex(map(dt.date.toordinal, self._unread), self._texts_on)
        self._groups: dict[str, frozenset[str]] = {}
        """Path of a text → paths of the texts on its event."""
        self._curated: dict[str, frozenset[str]] = {}
        """The same, where the curator decides."""
        self._story_of: dict[str, Story] = {}
        """Path of a text → its story."""
        self._outdated: set[str] = set()
        """Paths of texts whose stories must be updated."""
        if aggregators is None:
            self.aggregators.change((), articles, (), copies)
        self._add_groups(
            self._search()
            if found is None
            else (frozenset(articles[at].path for at in group) for group in found)
        )

    def found(self, articles: Sequence[Article]) -> list[list[int]]:
        """Return the groups of texts on one event in the form that is stored: numbers of the articles."""
        number = {article.path: at for at, article in enumerate(articles)}
        groups = {id(group): group for group in self._groups.values()}
        return sorted(sorted(map(number.__getitem__, group)) for group in groups.values())

    def change(
        self,
        removed: Sequence[Article],
        added: Sequence[Article],
        ended: Sequence[CopyGroup],
        begun: Sequence[CopyGroup],
    ) -> None:
        """Remove and add articles and groups of copies."""
        moved = self.aggregators.change(removed, added, ended, begun)
        groups = (*ended, *begun)
        changed = (*removed, *added, *(one for group in groups for one in group.articles))
        paths = {one.path for one in changed}
        for day in {one.date for one in changed}:
            self._index.load(day.toordinal())
        left = [text for path in sorted(paths) if (text := self._index.texts.get(path))]
        self._replace_articles(removed, added, ended, begun)
        come = [*self._texts_of(filter(None, map(self._articles.get, sorted(paths))))]
        self._regroup(left, come)
        self._outdated |= paths
        if moved:
            self._outdated.update(
                path for path in self._groups if any(article.source in moved for article in self._same(path))
            )

    def prepare(self) -> bool:
        """Do a part of what the next change would otherwise wait for. Returns whether there was any to do."""
        return self.aggregators.prepare() or self._index.prepare()

    def _texts_on(self, day: int) -> Iterator[Text]:
        """Yield the texts of a day of which nothing has changed yet."""
        return self._texts_of(self._unread.pop(dt.date.fromordinal(day)))

    def _texts_of(self, articles: Iterable[Article]) -> Iterator[Text]:
        """Yield the texts of articles that may be on an event: no copies, and no round-ups."""
        for article in articles:
            group = self._copies.get(article.path)
            # The lead of a group may be an equal article that was read before.
            if (group is None or group.lead.path == article.path) and not article.is_roundup:
                yield text_of(article)

    def _replace_articles(
        self,
        removed: Iterable[Article],
        added: Iterable[Article],
        ended: Iterable[CopyGroup],
        begun: Iterable[CopyGroup],
    ) -> None:
        for article in removed:
            del self._articles[article.path]
        for group in ended:
            for article in group.articles:
                del self._copies[article.path]
        self._articles.update((article.path, article) for article in added)
        self._copies.update((article.path, group) for group in begun for article in group.articles)

    def _search(self) -> list[frozenset[str]]:
        """Return the groups of all texts, day by day, to save memory."""
        edges = Edges({})
        bursts: dict[int, frozenset[int]] = {}
        for day in self._index.days:
            self._index.forget_before(day - BEFORE - DAYS)
            for one in range(day - BEFORE - DAYS, day + DAYS + 1):
                self._index.by_feature(one)  # all of them will be needed often
            bursts[day] = bursts_of(self._index, day)
            for path in self._index.of_day(day):
                edges.add(path, partners(self._index, self._index.texts[path], day))
        self._index.forget_before(dt.date.max.toordinal())
        return joined(self._grouped(edges), self._index.texts, lambda number, day: number in bursts[day])

    def _grouped(self, edges: Edges) -> list[frozenset[str]]:
        return grouped(edges, {path: self._index.texts[path].day for path in edges.of})

    def _add_groups(self, groups: Iterable[frozenset[str]]) -> None:
        for group in groups:
            self._groups.update(dict.fromkeys(group, group))
            self._outdated |= group

    def _regroup(self, left: Sequence[Text], come: Sequence[Text]) -> None:
        """Replace texts, and group all again that are connected with one whose pairs may have changed."""
        index = self._index
        old, before = self._pairs_of(left), self._weights(left, come)
        index.replace(left, come)
        new, after = self._pairs_of(come), self._weights(left, come)
        touched = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
        touched.update(*(old[path][1] for path in touched & old.keys()))
        for (number, day), weight in after.items():
            if weight != before[number, day]:
                touched.update(index.having(number, day - DAYS, day))
        touched |= {path for path, *_ in _judged_by(left) ^ _judged_by(come)}
        touched |= self._with_names_of(left, come)
        edges, groups = self._grouped_anew(touched)
        for path in (*touched, *edges.of):
            if group := self._groups.get(path):
                for one in group:
                    del self._groups[one]
                self._outdated |= group
        self._add_groups(joined(groups, index.texts, lambda number, day: is_burst(index, number, day)))

    def _grouped_anew(self, touched: set[str]) -> tuple[Edges, list[frozenset[str]]]:
        """Return the pairs of texts and their groups, before those of a large event are joined.

        Adds to `touched` the texts of all groups that may be joined with these, or were.
        """
        index, new = self._index, set(touched)
        while True:
            touched |= {one for path in new for one in self._groups.get(path, (path,))}
            edges = self._connected(path for path in touched if path in index.texts)
            groups = self._grouped(edges)
            new = {path for path in near(index, groups) if path in self._groups} - touched - edges.of.keys()
            if not new:
                return edges, groups

    def _pairs_of(self, texts: Iterable[Text]) -> dict[str, tuple[int, dict[str, int]]]:
        """Return path → day and partners, of texts that have any."""
        found = {text.path: (text.day, partners(self._index, text, text.day + DAYS)) for text in texts}
        return {path: pairs for path, pairs in found.items() if pairs[1]}

    def _with_names_of(self, left: Iterable[Text], come: Iterable[Text]) -> set[str]:
        """Return the paths of later texts that share names with those that leave and come."""
        moved = Counter((text.day, text.article.features) for text in come)
        moved.subtract((text.day, text.article.features) for text in left)
        features = ((day, unpacked(packed)) for (day, packed), count in moved.items() if count)
        return {path for day, own in features for path in affected_pairs(self._index, own, day)}

    def _weights(self, left: Sequence[Text], come: Sequence[Text]) -> dict[tuple[int, int], tuple[int, bool]]:
        """Return (feature, day) → weight, and whether it is a burst, where texts that come may change it."""
        moved = Counter((number, text.day) for text in come for number in text.features)
        moved.subtract((number, text.day) for text in left for number in text.features)
        index, found = self._index, {}
        for number, day in [one for one, count in moved.items() if count]:
            index.weigh(number, day - DAYS, day + BEFORE)
            for later in range(day - DAYS, day + BEFORE + 1):
                found[number, later] = index.weight(number, later), is_burst(index, number, later)
        return found

    def _connected(self, paths: Iterable[str]) -> Edges:
        """Return the pairs of all texts that are connected with some."""
        edges, new = Edges({}), sorted(paths)
        seen = set(new)
        while new:
            path = new.pop()
            text = self._index.texts[path]
            others = partners(self._index, text, text.day + DAYS)
            edges.add(path, others)
            new += [other for other in others if other not in seen]
            seen.update(others)
        return edges

    def updated(self, merges: Sequence[frozenset[str]] = ()) -> tuple[Story, ...]:
        """Update and return the stories, sorted by first articles. `merges` as in `stories_of`."""
        self.update(merges)
        return tuple(self.stories)

    def update(self, merges: Sequence[frozenset[str]] = ()) -> tuple[list[Story], list[Story]]:
        """Update `stories`. Returns the stories that were removed, and those that were added."""
        before = self._curated
        self._curated = self._joined(merges)
        outdated = self._outdated | before.keys() | self._curated.keys()
        self._outdated = set()
        old = {story.id: story for path in outdated if (story := self._story_of.get(path))}
        outdated.update(text.path for story in old.values() for text in story.texts)
        groups = {group for path in outdated if (group := self._group(path))}
        new = {story.id: story for story in map(self._story, groups)}
        same = {id_ for id_, story in new.items() if id_ in old and _are_same(old[id_], story)}
        ended = [story for id_, story in old.items() if id_ not in same]
        begun = [story for id_, story in new.items() if id_ not in same]
        self._replace(ended, begun)
        return ended, begun

    def _group(self, path: str) -> frozenset[str] | None:
        """Return the texts of the story of a text; None if it has none."""
        if curated := self._curated.get(path):
            return curated
        group = self._groups.get(path)
        return group if group and len(self._reported_on(group)) >= FEWEST_SOURCES else None

    def _reported_on(self, texts: Iterable[str]) -> list[dt.date]:
        """Return the first day of each source of some texts. Of copies one counts, and no aggregator does."""
        days: dict[str, dt.date] = {}
        for path in texts:
            own = [one for one in self._same(path) if one.source not in self.aggregators.names]
            if own:
                day = min([one.date for one in own])
                days[own[0].source] = min(day, days.get(own[0].source, day))
        return sorted(days.values())

    def _same(self, path: str) -> Sequence[Article]:
        """Return a text and its copies, the lead first."""
        group = self._copies.get(path)
        return group.articles if group else (self._articles[path],)

    def _replace(self, ended: Iterable[Story], begun: Sequence[Story]) -> None:
        for story in ended:
            del self.stories[bisect_left(self.stories, _first(story), key=_first)]
            for text in story.texts:
                del self._story_of[text.path]
        if self.stories:
            for story in begun:
                insort(self.stories, story, key=_first)
        else:  # sorting needs each position once
            self.stories += sorted(begun, key=_first)
        for story in begun:
            self._story_of.update((text.path, story) for text in story.texts)

    def _joined(self, merges: Sequence[frozenset[str]]) -> dict[str, frozenset[str]]:
        """Return path of a text → paths of the texts that the curator wants in its story."""
        of: dict[str, frozenset[str]] = {}
        for paths in merges:
            wanted = {self._text(path).path for path in paths if path in self._articles}
            joined = frozenset(wanted).union(
                *(group for path in wanted if (group := of.get(path) or self._groups.get(path)))
            )
            joined = joined.union(*(of[path] for path in joined if path in of))
            of |= dict.fromkeys(joined, joined)
        return {path: texts for path, texts in of.items() if len(texts) > 1}

    def _text(self, path: str) -> Article:
        """Return the article that represents the text of another one: the lead of its copies."""
        group = self._copies.get(path)
        return group.lead if group else self._articles[path]

    def _story(self, texts: Set[str]) -> Story:
        """Return the story of the texts with these paths."""
        leads = [self._articles[path] for path in texts]
        lead = min(leads, key=self._precedence)
        others = sorted((text for text in leads if text is not lead), key=order)
        copies = (article for text in leads for article in self._copies_of(text) if article.path != text.path)
        rest = sorted((*others, *copies), key=order)
        titles = [text.title.casefold() for text in leads]
        aggregators = {article.source for article in (lead, *rest)} & self.aggregators.names
        return Story(
            id=min((lead, *rest), key=_place).id,
            articles=(lead, *rest),
            texts=(lead, *others),
            reported=tuple(self._reported_on(texts)),
            aggregators=tuple(sorted(aggregators)),
            is_promotion=any(word in title for title in titles for word in self._promotions),
        )

    def _precedence(self, article: Article) -> tuple[object, ...]:
        """Return the sort key by which a text represents a story: the most readable comes first.

        Of those that can be read, the ones in the site's language come first.
        """
        is_aggregator = article.source in self.aggregators.names
        fullness = FULLNESS[article.verdict]
        is_foreign = not is_in(article.title_language, self._language)
        is_link = article.verdict is Verdict.LINK
        return is_link, is_foreign, is_aggregator, fullness, -article.letters, *_place(article)

    def _copies_of(self, text: Article) -> Sequence[Article]:
        group = self._copies.get(text.path)
        return group.articles if group else ()


def _judged_by(texts: Iterable[Text]) -> set[tuple[str, int, bytes, tuple[str, ...]]]:
    """Return path, day and features of texts, which decide what they are joined with."""
    return {(one.path, one.day, one.article.features, one.article.identifiers) for one in texts}


def _place(article: Article) -> tuple[dt.date, str]:
    return article.date, article.path


def _first(story: Story) -> tuple[dt.date, str]:
    """Return the position of a story in order of time: that of its first article."""
    return min(map(_place, story.articles))


def _are_same(one: Story, other: Story) -> bool:
    """Return whether two stories consist of the same article objects in order, and of as many sources."""
    ours, theirs = (
        [*map(id, story.articles), *map(id, story.texts), *story.reported, *story.aggregators]
        for story in (one, other)
    )
    return ours == theirs
