"""The curator's word on single articles; it wins over every rule."""

from __future__ import annotations

import bisect
import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import msgspec

from generator.config.picks import Pick, is_address
from generator.config.site import PICKS_FILE
from generator.grouping.article_names import ArticleNames, composed_form
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

LanguageOf = Callable[[str], str | None]
"""Tells the language of a title."""

_Names = tuple[list[str], Mapping[str, list[str]]]


class Choices(NamedTuple):
    """What all picks together say of single articles and of stories."""

    by_path: Mapping[str, Pick]
    """Path of an article → the picks that name it, as one."""
    problems: tuple[Problem, ...] = ()
    merges: tuple[frozenset[str], ...] = ()
    """Paths of articles that are one story, two at least."""
    splits: tuple[frozenset[str], ...] = ()
    """One path each, of an article that belongs to no story."""

    @property
    def skipped(self) -> list[Skipped]:
        """The hidden articles, by path."""
        hidden = {path: pick for path, pick in self.by_path.items() if pick.hide}
        return [Skipped(path=_shown(path), reason=_reason(hidden[path])) for path in sorted(hidden)]

    def applied_to(self, article: Article, language_of: LanguageOf) -> Article | None:
        """Return an article with what its pick says of it; None if it is hidden."""
        pick = self.by_path.get(article.path)
        if pick is None:
            return article
        return None if pick.hide else _changed(article, pick, language_of)


def choices_of(
    picks: Iterable[Pick],
    names: ArticleNames,
    waiting: Callable[[], Mapping[str, str]] = dict,
    withheld_urls: Callable[[], Mapping[str, str]] = dict,
) -> Choices:
    """Find the articles that picks name. Those of front matter come first, those of `picks.toml` win.

    `waiting` returns path → why a clipping is not published for another reason: a pick of one waits, which is
    no fault. `withheld_urls` returns the same for the addresses of originals.
    """
    finder = _Finder(names, waiting, withheld_urls)
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
    hidden = {path for path, pick in by_path.items() if pick.hide}
    split = {path for path, pick in by_path.items() if pick.split and path not in hidden}
    kept, merge_faults = _merges(merges, split, hidden)
    return Choices(
        by_path,
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


def _changed(article: Article, pick: Pick | None, language_of: LanguageOf) -> Article:
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
    """Finds the articles that picks name, and notes the problems met on the way."""

    def __init__(
        self,
        names: ArticleNames,
        waiting: Callable[[], Mapping[str, str]],
        withheld_urls: Callable[[], Mapping[str, str]],
    ) -> None:
        self.problems: list[Problem] = []
        self._names_of = names
        self._waiting_paths = waiting
        self._withheld_urls = withheld_urls
        self._suggestions = SUGGESTED
        self._known: dict[bool, _Names] = {}

    def _keys(self, address: str) -> frozenset[str]:
        return frozenset(self._names_of.keys_of(address))

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
            article = self._names_of.at_path(name)
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
        if exact := [a for a in self._names_of.at_key(address) if a.url == address]:
            return exact
        own, known = self._known_by(address)
        return own or known

    def _all_at(self, address: str) -> list[Article]:
        """All articles of an address, however each of them writes it."""
        own, known = self._known_by(address)
        exact = [a for a in self._names_of.at_key(address) if a.url == address]
        parts = [a for key in (address, *self._keys(address)) for a in self._names_of.on_page(key)]
        return list({article.path: article for article in (*exact, *own, *parts)}.values()) or known

    def _known_by(self, address: str) -> tuple[list[Article], list[Article]]:
        """The articles of which it is the own address, and all that are known by it."""
        keys = self._keys(address)
        known = {article.path: article for key in keys for article in self._names_of.at_key(key)}
        own = [a for a in known.values() if a.url is not None and keys & {*self._names_of.keys_of(a.url)[:1]}]
        return own, list(known.values())

    def is_meant(self, name: str, article: Article) -> bool:
        """Whether a name is that of the article itself."""
        if is_address(name):
            return any(other is article for other in self._at(name))
        return composed_form(name) == composed_form(article.path)

    def _miss(self, pick: Pick, name: str, key: str) -> None:
        reason = self._waits_at(name) if is_address(name) else self._waiting.get(composed_form(name))
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
    def _waiting(self) -> Mapping[str, str]:
        """Path in NFC → why its clipping is not published."""
        return {composed_form(path): reason for path, reason in self._waiting_paths().items()}

    @cached_property
    def _waiting_keys(self) -> Mapping[str, str]:
        """Address, or a key of it → why its clipping is not published."""
        by_key: dict[str, str] = {}
        for url, reason in self._withheld_urls().items():
            for key in (url, *self._names_of.keys_of(url)):
                by_key.setdefault(key, reason)
        return by_key

    def _waits_at(self, address: str) -> str | None:
        """Return why what is at an address does not appear; None if nothing is there."""
        keys = (address, *sorted(self._keys(address)))
        return next((self._waiting_keys[key] for key in keys if key in self._waiting_keys), None)

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
            known = (a.url if by_address else _shown(a.path) for a in self._names_of.articles.values())
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
