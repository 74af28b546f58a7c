"""A site with a search index, on a server as plain as a host's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from searched_site import write_site

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
