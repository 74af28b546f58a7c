"""Find what is likely wrong with a digest: texts, excerpts, sources and stories that look odd."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from generator.grouping.languages import fewest_letters
from generator.model.errors import shown
from generator.model.suspects import Suspect
from generator.model.types import Article, Digest, Source, SourceMonth, Story, Verdict

FEWEST_LETTERS = 100
"""Number of letters of a text that is hardly complete; half of them in Chinese, Japanese and Korean."""
MOST_REPEATED = 15
"""Percentage of a text that cleaning may remove because its source repeats it."""
FEWEST_ARTICLES = 10
"""Number of articles of a month whose share of links means something."""
LARGEST_CHANGE = 50
"""Change of the share of links from one month to the next, in percentage points."""
MOST_OF_A_SOURCE = 5
"""Number of articles of one source in a story."""
_SHORT_EXCERPT = 20


def suspects_of(digest: Digest) -> tuple[Suspect, ...]:
    """Return what is likely wrong, the most certain kind first, and within a kind the most striking first."""
    groups = {article.id: group.id for group in digest.copies for article in group.articles}
    sources = digest.sources.values()
    return (
        *_ordered(one for source in sources for one in _short_texts(source)),
        *_ordered(one for source in sources for one in _shared_excerpts(source, groups)),
        *_ordered(one for source in sources for one in _repeated_texts(source)),
        *_ordered(one for source in sources for one in _other_shares(source)),
        *_ordered(one for story in digest.stories for one in _crowded(story)),
    )


_Found = tuple[int, Suspect]
"""How striking a suspect is, and the suspect."""


def _ordered(found: Iterator[_Found]) -> list[Suspect]:
    return [one for _, one in sorted(found, key=lambda each: (-each[0], each[1].name, each[1].message))]


def _short_texts(source: Source) -> Iterator[_Found]:
    """Yield full texts with hardly a sentence. The curator's own may be short."""
    for article in source.articles:
        if article.letters >= FEWEST_LETTERS or article.verdict is not Verdict.FULL or not article.url:
            continue
        if article.letters < fewest_letters(FEWEST_LETTERS, article.language):
            message = f"its text is complete with {article.letters} letters"
            yield -article.letters, _suspect("short", article.path, message)


def _shared_excerpts(source: Source, groups: dict[str, str]) -> Iterator[_Found]:
    """Yield the newest of several articles with one excerpt, different titles and different texts."""
    by_excerpt: defaultdict[str, list[Article]] = defaultdict(list)
    for article in source.articles:
        if len(article.excerpt) >= _SHORT_EXCERPT:
            by_excerpt[article.excerpt].append(article)
    for own in [own for own in by_excerpt.values() if len(own) > 1]:
        texts = {groups.get(article.id, article.id) for article in own}
        if len(texts) > 1 and len({article.title.casefold() for article in own}) > 1:
            message = f"{len(own)} articles of {source.name} have its excerpt: {own[0].excerpt[:60]}"
            yield len(own), _suspect("excerpt", own[0].path, message)


def _repeated_texts(source: Source) -> Iterator[_Found]:
    """Yield texts that cleaning took apart."""
    for article in source.articles:
        if article.repeated > MOST_REPEATED:
            message = f"{article.repeated} % of its text is removed, because {source.name} repeats it"
            yield article.repeated, _suspect("repeated", article.path, message)


def _other_shares(source: Source) -> Iterator[_Found]:
    """Yield sources of which many more articles, or many fewer, are links than in the month before."""
    counted = [(month, _share_of_links(month)) for month in source.months if month.count >= FEWEST_ARTICLES]
    for (month, share), (earlier, before) in pairwise(counted):
        is_next = (month.first - earlier.first).days <= 31
        if is_next and abs(share - before) >= LARGEST_CHANGE:
            message = (
                f"{share} % of its articles of {month.first:%Y-%m} are links, {before} % the month before"
            )
            yield abs(share - before), _suspect("links", source.name, message)


def _share_of_links(month: SourceMonth) -> int:
    links = sum(article.verdict is Verdict.LINK for part in month.parts for article in part)
    return 100 * links // month.count


def _crowded(story: Story) -> Iterator[_Found]:
    """Yield stories with many articles of one source."""
    for source, count in Counter(article.source for article in story.texts).items():
        if count > MOST_OF_A_SOURCE:
            message = f"its story has {count} articles of {source}"
            yield count, _suspect("story", story.lead.path, message)


def _suspect(kind: str, name: str, message: str) -> Suspect:
    return Suspect(kind=kind, name=shown(name), message=shown(message))
