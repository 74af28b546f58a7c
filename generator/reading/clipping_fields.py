"""The fields of one clipping under the site's rules, and the problems found in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

from generator.markup.lengths import shortened
from generator.model import limits
from generator.model.errors import Problem, Severity, shown
from generator.model.types import Clipping
from generator.reading.rules import Rules
from generator.reading.spelling import spelling
from generator.reading.text import folded, unescaped
from generator.reading.values import words

# Keys of Obsidian Web Clipper and MarkDownload, most trusted first. Both store the address in `source`.
BUILT_IN: Mapping[str, tuple[str, ...]] = {
    "url": ("source",),
    "source": ("site", "publisher"),
    "date": ("published",),
    "fetch_date": ("created",),
    "author": ("authors",),
    "tags": ("keywords",),
    "lang": ("language",),
    "summary": ("description",),
    "hide": ("hidden",),
}

WIKILINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]")


@lru_cache(64)
def _keys(name: str) -> tuple[str, ...]:
    """Return the field's own name and its built-in keys, case-folded as in `Clipping.fields`."""
    return tuple(map(str.casefold, (name, *BUILT_IN.get(name, ()))))


@lru_cache(256)
def _distinct_spellings(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(spelling, keys)))


class ClippingFields:
    """The fields of one clipping under the site's rules. Collects the problems found in them."""

    def __init__(self, clipping: Clipping, rules: Rules) -> None:
        self.clipping = clipping
        self.rules = rules
        self.problems: list[Problem] = []

    def keys(self, name: str) -> tuple[str, ...]:
        """Return the keys that may hold a field, most trusted first."""
        fields = self.rules.fields
        if fields and (theirs := fields.get(name)):
            return (*map(str.casefold, theirs), *_keys(name))
        return _keys(name)

    def found(self, name: str) -> list[tuple[str, str | list[str]]]:
        """Return the key and value of each key of a field that is not empty, most trusted first."""
        keys = self.keys(name) if self.rules.fields else _keys(name)
        fields = self.clipping.fields
        if fields.keys().isdisjoint(keys):
            return []
        return [
            (key, _beginning(value))
            for key in keys
            if (value := fields.get(key)) and isinstance(value, (str, list))
        ]

    def written(self, keys: Iterable[str]) -> Iterator[tuple[str, str | list[str]]]:
        """Yield the key and value of every occurrence of the keys, including empty and repeated ones.

        A key is found however it is spelt.
        """
        clipping = self.clipping
        for wanted in _distinct_spellings(tuple(keys)):
            for key in self._spellings.get(wanted, ()):
                for one in (*clipping.earlier.get(key, ()), clipping.fields[key]):
                    if isinstance(one, (str, list)):
                        yield key, _beginning(one)

    @cached_property
    def _spellings(self) -> Mapping[str, list[str]]:
        """Spelling → the keys of the clipping that have it."""
        found: dict[str, list[str]] = {}
        for key in self.clipping.fields:
            found.setdefault(spelling(key), []).append(key)
        return found

    def texts(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the key and value of a field as single-line text, with entities decoded."""
        for key, value in self.found(name):
            text = folded(unescaped(value if isinstance(value, str) else ", ".join(value)))
            if text:
                yield key, text

    def text(self, name: str, most: int = limits.FIELD) -> str:
        """Return the most trusted text of a field, cut to `most` characters; empty if there is none."""
        return next((self.shortened(key, text, most) for key, text in self.texts(name)), "")

    def shortened(self, key: str, text: str, most: int) -> str:
        """Return a text cut to `most` characters, with a problem if it is longer."""
        if len(text) > most:
            fault = f"`{key}` has more than {most:,} characters: {text[:60]!r}…; its beginning is shown"
            self.report("length", key, fault, "shorten it")
        return shortened(text, most)

    def counted(self, key: str, values: list[str], most: int) -> tuple[str, ...]:
        """Return at most `most` distinct values, each cut to a name's length. Excess adds a problem."""
        if len(values) > most:
            fault = f"`{key}` has {len(values):,} values; the first {most} count"
            self.report("length", key, fault, "delete the others")
        kept = (self.shortened(key, value, limits.NAME) for value in values[:most])
        return tuple(dict.fromkeys(kept))

    def words(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the key and value of a field that is not prose, without trailing comments."""
        for key, value in self.found(name):
            if text := words(value):
                yield key, text

    def decides_about(self, name: str, key: str) -> bool:
        """Return whether the configuration maps the field to keys, or any field to this key."""
        fields = self.rules.fields
        return name in fields or any(key == theirs.casefold() for keys in fields.values() for theirs in keys)

    def report(
        self, kind: str, key: str | None, message: str, advice: str, severity: Severity = Severity.WARNING
    ) -> None:
        """Add a problem, with the line of the key."""
        line = self.clipping.lines.get(key) if key else None
        self.problems.append(
            Problem(
                path=shown(self.clipping.path),
                line=line,
                message=message,
                advice=advice,
                severity=severity,
                kind=kind,
            )
        )


def _beginning(value: str | list[str]) -> str | list[str]:
    """Return a value cut to the length that is processed."""
    if isinstance(value, str):
        return value[: limits.FIELD]
    return [text[: limits.FIELD] for text in value[: limits.FIELD]]
