"""What a reader of a browser keeps: colours, articles for later, what is new and opened, links to share."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect
from reader_page import HOUR, ITEM, SHIFTS, article, away, opened, put, stored, until

from browsing import quiet
from generator.render.newest import mark
from serving import serving
from writing import build_site, write_clipping, write_config

pytestmark = pytest.mark.browser


# --- colours and text size --------------------------------------------------------------------------


def test_colours_and_size_are_chosen_by_pointer_and_keyboard_and_hold_everywhere(page, served):
    page.goto(f"{served}later/#_settings")
    dark = "getComputedStyle(document.body.parentElement).colorScheme"
    page.check("[name=theme][value=dark]")
    assert page.evaluate(dark) == "dark"
    page.focus("[name=size]:checked")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[name=size]:checked")).to_have_value("112")
    for address in ("", "articles/fi/fir.html", "search/", "404.html"):
        page.goto(served + address)
        assert page.evaluate(dark) == "dark"
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "17.92px"
    page.goto(f"{served}later/")
    page.check("[name=theme][value=system]")
    assert page.evaluate(dark) == "light dark"


def test_colours_are_set_before_anything_is_drawn(page, served):
    page.goto(f"{served}later/")
    page.check("[name=theme][value=dark]")
    page.add_init_script(
        "const first = () => document.body && (window.first ??= document.documentElement.dataset.theme);"
        "new MutationObserver(first).observe(document, { childList: true, subtree: true });"
    )
    page.goto(served)
    assert page.evaluate("window.first") == "dark"


def test_another_tab_follows(page, context, served):
    other = context.new_page()
    other.goto(served)
    page.goto(f"{served}later/")
    page.check("[name=theme][value=dark]")
    until(other, "document.documentElement.dataset.theme === 'dark'")


# --- for later ----------------------------------------------------------------------------------------


def test_an_item_is_kept_by_pointer_and_listed_and_removed(page, served):
    opened(page, served)
    page.hover(ITEM)
    page.click("#fir ._star")
    expect(page.locator("#fir ._star")).to_have_attribute("aria-pressed", "true")
    page.hover("#elm > a")
    expect(page.locator("#fir ._star")).to_be_visible()
    page.goto(f"{served}later/")
    expect(page.locator("#_list h2")).to_have_text(["Notice fir"])
    expect(page.locator("#_list p")).to_contain_text("Herald")
    page.click("#_list button")
    expect(page.locator("#_none")).to_be_visible()
    expect(page.locator("#_status")).to_have_text("Removed: Notice fir")
    assert stored(page, "later") == []


def test_an_item_of_a_month_is_kept_with_its_source(page, served):
    opened(page, f"{served}sources/herald/2024/07/")
    page.locator("._star").first.dispatch_event("click")
    page.goto(f"{served}later/")
    expect(page.locator("#_list li p")).to_contain_text("Herald")


def test_an_original_with_a_long_address_in_chinese_is_kept(context, tmp_path):
    write_config(tmp_path)
    url = "https://original.example/" + "长" * 1500
    write_clipping(tmp_path / "content", "a.md", "", title="Far away", date="2024-07-03", url=url)
    build_site(tmp_path)
    with serving(tmp_path / "public") as address:
        page = context.new_page()
        page.goto(address)
        page.locator("._star").dispatch_event("click")
        page.goto(f"{address}later/")
        expect(page.locator("#_list h2")).to_have_text(["Far away"])


def test_a_kept_item_leads_to_its_article_and_its_button_says_so(page, served):
    page.goto(f"{served}articles/fi/fir.html")
    page.click("text=Read later")
    expect(page.locator("#_tools [aria-pressed=true]")).to_have_count(1)
    page.goto(f"{served}later/")
    page.click("text=Notice fir")
    expect(page.locator("article h1")).to_have_text("Notice fir")
    expect(page.locator("#_tools [aria-pressed=true]")).to_have_text("★ Read later")


def test_a_finger_finds_a_star_at_each_item(browser, served):
    context = browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.add_init_script(SHIFTS)
    opened(page, served)
    page.tap("#fir ._star")
    expect(page.locator("#fir ._star")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("window.shifted ?? 0") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.tap(ITEM)
    expect(page.locator("article h1")).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_star_covers_no_letter(page, served, width):
    """A title may end where its line does."""
    page.set_viewport_size({"width": width, "height": 740})
    opened(page, served)
    page.hover(ITEM)
    star = page.locator("#fir ._star").bounding_box()
    item = page.locator("#fir").evaluate(
        "li => li.clientWidth - parseFloat(getComputedStyle(li).paddingRight)"
    )
    assert star["x"] >= page.locator("#fir").bounding_box()["x"] + item - 1
    assert star["x"] + star["width"] <= width


def test_a_note_keeps_its_colour_when_its_article_was_opened(page, served):
    opened(page, served)
    colours = page.locator("#fir").evaluate(
        """li => {
            li.classList.add("_seen")
            const note = document.createElement("div")
            note.className = "said"
            li.append(note)
            const colours = [li, note, document.body].map(one => getComputedStyle(one).color)
            note.remove()
            li.classList.remove("_seen")
            return colours
        }"""
    )
    assert colours[1] == colours[2] != colours[0]


def test_two_tabs_keep_what_the_other_kept(page, context, served):
    other = context.new_page()
    opened(page, served)
    opened(other, served)
    for tab, name in ((page, "fir"), (other, "elm"), (page, "cedar")):
        tab.goto(f"{served}articles/{name[:2]}/{name}.html")
        tab.click("text=Read later")
    assert [one["id"] for one in stored(page, "later")] == ["fir", "elm", "cedar"]


# --- new and opened -----------------------------------------------------------------------------------


def test_marks_are_those_of_the_list(page, served):
    page.goto(served)
    names = ["fir", "é", "漏洞", "a" * 80]
    found = page.evaluate("async names => names.map((await import('./assets/reader-kept.js')).markOf)", names)
    assert found == [mark(name) for name in names]


def test_nothing_is_new_at_first(page, served):
    opened(page, served)
    assert page.locator("._new, ._bar, ._plus").count() == 0


def test_what_came_since_the_last_visit_is_new(grown, served):
    expect(grown.locator("._bar p")).to_contain_text("1 new")
    expect(grown.locator("._new")).to_have_attribute("id", "ginkgo")
    grown.goto(f"{served}archive/")
    expect(grown.locator("._plus")).to_have_text(["+1", "+1"])
    grown.goto(f"{served}sources/")
    expect(grown.locator("tr:has(._plus) th")).to_have_text("Herald")
    grown.goto(f"{served}2024/07/02/")
    grown.click("text=Next new")
    expect(grown.locator("#ginkgo > a")).to_be_focused()


def test_counts_of_three_digits_fit_beside_each_other_on_a_phone(grown, served):
    grown.set_viewport_size({"width": 360, "height": 740})
    grown.goto(f"{served}sources/")
    expect(grown.locator("._plus")).to_have_count(1)
    ends = grown.evaluate(
        """() => {
            const plus = document.querySelector("._plus");
            const number = document.createRange();
            number.selectNodeContents(plus.previousSibling);
            plus.previousSibling.textContent = "657";
            plus.textContent = "+374";
            plus.closest("tr").querySelector("a").textContent = "A name that takes all the room it can get";
            return [plus.getBoundingClientRect().right, number.getBoundingClientRect().left];
        }"""
    )
    assert ends[0] < ends[1]
    grown.goto(served)  # what this test moved is no fault


def test_new_holds_through_reload_back_and_other_tabs(grown, served, context):
    grown.reload()
    expect(grown.locator("._new")).to_have_count(1)
    grown.goto(f"{served}articles/fi/fir.html")
    grown.go_back()
    expect(grown.locator("._new")).to_have_count(1)
    other = context.new_page()
    other.goto(served)
    expect(other.locator("._new")).to_have_count(1)


def test_half_an_hour_away_or_all_seen_ends_a_visit(grown, served, context):
    other = context.new_page()
    other.goto(served)
    expect(other.locator("._new")).to_have_count(1)
    away(grown, 0.4)
    grown.reload()
    expect(grown.locator("._new")).to_have_count(1)
    grown.click("text=All seen")
    for tab in (grown, other):
        expect(tab.locator("._new, ._bar")).to_have_count(0)


def test_a_visit_ends_on_an_article_too(grown, served):
    away(grown)
    grown.goto(f"{served}articles/fi/fir.html")
    quiet(grown)
    grown.goto(served)
    quiet(grown)
    expect(grown.locator("._new")).to_have_count(0)


def test_older_articles_that_enter_the_list_are_not_new(page, served):
    opened(page, served)
    visit = stored(page, "visit")
    known = re.findall(".{5}", visit["known"])
    first = [one for one in known if one not in {mark("amber"), mark("birch")}]
    away_at = visit["at"] - HOUR
    shorter = {**visit, "known": "".join(first), "listed": "2024-07-02", "since": "2024-07-02", "at": away_at}
    put(page, "visit", json.dumps(shorter))
    opened(page, f"{served}2024/07/01/")
    assert page.locator("._new, ._bar").count() == 0


def test_what_was_opened_stays_recognisable(page, served):
    opened(page, served)
    page.click(ITEM)
    page.go_back()
    expect(page.locator("#fir._seen")).to_be_visible()
    assert "opened" in page.inner_text("#fir ._hidden")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.click("#linkalone > a")
    page.wait_for_url("https://original.example/link")
    page.goto(f"{served}sources/herald/")
    expect(page.locator("#linkalone._seen")).to_have_count(1)
    assert len(stored(page, "seen")) == 10


# --- sharing ------------------------------------------------------------------------------------------


def test_link_and_citation_are_copied(page, served):
    page.goto(f"{served}articles/fi/fir.html")
    page.click("text=Copy link")
    expect(page.locator("._said")).to_have_text("Copied")
    copied = "navigator.clipboard.readText()"
    assert page.evaluate(copied) == "https://digest.example/articles/fi/fir.html"
    page.click("text=Copy citation")
    until(page, f"{copied}.then(text => text.startsWith('“Notice fir”. Herald. 2024-07-03. '))")
    assert page.evaluate(copied).endswith(
        "https://original.example/fir. https://digest.example/articles/fi/fir.html"
    )


def test_the_system_shares_where_it_can(page, served):
    page.add_init_script("navigator.share = async given => { window.shared = given; };")
    page.goto(f"{served}articles/fi/fir.html")
    page.click("#_tools >> text=/^Share/")
    assert page.evaluate("window.shared") == {
        "title": "Notice fir",
        "url": "https://digest.example/articles/fi/fir.html",
    }


# --- what counts as opened ----------------------------------------------------------------------------


@pytest.mark.parametrize("button", ["left", "middle"])
def test_the_original_counts_as_opened_whatever_the_button(page, served, button):
    opened(page, f"{served}sources/herald/")
    page.click("#fir >> text=Original", button=button)
    if button == "left":
        page.wait_for_url("https://original.example/fir")
        page.goto(f"{served}sources/herald/")
    expect(page.locator("li._seen")).to_have_attribute("id", "fir")


def test_a_title_opened_in_another_tab_counts(page, served):
    opened(page, served)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.click("#linkalone > a", button="middle")
    expect(page.locator("li._seen")).to_have_attribute("id", "linkalone")


def test_links_of_sources_and_tags_do_not_count(page, served):
    opened(page, f"{served}tags/wood/")
    page.click("#hostile p a >> nth=0")
    page.wait_for_url("**/sources/**")
    assert stored(page, "seen") is None


# --- a full list --------------------------------------------------------------------------------------


def full(page, served):
    page.goto(f"{served}404.html")
    put(page, "later", json.dumps([article(f"a{n}") for n in range(200)]))


def test_a_full_list_takes_no_other_article_and_says_so(page, served):
    full(page, served)
    said = "The list is full: it holds 200 articles. Remove one to keep another."
    opened(page, served)
    page.hover(ITEM)
    page.click("#fir ._star")
    expect(page.locator("._said")).to_have_text(said)
    expect(page.locator("._said")).to_be_in_viewport()
    expect(page.locator("#fir ._star")).to_have_attribute("aria-pressed", "false")
    page.goto(f"{served}articles/fi/fir.html")
    page.click("text=Read later")
    expect(page.locator("._said")).to_have_text(said)
    page.goto(f"{served}later/")
    expect(page.locator("#_full")).to_have_text(said)
    assert [one["id"] for one in stored(page, "later")] == [f"a{n}" for n in range(200)]
    page.click("#_list button >> nth=0")
    expect(page.locator("#_full")).to_be_hidden()


# --- time ---------------------------------------------------------------------------------------------


def pressed(page, selector):
    """Press a button as slowly as a finger does."""
    box = page.locator(selector).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(50)
    page.mouse.up()


def test_a_button_works_also_when_the_reader_was_noticed_a_while_ago(grown):
    away(grown, 0.01)
    pressed(grown, "text=Next new")
    until(grown, "document.activeElement.closest('li')?.id === 'ginkgo'")
    away(grown, 0.01)
    pressed(grown, "text=All seen")
    expect(grown.locator("._new, ._bar")).to_have_count(0)


def test_an_opened_article_is_no_longer_new(grown, served):
    grown.goto(f"{served}articles/gi/ginkgo.html")
    grown.wait_for_selector("#_tools button")
    opened(grown, f"{served}2024/07/02/")
    expect(grown.locator("#ginkgo._seen")).to_have_count(1)
    expect(grown.locator("._new, ._bar")).to_have_count(0)


def test_nothing_is_said_at_the_first_visit(page, served):
    opened(page, served)
    page.wait_for_timeout(200)
    expect(page.locator("body > [role=status]")).to_have_text("")


def test_what_two_tabs_know_agrees_at_once(grown, context, served):
    other = context.new_page()
    opened(other, f"{served}2024/07/02/")
    expect(other.locator("#ginkgo._new")).to_have_count(1)
    other.focus("#ginkgo > a")
    other.keyboard.press("l")
    expect(grown.locator("#ginkgo ._star")).to_have_attribute("aria-pressed", "true")
    grown.goto(f"{served}articles/gi/ginkgo.html")
    expect(other.locator("#ginkgo._seen:not(._new)")).to_have_count(1)
    grown.wait_for_selector("#_tools button")
    grown.click("#_tools button")
    expect(other.locator("#ginkgo ._star")).to_have_attribute("aria-pressed", "false")
