"""Publish by rsync, with the installed program, over ssh or to its own daemon."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from generator.model.errors import BuildError
from generator.output import manifest, names
from generator.publish.retry import passing, retried
from generator.publish.secrets import scrubbed
from generator.publish.store import ABSENT, RECORD, Done, Stored, TakenError, Upload, advice_on, refused

_MISSING = {3, 23}
"""Exit codes of rsync when it did not find a file or folder, among other reasons."""
_PASSING = {5, 10, 12, 30, 35, 255}
"""Exit codes of failures that may pass: of the connection, its protocol or time."""
_TYPES = {"f": stat.S_IFREG, "d": stat.S_IFDIR, "L": stat.S_IFLNK}
"""What rsync calls the types of files."""
_TAKEN = 75
_COPIES = 1000
"""The number of compressed copies that exist on this machine at a time."""
_SWAP = """
set -e
mkdir -p "$1"; cd "$1"
new="$2-new-$$"; trap 'rm -f "$new"' EXIT
cat > "$new"
[ "$(wc -c < "$new")" -eq "$4" ]
n=0; until mkdir .broadsheet-lock 2>/dev/null; do
    n=$((n + 1)); [ $n -lt 50 ] || { rmdir .broadsheet-lock; n=0; }; sleep 0.1
done
trap 'rm -f "$new"; rmdir .broadsheet-lock' EXIT
found=
[ ! -e "$2" ] || found=$( (sha256sum || shasum -a 256 || sha256 -r) < "$2" 2>/dev/null | cut -c1-64)
[ "$found" != "$5" ] || exit 0
[ "$found" = "$3" ] || exit 75
mv "$new" "$2"
"""
"""Replaces the record on the server, if it still is the one that was read. Holds a lock for that moment.

A record that did not arrive whole counts as none. If ours stands there already, an answer was lost.
"""

_TIED = """
exec 9<&0
life=$1; shift
"$@" <&9 9<&- &
program=$!
(cat "/dev/fd/$life"; kill "$program") >/dev/null 2>&1 9<&- &
watcher=$!
wait "$program"; code=$?
kill "$watcher" 2>/dev/null
exit "$code"
"""
"""Runs a program until it ends, or until nobody can write to a pipe any more: then its starter was killed.

