"""Applies the curator's picks to a site in memory."""

from __future__ import annotations

from collections.abc import Sequence

from generator.config import picks as picks_file
from generator.config.picks import Pick
from generator.config.site import PICKS_FILE
from generator.engine.impact import named_by, names_of
from generator.engine.readings import Readings, gathered, reasons_by_url, withheld
from generator.engine.records import Records
from generator.engine.state import SiteState
from generator.grouping.article_names import ArticleNames, composed_form
from generator.grouping.picks import Choices, choices_of
from generator.model.errors import Problem, shown
from generator.model.types import Article
from generator.reading.canonical import keys_of


def choose(state: SiteState, read: Records, *, has_other_picks: bool) -> Records | None:
    """Apply the picks again if these records or other picks may change what they say.

    Returns the records of further articles of which the picks say something else; None if it is not
    known which articles there are. Raises `ConfigError` if `picks.toml` cannot be read.
    """
    index = state.index
    if not (has_other_picks or _are_named(state, read)):
        return {}
    own = {pick.file: pick for pick in index.picks if pick.file != PICKS_FILE and pick.file not in read}
    few = gathered(state.site.config, state.options, read.items())
    own |= {pick.file: pick for pick in few.picks}
    curated: Sequence[Pick] = [pick for pick in index.picks if pick.file == PICKS_FILE]
    old = [one for one in index.problems if one.path == PICKS_FILE] if has_other_picks else []
    faults: Sequence[Problem] = ()
    if has_other_picks:
        curated, faults = picks_file.load(state.site)
    picks = (*sorted(own.values(), key=lambda pick: pick.article), *curated)
    before, choices = index.choices, _choices_of(state, picks, few, read)
    if choices is None:
        return None
    state.replace_problems((*old, *before.problems), (*faults, *choices.problems))
    index.picks, index.choices = picks, choices
    state.picked = named_by(picks)
    changed = {
        path
        for path in before.by_path.keys() | choices.by_path.keys()
        if before.by_path.get(path) != choices.by_path.get(path)
    }
    return state.records_of(changed - read.keys())


def _choices_of(state: SiteState, picks: Sequence[Pick], few: Readings, read: Records) -> Choices | None:
    """Find what picks say. `few` are the readings of the changed clippings in `read`.

    Returns None if a state without records does not know it.
    """
    if state.records is not None:
        names = state.names
    elif state.index.impact.contested:
        return None  # a pick may name an article that is left out for its id
    else:
        names = ArticleNames(_known(state, few, read), keys_of, picks)

    others = {*map(shown, read)} | {one.path for one in state.documents.found.skipped}
    skipped = (*(one for one in state.index.skipped if one.path not in others), *few.skipped)
    urls = {path: one for path, one in state.index.facts.withheld_urls.items() if path not in read}
    urls |= few.facts.withheld_urls
    return choices_of(picks, names, {one.path: one.reason for one in skipped}, reasons_by_url(urls))


def _known(state: SiteState, few: Readings, read: Records) -> list[Article]:
    """Return the articles that picks may name, for a state without records."""
    hidden = {path for path, pick in state.index.choices.by_path.items() if pick.hide} - read.keys()
    of_hidden = gathered(state.site.config, state.options, state.records_of(hidden).items()).articles
    published = (article for path, article in state.shown.items() if path not in read)
    return [*published, *of_hidden, *few.articles]


def _are_named(state: SiteState, read: Records) -> bool:
    """Return whether picks name changed clippings, or may name them now."""
    index = state.index
    if index.impact.contested and index.picks:
        return bool(read)  # a pick may name an article that is left out for its id
    for path, (record, _) in read.items():
        old, new = state.shown.get(path), record.reading.article
        is_published = withheld(state.site.config, state.options, record)[0] is None
        if index.choices.problems and not (old and new and is_published and _names(old) == _names(new)):
            return True  # a name that fits nothing may fit, or resemble, this one, or it no longer does
        if record.reading.pick or path in index.choices.by_path or composed_form(path) in state.picked:
            return True
        if any(one and not state.picked.isdisjoint(names_of(one)) for one in (old, new)):
            return True
    return False


def _names(article: Article) -> tuple[object, ...]:
    """Return what a pick may call an article, besides its path."""
    return (article.url, *article.keys)
