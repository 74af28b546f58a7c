"""Views of pages: a heavy day stays light, and nothing of it is lost."""

import datetime as dt

import msgspec
import pytest
from digests import DAY, EARLIER, article, composed, copies_of, ids, items, story
from markupsafe import Markup

from generator.config.site import Config
from generator.grouping import digest_of
from generator.grouping.health import healths_of
from generator.model import addresses
from generator.model.types import TextPolicy, Verdict
from generator.render.all_pages import pages_of
from generator.render.compose import composer
from generator.render.frame import Framer
from generator.render.lists import Lists, direction
from generator.render.pages import Page
from generator.render.plan import plan
from generator.render.templates import Templates, interface_language
from generator.render.weight import HTML_LIMIT
from writing import build_site, write_clipping, write_config


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
        made_ = composer(plan(digest), interface_language(None, language), healths_of(digest))
        assert made_.names.edition(digest.weeks[0]).name == name


def test_the_direction_of_a_text():
    assert [direction(tag) for tag in ("zh", "en-GB", "ar", "he-IL", "fa")] == [
        "ltr",
        "ltr",
        "rtl",
        "rtl",
        "rtl",
    ]


# --- picks and stories ----------------------------------------------------------------------------


def test_articles_of_a_story_are_all_in_their_sources_months():
    own = [article(1, "A"), article(2, "B")]
    shown = composed(own, stories=(story(*own),))
    for n, name in ((1, "a"), (2, "b")):
        [item] = items(shown[f"sources/{name}/2024/07/"][0])
        assert (int(item.id), [also.name for also in item.also]) == (n, ["B" if n == 1 else "A"])


def test_a_story_of_three_has_a_page():
    three = article(1, "A"), article(2, "B", EARLIER), article(3, "C", verdict=Verdict.LINK, reason="captcha")
    shown = composed(list(three), stories=(story(*three),))
    view = shown[addresses.story(three[0].id)][0]
    assert [(day.day.date, ids(day.items)) for day in view.days] == [(DAY, [1, 3]), (EARLIER, [2])]
    assert (view.count, view.shown, view.first, view.last) == (3, 3, EARLIER, DAY)
    assert [source.name for source in view.sources] == ["A", "B", "C"]
    assert view.days[0].items[1].reason == "captcha"
    two = composed(list(three), stories=(story(*three[:2]),))
    assert addresses.story(three[0].id) not in two


def test_stories_of_most_sources_come_first_and_a_period_has_twenty():
    pairs = [(article(2 * n, "A"), article(2 * n + 1, "B")) for n in range(30)]
    three = article(100, "A"), article(101, "B"), article(102, "C")
    own = [*(one for pair in pairs for one in pair), *three]
    shown = composed(own, stories=(*(story(*pair) for pair in pairs), story(*three)))
    assert len(shown["2024/07/03/"][0].stories) == 31
    assert [len(view.stories) for view in shown["2024/07/"]] == [20, 20, 20, 20, 10, 0]
    assert all(int(shown[address][0].stories[0].id) == 100 for address in ("2024/07/03/", "2024/07/"))


def test_feeds_tell_a_story_once():
    lead, copy, again = article(1, "A"), article(2, "B"), article(3, "B", EARLIER)
    digest, _, _ = digest_of([lead, copy, again, article(4, "B")], {}, TextPolicy.FULL)
    for groups in ({"stories": (story(lead, copy, again),)}, {"copies": (copies_of(lead, copy, again),)}):
        plan_ = plan(msgspec.structs.replace(digest, **groups))
        assert [int(own.id) for own in plan_.without_copies(digest.articles)] == [1, 4]
    # In a source's own feed, of what it repeats of another the first: a later copy changes nothing.
    assert [int(own.id) for own in plan_.without_copies_in(digest.sources["B"])] == [4, 3]


def test_a_reason_is_told_in_the_language_of_the_interface():
    digest, _, _ = digest_of(
        [
            article(1, verdict=Verdict.LINK, reason="login wall"),
            article(2, verdict=Verdict.LINK, reason="<my> own 100%"),
        ],
        {},
        TextPolicy.FULL,
    )
    compose = composer(plan(digest), interface_language(None, "zh-Hans"), healths_of(digest))
    lists = Lists(compose.plan, compose.names)
    assert [lists.item(own).reason for own in digest.articles] == ["需要登录", "<my> own 100%"]


def test_a_heavy_front_page_with_stories_and_picks_stays_within_its_weight():
    own = [
        article(n, f"来源{n % 250}", title=f"一个很长的标题，说的是第{n}件事情，还有更多的话" * 2,
                excerpt="这里是摘录的文字，约有两行那么长，读者看了便知道这篇文章讲的是什么。" * 3,
                pinned=n < 5, note="**值得一读**，作者写得很清楚。" if n < 5 else "")
        for n in range(350)
    ]  # fmt: skip
    stories = tuple(story(*own[n : n + 3]) for n in range(10, 130, 3))
    digest, _, _ = digest_of(own, {}, TextPolicy.FULL)
    digest = msgspec.structs.replace(digest, stories=stories)
    plan_ = plan(digest)
    compose = composer(plan_, interface_language(None, "zh"), healths_of(digest))
    frame = Framer(plan=plan_, names=compose.names, config=Config())
    theme = Templates(None, frame.site("Broadsheet"))
    for page in pages_of(plan_):
        if page.template != "article.html":
            leanest = 0
            for stretch in compose.ways_of(page, Markup()):
                sizes = [
                    len(theme.render(frame.of(page, view), view)) for view in (make() for make in stretch)
                ]
                assert sizes == sorted(sizes, reverse=True), page.address
                leanest = sizes[-1]
            assert leanest <= HTML_LIMIT, page.address
    front = next(compose.views_of(Page(address="", template="day.html", subject=digest.days[-1]), Markup()))
    assert (len(front.picks), len(front.stories)) == (5, 40)


@pytest.mark.parametrize("pinned", [True, False])
def test_the_feed_of_picks_is_announced_where_there_are_picks(pinned):
    other_day = article(2, date=dt.date(2024, 6, 2), source="b")
    digest, _, _ = digest_of([article(1, pinned=pinned), other_day], {}, TextPolicy.FULL)
    plan_ = plan(digest)
    compose = composer(plan_, interface_language(None, "en"), healths_of(digest))
    frame = Framer(plan=plan_, names=compose.names, config=Config(base_url="https://digest.example/"))
    announced = {
        page.address: {feed.address for feed in frame.of(page, next(compose.views_of(page, Markup()))).feeds}
        for page in pages_of(plan_)
    }
    feeds = {"picks/feed.atom.xml", "picks/feed.json"} if pinned else set()
    for address in ("", "2024/07/03/", "2024/"):
        assert {feed for feed in announced[address] if feed.startswith("picks/")} == feeds
    for address in ("2024/06/02/", "2024/06/", "sources/a/"):
        assert not any(feed.startswith("picks/") for feed in announced[address])
