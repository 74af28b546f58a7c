"""An output folder that no build can use is told before anything is made."""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from pathlib import Path

import pytest

from generator.model.errors import BuildError
from generator.output.folder import (
    check_is_folder,
    check_usable,
    check_writable,
    clear_foreign,
    foreign_names_in,
    record_of,
)
from generator.output.write import Transaction
from writing import files_of


@pytest.mark.parametrize("name", ["public", "a/b/public"])
def test_a_folder_that_is_not_there_yet_can_be_used_and_is_not_made(tmp_path: Path, name: str) -> None:
    check_usable(tmp_path / name)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("name", ["public", "public/below"])
def test_a_file_is_no_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "public").write_text("a file", "utf-8")
    with pytest.raises(BuildError, match="is a file"):
        check_usable(tmp_path / name)


@pytest.mark.parametrize(("name", "is_told"), [("public", True), (".broadsheet/preview", False)])
def test_another_folder_is_advised_where_one_can_be_chosen(tmp_path: Path, name: str, is_told: bool) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("a file", "utf-8")
    with pytest.raises(BuildError, match="move it away") as caught:
        check_usable(tmp_path / name)
    assert ("--output" in str(caught.value)) is is_told


def test_others_files_are_named_unless_a_record_is_beside_them(tmp_path: Path) -> None:
    (tmp_path / "CNAME").write_text("digest.example", "utf-8")
    with pytest.raises(BuildError, match="CNAME"):
        check_usable(tmp_path)
    record_of(tmp_path).write_text("{}", "utf-8")
    check_usable(tmp_path)


def test_of_many_others_the_first_are_named(tmp_path: Path) -> None:
    for name in "dbca":
        (tmp_path / name).touch()
    assert foreign_names_in(tmp_path) == "a, b, c, …"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_told_by_its_own_name(tmp_path: Path) -> None:
    folder = tmp_path / "public"
    folder.mkdir(0o555)
    with pytest.raises(BuildError, match="public: is not writable"):
        check_usable(folder)


# --- a folder that is ours alone ----------------------------------------------------------------------


def written(output: Path, files: tuple[str, ...]) -> None:
    with Transaction(output, dt.date(2024, 7, 3)) as transaction:
        for path in files:
            transaction.put(path, path.encode())
        transaction.commit()


def test_what_is_not_ours_goes_and_nothing_behind_a_link(tmp_path: Path) -> None:
    output, aside = tmp_path / "preview", tmp_path / "aside"
    written(output, ("index.html", "a/b/c.html", "a/link.css", "added.html"))
    record = json.loads(record_of(output).read_text())
    del record["files"]["added.html"]
    record_of(output).write_text(json.dumps(record))
    (output / ".broadsheet-added").write_text("added.html\n")
    (aside / "deep").mkdir(parents=True)
    (aside / "deep/note.txt").write_text("theirs")
    before = files_of(output)
    (output / "a/link.css").unlink()
    (output / "a/link.css").symlink_to(aside / "deep/note.txt")
    (output / "sw.js").write_text("skipWaiting()")
    (output / "x/y").mkdir(parents=True)
    (output / "x/y/.hidden").write_text("theirs")
    (output / "x/aside").symlink_to(aside)
    (output / "a/dangling").symlink_to("nowhere")
    os.mkfifo(output / "a/pipe")
    (output / ".broadsheet-staging").mkdir()
    (output / ".broadsheet-staging/foreign").write_text("theirs")
    clear_foreign(output)
    del before["a/link.css"]
    assert files_of(output) == before
    assert sorted(path.name for path in output.iterdir()) == [
        ".broadsheet-added",
        ".broadsheet.json",
        "a",
        "added.html",
        "index.html",
    ]
    assert files_of(aside) == {"deep/note.txt": b"theirs"}


def test_without_a_sound_record_nothing_is_ours(tmp_path: Path) -> None:
    written(tmp_path / "preview", ("index.html", "a/b/c.html"))
    record_of(tmp_path / "preview").write_text("{}")
    clear_foreign(tmp_path / "preview")
    assert not [*(tmp_path / "preview").iterdir()]
    clear_foreign(tmp_path / "preview")
    clear_foreign(tmp_path / "none")


def test_a_link_in_the_place_of_our_folder_goes_alone(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/note.txt").write_text("theirs")
    (tmp_path / "preview").symlink_to(tmp_path / "home")
    clear_foreign(tmp_path / "preview")
    assert files_of(tmp_path) == {"home/note.txt": b"theirs"}
    (tmp_path / "preview").write_text("a file")
    clear_foreign(tmp_path / "preview")
    assert not (tmp_path / "preview").exists()


def test_a_folder_that_another_build_has_just_deleted_may_be_made_again(tmp_path: Path) -> None:
    check_writable(tmp_path / "gone", tmp_path / "gone")


def test_a_folder_that_another_build_deletes_meanwhile_is_not_taken_for_a_file(tmp_path: Path) -> None:
    output, is_done = tmp_path / "public", threading.Event()

    def come_and_go() -> None:
        while not is_done.is_set():
            output.mkdir()
            output.rmdir()

    other = threading.Thread(target=come_and_go)
    other.start()
    try:
        for _ in range(2000):
            check_is_folder(output, output)
    finally:
        is_done.set()
        other.join()


def test_a_dangling_link_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "public").symlink_to("nowhere")
    with pytest.raises(BuildError, match="is a file, not a folder"):
        check_is_folder(tmp_path / "public", tmp_path / "public")
