"""Servers that run while the tests of publishing do."""

from __future__ import annotations

import contextlib

import pytest
from servers import Servers


@pytest.fixture(scope="session")
def servers(tmp_path_factory):
    """The servers of these tests. Each starts when the first test needs it."""
    with contextlib.closing(Servers(tmp_path_factory.mktemp("servers"))) as found:
        yield found
