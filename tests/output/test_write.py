from __future__ import annotations

import datetime as dt
import errno
import os
import random
import resource
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.config.options import Written
from generator.model.errors import BuildError
from generator.output import Transaction, clean, manifest
from generator.output.write import stage

DAY = dt.date(2026, 11, 24)


def build(output: Path, files: Mapping[str, bytes], as_of: dt.date = DAY) -> Written:
    with Transaction(output, as_of, patience=0) as transaction:
        for path, data in files.items():
            transaction.put(path, data)
        return transaction.commit()


def on_disk(output: Path) -> dict[str, bytes]:
    """All files but our manifest."""
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file() and path.name != ".broadsheet.json"
    }


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fail_after(output: Path, *files: tuple[str, bytes]) -> None:
    with Transaction(output, DAY) as transaction:
        for path, data in files:
            transaction.put(path, data)
        raise ZeroDivisionError


def refused(output: Path, files: Mapping[str, bytes]) -> str:
    before = on_disk(output) if output.is_dir() else None
    with pytest.raises(BuildError) as caught:
        build(output, files)
    if before is not None:
        assert on_disk(output) == before
        assert not (output / ".broadsheet-staging").exists()
    assert caught.value.problems[0].advice
    return str(caught.value)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "public"


def test_writes_keeps_and_deletes(output: Path) -> None:
    first = {"index.html": b"one", "2024/07/03/index.html": b"day", "a/b.html": b"old"}
    assert build(output, first) == Written(written=3, kept=0, deleted=0)
    assert on_disk(output) == first
    kept = (output / "index.html").stat()

    second = {"index.html": b"one", "2024/07/03/index.html": b"new", "c.html": b"c"}
    assert build(output, second) == Written(written=2, kept=1, deleted=1)
    assert on_disk(output) == second
    assert not (output / "a").exists()
    assert (output / "index.html").stat() == kept


def test_nothing_changed_touches_no_file(output: Path) -> None:
    files = {"index.html": b"one", "a/b.html": b"two"}
    build(output, files)
    before = {path: path.stat().st_mtime_ns for path in output.rglob("*") if path.is_file()}
    assert build(output, files) == Written(written=0, kept=2, deleted=0)
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*") if path.is_file()} == before


def test_the_manifest_is_deterministic_and_says_what_was_written(output: Path, tmp_path: Path) -> None:
    build(output, {"b.html": b"b", "a/中.html": b"a"})
    build(tmp_path / "other", {"a/中.html": b"x", "c.html": b""})
    build(tmp_path / "other", {"a/中.html": b"a", "b.html": b"b"})
    text = (output / ".broadsheet.json").read_bytes()
    assert text == (tmp_path / "other/.broadsheet.json").read_bytes()
    assert msgspec.json.decode(text) == {
        "format": 1,
        "generator": "0.1.0",
        "as_of": "2026-11-24",
        "files": {"a/中.html": manifest.digest(b"a"), "b.html": manifest.digest(b"b")},
    }
    assert len(manifest.digest(b"")) == 32


def test_the_day_of_the_build_stands_in_the_manifest(output: Path) -> None:
    build(output, {"a": b""})
    build(output, {"a": b""}, dt.date(2026, 11, 25))
    found = manifest.read(output)
    assert found is not None
    assert found.as_of == dt.date(2026, 11, 25)


def test_a_failing_build_leaves_the_last_good_site(output: Path) -> None:
    build(output, {"index.html": b"good"})
    before = (output / ".broadsheet.json").read_bytes()
    with pytest.raises(ZeroDivisionError):
        fail_after(output, ("index.html", b"bad"), ("new/page.html", b"bad"))
    assert on_disk(output) == {"index.html": b"good"}
    assert (output / ".broadsheet.json").read_bytes() == before
    assert listing(output) == [".broadsheet.json", "index.html"]


