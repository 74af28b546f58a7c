"""Keys, in a real browser, from a plain server."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from reader_page import ITEM, opened, stored, until
from reader_site import write_article, write_site

from browsing import quiet
from serving import serving
from writing import build_site, write_clipping, write_config

pytestmark = pytest.mark.browser


def test_keys_go_from_item_to_item_and_read(page, served):
    opened(page, served)
    titles = page.locator(".day ol > li > a:visible")
    page.keyboard.press("j")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(titles.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(titles.nth(0)).to_be_focused()
    title = titles.nth(0).evaluate("one => one.firstChild.textContent.trim()")
    page.keyboard.press("l")
    expect(page.locator("._star[aria-pressed=true]")).to_have_count(1)
    page.keyboard.press("o")
    expect(page.locator("article h1")).to_contain_text(title.replace("\xa0", "")[:10])
    page.wait_for_selector("#_tools button")
    page.keyboard.press("l")
    until(page, "localStorage.getItem('broadsheet / later') === '[]'")
    page.keyboard.press("b")
    expect(titles.nth(0)).to_be_focused()


def test_keys_open_folds(context, tmp_path):
    write_site(tmp_path)
    for n in range(6):  # a day of ten articles is folded
        fields = {"date": "2024-07-03", "title": f"Link {n}", "source": "Herald", "id": f"link{n:08}"}
        write_clipping(tmp_path / "content", f"link{n}.md", "", url=f"https://original.example/{n}", **fields)
    build_site(tmp_path)
    page = context.new_page()
    with serving(tmp_path / "public") as address:
        opened(page, address)
        titles = page.locator(":is(#_picks, #_stories, #_read) li > :is(a, h3 a)")
        for _ in range(titles.count() + 1):
            page.keyboard.press("j")
        expect(page.locator("summary")).to_be_focused()
        page.keyboard.press("o")
        page.keyboard.press("j")
        first = page.locator("#_links li > a").first
        expect(first).to_be_focused()
        original = first.get_attribute("href")
        assert original.startswith("https://original.example/")
        page.route(original, lambda route: route.fulfill(body="original"))
        page.keyboard.press("v")
        page.wait_for_url(original)


@pytest.mark.parametrize(
    ("start", "keys", "end"),
    [
        ("2024/07/02/", "[", "2024/07/01/"),
        ("2024/07/02/", "]", "2024/07/03/"),
        ("2024/07/02/", "gd", ""),
        ("2024/07/02/", "gs", "sources/"),
        ("2024/07/02/", "gt", "tags/"),
        ("2024/07/02/", "gl", "later/"),
        ("2024/07/02/", "/", "search/"),
        ("search/", "gs", "sources/"),
        ("articles/fi/fir.html", "b", "2024/07/03/#fir"),
        ("sources/herald/2024/07/", "b", "sources/herald/"),
    ],
)
def test_keys_go_from_page_to_page(page, served, start, keys, end):
    page.goto(served + start)
    quiet(page)
    for one in keys:
        page.keyboard.press(one)
    page.wait_for_url(served + end)


def test_brackets_go_through_the_articles_of_a_day(page, served):
    page.goto(f"{served}articles/am/amber.html")
    following = page.get_attribute("a[rel=next]", "href") if page.locator("a[rel=next]").count() else None
    page.keyboard.press("]" if following else "[")
    expect(page.locator("article h1")).to_have_text("Notice birch")


def test_v_opens_the_original_of_an_item_with_a_page_and_of_an_article(page, served):
    opened(page, served)
    page.focus(ITEM)
    page.keyboard.press("v")
    page.wait_for_url("https://original.example/fir")
    page.goto(f"{served}articles/fi/fir.html")
    page.keyboard.press("v")
    page.wait_for_url("https://original.example/fir")


def test_keys_do_nothing_in_fields_with_modifiers_and_while_a_word_is_composed(page, served):
    page.goto(f"{served}search/")
    page.focus("[name=q]")
    page.keyboard.type("gs?jo")
    expect(page.locator("[name=q]")).to_have_value("gs?jo")
    opened(page, served)
    for modifier in ("Control", "Alt", "Meta"):
        page.keyboard.press(f"{modifier}+j")
    for init in ("isComposing: true", "keyCode: 229"):
        page.evaluate(f"dispatchEvent(new KeyboardEvent('keydown', {{ key: 'j', bubbles: true, {init} }}))")
    quiet(page)
    assert page.evaluate("document.activeElement === document.body")


def test_all_keys_are_shown_and_turned_off_and_on_again(page, served):
    opened(page, served)
    page.keyboard.press("?")
    expect(page.locator("dialog[open] h2")).to_have_text("Keys")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    page.keyboard.press("?")
    page.click("text=Turn keys off")
    page.keyboard.press("j")
    page.keyboard.press("?")
    assert page.locator("dialog").count() == 0
    page.focus(ITEM)
    page.keyboard.press("Tab")
    expect(page.locator("#fir ._star")).to_be_focused()
    page.goto(f"{served}later/")
    page.check("[name=keys]")
    opened(page, served)
    page.keyboard.press("j")
    expect(page.locator(".day ol > li > a:visible").first).to_be_focused()


FOCUSED = "document.activeElement.closest('li')?.id"


def test_the_field_has_the_focus_after_a_slash(page, served):
    for address in ("", "articles/fi/fir.html", "later/"):
        page.goto(served + address)
        quiet(page)
        page.keyboard.press("/")
        expect(page.locator("[name=q]")).to_be_focused()
        page.keyboard.type("fir")
        expect(page.locator("[name=q]")).to_have_value("fir")
        assert "#" not in page.url
    page.goto(f"{served}search/")
    quiet(page)
    expect(page.locator("[name=q]")).not_to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("[name=q]")).to_be_focused()


@pytest.mark.parametrize("address", ["", "2024/07/03/", "sources/gazette/", "tags/wood/", "later/"])
@pytest.mark.parametrize("is_clicked", [True, False])
def test_b_leads_back_to_the_item_that_was_left(page, served, address, is_clicked):
    opened(page, served)
    page.focus("#hostile > a")
    page.keyboard.press("l")
    expect(page.locator("#hostile ._star[aria-pressed=true]")).to_have_count(1)
    page.goto(served + address)
    quiet(page)
    if is_clicked:
        page.click("#hostile >> a >> nth=0")
    else:
        page.focus("#hostile >> a >> nth=0")
        page.keyboard.press("o")
    page.wait_for_selector("#_tools button")
    page.keyboard.press("b")
    page.wait_for_url(served + address)
    until(page, f"{FOCUSED} === 'hostile'")
    expect(page.locator("#hostile >> a >> nth=0")).to_be_in_viewport()


def test_b_leads_from_another_page_to_the_item_of_the_day(page, served):
    page.goto(f"{served}articles/fi/fir.html")
    quiet(page)
    page.keyboard.press("b")
    page.wait_for_url("**/2024/07/03/#fir")
    expect(page.locator(ITEM)).to_be_focused()


def test_b_leads_back_also_after_a_jump_within_the_article(page, served):
    opened(page, served)
    page.click(ITEM)
    page.wait_for_selector("#_tools button")
    page.evaluate("location.hash = '_top'")
    page.keyboard.press("b")
    page.wait_for_url("**/2024/07/03/#fir")


def listed(page):
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_be_visible()
    keys = page.locator("dialog dt").all_inner_texts()
    page.keyboard.press("Escape")
    return [one.strip() for one in keys]


def test_only_keys_that_work_are_shown(context, tmp_path, page, served):
    opened(page, f"{served}2024/07/02/")
    everything = ["j k", "o Enter", "v", "[ ]", "l", "/", "g d", "g s", "g t", "g l", "?"]
    assert listed(page) == everything
    page.goto(f"{served}search/")
    quiet(page)
    assert listed(page) == ["/", "g d", "g s", "g t", "g l", "?"]
    page.goto(f"{served}articles/fi/fir.html")
    quiet(page)
    assert listed(page) == ["v", "b", "[ ]", "l", "/", "g d", "g s", "g t", "g l", "?"]
    write_config(tmp_path, 'title = "Press"\nsearch = "none"\n')
    write_article(tmp_path, "fir", "2024-07-03")
    build_site(tmp_path)
    bare = context.new_page()
    with serving(tmp_path / "public") as address:
        opened(bare, address)
        assert listed(bare) == ["j k", "o Enter", "v", "l", "g d", "g s", "g l", "?"]
        bare.close()


def pressed(page, key, **state):
    """Press a key with modifiers that only a system can report. Returns whether a shortcut stays possible."""
    return page.evaluate(
        """([key, state]) => dispatchEvent(
            new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...state }))""",
        [key, state],
    )


@pytest.mark.parametrize("state", [{}, {"ctrlKey": True, "altKey": True}])
def test_keys_work_where_they_are_typed_with_altgr(page, served, state):
    page.goto(f"{served}2024/07/02/")
    quiet(page)
    pressed(page, "[", modifierAltGraph=True, **state)
    page.wait_for_url(f"{served}2024/07/01/")


def test_keys_work_where_they_are_typed_with_option(page, served):
    page.add_init_script("Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' });")
    page.goto(f"{served}2024/07/02/")
    quiet(page)
    pressed(page, "[", ctrlKey=True, altKey=True, modifierAltGraph=True)  # of a screen reader
    pressed(page, "[", metaKey=True)
    page.wait_for_timeout(300)
    assert page.url == f"{served}2024/07/02/"
    pressed(page, "[", altKey=True)
    page.wait_for_url(f"{served}2024/07/01/")


@pytest.mark.parametrize(
    "state",
    [
        {"ctrlKey": True},
        {"altKey": True},
        {"metaKey": True},
        {"ctrlKey": True, "altKey": True},
        {"metaKey": True, "modifierAltGraph": True},
    ],
)
def test_shortcuts_stay_those_of_the_browser(page, served, state):
    opened(page, f"{served}2024/07/02/")
    page.keyboard.press("j")
    until(page, f"{FOCUSED} !== undefined")
    at = page.evaluate(FOCUSED)
    for key in "[]/j?l":
        assert pressed(page, key, **state)
    page.wait_for_timeout(300)
    assert page.url == f"{served}2024/07/02/"
    assert page.evaluate(FOCUSED) == at
    assert page.locator("dialog, ._star[aria-pressed=true]").count() == 0


def test_v_counts_as_opened(page, served):
    opened(page, served)
    page.focus("#fir > a")
    page.keyboard.press("v")
    page.wait_for_url("https://original.example/fir")
    page.go_back()
    expect(page.locator("#fir._seen")).to_have_count(1)
    until(page, f"{FOCUSED} === 'fir'")


def test_keys_go_through_what_is_kept(page, served):
    for name in ("fir", "elm"):
        page.goto(f"{served}articles/{name[:2]}/{name}.html")
        page.click("text=Read later")
    page.goto(f"{served}later/")
    expect(page.locator("#_list li")).to_have_count(2)
    page.keyboard.press("j")
    until(page, f"{FOCUSED} === 'elm'")
    page.keyboard.press("l")
    until(page, f"{FOCUSED} === 'fir'")
    assert [one["id"] for one in stored(page, "later")] == ["fir"]
    page.keyboard.press("o")
    expect(page.locator("article h1")).to_have_text("Notice fir")
