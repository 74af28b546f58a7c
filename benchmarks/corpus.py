"""Make clippings to measure with: a folder of clippings repeated, or made-up text.

    python benchmarks/corpus.py OUT --articles 143500 --from CLIPPINGS
    python benchmarks/corpus.py OUT --articles 1000000 --synthetic

Both write `OUT/YYYY/MM/DD/daily/<name>.md`, the same files every time. CLIPPINGS has such a tree; its
clippings are taken in the order of their paths. If there are too few they are repeated, each time some months
earlier, with other titles and addresses.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

NAME = 240
"""Bytes of a file's name before the number of its copy."""
A_DAY = 200
SOURCES = 700
LAST = dt.date(2024, 7, 31)
SENTENCES = 3000

File = tuple[str, bytes]
"""A path in the folder, with `/`, and the content."""


def clippings_in(folder: Path) -> list[str]:
    """Return the paths of the clippings in a folder, in order."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.glob("[0-9]*/[0-9]*/[0-9]*/daily/*.md")
    )


def repeated(folder: Path, count: int) -> Iterator[File]:
    """Yield the first `count` clippings of a folder; past the last one, copies with earlier dates."""
    paths = clippings_in(folder)
    if not paths:
        raise SystemExit(f"{folder}: no YYYY/MM/DD/daily/*.md in it")
    days = (_day_of(paths[-1]) - _day_of(paths[0])).days + 1
    weeks = dt.timedelta(weeks=-(-days // 7))  # whole ones, so that Sunday stays Sunday
    for number in range(count):
        copy, path = number // len(paths), paths[number % len(paths)]
        data = (folder / path).read_bytes()
        yield (_copy(path, data, copy, _day_of(path) - copy * weeks) if copy else (path, data))


def _day_of(path: str) -> dt.date:
    year, month, day = path.split("/")[:3]
    return dt.date(int(year), int(month), int(day))


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
    name = stem.encode("utf-8", "surrogateescape")[:NAME].decode("utf-8", "ignore") + mark.decode() + ".md"
    return f"{day:%Y/%m/%d}/daily/{name}", data


def _another(url: bytes, copy: int) -> bytes:
    """Return an address of another post: WeChat tells posts apart by `mid`."""
    if b"mid=" in url:
        return re.sub(rb"\bmid=\d+", rb"\g<0>%d" % copy, url, count=1)
    base, mark, fragment = url.rstrip(b"\r").partition(b"#")
    return base + (b"&" if b"?" in base else b"?") + b"copy=%d" % copy + mark + fragment


def synthetic(count: int, seed: int = 1) -> Iterator[File]:
    """Yield made-up clippings, some 200 a day: every other source is Chinese, four in ten have no text."""
    chance = random.Random(seed)  # noqa: S311 - the same clippings every time
    sentences = {wide: [_sentence(chance, wide) for _ in range(SENTENCES)] for wide in (False, True)}
    weights = list(itertools.accumulate(1 / rank for rank in range(1, SOURCES + 1)))
    for number in range(count):
        source = chance.choices(range(SOURCES), cum_weights=weights)[0]
        wide = source % 2 == 0
        day = LAST - dt.timedelta(days=number // A_DAY)
        words = chance.choice(sentences[wide]).rstrip(".。")
        title = f"{words} {number}"
        length = 0 if chance.random() < 0.42 else chance.randint(2, 12)
        paragraphs = (_paragraph(chance, sentences[wide]) for _ in range(length))
        head = (
            f"---\ntitle: {title}\nurl: https://source{source}.example/posts/{number}\n"
            f"source: Source {source}\ndate: {day}\n---\n\n"
        )
        path = f"{day:%Y/%m/%d}/daily/Source {source}_{words[:50]} {number}.md"
        yield path, (head + f"# {title}\n\n" + "\n\n".join(paragraphs) + "\n").encode()


def _sentence(chance: random.Random, wide: bool) -> str:
    if wide:
        return "".join(chr(chance.randint(0x4E00, 0x5800)) for _ in range(chance.randint(10, 30))) + "。"
    words = (
        "".join(chance.choices("aeiourstlnmcdp", k=chance.randint(2, 9)))
        for _ in range(chance.randint(5, 15))
    )
    return " ".join(words).capitalize() + "."


def _paragraph(chance: random.Random, sentences: list[str]) -> str:
    return " ".join(chance.choices(sentences, k=chance.randint(2, 6)))


def write(folder: Path, files: Iterable[File]) -> int:
    """Write files into a folder; return how many."""
    count = 0
    for count, (path, data) in enumerate(files, 1):  # noqa: B007 - the count is the result
        file = folder / path
        try:
            file.write_bytes(data)
        except FileNotFoundError:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
    return count


def main() -> None:
    """Write the clippings that the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, help="A new folder, or one whose clippings stay beside these.")
    parser.add_argument("--articles", type=int, required=True, metavar="N", help="How many.")
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--from", dest="source", type=Path, metavar="CLIPPINGS", help="Repeat these.")
    kind.add_argument("--synthetic", action="store_true", help="Make them up.")
    arguments = parser.parse_args()
    given = arguments.source
    files = repeated(given, arguments.articles) if given else synthetic(arguments.articles)
    print(f"{write(arguments.out, files):,} clippings in {arguments.out}")


if __name__ == "__main__":
    main()
