"""Apply the curator's picks of single articles, which take precedence over every rule."""

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
from generator.model.errors import Problem, Severity, escaped
from generator.model.types import Article, Skipped

SUGGESTED = 20
"""Maximum number of suggestions for picks without a match, because searching for one takes time."""
_NEIGHBOURS = 200
"""Number of sorted names before and after a mistyped one that are searched for the intended one."""
_MIN_SIMILARITY = 0.8
"""Minimum similarity, at most 1, of a mistyped name and the intended one."""
_MAX_LENGTH = 300
"""Maximum number of characters of a name for which a similar one is searched."""
_MAX_LISTED = 3
"""Maximum number of clippings that are listed in a message."""

LanguageOf = Callable[[str], str | None]
"""Returns the language of a title."""

_Names = tuple[list[str], Mapping[str, list[str]]]


class Choices(NamedTuple):
    """The combined effect of all picks on single articles and on stories."""

    by_path: Mapping[str, Pick]
    """Path of an article → all picks of it, combined into one."""
    problems: tuple[Problem, ...] = ()
    merges: tuple[frozenset[str], ...] = ()
    """Sets of at least two paths of articles that form one story."""
    splits: tuple[frozenset[str], ...] = ()
    """Sets of one path, each of an article that belongs to no story."""

    @property
    def skipped(self) -> list[Skipped]:
        """The hidden articles, sorted by path."""
        hidden = {path: pick for path, pick in self.by_path.items() if pick.hide}
        return [Skipped(path=escaped(path), reason=_reason(hidden[path])) for path in sorted(hidden)]

    def applied_to(self, article: Article, language_of: LanguageOf) -> Article | None:
        """Return an article with its pick applied; None if it is hidden."""
        pick = self.by_path.get(article.path)
        if pick is None:
            return article
        return None if pick.hide else _changed(article, pick, language_of)


def choices_of(
    picks: Iterable[Pick],
    names: ArticleNames,
    waiting: Mapping[str, str],
    withheld_urls: Mapping[str, str],
) -> Choices:
    """Find the articles that picks name, and combine the picks.

    Picks of front matter come first in `picks`, and those of `picks.toml` take precedence. `waiting`:
    path → reason why a clipping is not published. A pick of such a clipping waits for it, which is not a
    fault. `withheld_urls` has the same for addresses of originals.
    """
    finder = _Finder(names, waiting, withheld_urls)
    by_path: dict[str, Pick] = {}
    merges: list[tuple[Pick, frozenset[str]]] = []
    for pick in _placed(picks):
        meant = finder.meant(pick)
        for article in meant:
            if earlier := by_path.get(article.path):
                finder.problems += _duplicate_pick(earlier, pick, article)
            by_path[article.path] = pick if earlier is None else _combined(earlier, pick)
        others = [finder.find(pick, name, "merge") for name in pick.merge if meant]
        merged = frozenset({*(one.path for one in meant), *(other.path for other in others if other)})
        if len(merged) > 1:
            merges.append((pick, merged))
        elif meant and any(finder.is_meant(name, meant[0]) for name in pick.merge):
            finder.problems.append(_self_merge(pick, meant[0]))
    hidden = {path for path, pick in by_path.items() if pick.hide}
    split = {path for path, pick in by_path.items() if pick.split and path not in hidden}
    kept, merge_faults = _merges(merges, split, hidden)
    return Choices(
        by_path,
        tuple(sorted({*finder.problems, *merge_faults})),
        kept,
        tuple(frozenset({path}) for path in sorted(split)),
    )


def _placed(picks: Iterable[Pick]) -> Iterator[Pick]:
    """Yield picks, those of `picks.toml` that pin with their place among these."""
    count = 0
    for pick in picks:
        if pick.pin and pick.file == PICKS_FILE:
            count += 1
            yield msgspec.structs.replace(pick, place=count)
        else:
            yield pick


def _reason(pick: Pick) -> str:
    where = PICKS_FILE if pick.file == PICKS_FILE else "its front matter"
    return f"hidden by {where}" + (f": {pick.why}" if pick.why else "")


