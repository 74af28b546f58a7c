"""The staging folder, which holds new files until a commit: numbered, or in their final structure."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping

from generator.output import names


class Staging:
    """The staging folder of one build, which exists and is empty.

    Files for an empty output folder are staged in their final structure, so that a few renames put all of
    them in place. Otherwise each file needs a rename, and the folders must be created first.
    """

    def __init__(self, root: str, *, is_empty: bool) -> None:
        """`root`: the output folder. `is_empty`: whether it is empty."""
        self._root = root
        self._folder = f"{root}/{names.STAGING}"
        # So that a worker that outlives its build does not write to files of ours.
        self._number = os.getpid() * 10**8
        self._tree = f"{self._folder}/{names.TREE}{os.getpid()}" if is_empty else None
        self._made: set[str] = set()
        self._given = 0

    def place(self, path: str) -> tuple[str, str]:
        """Return the path for staging an output, and the folder to create before writing; empty for none."""
        self._given += 1
        if self._tree is None:
            return f"{self._folder}/{self._number + self._given}", ""
        folder = path.rpartition("/")[0]
        self._make(self._tree, folder.rpartition("/")[0])
        return f"{self._tree}/{path}", f"{self._tree}/{folder}" if folder else ""

    def swap_in(self, staged: Mapping[str, str]) -> None:
        """Put files in place. `staged`: path → staged file."""
        left = staged
        if self._tree is not None and len(staged) == self._given:
            if self._is_put_in_place(self._tree):
                return
            left = {path: place for path, place in staged.items() if os.path.lexists(place)}
        for folder in sorted({path.rpartition("/")[0] for path in left}):
            os.makedirs(f"{self._root}/{folder}", exist_ok=True)
        for path, place in left.items():
            os.replace(place, f"{self._root}/{path}")

    def _is_put_in_place(self, tree: str) -> bool:
        """Move what a tree contains into place, except names that exist there. Return whether all moved."""
        if not self._made:
            return True
        for name in sorted(os.listdir(tree)):
            if not os.path.lexists(f"{self._root}/{name}"):
                # Some file systems cannot move folders; their files are moved one by one.
                with contextlib.suppress(OSError):
                    os.rename(f"{tree}/{name}", f"{self._root}/{name}")
        return not os.listdir(tree)

    def _make(self, tree: str, folder: str) -> None:
        if folder in self._made:
            return
        if folder:
            self._make(tree, folder.rpartition("/")[0])
        make(f"{tree}/{folder}")
        self._made.add(folder)


def make(folder: str) -> None:
    """Create a folder if one is named and does not exist, even in other case if that is the same."""
    if folder:
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder)
