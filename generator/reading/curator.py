"""Read the curator's own keys in front matter: `pin`, `hide`, `digest_note`, `merge` and `split`.

Karakeep, Omnivore, Raindrop and others export the reader's private notes as `note`, so `note` is not one of
these keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import msgspec

from generator.config.picks import LONGEST, Pick
from generator.config.site import FILE_NAME
from generator.model.errors import Severity, shown
from generator.model.types import Clipping
from generator.reading.values import NO, YES, items, words

Value = str | list[str]
_OTHERS_NOTE = "note"


class Fields(Protocol):
    """The fields of a clipping. Collects the problems found in them."""

    clipping: Clipping

    def keys(self, name: str) -> tuple[str, ...]:
        """Return the keys that may hold a field, most trusted first."""

    def found(self, name: str) -> Iterable[tuple[str, Value]]:
        """Return the key and value of each key of a field that is not empty, most trusted first."""

    def written(self, keys: Iterable[str]) -> Iterable[tuple[str, Value]]:
        """Return the key and value of every occurrence of the keys, including empty and repeated ones."""

    def decides_about(self, name: str, key: str) -> bool:
        """Return whether the configuration maps the field to keys, or any field to this key."""

    def report(
        self, kind: str, key: str | None, message: str, advice: str, severity: Severity = Severity.WARNING
    ) -> None:
        """Add a problem, with the line of the key."""


def pick_of(fields: Fields) -> Pick | None:
    """Return the pick that the front matter makes, as an entry of `picks.toml` would; None if it makes none.

    The pick holds no title, summary or tags, because in front matter these describe the article itself.
    """
    lines: dict[str, int] = {}
    choices: dict[str, object] = {}
    for name, read in _READERS.items():
        values = _strictest_first(fields) if name == "hide" else fields.found(name)
        for key, value in values:
            choices |= read(fields, key, value)
            if line := fields.clipping.lines.get(key):
                lines[name] = line
            break
    _report_unshown_note(fields)
    if not choices:
        return None
    path = fields.clipping.path
    return msgspec.convert({"file": shown(path), "lines": lines, "article": path, **choices}, Pick)


def _report_unshown_note(fields: Fields) -> None:
    """Report that `note` is not shown, unless the configuration maps it. Earlier versions showed it."""
    if not fields.clipping.fields.get(_OTHERS_NOTE) or fields.found("digest_note"):
        return
    if not fields.decides_about("digest_note", _OTHERS_NOTE):
        fault = f"`{_OTHERS_NOTE}` is not shown, because other programs store private notes in it"
        mapped = f'`digest_note = ["{_OTHERS_NOTE}"]` under `[fields]` in {FILE_NAME}'
        advice = f"name it `digest_note`, or write {mapped}"
        fields.report("pick", _OTHERS_NOTE, fault, advice, Severity.NOTICE)


def _pin(fields: Fields, key: str, value: Value) -> dict[str, object]:
    return {"pin": _decided(fields, key, value)}


def _split(fields: Fields, key: str, value: Value) -> dict[str, object]:
    return {"split": _decided(fields, key, value)}


def _decided(fields: Fields, key: str, value: Value) -> bool | None:
    text = words(value).casefold()
    if text not in YES | NO:
        fault = f"`{key}: {text[:80]}` is neither true nor false; not used"
        fields.report("pick", key, fault, "write true or false")
        return None
    return text in YES


def _strictest_first(fields: Fields) -> list[tuple[str, Value]]:
    """Return the values of `hide`; those that hide the article come first, because one is enough."""
    values = [one for one in fields.written(fields.keys("hide")) if one[1] != ""]
    return sorted(values, key=lambda one: isinstance(one[1], str) and words(one[1]).casefold() in NO)


def _hide(fields: Fields, key: str, value: Value) -> dict[str, object]:
    """Read `hide`: true, false, or the reason for hiding."""
    why = words(value)
    if isinstance(value, list) and (not why or why.casefold() in NO):
        fault = f"`{key}` is neither true nor false nor a reason; hidden"
        fields.report("pick", key, fault, "write true, false or the reason")
        return {"hide": True}
    if why.casefold() in YES | NO:
        return {"hide": why.casefold() in YES}
    return {"hide": True, "why": why}


def _note(fields: Fields, key: str, value: Value) -> dict[str, object]:
    note = (value if isinstance(value, str) else "\n".join(value)).strip()
    if len(note) <= LONGEST["note"]:
        return {"note": note}
    fault = f"`{key}` has {len(note):,} characters, more than {LONGEST['note']:,}; not used"
    fields.report("pick", key, fault, "shorten it, or write an article of your own")
    return {}


def _merge(_fields: Fields, _key: str, value: Value) -> dict[str, object]:
    is_one = isinstance(value, str) and not value.strip().startswith("[")
    return {"merge": [words(value)] if is_one else items(value)}


_READERS: Mapping[str, Callable[[Fields, str, Value], dict[str, object]]] = {
    "pin": _pin,
    "hide": _hide,
    "digest_note": _note,
    "merge": _merge,
    "split": _split,
}
