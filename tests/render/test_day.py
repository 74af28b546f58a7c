"""The page of a day: every article once, in the order of reading, on as many parts as it needs."""

import datetime as dt

import msgspec
import pytest
from digests import DAY, EARLIER, article, composed, copies_of, ids, items, story
from markupsafe import Markup
from theme_views import html_of, site

from generator.config.site import Config, SourceConfig
from generator.grouping import digest_of
from generator.grouping.activity import FEWEST, MOST, is_activity
from generator.grouping.health import healths_of
from generator.model import addresses
from generator.model.types import Article, CopyGroup, Story, TextPolicy, Verdict
from generator.render.affected import affected_pages
from generator.render.all_pages import pages_of
from generator.render.compose import composer
from generator.render.day_plan import DayPart, parts_of, rows_of
from generator.render.frame import Framer
from generator.render.page_at import page_at
from generator.render.plan import plan
from generator.render.templates import Templates, interface_language
from generator.render.weight import HTML_LIMIT

ADDRESS = "2024/07/03/"
LINK = {"verdict": Verdict.LINK, "minutes": 0}


def day_of(articles, **groups):
    return composed(articles, **groups)[ADDRESS][0]


# --- the order -------------------------------------------------------------------------------------


def test_sources_with_most_to_read_come_first_and_links_apart():
    own = [
        article(1, "A"), article(2, "A"), article(3, "B", minutes=9),
        article(4, "A", **LINK), article(5, "C", **LINK), article(6, "C", **LINK),
    ]  # fmt: skip
    day = day_of(own)
    assert [(one.source.name, ids(one.items)) for one in day.reading] == [("B", [3]), ("A", [1, 2])]
    assert [(one.source.name, ids(one.items)) for one in day.links] == [("C", [5, 6]), ("A", [4])]
    assert [bool(item.excerpt) for item in items(day)] == [True, True, False, False, False, False]
    assert (day.count, len(day.sources), day.parts) == (6, 3, ())


def test_a_story_stands_once_above_the_sections():
    lead, copy, other = article(1, "A"), article(2, "B"), article(3, "B")
    day = day_of([lead, copy, other], stories=(story(lead, copy),))
    assert (ids(day.stories), ids(items(day))) == ([1], [3])
    [also] = day.stories[0].also
    assert (also.name, also.address, also.id) == ("B", addresses.article(copy.id), copy.id)
    assert (day.count, day.stories[0].story) == (3, None)


def test_a_story_is_shown_on_the_day_of_its_second_text():
    lead, second = article(1, "A", EARLIER, verdict=Verdict.LINK), article(2, "B")
    third = article(3, "C", DAY + dt.timedelta(days=1))
    shown = composed([lead, second, third], stories=(story(lead, second, third),))
    day, earlier, later = (shown[address][0] for address in (ADDRESS, "2024/07/01/", "2024/07/04/"))
    [own], [late] = day.stories, later.stories
    assert (int(own.id), items(day), own.sources, own.since) == (2, [], 2, EARLIER)
    [also] = own.also
    assert (also.name, also.original, also.date, also.id) == ("A", lead.url, EARLIER, "")
    assert own.also_more == 0
    assert (earlier.stories, ids(items(earlier))) == ((), [1])
    assert (int(late.id), items(later), late.sources, late.also, late.since) == (3, [], 3, (), EARLIER)


def running(day: dt.date) -> tuple[list[Article], Story]:
    """Return the texts of a story of three sources that runs until a day, and that story."""
    texts = [article(n, source, EARLIER, letters=n) for n, source in enumerate("ABC", 1)]
    texts.append(article(4, "A", day))
    return texts, story(*texts)


def test_news_of_the_day_leads_before_a_running_story_of_more_sources():
    texts, old = running(DAY)
    pair = article(5, "D"), article(6, "E")
    day = day_of([*texts, *pair], stories=(old, story(*pair)))
    assert [(int(one.id), bool(one.excerpt), one.sources) for one in day.stories] == [
        (5, True, 2),
        (4, False, 3),
    ]
    alone = day_of(texts, stories=(old,))
    assert [(int(one.id), bool(one.excerpt)) for one in alone.stories] == [(4, True)]
    pick = article(7, "F", pinned=True)
    picked = day_of([*texts, *pair, pick], stories=(old, story(*pair)))
    assert (ids(picked.picks), ids(picked.stories)) == ([7], [4, 5])


