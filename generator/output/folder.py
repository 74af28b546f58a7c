"""What an output folder must be for a site to be put into it: one that can be written, and nobody else's."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Container
from pathlib import Path

from generator.model.errors import BuildError
from generator.output import disk, manifest, names


def check_usable(output: Path) -> None:
    """Raise `BuildError` for a folder that no build can use.

    Looks, and opens no file: a transaction looks again when it has the folder for itself.
    """
    with disk.translate_errors(output):
        check_is_folder(output, output)
        standing = next(filter(os.path.lexists, (output, *output.parents)), output)
        check_is_folder(standing, output)
        check_writable(standing, output)
        if output.exists():
            _check_nobody_elses(output)


def recognised(output: Path) -> manifest.Manifest | None:
    """What earlier builds wrote, None for nothing; raises `BuildError` for a folder of somebody else's."""
    old = manifest.read(output)
    if old is None:
        _check_nobody_elses(output)
    return old


def clear_foreign(output: Path) -> None:
    """Delete what no record of ours names in a folder that is ours alone, and is not in use.

    Without a record that can be read, that is everything. No link is followed: it is deleted, one in the
    folder's own place too. Raises `BuildError`.
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
            folders += _cleared(str(output), folder, ours, ours_above)
        for folder in reversed(folders[1:]):
            with contextlib.suppress(OSError):  # it holds files of ours
                os.rmdir(f"{output}/{folder}")


def _cleared(root: str, folder: str, ours: Container[str], ours_above: Container[str]) -> list[str]:
    """Delete what is not ours in one folder, and folders with nothing of ours; the other folders in it."""
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
    """The file in an output folder that says which files are ours."""
    return output / names.MANIFEST


def others_in(output: Path) -> str:
    """The first names in an output folder that are not Broadsheet's; empty for none."""
    found = disk.strangers(output)
    return ", ".join(found[:3]) + (", …" if len(found) > 3 else "")


def check_is_folder(folder: Path, output: Path) -> None:
    """Raise `BuildError` for anything else that stands in the place of the output folder, or of one above."""
    if os.path.lexists(folder) and not folder.is_dir():
        raise disk.refusal(folder, "is a file, not a folder", names.or_elsewhere("move it away", output))


def check_writable(folder: str | Path, told: Path | None = None) -> None:
    """Raise `OSError` for a folder that no file can be put into, with its name, or another to be `told`."""
    if os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        return
    if not os.path.lexists(folder):
        return  # another build, which had made it, has just deleted it
    number = errno.EROFS if _is_read_only(folder) else errno.EACCES
    raise OSError(number, os.strerror(number), str(told or folder))


def _is_read_only(folder: str | Path) -> bool:
    """Whether the file system is, whoever asks."""
    return hasattr(os, "statvfs") and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def _check_nobody_elses(output: Path) -> None:
    # In this order: another build that puts its first files in place has written its record before.
    others = others_in(output)
    if not others or os.path.lexists(record_of(output)):
        return
    raise disk.refusal(
        output,
        f"holds files that are not Broadsheet's: {others}",
        names.or_elsewhere("move them away", output),
    )
