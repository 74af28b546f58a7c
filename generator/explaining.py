"""One clipping at a time: why its blocks are kept or gone, and its text as it is published."""

from __future__ import annotations

from pathlib import Path

import msgspec

from generator import tasks
from generator.cache import Cache
from generator.config import Site, find_content
from generator.lessons import Means
from generator.model import Article, Clipping, TextPolicy, Verdict
from generator.reading import discover
from generator.reading.article import Rules, article_of, origin_of
from generator.reading.boilerplate import Cleaning
from generator.reading.boilerplate.judge import Judged
from generator.reading.boilerplate.remaining import opinion_of
from generator.reading.boilerplate.repeats import Origin
from generator.reading.frontmatter import read_clipping
from generator.reading.values import NO, words
from generator.render.pages import Plan
from generator.shelf import reader_of, shelf_of
from generator.tasks import Reader


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """One clipping's blocks, kept or gone, and the verdict."""

    blocks: tuple[Judged, ...] = ()
    """None where the clipping is not cleaned."""
    uncleaned: str = ""
    """Why nothing is taken off."""
    verdict: str = ""
    """Empty where nothing is published."""
    reason: str = ""


def explained(site: Site, means: Means, path: str) -> Explained:
    """Judge the blocks of one clipping as a build does, or say why none is judged."""
    find_content(site)
    reader = reader_of(site)
    clipping, faults = read_clipping(site.content, path)
    if clipping is None:
        return Explained(uncleaned=faults[-1].message)
    origin = origin_of(clipping, reader.rules)
    if reader.clean and origin is not None:
        shelf_of(site, discover(site.content, site.config.ignore), means)
    cleaning = _cleaning(reader, means.cache, origin)
    reading = tasks.published(reader, clipping, cleaning)[0].reading
    article = reading.article
    if article is None:
        return Explained(uncleaned=reading.skipped.reason if reading.skipped else "")
    if article.url is None or origin is None or cleaning is None:
        own = article.url is None
        why = "it has no `url`, so it is your own text" if own else _NOT_CLEANED.format("digest.toml")
        return Explained(uncleaned=why, verdict=article.verdict, reason=article.reason)
    if where := _left_alone(clipping, reader.rules, article.source):
        why = _NOT_CLEANED.format(where)
        return Explained(uncleaned=why, verdict=article.verdict, reason=article.reason)
    opinion = opinion_of(clipping.body, article.title, article.url, article.source, origin, cleaning)
    return Explained(blocks=opinion.blocks, verdict=article.verdict, reason=article.reason)


_NOT_CLEANED = "`clean = false` in {}"


def _left_alone(clipping: Clipping, rules: Rules, source: str) -> str:
    """Where it is said that one clipping is not cleaned; empty where nothing says so."""
    if rules.source_key(source) in rules.uncleaned:
        return f"digest.toml for the source {source}"
    keys = (*map(str.casefold, rules.fields.get("clean", ())), "clean")
    values = (clipping.fields.get(key_) for key_ in keys)
    said = (text for value in values if isinstance(value, str | list) and (text := words(value)))
    return "its front matter" if next(said, "true").casefold() in NO else ""


class Texts:
    """Reads published texts again, as Markdown, one at a time."""

    def __init__(self, site: Site, plan: Plan, cache: Cache) -> None:
        self._reader, self._plan, self._cache = reader_of(site), plan, cache

    def of(self, article: Article) -> str:
        """The text that an article's page carries; empty where it may not or cannot carry any."""
        policy = self._plan.source_of(article).text
        if policy is TextPolicy.LINK or article.verdict is Verdict.LINK:
            return ""
        if policy is TextPolicy.EXCERPT:
            return article.excerpt
        clipping, _ = read_clipping(Path(self._reader.content), article.path)
        if clipping is None:
            return ""
        origin = origin_of(clipping, self._reader.rules)
        return article_of(clipping, self._reader.rules, _cleaning(self._reader, self._cache, origin)).text


def _cleaning(reader: Reader, cache: Cache, origin: Origin | None) -> Cleaning | None:
    """What the cache knows of the furniture of one source."""
    key_ = origin.key if origin else ("", 0)
    value = cache.repeats(*key_) if origin and reader.clean else None
    return tasks.cleaning_of(reader, key_, value or tasks.NO_REPEATS)
