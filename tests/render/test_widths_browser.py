"""Every kind of page in a real browser, from small phones to wide screens: none is wider than the screen."""

import msgspec
import pytest
from markupsafe import Markup
from theme_views import (
    SOURCE,
    article_view,
    block,
    day_view,
    frame,
    item,
    month_calendar,
    period_view,
    site,
    views_by_template,
    wide_sources_view,
    write_assets,
)

from generator.model.types import Period
from generator.render.later_view import LaterView
from generator.render.search_view import SearchView
from generator.render.templates import Templates
from generator.render.views import ArticleLink

pytestmark = pytest.mark.browser

WIDTHS = (320, 360, 480, 640, 768, 1280, 1920)
LONG = ("establish" * 12, "没有空格的很长的标题" * 6, "A title of a usual length, as newspapers have them")
ITEMS = tuple(
    item(f"i{n:011}", title=title, excerpt=title * 3, note=Markup(f"<p>{title}</p>"))
    for n, title in enumerate(LONG)
)
MONTHS = tuple(
    msgspec.structs.replace(month_calendar(), month=msgspec.structs.replace(SOURCE, count=98_765))
    for _ in range(12)
)
"""A calendar for each month of a year."""
PAGES = {
    "day.html": [
        day_view(
            block(*ITEMS, anchor=""), count=310, picks=ITEMS, stories=ITEMS, links=(block(*ITEMS, anchor=""),)
        )
    ],
    "period.html": [
        period_view(Period.WEEK, picks=ITEMS, stories=ITEMS),
        period_view(Period.MONTH, picks=ITEMS, calendars=MONTHS[:1]),
        period_view(Period.YEAR, picks=ITEMS, calendars=MONTHS),
    ],
    "sources.html": [wide_sources_view(*LONG)],
    "later.html": [LaterView()],
    "search.html": [SearchView(texts=True)],
    "article.html": [
        article_view(
            title=LONG[0],
            note=ITEMS[0].note,
            previous=ArticleLink(title=LONG[0], address="a.html", language="en", dir="ltr", source=LONG[0]),
            body=Markup(f"<p>{LONG[0]}</p><pre tabindex=0><code>{LONG[0]}</code></pre>"),
        )
    ],
}


def every_page(language):
    """Yield the name of each template, and the HTML of its pages with usual and with long texts."""
    templates = Templates(None, site(language, file_links=True))
    usual = views_by_template()
    del usual["redirect.html"]
    for template in usual | PAGES:
        for view in (*([usual[template]] if template in usual else ()), *PAGES.get(template, ())):
            yield template, templates.render(frame(template, template, language=language), view)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_page_is_wider_than_its_screen(tab, tmp_path, language):
    """Folds are open. Letters are larger too; twice as large, tablets show what phones do not."""
    write_assets(tmp_path, Templates(None, site(language, file_links=True)))
    screen = tab.context.new_cdp_session(tab)  # ten times as quick as Playwright's own resizing
    wider = []
    for template, html in every_page(language):
        (tmp_path / template).write_bytes(html)
        tab.goto((tmp_path / template).as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        for size, widths in ((100, WIDTHS), (150, (360,)), (200, (640, 768, 1280))):
            tab.evaluate(f"document.documentElement.style.fontSize = '{size}%'")
            for width in widths:
                metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
                screen.send("Emulation.setDeviceMetricsOverride", metrics)
                if (over := tab.evaluate("document.documentElement.scrollWidth") - width) > 0:
                    wider.append((template, size, width, over))
    screen.send("Emulation.clearDeviceMetricsOverride")
    assert wider == []


def test_a_wide_table_of_sources_scrolls_in_a_region_of_its_own(tab, tmp_path):
    templates = Templates(None, site(file_links=True))
    write_assets(tmp_path, templates)
    (tmp_path / "sources.html").write_bytes(
        templates.render(frame("sources.html", "sources.html"), PAGES["sources.html"][0])
    )
    tab.set_viewport_size({"width": 360, "height": 800})
    tab.goto((tmp_path / "sources.html").as_uri())
    tab.evaluate("document.querySelector('details').open = true")
    region = tab.get_by_role("region", name="Sources")
    assert region.evaluate("box => box.scrollWidth > box.clientWidth")
    region.focus()
    region.evaluate("box => { box.onscroll = () => { box.dataset.scrolled = '' } }")
    tab.keyboard.press("ArrowRight")
    tab.wait_for_selector(".scroll[data-scrolled]")


SHORT = """() => [...document.querySelectorAll("a, button, summary")]
  .filter(one => one.checkVisibility())
  .filter(one => !one.matches(".skip, h3 > a, p > a, p > span > a, dd a, .all .tally a, .body *, .picked *"))
  .map(one => [one.outerHTML.slice(0, 60), Math.round(one.getBoundingClientRect().height)])
  .filter(([, height]) => height && height < 44)"""
"""Links outside of titles, lines of facts, flowing lists and texts that are less than 44 pixels high."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_fingers_find_links_that_stand_alone(tab, tmp_path, language):
    write_assets(tmp_path, Templates(None, site(language, file_links=True)))
    tab.set_viewport_size({"width": 360, "height": 740})
    short = {}
    for template, html in every_page(language):
        (tmp_path / template).write_bytes(html)
        tab.goto((tmp_path / template).as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        if found := tab.evaluate(SHORT):
            short[template] = found
    assert short == {}
