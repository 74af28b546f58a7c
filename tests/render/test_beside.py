"""What an article's page leads to, and which pages may lead to an article."""

import datetime as dt

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from generator.config.tags import TagRules
from generator.grouping import digest_of
from generator.grouping.tags import tags_of
from generator.model.types import Article, CopyGroup, TextPolicy, Verdict
from generator.render.beside import MORE, articles_beside, beside
from generator.render.plan import Plan, plan

DAY = dt.date(2024, 7, 3)


def article(number: int, source: str = "A", day: int = 0, *, is_link: bool = False, tag: str = "") -> Article:
    return Article(
        id=f"{number:012}",
        path=f"{number:05}.md",
        title=f"No. {number}",  # titles of one form would make a busy source an activity feed
        language="en",
        title_language="en",
        url=f"https://origin.example/{number}",
        source=source,
        date=DAY + dt.timedelta(day),
        verdict=Verdict.LINK if is_link else Verdict.FULL,
        tags=(tag,) if tag else (),
    )


def planned(*articles: Article, copies: tuple[CopyGroup, ...] = ()) -> Plan:
    digest, _, _ = digest_of(list(articles), {}, TextPolicy.FULL)
    return plan(msgspec.structs.replace(digest, copies=copies, tags=tags_of(digest.articles, TagRules())))


def numbers(plan_: Plan, one: Article) -> tuple[int | None, int | None, list[int]]:
    previous, following, more, *_ = beside(plan_, one)
    return previous and int(previous.id), following and int(following.id), [int(other.id) for other in more]


def test_neighbours_are_those_of_the_day_that_have_pages():
    articles = [article(1), article(2, is_link=True), article(3, "B"), article(4, "B", -1)]
    plan_ = planned(*articles)
    assert numbers(plan_, articles[0]) == (None, 3, [])
    assert numbers(plan_, articles[2]) == (1, None, [4])
    assert numbers(plan_, articles[3]) == (None, None, [])


def test_more_of_a_source_is_older_and_named_once():
    own = [article(n, day=-n) for n in range(8)]
    assert numbers(planned(*own), own[2]) == (None, None, [3, 4, 5])
    assert numbers(planned(*own), own[7]) == (None, None, [])
    same_day = [article(n) for n in range(5)]
    assert numbers(planned(*same_day), same_day[1]) == (0, 2, [3, 4])


def test_more_of_a_tag_is_older_and_of_other_sources():
    own = [article(n, "AB"[n % 2], -n, tag="wood") for n in range(9)]
    found = beside(planned(*own), own[1])
    assert (found.tag.name, [int(one.id) for one in found.tagged]) == ("wood", [2, 4, 6])
    alone = [article(n, "A", -n, tag="wood") for n in range(3)]
    assert beside(planned(*alone), alone[0])[3:5] == (None, ())
    mixed = [article(0, "A", tag="metal/lead"), article(1, "B", -1, tag="metal")]
    assert beside(planned(*mixed), mixed[0]).tag is None


def test_copies_are_not_more_of_a_source():
    own = [article(n, day=-n) for n in range(4)]
    copies = CopyGroup(id=own[0].id, articles=(own[0], own[2]))
    assert numbers(planned(*own, copies=(copies,)), own[0]) == (None, None, [1, 3])


TAGS = st.sampled_from(["", "metal", "metal/lead", "wood"])
written = st.lists(
    st.tuples(st.sampled_from("AB"), st.integers(-2, 0), st.booleans(), TAGS), min_size=1, max_size=40
)


def articles_of(rows: list[tuple[str, int, bool, str]]) -> list[Article]:
    return [article(number, *row[:2], is_link=row[2], tag=row[3]) for number, row in enumerate(rows)]


def all_beside(plan_: Plan) -> dict[str, object]:
    """Return what the pages of articles say of others."""
    found = {one.id: beside(plan_, one) for one in plan_.digest.articles if plan_.has_page(one)}
    return {id_: one._replace(tag=one.tag and one.tag.name) for id_, one in found.items()}


@given(
    written, st.tuples(st.sampled_from("ABC"), st.integers(-2, 0), st.booleans(), TAGS), st.integers(0, 39)
)
def test_pages_that_lead_elsewhere_after_a_change_are_named(rows, new, number):
    articles = articles_of(rows)
    changed = articles[number % len(articles)]
    other = article(int(changed.id), *new[:2], is_link=new[2], tag=new[3])
    before, after = planned(*articles), planned(*(other if one is changed else one for one in articles))
    named = {one.id for one in articles_beside(before, [changed])}
    named |= {one.id for one in articles_beside(after, [changed, other])}
    old = all_beside(before)
    assert {id_ for id_, now in all_beside(after).items() if old.get(id_) != now} <= named | {other.id}


@given(written, st.sampled_from("ABC"), TAGS)
def test_an_article_of_a_newer_day_changes_no_page(rows, source, tag):
    articles = articles_of(rows)
    newer = planned(*articles, article(99, source, 1, tag=tag))
    assert all_beside(planned(*articles)) == {
        id_: found for id_, found in all_beside(newer).items() if id_ != f"{99:012}"
    }


def test_a_page_leads_to_no_more_than_a_few():
    own = [article(n) for n in range(50)]
    assert all(len(beside(planned(*own), one).more) <= MORE for one in own[:3])
