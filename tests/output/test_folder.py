"""An output folder that no build can use is told before anything is made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.errors import BuildError
from generator.output.folder import check_usable, others_in, record_of


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
    assert others_in(tmp_path) == "a, b, c, …"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_told_by_its_own_name(tmp_path: Path) -> None:
    folder = tmp_path / "public"
    folder.mkdir(0o555)
    with pytest.raises(BuildError, match="public: may not be written"):
        check_usable(folder)
