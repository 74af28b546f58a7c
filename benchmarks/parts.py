"""Time the parts of a build on a folder of clippings, in CPU time of one process.

    python benchmarks/parts.py CLIPPINGS [--articles 1000] [--passes 3]

Of many clippings, every nth is read. The best of several passes counts, the least disturbed one. Cleaning
goes without learned boilerplate, templates without compilation. `one changed` is an article with another
title, in copies and stories that are kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec
from markupsafe import Markup
from measure import parser

from generator.config.site import Config
from generator.grouping import digest_of
from generator.grouping.copies import Copies
from generator.grouping.health import healths_of
from generator.grouping.stories import Stories, stories_of
from generator.model.types import TextPolicy
from generator.reading import discover
from generator.reading.article import article_of
from generator.reading.boilerplate import Cleaning
from generator.reading.boilerplate.families import built_in
from generator.reading.frontmatter import read_clipping
from generator.reading.rules import rules_of
from generator.render.all_pages import pages_of
from generator.render.compose import composer
from generator.render.frame import Framer
from generator.render.markdown import Place, body_html
from generator.render.pages import Page
from generator.render.plan import Plan, plan
from generator.render.templates import Templates, interface_language
from sites import spaced

CONFIG = Config(title="Digest", base_url="https://digest.example/")
BODY = Markup("<p>{}</p>\n").format("A sentence of a dozen words or so, as long as most. " * 12) * 6
"""The text of every article, where templates are timed."""


def parts_of(content: Path, paths: Sequence[str]) -> Iterator[tuple[str, Sequence[Callable[[], object]]]]:
    """Yield part → what it does, one call for each thing."""
    rules, cleaning = rules_of(CONFIG), Cleaning(families=built_in())
    yield "read a file", [partial(read_clipping, content, path) for path in paths]
    read = [clipping for path in paths if (clipping := read_clipping(content, path)[0])]
    yield "clean, judge, fingerprint", [partial(article_of, one, rules, cleaning) for one in read]
    readings = [one for clipping in read if (one := article_of(clipping, rules, cleaning)).article]
    articles = [one.article for one in readings if one.article]
    places = [Place(original=one.url, id=one.id) for one in articles]
    texts = [(one.text, place) for one, place in zip(readings, places, strict=True) if one.text]
    yield "Markdown", [partial(body_html, *one) for one in texts]
    yield "copies, all", [lambda: Copies(articles).updated()]
    copies = Copies(articles)
    groups = copies.updated()

    yield "stories, all", [lambda: Stories(articles, groups).updated()]
    stories, changed = Stories(articles, groups), [articles[len(articles) // 2]]

    def change_one() -> None:
        old, new = changed[-1], msgspec.structs.replace(changed[0], title=f"Another title {time.time_ns()}")
        changed.append(new)
        copies.change((), [new])
        stories.change([old], [new], *copies.update())
        stories.update()

    yield "copies and stories, one changed", [change_one]
    digest = digest_of(articles, {}, TextPolicy.FULL)[0]
    found = stories_of(articles, groups)
    yield from templates_of(plan(msgspec.structs.replace(digest, copies=groups, stories=found)))


def templates_of(planned: Plan) -> Iterator[tuple[str, Sequence[Callable[[], object]]]]:
    """Yield template → what makes each of its pages."""
    compose = composer(planned, interface_language(None, CONFIG.language_tag), healths_of(planned.digest))
    frame = Framer(plan=planned, names=compose.names, config=CONFIG)
    theme = Templates(None, frame.site("Broadsheet"))

    def make(page: Page) -> None:
        view = next(iter(compose.views_of(page, BODY)))
        theme.render(frame.of(page, view), view)

    pages: dict[str, list[Page]] = {}
    for page in pages_of(planned):
        pages.setdefault(page.template, []).append(page)
    for template, own in pages.items():
        make(own[0])  # compiles the template
        yield template, [partial(make, page) for page in own]


def seconds_of(calls: Sequence[Callable[[], object]]) -> float:
    """Return the CPU time of some calls."""
    started = time.process_time()
    for call in calls:
        call()
    return time.process_time() - started


def main() -> None:
    """Measure and print."""
    arguments = parser(__doc__)
    arguments.add_argument("clippings", type=Path)
    arguments.add_argument("--articles", type=int, default=1000, help="How many at most.")
    arguments.add_argument("--passes", type=int, default=3)
    given = arguments.parse_args()
    paths = spaced(discover(given.clippings, ()).paths, given.articles)
    print(f"{'part':28} {'ms each':>9} {'count':>8} {'s':>8}")
    for part, calls in parts_of(given.clippings, paths):
        seconds = min(seconds_of(calls) for _ in range(given.passes))
        each = 1000 * seconds / max(1, len(calls))
        print(f"{part:28} {each:9.3f} {len(calls):8,} {seconds:8.2f}", flush=True)


if __name__ == "__main__":
    main()
