"""The curator's word on single articles; it wins over every rule."""

from __future__ import annotations

import bisect
import difflib
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import msgspec

from generator.config.picks import Pick, is_address, page_of
from generator.config.site import PICKS_FILE
from generator.model.errors import Problem, Severity
from generator.model.types import Article, Skipped

SUGGESTED = 20
"""Picks that fit nothing and get a suggestion; looking for one costs time."""
_NEAR = 200
"""Names before and after a mistyped one, in their order, among which the meant one is looked for."""
_CLOSE = 0.8
"""How alike two names are, of 1, where one may be meant by the other."""
_LONGEST = 300
"""Characters of a name for which another is looked for."""
_NAMED = 3
"""Clippings that a message names."""

KeysOf = Callable[[str], Sequence[str]]
"""What an address's original is known by, its own canonical form first."""


_Names = tuple[list[str], Mapping[str, list[str]]]


class Picked(NamedTuple):
    """Articles after the curator's word, and what follows from it for others."""

    articles: tuple[Article, ...]
    """In the order in which they came; without the hidden ones."""
    skipped: tuple[Skipped, ...]
    problems: tuple[Problem, ...]
    merges: tuple[frozenset[str], ...]
    """Paths of articles that are one story, two at least."""
    splits: tuple[frozenset[str], ...]
    """One path each, of an article that belongs to no story."""


def applied(
    articles: Sequence[Article],
    picks: Iterable[Pick],
    *,
    skipped: Iterable[Skipped] = (),
    withheld_urls: Mapping[str, str] = {},
    keys_of: KeysOf = lambda url: (url,),
    language_of: Callable[[str], str | None] = lambda _title: None,
) -> Picked:
    """Do to articles what picks say: first those of front matter, then those of `picks.toml`, which win.

    `skipped` are clippings that are not published for another reason: a pick of one waits, which is no fault.
    `withheld_urls` has the reasons of these by the addresses of their originals.
    `keys_of` makes addresses comparable with `Article.keys`; `language_of` tells the language of a new title.
    """
    picks = tuple(picks)
    if not picks:
        return Picked(tuple(articles), (), (), (), ())
    finder = _Finder(articles, picks, skipped, withheld_urls, keys_of)
    by_path: dict[str, Pick] = {}
    merges: list[tuple[Pick, frozenset[str]]] = []
    for pick in picks:
        meant = finder.meant(pick)
        for article in meant:
            if earlier := by_path.get(article.path):
                finder.problems += _said_twice(earlier, pick, article)
            by_path[article.path] = pick if earlier is None else _together(earlier, pick)
        others = [finder.find(pick, name, "merge") for name in pick.merge if meant]
        merged = frozenset({*(one.path for one in meant), *(other.path for other in others if other)})
        if len(merged) > 1:
            merges.append((pick, merged))
        elif meant and any(finder.is_meant(name, meant[0]) for name in pick.merge):
            finder.problems.append(_itself(pick, meant[0]))
    hidden = {path: pick for path, pick in by_path.items() if pick.hide}
    split = {path for path, pick in by_path.items() if pick.split and path not in hidden}
    kept, merge_faults = _merges(merges, split, set(hidden))
    return Picked(
        tuple(_changed(a, by_path.get(a.path), language_of) for a in articles if a.path not in hidden),
        tuple(Skipped(path=path, reason=_reason(hidden[path])) for path in sorted(hidden)),
        tuple(sorted({*finder.problems, *merge_faults})),
        kept,
        tuple(frozenset({path}) for path in sorted(split)),
    )


def _reason(pick: Pick) -> str:
    where = PICKS_FILE if pick.file == PICKS_FILE else "its front matter"
    return f"hidden by {where}" + (f": {pick.why}" if pick.why else "")


def _together(earlier: Pick, later: Pick) -> Pick:
    """Two picks of one article: of each key the later word, of lists both."""
    said = {key: value for key in _SINGLE if (value := getattr(later, key)) is not None}
    if later.hide is not None:  # its reason and its place go with it
        said |= {"why": later.why, "file": later.file}
    return msgspec.structs.replace(
        earlier,
        tags=tuple(dict.fromkeys((*earlier.tags, *later.tags))),
        merge=tuple(dict.fromkeys((*earlier.merge, *later.merge))),
        lines=later.lines,
        **said,
    )


_SINGLE = ("pin", "hide", "note", "title", "summary", "split")


