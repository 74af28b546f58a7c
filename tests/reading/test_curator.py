import pytest
from reading_rules import rules

from generator.errors import Severity
from generator.picks_file import Pick
from generator.reading.article import article_of
from generator.reading.frontmatter import clipping_of

BODY = "The press stood in the cellar, and on quiet nights the whole street could hear it working."


def read(said, **changes):
    text = f"---\ntitle: A title\nurl: https://origin.example/a\ndate: 2024-07-03\n{said}---\n\n{BODY}\n"
    clipping, problems = clipping_of("a.md", text)
    reading = article_of(clipping, rules(**changes))
    return reading, [str(problem) for problem in (*problems, *reading.problems)]


def test_a_clipping_that_says_nothing_has_no_pick():
    assert read("tags: [a]\nsummary: In short.\n")[0].pick is None


def test_all_that_front_matter_can_say():
    reading, told = read(
        "pin: true  # until Friday\n"
        "note: |\n  Two lines\n  of *Markdown*.\n"
        "merge: [b.md, https://origin.example/c]\n"
        "split: no\n"
        "hide: false\n"
    )
    assert told == []
    assert reading.article is not None
    assert reading.pick == Pick(
        file="a.md",
        lines={"pin": 5, "note": 6, "merge": 9, "split": 10, "hide": 11},
        article="a.md",
        pin=True,
        hide=False,
        note="Two lines\nof *Markdown*.",
        merge=("b.md", "https://origin.example/c"),
        split=False,
    )


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("hide: true", {"hide": True}),
        ("hide: an advertisement", {"hide": True, "why": "an advertisement"}),
        ("note: '# not a comment'", {"note": "# not a comment"}),
        ("merge: 2024/a, b.md", {"merge": ("2024/a, b.md",)}),
        ("merge:\n  - b.md\n  - 'c, d.md'", {"merge": ("b.md", "c, d.md")}),
        ("PIN: yes", {"pin": True}),
    ],
)
def test_values_as_people_write_them(field, said):
    reading, told = read(field + "\n")
    assert told == []
    assert reading.pick == Pick(file="a.md", article="a.md", lines=reading.pick.lines, **said)
    assert [*reading.pick.lines.values()] == [5]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("pin: perhaps", "a.md:5: `pin: perhaps` is neither true nor false; not used; write true or false"),
        ("split: b.md", "a.md:5: `split: b.md` is neither true nor false; not used; write true or false"),
        (
            f"note: {'x' * 1001}",
            "a.md:5: `note` has 1,001 characters, more than 1,000; not used; "
            "shorten it, or write an article of your own",
        ),
    ],
)
def test_what_cannot_be_is_told(field, message):
    reading, told = read(field + "\n")
    assert told == [message]
    assert reading.problems[0].severity is Severity.WARNING
    assert reading.article is not None


def test_a_note_that_begins_with_a_link_is_text():
    reading, told = read("note: [this](https://a.example/) is it: read\n")
    assert reading.pick.note == "[this](https://a.example/) is it: read"
    assert told == ['a.md:5: `note` is not valid YAML; write note: "[this](https://a.example/) is it: read"']


def test_another_clippers_key_may_stand_for_one():
    reading, _ = read("favourite: true\n", fields={"pin": ("favourite",)})
    assert reading.pick.pin


def test_a_note_in_the_text_makes_no_field_of_it():
    clipping, _ = clipping_of(
        "a.md", f"---\ntitle: A title\n\n{BODY}\n\nNote: this is prose.\n\n---\n\nMore.\n"
    )
    assert "note" not in clipping.fields
    assert "Note: this is prose." in clipping.body


def test_a_path_of_any_bytes_can_be_told():
    clipping, _ = clipping_of("x\udcff.md", f"---\ndate: 2024-07-03\npin: true\n---\n\n{BODY}\n")
    pick = article_of(clipping, rules()).pick
    assert (pick.file, pick.article) == ("x\\xff.md", "x\udcff.md")
