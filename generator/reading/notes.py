"""Detect private notes that reading apps add to the body of what they export."""

from __future__ import annotations

import re

_NOTES = re.compile(
    r"""^(?:
    \#{1,6}[ ]+(?:My[ ]|Document[ ])?Notes?[ ]*$  # Karakeep
    |(?:[ \t]*[-*][ ]+)?(?:\*\*)?Document[ ]Note(?:\*\*)?:  # Readwise
    |[ \t]*[-*][ ]+(?:\*\*)?Note(?:\*\*)?:
    |\#{1,6}[ ]+Highlights[ ]*\n\s{0,9}(?:[-*][ ]+)?>  # Omnivore
    )""",
    re.MULTILINE | re.VERBOSE,
)


def line_of_notes(body: str) -> int | None:
    """Return the line (from 0) on which something like private notes begins; None if there are none."""
    if "Note" not in body and "Highlights" not in body:
        return None
    found = _NOTES.search(body)
    return None if found is None else body.count("\n", 0, found.start())
