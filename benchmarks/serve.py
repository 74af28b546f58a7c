"""Time `serve`: from a save until the page that is asked for shows it, for every kind of change.

    python benchmarks/serve.py CLIPPINGS --work FOLDER [--count N] [--repeat 20] [--wide 5] [--only WORD]
        [--json FILE] [--hugo PROGRAM --hugo-site FOLDER]

WORD is a part of what is measured: articles, picks, clippings, days, settings, looks, all_pages, at_once.
A save is the renaming of a file. It is shown at the first GET, one every 5 ms, whose answer has the new text,
or differs where a change brings none. Each save waits until the server has nothing left to do. `--repeat`
counts the saves of kinds that concern a clipping, `--wide` those of settings, templates and the like. Hugo is
timed with edited articles only.

Then `article.html` changes, and articles are saved until all pages show it; and a thousand clippings change
at once. *Not shown* counts saves that did not appear although the server was idle.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, cycle
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from corpus import day_of
from measure import Figures, Meter, site_parser, spread, table
from server import Reader, Server, serving

from sites import Site, edit, editable, edited, save, sites_of, spaced, split, text_of, token, write_results

AT_ONCE = 1000
"""Clippings that change together, as with `git checkout`."""
AT_MOST = 3
"""Saves that are not shown while all pages are made, after which nobody waits any longer."""
SAMPLE = 500
"""Articles that are looked at to see whether all pages show a changed template."""


ARTICLE = '{{% extends "theme/article.html" %}}{{% block end %}}{}{{{{ super() }}}}{{% endblock %}}\n'
"""A template of articles that shows a mark."""


class Step(NamedTuple):
    """A save, and how it appears; without a name it is preparation, and is not timed."""

    name: str
    save: Callable[[], object]
    page: str = ""
    shows: Callable[[str], bool] | None = None
    """Whether a page's text shows it; None if a different text does."""


def has(mark: str) -> Callable[[str], bool]:
    """Return the test whether a text has a mark."""
    return lambda text: mark in text


def has_or_gone(mark: str) -> Callable[[str], bool]:
    """Return the test whether a text has a mark or is gone; another title can cost an article its page."""
    return lambda text: not text or mark in text


def lacks(mark: str) -> Callable[[str], bool]:
    """Return the test whether there is a text that does not have a mark."""
    return lambda text: bool(text) and mark not in text


class Sample:
    """The articles that are saved and looked at."""

    def __init__(self, site: Site, reader: Reader) -> None:
        self.site, self.reader = site, reader
        self.middle = self.articles(1)[0]

    def articles(self, count: int) -> list[str]:
        """Return clippings at even distances that have a page and can be edited."""
        able = [one for one in spaced(self.site.clippings(), 6 * count) if len(self.site.pages(one)) == 2]
        return spaced(editable(self.site, able), count)

    def listed(self, count: int, at_least: int = 1) -> Iterator[list[str]]:
        """Yield articles of one day that its page links to, for `count` days or less."""
        by_day: dict[str, list[str]] = {}
        for one in self.site.clippings():
            by_day.setdefault(self.day(one), []).append(one)
        for day in spaced(sorted(by_day), 3 * count):
            text = self.reader.get(day)
            ours = [one for one in by_day[day] if len(self.site.pages(one)) == 2 and self.link(one) in text]
            if count and len(ours := editable(self.site, ours)) >= at_least:
                count -= 1
                yield ours

    def own(self, clipping: str) -> str:
        """Return the address of an article."""
        return self.site.pages(clipping)[0]

    def day(self, clipping: str) -> str:
        """Return the address of an article's day."""
        return self.site.pages(clipping)[-1]

    def link(self, clipping: str) -> str:
        """Return the end of every link to an article."""
        return "/" + Path(self.own(clipping)).name


# --- what is saved ----------------------------------------------------------------------------------


def articles(sample: Sample, repeat: int, _: int) -> Iterator[Step]:
    """Edit articles; for some, look at their day."""
    site = sample.site
    for one in sample.articles(repeat):
        mark = token()
        yield Step("article edited → article", partial(edit, site, one, mark), sample.own(one), has(mark))
    for one, *_rest in sample.listed(repeat):
        mark = token()
        yield Step("article edited → day", partial(edit, site, one, mark), sample.day(one), has(mark))


