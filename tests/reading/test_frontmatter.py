import os
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from generator.model.errors import Severity
from generator.reading import fields
from generator.reading.files import LARGEST
from generator.reading.frontmatter import clipping_in, clipping_of, fields_in, read_clipping
from generator.reading.text import decode, folded


def fields_of(*lines, body="Text."):
    clipping, problems = clipping_of("x.md", "\n".join(["---", *lines, "---", "", body]))
    return clipping, problems


@pytest.mark.parametrize(
    "title",
    [
        "2024-07-03", "null", "~", "1.10", "No", "yes", "0x1F", "0o17", "1e3", "12:30:00", "1_000", ".inf",
        "=", "<<", "2024-07-03T10:00:00Z", "foo # bar", "#foo", "[Foo] bar", "[Foo]", "[[Foo]]", "{a}",
        "{a: b}", "{{ x }}", "{% x %}", "*x", "*a* b", "& co", "&x", "&x foo", ">foo", ">", ">-", "|", "|2",
        "@x", "`x`", "! a", "!a b", "%a", "- a", "-", "? a", "?", ": a", ":", ",", "]", "}",
        '"Foo" bar: baz', '"Foo', "'Foo", "'a' b 'c'", '"', "'", "foo:", "a: b: c", "a\tb: c", "--- a",
        "...", "a\u2028b: c", "!!python/object/apply:os.system [x]",
    ],
)  # fmt: skip
def test_title_stays_as_written(title):
    clipping, problems = fields_of(f"title: {title}", "date: 2024-07-03")
    assert clipping.fields == {"title": title, "date": "2024-07-03"}
    assert [p.line for p in problems] in ([], [2])
    assert len(problems) <= 1


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("title: 'It''s'", "It's"),
        ('title: "a \\"b\\" \\u4e2d"', 'a "b" 中'),
        ('title: "Foo" # a comment', "Foo"),
        ("title: foo\n  bar", "foo bar"),
        ("title: >\n  foo\n  bar\n", "foo bar\n"),
        ("title: |\n  foo\n  bar\n", "foo\nbar\n"),
        ("title: !!str 12", "12"),
        ('title: "C:\\Users\\x"', "C:\\Users\\x"),
        ("title:   spaced   ", "spaced"),
        ("'title': a", "a"),
        ("TITLE: a", "a"),
        ("title:\n  - a\n  - b", ["a", "b"]),
    ],
)
def test_yaml_of_those_who_write_it_is_yaml(written, meant):
    assert fields_of(written)[0].fields == {"title": meant}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("tags: [a, 'b, c', \"d\"]", ["a", "b, c", "d"]),
        ("tags:\n- a\n- b", ["a", "b"]),
        ("author: [[Ann Lee]]", ["Ann Lee"]),
        ("author:\n  - name: Ann\n    mail: a@example.org\n  - Bo", ["Ann", "Bo"]),
        ("author: {name: Ann, mail: a@example.org}", ["Ann"]),
        ("author: {mail: [x, y]}", []),
        ("tags: []", []),
        ("tags: !!set {a, b}", []),
    ],
)
def test_lists(written, meant):
    clipping, problems = fields_of(written)
    assert list(clipping.fields.values()) == [meant]
    assert problems == ()


@pytest.mark.parametrize(
    "title", ["a", "a # b", "[a]", "*a", "!a b", "&a b", "|", "'a' b", '"a', "a: b", "é中: 🙂 # x"]
)
def test_without_libyaml_all_is_the_same(title, monkeypatch):
    lines = (f"title: {title}", "tags: [a, {name: b}]", "author:\n- 'c'", "x: " + "[" * 50 + "]" * 50)
    expected = fields_of(*lines)
    monkeypatch.setattr(fields, "_Loader", yaml.BaseLoader)
    assert fields_of(*lines) == expected


def test_mend_is_valid_yaml_that_means_the_value():
    for title in ('"Foo" bar: baz', 'It\'s: "quoted"', "a: b", "C:\\x: y", "'a' b"):
        _, (problem,) = fields_of(f"title: {title}")
        mend = problem.advice.removeprefix("write ")
        clipping, problems = fields_of(mend)
        assert (clipping.fields, clipping.repaired, problems) == ({"title": title}, False, ())


def test_problem_names_file_line_and_mend():
    clipping, problems = clipping_of("a/b.md", "\n---\n# comment\nsource: S\ntitle: a: b\n---\nText")
    assert [str(p) for p in problems] == ['a/b.md:5: `title` is not valid YAML; write title: "a: b"']
    assert problems[0].severity is Severity.WARNING
    assert clipping.repaired
    assert clipping.lines == {"source": 4, "title": 5}


