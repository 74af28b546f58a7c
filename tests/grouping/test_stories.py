import datetime as dt
from array import array
from unittest import mock

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.grouping import bursts
from generator.grouping.aggregators import FEWEST
from generator.grouping.copies import Copies
from generator.grouping.stories import Stories, stories_of
from generator.grouping.text_index import DAYS, TextIndex
from generator.model.features import feature, marked
from generator.model.types import CopyGroup, Verdict
from grouping.test_copies import POOL, UNRELATED, article, prose

TITLES = ("The Caxton press burns", "Feuer bei Caxton", "卡克斯顿印刷厂起火", "Ink prices double")


BURNS = "The presses burned down at night."


def report(
    path,
    *names,
    early=("caxton",),
    day=0,
    source=None,
    title=None,
    letters=900,
    identifiers=(),
    link="",
    excerpt=BURNS,
):
    """An article with text of its own, whose features are `names` and a `link` far down."""
    numbers = [(marked if name in early else int)(feature("name", name)) for name in names]
    numbers += [feature("link", link)] if link else []
    one = article(path, title or f"{path} {TITLES[ord(path[0]) % 4]}", source=source or f"S{path}", day=day)
    return msgspec.structs.replace(
        one,
        letters=letters,
        excerpt=excerpt,
        verdict="full" if letters else "link",
        features=array("I", sorted(numbers)).tobytes(),
        identifiers=tuple(identifiers),
    )


def found(*articles, merges=()):
    """The paths of the texts of each story, as sets."""
    copies = Copies(articles).updated()
    return [{one.path for one in story.texts} for story in stories_of(articles, copies, merges)]


def are_one(one, other):
    return found(one, other) == [{one.path, other.path}]


def test_two_independent_features_make_a_story():
    one = report("a", "caxton", "stationers")
    assert are_one(one, report("b", "caxton", "stationers", day=DAYS))
    assert not are_one(one, report("b", "caxton", "stationers", day=DAYS + 1))
    assert not are_one(one, report("b", "caxton", "gutenberg"))
    assert not are_one(one, report("b", "caxton", "stationers", source="Sa"))


NAMES = ("caxton", "stationers", "foundry", "gutenberg", "aldus", "elzevir")


def test_features_must_not_be_far_down_in_the_texts():
    one = report("a", *NAMES)
    assert are_one(one, report("b", *NAMES))
    assert are_one(one, report("b", *NAMES[:2]))
    assert are_one(one, report("b", *NAMES, early=()))
    assert not are_one(one, report("b", *NAMES[:5], early=()))
    far = report("a", *NAMES, early=NAMES[:1])
    assert are_one(far, report("b", *NAMES[:3], early=NAMES[1:2]))
    assert not are_one(far, report("b", *NAMES[:2], early=NAMES[1:2]))


def test_a_link_that_no_others_have_joins_reports_of_two_days_that_share_more_at_the_top_of_one():
    court = "court.example/case/1"
    one = report("a", "caxton", link=court)
    other = report("b", "caxton", early=(), day=1, link=court)
    assert are_one(one, other)
    assert not are_one(one, msgspec.structs.replace(other, date=other.date + dt.timedelta(1)))
    assert not are_one(report("a", "caxton", early=(), link=court), other)
    assert not are_one(report("a", link=court), report("b", link=court))
    others = [report(f"x{n}", link=court) for n in range(3)]
    assert found(one, other, *others) == []
    before = report("y", link=court, day=-DAYS - 1)
    assert found(before, one, other) == []


def test_titles_alone_decide_nothing():
    one, other = (report(path, "caxton", "stationers", letters=0) for path in "ab")
    assert not are_one(one, other)
    assert are_one(one, report("b", "caxton", "stationers"))


def test_a_text_in_chinese_needs_half_as_many_letters():
    one, other = (report(path, "caxton", "stationers", letters=100) for path in "ab")
    assert not are_one(one, other)
    assert are_one(one, msgspec.structs.replace(other, language="zh-CN"))
    short = msgspec.structs.replace(other, language="zh", letters=74)
    assert not are_one(one, short)


def test_what_many_texts_name_in_the_days_before_counts_little():
    before = [report(f"x{n:02}", "caxton", day=n % 20, source="Old") for n in range(12)]
    now = [report(path, "caxton", "stationers", day=28) for path in "ab"]
    assert found(*now) == [{"a", "b"}]
    assert found(*before, *now) == []


