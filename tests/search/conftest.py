"""A site with a search index, on a server as plain as a host's."""

from __future__ import annotations

import shutil
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from searched_site import settled, write_site

from serving import serving
from writing import build_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("searched")
    write_site(root)
    build_site(root)
    return root


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    """The address of the site's pages."""
    with serving(site / "public") as address:
        yield address


@pytest.fixture
def search(tab, served):
    """Opens the page with a query, in a tab that may have shown others."""
    yield from opening(tab, served)


@pytest.fixture
def search_anew(page, served):
    """The same in a tab of its own."""
    yield from opening(page, served)


def opening(page, served):
    complaints, asked = [], []
    listeners = {
        "console": lambda message: complaints.append(message.text),
        "pageerror": lambda error: complaints.append(str(error)),
        "request": lambda request: asked.append(request.url),
    }
    for event, listener in listeners.items():
        page.on(event, listener)

    def open_(query):
        page.goto(f"{served}search/?q={urllib.parse.quote(query)}")
        settled(page)
        return page

    yield open_
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    assert not complaints
    assert all(url.startswith(served) for url in asked)


@pytest.fixture
def damaged(site):
    """Damages files of the site, which are restored in the end."""
    folder = site / "public/search"
    shutil.copytree(folder, site / "kept")
    yield folder
    shutil.rmtree(folder)
    (site / "kept").rename(folder)
