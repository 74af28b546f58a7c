"""Check the keys and values of `digest.toml`, and give advice on each fault."""

from __future__ import annotations

import difflib
import re
import urllib.parse
import zoneinfo
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import get_args

import msgspec

from generator.config.identifiers import BUILT_IN
from generator.config.problems import as_typed, line_of, problem_at, problem_in
from generator.config.site import (
    ARTICLE_FIELDS,
    LANGUAGE,
    Config,
    Encoding,
    IdentifierConfig,
    Limits,
    PublishConfig,
    PublishKind,
    SourceConfig,
    TagConfig,
)
from generator.config.tags import faults_of_tags
from generator.model import addresses
from generator.model.errors import ConfigError, Problem
from generator.model.types import TextPolicy


def config_of(table: dict[str, object], file: Path) -> Config:
    """Convert a parsed table. Raises `ConfigError` for unknown keys and for values of the wrong type."""
    unknown = list(_unknown_keys(table, file))
    if unknown:
        raise ConfigError(*unknown)
    _wrap_single_texts(table)
    try:
        return msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$.")
        key = _named(place.rstrip("`"), table)
        raise ConfigError(
            problem_in(file, f"`{key}`{_rephrased(message)}", _advice(key, message), line_of(file, key))
        ) from error


def _named(place: str, table: dict[str, object]) -> str:
    """Return the key of a place, in which msgspec writes `[...]` for a name: the first with a fault."""
    path: list[str] = []
    key = ""
    parts: list[str] = re.findall(r"\[.*?\]|[^.\[]+", place)
    for part in parts:
        if part == "[...]":
            path.append(next((name for name in _at(table, path) if _is_faulty(table, path, name)), "…"))
        elif part.startswith("["):
            return key + part
        else:
            path.append(part)
        key = ".".join(path)
    return key


def _at(table: dict[str, object], path: Sequence[str]) -> dict[str, object]:
    found: object = table
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _is_faulty(table: dict[str, object], path: Sequence[str], name: str) -> bool:
    """Return whether what a name stands for in the table at a path is at fault, even alone."""
    alone: dict[str, object] = {name: _at(table, path)[name]}
    for part in reversed(path):
        alone = {part: alone}
    try:
        msgspec.convert(alone, Config)
    except msgspec.ValidationError:
        return True
    return False


_CHOICES = {
    "articles": ("all", "recent", "none"),
    "language": ("en", "zh"),
    "links": ("site", "file"),
    "precompress": get_args(Encoding),
    "search": ("full", "titles", "none"),
    "text": tuple(map(str, TextPolicy)),
}


_TYPES = {
    "array": "a list", "bool": "true or false", "float": "a number", "int": "a number", "object": "a table",
    "str": "text",
}  # fmt: skip


def _rephrased(message: str) -> str:
    """Rephrase msgspec's message without its type names."""
    found = re.fullmatch(r"Expected `(\w+)(?: \| null)?`, got `(\w+)`", message)
    if found is None or not {*found.groups()} <= _TYPES.keys():
        return f": {message}"
    return f" must be {_TYPES[found[1]]}, not {_TYPES[found[2]]}"


def _advice(key: str, message: str) -> str:
    """Return advice on the values that a key accepts; `message` is msgspec's."""
    if message.startswith("Expected `array`"):
        if key.endswith(".precompress"):
            return 'write a list, such as ["gz", "br"]'
        return 'write a list, such as ["README.md", ".*"]'
    if message.startswith("Expected `object`"):
        name = key.rpartition(".")[2]
        tables = {
            "sources": '[sources."Name"]',
            "tags": '[tags."Name"]',
            "identifiers": "[identifiers.name]",
            "publish": "[publish.name]",
        }
        table = tables.get(key.partition(".")[0], f"[{name}]")
        if name == "cache":
            table = f"[{key}]"
        return f"write `{table}`, and its keys on the lines below"
    choices = _CHOICES.get(key.split(".")[-1].partition("[")[0], ()) if key != "sources" else ()
    known = ", ".join(f'"{choice}"' for choice in choices)
    return (
        f"write one of {known}" if known else "see docs/reference/configuration.md for the values it accepts"
    )


_TABLES = {
    "sources": SourceConfig,
    "identifiers": IdentifierConfig,
    "tags": TagConfig,
    "publish": PublishConfig,
}
"""Key whose value is a table of tables → what these may hold."""


