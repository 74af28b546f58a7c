"""What a reader's browser keeps, in a real browser, from a plain server."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from reader_site import HOSTILE, write_article, write_site

from generator.render.newest import mark
from serving import serving
from writing import build_site, write_clipping

pytestmark = pytest.mark.browser

ITEM = "#fir > a"
HOUR = 3_600_000
SHIFTS = """new PerformanceObserver(list => {
    const own = list.getEntries().filter(one => !one.hadRecentInput);
    window.shifted = own.reduce((all, one) => all + one.value, window.shifted ?? 0);
}).observe({ type: "layout-shift", buffered: true });"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    root = tmp_path_factory.mktemp("reader")
    write_site(root)
    return root


@pytest.fixture(scope="module")
def served(site):
    with serving(site / "public") as address:
        yield address


@pytest.fixture
def context(browser):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture
def page(context, served):
    """A page that complains of nothing, asks nobody else, and where nothing moves by itself."""
    page, complaints, asked = context.new_page(), [], []
    page.set_default_timeout(8000)
    page.add_init_script(SHIFTS)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.route("https://original.example/**", lambda route: route.fulfill(body="original"))
    yield page
    assert not complaints
    assert all(url.startswith((served, "blob:", "https://original.example/")) for url in asked)
    assert page.evaluate("window.shifted ?? 0") == 0


def key(part):
    return f"broadsheet / {part}"


def stored(page, part):
    return page.evaluate("key => JSON.parse(localStorage.getItem(key))", key(part))


def put(page, part, value):
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", [key(part), value])


def until(page, expression):
    """Wait until an expression holds; the pages' policy lets Playwright's own way not evaluate it."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(expression)


def opened(page, address):
    """Open a page, and wait until its lists are compared."""
    page.goto(address)
    until(page, "localStorage.getItem('broadsheet / visit') !== null")
    page.wait_for_load_state("networkidle")
    return page


def away(page, hours=1.0):
    """Let time pass since the reader was last here."""
    visit = stored(page, "visit")
    put(page, "visit", json.dumps({**visit, "at": visit["at"] - hours * HOUR}))


@pytest.fixture
def grown(site, served, page):
    """The front page in a visit after an article came, which goes in the end."""
    opened(page, served)
    write_article(site, "ginkgo", "2024-07-02", source="Herald")
    build_site(site)
    away(page)
    yield opened(page, served)
    (site / "content/ginkgo.md").unlink()
    build_site(site)


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
    grown.wait_for_load_state("networkidle")
    grown.goto(served)
    grown.wait_for_load_state("networkidle")
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


# --- keys -----------------------------------------------------------------------------------------------


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
    expect(page.locator("li._later")).to_have_count(1)
    page.keyboard.press("o")
    expect(page.locator("article h1")).to_contain_text(title.replace("\xa0", "")[:10])
    page.wait_for_selector("#_tools button")
    page.keyboard.press("l")
    until(page, "localStorage.getItem('broadsheet / later') === '[]'")
    page.keyboard.press("b")
    expect(titles.nth(0)).to_be_visible()


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
    page.wait_for_load_state("networkidle")
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
    page.wait_for_load_state("networkidle")
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


# --- sharing ------------------------------------------------------------------------------------------


def test_link_and_citation_are_copied(page, served):
    page.goto(f"{served}articles/fi/fir.html")
    page.click("text=Copy link")
    expect(page.locator("#_tools")).to_contain_text("Copied")
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


# --- what is stored -----------------------------------------------------------------------------------


def test_all_that_is_stored_is_shown_exported_erased_and_imported(page, served, tmp_path):
    page.goto(f"{served}articles/fi/fir.html")
    page.click("text=Read later")
    opened(page, served)
    page.goto(f"{served}later/")
    page.check("[name=size][value='125']")
    page.click("text=Show all of it")
    assert '"id": "fir"' in page.inner_text("pre")
    places = ("/search/?q=fir", "/other/search/?q=fir")
    page.evaluate("places => places.forEach(place => sessionStorage.setItem(place, '{}'))", places)
    with page.expect_download() as download:
        page.click("text=Export")
    download.value.save_as(tmp_path / "kept.json")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("text=Erase all")
    expect(page.locator("#_list li")).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("Object.keys(sessionStorage)") == ["/other/search/?q=fir"]
    page.set_input_files("#_import", tmp_path / "kept.json")
    expect(page.locator("#_status")).to_have_text("Imported.")
    expect(page.locator("#_list h2")).to_have_text(["Notice fir"])
    expect(page.locator("[name=size]:checked")).to_have_value("125")
    assert page.evaluate("document.documentElement.style.fontSize") == "125%"
    assert stored(page, "visit")["since"] == "2024-07-01"


@pytest.mark.parametrize("content", ["", "[]", "null", '{"format": 2}', "<html>", '{"format":'])
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
    json.dumps(HOSTILE), json.dumps({"theme": HOSTILE, "size": HOSTILE}),
)  # fmt: skip


@pytest.mark.parametrize("value", DAMAGED)
def test_damaged_and_hostile_values_cost_themselves_and_stay_text(page, served, value):
    page.goto(f"{served}404.html")
    for part in ("look", "keys", "later", "seen", "visit"):
        put(page, part, value)
    for address in ("", "articles/fi/fir.html", "later/"):
        page.goto(served + address)
        page.wait_for_load_state("networkidle")
        assert not page.locator("body :is(img, script, iframe), #_list b").count()
        assert not page.evaluate("({}).polluted")
        assert set(page.eval_on_selector_all("main a", "all => all.map(a => a.protocol)")) <= {
            "http:",
            "https:",
        }
    page.goto(served)
    page.wait_for_load_state("networkidle")
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
    page.wait_for_load_state("networkidle")
    assert page.locator("._new, ._bar").count() == 0
    page.hover(ITEM)
    page.click("#fir ._star")
    expect(page.locator("[role=status]")).to_have_text("This browser stores nothing for this site.")
    page.focus(ITEM)
    page.keyboard.press("o")
    page.wait_for_url("**/articles/**")
    page.click("text=Copy link")
    expect(page.locator("#_tools")).to_contain_text("Copied")
    page.goto(f"{served}later/")
    page.check("[name=theme][value=dark]")
    expect(page.locator("#_status")).to_have_text("This browser stores nothing for this site.")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format":1,"days":7}', "<html>"])
def test_without_a_list_nothing_is_new_and_all_else_works(page, served, content):
    route = "**/later/new.json"
    page.route(route, lambda route: route.fulfill(body=content))
    page.goto(served)
    page.wait_for_load_state("networkidle")
    page.hover(ITEM)
    page.click("#fir ._star")
    expect(page.locator("li._later")).to_have_count(1)
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
