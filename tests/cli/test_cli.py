"""The command line: exit codes, messages, reports."""

import contextlib
import errno
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from generator.cli.commands import broadsheet
from generator.cli.exit_codes import DONE, FAILED, INTERRUPTED, UNREAD, UNUSABLE
from generator.cli.main import run
from generator.cli.options import CliOptions
from running import PATIENCE
from writing import BODY, write_clipping, write_config

REFERENCE = Path(__file__).parents[2] / "docs/reference/command-line.md"


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A site of three clippings, one of them broken and one a draft, as the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "a.md", title="An article")
    write_clipping(tmp_path / "content", "b.md", title="Broken: a title", date="2024-07-02")
    write_clipping(tmp_path / "content", "c.md", title="A draft", draft="true")
    return tmp_path


def test_build_ends_with_a_line_that_counts(root, capfd):
    assert run(["build"]) == DONE
    out, err = capfd.readouterr()
    assert re.fullmatch(
        r"3 found, 2 published, 1 repaired, 1 skipped; \d+ files written, 0 kept, 0 deleted; \d+\.\d s\n"
        r"\d+ files, 0\.\d MB \(of these, \d+ files, 0\.\d MB for search\): "
        r"fits Cloudflare Pages, GitHub Pages\n"
        r"3 suspects \(short 2, excerpt 1\); `broadsheet check` shows the most certain",
        out.strip(),
    )
    assert "warning: b.md:2:" in err
    assert (root / "public/index.html").is_file()


def test_build_says_how_many_articles_are_links_alone(root, capfd):
    write_clipping(root / "content", "d.md", body="")
    write_clipping(root / "content", "e.md", body="")
    run(["build"])
    assert capfd.readouterr().out.startswith("5 found, 4 published (2 as mere links), 1 repaired, ")


def test_verbose_says_what_is_left_out_and_quiet_nothing(root, capfd):
    assert run(["build", "-v"]) == DONE
    assert "skipped: c.md: " in capfd.readouterr().err
    assert run(["build", "-q"]) == DONE
    assert capfd.readouterr() == ("", "")


def test_strict_fails_for_a_problem(root, capfd):
    assert run(["build", "--strict"]) == FAILED
    err = capfd.readouterr().err
    assert "b.md:2" in err
    told = "failed: 1 warning or error under --strict; nothing was written; the site is unchanged\n"
    assert err.endswith(told)
    assert not (root / "public").exists()
    assert run(["build", "--strict", "-q"]) == FAILED
    assert capfd.readouterr() == ("", told)
    assert run(["check", "--strict"]) == FAILED
    assert run(["check"]) == DONE


def test_a_strict_build_that_fails_reports_why(root):
    assert run(["build", "--strict", "--report", "report.json", "-q"]) == FAILED
    report = json.loads((root / "report.json").read_text("utf-8"))
    assert report["pages"] == {"written": 0, "kept": 0, "deleted": 0}
    assert [problem["path"] for problem in report["problems"]] == ["b.md"]


def test_check_finds_images_that_are_not_there(root, capfd):
    write_clipping(root / "content", "note.md", "![](gone.png)\n\n" + BODY, url=None)
    run(["check"])
    assert re.search(
        r"(?m)^note\.md\n +7 +warning: image 'gone\.png' is not found; .*\[image\]$", capfd.readouterr().out
    )


def test_a_content_folder_that_is_not_there_leaves_the_site(root, capfd):
    run(["build", "-q"])
    assert run(["build", "--content", "contents"]) == UNUSABLE
    assert "there is no folder" in capfd.readouterr().err
    assert (root / "public/index.html").is_file()


def test_a_site_without_an_address_says_what_it_lacks(root, capfd):
    write_config(root, "")
    run(["build"])
    assert capfd.readouterr().err.count("`base_url` is not set") == 1


def test_the_report_has_what_scripts_need(root):
    assert run(["build", "--report", "report.json", "-q"]) == DONE
    report = json.loads((root / "report.json").read_text("utf-8"))
    assert report["found"] == report["published"] + len(report["skipped"]) == 3
    assert report["verdicts"] == {"full": 2, "cut": 0, "link": 0}
    assert [skipped["path"] for skipped in report["skipped"]] == ["c.md"]
    assert (report["repaired"], report["ignored"]) == (1, 0)
    assert report["pages"]["written"] > 10
    assert {"path", "line", "message", "advice", "severity", "kind"} == set(report["problems"][0])
    assert report["seconds"] > 0


