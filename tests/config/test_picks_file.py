"""`picks.toml`: what is accepted, what is told of the rest, and the page that documents it."""

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from generator.config.picks import KEYS, LONGEST, Pick, load, picks_of, spans
from generator.config.site import CURATOR_FIELDS, PICKS_FILE, Config, Site
from generator.model.errors import ConfigError, Severity

REFERENCE = Path(__file__).parents[2] / "docs/reference/picks.md"
GUIDE = Path(__file__).parents[2] / "docs/guide/curating.md"


def site_in(folder: Path) -> Site:
    return Site(root=folder, content=folder / "content", output=folder / "public", config=Config())


def told(text: str) -> list[str]:
    return [str(problem) for problem in picks_of(text)[1]]


def test_no_file_and_an_empty_one_say_nothing(tmp_path):
    assert load(site_in(tmp_path)) == ((), ())
    (tmp_path / PICKS_FILE).write_text("# nothing yet\n")
    assert load(site_in(tmp_path)) == ((), ())


def test_a_pick_says_all_that_it_can(tmp_path):
    (tmp_path / PICKS_FILE).write_text(
        """\
# The first of July.
[[pick]]
article = "2024/07/01/a.md"   # by its path
pin = true
note = \"\"\"
Two lines
of *Markdown*.
\"\"\"
title = "  A better\\ttitle "
summary = "In short."
tags = ["Print", "#print", "web"]
merge = ["2024/07/01/b.md", "https://origin.example/c"]

[[pick]]
article = "https://origin.example/d"
hide = "an advertisement"

[[pick]]
article = "e.md"
hide = true
split = true
""",
        "utf-8",
    )
    picks, problems = load(site_in(tmp_path))
    assert problems == ()
    assert picks == (
        Pick(
            file=PICKS_FILE,
            lines={
                "": 2,
                "article": 3,
                "pin": 4,
                "note": 5,
                "title": 9,
                "summary": 10,
                "tags": 11,
                "merge": 12,
            },
            article="2024/07/01/a.md",
            pin=True,
            note="Two lines\nof *Markdown*.",
            title="A better title",
            summary="In short.",
            tags=("Print", "web"),
            merge=("2024/07/01/b.md", "https://origin.example/c"),
        ),
        Pick(
            file=PICKS_FILE,
            lines={"": 14, "article": 15, "hide": 16},
            article="https://origin.example/d",
            hide=True,
            why="an advertisement",
        ),
        Pick(
            file=PICKS_FILE,
            lines={"": 18, "article": 19, "hide": 20, "split": 21},
            article="e.md",
            hide=True,
            split=True,
        ),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[picks]]\n", "picks.toml:1: unknown key `picks`; did you mean `pick`?"),
        ("version = 1\n", "picks.toml:1: unknown key `version`; write each as `[[pick]]`"),
        ("pick = 1\n", "picks.toml:1: `pick` is not a list of tables; write each as `[[pick]]`"),
        (
            '[[pick]]\narticle = "a.md"\npined = true\n',
            "picks.toml:3: unknown key `pined`; did you mean `pin`?",
        ),
        (
            '[[pick]]\narticle = "a.md"\nzzz = true\n',
            f"picks.toml:3: unknown key `zzz`; known: {', '.join(KEYS)}",
        ),
        (
            '[[pick]]\narticle = "a.md"\npin = "yes"\n',
            "picks.toml:3: `pin` is text, not true or false; write true or false, without quotes",
        ),
        (
            '[[pick]]\narticle = "a.md"\nhide = 1\n',
            "picks.toml:3: `hide` is a number, not true or false; "
            'write true, false, or the reason: "advertisement"',
        ),
        (
            '[[pick]]\narticle = "a.md"\nnote = []\n',
            'picks.toml:3: `note` is a list, not text; write note = "…"',
        ),
        (
            '[[pick]]\narticle = "a.md"\nnote = 2024-07-03\n',
            'picks.toml:3: `note` is a date, not text; write note = "…"',
        ),
        (
            '[[pick]]\narticle = "a.md"\ntitle = " "\n',
            "picks.toml:3: `title` is empty; write text, or remove the key",
        ),
        (
            '[[pick]]\narticle = "a.md"\ntags = [1]\n',
            'picks.toml:3: `tags` is not a list of tags; write ["…", "…"]',
        ),
        (
            '[[pick]]\narticle = "a.md"\nmerge = [""]\n',
            "picks.toml:3: `merge` names no article; write its path below the content folder or its address",
        ),
        (
            "[[pick]]\narticle = 1\n",
            "picks.toml:2: `article` names no article; "
            "write its path below the content folder or its address",
        ),
        (
            "\n[[pick]]\npin = true\n",
            'picks.toml:2: a pick names no article; write `article = "…"` with its path '
            "below the content folder, or the original's address",
        ),
        (
            '[[pick]]\narticle = "a.md"\npin = true\nhide = true\n',
            "picks.toml:4: is pinned and hidden; it is hidden; take one of the two out",
        ),
        (
            '[[pick]]\narticle = "a.md"\nmerge = "b.md"\nsplit = true\n',
            "picks.toml:4: is split and merged; it is split; take one of the two out",
        ),
        (
            f'[[pick]]\narticle = "a.md"\nnote = "{"x" * 1001}"\n',
            "picks.toml:3: `note` has 1,001 characters, more than 1,000; "
            "shorten it, or write an article of your own",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text, message):
    assert told(text) == [message]


