"""Boilerplate known in advance, as families of pages in TOML files: built-in ones and a site's own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec

from generator.config.problems import line_in
from generator.model.errors import Problem
from generator.reading.boilerplate.patterns import Patterns, patterns_of
from generator.reading.text import bare

FOLDER = "cleaning"
"""The folder beside `digest.toml` with a site's own families."""

Place = Literal["head", "tail", "anywhere"]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Blocks that are boilerplate: `[[gone]]`, `[[end]]` or `[[failed]]` of a family."""

    reason: str
    place: Place = "anywhere"
    lines: tuple[str, ...] = ()
    """Complete blocks, compared without case, punctuation and markup."""
    patterns: tuple[str, ...] = ()
    """Regular expressions for the start of a block's words, in lower case."""
    weak: bool = False
    """For `[[end]]`: applies only if little text follows."""


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One TOML file: the pages that it applies to, and their boilerplate."""

    hosts: tuple[str, ...] = ()
    """Hosts of originals, including subdomains. Case and `www.` do not matter."""
    sources: tuple[str, ...] = ()
    """Names of sources. Case and spaces do not matter."""
    everywhere: bool = False
    """Whether it applies to all pages."""
    cut_from: tuple[str, ...] = ()
    """A block that starts like this, and all after it, are boilerplate."""
    article_from: tuple[str, ...] = ()
    """All blocks above the one that starts like this are boilerplate."""
    own_after: tuple[str, ...] = ()
    """Plain text right after the first block that contains this belongs to the page, even above the article.
    """
    byline: bool = False
    """Whether `原创`, the author and the account follow the title, each in a block."""
    gone: tuple[Rule, ...] = ()
    """Single blocks."""
    end: tuple[Rule, ...] = ()
    """Headings and marks that end the article."""
    failed: tuple[Rule, ...] = ()
    """Blocks that show that the article was not saved. Their reason becomes that of the verdict."""


class Found(msgspec.Struct, frozen=True):
    """A rule that a block matches."""

    kind: str
    """`gone`, `end` or `failed`."""
    rule: Rule
    pattern: str = ""
    """The pattern of the rule; empty if a line of it matches."""


class Lexicon(msgspec.Struct, frozen=True, eq=False):
    """A family, prepared for looking up blocks. Compared by identity, so that hashing is fast."""

    family: Family
    lines: Mapping[str, Found]
    patterns: Patterns
    found: tuple[Found, ...]
    """Indexed by the number of the pattern."""
    failed_lines: Mapping[str, Found]
    """The same for signs of a failed fetch, which are looked up only on pages with little text."""
    failed_patterns: Patterns
    failed: tuple[Found, ...]
    hosts: tuple[str, ...] = ()
    """Its hosts, normalised, each with a leading dot."""
    sources: frozenset[str] = frozenset()
    """Its sources, normalised."""

    def find(self, label: str, words: str) -> Found | None:
        """Return the rule that a block matches, given its label and its prepared words."""
        if label and (found := self.lines.get(label)):
            return found
        number = self.patterns.find(words)
        return None if number is None else self.found[number]

    def find_failed(self, label: str, words: str) -> Found | None:
        """Return the sign of a failed fetch that a block matches."""
        if label and (found := self.failed_lines.get(label)):
            return found
        number = self.failed_patterns.find(words)
        return None if number is None else self.failed[number]


def ready(plain: str) -> str:
    """Return a block's words, prepared for patterns."""
    return plain.strip(_MARKS).casefold()


_MARKS = " \t\n*_#>~-·•|\\`\u200d"


class Families(msgspec.Struct, frozen=True):
    """All families, built-in ones before a site's own."""

    lexicons: tuple[Lexicon, ...] = ()

    @property
    def cut_from(self) -> tuple[str, ...]:
        """How the fixed tails of all families start."""
        return tuple(mark for lexicon in self.lexicons for mark in lexicon.family.cut_from)

    def of(self, host: str, source: str) -> tuple[Lexicon, ...]:
        """Return the families of a page with this host and source, the most specific first."""
        dotted, name = "." + host, _name(source)
        return tuple(
            [
                lexicon
                for lexicon in reversed(self.lexicons)
                if lexicon.family.everywhere or dotted.endswith(lexicon.hosts) or name in lexicon.sources
            ]
        )


@cache
def built_in() -> Families:
    """Return the families that come with Broadsheet."""
    folder = resources.files("generator.reading") / "families"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda f: f.name)
    families = (msgspec.convert(tomllib.loads(file.read_text("utf-8")), Family) for file in files)
    ours = sorted(families, key=lambda family: not family.everywhere)
    return Families(tuple(map(_lexicon, ours)))


def load(root: Path) -> tuple[Families, tuple[Problem, ...]]:
    """Return the built-in families and those of a site's `cleaning/*.toml`; a faulty file is a problem."""
    own, problems = own_of(root)
    return Families((*built_in().lexicons, *map(_lexicon, own))), problems


