"""`digest.toml` as typed, frozen configuration."""

from __future__ import annotations

import datetime as dt
import difflib
import os
import re
import shlex
import tomllib
import urllib.parse
import zoneinfo
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from generator.model.errors import ConfigError, Problem, Severity
from generator.model.types import TextPolicy

FILE_NAME = "digest.toml"
PICKS_FILE = "picks.toml"
OWN_FOLDER = ".broadsheet"
"""What Broadsheet keeps for itself, in the folder of a digest."""
BROKEN_LINK = "is a broken link"
BROKEN_LINK_ADVICE = "see that its target is there and mounted, or delete the link"
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
"""The form of a BCP 47 tag, as far as it matters here."""

CURATOR_FIELDS = ("pin", "hide", "digest_note", "merge", "split")
ARTICLE_FIELDS = (
    "title", "url", "source", "date", "fetch_date", "author",
    "tags", "lang", "id", "aliases", "draft", "publish", "private", "summary", "clean", *CURATOR_FIELDS,
)  # fmt: skip


class SourceConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One table `[sources."Name"]`."""

    aliases: tuple[str, ...] = ()
    """Other spellings that stand for this source."""
    home: str | None = None
    """The source's home page."""
    language: str | None = None
    """The language of its articles, where they do not say it in `lang`."""
    text: TextPolicy | None = None
    """How much of its text pages and feeds may carry; the site's `text` where unset."""
    clean: bool = True
    """Take page furniture off its articles."""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The table `[limits]`: what reading one clipping may cost; each step has a share for each attempt."""

    cpu_seconds: float = 5.0
    """Seconds of one core."""
    memory_mb: int = 400
    """Megabytes that its worker process may take beyond what it has from its start."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Every key of `digest.toml`; each has a default, so that an empty file, or none, works."""

    title: str = "Broadsheet"
    """The digest's name, on every page."""
    description: str = ""
    """One sentence about the digest, for feeds and search engines."""
    base_url: str | None = None
    """Where the site will stand, such as `https://host/digest/`."""
    language: Literal["en", "zh"] = "en"
    """The language of the interface."""
    languages: tuple[str, ...] = ("zh", "en")
    """The languages that articles may be in, for telling them apart."""
    timezone: str = "UTC"
    """The time zone that decides which day an article belongs to."""
    content: str = "content"
    """The folder with the clippings."""
    output: str = "public"
    """The folder that the site is written to."""
    ignore: tuple[str, ...] = ("README.md", ".*")
    """Patterns of names or paths below the content folder that are not clippings."""
    text: TextPolicy = TextPolicy.FULL
    """How much of others' text pages and feeds may carry."""
    clean: bool = True
    """Take page furniture off articles."""
    articles: Literal["all", "recent", "none"] = "all"
    """Which articles get a page of their own; the others are items that lead to the original."""
    recent_months: int = 12
    """How many months, counted back from that of the newest edition, are `recent`."""
    links: Literal["site", "file"] = "site"
    """`file` names `index.html` in links, so that they work when opened from the disk."""
    feed_items: int = 50
    """Entries in the digest's feeds."""
    source_feed_items: int = 20
    """Entries in each source's feeds."""
    drafts: bool = False
    """Publish drafts too."""
    future: bool = False
    """Publish articles dated after today too."""
    fields: Mapping[str, tuple[str, ...]] = {}
    """Other clippers' keys: for one of ours, theirs in the order of trust."""
    sources: Mapping[str, SourceConfig] = {}
    """What you know of a source, by its name."""
    limits: Limits = Limits()
    """What reading one clipping may cost."""

    @property
    def language_tag(self) -> str:
        """The language of the interface as a BCP 47 tag."""
        return {"zh": "zh-Hans"}.get(self.language, self.language)

    @property
    def zone(self) -> dt.tzinfo:
        """The site's time zone; `load` has checked that it exists."""
        return zoneinfo.ZoneInfo(self.timezone)


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A folder with `digest.toml`, and where its parts stand."""

    root: Path
    content: Path
    output: Path
    config: Config

    @property
    def templates(self) -> Path:
        """The site's own templates; the folder need not exist."""
        return self.root / "templates"

    @property
    def static(self) -> Path:
        """Files copied as they are; the folder need not exist."""
        return self.root / "static"

    @property
    def picks(self) -> Path:
        """What the curator says of single articles; the file need not exist."""
        return self.root / PICKS_FILE

    @property
    def cleaning(self) -> Path:
        """The site's own families of pages; the folder need not exist."""
        return self.root / "cleaning"

    @property
    def own(self) -> Path:
        """What Broadsheet keeps for itself: the preview and the cache."""
        return self.root / OWN_FOLDER

    @property
    def preview(self) -> Path:
        """Where `serve` builds, so that drafts never reach the output folder."""
        return self.own / "preview"


