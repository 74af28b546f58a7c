"""Tags fold like the spellings of sources, and a few changes leave what grouping all articles makes."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from generator.config.site import TagConfig
from generator.config.tags import NEWEST, TagRules, tag_rules
from generator.grouping.editions import order
from generator.grouping.tags import regrouped_tags, tags_of
from generator.model.types import Article, Verdict

DAY = dt.date(2024, 7, 3)
RULES = tag_rules(
    {
        "press": TagConfig(aliases=("printing",), name="The press"),
        "hidden": TagConfig(hide=True),
        "a/b": TagConfig(match=("caxton",)),
    }
)
TAGS = ("press", "Printing", "ink", "INK", "Ink/Black", "ink/black/blue", "hidden/x", "C++", "c", "a")


def article(number: int, *tags: str, days: int = 0, words: tuple[str, ...] = ()) -> Article:
    return Article(
        id=f"{number:012}", path=f"{number:05}.md", title=f"Title {number}", language="en",
        title_language="en", url=None, source="Alpha", date=DAY + dt.timedelta(days), verdict=Verdict.FULL,
        tags=tags, tag_words=words,
    )  # fmt: skip


def test_a_tag_has_the_articles_of_those_nested_in_it():
    tags = tags_of([article(1, "ink"), article(2, "Ink/Black"), article(3, "paper")], TagRules())
    assert {key: [one.path for one in tag.articles] for key, tag in tags.items()} == {
        "ink": ["00001.md", "00002.md"], "ink/black": ["00002.md"], "paper": ["00003.md"],
    }  # fmt: skip
    assert (tags["ink"].slug, tags["ink/black"].name) == ("ink", "Ink/Black")
    assert tags["ink/black"].slug.startswith("ink-black-")


def test_a_tag_is_called_as_most_of_its_first_articles_spell_it():
    spelt = ["ink", "INK", "INK", "INK", *["Ink"] * 3]
    articles = [article(n, tag, days=n) for n, tag in enumerate(spelt)][::-1]
    assert tags_of(articles, TagRules())["ink"].name == "INK"  # of the first four
    more = [article(10 + n, "Ink", days=10) for n in range(9)]
    assert tags_of([*more, *articles], TagRules())["ink"].name == "Ink"


def test_few_articles_need_no_months():
    articles = [article(n, "ink", days=-n) for n in range(NEWEST + 1)]
    assert tags_of(articles[1:], TagRules())["ink"].months == ()
    [newer, older] = tags_of(articles, TagRules())["ink"].months
    assert (newer.count, older.count) == (3, NEWEST - 2)


def test_hostile_tags_have_addresses_of_their_own():
    hostile = ("../../etc", "con", "a b", "a-b", "<script>", "\u202eevil", "x" * 100, "é", "e\u0301")
    tags = tags_of([article(1, *hostile)], TagRules())
    slugs = [tag.slug for tag in tags.values()]
    assert len({*slugs}) == len(slugs)
    assert all(slug.replace("-", "").isalnum() for slug in slugs)


changes = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.lists(st.sampled_from(TAGS), max_size=3, unique=True),
        st.integers(-40, 0),
        st.sampled_from(((), ("caxton",))),
    ),
    max_size=6,
)


@settings(deadline=None)
@given(changes, st.sampled_from((0, NEWEST - 2, NEWEST + 3)), st.sampled_from((TagRules(), RULES)))
def test_changes_leave_what_grouping_all_makes(changes, crowd, rules):
    there = {100 + n: article(100 + n, "ink", days=-n) for n in range(crowd)}
    known = tags_of(sorted(there.values(), key=order), rules)
    for number, tags, days, words in changes:
        old = [there.pop(number)] if number in there else []
        new = [article(number, *tags, days=days, words=words)] if days > -35 else []
        if new:
            there[number] = new[0]
        known = regrouped_tags(known, old, new, rules)
        assert known == tags_of(sorted(there.values(), key=order), rules)
        assert [*known] == sorted(known)
