"""Compare what two texts say in their titles and excerpts beside the names of persons and places."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from generator.model.types import Article, is_in

_HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
_WORD = re.compile(f"[{_HAN}]{{2,}}|[^\\W_{_HAN}]{{4,}}")
_WIDE = re.compile(f"[{_HAN}]")
_COINED = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]|[^\W\d_]\d|\d[^\W\d_]")
"""What the names of products, groups and malware often have, and those of persons and places never."""
_STEM = 4
"""Number of letters from which words of one stem are alike: `hired`, `hires`."""
_FEWEST_WORDS = 2
_NOUNS_WITH_CAPITALS = "de"
_EMPTY = frozenset({
    "about", "after", "against", "been", "before", "between", "could", "does", "during", "from", "have",
    "into", "just", "more", "only", "other", "over", "said", "says", "some", "such", "than", "that",
    "their", "them", "then", "there", "these", "they", "this", "those", "under", "also", "were", "what",
    "when", "where", "which", "while", "will", "with", "would", "your",
})  # fmt: skip


class _Head(msgspec.Struct, frozen=True):
    """The words of a title and an excerpt."""

    stems: frozenset[str]
    plain: frozenset[str]
    """The stems that occur without a capital: no names."""
    words: frozenset[str]
    coined: frozenset[str]


def are_comparable(one: Article, other: Article) -> bool:
    """Return whether the titles of two texts are in one language."""
    return _primary(one.title_language) == _primary(other.title_language)


def _primary(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].lower()


def say_alike(one: Article, other: Article) -> bool:
    """Return whether titles and excerpts share two words that are no names, or a coined name.

    Two pairs of Chinese characters count as a word. A name of three characters has two.
    """
    ours, theirs = _head_of(one), _head_of(other)
    if ours.coined & theirs.words or theirs.coined & ours.words:
        return True
    common = ours.stems & theirs.stems & (ours.plain | theirs.plain)
    return sum(1 if _WIDE.match(stem) else 2 for stem in common) >= 2 * _FEWEST_WORDS


def _head_of(article: Article) -> _Head:
    return _head(article.title, article.excerpt, is_in(article.title_language, _NOUNS_WITH_CAPITALS))


@lru_cache(4096)
def _head(title: str, excerpt: str, has_capitals: bool) -> _Head:
    stems, plain, words, coined = set[str](), set[str](), set[str](), set[str]()
    for word in _WORD.findall(f"{title} {excerpt}"):
        if _WIDE.match(word):
            pairs = {word[at : at + 2] for at in range(len(word) - 1)}
            stems |= pairs
            plain |= pairs
            continue
        low = word.casefold()
        words.add(low)
        if _COINED.search(word):
            coined.add(low)
        elif low not in _EMPTY:
            stems.add(low[:_STEM])
            if has_capitals or word[0].islower():
                plain.add(low[:_STEM])
    return _Head(frozenset(stems), frozenset(plain), frozenset(words), frozenset(coined))
