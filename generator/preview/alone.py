"""One preview of a site at a time: another one would write over its pages."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from generator.errors import BuildError
from generator.output import disk, lock

NOTE = "serving"
"""A file that says who shows the site. What is locked is the folder: one that is left over stops nobody."""


@contextlib.contextmanager
def alone(own: Path) -> Iterator[Callable[[str], None]]:
    """Hold a site's preview for the length of a `with` block; to be told the address where it is shown.

    `own` is the folder that the preview lies in. Raises `BuildError` where another process holds it, saying
    which one and where it shows the site. The system lets go of it when the process dies.
    """
    note = own / NOTE

    def tell(address: str) -> None:
        with contextlib.suppress(OSError):
            note.write_text(f"process {os.getpid()}, {address}", "utf-8")

    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(lock.held(own, 0.0))
        except BuildError as error:
            raise _shown_by_another(own) from error
        except OSError:
            pass  # the build says why nothing can be written there
        else:
            _forget(note)
            stack.callback(_forget, note)
        yield tell


def _forget(note: Path) -> None:
    with contextlib.suppress(OSError):  # one that is left over stops nobody
        note.unlink(missing_ok=True)


def _shown_by_another(own: Path) -> BuildError:
    by = ""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        by = f" ({(own / NOTE).read_text('utf-8')})"
    message = f"another `broadsheet serve`{by} shows this site already"
    return disk.refusal(own, message, "look at that one, or end it first")
