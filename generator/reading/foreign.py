"""Detect front matter in formats other than YAML, which is not read."""

from __future__ import annotations

import re

_TOML = re.compile(r"\+{3}[ \t]*\n|-{3}[ \t]*toml[ \t]*\n", re.IGNORECASE)
_TOML_END = re.compile(r"\n(?:\+{3}|-{3})[ \t]*(?:\n|\Z)")
_TOML_FIELD = re.compile(r"""^[ \t]*[\w."'-]+[ \t]*=""", re.MULTILINE)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_JSON = re.compile(
    r"""(?:-{3}[ \t]*json[ \t]*\n|;{3}[ \t]*\n)?\{\s{0,100}"[^"\n]{1,100}"\s{0,100}:""", re.IGNORECASE
)


def foreign_format(text: str) -> str:
    """Return `TOML` or `JSON` if a text begins with fields in that format, as in Hugo; else an empty string.

    The fields need not be valid or closed: a clipping that showed them as text would reveal too much.
    """
    if text.startswith("---\n"):  # YAML, as nearly all
        return ""
    if _JSON.match(text):
        return "JSON"
    if (opening := _TOML.match(text)) is None:
        return ""
    closing = _TOML_END.search(text, opening.end() - 1) or _BLANK_LINE.search(text, opening.end())
    end = closing.start() if closing else len(text)
    return "TOML" if _TOML_FIELD.search(text, opening.end(), max(opening.end(), end)) else ""
