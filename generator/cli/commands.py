"""The commands of `broadsheet`: their arguments, their options and what they do.

Only `click` is imported at the top, so that `broadsheet --help` is fast.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import difflib
import functools
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator import __version__
from generator.cli import actions
from generator.cli.exit_codes import DONE, FAILED, INTERRUPTED
from generator.cli.options import PATH, CliOptions, Day, with_options
from generator.cli.publish import publish

if TYPE_CHECKING:  # each command imports what it needs
    from generator.config.site import Site
    from generator.preview.changes import Changed
    from generator.preview.follow import Built, Check

_NO_KEY = "the caches of other builds are not used, because no key can be stored for them"


class Suggesting(click.Group):
    """A group of commands. For a mistyped command, it suggests the most similar one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments begin with. Raises `click.UsageError` with a suggestion."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            close = difflib.get_close_matches(name, self.list_commands(ctx), 1)
            hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(self.list_commands(ctx))}"
            raise click.UsageError(f"No such command '{name}'; {hint}", ctx)
        return super().resolve_command(ctx, args)


def _check_folder(_: click.Context, __: click.Parameter, file: Path | None) -> Path | None:
    """Raise `click.BadParameter`, before anything is done, if the folder of an output file does not exist."""
    if file is not None and not file.parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.parent}; create it first")
    return file


@click.group(cls=Suggesting, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="broadsheet")
def broadsheet() -> None:
    """Turn a folder of Markdown clippings into a news digest."""


@broadsheet.command()
@click.argument("folder", type=PATH, default=Path())
@click.option(
    "--language", type=click.Choice(["en", "zh"]), default="en", help="The language of the interface."
)
def init(folder: Path, *, language: str) -> None:
    """Start a digest in FOLDER, with a few clippings to look at."""
    from generator.authoring import init as start
    from generator.cli import console

    created = start(folder, "zh" if language == "zh" else "en")
    console.print_line(f"{console.counted(len(created), 'file')} created in {folder}")
    change_folder = "" if folder == Path() else f"cd {shlex.quote(str(folder))} && "
    console.print_line(f"Next: {change_folder}broadsheet serve")


@broadsheet.command()
@click.argument("title")
@click.option("--url", metavar="URL", help="The address of the original.")
@click.option("--source", metavar="NAME", help="The source of the article.")
@click.option("--date", type=Day(), metavar="DATE", help="The date of the article.  [default: today]")
@click.option("--draft", is_flag=True, help="Make it a draft.")
@with_options("config", "content")
def new(
    cli_options: CliOptions,
    title: str,
    *,
    url: str | None,
    source: str | None,
    date: dt.datetime | None,
    draft: bool,
) -> None:
    """Write an empty clipping called TITLE and print its path."""
    from generator.authoring import new as write
    from generator.authoring import where_shown
    from generator.cli import console
    from generator.config.loading import find_content

    site = cli_options.site()
    if not cli_options.config_file.exists():  # outside of a digest, nothing would read the clipping
        find_content(site)
    now = dt.datetime.now(site.config.zone)
    day = date.date() if date else None
    file = write(site, title=title, now=now, url=url, source=source, date=day, draft=draft)
    console.print_line(os.path.relpath(file))
    console.print_line(where_shown(site, file, draft=draft), error=True)


