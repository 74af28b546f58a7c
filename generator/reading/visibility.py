"""Whether a clipping may be published at all, as its front matter says: drafts, and what is private."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.reading.curator import Fields
from generator.reading.values import NO, YES, words

_EMPTY = frozenset({"", "null", "~"})
_REASONS: Mapping[str, tuple[frozenset[str], str]] = {
    "publish": (NO - _EMPTY, "is not to be published"),
    "private": (YES, "is private"),
}
"""Field → the values that keep a clipping back, and what is said of it then."""
_PUBLIC: Mapping[str, frozenset[str]] = {"publish": YES, "private": NO}
"""Field → the values that do not. What is neither keeps it back: nobody is asked before it is online."""
_DATE_OR_DECISION = "published"
"""Holds a date in Obsidian Web Clipper's clippings, and a decision in Jekyll's and Quartz's."""


def is_draft(fields: Fields) -> bool:
    """Whether a clipping waits for its writer; `--drafts` publishes it."""
    for key, value in fields.found("draft"):
        if not (text := words(value)):
            continue
        if text.casefold() not in YES | NO:
            fault = f"`draft: {text}` is neither true nor false; held back"
            fields.tell("draft", key, fault, "write true or false")
        return text.casefold() not in NO
    return False


def private_reason(fields: Fields) -> str:
    """Why a clipping must not be published, whatever a build is asked; empty where it may be."""
    for name, key, value in _decisions(fields):
        text = words(value)
        kept_back, reason = _REASONS[name]
        if text.casefold() in kept_back:
            return f"{reason} (`{key}: {text}`)"
        if key != _DATE_OR_DECISION and (text.casefold() not in _PUBLIC[name] or not isinstance(value, str)):
            shown = f"{key}: {text[:80]}" if text else key
            fault = f"`{shown}` is neither true nor false; held back"
            fields.tell("publish", key, fault, "write true or false")
            return f"may be private: {fault}"
    return ""


def _decisions(fields: Fields) -> Iterator[tuple[str, str, str | list[str]]]:
    """Field, key and value of each decision; empty values and those that are no text too."""
    written = fields.clipping.fields
    for name in _REASONS:
        for key in (*fields.keys(name), *([_DATE_OR_DECISION] if name == "publish" else [])):
            value = written.get(key)
            if isinstance(value, (str, list)):
                yield name, key, value
