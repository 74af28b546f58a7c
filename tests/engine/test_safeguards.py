"""A build deletes much, or goes on without what it cannot read, only where it is told to."""

import ctypes
import os
import pty
import shutil
import struct
import subprocess
import sys

import pytest

from generator.cli.exit_codes import DONE, FAILED, UNUSABLE
from generator.cli.main import run
from generator.config.options import Options, silent
from generator.model.errors import LossError
from generator.preview.live import Live
from running import Command, Copy, until
from writing import NOW, files_of, site_in, write_clipping, write_config

EARLY = ["--as-of", "2024-07-02"]
LATE = ["--as-of", "2024-12-31"]


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A site of thirty days, built, as the current folder."""
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path)
    for day in range(1, 31):
        write_clipping(tmp_path / "content", f"{day:02}.md", title=f"Number {day}", date=f"2024-07-{day:02}")
    assert run(["build", "-q", *LATE]) == DONE
    return tmp_path


def lose_most(root):
    for day in range(1, 28):
        (root / "content" / f"{day:02}.md").unlink()


def test_an_earlier_day_does_not_delete_what_came_since(root, capfd):
    before = files_of(root / "public")
    for options in ([], ["--clean"], ["--strict"]):
        assert run(["build", *EARLY, *options]) == FAILED
        said = capfd.readouterr().err
        assert f"error: {root}/public: " in said
        assert " files there would be deleted, such as `2024/07/" in said
        assert "--yes deletes them" in said
        assert files_of(root / "public") == before
    assert run(["build", "-q", *EARLY, "-o", "elsewhere"]) == DONE
    assert run(["build", "-q", *EARLY, "--yes"]) == DONE
    assert files_of(root / "public") == files_of(root / "elsewhere")


def test_clippings_that_are_gone_take_no_site_with_them(root):
    before = files_of(root / "public")
    lose_most(root)
    assert run(["build", "-q", *LATE]) == FAILED
    assert files_of(root / "public") == before
    assert run(["build", "-q", *LATE]) == FAILED, "it does so again"


def test_a_site_of_few_files_and_a_few_of_many_may_go(root):
    for day in (3, 4, 5):
        (root / "content" / f"{day:02}.md").unlink()
        assert run(["build", "-q", *LATE]) == DONE
    assert not (root / "public/2024/07/03").exists()
    assert run(["build", "-q", "-o", "small", "--as-of", "2024-07-01"]) == DONE
    (root / "content/01.md").unlink()
    assert run(["build", "-q", "-o", "small", "--as-of", "2024-07-01"]) == DONE


@pytest.mark.parametrize("setting", ['articles = "none"', 'text = "link"'])
def test_what_the_configuration_takes_away_needs_no_word(tmp_path, monkeypatch, setting):
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path, "")
    for number in range(60):
        write_clipping(tmp_path / "content", f"{number}.md", title=f"Number {number}")
    assert run(["build", "-q", *LATE]) == DONE
    files = len(files_of(tmp_path / "public"))
    write_config(tmp_path, setting + "\n")
    assert run(["build", "-q", *LATE]) == DONE
    assert 2 * len(files_of(tmp_path / "public")) < files


def test_who_sits_at_a_terminal_is_asked(root):
    before = files_of(root / "public")
    for answer, code in (("n", FAILED), ("y", DONE)):
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "generator", "build", "-q", *EARLY]
        with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=root) as process:
            os.close(theirs)
            os.write(ours, f"{answer}\n".encode())
            said = b""
            while part := _read(ours):
                said += part
            assert process.wait() == code
        os.close(ours)
        assert b"Build anyway?" in said
        assert (files_of(root / "public") == before) is (code == FAILED)


def _read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:  # nobody is at the other end any more
        return b""


def test_a_site_that_is_followed_is_not_emptied_either(root):
    before = files_of(root / "public")
    live = Live(1)
    try:
        live.build(site_in(root), Options(as_of=NOW), silent, None)
        lose_most(root)
        gone = frozenset(root / "content" / f"{day:02}.md" for day in range(1, 28))
        with pytest.raises(LossError):
            live.build(site_in(root), Options(as_of=NOW), silent, gone)
        assert files_of(root / "public") == before
        accepting = Options(as_of=NOW, accepts_losses=True)
        live.build(site_in(root), accepting, silent, None)
        assert not (root / "public/2024/07/03").exists()
    finally:
        live.close()


def test_a_preview_follows_whatever_happens(root):
    command = Command(root, "serve", "--port", "0", *LATE)
    try:
        page = root / ".broadsheet/preview/2024/07/03/index.html"
        until(page.exists, command)
        lose_most(root)
        until(lambda: not page.exists(), command)
        assert "error" not in command.text
    finally:
        command.end()


@pytest.mark.parametrize("mode", [0, 0o644])
def test_a_folder_that_cannot_be_read_takes_no_pages_with_it(root, mode):
    folder = root / "content/august"
    folder.mkdir()
    write_clipping(folder, "a.md", title="In August", date="2024-08-01")
    assert run(["build", "-q", *LATE]) == DONE
    before = files_of(root / "public")
    folder.chmod(mode)
    try:
        for command, code in (("build", FAILED), ("check", FAILED), ("build", FAILED)):
            done = _without_rights([command, *LATE], root)
            assert (done.returncode, files_of(root / "public")) == (code, before)
            assert "august" in done.stdout + done.stderr
            assert "is a folder that cannot be read: Permission denied" in done.stdout + done.stderr
        done = _without_rights(["build", "--yes", *LATE], root)
        assert done.returncode == DONE
        assert "warning: august: is a folder that cannot be read" in done.stderr
        assert not (root / "public/2024/08/01").exists()
        assert _without_rights(["build", *LATE], root).returncode == FAILED
    finally:
        folder.chmod(0o755)


@pytest.mark.parametrize("mode", [0, 0o644])
@pytest.mark.parametrize(
    ("name", "ignore"), [("lost+found", '["lost+found/"]'), (".Trash-0", '[".*"]'), ("a/b", '["a"]')]
)
def test_a_folder_that_is_ignored_need_not_be_readable(root, mode, name, ignore):
    config = (root / "digest.toml").read_text("utf-8")
    (root / "digest.toml").write_text(f"ignore = {ignore}\n{config}", "utf-8")
    folder = root / "content" / name
    folder.mkdir(parents=True)
    write_clipping(folder, "a.md", title="Ignored", date="2024-08-01")
    folder.chmod(mode)
    try:
        for command in ("build", "check"):
            done = _without_rights([command, *LATE], root)
            assert (done.returncode, "cannot be read" in done.stdout + done.stderr) == (DONE, False)
    finally:
        folder.chmod(0o755)


@pytest.mark.parametrize(
    ("name", "commands", "said"),
    [
        ("templates", ["build", "check", "list"], "error: templates: cannot be read: Permission denied"),
        ("templates/sub", ["build", "check"], "error: templates/sub: cannot be read: Permission denied"),
        (
            "templates/article.html",
            ["build", "check"],
            "error: templates/article.html: cannot be read: Permission denied; check its permissions",
        ),
        (
            "content",
            ["explain content/a.md", "pick content/a.md --pin", "pick a.md --pin"],
            "a.md cannot be read: Permission denied; check its permissions",
        ),
        (
            "content",
            ["list", "list sources", "list --format jsonl"],
            "error: content: is a folder that cannot",
        ),
        (
            "cleaning",
            ["build", "check"],
            "cannot be read: Permission denied; check the folder and its permissions",
        ),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(root, name, commands, said):
    (root / "templates").mkdir(exist_ok=True)
    (root / "content/a.md").write_text("A text.", "utf-8")
    shut = root / name
    if shut.suffix:
        shut.write_text("x", "utf-8")
    else:
        shut.mkdir(exist_ok=True)
    before = shut.stat().st_mode
    shut.chmod(0)
    try:
        for command in commands:
            done = _without_rights([*command.split(), *([] if "a.md" in command else LATE)], root)
            told = (done.stdout + done.stderr).replace("a.md: cannot", "a.md cannot")
            assert (told.count(said), "Traceback" in told) == (1, False), told
            assert done.returncode != DONE or name == "cleaning"
    finally:
        shut.chmod(before)


def _without_rights(arguments, root):
    """Run a command so that file modes hold: root may read everything otherwise."""
    return Copy(root, *arguments, prepare=_drop_rights).done()


def _drop_rights():
    """Give up the capabilities CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH; see capset(2)."""
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = struct.pack("Ii", 0x20080522, 0), ctypes.create_string_buffer(24)
    assert libc.capget(header, sets) == 0
    kept = ~(1 << 1 | 1 << 2) & 0xFFFFFFFF
    effective, permitted, *others = struct.unpack("6I", sets)
    assert libc.capset(header, struct.pack("6I", effective & kept, permitted & kept, *others)) == 0


@pytest.mark.parametrize("name", ["picks.toml", "digest.toml"])
@pytest.mark.parametrize("options", [[], ["--strict"], ["--yes"]])
def test_a_broken_link_is_not_as_if_there_were_no_file(root, capfd, name, options):
    (root / name).unlink(missing_ok=True)
    (root / name).symlink_to("elsewhere/" + name)
    before = files_of(root / "public")
    for command in ("build", "check"):
        rest = options if command == "build" else []
        assert run([command, *LATE, *rest]) == UNUSABLE
        assert f"{name}: is a broken link; " in "".join(capfd.readouterr())
    assert files_of(root / "public") == before


def test_a_configuration_that_is_a_broken_link_hides_those_above(tmp_path, monkeypatch, capfd):
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "a.md", title="Above")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "digest.toml").symlink_to("nowhere.toml")
    monkeypatch.chdir(inner)
    for named in ([], ["-c", "digest.toml"]):
        assert run(["build", *LATE, *named]) == UNUSABLE
        assert "digest.toml: is a broken link; " in capfd.readouterr().err


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """A site of two folders of days, built, as the current folder."""
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path)
    for day in range(1, 13):
        title, date = f"Number {day}", f"2024-07-{day:02}"
        write_clipping(tmp_path / f"content/old/{day // 3}", f"{day}.md", title=title, date=date)
    for day in range(13, 17):
        write_clipping(tmp_path / "content/new", f"{day}.md", title=f"Number {day}", date=f"2024-07-{day}")
    assert run(["build", "-q", *LATE]) == DONE
    return tmp_path


@pytest.mark.parametrize("change", ["alone", "with others", "emptied", "linked"])
def test_a_folder_that_had_clippings_takes_no_pages_with_it(folders, capfd, change):
    before = files_of(folders / "public")
    (folders / "content/new").rename(folders / "away")
    if change == "with others":
        write_clipping(folders / "content/old/1", "more.md", title="More", date="2024-07-20")
    elif change == "emptied":
        (folders / "content/new").mkdir()
    elif change == "linked":
        (folders / "content/new").symlink_to(folders / "away")
    for options in ([], ["--clean"], ["--strict"], ["-q"]):
        assert run(["build", *LATE, *options]) == FAILED
        said = capfd.readouterr().err
        assert "error: new: the last build found 4 clippings in this folder, and now there is none; " in said
        assert files_of(folders / "public") == before
    assert run(["build", *LATE, "--yes"]) == DONE
    assert "notice: new: the last build found 4 clippings" in capfd.readouterr().err
    assert not (folders / "public/2024/07/14").exists()
    for title in ("a", "b"):
        write_clipping(folders / "content/old/1", f"{title}.md", title=title, date="2024-07-20")
        assert run(["build", *LATE]) == DONE
        assert "the last build found" not in capfd.readouterr().err, "it is said once"


def test_a_folder_of_a_day_may_go_with_a_warning(folders, capfd):
    shutil.rmtree(folders / "content/old/2")
    assert run(["build", *LATE, "--strict"]) == FAILED
    assert run(["build", *LATE]) == DONE
    said = capfd.readouterr().err
    assert "warning: old/2: the last build found 3 clippings in this folder, and now there is none" in said
    assert run(["build", *LATE, "--strict"]) == DONE
    shutil.rmtree(folders / "content/old/3")
    (folders / "content/old/3").mkdir()
    assert run(["build", *LATE]) == FAILED, "it may be a mount point"


def test_a_folder_that_moved_is_not_lost(folders, capfd):
    content = folders / "content"
    (content / "new").rename(content / "old/newer")
    write_clipping(content / "old/1", "more.md", title="More", date="2024-07-20")
    assert run(["build", *LATE]) == DONE
    (content / "other").mkdir()
    for number in (1, 2):
        for file in (content / f"old/{number}").iterdir():
            file.rename(content / "other" / file.name)
        (content / f"old/{number}").rmdir()
    assert run(["build", *LATE]) == DONE
    (content / "other/more.md").unlink()
    write_clipping(content / "single", "index.md", title="Single", date="2024-07-20")
    assert run(["build", *LATE]) == DONE
    shutil.rmtree(content / "single")
    assert run(["build", *LATE]) == DONE
    assert "the last build found" not in capfd.readouterr().err


def test_each_output_folder_has_a_memory_of_its_own(folders):
    (folders / "content/new").rename(folders / "away")
    assert run(["build", "-q", *LATE, "-o", "elsewhere"]) == DONE
    assert run(["build", "-q", *LATE]) == FAILED


@pytest.mark.parametrize(
    "config",
    ['[sources."The Source"]\nlanguage = "en"\n', 'timezone = "Asia/Tokyo"\n', 'ignore = ["*.tmp"]\n'],
)
def test_a_folder_that_gets_lost_while_a_rule_changes_is_missed(folders, capfd, config):
    before = files_of(folders / "public")
    (folders / "content/new").rename(folders / "away")
    with (folders / "digest.toml").open("a") as file:
        file.write(config)
    assert run(["build", *LATE]) == FAILED
    assert "error: new: the last build found 4 clippings in this folder" in capfd.readouterr().err
    assert files_of(folders / "public") == before


def test_a_folder_that_gets_lost_after_a_rule_is_set_back_is_missed(folders, capfd):
    write_config(folders, 'timezone = "Asia/Tokyo"\n')
    for day in (1, 2):
        write_clipping(folders / "content/more", f"{day}.md", title=f"More {day}", date=f"2024-08-0{day}")
    assert run(["build", *LATE]) == DONE
    write_config(folders)
    (folders / "content/more").rename(folders / "away")
    assert run(["build", *LATE]) == FAILED
    assert "error: more: the last build found 2 clippings in this folder" in capfd.readouterr().err


def test_a_loss_that_was_accepted_under_another_rule_is_not_told_again(folders, capfd):
    write_config(folders, 'timezone = "Asia/Tokyo"\n')
    (folders / "content/new").rename(folders / "away")
    assert run(["build", *LATE, "--yes"]) == DONE
    write_config(folders)
    assert run(["build", *LATE]) == DONE
    assert "error" not in capfd.readouterr().err


def test_a_folder_that_ignore_names_since_is_not_lost(folders, capfd):
    with (folders / "digest.toml").open("a") as file:
        file.write('ignore = ["new/*"]\n')
    assert run(["build", *LATE, "--strict"]) == DONE
    assert "the last build found" not in capfd.readouterr().err


def test_another_content_folder_has_a_memory_of_its_own(folders, capfd):
    write_clipping(folders / "other", "one.md", title="One", date="2024-07-20")
    assert run(["build", *LATE, "--content", "other", "-o", "elsewhere"]) == DONE
    assert run(["build", *LATE, "-o", "elsewhere"]) == DONE
    assert "the last build found" not in capfd.readouterr().err


def test_a_site_that_was_moved_misses_its_folders(folders, monkeypatch, capfd):
    moved = folders.with_name("moved")
    folders.rename(moved)
    monkeypatch.chdir(moved)
    (moved / "content/new").rename(moved / "away")
    assert run(["build", *LATE]) == FAILED
    assert "error: new: the last build found 4 clippings" in capfd.readouterr().err


def test_a_followed_site_keeps_the_pages_of_a_folder_that_is_lost(folders):
    before = files_of(folders / "public")
    live = Live(1)
    gone = frozenset((folders / "content/new").iterdir())
    try:
        live.build(site_in(folders), Options(as_of=NOW), silent, None)
        (folders / "content/new").rename(folders / "away")
        for changed in (gone, frozenset({folders / "content/old/1/3.md"})):
            with pytest.raises(LossError, match="found 4 clippings"):
                live.build(site_in(folders), Options(as_of=NOW), silent, changed)
            assert files_of(folders / "public") == before
        built, _ = live.build(site_in(folders), Options(as_of=NOW, accepts_losses=True), silent, gone)
        assert any("found 4 clippings" in one.message for one in built.report.problems)
        assert not (folders / "public/2024/07/14").exists()
    finally:
        live.close()


@pytest.mark.parametrize("target", ["/nonexistent", "lost"])
def test_a_broken_link_to_a_folder_fails(root, capfd, target):
    before = files_of(root / "public")
    (root / "content/lost").symlink_to(target)
    assert run(["build", *LATE]) == FAILED
    reason = "is a link that leads in a circle" if target == "lost" else "is a broken link"
    assert f"error: lost: {reason}; delete it" in capfd.readouterr().err
    assert files_of(root / "public") == before
    assert run(["build", *LATE, "--yes"]) == DONE
    assert f"warning: lost: {reason}; delete it" in capfd.readouterr().err


def test_a_broken_link_to_another_file_is_told(root, capfd):
    (root / "content/photo.jpg").symlink_to("gone.jpg")
    assert run(["build", *LATE]) == DONE
    assert "warning: photo.jpg: is a broken link; " in capfd.readouterr().err


def _hide(root, paths):
    (root / "picks.toml").write_text(
        "".join(f'[[pick]]\narticle = "{path}"\nhide = true\n' for path in paths)
    )


def _ignore(root, paths):
    write_config(root, f"ignore = {[*paths]}\n")


def _mark(line):
    def change(root, paths):
        for path in paths:
            file = root / "content" / path
            file.write_text(file.read_text().replace("---\n", f"---\n{line}\n", 1))

    return change


_TAKEDOWNS = {
    "hide": _hide,
    "ignore": _ignore,
    "draft": _mark("draft: true"),
    "private": _mark("private: true"),
    "publish": _mark("publish: false"),
}


@pytest.mark.parametrize("way", _TAKEDOWNS)
def test_what_is_withheld_on_purpose_goes_without_a_question(root, way):
    paths = [f"{day:02}.md" for day in range(4, 31)]
    _TAKEDOWNS[way](root, paths)
    assert run(["build", "-q", *LATE]) == DONE
    assert not (root / "public/2024/07/30").exists()


@pytest.mark.parametrize("way", _TAKEDOWNS)
def test_what_is_missing_beside_counts_still(root, way):
    before = files_of(root / "public")
    _TAKEDOWNS[way](root, ["28.md", "29.md"])
    lose_most(root)
    assert run(["build", "-q", *LATE]) == FAILED
    assert files_of(root / "public") == before


def test_clippings_that_cannot_be_used_any_more_count_as_missing(root):
    before = files_of(root / "public")
    for day in range(1, 28):
        (root / "content" / f"{day:02}.md").write_bytes(b"\0\1\2" * 100)
    assert run(["build", "-q", *LATE]) == FAILED
    assert files_of(root / "public") == before


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("template/day.html", "templates"),
        ("Templates/assets/custom.css", "templates"),
        ("statics/a", "static"),
    ],
)
def test_a_folder_that_is_nearly_one_of_the_sites_is_told(root, capfd, name, meant):
    (root / name).parent.mkdir(parents=True)
    (root / name).write_text("")
    for command in ("build", "check"):
        assert run([command, *LATE]) == DONE
        said = "".join(capfd.readouterr())
        assert name.partition("/")[0] + "/" in said
        assert f"nothing reads this folder; did you mean `{meant}/`?" in said


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("Privte/", "private/"),
        ("Private/", "private/"),
        ("content/private/", "private/"),
        ("./private", "private"),
        ("private/", None),
        ("private/2024/", None),
        ("private/2023/", None),
        ("2024/", None),
        ("somewhere/else/", None),
        ("privat*/", None),
    ],
)
def test_a_path_in_ignore_that_is_nearly_there_is_told(root, capfd, pattern, meant):
    write_clipping(root / "content/private/2024", "a.md", title="Private")
    write_config(root, f'ignore = ["{pattern}"]')
    assert run(["check", *LATE]) == DONE
    said = "".join(capfd.readouterr())
    told = f"`ignore` names nothing that is there: `{pattern}`; did you mean `{meant}`?"
    assert (told in said) is (meant is not None)
    assert ("names nothing" in said) is (meant is not None)


def test_a_file_of_picks_in_the_content_folder_is_told(root, capfd):
    (root / "content/picks.toml").write_text('[[pick]]\narticle = "articles/某/"\nhide = true\n')
    for command in ("build", "check"):
        assert run([command, *LATE]) == DONE
        said = "".join(capfd.readouterr())
        assert "content/picks.toml" in said
        assert "nothing reads this file, because it is in the content folder" in said
    assert run(["check", "--strict", *LATE]) == FAILED
    capfd.readouterr()
    (root / "content/picks.toml").unlink()
    run(["build", *LATE])
    assert "nothing reads" not in "".join(capfd.readouterr())


def test_a_folder_with_templates_of_notes_is_no_fault(root, capfd):
    (root / "Templates").mkdir()
    (root / "Templates/daily.md").write_text("")
    assert run(["build", *LATE]) == DONE
    assert "nothing reads" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("name", "meant"),
    [("Digest.toml", "digest.toml"), ("digst.toml", "digest.toml"), ("pick.toml", "picks.toml")],
)
def test_a_file_that_is_nearly_the_configuration_is_told(root, capfd, name, meant):
    (root / "digest.toml").unlink()
    (root / name).write_text("")
    (root / "digest2.toml").write_text("")
    for command in ("build", "check"):
        assert run([command, *LATE]) == DONE
        said = "".join(capfd.readouterr())
        assert name in said
        assert "warning: " in said
        assert f"did you mean `{meant}`?" in said
        assert "digest2" not in said