rsync would go on, and replace what the next publish uploads.
"""


class Rsync:
    """A folder of a server as a target."""

    is_atomic, is_guarded, has_folders, discards = False, True, True, ()

    def __init__(self, address: str) -> None:
        self.name = address
        self._place = (address.rstrip("/") + "/").replace(":~/", ":./", 1)  # where ssh begins anyway
        self._is_daemon = "://" in address
        self._sockets = tempfile.TemporaryDirectory(prefix="broadsheet-")
        shell = shlex.split(os.environ.get("RSYNC_RSH", "ssh"))
        if Path(shell[0]).name == "ssh":  # one connection for all programs that a publish starts
            shared = {"ControlMaster": "auto", "ControlPersist": 60, "ControlPath": f"{self._sockets.name}/s"}
            shell += [f"-o{key}={value}" for key, value in shared.items()]
        self._shell = shell
        self._folders: dict[str, int] = {}
        """Path → type, of what is in the place of folders of the site."""

    def read(self) -> Stored | None:
        """Return the record."""
        if shutil.which("rsync") is None:
            raise refused(self.name, "rsync is not installed", "install it, here and on the server")
        with tempfile.TemporaryDirectory() as folder:
            try:
                self._rsync("--", self._place + RECORD, f"{folder}/")
                data = Path(folder, RECORD).read_bytes()
            except FileNotFoundError:
                return None
        return Stored(data, hashlib.sha256(data).hexdigest())

    def swap(self, data: bytes, version: str) -> str:
        """Replace the record. Over ssh, the server compares; a daemon of rsync offers no way to do so."""
        if self._is_daemon:
            stored = self.read()
            if (stored.version if stored else ABSENT) != version:
                raise TakenError
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, RECORD).write_bytes(data)
                self._rsync("--mkpath", "--ignore-times", "--", f"{folder}/{RECORD}", self._place)
        else:
            self._swap_over_ssh(data, version)
        return hashlib.sha256(data).hexdigest()

    def list(self) -> Mapping[str, str]:
        """Return path → size."""
        with tempfile.TemporaryDirectory() as folder:
            try:
                options = ("--recursive", "--links", "--dry-run", "--8-bit-output", "--out-format=%l %n")
                lines = self._rsync(*options, "--", self._place, f"{folder}/").splitlines()
            except FileNotFoundError:
                return {}
        found = {}
        for line in lines:
            size, _, path = os.fsdecode(line).partition(" ")
            if not path.endswith("/") and not path.startswith((RECORD, ".broadsheet-lock")):
                found[path] = size
        return found

    def matches(self, file: Upload, told: str) -> bool | None:
        """Compare the size: another one is another file, the same one tells nothing."""
        return None if told == str(len(file.read())) else False

    def put(self, files: Sequence[Upload], done: Done) -> Sequence[str]:
        """Upload files; rsync sends the parts that differ, and renames each file into place."""
        modes = self._modes([file.path for file in files])
        for folder in {folder for file in files for folder in names.folders(file.path)}:
            if not stat.S_ISDIR(modes.get(folder, stat.S_IFDIR)):
                message = "is in the place of a folder of the site"
                raise refused(self._place + folder, message, "move it away")
        kept_out = {file.path for file in files if file.is_kept_out(modes.get(file.path))}
        self._put([file for file in files if file.path not in kept_out], done)
        return sorted(kept_out)

    def _put(self, files: Sequence[Upload], done: Done) -> None:
        if not files:
            return
        plain = [file for file in files if not file.encoding]
        for file in plain:
            file.read()  # checks that it is what the build wrote
        self._send(files[0].root, plain, done)
        copies = [file for file in files if file.encoding]
        for start in range(0, len(copies), _COPIES):
            with tempfile.TemporaryDirectory() as folder:
                for file in copies[start : start + _COPIES]:
                    _write_copy(file, Path(folder, file.path))
                self._send(folder, copies[start : start + _COPIES], done)

    def _send(self, root: str, files: Sequence[Upload], done: Done) -> None:
        options = ("--times", "--omit-dir-times", "--ignore-times", "--mkpath", "--from0", "--files-from=-")
        if files:
            self._rsync(*options, "--", f"{root}/", self._place, paths=[file.path for file in files])
        for file in files:
            done(file.path)

    def digests(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Return path → digest of the files there, which are fetched for that."""
        modes = self._modes(paths)
        paths = [path for path in paths if stat.S_ISREG(modes.get(path, 0))]
        # A daemon of rsync 3.5 finds no listed files below a folder of its module.
        in_module = re.fullmatch(r"(rsync://[^/]+/[^/]+/)(.+)", self._place)
        place, prefix = (in_module[1], f"{in_module[2]}./") if in_module else (self._place, "")
        with tempfile.TemporaryDirectory() as folder:
            options = ("--from0", "--files-from=-", "--", place, f"{folder}/")
            if paths:
                self._rsync(*options, paths=[prefix + path for path in paths])
            return {path: manifest.digest(Path(folder, path).read_bytes()) for path in paths}

    def delete(self, paths: Iterable[str], done: Done) -> None:
        """Delete files, and the folders that this empties."""
        paths = [*paths]
        modes = self._modes(paths)
        there = [path for path in paths if stat.S_ISREG(modes.get(path, 0))]
        self._delete(there)
        folders = {folder for path in there for folder in names.folders(path)}
        for depth in sorted({folder.count("/") for folder in folders}, reverse=True):
            self._delete([folder for folder in folders if folder.count("/") == depth])
        self._folders.clear()
        for path in there:
            done(path)

    def _delete(self, paths: Sequence[str]) -> None:
        """Delete files or empty folders. rsync does so with what it is asked to send and does not find."""
        with tempfile.TemporaryDirectory() as empty:
            for path in paths:  # rsync wants the folders above what it does not find
                Path(empty, path).parent.mkdir(parents=True, exist_ok=True)
            options = ("--delete-missing-args", "--from0", "--files-from=-")
            if paths:
                self._rsync(*options, "--", f"{empty}/", self._place, paths=paths)

    def _modes(self, paths: Sequence[str]) -> Mapping[str, int]:
        """Return path → type, as in a mode, of what is there, and of the folders above.

        What lies behind a link is left out. rsync would follow it, so folders are looked at from above.
        """
        folders = {folder for path in paths for folder in names.folders(path)} - self._folders.keys()
        for depth in sorted({folder.count("/") for folder in folders}):
            level = [folder for folder in folders if folder.count("/") == depth and self._is_reached(folder)]
            self._folders |= self._types_of(level)
        return {**self._types_of([path for path in paths if self._is_reached(path)]), **self._folders}

    def _is_reached(self, path: str) -> bool:
        """Return whether the folder of a path is there, and no link."""
        folder = path.rpartition("/")[0]
        return not folder or stat.S_ISDIR(self._folders.get(folder, 0))

    def _types_of(self, paths: Sequence[str]) -> dict[str, int]:
        """Return the same of paths that no link leads to, and of no others that are there."""
        options = ("--dry-run", "--dirs", "--links", "--ignore-missing-args", "--8-bit-output", "--from0")
        with tempfile.TemporaryDirectory() as folder:
            given = (*options, "--files-from=-", "--out-format=%i %n", "--", self._place, f"{folder}/")
            try:
                lines = self._rsync(*given, paths=paths).splitlines() if paths else []
            except FileNotFoundError:
                return {}
        found = {}
        for line in lines:
            kind, _, path = os.fsdecode(line).partition(" ")
            found[path.rstrip("/")] = _TYPES.get(kind[1:2], stat.S_IFIFO)
        return {path: found[path] for path in paths if path in found}

    def close(self) -> None:
        """End the connection that the programs shared."""
        if Path(self._sockets.name, "s").exists():
            _run([*self._shell, "-O", "exit", self._place.partition(":")[0]], b"")
        self._sockets.cleanup()

    def _swap_over_ssh(self, data: bytes, version: str) -> None:
        host, _, path = self._place.partition(":")
        arguments = (path, RECORD, version, str(len(data)), hashlib.sha256(data).hexdigest())
        script = shlex.join(("sh", "-c", _SWAP, "sh", *arguments))

        def swap() -> None:
            done = _run([*self._shell, host, script], data)
            if done.returncode == _TAKEN:
                raise TakenError
            if done.returncode:
                raise self._failed("ssh", done)

        retried(swap)

    def _rsync(self, *arguments: str, paths: Iterable[str] = ()) -> bytes:
        """Return the output of rsync. Raises `BuildError`, and `FileNotFoundError` where nothing is there."""

        def run() -> bytes:
            listed = b"".join(os.fsencode(_listed(path)) + b"\0" for path in paths)
            # With a shell, rsync would start a daemon by ssh instead of asking the one that runs.
            shell = [] if self._is_daemon else [f"--rsh={shlex.join(self._shell)}"]
            done = _run(["rsync", *shell, *arguments], listed)
            if done.returncode in _MISSING and re.search(rb"No such file|\(2\)", done.stderr):
                raise FileNotFoundError
            if done.returncode:
                raise self._failed("rsync", done)
            return done.stdout

        return retried(run)

    def _failed(self, program: str, done: subprocess.CompletedProcess[bytes]) -> BuildError:
        said = " ".join(scrubbed(done.stderr.decode("utf-8", "replace")).split())[-500:]
        advice = advice_on(said, "see that rsync reaches it")
        error = refused(self.name, f"{program} failed ({done.returncode}): {said}", advice)
        is_passing = done.returncode in _PASSING and "denied" not in said and "verification" not in said
        return passing(error) if is_passing else error


def _listed(path: str) -> str:
    """Return a path for `--files-from`, where `#` and `;` begin comments."""
    return f"./{path}" if path.startswith(("#", ";")) else path


def _write_copy(file: Upload, place: Path) -> None:
    """Write a compressed copy with the time of its original, as web servers expect it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(file.read())
    shutil.copystat(file.file, place)


def _run(command: Sequence[str], data: bytes) -> subprocess.CompletedProcess[bytes]:
    """Run a program that ends when this process does, and return what it said."""
    tied, inherited = [], []
    read, write = os.pipe()
    if os.name == "posix":
        import fcntl

        inherited = [fcntl.fcntl(read, fcntl.F_DUPFD_CLOEXEC, 10)]  # the script uses the number 9
        tied = ["sh", "-c", _TIED, "sh", str(inherited[0])]
    try:
        return subprocess.run(  # noqa: S603 - addresses are checked where they are parsed
            [*tied, *command],
            input=data,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            check=False,
            pass_fds=inherited,
        )
    finally:
        for end in (read, write, *inherited):
            os.close(end)
