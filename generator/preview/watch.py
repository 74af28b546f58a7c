"""Which files changed, told in bursts; watchdog is imported here alone."""

from __future__ import annotations

import errno
import logging
import math
import os
import queue
import re
import stat
import time
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

import msgspec
from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch
from watchdog.observers.polling import PollingObserver

Roots = Callable[[], Iterable[Path]]
"""The files and folders to watch, folders with all that is in them; they need not exist.

Asked again and again, for an edit of the configuration may name others. It must not raise."""

logging.getLogger("watchdog").addHandler(logging.NullHandler())  # what matters is told by `Watcher`

QUIET = 0.08
"""Seconds without an event that end a burst."""
LONGEST = 1.0
"""Seconds after which a burst that does not end is told all the same."""
TICK = 1.0
"""Seconds between two looks at the roots themselves, for what no event tells."""
POLL = 2.0
"""Seconds between two looks at every file, where the system cannot watch."""

# Reading a file gives events too (opened, closed without writing), and so does a folder whose
# files change: with these a build would start the next one.
_KINDS: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileClosedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]
_SHAKING = (
    FileCreatedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
)

_LIMITS = {errno.ENOSPC, errno.EMFILE}

# What editors and file systems put beside a file while it is saved: dot files, vim's probe,
# backups, Emacs' locks, JetBrains' safe write. The rename to the file's own name is what counts.
_PASSING = re.compile(r"^\.|^4913$|~$|^#.*#$|\.sw[a-z]$|\.tmp$|\.part$|\.crdownload$|___jb_(tmp|old)___$")


class _Place(msgspec.Struct, frozen=True):
    """A folder to watch, with what tells it from another one of its name."""

    recursive: bool
    device: int
    inode: int