def _unknown_keys(table: dict[str, object], file: Path) -> Iterable[Problem]:
    yield from _unknown(table, Config.__struct_fields__, "", file)
    fields = table.get("fields")
    if isinstance(fields, dict):
        yield from _unknown(fields, ARTICLE_FIELDS, "fields.", file)
    limits = table.get("limits")
    if isinstance(limits, dict):
        yield from _unknown(limits, Limits.__struct_fields__, "limits.", file)
    for tables, known in _TABLES.items():
        named = table.get(tables)
        for name, one in named.items() if isinstance(named, dict) else ():
            key = f"{tables}.{name}"
            if isinstance(one, dict):
                yield from _unknown(one, known.__struct_fields__, f"{key}.", file)
                if tables == "publish" and isinstance(cache := one.get("cache"), dict):
                    yield from _unknown(cache, get_args(PublishKind), f"{key}.cache.", file)
            else:
                fault = f"`{key}` must be a table"
                yield problem_in(file, fault, _advice(key, "Expected `object`"), line_of(file, key))


_RENAMED = {"fields.note": "digest_note"}
"""Key in an earlier version → its current name."""


def _unknown(keys: Iterable[str], known: Iterable[str], prefix: str, file: Path) -> Iterable[Problem]:
    known = tuple(known)
    for key in keys:
        if key not in known:
            new_names = [new_name] if (new_name := _RENAMED.get(prefix + key)) in known else []
            close = new_names or difflib.get_close_matches(key, known, 1)
            advice = f"did you mean `{prefix}{close[0]}`?" if close else f"known: {', '.join(known)}"
            yield problem_in(file, f"unknown key `{prefix}{key}`", advice, line_of(file, prefix + key))


def _wrap_single_texts(table: dict[str, object]) -> None:
    """Turn `url = "link"` into `url = ["link"]` in `[fields]`, in place."""
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
    message = f"unknown time zone `{config.timezone}`"
    if config.timezone in close:
        message = f"the data for time zone `{config.timezone}` cannot be read"
        advice = "reinstall the system's package `tzdata`"
    elif "/" in "".join(close):
        advice = f"did you mean `{close[0]}`?"
    else:
        advice = "write a name such as `Asia/Shanghai`"
    yield problem_in(file, message, advice, line_of(file, "timezone"))


def faults_of(config: Config, file: Path, *, is_address_typed: bool) -> Iterable[Problem]:
    """Yield the faults that types cannot express: of time zone, addresses, language tags and bounds."""
    yield from _zone_faults(config, file)
    if config.base_url is not None and not _is_site_address(config.base_url):
        yield _address_problem(config.base_url, file, is_typed=is_address_typed)
    for tag in config.languages:
        if not LANGUAGE.fullmatch(tag):
            line = line_of(file, "languages")
            yield problem_in(
                file,
                f"`languages` contains {tag!r}, which is not a language tag",
                "write tags such as zh or en-GB",
                line,
            )
    yield from _out_of_bounds(config, file)
    yield from _identifier_faults(config, file)
    for name, fault, advice in faults_of_tags(config.tags):
        yield problem_in(file, f"`tags.{name}` {fault}", advice, line_of(file, f"tags.{name}"))
    if config.hub is not None and not is_web_address(config.hub):
        yield problem_in(file, "`hub` is not a web address", "write https://…", line_of(file, "hub"))
    yield from _publish_faults(config, file)
    for name, source in config.sources.items():
        if source.language is not None and not LANGUAGE.fullmatch(source.language):
            line = line_of(file, "language")
            yield problem_in(
                file, f"`sources.{name}.language` is not a language tag", "write a tag such as zh", line
            )
        if source.home is not None and not is_web_address(source.home):
            yield problem_in(
                file, f"`sources.{name}.home` is not a web address", "write https://…", line_of(file, "home")
            )


_KIND = re.compile(r"[a-z]{2,20}")
_TAKEN = frozenset(
    (*(folder.rstrip("/") for folder in addresses.OWN_FOLDERS), "articles", "con", "prn", "aux", "nul")
)
"""Names of other folders of a site, and names that Windows does not allow."""


_INDEXNOW = re.compile(r"[A-Za-z0-9-]{8,128}")
_COMPRESSING = ("s3:", "gs:", "az:", "git+")
"""How addresses of hosts begin that do not send compressed copies."""


