"""Notes that readers' programs put into the body of what they export, where they are published with it."""

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
    """The line (from 0) on which a text has what looks like its reader's private notes, if it does."""
    if "Note" not in body and "Highlights" not in body:
        return None
    found = _NOTES.search(body)
    return None if found is None else body.count("\n", 0, found.start())