def test_long_value_is_cut_in_the_mend_only():
    clipping, (problem,) = fields_of("title: x: " + "y" * 1000)
    assert len(clipping.fields["title"]) == 1003
    assert len(problem.advice) < 330
    assert problem.advice.endswith('…"')


def test_broken_field_leaves_its_neighbours_to_yaml():
    clipping, problems = fields_of(
        "title: a: b",
        "tags:",
        "  - one",
        "  - two # comment",
        "summary: >",
        "  folded",
        "  text",
        "author:",
        "- [x] y",
        "- '[[Ann]]'",
        "Extra key: 'x'",
    )
    assert clipping.fields == {
        "title": "a: b",
        "tags": ["one", "two"],
        "summary": "folded text",
        "author": ["[x] y", "[[Ann]]"],
        "extra key": "x",
    }
    assert [p.line for p in problems] == [2, 9]


def test_title_broken_over_two_lines_is_one_title():
    clipping, _ = fields_of("title: A headline: with", "a line break in it", "url: https://example.org/")
    assert clipping.fields == {"title": "A headline: with a line break in it", "url": "https://example.org/"}


def test_line_without_a_key_costs_itself_only():
    clipping, _ = fields_of("a stray line", "title: The press", "another: {", "date: 2024-07-03")
    assert clipping.fields == {"title": "The press", "another": "{", "date": "2024-07-03"}


def test_open_block_that_is_indented():
    clipping, _ = clipping_of("x.md", "---\n  title: a\n  date: 2024-07-03\n\nText.")
    assert clipping.body.endswith("Text.")


def test_indented_block():
    clipping, problems = fields_of("  title: foo # bar", "  date: 2024-07-03")
    assert clipping.fields == {"title": "foo # bar", "date": "2024-07-03"}
    assert [p.line for p in problems] == [2]


@pytest.mark.parametrize("block", ["[" * 10_000, "[" * 10_000 + "]" * 10_000, "- " * 10_000, "{a: " * 5_000])
@pytest.mark.parametrize("key", ["title", "tags", "other"])
def test_deep_nesting_is_text_or_left_out(block, key):
    clipping, problems = fields_of(f"{key}: {block}", "date: 2024-07-03")
    assert clipping.fields["date"] == "2024-07-03"
    assert clipping.fields[key] in (block.strip(), [])
    assert len(problems) == 1


def test_lists_in_lists_have_a_limit():
    clipping, (problem,) = fields_of("tags: " + "[" * 20 + "x" + "]" * 20)
    assert clipping.fields == {"tags": []}
    assert "more than 8 levels" in problem.message


def test_block_too_large_for_yaml_is_read_by_lines():
    clipping, _ = fields_of("title: a", "other: " + "x" * 70_000, "date: 2024-07-03")
    assert clipping.fields["title"] == "a"
    assert clipping.fields["date"] == "2024-07-03"


def test_alias_of_a_text_is_written_text():
    clipping, (problem,) = fields_of("x: &x foo", "author: *x")
    assert clipping.fields["author"] == "*x"
    assert problem.line == 3


@pytest.mark.parametrize(
    ("block", "body"),
    [
        ("- a\n- b", "- a\n- b\n\nText."),
        ("Just words here", "Just words here\n\nText."),
        ("'quoted words'", "'quoted words'\n\nText."),
        ("? [complex]\n: key", "? [complex]\n: key\n\nText."),
        ("[a, b]", "[a, b]\n\nText."),
    ],
)
def test_block_without_fields_is_text(block, body):
    clipping, (problem,) = clipping_of("x.md", f"---\n{block}\n---\n\nText.")
    assert (clipping.fields, clipping.body) == ({}, body)
    assert "holds no `key: value` lines" in problem.message


@pytest.mark.parametrize(
    ("text", "fields", "body", "message"),
    [
        ("", {}, "", "is empty"),
        (" \n\n", {}, "", "is empty"),
        ("Text.", {}, "Text.", "has no front matter"),
        ("    code\n\ntext", {}, "    code\n\ntext", "has no front matter"),
        ("----\n----\n", {}, "", None),
        ("---\n# only a comment\n---\nText.", {}, "Text.", None),
        ("---", {}, "", "no field follows"),
        ("---\n\nText.", {}, "Text.", "no field follows"),
        ("---\ntitle: a\n...\nText.", {"title": "a"}, "Text.", "not closed"),
        ("---\ntitle: a\n", {"title": "a"}, "", "not closed"),
        ("---\ntitle: a\nText.\n", {"title": "a"}, "Text.", "not closed"),
        ("---\ntitle: a\n\n- a\n- b\n", {"title": "a"}, "- a\n- b", "not closed"),
    ],
)
def test_blocks_that_are_missing_or_open(text, fields, body, message):
    clipping, problems = clipping_of("x.md", text)
    assert (clipping.fields, clipping.body.strip("\n")) == (fields, body)
    assert len(problems) == (message is not None)
    assert all(message in p.message for p in problems)


