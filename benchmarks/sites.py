"""The sites that are measured: Broadsheet as it stands in this checkout, and Hugo on the same clippings.

Hugo gets a copy of a site without content, which has a page for each post, for each term of the taxonomies
`sources` and `days`, and `uglyURLs` for posts. For a fair comparison it shows what Broadsheet's pages show.
Its posts get valid front matter, and template syntax in them is broken up: Hugo stops at both.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from corpus import clippings_in, day_of, repeated, write
from measure import Figures

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = (sys.executable, "-m", "generator")
TOKEN = re.compile(r" zq\d+z")
FIELD = re.compile(r"(title|url|source): ?(.*)")


@dataclass(frozen=True)
class Site:
    """A site to build and to serve."""

    name: str
    """The generator's."""
    folder: Path
    """Where its commands run."""
    content: Path
    """The clippings that it is made from."""
    out: Path
    """Where it builds."""
    caches: Path
    """What it keeps from build to build, besides `out`."""
    build: Sequence[str]
    """The command that builds."""
    serve: Sequence[str]
    """The command that serves and follows changes; the port is added."""
    file: Callable[[str], Path]
    """Clipping → the file to edit."""
    pages: Callable[[str], list[str]]
    """Clipping → the addresses that show it: its own, if it has one, then its day's."""

    @property
    def is_ours(self) -> bool:
        """Whether it is Broadsheet's."""
        return self.name == "Broadsheet"

    def clippings(self) -> list[str]:
        """Return the clippings that it has, in order."""
        return [one for one in clippings_in(self.content) if self.file(one).exists()]


def broadsheet(folder: Path, workers: int | None = None) -> Site:
    """Return Broadsheet's site in a folder, with the clippings in its `content/`."""
    folder = folder.absolute()
    options = ["--base-url", "https://digest.example/", "--future", "-q"]
    options += ["--workers", str(workers)] if workers else []

    @functools.cache
    def addresses() -> Mapping[str, str]:
        command = [*PROGRAM, "list", "--future", "--format", "jsonl"]
        lines = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, check=True).stdout
        return {one["path"]: one["address"] or "" for one in map(json.loads, lines.splitlines())}

    def pages(clipping: str) -> list[str]:
        own = addresses().get(clipping, "")
        has_page = own and "#" not in own  # one without text is only an item in lists
        return [*([quote("/" + own)] if has_page else []), f"/{day_of(clipping):%Y/%m/%d}/"]

    return Site(
        name="Broadsheet", folder=folder, content=folder / "content", out=folder / "public",
        caches=folder / ".broadsheet", build=[*PROGRAM, "build", *options],
        serve=[*PROGRAM, "serve", *options], file=lambda one: folder / "content" / one, pages=pages,
    )  # fmt: skip


def hugo(folder: Path, program: Path, content: Path) -> Site:
    """Return a Hugo site in a folder, with posts made from clippings."""
    out, served, cache = (folder.with_name(f"hugo-{name}") for name in ("out", "served", "cache"))
    options = ["--quiet", "--source", str(folder), "--cacheDir", str(cache)]

    def pages(clipping: str) -> list[str]:
        return [f"/posts/{post_of(clipping).removesuffix('.md')}.html", f"/days/{day_of(clipping)}/"]

    return Site(
        name="Hugo", folder=folder, content=content, out=out, caches=folder / "resources",
        build=[str(program), *options, "--destination", str(out)],
        serve=[str(program), "server", *options, "--destination", str(served)],
        file=lambda one: folder / "content/posts" / post_of(one), pages=pages,
    )  # fmt: skip


