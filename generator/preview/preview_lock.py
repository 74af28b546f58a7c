"""Allow one preview of a site at a time, because a second one would overwrite its pages."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from generator.model.errors import BuildError, refusal
from generator.output import disk, lock

NOTE = "serving"
"""A file with the process and address of the preview. The folder is locked, so a leftover file is harmless.
"""


class PreviewLock:
    """Holds the lock of a site's preview in a `with` block. The system releases it when the process dies."""

    def __init__(self, own: Path) -> None:
        """`own`: the folder that contains the preview."""
        self._own, self._note_file = own, own / NOTE
        self._lock = contextlib.ExitStack()
        self._held: os.stat_result | None = None
        self._address: str | None = None

    def __enter__(self) -> Self:
        """Raise `BuildError` as `acquire` does."""
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._release()

    def acquire(self) -> None:
        """Take the lock, again if somebody deleted the folder meanwhile.

        Raises `BuildError` if another process holds it, with that process and the address of its preview.
        """
        if self._is_held:
            return
        self._release()
        try:
            self._lock.enter_context(lock.held(self._own, 0.0))
            self._held = self._own.stat()
        except BuildError as error:
            raise _shown_by_another(self._own) from error
        except OSError:
            return  # the build reports why the folder is not writable
        self._delete_note()
        self._write_note()

    def announce(self, address: str) -> None:
        """Publish the address of the preview for other processes that want to show the site."""
        self._address = address
        self._write_note()

    @property
    def _is_held(self) -> bool:
        """Return whether the folder is still the one that was locked."""
        try:
            return self._held is not None and os.path.samestat(self._own.stat(), self._held)
        except OSError:
            return False

    def _release(self) -> None:
        if self._is_held:  # otherwise the file belongs to another process
            self._delete_note()
        self._held = None
        self._lock.close()

    def _delete_note(self) -> None:
        with contextlib.suppress(OSError):  # a leftover file is harmless
            self._note_file.unlink(missing_ok=True)

    def _write_note(self) -> None:
        if self._address is not None:
            self._delete_note()
            with contextlib.suppress(OSError), self._note_file.open("x", encoding="utf-8") as note:
                note.write(f"process {os.getpid()}, {self._address}")  # "x" does not follow links


def _shown_by_another(own: Path) -> BuildError:
    note = disk.read_note(own / NOTE)
    by = f" ({note})" if note else ""
    message = f"another `broadsheet serve`{by} already shows this site"
    return refusal(own, message, "use that one, or stop it first")
