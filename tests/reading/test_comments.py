import time

import pytest
from reading_rules import rules

from generator.reading.article import article_of
from generator.reading.comments import without_comments
from generator.reading.frontmatter import clipping_in


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n\n%% secret %%\n\nb", "a\n\n\nb"),
        ("a\n\n%%\nsecret\n\nsecret\n%%\n\nb", "a\n\n\nb"),
        ("a\n%% secret\nsecret %%  \nb", "a\nb"),
        ("%%secret\n```\n%%\nb", "b"),
        ("a %%secret%% b", "a  b"),
        ("a，%%secret%%。b %% secret %%", "a，。b "),
        ("中文%%秘密%%中文", "中文中文"),
        ("- a\n\n    b %%secret%%", "- a\n\n    b "),
        ("> a %%secret%%", "> a "),
        ("a `%%` %%secret `code` secret%% b", "a `%%`  b"),
        ("a %% secret %%b%% c", "a  c"),
        ("Text %% A begins\nB ends %% here", "Text  here"),
        ("a %% secret\nsecret\nsecret %%\nb", "a \nb"),
        ("a %% secret\nsecret %% b.%%secret%%", "a  b."),
        ("a %% secret\n%% b %% secret\nsecret %%", "a  b "),
        ("- a %% secret\n  secret %% b\n- c", "- a  b\n- c"),
        ("> %%\n> secret\n> %%\n> a", "> a"),
        ("> a %% secret\n> secret %% b", "> a  b"),
        ("End.%%secret%%", "End."),
        ("(%%secret%%)", "()"),
        ("a %%ip: 192.0.2.1%%. b", "a %%ip: 192.0.2.1%%. b"),
        ("a %%port:22%% b %%why: not%% c", "a %%port:22%% b  c"),
        ("word%%secret 2024%%, a", "word, a"),
    ],
)
def test_comments_are_left_out(text, shown):
    assert without_comments(text) == (shown, [])


@pytest.mark.parametrize(
    "text",
    [
        "100%% of 50%% a",
        "占比为 5 %%，而去年为 7 %%，同比",
        "a %%b c",
        "for %%i in (*.txt) do echo %%i",
        "a %% b\n\nc %% d",
        "a %% b\n- c %% d",
        "> %%\n> not closed\n\na %%",
        "%d%% and %s%%",
        "%%\nnot closed",
        "a\n%% Section\nb = 1 % 2",
        "a `%%b%%` c",
        "a ``%%b`%%`` c",
        "```\n%%\na\n%%\n```",
        "~~~tex\n%% a %%\n~~~",
        "- ```\n  %% a %%\n  ```",
        "a\n\n    %% a %%\n    %% b %%",
        "%%%%%%%%%%%%\na\n%%%%%%%%%%%%",
        "a \\%% b %%",
        "https://a.example/%%20b%%20c",
    ],
)
def test_what_is_no_comment_stays(text):
    assert without_comments(text)[0] == text


def test_a_block_that_is_cut_hides_the_rest():
    assert without_comments("a\n%%\nsecret", is_beginning=True) == ("a", [])


@pytest.mark.parametrize(
    "text", ["%%a " * 60_000, "`%%` ``" * 30_000, "%%\n" * 60_000, "`" * 500_000 + "%%", "a %%b\n" * 60_000]
)
def test_hostile_texts_take_no_time(text):
    began = time.process_time()
    without_comments(text)
    assert time.process_time() - began < 10


def test_comments_are_nowhere_in_an_article():
    text = "---\ntitle: A\ndate: 2024-07-03\n---\n\n%% # Secret %%\n\nSome text.\n\n%%\nA secret.\n%%\n"
    reading = article_of(clipping_in("a.md", text.encode())[0], rules())
    assert "ecret" not in reading.text
    assert reading.article.excerpt == "Some text."


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\n\nb %% c", [5]),
        ("100%% of 50%%, `%%a` and %d%%", []),
        ("%%\nnot closed\n\nfor %%i do\n\n    %%j", [3, 6]),
        ("a %%b%% c\n\n%%\nblock\n%%\n\nd %%\n", [9]),
    ],
)
def test_marks_that_are_left_are_told_with_their_line(text, lines):
    _, problems = clipping_in("a.md", f"---\ntitle: A\n---\n{text}".encode())
    told = [problem.line for problem in problems if problem.kind == "comment"]
    assert told == [line + 1 for line in lines]


def test_comments_are_left_out_of_fields_under_other_keys():
    text = "---\nkeywords: [a, '%%secret%% b']\nauthors: A %%secret%%\nlabels: '%%secret%% b'\n---\nText.\n"
    clipping, problems = clipping_in("a.md", text.encode())
    assert "secret" not in f"{clipping.fields}"
    assert not problems


def test_comments_stay_in_fields_that_decide():
    clipping, _ = clipping_in("a.md", b"---\nhide: '%%why%%'\nprivate: '%%why%%'\n---\nText.\n")
    assert clipping.fields == {"hide": "%%why%%", "private": "%%why%%"}


def test_comments_are_left_out_of_fields():
    text = "---\ntitle: A %%secret%%\nsummary: 'x (%%secret%%) %%y'\ntags: [a, '%%secret%%b']\n---\nText.\n"
    clipping, problems = clipping_in("a.md", text.encode())
    assert "secret" not in f"{clipping.fields['title']} {clipping.fields['summary']}"
    assert [(one.line, one.kind) for one in problems if "summary" in one.message] == [(3, "comment")]
