"""Lines that define the address of a link to CommonMark, and are text in a clipping."""

from __future__ import annotations

from markdown_it.rules_block import StateBlock, reference

from generator.markup.definitions import BEGIN, is_text, labels_referred_to


def text_like_definition(state: StateBlock, line: int) -> int | None:
    """The last line of a text that CommonMark would take for a definition; None where no such text begins."""
    begin = BEGIN.match(state.src, state.bMarks[line] + state.tShift[line])
    if begin is None:
        return None
    if "referred" not in state.env:
        state.env["referred"] = labels_referred_to(state.src)
    if not is_text(begin, state.env["referred"]) or not reference(state, line, state.lineMax, True):
        return None
    return line + begin[0].count("\n")
