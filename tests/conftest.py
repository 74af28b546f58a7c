"""A real browser for the tests that need one, and the flag that rewrites what sites should look like."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from browsing import count_requests

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

settings.register_profile(
    "suite",
    deadline=None,  # machines are busy: no test is a stopwatch
    derandomize="CI" in os.environ,  # one verdict for one state; elsewhere each run tries other examples
)
settings.load_profile("suite")
CHROMIUM = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
"""The first one that is installed is used. One without windows takes half the processor time."""
MEMORY = Path("/dev/shm")
ROOM = 2 << 30
"""Bytes that must be free in memory for tests to write there."""


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Keep the key of caches out of the user's own folder, and spare each test a question.

    pytest-rerunfailures asks its main process how often a test ended its worker before, which takes 40 ms
    of waiting: the question is sent in two parts. The main process counts that itself.
    """
    os.environ.pop("BROADSHEET_CACHE_KEY", None)
    os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="broadsheet-tests-")
    if _has_room_in_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    if hasattr(config, "workerinput") and hasattr(config, "failures_db"):
        config.failures_db._get = lambda *_: 0


def _has_room_in_memory() -> bool:
    """Whether tests may write into memory, and run programs there: builds take a fifth less time there."""
    try:
        found = os.statvfs(MEMORY)
    except (AttributeError, OSError):
        return False
    return not found.f_flag & os.ST_NOEXEC and found.f_bavail * found.f_frsize >= ROOM


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(os.environ["XDG_STATE_HOME"], ignore_errors=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag of `test_sites.py`."""
    parser.addoption(
        "--refresh",
        action="store_true",
        help="accept what the sites in tests/sites/ look like now",
    )


@pytest.fixture(scope="session", autouse=True)
def one_worker() -> Iterator[None]:
    """One worker for each command in the tests' own process, for tests run side by side already.

    Starting more takes longer than a small site does. Commands in processes of their own use all cores.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("generator.parallel.workers.cores", lambda: 1)
        yield


@pytest.fixture(scope="session")
def refresh(request: pytest.FixtureRequest) -> bool:
    """Whether what is expected is to be written instead of compared."""
    return bool(request.config.getoption("--refresh"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of an installed Chromium; the test is skipped where there is none."""
    for name in CHROMIUM:
        if path := shutil.which(name):
            return path
    pytest.skip("needs Chromium, which is not installed (Debian: apt-get install chromium-headless-shell)")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A running Chromium; by module, for Playwright's event loop lets no test use one of its own."""
    from playwright.sync_api import expect, sync_playwright

    from running import PATIENCE

    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        # With this feature, closing a page that is reloading may never end: microsoft/playwright#42068.
        arguments = ["--disable-features=RenderDocument"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own, without what other tests left in the browser."""
    context = browser.new_context()
    count_requests(context)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One page for all tests of a module that need none of their own: a new one takes most of a test."""
    context = browser.new_context()
    count_requests(context)
    yield context.new_page()
    context.close()
