"""Publish to a branch of a git repository, with the installed git and without a checkout.

A publish is one commit. `git fast-import` makes it from the commit that stands there and from what differs.
The push succeeds only if the branch is still at that commit, so readers see all of a publish or nothing.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import shutil
import stat
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

from generator.model.errors import BuildError
from generator.output import names
from generator.publish.retry import passing, retried
from generator.publish.secrets import scrubbed
from generator.publish.store import (
    ABSENT,
    RECORD,
    Done,
    OutrunError,
    Stored,
    TakenError,
    Upload,
    advice_on,
    refused,
)
from generator.publish.throttle import BUSY, asked_pause

_TIP = "refs/broadsheet/tip"
"""The ref in our own repository of the commit that stands at the target."""
_NEXT = "refs/broadsheet/next"
_SENT = "refs/broadsheet/sent"
"""The folder of refs of commits that were sent. A push goes on for a moment after its publish was killed."""
_REGULAR = {b"100644", b"100755"}
_OF_A_REPOSITORY = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE", "GIT_INDEX_FILE",
    "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
}  # fmt: skip
"""Variables that git sets for hooks. They would lead us into the repository whose hook publishes."""
_PASSING = (
    "Could not resolve host", "Connection timed out", "Connection reset", "Connection refused", "early EOF",
    "Operation timed out", "The requested URL returned error: 5", "The requested URL returned error: 429",
    "RPC failed", "unexpected disconnect", "Empty reply", "connect to server", "cannot lock ref",
)  # fmt: skip
"""What git says of errors that may pass. Its messages are English, because we set the locale."""


class GitBranch:
    """A branch as a target. `cache` is a bare repository of our own, which may be deleted at any time."""

    is_atomic, is_guarded, has_folders = True, True, False

    def __init__(self, url: str, branch: str, cache: Path, *, history: bool, subject: str) -> None:
        self.name = scrubbed(f"git+{url}#{branch}")
        self._url, self._ref = url, f"refs/heads/{branch}"
        self._cache, self._history, self._subject = cache, history, subject
        self._tip = ABSENT
        self._sent: Sequence[str] = ()
        self._import: subprocess.Popen[bytes] | None = None

    def read(self) -> Stored | None:
        """Return the record in the branch. Fetches its last commit without file contents, if need be."""
        if shutil.which("git") is None:
            raise refused(self.name, "git is not installed", "install it")
        try:
            self._free_cache()
        except OSError as error:
            what = f"cannot be used: {error.strerror}"
            raise refused(self._cache, what, "delete it, or change its owner") from error
        self._configure()
        self._sent = self._git("for-each-ref", "--format=%(objectname)", _SENT).decode().split()
        for name in ("_there", "_folders"):
            self.__dict__.pop(name, None)
        self._tip = retried(self._remote_tip)
        if not self._tip:
            return None
        if not self._has(self._tip):
            partial = ("--depth=1", "--filter=blob:none", "--no-tags")
            fetch = ("fetch", "--quiet", *partial, "origin", f"+{self._ref}:{_TIP}")
            retried(lambda: self._git(*fetch))
            self._tip = self._git("rev-parse", _TIP).strip().decode()
        if not self._git("ls-tree", self._tip, RECORD):
            return None
        return Stored(self._git("cat-file", "blob", f"{self._tip}:{RECORD}"), self._tip)

    def _free_cache(self) -> None:
        """Delete what somebody else, or a command that was killed, may have left in our repository."""
        # The folder may come from somebody else: its settings and hooks could run programs.
        for name in ("config", "commondir"):
            (self._cache / name).unlink(missing_ok=True)
        for left in self._cache.rglob("*.lock"):  # of commands that were killed
            left.unlink(missing_ok=True)

    def _configure(self) -> None:
        """Make our repository, if need be, and write its settings."""
        self._git("init", "--quiet", "--bare", str(self._cache), where=None)
        settings = {
            "core.hooksPath": os.devnull,
            "gc.autoDetach": "false",
            "repack.writeBitmaps": "false",  # they need all objects, so packing would fail
            "remote.origin.url": self._url,
            # Objects that the fetch leaves out are fetched from there when they are needed.
            "remote.origin.promisor": "true",
            "remote.origin.partialclonefilter": "blob:none",
        }
        for key, value in settings.items():
            self._git("config", key, value)

    @property
    def discards(self) -> Sequence[str]:
        """The commits that a single one would replace, unless that is one of ours."""
        if self._history or not self._tip:
            return ()
        head = self._git("cat-file", "commit", self._tip).partition(b"\n\n")[0]
        if b"\nparent " not in head and self._git("ls-tree", self._tip, RECORD):
            return ()
        return ("the commits of the branch would be replaced by a single one, because of `history = false`",)

    def list(self) -> Mapping[str, str]:
        """Return path → hash of the blob, or empty for a link or submodule."""
        if not self._tip:
            return {}
        found = {}
        for line in self._git("ls-tree", "-r", "-z", "--full-tree", self._tip).split(b"\0")[:-1]:
            about, _, path = line.partition(b"\t")
            mode, _, name = about.split()
            found[os.fsdecode(path)] = name.decode() if mode in _REGULAR else ""
        found.pop(RECORD, None)
        return found

    def matches(self, file: Upload, told: str) -> bool | None:
        """Compare git's hash of the bytes."""
        data = file.read()
        hash_ = hashlib.sha1 if len(told) == 40 else hashlib.sha256
        return hash_(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest() == told

    def put(self, files: Sequence[Upload], done: Done) -> Sequence[str]:
        """Write files into the commit."""
        kept_out = {file.path for file in files if file.is_kept_out(self._mode_in_the_way(file.path))}
        for file in files:
            if file.path not in kept_out:
                self._write_file(file.path, file.read())
                done(file.path)
        return sorted(kept_out)

    def digests(self, _paths: Sequence[str]) -> Mapping[str, str]:
        """Return nothing: a commit that was not pushed has left nothing there."""
        return {}

    def delete(self, paths: Iterable[str], done: Done) -> None:
        """Delete files in the commit."""
        for path in paths:
            if self._there.get(path):
                self._write(b"D %s\n" % _quoted(path))
                del self._there[path]
                done(path)
        self.__dict__.pop("_folders", None)

    @functools.cached_property
    def _there(self) -> dict[str, str]:
        """What `list` returns, asked for once, without what was deleted since."""
        return {**self.list()}

    @functools.cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(folder for path in self._there for folder in names.folders(path))

    def _mode_in_the_way(self, path: str) -> int | None:
        """Return the mode of what a file would replace; None for nothing. Also a folder, or a file above."""
        if path in self._there:
            return stat.S_IFREG if self._there[path] else stat.S_IFLNK
        above = any(folder in self._there for folder in names.folders(path))
        return stat.S_IFDIR if above or path in self._folders else None

    def swap(self, data: bytes, _version: str) -> str:
        """Complete the commit and push it, if the branch is where `read` found it."""
        self._write_file(RECORD, data)
        self._end_import()
        commit = self._git("rev-parse", _NEXT).strip().decode()
        self._push(commit)
        self._git("update-ref", _TIP, commit)
        for sent in (*self._sent, commit):
            self._git("update-ref", "-d", f"{_SENT}/{sent}")
        self._tip = commit
        with contextlib.suppress(BuildError):
            self._git("gc", "--auto", "--quiet")  # each publish leaves a pack
        return commit

    def close(self) -> None:
        """End an import that did not complete."""
        if self._import is not None:
            self._import.kill()
            with contextlib.suppress(OSError):
                self._import.communicate()
            self._import = None

    def _stream(self) -> IO[bytes]:
        """Return the input of `git fast-import`, in the middle of a commit."""
        if self._import is None:
            self._import = subprocess.Popen(  # noqa: S603 - as in `_git`
                [*self._command, "fast-import", "--quiet", "--force", "--done"],
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            assert self._import.stdin is not None  # noqa: S101 - for the type checker
            self._import.stdin.write(self._head())
        assert self._import.stdin is not None  # noqa: S101 - for the type checker
        return self._import.stdin

    def _head(self) -> bytes:
        """Return the beginning of the commit, whose tree is that of the last one."""
        subject = self._subject.encode() + b"\n"
        lines = [
            b"commit " + _NEXT.encode(),
            b"committer " + self._committer(),
            b"data %d" % len(subject),
            subject,
        ]
        if self._tip and self._history:
            lines.append(b"from " + self._tip.encode())
        elif self._tip:
            tree = self._git("rev-parse", f"{self._tip}^{{tree}}").strip()
            lines.append(b'M 040000 %s ""' % tree)
        else:
            lines.append(b"deleteall")
        return b"\n".join(lines) + b"\n"

    def _committer(self) -> bytes:
        """Return the committer and time by git's settings; a name of ours where none is set."""
        try:
            return self._git("var", "GIT_COMMITTER_IDENT").strip()
        except BuildError:
            name = {"GIT_COMMITTER_NAME": "Broadsheet", "GIT_COMMITTER_EMAIL": "broadsheet@localhost"}
            return self._git("var", "GIT_COMMITTER_IDENT", **name).strip()

    def _write_file(self, path: str, data: bytes) -> None:
        self._write(b"M 100644 inline %s\ndata %d\n" % (_quoted(path), len(data)), data, b"\n")

    def _write(self, *pieces: bytes) -> None:
        """Write to `git fast-import`. Raises `BuildError` with what it said if it has died."""
        try:
            stream = self._stream()
            for piece in pieces:
                stream.write(piece)
        except BrokenPipeError:
            self._end_import()

    def _end_import(self) -> None:
        """Wait until git has written the commit. Raises `BuildError`."""
        process, self._import = self._import, None
        assert process is not None  # noqa: S101 - for the type checker
        _, errors = process.communicate(b"done\n")
        if process.returncode:
            raise self._failed("fast-import", errors)

    def _push(self, commit: str) -> None:
        """Move the branch to a commit, if it is still where it was. Raises `TakenError`."""
        self._git("update-ref", f"{_SENT}/{commit}", commit)
        lease = f"--force-with-lease={self._ref}:{self._tip}"
        try:
            retried(lambda: self._git("push", "--quiet", lease, "origin", f"{commit}:{self._ref}"))
        except BuildError as error:
            tip = self._tip
            with contextlib.suppress(BuildError):
                tip = self._remote_tip()
            if tip == commit:  # its answer was lost
                return
            if tip != self._tip:
                raise (OutrunError if tip in self._sent else TakenError) from error
            raise

    def _remote_tip(self) -> str:
        """Return the last commit of the branch at the target; empty if there is none."""
        return self._git("ls-remote", "origin", self._ref).split(b"\t")[0].decode()

    def _has(self, commit: str) -> bool:
        try:
            return (
                self._git("rev-parse", "--verify", "--quiet", f"{_TIP}^{{commit}}").strip() == commit.encode()
            )
        except BuildError:
            return False

    @property
    def _command(self) -> Sequence[str]:
        """The beginning of a command in our own repository. `-C` would find a `.git` in it first."""
        return ("git", f"--git-dir={self._cache}")

    def _git(self, *arguments: str, where: str | None = "cache", **environment: str) -> bytes:
        """Return the output of a git command in our own repository. Raises `BuildError`."""
        done = subprocess.run(  # noqa: S603 - addresses are checked where they are parsed
            [*(self._command if where else ["git"]), *arguments],
            env={**_environment(), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise self._failed(arguments[0], done.stderr)
        return done.stdout

    def _failed(self, command: str, errors: bytes) -> BuildError:
        text = scrubbed(errors.decode("utf-8", "replace")).strip()
        message = f"git {command} failed: " + " ".join(text.split())[-500:]
        error = refused(self.name, message, advice_on(text, "see that `git ls-remote` reaches it"))
        if not any(sign in text for sign in _PASSING):
            return error
        is_busy = any(f"returned error: {status}" in text for status in BUSY)
        return passing(error, asked_pause(f"{self._url}/info/refs") if is_busy else None)


def _environment() -> dict[str, str]:
    """Return the environment of git, so that it speaks English and asks nothing where nobody answers."""
    return {
        **{name: value for name, value in os.environ.items() if name not in _OF_A_REPOSITORY},
        "LC_ALL": "C.UTF-8",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TERMINAL_PROMPT": os.environ.get("GIT_TERMINAL_PROMPT", "0"),
    }


def _quoted(path: str) -> bytes:
    """Return a path as `git fast-import` reads it."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return b'"' + os.fsencode(escaped) + b'"'
