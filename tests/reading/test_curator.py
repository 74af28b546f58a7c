import pytest
from reading_rules import rules

from generator.config.picks import Pick
from generator.model.errors import Severity
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
        "digest_note: |\n  Two lines\n  of *Markdown*.\n"
        "merge: [b.md, https://origin.example/c]\n"
        "split: no\n"
        "hide: false\n"
    )
    assert told == []
    assert reading.article is not None
    assert reading.pick == Pick(
        file="a.md",
        lines={"pin": 5, "digest_note": 6, "merge": 9, "split": 10, "hide": 11},
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
        ("digest_note: '# not a comment'", {"note": "# not a comment"}),
        ("merge: 2024/a, b.md", {"merge": ("2024/a, b.md",)}),
        ("merge:\n  - b.md\n  - 'c, d.md'", {"merge": ("b.md", "c, d.md")}),
        ("PIN: yes", {"pin": True}),
        ("hidden: true", {"hide": True}),
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
            f"digest_note: {'x' * 1001}",
            "a.md:5: `digest_note` has 1,001 characters, more than 1,000; not used; "
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
    reading, told = read("digest_note: [this](https://a.example/) is it: read\n")
    assert reading.pick.note == "[this](https://a.example/) is it: read"
    assert told == [
        'a.md:5: `digest_note` is not valid YAML; write digest_note: "[this](https://a.example/) is it: read"'
    ]


def test_another_clippers_key_may_stand_for_one():
    reading, _ = read("favourite: true\n", fields={"pin": ("favourite",)})
    assert reading.pick.pin


@pytest.mark.parametrize(
    "key", ["note", "notes", "annotation", "annotations", "highlight", "highlights", "comment", "comments"]
)
def test_what_other_programs_keep_private_is_not_the_curators_word(key):
    assert read(f"{key}: my boss will hate this\n")[0].pick is None


NOT_SHOWN = (
    "a.md:5: `note` is not shown, because other programs store private notes in it; "
    'name it `digest_note`, or write `digest_note = ["note"]` under `[fields]` in digest.toml'
)


def test_a_note_that_is_not_shown_is_told_unless_somebody_decided_about_it():
    reading, told = read("note: a private thought\n")
    assert told == [NOT_SHOWN]
    assert reading.problems[0].severity is Severity.NOTICE
    assert read("note:\n")[1] == []
    assert read("note: a private thought\ndigest_note: For all.\n")[1] == []
    for fields in ({"digest_note": ("note",)}, {"summary": ("Note",)}, {"digest_note": ()}):
        assert read("note: a thought\n", fields=fields)[1] == []


def test_what_is_private_is_not_printed_where_it_is_no_yaml():
    _, told = read("notes: my boss: a fool\n")
    assert told == ["a.md:5: `notes` is not valid YAML; put quotes around its value"]


def test_who_maps_another_programs_note_shows_it():
    reading, _ = read("note: For all to read.\n", fields={"digest_note": ("note",)})
    assert reading.pick.note == "For all to read."


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
