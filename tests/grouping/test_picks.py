import datetime as dt
import random
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.config.picks import Pick
from generator.grouping.article_names import ArticleNames
from generator.grouping.picks import SUGGESTED, choices_of
from generator.model.errors import Problem, Severity, shown
from generator.model.types import Article, Skipped, Verdict
from generator.reading.canonical import keys_of


def article(path="a.md", **changes):
    values = {
        "id": path,
        "path": path,
        "title": "A title",
        "language": "en",
        "title_language": "en",
        "url": f"https://origin.example/{path}",
        "source": "A source",
        "date": dt.date(2024, 7, 3),
        "verdict": Verdict.FULL,
        "excerpt": "The beginning.",
    }
    return Article(**values | changes)


def pick(name="a.md", line=1, **said):
    return Pick(file="picks.toml", article=name, lines={"": line}, **said)


def own(name="a.md", **said):
    """As its front matter says it."""
    return Pick(file=name, article=name, lines=dict.fromkeys(said, 5), **said)


class Picked(NamedTuple):
    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...]
    problems: tuple[Problem, ...]
    merges: tuple[frozenset[str], ...]
    splits: tuple[frozenset[str], ...]


def applied(
    articles, picks, *, skipped=(), withheld_urls=None, keys_of=lambda url: (url,), language_of=lambda _: None
):
    """Apply picks to articles, which are found among all names as among those that are wanted."""
    picks = tuple(picks)
    waiting = {one.path: one.reason for one in skipped}
    names = ArticleNames(articles, keys_of, picks)
    choices = choices_of(picks, names, waiting, withheld_urls or {})
    assert choices == choices_of(picks, ArticleNames(articles, keys_of), waiting, withheld_urls or {})
    kept = (choices.applied_to(one, language_of) for one in articles)
    return Picked(tuple(filter(None, kept)), tuple(choices.skipped), *choices[1:])


def told(picked):
    return [str(problem) for problem in picked.problems]


ARTICLES = (article("a.md"), article("b.md"), article("c.md"))


def test_without_picks_nothing_changes():
    assert applied(ARTICLES, ()) == (ARTICLES, (), (), (), ())


def test_a_pick_changes_its_article_alone():
    said = {
        "pin": True,
        "note": "Read *this*.",
        "title": "新标题",
        "summary": "In short.",
        "tags": ("Web", "new"),
    }
    articles = (article("a.md", tags=("web", "old")), *ARTICLES[1:])
    picked = applied(articles, [pick(**said)], language_of=lambda title: "zh" if title == "新标题" else None)
    expected = msgspec.structs.replace(
        articles[0],
        pinned=True,
        place=1,
        note="Read *this*.",
        title="新标题",
        title_language="zh",
        excerpt="In short.",
        tags=("web", "old", "new"),
    )
    assert picked == ((expected, *articles[1:]), (), (), (), ())


def test_a_title_in_no_language_is_in_that_of_the_text():
    (changed,), *_ = applied([article(language="fr")], [pick(title="42")])
    assert changed.title_language == "fr"


def test_a_note_has_a_language_of_its_own():
    picks = [pick("a.md", note="Read this."), pick("b.md", note="42")]
    (first, second, *_), *_ = applied(ARTICLES, picks, language_of={"Read this.": "en"}.get)
    assert (first.note_language, second.note_language) == ("en", "")


def test_what_is_hidden_is_skipped_with_its_reason():
    picks = [pick("a.md", hide=True), pick("b.md", hide=True, why="an advertisement"), own("c.md", hide=True)]
    articles, skipped, problems, *_ = applied(ARTICLES, picks)
    assert articles == ()
    assert skipped == (
        Skipped(path="a.md", reason="hidden by picks.toml"),
        Skipped(path="b.md", reason="hidden by picks.toml: an advertisement"),
        Skipped(path="c.md", reason="hidden by its front matter"),
    )
    assert problems == ()


