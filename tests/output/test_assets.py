from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.output import static_files


@pytest.fixture
def static(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    folder.mkdir()
    return folder


def test_no_folder_holds_no_files(tmp_path: Path) -> None:
    found = static_files(tmp_path / "static")
    assert found.files == ()
    assert found.problems == ()


def test_files_are_sorted_and_dot_files_count(static: Path) -> None:
    for name in (
        "z.txt",
        "b/a.txt",
        "CNAME",
        ".nojekyll",
        ".well-known/security.txt",
        ".DS_Store",
        "b/Thumbs.db",
    ):
        (static / name).parent.mkdir(exist_ok=True)
        (static / name).touch()
    found = static_files(static)
    assert [address for address, _ in found.files] == [
        ".nojekyll", ".well-known/security.txt", "CNAME", "b/a.txt", "z.txt",
    ]  # fmt: skip
    assert all(file == static / address for address, file in found.files)
    assert found.problems == ()


def test_links_stay_inside(static: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (static / "real.txt").write_text("text")
    (static / "sub").mkdir()
    (static / "inside.txt").symlink_to("real.txt")
    (static / "outside.txt").symlink_to(tmp_path / "secret")
    (static / "folder").symlink_to("sub")
    (static / "out").symlink_to(tmp_path)
    (static / "loop").symlink_to("loop")
    (static / "nowhere").symlink_to("missing")
    found = static_files(static)
    assert [address for address, _ in found.files] == ["inside.txt", "real.txt"]
    assert {problem.path: problem.message for problem in found.problems} == {
        "static/folder": "is a link to a folder",
        "static/loop": "is a link that leads nowhere",
        "static/nowhere": "is a link that leads nowhere",
        "static/out": "is a link that leads out of the folder",
        "static/outside.txt": "is a link that leads out of the folder",
    }
    assert all(problem.advice for problem in found.problems)


def test_a_folder_that_is_a_link_itself_may_be_used(static: Path, tmp_path: Path) -> None:
    (static / "a").touch()
    (static / "b").symlink_to("a")
    (tmp_path / "link").symlink_to("static")
    assert [address for address, _ in static_files(tmp_path / "link").files] == ["a", "b"]


def test_what_cannot_be_copied_is_named(static: Path) -> None:
    os.mkfifo(static / "pipe")
    (static / "back\\slash").touch()
    os.close(os.open(os.fsencode(static) + b"/\xff", os.O_CREAT))
    found = static_files(static)
    assert found.files == ()
    assert {problem.path: problem.message for problem in found.problems} == {
        "static/back\\slash": "cannot be copied: its name holds a backslash or a NUL",
        "static/pipe": "is not a regular file",
        "static/\ufffd": "cannot be copied: its name is not valid UTF-8",
    }


def test_unreadable_files_and_folders_are_named(static: Path, as_somebody_else) -> None:
    (static / "shut.txt").touch(0o000)
    (static / "shut").mkdir()
    (static / "shut/a.txt").touch()
    (static / "shut").chmod(0o000)
    try:
        with as_somebody_else():
            found = static_files(static)
    finally:
        (static / "shut").chmod(0o755)
    assert found.files == ()
    assert [str(problem) for problem in found.problems] == [
        "static/shut: cannot be read: Permission denied; change its permissions",
        "static/shut.txt: cannot be read: Permission denied; change its permissions",
    ]
