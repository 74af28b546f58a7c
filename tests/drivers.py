"""One site in several folders, and the ways in which a curator's edits reach its pages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from generator.config.options import Built, Options, silent
from generator.engine.build import build
from generator.model.errors import BroadsheetError
from generator.parallel.workers import Workers
from generator.preview.live import Live
from writing import files_of, site_in, workers_here

ALL = frozenset({"*"})
"""Stands for the pages of a build that does not tell which ones changed."""


class Outcome(NamedTuple):
    """What a build left and reported."""

    files: dict[str, bytes]
    """Path below the output folder → bytes."""
    report: dict[str, object]
    """The report without what depends on the way: how many files were written, the site's size, suspects."""
    problems: tuple[str, ...] = ()
    """Why the build failed; empty if it did not."""


class Driver:
    """A copy of the site, and one way of keeping its output folder up to date."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.output = root / "public"

    def update(self, options: Options) -> Outcome:
        """Bring the output folder up to date."""
        raise NotImplementedError

    @property
    def workers(self) -> Workers:
        """The workers of its builds: this process does their work."""
        return workers_here()

    def close(self) -> None:
        """Release what is held between updates."""

    def outcome(self, run: Callable[[], Built]) -> Outcome:
        """Run a build, and return its outcome."""
        try:
            built = run()
        except BroadsheetError as error:
            return Outcome(files_of(self.output), {}, self.problems_of(error))
        return Outcome(files_of(self.output), self.report_of(built))

    def problems_of(self, error: BroadsheetError) -> tuple[str, ...]:
        """Return the problems of a failed build, without the folder."""
        return tuple(str(one).replace(str(self.root), "") for one in error.problems)

    def report_of(self, built: Built) -> dict[str, object]:
        """Return what must be the same in every way."""
        told = msgspec.to_builtins(built.report)
        told["problems"] = [
            str(one).replace(str(self.root), "")
            for one in told["problems"]
            if "the last build" not in one["message"]  # a clean build knows of none
        ]
        told["waits_until"] = built.waits_until
        return {key: value for key, value in told.items() if key not in {"pages", "site", "suspects"}}

    def build(self, options: Options, *, clean: bool = False) -> Outcome:
        """Build as `broadsheet build` does."""
        workers = self.workers
        return self.outcome(lambda: build(site_in(self.root), options, silent, clean=clean, workers=workers))


class Clean(Driver):
    """Builds into a new output folder, without a cache."""

    def update(self, options: Options) -> Outcome:
        shutil.rmtree(self.output, ignore_errors=True)
        shutil.rmtree(self.root / ".broadsheet", ignore_errors=True)
        return self.build(options)


class Fresh(Driver):
    """Builds with the cache of the last build where its output is gone, as continuous integration does.

    In every third build the output is there and is written again in whole, as by `build --clean`, without
    what functions of this process remember. Every `spawns`-th build follows one of another process.
    """

    def __init__(self, root: Path, spawns: int = 0) -> None:
        super().__init__(root)
        self._spawns = spawns
        self._count = 0

    def update(self, options: Options) -> Outcome:
        self._count += 1
        is_clean = self._count % 3 == 0
        if is_clean:
            clear_caches()
        else:
            shutil.rmtree(self.output, ignore_errors=True)
        if self._spawns and self._count % self._spawns == 0 and not is_clean:
            self._spawn(options)
        return self.build(options, clean=is_clean)

    def _spawn(self, options: Options) -> None:
        command = [sys.executable, "-m", "generator", "build", "-q", "--as-of", options.as_of.isoformat()]
        command += [f"--{name}" for name in ("drafts", "future") if getattr(options, name)]
        subprocess.run(command, cwd=self.root, capture_output=True, check=False)


class Reloaded(Driver):
    """Builds again and again into one folder, each time from the state that the last build saved."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._workers = Workers(1)

    @property
    def workers(self) -> Workers:
        """A worker process that stays."""
        return self._workers

    def update(self, options: Options) -> Outcome:
        return self.build(options)

    def close(self) -> None:
        self._workers.close()


