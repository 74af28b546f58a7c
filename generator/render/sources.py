"""Find the files that a template depends on: itself, and all that it extends, includes and imports."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import jinja2
from jinja2 import meta

_CODE = re.compile(r"\{[{%](.*?)[%}]\}", re.DOTALL)
_SITE = re.compile(r"(?<![\w.\"'/])site\b(?:\.(\w+))?")
_TAG = re.compile(r"\{%[-+]?\s*(?:extends|include|import|from)\b(.*?)[-+]?%\}", re.DOTALL)
_PLAIN = re.compile(
    r"""\s*(?:"([^"'\\{}]+)"|'([^"'\\{}]+)')\s*(?:|(?:as|import|with|without|ignore)\b[\w\s,]*)"""
)


class Source(NamedTuple):
    """A file of a theme."""

    digest: str
    """The hash of its text; empty if it cannot be read or does not exist."""
    uses: frozenset[str] | None
    """The names of the templates that it refers to; None if that is decided at run time."""
    site: frozenset[str] | None = frozenset()
    """The fields of `site` that it reads; None if unknown, for example because `site` is passed on."""


class Sources:
    """The files of a theme and a site. Each is read once, on demand."""

    def __init__(self, environment: jinja2.Environment) -> None:
        self._environment = environment
        self._files: dict[str, Source] = {}
        self._found: dict[str, Mapping[str, str]] = {}

    def of(self, template: str) -> Mapping[str, str]:
        """Return name → digest of all files that may affect what a template renders, sorted by name.

        Names below `theme/` are those of the default theme. A missing file has an empty digest.
        """
        found = self._found.get(template)
        if found is None:
            names = self._reached(template)
            found = self._found[template] = {name: self._file(name).digest for name in sorted(names)}
        return found

    def holds(self, name: str) -> bool:
        """Return whether any template that was asked for depends on a file."""
        return any({name, f"theme/{name}"} & found.keys() for found in self._found.values())

    def site_fields(self, template: str) -> frozenset[str] | None:
        """Return the fields of `site` that may affect what a template renders; None for all."""
        fields: set[str] = set()
        for name in self.of(template):
            own = self._file(name).site
            if own is None:
                return None
            fields |= own
        return frozenset(fields)

    def _reached(self, template: str) -> Iterable[str]:
        reached, ahead = {template}, [template]
        while ahead:
            uses = self._file(ahead.pop()).uses
            if uses is None:
                return {template, *self._environment.list_templates()}
            ahead += uses - reached
            reached |= uses
        return reached

    def _file(self, name: str) -> Source:
        file = self._files.get(name)
        if file is None:
            file = self._files[name] = self._read(name)
        return file

    def _read(self, name: str) -> Source:
        assert self._environment.loader is not None  # noqa: S101 (a theme's has one)
        try:
            text, _, _ = self._environment.loader.get_source(self._environment, name)
        except (jinja2.TemplateNotFound, UnicodeDecodeError, OSError):
            return Source("", frozenset())
        return Source(hashlib.sha256(text.encode()).hexdigest(), self._uses(text), _site_fields(text))

    def _uses(self, text: str) -> frozenset[str] | None:
        """Return the templates that a template refers to. Parsing is slow, and seldom needed."""
        tags = [_PLAIN.fullmatch(tag) for tag in _TAG.findall(text)]
        if all(tags):
            return frozenset(tag[1] or tag[2] for tag in tags if tag)
        try:
            found = frozenset(meta.find_referenced_templates(self._environment.parse(text)))
        except jinja2.TemplateSyntaxError:
            return frozenset()  # it renders nothing until it is corrected
        return None if None in found else frozenset(name for name in found if name is not None)


def _site_fields(text: str) -> frozenset[str] | None:
    codes = _CODE.findall(text)
    if any("{" in code for code in codes):  # a dictionary, or text with braces, whose end is not clear
        return None
    found = {match[1] for code in codes for match in _SITE.finditer(code)}
    return None if None in found else frozenset(found)