def test_the_file_wins_over_front_matter_key_by_key():
    picks = [
        own("a.md", hide=True, why="mine", note="old", pin=True, tags=("x",)),
        pick("a.md", hide=False, note="new"),
    ]
    (changed, *_), skipped, problems, *_ = applied(ARTICLES, picks)
    assert (changed.note, changed.pinned, changed.tags) == ("new", True, ("x",))
    assert (skipped, problems) == ((), ())
    (changed, *_), *_ = applied(
        ARTICLES, [own("a.md", note="old", pin=True), pick("a.md", note="", pin=False)]
    )
    assert (changed.note, changed.pinned) == ("", False)
    *_, skipped, _, _, _ = applied(ARTICLES, [own("a.md", hide=False), pick("a.md", hide=True, why="ad")])
    assert skipped == (Skipped(path="a.md", reason="hidden by picks.toml: ad"),)


def test_two_picks_of_one_article_add_up_and_are_told():
    picks = [pick(line=3, pin=True, note="x"), pick("https://origin.example/a.md", line=7, note="y")]
    (changed, *_), _, problems, *_ = applied(ARTICLES, picks)
    assert (changed.pinned, changed.note) == (True, "y")
    assert [str(p) for p in problems] == [
        "picks.toml:7: names `a.md`, as does line 3; combine them, or the later value of each key counts"
    ]
    assert problems[0].severity is Severity.NOTICE


# --- which article is meant ---------------------------------------------------------------------


def test_pinned_articles_have_the_place_of_their_pick_among_those_that_pin():
    paths = ("a.md", "b.md", "c.md")
    picks = [own("c.md", pin=True), pick("b.md", pin=True), pick("c.md", note="x"), pick("a.md", pin=True)]
    changed, *_ = applied([article(path) for path in paths], picks)
    assert {one.path: one.place for one in changed} == {"a.md": 2, "b.md": 1, "c.md": 0}


def test_an_article_is_named_by_the_address_of_its_original():
    (changed, *_), _, problems, *_ = applied(ARTICLES, [pick("https://origin.example/a.md", pin=True)])
    assert changed.pinned
    assert problems == ()


def canonical(url):
    return (url.partition("://")[2].removeprefix("www.").partition("?utm")[0],)


def test_addresses_compare_by_what_they_are_known_by():
    articles = [article("a.md", url="https://www.origin.example/x?utm_source=y", keys=("origin.example/x",))]
    picked = applied(articles, [pick("http://origin.example/x", pin=True)], keys_of=canonical)
    assert picked.articles[0].pinned


def test_the_original_goes_before_a_mirror_that_names_it_and_the_exact_address_before_all():
    original = article("a.md", url="https://origin.example/x", keys=("origin.example/x",))
    mirror = article("m.md", url="https://mirror.example/1", keys=("mirror.example/1", "origin.example/x"))
    tracked = article("t.md", url="https://origin.example/x?utm=1", keys=("origin.example/x",))
    for articles in ([mirror, original], [original, mirror]):
        picked = applied(articles, [pick("https://www.origin.example/x", hide=True)], keys_of=canonical)
        assert [one.path for one in picked.skipped] == ["a.md"]
    picked = applied([mirror], [pick("https://origin.example/x", hide=True)], keys_of=canonical)
    assert [one.path for one in picked.skipped] == ["m.md"]
    picked = applied([original, tracked], [pick("https://origin.example/x", pin=True)], keys_of=canonical)
    assert [(one.path, one.pinned) for one in picked.articles] == [("a.md", True), ("t.md", False)]
    picked = applied([original, tracked], [pick("https://origin.example/x", hide=True)], keys_of=canonical)
    assert [one.path for one in picked.skipped] == ["a.md", "t.md"]


def test_an_address_of_several_is_told_with_their_paths():
    articles = [article(f"{name}.md", url="https://origin.example/x") for name in "edcba"]
    picked = applied(articles, [pick("https://origin.example/x", line=4, pin=True)])
    assert picked.articles == tuple(articles)
    assert picked.problems[0].severity is Severity.WARNING
    assert told(picked) == [
        "picks.toml:4: 5 clippings have the address `https://origin.example/x`; "
        "name one by its path: `a.md`, `b.md`, `c.md` or 2 more"
    ]