def load(
    file: Path, *, content: Path | None = None, output: Path | None = None, base_url: str | None = None
) -> Site:
    """Read a configuration file; one that does not exist counts as empty.

    The arguments are the command line's and win. Raises `ConfigError` with every fault found; one of an
    argument names its option.
    """
    config = _read(file)
    if base_url is not None:
        config = msgspec.structs.replace(config, base_url=base_url)
    problems = [*_faults(config, file, is_address_typed=base_url is not None)]
    if problems:
        raise ConfigError(*problems)
    if config.base_url is not None:
        config = msgspec.structs.replace(config, base_url=config.base_url.rstrip("/") + "/")
    root = file.absolute().parent
    site = Site(
        root=root,
        content=(content or root / config.content).absolute(),
        output=(output or root / config.output).absolute(),
        config=config,
    )
    _check_folders(site, file.name, content, output)
    return site


def found_above(here: Path) -> Path | None:
    """The configuration in a folder or the nearest above it, up to the root; None where there is none.

    One of another user does not count: templates are code, and whoever may write to a shared folder such as
    `/tmp` could have ours run theirs. Git asks the same of repositories.
    """
    for folder in (here, *here.parents):
        file = folder / FILE_NAME
        try:
            owner = file.stat().st_uid
        except OSError:
            if not os.path.lexists(file):
                continue
            return file  # a broken link: reading it says so, and no other configuration takes its place
        if folder == here or not hasattr(os, "geteuid") or owner in {os.geteuid(), 0}:
            return file
        return None
    return None


def no_digest(here: Path) -> ConfigError:
    """What to raise where a command needs a digest, and there is none."""
    message = f"is no digest: there is no {FILE_NAME}, here or in a folder above, and no folder content/"
    advice = "start one with `broadsheet init`, or name the configuration of yours with --config"
    above = next((file for folder in here.parents if (file := folder / FILE_NAME).is_file()), None)
    if above is not None:
        message = f"is no digest: there is no {FILE_NAME} here, and {above} belongs to another user"
        advice = f"if you trust it, name it with -c {shlex.quote(str(above))}"
    return ConfigError(_fault_of(str(here), message, advice))


def no_folder(error: OSError) -> ConfigError:
    """What to raise where the current folder is gone, or cannot be entered."""
    return ConfigError(
        _fault_of(".", f"the current folder cannot be used: {error.strerror}", "change to another")
    )


def missing(file: Path) -> ConfigError:
    """What to raise for a configuration that was named and is not there."""
    return ConfigError(_problem(file, "does not exist", "name another with --config"))


def preview_of(site: Site) -> Site:
    """The same site, built for the local preview."""
    return msgspec.structs.replace(site, output=site.preview)


def _read(file: Path) -> Config:
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        if os.path.lexists(file):
            raise ConfigError(_problem(file, BROKEN_LINK, BROKEN_LINK_ADVICE)) from error
        return Config()
    except OSError as error:
        fault = _problem(file, f"cannot be read: {error.strerror}", "check the file and its rights")
        raise ConfigError(fault) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(_problem(file, "is not UTF-8 text", "save it as UTF-8", line)) from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        at = int(found[1]) if found else None
        raise ConfigError(_problem(file, f"is not valid TOML: {error}", "see https://toml.io", at)) from error
    unknown = list(_unknown_keys(table, file))
    if unknown:
        raise ConfigError(*unknown)
    _listed(table)
    try:
        return msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        key = where.rstrip("`")
        raise ConfigError(
            _problem(file, f"`{key}`{_in_words(what)}", _choices(key, what), _line(file, key))
        ) from error


_CHOICES = {
    "articles": ("all", "recent", "none"),
    "language": ("en", "zh"),
    "links": ("site", "file"),
    "text": tuple(map(str, TextPolicy)),
}