def test_a_story_names_each_of_its_other_sources_once():
    own = [article(n, source) for n, source in enumerate("ABBAC", 1)]
    [item] = day_of([*own, earlier := article(6, "D", EARLIER)], stories=(story(*own, earlier),)).stories
    assert [(also.name, also.id) for also in item.also] == [("B", own[1].id), ("C", own[4].id)]
    assert ({*item.anchors}, item.also_more) == ({own[2].id, own[3].id}, 3)


def test_a_late_text_of_two_sources_is_no_story_of_its_day():
    texts = [article(1, "A", EARLIER), article(2, "B", EARLIER), article(3, "A")]
    day = day_of(texts, stories=(story(*texts),))
    assert (day.stories, ids(items(day))) == ((), [3])


def test_a_day_tells_a_story_only_with_a_text_of_an_independent_source():
    texts = [article(n, source, EARLIER) for n, source in enumerate("ABC", 1)]
    mirrors = article(4, "X"), article(5, "X")
    told = story(*texts, *mirrors, aggregators=("X",))
    day = day_of([*texts, *mirrors], stories=(told,))
    assert (day.stories, ids(items(day))) == ((), [4, 5])
    own = article(6, "A")
    everything = [*texts, *mirrors, own]
    [late] = day_of(everything, stories=(story(*everything, aggregators=("X",)),)).stories
    assert ({*map(int, (late.id, *late.anchors))}, late.sources, late.since) == ({4, 5, 6}, 3, EARLIER)


def test_a_copy_of_an_independent_source_makes_the_text_of_an_aggregator_count():
    first, text, copy = article(1, "A", EARLIER), article(2, "X"), article(3, "B")
    told = Story(
        id=first.id,
        articles=(first, text, copy),
        texts=(first, text),
        reported=(EARLIER, DAY),
        aggregators=("X",),
    )
    day = day_of([first, text, copy], stories=(told,), copies=(copies_of(text, copy),))
    assert (ids(day.stories), items(day)) == ([2], [])


def test_texts_of_one_source_are_no_story_of_their_day():
    first, again, other = article(1, "A"), article(2, "A"), article(3, "B", DAY + dt.timedelta(days=1))
    shown = composed([first, again, other], stories=(story(first, again, other),))
    day, next_day = shown[ADDRESS][0], shown["2024/07/04/"][0]
    assert (day.stories, ids(items(day))) == ((), [1, 2])
    assert (ids(next_day.stories), next_day.stories[0].since) == ([3], DAY)


def test_a_day_stays_as_it_is_when_its_stories_go_on():
    texts, old = running(DAY)
    pairs = [(article(n, "D", minutes=n), article(n + 1, "E")) for n in (5, 7)]
    own = [*texts, *pairs[0], *pairs[1]]
    later = [
        article(n, source, DAY + dt.timedelta(days=1), minutes=99) for n, source in enumerate("FGHI", 20)
    ]
    before = day_of(own, stories=(old, *(story(*pair) for pair in pairs)))
    after = day_of(
        [*own, *later], stories=(story(*texts, later[0]), story(*pairs[0], *later[1:]), story(*pairs[1]))
    )
    assert [ids(one.stories) for one in (before, after)] == [[7, 4, 5]] * 2
    shown = [[(one.sources, one.since, one.also) for one in day.stories] for day in (before, after)]
    assert shown[0] == shown[1]


def test_a_day_without_the_lead_shows_its_fullest():
    lead, thin, full = article(1, "A", EARLIER), article(2, "B", letters=10), article(3, "C", letters=90)
    [own] = day_of([lead, thin, full], stories=(story(lead, thin, full),)).stories
    assert (int(own.id), own.story, own.also_more) == (3, addresses.story(lead.id), 0)
    assert [also.name for also in own.also] == ["B", "A"]


