"""Print progress, problems, closing lines, and lists as tables or JSON."""

from __future__ import annotations

import contextlib
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgspec

from generator.config.hosts import HOSTS, Size, exceeded_limit
from generator.model import addresses
from generator.model.errors import Problem, Severity, shown
from generator.model.suspects import KINDS
from generator.model.types import Verdict

if TYPE_CHECKING:  # rich and the pipeline take longer to import than most commands take to run
    from rich.console import Console

    from generator.authoring.explaining import Explained
    from generator.authoring.relations import Relations
    from generator.config.options import Report
    from generator.engine.site_index import SiteIndex
    from generator.model.suspects import Suspect
    from generator.model.types import Article, Digest, Health, Skipped
    from generator.render.plan import Plan

PROBLEMS_SHOWN = 12
"""The number of problems that a build prints. `check` prints all."""


def console(*, error: bool = False) -> Console:
    """Return a console that prints text without interpreting markup, with colours on a terminal."""
    from rich.console import Console

    return Console(stderr=error, markup=False, highlight=False, emoji=False, soft_wrap=True)


@contextlib.contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show the steps of a build as bars on a terminal. Shows nothing elsewhere, or if `quiet`."""
    screen = console(error=True)
    if quiet or not screen.is_terminal:
        yield lambda _step, _done, _total: None
    else:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        # Redrawn explicitly: with a thread that redraws, this process could not be forked.
        bars = Progress(*columns, console=screen, transient=True, auto_refresh=False)
        tasks, due = dict[str, Any](), time.monotonic()
        with contextlib.ExitStack() as stack:

            def advance(step: str, done: int, total: int) -> None:
                nonlocal due
                if not tasks:  # starting takes a while, and a command without steps needs no bar
                    stack.enter_context(bars)
                if step not in tasks:
                    tasks[step] = bars.add_task(step, total=total)
                if done % 16 == 0 or done + 1 >= total:
                    bars.update(tasks[step], completed=done + 1, total=total)
                    if time.monotonic() >= due:
                        due = time.monotonic() + _REDRAW_INTERVAL
                        bars.refresh()

            yield advance


def print_line(text: str, *, error: bool = False) -> None:
    """Print one line."""
    console(error=error).print(text)


def counted(number: int, noun: str) -> str:
    """Return a number and a noun, such as `1 file` and `2 files`."""
    return f"{number:,} {noun}" + "s" * (number != 1)


def explanation(found: Explained) -> Iterator[str]:
    """Yield a line for each block, with the reason if it is removed, and its beginning; then the verdict."""
    if not found.verdict:
        yield f"not published: {shown(found.uncleaned)}"
        return
    if found.uncleaned:
        yield f"not cleaned: {shown(found.uncleaned)}"
    for one in found.blocks:
        text = shown(" ".join(one.block.text.split()))
        yield f"{one.block.index:4} {one.reason or 'kept':28} {text[:90]}"
    yield f"verdict: {found.verdict}" + (f" ({found.reason})" if found.reason else "")


def relation_lines(found: Relations) -> Iterator[str]:
    """Yield a line for each copy of a clipping and each other text of its story, with the reason."""
    for kind, others in (("copy", found.copies), ("story", found.story)):
        for one in others:
            reason = shown(one.reason) or "by way of another"
            yield f"{kind}: {shown(one.article.path)} ({reason})"


def print_lines(lines: Iterable[str]) -> None:
    """Print lines unchanged. Fast for many lines too."""
    stream = sys.stdout
    for line in lines:
        text = line + "\n"
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def print_bytes(content: bytes) -> None:
    """Print an encoded document."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def losses(problems: Iterable[Problem], skipped: Iterable[Skipped]) -> list[Problem]:
    """Return the errors, and the problems because of which a clipping is left out."""
    reasons = {one.path: one.reason for one in skipped}
    return [
        problem
        for problem in problems
        if problem.severity is Severity.ERROR or reasons.get(problem.path, "").startswith(problem.message)
    ]


def print_problems(problems: Iterable[Problem], *, limit: int | None = None) -> None:
    """Print problems, one per line.

    If only `limit` are printed, the most severe come first, and the first of each file before the second of
    any.
    """
    screen = console(error=True)
    problems = list(problems)
    printed = problems
    if limit is not None and len(problems) > limit:
        rank = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}
        nth: Counter[str] = Counter()
        order: list[tuple[int, int, Problem]] = []
        for problem in problems:
            nth[problem.path] += 1
            order.append((rank[problem.severity], nth[problem.path], problem))
        printed = [problem for *_, problem in sorted(order, key=itemgetter(0, 1))[:limit]]
    styles = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "dim"}
    for problem in printed:
        screen.print(f"{problem.severity}: ", style=styles[problem.severity], end="")
        screen.print(shown(str(problem)))
    if len(printed) < len(problems):
        screen.print(f"… and {len(problems) - len(printed):,} more; `broadsheet check` prints them all")