def test_a_failing_first_build_leaves_no_folder(output: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_after(output, ("index.html", b"bad"))
    assert not output.exists()


def test_leaving_without_commit_changes_nothing(output: Path) -> None:
    output.mkdir()
    with Transaction(output, DAY) as transaction:
        transaction.put("index.html", b"one")
    assert listing(output) == []


def test_what_comes_to_stand_there_during_a_first_build_stays(output: Path) -> None:
    with Transaction(output, DAY) as transaction:
        transaction.put("a/b/ours.html", b"1")
        transaction.put("c/ours.html", b"2")
        (output / "a").mkdir()
        (output / "a/theirs.html").write_bytes(b"theirs")
        transaction.commit()
    assert on_disk(output) == {"a/b/ours.html": b"1", "c/ours.html": b"2", "a/theirs.html": b"theirs"}


def test_a_first_build_moves_files_where_no_folders_can_be_moved(output: Path, monkeypatch) -> None:
    def of_files_only(source: str, target: str) -> None:
        if Path(source).is_dir() and not source.endswith("/c"):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        rename(source, target)

    rename = os.rename
    monkeypatch.setattr(os, "rename", of_files_only)
    with Transaction(output, DAY) as transaction:
        for path in ("index.html", "a/b/one.html", "c/two.html"):
            transaction.put(path, path.encode())
        transaction.commit()
    assert on_disk(output) == {path: path.encode() for path in ("index.html", "a/b/one.html", "c/two.html")}


def test_who_stages_first_makes_the_folder(output: Path) -> None:
    """Workers stage in any order: a page below a folder before the folder's own."""
    with Transaction(output, DAY) as transaction:
        slots = {
            path: transaction.slot(path) for path in ("a/index.html", "a/feed.xml", "a/b/index.html", "c")
        }
        for path, slot in reversed(slots.items()):
            digest, is_staged = stage(slot, path.encode())
            transaction.take(path, slot, digest, is_staged=is_staged)
        transaction.commit()
    assert {path: (output / path).read_text("utf-8") for path in slots} == {path: path for path in slots}


def test_somebody_elses_folder_in_the_staging_folder_stays(output: Path) -> None:
    photo = output / ".broadsheet-staging/2024/photo.jpg"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"mine")
    with pytest.raises(BuildError), Transaction(output, DAY):
        pass
    assert photo.read_bytes() == b"mine"


def test_a_first_build_puts_in_place_what_was_taken_alone(output: Path) -> None:
    with Transaction(output, DAY) as transaction:
        stage(transaction.slot("a/never.html"), b"0")
        transaction.put("a/b.html", b"1")
        transaction.commit()
    assert on_disk(output) == {"a/b.html": b"1"}


def test_a_folder_of_others_is_refused(output: Path) -> None:
    for name in "dcab":
        output.mkdir(exist_ok=True)
        (output / name).write_bytes(b"mine")
    message = refused(output, {"index.html": b""})
    assert (
        "public: holds files that are not Broadsheet's: a, b, c, …; move them away, or choose another folder"
        in message
    )


def test_an_empty_folder_is_used_and_what_a_file_browser_left_does_not_matter(output: Path) -> None:
    output.mkdir()
    (output / ".DS_Store").touch()
    assert build(output, {"a": b"a"}).written == 1


def test_files_of_others_beside_ours_stay(output: Path) -> None:
    build(output, {"a/b.html": b"1", "index.html": b"1"})
    (output / "CNAME").write_bytes(b"news.example")
    (output / "a/theirs.txt").write_bytes(b"theirs")
    (output / ".git").mkdir()
    build(output, {"index.html": b"1"})
    assert on_disk(output) == {"CNAME": b"news.example", "a/theirs.txt": b"theirs", "index.html": b"1"}
    assert (output / ".git").is_dir()


def test_a_strangers_file_in_a_pages_place_is_refused(output: Path) -> None:
    build(output, {"index.html": b"1"})
    (output / "new.html").write_bytes(b"theirs")
    message = refused(output, {"index.html": b"1", "new.html": b"ours"})
    assert "public/new.html: is not Broadsheet's" in message
    assert "move it to static/" in message


