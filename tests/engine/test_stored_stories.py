"""Stories that are kept from build to build are those found from scratch."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from generator.cache.store import Cache
from generator.cache.versions import hashed
from generator.config.site import Config, SourceConfig
from generator.engine import stored_stories
from generator.grouping import digest_of
from generator.grouping.copies import Copies
from generator.grouping.sources import configured_aggregators
from generator.grouping.stories import Stories, stories_of
from generator.model.types import TextPolicy
from grouping.test_aggregators import MIRRORS, OWN, SCATTERED
from grouping.test_copies import POOL
from grouping.test_stories import REPORTS

OUTPUT = Path("public")
EVERYTHING = [*REPORTS, *POOL[:8]]


def digest(articles):
    made = digest_of(list(articles), {}, TextPolicy.FULL)[0]
    return msgspec.structs.replace(made, copies=Copies(made.articles).updated())


def marks(made):
    return {one.id: hashed(repr(one).encode()) for one in made.articles}


def told(cache, made):
    return stored_stories.stories_of(cache, OUTPUT, Config(), made, marks(made)).updated()


@pytest.fixture
def searched(monkeypatch):
    """How often stories were searched for."""
    begun = []
    search = Stories._search
    monkeypatch.setattr(Stories, "_search", lambda self: begun.append(1) or search(self))
    return begun


@pytest.mark.parametrize("change", ["nothing", "an article", "other copies", "noise", "another's groups"])
def test_stories_are_restored_for_the_same_articles_and_copies_only(tmp_path, searched, change):
    first = digest(EVERYTHING)
    with Cache.of(tmp_path, b"rules") as cache:
        stories = stored_stories.stories_of(cache, OUTPUT, Config(), first, marks(first))
        expected = stories.updated()
        assert expected
        stored_stories.keep(cache, OUTPUT, stories, first, marks(first))
        second = first
        if change == "an article":
            second = digest(EVERYTHING[1:])
        if change == "other copies":
            second = msgspec.structs.replace(first, copies=first.copies[1:])
        if change == "noise":
            cache.keep_note("stories public", b"noise")
        if change == "another's groups":
            for groups in ([[0, len(EVERYTHING)]], [[0]], [[0, 1], [1, 2]]):
                key = stored_stories._key(first, marks(first))
                cache.keep_note(
                    "stories public", msgspec.msgpack.encode(stored_stories.Kept(key, groups, {}, []))
                )
                assert told(cache, first) == expected
        searched.clear()
        assert told(cache, second) == stories_of(second.articles, second.copies)
        assert len(searched) == (1 if change == "nothing" else 2)


@pytest.mark.parametrize("said", [None, True, False])
@pytest.mark.parametrize("is_same", [True, False])
def test_restored_aggregators_are_those_counted_anew_also_after_changes(tmp_path, said, is_same):
    articles = [*OWN, *SCATTERED, *MIRRORS]
    config = Config(sources={} if said is None else {"Many": SourceConfig(aggregator=said)})
    made = digest(articles)
    with Cache.of(tmp_path, b"rules") as cache:
        before = stored_stories.stories_of(cache, OUTPUT, config if is_same else Config(), made, marks(made))
        stored_stories.keep(cache, OUTPUT, before, made, marks(made))
        restored = stored_stories.stories_of(cache, OUTPUT, config, made, marks(made))
    configured = configured_aggregators(config)
    assert restored.aggregators.names == Stories(articles, made.copies, configured).aggregators.names
    restored.change([SCATTERED[0], MIRRORS[1]], [], (), ())
    left = [one for one in articles if one not in (SCATTERED[0], MIRRORS[1])]
    assert restored.aggregators.names == Stories(left, made.copies, configured).aggregators.names
    restored.change([], [SCATTERED[0]], (), ())
    assert restored.aggregators.names == Stories([*left, SCATTERED[0]], (), configured).aggregators.names
