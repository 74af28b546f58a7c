"""The steps of the commands, and what they print."""

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

if TYPE_CHECKING:  # each function imports what it needs
    from generator.authoring.targets import Original
    from generator.cli.options import CliOptions
    from generator.config.options import Built as SiteBuilt
    from generator.config.options import Options, Progress, Report
    from generator.config.site import Site
    from generator.engine.build_context import BuildContext
    from generator.model.errors import Problem
    from generator.preview.changes import Changed, Roots
    from generator.preview.follow import Built, Check
    from generator.preview.live import Live
    from generator.preview.watched_folders import Root
    from generator.search.query import Query


class ConsoleReporter:
    """Prints the messages of a watching command on the terminal."""

    def notice(self, message: str) -> None:
        """Print one line."""
        from generator.cli import console

        with _report_unwritten():
            console.print_line(message)

    def fault(self, error: Exception) -> None:
        """Print why a build failed."""
        from generator.cli import console
        from generator.model.errors import BroadsheetError

        with _report_unwritten():
            if isinstance(error, BroadsheetError):
                console.print_problems(error.problems)
            elif isinstance(error, streams.UnwrittenError):
                streams.report(error)
            else:
                console.print_fault(error)


@contextlib.contextmanager
def _report_unwritten() -> Iterator[None]:
    """Report a standard stream that cannot be written, and continue: the command keeps watching."""
    try:
        yield
    except streams.UnwrittenError as error:
        streams.report(error)


def originals_of(cli_options: CliOptions, site: Site) -> Sequence[Original]:
    """Return the originals of all clippings. Fast if a build has read the clippings before."""
    from generator.authoring.targets import Original
    from generator.cli import console
    from generator.engine.inspecting import documents_of
    from generator.engine.record_reading import records_of
    from generator.reading import discover

    def gathered(context: BuildContext) -> Sequence[Original]:
        documents = documents_of(site, discover(site.content, site.config.ignore), context)
        articles = (record.reading.article for _, (record, _) in records_of(documents, context))
        return [Original(one.path, one.url, one.keys) for one in articles if one is not None and one.url]

    if not site.content.is_dir():
        return ()
    with console.progress(quiet=False) as progress:
        return cli_options.reading(site, progress, gathered)


def rows_of(
    site: Site, options: Options, what: str, *, has_texts: bool, query: Query | None
) -> Callable[[BuildContext], tuple[Iterator[dict[str, object]], list[Problem]]]:
    """Return a function that returns the rows of `clippings` or `sources`, and why some cannot be listed."""
    from generator.authoring.explaining import texts_of
    from generator.cli import console
    from generator.engine.search_entries import SearchEntries
    from generator.engine.site_index import read
    from generator.grouping.health import healths_of
    from generator.model.errors import errors_of, shown
    from generator.render.plan import planned_of
    from generator.search.index import SearchIndex

    def rows(context: BuildContext) -> tuple[Iterator[dict[str, object]], list[Problem]]:
        index = read(site, options, context)
        errors = [one for one in errors_of(index.problems) if one.kind == "content"]
        if what == "sources":
            return iter(console.healths(healths_of(index.digest), index.digest)), errors
        plan_ = planned_of(index.digest, site.config)
        found = console.entries(plan_, index, texts_of(site, plan_, context) if has_texts else None)
        if query is not None:
            entries = SearchEntries(site.config, plan_, index)
            search = SearchIndex(site.config.search, index.digest, entries)
            among = set(map(shown, search.matching(query, context.cache)))
            return (row for row in found if row["path"] in among), errors
        return found, errors

    return rows


def fix(site: Site, *, yes: bool) -> tuple[Problem, ...]:
    """Show what can be fixed, ask, and fix it. Return the problems with files that were left unchanged."""
    from generator.authoring.fix import Fix, fixes, write
    from generator.cli import console
    from generator.parallel.workers import Workers, cores

    with Workers(cores()) as workers:
        results = list(fixes(site, workers))
    found = [one for one in results if isinstance(one, Fix)]
    skipped = tuple(one for one in results if not isinstance(one, Fix))
    console.print_lines(one.diff for one in found)
    if not found:
        console.print_line("nothing to fix")
        return skipped
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("there is no terminal to ask on; use --yes to fix without asking")
        if not click.confirm(f"Fix {console.counted(len(found), 'file')}?"):
            console.print_line("nothing was changed")
            return skipped
    unfixed = tuple(problem for one in found if (problem := write(site.content, one)))
    console.print_line(f"{console.counted(len(found) - len(unfixed), 'file')} fixed")
    return (*skipped, *unfixed)


def clean(site: Site) -> int:
    """Delete what builds wrote for a site, and its caches. Return the number of output files deleted."""
    from generator.cache.folder import forget_oldest
    from generator.output.write import clean as clean_output

    folders = [site.output]
    if not site.own.is_symlink():  # the target of a link is not ours
        forget_oldest(site.own, 0)
        folders += [] if site.preview.is_symlink() else [site.preview]
    return sum(clean_output(one) for one in folders if one.is_dir() and any(one.iterdir()))