def environment() -> dict[str, str]:
    """Return an environment in which `PROGRAM` is this checkout's, compiled as when installed."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "PYTHONPATH": str(ROOT)}


def post_of(clipping: str) -> str:
    """Return the path of a post: the clipping's day, and a hash for a name."""
    name = hashlib.sha256(clipping.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return f"{day_of(clipping):%Y/%m/%d}/{name}.md"


def posts(content: Path) -> Iterator[tuple[str, bytes]]:
    """Yield path and text of every post."""
    for path in clippings_in(content):
        fields, body = split((content / path).read_bytes().decode(errors="replace"))
        head = {
            "title": fields.get("title") or Path(path).stem.encode(errors="replace").decode(),
            "sources": [fields.get("source") or "unknown"],
            "days": [f"{day_of(path)}"], "link": fields.get("url", ""),
        }  # fmt: skip
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
        lines += [f"date: {day_of(path)}", "---", body.replace("{{", "{ {").replace("{%", "{ %")]
        text = "\n".join(["---", *lines])
        yield post_of(path), text.encode(errors="replace")


def split(text: str) -> tuple[dict[str, str], str]:
    """Return fields and body of a clipping; lines `key: value` are enough here, and no YAML is refused."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n")
    head, mark, body = text.removeprefix("---\n").partition("\n---")
    if not text.startswith("---\n") or not mark:
        return {}, text
    fields: dict[str, str] = {}
    for match in filter(None, map(FIELD.match, head.split("\n"))):
        value = "".join(letter if letter.isprintable() else " " for letter in match[2])
        fields.setdefault(match[1], " ".join(value.split()))
    return fields, body.partition("\n")[2]


def sites_of(given: argparse.Namespace) -> list[Site]:
    """Make the sites that a command line asks for: ours, and Hugo's if its program is given."""
    ours = broadsheet(given.work / "site", given.workers)
    if not (ours.folder / "digest.toml").exists():
        write(ours.content, repeated(given.clippings, given.count))
        (ours.folder / "digest.toml").touch()
    if not given.hugo:
        return [ours]
    peer = hugo(ours.folder.with_name("hugo"), given.hugo.absolute(), ours.content)
    if not peer.folder.exists():
        shutil.copytree(given.hugo_site, peer.folder, ignore=shutil.ignore_patterns("posts"))
        write(peer.folder / "content/posts", posts(ours.content))
    return [ours, peer]


def write_results(file: Path | None, count: int, found: Mapping[str, Figures]) -> None:
    """Write figures where `charts.py` finds them, if a file is given."""
    if file:
        file.write_text(json.dumps({"clippings": count, "generators": found}, indent=1) + "\n")


# --- edits ------------------------------------------------------------------------------------------


def edited(text: str, token: str) -> str:
    """Return a clipping with a token at the end of its title, and of a heading that repeats it.

    The text stays: another one could make the clipping gain or lose its page.
    """
    text = TOKEN.sub("", text)
    if (found := re.search(r"(?m)^title: *[\"']?(.*?)[\"']?\r?$", text)) is None:
        return text
    title, end = found[1], found.end(1)
    rest = text[end:].replace(f"\n# {title}", f"\n# {title} {token}", 1)
    return f"{text[:end]} {token}{rest}"


def text_of(file: Path) -> str:
    """Return a clipping's text, whatever its bytes are."""
    return file.read_text(encoding="utf-8", errors="surrogateescape")


def editable(site: Site, clippings: Sequence[str]) -> list[str]:
    """Return the clippings that have a title in one line."""
    heads = ((one, text_of(site.file(one)).partition("\n---")[0]) for one in clippings)
    return [one for one, head in heads if re.search(r"(?im)^title: *[^\s>|].*$", head)]


def token() -> str:
    """Return a word that stands nowhere yet."""
    return f"zq{time.time_ns()}z"


def save(site: Site, file: Path, text: str) -> float:
    """Write a file as editors do, renaming a new one onto it; return the moment, on `perf_counter`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    spare = site.folder.with_name(f"spare-{time.time_ns()}")  # outside of what a server watches
    spare.write_text(text, encoding="utf-8", errors="surrogateescape")
    now = time.perf_counter()
    spare.replace(file)
    return now


def edit(site: Site, clipping: str, mark: str) -> float:
    """Save a clipping with another title; return the moment."""
    file = site.file(clipping)
    return save(site, file, edited(text_of(file), mark))


def spaced(clippings: Sequence[str], count: int) -> list[str]:
    """Return some clippings, at even distances."""
    count = min(count, len(clippings))
    return [clippings[len(clippings) * (2 * i + 1) // (2 * count)] for i in range(count)]
