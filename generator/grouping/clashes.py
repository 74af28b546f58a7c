"""Resolve conflicts between the addresses of articles: the lower path keeps an address."""

from __future__ import annotations

import datetime as dt
import posixpath
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from generator.model import addresses
from generator.model.errors import Problem, shown
from generator.model.types import Article, Period, Skipped


def with_unique_ids(articles: Iterable[Article]) -> tuple[list[Article], list[Skipped], list[Problem]]:
    """Return the articles with unique ids, by path. An article whose id a lower path has is skipped."""
    kept: dict[str, Article] = {}
    skipped: list[Skipped] = []
    problems: list[Problem] = []
    for article in sorted(articles, key=lambda article: article.path):
        other = kept.setdefault(_folded(article.id), article)
        if other is not article:
            reason = f"has the same id as {shown(other.path)}{_difference(other, article)}: {article.id}"
            skipped.append(Skipped(path=shown(article.path), reason=reason))
            problems.append(
                Problem(
                    path=shown(article.path),
                    message=reason,
                    advice="it is left out; give it another `id`, or rename the file",
                    kind="duplicate-id",
                )
            )
    return list(kept.values()), skipped, problems


def _difference(other: Article, article: Article) -> str:
    """Return how two paths that look the same differ; empty if the difference is visible."""
    if unicodedata.normalize("NFC", other.path) != unicodedata.normalize("NFC", article.path):
        return ""
    return f", the same name composed in another way ({_form(other.path)} there, {_form(article.path)} here)"


def _form(text: str) -> str:
    return next((form for form in ("NFC", "NFD") if unicodedata.is_normalized(form, text)), "mixed")


def redirected(articles: Sequence[Article], kinds: Iterable[str] = ()) -> tuple[list[Article], list[Problem]]:
    """Return the articles with their valid aliases, which lead to no page and belong to no other article.

    `articles` are sorted by path, as `with_unique_ids` returns them. `kinds` of identifiers have folders.
    """
    if not any(article.aliases for article in articles):
        return list(articles), []
    taken = _Taken(articles, kinds)
    kept: list[Article] = []
    problems: list[Problem] = []
    for article in articles:
        aliases = []
        for alias in dict.fromkeys(article.aliases):
            fault = taken.claim(alias, article)
            if fault is None:
                aliases.append(alias)
            elif fault:
                problems.append(
                    Problem(
                        path=shown(article.path),
                        message=f"the alias {alias!r} {fault}",
                        advice="it does not redirect; take it out of `aliases`",
                        kind="alias",
                    )
                )
        kept.append(msgspec.structs.replace(article, aliases=tuple(aliases)) if article.aliases else article)
    return kept, problems


class _Taken:
    """The owners of files and folders in the output."""

    def __init__(self, articles: Sequence[Article], kinds: Iterable[str]) -> None:
        self._reserved = (*addresses.OWN_FOLDERS, *map(addresses.identifiers, kinds))
        self._owners: dict[str, str] = {}
        self._folders: set[str] = set()
        for address in _pages({article.date for article in articles}):
            self._take(_file(address), "a page of the site")
        for article in articles:
            self._take(_file(addresses.article(article.id)), article.path)

    def _take(self, file: str, owner: str) -> None:
        self._owners[file] = owner
        self._folders.update(_folders(file))

    def claim(self, alias: str, article: Article) -> str | None:
        """Assign an address to an article. Return None on success, "" if it had it before, else the fault."""
        file = _file(alias)
        if file.startswith(self._reserved):
            return f"lies in `{file.partition('/')[0]}/`, which is the site's own"
        owner = self._owners.get(file)
        if owner == article.path:
            return ""
        if owner is not None:
            return f"is the address of {shown(owner)}"
        if file in self._folders:
            return "is the name of a folder of the site"
        if any(folder in self._owners for folder in _folders(file)):
            return "lies below the address of another page"
        self._take(file, article.path)
        return None


def _pages(dates: Iterable[dt.date]) -> Iterator[str]:
    """Yield the addresses that exist in any case, besides those in the site's own folders."""
    yield from (addresses.FRONT, addresses.NOT_FOUND)
    yield from (addresses.ATOM, addresses.RSS, addresses.JSON_FEED)
    yield from (addresses.OPML, addresses.SITEMAP, addresses.ROBOTS)
    for date in dates:
        for period in Period:
            yield addresses.period(period, date)


def _file(address: str) -> str:
    return _folded(addresses.file_of(address))


def _folded(text: str) -> str:
    """Return a name as a file system that ignores case and normalises Unicode treats it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _folders(file: str) -> Iterator[str]:
    while file := posixpath.dirname(file):
        yield file