def closing_line(report: Report, seconds: float, *, is_first_step: bool = False) -> str:
    """Return a line that says what a build did, or the first step of a save, where the rest is unknown."""
    pages, links = report.pages, report.verdicts[Verdict.LINK]
    linked = f" ({links:,} as {'mere links' if links != 1 else 'a mere link'})" if links else ""
    ignored = f", {report.ignored:,} ignored" if report.ignored else ""
    kept = "" if is_first_step else f"{pages.kept:,} kept, "
    files = f"{counted(pages.written, 'file')} written, {kept}{pages.deleted:,} deleted"
    files += ", others follow" if is_first_step else ""
    return (
        f"{report.found:,} found, {report.published:,} published{linked}, {report.repaired:,} repaired, "
        f"{len(report.skipped):,} skipped{ignored}; {files}; {seconds:.1f} s"
    )


def failed_line(count: int) -> str:
    """Return the line that says why a strict build failed."""
    plural = "s" * (count != 1)
    cause = f"{count:,} warning{plural} or error{plural} under --strict"
    return f"failed: {cause}; nothing was written; the site is unchanged"


def size_line(size: Size) -> str:
    """Return a line with the size of a site, and the hosts that accept it."""
    exceeded = [(host.name, exceeded_limit(host, size)) for host in HOSTS]
    fits = ", ".join(name for name, fault in exceeded if not fault)
    faults = "".join(f"; too large for {name} ({fault})" for name, fault in exceeded if fault)
    advice = '; `articles = "recent"` makes fewer pages' if faults else ""
    fitting = f" fits {fits}" if fits else ""
    index = f"{counted(size.index_files, 'file')}, {size.index_bytes / 10**6:,.1f} MB"
    searched = f" (of these, {index} for search)" if size.index_files else ""
    megabytes = f"{size.bytes / 10**6:,.1f} MB"
    line = f"{counted(size.files, 'file')}, {megabytes}{searched}:{fitting}{faults}{advice}"
    return line.replace(":;", ":")


def suspects_line(suspects: Sequence[Suspect]) -> str:
    """Return a line with the numbers of suspects."""
    kinds = Counter(one.kind for one in suspects)
    counts = ", ".join(f"{kind} {kinds[kind]:,}" for kind in KINDS if kinds[kind])
    return f"{counted(len(suspects), 'suspect')} ({counts}); `broadsheet check` shows the most certain"


def checked_line(index: SiteIndex, problems: Sequence[Problem]) -> str:
    """Return a line that says what a check found."""
    kinds = Counter(problem.severity for problem in problems)
    counts = [counted(n, kind) for kind in Severity if (n := kinds[kind])]
    found = f"{index.found:,} found, {index.repaired:,} repaired, {len(index.skipped):,} skipped"
    return f"{found}; {', '.join(counts) or 'no problems'}"


def print_reasons(reasons: Mapping[str, str], kept: int) -> None:
    """Print why each file was written, and how many were kept."""
    for path, why in sorted(reasons.items()):
        print_line(f"{shown(path)}: {why}")
    counts = sorted(Counter(reasons.values()).items())
    print_line("; ".join([*(f"{why}: {count:,}" for why, count in counts), f"kept: {kept:,}"]))


def print_skipped(skipped: Iterable[Skipped], problems: Iterable[Problem]) -> None:
    """Print what is not published, and why, unless a problem says so."""
    messages: dict[str, list[str]] = {}
    for problem in problems:
        messages.setdefault(problem.path, []).append(problem.message)
    for one in skipped:
        if any(map(one.reason.startswith, messages.get(one.path, ()))):
            continue
        print_line(f"skipped: {shown(one.path)}: {shown(one.reason)}", error=True)


def print_fault(error: Exception) -> None:
    """Print the traceback of an error in Broadsheet itself."""
    print_line("".join(traceback.format_exception(error)).rstrip(), error=True)


def report_json(report: Report, seconds: float) -> bytes:
    """Return a build's report as JSON. `docs/reference/command-line.md` describes its keys."""
    fields = msgspec.to_builtins(_encodable(report))
    return (
        msgspec.json.format(msgspec.json.encode({**fields, "seconds": round(seconds, 3)}), indent=1) + b"\n"
    )


def _encodable(report: Report) -> Report:
    """Return the report with names escaped that are not UTF-8, because JSON cannot contain them."""
    replace = msgspec.structs.replace
    return replace(
        report,
        skipped=tuple(replace(skipped, path=shown(skipped.path)) for skipped in report.skipped),
        problems=tuple(replace(problem, path=shown(problem.path)) for problem in report.problems),
    )