def test_names_that_begin_alike_are_one_sign_unless_both_are_new():
    before = [report(f"x{n}", "caxton", day=n, source="Old") for n in range(4)]

    def are_joined(*names, known=before):
        now = [report(path, *names, early=names, day=28) for path in "ab"]
        return found(*known, *now) == [{"a", "b"}]

    assert are_joined("caxton", "caxton-pro", known=())
    assert not are_joined("caxton", "caxton-pro")
    assert are_joined("caxton", "gutenberg")
    assert are_joined("caxton", "caxton-pro", "aldus")


def test_names_that_an_earlier_text_has_together_are_one_sign():
    before = report("x", "caxton", "stationers", source="Old")
    now = [
        report(path, "caxton", "stationers", early=("caxton", "stationers"), day=DAYS + 1) for path in "ab"
    ]
    assert found(*now) == [{"a", "b"}]
    assert found(before, *now) == []
    assert found(report("x", "caxton"), report("y", "stationers"), *now) == [{"a", "b"}]
    day_before = report("x", "caxton", "stationers", source="Old", day=DAYS)
    assert [{"a", "b"} <= one for one in found(day_before, *now)] == [True]
    more = [report(one.path, *NAMES[:3], early=NAMES[:3], day=DAYS + 1) for one in now]
    assert found(before, *more) == [{"a", "b"}]


def test_texts_that_share_two_names_and_begin_with_others_are_on_two_events():
    """Such as two victims of one group, or two talks at one conference."""
    shared = ("caxton", "stationers")

    def are_joined(ours, theirs, early=NAMES, both=shared):
        one, other = (report(path, *both, *own, early=early) for path, own in (("a", ours), ("b", theirs)))
        return are_one(one, other)

    assert not are_joined(("gutenberg",), ("aldus",))
    assert are_joined(("gutenberg",), ())
    assert are_joined(("gutenberg",), ("aldus",), early=shared)
    assert are_joined(("gutenberg",), ("gutenberg-2",))
    assert are_joined(("gutenberg",), ("aldus",), both=(*shared, "foundry"))
    assert not are_joined(("gutenberg",), ("aldus",), both=(*shared, "caxton-pro"))


def test_texts_that_share_a_few_names_only_must_say_something_else_alike():
    """Names of a person and a town go together in a quake and in a case of fraud."""

    def are_joined(ours, theirs, *, names=NAMES[:3], language="en", **more):
        one, other = (
            report(path, *names, title=title, excerpt=text, **more)
            for path, (title, text) in (("a", ours), ("b", theirs))
        )
        return are_one(one, msgspec.structs.replace(other, title_language=language))

    quake = (
        "Quake at Caxton",
        "The mayor asks people to stay outside until engineers have seen the bridges.",
    )
    fraud = ("Caxton charged", "Hanno Caxton, the mayor of the town, sold a park, says the court.")
    assert not are_joined(quake, fraud)
    assert not are_joined(quake, fraud, language="en-GB")
    assert are_joined(quake, fraud, language="de")
    assert are_joined(quake, fraud, names=NAMES[:4])
    assert are_joined(quake, fraud, link="court.example/case/1")
    assert are_joined(quake, (fraud[0], "Engineers of the mayor look at each bridge."))
    assert not are_joined(("Hanno Caxton in Aldus", ""), ("Aldus fears Hanno Caxton", ""))
    assert are_joined(("InkWorm spreads", ""), ("Who wrote inkworm?", ""))
    zh = [
        msgspec.structs.replace(report(path, *NAMES[:2], title=title, excerpt=""), title_language="zh")
        for path, title in (
            ("a", "卡克斯顿印刷厂起火"),
            ("b", "大火烧毁卡克斯顿的老印刷厂"),
            ("c", "卡克斯顿地震"),
        )
    ]
    assert are_one(*zh[:2])
    assert not are_one(*zh[1:])


def test_nouns_with_capitals_are_no_names_in_german():
    def are_joined(language):
        both = (
            report(path, *NAMES[:2], title=title, excerpt="")
            for path, title in (
                ("a", "Feuer in der Druckerei Caxton"),
                ("b", "Druckerei Caxton nach dem Feuer"),
            )
        )
        return are_one(*(msgspec.structs.replace(one, title_language=language) for one in both))

    assert are_joined("de-AT")
    assert not are_joined("en")


def test_texts_on_days_further_apart_must_name_something_new_in_common_early():
    one = report("a", *NAMES[:4])
    assert are_one(one, report("b", *NAMES[:4], early=NAMES[1:2], day=3))
    assert not are_one(one, report("b", *NAMES[:3], early=NAMES[1:2], day=4))
    assert are_one(one, report("b", *NAMES[:3], day=4))


