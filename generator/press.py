"""The second half of the pipeline: what was read and grouped becomes a site on disk."""

from __future__ import annotations

import contextlib
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, cast

from markupsafe import Markup

from generator import addresses, making
from generator.config import Site
from generator.desk import Desk
from generator.errors import Problem
from generator.ground import Ground
from generator.hosts import Size
from generator.kitchen import FILES, Feed, Kitchen, Output, planned
from generator.making import FeedJob, PageJob, Text
from generator.model import Article, TextPolicy, Verdict
from generator.output import disk
from generator.output.write import Transaction
from generator.render import feeds, views
from generator.render.pages import Page
from generator.request import Built, Options, Report, Written, by_place, grave
from generator.unchanged import Inputs, Left, remember
from generator.workers import batches

HTML_LIMIT = 100_000
"""Bytes that a list may weigh; an article weighs what it weighs."""
BATCH = 100
"""Pages that a worker takes at a time: with less, handing them over costs this process much of its time."""
AT_ONCE = 5
"""Lists made before this process looks what workers have done, which takes as long as a small one."""
_DAY = re.compile(r"\d{4}/\d\d/\d\d/index\.html")
"""The file of a day's edition: where articles were published, there is one."""


class Wrote(NamedTuple):
    """A build, with what stands in the output folder now."""

    built: Built
    outputs: list[Output]
    files: Mapping[str, str]
    """Digests by path."""
    left: Left


def written(site: Site, options: Options, inputs: Inputs, kitchen: Kitchen, *, clean: bool = False) -> Wrote:
    """Plan all files, make those that are out of date, and put them in place.

    `inputs` are those of before anything was read: what changes meanwhile is for the next build.
    """
    desk, cache = kitchen.desk, kitchen.means.cache
    problems = list(desk.problems)
    with Transaction(site.output, options.as_of.date(), afresh=clean) as transaction:
        outputs = _planned(site, kitchen, problems)
        if is_emptied := not desk.found and any(map(_DAY.fullmatch, transaction.old)):
            problems.append(_emptied(site))
        ground = Ground(site, transaction, cache, clean=clean)
        built = put_in_place(options, kitchen, transaction, ground, outputs, problems)
    left = ground.left
    if is_emptied:  # the next build finds nothing missing, and has not to say this again
        inputs = inputs._replace(digest=b"")
    with cache.sparing():
        remember(site, options, inputs, desk.pictured, built, left, cache)
    return Wrote(built, outputs, transaction.files, left)


def _planned(site: Site, kitchen: Kitchen, problems: list[Problem]) -> list[Output]:
    """Plan all files; workers that have read clippings have nothing to do, and read the theme meanwhile."""
    outputs: list[Output] = []

    def planning() -> Iterator[None]:
        outputs.extend(planned(site, kitchen, problems))
        yield

    steps, workers = planning(), kitchen.means.workers
    if len(kitchen.desk.fresh) > BATCH and workers.count > 1:
        kitchen.means.begin_workers()
        for _ in workers.run(making.ready, [[kitchen.maker]] * workers.count, steps):
            pass
    for _ in steps:
        pass
    return outputs


def _emptied(site: Site) -> Problem:
    """Say that there is no clipping at all, where the site that stands was made of some."""
    return Problem(
        path=site.content.name,
        message=f"there is no clipping in {site.content}, though the last build published some",
        advice="see that it is the folder you mean, and is mounted; --strict leaves the site as it is then",
        kind="content",
    )


def put_in_place(
    options: Options,
    kitchen: Kitchen,
    transaction: Transaction,
    ground: Ground,
    outputs: Sequence[Output],
    problems: Iterable[Problem],
    others: Iterable[str] = (),
) -> Built:
    """Make the files that are out of date, and swap them in; `others` are files that nothing concerns."""
    desk, problems = kitchen.desk, sorted(problems, key=by_place)
    reasons = {one.path: why for one in outputs if (why := ground.reason(one)) is not None}
    transaction.keep(others)
    transaction.keep(one.path for one in outputs if one.path not in reasons)
    put(kitchen, [one for one in outputs if one.path in reasons], transaction)
    if options.strict and grave(problems):
        pages, size = Written(written=0, kept=0, deleted=0), None
    else:
        staged = frozenset(transaction.staged)
        pages = transaction.commit()
        ground.look_again(reasons)
        size = ground.size(transaction.files)
        with kitchen.means.cache.sparing():
            ground.remember(outputs, reasons)
        reasons = {path: why for path, why in reasons.items() if path in staged}
    report = report_of(desk, problems, pages, size)
    return Built(report=report, waits_until=desk.waits_until, reasons=reasons)