_TYPES = {
    "array": "a list", "bool": "true or false", "float": "a number", "int": "a number", "object": "a table",
    "str": "a text",
}  # fmt: skip


def _in_words(what: str) -> str:
    """What is wrong with a value, without the names of types."""
    found = re.fullmatch(r"Expected `(\w+)(?: \| null)?`, got `(\w+)`", what)
    if found is None or not {*found.groups()} <= _TYPES.keys():
        return f": {what}"
    return f" must be {_TYPES[found[1]]}, not {_TYPES[found[2]]}"


def _choices(key: str, what: str) -> str:
    """Advise on the values that a key may have."""
    if what.startswith("Expected `array`"):
        return 'write a list, such as ["README.md", ".*"]'
    if what.startswith("Expected `object`"):
        name = key.rpartition(".")[2]
        table = '[sources."Name"]' if key.startswith("sources") else f"[{name}]"
        return f"write `{table}`, and its keys on the lines below"
    choices = _CHOICES.get(key.split(".")[-1], ()) if key != "sources" else ()
    known = ", ".join(f'"{choice}"' for choice in choices)
    return f"write one of {known}" if known else "docs/reference/configuration.md says what it may be"


def _unknown_keys(table: dict[str, object], file: Path) -> Iterable[Problem]:
    yield from _unknown(table, Config.__struct_fields__, "", file)
    fields = table.get("fields")
    if isinstance(fields, dict):
        yield from _unknown(fields, ARTICLE_FIELDS, "fields.", file)
    limits = table.get("limits")
    if isinstance(limits, dict):
        yield from _unknown(limits, Limits.__struct_fields__, "limits.", file)
    sources = table.get("sources")
    if isinstance(sources, dict):
        for name, source in sources.items():
            if isinstance(source, dict):
                yield from _unknown(source, SourceConfig.__struct_fields__, f"sources.{name}.", file)
            else:
                fault, key = f"`sources.{name}` must be a table", f"sources.{name}"
                yield _problem(file, fault, _choices(key, "Expected `object`"), _line(file, key))


_RENAMED = {"fields.note": "digest_note"}
"""Keys of earlier versions."""


def _unknown(keys: Iterable[str], known: Iterable[str], prefix: str, file: Path) -> Iterable[Problem]:
    known = tuple(known)
    for key in keys:
        if key not in known:
            meant = [renamed] if (renamed := _RENAMED.get(prefix + key)) in known else []
            close = meant or difflib.get_close_matches(key, known, 1)
            advice = f"did you mean `{prefix}{close[0]}`?" if close else f"known: {', '.join(known)}"
            yield _problem(file, f"unknown key `{prefix}{key}`", advice, _line(file, key))


def _listed(table: dict[str, object]) -> None:
    """Let `url = "link"` stand for `url = ["link"]` in `[fields]`."""
    fields = table.get("fields")
    if isinstance(fields, dict):
        table["fields"] = {k: (v,) if isinstance(v, str) else v for k, v in fields.items()}


