"""What commands do, step by step, and what they say of it."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.model import streams

if TYPE_CHECKING:  # each step imports what it needs
    from generator.authoring.pick import Original
    from generator.cli.asked import Asked
    from generator.config.options import Built as SiteBuilt
    from generator.config.options import Progress, Report
    from generator.config.site import Site
    from generator.engine.lessons import Means
    from generator.engine.live import Live
    from generator.model.errors import Problem
    from generator.preview.changes import Changed, Roots
    from generator.preview.follow import Built, Check
    from generator.preview.places import Root


class Told:
    """What a watching command says at the terminal."""

    def notice(self, message: str) -> None:
        """Say one line."""
        from generator.cli import report

        with _heard_or_not():
            report.print_line(message)

    def fault(self, error: Exception) -> None:
        """Say why a build failed."""
        from generator.cli import report
        from generator.model.errors import BroadsheetError

        with _heard_or_not():
            if isinstance(error, BroadsheetError):
                report.print_problems(error.problems)
            elif isinstance(error, streams.UnwrittenError):
                streams.tell(error)
            else:
                report.print_fault(error)


@contextlib.contextmanager
def _heard_or_not() -> Iterator[None]:
    """Say something though it may be that nothing can be printed: the site is followed all the same."""
    try:
        yield
    except streams.UnwrittenError as error:
        streams.tell(error)


def originals_of(asked: Asked, site: Site) -> Sequence[Original]:
    """Gather by what the originals of all clippings are known: quick where a build has read them."""
    from generator.authoring.pick import Original
    from generator.cli import report
    from generator.engine.shelf import shelf_of
    from generator.reading import discover

    def gathered(means: Means) -> Sequence[Original]:
        shelf = shelf_of(site, discover(site.content, site.config.ignore), means)
        articles = (record.reading.article for _, record, _ in shelf.records(means))
        return [Original(one.path, one.url, one.keys) for one in articles if one is not None and one.url]

    if not site.content.is_dir():
        return ()
    with report.progress(quiet=False) as progress:
        return asked.reading(site, progress, gathered)


def fix(site: Site, *, yes: bool) -> tuple[Problem, ...]:
    """Show what can be mended, ask, and mend it; tells what was left."""
    from generator.authoring import mend
    from generator.cli import report
    from generator.parallel.workers import Workers, cores

    with Workers(cores()) as workers:
        told = list(mend.mends(site, workers))
    found = [one for one in told if isinstance(one, mend.Mend)]
    skipped = tuple(one for one in told if not isinstance(one, mend.Mend))
    report.print_lines(one.diff for one in found)
    if not found:
        report.print_line("nothing to mend")
        return skipped
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("there is nobody to ask; --yes mends without asking")
        if not click.confirm(f"Mend {report.counted(len(found), 'file')}?"):
            report.print_line("left as they are")
            return skipped
    left = tuple(problem for one in found if (problem := mend.write(site.content, one)))
    report.print_line(f"{report.counted(len(found) - len(left), 'file')} mended")
    return (*skipped, *left)


def cleaned(site: Site) -> int:
    """Delete what builds wrote for a site, caches too; how many files of pages that were."""
    from generator.cache.folder import forget_all
    from generator.output.write import clean as clean_output

    folders = [site.output]
    if not site.own.is_symlink():  # what it leads to is somebody else's
        forget_all(site.own)
        folders += [] if site.preview.is_symlink() else [site.preview]
    return sum(clean_output(one) for one in folders if one.is_dir() and any(one.iterdir()))


def followed(
    asked: Asked, site: Callable[[], Site], report_file: Path | None, live: Live
) -> Callable[[Check, Changed], Built]:
    """Make the build of a watching command."""
    from generator.cli import report
    from generator.preview.follow import Built

    told: Report | None = None

    def rebuild(check: Check, changed: Changed) -> Built:
        nonlocal told
        current, started = site(), time.perf_counter()
        options = asked.options(current)
        with report.progress(quiet=asked.quiet) as show:
            built, pages = live.build(current, options, _checked(show, check), changed, check)
        if changed or pages is None or not _say_the_same(built.report, told):
            before = told.problems if told else ()
            with _heard_or_not():
                seconds, is_first_step = time.perf_counter() - started, pages is not None
                _tell(asked, built, seconds, report_file, before, is_first_step=is_first_step)
        told = built.report
        waits = [] if (due_in := live.due_in) is None else [due_in]
        if built.waits_until is not None and not asked.is_fixed:
            waits.append(max(0.0, (built.waits_until - dt.datetime.now(dt.UTC)).total_seconds()))
        if pages is None and not built.report.pages.deleted:
            pages = frozenset(built.reasons)
        styles = tuple(sorted(path for path in pages or () if path.endswith(".css")))
        others = True if pages is None else pages.difference(styles)
        return Built(changed=others, styles=styles, due_in=min(waits, default=None), rest=live.rest)

    return rebuild


def build(asked: Asked, site: Site, report_file: Path | None, *, clean: bool) -> SiteBuilt:
    """Build, print and report what was done."""
    from generator.cli import report
    from generator.engine.build import build as build_site
    from generator.model.errors import LossError
    from generator.parallel.workers import Workers, cores

    def once(asked: Asked) -> SiteBuilt:
        with report.progress(quiet=asked.quiet) as show, Workers(asked.workers or cores()) as workers:
            return build_site(site, asked.options(site), show, clean=clean, workers=workers)

    started = time.perf_counter()
    try:
        built = once(asked)
    except LossError as error:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        report.print_problems(error.problems)
        if not click.confirm("Build all the same?", err=True):
            report.print_line("nothing was written, the site is as it was", error=True)
            raise click.exceptions.Exit(1) from error
        built = once(dataclasses.replace(asked, yes=True))
    _tell(asked, built, time.perf_counter() - started, report_file)
    return built


def _tell(
    asked: Asked,
    built: SiteBuilt,
    seconds: float,
    report_file: Path | None,
    told: Collection[Problem] = (),
    *,
    is_first_step: bool = False,
) -> None:
    """Print what was done, and write it; `told` are the problems that need not be said again."""
    from generator.cli import report
    from generator.config.options import grave

    done = built.report
    new = _untold(done.problems, told)
    if asked.quiet:
        report.print_problems(report.losses(new, done.skipped))
    else:
        report.print_problems(new, limit=None if asked.verbose else report.PROBLEMS_SHOWN)
        if asked.verbose:
            report.print_skipped(done.skipped, done.problems)
        report.print_line(report.closing_line(done, seconds, is_first_step=is_first_step))
        if done.site is not None:
            report.print_line(report.size_line(done.site))
    if asked.strict and (faults := grave(done.problems)):
        report.print_line(report.failed_line(len(faults)), error=True)
    if report_file is not None:
        _write_report(report_file, report.report_json(done, seconds))


def _say_the_same(one: Report, other: Report | None) -> bool:
    """Whether two reports say the same of the clippings."""
    if other is None:
        return False
    return (one.verdicts, one.skipped, one.problems) == (other.verdicts, other.skipped, other.problems)


def _untold(problems: Sequence[Problem], told: Collection[Problem]) -> list[Problem]:
    """Those of many problems that were not told, most of which are the very same objects as before."""
    if problems is told:
        return []
    before = set(map(id, told))
    new = [problem for problem in problems if id(problem) not in before]
    if not new:
        return []
    still = set(map(id, problems))
    gone = {problem for problem in told if id(problem) not in still}
    return [problem for problem in new if problem not in gone]


def _checked(show: Progress, check: Check | None) -> Progress:
    if check is None:
        return show

    def show_and_check(step: str, done: int, total: int) -> None:
        check()
        show(step, done, total)

    return show_and_check


def _write_report(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise click.FileError(str(file), f"the report cannot be written: {error.strerror}") from error


def watched(asked: Asked, site: Site) -> Roots:
    """Make what tells what a build reads; while the configuration is broken, what the last good one named."""
    from generator.cli.watched import roots_of
    from generator.model.errors import ConfigError

    def roots() -> tuple[Path | Root, ...]:
        nonlocal site
        with contextlib.suppress(ConfigError):  # the build says what is wrong
            site = asked.site()
        return roots_of(site, asked.config_file)

    return roots
