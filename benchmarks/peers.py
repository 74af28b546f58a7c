"""Hugo on the same clippings: its content made from them, its builds and its server.

    python benchmarks/peers.py CLIPPINGS --site FOLDER --hugo PROGRAM --out FOLDER

`--site` holds a Hugo site without content, with a page for each post, for each term of the taxonomies
`sources` and `days`, and `uglyURLs` for posts; `posts()` says what front matter they have. A fair one shows
what ours shows. The clippings get valid front matter, and template syntax in them is broken up: Hugo stops at
both.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus import clippings_in, write
from measure import Run, run
from ours import file_of

FIELD = re.compile(r"(title|url|source): ?(.*)")


@dataclass(frozen=True)
class Hugo:
    """A Hugo site and the program that builds it."""

    program: Path
    folder: Path
    content: Path
    """The clippings that its posts were made of."""

    @property
    def out(self) -> Path:
        """Where it writes."""
        return self.folder.with_name(self.folder.name + "-out")

    def build(self) -> list[str]:
        """The command that builds."""
        return [*self._command(), "--destination", str(self.out)]

    def serve(self, port: int) -> list[str]:
        """The command that serves and follows changes."""
        program, *options = self._command()
        served = self.out.with_name(self.out.name + "-served")
        return [program, "server", *options, "--destination", str(served), "--port", str(port)]

    def _command(self) -> list[str]:
        cache = self.folder.with_name(self.folder.name + "-cache")
        return [str(self.program), "--quiet", "--source", str(self.folder), "--cacheDir", str(cache)]

    def post(self, clipping: str) -> Path:
        """The file that was made of a clipping."""
        return self.folder / "content" / "posts" / post_of(clipping)

    def clippings(self) -> list[str]:
        """All clippings, in order."""
        return clippings_in(self.content)

    def pages(self, clipping: str) -> list[str]:
        """The addresses that show a clipping: its own and its day's."""
        day = "-".join(clipping.split("/")[:3])
        return [f"/posts/{post_of(clipping).removesuffix('.md')}.html", f"/days/{day}/"]

    def file(self, page: str) -> Path:
        """Where a build writes a page."""
        return file_of(self.out, page)

    def clean(self) -> Hugo:
        """This one: it keeps nothing of earlier builds."""
        return self


def post_of(clipping: str) -> str:
    """The path of a post: the clipping's day, and a hash for a name."""
    year, month, day = clipping.split("/")[:3]
    name = hashlib.sha256(clipping.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return f"{year}/{month}/{day}/{name}.md"


def posts(clippings: Path) -> Iterator[tuple[str, str]]:
    """Path and text of every post."""
    for path in clippings_in(clippings):
        fields, body = split((clippings / path).read_bytes().decode(errors="replace"))
        safe = body.replace("{{", "{ {").replace("{%", "{ %")
        day = "-".join(path.split("/")[:3])
        head = {
            "title": fields.get("title") or Path(path).stem.encode(errors="replace").decode(),
            "date": day,
            "sources": [fields.get("source") or "unknown"],
            "days": [day],
            "link": fields.get("url", ""),
        }
        lines = (f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items())
        yield (
            post_of(path),
            "---\n" + "\n".join(lines).replace(f'date: "{day}"', f"date: {day}") + f"\n---\n{safe}",
        )


def split(text: str) -> tuple[dict[str, str], str]:
    """Fields and body of a clipping; lines `key: value` are enough here, so that no YAML is refused."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n")
    head, mark, body = text.removeprefix("---\n").partition("\n---")
    if not text.startswith("---\n") or not mark:
        return {}, text
    fields: dict[str, str] = {}
    for line in head.split("\n"):
        if match := FIELD.match(line):
            value = "".join(letter if letter.isprintable() else " " for letter in match[2])
            fields.setdefault(match[1], " ".join(value.split()))
    return fields, body.partition("\n")[2]


def prepare(hugo: Hugo, site: Path) -> int:
    """Copy a Hugo site, and give it posts made of the clippings, and no others; how many."""
    shutil.copytree(site, hugo.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("posts"))
    posts_ = ((path, text.encode(errors="replace")) for path, text in posts(hugo.content))
    return write(hugo.folder / "content" / "posts", posts_)


def main() -> None:
    """Prepare, build twice, and print what it cost."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("content", type=Path, metavar="CLIPPINGS")
    parser.add_argument("--site", type=Path, required=True)
    parser.add_argument("--hugo", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    hugo = Hugo(arguments.hugo.absolute(), arguments.out.absolute() / "hugo", arguments.content)
    prepare(hugo, arguments.site)
    done: dict[str, Run] = {name: run(hugo.build()) for name in ("cold", "unchanged")}
    for name, one in done.items():
        cost = one.cost
        print(f"{name:10} {cost.seconds:8.2f} s {cost.cpu:8.2f} CPU s {cost.memory:8.0f} MiB")


if __name__ == "__main__":
    main()
