"""Sorts the records of clippings: published, waiting for their day, withheld, or unusable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from generator.config.options import Options
from generator.config.picks import Pick
from generator.config.site import Config
from generator.engine.records import Record, Recorded
from generator.model.errors import Problem, shown
from generator.model.types import Article, Skipped
from generator.reading.moments import due

_OF_DRAFTS = frozenset({"draft", "publish", "duplicate-key"})
"""Kinds of problems reported for drafts too, because they decide whether a clipping is a draft."""


class Facts(msgspec.Struct):
    """What is known of clippings besides what is published of them; updated in place."""

    repaired: set[str] = set()
    """Paths of clippings whose front matter was recovered."""
    unlisted: dict[str, str] = {}
    """Path → language of a text that the site does not list."""
    waiting: dict[str, dt.datetime] = {}
    """Path → time at which an article dated in the future is published."""
    held_back: dict[str, str] = {}
    """Path → source, as written, of articles that are not published."""
    withheld_urls: dict[str, tuple[str, str]] = {}
    """Path → address, and reason why it is not published, of clippings with an address."""

    def replace(self, paths: Iterable[str], others: Facts) -> None:
        """Replace what is known of some clippings."""
        for path in paths:
            self.repaired.discard(path)
            for known in (self.unlisted, self.waiting, self.held_back, self.withheld_urls):
                known.pop(path, None)
        self.repaired |= others.repaired
        self.unlisted |= others.unlisted
        self.waiting |= others.waiting
        self.held_back |= others.held_back
        self.withheld_urls |= others.withheld_urls


class Readings(msgspec.Struct):
    """The records of all clippings, sorted by what happens to them."""

    articles: list[Article] = []
    as_read: dict[str, tuple[Article, bytes]] = {}
    """Path → the article as read, and the hash of its record."""
    picks: list[Pick] = []
    skipped: list[Skipped] = []
    problems: list[Problem] = []
    texts: dict[str, bytes] = {}
    images: dict[str, Record] = {}
    """Path → record, for clippings that name images of the content folder."""
    pictured: list[str] = []
    alias_lines: dict[str, int | None] = {}
    """Displayed path → line of the aliases."""
    facts: Facts = msgspec.field(default_factory=Facts)


def gathered(config: Config, options: Options, records: Iterable[tuple[str, Recorded]]) -> Readings:
    """Sort records into published, waiting and unusable clippings."""
    read_, facts = Readings(), Facts()
    read_.facts = facts
    for path, (record, mark) in records:
        reading = record.reading
        article = with_source(reading.article, config)
        if reading.repaired:
            facts.repaired.add(path)
        read_.pictured += [path] if record.seen else []
        if record.images:
            read_.images[path] = record
        skipped, problems = withheld(config, options, record)
        read_.problems += problems
        if article is None or skipped is not None:
            read_.skipped += [skipped] if skipped else []
            facts.held_back |= {path: article.source} if article else {}
            if skipped and (url := article.url if article else reading.url):
                facts.withheld_urls[path] = url, skipped.reason
            if moment := waits_until(config, options, record):
                facts.waiting[path] = moment
            continue
        read_.articles.append(article)
        read_.as_read[article.path] = article, mark
        read_.picks += [reading.pick] if reading.pick else []
        if reading.unlisted:
            facts.unlisted[path] = reading.unlisted
        if article.aliases:
            read_.alias_lines[shown(article.path)] = reading.aliases_line
        if record.body:
            read_.texts[article.path] = record.body
    read_.picks.sort(key=lambda pick: pick.article)
    return read_


def reasons_by_url(withheld_urls: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Return address → reason why it is not published. Of several clippings, the lowest path counts."""
    return {url: reason for _, (url, reason) in sorted(withheld_urls.items(), reverse=True)}


def with_source(article: Article | None, config: Config) -> Article | None:
    """Return an article that names no source as one of the digest itself."""
    if article is None or article.source:
        return article
    return msgspec.structs.replace(article, source=config.title)


def waits_until(config: Config, options: Options, record: Record) -> dt.datetime | None:
    """Return when a clipping is published that is dated in the future and not a withheld draft, else None."""
    article = record.reading.article
    is_kept = record.reading.is_draft and not (options.drafts or config.drafts)
    if article is None or is_kept or options.future or config.future:
        return None
    moment = due(article, config.zone)
    return moment if moment > options.as_of else None


def withheld(config: Config, options: Options, record: Record) -> tuple[Skipped | None, Sequence[Problem]]:
    """Return why a clipping is not published, if so, and the problems to report."""
    reading, article = record.reading, record.reading.article
    path = shown(article.path) if article else reading.skipped.path if reading.skipped else ""
    if reading.is_draft and not (options.drafts or config.drafts):
        told = [problem for problem in reading.problems if problem.kind in _OF_DRAFTS]
        return Skipped(path=path, reason="is a draft (--drafts publishes it)"), told
    if article is None:
        return reading.skipped, reading.problems
    if waits_until(config, options, record):
        reason = f"is dated {article.date}, in the future (--future publishes it)"
        return Skipped(path=path, reason=reason), reading.problems
    return None, reading.problems


def withheld_on_purpose(
    skipped: Iterable[Skipped], problems: Iterable[Problem], waiting: Iterable[str]
) -> list[str]:
    """Return clippings that the curator withholds, without unusable ones and those waiting for their day."""
    faults: dict[str, list[str]] = {}
    for one in problems:
        faults.setdefault(one.path, []).append(one.message)
    waits = set(map(shown, waiting))
    return [
        one.path
        for one in skipped
        if one.path not in waits and not one.reason.startswith(tuple(faults.get(one.path, ())))
    ]
