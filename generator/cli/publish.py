"""The command `broadsheet publish`.

Only `click` is imported at the top, so that `broadsheet --help` is fast.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.cli.exit_codes import DONE, FAILED
from generator.cli.options import CliOptions, with_options

if TYPE_CHECKING:  # each function imports what it needs
    from generator.config.site import Site
    from generator.model.errors import Problem
    from generator.publish import Prepared, Published
    from generator.publish.store import Store

_PATIENCE = 600
"""Seconds to wait for a build that is writing."""


@click.command()
@click.argument("target", metavar="[NAME|ADDRESS]", required=False)
@click.option("--dry-run", is_flag=True, help="Print what would be done, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before files are deleted or replaced.")
@click.option("--verify", is_flag=True, help="List what is there instead of trusting the record.")
@click.option("--force", is_flag=True, help="Publish a build that is older than the site there.")
@click.option("--break-lock", is_flag=True, help="Publish although another publish seems to run.")
@click.option("--report", "report_file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write a report as JSON.")  # fmt: skip
@with_options("config", "output", "quiet")
def publish(
    cli_options: CliOptions,
    target: str | None,
    *,
    dry_run: bool,
    yes: bool,
    verify: bool,
    force: bool,
    break_lock: bool,
    report_file: Path | None,
) -> int:
    """Bring the built site to a host: upload what differs, in order, and delete what has left the site."""
    if report_file is not None and not report_file.parent.is_dir():
        raise click.BadParameter(f"there is no folder {report_file.parent}; create it first")
    site = cli_options.site()
    run = _Run(cli_options, site, report_file, dry_run=dry_run, yes=yes)
    return run(target, verify=verify, accepts_older=force, breaks_lock=break_lock)


class _Run:
    """One publish: its options, and what its report says so far."""

    def __init__(
        self, cli_options: CliOptions, site: Site, report_file: Path | None, *, dry_run: bool, yes: bool
    ) -> None:
        self._quiet, self._site, self._report_file = cli_options.quiet, site, report_file
        self._dry_run, self._yes = dry_run, yes
        self._started = time.perf_counter()
        self._name = ""
        self._published: Published | None = None
        self._sizes: Mapping[str, int] = {}

    def __call__(self, target: str | None, *, breaks_lock: bool, **choices: bool) -> int:
        """Publish, and return the exit code. `choices`: those of `Options`."""
        from generator.model.errors import BroadsheetError
        from generator.publish import Options, chosen, opened, prepare
        from generator.publish.following import services
        from generator.publish.preparing import read_build, stamps_of
        from generator.publish.targets import notes_of

        prepared: Prepared | None = None
        try:
            stamps = stamps_of(self._site.output)
            built = read_build(self._site.output)
            config = chosen(self._site.config.publish, target)
            store = opened(self._site, config, f"Publish the site of {built.as_of}")
            self._name = store.name
            with contextlib.ExitStack() as held:
                held.enter_context(contextlib.closing(store))
                self._lock_output(held, store, breaks_lock=breaks_lock)
                if stamps != stamps_of(self._site.output):  # a build has ended meanwhile
                    built = read_build(self._site.output)
                options = Options(
                    encodings=config.precompress,
                    services=services(self._site.config, config),
                    notes=notes_of(self._site, config.address),
                    now=dt.datetime.now(dt.UTC),
                    breaks_lock=breaks_lock,
                    **choices,
                )
                prepared = prepare(store, self._site.output, built, options, notice=self._notice)
                code = self._finish(store, prepared)
        except BroadsheetError as error:
            self._write_report(prepared, published=False, problems=error.problems)
            raise
        self._write_report(prepared, published=code == DONE and not self._dry_run)
        return code

    def _lock_output(self, held: contextlib.ExitStack, store: Store, *, breaks_lock: bool) -> None:
        """Keep builds away. Another publish of the same folder is told by its name; a build is waited for."""
        from generator.model.errors import BuildError
        from generator.output import lock
        from generator.publish import check_free

        try:
            held.enter_context(lock.held(self._site.output, 0))
        except BuildError:
            if not breaks_lock and not store.is_atomic:  # else nobody holds the record
                check_free(store, notice=self._notice)
            self._notice("waiting until another command is done with the output folder")
            held.enter_context(lock.held(self._site.output, _PATIENCE))

    def _finish(self, store: Store, prepared: Prepared) -> int:
        """Do what was prepared, after asking, and print it."""
        from generator.cli import console
        from generator.publish import publish as carry_out

        if prepared.is_done:
            self._say(f"nothing to publish: {store.name} is up to date{self._address()}")
            return DONE
        if self._dry_run:
            self._print_plan(store, prepared)
            return DONE
        if not self._is_confirmed(store, prepared):
            console.print_line("nothing was changed", error=True)
            return FAILED
        try:
            with _progress(prepared.sizes, len(prepared.plan.deletions), quiet=self._quiet) as done:
                published = carry_out(store, prepared, replaces_others=self._yes, done=done)
        except KeyboardInterrupt:
            self._notice("interrupted; the next publish there finishes this one")
            raise
        self._published = published
        console.print_problems(published.warnings)
        seconds = time.perf_counter() - self._started
        self._say(
            f"{console.counted(published.uploaded, 'file')} uploaded "
            f"({sum(published.sizes.values()) / 10**6:,.1f} MB), "
            f"{len(published.deleted):,} deleted, {published.kept:,} kept; {seconds:.1f} s{self._address()}"
        )
        return DONE

    def _print_plan(self, store: Store, prepared: Prepared) -> None:
        from generator.cli import console
        from generator.publish.summary import broken_limits, rows_of, table

        self._sizes = prepared.measured()
        console.print_line(f"would be published to {store.name}:")
        console.print_lines(table(rows_of(prepared, self._sizes)))
        for question in prepared.questions:
            console.print_line(f"would ask: {question}")
        if fault := broken_limits(store.name, prepared, self._sizes):
            console.print_line(f"limit: {fault}")

    def _is_confirmed(self, store: Store, prepared: Prepared) -> bool:
        """Ask, where something has to be confirmed. Raises `BuildError` where nobody can answer."""
        from generator.cli import console
        from generator.model.errors import shown
        from generator.publish.store import refused

        if not prepared.questions:
            return True
        if not self._yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise refused(store.name, "; ".join(prepared.questions), "--yes accepts this")
        if not (self._yes and self._quiet):
            for question in prepared.questions:
                console.print_line(shown(f"{store.name}: {question}"), error=True)
        return self._yes or click.confirm("Publish?", err=True)

    def _write_report(
        self, prepared: Prepared | None, *, published: bool, problems: tuple[Problem, ...] = ()
    ) -> None:
        from generator.publish.summary import Report, encode, rows_of

        if self._report_file is None:
            return
        sizes, deleted = self._sizes, None
        if (done := self._published) is not None:
            prepared, sizes, deleted, problems = done.prepared, done.sizes, done.deleted, done.warnings
        report = Report(
            target=self._name,
            site=self._site.config.base_url,
            published=published,
            kinds=rows_of(prepared, sizes or prepared.sizes, deleted) if prepared else {},
            kept=done.kept if done else prepared.plan.kept if prepared else 0,
            retired=len(prepared.plan.retired) if prepared else 0,
            questions=prepared.questions if prepared else (),
            problems=problems,
            seconds=round(time.perf_counter() - self._started, 3),
        )
        try:
            self._report_file.write_bytes(encode(report))
        except OSError as error:
            message = f"the report cannot be written: {error.strerror}"
            raise click.FileError(str(self._report_file), message) from error

    def _address(self) -> str:
        base_url = self._site.config.base_url
        return f": {base_url}" if base_url else ""

    def _notice(self, text: str) -> None:
        from generator.cli import console

        if not self._quiet:
            console.print_line(f"notice: {text}", error=True)

    def _say(self, text: str) -> None:
        from generator.cli import console

        if not self._quiet:
            console.print_lines([text])


@contextlib.contextmanager
def _progress(sizes: Mapping[str, int], deletions: int, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show a bar with files, bytes and the time left on a terminal. Yield what is called for each file."""
    from generator.cli import console

    screen = console.console(error=True)
    if quiet or not screen.is_terminal:
        yield lambda _path: None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    files = len(sizes) + deletions
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as bars:
        task = bars.add_task(f"0 of {files:,} files", total=sum(sizes.values()))
        count = 0

        def done(path: str) -> None:
            nonlocal count
            count += 1
            bars.update(task, advance=sizes.get(path, 0), description=f"{count:,} of {files:,} files")

        yield done