def picks(sample: Sample, repeat: int, _: int) -> Iterator[Step]:
    """Add picks to `picks.toml`, one key at a time."""
    file, picked = sample.site.folder / "picks.toml", ""

    def pick(one: str, line: str) -> Callable[[], object]:
        nonlocal picked
        picked += f"[[pick]]\narticle = {quoted(one)}\n{line}\n\n"
        return partial(save, sample.site, file, picked)

    for first, second, *_rest in sample.listed(repeat, at_least=2):
        mark, day = token(), sample.day(first)
        yield Step("pick: pinned → day", pick(first, "pin = true"), day, has('id="_picks"'))
        yield Step("pick: noted → day", pick(first, f'note = "{mark}"'), day, has(mark))
        yield Step("pick: merged → day", pick(first, f"merge = [{quoted(second)}]"), day)
        yield Step("pick: hidden → day", pick(first, "hide = true"), day, lacks(sample.link(first)))
    yield Step("", partial(file.unlink, missing_ok=True))


def clippings(sample: Sample, repeat: int, _: int) -> Iterator[Step]:
    """Publish a draft and edit it again; add, rename and delete a clipping."""
    site = sample.site
    for one in sample.articles(repeat):
        file, page = site.file(one), sample.own(one)
        text, marks = text_of(file), (token(), token())
        draft = re.sub(r"\A(\ufeff?---\r?\n)", r"\1draft: true\n", text)
        yield Step("", partial(save, site, file, draft))
        publish = partial(save, site, file, edited(text, marks[0]))
        yield Step("draft published → article", publish, page, has(marks[0]))
        yield Step("draft edited again → article", partial(edit, site, one, marks[1]), page, has(marks[1]))
    for listed in sample.listed(repeat):
        counts = Counter(source_of(site, one) for one in listed)
        one = min(listed, key=lambda one: counts[source_of(site, one)])
        day, mark = sample.day(one), token()
        file, renamed = (site.file(one).with_name(f"{mark}{end}.md") for end in ("", " renamed"))
        text = clipping(day_of(one), mark, source_of(site, one))
        yield Step("clipping added → day", partial(save, site, file, text), day, has(mark))
        yield Step("clipping renamed → day", partial(file.replace, renamed), day)
        yield Step("clipping deleted → day", renamed.unlink, day, lacks(mark))


def settings(sample: Sample, _: int, wide: int) -> Iterator[Step]:
    """Change `digest.toml`: the site's title, a source's `home`, `text` and aliases."""
    file, one = sample.site.folder / "digest.toml", sample.middle
    own, page = sample.own(one), source_page(sample, one)
    source, other = two_sources(sample.site, one)
    title, keys = "", dict[str, str]()

    def write() -> object:
        lines = [f"title = {quoted(title)}", f"[sources.{quoted(source)}]"]
        lines += [f"{key} = {value}" for key, value in keys.items()]
        return save(sample.site, file, "\n".join(lines) + "\n")

    for number in range(wide):
        title, home = token(), token()
        yield Step("site: title → article", write, own, has(title))
        keys["home"] = quoted(f"https://{home}.example/")
        yield Step("source: home → its page", write, page, has(home))
        keys["text"] = quoted(("excerpt", "full")[number % 2])
        yield Step("source: text → article", write, own)
        keys["aliases"] = f"[{quoted(other)}]"
        yield Step("source: alias → its page", write, page)
        del keys["aliases"]
        yield Step("", write)
    yield Step("", partial(save, sample.site, file, ""))


