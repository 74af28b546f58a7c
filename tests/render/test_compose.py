"""Views of pages: a heavy day stays light, and nothing of it is lost."""

import datetime as dt

import msgspec
import pytest
from markupsafe import Markup

from generator.config.site import Config
from generator.engine.writing import HTML_LIMIT
from generator.grouping import digest_of
from generator.grouping.digest import with_stories
from generator.grouping.health import healths_of
from generator.model import addresses
from generator.model.types import Article, CopyGroup, Story, TextPolicy, Verdict
from generator.render import views
from generator.render.all_pages import pages_of
from generator.render.compose import composer
from generator.render.frame import Framer
from generator.render.lists import Lists, direction
from generator.render.pages import Page, plan
from generator.render.source_views import SourceMonthView
from generator.render.templates import Templates, interface_language
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


def story(*articles: Article) -> Story:
    sources = len({article.source for article in articles})
    return Story(id=articles[0].id, articles=articles, texts=articles, sources=sources)


def copies_of(*articles: Article) -> CopyGroup:
    return CopyGroup(id=articles[0].id, articles=articles)


def composed(
    articles: list[Article],
    text: TextPolicy = TextPolicy.FULL,
    stories: tuple[Story, ...] = (),
    copies: tuple[CopyGroup, ...] = (),
) -> dict[str, list[views.View]]:
    """The views of every page, from the fullest to the leanest, by address."""
    digest, _, _ = digest_of(articles, {}, text)
    digest = with_stories(msgspec.structs.replace(digest, copies=copies), stories, frozenset())
    plan_ = plan(digest)
    views_of = composer(plan_, interface_language(None, "en"), healths_of(digest)).views_of
    return {page.address: list(views_of(page, Markup("<p>x</p>"))) for page in pages_of(plan_)}


def items(view: views.DayView | SourceMonthView) -> list[views.Item]:
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

EARLIER = dt.date(2024, 7, 1)


def ids(items_: tuple[views.Item, ...]) -> list[int]:
    return [int(item.id) for item in items_]


def test_a_story_stands_once_above_the_blocks():
    lead, copy, other = article(1, "A"), article(2, "B"), article(3, "B")
    day = composed([lead, copy, other], stories=(story(lead, copy),))["2024/07/03/"][0]
    assert (ids(day.stories), ids(tuple(items(day)))) == ([1], [3])
    assert [(also.name, also.address) for also in day.stories[0].also] == [("B", addresses.article(copy.id))]
    assert [(block.source.name, block.source.count, block.above, block.more) for block in day.blocks] == [
        ("B", 2, 1, 0)
    ]
    assert [(named.name, named.address) for named in day.sources] == [("A", lead.id), ("B", "_s2")]
    assert (day.count, day.stories[0].story) == (3, None)


def test_articles_of_a_story_are_all_in_their_sources_months():
    own = [article(1, "A"), article(2, "B")]
    shown = composed(own, stories=(story(*own),))
    for n, name in ((1, "a"), (2, "b")):
        [item] = items(shown[f"sources/{name}/2024/07/"][0])
        assert (int(item.id), [also.name for also in item.also]) == (n, ["B" if n == 1 else "A"])


def test_a_story_is_shown_on_the_day_of_its_second_text():
    late = dt.date(2024, 7, 8)
    three = article(1, "A", EARLIER), article(2, "B"), article(3, "C", late)
    shown = composed(list(three), stories=(story(*three),))
    days = {date.day: shown[addresses.day(date)][0] for date in (EARLIER, DAY, late)}
    assert {day: ids(view.stories) for day, view in days.items()} == {1: [], 3: [2], 8: []}
    assert {day: ids(tuple(items(view))) for day, view in days.items()} == {1: [1], 3: [], 8: [3]}


def test_a_text_on_a_later_day_says_where_and_when_it_is_also_found():
    lead, late = article(1, "A", EARLIER, verdict=Verdict.LINK), article(2, "B")
    shown = composed([lead, late], stories=(story(lead, late),))
    day = shown["2024/07/03/"][0]
    [item] = day.stories
    [also] = item.also
    assert (also.name, also.address, also.original, also.date) == ("A", None, lead.url, EARLIER)
    assert ids(shown["2024/07/"][0].stories) == [1]
    assert shown[addresses.article(late.id)][0].also == item.also


