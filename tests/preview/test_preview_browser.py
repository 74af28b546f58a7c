"""The preview in a real browser: pages that reload by themselves, and faults over the last good one."""

import re

import pytest

from generator.model.errors import BuildError, Problem
from generator.preview.follow import Built

pytestmark = pytest.mark.browser

CSP = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'"
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"


@pytest.fixture
def content(tmp_path):
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "a.md").write_text("First")
    return folder


@pytest.fixture
def preview(tmp_path, content, previewing):
    """A site of one page under the strictest policy that the theme may have."""
    site = tmp_path / "site"

    def build(check, _changed):
        check()
        text = (content / "a.md").read_text()
        if text.startswith("bad"):
            problem = Problem(
                path=f"{HOSTILE}.md", line=2, message=f"bad {HOSTILE}", advice=f"mend {HOSTILE}"
            )
            raise BuildError(problem)
        site.mkdir(exist_ok=True)
        (site / "favicon.ico").touch()  # browsers ask for it
        page = (
            f'<!doctype html><html lang="en"><meta http-equiv="Content-Security-Policy" content="{CSP}">'
            f"<title>Site</title><body><h1>{text}</h1><p>{'text ' * 9000}</p></body></html>"
        )
        changed = not (site / "index.html").exists() or (site / "index.html").read_text() != page
        (site / "index.html").write_text(page)
        return Built(changed=changed)

    return previewing(site, build, content, source_lines=lambda _: [(1, "one"), (2, HOSTILE), (3, "three")])


@pytest.fixture
def refused(page):
    """What the browser would not do, and what failed in scripts."""
    messages = []
    page.on("console", lambda message: message.type == "error" and messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    return messages


def test_an_open_page_reloads_after_a_save_and_keeps_its_place(preview, content, page, refused):
    from playwright.sync_api import expect

    page.goto(preview.address)
    expect(page.locator("h1")).to_have_text("First")
    page.evaluate("scrollTo(0, 500)")
    (content / "a.md").write_text("Second")
    expect(page.locator("h1")).to_have_text("Second")
    page.wait_for_function("scrollY === 500")
    assert refused == []


def test_a_page_that_did_not_change_does_not_reload(preview, content, page, refused):
    page.goto(preview.address)
    page.wait_for_timeout(200)
    page.evaluate("window.kept = true")
    (content / "a.md").write_text("First")
    page.wait_for_timeout(400)
    assert page.evaluate("window.kept") is True
    assert refused == []


def test_a_fault_shows_over_the_last_good_page_and_goes_when_mended(preview, content, page, refused):
    from playwright.sync_api import expect

    page.goto(preview.address)
    page.wait_for_timeout(200)  # the first build may just end
    page.evaluate("window.kept = true")
    (content / "a.md").write_text("bad")
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    expect(alert.locator("h3")).to_have_text(f"{HOSTILE}.md:2")
    expect(alert.locator(".here")).to_have_text(re.compile(r"^2  <img"))
    expect(alert.locator("img, script")).to_have_count(0)
    expect(page.locator("h1").first).to_have_text("First")
    assert alert.evaluate("element => getComputedStyle(element).paddingTop") == "20px"
    assert page.title() == "Site"

    (content / "a.md").write_text("First")
    expect(alert).to_have_count(0)
    assert page.evaluate("window.kept") is True
    assert page.title() == "Site"
    assert refused == []


def test_a_fault_can_be_put_aside_and_is_there_for_a_page_opened_later(preview, content, page, refused):
    from playwright.sync_api import expect

    page.goto(preview.address)
    (content / "a.md").write_text("bad")
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    alert.get_by_role("button", name="Close").click()
    expect(alert).to_have_count(0)
    page.reload()
    expect(alert).to_be_visible()
    page.keyboard.press("Escape")
    expect(alert).to_have_count(0)
    (content / "a.md").write_text("Second")
    expect(page.locator("h1")).to_have_text("Second")
    assert refused == []


def test_a_first_fault_shows_on_the_waiting_page(preview, content, page, tmp_path):
    from playwright.sync_api import expect

    (content / "a.md").write_text("bad")
    page.goto(preview.address)
    expect(page.get_by_role("alert")).to_be_visible()
    (tmp_path / "site" / "index.html").unlink(missing_ok=True)
    page.reload()
    expect(page.locator("h1").first).to_have_text("Building the digest")
    (content / "a.md").write_text("Mended")
    expect(page.locator("h1")).to_have_text("Mended")


def test_a_page_finds_the_server_again_after_a_restart(preview, content, page, tmp_path, previewed, told):
    from playwright.sync_api import expect

    page.goto(preview.address)
    expect(page.locator("h1")).to_have_text("First")
    port = preview.port
    preview.stop()
    page.wait_for_timeout(700)

    def build(check, _changed):
        check()
        (tmp_path / "site" / "index.html").write_text("<h1>Restarted</h1>")
        return Built()

    with previewed(tmp_path / "site", build, told=told, port=port) as again:
        assert again.port == port
        expect(page.locator("h1")).to_have_text("Restarted")


def test_eight_tabs_are_served_though_browsers_open_six_connections(preview, content, page):
    from playwright.sync_api import expect

    tabs = [page, *(page.context.new_page() for _ in range(7))]
    for tab in tabs[:5]:
        tab.goto(preview.address)
    # Headless pages are never hidden by themselves; say so to the script as a real browser does.
    turn = """hidden => {
        Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    for tab in tabs[:5]:
        tab.evaluate(turn, True)
    for tab in tabs[5:]:
        tab.goto(preview.address)
        expect(tab.locator("h1")).to_have_text("First")
    (content / "a.md").write_text("Second")
    expect(tabs[-1].locator("h1")).to_have_text("Second")
    assert tabs[0].locator("h1").text_content() == "First"
    tabs[0].evaluate(turn, False)
    expect(tabs[0].locator("h1")).to_have_text("Second")
