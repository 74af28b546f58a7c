"""The health of sources: what was saved, who fell silent, who repeats whom."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.grouping import digest_of
from generator.grouping.health import healths_of
from generator.model.types import Article, CopyGroup, Digest, TextPolicy, Verdict

DAY = dt.date(2024, 7, 3)


def article(number: int, source: str = "A", date: dt.date = DAY, verdict: Verdict = Verdict.FULL) -> Article:
    return Article(
        id=f"{number:012}", path=f"{number}.md", title=f"Title {number}", language="en", title_language="en",
        url=None, source=source, date=date, verdict=verdict,
    )  # fmt: skip


def digest(*articles: Article, copies: tuple[CopyGroup, ...] = ()) -> Digest:
    made, _, _ = digest_of(articles, {}, TextPolicy.FULL)
    return msgspec.structs.replace(made, copies=copies)


def before(days: int) -> dt.date:
    return DAY - dt.timedelta(days)


def test_months_count_what_was_saved():
    made = digest(
        article(1),
        article(2, verdict=Verdict.LINK),
        article(3, date=dt.date(2024, 5, 31), verdict=Verdict.CUT),
        article(4, "B", dt.date(2024, 6, 1)),
    )
    health = healths_of(made)["A"]
    months = [(month.first.month, month.full, month.cut, month.link, month.count) for month in health.months]
    assert months == [(5, 0, 1, 0, 1), (7, 1, 0, 1, 2)]
    assert (health.full, health.cut, health.link, health.count) == (1, 1, 1, 3)
    assert (health.first, health.last) == (dt.date(2024, 5, 31), DAY)


@pytest.mark.parametrize(
    ("days", "silent"),
    [
        ((30,) * 5, False),
        ((31,) * 5, True),
        ((90, 85, 80, 75, 70), True),
        ((40, 60, 80, 100, 120), False),
        ((61, 81, 101, 121, 141), True),
        ((300,) * 4, False),
    ],
)
def test_a_source_of_five_is_silent_when_it_misses_three_of_its_usual_pauses_and_a_month(days, silent):
    quiet = (article(n, "Quiet", before(back)) for n, back in enumerate(days))
    health = healths_of(digest(article(99), *quiet))["Quiet"]
    assert (health.silent_days, health.is_silent) == (min(days), silent)


def test_silence_counts_to_the_newest_edition_not_to_today():
    assert healths_of(digest(article(1, date=dt.date(1999, 1, 1))))["A"].silent_days == 0


def test_leading_and_following_are_told_apart():
    one, two, three, own, again = article(1, "A"), article(2, "B"), article(3, "B"), article(4), article(5)
    copies = (CopyGroup(id=one.id, articles=(one, two, three)), CopyGroup(id=own.id, articles=(own, again)))
    healths = healths_of(digest(one, two, three, own, again, copies=copies))
    assert [(healths[name].leads, healths[name].follows) for name in "AB"] == [(1, 0), (0, 2)]


def test_no_articles_no_health():
    assert healths_of(digest()) == {}


@given(st.permutations(range(12)))
def test_order_does_not_matter(order):
    articles = [article(n, "AB"[n % 2], before(n * 20), list(Verdict)[n % 3]) for n in range(12)]
    assert healths_of(digest(*(articles[n] for n in order))) == healths_of(digest(*articles))