def test_identifiers_join_and_part():
    one = report("a", "caxton", identifiers=("CVE-2024-1001",))
    assert are_one(one, report("b", "caxton", identifiers=("CVE-2024-1001",)))
    other = report("b", "caxton", "stationers", identifiers=("CVE-2024-1002",))
    assert not are_one(report("a", "caxton", "stationers", identifiers=("CVE-2024-1001",)), other)


def test_identifiers_of_two_texts_are_one_sign():
    names = [f"CVE-2024-{n}" for n in range(1001, 1004)]
    assert not are_one(*(report(path, path, identifiers=names) for path in "ab"))
    assert are_one(*(report(path, "caxton", early=(), identifiers=names) for path in "ab"))


def test_a_roundup_and_a_series_join_nothing():
    one = report("a", "caxton", "stationers")
    many = [f"CVE-2024-{n}" for n in range(1001, 1007)]
    assert not are_one(one, report("b", "caxton", "stationers", identifiers=many))
    assert not are_one(one, report("b", "caxton", "stationers", title="Caxton weekly, 3 July"))
    parts = [
        report(path, "caxton", "stationers", title=f"Caxton's press as I knew it, {what}")
        for path, what in (("a", "the ink"), ("b", "the type"))
    ]
    assert not are_one(*parts)


def test_an_aggregator_is_no_source_of_a_story():
    many = [report(f"x{n}", source="Many") for n in range(FEWEST)]
    one, other = report("a", "caxton", "stationers"), report("b", "caxton", "stationers", source="Many")
    assert found(one, other, *many) == []
    assert found(one, other) == [{"a", "b"}]
    third = report("c", "caxton", "stationers")
    [story] = stories_of([one, other, third, *many])
    assert ({text.path for text in story.texts}, len(story.reported)) == ({"a", "b", "c"}, 2)
    assert story.aggregators == ("Many",)


def test_a_text_in_the_language_of_the_site_represents_a_story_if_it_can_be_read():
    full, own = (
        report(path, "caxton", "stationers", letters=size) for path, size in (("a", 900), ("b", 400))
    )
    own = msgspec.structs.replace(own, title_language="it-IT")
    link = msgspec.structs.replace(own, verdict=Verdict.LINK)
    for texts, language, lead in [
        ((full, own), "it", "b"),
        ((full, own), "en", "a"),
        ((full, link), "it", "a"),
    ]:
        [story] = Stories(texts, language=language).updated()
        assert story.lead.path == lead


def test_copies_count_once():
    one, copy, other = (report(path, "caxton", "stationers", source=path) for path in "abc")
    group = CopyGroup(id="a", articles=(one, copy))
    assert stories_of([one, copy], [group]) == ()
    [story] = stories_of([one, copy, other], [group])
    assert ([text.path for text in story.texts], len(story.reported)) == (["a", "c"], 2)
    assert [each.path for each in story.articles] == ["a", "b", "c"]


def test_promotions_are_marked():
    both = [
        report("a", "caxton", "stationers", title="卡克斯顿印刷厂荣获大奖"),
        report("b", "caxton", "stationers", title="A prize for Caxton"),
    ]
    stories = Stories(both, promotions=["荣获"])
    assert [story.is_promotion for story in stories.updated()] == [True]
    assert [story.is_promotion for story in stories_of(both)] == [False]


def test_the_curator_joins_texts():
    text = prose(1)
    one, copy, other = (
        article("a", "One thing", text),
        article("b", "One thing", text),
        article("c", "Another"),
    )
    far = article("d", "A third", prose(3), day=900)
    everything = (one, copy, other, far)
    assert found(*everything) == []
    assert found(*everything, merges=[frozenset("ab")]) == []
    assert found(*everything, merges=[frozenset("bc")]) == [{"a", "c"}]
    assert found(*everything, merges=[frozenset("bc"), frozenset("cd")]) == [{"a", "c", "d"}]
    assert found(*everything, merges=[frozenset(("c", "gone"))]) == []
    [story] = stories_of(everything, Copies(everything).updated(), [frozenset("bd")])
    assert ([one.path for one in story.articles], story.id) == (["a", "d", "b"], "a")
    events = [report(path, "caxton", "stationers") for path in "xy"]
    assert found(*everything, *events, merges=[frozenset("cx")]) == [{"c", "x", "y"}]


