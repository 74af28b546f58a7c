"""A change of a few articles: the digest with all its groups after it, and how it differs."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from generator.config.tags import TagRules
from generator.grouping.copies import Copies
from generator.grouping.identifiers import regrouped_identifiers
from generator.grouping.picks import Choices
from generator.grouping.regrouping import recounts, spliced
from generator.grouping.stories import Stories
from generator.grouping.tags import regrouped_tags
from generator.model.types import Article, Digest, Related


class Change(NamedTuple):
    """A digest, and how it differs from the last one."""

    digest: Digest
    removed: list[Article]
    added: list[Article]
    """A changed article is removed and added."""
    ended: list[Related]
    begun: list[Related]

    @property
    def is_recounted(self) -> bool:
        """Whether articles came or went, or moved to other lists."""
        return recounts(self.removed, self.added)

    @property
    def articles(self) -> list[Article]:
        """All articles that are different, or whose copies or stories are."""
        told = (article for group in (*self.ended, *self.begun) for article in group.articles)
        return [*self.removed, *self.added, *told]

    @property
    def sources(self) -> set[str]:
        """Names of the sources of these."""
        return {article.source for article in self.articles}


def changed(
    last: Digest,
    digest: Digest,
    removed: list[Article],
    added: list[Article],
    *,
    copies: Copies,
    stories: Stories,
    choices: Choices,
    tag_rules: TagRules,
) -> Change:
    """Return the change from the `last` digest to `digest`, which is `regrouped` but has the last groups.

    `copies` and `stories` are updated.
    """
    copies.change([article.path for article in removed], added)
    parted, joined = copies.update(choices.splits)
    stories.change(removed, added, parted, joined)
    ended, begun = stories.update(choices.merges)
    articles, aggregators = spliced(last.articles, removed, added), stories.aggregators.names
    moved = [
        article
        for name in (last.aggregators ^ aggregators) & digest.sources.keys()
        for article in digest.sources[name].articles
    ]
    digest = msgspec.structs.replace(
        digest,
        articles=articles,
        copies=tuple(copies.groups),
        stories=tuple(stories.stories),
        aggregators=frozenset(aggregators),
        identifiers=regrouped_identifiers(last.identifiers, articles, aggregators, removed, added, moved),
        tags=regrouped_tags(last.tags, removed, added, tag_rules),
    )
    return Change(digest, removed, added, [*parted, *ended], [*joined, *begun])