def put(kitchen: Kitchen, outputs: Iterable[Output], transaction: Transaction) -> None:
    """Make files and stage them: articles and feeds in worker processes, the rest here meanwhile."""
    for one in outputs:
        if isinstance(one.content, bytes):
            transaction.put(one.path, one.content)
        elif isinstance(one.content, Path):
            transaction.copy(one.path, one.content)
    pages = [one.content for one in outputs if isinstance(one.content, Page)]
    feeds_ = [one.content for one in outputs if isinstance(one.content, Feed)]
    articles = [page for page in pages if isinstance(page.subject, Article)]
    lists = [page for page in pages if not isinstance(page.subject, Article)]
    total = len(articles) + len(lists)
    steps = iter(range(total))

    def step() -> None:
        kitchen.means.progress("rendering", next(steps, total), total)

    if len(articles) > BATCH and kitchen.means.workers.count > 1:
        kitchen.means.begin_workers()
    meanwhile = _lists_made(kitchen, lists, transaction, step)
    work = batches(_jobs(kitchen, articles, feeds_, transaction), BATCH)
    results = kitchen.means.workers.run(partial(making.make, kitchen.maker), work, meanwhile)
    with contextlib.closing(results), disk.in_words(kitchen.site.output):
        for job, files in results:
            if isinstance(files, Exception):
                raise files
            for (path, slot), (digest, is_staged) in zip(job.places, files, strict=True):
                transaction.take(path, slot, digest, is_staged=is_staged)
            step()
        for _ in meanwhile:
            pass


def _lists_made(
    kitchen: Kitchen, lists: Iterable[Page], transaction: Transaction, step: Callable[[], None]
) -> Iterator[None]:
    """Make lists and stage them, a few at once."""
    for some in batches(lists, AT_ONCE):
        for page in some:
            step()
            transaction.put(addresses.file_of(page.address), listed_html(kitchen, page))
        yield


def listed_html(kitchen: Kitchen, page: Page) -> bytes:
    """The fullest view of a page that is not too heavy, else the leanest."""
    html = b""
    for stretch in kitchen.compose.ways_of(page, Markup()):
        html = _fullest(kitchen, page, stretch)
        if len(html) <= HTML_LIMIT:
            break
    return html


def _fullest(kitchen: Kitchen, page: Page, stretch: Sequence[Callable[[], views.View]]) -> bytes:
    """The same of views of which each weighs no more than the one before."""
    made: dict[int, bytes] = {}

    def is_light(number: int) -> bool:
        view = stretch[number]()
        made[number] = kitchen.theme.render(kitchen.frame.of(page, view), view)
        return len(made[number]) <= HTML_LIMIT

    last = len(stretch) - 1
    first = 0 if is_light(0) else bisect_left(range(last + 1), True, lo=1, key=is_light)
    return made[min(first, last)]


def _jobs(
    kitchen: Kitchen, articles: Iterable[Page], feeds_: Iterable[Feed], transaction: Transaction
) -> Iterator[PageJob | FeedJob]:
    """What workers are to make: feeds first, which take longer, so that all workers end together."""
    together: dict[str, list[Feed]] = {}
    for feed in feeds_:
        together.setdefault(feed.folder, []).append(feed)
    for forms in together.values():
        paths = [(feed.folder + FILES[feed.form], feed.form) for feed in forms]
        files = tuple((path, form, transaction.slot(path)) for path, form in paths)
        yield FeedJob(files, forms[0].meta, feed_entries(kitchen, forms[0]))
    for page in articles:
        path = addresses.file_of(page.address)
        yield PageJob(path, transaction.slot(path), *article_parts(kitchen, page))


def article_parts(kitchen: Kitchen, page: Page) -> tuple[views.ArticleView, str, Text | None]:
    """An article's page as view and description, and the text that goes in; None where the view has it."""
    article = cast("Article", page.subject)
    is_excerpt = kitchen.plan.source_of(article).text is TextPolicy.EXCERPT
    body = Markup("<p>{}</p>").format(article.excerpt) if is_excerpt else Markup()
    view = cast("views.ArticleView", next(kitchen.compose.views_of(page, body)))
    description = article.excerpt or kitchen.config.description
    return view, description, None if is_excerpt else text_of(kitchen.desk, article)


def text_of(desk: Desk, article: Article) -> Text:
    """An article's text, as its record knows it."""
    return Text(article.path, desk.texts.get(article.path, b""), article.path in desk.fresh)


def feed_entries(kitchen: Kitchen, feed: Feed) -> tuple[tuple[feeds.Entry, Text | None, str], ...]:
    """A feed's entries, each with the text that it carries, and what its links count from."""
    return tuple(_entry(kitchen, article) for article in feed.articles)


def _entry(kitchen: Kitchen, article: Article) -> tuple[feeds.Entry, Text | None, str]:
    plan_, base_url = kitchen.plan, kitchen.config.base_url or ""
    address, fragment = plan_.address_of(article)
    item = addresses.absolute(base_url, address, fragment)
    source = plan_.source_of(article)
    has_page = plan_.has_page(article)
    entry = feeds.entry_of(article, source, base_url=base_url, item=item, content="", has_page=has_page)
    is_whole = has_page and source.text is TextPolicy.FULL
    return entry, text_of(kitchen.desk, article) if is_whole else None, item


def report_of(desk: Desk, problems: Iterable[Problem], written: Written, size: Size | None = None) -> Report:
    """Count what a build did."""
    return Report(
        found=desk.found,
        ignored=desk.ignored,
        published=len(desk.digest.articles),
        verdicts={verdict: desk.verdicts[verdict] for verdict in Verdict},
        repaired=desk.repaired,
        skipped=desk.skipped,
        pages=written,
        site=size,
        problems=tuple(problems),
    )
