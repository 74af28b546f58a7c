"""Publish by SFTP, through asyncssh. It uses settings, keys and known hosts of OpenSSH, and its agent."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import posixpath
import secrets
import stat
import threading
import urllib.parse
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from typing import Any, TypeVar

from generator.model.errors import BuildError, command_error
from generator.output import manifest, names
from generator.publish.retry import passing, retried
from generator.publish.store import ABSENT, RECORD, Done, Stored, TakenError, Upload, refused

T = TypeVar("T")
Item = TypeVar("Item")
_LOCK, _STAGED = ".broadsheet-lock", ".broadsheet-uploading"
"""The file that exists while the record is swapped, and the prefix of those that are being written."""
_ALIVE = 15
"""Seconds between two signs of life on the connection."""
_LOCK_SECONDS = 30.0
"""A swap takes a few requests. A lock that stays the same for so long is that of a dead process."""


class Sftp:
    """A folder of a server as a target. Its connection lives in a thread of its own."""

    is_atomic, is_guarded, has_folders, discards = False, True, True, ()

    def __init__(self, address: str, connections: int) -> None:
        try:
            import asyncssh
        except ImportError as error:
            advice = "install it with `pip install 'broadsheet[sftp]'`"
            raise command_error(address, "needs the library asyncssh", advice, kind="host") from error
        parts = urllib.parse.urlsplit(address)
        self.name = address
        self._ssh, self._parallel = asyncssh, connections
        self._host, self._port, self._user = parts.hostname or "", parts.port, parts.username
        self._root = posixpath.normpath("/" + urllib.parse.unquote(parts.path).lstrip("/"))
        self._folders: set[str] = set()
        """Folders that are there, and no links."""
        self._made: set[str] = set()
        """Folders that this process made."""
        self._renaming: set[str] = set()
        """Files whose place was looked at. After a lost connection, what stands there is ours."""
        self._connection: Any = None
        self._client: Any = None
        self._is_lost = self._is_swept = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._token = secrets.token_hex(8)  # what this process stages is in no other one's way

    def read(self) -> Stored | None:
        """Return the record."""
        return self._run(self._read)

    def swap(self, data: bytes, version: str) -> str:
        """Replace the record, while a file that can only be created once exists."""
        staged = f"{self._root}/{_STAGED}-record-{self._token}"

        async def swap() -> str:
            await self._client.makedirs(self._root, exist_ok=True)
            async with self._client.open(staged, "wb") as file:  # before the lock, which is for a moment
                await file.write(data)
            try:
                await self._replace_record(staged, data, version)
            except BaseException:
                with contextlib.suppress(self._ssh.Error):
                    await self._client.remove(staged)
                raise
            await self._sweep()
            return _version(data)

        return self._run(swap)

    def list(self) -> Mapping[str, str]:
        """Return path → size."""

        async def walk() -> dict[str, str]:
            found, folders = {}, [""]
            while folders:
                prefix = folders.pop()
                async for name, attributes in self._entries(prefix):
                    mode = attributes.permissions or 0
                    if stat.S_ISDIR(mode):
                        folders.append(f"{prefix}{name}/")
                    else:
                        found[prefix + name] = str(attributes.size) if stat.S_ISREG(mode) else ""
            return found

        ours = (RECORD, _LOCK, _STAGED)
        return {path: size for path, size in self._run(walk).items() if not path.startswith(ours)}

    def matches(self, file: Upload, told: str) -> bool | None:
        """Compare the size: another one is another file, the same one tells nothing."""
        return None if told == str(len(file.read())) else False

    def put(self, files: Sequence[Upload], done: Done) -> Sequence[str]:
        """Upload files, many requests at a time over one connection, each by a rename."""
        kept_out: list[str] = []

        async def upload(file: Upload, number: int) -> None:
            data = file.read()
            await self._make_folders(file.path)
            if file.path not in self._renaming and file.is_kept_out(await self._in_place(file.path)):
                kept_out.append(file.path)
                return
            self._renaming.add(file.path)
            await self._write(file.path, data, f"{_STAGED}-{number}")
            done(file.path)

        self._for_each(files, upload)
        self._renaming.clear()
        return kept_out

    def digests(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Return path → digest of the files there, which are read for that."""
        found = {}

        async def look(path: str, _number: int) -> None:
            if stat.S_ISREG(await self._mode(path) or 0):
                async with self._client.open(f"{self._root}/{path}", "rb") as file:
                    found[path] = manifest.digest(await file.read())

        self._for_each(paths, look)
        return found

    def delete(self, paths: Iterable[str], done: Done) -> None:
        """Delete files, and the folders that this empties."""
        paths = [*paths]

        async def remove(path: str, _number: int) -> None:
            if await self._is_folder(path.rpartition("/")[0]) and stat.S_ISREG(await self._mode(path) or 0):
                with contextlib.suppress(self._ssh.SFTPNoSuchFile, self._ssh.SFTPNoSuchPath):
                    await self._client.remove(f"{self._root}/{path}")
                    done(path)

        async def prune() -> None:
            above = {folder for path in paths for folder in names.folders(path)}
            for folder in sorted(above, key=len, reverse=True):
                with contextlib.suppress(self._ssh.SFTPError):  # it holds other files
                    if await self._is_folder(folder):
                        await self._client.rmdir(f"{self._root}/{folder}")
                        self._folders.discard(folder)

        self._for_each(paths, remove)
        self._run(prune)
        self._made.clear()

    def close(self) -> None:
        """Close the connection, and end the thread."""

        async def end() -> None:
            await self._disconnect()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        with contextlib.suppress(self._ssh.Error, OSError, TimeoutError):
            asyncio.run_coroutine_threadsafe(end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Return the result of work on the server. Connects if need be, and again after a lost connection."""
        return retried(lambda: self._result(self._connected(work)))

    def _for_each(self, items: Sequence[Item], work: Callable[[Item, int], Awaitable[None]]) -> None:
        """Do something with each item, several at a time. After a lost connection, it does the rest."""
        left = dict(enumerate(items))

        async def work_on(waiting: Iterator[int], worker: int) -> None:
            for number in waiting:
                await work(left[number], worker)
                del left[number]

        async def together() -> None:
            waiting = iter([*left])
            tasks = [asyncio.ensure_future(work_on(waiting, worker)) for worker in range(self._parallel)]
            try:
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

        self._run(together)

    def _result(self, work: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except KeyboardInterrupt:
            future.cancel()
            raise
        except (self._ssh.Error, self._ssh.ConfigParseError, self._ssh.KeyImportError, OSError) as error:
            raise self._refused(error) from error

    async def _connected(self, work: Callable[[], Awaitable[T]]) -> T:
        if self._connection is None or self._is_lost:
            await self._disconnect()
            optional = {"port": self._port, "username": self._user}
            given = {key: value for key, value in optional.items() if value is not None}
            self._connection = await self._ssh.connect(self._host, keepalive_interval=_ALIVE, **given)
            # Names of others need not be text.
            self._client = await self._connection.start_sftp_client(path_errors="surrogateescape")
            self._folders.clear()
            self._is_lost = False
        return await work()

    async def _disconnect(self) -> None:
        if self._connection is not None:
            self._client.exit()
            self._connection.close()
            await self._connection.wait_closed()
            await asyncio.sleep(0)  # its socket is closed in the next round of the loop
            self._connection = None

    def _refused(self, error: Exception) -> BuildError:
        ssh, said = self._ssh, str(error) or type(error).__name__
        is_lost = isinstance(error, ssh.SFTPConnectionLost | ssh.SFTPNoConnection)
        if isinstance(error, ssh.SFTPError) and not is_lost:
            advice = "see whether you may write there, and whether there is space left"
            return refused(self.name, f"the server refuses: {said}", advice)
        if isinstance(error, ssh.PermissionDenied | ssh.HostKeyNotVerifiable):
            return refused(
                self.name,
                f"cannot log in: {said}",
                "see that `sftp -o BatchMode=yes` can; a key with a passphrase must be in the agent",
            )
        settings = (ssh.ConfigParseError, ssh.KeyImportError, FileNotFoundError, PermissionError)
        if isinstance(error, settings):
            return refused(self.name, f"the settings or keys of ssh cannot be used: {said}", "mend them")
        self._is_lost = True
        return passing(refused(self.name, f"cannot be reached: {said}", "see that `sftp` reaches it"))

    async def _read(self) -> Stored | None:
        try:
            async with self._client.open(f"{self._root}/{RECORD}", "rb") as file:
                data: bytes = await file.read()
        except (self._ssh.SFTPNoSuchFile, self._ssh.SFTPNoSuchPath):
            return None
        return Stored(data, _version(data))

    async def _write(self, path: str, data: bytes, staged: str) -> None:
        place, final = f"{self._root}/{staged}", f"{self._root}/{path}"
        try:
            async with self._client.open(place, "wb") as file:
                await file.write(data)
            await self._client.posix_rename(place, final)
        except BaseException:
            with contextlib.suppress(self._ssh.Error):
                await self._client.remove(place)  # a full disk needs the space for the record
            raise

    async def _replace_record(self, staged: str, data: bytes, version: str) -> None:
        async with self._locked():
            stored = await self._read()
            if (stored.version if stored else ABSENT) != version and (not stored or stored.data != data):
                raise TakenError
            await self._client.posix_rename(staged, f"{self._root}/{RECORD}")

    async def _sweep(self) -> None:
        """Delete what publishes that were killed were writing. Whoever replaced the record is alone."""
        if self._is_swept:
            return
        self._is_swept = True
        async for name, _ in self._entries(""):
            if name.startswith(_STAGED):
                with contextlib.suppress(self._ssh.SFTPError):
                    await self._client.remove(f"{self._root}/{name}")

    async def _make_folders(self, path: str) -> None:
        """Make the folders above a path. Raises `BuildError` for a link or file in the place of one."""
        for folder in reversed(names.folders(path)):
            if folder in self._folders:
                continue
            mode = await self._in_place(folder)
            if mode is None:
                try:
                    await self._client.mkdir(f"{self._root}/{folder}")
                    self._made.add(folder)
                except self._ssh.SFTPFailure:  # another upload may have made it
                    if (mode := await self._mode(folder)) is None:
                        raise
            if mode is not None and not stat.S_ISDIR(mode):
                message = "is in the place of a folder of the site"
                raise refused(f"{self.name}/{folder}", message, "move it away")
            self._folders.add(folder)

    async def _is_folder(self, folder: str) -> bool:
        """Return whether a folder of the site is there, and reached without links."""
        if not folder or folder in self._folders:
            return True
        if not await self._is_folder(folder.rpartition("/")[0]):
            return False
        if not stat.S_ISDIR(await self._mode(folder) or 0):
            return False
        self._folders.add(folder)
        return True

    async def _in_place(self, path: str) -> int | None:
        """Return the mode of what is in the place of a file or folder: nothing, where we made the folder."""
        return None if path.rpartition("/")[0] in self._made else await self._mode(path)

    async def _mode(self, path: str) -> int | None:
        """Return the mode of a file, link or folder; None if there is none."""
        try:
            mode: int | None = (await self._client.lstat(f"{self._root}/{path}")).permissions
        except (self._ssh.SFTPNoSuchFile, self._ssh.SFTPNoSuchPath):
            return None
        return mode

    async def _entries(self, prefix: str) -> AsyncIterator[tuple[str, Any]]:
        try:
            async for entry in self._client.scandir(f"{self._root}/{prefix}"):
                if entry.filename not in {".", ".."}:
                    yield entry.filename, entry.attrs
        except (self._ssh.SFTPNoSuchFile, self._ssh.SFTPNoSuchPath):
            return

    @contextlib.asynccontextmanager
    async def _locked(self) -> AsyncIterator[None]:
        """Hold the lock file. One that does not change for `_LOCK_SECONDS` is removed."""
        place, mark = f"{self._root}/{_LOCK}", secrets.token_hex(8).encode()
        seen, since = b"", self._loop.time()
        while not await self._is_created(place, mark):
            held = b""
            with contextlib.suppress(self._ssh.SFTPError):
                async with self._client.open(place, "rb") as file:
                    held = await file.read()
            if held != seen:
                seen, since = held, self._loop.time()
            elif self._loop.time() - since > _LOCK_SECONDS:
                await self._client.remove(place)
            await asyncio.sleep(0.2)
        try:
            yield
        finally:
            await self._client.remove(place)

    async def _is_created(self, place: str, mark: bytes) -> bool:
        """Create a file, and return whether that was possible: it may exist."""
        try:
            file = await self._client.open(place, "xb")
        except self._ssh.SFTPFailure:
            if not await self._client.exists(place):
                raise
            return False
        try:
            async with file:
                await file.write(mark)
        except self._ssh.SFTPError:  # the disk is full, say: an empty lock would hold everybody up
            await self._client.remove(place)
            raise
        return True


def _version(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
