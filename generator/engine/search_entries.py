"""What the search index has of each article: no more than the site shows."""

from __future__ import annotations

from generator.cache.texts import Text
from generator.cache.versions import hashed
from generator.config.site import Config
from generator.engine.site_index import SiteIndex
from generator.model import addresses
from generator.model.types import Article, TextPolicy
from generator.render.plan import Plan
from generator.search.documents import Document
from generator.search.term_files import Entry


class SearchEntries:
    """The entries of a site's articles in its search index."""

    def __init__(self, config: Config, plan: Plan, index: SiteIndex) -> None:
        self._plan, self._index = plan, index
        self._has_texts = config.search == "full"

    def entry(self, article: Article) -> Entry:
        """Return what the index has of an article, with a reference to its text if the site shows that."""
        plan = self._plan
        has_page, policy = plan.has_page(article), plan.source_of(article).text
        has_excerpt = self._has_texts and policy is not TextPolicy.LINK
        tags, other_tags = self._tags(article)
        address, fragment = ("", "") if has_page else plan.address_of(article)
        document = Document(
            article.id,
            article.title,
            article.title_language,
            article.date,
            article.source,
            article.excerpt if has_excerpt else "",
            article.language,
            tags,
            article.url,
            self._group(article),
            f"{addresses.quoted(address)}#{addresses.quoted(fragment)}" if address else "",
            other_tags,
        )
        digest = self._index.texts.get(article.path)
        is_shown = self._has_texts and has_page and policy is TextPolicy.FULL
        return document, Text(article.path, digest) if digest and is_shown else None

    def mark(self, article: Article) -> bytes:
        """Return a hash of all that the index has of an article."""
        policy = self._plan.source_of(article).text
        said = (
            article.source, policy, self._plan.address_of(article), self._group(article), self._tags(article)
        )  # fmt: skip
        return hashed(self._index.content_hashes[article.id], repr(said).encode("utf-8", "surrogatepass"))

    def _group(self, article: Article) -> str:
        group = self._plan.stories.get(article.id) or self._plan.copies.get(article.id)
        return group.id if group and group.id != article.id else ""

    def _tags(self, article: Article) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names of the tags that an article shows, and all others by which it is found.

        These are its tags' aliases, and all names of the tags that they are nested in. A tag without a table
        has its key, which has the same terms as any of its spellings.
        """
        if not (article.tags or article.tag_words):
            return (), ()
        rules = self._plan.tag_rules
        shown = tuple(rules.names.get(key, key) for key in rules.own_of(article))
        every = (
            name
            for key in rules.all_of(article)
            for name in (rules.names.get(key, key), *rules.spellings.get(key, ()))
        )
        return shown, tuple(name for name in dict.fromkeys(every) if name not in shown)