REPORTS = [
    report(f"e{at}", *names, source=f"S{at % 5}", day=at % 11, letters=900 * (at % 4 > 0), identifiers=ids)
    for at, (names, ids) in enumerate(
        (names, ids)
        for names in (
            ("caxton", "stationers"),
            ("caxton", "caxton-pro", "foundry"),
            ("caxton",),
            ("foundry", "ink"),
        )
        for ids in ((), ("CVE-2024-1001",), ("CVE-2024-1002",))
        for _ in range(3)
    )
]


TOLD = [
    report(
        f"t{at}",
        *names,
        source=f"S{at % 3}",
        day=at % 4,
        title=title,
        excerpt=text,
        letters=900 * (at % 3 > 0),
    )
    for at, (names, (title, text)) in enumerate(
        (names, told)
        for names in (NAMES[:2], NAMES[:3], NAMES[1:5])
        for told in (("Caxton", BURNS), ("Aldus", BURNS), ("InkWorm", ""), ("Stop inkworm", "It spreads."))
    )
]
"""Texts that share names, but not all of them words."""
KNOWN = [
    report(f"k{at}", *names, early=names, source=f"S{at % 3}", day=day)
    for at, (day, names) in enumerate(
        (day, names)
        for day, some in ((0, 1), (8, 3), (8, 3))
        for names in (NAMES[:2], NAMES[1:3], NAMES[:4:3])[:some]
    )
]
"""Texts of which the first tells which names of the others go together."""


def crowd(count, day=0, start=0, names=("caxton",)):
    """Texts on one event of which two each share another name."""
    return [
        report(
            f"c{n:02}",
            *names,
            own,
            f"also {own}",
            early=(*names, own),
            day=day,
            title=f"{own} {TITLES[n % 2]}",
        )
        for n in range(start, start + count)
        for own in [f"own{n // 2}"]
    ]


def test_groups_of_a_large_event_are_one_story():
    many = crowd(30)
    everything = {one.path for one in many}
    assert found(*many) == [everything]
    assert len(found(*many[:28])) == 14
    soon, later = crowd(4, 2, start=30), crowd(4, 3, start=30)
    assert found(*many, *soon) == [everything | {one.path for one in soon}]
    assert found(*many, *later) == [everything, {"c30", "c31"}, {"c32", "c33"}]
    assert found(*many, *soon[:2]) == [everything, {"c30", "c31"}]
    assert found(*many, *crowd(2, 0, start=30, names=())) == [everything, {"c30", "c31"}]
    before = [report(f"x{n}", "caxton", day=-20, source=f"X{n}") for n in range(3)]
    assert len(found(*before, *many)) == 15
    assert found(*before[:2], *many) == [everything]


def test_texts_elsewhere_make_a_name_frequent_or_known_and_join_or_part_groups():
    many = crowd(30)
    before = [report(f"x{n}", "caxton", day=-20, source=f"X{n}") for n in range(3)]
    kept, now = Stories(many), set(many)
    for removed, added in (
        (many[28:], []),
        ([], many[28:]),
        ([], before),
        (before[1:], []),
        (many[5:6], before[1:]),
    ):
        kept.change(removed, added, (), ())
        now = now - {*removed} | {*added}
        assert kept.updated() == stories_of([*now])
    assert len(kept.stories) == 14


def test_two_thirds_of_the_texts_of_a_group_begin_with_the_name_of_a_large_event():
    many = crowd(30)
    names = ("own40", "own41")
    pair = [report(path, *names, early=names) for path in ("p", "q")]
    with_name = [report(path, "caxton", *names, early=("caxton", *names)) for path in ("p", "q")]
    third = report("r", *names, early=names)
    assert len(found(*many, *pair, third)) == 2
    assert len(found(*many, *with_name)) == 1
    assert len(found(*many, *with_name, third)) == 1
    assert len(found(*many, *with_name, third, report("s", *names, early=names))) == 2


