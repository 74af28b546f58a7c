"""Results of a search are items like those of lists: they can be kept for later, and tell what was opened."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_results_are_kept_by_key_and_by_pointer(page, served):
    page.goto(f"{served}search/?q=cellar")
    expect(page.locator("#_results ._star")).to_have_count(10)
    page.keyboard.press("j")
    expect(page.locator("#_notice55 h2 a")).to_be_focused()
    page.keyboard.press("l")
    expect(page.locator("#_notice55 ._star")).to_have_attribute("aria-pressed", "true")
    page.click("#_more")
    expect(page.locator("#_results ._star")).to_have_count(20)
    page.hover("#_results li:nth-child(12)")
    page.click("#_results li:nth-child(12) ._star")
    expect(page.locator("#_results ._star[aria-pressed=true]")).to_have_count(2)
    page.reload()
    expect(page.locator("#_results ._star[aria-pressed=true]")).to_have_count(2)
    page.goto(f"{served}later/")
    expect(page.locator("#_list h2").filter(has_text="Notice 55")).to_have_count(1)
    expect(page.locator("#_list li").filter(has_text="Notice 55")).to_contain_text("Source 1")
    page.click("#_list a >> text=Notice 55")
    expect(page.locator("article h1")).to_have_text("Notice 55")


def test_a_result_that_was_opened_is_marked_and_has_the_focus_again(page, served):
    page.goto(f"{served}search/?q=notice")
    expect(page.locator("#_results ._star")).to_have_count(10)
    page.click("#_results li:nth-child(8) h2 a")
    expect(page.locator("article h1")).to_be_visible()
    page.go_back()
    expect(page.locator("#_results li:nth-child(8)._seen")).to_have_count(1)
    expect(page.locator("#_results li:nth-child(8) h2 a")).to_be_focused()
    assert page.locator("#_results ._seen").count() == 1


def test_what_one_tab_keeps_the_results_of_another_show(browser, served):
    context = browser.new_context()
    one, other = context.new_page(), context.new_page()
    for page in (one, other):
        page.goto(f"{served}search/?q=cellar")
        expect(page.locator("#_results ._star")).to_have_count(10)
    one.hover("#_notice54")
    one.click("#_notice54 ._star")
    expect(other.locator("#_notice54 ._star")).to_have_attribute("aria-pressed", "true")
    context.close()
