from __future__ import annotations

import io
import multiprocessing
import os
import stat
from pathlib import Path

import frontmatter
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import generator.authoring.fix
import generator.parallel.workers
from generator.authoring.fix import Fix, fixed, fixes, write
from generator.cli.exit_codes import DONE, FAILED, UNUSABLE
from generator.cli.main import run
from generator.config.loading import load
from generator.parallel.workers import Workers
from generator.reading.comments import text_without_comments
from generator.reading.frontmatter import clipping_of
from generator.reading.text import decode
from writing import workers_here, write_config

BROKEN = '---\n# kept\ntitle: A: b\ndate: 2024-07-03 # a day\n\ntags: [a, "b"]  # two\n---\n\nBody: text\n'
FIXED = BROKEN.replace("A: b", '"A: b"')


def read_plainly(raw: bytes) -> dict[str, object]:
    return {str(k).strip().casefold(): v for k, v in frontmatter.loads(decode(raw)[0]).metadata.items()}


def found_in(content: Path) -> list[Fix]:
    return [*fixes(load(content.parent / "digest.toml", content=content), workers_here())]


def ends_its_worker(_raw):
    os.abort()


def test_one_that_costs_too_much_is_said_to_be_left(tmp_path, monkeypatch):
    monkeypatch.setattr(generator.parallel.workers, "_context", lambda: multiprocessing.get_context("fork"))
    monkeypatch.setattr(generator.authoring.fix, "fixed", ends_its_worker)
    write_config(tmp_path)
    (tmp_path / "content").mkdir(exist_ok=True)
    (tmp_path / "content/a.md").write_text(BROKEN)
    with Workers(1) as workers:
        [problem] = fixes(load(tmp_path / "digest.toml"), workers)
    assert (problem.path, problem.kind) == ("a.md", "limit")
    assert problem.message == "reading it ends the process that does it (SIGABRT); not fixed"


# --- bytes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "fix"),
    [
        ("A: b", '"A: b"'),
        ("[A][B] c", '"[A][B] c"'),
        ("[A]", '"[A]"'),
        ("@A", '"@A"'),
        ("*A* b", '"*A* b"'),
        ("!A b", '"!A b"'),
        ("&a b", '"&a b"'),
        ('"A" b', "'\"A\" b'"),
        ("C:\\a: it's", "'C:\\a: it''s'"),
        ('"C:\\users"', "'C:\\users'"),
        ("foo # bar", '"foo # bar"'),
        ("2024-07-03", '"2024-07-03"'),
        ("No", '"No"'),
        ("1.10", '"1.10"'),
        ("{{ a }}", '"{{ a }}"'),
        ("A: b\u2028c", '"A: b\\Lc"'),
        ("A: b  ", '"A: b"  '),
        ("\tA: b", '"A: b"'),
    ],
)
def test_a_value_is_quoted_where_yaml_reads_something_else(written, fix):
    text = f"---\ntitle: {written}\nsource: S\n---\nBody\n".replace(": \t", ":\t")
    raw = fixed(text.encode())
    assert raw == f"---\ntitle: {fix}\nsource: S\n---\nBody\n".encode()
    assert read_plainly(raw)["title"] == clipping_of("", text)[0].fields["title"]
    assert fixed(raw) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Body",
        "---\ntitle: A\ndate: 2024-07-03\ndraft: true\nversion: 1.10\n---\nBody",
        "---\ntitle: 'A: b'\ntags: [2024, No]\nauthor: {name: A}\n---\n",
        "---\ntitle: >\n  A: b\n  c\n---\n",
        "---\ntitle:\nsummary: ~a\n---\n",
        "---\ntitle: A: b\nBody without an end",
        "---\nhere\nno field: a: b\n---\n",
        "---\n{title: A, date: 2024-13-01}\n---\n",
        "---\ntitle: A\ntags: !x [a]\n---\n",
        "---\ntitle: " + "A: b " * 20_000 + "\n---\n",
        "---\ntitle: A: b\x00c\n---\n",
    ],
)
def test_what_is_well_or_beyond_quotes_is_left(text):
    assert fixed(text.encode()) is None


