"""What is stored: shown, exported, imported and erased; refused, full and damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect
from reader_page import ITEM, article, away, opened, put, stored
from reader_site import HOSTILE, write_site

from browsing import quiet
from serving import serving

pytestmark = pytest.mark.browser


def test_all_that_is_stored_is_shown_exported_erased_and_imported(page, served, tmp_path):
    page.goto(f"{served}articles/fi/fir.html")
    page.click("text=Read later")
    opened(page, served)
    page.goto(f"{served}later/")
    page.check("[name=size][value='125']")
    page.click("text=Show all of it")
    assert '"id": "fir"' in page.inner_text("pre")
    places = ("broadsheet / ?q=fir", "broadsheet /other/ ?q=fir")
    page.evaluate("places => places.forEach(place => sessionStorage.setItem(place, '{}'))", places)
    with page.expect_download() as download:
        page.click("text=Export")
    download.value.save_as(tmp_path / "kept.json")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("text=Erase all")
    expect(page.locator("#_list li")).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("Object.keys(sessionStorage)") == ["broadsheet /other/ ?q=fir"]
    page.set_input_files("#_import", tmp_path / "kept.json")
    expect(page.locator("#_status")).to_have_text("Added to what this browser keeps.")
    expect(page.locator("#_list h2")).to_have_text(["Notice fir"])
    expect(page.locator("[name=size]:checked")).to_have_value("125")
    assert page.evaluate("document.documentElement.style.fontSize") == "125%"
    assert stored(page, "visit")["since"] == "2024-07-01"


USELESS = '{"format": 1, "look": {"theme": "x", "size": 7}, "keys": 7, "later": {}, "seen": [], "visit": 1}'


@pytest.mark.parametrize(
    "content", ["", "[]", "null", '{"format": 2}', "<html>", '{"format":', '{"format": 1}', USELESS]
)
def test_a_file_of_anything_else_is_refused(page, served, tmp_path, content):
    (tmp_path / "a.json").write_text(content)
    page.goto(f"{served}later/")
    expect(page.locator("#_kept")).to_be_visible()
    page.set_input_files("#_import", tmp_path / "a.json")
    expect(page.locator("#_status")).to_have_text("This file holds nothing that can be imported.")


DAMAGED = (
    "", "{", "null", "true", "-1", '"text"', "[]", "{}", "[null, 1, {}]", '[{"id": "a"}]', "9" * 400,
    '{"theme": {}, "size": []}', '{"at": "x", "known": 7}', '{"__proto__": {"polluted": 1}}',
    json.dumps({"at": 1e308, "before": -1, "since": "9", "listed": HOSTILE, "known": HOSTILE, "fresh": None}),
    json.dumps({"at": 1e308, "before": 1, "since": "2024-07-01", "listed": "2024-07-01"}),
    json.dumps([{"id": HOSTILE, "title": HOSTILE, "address": "javascript:alert(1)"}]),
    json.dumps([{"id": HOSTILE, "title": HOSTILE, "address": "x", "source": HOSTILE, "language": '"><b>'}]),
    json.dumps(HOSTILE), json.dumps({"theme": HOSTILE, "size": HOSTILE}), json.dumps(HOSTILE * 5000),
    json.dumps({"at": [1], "before": 1, "since": ["2024-07-01"], "listed": {}, "known": ["AAAAA"]}),
    json.dumps([article(name, title=HOSTILE) for name in ("_list", "_settings", "__proto__")]),
)  # fmt: skip


@pytest.mark.parametrize("value", DAMAGED)
def test_damaged_and_hostile_values_cost_themselves_and_stay_text(page, served, value):
    page.goto(f"{served}404.html")
    for part in ("look", "keys", "later", "seen", "visit"):
        put(page, part, value)
    for address in ("", "articles/fi/fir.html", "later/"):
        page.goto(served + address)
        quiet(page)
        assert not page.locator("body :is(img, script, iframe), #_list b").count()
        assert not page.evaluate("({}).polluted")
        assert set(page.eval_on_selector_all("main a", "all => all.map(a => a.protocol)")) <= {
            "http:",
            "https:",
        }
    page.goto(served)
    quiet(page)
    page.hover(ITEM)
    page.click("#fir ._star")
    page.goto(f"{served}later/")
    expect(page.locator("#_list h2").first).to_have_text("Notice fir")


REFUSED = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'x'); } });"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };"


@pytest.mark.parametrize("script", [REFUSED, FULL])
def test_storage_refused_or_full_costs_only_what_is_stored(page, served, script):
    page.add_init_script(script)
    page.goto(served)
    quiet(page)
    assert page.locator("._new, ._bar").count() == 0
    page.hover(ITEM)
    page.click("#fir ._star")
    expect(page.locator("[role=status]")).to_have_text("This browser stores nothing for this site.")
    page.focus(ITEM)
    page.keyboard.press("o")
    page.wait_for_url("**/articles/**")
    page.click("text=Copy link")
    expect(page.locator("._said")).to_have_text("Copied")
    page.goto(f"{served}later/")
    page.click("[name=keys]")
    expect(page.locator("[name=keys]")).to_be_checked()
    page.click("[name=theme][value=dark]")
    expect(page.locator("[name=theme]:checked")).to_have_value("system")
    expect(page.locator("#_status")).to_have_text("This browser stores nothing for this site.")


VIEWS = (
    "", "2024/07/02/", "2024/w27/", "2024/07/", "2024/", "archive/", "sources/", "sources/herald/",
    "sources/herald/2024/07/", "tags/", "tags/wood/", "search/?q=fir", "articles/fi/fir.html", "later/",
    "404.html",
)  # fmt: skip
"""An article comes after the lists that would mark it as seen."""


@pytest.mark.parametrize("how", [REFUSED, FULL, "<html>", json.dumps(HOSTILE * 5000), "[[{}]]"])
def test_all_pages_do_without_what_is_stored(page, served, how):
    if how in (REFUSED, FULL):
        page.add_init_script(how)
    else:
        page.goto(f"{served}404.html")
        for part in ("look", "keys", "later", "seen", "visit"):
            put(page, part, how)
    for address in VIEWS:
        page.goto(served + address)
        quiet(page)
        expect(page.locator("h1")).to_be_visible()
        assert page.locator("._new, ._seen, ._bar, ._said, body :is(img, iframe)").count() == 0
        if address not in ("sources/", "search/?q=fir"):
            page.keyboard.press("g")
            page.keyboard.press("s")
            page.wait_for_url(f"{served}sources/")


def test_a_visit_that_cannot_be_ended_says_so(page, served):
    opened(page, served)
    visit = stored(page, "visit")
    put(page, "visit", json.dumps({**visit, "known": "", "since": "2024-07-01"}))
    page.goto(f"{served}later/")
    page.add_init_script(FULL)
    page.goto(served)
    page.click("text=All seen")
    expect(page.locator("._said")).to_have_text("This browser stores nothing for this site.")


def imported(page, served, tmp_path, **parts):
    """Import a file."""
    (tmp_path / "kept.json").write_text(json.dumps({"format": 1, **parts}))
    page.goto(f"{served}later/")
    expect(page.locator("#_kept")).to_be_visible()
    page.set_input_files("#_import", tmp_path / "kept.json")
    expect(page.locator("#_status")).not_to_be_empty()


def test_what_is_imported_is_added(page, served, tmp_path):
    page.goto(f"{served}404.html")
    visit = {"at": 1, "before": 1, "since": "2024-07-01", "listed": "2024-07-03", "known": "", "fresh": ""}
    put(page, "later", json.dumps([article("fir", title="Ours")]))
    put(page, "seen", '"AAAAABBBBB"')
    put(page, "look", '{"theme":"dark","size":125}')
    given = {"later": [article("elm"), article("fir")], "seen": "CCCCCBBBBB", "keys": False, "visit": visit}
    imported(page, served, tmp_path, look={"theme": "light", "size": 90}, **given)
    assert stored(page, "later") == [article("elm"), article("fir", title="Ours")]
    assert sorted(stored(page, "seen")[n : n + 5] for n in (0, 5, 10)) == ["AAAAA", "BBBBB", "CCCCC"]
    assert stored(page, "look") == {"theme": "dark", "size": 125}
    assert stored(page, "keys") is False
    assert stored(page, "visit") == visit
    imported(page, served, tmp_path)
    assert stored(page, "later") == [article("elm"), article("fir", title="Ours")]
    assert stored(page, "look") == {"theme": "dark", "size": 125}


@pytest.mark.parametrize("look", [[], ["dark"], {"theme": ["dark"], "size": [125]}])
def test_a_look_of_other_types_breaks_no_import(page, served, tmp_path, look):
    imported(page, served, tmp_path, later=[article("elm")], look=look)
    assert stored(page, "later") == [article("elm")]
    assert stored(page, "look") in (None, {"theme": "dark", "size": 125})


def test_what_is_imported_is_checked_and_added_once(page, served, tmp_path):
    given = {"later": [article("elm"), article("elm")], "look": {"theme": "x", "size": {}}, "keys": "no"}
    imported(page, served, tmp_path, seen="CCCCCCCCCC", **given)
    assert [stored(page, part) for part in ("look", "keys")] == [None, None]
    assert stored(page, "later") == [article("elm")]
    assert stored(page, "seen") == "CCCCC"


@pytest.mark.parametrize("name", ["reader-later.js", "reader.js"])
def test_the_page_says_what_it_takes_if_a_script_is_missing(browser, served, name):
    page = browser.new_page()
    page.route(f"**/assets/{name}", lambda route: route.abort())
    page.goto(f"{served}later/")
    expect(page.locator("#_without")).to_have_css("visibility", "visible")
    expect(page.locator("#_kept")).to_be_hidden()
    page.close()


def test_an_import_fills_the_list_and_says_what_does_not_fit(page, served, tmp_path):
    page.goto(f"{served}404.html")
    put(page, "later", json.dumps([article("fir")]))
    imported(page, served, tmp_path, later=[article(f"a{n}") for n in range(200)])
    expect(page.locator("#_status")).to_have_text("Added. The list is full: 1 older articles were left out.")
    assert [one["id"] for one in stored(page, "later")] == [*(f"a{n}" for n in range(1, 200)), "fir"]


def test_the_list_stays_while_its_reader_goes_through_it(page, served):
    opened(page, served)
    put(page, "later", json.dumps([article("fir"), article("elm")]))
    page.goto(f"{served}later/")
    page.focus("#elm button")
    away(page, 0.01)
    page.keyboard.press("Tab")
    expect(page.locator("#fir a")).to_be_focused()
    away(page, 0.01)
    page.click("#fir button")
    expect(page.locator("#_list li")).to_have_count(1)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format":1,"days":7}', "<html>"])
def test_without_a_list_nothing_is_new_and_all_else_works(page, served, content):
    route = "**/later/new.json"
    page.route(route, lambda route: route.fulfill(body=content))
    page.goto(served)
    quiet(page)
    page.hover(ITEM)
    page.click("#fir ._star")
    expect(page.locator("._star[aria-pressed=true]")).to_have_count(1)
    assert stored(page, "visit") is None


def test_sites_of_one_host_do_not_share(browser, tmp_path):
    for name in ("one", "two"):
        write_site(tmp_path / name)
    (tmp_path / "all").mkdir()
    for name in ("one", "two"):
        (tmp_path / "all" / name).symlink_to(tmp_path / name / "public")
    context = browser.new_context()
    page = context.new_page()
    with serving(tmp_path / "all") as address:
        page.goto(f"{address}one/articles/fi/fir.html")
        page.click("text=Read later")
        for name, count in (("one", 1), ("two", 0)):
            page.goto(f"{address}{name}/later/")
            expect(page.locator("#_list li")).to_have_count(count)
    context.close()


def test_without_scripts_pages_are_whole_and_say_what_is_missing(browser, served):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}later/")
    expect(page.locator("#_without")).to_be_visible()
    expect(page.locator("#_kept")).to_be_hidden()
    page.goto(served)
    page.click(ITEM)
    expect(page.locator("article h1")).to_be_visible()
    context.close()


@pytest.mark.parametrize("config", ["reader = false\n", 'links = "file"\n'])
def test_a_site_can_do_without(tmp_path: Path, config):
    write_site(tmp_path, config)
    pages = {file: file.read_text("utf-8") for file in (tmp_path / "public").rglob("*.html")}
    assert not any("reader.js" in text or "theme.js" in text or "later/" in text for text in pages.values())
    assert not (tmp_path / "public/later").exists()


def test_the_page_fits_a_phone_with_the_largest_text(page, served):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{served}articles/fi/fir.html")
    page.click("text=Read later")
    opened(page, served)
    page.goto(f"{served}later/")
    page.check("[name=size][value='150']")
    page.reload()
    expect(page.locator(".facts div").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    lines = "one => one.offsetHeight / parseFloat(getComputedStyle(one).lineHeight)"
    assert max(one.evaluate(lines) for one in page.locator(".facts dd").all()) < 2.5
