"""Waiting in a browser: until a page has asked for all that its scripts ask for by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

REST = """async () => {
    for (let n = 0; n < 4; n++) {
        await new Promise(done => requestIdleCallback(() => setTimeout(done, 20)));
    }
}"""
"""In a page: all that is due is done, four times in a row."""


class Asked:
    """How many requests of a browser's context began, and how many ended."""

    begun = ended = 0

    def __init__(self, context: BrowserContext) -> None:
        context.on("request", self._begin)
        context.on("requestfinished", self._end)
        context.on("requestfailed", self._end)

    def _begin(self, _: object) -> None:
        self.begun += 1

    def _end(self, _: object) -> None:
        self.ended += 1


COUNTED: WeakKeyDictionary[BrowserContext, Asked] = WeakKeyDictionary()


def count_requests(context: BrowserContext) -> None:
    """Count what the pages of a context ask for, so that `quiet` need not wait long."""
    COUNTED[context] = Asked(context)


def quiet(page: Page) -> None:
    """Wait until a page is loaded, no request is under way, and its scripts begin none.

    That takes a tenth of a second. Playwright's `networkidle` takes half a second, which is much where
    pages are opened a thousand times; it is used where requests are not counted or do not end.
    """
    page.wait_for_load_state("load")
    asked = COUNTED.get(page.context)
    for _ in range(30 if asked else 0):
        begun = asked.begun
        page.evaluate(REST)
        if begun == asked.begun == asked.ended:
            return
    page.wait_for_load_state("networkidle")
