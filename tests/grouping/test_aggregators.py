import datetime as dt

import pytest

from generator.grouping.aggregators import FEWEST, Aggregators, KnownAggregators
from generator.grouping.stories import Stories
from generator.model.types import Article, CopyGroup, Source, Verdict

DAY = dt.date(2024, 7, 3)


def article(number, source, key, *others):
    return Article(
        id=f"{source}{number}",
        path=f"{source}{number}.md",
        title=f"Title {number}",
        language="en",
        title_language="en",
        url=f"https://{key}",
        source=source,
        date=DAY,
        verdict=Verdict.FULL,
        keys=(key, *others),
    )


def found(articles, copies=(), configured=None):
    counted = Aggregators(configured)
    counted.change((), articles, (), copies)
    return counted.names


OWN = [article(n, "Own", f"own.example/{n}") for n in range(FEWEST)]
SCATTERED = [article(n, "Many", f"host{n}.example/x") for n in range(FEWEST)]
MIRRORS = [article(n, "Mirror", f"mirror.example/{n}", f"other{n}.example/x") for n in range(FEWEST)]
PROJECTS = [article(n, "Stars", f"github.com/owner{n}/x") for n in range(FEWEST)]


def test_an_aggregator_has_no_home_or_names_originals():
    assert found([*OWN, *SCATTERED, *MIRRORS, *PROJECTS]) == {"Many", "Mirror", "Stars"}
    assert found(SCATTERED[1:]) == set()


def test_half_of_an_aggregators_articles_are_copies():
    own = [article(n, "Copier", f"copier.example/{n}") for n in range(FEWEST)]
    copies = [CopyGroup(id=lead.id, articles=(lead, copy)) for lead, copy in zip(OWN, own, strict=True)]
    assert found([*OWN, *own], copies[: FEWEST // 2]) == {"Copier"}
    assert found([*OWN, *own], copies[: FEWEST // 2 - 1]) == set()


@pytest.mark.parametrize("said", [True, False])
def test_the_curator_decides(said):
    configured = {"Own": said, "Many": said}
    assert found([*OWN, *SCATTERED], configured=configured) == ({"Own", "Many"} if said else set())


def test_what_changes_is_the_same_as_counted_anew():
    stories = Stories([*OWN, *SCATTERED])
    assert stories.aggregators.change(SCATTERED[:1], (), (), ()) == {"Many"}
    assert stories.aggregators.names == found([*OWN, *SCATTERED[1:]])
    assert stories.aggregators.change((), SCATTERED[:1], (), ()) == {"Many"}


@pytest.mark.parametrize("prepared", [0, 1, 9])
def test_those_that_were_known_are_counted_once_whenever_that_is_done(prepared):
    sources = {
        own[0].source: Source(name=own[0].source, slug=own[0].source.lower(), articles=tuple(own))
        for own in (OWN, SCATTERED)
    }
    counted = Aggregators(None, KnownAggregators({"Many"}, sources, ()))
    assert [counted.prepare() for _ in range(prepared)] == [n < len(sources) for n in range(prepared)]
    assert counted.change(SCATTERED[:1], (), (), ()) == {"Many"}
    assert counted.change((), SCATTERED[:1], (), ()) == {"Many"}
