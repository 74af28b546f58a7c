"""Commands that run beside a test, commands in copies of the tests' process, and watchers of folders."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from generator.cli.main import run
from generator.preview.changes import Changed, Roots, Watcher

PATIENCE = 60
"""Seconds in which whatever is waited for must come on a busy machine; on another one, some two are used."""
NOTHING = 0.2
"""Seconds in which an event would have come."""
AS_OF = ("--as-of", "2024-12-31")


class Command:
    """A running `broadsheet`, and what it printed so far."""

    def __init__(self, root: Path, *arguments: str) -> None:
        self.root = root
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "generator", *arguments],
            cwd=root,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        with self.process.stdout as stream:
            self.lines.extend(iter(stream.readline, ""))

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def end(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)


class Copy:
    """A command in a copy of the tests' process, which begins at once: no Python has to start."""

    def __init__(self, root: Path, *arguments: str, prepare: Callable[[], object] = lambda: None) -> None:
        self._out, self._err = (tempfile.TemporaryFile() for _ in range(2))  # noqa: SIM115 - `done` closes it
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # from 3.12 on: the process has threads
            self._pid = os.fork()
        if not self._pid:
            self._run(root, arguments, prepare)

    def _run(self, root: Path, arguments: tuple[str, ...], prepare: Callable[[], object]) -> None:
        code = 70
        try:
            os.chdir(root)
            for number, file in enumerate((os.open(os.devnull, os.O_RDONLY), self._out, self._err)):
                os.dup2(file if isinstance(file, int) else file.fileno(), number)
            sys.stdin = os.fdopen(0)
            sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8") for number in (1, 2))
            prepare()
            code = run([*arguments])
        except BaseException:
            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(code)

    def done(self) -> subprocess.CompletedProcess[str]:
        """Wait for its end."""
        code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        said = []
        for file in (self._out, self._err):
            with file:
                file.seek(0)
                said.append(file.read().decode())
        return subprocess.CompletedProcess((), code, *said)


def until(holds: Callable[[], object], command: Command | None = None) -> None:
    """Wait until something holds, and fail with what the command printed."""
    end = time.monotonic() + PATIENCE
    while not holds():
        told = command.text if command else ""
        assert time.monotonic() < end, f"it never came to hold; printed was:\n{told}"
        time.sleep(0.02)


@contextmanager
def watching(
    roots: Roots, *, ignore: Iterable[Path] = (), notice: Callable[[str], None] = lambda _: None
) -> Iterator[Watcher]:
    """A watcher that watches while a `with` block lasts."""
    watcher = Watcher(roots, ignore=ignore, notice=notice)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.close()
        watcher.join(PATIENCE)


def covers(changed: Changed, path: Path) -> bool:
    """Whether a path was told, by itself or by a folder that it is in."""
    return changed is None or not changed.isdisjoint({path, *path.parents})
