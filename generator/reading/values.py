"""Interpret values of front matter: decisions, lists, and text with trailing comments."""

from __future__ import annotations

import re

from generator.reading.text import folded

COMMENT = re.compile(r"(?:^|\s+)#(?:\s.*)?$", re.DOTALL)
YES = frozenset({"true", "yes", "on", "y", "1"})
NO = frozenset({"false", "no", "off", "n", "0", "", "null", "~"})


def words(value: str | list[str]) -> str:
    """Return a value that is not prose, on one line and without a trailing comment."""
    text = folded(value if isinstance(value, str) else " ".join(value))
    return COMMENT.sub("", text) if "#" in text else text


def items(value: str | list[str]) -> list[str]:
    """Return the items of a list, or of a text such as `a, b`, `[a, "b"]` or `#a #b`."""
    if not isinstance(value, str):
        return [item.strip() for item in value if item.strip()]
    text = value.strip()
    text = text[1:-1] if text.startswith("[") and text.endswith("]") and "[[" not in text else text
    parts = (
        re.split(r"\s+", text) if text.startswith("#") and "," not in text else re.split("[,，、;；]", text)
    )
    return [part.strip().strip("\"'") for part in parts if part.strip()]