def test_a_strangers_file_with_our_very_bytes_becomes_ours(output: Path) -> None:
    build(output, {"index.html": b"1"})
    (output / "CNAME").write_bytes(b"news.example")
    assert build(output, {"index.html": b"1", "CNAME": b"news.example"}).kept == 2
    assert build(output, {"index.html": b"1"}).deleted == 1


def test_a_page_changed_by_others_is_written_again(output: Path) -> None:
    build(output, {"index.html": b"1"})
    (output / "index.html").write_bytes(b"2")
    assert build(output, {"index.html": b"1"}).written == 1
    assert on_disk(output) == {"index.html": b"1"}


def test_files_and_folders_change_places(output: Path) -> None:
    build(output, {"a": b"file", "b/c/d.html": b"deep", "b/e.html": b"e"})
    second = {"a/index.html": b"now a folder", "b": b"now a file"}
    assert build(output, second) == Written(written=2, kept=0, deleted=3)
    assert on_disk(output) == second


def test_a_strangers_file_where_a_folder_is_needed_is_refused(output: Path) -> None:
    build(output, {"index.html": b"1"})
    (output / "a").write_bytes(b"theirs")
    assert "public/a: is not Broadsheet's, but is where `a/b/c.html`" in refused(output, {"a/b/c.html": b""})


def test_a_strangers_folder_where_a_file_is_needed_is_refused(output: Path) -> None:
    build(output, {"a/b.html": b"1"})
    (output / "a/deep").mkdir()
    (output / "a/deep/theirs.txt").write_bytes(b"theirs")
    assert "a/deep/theirs.txt: is not Broadsheet's" in refused(output, {"a": b"file"})


def test_the_output_may_not_be_a_file_or_a_dangling_link(output: Path) -> None:
    output.write_bytes(b"mine")
    assert "is a file, not a folder" in refused(output, {"a": b""})
    assert output.read_bytes() == b"mine"
    output.unlink()
    output.symlink_to("nowhere")
    assert "is a file, not a folder" in refused(output, {"a": b""})


