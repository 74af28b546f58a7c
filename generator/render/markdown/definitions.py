"""Recognise lines that are link definitions in CommonMark, but text in a clipping."""

from __future__ import annotations

from markdown_it.rules_block import StateBlock, reference

from generator.markup.definitions import BEGIN, is_text, labels_referred_to


def text_like_definition(state: StateBlock, line: int) -> int | None:
    """Return the last line of a text that looks like a definition; None if no such text starts here."""
    begin = BEGIN.match(state.src, state.bMarks[line] + state.tShift[line])
    if begin is None:
        return None
    if "referred" not in state.env:
        state.env["referred"] = labels_referred_to(state.src)
    if not is_text(begin, state.env["referred"]) or not reference(state, line, state.lineMax, True):
        return None
    return line + begin[0].count("\n")
