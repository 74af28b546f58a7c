"""Evidence from the rows of a question site: when and by whom a question was asked, and how it was rated."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.page import Page, Removed

ROW = "row of a question"


def question_rows(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield rows of a page that says when something was asked, how often it was viewed, who answered."""
    if not any(block.label.startswith(_BEGINNINGS) for block in page.body):
        return
    rows = {block.index: kind for block in page.body if (kind := _kind_of(block))}
    if not {"asked", "viewed"} & set(rows.values()):
        return
    for index, kind in rows.items():
        if index not in removed:
            yield index, ROW
        # Between the date and the rating is a name.
        if kind in {"asked", "dated"} and rows.get(index + 2) == "rated" and index + 1 not in rows:
            name = page.blocks[index + 1]
            if name.index not in removed and name.units + name.linked <= _NAME and not name.is_prose:
                yield name.index, ROW


def _kind_of(block: Block) -> str:
    """Return the kind of row that a block is; empty if it is none."""
    if block.kind not in {"text", "heading", "list"} or block.units + block.linked > _ROW:
        return ""
    match = _ROWS.fullmatch(block.plain.strip(" #*_\xa0"))
    return match.lastgroup or "" if match else ""


_BEGINNINGS = ("asked", "viewed")
_NAME = 40
_ROW = 120
_WHEN = (
    r"(?:today|yesterday|(?:\d+|an?) \w+(?:, \d+ \w+)? ago"
    r"|(?:on )?(?:[A-Z]\w{2,8}\.? \d{1,2}(?:, \d{4}| '\d\d)?|\d{1,2} \w{3,9}\.?(?: \d{4})?)"
    r"(?:,? (?:at )?\d{1,2}:\d\d)?)"
)
_ACTION = (
    r"(?:share|cite|edit|follow|flag|close|delete|report|improve this (?:question|answer)|add a comment)"
)
_ROWS = re.compile(
    rf"(?P<asked>asked\s+{_WHEN})|(?P<viewed>viewed\s+[\d.,]+[km]?\s+times?)"
    rf"|(?P<dated>(?:answered|edited|modified|active|commented)\s+{_WHEN})"
    r"|(?P<rated>\d[\d.,]*k?\s+reputation|reputation score\W+[\d.,]+k?"
    r"|(?:\d[\d.,]*k?)?(?:\s*(?:\d+\s+)?\d+\s(?:gold|silver|bronze) badges?|\s*[●•]\s*\d+){1,4})"
    rf"|(?P<actions>{_ACTION}(?:[\s|·•]+{_ACTION}){{0,6}})"
    r"|(?P<counted>\d+ answers?(?: sorted by)?|\d+ comments?)",
    re.IGNORECASE,
)
