"""Where files stand until a commit swaps them in: numbered, or in folders as they are to stand."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping

from generator.output import names


class Staging:
    """The staging folder of one build, which is there and empty.

    Files for an output folder with nothing in it stand in folders as they are to: of these a few renames
    put all in place, where others take one for each file, and making the folders first.
    """

    def __init__(self, root: str, *, is_empty: bool) -> None:
        """Take the output folder, and whether nothing stands there."""
        self._root = root
        self._folder = f"{root}/{names.STAGING}"
        self._number = os.getpid() * 10**8  # a worker that outlives its build writes to none of ours
        self._tree = f"{self._folder}/{names.TREE}{os.getpid()}" if is_empty else None
        self._made: set[str] = set()
        self._given = 0

    def place(self, path: str) -> tuple[str, str]:
        """Where an output stands meanwhile, and the folder that who writes it makes first; empty for none."""
        self._given += 1
        if self._tree is None:
            return f"{self._folder}/{self._number + self._given}", ""
        folder = path.rpartition("/")[0]
        self._make(self._tree, folder.rpartition("/")[0])
        return f"{self._tree}/{path}", f"{self._tree}/{folder}" if folder else ""

    def swap_in(self, staged: Mapping[str, str]) -> None:
        """Put files in place, given where each stands by its path."""
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
        """Put what stands in a tree in place, but for names where something has come to stand."""
        if not self._made:
            return True
        for name in sorted(os.listdir(tree)):
            if not os.path.lexists(f"{self._root}/{name}"):
                with contextlib.suppress(OSError):  # some file systems move no folders: files go one by one
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
    """Make a folder, if one is named and not there: also in other case, where that is the same."""
    if folder:
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder)