def test_a_report_that_cannot_be_written_is_said(root, capfd):
    for file, why in (("no/such/report.json", "there is no folder no/such"), (".", "is a directory")):
        assert run(["build", "--report", file, "-q"]) == UNUSABLE
        assert why in capfd.readouterr().err
    assert not (root / "public").exists(), "it is said before anything is built"
    (root / "full").symlink_to("/dev/full")
    assert run(["build", "--report", "full", "-q"]) == FAILED
    assert "full" in capfd.readouterr().err


def test_list_writes_an_object_a_clipping(root, capfdbinary):
    assert run(["list", "--format", "jsonl", "--text"]) == DONE
    rows = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert [row["path"] for row in rows] == ["a.md", "b.md", "c.md"]
    first = rows[0]
    assert first["title"] == "An article"
    assert first["url"] == "https://origin.example/a.md"
    assert (first["source"], first["date"], first["language"]) == ("A source", "2024-07-03", "en")
    assert (first["verdict"], first["story"], first["skipped"]) == ("full", None, None)
    assert re.fullmatch(r"articles/../.{12}\.html", first["address"])
    assert "press" in first["text"]
    assert rows[1]["title"] == "Broken: a title"
    assert rows[2]["address"] is None
    assert "draft" in rows[2]["skipped"]


def test_list_shows_people_a_table(root, capfd):
    assert run(["list"]) == DONE
    out = capfd.readouterr().out
    assert re.search(r"2024-07-03\s+A source\s+full\s+An article", out)
    assert re.search(r"skipped\s+is a draft .*c\.md", out)


def test_list_shows_the_health_of_sources(root, capfd):
    assert run(["list", "sources", "--format", "jsonl"]) == DONE
    [row] = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert (row["source"], row["address"], row["articles"]) == ("A source", "sources/a-source/", 2)
    assert (row["full"], row["last"], row["silent"], row["silent_days"]) == (2, "2024-07-03", False, 0)
    assert row["months"] == [{"month": "2024-07", "full": 2, "cut": 0, "link": 0}]
    assert run(["list", "sources"]) == DONE
    assert re.search(r"A source +2 +100% +0% +0% +0% +0% +2024-07-03", capfd.readouterr().out)


def test_a_search_for_nothing_says_what_is_not_searched(root, capfd):
    assert run(["list", "--search", "漏"]) == UNUSABLE
    message = " ".join(capfd.readouterr().err.split())
    assert "Give a word, two characters or more, a field or a day. Not searched: 漏." in message


def test_a_link_item_is_listed_with_its_place(root, capfdbinary):
    write_clipping(root / "content", "d.md", body="")
    run(["list", "--format", "jsonl"])
    row = json.loads(capfdbinary.readouterr().out.splitlines()[-1])
    assert re.fullmatch(r"sources/a-source/2024/07/#.{12}", row["address"])


def test_check_prints_all_and_writes_nothing(root, capfd):
    before = sorted(root.rglob("*"))
    assert run(["check"]) == DONE
    out, _ = capfd.readouterr()
    first, second, skipped, kinds, *suspects, closing = out.splitlines()
    assert first == "b.md"
    assert second.startswith("     2  warning: `title` is not valid YAML; write title: ")
    assert skipped.startswith("skipped: c.md: ")
    assert kinds == "by kind: front-matter 1"
    assert suspects == [
        "suspects, the most certain first:",
        "  a.md: its text is complete with 72 letters [short]",
        "  b.md: its text is complete with 72 letters [short]",
        f"  a.md: 2 articles of A source have its excerpt: {BODY[:60]} [excerpt]",
    ]
    assert closing == "3 found, 1 repaired, 1 skipped; 1 warning"
    assert sorted(root.rglob("*")) == before


def test_suspects_fail_nothing_and_stand_in_both_reports(root, capfd):
    write_clipping(root / "content", "b.md", title="Sound again", date="2024-07-02")
    assert run(["check", "--strict", "--format", "json"]) == DONE
    checked = json.loads(capfd.readouterr().out)["suspects"]
    assert run(["build", "--strict", "-q", "--report", "report.json"]) == DONE
    assert json.loads(Path("report.json").read_text("utf-8"))["suspects"] == checked
    assert [(one["kind"], one["name"]) for one in checked] == [
        ("short", "a.md"),
        ("short", "b.md"),
        ("excerpt", "a.md"),
    ]
    assert run(["build", "--strict", "-q", "--report", "report.json"]) == DONE
    assert json.loads(Path("report.json").read_text("utf-8"))["suspects"] == checked