def test_a_day_without_the_lead_shows_its_fullest():
    lead, thin, full = article(1, "A", EARLIER), article(2, "B", letters=10), article(3, "C", letters=90)
    shown = composed([lead, thin, full], stories=(story(lead, thin, full),))
    [own] = shown["2024/07/03/"][0].stories
    assert (int(own.id), own.story) == (3, addresses.story(lead.id))


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


def test_picks_come_first_and_take_their_story_with_them():
    pick = article(2, "B", pinned=True, note="Read *this* <script>")
    lead, copy = article(1, "A"), article(3, "C")
    day = composed([lead, pick, copy], stories=(story(lead, pick, copy),))["2024/07/03/"][0]
    assert (ids(day.picks), day.stories, day.blocks) == ([2], (), ())
    assert [also.name for also in day.picks[0].also] == ["A", "C"]
    assert "<em>this</em>" in day.picks[0].note
    assert "<script" not in day.picks[0].note
    assert {named.address for named in day.sources} == {pick.id}


def test_what_stands_further_up_is_led_to():
    pick, copy, other, own = article(1, "A", pinned=True), article(2, "B"), article(3, "B"), article(4, "B")
    told = article(5, "C"), article(6, "B")
    days = composed([pick, copy, other, own, *told], stories=(story(pick, copy), story(*told)))["2024/07/03/"]
    for day in days:
        places = {item.id for item in (*day.picks, *day.stories)}
        assert all((block.above_anchor in places) == bool(block.above) for block in day.blocks)
    [block] = [block for block in days[0].blocks if block.source.name == "B"]
    assert (block.above, int(block.above_anchor)) == (2, 1)


def test_a_text_stands_once_on_a_day_and_names_where_its_copies_are():
    lead, empty = article(1, "A"), article(2, "B", verdict=Verdict.LINK)
    same = article(3, "C", keys=("origin.example/1",))
    lead = msgspec.structs.replace(lead, keys=same.keys)
    other = article(4, "B")
    shown = composed([lead, empty, same, other], copies=(copies_of(lead, empty, same),))
    day = shown["2024/07/03/"][0]
    assert (day.stories, ids(tuple(items(day)))) == ((), [1, 4])
    [copied, _] = items(day)
    assert [(one.name, one.address, one.original) for one in copied.copies] == [
        ("B", None, empty.url), ("C", None, None)
    ]  # fmt: skip
    assert (copied.also, copied.story) == ((), None)
    assert [(block.source.name, block.above, block.above_anchor) for block in day.blocks] == [
        ("A", 0, ""), ("B", 1, "_s1")
    ]  # fmt: skip
    assert [(one.name, one.address) for one in day.sources] == [("A", "_s1"), ("B", "_s2"), ("C", "_s1")]
    assert ids(tuple(items(shown["sources/c/2024/07/"][0]))) == [3]
    assert shown[addresses.article(lead.id)][0].copies == copied.copies
    assert not shown["2024/07/"][0].stories
    assert not [address for address in shown if address.startswith("stories/")]


def test_copies_of_a_pick_are_part_of_it():
    pick, copy, other = article(1, "A", pinned=True), article(2, "B"), article(3, "B")
    day = composed([pick, copy, other], copies=(copies_of(pick, copy),))["2024/07/03/"][0]
    assert (ids(day.picks), ids(tuple(items(day)))) == ([1], [3])
    assert [one.name for one in day.picks[0].copies] == ["B"]
    assert [(block.above, int(block.above_anchor)) for block in day.blocks] == [(1, 1)]


