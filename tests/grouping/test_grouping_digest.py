import datetime as dt
import posixpath
import unicodedata

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.config.site import SourceConfig
from generator.grouping import digest_of
from generator.model import addresses
from generator.model.errors import Severity
from generator.model.ids import path_id
from generator.model.types import Article, Skipped, TextPolicy, Verdict


def article(path: str, **fields) -> Article:
    given_ = {
        "id": path_id(path),
        "title": "A title",
        "language": "en",
        "title_language": "en",
        "url": None,
        "source": "Daily Press",
        "date": dt.date(2024, 7, 3),
        "verdict": Verdict.FULL,
    }
    return Article(path=path, **given_ | fields)


def grouped(*articles, sources=None, text=TextPolicy.FULL):
    return digest_of(articles, sources or {}, text)


def test_no_articles_are_an_empty_digest():
    digest, skipped, problems = grouped()
    assert digest.articles == digest.days == digest.weeks == digest.months == digest.years == ()
    assert digest.sources == {}
    assert (skipped, problems) == ((), ())


def test_articles_carry_the_name_of_their_source_everywhere():
    digest, _, _ = grouped(
        article("a.md", source="daily  press"),
        article("b.md", source="DP", date=dt.date(2024, 7, 4)),
        sources={"Daily Press": SourceConfig(aliases=("dp",), home="https://press.example/")},
    )
    (source,) = digest.sources.values()
    assert (source.name, source.slug, source.home) == ("Daily Press", "daily-press", "https://press.example/")
    everywhere = [
        *digest.articles,
        *source.articles,
        *(a for month in source.months for part in month.parts for a in part),
        *(
            a
            for editions in (digest.days, digest.years)
            for e in editions
            for g in e.groups
            for a in g.articles
        ),
    ]
    assert len(everywhere) == 10
    assert {a.source for a in everywhere} == {"Daily Press"}
    assert [a.path for a in digest.articles] == ["b.md", "a.md"]


def test_a_source_has_its_own_text_policy_or_the_sites():
    sources = {"A": SourceConfig(text=TextPolicy.LINK, language="zh"), "B": SourceConfig()}
    digest, _, _ = grouped(
        article("a", source="a"),
        article("b", source="b"),
        article("c", source="c"),
        sources=sources,
        text=TextPolicy.EXCERPT,
    )
    assert {name: (own.text, own.language) for name, own in digest.sources.items()} == {
        "A": (TextPolicy.LINK, "zh"),
        "B": (TextPolicy.EXCERPT, None),
        "c": (TextPolicy.EXCERPT, None),
    }


def test_sources_come_by_slug():
    digest, _, _ = grouped(
        article("1", source="b"),
        article("2", source="报"),
        article("3", source="C"),
        article("4", source="A"),
    )
    assert list(digest.sources) == ["A", "b", "C", "报"]


def test_of_two_articles_with_one_id_the_lower_path_keeps_it():
    digest, skipped, problems = grouped(
        article("b.md", id="mine"), article("a.md", id="mine"), article("c.md", id="MINE")
    )
    assert [a.path for a in digest.articles] == ["a.md"]
    assert skipped == (
        Skipped(path="b.md", reason="has the same id as a.md: mine"),
        Skipped(path="c.md", reason="has the same id as a.md: MINE"),
    )
    assert [(problem.path, problem.severity) for problem in problems] == [
        ("b.md", Severity.WARNING),
        ("c.md", Severity.WARNING),
    ]
    assert "id" in problems[0].advice


def test_of_two_names_that_look_the_same_the_difference_is_told():
    composed, apart = (unicodedata.normalize(form, "é.md") for form in ("NFC", "NFD"))
    _, skipped, _ = grouped(article(apart, id="mine"), article(composed, id="mine"))
    assert [one.reason for one in skipped] == [
        f"has the same id as {apart}, the same name composed in another way (NFD there, NFC here): mine"
    ]


@pytest.mark.parametrize(
    ("alias", "fault"),
    [
        ("", "is the address of a page of the site"),
        ("Index.html", "is the address of a page of the site"),
        ("404.html", "is the address of a page of the site"),
        ("2024/", "is the address of a page of the site"),
        ("2024/W27/", "is the address of a page of the site"),
        ("2024/07/index.html", "is the address of a page of the site"),
        ("2024/07/03/", "is the address of a page of the site"),
        ("2024.html", None),
        ("2024/07/04/", None),
        ("2024/07/03/old.html", None),
        ("feed.json/", "lies below the address of another page"),
        ("sources/daily-press/", "lies in `sources/`, which is the site's own"),
        ("Assets/x.html", "lies in `assets/`, which is the site's own"),
        ("picks/", "lies in `picks/`, which is the site's own"),
        ("picks/feed.json/a.html", "lies in `picks/`, which is the site's own"),
        ("search/", "lies in `search/`, which is the site's own"),
        ("search/months.json", "lies in `search/`, which is the site's own"),
        ("Stories/ab/abcdef.html", "lies in `stories/`, which is the site's own"),
        (addresses.article("other"), "is the address of a.md"),
        (addresses.article("other").upper(), "is the address of a.md"),
        (addresses.article("other") + "/", "lies below the address of another page"),
        ("taken.html", "is the address of a.md"),
        ("taken.html/x/", "lies below the address of another page"),
        ("folder/", None),
        ("folder/deep.html", "is the name of a folder of the site"),
        ("cafe\u0301.html", "is the address of a.md"),
    ],
)
def test_an_alias_where_something_stands_is_dropped_with_a_problem(alias, fault):
    first = article("a.md", id="other", aliases=("taken.html", "folder/deep.html/below.html", "CAFÉ.html"))
    digest, skipped, problems = grouped(article("b.md", aliases=(alias, "fine.html")), first)
    own = {a.path: a.aliases for a in digest.articles}
    assert own["a.md"] == first.aliases
    assert own["b.md"] == (("fine.html",) if fault else (alias, "fine.html"))
    assert skipped == ()
    assert [(p.path, p.message) for p in problems] == (
        [("b.md", f"the alias {alias!r} {fault}")] if fault else []
    )