def test_a_story_without_its_lead_is_told_in_the_language_of_the_site():
    lead, full, own = (
        article(1, "A", EARLIER),
        article(2, "B", letters=90),
        article(3, "C", title_language="it-IT"),
    )
    shown = composed([lead, full, own], stories=(story(lead, full, own),), language="it")
    assert [ids(shown[page][0].stories) for page in (ADDRESS, "2024/07/")] == [[3], [3]]
    link = msgspec.structs.replace(own, verdict=Verdict.LINK)
    assert ids(
        composed([lead, full, link], stories=(story(lead, full, link),), language="it")[ADDRESS][0].stories
    ) == [2]


def test_picks_come_first_and_take_their_story_with_them():
    pick = article(2, "B", pinned=True, note="Read *this* <script>")
    lead, copy = article(1, "A"), article(3, "C")
    day = day_of([lead, pick, copy], stories=(story(lead, pick, copy),))
    assert (ids(day.picks), day.stories, items(day)) == ([2], (), [])
    assert [also.name for also in day.picks[0].also] == ["A", "C"]
    assert "<em>this</em>" in day.picks[0].note
    assert "<script" not in day.picks[0].note


def test_copies_are_a_count_and_a_target_for_links():
    lead, empty, same = article(1, "A"), article(2, "B", **LINK), article(3, "C")
    day = day_of([lead, empty, same, article(4, "B")], copies=(copies_of(lead, empty, same),))
    copied, other = items(day)
    assert (int(copied.id), copied.times, copied.anchors, copied.copies) == (1, 3, (empty.id, same.id), ())
    assert (int(other.id), other.times) == (4, 1)
    assert (day.count, day.copies) == (4, 2)
    for language, words in (("en", "4 articles, 2 of them copies"), ("zh", "4 篇（其中 2 篇为重复）")):
        assert words in html_of("day.html", day, in_site=site(language))


def test_copies_of_a_pick_are_part_of_it():
    pick, copy, other = article(1, "A", pinned=True), article(2, "B"), article(3, "B")
    day = day_of([copy, pick, other], copies=(copies_of(copy, pick),))
    assert (ids(day.picks), ids(items(day)), day.picks[0].times) == ([1], [3], 2)


def test_picks_stand_in_the_order_of_the_file_before_those_of_front_matter():
    own = [article(n, pinned=True, place=place) for n, place in enumerate((0, 2, 1))]
    assert ids(day_of(own).picks) == [2, 1, 0]


def test_of_two_picks_with_one_text_both_are_shown():
    own = [article(1, "A", pinned=True, note="one"), article(2, "B", pinned=True, note="two")]
    assert ids(day_of(own, copies=(copies_of(*own),)).picks) == [1, 2]


def test_what_a_source_repeats_on_a_day_is_one_item_with_a_count():
    again = [article(n, "A", title="Somebody follows Somebody", **LINK) for n in (1, 2, 3)]
    twice = [article(n, "A", letters=n) for n in (4, 5)]
    day = day_of([*again, *twice], copies=(copies_of(*reversed(twice)),))
    assert [(int(item.id), item.times) for item in items(day)] == [(5, 2), (1, 3)]


def test_different_texts_of_one_title_are_items_of_their_own():
    day = day_of([article(n, "A", title="Links of the day") for n in (1, 2, 3)])
    assert ([(int(item.id), item.times) for item in items(day)], day.copies) == ([(1, 1), (2, 1), (3, 1)], 0)


def test_a_newer_text_does_not_change_what_represents_a_story_on_an_older_day():
    full, cut = article(1, "A", letters=500), article(2, "B", letters=900, verdict=Verdict.CUT)
    later = article(3, "C", DAY + dt.timedelta(days=1), letters=2000)
    for texts in ((full, cut), (later, full, cut)):
        assert ids(composed(list(texts), stories=(story(*texts),))[ADDRESS][0].stories) == [1]


def test_news_without_a_text_does_not_lead_before_a_story_that_can_be_read():
    texts, told = running(DAY)
    links = [article(10, "A", **LINK), article(11, "B", **LINK)]
    day = day_of([*texts, *links], stories=(told, story(*links)))
    assert ids(day.stories) == [4, 10]