def test_clean_deletes_what_builds_wrote(root, capfd):
    run(["build", "-q"])
    (root / "public/CNAME").write_text("mine", "utf-8")
    capfd.readouterr()
    assert run(["clean"]) == DONE
    deleted, left = capfd.readouterr().out.splitlines()
    assert deleted.endswith(" files deleted")
    assert left == f"left in {root / 'public'}, because they are not Broadsheet's: CNAME"
    assert {path.name for path in (root / "public").iterdir()} == {".broadsheet.json", "CNAME"}
    assert run(["clean"]) == DONE
    assert run(["build", "-q"]) == DONE
    assert (root / "public/index.html").is_file()
    assert (root / "public/CNAME").read_text("utf-8") == "mine"
    (root / "public/CNAME").unlink()
    assert run(["clean"]) == DONE
    assert not (root / "public").exists()


def test_an_output_folder_of_others_is_refused(root, capfd):
    (root / "public").mkdir()
    (root / "public/letter.txt").write_text("mine", "utf-8")
    assert run(["build"]) == FAILED
    assert "--output" in capfd.readouterr().err
    assert [path.name for path in (root / "public").iterdir()] == ["letter.txt"]


def test_init_then_build(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    assert run(["init", "mydigest"]) == DONE
    assert "cd mydigest && broadsheet serve" in capfd.readouterr().out
    monkeypatch.chdir(tmp_path / "mydigest")
    assert run(["build"]) == DONE
    assert " 0 skipped" in capfd.readouterr().out
    assert run(["init"]) == UNUSABLE


def test_new_prints_the_path_of_a_clipping_that_is_published(root, capfd):
    assert (
        run(
            ["new", "An “odd”: title", "--url", "https://x.example/", "--source", "S", "--date", "2024-07-01"]
        )
        == DONE
    )
    printed = capfd.readouterr()
    file = root / printed.out.strip()
    file.write_text(file.read_text("utf-8") + "The text. " * 40, "utf-8")
    run(["list", "--format", "jsonl"])
    rows = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    [row] = [row for row in rows if row["title"] == "An “odd”: title"]
    assert printed.err == (
        f"the site will list it at 2024/07/01/; once it has text, its page is {row['address']}\n"
    )
    assert (row["date"], row["source"], row["url"]) == ("2024-07-01", "S", "https://x.example/")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["biuld"], "did you mean 'build'?"),
        (["nonsense"], "known: "),
        (["build", "--strickt"], "--strict"),
        (["build", "--as-of", "yesterday"], "write YYYY-MM-DD"),
        (["build", "--as-of", "2024-7-3"], "'2024-7-3' is not a date; did you mean 2024-07-03?"),
        (["serve", "--as-of", "2024/07/3"], "did you mean 2024-07-03?"),
        (["list", "--as-of", "2024年7月3日"], "did you mean 2024-07-03?"),
        (["check", "--as-of", "2024-13-01"], "write YYYY-MM-DD"),
        (["new", "x", "--date", "2024.7.3"], "'2024.7.3' is not a date; did you mean 2024-07-03?"),
        (["new", "x", "--date", "soon"], "write YYYY-MM-DD"),
        (
            ["check", "--content", "public/x"],
            "choose an output folder beside the content folder, with `output`",
        ),
        (["list", "--text"], "--format jsonl"),
        (["list", "sources", "--text"], "clippings"),
        (["list", "feeds"], "sources"),
        (["list", "--format", "xml"], "jsonl"),
        (["new", "x", "--url", "javascript:alert(1)"], "not a web address"),
        (
            ["build", "--base-url", "host"],
            "--base-url host: is not the address of a site; write it as https://host/",
        ),
        (["build", "--base-url", ""], "error: --base-url '': is not the address of a site"),
        (["serve", "--base-url", "host"], "error: --base-url host: is not the address of a site"),
        (["build", "-o", "content/x"], "error: --output content/x: the output folder"),
        (["build", "-o", "content/x"], "overlap"),
        (["build", "--content", "public/x"], "error: --content public/x: the output folder"),
        (["build", "--content", "in", "-o", "static/x"], "error: --output static/x: the output folder"),
        (["build", "--content", "in", "-o", "in/x"], "error: --output in/x: the output folder"),
        (["build", "-o", "static/x"], "is inside static/"),
        (["build", "-o", "cleaning"], "is inside cleaning/"),
        (["build", "-o", ".git"], "is inside .git/"),
        (["build", "-o", ".git/发布"], "is inside .git/"),
        (["build", "-o", "."], "error: --output .: the output folder"),
        (["build", "-o", ".broadsheet/preview"], "is inside .broadsheet/"),
        (["build", "-c", "nope.toml"], "does not exist"),
        (["serve", "--as-of", "foo"], "write YYYY-MM-DD"),
        (["build", "--watch", "--as-of", "foo"], "write YYYY-MM-DD"),
    ],
)
def test_what_cannot_be_used_is_said_with_the_mend(root, capfd, arguments, message):
    assert run(arguments) == UNUSABLE
    err = capfd.readouterr().err
    assert message in err
    assert "Traceback" not in err