def test_the_output_may_be_a_link_to_a_folder(output: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    output.symlink_to("real")
    build(output, {"a/b": b"1"})
    assert on_disk(tmp_path / "real") == {"a/b": b"1"}


@pytest.mark.parametrize(
    "path",
    ["", "/etc/x", "../x", "a/../../x", "a//b", "./a", "a/", "a\\b", "a\0b", ".broadsheet.json",
     ".Broadsheet-Staging/1", "a/" + "中" * 86, "a\udcff"],
)  # fmt: skip
def test_paths_that_could_lead_elsewhere_are_refused(output: Path, path: str) -> None:
    assert "cannot be the name of an output file" in refused(output, {path: b""})


@pytest.mark.parametrize(
    ("one", "other"),
    [("a.html", "A.html"), ("é", "e\u0301"), ("a", "a/b"), ("a/b/c", "A/b"), ("Straße/x", "STRASSE/X")],
)
def test_names_that_are_one_on_some_file_system_are_refused(output: Path, one: str, other: str) -> None:
    message = refused(output, {one: b"", other: b""})
    assert one in message
    assert other in message
    assert "rename the one that is in `static/`" in message
    refused(output, {other: b"", one: b""})


def test_one_address_twice_is_refused(output: Path) -> None:
    with pytest.raises(BuildError, match="two outputs"):
        fail_after(output, ("a", b""), ("a", b""))


def test_a_page_whose_case_changes_is_there_afterwards(output: Path) -> None:
    build(output, {"Page.html": b"1", "k": b""})
    build(output, {"page.html": b"2", "k": b""})
    assert (output / "page.html").read_bytes() == b"2"
    assert len(listing(output)) == 3


def test_on_a_file_system_without_case_the_old_name_is_the_new_file(output: Path) -> None:
    """A hard link behaves as the second name of a file on such a file system."""
    build(output, {"Page.html": b"1"})
    (output / "page.html").hardlink_to(output / "Page.html")
    assert build(output, {"page.html": b"1"}) == Written(written=0, kept=1, deleted=0)
    build(output, {"Page.html": b"1"})
    (output / "page.html").unlink(missing_ok=True)
    (output / "page.html").hardlink_to(output / "Page.html")
    build(output, {"page.html": b"2"})
    assert (output / "page.html").read_bytes() == b"2"


def test_a_planted_link_is_never_written_through(output: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.html").write_bytes(b"theirs")
    build(output, {"a/b.html": b"1", "c.html": b"1"})
    (output / "a/b.html").unlink()
    (output / "a").rmdir()
    (output / "a").symlink_to(outside)
    assert "public/a: is not Broadsheet's" in refused(output, {"a/b.html": b"2"})
    assert build(output, {"c.html": b"1"}).deleted == 0
    assert on_disk(outside) == {"b.html": b"theirs"}
    assert outside.is_dir()


def test_a_planted_link_to_an_empty_folder_is_not_pruned_through(output: Path, tmp_path: Path) -> None:
    (tmp_path / "outside/deep").mkdir(parents=True)
    build(output, {"a/deep/b.html": b"1", "c": b""})
    (output / "a/deep/b.html").unlink()
    (output / "a/deep").rmdir()
    (output / "a").rmdir()
    (output / "a").symlink_to(tmp_path / "outside")
    build(output, {"c": b""})
    assert (tmp_path / "outside/deep").is_dir()


def test_a_planted_link_in_a_pages_place_is_replaced_itself(output: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.html").write_bytes(b"2")
    build(output, {"index.html": b"1", "old.html": b"1"})
    for name in ("index.html", "old.html"):
        (output / name).unlink()
        (output / name).symlink_to(tmp_path / "outside.html")
    assert build(output, {"index.html": b"2"}) == Written(written=1, kept=0, deleted=1)
    assert not (output / "index.html").is_symlink()
    assert (tmp_path / "outside.html").read_bytes() == b"2"
    (output / "new.html").symlink_to(tmp_path / "outside.html")
    assert "new.html: is not Broadsheet's" in refused(output, {"index.html": b"2", "new.html": b"2"})


def test_what_is_no_file_is_left_where_a_page_was(output: Path) -> None:
    build(output, {"a": b"1", "b": b""})
    (output / "a").unlink()
    os.mkfifo(output / "a")
    assert build(output, {"b": b""}).deleted == 0
    assert (output / "a").is_fifo()


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"\xff", b"[]", b'{"format": 2, "generator": "9", "as_of": "2026-11-24", "files": {}}',
     b'{"format": 1, "generator": "0", "as_of": "2026-11-24", "files": {"../../precious": ""}}'],
)  # fmt: skip
def test_a_damaged_or_foreign_manifest_proves_nothing(output: Path, tmp_path: Path, text: bytes) -> None:
    (tmp_path / "precious").write_bytes(b"mine")
    build(output, {"index.html": b"1"})
    (output / ".broadsheet.json").write_bytes(text)
    message = refused(output, {"index.html": b"2"})
    assert ".broadsheet.json: the record of the files that Broadsheet wrote" in message
    with pytest.raises(BuildError, match="choose another folder"):
        clean(output)
    assert (tmp_path / "precious").exists()
    assert on_disk(output) == {"index.html": b"1"}


def test_a_manifest_that_is_a_link_or_a_folder_is_refused(output: Path, tmp_path: Path) -> None:
    build(tmp_path / "other", {"index.html": b"1"})
    output.mkdir()
    (output / ".broadsheet.json").symlink_to(tmp_path / "other/.broadsheet.json")
    assert "is not a regular file" in refused(output, {"index.html": b"2"})


def test_the_staging_folder_of_a_killed_build_goes_and_that_of_others_stays(output: Path) -> None:
    (output / ".broadsheet-staging").mkdir(parents=True)
    (output / ".broadsheet-staging/0").write_bytes(b"half")
    (output / ".broadsheet-staging/tree-1/a").mkdir(parents=True)
    (output / ".broadsheet-staging/tree-1/a/b.html").write_bytes(b"half")
    (output / ".broadsheet-staging/owner").write_bytes(b"1")
    build(output, {"a": b"1"})
    assert listing(output) == [".broadsheet.json", "a"]

    (output / ".broadsheet-staging").mkdir()
    (output / ".broadsheet-staging/thesis.txt").write_bytes(b"mine")
    with pytest.raises(BuildError, match=r"staging: holds files that are not Broadsheet's"):
        build(output, {"a": b"2"})
    assert (output / ".broadsheet-staging/thesis.txt").exists()
    (output / ".broadsheet-staging/thesis.txt").unlink()
    (output / ".broadsheet-staging").rmdir()
    (output / ".broadsheet-staging").write_bytes(b"a file")
    with pytest.raises(BuildError, match="move it away"):
        build(output, {"a": b"2"})


def test_copies_files_and_compares_them(output: Path, tmp_path: Path) -> None:
    film = tmp_path / "film.bin"
    film.write_bytes(random.Random(1).randbytes(3_000_000))
    film.chmod(0o700)
    for expected in (Written(written=1, kept=0, deleted=0), Written(written=0, kept=1, deleted=0)):
        with Transaction(output, DAY) as transaction:
            transaction.copy("media/film.bin", film)
            assert transaction.commit() == expected
    assert (output / "media/film.bin").read_bytes() == film.read_bytes()
    found = manifest.read(output)
    assert found is not None
    assert found.files == {"media/film.bin": manifest.digest(film.read_bytes())}
    assert not (output / "media/film.bin").stat().st_mode & 0o100


def test_a_file_that_vanished_before_its_copy_is_named(output: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(BuildError, match=r"gone\.png: cannot be read"),
        Transaction(output, DAY) as transaction,
    ):
        transaction.copy("a.png", tmp_path / "gone.png")


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_last_good_site(output: Path) -> None:
    build(output, {"a": b"1", "b": b"1"})
    with no_file_over(5_000):
        message = refused(output, {"a": b"2", "b": b"x" * 50_000})
    assert "the disk is full; free some space and build again" in message
    assert build(output, {"a": b"2"}) == Written(written=1, kept=0, deleted=1)


def test_folders_without_permission_are_named(output: Path, tmp_path: Path, as_somebody_else) -> None:
    build(output, {"a/b": b"1", "c": b"1"})
    output.chmod(0o777)
    (output / "a").chmod(0o555)
    (tmp_path / "private").mkdir(mode=0o555)
    try:
        with as_somebody_else():
            assert "public/a: is not writable" in refused(output, {"a/b": b"2", "c": b"2"})
            assert "private/public: is not writable" in refused(tmp_path / "private/public", {"a": b""})
    finally:
        (output / "a").chmod(0o755)


def test_an_output_that_cannot_be_written_is_told_by_its_own_name(output: Path, as_somebody_else) -> None:
    build(output, {"a": b"1"})
    output.chmod(0o555)
    try:
        with as_somebody_else():
            message = refused(output, {"a": b"1"})
    finally:
        output.chmod(0o755)
    assert message == (
        f"{output}: is not writable; "
        "change its owner or its permissions, or choose another folder with --output"
    )


@pytest.mark.parametrize("place", ["", "deep/er"])
def test_a_read_only_file_system_is_told(output: Path, monkeypatch, place: str) -> None:
    output.mkdir()
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))
    message = refused(output / place, {"a": b"1"})
    assert message.startswith(f"{output / place}: is on a read-only file system; ")
    assert listing(output) == []


