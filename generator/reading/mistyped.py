"""Find keys of front matter that are probably typing errors for keys of an article.

Keys that hold a clipping back are in `withholding.py`: they count although they are mistyped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from generator.reading.clipping_fields import BUILT_IN, ClippingFields
from generator.reading.spelling import LONGEST, is_one_edit_away, spelling
from generator.reading.values import NO, YES

_ADDRESS = re.compile(r"https?://[^\s/?#]*\w", re.IGNORECASE)
_DATE = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?!\d).{0,30}"
    r"|\d{4}\s*年.{3,40}|\d{8}(?:T.{0,20})?|(?=.*[^\W\d]{3})(?=.*\b\d{4}\b)(?=.*\b\d{1,2}\b)[\w ,.:+-]{8,50}"
)


def _is_name(text: str) -> bool:
    return text.casefold() not in YES | NO and any(map(str.isalpha, text)) and not _ADDRESS.match(text)


def _is_address(text: str) -> bool:
    return _ADDRESS.match(text) is not None


def _is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None


_MEANT: tuple[tuple[str, str, Callable[[str], bool], str], ...] = (
    ("url", "url", _is_address, "address"),
    ("source", "url", _is_address, "address"),
    ("title", "title", _is_name, "front-matter"),
    ("source", "source", _is_name, "front-matter"),
    ("date", "date", _is_date, "date"),
    ("fetch_date", "fetch_date", _is_date, "date"),
    ("created", "fetch_date", _is_date, "date"),
    ("digest_note", "digest_note", _is_name, "pick"),
)
"""Key that may be mistyped, the field that it gives, what its value looks like, the kind of the problem."""
_KNOWN = frozenset({*(row[0] for row in _MEANT), *(key for keys in BUILT_IN.values() for key in keys)})
_OTHERS = frozenset({"purl", "curl", "cdate", "mdate", "udate", "rdate", "titles", "sources", "resource"})
"""Keys of other programs with a meaning of their own, and plurals."""


def report_mistyped(fields: ClippingFields) -> None:
    """Report each key that is probably mistyped: the field is missing, and the value looks like one of it."""
    for key in fields.clipping.fields:
        if len(key) <= LONGEST and (names := _meant_by(key)):
            _report(fields, key, names)


def _report(fields: ClippingFields, key: str, names: tuple[str, ...]) -> None:
    value = fields.clipping.fields[key]
    if not isinstance(value, str) or fields.decides_about("", key):
        return
    text = value.strip()[:200]
    for name, field, looks_right, kind in _MEANT:
        if name in names and looks_right(text) and not _has(fields, field):
            fields.report(kind, key, f"`{key}` is not a key", f"did you mean `{name}`?")
            return


def _has(fields: ClippingFields, field: str) -> bool:
    """Return whether a clipping has a field. A `source` that is no address gives no `url`."""
    return any(field != "url" or key != "source" or _is_address(text) for key, text in fields.words(field))


@lru_cache(1024)
def _meant_by(key: str) -> tuple[str, ...]:
    """Return the keys for which another one is probably a typing error."""
    word = spelling(key)
    if key in _KNOWN or word in _OTHERS:
        return ()
    names: Mapping[str, str] = {name: spelling(name) for name, *_ in _MEANT}
    return tuple(name for name, meant in names.items() if word == meant or is_one_edit_away(word, meant))
