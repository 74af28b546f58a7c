"""Items that a script adds, as results of a search; stars under fingers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from reader_page import SHIFTS, article, stored

from browsing import count_requests, quiet

pytestmark = pytest.mark.browser

ADDED = """names => {
    const list = document.querySelector("#_results");
    list.replaceChildren(...names.map(name => {
        const item = document.createElement("li");
        item.id = "_" + name;
        const address = `../articles/${name.slice(0, 2)}/${name}.html`;
        item.innerHTML = `<h2><a href="${address}" lang="en">A <mark>${name}</mark></a></h2>`
            + '<p class="meta"><span>Herald</span> <time>2024-07-03</time></p>';
        return item;
    }));
    list.dispatchEvent(new CustomEvent("items:added", { bubbles: true }));
}"""


def added(page, *names):
    """Show results, as a search does."""
    page.evaluate(ADDED, [*names])


def test_results_say_what_was_opened_and_can_be_kept(page, served):
    page.goto(f"{served}articles/fi/fir.html")
    page.wait_for_selector("#_tools button")
    page.goto(f"{served}search/")
    added(page, "fir", "elm")
    expect(page.locator("li._seen")).to_have_attribute("id", "_fir")
    page.hover("#_elm a")
    page.click("#_elm ._star")
    expect(page.locator("._star[aria-pressed=true]")).to_have_count(1)
    assert stored(page, "later") == [article("elm", title="A elm")]
    added(page, "elm", "cedar")
    expect(page.locator("#_elm ._star")).to_have_attribute("aria-pressed", "true")
    assert page.locator("#_results ._star").count() == 2


def test_keys_go_through_results(page, served):
    page.goto(f"{served}search/")
    added(page, "elm", "fir")
    expect(page.locator("._star")).to_have_count(2)
    for key in "jjl":
        page.keyboard.press(key)
    expect(page.locator("#_fir a")).to_be_focused()
    expect(page.locator("#_fir ._star")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("v")
    page.wait_for_url("https://original.example/fir")
    page.go_back()
    added(page, "elm", "fir")
    expect(page.locator("#_fir._seen")).to_have_count(1)
    expect(page.locator("#_fir a")).to_be_focused()
    page.keyboard.press("o")
    expect(page.locator("article h1")).to_have_text("Notice fir")


# --- fingers ------------------------------------------------------------------------------------------

STARS = """all => all.map(one => [one, one.parentElement].map(one => one.getBoundingClientRect()))
    .filter(([{ width }]) => width)
    .map(([{ x, y, width, height }, { top, right }]) => [x, y, width, height, top, right])"""


@pytest.mark.parametrize("width", [360, 1024])
@pytest.mark.parametrize("address", ["", "sources/herald/", "search/"])
def test_stars_have_room_for_a_finger_and_do_not_overlap(browser, served, width, address):
    context = browser.new_context(has_touch=True, is_mobile=True, viewport={"width": width, "height": 740})
    count_requests(context)
    page = context.new_page()
    page.add_init_script(SHIFTS)
    page.goto(served + address)
    if address == "search/":
        added(page, "fir", "elm", "cedar")
    page.wait_for_selector("._star")
    quiet(page)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    stars = page.eval_on_selector_all("._star", STARS)
    assert len(stars) >= 3
    for n, (x, y, wide, high, top, right) in enumerate(stars):
        assert wide >= 44
        assert high >= 44
        assert (y, x + wide) == pytest.approx((top, right + 16), abs=1)
        assert not any(abs(one[0] - x) < 44 and abs(one[1] - y) < 43.5 for one in stars[n + 1 :])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