def _changed(article: Article, pick: Pick | None, language_of: Callable[[str], str | None]) -> Article:
    if pick is None:
        return article
    changes: dict[str, object] = {}
    if pick.pin is not None:
        changes["pinned"] = pick.pin
    if pick.note is not None:
        changes["note"] = pick.note
    if pick.title is not None and pick.title != article.title:
        changes |= {
            "title": pick.title,
            "title_language": language_of(pick.title) or article.language,
        }
    if pick.summary is not None:
        changes["excerpt"] = pick.summary
    if pick.tags:
        tags: dict[str, str] = {}
        for tag in (*article.tags, *pick.tags):
            tags.setdefault(tag.casefold(), tag)
        changes["tags"] = tuple(tags.values())
    return msgspec.structs.replace(article, **changes)


def _merges(
    merges: Iterable[tuple[Pick, frozenset[str]]], split: set[str], hidden: set[str]
) -> tuple[tuple[frozenset[str], ...], list[Problem]]:
    """The merges without what is hidden, and without what is split, which is a contradiction."""
    kept: set[frozenset[str]] = set()
    problems = []
    for pick, paths in merges:
        for path in sorted(paths & split):
            if not pick.split:  # else reading the file has said so
                message = f"`{_shown(path)}` is merged here and split elsewhere; it is split"
                problems.append(_problem(pick, "merge", message, "take one of the two out"))
        if len(rest := paths - split - hidden) > 1:
            kept.add(rest)
    return tuple(sorted(kept, key=sorted)), problems


# --- which article is meant -----------------------------------------------------------------------


class _Finder:
    """All articles by what a pick may call them, and the problems met on the way."""

    def __init__(
        self,
        articles: Sequence[Article],
        picks: Iterable[Pick],
        skipped: Iterable[Skipped],
        withheld_urls: Mapping[str, str],
        keys_of: KeysOf,
    ) -> None:
        self.problems: list[Problem] = []
        self._articles = articles
        self._keys_of = keys_of
        self._paths = {_normal(article.path): article for article in articles}
        self._exact = {article.path: article for article in articles}
        self._waiting = {_normal(one.path): one.reason for one in skipped}
        self._withheld_urls = withheld_urls
        addresses = {name for pick in picks for name in (pick.article, *pick.merge) if is_address(name)}
        self._keys = {address: frozenset(keys_of(address)) for address in addresses}
        self._by_key = self._gathered(addresses)
        self._by_page = self._gathered_by_page(picks)
        self._suggestions = SUGGESTED
        self._known: dict[bool, _Names] = {}

    def _gathered(self, addresses: set[str]) -> Mapping[str, list[Article]]:
        """The articles whose address, or a key of it, is looked for."""
        gathered: defaultdict[str, list[Article]] = defaultdict(list)
        wanted = addresses.union(*self._keys.values())
        if wanted:
            for article in self._articles:
                for key in {article.url, *article.keys} & wanted:
                    if key is not None:
                        gathered[key].append(article)
        return gathered

    def _gathered_by_page(self, picks: Iterable[Pick]) -> Mapping[str, list[Article]]:
        """The articles that are parts of pages, by the keys of these; none where no address is hidden."""
        gathered: defaultdict[str, list[Article]] = defaultdict(list)
        if any(pick.hide and is_address(pick.article) for pick in picks):
            for article in self._articles:
                if (page := page_of(article.url)) is not None:
                    for key in {page, *self._keys_of(page)[:1]}:
                        gathered[key].append(article)
        return gathered

    def meant(self, pick: Pick) -> Sequence[Article]:
        """The articles that a pick is about: one, but all of an address if it decides about hiding alone."""
        if is_address(pick.article) and (pick.hide or (pick.hide is not None and not _says_more(pick))):
            found = self._all_at(pick.article)
            if found:
                return found
        article = self.find(pick, pick.article, "")
        return [article] if article else []

    def find(self, pick: Pick, name: str, key: str) -> Article | None:
        """The article that a pick names; a problem where there is none, or more than one."""
        if not is_address(name):
            article = self._exact.get(name) or self._paths.get(_normal(name))
            if article is None:
                self._miss(pick, name, key)
            return article
        found = self._at(name)
        if len(found) == 1:
            return found[0]
        if not found:
            self._miss(pick, name, key)
            return None
        paths = sorted(_shown(article.path) for article in found)
        listed = ", ".join(f"`{path}`" for path in paths[:_NAMED])
        more = f" or {len(paths) - _NAMED:,} more" if len(paths) > _NAMED else ""
        message = f"{len(paths):,} clippings have the address `{name[:200]}`"
        self.problems.append(_problem(pick, key, message, f"name one by its path: {listed}{more}"))
        return None

    def _at(self, address: str) -> list[Article]:
        """The articles of an address: as it is written, else as their own, else as one they are known by."""
        if exact := [a for a in self._by_key.get(address, ()) if a.url == address]:
            return exact
        own, known = self._known_by(address)
        return own or known

    def _all_at(self, address: str) -> list[Article]:
        """All articles of an address, however each of them writes it."""
        own, known = self._known_by(address)
        exact = [a for a in self._by_key.get(address, ()) if a.url == address]
        parts = [a for key in (address, *self._keys[address]) for a in self._by_page.get(key, ())]
        return list({article.path: article for article in (*exact, *own, *parts)}.values()) or known

    def _known_by(self, address: str) -> tuple[list[Article], list[Article]]:
        """The articles of which it is the own address, and all that are known by it."""
        keys = self._keys[address]
        known = {article.path: article for key in keys for article in self._by_key.get(key, ())}
        own = [a for a in known.values() if a.url is not None and keys & {*self._keys_of(a.url)[:1]}]
        return own, list(known.values())

    def is_meant(self, name: str, article: Article) -> bool:
        """Whether a name is that of the article itself."""
        if is_address(name):
            return any(other is article for other in self._at(name))
        return _normal(name) == _normal(article.path)

    def _miss(self, pick: Pick, name: str, key: str) -> None:
        reason = self._waiting_at.get(name) if is_address(name) else self._waiting.get(_normal(name))
        if reason is not None:
            message = f"`{name[:200]}` is not published, so this waits: it {reason}"
            self.problems.append(_problem(pick, key, message, "", Severity.NOTICE))
            return
        by_address = is_address(name)
        message = (
            f"no article has the address `{name[:200]}`" if by_address else f"no clipping is `{name[:200]}`"
        )
        advice = "write its path below the content folder, or the address of its original"
        if close := self._close(name, by_address=by_address):
            advice = f"did you mean `{close}`?"
        self.problems.append(_problem(pick, key, message, advice))

    @cached_property
    def _waiting_at(self) -> Mapping[str, str]:
        """Why what is at an address does not appear, by the addresses that picks have for it."""
        by_key: dict[str, str] = {}
        for url, reason in self._withheld_urls.items():
            for key in (url, *self._keys_of(url)):
                by_key.setdefault(key, reason)
        known = {
            address: next((by_key[key] for key in (address, *sorted(keys)) if key in by_key), None)
            for address, keys in self._keys.items()
        }
        return {address: reason for address, reason in known.items() if reason is not None}

    def _close(self, name: str, *, by_address: bool) -> str | None:
        """What was probably meant, looked for among names of the same file and among neighbours."""
        if self._suggestions == 0 or len(name) > _LONGEST:
            return None
        self._suggestions -= 1
        name = name if by_address else name.replace("\\", "/")
        names, by_last = self._names(by_address=by_address)
        at = bisect.bisect(names, name)
        same = by_last.get(_last(name), [])[:_NEAR]
        near = names[max(0, at - _NEAR) : at + _NEAR]
        near = [one for one in near if _folder(one) == _folder(name)] or near
        folded = [one for one in near if one.casefold() == name.casefold()]
        close = folded or difflib.get_close_matches(name, [*same, *near], 1, cutoff=_CLOSE)
        meant = close or (same if len(same) == 1 else [])
        return meant[0] if meant else None

    def _names(self, *, by_address: bool) -> _Names:
        """All paths, or all addresses, sorted; and the same by their last part."""
        if by_address not in self._known:
            known = (a.url if by_address else _shown(a.path) for a in self._articles)
            names = sorted({one for one in known if one is not None})
            by_last: defaultdict[str, list[str]] = defaultdict(list)
            for one in names:
                by_last[_last(one)].append(one)
            self._known[by_address] = names, by_last
        return self._known[by_address]


