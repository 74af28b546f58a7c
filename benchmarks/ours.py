"""Broadsheet as it stands in this checkout, on a folder of clippings that may be edited."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote

from corpus import clippings_in

ROOT = Path(__file__).resolve().parent.parent
BASE_URL = "https://digest.example/"
MARK = re.compile(r"zq\d+z")
TOKEN = re.compile(f" {MARK.pattern}")


class Generator(Protocol):
    """What is measured: how to build, how to serve, and where a clipping shows."""

    @property
    def folder(self) -> Path:
        """Where its commands run."""
        ...

    def build(self) -> list[str]:
        """The command that builds."""
        ...

    def serve(self, port: int) -> list[str]:
        """The command that serves and follows changes."""
        ...

    def post(self, clipping: str) -> Path:
        """The file to edit."""
        ...

    def clippings(self) -> list[str]:
        """All clippings, in order."""
        ...

    def pages(self, clipping: str) -> list[str]:
        """The addresses that show a clipping: its own, if it has one, then its day's."""
        ...

    def file(self, page: str) -> Path:
        """Where a build writes a page."""
        ...

    def clean(self) -> Generator:
        """The same clippings as a site of which nothing was built; its build keeps nothing of this one's."""
        ...


@dataclass(frozen=True)
class Broadsheet:
    """A site of ours: the folder, which has nothing but caches and output in it, and the clippings."""

    folder: Path
    content: Path
    workers: int | None = None
    _addresses: dict[str, str] = field(default_factory=dict)

    @property
    def out(self) -> Path:
        """Where it writes."""
        return self.folder / "public"

    def build(self) -> list[str]:
        """The command that builds."""
        return [*self._command("build"), "--output", str(self.out), "-q"]

    def serve(self, port: int) -> list[str]:
        """The command that serves and follows changes."""
        return [*self._command("serve"), "--port", str(port), "-q"]

    def _command(self, name: str) -> list[str]:
        config = ["--config", "digest.toml"]
        workers = ["--workers", str(self.workers)] if self.workers else []
        content = ["--content", str(self.content), "--base-url", BASE_URL, "--future"]
        return [sys.executable, "-m", "generator", name, *config, *content, *workers]

    def post(self, clipping: str) -> Path:
        """The clipping itself."""
        return self.content / clipping

    def clippings(self) -> list[str]:
        """All clippings, in order."""
        return clippings_in(self.content)

    def pages(self, clipping: str) -> list[str]:
        """The addresses that show a clipping; `list` tells them, once."""
        if not self._addresses:
            command = [sys.executable, "-m", "generator", "list", "--content", str(self.content)]
            listing = subprocess.run(
                [*command, "--future", "--format", "jsonl"],
                cwd=self.folder,
                env=environment(),
                capture_output=True,
                text=True,
                check=True,
            )
            entries = map(json.loads, listing.stdout.splitlines())
            self._addresses.update((one["path"], one["address"] or "") for one in entries)
        own = self._addresses.get(clipping, "")
        has_page = own and "#" not in own  # one without text is an item in lists only
        return [
            *([quote("/" + own.lstrip("/"))] if has_page else []),
            "/" + "/".join(clipping.split("/")[:3]) + "/",
        ]

    def file(self, page: str) -> Path:
        """Where a build writes a page."""
        return file_of(self.out, page)

    def clean(self) -> Broadsheet:
        """The same clippings as a site of which nothing was built."""
        folder = self.folder.with_name(f"{self.folder.name}-clean-{time.time_ns()}")
        folder.mkdir()
        shutil.copy(self.folder / "digest.toml", folder)
        return replace(self, folder=folder)


def file_of(out: Path, page: str) -> Path:
    """The file of a page's address."""
    return out / (unquote(page).lstrip("/") + ("index.html" if page.endswith("/") else ""))


def environment() -> dict[str, str]:
    """The environment in which `python -m generator` is this checkout's, compiled once as when installed."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "PYTHONPATH": str(ROOT)}


def prepare(folder: Path, content: Path, workers: int | None = None, config: str = "") -> Broadsheet:
    """A site of its own with links to clippings, so that an edit leaves the originals alone."""
    site = Broadsheet(folder.absolute(), folder.absolute().with_name(folder.name + "-content"), workers)
    site.folder.mkdir(parents=True, exist_ok=True)
    settings = site.folder / "digest.toml"
    if not settings.exists():  # one that is written again asks for a whole build
        settings.write_text(config, "utf-8")
    for path in clippings_in(content):
        link = site.content / path
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            os.link(content / path, link)
    return site


def edited(text: str, token: str) -> str:
    """A clipping with a token at the end of its title, and of a heading that repeats it.

    The text stays as it is: another one may make the clipping gain or lose its page.
    """
    text = TOKEN.sub("", text)
    if (found := re.search(r"(?m)^title: *[\"']?(.*?)[\"']?\r?$", text)) is None:
        return text
    title, end = found[1], found.end(1)
    rest = text[end:].replace(f"\n# {title}", f"\n# {title} {token}", 1)
    return f"{text[:end]} {token}{rest}"


def is_editable(site: Generator, clipping: str) -> bool:
    """Whether a clipping has a title in one line."""
    text = site.post(clipping).read_text(encoding="utf-8", errors="surrogateescape")
    return re.search(r"(?im)^title: *[^\s>|].*$", text.partition("\n---")[0]) is not None


def token() -> str:
    """A word that stands nowhere yet."""
    return f"zq{time.time_ns()}z"


def marks_in(text: str) -> frozenset[str]:
    """The words of `token` in a text."""
    return frozenset(MARK.findall(text))


def save(site: Generator, clipping: str, mark: str) -> float:
    """Edit a clipping as editors save: a new file is renamed onto it; when that was, on `perf_counter`."""
    file, spare = site.post(clipping), site.folder.parent / f"spare-{mark}"
    text = edited(file.read_text(encoding="utf-8", errors="surrogateescape"), mark)
    spare.write_text(text, encoding="utf-8", errors="surrogateescape")
    now = time.perf_counter()
    spare.replace(file)
    return now


def chosen(clippings: list[str], count: int) -> list[str]:
    """Some clippings, at even distances."""
    count = min(count, len(clippings))
    return [clippings[len(clippings) * (2 * i + 1) // (2 * count)] for i in range(count)]
