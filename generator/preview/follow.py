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
"""Seconds for a build to notice that it was cancelled."""


Check = Callable[[], None]
"""Raises `Cancelled` if the build was cancelled. Must be called between items."""


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a successful build."""

    changed: bool | frozenset[str] = True
    """Whether any page changed, so that browsers reload; or the paths in the output of changed, added and
    removed pages (`2024/07/03/index.html`), so that only their readers reload.
    """
    styles: tuple[str, ...] = ()
    """Style sheets that changed (`assets/style.css`), which browsers swap without a reload."""
    due_in: float | None = None
    """Seconds until the site changes by itself, because an article becomes due."""
    rest: Callable[[], bool] | None = None
    """Does a part of the remaining work after browsers were told. Returns whether more is left. Changes go
    first.
    """


Build = Callable[[Check, Changed], Built]
"""Builds, given the paths that changed since the last successful build, as `Watcher.wait` returns them. None
for the first build and if the changes are unknown; empty if only time has passed.
"""


class Cancelled(BaseException):
    """The build was cancelled. Not an `Exception`, so that nothing handles it as an error."""


class Report(Protocol):
    """Receives messages for the terminal."""

    def notice(self, message: str) -> None:
        """Show one line."""

    def fault(self, error: Exception) -> None:
        """Show why a build failed. The next change starts another one."""


class Following:
    """A thread that runs builds, one at a time, during the `with` block.

    The first build starts at once. Changes during a build cause exactly one more build. The changes given to
    a failed build are given to the next one again. Leaving the block cancels a running build, which ends at
    its next check. A build that does not check in time is left in its daemon thread, which ends with the
    process.
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
        # Before the first build reads, so that no change in between is missed.
        self._watcher.start()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._thread.join(JOIN_TIMEOUT)
        self._watcher.join(JOIN_TIMEOUT)

    def rebuild(self) -> None:
        """Check everything again and build soon. Returns at once."""
        self._watcher.invalidate()

    def stop(self) -> None:
        """Cancel a running build and start no other. Returns at once."""
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
                    self._report.notice(_summary_of(changed))
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
            while built.rest is not None and not self._watcher.has_events and built.rest():
                self._check()
        except Exception as error:  # the only place that catches all exceptions, and it shows them
            self._on_fault(error)
            self._report.fault(error)
            return None
        return built.due_in


def _summary_of(changed: Changed) -> str:
    """Return which files changed, as a line that no file name can break."""
    if changed is None:
        return "folders changed"
    first = min(changed, key=lambda path: (not path.suffix, path))  # a file says more than its folder
    name = first.name if first.suffix else f"{first.parent.name}/{first.name}"
    name = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)
    others = len(changed) - 1
    return f"{name} changed" if not others else f"{name} and {others} more changed"


def follow(build: Build, roots: Roots, report: Report, *, ignore: tuple[Path, ...] = ()) -> None:
    """Build now and after every change, until `KeyboardInterrupt`, which is passed on."""
    with Following(build, roots, report, ignore=ignore):
        threading.Event().wait()