def _publish_faults(config: Config, file: Path) -> Iterable[Problem]:
    """Yield the faults of places to publish to."""
    for name, target in config.publish.items():
        if ":" not in target.address:
            key, advice = f"publish.{name}", "write one, such as file:///srv/www"
            yield problem_in(file, f"`{key}` has no `address`", advice, line_of(file, key))
        if not 1 <= target.connections <= 256:
            key = f"publish.{name}.connections"
            advice = "16 is the default"
            yield problem_in(file, f"`{key}` must be between 1 and 256", advice, line_of(file, key))
        if target.endpoint and not is_web_address(target.endpoint):
            key, message = f"publish.{name}.endpoint", "is not a web address"
            yield problem_in(file, f"`{key}` {message}", "write https://…", line_of(file, key))
        elif target.endpoint and "@" in target.endpoint.split("/")[2]:
            key = f"publish.{name}.endpoint"
            advice = "take it out; docs/guide/publish.md says where they are kept"
            yield problem_in(file, f"`{key}` has credentials in it", advice, line_of(file, key))
        if target.indexnow and not _INDEXNOW.fullmatch(target.indexnow):
            key, advice = f"publish.{name}.indexnow", "write 8 to 128 letters, digits and hyphens"
            yield problem_in(file, f"`{key}` is not a key", advice, line_of(file, key))
        if target.precompress and target.address.startswith(_COMPRESSING):
            key, advice = f"publish.{name}.precompress", "remove it; it is for a web server of your own"
            message = f"`{key}` has no effect on a host that compresses by itself"
            yield problem_in(file, message, advice, line_of(file, key))


def _identifier_faults(config: Config, file: Path) -> Iterable[Problem]:
    """Yield the faults of a site's own kinds of identifiers."""
    for name, kind in config.identifiers.items():
        key = f"identifiers.{name}"
        if not _KIND.fullmatch(name) or name in _TAKEN:
            advice = "write 2 to 20 of a-z; it is the name of a folder"
            yield problem_in(file, f"`{key}` is not a name for identifiers", advice, line_of(file, name))
        elif kind.pattern is None and name not in BUILT_IN:
            yield problem_in(file, f"`{key}` has no `pattern`", "write one", line_of(file, name))
        elif kind.pattern and name in BUILT_IN:
            advice = "give your kind another name, or turn the built-in one off with an empty pattern"
            yield problem_in(file, f"`{key}` has a built-in pattern", advice, line_of(file, "pattern"))
        elif kind.pattern and (fault := _pattern_fault(kind.pattern)):
            yield problem_in(file, f"`{key}.pattern` {fault[0]}", fault[1], line_of(file, "pattern"))
        if kind.url and not is_web_address(kind.url):
            yield problem_in(
                file, f"`{key}.url` is not a web address", "write https://…", line_of(file, "url")
            )


def _pattern_fault(pattern: str) -> tuple[str, str] | None:
    """Return what is wrong with a pattern, and what to do; None if it is valid."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        return f"is not valid: {error}", "write a Python regular expression, between '…'"
    return ("matches every text", "say more") if compiled.match("") else None


_BOUNDS = {
    "feed_items": (1, 1000),
    "source_feed_items": (1, 1000),
    "recent_months": (1, 1000),
    "limits.cpu_seconds": (1, 3600),
    "limits.memory_mb": (100, 100_000),
}
"""Key → its smallest and largest value."""


def _out_of_bounds(config: Config, file: Path) -> Iterable[Problem]:
    for key, (least, most) in _BOUNDS.items():
        table, _, name = key.rpartition(".")
        if not least <= getattr(config.limits if table else config, name) <= most:
            yield problem_in(file, f"`{key}` must be between {least} and {most}", "", line_of(file, name))


def is_web_address(address: str) -> bool:
    """Return whether an address has the scheme http or https, and a host."""
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


def _address_problem(address: str, file: Path, *, is_typed: bool) -> Problem:
    advice = "write it as https://host/ or https://host/path/"
    if is_typed:
        return problem_at(as_typed("--base-url", address), "is not the address of a site", advice)
    message = f"`base_url` is not the address of a site: {address!r}"
    return problem_in(file, message, advice, line_of(file, "base_url"))
