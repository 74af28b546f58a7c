"""Find articles by the names that a pick may use."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence, Set

from generator.config.picks import Pick, is_address, page_of
from generator.model.types import Article

KeysOf = Callable[[str], Sequence[str]]
"""Returns the keys of an original, given its address. The canonical form of the address is first."""

_Paths = dict[str, str | tuple[str, ...]]
"""Name → path of its article, or paths if there are several. Most names have one, so this saves memory."""


class ArticleNames:
    """An index of articles by their paths and by the addresses of their originals, for picks."""

    def __init__(
        self, articles: Iterable[Article], keys_of: KeysOf, among: Iterable[Pick] | None = None
    ) -> None:
        """Index articles. `keys_of` makes addresses comparable with `Article.keys`.

        With `among`, only addresses in these picks are found.
        """
        self.keys_of = keys_of
        self.articles: dict[str, Article] = {}
        """Path → article."""
        self._composed: _Paths = {}
        """Path in NFC → articles whose paths are not in NFC."""
        self._by_key: _Paths = {}
        """Address, or a key of it → articles."""
        self._by_page: _Paths | None = None
        """Address of a page, or a key of it → articles that are parts of the page; None until first used."""
        self._wanted: Set[str] | None = None
        if among is not None:
            named = {name for pick in among for name in (pick.article, *pick.merge) if is_address(name)}
            self._wanted = named.union(*map(keys_of, named))
        for article in articles:
            self.add(article)

    def add(self, article: Article) -> None:
        """Add an article. Its path must be new."""
        self.articles[article.path] = article
        for paths, key in self._entries(article):
            _enter(paths, key, article.path)

    def remove(self, article: Article) -> None:
        """Remove an article."""
        del self.articles[article.path]
        for paths, key in self._entries(article):
            left = tuple(path for path in _each(paths, key) if path != article.path)
            if left:
                paths[key] = left
            else:
                del paths[key]

    def _entries(self, article: Article) -> Iterator[tuple[_Paths, str]]:
        """Yield the indexes that contain an article besides `articles`, each with its name in the index."""
        if (composed := composed_form(article.path)) != article.path:
            yield self._composed, composed
        wanted = self._wanted
        if wanted is None or wanted:
            for key in {article.url, *article.keys}:
                if key is not None and (wanted is None or key in wanted):
                    yield self._by_key, key
        if self._by_page is not None:
            yield from ((self._by_page, key) for key in self._pages(article))

    def _pages(self, article: Article) -> set[str]:
        """Return the keys of the page that an article is a part of."""
        page = page_of(article.url)
        return set() if page is None else {page, *self.keys_of(page)[:1]}

    def at_path(self, path: str) -> Article | None:
        """Return the article with a path, in any Unicode normalisation."""
        composed = composed_form(path)
        found = self.articles.get(path) or self.articles.get(composed)
        if found is None and (others := _each(self._composed, composed)):
            return self.articles[min(others)]
        return found

    def at_key(self, key: str) -> list[Article]:
        """Return the articles with an address, or a key of it."""
        return [self.articles[path] for path in _each(self._by_key, key)]

    def on_page(self, key: str) -> list[Article]:
        """Return the articles that are parts of a page."""
        if self._by_page is None:
            self._by_page = {}
            for article in self.articles.values():
                for one in self._pages(article):
                    _enter(self._by_page, one, article.path)
        return [self.articles[path] for path in _each(self._by_page, key)]


def _enter(paths: _Paths, key: str, path: str) -> None:
    others = _each(paths, key)
    paths[key] = (*others, path) if others else path


def _each(paths: _Paths, key: str) -> tuple[str, ...]:
    found = paths.get(key, ())
    return (found,) if isinstance(found, str) else found


def composed_form(path: str) -> str:
    """Return a path in NFC."""
    return path if path.isascii() else unicodedata.normalize("NFC", path)
