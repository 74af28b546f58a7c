"""Decide from front matter whether a clipping may be published: drafts and private clippings."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from generator.reading.curator import Fields, Value
from generator.reading.spelling import spelling
from generator.reading.values import NO, YES, items, words
from generator.reading.withholding import KEYS, meant_by

_EMPTY = frozenset({"", "null", "~"})
_REASONS: Mapping[str, tuple[frozenset[str], str]] = {
    "publish": (NO - _EMPTY, "is not to be published"),
    "private": (YES, "is private"),
}
"""Field → the values that withhold a clipping, and the reason that is reported."""
_PUBLIC: Mapping[str, frozenset[str]] = {"publish": YES, "private": NO}
"""Field → the values that do not. Any other value withholds the clipping, to be safe."""
_DATE_OR_DECISION = "published"
"""A date in clippings of Obsidian Web Clipper, a decision in Jekyll and Quartz."""
_OTHERS_DRAFT: Mapping[str, frozenset[str]] = {
    "status": frozenset({"draft"}),
    "isdraft": YES,
}
"""Spelling of keys of drafts in Pelican, WordPress and others → the values that withhold a clipping."""
_OTHERS_PRIVATE: Mapping[str, frozenset[str]] = {
    "status": frozenset({"hidden", "private"}),
    "visibility": frozenset({"hidden", "private", "protected", "me", "unlisted"}),
    "unlisted": YES,
    "unpublished": YES,
    "isprivate": YES,
    "public": NO - _EMPTY,
    "dgpublish": NO - _EMPTY,
}
"""Spelling of keys of Pelican, Ghost, Memos, Hugo and others → the values that withhold a clipping."""
_UNREAD: Mapping[str, tuple[str, str]] = {
    "end": ("may be private: its front matter is not read to its end", "shorten it"),
    "TOML": ("has TOML front matter, which is not read", "write YAML between `---` lines"),
    "JSON": ("has JSON front matter, which is not read", "write YAML between `---` lines"),
}
"""Unread part of the front matter → what is reported, and what to do."""


def is_draft(fields: Fields) -> bool:
    """Return whether a clipping is a draft, which only `--drafts` publishes."""
    for key, value in fields.written(fields.keys("draft")):
        text = words(value)
        if isinstance(value, str) and text.casefold() in NO:
            continue
        if text.casefold() not in YES:
            fault = f"`{_shown('draft', value)}` is neither true nor false; held back"
            fields.report("draft", key, fault, "write true or false")
        return True
    return bool(_others_decision(fields, _OTHERS_DRAFT))


def private_reason(fields: Fields) -> str:
    """Return why a clipping must not be published, whatever the options; empty if it may be."""
    if unread := fields.clipping.unread:
        fault, advice = _UNREAD[unread]
        fields.report("publish", None, fault, advice)
        return f"{fault}; {advice}" if unread != "end" else fault
    for name, key, value in _decisions(fields):
        text = words(value)
        kept_back, reason = _REASONS[name]
        if text.casefold() in kept_back:
            return f"{reason} (`{key}: {text}`)"
        if fault := _doubt(name, key, value):
            is_either = spelling(key) == _DATE_OR_DECISION
            advice = "write a day, true or false" if is_either else "write true or false"
            fields.report("publish", key, fault, advice)
            return f"may be private: {fault}"
    if decision := _others_decision(fields, _OTHERS_PRIVATE):
        return f"is not to be published (`{decision}`)"
    return _mistyped_reason(fields)


def _others_decision(fields: Fields, withheld: Mapping[str, frozenset[str]]) -> str:
    """Return the line with which another program withholds a clipping; empty if there is none."""
    for key, value in fields.written(withheld):
        values, said = withheld[spelling(key)], _said(value)
        # To be safe, what is neither yes nor no counts as yes.
        is_withheld = bool(said - NO) if values is YES else not values.isdisjoint(said)
        if is_withheld and not fields.decides_about("", key):
            return _shown(key, value)
    return ""


def _said(value: Value) -> set[str]:
    """Return what a value says: its words, and each item of a list, without marks of tags and links."""
    each = [words(value), *items(value)]
    return {unicodedata.normalize("NFKC", one).casefold().strip("#[]") for one in each}


def _doubt(name: str, key: str, value: Value) -> str:
    """Return what is wrong with a value that does not clearly permit publication; empty if it does."""
    text = words(value)
    if spelling(key) == _DATE_OR_DECISION:
        is_empty = isinstance(value, str) and text.casefold() in _EMPTY
        if is_empty or text.casefold() in YES or any(map(str.isdigit, text)):
            return ""
        return f"`{_shown(key, value)}` is neither a date nor true or false; held back"
    if isinstance(value, str) and text.casefold() in _PUBLIC[name]:
        return ""
    return f"`{_shown(key, value)}` is neither true nor false; held back"


def _shown(key: str, value: Value) -> str:
    text = words(value)[:80]
    return f"{key}: {text}" if text else key


def _decisions(fields: Fields) -> Iterator[tuple[str, str, Value]]:
    """Yield field, key and value of each decision, including empty values and lists."""
    for name in _REASONS:
        keys = (*fields.keys(name), *([_DATE_OR_DECISION] if name == "publish" else []))
        for key, value in fields.written(keys):
            yield name, key, value


def _mistyped_reason(fields: Fields) -> str:
    """Return why a mistyped key withholds a clipping; empty if none does.

    A mistyped key is one typing error away from a key of a decision.
    """
    mistyped = {key: meant for key in fields.clipping.fields if (meant := meant_by(key))}
    reason = ""
    for key, meant in sorted(mistyped.items()):
        if fields.decides_about("", key):
            continue
        for _, value in fields.written([key]):
            text = words(value).casefold()
            withholds = _withholds(meant, text)
            if not text or not (withholds or (meant in KEYS and (meant != "hide" or text in NO))):
                continue
            fault = f"`{key}` is not a key" + ("; held back" if withholds else "")
            fields.report("publish", key, fault, f"did you mean `{meant}`?")
            if withholds:
                reason = reason or f"has `{_shown(key, value)}`, which is not a key; did you mean `{meant}`?"
            break
    return reason


def _withholds(key: str, text: str) -> bool:
    """Return whether a value of one of the keys withholds a clipping."""
    if key in KEYS:
        return text in (NO if key.startswith("publish") else YES)
    name = spelling(key)
    return text in _OTHERS_DRAFT.get(name, ()) or text in _OTHERS_PRIVATE.get(name, ())
