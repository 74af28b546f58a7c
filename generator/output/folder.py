"""Check that an output folder is writable, and belongs to Broadsheet."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Container
from pathlib import Path

from generator.model.errors import BuildError, refusal
from generator.output import disk, manifest, names


def check_usable(output: Path) -> None:
    """Raise `BuildError` for a folder that no build can use.

    This opens no files. A transaction checks again when it holds the lock.
    """
    with disk.translate_errors(output):
        check_is_folder(output, output)
        existing = next(filter(os.path.lexists, (output, *output.parents)), output)
        check_is_folder(existing, output)
        check_writable(existing, output)
        if output.exists():
            _check_owner(output)


def own_manifest(output: Path) -> manifest.Manifest | None:
    """Return the manifest of earlier builds; None if there is none.

    Raises `BuildError` for a folder with other files and no manifest.
    """
    old = manifest.read(output)
    if old is None:
        _check_owner(output)
    return old


def clear_foreign(output: Path) -> None:
    """Delete everything that no manifest lists, from a folder that only Broadsheet uses.

    It must not be in use. Without a readable manifest, everything is deleted. Links are deleted, not
    followed, even one in place of the folder itself. Raises `BuildError`.
    """
    with disk.translate_errors(output):
        if os.path.lexists(output) and (output.is_symlink() or not output.is_dir()):
            output.unlink()
        if not output.is_dir():
            return
        try:
            record = manifest.read(output)
        except BuildError:
            record = None
        ours = {*record.files, names.MANIFEST, names.ADDED} if record else set[str]()
        lowest = {path.rpartition("/")[0] for path in ours}
        ours_above = {above for folder in lowest for above in (folder, *names.folders(folder))}
        folders = [""]
        for folder in folders:
            folders += _delete_foreign(str(output), folder, ours, ours_above)
        for folder in reversed(folders[1:]):
            with contextlib.suppress(OSError):  # it contains our files
                os.rmdir(f"{output}/{folder}")


def _delete_foreign(root: str, folder: str, ours: Container[str], ours_above: Container[str]) -> list[str]:
    """Delete from one folder files, and folders without files, that are not ours. Return the folders left."""
    folders = []
    with os.scandir(f"{root}/{folder}") as entries:
        for entry in entries:
            path = folder + entry.name
            if entry.is_dir(follow_symlinks=False):
                if path in ours_above:
                    folders.append(path + "/")
                else:
                    disk.delete_all(entry.path)
            elif path not in ours or not entry.is_file(follow_symlinks=False):
                os.unlink(entry.path)
    return folders


def record_of(output: Path) -> Path:
    """Return the file in an output folder that lists our files."""
    return output / names.MANIFEST


def foreign_names_in(output: Path) -> str:
    """Return the first names in an output folder that are not Broadsheet's; empty if there are none."""
    found = disk.foreign_names(output)
    return ", ".join(found[:3]) + (", …" if len(found) > 3 else "")


def check_is_folder(folder: Path, output: Path) -> None:
    """Raise `BuildError` if something other than a folder exists there."""
    try:
        is_folder = stat.S_ISDIR(folder.stat().st_mode)
    except PermissionError:
        raise
    except OSError:  # nothing is there, perhaps because another build has just deleted it, or a dangling link
        is_folder = not folder.is_symlink()
    if not is_folder:
        raise refusal(folder, "is a file, not a folder", names.or_elsewhere("move it away", output))


def check_writable(folder: str | Path, filename: Path | None = None) -> None:
    """Raise `OSError` for a folder that is not writable. The error names `filename`, or the folder."""
    if os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        return
    if not os.path.lexists(folder):
        return  # another build created it, and has just deleted it
    number = errno.EROFS if _is_read_only(folder) else errno.EACCES
    raise OSError(number, os.strerror(number), str(filename or folder))


def _is_read_only(folder: str | Path) -> bool:
    """Return whether the file system is read-only for everybody."""
    return hasattr(os, "statvfs") and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def _check_owner(output: Path) -> None:
    # In this order, because another build writes its manifest before its first files.
    others = foreign_names_in(output)
    if not others or os.path.lexists(record_of(output)):
        return
    raise refusal(
        output,
        f"holds files that are not Broadsheet's: {others}",
        names.or_elsewhere("move them away", output),
    )