def test_first_line_of_the_body_keeps_its_indent():
    assert fields_of("title: a", body="    code\n\ntext\n")[0].body == "    code\n\ntext"
    assert fields_of("title: a", body="")[0].body == ""


@given(st.text(alphabet=st.characters(exclude_characters="\n")))
@example('"a" #b"')
@example("a\r: b")
@example("\x00")
@example("\u0085a: b")
@example("\ud800")
@example('"": ')
@example("a\\")
def test_any_unquoted_title_comes_back(title):
    if is_quoted(title.strip()):
        return
    clipping, _ = fields_of(f"title: {title}", "date: 2024-07-03")
    read = clipping.fields["title"]
    if title.strip().startswith("!!"):
        return  # a standard tag may be meant
    assert folded(read) == folded(title)
    assert clipping.fields["date"] == "2024-07-03"


def is_quoted(text):
    """Whether YAML reads the text, but for a comment, as one quoted value."""
    return text[:1] in {"'", '"'} and len(text) > 1 and text[0] in text[1:]


@given(
    st.text(alphabet="ab:#\"'[]{}|>&*!%@`-?,.~ \\\t中", max_size=12),
    st.sampled_from(["source: S", "url: 'u'"]),
)
def test_hostile_titles_come_back_and_spare_their_neighbours(title, neighbour):
    assume(title.count("%%") < 2)  # what stands between them is a comment
    clipping, _ = fields_of(f"title: {title}", neighbour)
    if not is_quoted(title.strip()) and not title.strip().startswith("!!"):
        assert folded(clipping.fields["title"]) == folded(title)
    assert clipping.fields.get("source", clipping.fields.get("url")) in {"S", "u"}


@given(st.text() | st.text(alphabet="-:\n ab#\"'[]{}&*!|>\t").map(lambda text: f"---\n{text}"))
def test_no_text_raises(text):
    clipping, problems = clipping_of("x.md", text)
    assert clipping.path == "x.md"
    assert all(problem.message for problem in problems)


@given(st.binary())
def test_no_bytes_raise(raw):
    clipping_of("x.md", decode(raw)[0])


FRONT = "---\ntitle: 木活字 — “x”: y\nurl: https://a.example/1\ndate: 2024-07-03\n---\n"


def test_fields_alone_leave_the_body_unread():
    clipping = fields_in("x.md", FRONT.encode() + b"\nText.")
    assert clipping.fields["date"] == "2024-07-03"
    assert clipping.body == ""


@pytest.mark.parametrize(
    "raw",
    [
        (FRONT + "\nText.").encode(),
        FRONT.replace("y", "naïve").encode(),
        (FRONT + "\n木活字排版。").encode("gb18030"),
        (FRONT + "\n木活字排版。").encode("utf-16"),
        FRONT.replace("—", "\x07").encode() + b"\n\xff\xfe",
        FRONT.replace("\n", "\r\n").encode(),
        "\ufeff".encode() + FRONT.encode(),
        b"\n" + FRONT.encode(),
        FRONT.replace("\n---\n", "\n-----\n").encode() + b"Text.\n\n---\n\nMore.",
        FRONT.replace("\n---\n", "\n").encode() + b"\nText.\n\n---\n\nMore.",
        (FRONT + "\n" + "木活字排版，活字印刷。" * 50).encode().decode("cp1252", "replace").encode(),
        FRONT.replace("-07-03", "年7月3日").encode().decode("gb18030", "replace").encode() + b"\nText.",
        b"---\n---\n",
        b"No front matter.\n---\n",
        b"",
    ],
)  # fmt: skip
def test_fields_alone_are_those_of_the_whole(raw):
    whole, _ = clipping_in("x.md", raw)
    alone = fields_in("x.md", raw)
    assert (alone.fields, alone.lines, alone.repaired) == (whole.fields, whole.lines, whole.repaired)


@given(st.text(alphabet="-\n\r :a木é\x00\ufeff", max_size=60))
def test_fields_alone_are_those_of_the_whole_whatever_the_text(text):
    raw = ("---\n" + text).encode()
    assert fields_in("x.md", raw).fields == clipping_in("x.md", raw)[0].fields


