"""Views of pages: a heavy day stays light, and nothing of it is lost."""

import datetime as dt

import pytest
from markupsafe import Markup

from generator import addresses
from generator.build import HTML_LIMIT
from generator.grouping import digest_of
from generator.grouping.health import healths_of
from generator.model import Article, TextPolicy, Verdict
from generator.render import views
from generator.render.compose import composer
from generator.render.lists import direction
from generator.render.pages import pages_of, plan
from generator.render.templates import speech
from writing import build_site, write_clipping, write_config

DAY = dt.date(2024, 7, 3)


def article(number: int, source: str = "A", date: dt.date = DAY, **fields: object) -> Article:
    given = {
        "id": f"{number:012}",
        "path": f"{number:05}.md",
        "title": f"Title {number}",
        "language": "en",
        "title_language": "en",
        "url": f"https://origin.example/{number}",
        "source": source,
        "date": date,
        "verdict": Verdict.FULL,
        "excerpt": "Some words to begin with.",
        "minutes": 1,
    }
    return Article(**(given | fields))


def composed(articles: list[Article], text: TextPolicy = TextPolicy.FULL) -> dict[str, list[views.View]]:
    """The views of every page, from the fullest to the leanest, by address."""
    digest, _, _ = digest_of(articles, {}, text)
    plan_ = plan(digest)
    views_of = composer(plan_, speech(None, "en"), healths_of(digest)).views_of
    return {page.address: list(views_of(page, Markup("<p>x</p>"))) for page in pages_of(plan_)}


def items(view: views.DayView | views.SourceMonthView) -> list[views.Item]:
    return [item for block in view.blocks for item in block.items]


def test_a_day_shows_ten_of_a_source_and_leads_to_the_others():
    shown = composed([article(n) for n in range(400)] + [article(900, "B")])
    fullest = shown["2024/07/03/"][0]
    assert isinstance(fullest, views.DayView)
    assert [(len(block.items), block.more, block.source.count) for block in fullest.blocks] == [
        (10, 390, 400),
        (1, 0, 1),
    ]
    more = fullest.blocks[0]
    months = {address: shown[address][0] for address in shown if address.startswith("sources/a/2024/07/")}
    assert set(months) == {"sources/a/2024/07/", "sources/a/2024/07/2/", "sources/a/2024/07/3/"}
    target = months[more.more_address]
    assert more.more_anchor in {block.anchor for block in target.blocks}
    assert {item.id for view in months.values() for item in items(view)} == {f"{n:012}" for n in range(400)}


def test_leaner_views_lose_excerpts_before_items():
    shown = composed([article(n, f"S{n % 7}") for n in range(100)])
    shown_items = [items(view) for view in shown["2024/07/03/"]]
    sizes = [(len(own), sum(bool(item.excerpt) for item in own)) for own in shown_items]
    assert sizes[0] == (70, 70)
    assert sizes == sorted(sizes, reverse=True)
    assert (70, 0) in sizes


def test_a_month_shows_every_item_however_lean():
    shown = composed([article(n) for n in range(150)])
    assert {len(items(view)) for view in shown["sources/a/2024/07/"]} == {150}


def test_the_heaviest_page_stays_within_its_weight(tmp_path):
    write_config(tmp_path)
    body = "每一天的报纸都有很多内容，读者只想在两分钟之内看完。" * 8
    for n in range(350):
        source = "聚合来源" if n % 2 else f"来源{n}"
        write_clipping(tmp_path / "content", f"{n}.md", body, source=source, title=f"很长的标题{n}" * 8)
    build_site(tmp_path)
    for page in (tmp_path / "public").rglob("*.html"):
        assert page.stat().st_size <= HTML_LIMIT, page
    front = (tmp_path / "public/index.html").read_text("utf-8")
    assert all(f"来源{n}" in front for n in range(0, 350, 2))


def test_neighbours_lead_over_days_without_articles():
    shown = composed([article(1), article(2, date=dt.date(2024, 7, 9)), article(3, date=dt.date(2024, 6, 1))])
    middle = shown["2024/07/03/"][0]
    assert (middle.previous.address, middle.next.address) == ("2024/06/01/", "2024/07/09/")
    assert shown["2024/07/"][0].previous.address == "2024/06/"
    assert shown["2024/"][0].previous is None


def test_the_front_page_is_the_newest_day():
    shown = composed([article(1), article(2, date=dt.date(2024, 7, 9))])
    front = shown[""][0]
    assert (front.date, front.is_front) == (dt.date(2024, 7, 9), True)


def test_a_month_has_a_calendar_of_its_days():
    shown = composed([article(1), article(2)])
    [calendar] = shown["2024/07/"][0].calendars
    days = [day for week in calendar.weeks for day in week if day]
    assert [day.date.day for day in days] == list(range(1, 32))
    assert [(day.count, day.address) for day in days if day.count] == [(2, "2024/07/03/")]
    assert all(len(week) == 7 for week in calendar.weeks)


def test_a_week_of_two_months_leads_to_both_years_and_months():
    shown = composed([article(1, date=dt.date(2024, 12, 31)), article(2, date=dt.date(2025, 1, 1))])
    week = shown["2025/w01/"][0]
    assert [day.address for day in week.days] == ["2025/01/01/", "2024/12/31/"]
    assert [above.address for above in week.above] == ["2024/", "2024/12/"]


@pytest.mark.parametrize("policy", [TextPolicy.LINK, TextPolicy.EXCERPT, TextPolicy.FULL])
def test_a_policy_decides_what_an_item_leads_to(policy):
    shown = composed([article(1)], policy)
    [item] = items(shown["2024/07/03/"][0])
    is_link = policy is TextPolicy.LINK
    assert item.address == (None if is_link else addresses.article(item.id))
    assert item.verdict == (Verdict.LINK if is_link else Verdict.FULL)
    assert bool(item.excerpt) is not is_link


def test_a_redirect_leads_to_the_item_of_an_article_without_a_page():
    shown = composed([article(1, verdict=Verdict.LINK, aliases=("old.html",))])
    redirect = shown["old.html"][0]
    assert (redirect.target, redirect.fragment) == ("sources/a/2024/07/", "000000000001")


def test_weeks_are_named_in_the_language_of_the_interface():
    digest, _, _ = digest_of([article(1)], {}, TextPolicy.FULL)
    for language, name in (("en", "Week 27, 2024"), ("zh-Hans", "2024年第27周")):
        made_ = composer(plan(digest), speech(None, language), healths_of(digest))
        assert made_.names.edition(digest.weeks[0]).name == name


def test_the_direction_of_a_text():
    assert [direction(tag) for tag in ("zh", "en-GB", "ar", "he-IL", "fa")] == [
        "ltr",
        "ltr",
        "rtl",
        "rtl",
        "rtl",
    ]
