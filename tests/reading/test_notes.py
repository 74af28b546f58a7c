import pytest

from generator.reading.frontmatter import clipping_in
from generator.reading.notes import line_of_notes


@pytest.mark.parametrize(
    "notes",
    [
        "## Notes\n\nMine.",
        "# My Notes\n\nMine.",
        "Document Note: mine",
        "- **Note:** mine",
        "- A highlight\n    - Note: mine",
        "## Highlights\n\n> A highlight\n\nMine.",
        "## Annotations\n\nMine.",
        "## My notes\n\nMine.",
        "## 笔记\n\n我的。",
        "## 我的批注\n\n我的。",
    ],
)
@pytest.mark.parametrize("key", ["url", "source"])
def test_what_looks_like_notes_in_a_clipping_from_the_web_is_told_with_its_line(notes, key):
    text = f"---\ntitle: A\n{key}: https://a.example/\n---\n\nSome text.\n\n{notes}\n"
    _, problems = clipping_in("a.md", text.encode())
    line = 9 if "\n    - Note" in notes else 8
    assert [(one.line, one.kind, str(one.severity)) for one in problems] == [(line, "notes", "warning")]


@pytest.mark.parametrize(
    "text",
    ["Note: a word on it.", "## Notes on a scandal", "## Highlights\n\n- Faster.", "Notes: none", "a Note"],
)
def test_what_articles_say_of_notes_is_none(text):
    assert line_of_notes(f"Some text.\n\n{text}\n") is None


def test_notes_in_an_export_without_front_matter_are_told():
    text = "# A title\n\n## Metadata\n- Author: Ann\n\n## Highlights\n- A highlight\n    - Note: mine\n"
    assert ("notes", 8) in [(one.kind, one.line) for one in clipping_in("a.md", text.encode())[1]]


def test_what_one_writes_oneself_may_hold_notes():
    assert clipping_in("a.md", b"---\ntitle: A\n---\n\n## Notes\n\nOurs.\n")[1] == ()


def test_notes_in_a_comment_are_not_published():
    text = b"---\nurl: https://a.example/\n---\n\nSome text.\n\n%%\n## Notes\n\nMine.\n%%\n"
    assert clipping_in("a.md", text)[1] == ()
