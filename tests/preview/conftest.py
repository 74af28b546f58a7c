"""A preview that runs in a thread, and what it told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from generator.preview.follow import Build
from generator.preview.server import Preview
from running import PATIENCE


class ConsoleReporter:
    """Keeps what a `Report` is told."""

    def __init__(self) -> None:
        self.notices: list[str] = []
        self.faults: list[Exception] = []

    def notice(self, message: str) -> None:
        self.notices.append(message)

    def fault(self, error: Exception) -> None:
        self.faults.append(error)


class Standing:
    """A site of which all that stands in a folder was made by us, and is up to date."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, path: str) -> bool:
        return (self.folder / path).is_file()

    def wrote(self, _path: str, _data: bytes) -> bool:
        return True

    def is_stale(self, _path: str) -> bool:
        return False

    def fresh(self, path: str) -> None:
        raise AssertionError(path)


@pytest.fixture
def told() -> ConsoleReporter:
    return ConsoleReporter()


Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def until() -> Until:
    """Wait until something holds."""

    def wait(holds: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, "it never came to hold"
            time.sleep(0.01)

    return wait


@pytest.fixture(scope="session")
def previewed() -> Callable[..., AbstractContextManager[Preview]]:
    """A preview that runs while a `with` block lasts; no thread may outlive it."""

    @contextmanager
    def running(
        folder: Path, build: Build, *roots: Path, told: ConsoleReporter, port: int = 0, **options: Any
    ) -> Iterator[Preview]:
        before = set(threading.enumerate())
        options.setdefault("pages", Standing(folder))
        preview = Preview(folder, build, lambda: roots, told, port=port, **options)
        thread = threading.Thread(target=preview.run)
        thread.start()
        yield preview
        preview.stop()
        thread.join(PATIENCE)
        end = time.monotonic() + 2
        while (left := set(threading.enumerate()) - before) and time.monotonic() < end:
            time.sleep(0.02)
        assert not left

    return running


@pytest.fixture
def previewing(
    previewed: Callable[..., AbstractContextManager[Preview]], told: ConsoleReporter
) -> Iterator[Callable[..., Preview]]:
    """Starts previews that end with the test."""
    with ExitStack() as stack:
        yield lambda *arguments, **options: stack.enter_context(previewed(*arguments, told=told, **options))
