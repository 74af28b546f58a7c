"""The loop that builds, waits for a change, and builds again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import msgspec

from generator.preview.changes import Changed, Roots, Watcher

JOIN_TIMEOUT = 0.3
"""Seconds that a build gets to notice that it is called off."""


Check = Callable[[], None]
"""Raises `Cancelled` once the build is called off; to be called between items."""


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """How a build went that did not fail."""

    changed: bool | frozenset[str] = True
    """Whether any page is another one now: then browsers reload. Or which pages are, by their paths
    in the output (`2024/07/03/index.html`), also those that came or went: then only their readers do."""
    styles: tuple[str, ...] = ()
    """The style sheets that are others now (`assets/style.css`), which browsers swap without a reload."""
    due_in: float | None = None
    """Seconds until the site changes by itself, when an article that waits for its day appears."""
    rest: Callable[[], bool] | None = None
    """Does a little of what is left once browsers were told; whether there is more. A change goes first."""


Build = Callable[[Check, Changed], Built]
"""Builds, given the paths that changed since the last build that did not fail: `Watcher.wait` tells
which. None at the first build and whenever nobody can tell; empty when only time went by."""


class Cancelled(BaseException):
    """The build is called off. No `Exception`, so that nothing on the way takes it for a fault."""


class Report(Protocol):
    """What is told at the terminal."""

    def notice(self, message: str) -> None:
        """Say one line."""

    def fault(self, error: Exception) -> None:
        """Say why a build failed; the next change starts another one."""


class Following:
    """A thread that runs builds, one at a time, while the `with` block lasts.

    The first build starts at once. Changes during a build lead to exactly one more, and what a
    failed one was told, the next one is told as well. Leaving the block calls a running build off:
    it ends at its next check. One that does not check in time is left behind in its daemon thread,
    which ends with the process.
    """

    def __init__(
        self,
        build: Build,
        roots: Roots,
        report: Report,
        *,
        ignore: tuple[Path, ...] = (),
        on_built: Callable[[Built], None] = lambda _: None,
        on_fault: Callable[[Exception], None] = lambda _: None,
    ) -> None:
        self._build = build
        self._due: Changed = None
        self._report = report
        self._on_built = on_built
        self._on_fault = on_fault
        self._stopped = threading.Event()
        self._watcher = Watcher(roots, ignore=ignore, notice=report.notice)
        self._thread = threading.Thread(target=self._run, name="broadsheet-builds", daemon=True)

    def __enter__(self) -> Self:
        # The watch stands before the first build reads, so that no save falls between them.
        self._watcher.start()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._thread.join(JOIN_TIMEOUT)
        self._watcher.join(JOIN_TIMEOUT)

    def anew(self) -> None:
        """Look at everything again and build, soon; returns at once."""
        self._watcher.doubt()

    def stop(self) -> None:
        """Call a running build off and start no other; returns at once."""
        self._stopped.set()
        self._watcher.close()

    def _check(self) -> None:
        if self._stopped.is_set():
            raise Cancelled

    def _run(self) -> None:
        try:
            due_in = self._build_once()
            while not self._stopped.is_set():
                changed = self._watcher.wait(due_in)
                self._check()
                if changed or changed is None:
                    self._report.notice(_told(changed))
                self._due = None if changed is None or self._due is None else self._due | changed
                due_in = self._build_once()
        except Cancelled:
            return

    def _build_once(self) -> float | None:
        try:
            self._check()
            built = self._build(self._check, self._due)
            self._check()
            self._due = frozenset()
            self._on_built(built)
            while built.rest is not None and not self._watcher.has_news and built.rest():
                self._check()
        except Exception as error:  # the one place that catches all, and it shows what it caught
            self._on_fault(error)
            self._report.fault(error)
            return None
        return built.due_in


def _told(changed: Changed) -> str:
    """Which files changed, in a line that no file name can break."""
    if changed is None:
        return "folders changed"
    first = min(changed, key=lambda path: (not path.suffix, path))  # a file says more than its folder
    name = first.name if first.suffix else f"{first.parent.name}/{first.name}"
    name = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)
    others = len(changed) - 1
    return f"{name} changed" if not others else f"{name} and {others} more changed"


def follow(build: Build, roots: Roots, report: Report, *, ignore: tuple[Path, ...] = ()) -> None:
    """Build now and after every change, until `KeyboardInterrupt`, which it lets through."""
    with Following(build, roots, report, ignore=ignore):
        threading.Event().wait()
