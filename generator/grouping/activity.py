"""Find activity feeds: sources that report events, such as commits or advisories, in titles of one form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from generator.config.site import SourceConfig
from generator.model.types import Article

FEWEST, MOST = 16, 64
"""Numbers of articles between which a source's first articles decide."""
_A_DAY = 2
"""Number of articles on a day with any, on average, that makes a source busy."""
_ALIKE = 2 / 3
"""Share of titles with one word that makes them titles of one form."""
_WORD = re.compile(r"[A-Za-z]{4,}")


def is_activity(articles: Sequence[Article], settings: SourceConfig) -> bool:
    """Return whether a source is an activity feed. `articles` are all of the source, newest first.

    Unless `settings` say it, its first articles decide: the largest power of two up to `MOST`. So newer
    articles change it a few times at most, and never once there are `MOST`.
    """
    if settings.activity is not None:
        return settings.activity
    if len(articles) < FEWEST:
        return False
    first = articles[-min(MOST, 1 << (len(articles).bit_length() - 1)) :]
    if len(first) < _A_DAY * len({article.date for article in first}):
        return False
    words = Counter(chain.from_iterable({*_WORD.findall(article.title.lower())} for article in first))
    return bool(words) and words.most_common(1)[0][1] >= _ALIKE * len(first)