def _combined(earlier: Pick, later: Pick) -> Pick:
    """Combine two picks of one article. The later value of each key counts; lists are joined."""
    later_values = {key: value for key in _SCALAR_KEYS if (value := getattr(later, key)) is not None}
    if later.hide is not None:  # its reason and location belong to it
        later_values |= {"why": later.why, "file": later.file}
    return msgspec.structs.replace(
        earlier,
        tags=tuple(dict.fromkeys((*earlier.tags, *later.tags))),
        merge=tuple(dict.fromkeys((*earlier.merge, *later.merge))),
        lines=later.lines,
        place=later.place or earlier.place,
        **later_values,
    )


_SCALAR_KEYS = ("pin", "hide", "note", "title", "summary", "split")


def _changed(article: Article, pick: Pick | None, language_of: LanguageOf) -> Article:
    if pick is None:
        return article
    changes: dict[str, object] = {}
    if pick.pin is not None:
        changes |= {"pinned": pick.pin, "place": pick.place if pick.pin else 0}
    if pick.note is not None:
        changes |= {"note": pick.note, "note_language": language_of(pick.note) or ""}
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
    """Return the merges without hidden and split articles, and problems for those merged and split."""
    kept: set[frozenset[str]] = set()
    problems = []
    for pick, paths in merges:
        for path in sorted(paths & split):
            if not pick.split:  # otherwise, reading the file has reported it
                message = f"`{escaped(path)}` is merged here and split elsewhere; it is split"
                problems.append(_problem(pick, "merge", message, "take one of the two out"))
        if len(rest := paths - split - hidden) > 1:
            kept.add(rest)
    return tuple(sorted(kept, key=sorted)), problems


# --- which article is meant -----------------------------------------------------------------------


