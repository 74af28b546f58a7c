"""What the browser is told of the builds: reload, or what went wrong."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.resources
import itertools
import json
import os
import threading
import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from generator.errors import BroadsheetError, Problem, Severity

SCRIPT = "/__broadsheet/reload.js"
EVENTS = "/__broadsheet/events"

SHOWN = 20
"""Problems on the overlay; more would hide the first."""

SourceLines = Callable[[Problem], Sequence[tuple[int, str]]]
"""The numbered lines around a problem, none where there are none to show."""


class Hub:
    """The state of the site, and the browsers that are waiting for another one.

    What is sent is the state, not the history: a browser that connects late, or slowly, misses
    nothing, and none can make a queue grow. `built` and `fault` may be called from any thread.
    """

    def __init__(self, token: str) -> None:
        """Start before the first build; `token` tells this server from one that ran earlier."""
        self._token = token
        self._builds = 0
        self._faulty = False
        self._closed = False
        self._message = b""
        self._lock = threading.Lock()
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @property
    def version(self) -> str:
        """Of the site: a page that bears another one is out of date."""
        return f"{self._token}-{self._builds}"

    @property
    def settled(self) -> bool:
        """Whether a first build has ended, well or not."""
        return self._builds > 0

    @property
    def faulty(self) -> bool:
        """Whether the last build failed."""
        return self._faulty

    def built(self, *, changed: bool) -> None:
        """Tell that a build succeeded, and whether it changed any file."""
        with self._lock:
            self._faulty = False
            self._builds += changed or not self.settled
            self._tell("current", {"version": self.version})

    def fault(self, problems: Sequence[Problem], source_lines: SourceLines) -> None:
        """Tell that a build failed."""
        shown = [_shown(problem, source_lines) for problem in problems[:SHOWN]]
        with self._lock:
            self._faulty = True
            self._builds += not self.settled
            more = max(0, len(problems) - SHOWN)
            self._tell("fault", {"version": self.version, "problems": shown, "more": more})

    def close(self) -> None:
        """End every stream of events."""
        with self._lock:
            self._closed = True
            self._wake()

    async def events(self) -> AsyncIterator[bytes]:
        """One browser's stream: the state now, then each other one, until `close`."""
        changed = asyncio.Event()
        key = (asyncio.get_running_loop(), changed)
        with self._lock:
            self._waiting.add(key)
        try:
            yield b"retry: 500\n\n"
            sent = b""
            while not self._closed:
                changed.clear()
                message = self._message
                if message != sent:
                    yield message
                    sent = message
                    continue
                await changed.wait()
        finally:
            with self._lock:
                self._waiting.discard(key)

    def _tell(self, event: str, state: dict[str, object]) -> None:
        # ASCII, so that a file name that is not UTF-8 passes, and a line break ends no event.
        self._message = f"event: {event}\ndata: {json.dumps(state)}\n\n".encode("ascii")
        self._wake()

    def _wake(self) -> None:
        for loop, changed in self._waiting:
            with contextlib.suppress(RuntimeError):  # that loop has ended
                loop.call_soon_threadsafe(changed.set)


def _shown(problem: Problem, source_lines: SourceLines) -> dict[str, object]:
    return {
        "path": problem.path,
        "line": problem.line,
        "message": problem.message,
        "advice": problem.advice,
        "source": [list(line) for line in source_lines(problem)],
    }


def problems_of(error: Exception) -> tuple[Problem, ...]:
    """What to show of an exception: its problems, or where an unforeseen one came from."""
    if isinstance(error, BroadsheetError) and error.problems:
        return error.problems
    frames = traceback.extract_tb(error.__traceback__)
    return (
        Problem(
            path=Path(frames[-1].filename).name if frames else "broadsheet",
            line=frames[-1].lineno if frames else None,
            message=f"{type(error).__name__}: {error}",
            advice="this is a fault in Broadsheet itself; please report it with what the terminal shows",
            severity=Severity.ERROR,
            kind="internal",
        ),
    )


def source_lines(folders: Sequence[Path], problem: Problem, around: int = 3) -> tuple[tuple[int, str], ...]:
    """The numbered lines around a problem, from the first of the folders that has its file."""
    line = problem.line
    if line is None:
        return ()
    for folder in folders:
        file = Path(os.path.realpath(folder / problem.path))
        if not file.is_relative_to(os.path.realpath(folder)) or not file.is_file():
            continue
        try:
            with file.open(encoding="utf-8", errors="replace") as text:
                lines = [cut.rstrip("\n")[:500] for cut in itertools.islice(text, line + around)]
        except OSError:
            continue
        first = max(1, line - around)
        return tuple(enumerate(lines[first - 1 :], first))
    return ()


def with_script(html: bytes, version: str) -> bytes:
    """A page with the script that reloads it, as its last element."""
    tag = f'<script src="{SCRIPT}" data-version="{version}" defer></script>'.encode()
    at = html.lower().rfind(b"</body")
    return html + tag if at < 0 else html[:at] + tag + html[at:]


def script() -> bytes:
    """The script itself."""
    return importlib.resources.files(__package__).joinpath("reload.js").read_bytes()


WAITING = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Building the digest</title>
<link rel="icon" href="data:,">
<noscript><meta http-equiv="refresh" content="2"></noscript>
<style>body { font: 1.125rem/1.75 Georgia, serif; max-width: 38em; margin: 20vh auto; padding: 0 1em }</style>
</head>
<body>
<h1>Building the digest</h1>
<p>This page shows it as soon as it is ready.</p>
</body>
</html>
"""
"""What is served until there is a site."""