def test_a_fault_costs_its_key_alone():
    picks, problems = picks_of(
        '[[pick]]\narticle = "a.md"\npin = "yes"\nnote = "n"\n[[pick]]\narticle = "b.md"\n'
    )
    assert [(pick.article, pick.pin, pick.note) for pick in picks] == [
        ("a.md", None, "n"),
        ("b.md", None, None),
    ]
    assert [problem.severity for problem in problems] == [Severity.ERROR]


def test_one_text_stands_for_a_list_of_one():
    (pick,), _ = picks_of('[[pick]]\narticle = "a.md"\ntags = "x"\nmerge = "b.md"\n')
    assert (pick.tags, pick.merge) == (("x",), ("b.md",))


def test_controls_do_not_pass():
    (pick,), _ = picks_of('[[pick]]\narticle = "a.md"\ntitle = "a\\u0000\\nb"\nnote = "x\\u0007\\n\\ty"\n')
    assert (pick.title, pick.note) == ("a b", "x\n\ty")


def test_a_header_within_a_text_is_no_pick():
    first = '[[pick]]\narticle = "a.md"\nnote = """\n[[pick]]\npin = true"""\n\n'
    text = first + '[[pick]]\narticle = "b.md"\nx = 1\n'
    assert spans(text, 2) == ((1, 7), (7, 11))
    assert told(text) == [f"picks.toml:9: unknown key `x`; known: {', '.join(KEYS)}"]


def test_a_list_in_one_line_is_read_without_lines():
    picks, problems = picks_of('pick = [{article = "a.md", pin = true}, {article = "b.md", x = 1}]\n')
    assert [(pick.article, pick.lines) for pick in picks] == [("a.md", {}), ("b.md", {})]
    assert [problem.line for problem in problems] == [None]


def test_windows_line_ends_and_a_byte_order_mark_are_no_fault(tmp_path):
    (tmp_path / PICKS_FILE).write_bytes(
        b'\xef\xbb\xbf[[pick]]\r\narticle = "a.md"\r\nnote = """x\r\ny"""\r\n'
    )
    ((pick,), problems) = load(site_in(tmp_path))
    assert (pick.note, problems) == ("x\ny", ())


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"[[pick]]\narticle = a.md\n", r"picks.toml:2: is not valid TOML: .*; see https://toml.io"),
        (b"[[pick]]\n\xff\n", r"picks.toml:2: is not UTF-8 text; save it as UTF-8"),
        (
            b'[[pick]]\narticle = "a"\n<<<<<<< HEAD\npin = true\n=======\n>>>>>>> other\n',
            r"picks.toml:3: contains git conflict markers; keep what you want of both sides",
        ),
    ],
)
def test_a_file_that_is_no_toml_stops_the_build(tmp_path, raw, message):
    """For what it hides would appear."""
    (tmp_path / PICKS_FILE).write_bytes(raw)
    with pytest.raises(ConfigError, match=message):
        load(site_in(tmp_path))


def test_a_folder_of_the_name_is_refused(tmp_path):
    (tmp_path / PICKS_FILE).mkdir()
    with pytest.raises(
        ConfigError, match=r"picks.toml: cannot be read: .*; check the file and its permissions"
    ):
        load(site_in(tmp_path))


def test_the_reference_has_each_key_and_no_other():
    page = REFERENCE.read_text("utf-8")
    assert tuple(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == KEYS
    for key, length in LONGEST.items():
        assert re.search(rf"^\| `{key}` \|.*{length:,} characters", page, re.MULTILINE), key
    clippings = (REFERENCE.parent.parent / "guide/clippings.md").read_text("utf-8")
    assert {*CURATOR_FIELDS} <= {*re.findall(r"`(\w+)`", clippings)}


def test_what_the_pages_show_are_picks():
    fences = [
        token.content
        for page in (REFERENCE, GUIDE)
        for token in MarkdownIt("commonmark").parse(page.read_text("utf-8"))
        if token.type == "fence" and token.info == "toml picks"
    ]
    assert fences
    for text in fences:
        picks, problems = picks_of(text)
        assert picks
        assert problems == ()