def test_a_broken_configuration_is_no_failed_build(root, capfd):
    write_config(root, 'titel = "x"')
    assert run(["build"]) == UNUSABLE
    assert "did you mean `title`?" in capfd.readouterr().err


def test_the_day_that_counts_as_now(root, monkeypatch, capfd):
    for as_of, published in (("2024-07-03", 2), ("2024-07-02", 1), ("2024-07-02T12:00:00+00:00", 1)):
        run(["build", "--as-of", as_of])
        assert f" {published} published" in capfd.readouterr().out, as_of
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1719900000")  # 2 July 2024
    run(["build"])
    assert " 1 published" in capfd.readouterr().out
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "noon")
    assert run(["build"]) == UNUSABLE


def test_a_fixed_day_does_not_wake_a_watching_build(root, monkeypatch):
    assert not CliOptions().is_fixed
    assert CliOptions(as_of="2024-07-03").is_fixed
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000")
    assert CliOptions().is_fixed


def test_clean_needs_no_digest_where_a_build_left_something(root, capfd):
    run(["build", "-q"])
    (root / "digest.toml").unlink()
    (root / "content").rename(root / "moved")
    capfd.readouterr()
    assert run(["clean"]) == DONE
    assert capfd.readouterr().out.endswith(" files deleted\n")


def test_check_tells_what_static_files_stand_in_the_way_of(root, capfd):
    (root / "static").mkdir()
    (root / "static/404.html").write_text("ours", "utf-8")
    (root / "static/old.html").write_text("ours", "utf-8")
    write_clipping(root / "content", "moved.md", aliases="[old.html]")
    for command in ("build", "check"):
        run([command])
        said = "".join(capfd.readouterr())
        assert "the alias 'old.html' does not redirect, since static/old.html stands there" in said
        assert "moved.md" in said
        assert "static/404.html" in said


def test_clean_writes_every_file_again_and_only_a_good_site(root, capfd):
    run(["build", "-q"])
    page = root / "public/index.html"
    before = page.stat().st_ino
    run(["build", "-q"])
    assert page.stat().st_ino == before
    assert run(["build", "--clean", "-q"]) == DONE
    assert page.stat().st_ino != before
    (root / "templates").mkdir()
    (root / "templates/article.html").write_text("{% broken", "utf-8")
    assert run(["build", "--clean"]) == FAILED
    assert page.is_file()


def test_quiet_still_says_what_is_lost(root, capfd):
    write_clipping(root / "content", "undated.md", date=None)
    run(["build", "-q"])
    assert capfd.readouterr().err.startswith("warning: undated.md: has no date")


def test_a_table_that_nobody_looks_at_is_whole(root, capfd):
    write_clipping(root / "content", "long.md", title="A long title " * 30 + "end")
    run(["list"])
    assert "long title end" in capfd.readouterr().out


def test_hostile_names_do_not_reach_the_terminal(root, capfd):
    write_clipping(root / "content", "\x1b[31mred\u202e.md", date=None)
    run(["check"])
    out, err = capfd.readouterr()
    assert "\x1b" not in out + err
    assert "\u202e" not in out + err
    assert "red" in out


PRINTING = ["build", "check", "explain a.md", "list", "list --format jsonl", "check --format json", "--help"]


def _shell(command: str, redirected: str) -> tuple[int, str]:
    """Run a command of Broadsheet in a shell; its own exit code, and what it said on standard error."""
    line = f"{sys.executable} -m generator {command} {redirected}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize("command", PRINTING)
def test_a_reader_who_leaves_early_is_no_fault(root, command):
    code, err = _shell(command, "| head -0")
    assert (code, "rror" in err) == (UNREAD, False)


needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")