class _Finder:
    """Finds the articles that picks name, and collects problems."""

    def __init__(
        self, names: ArticleNames, waiting: Mapping[str, str], withheld_urls: Mapping[str, str]
    ) -> None:
        self.problems: list[Problem] = []
        self._names_of = names
        self._waiting_paths = waiting
        self._withheld_urls = withheld_urls
        self._suggestions_left = SUGGESTED
        self._known: dict[bool, _Names] = {}

    def _keys(self, address: str) -> frozenset[str]:
        return frozenset(self._names_of.keys_of(address))

    def meant(self, pick: Pick) -> Sequence[Article]:
        """Return the articles of a pick: one, or all with its address if it hides or only sets `hide`."""
        if is_address(pick.article) and (pick.hide or (pick.hide is not None and not _sets_more(pick))):
            found = self._all_at(pick.article)
            if found:
                return found
        article = self.find(pick, pick.article, "")
        return [article] if article else []

    def find(self, pick: Pick, name: str, key: str) -> Article | None:
        """Return the article that a pick names. Adds a problem if there is none, or more than one."""
        if not is_address(name):
            article = self._names_of.at_path(name)
            if article is None:
                self._report_missing(pick, name, key)
            return article
        found = self._at(name)
        if len(found) == 1:
            return found[0]
        if not found:
            self._report_missing(pick, name, key)
            return None
        paths = sorted(escaped(article.path) for article in found)
        listed = ", ".join(f"`{path}`" for path in paths[:_MAX_LISTED])
        more = f" or {len(paths) - _MAX_LISTED:,} more" if len(paths) > _MAX_LISTED else ""
        message = f"{len(paths):,} clippings have the address `{name[:200]}`"
        self.problems.append(_problem(pick, key, message, f"name one by its path: {listed}{more}"))
        return None

    def _at(self, address: str) -> list[Article]:
        """Return articles with exactly this address, else with an equivalent one, else with a key of it."""
        if exact := [a for a in self._names_of.at_key(address) if a.url == address]:
            return exact
        own, known = self._known_by(address)
        return own or known

    def _all_at(self, address: str) -> list[Article]:
        """Return all articles with an address, in any spelling."""
        own, known = self._known_by(address)
        exact = [a for a in self._names_of.at_key(address) if a.url == address]
        parts = [a for key in (address, *self._keys(address)) for a in self._names_of.on_page(key)]
        return list({article.path: article for article in (*exact, *own, *parts)}.values()) or known

    def _known_by(self, address: str) -> tuple[list[Article], list[Article]]:
        """Return the articles whose own address it is, and all articles with a key of it."""
        keys = self._keys(address)
        known = {article.path: article for key in keys for article in self._names_of.at_key(key)}
        own = [a for a in known.values() if a.url is not None and keys & {*self._names_of.keys_of(a.url)[:1]}]
        return own, list(known.values())

    def is_meant(self, name: str, article: Article) -> bool:
        """Return whether a name is the article's own."""
        if is_address(name):
            return any(other is article for other in self._at(name))
        return composed_form(name) == composed_form(article.path)

    def _report_missing(self, pick: Pick, name: str, key: str) -> None:
        reason = self._waiting_reason(name) if is_address(name) else self._waiting.get(composed_form(name))
        if reason is not None:
            message = f"`{name[:200]}` is not published, so this waits: it {reason}"
            self.problems.append(_problem(pick, key, message, "", Severity.NOTICE))
            return
        by_address = is_address(name)
        message = (
            f"no article has the address `{name[:200]}`" if by_address else f"no clipping is `{name[:200]}`"
        )
        advice = "write its path below the content folder, or the address of its original"
        if close := self._suggestion(name, by_address=by_address):
            advice = f"did you mean `{close}`?"
        self.problems.append(_problem(pick, key, message, advice))

    @cached_property
    def _waiting(self) -> Mapping[str, str]:
        """Path in NFC → why its clipping is not published."""
        return {composed_form(path): reason for path, reason in self._waiting_paths.items()}

    @cached_property
    def _waiting_keys(self) -> Mapping[str, str]:
        """Address, or a key of it → why its clipping is not published."""
        by_key: dict[str, str] = {}
        for url, reason in self._withheld_urls.items():
            for key in (url, *self._names_of.keys_of(url)):
                by_key.setdefault(key, reason)
        return by_key

    def _waiting_reason(self, address: str) -> str | None:
        """Return why the clipping with an address is not published; None if there is no such clipping."""
        keys = (address, *sorted(self._keys(address)))
        return next((self._waiting_keys[key] for key in keys if key in self._waiting_keys), None)

    def _suggestion(self, name: str, *, by_address: bool) -> str | None:
        """Return the name that was probably meant, from those with the same last part and from neighbours."""
        if self._suggestions_left == 0 or len(name) > _MAX_LENGTH:
            return None
        self._suggestions_left -= 1
        name = name if by_address else name.replace("\\", "/")
        names, by_last = self._names(by_address=by_address)
        at = bisect.bisect(names, name)
        same = by_last.get(_last(name), [])[:_NEIGHBOURS]
        near = names[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS]
        near = [one for one in near if _folder(one) == _folder(name)] or near
        folded = [one for one in near if one.casefold() == name.casefold()]
        close = folded or difflib.get_close_matches(name, [*same, *near], 1, cutoff=_MIN_SIMILARITY)
        meant = close or (same if len(same) == 1 else [])
        return meant[0] if meant else None

    def _names(self, *, by_address: bool) -> _Names:
        """Return all paths, or all addresses, sorted; and last part → the names with it."""
        if by_address not in self._known:
            known = (a.url if by_address else escaped(a.path) for a in self._names_of.articles.values())
            names = sorted({one for one in known if one is not None})
            by_last: defaultdict[str, list[str]] = defaultdict(list)
            for one in names:
                by_last[_last(one)].append(one)
            self._known[by_address] = names, by_last
        return self._known[by_address]


def _sets_more(pick: Pick) -> bool:
    """Return whether a pick sets more than `hide`."""
    return bool(pick.tags or pick.merge) or any(
        getattr(pick, key) is not None for key in _SCALAR_KEYS if key != "hide"
    )


def _last(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2]


def _folder(name: str) -> str:
    return name.rstrip("/").rpartition("/")[0]


def _duplicate_pick(earlier: Pick, pick: Pick, article: Article) -> Iterator[Problem]:
    if earlier.file == pick.file == PICKS_FILE:
        line = earlier.lines.get("")
        where = f"line {line}" if line else "an earlier pick"
        message = f"names `{escaped(article.path)}`, as does {where}"
        advice = "combine them, or the later value of each key counts"
        yield _problem(pick, "", message, advice, Severity.NOTICE)


def _self_merge(pick: Pick, article: Article) -> Problem:
    message = f"`{escaped(article.path)}` is merged with itself"
    return _problem(pick, "merge", message, "name the other article")


def _problem(
    pick: Pick, key: str, message: str, advice: str, severity: Severity = Severity.WARNING
) -> Problem:
    line = pick.lines.get(key or "article", pick.lines.get(""))
    return Problem(path=pick.file, line=line, message=message, advice=advice, severity=severity, kind="pick")
