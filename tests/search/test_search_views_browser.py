"""The page that searches as readers with other screens, colours, pointers and settings get it."""

from __future__ import annotations

import json
import urllib.parse
import xml.etree.ElementTree as ET

import pytest
from playwright.sync_api import expect
from searched_site import settled, status, titles, with_an_early_stop

from browsing import count_requests, quiet

pytestmark = pytest.mark.browser

VIEWS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "forced-dark": {"forced_colors": "active", "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True},
    "zoomed": {"viewport": {"width": 640, "height": 360}, "device_scale_factor": 2},
}
"""Settings of the browser. The page is zoomed to 200 % on a screen of 1,280 by 720 pixels."""
QUERIES = ("", "cellar", "hostile", "后门 source:安全新闻", "zeppelin flaw", "漏")
SHIFTS = """new PerformanceObserver(list => {
    const own = list.getEntries().filter(one => !one.hadRecentInput);
    window.shifted = own.reduce((all, one) => all + one.value, window.shifted ?? 0);
}).observe({ type: "layout-shift", buffered: true });"""
UNNAMED = """() => [...document.querySelectorAll("main :is(input, select, button, summary, a)")]
    .filter(one => one.checkVisibility())
    .filter(one => !(one.ariaLabel || (one.labels?.length ? one.labels[0] : one).innerText.trim()))
    .map(one => one.outerHTML)"""
SMALL = """() => [...document.querySelectorAll("main :is(input, select, button, summary)")]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 24)
    .map(one => one.outerHTML)"""
FAINT = """() => {
    const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const painted = (...colours) => {
        context.clearRect(0, 0, 1, 1);
        for (const colour of colours) {
            context.fillStyle = colour;
            context.fillRect(0, 0, 1, 1);
        }
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const luminance = colour => {
        const [red, green, blue] = colour.map(one => one / 255).map(
            one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4
        );
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const faint = [];
    const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const own = texts.currentNode.parentElement;
        if (!own.checkVisibility() || !texts.currentNode.data.trim()) continue;
        const around = [];
        for (let one = own; one; one = one.parentElement) around.unshift(one);
        const behind = around.map(one => getComputedStyle(one).backgroundColor);
        const both = [painted("white", ...behind, getComputedStyle(own).color), painted("white", ...behind)];
        const [dark, light] = both.map(luminance).sort((one, other) => one - other);
        if ((light + 0.05) / (dark + 0.05) < 4.5) faint.push(texts.currentNode.data);
    }
    return faint;
}"""


@pytest.fixture(scope="module", params=VIEWS)
def view(request, browser):
    """A page in one of the views."""
    context = browser.new_context(**VIEWS[request.param])
    count_requests(context)
    page = context.new_page()
    page.add_init_script(SHIFTS)
    yield page
    context.close()


def found(page, served, query):
    page.goto(f"{served}search/?q={urllib.parse.quote(query)}")
    settled(page)
    quiet(page)
    return page


@pytest.mark.parametrize("query", QUERIES)
def test_every_view_can_be_read_and_used(view, served, query):
    page = found(view, served, query)
    assert page.evaluate("window.shifted ?? 0") == 0
    for is_open in (False, True):
        page.evaluate("is => document.querySelector('details').open = is", is_open)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(UNNAMED) == []
        assert page.evaluate(SMALL) == []
        assert page.evaluate(FAINT) == []
    ids = page.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))


def test_a_status_of_two_lines_moves_no_results(view, served):
    top = "document.querySelector('#_results').getBoundingClientRect().top"
    before = found(view, served, "").evaluate(top)
    with_an_early_stop(view)
    page = found(view, served, "CVE-2024-3094")
    assert status(page).endswith("with older months to be searched.")
    assert page.evaluate(top) == before
    page.unroute_all()


def test_parts_of_the_page_have_their_roles(tab, served):
    page = found(tab, served, "cellar")
    assert page.get_by_role("search").count() == 1
    expect(page.get_by_role("searchbox", name="Words to search")).to_have_value("cellar")
    expect(page.get_by_role("status").first).to_contain_text("Articles found")
    assert page.locator("#_results").get_by_role("heading", level=2).count() == 10
    page.click("summary")
    for name in ("Source", "Tag", "Language", "Site of the original", "From", "Before"):
        expect(page.get_by_label(name, exact=True)).to_be_visible()
    expect(page.get_by_role("combobox", name="Order")).to_be_visible()


