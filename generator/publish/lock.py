"""Who publishes to a target, and whether that process still lives.

The record is the lock: a publish writes itself into it first, by a swap that only one can win, and then a
number that grows while it lives. No clock is compared. On the same machine the system knows whether the
process lives; of another machine, it counts as dead if the number does not grow for a while.
"""

from __future__ import annotations

import contextlib
import os
import platform
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from generator.model.errors import BuildError, shown
from generator.publish.record import Publisher, Record, decode, encode
from generator.publish.store import Store, TakenError, refused


class Pace(msgspec.Struct, frozen=True):
    """How often a publish shows that it lives, and how long another one waits for that, in seconds.

    A publish is silent for as long as a busy host asks for, and then goes on. Another one waits for longer,
    so that it does not begin meanwhile.
    """

    beat: float = 15
    patience: float = 90


def this_process() -> Publisher:
    """Return who is publishing now."""
    process = os.getpid()
    token = secrets.token_hex(8)
    return Publisher(
        host=platform.node(), machine=_machine(), process=process, started=_started(process), token=token
    )


def _machine() -> str:
    """Return what identifies this machine since its start, and the space in which process numbers count."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _started(process: int) -> str:
    """Return when a process started, as the system tells it; empty if there is none, or nothing is told."""
    try:
        return Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()[19].decode()
    except (OSError, IndexError):
        return ""


def wait_for(store: Store, record: Record, pace: Pace, notice: Callable[[str], None]) -> None:
    """Raise `BuildError` if the publisher in a record lives. Return if it is dead."""
    publisher = record.publisher
    if publisher is None:
        return
    if publisher.machine and publisher.machine == _machine():
        if _started(publisher.process) == publisher.started:
            raise held_by(store.name, publisher)
        return
    notice(f"waiting for {pace.patience:.0f} seconds to see whether {_called(publisher)} is still publishing")
    deadline = time.monotonic() + pace.patience
    while time.monotonic() < deadline:
        time.sleep(min(pace.beat / 4, 2))
        stored = store.read()
        if stored is None or decode(stored.data, store.name).publisher != publisher:
            raise held_by(store.name, publisher)


def held_by(target: str, publisher: Publisher) -> BuildError:
    """Return the error for a target that somebody else publishes to."""
    advice = "wait until it is done, and publish again"
    return refused(target, f"{_called(publisher)} is publishing there", advice)


def overtaken(target: str) -> BuildError:
    """Return the error for a target that somebody else published to since it was compared."""
    return refused(target, "somebody else has just published there", "publish again")


def _called(publisher: Publisher) -> str:
    return f"process {publisher.process} on {shown(publisher.host)}"


PACE = Pace()


class Holder:
    """The record of a target during a publish. It tells others that this process lives."""

    def __init__(self, store: Store, version: str, pace: Pace) -> None:
        self._store, self._version, self._pace = store, version, pace
        self._access = threading.Lock()
        self._record: Record | None = None
        self._fault: Exception | None = None

    def write(self, record: Record) -> None:
        """Replace the record. Raises `BuildError`, also if the record is somebody else's now."""
        with self._access:
            self.check()
            try:
                self._version = self._store.swap(encode(record), self._version)
            except TakenError as error:
                raise self._taken() from error
            self._record = record

    def release(self, record: Record) -> None:
        """Replace the record as far as possible, after something went wrong: perhaps a sign of life."""
        self._fault = None
        with contextlib.suppress(BuildError):
            self.write(record)

    def check(self) -> None:
        """Raise what went wrong while this process showed that it lives."""
        if self._fault is not None:
            raise self._fault

    def _taken(self) -> BuildError:
        stored = self._store.read()
        publisher = decode(stored.data, self._store.name).publisher if stored else None
        return held_by(self._store.name, publisher) if publisher else overtaken(self._store.name)

    @contextlib.contextmanager
    def beating(self) -> Iterator[None]:
        """Show during a `with` block that this process lives."""
        stopped = threading.Event()
        thread = threading.Thread(target=self._beat, args=(stopped,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join()

    def _beat(self, stopped: threading.Event) -> None:
        while not stopped.wait(self._pace.beat):
            record = self._record
            if record is None or record.publisher is None:
                continue
            publisher = msgspec.structs.replace(record.publisher, beat=record.publisher.beat + 1)
            try:
                self.write(msgspec.structs.replace(record, publisher=publisher))
            except Exception as error:  # `check` raises it in the main thread
                self._fault = error
                return
