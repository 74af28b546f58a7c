"""What tests of a reader's browser do in a page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from browsing import quiet

if TYPE_CHECKING:
    from playwright.sync_api import Page

ITEM = "#fir > a"
HOUR = 3_600_000
SHIFTS = """new PerformanceObserver(list => {
    const own = list.getEntries().filter(one => !one.hadRecentInput);
    window.shifted = own.reduce((all, one) => all + one.value, window.shifted ?? 0);
}).observe({ type: "layout-shift", buffered: true });"""


def key(part: str) -> str:
    return f"broadsheet / {part}"


def stored(page: Page, part: str) -> Any:
    return page.evaluate("key => JSON.parse(localStorage.getItem(key))", key(part))


def put(page: Page, part: str, value: str) -> None:
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", [key(part), value])


def until(page: Page, expression: str) -> None:
    """Wait until an expression holds; the pages' policy lets Playwright's own way not evaluate it."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(expression)


def opened(page: Page, address: str) -> Page:
    """Open a page, and wait until its lists are compared."""
    page.goto(address)
    until(page, "localStorage.getItem('broadsheet / visit') !== null")
    quiet(page)
    return page


def away(page: Page, hours: float = 1.0) -> None:
    """Let time pass since the reader was last here."""
    visit = stored(page, "visit")
    put(page, "visit", json.dumps({**visit, "at": visit["at"] - hours * HOUR}))


def article(name: str, **fields: str) -> dict[str, str]:
    """An article as it is kept for later."""
    address = f"articles/{name[:2]}/{name}.html"
    return {
        "id": name,
        "title": f"Notice {name}",
        "language": "en",
        "source": "Herald",
        "address": address,
        **fields,
    }
