"""Time the gathering of stories at the size of a large archive, and its peak memory.

    python benchmarks/stories.py [--articles 143500] [--kind archive|one-title|one-text|one-key] [--changes 9]

`archive` makes articles in the proportions of a real one: 42 % without text, an aggregator with a quarter of
all, reposts, excerpts and series. The other kinds are the worst: all of one title, text or key.
Then articles are changed one by one, with the stories kept.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import resource
import sys
import time
from collections.abc import Iterator

import msgspec

from generator.grouping.stories import Stories
from generator.model.ids import path_id
from generator.model.types import Article, Verdict
from generator.reading.canonical import keys_of
from generator.reading.fingerprint import fingerprint_of

SOURCES = 700
DAYS = 1250
FIRST = dt.date(2022, 1, 1)


def memory() -> float:
    """Peak resident memory of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 if sys.platform != "darwin" else 1024**2
    )


class Writer:
    """Makes up titles and texts: words as frequent as Zipf has them, Chinese in every other source."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same articles every time
        latin = [
            "".join(self.random.choices("aeiourstlnmcdp", k=self.random.randint(2, 9))) for _ in range(8000)
        ]
        wide = [
            "".join(chr(self.random.randint(0x4E00, 0x5600)) for _ in range(self.random.randint(1, 3)))
            for _ in range(8000)
        ]
        self.words = (latin, wide)
        self.weights = [1 / rank for rank in range(1, 8001)]

    def text(self, words: int, wide: bool) -> str:
        """Words in a row."""
        return ("" if wide else " ").join(self.random.choices(self.words[wide], self.weights, k=words))


def archive(count: int, writer: Writer) -> Iterator[Article]:
    """Articles of all sources; each repost, excerpt and empty copy stands within days of what it copies."""
    recent: list[tuple[str, str, str]] = []
    for number in range(count):
        draw = writer.random.random()
        source = 0 if draw < 0.27 else writer.random.randrange(1, SOURCES)
        wide = source % 2 == 0
        url = f"https://source{source}.example/{number}"
        if recent and draw < 0.06:  # the aggregator's empty copy of an account's own
            title, url, _ = writer.random.choice(recent)
            text = ""
        elif recent and draw > 0.96:  # reposts and excerpts under the same or another title
            title, _, text = writer.random.choice(recent)
            title = title if draw > 0.98 else writer.text(8, wide)
            text = text[: writer.random.randint(len(text) // 2, len(text))]
        elif draw > 0.93:  # a series
            title, text = f"Source {source} weekly {number % 900}", writer.text(250, wide)
        else:
            title = writer.text(8, wide)
            text = "" if writer.random.random() < 0.42 else writer.text(writer.random.randint(60, 600), wide)
        if text:
            recent = [*recent[-200:], (title, url, text)]
        yield article(number, count, f"source {source}", (title, url, text))


def article(number: int, count: int, source: str, page: tuple[str, str, str]) -> Article:
    """One article with everything that a real one carries."""
    title, url, text = page
    day = FIRST + dt.timedelta(days=number * DAYS // count)
    path = f"{day:%Y/%m/%d}/daily/{source}_{number}_{title[:60]}.md"
    letters, signature = fingerprint_of(text)
    return Article(
        id=path_id(path),
        path=path,
        title=title,
        language="en",
        title_language="en",
        url=url,
        source=source,
        date=day,
        verdict=Verdict.FULL if text else Verdict.LINK,
        excerpt=text[:160],
        letters=letters,
        keys=keys_of(url),
        signature=signature,
    )


def alike(kind: str, count: int, writer: Writer) -> Iterator[Article]:
    """Articles that have one thing in common, the title, the text or the key, and no other."""
    text = writer.text(300, wide=False)
    for number in range(count):
        title = "The same title as all the others have" if kind == "one-title" else writer.text(8, wide=False)
        url = f"https://source{number}.example/{number}" if kind != "one-key" else "https://one.example/post"
        body = text if kind == "one-text" else ""
        yield article(number, count, f"source {number % SOURCES}", (title, url, body))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=143_500)
    parser.add_argument("--changes", type=int, default=9)
    parser.add_argument("--kind", choices=("archive", "one-title", "one-text", "one-key"), default="archive")
    arguments = parser.parse_args()
    started, base = time.process_time(), memory()
    make = archive if arguments.kind == "archive" else lambda *given: alike(arguments.kind, *given)
    articles = tuple(make(arguments.articles, Writer(1)))
    made, held = time.process_time(), memory()
    kept = Stories(articles)
    stories = kept.told()
    found, peak = time.process_time(), memory()
    grouped = sum(len(story.articles) for story in stories)
    size = len(msgspec.msgpack.encode(articles)) / len(articles)
    print(f"{len(articles):,} articles, {size:.0f} bytes each: {made - started:.1f} s of CPU to make them")
    print(f"{len(stories):,} stories of {grouped:,} articles: {found - made:.1f} s of CPU")
    print(f"peak memory {peak:.0f} MiB: {base:.0f} the program, {held - base:.0f} the articles, ", end="")
    print(f"{peak - held:.0f} the stories")
    changed(kept, articles, arguments.changes)


def changed(kept: Stories, articles: tuple[Article, ...], count: int) -> None:
    """Change articles one by one: another title, another text, another day by turns."""
    chance = random.Random(1)  # noqa: S311 - the same changes every time
    times = []
    for number in range(count):
        one, other = chance.choice(articles), chance.choice(articles)
        fields = (("title",), ("letters", "signature", "verdict"), ("date",))[number % 3]
        news = {name: getattr(other, name) for name in fields}
        started = time.process_time()
        kept.change((), [msgspec.structs.replace(one, **news)])
        kept.told()
        times.append(time.process_time() - started)
    if len(times) > 1:
        first, *others = times
        print(f"one changed: {first:.2f} s of CPU, ", end="")
        print(f"every other {sorted(others)[len(others) // 2]:.3f} s, {max(others):.3f} s at most; ", end="")
        print(f"peak memory then {memory():.0f} MiB")


if __name__ == "__main__":
    main()
