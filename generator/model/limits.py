"""Limit the size of a clipping, page and feed: every limit with its reason.

These numbers, not a clock, bound the time and memory for reading a clipping, so the same clipping gives the
same bytes on every machine, however slow. In an archive of 13,500 clippings, the longest body has 8,199
characters and 2,245 markup characters, the longest title 200 characters, and the longest address 274.

docs/reference/limits.md lists the limits that a curator may meet.
"""

from __future__ import annotations

BODY = 1_000_000
"""Maximum number of characters of a body. A novel has half as many. Rendering ten times as many takes 2 s."""
MARKS = 60_000
"""Maximum number of markup characters in a body: line ends, and what may have a meaning in Markdown or HTML.

`markup.lengths` counts them. Each may cost 20 microseconds and 2 kB. In one of ten clippings, every tenth
character is one, so a long article of 500,000 characters then has 50,000.
"""
TEXT = BODY + 200_000
"""Number of characters of a file that are read: front matter and body."""
FRONT_MATTER = 65_536
"""Maximum number of characters of front matter for the YAML parser. Longer ones are read line by line."""
FIELDS = 1_000
"""Maximum number of keys of front matter."""
FIELD = 10_000
"""Number of characters of one value that are read, and of items of a list."""

TITLE = 500
SOURCE = 200
NAME = 100
"""Maximum number of characters of an author's name and of a tag. Each may appear on many pages."""
AUTHORS = 20
TAGS = 50
ADDRESS = 2_000
"""Maximum number of characters of the original's address. Browsers and servers accept about as many."""

HTML = 4_000_000
"""Maximum number of characters of a body as HTML: twice as many as a normal body of `BODY` characters gives.

A short relative link becomes a long address, so a small body may grow to hundreds of megabytes.
"""
BRACKETS = 10_000
"""Maximum number of `[` in a body that may begin a link, outside code blocks. If exceeded, all are text."""
RAW_TAGS = 20_000
"""Maximum number of tags of raw HTML in a body. If there are more, raw HTML is shown as text."""
REOPENED = 200_000
"""Maximum number of elements that an HTML parser reopens in a body (`render.formatting`).

Each costs it 3 microseconds and 250 bytes. If all emphasis is closed where it began, there are no more than
there are tags.
"""
SPANNED = 20_000
"""Maximum number of places that the cells of a table cover. If they cover more, no cell spans several."""
HIGHLIGHTED = 60_000
"""Maximum number of characters of highlighted code in a body: three blocks of the maximum length."""

IMAGES = 500
"""Maximum number of images without a host, per body, that are looked up in the content folder."""
PARTS = 10_000
"""Maximum number of parts of an image file that are read to find its size. A JPEG segment has three."""

SEARCHED = 500_000
"""Maximum number of characters of a text that can be found by search."""

FEED = 2_000_000
"""Maximum number of characters of HTML in all texts of a feed.

The fifty longest of 700 texts in an archive have 1,060,000 in total.
"""
FEED_TEXT = 250_000
"""Maximum number of characters of HTML in one text of a feed."""
