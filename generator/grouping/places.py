"""Analyse the address of an original: its publisher, and whether it identifies one article."""

from __future__ import annotations

import re
from collections.abc import Collection

_MANY_AUTHORS = frozenset({"x.com", "medium.com", "weibo.com", "t.me", "youtube.com", "reddit.com"})
"""Hosts on which the first part of the path identifies the publisher."""
_PROJECTS = frozenset({"github.com", "gitee.com", "gitlab.com"})
"""Hosts where an address belongs to a project, about which many articles are written."""
_CHANNEL = re.compile(r"/(?:category|categories|tags?|topics?|authors?|archives?|labels?)/")
"""Addresses of lists, whose content changes."""
_NUMBER = re.compile(r"\d{5,}")
_DATED = re.compile(r"/(?:19|20)\d\d/(?:[^/]+/)*[^/]*[^\W\d_][^/]*$")
_LETTERS = re.compile(r"[^\W\d_]{3,}")
_WORDS = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"\.[a-z]{3,5}$")


def home_of(key: str) -> str:
    """Return the host of a key, or the account on shared hosts: `wechat:MzA…`, `x.com/name`."""
    if key.startswith("wechat:"):
        return key.partition("/")[0]
    host, _, path = key.partition("/")
    return f"{host}/{path.partition('/')[0]}" if host in _MANY_AUTHORS else host


def account_of(key: str) -> str:
    """Return the home of a key, with the owner on hosts of code: `github.com/name`."""
    home = home_of(key)
    return "/".join(key.split("/")[:2]) if home in _PROJECTS else home


def is_project(home: str) -> bool:
    """Return whether a home is a host of code, whose pages all contain the text of its interface."""
    return home.partition("/")[0] in _PROJECTS


def is_channel(key: str) -> bool:
    """Return whether an address belongs to a list."""
    return _CHANNEL.search(key) is not None


def is_of_one(key: str, words: Collection[str]) -> bool:
    """Return whether an address identifies one article. `words`: those of the titles under it.

    It has a long number, or a name below a year, or words of the titles in its name.
    """
    host, _, path = key.partition("?")[0].partition("/")
    if host in _PROJECTS or is_channel(key):
        return False
    if _NUMBER.search(_name(path)) or _DATED.search(f"/{path}"):
        return True
    naming = set(_LETTERS.findall(_name(path)))
    return len(naming) >= 3 and 2 * len(naming.intersection(words)) >= len(naming)


def is_respelt(key: str, other: str, words: Collection[str], differing_words: tuple[str, str]) -> bool:
    """Return whether two addresses contain their titles' words, and differ only as the titles do."""
    ours, theirs = differing_words
    named = set(_WORDS.findall(_name(key)))
    return named.issuperset(words) and key.replace(ours, theirs) == other != key


def _name(path: str) -> str:
    """Return the last part of a path without its extension."""
    return _ENDING.sub("", path.rpartition("/")[2].casefold())
