"""Report changes of files in batches: the roots, how they are watched, and when a batch is complete."""

from __future__ import annotations

import math
import os
import queue
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from generator.preview import poll, watch
from generator.preview.watched_folders import (
    CHANGED,
    CHANGING,
    CLOSED,
    EVENTS_LOST,
    ROOT_REPLACED,
    Key,
    Root,
    Skips,
    WatchedFolder,
    join_path,
    within,
)

Roots = Callable[[], Iterable[Path | Root]]
"""Returns the files and folders to watch. A plain path is a `Root` with the default rule.

Called repeatedly, because an edit of the configuration may change them. It must not raise.
"""

Changed = frozenset[Path] | None
"""Changed files, and folders that were added, removed or may contain other files, as absolute paths in the
form of their root. None if that is unknown, so that everything must be checked.
"""

QUIET = 0.008
"""Seconds without an event that end a batch."""
RETURNING = 0.05
"""The same while a file is being written or is missing, because most editors are about to replace it."""
FIRST, LONGEST = 0.06, 1.0
"""Seconds after which a batch is reported although events continue: the first one, and at most."""
FLOOD = 60
"""Number of events after which a batch may take as long as the longest, so that a checkout is built once."""
TICK = 1.0
"""Seconds between checks of the roots themselves, for changes without events."""


class Watcher:
    """Watches files and folders, even if they are deleted and created again.

    For each root, the nearest folder above it is watched too, so that the root may appear, disappear and be
    replaced. What a root's rule skips is ignored. Roots that the system cannot watch are polled.
    """

    def __init__(self, roots: Roots, *, ignore: Iterable[Path] = (), notice: Callable[[str], None]) -> None:
        """Nothing in the folders of `ignore` counts. `notice` is called with a line for the user."""
        self._roots = roots
        self._ignore = tuple(form for path in ignore for form in _forms(path))
        self._notice = notice
        self._reported: set[str] = set()
        self._events: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()
        self._closed = False
        self._longest = FIRST
        self._watched_folders: dict[Key, WatchedFolder] = {}
        self._backend: watch.Backend | None = None
        self._poller = poll.Poller(lambda path: self._notify(CHANGED, path))
        self._polled: set[Key] = set()
        self._mounts: tuple[poll.Mount, ...] = ()

    def start(self) -> None:
        """Start watching. From now on, every change is returned by some `wait`."""
        try:
            self._backend = watch.native_backend(self._notify)
        except OSError as error:
            if error.errno not in watch.LIMITS:
                raise
            self._report_limit(error)
        self._update_watches()

    def invalidate(self) -> None:
        """Make the next `wait` return None. May be called from any thread."""
        self._notify(EVENTS_LOST, "")

    def close(self) -> None:
        """End `wait`, now or later. Returns at once."""
        self._closed = True
        self._notify(CLOSED, "")

    def join(self, timeout: float) -> None:
        """Stop watching. Wait at most `timeout` seconds for each thread."""
        for thread in (self._backend, self._poller):
            if thread is not None:
                thread.close()
                thread.join(timeout)

    @property
    def has_events(self) -> bool:
        """Whether events are pending that no `wait` has returned, even if they turn out to be irrelevant."""
        return not self._events.empty()

    def wait(self, longest: float | None = None) -> Changed:
        """Block until something has changed and the batch of changes is complete.

        The result is empty after `close`, or if nothing changed for `longest` seconds.
        """
        until = math.inf if longest is None else time.monotonic() + longest
        changed: Changed = None if not self._closed and self._update_watches() else frozenset()
        while changed is not None and not changed and not self._closed:
            left = max(0.0, until - time.monotonic())
            try:
                first = self._events.get(timeout=min(TICK, left))
            except queue.Empty:
                if self._update_watches():
                    changed = None
                elif not left:
                    break
            else:
                changed = self._changes_in(self._burst(first))
        return frozenset() if self._closed else changed

    def _notify(self, kind: int, path: str) -> None:
        """Queue an event. Called in any thread."""
        self._events.put((kind, path))

    def _burst(self, event: tuple[int, str]) -> Iterator[tuple[int, str]]:
        """Yield events until there is a pause.

        A long series is split into growing batches. A flood is one batch.
        """
        began, count = time.monotonic(), 0
        end = began + self._longest
        unsettled: set[str] = set()
        while True:
            yield event
            count += 1
            if count == FLOOD:
                end = began + LONGEST
            kind, path = event
            if kind == CHANGING:
                unsettled.add(path)
            else:
                unsettled.discard(path)
            left = end - time.monotonic()
            quiet = RETURNING if unsettled or count >= FLOOD else QUIET
            try:
                event = self._events.get(timeout=max(0.0, min(quiet, left)))
            except queue.Empty:
                break
            if left <= 0:
                self._longest = min(2 * self._longest, LONGEST)
                yield event
                for _ in range(self._events.qsize()):
                    yield self._events.get()
                return
        self._longest = FIRST

    def _changes_in(self, burst: Iterator[tuple[int, str]]) -> Changed:
        """Return the changes in a batch. Roots that may have been replaced are checked at the end."""
        changed: set[str] = set()
        replaced_roots: set[str] = set()
        is_lost = False
        for kind, path in burst:
            if kind in {CHANGED, CHANGING}:
                changed.add(path)
            elif kind == ROOT_REPLACED:
                replaced_roots.add(path)
            is_lost |= kind == EVENTS_LOST
        if is_lost:  # new folders may be among the lost events
            self._reschedule([*self._watched_folders.values()], ())
        is_replaced = self._update_watches(replaced_roots) if is_lost or replaced_roots else False
        return None if is_lost or is_replaced else frozenset(map(Path, changed))

    def _update_watches(self, replaced_roots: Iterable[str] = ()) -> bool:
        """Update the watches to what exists. Return whether any watched folder is a different one."""
        found = False
        for _ in range(10):  # repeat, because folders may appear during the update
            wanted = self._folders_to_watch()
            removed = [
                watched
                for key, watched in self._watched_folders.items()
                if wanted.get(key) != watched or any(within(watched.path, other) for other in replaced_roots)
            ]
            left = {watched.key for watched in removed}
            added = [
                watched for key, watched in wanted.items() if key in left or key not in self._watched_folders
            ]
            if not removed and not added:
                break
            found, replaced_roots = True, ()
            self._reschedule(removed, added)
        return found

    def _folders_to_watch(self) -> dict[Key, WatchedFolder]:
        """Return the folders to watch, roots first, because they may use up the system's limit."""
        wanted: dict[Key, WatchedFolder] = {}
        names: dict[str, dict[str, str]] = {}
        for root, rules in _rules_by_root(self._roots()).items():
            folder = _folder(root)
            if folder:
                ignored = frozenset(_below(root, self._ignore))
                wanted[root, True] = WatchedFolder(root, folder.st_dev, folder.st_ino, None, ignored, rules)
            for form in _forms(Path(root)):
                above, name = _nearest_folder(form)
                is_file = not folder and join_path(above, name) == form
                names.setdefault(above, {})[name] = root if is_file else ""
        for above, counted in names.items():
            if folder := _folder(above):
                watched = WatchedFolder(above, folder.st_dev, folder.st_ino, tuple(sorted(counted.items())))
                wanted[watched.key] = watched
        return wanted

    def _reschedule(self, removed: Iterable[WatchedFolder], added: Iterable[WatchedFolder]) -> None:
        for watched in removed:
            del self._watched_folders[watched.key]
            if watched.key in self._polled:
                self._polled.discard(watched.key)
                self._poller.forget(watched.key)
            elif self._backend:
                self._backend.forget(watched)
        self._mounts = poll.read_mounts() if added else self._mounts
        for watched in added:
            # Even if it cannot be watched, so that the attempt is repeated only if it is replaced.
            self._watched_folders[watched.key] = watched
            self._schedule(watched)

    def _schedule(self, watched: WatchedFolder) -> None:
        deep = watched.names is None
        if kind := poll.unreliable_type(os.path.realpath(watched.path), self._mounts, deep=deep):
            self._report_polling(f"{watched.path} is on {kind}, which does not report every change", "")
        elif self._backend:
            try:
                self._backend.watch(watched)
            except OSError as error:
                if error.errno not in watch.LIMITS:
                    return
                self._backend.forget(watched)
                self._report_limit(error)
            else:
                return
        self._polled.add(watched.key)
        if watched.names is None:
            self._poller.watch(watched.key, poll.TreeState(watched).changes)
        else:
            files = tuple(reported for _, reported in watched.names if reported)
            self._poller.watch(watched.key, poll.poll_files(files))

    def _report_limit(self, error: OSError) -> None:
        self._report_polling(
            f"the system cannot watch this many folders ({error.strerror})",
            "; on Linux raise fs.inotify.max_user_watches and max_user_instances",
        )

    def _report_polling(self, why: str, advice: str) -> None:
        reason = why.partition(" is on ")[2] or why
        if reason not in self._reported:
            self._reported.add(reason)
            self._notice(f"{why}, so all files are polled every {poll.POLL:.0f} seconds or more{advice}")