def _says_more(pick: Pick) -> bool:
    """Whether a pick says more than whether its article is hidden."""
    return bool(pick.tags or pick.merge) or any(
        getattr(pick, key) is not None for key in _SINGLE if key != "hide"
    )


def _last(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2]


def _folder(name: str) -> str:
    return name.rstrip("/").rpartition("/")[0]


def _normal(path: str) -> str:
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def _shown(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _said_twice(earlier: Pick, pick: Pick, article: Article) -> Iterator[Problem]:
    if earlier.file == pick.file == PICKS_FILE:
        line = earlier.lines.get("")
        where = f"line {line}" if line else "an earlier pick"
        message = f"speaks of `{_shown(article.path)}`, as does {where}"
        yield _problem(pick, "", message, "make them one; until then the later word counts", Severity.NOTICE)


def _itself(pick: Pick, article: Article) -> Problem:
    message = f"`{_shown(article.path)}` is merged with itself"
    return _problem(pick, "merge", message, "name the other article")


def _problem(
    pick: Pick, key: str, message: str, advice: str, severity: Severity = Severity.WARNING
) -> Problem:
    line = pick.lines.get(key or "article", pick.lines.get(""))
    return Problem(path=pick.file, line=line, message=message, advice=advice, severity=severity, kind="pick")
