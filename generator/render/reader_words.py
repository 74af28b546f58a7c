"""What the scripts of pages say, in the language of the interface."""

from __future__ import annotations

from collections.abc import Callable

import msgspec


def script(text: Callable[[str], str]) -> bytes:
    """Return the module `assets/reader-words.js`. `text` translates a message."""
    words: dict[str, object] = {
        "later": text("Read later"),
        "kept": text("Kept for later"),
        "dropped": text("No longer kept for later"),
        "full": text("The list is full: it holds 200 articles. Remove one to keep another."),
        "refused": text("This browser stores nothing for this site."),
        "new": text("new"),
        "seen": text("opened"),
        "fresh": text("{n} new"),
        "news": text("New since the last visit"),
        "here": text("{n} here"),
        "since": text("since {time}"),
        "next": text("Next new"),
        "done": text("All seen"),
        "tools": text("Keep and share"),
        "link": text("Copy link"),
        "share": text("Share"),
        "cite": text("Copy citation"),
        "copy": text("Copy this:"),
        "copied": text("Copied"),
        "allKeys": text("Keys"),
        "off": text("Turn keys off"),
        "close": text("Close"),
        "keys": [
            ("j k", text("next item, previous item")),
            ("o Enter", text("read it")),
            ("v", text("the original")),
            ("b", text("back to the list")),
            ("[ ]", text("previous and next day or article")),
            ("l", text("keep for later, or no longer")),
            ("/", text("search")),
            ("g d", text("the newest day")),
            ("g s", text("sources")),
            ("g t", text("tags")),
            ("g l", text("what is kept for later")),
            ("?", text("these keys")),
        ],
    }
    return b"export default " + msgspec.json.encode(words) + b";\n"
