"""Time what a page costs by its template: its view, its frame, its HTML. The articles are made up.

    python benchmarks/templates.py [--articles 4000] [--a-day 350] [--passes 3]

Figures are the least of several passes, in microseconds of CPU, for one page; `tries` are renderings of it:
one that weighs too much is made anew with less in it. Compiling all templates has a line of its own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import time
from collections.abc import Iterator

import msgspec
from markupsafe import Markup

from generator.config.site import Config
from generator.engine.writing import HTML_LIMIT
from generator.grouping import digest_of
from generator.grouping.health import healths_of
from generator.grouping.stories import stories_of
from generator.model.ids import path_id
from generator.model.types import Article, TextPolicy, Verdict
from generator.render.compose import Composer, composer
from generator.render.frame import Framer
from generator.render.pages import Page, Plan, pages_of, plan
from generator.render.templates import Templates, speech

SOURCES = 200
LAST = dt.date(2024, 7, 3)
BODY = Markup("<p>{}</p>\n").format("A sentence of a dozen words or so, as long as most. " * 12) * 6


class Cost(msgspec.Struct):
    """What the pages of one template cost, in seconds."""

    pages: int = 0
    tries: int = 0
    view: float = 0
    frame: float = 0
    html: float = 0

    @property
    def all(self) -> float:
        """All of it."""
        return self.view + self.frame + self.html


def articles(count: int, a_day: int) -> Iterator[Article]:
    """Articles of many sources, few of which have most; 42 % have no text, some are another's copy."""
    choice = random.Random(1)  # noqa: S311 - the same articles every time
    weights = [1 / rank for rank in range(1, SOURCES + 1)]
    sources = choice.choices(range(SOURCES), weights, k=count)
    for number, source in enumerate(sources):
        date = LAST - dt.timedelta(days=number // a_day)
        path = f"{date:%Y/%m/%d}/{number}.md"
        is_link = choice.random() < 0.42
        shared = number // 30 if choice.random() < 0.15 else number
        yield Article(
            id=path_id(path),
            path=path,
            title=f"A title of some words, as they are, and the number {shared}",
            language="zh" if source % 2 else "en",
            title_language="zh" if source % 2 else "en",
            url=f"https://source{source}.example/articles/{number}?of=archive&page=1",
            source=f"Source {source}",
            date=date,
            time=dt.datetime.combine(date, dt.time(number % 24, number % 60), dt.UTC),
            verdict=Verdict.LINK if is_link else Verdict.FULL,
            reason="captcha" if is_link else "",
            excerpt="" if is_link else f"The first words of the text with the number {number}. " * 3,
            minutes=0 if is_link else 4,
            keys=(f"story {shared}",),
        )


def planned(count: int, a_day: int) -> Plan:
    """The plan of a digest of such articles."""
    digest, _, _ = digest_of(list(articles(count, a_day)), {}, TextPolicy.FULL)
    return plan(msgspec.structs.replace(digest, stories=stories_of(digest.articles)))


def timed(plan_: Plan) -> dict[str, Cost]:
    """Make every page once, and say what each template's cost."""
    config = Config(title="Digest", base_url="https://digest.example/")
    compose = composer(plan_, speech(None, config.language_tag), healths_of(plan_.digest))
    frame = Framer(plan=plan_, names=compose.names, config=config)
    theme = Templates(None, frame.site("Broadsheet"))
    costs: dict[str, Cost] = {"(compiling)": Cost(pages=1)}
    pages = list(pages_of(plan_))
    started = time.process_time()
    for page in {page.template: page for page in pages}.values():
        view = next(iter(compose.views_of(page, BODY)))
        theme.render(frame.of(page, view), view)
    costs["(compiling)"].html = time.process_time() - started
    for page in pages:
        make(page, compose, frame, theme, costs.setdefault(page.template, Cost()))
    return costs


def make(page: Page, compose: Composer, framer: Framer, theme: Templates, cost: Cost) -> None:
    """Make a page as a build does."""
    cost.pages += 1
    before = time.process_time()
    views = iter(compose.views_of(page, BODY))
    while (view := next(views, None)) is not None:
        viewed = time.process_time()
        frame = framer.of(page, view)
        framed = time.process_time()
        html = theme.render(frame, view)
        after = time.process_time()
        cost.tries += 1
        cost.view += viewed - before
        cost.frame += framed - viewed
        cost.html += after - framed
        if len(html) <= HTML_LIMIT:
            return
        before = time.process_time()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=4000)
    parser.add_argument("--a-day", type=int, default=350)
    parser.add_argument("--passes", type=int, default=3)
    arguments = parser.parse_args()
    plan_ = planned(arguments.articles, arguments.a_day)
    passes = [timed(plan_) for _ in range(arguments.passes)]
    print(f"{'template':20}{'pages':>8}{'tries':>8}{'view':>9}{'frame':>9}{'html':>9}{'all':>9}  µs a page")
    total = 0.0
    for template in passes[0]:
        least = min((costs[template] for costs in passes), key=lambda cost: cost.all)
        each = [part / least.pages * 1e6 for part in (least.view, least.frame, least.html, least.all)]
        print(f"{template:20}{least.pages:8,}{least.tries / least.pages:8.1f}", end="")
        print("".join(f"{part:9,.0f}" for part in each))
        total += least.all
    count = len(plan_.digest.articles)
    print(f"{total:.2f} s for {count:,} articles: {total / count * 1e6:.0f} µs each")


if __name__ == "__main__":
    main()