def looks(sample: Sample, _: int, wide: int) -> Iterator[Step]:
    """Change templates, a translation, the first style and static files."""
    site, own, day = sample.site, sample.own(sample.middle), sample.day(sample.middle)
    style, static = "templates/assets/custom.css", f"static/{token()}.txt"
    messages = "templates/translations/en/LC_MESSAGES/messages.po"
    day_template = '{{% extends "theme/day.html" %}}{{% block above %}}{}{{{{ super() }}}}{{% endblock %}}\n'
    kinds = (
        ("template: article.html → article", "templates/article.html", ARTICLE, own),
        ("template: day.html → day", "templates/day.html", day_template, day),
        ("translation → article", messages, 'msgid "Latest"\nmsgstr "{}"\n', own),
        ("first custom.css → article", style, "/* {} */\n", own),
        ("static file → itself", static, "{}", f"/{Path(static).name}"),
    )
    for _number in range(wide):
        for name, path, text, page in kinds:
            mark = token()
            shows = has("custom.css" if path == style else mark)
            yield Step(name, partial(save, site, site.folder / path, text.format(mark)), page, shows)
        yield Step("", (site.folder / style).unlink)


def days(sample: Sample, _: int, wide: int) -> Iterator[Step]:
    """Add clippings of days and years that have none yet."""
    newest, source = day_of(sample.site.clippings()[-1]), source_of(sample.site, sample.middle)
    for number in range(1, wide + 1):
        for kind, day in (("day", newest + dt.timedelta(number)), ("year", dt.date(1970 + number, 3, 4))):
            mark = token()
            file = sample.site.file(f"{day:%Y/%m/%d}/daily/{mark}.md")
            add = partial(save, sample.site, file, clipping(day, mark, source))
            yield Step(f"clipping of a new {kind} → day", add, f"/{day:%Y/%m/%d}/", has(mark))


SCENARIOS: tuple[Callable[[Sample, int, int], Iterator[Step]], ...] = (
    articles, picks, clippings, days, settings, looks,
)  # fmt: skip
"""In this order: what reaches farthest comes last."""


quoted = partial(json.dumps, ensure_ascii=False)  # as TOML and YAML write a string


def clipping(day: dt.date, mark: str, source: str) -> str:
    """Return a clipping whose title has a mark."""
    head = f"title: A clipping {mark}\nurl: https://{mark}.example/\nsource: {quoted(source)}\ndate: {day}"
    return f"---\n{head}\n---\n\nIt has a text of its own, about {mark} and nothing else.\n"


def source_page(sample: Sample, one: str) -> str:
    """Return the address of the page of an article's source."""
    found = re.search(r'href="[./]*/(sources/[^/"]+/)"', sample.reader.get(sample.own(one)))
    if not found:
        raise SystemExit(f"{sample.own(one)}: no link to its source")
    return "/" + found[1]


def two_sources(site: Site, one: str) -> tuple[str, str]:
    """Return the source of an article, and another one that has few."""
    source = source_of(site, one)
    counts = Counter(source_of(site, other) for other in spaced(site.clippings(), SAMPLE))
    return source, min(counts, key=lambda name: (name in ("", source), counts[name], name))


def source_of(site: Site, one: str) -> str:
    """Return the source that a clipping names."""
    return split(text_of(site.file(one)))[0].get("source", "").strip("\"'")


# --- measuring --------------------------------------------------------------------------------------


def timed(server: Server, step: Step) -> list[float | None]:
    """Take a step; return the milliseconds until it is shown, or None; nothing if the page is gone."""
    before = server.reader.get(step.page)
    started = time.perf_counter()
    saved = step.save()
    seen = server.wait(step.page, step.shows or (lambda text: bool(text) and text != before))
    if seen is None:  # another title can let an article lose its text, and so its page
        return [None] if server.reader.get(step.page) or not before else []
    return [1000 * (seen - (saved if isinstance(saved, float) else started))]


def follow(server: Server, steps: Iterable[Step]) -> Figures:
    """Take steps, each once the server has settled; say each figure at once: large sites take an hour."""
    late: dict[str, list[float | None]] = {}
    for step in steps:
        server.settle()
        if step.name:
            late.setdefault(step.name, []).extend(seen := timed(server, step))
            print(step.name, *(one and round(one) for one in seen), file=sys.stderr, flush=True)
        else:
            step.save()
    return {name: spread(values) for name, values in late.items()}


