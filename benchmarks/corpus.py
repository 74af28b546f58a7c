"""Make up clippings to measure with, the same ones every time.

    python benchmarks/corpus.py OUT --articles 1000000

They are written as `OUT/YYYY/MM/DD/daily/<name>.md`. Other scripts repeat the clippings of such a folder if
they need more: each time some months earlier, with other titles and addresses.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from measure import parser

A_DAY = 200
SOURCES = 700
LAST = dt.date(2024, 7, 31)
SENTENCES = 3000

File = tuple[str, bytes]
"""A path in the folder, with `/`, and the content."""


def clippings_in(folder: Path) -> list[str]:
    """Return the paths of the clippings in a folder, in order."""
    found = folder.glob("[0-9]*/[0-9]*/[0-9]*/daily/*.md")
    return sorted(path.relative_to(folder).as_posix() for path in found)


def repeated(folder: Path, count: int = 0) -> Iterator[File]:
    """Yield the first `count` clippings of a folder, 0 for all; past the last, copies with earlier dates."""
    paths = clippings_in(folder)
    if not paths:
        raise SystemExit(f"{folder}: no YYYY/MM/DD/daily/*.md in it")
    days = (day_of(paths[-1]) - day_of(paths[0])).days + 1
    weeks = dt.timedelta(weeks=-(-days // 7))  # whole ones, so that Sunday stays Sunday
    for number in range(count or len(paths)):
        copy, path = number // len(paths), paths[number % len(paths)]
        data = (folder / path).read_bytes()
        yield (_copy(path, data, copy, day_of(path) - copy * weeks) if copy else (path, data))


def day_of(path: str) -> dt.date:
    """Return the day of a clipping's folder."""
    return dt.date(*map(int, path.split("/")[:3]))


def _copy(path: str, data: bytes, copy: int, day: dt.date) -> File:
    """Return a clipping with another title, address, day and name."""
    mark = b" (%d)" % (copy + 1)
    title = re.search(rb"(?m)^title: ?([^\r\n]*)", data)
    data = re.sub(rb"""(?m)^(title: ?[^\r\n]*?)(["']?\r?)$""", rb"\1" + mark + rb"\2", data, count=1)
    if title and title[1]:
        data = data.replace(b"\n# " + title[1], b"\n# " + title[1] + mark, 1)
    data = re.sub(rb"(?m)^url: .*$", lambda line: _another(line[0], copy + 1), data, count=1)
    data = re.sub(rb"(?m)^date: ?[^\r\n]*", b"date: " + day.isoformat().encode(), data, count=1)
    stem = path.rpartition("/")[2].removesuffix(".md")
    short = stem.encode("utf-8", "surrogateescape")[:240].decode("utf-8", "ignore")  # names have a limit
    return f"{day:%Y/%m/%d}/daily/{short}{mark.decode()}.md", data


def _another(url: bytes, copy: int) -> bytes:
    """Return an address of another post: WeChat tells posts apart by `mid`."""
    if b"mid=" in url:
        return re.sub(rb"\bmid=\d+", rb"\g<0>%d" % copy, url, count=1)
    base, mark, fragment = url.rstrip(b"\r").partition(b"#")
    return base + (b"&" if b"?" in base else b"?") + b"copy=%d" % copy + mark + fragment


def synthetic(count: int) -> Iterator[File]:
    """Yield made-up clippings, some 200 a day: every other source is Chinese, four in ten have no text."""
    chance = random.Random(1)  # noqa: S311 - the same clippings every time
    sentences = {wide: [_sentence(chance, wide) for _ in range(SENTENCES)] for wide in (False, True)}
    weights = list(itertools.accumulate(1 / rank for rank in range(1, SOURCES + 1)))
    for number in range(count):
        source = chance.choices(range(SOURCES), cum_weights=weights)[0]
        own = sentences[source % 2 == 0]
        day = LAST - dt.timedelta(days=number // A_DAY)
        words = chance.choice(own).rstrip(".。")
        length = 0 if chance.random() < 0.42 else chance.randint(2, 12)
        paragraphs = (" ".join(chance.choices(own, k=chance.randint(2, 6))) for _ in range(length))
        head = (
            f"---\ntitle: {words} {number}\nurl: https://source{source}.example/posts/{number}\n"
            f"source: Source {source}\ndate: {day}\n---\n\n# {words} {number}\n\n"
        )
        path = f"{day:%Y/%m/%d}/daily/Source {source}_{words[:50]} {number}.md"
        yield path, (head + "\n\n".join(paragraphs) + "\n").encode()


def _sentence(chance: random.Random, wide: bool) -> str:
    if wide:
        return "".join(chr(chance.randint(0x4E00, 0x5800)) for _ in range(chance.randint(10, 30))) + "。"
    lengths = (chance.randint(2, 9) for _ in range(chance.randint(5, 15)))
    return " ".join("".join(chance.choices("aeiourstlnmcdp", k=one)) for one in lengths).capitalize() + "."


def write(folder: Path, files: Iterable[File]) -> int:
    """Write files into a folder; return how many."""
    count = 0
    for path, data in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
        count += 1
    return count


def main() -> None:
    """Write the clippings that the command line asks for."""
    arguments = parser(__doc__)
    arguments.add_argument("out", type=Path, help="A new folder, or one whose clippings stay beside these.")
    arguments.add_argument("--articles", type=int, required=True, metavar="N", help="How many.")
    given = arguments.parse_args()
    print(f"{write(given.out, synthetic(given.articles)):,} clippings in {given.out}")


if __name__ == "__main__":
    main()
