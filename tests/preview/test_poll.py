"""Looking at every file: what is told, and where it must be done."""

import os
import shutil

import msgspec
import pytest

from generator.preview import poll
from generator.preview.poll import TreeState, counts_folders, mount_of, mounts, poll_files, unreliable_type
from generator.preview.watched_folders import WatchedFolder

TABLE = r"""
21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
22 21 0:20 / /proc rw - proc proc rw
30 21 0:50 / /srv/my\040site rw,relatime - nfs4 host:/export rw,vers=4.2
31 21 0:51 / /mnt/c rw - 9p drvfs rw
32 21 0:52 / /home/me/far rw master:3 propagate_from:2 - fuse.sshfs me@host: rw
33 21 8:1 / /media/stick rw - fuseblk /dev/sda1 rw
34 21 0:53 / /app rw - overlay overlay rw,lowerdir=/image/a:/image/b,upperdir=/layers/up,workdir=/layers/w
35 21 0:54 / /far rw - overlay overlay rw,lowerdir=/image/a:/srv/my\040site/x,upperdir=/layers/up
36 21 0:55 / /fast rw - btrfs /dev/vdb rw
37 36 0:56 / /fast rw - tmpfs tmpfs rw
a broken line
"""


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("/home/you/site", ""),
        ("/srv/my site/content", "nfs4"),
        ("/srv/my site", "nfs4"),
        ("/srv/my sitemap", ""),
        ("/mnt/c/Users", "9p"),
        ("/home/me/far/content", "fuse.sshfs"),
        ("/media/stick/content", ""),
        ("/app/content", ""),
        ("/far/content", "nfs4"),
        ("/fast", ""),
    ],
)
def test_mounts_that_do_not_report_are_known_by_their_type(path, type_):
    assert unreliable_type(path, mounts(TABLE)) == type_


def test_what_is_mounted_in_a_folder_counts_for_the_folder_and_not_for_names_in_it():
    assert unreliable_type("/home/me", mounts(TABLE)) == "fuse.sshfs"
    assert unreliable_type("/home/me", mounts(TABLE), deep=False) == ""
    assert unreliable_type("/", mounts(TABLE), deep=False) == ""


def test_of_two_mounts_at_one_place_the_later_counts():
    assert mount_of("/fast/x", mounts(TABLE)).type == "tmpfs"
    assert counts_folders("/fast/x", mounts(TABLE))
    assert counts_folders("/home", mounts(TABLE))
    assert not counts_folders("/app", mounts(TABLE))


def test_without_a_table_nothing_is_known(tmp_path, monkeypatch):
    monkeypatch.setattr(poll, "MOUNTS", tmp_path / "none")
    assert poll.read_mounts() == ()
    assert unreliable_type("/x", ()) == ""
    assert not counts_folders("/x", ())


@pytest.fixture(autouse=True)
def fine(monkeypatch):
    """Times that tell every change apart."""
    monkeypatch.setattr(poll, "TIME_RESOLUTION", 0)


@pytest.fixture
def place(tmp_path):
    status = tmp_path.stat()
    ignored = frozenset({str(tmp_path / "out")})
    return WatchedFolder(str(tmp_path), status.st_dev, status.st_ino, None, ignored)


def test_a_look_tells_files_that_changed_and_folders_that_came_or_went(tmp_path, place):
    deep = tmp_path / "2024" / "07"
    deep.mkdir(parents=True)
    for name in ("a.md", "b.md"):
        (deep / name).write_text("one")
    tree = TreeState(place)
    assert list(tree.changes()) == []

    (deep / "a.md").write_text("three")
    (deep / "b.md").unlink()
    (tmp_path / "2025" / "01").mkdir(parents=True)
    (tmp_path / "2025" / "01" / "c.md").write_text("one")
    assert sorted(tree.changes()) == [str(deep / "a.md"), str(deep / "b.md"), str(tmp_path / "2025")]
    assert list(tree.changes()) == []

    (tmp_path / "2025" / "01" / "c.md").write_text("three")
    shutil.rmtree(tmp_path / "2024")
    assert sorted(tree.changes()) == [str(tmp_path / "2024"), str(tmp_path / "2025" / "01" / "c.md")]

    deep.mkdir(parents=True)
    (deep / "a.md").write_text("three")
    assert list(tree.changes()) == [str(tmp_path / "2024")]
    assert list(tree.changes()) == []


def test_a_save_of_the_same_size_and_time_is_seen(tmp_path, place):
    file = tmp_path / "a.md"
    file.write_text("one")
    os.utime(file, (1, 1))
    tree = TreeState(place)
    file.write_text("two")
    os.utime(file, (1, 1))
    assert list(tree.changes()) == [str(file)]


def test_a_file_that_changed_a_moment_ago_is_told_again(tmp_path, place, monkeypatch):
    file = tmp_path / "a.md"
    tree = TreeState(place)
    file.write_text("one")
    monkeypatch.setattr(poll, "TIME_RESOLUTION", 3600)
    assert list(tree.changes()) == [str(file)]
    assert list(tree.changes()) == []
    monkeypatch.setattr(poll, "TIME_RESOLUTION", 0)
    assert list(tree.changes()) == [str(file)]
    assert list(tree.changes()) == []


def test_a_file_that_becomes_a_folder_is_told_and_looked_into(tmp_path, place):
    (tmp_path / "x").write_text("one")
    tree = TreeState(place)
    (tmp_path / "x").unlink()
    (tmp_path / "x").mkdir()
    assert list(tree.changes()) == [str(tmp_path / "x")]
    (tmp_path / "x" / "a.md").write_text("one")
    assert list(tree.changes()) == [str(tmp_path / "x" / "a.md")]


def test_what_does_not_count_is_not_looked_at(tmp_path, place):
    tree = TreeState(place)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "index.html").write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.md~").write_text("x")
    (tmp_path / "nowhere.md").symlink_to("none")
    assert list(tree.changes()) == []


def test_what_a_rule_names_is_not_looked_at_and_all_else_is(tmp_path, place):
    def skips(path, name, is_folder):
        return (path, name, is_folder) in {("2024/no", "no", True), ("2024/no.md", "no.md", False)}

    tree = TreeState(msgspec.structs.replace(place, rules=(skips,)))
    for folder in ("2024/no", ".n"):
        (tmp_path / folder).mkdir(parents=True)
    assert sorted(tree.changes()) == [str(tmp_path / ".n"), str(tmp_path / "2024")]
    for file in ("2024/no/a.md", "2024/no.md", "2024/a~", ".n/no.md"):
        (tmp_path / file).write_text("one")
    assert sorted(tree.changes()) == [str(tmp_path / ".n/no.md"), str(tmp_path / "2024/a~")]


def test_a_folder_that_cannot_be_read_for_once_is_taken_to_be_as_it_was(tmp_path, place, monkeypatch):
    (tmp_path / "2024").mkdir()
    (tmp_path / "2024" / "a.md").write_text("one")
    tree = TreeState(place)
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("2024"):
            raise OSError("the network is down")
        return scandir(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        assert list(tree.changes()) == []
    assert list(tree.changes()) == []
    (tmp_path / "2024" / "a.md").write_text("three")
    assert list(tree.changes()) == [str(tmp_path / "2024" / "a.md")]


def test_single_files_need_not_exist(tmp_path):
    file = tmp_path / "digest.toml"
    changes = poll_files((str(file),))
    assert list(changes()) == []
    file.write_text("x")
    assert list(changes()) == [str(file)]
    assert list(changes()) == []
    file.unlink()
    assert list(changes()) == [str(file)]
