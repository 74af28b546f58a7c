"""Measure the search index of a digest: what it adds to a build, its size, an edit, a save under `serve`.

    python benchmarks/index.py CLIPPINGS --work FOLDER [--count N] [--runs N] [--edits N]

Cold builds with `search = "full"` and `"none"` take turns. The site has no other settings. A save is found at
the first GET, one every 5 ms, of the file of terms that has a new word of its title.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import statistics
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from corpus import day_of, repeated, write
from measure import Cost, parser, run
from server import serving

from generator.search.table import KEY_BITS
from generator.search.terms import key_of
from sites import Site, broadsheet, edit, editable, environment, spaced, token


def cold(site: Site, mode: str) -> Cost:
    """Return the cost of a build without output and cache, with a kind of index."""
    (site.folder / "digest.toml").write_text(f'title = "Digest"\nsearch = "{mode}"\n')
    for folder in (site.out, site.caches):
        shutil.rmtree(folder, ignore_errors=True)
    return run(site.build, site.folder, environment())


def added(site: Site, runs: int) -> Iterator[str]:
    """Yield what the index adds to wall clock, CPU and peak memory of a cold build."""
    modes = ("none", "full")
    costs = [[cold(site, mode) for mode in modes] for _ in range(runs)]
    for place, name in enumerate(("seconds", "CPU", "MiB")):
        without, full = (statistics.median(pair[mode][place] for pair in costs) for mode in (0, 1))
        yield f"{name}: {without:.1f} without, {full:.1f} with the index: {100 * (full / without - 1):+.1f} %"


def index_files(site: Site) -> dict[str, bytes]:
    """Return path → content of the files of the index."""
    folder = site.out / "search"
    found = [folder / "months.json", *folder.glob("*/*/*")]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}


def sizes(site: Site) -> str:
    """Return the size of the index, as a whole and an article."""
    files = index_files(site)
    count = sum(sum(row[1]) for row in json.loads(files["months.json"])["months"])
    plain, packed = sum(map(len, files.values())), sum(len(gzip.compress(one, 6)) for one in files.values())
    return (
        f"{count:,} articles: {len(files):,} files, {plain / 1e6:.2f} MB, gzipped {packed / 1e6:.2f}; "
        f"{plain / count:.0f} bytes an article, gzipped {packed / count:.0f}"
    )


def edits(site: Site, clippings: list[str]) -> Iterator[str]:
    """Yield what a build writes of the index after one clipping got another title."""
    for one in clippings:
        before = {path: hashlib.sha256(data).digest() for path, data in index_files(site).items()}
        edit(site, one, token())
        run(site.build, site.folder, environment())
        after = index_files(site)
        written = {
            path: data for path, data in after.items() if before.get(path) != hashlib.sha256(data).digest()
        }
        months = {path.rpartition("/")[0] for path in written}
        size = sum(map(len, written.values())) / 1000
        yield f"edited: {len(written)} files, {size:.0f} kB, of {', '.join(sorted(months))}"


def saves(site: Site, clippings: list[str]) -> Iterator[str]:
    """Yield the milliseconds from a save until its new word is found, under `serve`."""
    times = []
    with serving(site, site.folder / "serve.log") as server:
        server.first("/")
        server.settle()
        months = {row[0]: row for row in json.loads(server.reader.get("/search/months.json"))["months"]}
        for one in clippings:
            word, month = token(), f"{day_of(one):%Y-%m}"
            number = key_of(word) * months[month][2] >> KEY_BITS
            page = f"/search/{month.replace('-', '/')}/terms-{number}.bin"
            others = ("", server.reader.get(page))
            saved = edit(site, one, word)
            found = server.wait(page, partial(_is_none_of, others))
            times.append(1000 * (found - saved) if found else float("inf"))
            server.settle()
    yield f"save → found, ms: {', '.join(f'{one:.0f}' for one in times)}"


def _is_none_of(others: tuple[str, ...], text: str) -> bool:
    return text not in others


def main() -> None:
    """Print a line for each figure."""
    arguments = parser(__doc__)
    arguments.add_argument("clippings", type=Path, help="A folder with YYYY/MM/DD/daily/*.md.")
    arguments.add_argument("--work", type=Path, required=True, metavar="FOLDER", help="A new folder.")
    arguments.add_argument("--count", type=int, default=0, help="Repeat the clippings up to so many.")
    arguments.add_argument("--runs", type=int, default=3, help="Cold builds of each kind.")
    arguments.add_argument("--edits", type=int, default=5)
    given = arguments.parse_args()
    site = broadsheet(given.work)
    write(site.content, repeated(given.clippings, given.count))
    for line in added(site, given.runs):
        print(line)
    print(sizes(site))
    some = spaced(editable(site, site.clippings()), given.edits)
    for line in (*edits(site, some), *saves(site, some)):
        print(line)


if __name__ == "__main__":
    main()