def own_of(root: Path) -> tuple[Sequence[Family], tuple[Problem, ...]]:
    """Return a site's own families, and their problems."""
    own: list[Family] = []
    problems: list[Problem] = []
    folder = root / FOLDER
    try:
        files = sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        fault = f"cannot be read: {error.strerror}"
        return [], (_problem(FOLDER, fault, "check the folder and its permissions"),)
    for file in files:
        if not file.name.endswith(".toml"):
            continue
        family, faults = _read(file)
        problems += faults
        if family is not None:
            own.append(family)
    return own, tuple(problems)


def _read(file: Path) -> tuple[Family | None, list[Problem]]:
    name = f"{FOLDER}/{file.name}"
    try:
        text = file.read_bytes().decode("utf-8-sig")
        family = msgspec.convert(tomllib.loads(text), Family)
    except OSError as error:
        return None, [
            _problem(name, f"cannot be read: {error.strerror}", "check the file and its permissions")
        ]
    except UnicodeDecodeError:
        return None, [_problem(name, "is not UTF-8 text", "save it as UTF-8")]
    except tomllib.TOMLDecodeError as error:
        fault = f"is not valid TOML: {error}"
        return None, [_problem(name, fault, "see https://toml.io", line_in(error))]
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        key = re.findall(r"`([a-z_]+)`", what)[-1:] or re.findall(r"[a-z_]+", where)[-1:]
        line = _line(text, key[0]) if key else None
        return None, [_problem(name, what, "docs/reference/cleaning.md names the keys", line)]
    faults = [_problem(name, *fault) for fault in _faults(family, text)]
    return (None, faults) if faults else (family, [])


def _faults(family: Family, text: str) -> Iterator[tuple[str, str, int | None]]:
    """Yield the faults of a family that its types cannot express: message, advice, line."""
    if not (family.hosts or family.sources or family.everywhere):
        yield "applies to no page", "write `hosts`, `sources` or `everywhere = true`", None
    for host in family.hosts:
        if not _HOST.fullmatch(host.strip()):
            yield (
                f"`hosts` holds {host!r}, which is not a host",
                "write only the host, such as `daily.example`",
                _line(text, host),
            )
    for rule in (*family.gone, *family.end, *family.failed):
        if not (rule.lines or rule.patterns):
            yield f"the rule {rule.reason!r} has neither `lines` nor `patterns`", "", _line(text, rule.reason)
        for pattern in rule.patterns:
            if fault := _fault_of(pattern):
                yield f"the pattern {pattern!r} {fault[0]}", fault[1], _line(text, pattern)
        for line in rule.lines:
            if not bare(line):
                yield f"the line {line!r} is empty", "take it out", _line(text, line)


_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_NO_LETTERS = re.compile(r"\\N\{[^{}]*\}|\\.|\(\?P[<=>][^<>()]*[>)]?|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
"""Parts of a pattern that are not literal letters: escapes, group names, character sets."""


def _fault_of(pattern: str) -> tuple[str, str] | None:
    """Return what is wrong with a pattern, and what to do; None if it is valid."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        return f"is not valid: {error}", "write a Python regular expression, between '…'"
    if compiled.match(""):
        return "matches every block", "say more"
    is_cased = not compiled.flags & re.IGNORECASE and "(?i" not in pattern
    if is_cased and any(map(str.isupper, _NO_LETTERS.sub("", pattern))):
        return "has capital letters, but is matched against lower-case text", "write it in lower case"
    return None


def _line(text: str, words: str) -> int | None:
    return next((n for n, line in enumerate(text.split("\n"), 1) if words in line), None)


def _problem(name: str, message: str, advice: str, line: int | None = None) -> Problem:
    return Problem(path=name, line=line, message=message, advice=advice, kind="cleaning")


def _lexicon(family: Family) -> Lexicon:
    ready_ = _ready((("end", family.end), ("gone", family.gone)))
    failed = _ready((("failed", family.failed),))
    hosts = tuple("." + host.strip().lower().removeprefix("www.") for host in family.hosts)
    sources = frozenset(map(_name, family.sources))
    return Lexicon(family, *ready_, *failed, hosts, sources)


def _name(source: str) -> str:
    """Return a source's name, normalised for comparison."""
    return " ".join(source.split()).casefold()


def _ready(
    kinds: Iterable[tuple[str, Sequence[Rule]]],
) -> tuple[dict[str, Found], Patterns, tuple[Found, ...]]:
    """Return line → rule, the compiled patterns, and the rule of each pattern."""
    lines: dict[str, Found] = {}
    patterns: list[str] = []
    owners: list[Found] = []
    for kind, rules in kinds:
        for rule in rules:
            found = Found(kind, rule)
            for line in rule.lines:
                lines.setdefault(bare(line), found)
            patterns += rule.patterns
            owners += [Found(kind, rule, pattern) for pattern in rule.patterns]
    return lines, patterns_of(patterns), tuple(owners)


def is_removed_line(lexicons: tuple[Lexicon, ...], line: str) -> bool:
    """Return whether a family knows a normalised line as one to remove."""
    found = next((found for one in lexicons if (found := one.lines.get(line))), None)
    return found is not None and found.kind == "gone"
