"""Watch folders with the system's own mechanism. Only this module imports watchdog."""

from __future__ import annotations

import ctypes
import errno
import logging
import os
import select
import struct
import sys
import threading
from pathlib import Path
from typing import Any, Protocol

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

from generator.preview import poll
from generator.preview.watched_folders import (
    CHANGED,
    CHANGING,
    EVENTS_LOST,
    ROOT_REPLACED,
    Key,
    Notify,
    WatchedFolder,
    join_path,
    within,
)

logging.getLogger("watchdog").addHandler(logging.NullHandler())  # what matters is reported as events

LIMITS = {errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
"""Errors of a system that cannot watch any more folders."""


class Backend(Protocol):
    """A mechanism of the system that reports changes in folders."""

    def watch(self, place: WatchedFolder) -> None:
        """Start reporting. Raises `OSError` if that is not possible."""

    def forget(self, place: WatchedFolder) -> None:
        """Stop reporting."""

    def close(self) -> None:
        """Stop. Returns at once."""

    def join(self, timeout: float) -> None:
        """Wait at most `timeout` seconds for its threads."""


def native_backend(notify: Notify) -> Backend:
    """Return the mechanism of this system. Raises `OSError` if its resources are used up."""
    if sys.platform == "linux":
        try:
            return InotifyBackend(notify)
        except ImportError:  # a version of watchdog without these calls
            pass
    return WatchdogBackend(notify)


class _Node:
    """A folder that inotify watches."""

    __slots__ = ("children", "path", "place", "watch")

    def __init__(self, path: str, place: WatchedFolder) -> None:
        self.path = path
        self.place = place
        self.watch = -1
        self.children: dict[str, _Node] = {}


class InotifyBackend:
    """Linux' inotify, by watchdog's bindings of the C library, without watchdog's own threads.

    Those delay every event by half a second when a file is moved away, report each file of a folder that
    moves, drop queue overflows, and read all names in a tree to find its folders. See `inotify(7)`.
    """

    def __init__(self, notify: Notify) -> None:
        """Raises `OSError` if the system has no instances left."""
        from watchdog.observers.inotify_c import inotify_add_watch, inotify_init, inotify_rm_watch

        self._watch: Any = inotify_add_watch
        self._end_watch: Any = inotify_rm_watch
        self._notify = notify
        self._nodes: dict[int, list[_Node]] = {}
        self._counting: set[str] = set()
        self._tops: dict[Key, _Node] = {}
        self._moved = 0, ""
        """Cookie and path of the last file that was moved away."""
        self._lock = threading.Lock()
        self._descriptor: int = inotify_init()
        if self._descriptor < 0:
            raise self._error()
        self._end, self._ending = os.pipe()
        self._thread = threading.Thread(target=self._run, name="broadsheet-watch", daemon=True)
        self._thread.start()

    def watch(self, place: WatchedFolder) -> None:
        """Start reporting. Raises `OSError` if that is not possible."""
        top = _Node(place.path, place)
        if poll.counts_folders(os.path.realpath(place.path), poll.read_mounts()):
            self._counting.add(place.path)
        with self._lock:
            self._tops[place.key] = top
            if place.names is None:
                self._add_tree(top)
            else:
                self._add(top)

    def forget(self, place: WatchedFolder) -> None:
        """Stop reporting."""
        with self._lock:
            if top := self._tops.pop(place.key, None):
                self._remove_tree(top)

    def close(self) -> None:
        """Stop. Returns at once."""
        with self._lock:
            if self._ending >= 0:
                os.close(self._ending)
                self._ending = -1

    def join(self, timeout: float) -> None:
        """Wait at most `timeout` seconds for its threads."""
        self._thread.join(timeout)

    def _error(self) -> OSError:
        code = ctypes.get_errno()
        text = {
            errno.ENOSPC: "inotify watch limit reached",
            errno.EMFILE: "inotify instance limit reached",
        }
        return OSError(code, text.get(code, os.strerror(code)))

    def _add(self, node: _Node) -> None:
        watch = self._watch(self._descriptor, os.fsencode(node.path), _MASK)
        if watch < 0:
            raise self._error()
        node.watch = watch
        self._nodes.setdefault(watch, []).append(node)

    def _add_tree(self, top: _Node) -> None:
        """Watch a folder and all below it, except what cannot be read or has disappeared."""
        counts = top.place.path in self._counting
        waiting = [top]
        while waiting:
            node = waiting.pop()
            try:
                self._add(node)  # first, so that changes while it is read are reported
                names = _folders_in(node, counts)
            except OSError as error:
                if node is top or error.errno in LIMITS:
                    raise
                continue
            for name in names:
                child = _Node(join_path(node.path, name), node.place)
                if not node.place.skips(child.path, name, is_folder=True):
                    node.children[name] = child
                    waiting.append(child)

    def _remove_tree(self, top: _Node) -> None:
        waiting = [top]
        while waiting:
            node = waiting.pop()
            waiting.extend(node.children.values())
            nodes = self._nodes.get(node.watch, [])
            if node in nodes:
                nodes.remove(node)
                if not nodes:
                    del self._nodes[node.watch]
                    self._end_watch(self._descriptor, node.watch)

    def _run(self) -> None:
        poller = select.poll()
        poller.register(self._descriptor, select.POLLIN)
        poller.register(self._end, select.POLLIN | select.POLLHUP)
        while not any(descriptor == self._end for descriptor, _ in poller.poll()):
            events = os.read(self._descriptor, 1 << 16)
            with self._lock:
                at = 0
                while at < len(events):
                    watch, mask, cookie, length = struct.unpack_from("iIII", events, at)
                    name = events[at + 16 : at + 16 + length].rstrip(b"\0")
                    at += 16 + length
                    self._handle(watch, mask, cookie, os.fsdecode(name))
        with self._lock:
            os.close(self._descriptor)
            os.close(self._end)
            self._descriptor = -1

    def _handle(self, watch: int, mask: int, cookie: int, name: str) -> None:
        if mask & _OVERFLOW:
            self._notify(EVENTS_LOST, "")
        for node in [*self._nodes.get(watch, ())]:
            place = node.place
            path = join_path(node.path, name)
            if not name:
                if mask & _SELF and node.path == place.path:
                    self._notify(ROOT_REPLACED, place.path)
            elif place.names is not None:
                self._handle_name(place.names, name, path, mask)
            elif not place.skips(path, name, is_folder=bool(mask & _FOLDER)):
                if mask & _FOLDER:
                    self._handle_folder(node, name, path, mask)
                else:
                    self._handle_file(path, mask, cookie)
        if mask & _IGNORED:
            self._nodes.pop(watch, None)

    def _handle_file(self, path: str, mask: int, cookie: int) -> None:
        self._notify(CHANGING if mask & _CHANGING else CHANGED, path)
        if mask & _FROM:
            self._moved = cookie, path
        elif mask & _TO and self._moved[0] == cookie and is_renamed(self._moved[1], path):
            self._notify(CHANGED, self._moved[1])

    def _handle_name(self, names: tuple[tuple[str, str], ...], name: str, path: str, mask: int) -> None:
        for watched_name, reported in names:
            if watched_name == name:
                if reported:
                    self._notify(CHANGING if mask & _CHANGING else CHANGED, reported)
                if mask & _REPLACING:
                    self._notify(ROOT_REPLACED, path)

    def _handle_folder(self, node: _Node, name: str, path: str, mask: int) -> None:
        """Handle a folder that was added or removed with all its contents."""
        known = node.children.get(name)
        if mask & _REPLACING:
            if known:
                self._remove_tree(node.children.pop(name))
        elif known and known.watch >= 0:
            return  # only its permissions or times changed, and it is watched already
        if not mask & _REMOVING:
            child = node.children[name] = _Node(path, node.place)
            try:
                self._add_tree(child)
            except OSError as error:
                if error.errno in LIMITS:  # the watcher tries all again, and then polls it
                    self._notify(EVENTS_LOST, "")
        self._notify(CHANGING if mask & _REMOVING else CHANGED, path)


def is_renamed(old: str, new: str) -> bool:
    """Return whether nobody is about to write the old file again, as editors do that keep it as a backup."""
    return os.path.splitext(old)[1] == os.path.splitext(new)[1]  # noqa: PTH122 - strings, as all paths here


_MODIFY, _ATTRIB, _CLOSE_WRITE, _FROM, _TO = 0x2, 0x4, 0x8, 0x40, 0x80
_CREATE, _DELETE, _DELETE_SELF, _MOVE_SELF = 0x100, 0x200, 0x400, 0x800
_UNMOUNT, _OVERFLOW, _IGNORED, _ONLY_FOLDERS, _FOLDER = 0x2000, 0x4000, 0x8000, 0x1000000, 0x40000000
_SELF = _DELETE_SELF | _MOVE_SELF | _UNMOUNT | _IGNORED
_REMOVING = _FROM | _DELETE
_REPLACING = _REMOVING | _TO | _CREATE
_CHANGING = _REMOVING | _CREATE | _MODIFY
_MASK = _REPLACING | _MODIFY | _ATTRIB | _CLOSE_WRITE | _DELETE_SELF | _MOVE_SELF | _ONLY_FOLDERS


def _folders_in(node: _Node, counts: bool) -> list[str]:
    """Return the names of subfolders. With a link count, most folders need not be read."""
    if counts:
        status = os.stat(node.path)  # noqa: PTH116 - a string, as all paths of this module
        if status.st_nlink == 2 and status.st_dev == node.place.device:
            return []
    with os.scandir(node.path) as entries:
        return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]