@needs_full
@pytest.mark.parametrize("command", PRINTING)
def test_what_cannot_be_printed_ends_in_one_line(root, command):
    code, err = _shell(command, "> /dev/full")
    assert (code, err.splitlines()[-1]) == (
        FAILED,
        f"error: standard output cannot be written: {os.strerror(errno.ENOSPC)}",
    )
    assert "Traceback" not in err
    assert _shell(command, "&> /dev/full") == (FAILED, "")


@needs_full
def test_a_fault_that_cannot_be_told_shows_in_the_exit_code(root):
    assert _shell("nonsense", "2> /dev/full") == (FAILED, "")


def test_a_closed_output_is_no_fault(root):
    for command in PRINTING:
        code, err = _shell(command, ">&-")
        assert (code, "Traceback" in err) == (DONE, False), command


@pytest.mark.parametrize(
    "command", ["build", "list", "check", "serve", "new x", "pick a.md --pin", "explain a.md", "clean"]
)
def test_a_folder_that_is_no_digest_is_told_with_what_to_do(tmp_path, monkeypatch, capfd, command):
    monkeypatch.chdir(tmp_path)
    assert run(command.split()) == UNUSABLE
    err = capfd.readouterr().err
    assert f"error: {tmp_path}: is not a digest: there is no digest.toml here or in a folder above" in err
    assert "broadsheet init" in err
    assert not [*tmp_path.iterdir()]


def test_a_digest_is_found_from_a_folder_below(root, monkeypatch, capfd):
    below = root / "content/2024"
    below.mkdir(exist_ok=True)
    (root / "notes").mkdir()
    monkeypatch.chdir(root / "notes")
    assert run(["build", "-q"]) == DONE
    assert (root / "public/index.html").exists()
    assert run(["build", "-q", "-o", "here"]) == DONE
    assert (root / "notes/here/index.html").exists()
    assert run(["clean"]) == DONE
    assert not (root / "public/index.html").exists()
    monkeypatch.chdir(below)
    capfd.readouterr()
    assert run(["new", "Told", "--date", "2024-07-01"]) == DONE
    assert Path(capfd.readouterr().out.strip()).is_file()
    assert run(["pick", "../a.md", "--pin"]) == DONE
    assert "a.md" in (root / "picks.toml").read_text("utf-8")


def test_a_folder_with_clippings_is_a_digest_by_itself(root, monkeypatch):
    inner = root / "notes"
    (inner / "content").mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert run(["build", "-q"]) == DONE
    assert run(["build", "-q", "--content", str(root / "content"), "-o", "other"]) == DONE
    assert (inner / "public").is_dir()
    assert (inner / "other").is_dir()
    assert not (root / "public").exists()


def test_what_is_named_is_not_looked_for_above(root, monkeypatch, capfd):
    (root / "notes").mkdir()
    monkeypatch.chdir(root / "notes")
    assert run(["check", "-c", "digest.toml"]) == UNUSABLE
    assert "digest.toml: does not exist" in capfd.readouterr().err
    assert run(["check", "-c", "../digest.toml"]) == DONE


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_another_users_digest_above_is_not_taken(root, monkeypatch, capfd):
    (root / "notes").mkdir()
    os.chown(root / "digest.toml", 12345, 12345)
    monkeypatch.chdir(root / "notes")
    assert run(["check"]) == UNUSABLE
    assert "is no digest" in capfd.readouterr().err
    monkeypatch.chdir(root)
    assert run(["check"]) == DONE


def test_help_names_every_command():
    done = subprocess.run(
        [sys.executable, "-m", "generator", "--help"], capture_output=True, text=True, check=True
    )
    for command in ("init", "new", "build", "serve", "list", "check", "clean"):
        assert re.search(rf"^  {command} ", done.stdout, re.MULTILINE)


def test_help_imports_nothing_slow():
    code = "import sys, generator.cli.main; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"jinja2", "markdown_it", "rich", "babel", "starlette", "msgspec", "nh3", "yaml"} & set(
        modules
    )


def test_ctrl_c_ends_a_watching_build(root):
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "build", "--watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + 20
        while not (root / "public/.broadsheet.json").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        write_clipping(root / "content", "late.md", title="A late one")
        while "late" not in _titles(root) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "late" in _titles(root)
        process.send_signal(2)
        started = time.monotonic()
        assert process.wait(PATIENCE) == INTERRUPTED
        assert time.monotonic() - started < 10
    finally:
        process.kill()
        process.communicate()