def test_an_output_below_a_file_is_refused_by_the_name_of_the_file(output: Path) -> None:
    output.write_bytes(b"mine")
    assert f"{output}: is a file, not a folder; move it away, or choose another" in refused(
        output / "x/y", {"a": b""}
    )


def test_two_builds_of_one_folder_do_not_mix(output: Path) -> None:
    with Transaction(output, DAY) as first:
        first.put("a", b"1")
        with pytest.raises(
            BuildError, match=rf"another build \(process {os.getpid()}\) is writing to this folder"
        ):
            build(output, {"b": b"2"})
        first.commit()
    assert build(output, {"b": b"2"}) == Written(written=1, kept=0, deleted=1)


def test_a_second_build_waits_a_little(output: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(output)], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    with holder:
        holder.stdout.readline()
        with pytest.raises(BuildError, match=rf"process {holder.pid}\)"):
            build(output, {"b": b"2"})
        holder.stdin.close()
        with Transaction(output, DAY, patience=30) as transaction:
            transaction.put("b", b"2")
            assert transaction.commit() == Written(written=1, kept=0, deleted=0)


HOLD = textwrap.dedent("""
    import datetime as dt, pathlib, sys
    from generator.output import Transaction
    with Transaction(pathlib.Path(sys.argv[1]), dt.date(2026, 11, 24)):
        print("held", flush=True)
        sys.stdin.read()
""")


