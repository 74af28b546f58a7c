"""Places to publish to, as tests see them without the code under test."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from generator.config.site import PublishConfig
from generator.publish.store import RECORD, Store
from generator.publish.targets import Settings, factory_of


class Place:
    """A place to publish to."""

    tells_content = True
    """Whether it tells hashes, so that a lost record costs no uploads."""
    kills = 6
    """The number of publishes that a test kills here."""

    def __init__(self, root: Path, servers: Servers) -> None:
        self.root, self.servers = root, servers
        self.start()

    def start(self) -> None:
        """Start what it needs, or skip the test."""

    @property
    def address(self) -> str:
        raise NotImplementedError

    @contextlib.contextmanager
    def opened(self, **config: object) -> Iterator[Store]:
        """Open the target, as another process would."""
        settings = Settings(
            config=PublishConfig(address=self.address, **config),
            cache=self.root.parent / "cache",
            subject="Publish",
        )
        with contextlib.closing(factory_of(self.address)(self.address, settings)) as store:
            yield store

    def files(self) -> dict[str, bytes]:
        """Everything that stands there."""
        raise NotImplementedError

    def put(self, files: Mapping[str, bytes]) -> None:
        """Put somebody else's files there."""
        raise NotImplementedError

    def delete(self, path: str) -> None:
        """Delete a file there."""
        raise NotImplementedError

    def site(self) -> dict[str, bytes]:
        """What readers see, without the record."""
        return {path: data for path, data in self.files().items() if path != RECORD}


class FolderPlace(Place):
    kills = 25

    @property
    def address(self) -> str:
        return self.root.as_uri()

    def files(self) -> dict[str, bytes]:
        return {
            file.relative_to(self.root).as_posix(): file.read_bytes()
            for file in self.root.rglob("*")
            if file.is_file()
        }

    def put(self, files: Mapping[str, bytes]) -> None:
        for path, data in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_bytes(data)

    def delete(self, path: str) -> None:
        (self.root / path).unlink()


class GitPlace(Place):
    def start(self) -> None:
        if shutil.which("git") is None:
            pytest.skip("needs git, which is not installed")
        self._git("init", "--quiet", "--bare", str(self.root), where=self.root.parent)

    @property
    def address(self) -> str:
        return f"git+{self.root.as_uri()}#pages"

    def files(self) -> dict[str, bytes]:
        listed = self._git("ls-tree", "-r", "-z", "--name-only", "pages").split(b"\0")[:-1]
        return {path.decode(): self._git("cat-file", "blob", b"pages:" + path) for path in listed}

    def put(self, files: Mapping[str, bytes]) -> None:
        self._commit({path: b"M 100644 inline " + path.encode() for path in files}, files)

    def delete(self, path: str) -> None:
        self._commit({path: b"D " + path.encode()}, {})

    def _commit(self, lines: Mapping[str, bytes], files: Mapping[str, bytes]) -> None:
        head = b"commit refs/heads/pages\ncommitter They <they@example> now\ndata 6\ntheirs\n"
        branches = self._git("branch", "--list", "pages")
        stream = [head, b"from refs/heads/pages^0\n" if branches else b""]
        for path, line in lines.items():
            stream.append(line + b"\n")
            if path in files:
                stream.append(b"data %d\n%s\n" % (len(files[path]), files[path]))
        self._git("fast-import", "--quiet", "--date-format=now", data=b"".join(stream))

    def _git(self, *arguments: str | bytes, where: Path | None = None, data: bytes = b"") -> bytes:
        command = ["git", "-C", str(where or self.root), *arguments]
        return subprocess.run(command, input=data, check=True, capture_output=True).stdout


class Servers:
    """Servers that several tests share. Each starts when a test needs it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._stack = contextlib.ExitStack()

    def close(self) -> None:
        self._stack.close()


PLACES = (FolderPlace, GitPlace)
