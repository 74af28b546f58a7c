"""The options that commands share, and the site and build options that they result in."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:  # each command imports what it needs
    from generator.config.options import Options, Progress
    from generator.config.site import Site
    from generator.engine.build_context import BuildContext

T = TypeVar("T")
PATH = click.Path(path_type=Path)

_SHARED: dict[str, Callable[[Any], Any]] = {
    "config": click.option(
        "-c", "--config", type=PATH, metavar="FILE",
        help="The configuration.  [default: digest.toml, here or in a folder above]",
    ),
    "content": click.option("--content", type=PATH, metavar="DIR", help="The folder with the clippings."),
    "output": click.option("-o", "--output", type=PATH, metavar="DIR", help="The folder of the built site."),
    "base_url": click.option("--base-url", metavar="URL", help="The address of the published site."),
    "drafts": click.option("--drafts", is_flag=True, help="Publish drafts too."),
    "future": click.option("--future", is_flag=True, help="Publish articles dated in the future too."),
    "as_of": click.option("--as-of", metavar="DATE", help="The day or moment that counts as now."),
    "strict": click.option("--strict", is_flag=True, help="Fail if there are problems."),
    "yes": click.option("--yes", is_flag=True, help="Do not ask before much of the site is deleted."),
    "workers": click.option("--workers", type=click.IntRange(1), metavar="N",
                            help="The number of worker processes.  [default: the number of cores]"),
    "quiet": click.option("-q", "--quiet", is_flag=True, help="Print errors only."),
    "verbose": click.option("-v", "--verbose", is_flag=True, help="Print all problems and skipped files."),
}  # fmt: skip


@dataclasses.dataclass(frozen=True, kw_only=True)
class CliOptions:
    """The values of the shared options."""

    config: Path | None = None
    content: Path | None = None
    output: Path | None = None
    base_url: str | None = None
    drafts: bool = False
    future: bool = False
    as_of: str | None = None
    strict: bool = False
    yes: bool = False
    workers: int | None = None
    quiet: bool = False
    verbose: bool = False

    @functools.cached_property
    def config_file(self) -> Path:
        """The configuration file, which need not exist. The result of the search is cached."""
        from generator.config.loading import found_above, no_folder
        from generator.config.site import FILE_NAME

        try:
            here = Path.cwd()
        except OSError as error:
            raise no_folder(error) from error
        if self.config is not None:
            return self.config
        # A content folder, here or given by --content, makes this a digest even without a configuration.
        is_digest = self.content is not None or Path("content").is_dir()
        return (None if is_digest else found_above(here)) or Path(FILE_NAME)

    def site(self, *, must_exist: bool = True) -> Site:
        """Read the configuration. Raises `ConfigError`, also if there is no digest and one `must_exist`."""
        from generator.config.loading import load, missing, no_digest

        file = self.config_file
        if self.config is not None and not os.path.lexists(file):
            raise missing(file)
        if must_exist and self.content is None and not os.path.lexists(file) and not Path("content").exists():
            raise no_digest(Path.cwd())
        return load(file, content=self.content, output=self.output, base_url=self.base_url)

    @property
    def is_fixed(self) -> bool:
        """Whether `--as-of` or SOURCE_DATE_EPOCH replaces the clock."""
        return self.as_of is not None or bool(os.environ.get("SOURCE_DATE_EPOCH"))

    def options(self, site: Site) -> Options:
        """Return the options of a build. Raises `click.UsageError` for an invalid date."""
        from generator.config.options import Options

        now = _now(self.as_of, site.config.zone)
        return Options(
            as_of=now,
            drafts=self.drafts,
            future=self.future,
            strict=self.strict,
            accepts_losses=self.yes,
        )

    def reading(self, site: Site, progress: Progress, use: Callable[[BuildContext], T]) -> T:
        """Return the result of `use` with the context of a build, for a command that only reads clippings."""
        from generator.cache.recovery import used
        from generator.engine.build_context import BuildContext
        from generator.engine.unchanged import identity_of
        from generator.parallel.workers import Workers, cores

        with Workers(self.workers or cores()) as workers:
            return used(
                site.own,
                identity_of(site),
                lambda cache: use(BuildContext(cache, workers, progress)),
                make=False,
            )


def with_options(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that passes shared options to a command, as its first argument `cli_options`."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def with_cli_options(**arguments: Any) -> Any:  # noqa: ANN401 - whatever click passes
            shared = {name: arguments.pop(name) for name in names}
            return command(CliOptions(**shared), **arguments)

        wrapped: Callable[..., Any] = with_cli_options
        for name in reversed(names):
            wrapped = _SHARED[name](wrapped)
        return wrapped

    return decorate


class Day(click.DateTime):
    """The option type for a day, YYYY-MM-DD. Suggests the day that another notation means."""

    name = "day"

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        """Parse a day. Raises `click.BadParameter`."""
        try:
            day: dt.datetime = super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is not a date; {day_advice(str(value))}", param, ctx)
        return day


def day_advice(text: str) -> str:
    """Return advice on an invalid day: the day that the text probably means, if any."""
    from generator.reading.dates import ADVICE, DateError, moment_of

    try:
        return f"did you mean {moment_of(text.strip()).day}?"
    except (DateError, OverflowError):
        return ADVICE


def _now(as_of: str | None, zone: dt.tzinfo) -> dt.datetime:
    """Return the time that counts as now, in the zone: `--as-of`, else SOURCE_DATE_EPOCH, else the clock."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        if as_of is not None:
            moment = dt.datetime.fromisoformat(as_of)
            if len(as_of.strip()) <= len("YYYY-MM-DD"):  # a day counts to its end
                moment = dt.datetime.combine(moment.date(), dt.time.max)
            return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
        if epoch:
            return dt.datetime.fromtimestamp(int(epoch), zone)
    except (ValueError, OverflowError, OSError) as error:
        if as_of is not None:
            raise click.UsageError(f"--as-of {as_of!r} is not a date; {day_advice(as_of)}") from error
        raise click.UsageError(f"SOURCE_DATE_EPOCH {epoch!r} is not a number of seconds") from error
    return dt.datetime.now(zone)