def _titles(root: Path) -> str:
    try:
        return (root / "public/index.html").read_text("utf-8")
    except OSError:
        return ""


@needs_full
def test_a_watching_build_that_cannot_print_follows_all_the_same(root):
    command = [sys.executable, "-m", "generator", "build", "--watch"]
    with Path("/dev/full").open("wb") as full:
        process = subprocess.Popen(command, stdout=full, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 20
        for title in ("An early one", "A late one"):
            write_clipping(root / "content", f"{title}.md", title=title)
            while title not in _titles(root) and time.monotonic() < deadline:
                time.sleep(0.05)
            assert title in _titles(root)
        process.send_signal(2)
        err = process.communicate(timeout=PATIENCE)[1]
        assert process.returncode == INTERRUPTED
        assert err.count("error: standard output cannot be written") == 1
        assert "Traceback" not in err
    finally:
        process.kill()
        process.communicate()


@needs_full
def test_a_fault_that_cannot_be_told_ends_no_watching(root):
    config, deadline = root / "digest.toml", time.monotonic() + 30
    before = config.read_text("utf-8")
    command = [sys.executable, "-m", "generator", "build", "--watch", "-q"]
    with Path("/dev/full").open("wb") as full:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=full)
    try:
        while not _titles(root) and time.monotonic() < deadline:
            time.sleep(0.05)
        config.write_text("nonsense = [", "utf-8")
        time.sleep(0.5)
        config.write_text(before, "utf-8")
        write_clipping(root / "content", "late.md", title="A late one")
        while "A late one" not in _titles(root) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "A late one" in _titles(root)
    finally:
        process.kill()
        process.wait()


def test_the_reference_names_every_command_and_option():
    page = REFERENCE.read_text("utf-8")
    shared, *sections = re.split(r"^## `broadsheet (?=\w+)", page, flags=re.MULTILINE)
    by_command = {re.match(r"\w+", section)[0]: section for section in sections}
    assert set(by_command) == set(broadsheet.commands)
    for name, command in broadsheet.commands.items():
        for parameter in command.params:
            if not isinstance(parameter, click.Option):
                continue
            option = parameter.opts[-1]
            row = re.search(rf"^\| .*`{option}[ `].*\| .*\|$", by_command[name], re.MULTILINE)
            common = re.search(rf"^\| .*`{option}[ `].*\| (.+?) \| ", shared, re.MULTILINE)
            assert row or (common and _names(common[1], name)), f"{name} {option}"


def test_the_reference_names_no_option_that_is_not_there():
    known = {opt for command in broadsheet.commands.values() for p in command.params for opt in p.opts}
    named = set(re.findall(r"^\| .*?`(--[\w-]+)", REFERENCE.read_text("utf-8"), re.MULTILINE))
    assert named <= known | {"--help"}


def _names(cell: str, command: str) -> bool:
    named = set(re.findall(r"`(\w+)`", cell))
    return command not in named if cell.startswith("all but") else command in named


def test_the_clock_is_read_by_commands_alone():
    commands = Path(broadsheet.callback.__code__.co_filename).parent
    for file in commands.parent.rglob("*.py"):
        if file.parent != commands:
            assert not re.search(r"\.(now|today|utcnow)\(", file.read_text("utf-8")), file


def test_a_terminal_shows_a_bar_and_keeps_the_last_line(root):
    master, slave = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "build"], stdin=slave, stdout=slave, stderr=slave, close_fds=True
    )
    os.close(slave)
    shown = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while piece := os.read(master, 4096):
            shown += piece
    os.close(master)
    assert process.wait(20) == DONE
    assert b"rendering" in shown
    assert "\u2501" in shown.decode("utf-8", "replace")
    assert b"3 found, 2 published" in shown


def test_a_digest_of_another_user_above_is_named(tmp_path, monkeypatch, capfd):
    (tmp_path / "digest.toml").write_text("")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 4321)
    if os.getuid() == 0:
        os.chown(tmp_path / "digest.toml", 1234, -1)
    assert run(["build"]) == UNUSABLE
    err = capfd.readouterr().err
    assert f"there is no digest.toml here, and {tmp_path}/digest.toml belongs to another user; " in err
    assert f"-c {tmp_path}/digest.toml" in err


def test_a_current_folder_that_is_gone_is_told(tmp_path, monkeypatch, capfd):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for command in ("check", "build"):
        assert run([command]) == UNUSABLE
        assert "the current folder cannot be used: No such file or directory; " in capfd.readouterr().err