def test_clean_deletes_what_we_wrote_and_nothing_else(output: Path) -> None:
    build(output, {"a/b": b"1", "c/d": b"1", "e": b"1"})
    (output / "c/theirs").write_bytes(b"theirs")
    (output / "e").unlink()
    assert clean(output) == 2
    assert on_disk(output) == {"c/theirs": b"theirs"}
    assert listing(output) == [".broadsheet.json", "c"]
    assert clean(output) == 0


def test_a_folder_that_was_cleaned_is_known_to_the_next_build(output: Path) -> None:
    build(output, {"a/b": b"1", "e": b"1"})
    (output / "CNAME").write_bytes(b"theirs")
    clean(output)
    (output / "e").write_bytes(b"theirs since")
    assert "public/e: is not Broadsheet's" in refused(output, {"e": b"1"})
    assert build(output, {"a/b": b"2"}) == Written(written=1, kept=0, deleted=0)
    assert on_disk(output) == {"CNAME": b"theirs", "a/b": b"2", "e": b"theirs since"}
    clean(output)
    (output / "CNAME").unlink()
    (output / "e").unlink()
    assert clean(output) == 0
    assert not output.exists()


def test_a_folder_of_others_is_not_cleaned(output: Path) -> None:
    output.mkdir()
    (output / "c").write_bytes(b"theirs")
    with pytest.raises(BuildError, match="not Broadsheet's: c"):
        clean(output)
    assert listing(output) == ["c"]


def test_clean_takes_the_whole_folder_where_all_is_ours(output: Path) -> None:
    build(output, {"a/b": b"1"})
    assert clean(output) == 1
    assert not output.exists()
    assert clean(output) == 0


# Any sequence of builds leaves exactly the last one's files, and everybody else's.

PATHS = st.lists(st.sampled_from(["a", "b", "A", "é"]), min_size=1, max_size=3).map("/".join)
SITES = st.dictionaries(PATHS, st.binary(max_size=3), max_size=6)
FOREIGN = {"CNAME": b"theirs", "a/foreign.txt": b"theirs", "b/b/foreign.txt": b"theirs"}


def in_conflict(site: Mapping[str, bytes]) -> bool:
    keys = [path.lower() for path in site]
    return any(one == other or other.startswith(one + "/") for one, other in permutations(keys, 2))


@settings(max_examples=60, deadline=None)
@given(st.lists(SITES, min_size=1, max_size=5), st.booleans())
def test_any_sequence_of_builds_ends_in_the_last(tmp_path_factory, sites, with_foreign) -> None:
    output = tmp_path_factory.mktemp("site") / "public"
    last: dict[str, bytes] = {}
    build(output, last)
    foreign = FOREIGN if with_foreign else {}
    for path, data in foreign.items():
        (output / path).parent.mkdir(parents=True, exist_ok=True)
        (output / path).write_bytes(data)
    for site in sites:
        try:
            written = build(output, site)
        except BuildError:
            assert with_foreign or in_conflict(site)
        else:
            assert not in_conflict(site)
            assert written.written + written.kept == len(site)
            last = site
        assert on_disk(output) == last | foreign
        record = manifest.read(output)
        assert record is not None
        assert record.files == {path: manifest.digest(data) for path, data in last.items()}
        kept = {folder for path in last | foreign for folder in Path(path).parents}
        assert {p.relative_to(output) for p in output.rglob("*") if p.is_dir()} <= kept | {
            Path("b"),
            Path("b/b"),
        }


