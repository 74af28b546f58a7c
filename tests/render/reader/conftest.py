"""A site, and a page of a real browser that remembers what its reader does."""

from __future__ import annotations

import pytest
from reader_page import SHIFTS, away, opened
from reader_site import write_article, write_site

from browsing import count_requests
from serving import serving
from writing import build_site


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
    count_requests(context)
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
    context.route("https://original.example/**", lambda route: route.fulfill(body="original"))
    yield page
    assert not complaints
    assert all(url.startswith((served, "blob:", "https://original.example/")) for url in asked)
    assert page.evaluate("window.shifted ?? 0") == 0


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