def build_function(
    cli_options: CliOptions, site: Callable[[], Site], report_file: Path | None, live: Live
) -> Callable[[Check, Changed], Built]:
    """Return the function that builds for a watching command."""
    from generator.cli import console
    from generator.preview.follow import Built

    last_report: Report | None = None
    current: Site | None = None

    def rebuild(check: Check, changed: Changed) -> Built:
        nonlocal last_report, current
        started = time.perf_counter()
        if current is None or changed is None or changed:  # settings do not change because time passes
            current = site()
        options = cli_options.options(current)
        with console.progress(quiet=cli_options.quiet) as show:
            built, pages = live.build(current, options, _with_check(show, check), changed, check)
        if changed or pages is None or not _are_equivalent(built.report, last_report):
            printed = last_report.problems if last_report else ()
            with _report_unwritten():
                seconds, is_first_step = time.perf_counter() - started, pages is not None
                _print_result(cli_options, built, seconds, report_file, printed, is_first_step=is_first_step)
        last_report = built.report
        delays = [] if (due_in := live.due_in) is None else [due_in]
        if built.waits_until is not None and not cli_options.is_fixed:
            delays.append(max(0.0, (built.waits_until - dt.datetime.now(dt.UTC)).total_seconds()))
        if pages is None and not built.report.pages.deleted:
            pages = frozenset(built.reasons)
        styles = tuple(sorted(path for path in pages or () if path.endswith(".css")))
        changed_pages = True if pages is None else pages.difference(styles)
        return Built(changed=changed_pages, styles=styles, due_in=min(delays, default=None), rest=live.rest)

    return rebuild


def build(cli_options: CliOptions, site: Site, report_file: Path | None, *, clean: bool) -> SiteBuilt:
    """Build the site, print what was done, and write the report. Asks before many files are deleted."""
    from generator.cli import console
    from generator.engine.build import build as build_site
    from generator.model.errors import LossError
    from generator.parallel.workers import Workers, cores

    def once(cli_options: CliOptions) -> SiteBuilt:
        with (
            console.progress(quiet=cli_options.quiet) as show,
            Workers(cli_options.workers or cores()) as workers,
        ):
            return build_site(site, cli_options.options(site), show, clean=clean, workers=workers)

    started = time.perf_counter()
    try:
        built = once(cli_options)
    except LossError as error:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        console.print_problems(error.problems)
        if not click.confirm("Build anyway?", err=True):
            console.print_line("nothing was written; the site is unchanged", error=True)
            raise click.exceptions.Exit(1) from error
        built = once(dataclasses.replace(cli_options, yes=True))
    _print_result(cli_options, built, time.perf_counter() - started, report_file)
    return built


def _print_result(
    cli_options: CliOptions,
    built: SiteBuilt,
    seconds: float,
    report_file: Path | None,
    printed: Collection[Problem] = (),
    *,
    is_first_step: bool = False,
) -> None:
    """Print what a build did, and write the report. The problems in `printed` are not printed again."""
    from generator.cli import console
    from generator.config.options import grave

    report = built.report
    new = _new_problems(report.problems, printed)
    if cli_options.quiet:
        console.print_problems(console.losses(new, report.skipped))
    else:
        console.print_problems(new, limit=None if cli_options.verbose else console.PROBLEMS_SHOWN)
        if cli_options.verbose:
            console.print_skipped(report.skipped, report.problems)
        console.print_line(console.closing_line(report, seconds, is_first_step=is_first_step))
        if report.site is not None:
            console.print_line(console.size_line(report.site))
            if report.suspects:
                console.print_line(console.suspects_line(report.suspects))
    if cli_options.strict and (faults := grave(report.problems)):
        console.print_line(console.failed_line(len(faults)), error=True)
    if report_file is not None:
        _write_report(report_file, console.report_json(report, seconds))


def _are_equivalent(one: Report, other: Report | None) -> bool:
    """Return whether two reports agree on the clippings."""
    if other is None:
        return False
    return (one.verdicts, one.skipped, one.problems) == (other.verdicts, other.skipped, other.problems)


def _new_problems(problems: Sequence[Problem], printed: Collection[Problem]) -> list[Problem]:
    """Return the problems that were not printed before.

    Compares identities first, because most problems are the same objects as before.
    """
    if problems is printed:
        return []
    printed_ids = set(map(id, printed))
    new = [problem for problem in problems if id(problem) not in printed_ids]
    if not new:
        return []
    current_ids = set(map(id, problems))
    removed = {problem for problem in printed if id(problem) not in current_ids}
    return [problem for problem in new if problem not in removed]


def _with_check(show: Progress, check: Check | None) -> Progress:
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


def watched_paths(cli_options: CliOptions, site: Site) -> Roots:
    """Return a function that returns what a build reads.

    While the configuration is invalid, these are the paths of the last valid one.
    """
    from generator.cli.watched_paths import roots_of
    from generator.model.errors import ConfigError

    def roots() -> tuple[Path | Root, ...]:
        nonlocal site
        with contextlib.suppress(ConfigError):  # the build reports it
            site = cli_options.site()
        return roots_of(site, cli_options.config_file)

    return roots


def clipping_at(site: Site, file: Path) -> str:
    """Return the path below the content folder of a clipping. Raises `click.UsageError` if it is none."""
    inside = site.content / file
    try:
        path, content = (inside if inside.exists() else file).resolve(), site.content.resolve()
        is_file = path.is_file()
    except PermissionError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}; check its permissions") from error
    if not is_file or not path.is_relative_to(content):
        raise click.UsageError(f"{file} is not a file in the content folder {site.content}")
    return path.relative_to(content).as_posix()