@broadsheet.command()
@click.argument("clipping", metavar="FILE|URL")
@click.option("--pin/--unpin", default=None, help="Pin it to the top of its day, or unpin it.")
@click.option("--hide/--show", default=None, help="Hide it from the digest, or show it again.")
@click.option("--why", default="", metavar="TEXT", help="The reason why it is hidden.")
@click.option("--note", metavar="TEXT", help="Your note on it, in Markdown.")
@click.option("--title", metavar="TEXT", help="A better title.")
@click.option("--summary", metavar="TEXT", help="A better excerpt.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="An additional tag; repeatable.")
@click.option(
    "--merge",
    multiple=True,
    metavar="FILE|URL",
    help="Merge it into one story with this article; repeatable.",
)
@click.option("--split", is_flag=True, help="Split it from its story.")
@click.option("--remove", is_flag=True, help="Remove its picks.")
@with_options("config", "content")
def pick(cli_options: CliOptions, clipping: str, *, remove: bool, **values: Any) -> int:  # noqa: ANN401 - checked below
    """Change the pick of one article in picks.toml: pin, hide, note, tag, merge …."""
    from generator.authoring.pick import Changes, errors_in, unpick
    from generator.authoring.pick import pick as write
    from generator.authoring.targets import doubt
    from generator.cli import console

    changes = Changes(**values)
    if remove and changes != Changes():
        raise click.UsageError("--remove cannot be combined with other options")
    if (changes.pin and changes.hide) or (changes.split and changes.merge):
        raise click.UsageError("--pin cannot be combined with --hide, nor --split with --merge")
    if changes.why and not changes.hide:
        raise click.UsageError("--why requires --hide")
    if not remove and changes == Changes():
        raise click.UsageError(
            "nothing to change: use --pin, --hide, --note …; `broadsheet pick --help` lists all"
        )
    site = cli_options.site()
    originals = functools.cache(functools.partial(actions.originals_of, cli_options, site))
    if remove:
        count, file = unpick(site, clipping, originals), os.path.relpath(site.picks)
        if not count:
            console.print_line(f"error: {file} has no pick for {clipping}; nothing was removed", error=True)
            return FAILED
        console.print_line(f"{count} removed from {file}")
    else:
        console.print_line(write(site, clipping, changes, originals))
        console.print_problems(filter(None, [doubt(clipping, originals, hides=bool(changes.hide))]))
    errors = errors_in(site)
    console.print_problems(errors)
    return FAILED if errors else DONE


@broadsheet.command()
@with_options(
    "config", "content", "output", "base_url", "drafts", "future", "as_of", "strict",
    "yes", "workers", "quiet", "verbose",
)  # fmt: skip
@click.option("--clean", is_flag=True, help="Write every file again.")
@click.option(
    "--explain",
    is_flag=True,
    help="Print why clippings are read, and each file that is written with the reason.",
)
@click.option("--watch", is_flag=True, help="Build again whenever a file changes.")
@click.option("--report", "report_file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              callback=_check_folder, help="Write a report as JSON.")  # fmt: skip
def build(
    cli_options: CliOptions, *, clean: bool, explain: bool, watch: bool, report_file: Path | None
) -> int:
    """Build the site."""
    from generator.cache.seals import VARIABLE, key
    from generator.cli import console
    from generator.config.loading import find_content
    from generator.config.options import grave
    from generator.model.errors import shown

    site = cli_options.site()
    cli_options.options(site)  # report an invalid date now rather than in every build
    find_content(site)
    if site.config.base_url is None and not cli_options.quiet:
        console.print_line("notice: `base_url` is not set, so there are no feeds and no sitemap", error=True)
    if (fault := key().fault) and not cli_options.quiet:
        console.print_line(shown(f"notice: {_NO_KEY}: {fault}; set {VARIABLE}"), error=True)
    if not watch:
        if explain:
            from generator.authoring.cost import costs

            console.print_lines(costs(site))
        built = actions.build(cli_options, site, report_file, clean=clean)
        if explain:
            console.print_reasons(built.reasons, built.report.pages.kept)
        return FAILED if cli_options.strict and grave(built.report.problems) else DONE
    from generator.parallel.workers import cores
    from generator.preview.follow import follow
    from generator.preview.live import Live

    live = Live(cli_options.workers or cores())
    try:
        follow(
            actions.build_function(cli_options, cli_options.site, report_file, live),
            actions.watched_paths(cli_options, site),
            actions.ConsoleReporter(),
            ignore=(site.output, site.own),
        )
    finally:
        live.close()
    return INTERRUPTED


@broadsheet.command()
@with_options("config", "content", "base_url", "drafts", "future", "as_of", "workers", "quiet", "verbose")
@click.option(
    "-p",
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    help="The port; if it is in use, the next free one.  [8000]",
)
@click.option(
    "--bind", default="127.0.0.1", metavar="ADDRESS", help="The address to listen on.  [default: 127.0.0.1]"
)
@click.option("-O", "--open", "open_browser", is_flag=True, help="Open the browser.")
def serve(cli_options: CliOptions, *, port: int, bind: str, open_browser: bool) -> int:
    """Show the site on this machine and follow every save."""
    from generator.config.resources import theme
    from generator.config.site import preview_of
    from generator.output.folder import clear_foreign
    from generator.parallel.workers import cores
    from generator.preview.live import Live
    from generator.preview.preview_lock import PreviewLock
    from generator.preview.reload import source_lines
    from generator.preview.server import Preview
    from generator.preview.server import serve as show

    cli_options = dataclasses.replace(cli_options, yes=True)  # the preview can be built again at any time
    site = _prepared_preview(cli_options)
    with (
        PreviewLock(site.own) as preview_lock,
        contextlib.closing(Live(cli_options.workers or cores())) as live,
    ):
        follow = actions.build_function(cli_options, lambda: preview_of(cli_options.site()), None, live)

        def rebuild(check: Check, changed: Changed) -> Built:
            preview_lock.acquire()  # its folder may have been deleted
            if changed is None and not site.own.is_symlink():
                clear_foreign(site.output)
            return follow(check, changed)

        preview = Preview(
            site.output,
            rebuild,
            actions.watched_paths(cli_options, site),
            actions.ConsoleReporter(),
            bind=bind,
            port=port,
            ignore=(site.own, cli_options.site().output),
            source_lines=functools.partial(source_lines, (site.root, site.content, theme().parent)),
            pages=live,
        )
        show(preview, open_browser=open_browser, announce=preview_lock.announce)
    return INTERRUPTED


def _prepared_preview(cli_options: CliOptions) -> Site:
    """Return the site to show, after reporting what would fail every build, and make its folder."""
    from generator.cache.folder import prepare
    from generator.config.loading import find_content
    from generator.config.site import preview_of

    site = preview_of(cli_options.site())
    cli_options.options(site)  # an invalid date
    find_content(site)
    prepare(site.own, site.output)
    return site


@broadsheet.command(name="list")
@click.argument("what", type=click.Choice(["clippings", "sources"]), default="clippings")
@with_options("config", "content", "drafts", "future", "as_of")
@click.option("--format", "format_", type=click.Choice(["table", "jsonl"]), default="table", help="Or jsonl.")
@click.option("--text", is_flag=True, help="Include the published text, as Markdown (jsonl).")
@click.option("--search", metavar="QUERY", help="Only what the search page finds.")
def list_(cli_options: CliOptions, *, what: str, format_: str, text: bool, search: str | None) -> int:
    """List every clipping with what is published of it, or every source with its health."""
    from generator.cli import console
    from generator.config.options import silent
    from generator.search.query import parsed

    if what == "sources" and (text or search is not None):
        raise click.UsageError(f"--{'text' if text else 'search'} cannot be combined with sources")
    if text and format_ != "jsonl":
        raise click.UsageError("--text requires --format jsonl")
    query = None if search is None else parsed(search)
    if query is not None and query.is_empty:
        rest = f" Not searched: {', '.join(query.ignored)}." if query.ignored else ""
        raise click.BadParameter(
            f"Give a word, two characters or more, a field or a day.{rest}", param_hint="--search"
        )
    if query is not None and query.ignored:
        console.print_line(f"not searched: {', '.join(query.ignored)}", error=True)
    site = cli_options.site()
    rows = actions.rows_of(site, cli_options.options(site), what, has_texts=text, query=query)
    found, read_errors = cli_options.reading(site, silent, rows)
    if format_ == "jsonl":
        console.print_jsonl(found)
    else:
        (console.print_sources if what == "sources" else console.print_table)(found)
    console.print_problems(read_errors)
    return FAILED if read_errors else DONE


@broadsheet.command()
@with_options("config", "content", "drafts", "future", "as_of", "strict")
@click.option("--format", "format_", type=click.Choice(["text", "json", "github"]), default="text",
              help="Text for people, JSON, or annotations for GitHub.  [default: text]")  # fmt: skip
@click.option("--fix", is_flag=True, help="Put quotes around values that YAML cannot read, on disk.")
@click.option("--yes", is_flag=True, help="Do not ask before --fix writes.")
def check(cli_options: CliOptions, *, format_: str, fix: bool, yes: bool) -> int:
    """Read every clipping and print what is wrong. Nothing is written, except with --fix."""
    from generator.cli import console, findings
    from generator.config.options import grave
    from generator.engine.outputs import static_faults
    from generator.engine.site_index import read
    from generator.grouping.suspects import suspects_of
    from generator.model.errors import errors_of

    if (fix or yes) and (format_ != "text" or not fix):
        raise click.UsageError("--fix requires --format text, and --yes requires --fix")
    site = cli_options.site()
    options = cli_options.options(site)
    unfixed = actions.fix(site, yes=yes) if fix else ()
    with console.progress(quiet=False) as progress:
        index = cli_options.reading(site, progress, lambda context: read(site, options, context))
    problems = (*unfixed, *index.problems, *static_faults(site, index.digest))
    result = findings.Findings(
        found=index.found,
        repaired=index.repaired,
        skipped=index.skipped,
        problems=problems,
        suspects=suspects_of(index.digest),
    )
    if format_ == "json":
        console.print_bytes(findings.json(result))
    elif format_ == "github":
        console.print_lines(findings.github(result, (site.content, site.root), Path.cwd()))
    else:
        console.print_lines(findings.text(result))
        console.print_line(console.checked_line(index, problems))
    return FAILED if errors_of(problems) or (cli_options.strict and grave(problems)) else DONE


@broadsheet.command()
@click.argument("file", type=PATH)
@with_options("config", "content")
def explain(cli_options: CliOptions, file: Path) -> None:
    """Print what is published of a clipping, its copies and its story, each with the reason."""
    from generator.authoring.explaining import explained
    from generator.authoring.relations import relations
    from generator.cli import console
    from generator.config.options import silent

    site = cli_options.site()
    clipping, options = actions.clipping_at(site, file), cli_options.options(site)
    found, related = cli_options.reading(
        site,
        silent,
        lambda context: (explained(site, context, clipping), relations(site, options, context, clipping)),
    )
    console.print_lines((*console.explanation(found), *console.relation_lines(related)))


@broadsheet.command()
@with_options("config", "output")
def clean(cli_options: CliOptions) -> None:
    """Delete what builds wrote, and nothing else."""
    from generator.cli import console
    from generator.config.site import OWN_FOLDER, Config
    from generator.model.errors import shown
    from generator.output.folder import foreign_names_in

    # The output can be cleaned even if the digest itself was deleted.
    is_built = cli_options.output is not None or Path(OWN_FOLDER).is_dir() or Path(Config().output).is_dir()
    site = cli_options.site(must_exist=not is_built)
    deleted = actions.clean(site)
    console.print_line(f"{console.counted(deleted, 'file')} deleted")
    if site.output.is_dir() and (foreign := foreign_names_in(site.output)):
        console.print_line(shown(f"left in {site.output}, because they are not Broadsheet's: {foreign}"))


broadsheet.add_command(publish)
