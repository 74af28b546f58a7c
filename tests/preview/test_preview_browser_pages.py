"""The preview of several pages in a real browser: what reloads, what is swapped, what stays."""

import httpx
import pytest

from generator.model.errors import BuildError, Problem
from generator.preview.follow import Built

pytestmark = pytest.mark.browser

CSP = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'"


def page_of(text):
    body = "".join(f"<p>{paragraph}</p>" for paragraph in text.split("\n") if paragraph)
    return (
        f'<!doctype html><html lang="en"><meta http-equiv="Content-Security-Policy" content="{CSP}">'
        '<title>Site</title><link rel="stylesheet" href="/assets/style.css">'
        f"<body><main id=content>{body}</main></body></html>"
    )


@pytest.fixture
def content(tmp_path):
    folder = tmp_path / "content"
    folder.mkdir()
    for name in ("index", "a", "b", "404"):
        (folder / name).write_text(f"{name} one")
    (folder / "style.css").write_text("p { color: rgb(0, 0, 0) }")
    return folder


@pytest.fixture
def long_pages(content):
    """The lines of two pages that were long before the preview began: to be asked for before it."""
    lines = [f"paragraph {number} " + "word " * 60 for number in range(80)]
    for name in ("a", "b"):
        (content / name).write_text("\n".join(lines))
    return lines


@pytest.fixture
def preview(tmp_path, content, previewing):
    """Each file of `content` is a page, but for the style; builds tell which pages changed."""
    site = tmp_path / "site"

    def build(check, told):
        wanted = {f"{file.name}.html": page_of(file.read_text()) for file in content.iterdir()}
        for path, text in wanted.items():
            if "bad" in text:
                raise BuildError(Problem(path=path, message=text))
        del wanted["style.css.html"]
        wanted["assets/style.css"] = (content / "style.css").read_text()
        (site / "assets").mkdir(parents=True, exist_ok=True)
        stands = {str(file.relative_to(site)): file.read_text() for file in site.rglob("*.*")}
        wanted["favicon.ico"] = ""  # browsers ask for it
        changed = frozenset(dict(wanted.items() ^ stands.items()))
        for path in changed & stands.keys() - wanted.keys():
            (site / path).unlink()
        for path in changed & wanted.keys():
            (site / path).write_text(wanted[path])
        styles = changed & {"assets/style.css"}
        return Built(changed=changed - styles, styles=tuple(styles))

    return previewing(site, build, content)