def test_matches_differ_in_every_view(view, served):
    page = found(view, served, "notice")
    style = "one => getComputedStyle(one).textDecorationLine + getComputedStyle(one).fontWeight"
    assert page.eval_on_selector("#_results mark", style) == "underline700"


def test_a_finger_searches_filters_and_opens(browser, served):
    context = browser.new_context(**VIEWS["phone"])
    page = found(context.new_page(), served, "")
    page.tap("[name=q]")
    page.keyboard.type("cellar")
    page.tap(".query button")
    expect(page.locator("#_results li")).to_have_count(10)
    page.tap("#_more")
    expect(page.locator("#_results li")).to_have_count(20)
    page.tap("summary")
    page.select_option("[name=order]", "date")
    page.wait_for_url("**order=date")
    expect(page.locator("#_results li")).to_have_count(10)
    page.tap("#_results li:nth-child(2) h2 a")
    expect(page.locator("article h1")).to_have_text("Notice 54")
    context.close()


REFUSED = """for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, { get() { throw new DOMException("", "SecurityError"); } });
}"""
FULL = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };"


@pytest.mark.parametrize("script", [REFUSED, FULL])
def test_storage_refused_or_full_costs_only_the_place(page, served, script):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script(script)
    found(page, served, "cellar")
    page.click("#_more")
    expect(page.locator("#_results li")).to_have_count(20)
    page.fill("[name=q]", "flaw")
    page.press("[name=q]", "Enter")
    expect(page.locator("#_results h2")).to_have_text(["A flaw called Café"])
    page.go_back()
    expect(page.locator("[name=q]")).to_have_value("cellar")
    expect(page.locator("#_results li")).to_have_count(10)
    page.reload()
    expect(page.locator("#_results li")).to_have_count(10)
    assert not complaints


@pytest.mark.parametrize(
    ("place", "count"),
    [
        ("{", 10), ("7", 10), ("null", 10), ("[]", 10), ('{"count": "x"}', 10), ('{"count": {}}', 10),
        ('{"count": -1}', 10), ('{"count": 2.5, "scroll": {}}', 3), ('{"count": "15"}', 15),
    ],
)  # fmt: skip
def test_a_damaged_place_is_none(page, served, place, count):
    found(page, served, "cellar")
    page.add_init_script(f"""for (const key of Object.keys(sessionStorage)) {{
        sessionStorage.setItem(key, {json.dumps(place)});
    }}""")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.reload()
    settled(page)
    expect(page.locator("#_results li")).to_have_count(count)


def test_two_tabs_search_and_return_on_their_own(browser, served):
    context = browser.new_context()
    one, other = (found(context.new_page(), served, "cellar") for _ in range(2))
    one.click("#_more")
    expect(one.locator("#_results li")).to_have_count(20)
    for page, query, title in ((one, "flaw", "A flaw called Café"), (other, "xz-utils", "开源组件 xz-utils")):
        page.fill("[name=q]", query)
        page.press("[name=q]", "Enter")
        expect(page.locator("#_results h2")).to_contain_text([title])
    for page, count in ((one, 20), (other, 10)):
        page.go_back()
        expect(page.locator("[name=q]")).to_have_value("cellar")
        expect(page.locator("#_results li")).to_have_count(count)
        page.reload()
        expect(page.locator("#_results li")).to_have_count(count)
    context.close()


@pytest.mark.parametrize("query", ["cellar street", '"notice 12"', "开源组件", "c++ & .net", "a%b+c#d"])
def test_a_browsers_search_engine_leads_to_what_it_is_asked(tab, site, served, query):
    tab.goto(served)
    link = tab.get_attribute("link[rel=search]", "href")
    description = ET.fromstring((site / "public" / link).read_text("utf-8"))
    url = next(one for one in description if one.tag.endswith("}Url"))
    address = url.attrib["template"].replace("{searchTerms}", urllib.parse.quote_plus(query))
    assert address.startswith("https://digest.example/d/")
    tab.goto(address.replace("https://digest.example/d/", served))
    settled(tab)
    assert tab.input_value("[name=q]") == query
    assert status(tab).startswith(f"No article matches: {query}" if query == "a%b+c#d" else "Articles found")
    assert bool(titles(tab)) is (query != "a%b+c#d")