def _rules_by_root(roots: Iterable[Path | Root]) -> dict[str, tuple[Skips, ...]]:
    """Return root → its rules."""
    found: dict[str, tuple[Skips, ...]] = {}
    for root in roots:
        ruled = root if isinstance(root, Root) else Root(root)
        path = str(ruled.path.absolute())
        found[path] = (*found.get(path, ()), ruled.skips)
    return found


def _forms(path: Path) -> tuple[str, ...]:
    """Return a path as written, and with links resolved."""
    return tuple(dict.fromkeys((str(path.absolute()), os.path.realpath(path))))


def _below(root: str, paths: Iterable[str]) -> Iterator[str]:
    """Yield the paths that are below a root, written in its form."""
    for path in paths:
        for form in _forms(Path(root)):
            if path != form and within(path, form):
                yield join_path(root, path[len(form.rstrip(os.sep)) + 1 :])


def _folder(path: str) -> os.stat_result | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - a string, as all paths of this module
    except OSError:
        return None
    return status if stat.S_ISDIR(status.st_mode) else None


def _nearest_folder(path: str) -> tuple[str, str]:
    """Return the nearest folder above a path, and the name in it that leads to the path."""
    above, name = os.path.split(path)
    while not os.path.isdir(above) and os.path.dirname(above) != above:  # noqa: PTH112, PTH120 - as above
        above, name = os.path.split(above)
    return above, name