_KINDS: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]


class WatchdogBackend:
    """The mechanism of other systems, by watchdog."""

    def __init__(self, notify: Notify) -> None:
        """Start watchdog's threads."""
        self._notify = notify
        self._watches: dict[Key, tuple[_EventHandler, ObservedWatch]] = {}
        self._observer = Observer()
        self._observer.start()

    def watch(self, place: WatchedFolder) -> None:
        """Start reporting. Raises `OSError` if that is not possible."""
        real = os.path.realpath(place.path)
        handler = _EventHandler(place, real, self._notify)
        watch = self._observer.schedule(handler, real, recursive=place.names is None, event_filter=_KINDS)
        self._watches[place.key] = handler, watch

    def forget(self, place: WatchedFolder) -> None:
        """Stop reporting."""
        if place.key not in self._watches:
            return
        handler, watch = self._watches.pop(place.key)
        self._observer.remove_handler_for_watch(handler, watch)
        if all(other != watch for _, other in self._watches.values()):
            self._observer.unschedule(watch)

    def close(self) -> None:
        """Stop. Returns at once."""
        self._observer.stop()

    def join(self, timeout: float) -> None:
        """Wait at most `timeout` seconds for its threads."""
        self._observer.join(timeout)


class _EventHandler(FileSystemEventHandler):
    """Handles watchdog's events for a folder."""

    def __init__(self, place: WatchedFolder, real: str, notify: Notify) -> None:
        self._place = place
        self._real = real
        self._notify = notify

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Handle an event, in watchdog's thread."""
        source, target = os.fsdecode(event.src_path), os.fsdecode(event.dest_path)
        is_removal = isinstance(event, FileDeletedEvent | DirDeletedEvent | FileMovedEvent | DirMovedEvent)
        is_folder, may_replace_root = event.is_directory, not isinstance(event, FileModifiedEvent)
        may_return = is_removal and not (target and is_renamed(source, target))
        self._handle(source, is_folder, CHANGING if may_return else CHANGED, may_replace_root)
        if target:
            self._handle(target, is_folder, CHANGED, may_replace_root)

    def _handle(self, path: str, is_folder: bool, kind: int, may_replace_root: bool) -> None:
        if not within(path, self._real):
            return
        below = Path(path).relative_to(self._real).parts
        place = self._place
        if place.names is not None:
            for name, reported in place.names:
                if below == (name,) and reported:
                    self._notify(kind, reported)
                if below == (name,) and may_replace_root:
                    self._notify(ROOT_REPLACED, join_path(place.path, name))
            return
        if not below:
            if may_replace_root:
                self._notify(ROOT_REPLACED, place.path)
            return
        written = place.path
        for at, name in enumerate(below, 1):
            written = join_path(written, name)
            if place.skips(written, name, is_folder=is_folder or at < len(below)):
                return
        self._notify(kind, written)