def entries(plan: Plan, index: SiteIndex, texts: Mapping[str, str] | None) -> Iterator[dict[str, object]]:
    """Yield an object for each clipping, sorted by path. `texts`: path of an article → its text."""
    articles = {article.path: article for article in index.digest.articles}
    reasons = {skipped.path: skipped.reason for skipped in index.skipped}
    for path in sorted({*articles, *reasons}):
        entry: dict[str, object] = dict.fromkeys(_ENTRY)
        entry["path"] = shown(path)
        if article := articles.get(path):
            address, fragment = plan.address_of(article)
            entry |= {
                "title": article.title,
                "url": article.url,
                "source": article.source,
                "date": article.date,
                "language": article.language,
                "tags": [tag.name for tag in plan.tags_of(article)],
                "verdict": article.verdict,
                "address": address + ("#" + fragment if fragment else ""),
                **_groups_of(plan, article),
            }
        else:
            entry["skipped"] = reasons[path]
        if texts is not None:
            entry["text"] = texts.get(path, "") if article else None
        yield entry


def _groups_of(plan: Plan, article: Article) -> dict[str, str | None]:
    """Return the id of an article's copies, and that of its story, which includes the copies."""
    copies, story = plan.copies.get(article.id), plan.stories.get(article.id)
    together = story or copies
    return {"copies": copies.id if copies else None, "story": together.id if together else None}


_REDRAW_INTERVAL = 0.1
"""Seconds between two redraws of a bar."""
_ENTRY = (
    "path", "title", "url", "source", "date", "language", "tags", "verdict", "address", "copies", "story",
    "skipped",
)  # fmt: skip


def print_jsonl(rows: Iterable[dict[str, object]]) -> None:
    """Print one JSON object per line."""
    encoder = msgspec.json.Encoder()
    for row in rows:
        sys.stdout.buffer.write(encoder.encode(row) + b"\n")
    sys.stdout.buffer.flush()


def print_table(rows: Iterable[dict[str, object]]) -> None:
    """Print a table, newest first: date, source, verdict, title or reason, and path."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for heading in ("date", "source", "verdict", "title", "path"):
        table.add_column(heading, no_wrap=heading in {"date", "verdict"}, overflow="fold")
    for row in sorted(rows, key=lambda row: str(row["date"] or ""), reverse=True):
        title = row["title"] or row["skipped"]
        cells = (row["date"], row["source"], row["verdict"] or "skipped", title, row["path"])
        table.add_row(*(Text(shown(str(cell or ""))) for cell in cells))
    screen = console()
    if not screen.is_terminal:  # a pipe or file has no width
        screen.width = 10_000
    screen.print(table)


def healths(healths_: Mapping[str, Health], digest: Digest) -> Iterator[dict[str, object]]:
    """Yield an object for each source, in the order of pages: counts, days and months."""
    for name, health in healths_.items():
        source = digest.sources[name]
        yield {
            "source": shown(name),
            "address": addresses.source(source),
            "home": source.home,
            "articles": health.count,
            "full": health.full,
            "cut": health.cut,
            "link": health.link,
            "first": health.first,
            "last": health.last,
            "silent_days": health.silent_days,
            "silent": health.is_silent,
            "repeated_by_others": health.leads,
            "repeats_others": health.follows,
            "aggregator": health.is_aggregator,
            "months": [
                {"month": f"{month.first:%Y-%m}", "full": month.full, "cut": month.cut, "link": month.link}
                for month in health.months
            ],
        }


def print_sources(rows: Iterable[dict[str, Any]]) -> None:
    """Print a table of sources. Shares are relative to all articles of the source."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    table.add_column("source", overflow="ellipsis", no_wrap=True)
    for heading in ("articles", "full", "cut", "link", "repeated", "repeats"):
        table.add_column(heading, justify="right", min_width=len(heading))
    for heading in ("last seen", "silent"):
        table.add_column(heading, min_width=len("2024-07-03"))
    for row in rows:
        parts = (row[key] for key in ("full", "cut", "link", "repeated_by_others", "repeats_others"))
        shares = (f"{part / row['articles']:.0%}" for part in parts)
        silent = counted(row["silent_days"], "day") if row["silent"] else ""
        cells = (row["source"], f"{row['articles']:,}", *shares, row["last"].isoformat(), silent)
        table.add_row(*(Text(cell) for cell in cells))
    screen = console()
    if not screen.is_terminal:  # a pipe or file has no width
        screen.width = 10_000
    screen.print(table)