def test_what_a_source_repeats_on_a_day_is_one_item_with_a_count():
    again = [article(n, "A", title="Somebody follows Somebody") for n in (1, 2, 3)]
    twice = [article(n, "A", letters=n) for n in (4, 5)]
    days = composed([*again, *twice], copies=(copies_of(*twice),))["2024/07/03/"]
    assert [(int(item.id), item.times) for item in items(days[0])] == [(1, 3), (5, 2)]
    assert [one.name for one in items(days[0])[1].copies] == ["A"]
    for day in days:
        [block] = day.blocks
        assert block.more + sum(item.times for item in block.items) == 5


def test_promotions_come_last_and_of_equal_stories_the_one_with_more_text_first():
    pairs = [(article(2 * n, "A"), article(2 * n + 1, "B")) for n in range(3)]
    own = [one for pair in pairs for one in pair]
    short, long, promotion = (story(*pair) for pair in pairs)
    long = msgspec.structs.replace(long, letters=900)
    promotion = msgspec.structs.replace(promotion, letters=9000, sources=9, is_promotion=True)
    day = composed(own, stories=(short, promotion, long))["2024/07/03/"][0]
    assert ids(day.stories) == [2, 0, 4]


def test_a_story_counts_the_copies_of_a_text_once():
    lead, copy, other = article(1, "A"), article(2, "B"), article(3, "C")
    told = Story(id=lead.id, articles=(lead, copy, other), texts=(lead, other))
    shown = composed([lead, copy, other], stories=(told,), copies=(copies_of(lead, copy),))
    [item] = shown["2024/07/03/"][0].stories
    assert ([one.name for one in item.copies], [one.name for one in item.also]) == (["B"], ["C"])
    assert [one.name for one in shown[addresses.article(copy.id)][0].also] == ["C"]
    later = msgspec.structs.replace(other, date=DAY + dt.timedelta(1))
    lone = Story(id=lead.id, articles=(lead, copy, later), texts=(lead, later))
    day = composed([lead, copy, later], stories=(lone,), copies=(copies_of(lead, copy),))["2024/07/03/"][0]
    assert (day.stories, ids(tuple(items(day)))) == ((), [1])


def test_of_two_picks_of_a_story_the_first_names_the_others():
    own = [article(1, "A", pinned=True), article(2, "B", pinned=True), article(3, "C")]
    day = composed(own, stories=(story(*own),))["2024/07/03/"][0]
    assert ids(day.picks) == [1, 2]
    assert [[also.name for also in item.also] for item in day.picks] == [["C"], []]
    assert not day.blocks


def test_stories_of_most_sources_come_first_and_a_period_has_twenty():
    pairs = [(article(2 * n, "A"), article(2 * n + 1, "B")) for n in range(30)]
    three = article(100, "A"), article(101, "B"), article(102, "C")
    own = [*(one for pair in pairs for one in pair), *three]
    shown = composed(own, stories=(*(story(*pair) for pair in pairs), story(*three)))
    assert len(shown["2024/07/03/"][0].stories) == 31
    assert [len(view.stories) for view in shown["2024/07/"]] == [20, 20, 20, 10, 0]
    assert all(int(shown[address][0].stories[0].id) == 100 for address in ("2024/07/03/", "2024/07/"))


def test_leaner_days_give_up_stories_excerpts_first_and_lose_no_article():
    own = [article(n, f"S{n % 50}") for n in range(300)]
    stories = tuple(story(*own[n : n + 3]) for n in range(0, 240, 3))
    days = composed(own, stories=stories)["2024/07/03/"]
    told = [sum(bool(item.excerpt) for item in day.stories) for day in days]
    assert told[:3] == [80, 10, 0]
    assert sum(bool(item.excerpt) for item in items(days[2])) == sum(bool(i.excerpt) for i in items(days[0]))
    for day in days:
        listed = [item.id for item in (*day.picks, *day.stories, *items(day))]
        assert len(listed) == len(set(listed))
        assert (
            sum(block.source.count for block in day.blocks)
            + sum(named.count for named in day.sources if not named.address.startswith("_s"))
            == 300
        )
    assert not days[-1].stories


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
    digest, _, _ = digest_of([article(1, pinned=pinned)], {}, TextPolicy.FULL)
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
    assert not any(feed.startswith("picks/") for feed in announced["sources/a/"])