def test_picks_that_are_too_many_for_the_page_stand_among_the_others():
    note = "A note on why this one matters. " * 30
    own = [article(n, "A", pinned=True, place=n, note=note) for n in range(1, 151)]
    parts = [day for address, (day, *_) in composed(own).items() if address.startswith(ADDRESS)]
    shown = [int(item.id) for part in parts for item in (*part.picks, *items(part))]
    assert (sorted(shown), 20 < len(parts[0].picks) < 150) == ([*range(1, 151)], True)


def test_promotions_come_last_and_of_equal_stories_the_one_with_more_to_read_first():
    pairs = [(article(2 * n, "A", minutes=1 + n), article(2 * n + 1, "B", minutes=1)) for n in range(3)]
    own = [one for pair in pairs for one in pair]
    short, long, promotion = (story(*pair) for pair in pairs)
    promotion = msgspec.structs.replace(promotion, reported=(DAY,) * 9, is_promotion=True)
    assert ids(day_of(own, stories=(short, promotion, long)).stories) == [2, 0, 4]


def test_stories_that_seem_equal_are_sorted_by_title():
    """Neither by id, which says nothing to a reader, nor by texts that the day does not show."""
    pairs = [
        (article(n, "A", title=title, minutes=3, letters=100), article(n + 1, "B", letters=n))
        for n, title in ((2, "Serifs"), (4, "Initials"), (6, "Ligatures"))
    ]
    own = [one for pair in pairs for one in pair]
    shown = composed(own, stories=tuple(story(*pair) for pair in pairs))
    for address in (ADDRESS, "2024/07/"):
        assert [one.title for one in shown[address][0].stories] == ["Initials", "Ligatures", "Serifs"]


def test_a_story_counts_the_copies_of_a_text_once():
    lead, copy, other = article(1, "A"), article(2, "B"), article(3, "C")
    told = Story(id=lead.id, articles=(lead, copy, other), texts=(lead, other))
    [item] = day_of([lead, copy, other], stories=(told,), copies=(copies_of(lead, copy),)).stories
    assert (item.times, [one.name for one in item.also]) == (2, ["C"])
    later = msgspec.structs.replace(other, date=DAY + dt.timedelta(days=1))
    lone = Story(id=lead.id, articles=(lead, copy, later), texts=(lead, later))
    day = day_of([lead, copy, later], stories=(lone,), copies=(copies_of(lead, copy),))
    assert (day.stories, ids(items(day))) == ((), [1])


def test_of_two_picks_of_a_story_the_first_names_the_others():
    own = [article(1, "A", pinned=True), article(2, "B", pinned=True), article(3, "C")]
    day = day_of(own, stories=(story(*own),))
    assert ids(day.picks) == [1, 2]
    assert [[also.name for also in item.also] for item in day.picks] == [["C"], []]
    assert not items(day)


# --- activity feeds --------------------------------------------------------------------------------

COMMITS = [article(n, "Commits", title=f"Update {n}", **LINK) for n in range(FEWEST)]


def test_many_titles_of_one_form_a_day_make_an_activity_feed():
    day = day_of([*COMMITS, article(900, "B", **LINK)])
    assert [one.source.name for one in day.activity] == ["Commits"]
    assert [one.source.name for one in day.links] == ["B"]


def test_a_series_and_a_busy_newspaper_are_none():
    weekly = [article(n, date=DAY - dt.timedelta(days=n), title=f"Weekly {n}") for n in range(FEWEST)]
    words = [chr(97 + n) * 4 for n in range(FEWEST)]
    paper = [article(n, title=f"{word} news") for n, word in enumerate(words)]
    assert not is_activity(weekly, SourceConfig())
    assert not is_activity(paper[:-1], SourceConfig())
    assert is_activity(paper, SourceConfig())
    assert not is_activity(paper, SourceConfig(activity=False))
    assert is_activity(weekly, SourceConfig(activity=True))


def test_newer_articles_do_not_make_an_activity_feed():
    old = [article(n, date=EARLIER, title=f"{chr(97 + n % 26) * 4} {n}") for n in range(MOST)]
    new = [article(100 + n, title=f"Update {n}") for n in range(900)]
    assert not is_activity([*new, *old], SourceConfig())
    assert is_activity(new, SourceConfig())


# --- parts -----------------------------------------------------------------------------------------