class Watcher(FileSystemEventHandler):
    """Watches files and folders, whatever becomes of them.

    Beside each root the nearest folder above it is watched, so that a root may come, go, be
    replaced, and come again. Names that begin with a dot below a root, and the temporary files of
    editors, are passed over.
    """

    def __init__(self, roots: Roots, *, ignore: Iterable[Path] = (), notice: Callable[[str], None]) -> None:
        """Nothing below the folders of `ignore` counts; `notice` takes one line for the user."""
        self._roots = roots
        self._ignore = tuple(_forms(ignore))
        self._notice = notice
        self._queue: queue.SimpleQueue[tuple[str, bool] | None] = queue.SimpleQueue()
        self._closed = False
        self._polling = False
        self._observer: BaseObserver
        self._watched: tuple[str, ...] = ()
        self._places: dict[str, _Place] = {}
        self._watches: dict[str, ObservedWatch] = {}

    def start(self) -> None:
        """Begin to watch; from here on every change is told by some `wait`."""
        self._observer = self._observing()
        self._look()

    def close(self) -> None:
        """End a `wait`, now or later; returns at once."""
        self._closed = True
        self._queue.put(None)

    def join(self, timeout: float) -> None:
        """Stop watching; wait at most some seconds for the threads to end."""
        self._observer.stop()
        self._observer.join(timeout)

    def wait(self, longest: float | None = None) -> frozenset[Path]:
        """Block until something changed and a burst of changes is over; the files and folders.

        Empty after `close`, or when `longest` seconds passed without a change.
        """
        until = math.inf if longest is None else time.monotonic() + longest
        changed = set(self._look())
        while not changed and not self._closed:
            left = until - time.monotonic()
            if left <= 0:
                break
            try:
                first = self._queue.get(timeout=min(TICK, left))
            except queue.Empty:
                changed.update(self._look())
            else:
                changed.update(self._burst(first))
        return frozenset() if self._closed else frozenset(map(Path, changed))

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Take an event, in watchdog's thread."""
        for path in {os.fsdecode(event.src_path), os.fsdecode(event.dest_path)} - {""}:
            shakes = isinstance(event, _SHAKING) and any(_within(place, path) for place in (*self._places,))
            if shakes or self._concerns(path):
                self._queue.put((path, shakes))

    def _concerns(self, path: str) -> bool:
        if any(_within(path, folder) for folder in self._ignore):
            return False
        for root in self._watched:
            if _within(path, root):
                below = Path(path[len(root) :].lstrip(os.sep)).parts
                if not any(map(_PASSING.search, below)):
                    return True
        return False

    def _burst(self, item: tuple[str, bool] | None) -> Iterator[str]:
        """The changes of a burst. What happened to a watched folder itself is looked into at its end."""
        end = time.monotonic() + LONGEST
        shaken = set()
        while item is not None:
            path, shakes = item
            if shakes:
                shaken.add(path)
            if self._concerns(path):
                yield path
            try:
                item = self._queue.get(timeout=max(0.0, min(QUIET, end - time.monotonic())))
            except queue.Empty:
                break
        yield from self._look(shaken)

    def _look(self, shaken: Collection[str] = ()) -> set[str]:
        """Bring the watches in line with what exists; the places that are not what they were."""
        found: set[str] = set()
        for _ in range(10):  # what comes while it is looked for is found the next time round
            wanted = self._wanted()
            gone = {
                path
                for path, place in self._places.items()
                if wanted.get(path) != place or any(_within(path, other) for other in shaken)
            }
            come = [path for path in wanted if path in gone or path not in self._places]
            if not gone and not come:
                break
            found.update(gone, come)
            shaken = ()
            self._reschedule(gone, {path: wanted[path] for path in come})
        return found

    def _wanted(self) -> dict[str, _Place]:
        """The folders to watch; the recursive ones first, for they use a system's limit up."""
        roots = [*self._roots()]
        self._watched = tuple(dict.fromkeys(_forms(roots)))
        places = {}
        for root in roots:
            real = os.path.realpath(root)
            if place := _place(real, recursive=True):
                places[real] = place
        for form in self._watched:
            for above in Path(form).parents:
                if place := _place(str(above), recursive=False):
                    places.setdefault(str(above), place)
                    break
        return places

    def _reschedule(self, gone: Iterable[str], come: dict[str, _Place]) -> None:
        for path in gone:
            del self._places[path]
            if path in self._watches:
                self._observer.unschedule(self._watches.pop(path))
        for path, place in come.items():
            # Also where it cannot be watched: it is tried again when it is another one.
            self._places[path] = place
            try:
                watch = self._observer.schedule(self, path, recursive=place.recursive, event_filter=_KINDS)
            except OSError as error:
                if error.errno in _LIMITS and not self._polling:
                    self._fall_back(error)
                    return
            else:
                self._watches[path] = watch

    def _fall_back(self, error: OSError) -> None:
        """Look at every file, where the system has no watches left."""
        self._tell_polling(error)
        self.join(1)
        self._places.clear()
        self._watches.clear()
        self._observer = self._observing()

    def _observing(self) -> BaseObserver:
        # watchdog meets a new folder twice, in its parent's event and when it walks the parent, and
        # warns of what it does right: it watches it once.
        warnings.filterwarnings("ignore", "Callback with id ", RuntimeWarning, r"watchdog\.")
        if not self._polling:
            try:
                observer = Observer()
            except OSError as error:
                if error.errno not in _LIMITS:
                    raise
                self._tell_polling(error)
            else:
                observer.start()
                return observer
        observer = PollingObserver(timeout=POLL)
        observer.start()
        return observer

    def _tell_polling(self, error: OSError) -> None:
        self._polling = True
        self._notice(
            f"the system cannot watch this many folders ({error.strerror}), so every file is looked at each"
            f" {POLL:.0f} seconds; on Linux raise fs.inotify.max_user_watches and max_user_instances"
        )


def _forms(paths: Iterable[Path]) -> Iterator[str]:
    """Each path as it is written and as events name it, with links resolved."""
    for path in paths:
        yield str(path.absolute())
        yield os.path.realpath(path)


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _place(path: str, *, recursive: bool) -> _Place | None:
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return _Place(recursive, status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None
