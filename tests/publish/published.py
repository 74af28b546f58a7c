"""Output folders written by hand, a target in memory, and publishes between them."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import posixpath
import random
import re
import shutil
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from generator.output import manifest, names
from generator.publish import Options, Published, prepare, publish
from generator.publish.lock import Pace
from generator.publish.preparing import read_build
from generator.publish.store import ABSENT, RECORD, Done, Store, Stored, TakenError, Upload

DAY = dt.date(2024, 7, 3)
QUICK = Pace(beat=0.05, patience=0.3)
SITE = {
    "index.html": b'<a href="2024/07/03/">3 July</a> <a href="sources/a/">A</a>',
    "2024/07/03/index.html": b'<a href="../../../articles/ab/abc.html">An article</a>',
    "articles/ab/abc.html": b'<link href="../../assets/style.css"> An article',
    "articles/cd/cde.html": b'<link href="../../assets/style.css"> Another one',
    "sources/a/index.html": b'<a href="../../articles/cd/cde.html">Another one</a>',
    "sources/\u6d3b\u5b57\u7eaa/index.html": b"A source with a Chinese name",
    "assets/style.css": b"body { color: black }",
    "feed.atom.xml": b"<feed/>",
    "static file & 100%.txt": b"A name that has to be quoted",
}
"""Path → bytes of a small site."""


class Killed(BaseException):
    """Stands for a process that is killed."""


def write_output(output: Path, files: Mapping[str, bytes], day: dt.date = DAY) -> Path:
    """Make an output folder as a build leaves it."""
    shutil.rmtree(output, ignore_errors=True)
    for path, data in files.items():
        (output / path).parent.mkdir(parents=True, exist_ok=True)
        (output / path).write_bytes(data)
    digests = {path: manifest.digest(data) for path, data in files.items()}
    (output / names.MANIFEST).write_bytes(manifest.encode(manifest.Manifest(as_of=day, files=digests)))
    return output


def random_site(chance: random.Random, before: dict[str, bytes]) -> dict[str, bytes]:
    """A site after some edits: each page links to random pages of the same site, and to its style."""
    names = [f"articles/{n}.html" for n in chance.sample(range(30), 15)]
    names += [f"sources/{n}/index.html" for n in chance.sample(range(8), 4)]
    names += [f"2024/07/{n:02}/index.html" for n in chance.sample(range(1, 9), 4)]
    names.append("index.html")
    files = {"assets/style.css": b"%d" % chance.randrange(3)}
    for name in names:
        links = [posixpath.relpath(to, posixpath.dirname(name)) for to in chance.sample(names, 4)]
        text = "".join(f'<a href="{link}">x</a>' for link in links).encode()
        kept = before.get(name, b"")
        is_sound = all(target in names for target in targets(name, kept))
        files[name] = kept if kept and is_sound and chance.random() < 0.6 else text
    return files


@functools.cache
def targets(page: str, data: bytes) -> tuple[str, ...]:
    hrefs = re.findall(r'href="([^"]+)"', data.decode())
    return tuple(posixpath.normpath(posixpath.join(posixpath.dirname(page), href)) for href in hrefs)


def publish_to(
    store: Store,
    output: Path,
    *,
    done: Done = lambda _path: None,
    yes: bool = False,
    pace: Pace = QUICK,
    notice: Callable[[str], None] = lambda _text: None,
    **options: object,
) -> Published | None:
    """Publish as the command does; None if there was nothing to do. Questions fail unless `yes`."""
    built = read_build(output)
    prepared = prepare(store, output, built, Options(**options), pace=pace, notice=notice)
    assert yes or not prepared.questions, prepared.questions
    return None if prepared.is_done else publish(store, prepared, replaces_others=yes, done=done, pace=pace)


class Memory:
    """A target in memory, like a bucket that tells MD5. `requests` lists what was asked of it."""

    is_atomic, is_guarded, has_folders, discards = False, True, False, ()
    name = "memory://test"

    def __init__(self, files: Mapping[str, bytes] = {}) -> None:
        self.files = dict(files)
        self.requests: list[str] = []
        self.observe: Callable[[], None] = lambda: None
        """Called after each change that readers can see."""

    def read(self) -> Stored | None:
        self.requests.append("read")
        data = self.files.get(RECORD)
        return Stored(data, version_of(data)) if data is not None else None

    def swap(self, data: bytes, version: str) -> str:
        self.requests.append("swap")
        stored = self.files.get(RECORD)
        if (version_of(stored) if stored is not None else ABSENT) != version:
            raise TakenError
        self.files[RECORD] = data
        return version_of(data)

    def list(self) -> Mapping[str, str]:
        self.requests.append("list")
        return {path: version_of(data) for path, data in self.files.items() if path != RECORD}

    def matches(self, file: Upload, told: str) -> bool:
        return version_of(file.read()) == told

    def put(self, files: Sequence[Upload], done: Done) -> Sequence[str]:
        kept_out = []
        for file in files:
            self.requests.append(f"put {file.path}")
            if file.is_kept_out(stat.S_IFREG if file.path in self.files else None):
                kept_out.append(file.path)
                continue
            self.files[file.path] = file.read()
            self.observe()
            done(file.path)
        return kept_out

    def digests(self, paths: Sequence[str]) -> Mapping[str, str]:
        self.requests.append("digests")
        return {path: manifest.digest(self.files[path]) for path in paths if path in self.files}

    def delete(self, paths: Iterable[str], done: Done) -> None:
        self.requests.append("delete")
        for path in paths:
            if self.files.pop(path, None) is not None:
                self.observe()
                done(path)

    def close(self) -> None:
        self.requests.append("close")

    @property
    def site(self) -> dict[str, bytes]:
        """What readers see, without the record."""
        return {path: data for path, data in self.files.items() if path != RECORD}


class Atomic(Memory):
    """A target that readers see change at the swap alone."""

    is_atomic = True


def version_of(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