def test_an_alias_that_is_the_articles_own_address_is_dropped_in_silence():
    own = article("a.md", id="mine", aliases=("articles/mi/mine.html", "x/", "x/", "x/index.html"))
    digest, _, problems = grouped(own)
    assert digest.articles[0].aliases == ("x/",)
    assert problems == ()


def test_problems_of_the_configuration_are_told():
    _, _, problems = grouped(sources={"A": SourceConfig(), "ａ": SourceConfig()})
    assert [problem.path for problem in problems] == ["digest.toml"]


def folded(address):
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", addresses.file_of(address)).casefold())


def pages_of(digest):
    yield from (addresses.FRONT, addresses.SOURCES, addresses.NOT_FOUND, addresses.OPML, addresses.SITEMAP)
    for editions in (digest.days, digest.weeks, digest.months, digest.years):
        yield from map(addresses.edition, editions)
    for source in digest.sources.values():
        yield addresses.source(source)
        yield addresses.source(source) + addresses.ATOM
        for month in source.months:
            for number in range(1, len(month.parts) + 1):
                yield addresses.source_month(source, month.first, number)
    for article_ in digest.articles:
        yield addresses.article(article_.id)
        yield from article_.aliases


words = st.sampled_from(
    ["A", "a", "Ａ", "con", "..", "é", "e\u0301", "c++", "c", "报", "🙂", "ı", "i", "x" * 300]
)
aliases = st.sampled_from(
    ["a.html", "A.html", "a.html/", "b/", "b/a.html", "b/index.html", "2024/07/", "é/", "e\u0301/"]
)
moments = st.none() | st.datetimes(timezones=st.just(dt.UTC))
articles = st.builds(
    lambda number, source, day, moment, id_, aliases_: article(
        f"{number}.md",
        source=source,
        date=moment.date() if moment else day,
        time=moment,
        aliases=tuple(aliases_),
        **({"id": id_} if id_ else {}),
    ),
    st.integers(0, 10_000),
    words | st.text(max_size=8),
    st.dates() | st.dates(dt.date(2024, 6, 29), dt.date(2024, 7, 2)),
    moments,
    st.none() | st.sampled_from(["mine", "yours"]),
    st.lists(aliases, max_size=2),
)
heaps = st.lists(articles, max_size=25, unique_by=lambda article_: article_.path)


@settings(deadline=None, max_examples=50)
@given(heaps, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(heap, random):
    shuffled = heap.copy()
    random.shuffle(shuffled)
    assert grouped(*shuffled) == grouped(*heap)


@settings(deadline=None, max_examples=50)
@given(heaps)
def test_every_article_stands_once_in_each_kind_of_edition_and_in_one_part(heap):
    digest, skipped, _ = grouped(*heap)
    paths = sorted(a.path for a in digest.articles)
    assert sorted([*paths, *(skip.path for skip in skipped)]) == sorted(a.path for a in heap)
    for editions in (digest.days, digest.weeks, digest.months, digest.years):
        assert sorted(a.path for e in editions for g in e.groups for a in g.articles) == paths
        assert [e.first for e in editions] == sorted({e.first for e in editions})
        assert all(e.first <= a.date <= e.last for e in editions for g in e.groups for a in g.articles)
        assert all(sum(count for _, count in e.days) == e.count for e in editions)
    months = [month for source in digest.sources.values() for month in source.months]
    assert sorted(a.path for month in months for part in month.parts for a in part) == paths
    assert all(a.source == name for name, source in digest.sources.items() for a in source.articles)


@settings(deadline=None, max_examples=50)
@given(heaps)
def test_no_two_addresses_collide_on_any_file_system(heap):
    digest, _, _ = grouped(*heap)
    files = [folded(address) for address in pages_of(digest)]
    assert len(files) == len(set(files))
    folders = set()
    for file in files:
        while file := posixpath.dirname(file):
            folders.add(file)
    assert folders.isdisjoint(files)


def test_an_articles_place_does_not_depend_on_its_neighbours():
    own = article("a.md", source="C++")
    alone, _, _ = grouped(own)
    others = [article(f"{n}.md", source=f"c {n}", date=dt.date(2024, 7, 1 + n)) for n in range(20)]
    crowded, _, _ = grouped(own, *others)
    assert crowded.sources["C++"] == alone.sources["C++"]
    assert msgspec.structs.replace(own) in crowded.articles