class Kept(Driver):
    """Keeps the state in memory, as `serve` and `build --watch` do: changed files are told to it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.live = Live(1)
        self.due: frozenset[Path] | None = None
        """What changed since it was told last; None if it was never told."""
        self.told: frozenset[str] = frozenset()
        """Pages whose readers were told to reload since `told` was cleared."""
        self.built: Built | None = None

    def close(self) -> None:
        self.live.close()

    def notice(self, *files: str) -> None:
        """Note changed files, by their paths below the root, for the next `save`."""
        if self.due is not None:
            self.due |= {self.root / file for file in files}

    def save(self, options: Options) -> None:
        """Tell what changed, or that time passed; what is told while a build fails is told again."""
        self.built, pages = self.live.build(site_in(self.root), options, silent, self.due)
        self.due = frozenset()
        self.told |= ALL if pages is None else pages

    def work(self, options: Options, *, steps: int, pages: int) -> None:
        """Do some of the pending work."""
        for _ in range(steps):
            self.save(options)
        for _ in range(pages):
            self.live.rest()

    def catch_up(self, options: Options) -> None:
        """Do all pending work but the pages."""
        while self.live.due_in == 0.0:
            self.save(options)

    def settle(self, options: Options) -> Built:
        """Do all pending work."""
        self.save(options)
        while self.live.due_in is not None:
            while self.live.rest():
                pass
            self.save(options)
        assert self.built
        return self.built

    def update(self, options: Options) -> Outcome:
        return self.outcome(lambda: self.settle(options))

    def rebuild(self, options: Options) -> Outcome:
        """End the preview whatever is pending, build in a new process, and begin another preview."""
        self.live.close()
        clear_caches()
        outcome = self.build(options)
        self.live, self.due = Live(1), None
        return outcome


class World:
    """The same files in the folders of all drivers."""

    def __init__(self, folder: Path, *, spawns: int = 0) -> None:
        self.clean = Clean(folder / "clean")
        self.fresh = Fresh(folder / "fresh", spawns)
        self.reloaded = Reloaded(folder / "reloaded")
        self.kept = Kept(folder / "kept")
        self.drivers = (self.clean, self.fresh, self.reloaded, self.kept)
        self.files: dict[str, bytes] = {}
        """Path below the root → bytes."""
        self.version = 0
        """How often contents changed."""

    def close(self) -> None:
        """Let go of what the drivers hold."""
        for driver in self.drivers:
            driver.close()

    def write(self, path: str, content: bytes | str | None) -> None:
        """Write a file; None deletes it."""
        if content is None:
            self.delete(path)
            return
        data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        self.files[path] = data
        self.version += 1
        for driver in self.drivers:
            file = driver.root / path
            if driver is self.kept:
                self.kept.notice(self._told(path))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)

    def delete(self, path: str) -> None:
        """Delete a file, if it is there."""
        if self.files.pop(path, None) is not None:
            self.version += 1
            for driver in self.drivers:
                (driver.root / path).unlink()
            self.kept.notice(path)

    def move(self, old: str, new: str) -> None:
        """Rename a file, over another one if there is one."""
        if old not in self.files or old == new:
            return
        self.files[new] = self.files.pop(old)
        self.version += 1
        self.kept.notice(old, self._told(new))
        for driver in self.drivers:
            (driver.root / new).parent.mkdir(parents=True, exist_ok=True)
            (driver.root / old).replace(driver.root / new)

    def restore(self, path: str) -> None:
        """Write a file anew with the same bytes, as git does: its times and its inode are others."""
        data = self.files[path]
        for driver in self.drivers:
            (driver.root / path).unlink()
            (driver.root / path).write_bytes(data)
        self.kept.notice(path)

    def touch(self, path: str, moment: int) -> None:
        """Set the time of change of a file, in nanoseconds."""
        for driver in self.drivers:
            os.utime(driver.root / path, ns=(moment, moment))
        self.kept.notice(path)

    def _told(self, path: str) -> str:
        """Return what a watcher tells of a file that is about to be written: the first folder that is new."""
        for folder in reversed((self.kept.root / path).parents):
            if folder.is_relative_to(self.kept.root) and folder != self.kept.root and not folder.exists():
                return folder.relative_to(self.kept.root).as_posix()
        return path


def clear_caches() -> None:
    """Forget what functions of this process remember, as a new process does."""
    for name, module in [*sys.modules.items()]:
        if name.startswith("generator."):
            for value in [*vars(module).values()]:
                if callable(forget := getattr(value, "cache_clear", None)):
                    forget()


def differences(found: dict[str, bytes], expected: dict[str, bytes]) -> dict[str, tuple[bytes, bytes]]:
    """Return path → what is there and what should be, around the first byte that differs."""
    differing = {}
    for path in sorted(found.keys() | expected.keys()):
        ours, theirs = found.get(path, b"(none)"), expected.get(path, b"(none)")
        if ours != theirs:
            pairs = enumerate(zip(ours, theirs, strict=False))
            at = next((n for n, (our, their) in pairs if our != their), min(len(ours), len(theirs)))
            differing[path] = ours[max(0, at - 60) : at + 60], theirs[max(0, at - 60) : at + 60]
    return differing


def pages_in(files: dict[str, bytes]) -> list[str]:
    """Return the paths of pages."""
    return [path for path in files if path.endswith(".html")]
