"""Explains single clippings: why blocks are kept or removed, and the text that is published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from generator.cache.rows import DocumentInfo
from generator.config.loading import find_content
from generator.config.site import Site
from generator.engine import budgeted, tasks
from generator.engine.build_context import BuildContext
from generator.engine.document_table import reader_of
from generator.engine.inspecting import documents_of
from generator.engine.learning import origin_key
from generator.engine.records import NO_BOILERPLATE, Reader, ReadRequest
from generator.model.types import Clipping, TextPolicy, Verdict
from generator.reading import discover
from generator.reading.article import article_of, origin_of
from generator.reading.boilerplate.judge import BlockDecision
from generator.reading.boilerplate.remaining import decisions_on
from generator.reading.boilerplate.repeats import Key
from generator.reading.frontmatter import read_clipping
from generator.reading.rules import Rules
from generator.reading.title import with_trimmed_heading
from generator.reading.values import NO, words
from generator.render.markdown import Place, body_html, shows_anything
from generator.render.plan import Plan


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """One clipping's blocks, each kept or removed, and its verdict."""

    blocks: tuple[BlockDecision, ...] = ()
    """Empty if the clipping is not cleaned."""
    uncleaned: str = ""
    """Why nothing is removed."""
    verdict: str = ""
    """Empty if nothing is published."""
    reason: str = ""


def explained(site: Site, context: BuildContext, path: str) -> Explained:
    """Judge the blocks of one clipping as a build does, or state why none is judged."""
    find_content(site)
    reader = reader_of(site)
    looked = dict(budgeted.looked_at(reader, [path], context))[path]
    source, year = origin_key(looked) if isinstance(looked, DocumentInfo) else ("", 0)
    if reader.clean and source:
        documents_of(site, discover(site.content, site.config.ignore), context)
    one = _request(reader, context, path, (source, year))
    [(_, found)] = budgeted.each(partial(explain, reader), [one], context.workers, reader.limits)
    if isinstance(found, Explained):
        return found
    return Explained(uncleaned=f"it cannot be read: reading it {found}", verdict=Verdict.LINK)


def explain(reader: Reader, wanted: Sequence[ReadRequest]) -> Iterator[Explained]:
    """Judge the blocks of clippings. This is a worker task."""
    return (_explained(reader, one) for one in wanted)


def _request(reader: Reader, context: BuildContext, path: str, key: Key) -> ReadRequest:
    """Return the request to read a clipping with the boilerplate of its source and year, if any is known."""
    boilerplate = context.cache.boilerplate(*key) if key[0] and reader.clean else None
    return ReadRequest(path, *key, boilerplate or NO_BOILERPLATE)


def _explained(reader: Reader, one: ReadRequest) -> Explained:
    clipping, faults = read_clipping(Path(reader.content), one.path)
    if clipping is None:
        return Explained(uncleaned=faults[-1].message)
    origin = origin_of(clipping, reader.rules)
    cleaning = tasks.cleaning_of(reader, (one.source, one.year), one.boilerplate)
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
    body = with_trimmed_heading(clipping.body, article.title, article.source, article.url)
    decisions = decisions_on(body, article.title, article.url, article.source, origin, cleaning)
    blocks = tuple(_as_shown(one, article.url) for one in decisions.blocks)
    return Explained(blocks=blocks, verdict=article.verdict, reason=article.reason)


def _as_shown(one: BlockDecision, url: str) -> BlockDecision:
    """Return the block, with a reason if it is not visible on the page, such as a definition or a comment."""
    if one.reason is not None or one.block.kind not in {"text", "above", "rule"}:
        return one
    html = body_html(one.block.text, Place(original=url, id=""))
    if shows_anything(html) or "<hr" in html:
        return one
    return msgspec.structs.replace(one, reason=_SHOWS_NOTHING)


_SHOWS_NOTHING = "shows nothing"
_NOT_CLEANED = "`clean = false` in {}"


def _left_alone(clipping: Clipping, rules: Rules, source: str) -> str:
    """Return which file turns off cleaning for a clipping; empty if none does."""
    if rules.source_key(source) in rules.uncleaned:
        return f"digest.toml for the source {source}"
    keys = (*map(str.casefold, rules.fields.get("clean", ())), "clean")
    values = (clipping.fields.get(key_) for key_ in keys)
    said = (text for value in values if isinstance(value, str | list) and (text := words(value)))
    return "its front matter" if next(said, "true").casefold() in NO else ""


def texts_of(site: Site, plan: Plan, context: BuildContext) -> dict[str, str]:
    """Return path → published Markdown text, for articles whose page has a text."""
    articles = [one for one in plan.digest.articles if one.verdict is not Verdict.LINK]
    of_policy = {
        policy: [one for one in articles if plan.source_of(one).text is policy] for policy in TextPolicy
    }
    excerpts = {one.path: one.excerpt for one in of_policy[TextPolicy.EXCERPT]}
    return excerpts | texts_at(site, context, [one.path for one in of_policy[TextPolicy.FULL]])


def texts_at(site: Site, context: BuildContext, paths: Sequence[str]) -> dict[str, str]:
    """Return path → text as cleaned, whatever of it may be published; without those that cannot be read."""
    reader, looked = reader_of(site), context.cache.clippings(paths)
    keys = {path: origin_key(looked[path][1]) if path in looked else ("", 0) for path in paths}
    wanted = [_request(reader, context, path, key) for path, key in keys.items()]
    told = budgeted.each(partial(text, reader), wanted, context.workers, reader.limits)
    return {one.path: text_ for one, text_ in told if isinstance(text_, str)}


def text(reader: Reader, wanted: Sequence[ReadRequest]) -> Iterator[str]:
    """Yield the published texts of clippings. This is a worker task."""
    for one in wanted:
        clipping, _ = read_clipping(Path(reader.content), one.path)
        cleaning = tasks.cleaning_of(reader, (one.source, one.year), one.boilerplate)
        yield article_of(clipping, reader.rules, cleaning).text if clipping else ""
