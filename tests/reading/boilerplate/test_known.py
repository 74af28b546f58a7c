"""Lines of families, and what only looks like them."""

import pytest
from boilerplate.pages import TEXT, page, text_of


@pytest.mark.parametrize(
    "block", ["$$x$$", "$$\nx\n$$", "\\[x\\]", "> Share", "> Menu\n> Share\n> Print", "> Not found"]
)
def test_a_formula_or_a_quote_is_no_button(block):
    for blocks in ([TEXT[0], block, *TEXT[1:]], [*TEXT, block], [block, *TEXT]):
        assert text_of(page(*blocks)) == "\n\n".join(blocks)


@pytest.mark.parametrize("block", ["x", "Share", "**Share**", "Home\nShare\nPrint"])
def test_a_button_goes(block):
    assert text_of(page(*TEXT, block)) == "\n\n".join(TEXT)