def all_pages(site: Site, server: Server, sample: Sample) -> Figures:
    """Change `article.html`, and save articles until all pages show it."""
    pages = list(chain.from_iterable(site.pages(one)[:-1] for one in site.clippings()))
    files = [site.caches / "preview" / unquote(page[1:]) for page in spaced(pages, SAMPLE)]
    edits = cycle(sample.articles(SAMPLE))
    server.settle()
    mark, late = token(), list[float | None]()
    started = save(site, site.folder / "templates/article.html", ARTICLE.format(mark))
    while (files := [one for one in files if one.exists() and mark not in text_of(one)]) and late.count(
        None
    ) < AT_MOST:
        one, word = next(edits), token()
        late.extend(timed(server, Step("", partial(edit, site, one, word), sample.own(one), has(word))))
    every = {"seconds": server.settle() - started, "unseen": len(files)}
    return {"all pages after article.html": every, "meanwhile: article edited → article": spread(late)}


def at_once(site: Site, server: Server, sample: Sample) -> Figures:
    """Change clippings in a row, and ask for all their pages."""
    clippings = site.clippings()
    first = max(0, (len(clippings) - AT_ONCE) // 2)
    marks = {one: token() for one in editable(site, clippings[first : first + AT_ONCE])}
    server.settle()
    started = min(edit(site, one, mark) for one, mark in marks.items())
    pages = {sample.own(one): mark for one, mark in marks.items() if len(site.pages(one)) == 2}
    seen = {page: server.wait(page, has_or_gone(mark)) for page, mark in pages.items()}
    seconds = max(filter(None, seen.values()), default=started) - started
    unseen = [page for page, moment in seen.items() if moment is None and server.reader.get(page)]
    return {f"{len(marks):,} changed at once": {"seconds": seconds, "unseen": len(unseen)}}


def measure(site: Site, given: argparse.Namespace) -> Figures:
    """Return what there is to time of a site's server, after one start that may build everything."""
    page = site.pages(site.clippings()[len(site.clippings()) // 2])[-1]
    log = given.work / f"{site.name.lower()}.log"
    with serving(site, log, given.quiet) as server:
        found = {"first page, first start": {"seconds": server.first(page)}}
        server.settle()
    with serving(site, log, given.quiet) as server:
        meter = Meter(server.process.pid)
        found["first page"] = {"seconds": server.first(page)}
        server.settle()
        sample = Sample(site, server.reader)
        able = SCENARIOS if site.is_ours else (articles,)
        chosen = (one for one in able if given.only in one.__name__)
        steps = chain.from_iterable(one(sample, given.repeat, given.wide) for one in chosen)
        found |= follow(server, steps)
        for whole in (all_pages, at_once) if site.is_ours else ():
            if given.only in whole.__name__:
                found |= whole(site, server, sample)
        meter.stop()
    return found | {"server": {"memory": meter.peak, "bad": server.reader.bad}}


def lines(name: str, found: Figures) -> Iterator[str]:
    """Yield the figures in Markdown."""
    keys = ("p50", "p95", "most", "count", "unseen")
    rows = [[kind, *(f"{one[key]:.0f}" for key in keys)] for kind, one in found.items() if "p50" in one]
    yield table([f"{name}: save → page asked for:", "p50, ms", "p95", "most", "saves", "not shown"], rows)
    for kind, one in found.items():
        if "seconds" in one:
            yield f"{kind}: {one['seconds']:.2f} s, {one.get('unseen', 0)} not shown"
    yield f"peak memory: {found['server']['memory']:.0f} MiB; answers cut off: {found['server']['bad']}\n"


def main() -> None:
    """Measure and print."""
    arguments = site_parser(__doc__)
    arguments.add_argument("--repeat", type=int, default=20)
    arguments.add_argument("--wide", type=int, default=5)
    arguments.add_argument("--only", default="", metavar="WORD", help="Only what has it in its name.")
    arguments.add_argument("--quiet", type=float, default=0.75, help="Seconds after which it is settled.")
    given = arguments.parse_args()
    sites, found = sites_of(given), dict[str, Figures]()
    count = len(sites[0].clippings())
    for site in sites:
        found[site.name] = measure(site, given)
        print("\n".join(lines(site.name, found[site.name])), flush=True)
    write_results(given.json, count, found)


if __name__ == "__main__":
    main()
