"""Another user, for what root may do and users may not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

NOBODY = 65534


@pytest.fixture
def as_somebody_else(tmp_path: Path) -> Callable[[], AbstractContextManager[None]]:
    """A context in which the process, where it is root's, is somebody else's who may come to `tmp_path`."""

    @contextmanager
    def somebody_else() -> Iterator[None]:
        if os.geteuid():
            yield
            return
        for folder in (tmp_path, *tmp_path.parents):
            folder.chmod(folder.stat().st_mode | 0o055)
            if folder.name.startswith("pytest-of-"):
                break
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)

    return somebody_else
