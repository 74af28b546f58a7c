"""Style sheets as published mean the same to a real browser as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.config.resources import theme
from generator.render.stylesheets import compact

RULES = """sheet => {
    const style = document.createElement("style");
    style.textContent = sheet;
    document.head.append(style);
    const rules = [...style.sheet.cssRules].map(({ cssText }) => cssText);
    style.remove();
    return rules.map(text => text.replace(/\\s+/g, " ").replace(/, /g, ","));
}"""


@pytest.mark.browser
@pytest.mark.parametrize("sheet", sorted(theme().rglob("*.css")), ids=lambda sheet: Path(sheet).name)
def test_a_sheet_of_the_theme_means_the_same(tab, sheet):
    written = sheet.read_bytes()
    published = compact(written)
    assert len(published) < 0.92 * len(written)
    rules = tab.evaluate(RULES, written.decode())
    assert rules
    assert tab.evaluate(RULES, published.decode()) == rules


def test_strings_and_pseudo_classes_stay_as_they_are():
    sheet = b"""/* it's gone */
a :hover, b  > c { content: "a  /* b */ ; c"; --x:  'y } z';
  &:focus { color : red; }
}
@media (width < 40rem) { p { margin: 0 } }
"""
    assert compact(sheet).decode() == (
        """a :hover,b > c{content:"a  /* b */ ; c";--x:'y } z';&:focus{color : red}}"""
        "@media (width < 40rem){p{margin:0}}\n"
    )