def test_the_links_of_the_largest_sources_continue_on_further_parts():
    own = [article(n, "Many", **LINK) for n in range(1900)]
    own += [article(3000 + n, f"S{n}", **(LINK if n % 2 else {})) for n in range(40)]
    shown = composed(own)
    parts = [shown[ADDRESS][0], *(shown[f"{ADDRESS}{n}/"][0] for n in (2, 3))]
    assert f"{ADDRESS}4/" not in shown
    assert [len(part.reading) for part in parts] == [20, 0, 0]
    assert [len(part.links) for part in parts] == [21, 1, 1]
    listed = [ids(items(part)) for part in parts]
    assert sorted(n for part in listed for n in part) == sorted(int(one.id) for one in own)
    first, second, third = (next(one for one in part.links if one.source.name == "Many") for part in parts)
    assert (first.more_address, first.more) == (f"{ADDRESS}2/", 1900 - len(first.items))
    assert (second.more_address, second.more, third.more) == (f"{ADDRESS}3/", len(third.items), 0)
    assert [named.address for named in parts[1].parts] == [ADDRESS, f"{ADDRESS}2/", f"{ADDRESS}3/"]


def test_an_article_leads_back_to_the_part_of_its_day_that_shows_it():
    shown = composed([article(n, f"S{n % 3}", title=f"{n} {'x' * 3000}") for n in range(40)])
    parts = {address: ids(items(shown[address][0])) for address in (ADDRESS, f"{ADDRESS}2/")}
    assert all(parts.values())
    for address, numbers in parts.items():
        assert {shown[addresses.article(f"{n:012}")][0].day.address for n in numbers} == {address}