def test_comments_order_and_what_is_well_stay():
    assert fixed(BROKEN.encode()) == FIXED.encode()


def test_a_date_that_is_none_is_quoted():
    assert fixed(b"---\ntitle: A\ndate: 2024-13-01\n---\n") == b'---\ntitle: A\ndate: "2024-13-01"\n---\n'


def test_a_value_over_several_lines_becomes_one():
    raw = b"---\ntitle: A: b\n  # no comment\n# a comment\n\n  c\nsource: S\n---\n"
    assert fixed(raw) == b'---\ntitle: "A: b # no comment c"\n# a comment\n\nsource: S\n---\n'


def test_items_are_quoted_one_by_one():
    raw = b"---\ntags:\n  - @a\n# both\n  - b\n  - 'c'\n---\n"
    assert fixed(raw) == b"---\ntags:\n  - \"@a\"\n# both\n  - b\n  - 'c'\n---\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (b"", "utf-8"),
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"", "utf-16-le"),
        (b"", "gb18030"),
    ],
)
def test_line_ends_mark_and_encoding_stay(end, mark, codec):
    text = BROKEN.replace("text", "新闻在这里，报纸印在纸上。" * 9).replace("A: b", "标题: 新闻")
    raw = mark + text.replace("\n", end).encode(codec)
    wanted = text.replace("标题: 新闻", '"标题: 新闻"')
    assert fixed(raw) == mark + wanted.replace("\n", end).encode(codec)


def test_mixed_line_ends_and_broken_bytes_of_the_body_stay():
    raw = "---\r\ntitle: A: b\nsource: é\r---\n".encode() + b"x\xffy\r\rz\r\n"
    assert fixed(raw) == '---\r\ntitle: "A: b"\nsource: é\r---\n'.encode() + b"x\xffy\r\rz\r\n"


_VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=30) | st.text(
    "ab:#[]{}'\"\\-&*!|>%@`,? \t0", max_size=12
)
_LINES = st.one_of(
    st.tuples(st.sampled_from(["title", "source", "Tags", "author", "url", "x"]), _VALUES).map(": ".join),
    _VALUES.map("  ".__add__),
    _VALUES.map("- ".__add__),
    _VALUES.map("# ".__add__),
    st.just(""),
)


@given(st.lists(_LINES, max_size=7), _VALUES, st.sampled_from(["\n", "\r\n", "\r"]))
@example(["title: a: b", "title: c"], "", "\n")
@example(["title: ", "  %%"], "", "\n")
@example(["title: %%", "  %%"], "", "\n")
@settings(max_examples=400, deadline=None)
def test_what_is_fixed_reads_alike_everywhere(lines, body, end):
    block = end.join(lines)
    raw = f"---{end}title: first{end}{block}{end}---{end}{body}".encode()
    after = fixed(raw)
    if after is None:
        return
    old, _ = clipping_of("", decode(raw)[0])
    new, _ = clipping_of("", decode(after)[0])
    assert (new.fields, new.body, new.repaired) == (old.fields, old.body, False)
    plainly = read_plainly(after)
    for key in {"title", "source", "author", "url"} & set(old.fields):
        seen = plainly[key]
        # Comments are left out of prose that is read.
        visible = text_without_comments(seen)[0].strip() if isinstance(seen, str) and "%%" in seen else seen
        assert (
            old.fields[key] in (seen, visible)
            or (plainly[key] is None and old.fields[key] == "")
            or (isinstance(plainly[key], (list, dict)) and isinstance(old.fields[key], list))
        )
    if f"{end}---{end}" not in block:
        assert after.endswith(f"---{end}{body}".encode())
    assert fixed(after) is None