def _zone_faults(config: Config, file: Path) -> Iterable[Problem]:
    try:
        zoneinfo.ZoneInfo(config.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        close = difflib.get_close_matches(config.timezone, zoneinfo.available_timezones(), 1)
    else:
        return
    what = f"unknown time zone `{config.timezone}`"
    if config.timezone in close:
        what = f"the data of time zone `{config.timezone}` cannot be read"
        advice = "install the system's package `tzdata` again"
    elif "/" in "".join(close):
        advice = f"did you mean `{close[0]}`?"
    else:
        advice = "name a place, such as `Asia/Shanghai`"
    yield _problem(file, what, advice, _line(file, "timezone"))


def _faults(config: Config, file: Path, *, is_address_typed: bool) -> Iterable[Problem]:
    """What types alone cannot say."""
    yield from _zone_faults(config, file)
    if config.base_url is not None and not _is_site_address(config.base_url):
        yield _no_address(config.base_url, file, is_typed=is_address_typed)
    for tag in config.languages:
        if not LANGUAGE.fullmatch(tag):
            line = _line(file, "languages")
            yield _problem(file, f"`languages` holds {tag!r}", "write tags such as zh or en-GB", line)
    yield from _out_of_bounds(config, file)
    for name, source in config.sources.items():
        if source.language is not None and not LANGUAGE.fullmatch(source.language):
            line = _line(file, "language")
            yield _problem(file, f"`sources.{name}.language` is no language", "write a tag such as zh", line)
        if source.home is not None and not is_web_address(source.home):
            yield _problem(
                file, f"`sources.{name}.home` is no web address", "write https://…", _line(file, "home")
            )


_BOUNDS = {
    "feed_items": (1, 1000),
    "source_feed_items": (1, 1000),
    "recent_months": (1, 1000),
    "limits.cpu_seconds": (1, 3600),
    "limits.memory_mb": (100, 100_000),
}


def _out_of_bounds(config: Config, file: Path) -> Iterable[Problem]:
    for key, (least, most) in _BOUNDS.items():
        table, _, name = key.rpartition(".")
        if not least <= getattr(config.limits if table else config, name) <= most:
            yield _problem(file, f"`{key}` must lie between {least} and {most}", "", _line(file, name))


def is_web_address(address: str) -> bool:
    """Whether an address is http or https, with a host."""
    try:
        parts = urllib.parse.urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", address)
    except ValueError:
        return False


def _is_site_address(address: str) -> bool:
    return (
        is_web_address(address)
        and address.isascii()
        and not re.search(r"[\s<>\"'?#\\]", address)
        and "@" not in urllib.parse.urlsplit(address).netloc
    )


def _typed(option: str, value: str | Path) -> str:
    return f"{option} {shlex.quote(str(value))}"


def _no_address(address: str, file: Path, *, is_typed: bool) -> Problem:
    advice = "write it as https://host/ or https://host/path/"
    if is_typed:
        return _fault_of(_typed("--base-url", address), "is no address of a site", advice)
    message = f"`base_url` is no address of a site: {address!r}"
    return _problem(file, message, advice, _line(file, "base_url"))


def _check_folders(site: Site, file: str, typed_content: Path | None, typed_output: Path | None) -> None:
    """Raise `ConfigError` for an output folder with others of the site's in it, or the reverse.

    What the command line named is told as it was typed.
    """
    content, output = _real(site.content), _real(site.output)
    place = _typed("--output", typed_output) if typed_output else file
    if content == output or content in output.parents or output in content.parents:
        raise ConfigError(
            _fault_of(
                _typed("--content", typed_content) if typed_content and not typed_output else place,
                f"the output folder {site.output} and the content folder {site.content} lie in each other",
                "choose an output folder beside the content folder, with "
                + ("--output" if typed_output else "`output`"),
            )
        )
    for name in ("static", "templates", OWN_FOLDER):
        own = _real(site.root / name)
        if output == own or own in output.parents:
            raise ConfigError(
                _fault_of(place, f"the output folder {site.output} lies in {name}/", "choose one beside it")
            )
    root = _real(site.root)
    if output == root or output in root.parents:
        raise ConfigError(
            _fault_of(place, f"the output folder {site.output} holds the site itself", "choose one inside it")
        )


def _real(path: Path) -> Path:
    """Where links lead. The method of a path raises where one leads to itself."""
    return Path(os.path.realpath(path))


def _line(file: Path, key: str) -> int | None:
    """The first line that sets a key; good enough to lead the eye."""
    name = re.split(r"[.\[]", key)[-1] if not key.startswith("sources.") else key.split(".")[-1]
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError:
        return None
    pattern = re.compile(rf"\s*\[?.*?\b{re.escape(name)}\b")
    return next((n for n, line in enumerate(lines, 1) if pattern.match(line)), None)


def _problem(file: Path, message: str, advice: str, line: int | None = None) -> Problem:
    return _fault_of(file.name, message, advice, line)


def _fault_of(place: str, message: str, advice: str, line: int | None = None) -> Problem:
    return Problem(
        path=place, line=line, message=message, advice=advice, severity=Severity.ERROR, kind="config"
    )


def find_content(site: Site) -> None:
    """Raise `ConfigError` where there is no folder to read clippings from."""
    if not site.content.is_dir():
        raise ConfigError(_no_content(site))


def _no_content(site: Site) -> Problem:
    return Problem(
        path=site.content.name,
        message=f"there is no folder {site.content} to read clippings from",
        advice="run this in the folder of your digest, or name another with --content or `content`",
        severity=Severity.ERROR,
        kind="config",
    )