def test_a_part_takes_what_it_may():
    own = [article(n, f"S{n % 9}", **(LINK if n % 3 else {})) for n in range(200)]
    digest, _, _ = digest_of(own, {}, TextPolicy.FULL)
    plan_ = plan(digest)
    for limit in (1, 3000, 20_000):
        parts = parts_of(digest.days[0], plan_, limit)
        rows = [row.article.id for part in parts for one in sections(part) for row in one.rows]
        assert sorted(rows) == sorted(one.id for one in own)
        sizes = [sum(len(one.rows) for one in sections(part)) for part in parts]
        assert max(sizes) <= max(1, limit // 90)
    assert len(parts_of(digest.days[0], plan_)) == 1


def sections(part: DayPart):
    return (*part.reading, *part.links, *part.activity)


def test_pages_of_parts_are_found_by_path_and_follow_changes():
    own = [article(n, "Many", **LINK) for n in range(1100)]
    digest, _, _ = digest_of(own, {}, TextPolicy.FULL)
    plan_ = plan(digest)
    pages = {page.address: page for page in pages_of(plan_)}
    assert f"{ADDRESS}2/" in pages
    for address in (ADDRESS, f"{ADDRESS}2/"):
        assert page_at(plan_, addresses.file_of(address), lambda _: None) == pages[address]
        changed = {page.address for page in affected_pages(plan_, own[:1], (), is_recounted=False)}
        assert address in changed
    assert page_at(plan_, f"{ADDRESS}9/index.html", lambda _: None) is None


def test_parts_are_kept_while_nothing_that_decides_them_differs():
    own = [article(n, f"S{n % 5}") for n in range(30)]
    digest, _, _ = digest_of(own, {}, TextPolicy.FULL)
    plan_ = plan(digest)
    first = digest.days[0]
    known, order = plan_.day(first), plan_.orders.of(plan_, first.first)
    plan_.digest = msgspec.structs.replace(digest)
    assert plan_.day(first) is known
    assert plan_.orders.of(plan_, first.first) is order

    def holds() -> bool:
        """Return whether the parts and the order are those that a new plan finds, and differ from before."""
        nonlocal known
        last, known = known, plan_.day(plan_.digest.days[0])
        fresh = parts_of(plan_.digest.days[0], plan_)
        ids_ = [row.article.id for part in fresh for row in rows_of(part) if plan_.has_page(row.article)]
        shown = [one.id for one in plan_.orders.of(plan_, first.first).articles]
        return (
            known == fresh
            and known != last
            and set(ids_) <= set(shown)
            and len(fresh) == plan_.parts_of_day(first)
        )

    copies = CopyGroup(id=own[0].id, articles=(own[0], own[5]))
    plan_.digest, plan_.copies = msgspec.structs.replace(digest), {one.id: copies for one in copies.articles}
    assert holds()
    source = msgspec.structs.replace(digest.sources["S1"], is_activity=True)
    plan_.digest = msgspec.structs.replace(digest, sources={**digest.sources, "S1": source})
    assert holds()
    story = Story(
        id=own[1].id, articles=(own[1], own[2]), texts=(own[1], own[2]), reported=(own[1].date,) * 2
    )
    plan_.digest, plan_.stories = (
        msgspec.structs.replace(plan_.digest),
        {one.id: story for one in story.texts},
    )
    assert holds()
    plan_.since = first.first + dt.timedelta(1)
    assert holds()


@pytest.mark.parametrize("sign", ["&<>\"'", "长标题", "a"])
def test_every_part_stays_within_its_weight_without_losing_an_item(sign):
    own = [
        article(n, f"来源{n % 190}", title=f"{sign * 12}{n}" * 2, excerpt=sign * 60,
                url=f"https://o.example/{n}?a=1&b={sign * 9}", **(LINK if n % 3 else {}))
        for n in range(700)
    ]  # fmt: skip
    stories = tuple(story(*own[n : n + 3]) for n in range(0, 90, 3))
    digest, _, _ = digest_of(own, {}, TextPolicy.FULL)
    digest = msgspec.structs.replace(digest, stories=stories)
    plan_ = plan(digest)
    compose = composer(plan_, interface_language(None, "zh"), healths_of(digest))
    frame = Framer(plan=plan_, names=compose.names, config=Config(base_url="https://digest.example/"))
    theme, found = Templates(None, frame.site("Broadsheet")), set()
    for page in pages_of(plan_):
        if page.template == "day.html" and page.address:
            views = compose.ways_of(page, Markup())[0]
            html = theme.render(frame.of(page, views[-1]()), views[-1]()).decode()
            assert len(html.encode()) <= HTML_LIMIT, page.address
            found |= {one.id for one in own if f'id="{one.id}"' in html}
    assert len(found) == len(own)


def test_leaner_days_lose_excerpts_and_no_item():
    own = [article(n, f"S{n % 50}") for n in range(300)]
    stories = tuple(story(*own[n : n + 3]) for n in range(0, 120, 3))
    days = composed(own, stories=stories)[ADDRESS]
    told = [sum(bool(item.excerpt) for item in day.stories) for day in days]
    assert told[:3] == [40, 20, 20]
    assert [sum(bool(item.excerpt) for item in items(day)) for day in days[:3]] == [50, 50, 0]
    for day in days[:4]:
        assert (len(day.stories), len(items(day))) == (40, 180)


# --- the front page --------------------------------------------------------------------------------


def test_a_short_front_page_goes_on_with_the_days_before():
    own = [article(n, date=DAY - dt.timedelta(days=n // 4)) for n in range(40)]
    shown = composed(own)
    front = shown[""][0]
    assert [(one.day.date, len(one.items)) for one in front.earlier] == [
        (DAY - dt.timedelta(days=1), 4),
        (DAY - dt.timedelta(days=2), 4),
    ]
    assert shown[ADDRESS][0].earlier == ()


def test_a_front_page_that_goes_on_names_each_other_text_of_a_story_once():
    lead, other = article(2, "B", EARLIER), article(3, "C", EARLIER)
    [day] = composed([article(1), lead, other], stories=(story(lead, other),))[""][0].earlier
    assert [(int(one.id), [also.name for also in one.also], one.also_more) for one in day.items] == [
        (2, ["C"], 0)
    ]


def test_a_full_front_page_is_its_day_alone():
    shown = composed([article(n) for n in range(10)] + [article(90, date=EARLIER)])
    assert shown[""][0].earlier == ()


def test_a_day_does_not_change_with_the_number_of_articles_of_its_neighbours():
    few = composed([article(1), article(2, date=EARLIER)])
    more = composed([article(1), article(2, date=EARLIER), article(3, date=EARLIER)])
    assert few[ADDRESS][0] == more[ADDRESS][0]