# Killed at any moment, then run again: the same bytes, and no file that nobody owns.

KILLED = textwrap.dedent("""
    import datetime as dt, os, pathlib, signal, sys
    from generator.output import Transaction
    output, countdown = pathlib.Path(sys.argv[1]), int(sys.argv[2])

    def count(event, _):
        global countdown
        if event in {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "open"}:
            countdown -= 1
            if not countdown:
                os.kill(os.getpid(), signal.SIGKILL)

    with Transaction(output, dt.date(2026, 11, 24)) as transaction:
        for number in range(12):
            transaction.put(f"new/{number % 3}/{number}.html", b"new")
            transaction.put(f"both/{number}.html", b"after")
        transaction.put("turns", b"now a file")
        sys.addaudithook(count)
        transaction.commit()
""")
BEFORE = {f"both/{n}.html": b"before" for n in range(12)} | {f"old/{n}/x.html": b"old" for n in range(5)}
BEFORE |= {"turns/index.html": b"was a folder"}
AFTER = {f"new/{n % 3}/{n}.html": b"new" for n in range(12)} | {f"both/{n}.html": b"after" for n in range(12)}
AFTER |= {"turns": b"now a file"}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("countdown", [1, 3, 6, 12, 25, 43, 52, 60])
def test_a_killed_build_leaves_whole_files_that_the_next_one_knows(
    output: Path, tmp_path: Path, countdown: int, first: bool
) -> None:
    if not first:
        build(output, BEFORE)
    child = subprocess.run(
        [sys.executable, "-c", KILLED, str(output), str(countdown)], check=False, timeout=30
    )
    assert child.returncode in {-signal.SIGKILL, 0}
    for path, data in on_disk(output).items():
        if not path.startswith(".broadsheet-staging/"):
            assert data in {BEFORE.get(path), AFTER.get(path)}
    build(output, AFTER)
    build(tmp_path / "clean", AFTER)
    assert on_disk(output) == AFTER
    assert sorted(map(str, tree(output))) == sorted(map(str, tree(tmp_path / "clean")))
    assert (output / ".broadsheet.json").read_bytes() == (tmp_path / "clean/.broadsheet.json").read_bytes()


def tree(folder: Path) -> list[Path]:
    return [path.relative_to(folder) for path in folder.rglob("*")]


def test_a_killed_build_may_be_followed_by_another_site(output: Path) -> None:
    build(output, BEFORE)
    subprocess.run([sys.executable, "-c", KILLED, str(output), "20"], check=False, timeout=30)
    build(output, {"index.html": b"1"})
    assert listing(output) == [".broadsheet.json", "index.html"]


def test_a_reader_sees_every_file_whole(output: Path) -> None:
    """A child rewrites a page over and over; whoever reads it meanwhile gets one version or the other."""
    pages = {b"x" * 200_000, b"y" * 150_000}
    build(output, {"index.html": b"x" * 200_000})
    writer = subprocess.Popen([sys.executable, "-c", REWRITE, str(output)])
    with writer:
        seen = set()
        deadline = time.monotonic() + 20
        while writer.poll() is None and time.monotonic() < deadline:
            seen.add((output / "index.html").read_bytes())
    assert writer.returncode == 0
    assert seen <= pages


REWRITE = textwrap.dedent("""
    import datetime as dt, pathlib, sys
    from generator.output import Transaction
    for page in [b"y" * 150_000, b"x" * 200_000] * 60:
        with Transaction(pathlib.Path(sys.argv[1]), dt.date(2026, 11, 24)) as transaction:
            transaction.put("index.html", page)
            transaction.commit()
""")