CROWD = [
    report(
        f"w{at}",
        *names,
        early=("caxton", "aldus", *names[1:]),
        source=f"S{at % 4}",
        day=day,
        title=TITLES[at % 4],
    )
    for at, (day, names) in enumerate(
        (day, (name, f"own{at}"))
        for at, (name, days) in enumerate(
            [
                ("caxton", (0, 1)),
                ("caxton", (2, 2)),
                ("caxton", (4, 5)),
                ("aldus", (0, 2)),
                ("foundry", (1, 1)),
            ]
        )
        for day in days
    )
]
CROWD += [
    report(f"v{n}", "caxton", "aldus", early=("caxton", "aldus"), day=n, title=TITLES[n]) for n in range(4)
]
"""Pairs of texts, which a name that is frequent for their number joins."""


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_groups_of_large_events_become_the_same_as_found_from_scratch(data):
    known = {one.path: one for one in CROWD}
    some = st.lists(st.sampled_from(sorted(known)), unique=True, min_size=6)
    now = {path: known[path] for path in data.draw(some)}
    with mock.patch.multiple(bursts, _MANY=5, _MANY_OF_DAY=2, _TIMES=2):
        kept = Stories([*now.values()])
        for _ in range(data.draw(st.integers(1, 3))):
            while data.draw(st.booleans()) and kept.prepare():
                pass
            removed = [
                now.pop(path) for path in data.draw(st.lists(st.sampled_from(sorted(known)))) if path in now
            ]
            shift = dt.timedelta(data.draw(st.sampled_from((0, 0, 1, 8))))
            added = [
                msgspec.structs.replace(known[path], date=known[path].date + shift)
                for path in data.draw(some)
                if path not in now
            ]
            now |= {one.path: one for one in added}
            kept.change(removed, added, (), ())
            assert kept.updated() == stories_of([*now.values()])


@pytest.mark.parametrize("pool", [POOL[:12], REPORTS, [*REPORTS[::2], *POOL[:6]], KNOWN, TOLD])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_kept_becomes_the_same_as_found_from_scratch(pool, data):
    known = {one.path: one for one in (*pool, UNRELATED)}
    some = st.lists(st.sampled_from(sorted(known)), unique=True)
    now = {path: known[path] for path in data.draw(some)}
    copies = Copies(now.values())
    kept = Stories([*now.values()], copies.updated())
    for _ in range(data.draw(st.integers(1, 3))):
        for _ in range(data.draw(st.integers(0, 9))):
            kept.prepare()
        removed = [now.pop(path) for path in data.draw(some) if path in now]
        shift = dt.timedelta(data.draw(st.integers(0, 8)))
        added = [
            msgspec.structs.replace(known[path], date=known[path].date + shift)
            for path in data.draw(some)
            if path not in now
        ]
        now |= {one.path: one for one in added}
        copies.change([one.path for one in removed], added)
        kept.change(removed, added, *copies.update())
        merges = [frozenset(data.draw(some)) for _ in range(data.draw(st.integers(0, 3)))]
        before = list(kept.stories)
        ended, begun = kept.update(merges)
        assert {*map(id, before)} - {*map(id, ended)} | {*map(id, begun)} == {*map(id, kept.stories)}
        everything = [*now.values()]
        assert kept.stories == [*stories_of(everything, copies.groups, merges)]
        restored = Stories(everything, copies.groups, found=kept.found(everything))
        while restored.prepare():
            pass
        assert restored.updated(merges) == tuple(kept.stories)


def test_an_earlier_text_parts_later_ones_and_joins_them_again():
    names, others = NAMES[:2], NAMES[2:4]
    now = [
        report("a", *names, early=names, day=8),
        report("b", *names, *others, early=(*names, *others), day=8),
        report("c", *others, early=others, day=8),
    ]
    before = report("x", *names, source="Old")
    kept = Stories(now)
    assert kept.updated() == stories_of(now)
    kept.change((), [before], (), ())
    assert kept.updated() == stories_of([before, *now]) != stories_of(now)
    kept.change([before], (), (), ())
    assert kept.updated() == stories_of(now)


def test_texts_of_another_source_leave_all_features_as_rare_as_they_were(monkeypatch):
    """Features are weighed for pairs of texts only, not for all days on which other texts could count."""
    kept, weighed = Stories(REPORTS), []
    weight = TextIndex.weight
    monkeypatch.setattr(TextIndex, "weight", lambda *asked: weighed.append(asked) or weight(*asked))
    before = [one for one in REPORTS if one.source == "S1"]
    after = [msgspec.structs.replace(one, source="S2") for one in before]
    kept.change(before, after, (), ())
    assert {day for _, _, day in weighed} <= {one.date.toordinal() for one in REPORTS}
    monkeypatch.undo()
    assert kept.updated() == stories_of([*after, *(one for one in REPORTS if one.source != "S1")])


@settings(max_examples=40, deadline=None)
@given(st.permutations(REPORTS[:20]))
def test_stories_do_not_depend_on_the_order_of_articles(articles):
    assert stories_of(articles) == stories_of(REPORTS[:20])
