"""Notify browsers of builds: to reload, or of what went wrong."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.resources
import itertools
import json
import os
import threading
import traceback
import urllib.parse
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from generator.model.errors import BroadsheetError, Problem, Severity

SCRIPT = "/__broadsheet/reload.js"
EVENTS = "/__broadsheet/events"

SHOWN_PROBLEMS = 20
"""Number of problems in the overlay. More would hide the first."""

VERSIONED_PAGES = 50_000
"""Number of pages with separate versions. After more changes, all pages count as changed."""

SourceLines = Callable[[Problem], Sequence[tuple[int, str]]]
"""Returns the numbered lines around a problem; none if there are none to show."""


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """The version of a page, from which the page later knows whether it is out of date."""

    version: str
    pages: tuple[str, ...] = ()
    """The pages that the version is for."""
    style: int = 0
    """The number of the last build that changed a style sheet. Only later ones are swapped."""


class Hub:
    """The state of the site, and the browsers waiting for a change.

    The state is sent, not the history, so a browser that connects late or slowly misses nothing, and cannot
    make a queue grow. The state of a page is the number of the last build that changed it. `built` and
    `fault` may be called from any thread.
    """

    def __init__(self, token: str) -> None:
        """Must be created before the first build. `token` identifies this server."""
        self._token = token
        self._builds = 0
        self._states = 0
        self._good = False
        self._faulty = False
        self._closed = False
        self._last_change = self._all_changed = 0
        self._changed: dict[str, int] = {}
        self._styles: dict[str, int] = {}
        self._fault: dict[str, object] = {}
        self._lock = threading.Lock()
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @property
    def has_built(self) -> bool:
        """Whether a first build has ended, successfully or not."""
        return self._builds > 0

    @property
    def has_failed(self) -> bool:
        """Whether the last build failed."""
        return self._faulty

    def version(self, *pages: str) -> str:
        """Return the version of a page. The page is out of date when its version changes.

        A page is named by its path in the output. A page that shows another file's content, such as the one
        for missing pages, is named by both. Without a name, return the version of the complete site.
        """
        last = max((self._changed.get(page, 0) for page in pages), default=self._last_change)
        return f"{self._token}-{max(self._all_changed, last)}"

    def tag(self, *pages: str) -> Tag:
        """Return the tag of a page that is being served. Must be called before its file is read."""
        style = max(self._styles.values(), default=0)
        return Tag(pages=pages, version=self.version(*pages), style=style)

    def built(self, *, changed: bool | frozenset[str], styles: Iterable[str] = ()) -> None:
        """Announce that a build succeeded, and whether it changed any page, or which ones.

        `styles` are the addresses of the style sheets that changed, from the site's root. A page swaps those
        that it uses without a reload.
        """
        with self._lock:
            if not self._good and (changed or not self.has_built):
                changed = True  # some browsers still show the waiting page
            self._good, self._faulty = True, False
            swapped = dict.fromkeys(map(urllib.parse.quote, styles))
            self._builds += bool(changed or swapped)
            # A new one, because other threads may be reading the old one.
            self._styles = self._styles | dict.fromkeys(swapped, self._builds)
            self._record_changes(changed=changed)
            self._publish()

    def fault(self, problems: Sequence[Problem], source_lines: SourceLines) -> None:
        """Announce that a build failed."""
        shown = [_shown(problem, source_lines) for problem in problems[:SHOWN_PROBLEMS]]
        with self._lock:
            self._faulty = True
            if not self.has_built:
                self._builds = 1
                self._record_changes(changed=True)
            self._fault = {"problems": shown, "more": max(0, len(problems) - SHOWN_PROBLEMS)}
            self._publish()

    def close(self) -> None:
        """End all event streams."""
        with self._lock:
            self._closed = True
            self._wake()

    async def events(self, pages: Sequence[str] = (), last: str = "") -> AsyncIterator[bytes]:
        """Yield the events for a browser that shows a page, until `close`.

        These are the current state and each new one. `last` is the id of the last event that the browser
        received on an earlier connection; that state is not repeated.
        """
        changed = asyncio.Event()
        key = (asyncio.get_running_loop(), changed)
        with self._lock:
            self._waiting.add(key)
        try:
            yield b"retry: 500\n\n"
            sent = b""
            while not self._closed:
                changed.clear()
                name, message = self._message(pages)
                if message == sent or name == last:
                    sent, last = message, ""
                    await changed.wait()
                else:
                    yield f"id: {name}\n".encode("ascii") + message
                    sent = message
        finally:
            with self._lock:
                self._waiting.discard(key)

    def _record_changes(self, *, changed: bool | frozenset[str]) -> None:
        if not changed:
            return
        self._last_change = self._builds
        if isinstance(changed, frozenset) and len(changed) + len(self._changed) <= VERSIONED_PAGES:
            self._changed |= dict.fromkeys(changed, self._builds)
        else:
            self._all_changed = self._builds
            self._changed = {}

    def _message(self, pages: Sequence[str]) -> tuple[str, bytes]:
        """Return the id and the message of the current state, for a browser that shows a page."""
        with self._lock:
            if not self.has_built:
                return "", b""
            event = "fault" if self._faulty else "current"
            more = self._fault if self._faulty else {"styles": self._styles}
            # ASCII, so that file names that are not UTF-8 are allowed, and no line break ends the event.
            state = json.dumps({"version": self.version(*pages), **more})
            return f"{self._token}-{self._states}", f"event: {event}\ndata: {state}\n\n".encode("ascii")

    def _publish(self) -> None:
        self._states += 1
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
    """Return what to show of an exception: its problems, or the origin of an unexpected one."""
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
    """Return the numbered lines around a problem, from the first folder that contains its file."""
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


def with_script(html: bytes, tag: Tag) -> bytes:
    """Return a page with the reload script as its last element."""
    query = "&amp;".join(f"page={urllib.parse.quote(os.fsencode(page))}" for page in tag.pages)
    events = f"{EVENTS}?{query}" if query else EVENTS
    data = f'data-version="{tag.version}" data-since="{tag.style}" data-events="{events}"'
    element = f'<script src="{SCRIPT}" {data} defer></script>'.encode("ascii")
    at = html.lower().rfind(b"</body")
    return html + element if at < 0 else html[:at] + element + html[at:]


def script() -> bytes:
    """Return the reload script."""
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
"""The page that is served until there is a site."""