def test_file_is_read(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.md").write_bytes(b"\xef\xbb\xbf---\r\ntitle: a\r\n---\r\n\r\nText\r\n")
    clipping, problems = read_clipping(tmp_path, "a/x.md")
    assert (clipping.path, clipping.fields, clipping.body) == ("a/x.md", {"title": "a"}, "Text")
    assert problems == ()


def test_encoding_is_one_problem(tmp_path):
    (tmp_path / "x.md").write_bytes("---\ntitle: 中文标题\n---\n正文在这里。".encode("gb18030"))
    clipping, (problem,) = read_clipping(tmp_path, "x.md")
    assert clipping.fields == {"title": "中文标题"}
    assert str(problem) == "x.md: is GB18030, not UTF-8; save it as UTF-8 text"
    assert problem.severity is Severity.NOTICE


def test_huge_file_is_refused_unread(tmp_path):
    with (tmp_path / "x.md").open("wb") as file:
        file.truncate(50 * 1024**2)
    clipping, (problem,) = read_clipping(tmp_path, "x.md")
    assert clipping is None
    assert problem.message == f"is larger than {LARGEST // 1024**2} MiB"
    assert problem.severity is Severity.WARNING


def test_unreadable_file_is_refused(tmp_path):
    # Root may read whatever has wrong rights, so the file is gone, or a folder, or its name impossible.
    (tmp_path / "folder.md").mkdir()
    for path, message in [
        ("gone.md", "cannot be read: No such file or directory"),
        ("folder.md", "cannot be read: Is a directory"),
        ("nul\0.md", "cannot be read: its name holds a zero byte"),
        ("x" * 300 + ".md", "cannot be read: File name too long"),
    ]:
        clipping, problems = read_clipping(tmp_path, path)
        assert clipping is None
        assert [p.message for p in problems] == [message]
        assert problems[-1].severity is Severity.WARNING


def test_file_that_fails_while_read_is_refused(tmp_path):
    # A regular file to stat, and an error to whoever reads it: the process's own memory.
    if not Path("/proc/self/mem").exists():
        pytest.skip("needs /proc")
    clipping, (problem,) = read_clipping(Path("/proc/self"), "mem")
    assert clipping is None
    assert problem.message == "cannot be read: Input/output error"


def test_wrong_rights(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may read every file")
    (tmp_path / "x.md").write_text("---\n---\n")
    (tmp_path / "x.md").chmod(0)
    assert read_clipping(tmp_path, "x.md")[1][0].message == "cannot be read: Permission denied"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_no_file_stays_open(tmp_path):
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "x.md").write_text("Text.")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for path in ("folder.md", "x.md", "gone.md"):
        read_clipping(tmp_path, path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "x.md")
    clipping, (problem,) = read_clipping(tmp_path, "x.md")
    assert clipping is None
    assert problem.message == "is not a regular file"


PARTS = st.sampled_from([
    *["a", "b c", " ", "  ", ":", ": ", " :", "#", " #", "-", "- ", "[", "]", "{", "}", "'", '"', ","],
    *["字", "é", "😀", "\u3000", "\xa0", "\x85", "\u2028", "\u200b", "\ufeff", "\x7f", "\t", "\\", "\\n"],
    *["?", "? ", "\ud800"],
    *["|", ">", "%", "@", "`", "!", "&", "*", "~", "=", "<<", "null", "1.0", "2024-07-03", "https://a.b/?c=d#e"],
])  # fmt: skip
VALUES = st.lists(PARTS, max_size=5).map("".join)
LINES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["title", "url", "null", "y", "X-y", "_a", "a b", "- a", "", "..."]),
    st.sampled_from([":", ": ", ":  "]),
    VALUES | VALUES.map('"{}"'.format),
)


@given(st.lists(LINES, max_size=4).map("\n".join), st.sampled_from(["", "\n"]))
@example("title: a: b", "")
@example("title: a #b", "\n")
def test_what_is_read_without_yaml_is_what_yaml_reads(lines, end):
    def entries():
        try:
            return fields.yaml_entries(lines + end)
        except fields.NotFieldsError:
            return None

    quick = entries()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fields, "_plain_entries", lambda _: None)
        assert quick == entries()


def test_plain_lines_are_read_without_yaml(monkeypatch):
    monkeypatch.setattr(fields.yaml, "parse", None)
    clipping, problems = fields_of(
        "title: Of C#, a: 1", "url: https://a.example/b#c", "tags:", 'site: "A: b"'
    )
    assert clipping.fields == {
        "title": "Of C#, a: 1",
        "url": "https://a.example/b#c",
        "tags": "",
        "site": "A: b",
    }
    assert [problem.line for problem in problems] == [2]


def test_pairs_of_escapes_as_json_writes_them_are_characters():
    text = '---\ntitle: "\\ud83d\\ude80 Launch \\u4e2d"\nauthor: ["\\uD83D\\uDC69", B]\nurl: https://a.example/\n---\n\nText.\n'
    clipping, problems = clipping_of("a.md", text)
    assert clipping.fields["title"] == "\U0001f680 Launch \u4e2d"
    assert clipping.fields["author"] == ["\U0001f469", "B"]
    assert clipping.lines["url"] == 4
    assert not problems