def test_every_clipping_of_an_address_is_hidden():
    articles = [article(f"{name}.md", url="https://origin.example/x") for name in "cba"]
    hiding = pick("https://origin.example/x", line=4, hide=True, why="asked to", note="n", merge=("d.md",))
    picked = applied([*articles, article("d.md")], [hiding])
    assert [(one.path, one.reason) for one in picked.skipped] == [
        (f"{name}.md", "hidden by picks.toml: asked to") for name in "abc"
    ]
    assert [one.path for one in picked.articles] == ["d.md"]
    assert picked.problems == picked.merges == ()


def test_parts_of_a_page_are_hidden_with_it():
    parts = {"b.md": "#part", "c.md": "?utm=1#part", "d.md": "#/other", "e.md": "#!other", "f.md": "/x#part"}
    articles = [article(path, url=f"https://origin.example/shop{part}") for path, part in parts.items()]
    for some in (articles, articles[:1], [article("a.md", url="https://origin.example/shop"), *articles]):
        for address in ("https://origin.example/shop", "http://www.origin.example/shop"):
            picked = applied(some, [pick(address, hide=True)], keys_of=canonical)
            hidden = {one.path for one in picked.skipped}
            assert hidden - {"a.md"} == {one.path for one in some} & {"b.md", "c.md"}
            assert picked.problems == ()


def test_one_of_an_address_that_is_hidden_may_be_let_in_again():
    articles = [article(f"{name}.md", url="https://origin.example/x") for name in "ab"]
    hidden = pick("https://origin.example/x", hide=True)
    picked = applied(articles, [hidden, pick("b.md", line=9, hide=False)])
    assert [one.path for one in picked.articles] == ["b.md"]
    assert [one.severity for one in picked.problems] == [Severity.NOTICE]
    assert applied(articles, [hidden, pick("https://origin.example/x", line=9, hide=False)]).skipped == ()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("2024/07/03/daily/presse.md", "2024/07/03/daily/press.md"),
        ("content/2024/07/03/daily/press.md", "2024/07/03/daily/press.md"),
        ("press.md", "2024/07/03/daily/press.md"),
        ("2024\\07\\03\\daily\\press.md", "2024/07/03/daily/press.md"),
        (
            "https://origin.example/2024/07/03/daily/pres.md",
            "https://origin.example/2024/07/03/daily/press.md",
        ),
    ],
)
def test_what_fits_nothing_gets_a_suggestion(name, meant):
    articles = [article("2024/07/03/daily/press.md"), *(article(f"2024/{n}.md") for n in range(1000))]
    picked = applied(articles, [pick(name, line=2, pin=True)])
    (message,) = told(picked)
    assert message.startswith(
        f"picks.toml:2: no {'article has the address' if '://' in name else 'clipping is'} `"
    )
    assert message.endswith(f"; did you mean `{meant}`?")


def test_another_case_is_suggested_first():
    articles = [article(f"2024/07/01/{name}.md") for name in ("A1", "B", "a")]
    (message,) = told(applied(articles, [pick("2024/07/01/A.md", pin=True)]))
    assert message.endswith("; did you mean `2024/07/01/a.md`?")


def test_what_is_like_nothing_is_told_how_to_name_one():
    picked = applied([*ARTICLES, article("x/a.md")], [pick("nothing like it"), pick("y/a.md" + "z" * 400)])
    assert [message.partition("; ")[2] for message in told(picked)] == [
        "write its path below the content folder, or the address of its original"
    ] * 2


def test_suggestions_are_bounded():
    picked = applied(ARTICLES, [pick(f"a{n:02}.md", line=n) for n in range(80)])
    assert len(picked.problems) == 80
    assert sum("did you mean" in message for message in told(picked)) <= SUGGESTED


def test_a_pick_of_what_is_not_published_waits():
    skipped = [Skipped(path="d.md", reason="is a draft")]
    picked = applied(ARTICLES, [pick("d.md", pin=True)], skipped=skipped)
    assert told(picked) == ["picks.toml:1: `d.md` is not published, so this waits: it is a draft"]
    assert picked.problems[0].severity is Severity.NOTICE


