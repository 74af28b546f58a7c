"""Articles on the same news become one story: copies, excerpts, rewritten copies, but no parts of a series.

Who may be the same is found by key, by title and by text (`likeness.near_pairs`); each pair is judged on its
own (`evidence.judge`); then stories grow in the order of time, as long as no member objects, so that what
comes later changes no earlier story but by joining it. Then the curator's word is carried out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from generator.grouping.editions import order
from generator.grouping.evidence import NEAR, REASONS, evidence_of, home_of, judge, objects, without_refrains
from generator.grouping.likeness import namesakes, near_pairs
from generator.model import Article, Story, Verdict

SPAN = 120
"""Days from a story's first article to its last."""
_EDGE = 12
"""Letters at the begin or the end of titles that may be the same."""
_WITNESSES = 6
"""First and last members of a story of which none may object to a newcomer."""
_FULLNESS = {Verdict.FULL: 0, Verdict.CUT: 1, Verdict.LINK: 2}


def stories_of(
    articles: Sequence[Article],
    merges: Sequence[frozenset[str]] = (),
    splits: Sequence[frozenset[str]] = (),
) -> tuple[Story, ...]:
    """Find the stories of two articles or more, in the order of their first articles.

    The curator's `merges` (paths that are one story, with what each was found to be one with) and `splits`
    (paths that leave their story, several together) win, in this order.
    """
    found = _Stories(articles)
    for later, earlier in _reasoned(found):
        found.join(later, earlier)
    groups = _parted(_merged(found.groups(), found.at(merges)), found.at(splits))
    own_homes = _own_homes(found.articles)
    ordered = sorted(sorted(group) for group in groups)
    return tuple(_story([found.articles[at] for at in group], own_homes) for group in ordered)


class _Stories:
    """Articles in the order of time, with what speaks for each, and the stories that they have joined."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self.articles = sorted(articles, key=lambda article: (article.date, article.path))
        self.evidence = without_refrains([evidence_of(article) for article in self.articles])
        self._first = list(range(len(self.articles)))
        self._members: dict[int, list[int]] = {}
        self._witnesses: dict[int, list[int]] = {}

    def groups(self) -> Iterable[list[int]]:
        """The stories so far, each in no order."""
        return self._members.values()

    def at(self, sets: Sequence[frozenset[str]]) -> list[list[int]]:
        """The places of articles named by path; what is none is left out."""
        named = frozenset().union(*sets)
        places = {article.path: at for at, article in enumerate(self.articles) if article.path in named}
        return [[places[path] for path in paths if path in places] for paths in sets]

    def join(self, one: int, other: int) -> None:
        """Put two articles, and the stories that they are in, into one story, unless a member objects."""
        one, other = self._first[one], self._first[other]
        if one == other or self._object(one, other):
            return
        witnesses = sorted(self._witnesses.pop(one, [one]) + self._witnesses.pop(other, [other]))
        fewer, more = sorted((self._members.pop(one, [one]), self._members.pop(other, [other])), key=len)
        more += fewer
        root = self._first[more[0]]
        for at in fewer:
            self._first[at] = root
        self._members[root] = more
        if len(witnesses) > 2 * _WITNESSES:
            witnesses = witnesses[:_WITNESSES] + witnesses[-_WITNESSES:]
        self._witnesses[root] = witnesses

    def _object(self, one: int, other: int) -> bool:
        """Whether two stories have two issues of a series in them, or are too long ago."""
        ours = [self.evidence[at] for at in self._witnesses.get(one, [one])]
        theirs = [self.evidence[at] for at in self._witnesses.get(other, [other])]
        if max(ours[-1].day, theirs[-1].day) - min(ours[0].day, theirs[0].day) > SPAN:
            return True
        return any(objects(mine, its) for mine in ours for its in theirs)


def _reasoned(found: _Stories) -> Iterator[tuple[int, int]]:
    """Pairs that are the same: of each article, from the first on, those before it, the best reason first."""
    ranks = {reason: rank for rank, reason in enumerate(REASONS)}
    reasons: dict[tuple[int, int], int] = {}
    for later, earlier in _candidates(found):
        if (later, earlier) not in reasons:
            reason = judge(found.evidence[later], found.evidence[earlier])
            if reason:
                reasons[later, earlier] = ranks[reason]
    return iter(sorted(reasons, key=lambda pair: (pair[0], reasons[pair], -pair[1])))


def _candidates(found: _Stories) -> Iterator[tuple[int, int]]:
    """Pairs (later, earlier) that may be the same."""
    days = [evidence.day for evidence in found.evidence]
    titles = [evidence.title.text for evidence in found.evidence]
    for names in (
        ((at, key) for at, evidence in enumerate(found.evidence) for key in evidence.keys),
        enumerate(titles),
        ((at, title[:_EDGE]) for at, title in enumerate(titles) if len(title) > _EDGE),
        ((at, title[-_EDGE:]) for at, title in enumerate(titles) if len(title) > _EDGE),
    ):
        for later, earlier in namesakes(names):
            if days[later] - days[earlier] <= SPAN:
                yield later, earlier
    yield from near_pairs([evidence.signature for evidence in found.evidence], days, SPAN, NEAR)


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
    gone = set().union(*apart)
    yield from (rest for group in groups if len(rest := group - gone) > 1)
    yield from (split for split in apart if len(split) > 1)


def _own_homes(articles: Iterable[Article]) -> Mapping[str, str]:
    """The home of each source of which half of the articles stand at one; aggregators have none."""
    homes: dict[str, Counter[str]] = defaultdict(Counter)
    for article in articles:
        if article.keys:
            homes[article.source][home_of(article.keys[0])] += 1
    most = {
        source: max(counts.items(), key=lambda item: (item[1], item[0])) for source, counts in homes.items()
    }
    return {source: home for source, (home, count) in most.items() if 2 * count >= homes[source].total()}


def _story(articles: Sequence[Article], own_homes: Mapping[str, str]) -> Story:
    """The lead first: of those at least half as full as the fullest the one at its origin, the fullest."""
    most = max(article.letters for article in articles)

    def precedence(article: Article) -> tuple[object, ...]:
        is_mirror = len(article.keys) > 1
        at_origin = bool(article.keys) and own_homes.get(article.source) == home_of(article.keys[0])
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