@given(st.binary(max_size=200).map(b"---\ntitle: a: ".__add__))
def test_nothing_makes_it_fail(raw):
    fixed(raw)


# --- files ------------------------------------------------------------------------------------------


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path)
    folder = tmp_path / "content"
    folder.mkdir(exist_ok=True)
    (folder / "a.md").write_bytes(BROKEN.encode())
    (folder / "b.md").write_bytes(FIXED.encode())
    return folder


def test_a_file_is_replaced_with_its_mode(content):
    (content / "a.md").chmod(0o640)
    (one,) = found_in(content)
    assert write(content, one) is None
    assert (content / "a.md").read_bytes() == FIXED.encode()
    assert stat.S_IMODE((content / "a.md").stat().st_mode) == 0o640
    assert sorted(file.name for file in content.iterdir()) == ["a.md", "b.md"]
    assert list(found_in(content)) == []


def test_a_file_that_changed_meanwhile_is_left(content):
    (one,) = found_in(content)
    (content / "a.md").write_bytes(b"newer")
    problem = write(content, one)
    assert problem is not None
    assert "has changed" in problem.message
    assert (content / "a.md").read_bytes() == b"newer"


def test_links_that_leave_the_folder_are_refused(content, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "c.md").write_bytes(BROKEN.encode())
    (content / "link.md").symlink_to(outside / "c.md")
    (content / "folder").symlink_to(outside)
    assert [one.path for one in found_in(content)] == ["a.md"]
    for path in ("link.md", "folder/c.md", "../outside/c.md"):
        problem = write(content, Fix(path, BROKEN.encode(), FIXED.encode()))
        assert problem is not None
        assert "leads out" in problem.message
    assert (outside / "c.md").read_bytes() == BROKEN.encode()


def test_a_link_within_the_folder_stays_a_link(content):
    (content / "z.md").symlink_to("a.md")
    [one] = found_in(content)  # a file with two names is fixed once
    assert write(content, one) is None
    assert (content / "z.md").is_symlink()
    assert (content / "a.md").read_bytes() == FIXED.encode()


def test_a_file_that_cannot_be_written_is_told(content, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("generator.authoring.atomic.replace", refuse)
    assert run(["check", "--fix", "--yes"]) == FAILED
    assert (content / "a.md").read_bytes() == BROKEN.encode()


def test_the_diff_shows_what_changes(content):
    (one,) = found_in(content)
    lines = one.diff.split("\n")
    assert lines[:2] == ["--- a/a.md", "+++ b/a.md"]
    assert [line for line in lines[2:] if line[0] in "+-"] == ["-title: A: b", '+title: "A: b"']


# --- the command ------------------------------------------------------------------------------------


def test_fix_shows_and_refuses_where_nobody_answers(content, capfd, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert run(["check", "--fix"]) == UNUSABLE
    out, err = capfd.readouterr()
    assert '+title: "A: b"' in out
    assert "--yes" in err
    assert (content / "a.md").read_bytes() == BROKEN.encode()


@pytest.mark.parametrize(("answer", "result"), [(True, FIXED), (False, BROKEN)])
def test_fix_asks_at_a_terminal(content, monkeypatch, answer, result):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda _question: answer)
    assert run(["check", "--fix"]) == DONE
    assert (content / "a.md").read_bytes() == result.encode()


def test_fix_twice_changes_nothing_more(content, capfd):
    assert run(["check", "--fix", "--yes"]) == DONE
    assert "1 file fixed" in capfd.readouterr().out
    assert run(["check", "--fix", "--yes"]) == DONE
    assert "nothing to fix" in capfd.readouterr().out
    assert (content / "a.md").read_bytes() == FIXED.encode()


def test_fix_goes_with_text_alone(content):
    assert run(["check", "--fix", "--format", "json"]) == UNUSABLE
    assert run(["check", "--yes"]) == UNUSABLE
