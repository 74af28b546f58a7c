"""Time what turns an article's Markdown into HTML for its page and for feeds, on a folder of clippings.

    python benchmarks/markdown.py CONTENT [--config digest.toml] [--texts 1000] [--passes 5]

The texts are those that a build publishes, cleaned; of many, every so-manieth is taken. All ways are timed in
turn, in CPU time, and the best of the passes counts: that of the least disturbed one.
"""

from __future__ import annotations

import argparse
import datetime as dt
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from markdown_it import MarkdownIt

from generator.model.ids import path_id
from generator.render import feeds
from generator.render.images import absolute_html
from generator.render.markdown import Place, body_html
from generator.render.sanitise import clean

HOST = "https://digest.example/"
FEED = feeds.FeedMeta(title="Digest", language="en", page=HOST, generator="benchmark", zone=dt.UTC)
ENTRIES = 20


class Listed(msgspec.Struct, frozen=True):
    """What this needs of a line of `list --format jsonl --text`."""

    path: str
    url: str | None = None
    text: str | None = None


class Text(msgspec.Struct, frozen=True):
    """A published text, and what its page needs to know."""

    id: str
    url: str | None
    markdown: str


def texts_of(content: Path, config: Path | None) -> list[Text]:
    """Every text that a build publishes."""
    command = [sys.executable, "-m", "generator", "list", "--format", "jsonl", "--text"]
    command += ["--content", str(content), "--future"]
    command += ["--config", str(config)] if config else []
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()
    listed = (msgspec.json.decode(line, type=Listed) for line in lines)
    return [Text(path_id(each.path), each.url, each.text) for each in listed if each.text]


def entry(text: Text, html: str) -> feeds.Entry:
    """A feed's entry with a body, and little besides."""
    return feeds.Entry(
        id=feeds.entry_id(text.id),
        title="Title",
        title_language="en",
        language="en",
        url=f"{HOST}articles/{text.id[:2]}/{text.id}.html",
        original=text.url,
        date=dt.date(2025, 1, 1),
        time=None,
        content=html,
        excerpt=text.markdown[:120],
        authors=(),
        tags=(),
        source="Source",
        source_page=f"{HOST}sources/source/",
    )


def ways(texts: list[Text]) -> dict[str, Callable[[], object]]:
    """What is timed, by what is printed of it."""
    places = [(each.markdown, Place(original=each.url, id=each.id)) for each in texts]
    pages = [str(body_html(text, place)) for text, place in places]
    complete = [absolute_html(html, HOST) for html in pages]
    entries = [entry(text, html) for text, html in zip(texts, complete, strict=True)]
    blocks = [entries[start : start + ENTRIES] for start in range(0, len(entries), ENTRIES)]
    plain = MarkdownIt("commonmark")
    return {
        "body_html": lambda: [body_html(text, place) for text, place in places],
        "  of this, sanitising (HTML that is clean)": lambda: [clean(html) for html in pages],
        "markdown-it-py alone, CommonMark": lambda: [plain.render(text) for text, _ in places],
        "addresses for feeds": lambda: [absolute_html(html, HOST) for html in pages],
        "Atom": lambda: [feeds.atom(FEED, block) for block in blocks],
        "RSS": lambda: [feeds.rss(FEED, block) for block in blocks],
        "JSON Feed": lambda: [feeds.json_feed(FEED, block) for block in blocks],
    }


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("content", type=Path)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--passes", type=int, default=5)
    arguments = parser.parse_args()
    found = texts_of(arguments.content, arguments.config)
    texts = found[:: max(1, len(found) // arguments.texts)][: arguments.texts]
    if not texts:
        raise SystemExit("no clipping has a text to publish")
    timed = ways(texts)
    best = dict.fromkeys(timed, float("inf"))
    for _ in range(arguments.passes):
        for name, way in timed.items():
            start = time.process_time()
            way()
            best[name] = min(best[name], time.process_time() - start)
    characters = sum(len(each.markdown) for each in texts) / len(texts)
    print(f"{len(texts)} of {len(found)} texts, {characters:.0f} characters each")
    print(f"ms a text, best of {arguments.passes}")
    for name, seconds in best.items():
        print(f"{name:44} {seconds / len(texts) * 1000:7.3f}")


if __name__ == "__main__":
    main()
