"""The curator's own keys in front matter: `pin`, `hide`, `digest_note`, `merge` and `split`.

Karakeep, Omnivore, Raindrop and others export the reader's private notes as `note`, so that is none of them.
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
    """The fields of a clipping, and where faults in them are told."""

    clipping: Clipping

    def keys(self, name: str) -> tuple[str, ...]:
        """The keys that may stand for a field, in the order of trust."""

    def found(self, name: str) -> Iterable[tuple[str, Value]]:
        """The keys of a field that have a value, with it, in the order of trust."""

    def written(self, keys: Iterable[str]) -> Iterable[tuple[str, Value]]:
        """Every value of these keys, also those that are empty, or stand before another one of their key."""

    def decides_about(self, name: str, key: str) -> bool:
        """Whether the site says which keys stand for a field, or what a key stands for."""

    def tell(
        self, kind: str, key: str | None, message: str, advice: str, severity: Severity = Severity.WARNING
    ) -> None:
        """Note a problem in the line of a key."""


def pick_of(fields: Fields) -> Pick | None:
    """What front matter says as `picks.toml` would; None where it says nothing of the kind.

    Title, summary and tags are not in it: there the front matter's are the article's own.
    """
    lines: dict[str, int] = {}
    said: dict[str, object] = {}
    for name, read in _READERS.items():
        values = _strictest_first(fields) if name == "hide" else fields.found(name)
        for key, value in values:
            said |= read(fields, key, value)
            if line := fields.clipping.lines.get(key):
                lines[name] = line
            break
    _tell_of_unshown_note(fields)
    if not said:
        return None
    path = fields.clipping.path
    return msgspec.convert({"file": shown(path), "lines": lines, "article": path, **said}, Pick)


def _tell_of_unshown_note(fields: Fields) -> None:
    """Say that `note` is not shown, unless somebody decided about it; it was the curator's word once."""
    if not fields.clipping.fields.get(_OTHERS_NOTE) or fields.found("digest_note"):
        return
    if not fields.decides_about("digest_note", _OTHERS_NOTE):
        fault = f"`{_OTHERS_NOTE}` is not shown, for other programs keep private notes there"
        mapped = f'`digest_note = ["{_OTHERS_NOTE}"]` under `[fields]` in {FILE_NAME}'
        advice = f"name it `digest_note`, or write {mapped}"
        fields.tell("pick", _OTHERS_NOTE, fault, advice, Severity.NOTICE)


def _pin(fields: Fields, key: str, value: Value) -> dict[str, object]:
    return {"pin": _decided(fields, key, value)}


def _split(fields: Fields, key: str, value: Value) -> dict[str, object]:
    return {"split": _decided(fields, key, value)}


def _decided(fields: Fields, key: str, value: Value) -> bool | None:
    text = words(value).casefold()
    if text not in YES | NO:
        fault = f"`{key}: {text[:80]}` is neither true nor false; not used"
        fields.tell("pick", key, fault, "write true or false")
        return None
    return text in YES


def _strictest_first(fields: Fields) -> list[tuple[str, Value]]:
    """The values that decide about hiding; those that hide come first, for one of them is enough."""
    values = [one for one in fields.written(fields.keys("hide")) if one[1] != ""]
    return sorted(values, key=lambda one: isinstance(one[1], str) and words(one[1]).casefold() in NO)


def _hide(fields: Fields, key: str, value: Value) -> dict[str, object]:
    """True, false, or the reason."""
    why = words(value)
    if isinstance(value, list) and (not why or why.casefold() in NO):
        fault = f"`{key}` is neither true nor false nor a reason; hidden"
        fields.tell("pick", key, fault, "write true, false or the reason")
        return {"hide": True}
    if why.casefold() in YES | NO:
        return {"hide": why.casefold() in YES}
    return {"hide": True, "why": why}


def _note(fields: Fields, key: str, value: Value) -> dict[str, object]:
    note = (value if isinstance(value, str) else "\n".join(value)).strip()
    if len(note) <= LONGEST["note"]:
        return {"note": note}
    fault = f"`{key}` has {len(note):,} characters, more than {LONGEST['note']:,}; not used"
    fields.tell("pick", key, fault, "shorten it, or write an article of your own")
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