@pytest.mark.parametrize(
    "name", ["https://origin.example/d.md", "https://www.origin.example/d.md?utm_source=x"]
)
@pytest.mark.parametrize("said", [{"pin": True}, {"hide": True}])
def test_a_pick_of_what_is_not_published_waits_by_its_address_too(name, said):
    urls = {"https://origin.example/d.md": "is a draft"}
    picked = applied(ARTICLES, [pick(name, **said)], withheld_urls=urls, keys_of=keys_of)
    assert told(picked) == [f"picks.toml:1: `{name}` is not published, so this waits: it is a draft"]
    assert picked.problems[0].severity is Severity.NOTICE


def test_names_compare_in_one_normal_form_and_any_bytes_will_do():
    decomposed, odd = "e\u0301.md", "x\udcff.md"
    picked = applied([article(decomposed), article(odd)], [pick("\u00e9.md", pin=True), own(odd, hide=True)])
    assert [one.pinned for one in picked.articles] == [True]
    assert [one.path for one in picked.skipped] == [shown(odd)]
    picked = applied(
        [article(odd, url="https://a.example/"), article("y.md", url="https://a.example/")],
        [pick("https://a.example/", pin=True)],
    )
    assert "`x\\xff.md`" in told(picked)[0]


# --- stories ------------------------------------------------------------------------------------


def test_merges_and_splits_are_by_path():
    picks = [
        pick("a.md", merge=("https://origin.example/b.md",)),
        own("b.md", merge=("a.md",)),
        pick("c.md", split=True),
    ]
    picked = applied(ARTICLES, picks)
    assert picked == (ARTICLES, (), (), (frozenset({"a.md", "b.md"}),), (frozenset({"c.md"}),))


def test_a_merge_with_nothing_is_told():
    picked = applied(
        ARTICLES, [pick("a.md", merge=("d.md", "a.md")), pick("b.md", merge=("https://origin.example/b.md",))]
    )
    assert picked.merges == ()
    assert told(picked) == [
        "picks.toml:1: `a.md` is merged with itself; name the other article",
        "picks.toml:1: `b.md` is merged with itself; name the other article",
        "picks.toml:1: no clipping is `d.md`; "
        "write its path below the content folder, or the address of its original",
    ]


def test_what_is_hidden_or_split_is_merged_with_nothing():
    picks = [pick("a.md", merge=("b.md", "c.md")), pick("b.md", hide=True), pick("c.md", line=9, split=True)]
    picked = applied(ARTICLES, picks)
    assert (picked.merges, picked.splits) == ((), (frozenset({"c.md"}),))
    assert told(picked) == [
        "picks.toml:1: `c.md` is merged here and split elsewhere; it is split; take one of the two out"
    ]


NAMES = st.sampled_from(
    ["a.md", "b.md", "c.md", "d.md", "https://origin.example/a.md", "https://origin.example/e.md"]
)
PICKS = st.lists(
    st.builds(
        pick,
        NAMES,
        st.integers(1, 99),
        pin=st.none() | st.booleans(),
        hide=st.none() | st.booleans(),
        note=st.none() | st.text(max_size=3),
        tags=st.lists(st.sampled_from("xyz"), max_size=2).map(tuple),
        merge=st.lists(NAMES, max_size=2).map(tuple),
        split=st.none() | st.booleans(),
    ),
    max_size=6,
)


@given(PICKS, st.randoms(use_true_random=False))
def test_nothing_is_lost_and_no_order_of_articles_shows(picks, rng: random.Random):
    shuffled = rng.sample(ARTICLES, len(ARTICLES))
    one, other = applied(ARTICLES, picks), applied(shuffled, picks)
    assert sorted(one.articles, key=lambda a: a.path) == sorted(other.articles, key=lambda a: a.path)
    assert one[1:] == other[1:]
    assert {a.path for a in one.articles} | {s.path for s in one.skipped} == {a.path for a in ARTICLES}
    kept = {a.path for a in one.articles}
    assert all(merge <= kept and len(merge) > 1 for merge in one.merges)
    assert not frozenset().union(*one.merges) & frozenset().union(*one.splits)