@pytest.fixture
def refused(page):
    """What the browser would not do, and what failed in scripts."""
    messages = []
    page.on("console", lambda message: message.type == "error" and messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    return messages


@pytest.fixture
def opened(page, preview):
    """Opens pages, each in its own tab, once the site stands."""
    from playwright.sync_api import expect

    # The first event comes after the first build: what is shown before it reloads, while one opens another.
    with httpx.stream("GET", preview.address + "__broadsheet/events") as stream:
        assert any(line.startswith("event: current") for line in stream.iter_lines())
    page.goto(preview.address)
    expect(page.locator("p").first).to_have_text("index one")

    def open_(path, tab=None):
        tab = tab or page.context.new_page()
        tab.goto(preview.address + path)
        tab.evaluate("window.kept = true")
        # The stream stands once it was told the state: what is saved from here on is heard.
        tab.wait_for_function(
            "performance.getEntriesByType('resource').some(e => e.name.includes('reload.js'))"
        )
        return tab

    return open_


def is_kept(tab):
    return tab.evaluate("window.kept === true")


HIDE = """hidden => {
    Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_only_the_pages_that_changed_reload(content, opened):
    from playwright.sync_api import expect

    a, b = opened("a.html"), opened("b.html")
    (content / "a").write_text("a two")
    expect(a.locator("p")).to_have_text("a two")
    (content / "b").write_text("b two")
    expect(b.locator("p")).to_have_text("b two")
    b.evaluate("window.kept = true")
    (content / "a").write_text("a three")
    expect(a.locator("p")).to_have_text("a three")
    assert is_kept(b)


def test_a_missing_page_shows_once_it_comes_and_goes_when_it_is_deleted(content, opened):
    from playwright.sync_api import expect

    tab = opened("new.html")
    expect(tab.locator("p")).to_have_text("404 one")
    (content / "a").write_text("a two")
    (content / "404").write_text("404 two")
    expect(tab.locator("p")).to_have_text("404 two")
    (content / "new").write_text("new one")
    expect(tab.locator("p")).to_have_text("new one")
    (content / "new").unlink()
    expect(tab.locator("p")).to_have_text("404 two")


def test_a_style_edit_is_swapped_in_without_a_reload(content, opened, page, refused):
    from playwright.sync_api import expect

    tab = opened("a.html", page)
    other = opened("b.html")
    bare = """() => new Promise((done) => {
        window.seen = new Set();
        const look = () => {
            seen.add(getComputedStyle(document.querySelector("p")).color);
            if (!window.enough) requestAnimationFrame(look);
        };
        look();
        done();
    })"""
    (content / "style.css").write_text("p { color: rgb(0, 0, 200) }")
    expect(tab.locator("p")).to_have_css("color", "rgb(0, 0, 200)")
    tab.evaluate(bare)
    for colour in ("rgb(200, 0, 0)", "rgb(0, 200, 0)"):
        (content / "style.css").write_text(f"p {{ color: {colour} }}")
        expect(tab.locator("p")).to_have_css("color", colour)
        expect(other.locator("p")).to_have_css("color", colour)
    assert is_kept(tab)
    assert is_kept(other)
    expect(tab.locator("link[rel=stylesheet]")).to_have_count(1)
    colours = set(tab.evaluate("() => { window.enough = true; return [...seen]; }"))
    assert colours <= {"rgb(0, 0, 200)", "rgb(200, 0, 0)", "rgb(0, 200, 0)"}
    tab.reload()
    expect(tab.locator("p")).to_have_css("color", "rgb(0, 200, 0)")
    assert refused == []


def test_a_tab_that_was_hidden_gets_a_style_and_the_page_once(content, opened):
    from playwright.sync_api import expect

    tab, other = opened("a.html"), opened("b.html")
    tab.evaluate(HIDE, True)
    loads = []
    tab.on("framenavigated", lambda frame: loads.append(frame.url))
    (content / "style.css").write_text("p { color: rgb(200, 0, 0) }")
    expect(other.locator("p")).to_have_css("color", "rgb(200, 0, 0)")
    expect(tab.locator("p")).to_have_css("color", "rgb(0, 0, 0)")
    tab.evaluate(HIDE, False)
    expect(tab.locator("p")).to_have_css("color", "rgb(200, 0, 0)")
    assert is_kept(tab)

    tab.evaluate(HIDE, True)
    for number in range(3):
        for name in "ab":
            (content / name).write_text(f"{name} {number}")
        expect(other.locator("p")).to_have_text(f"b {number}")
    assert loads == []
    tab.evaluate(HIDE, False)
    expect(tab.locator("p")).to_have_text("a 2")
    expect(tab.locator("p")).to_have_css("color", "rgb(200, 0, 0)")
    tab.wait_for_timeout(300)
    assert len(loads) == 1


def test_a_fault_that_was_put_aside_is_not_shown_again_to_a_tab_that_was_hidden(content, opened):
    from playwright.sync_api import expect

    tab = opened("a.html")
    (content / "b").write_text("bad")
    alert = tab.get_by_role("alert")
    expect(alert).to_be_visible()
    tab.keyboard.press("Escape")
    tab.evaluate(HIDE, True)
    tab.evaluate(HIDE, False)
    tab.wait_for_timeout(300)
    expect(alert).to_have_count(0)
    (content / "b").write_text("bad again")
    expect(alert).to_be_visible()
    (content / "b").write_text("b good")
    expect(alert).to_have_count(0)
    assert is_kept(tab)


def test_what_one_reads_stays_in_its_place_though_the_page_grows_above(
    content, long_pages, opened, page, refused
):
    from playwright.sync_api import expect

    lines = long_pages
    tab = opened("a.html", page)
    expect(tab.locator("p")).to_have_count(80)
    tab.locator("p", has_text="paragraph 40 ").evaluate(
        "element => { element.scrollIntoView(); scrollBy(0, -30) }"
    )
    place = "element => Math.round(element.getBoundingClientRect().top)"
    before = tab.locator("p", has_text="paragraph 41 ").evaluate(place)
    lines[3:3] = [f"another {number} " + "word " * 90 for number in range(20)]
    lines[60] = "paragraph 40 is another one now " + "word " * 60
    (content / "a").write_text("\n".join(lines))
    expect(tab.locator("p")).to_have_count(100)
    expect(tab.locator("p", has_text="paragraph 40 is another")).to_be_visible()
    tab.wait_for_function("() => document.readyState === 'complete'")
    assert abs(tab.locator("p", has_text="paragraph 41 ").evaluate(place) - before) <= 1
    assert tab.evaluate("history.scrollRestoration") == "auto"
    assert refused == []


def test_a_place_kept_for_one_page_moves_no_other(long_pages, opened, page, preview):
    from playwright.sync_api import expect

    tab = opened("a.html", page)
    expect(tab.locator("p")).to_have_count(len(long_pages))
    tab.evaluate("""() => sessionStorage.setItem("broadsheet-place",
        JSON.stringify({path: "/a.html", x: 0, y: 900, marks: []}))""")
    tab.goto(preview.address + "b.html")
    assert tab.evaluate("scrollY") == 0
    assert tab.evaluate("sessionStorage.length") == 0
