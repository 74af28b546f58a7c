"""How much one clipping, page and feed may hold: every limit with its reason.

The time and the memory that reading a clipping takes are bounded by these numbers and not by a clock, so that
the same clipping gives the same bytes on every machine, however slow. In 13,500 clippings of an archive the
longest body has 8,199 characters and 2,245 signs of markup, the longest title 200 characters, the longest
address 274.
docs/reference/limits.md lists those that a curator may meet.
"""

from __future__ import annotations

BODY = 1_000_000
"""Characters of a body. A novel has half as many; Markdown takes some 2 s for ten times as many."""
MARKS = 60_000
"""Characters of a body that Markdown or HTML may give a meaning, line ends among them (`lengths`).

Each may cost 20 microseconds and 2 kB. In one of ten clippings every tenth character is one; a long read of
500,000 characters then has 50,000.
"""
TEXT = BODY + 200_000
"""Characters of a file that are looked at: front matter and body."""
FRONT_MATTER = 65_536
"""Characters of front matter that YAML may see; more is read line by line."""
FIELDS = 1_000
"""Keys of front matter."""
FIELD = 10_000
"""Characters of one value that are looked at, and items of a list."""

TITLE = 500
SOURCE = 200
NAME = 100
"""Characters of an author's name and of a tag. Each stands on many pages."""
AUTHORS = 20
TAGS = 50
ADDRESS = 2_000
"""Characters of the original's address. Browsers and servers take about as many."""

HTML = 4_000_000
"""Characters of a body as HTML: twice what a sound body of `BODY` characters comes to.

A short relative link becomes a long address, so that a small body may come to hundreds of megabytes.
"""
BRACKETS = 10_000
"""`[` in one body that may begin a link, outside of code blocks; where there are more, each is text."""
RAW_TAGS = 20_000
"""Tags of raw HTML in one body; where there are more, raw HTML is shown as text."""
REOPENED = 200_000
"""Elements that a parser of HTML may open again in one body (`render.formatting`).

Each takes it 3 microseconds and 250 bytes. A text whose emphasis is closed where it began comes to no more
than it has tags.
"""
SPANNED = 20_000
"""Places that the cells of one table may cover; where they cover more, no cell spans several."""
HIGHLIGHTED = 60_000
"""Characters of code that are coloured in one body: three blocks as long as one may be."""

IMAGES = 500
"""Images without a host that are looked for below the content folder, of one body."""
PARTS = 10_000
"""Parts of a picture's file that are read to find its size, three a segment of a JPEG."""

FEED = 2_000_000
"""Characters of HTML that the texts of one feed may have.

The fifty longest of 700 texts of an archive come to 1,060,000.
"""
FEED_TEXT = 250_000
"""Characters of HTML that one text in a feed may have."""
