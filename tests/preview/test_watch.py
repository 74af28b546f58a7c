"""The watcher on real files: what ends in one burst, and what it survives."""

import errno
import os
import shutil
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from watchdog.observers.polling import PollingObserver

from generator.preview import changes, poll, watch
from generator.preview.changes import Watcher

NOTHING = 0.2  # seconds in which an event would have come


@contextmanager
def watching(*roots, ignore=(), notice=lambda _: None):
    watcher = Watcher(lambda: roots, ignore=ignore, notice=notice)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.close()
        watcher.join(2)


def bursts_until(watcher, paths):
    """The bursts until all the paths were told and it is quiet, however busy the machine."""
    bursts, missing = [], set(paths)
    while burst := watcher.wait(5 if missing else NOTHING):
        bursts.append(burst)
        missing -= burst
    assert not missing
    return bursts


def settled(watcher):
    """All changes until it is quiet; the first may take its time."""
    return watcher.wait(5).union(*iter(lambda: watcher.wait(NOTHING), frozenset()))


@pytest.fixture
def content(tmp_path):
    folder = tmp_path / "site" / "content"
    folder.mkdir(parents=True)
    return folder


def test_a_new_and_a_changed_file_are_told(content):
    with watching(content) as watcher:
        (content / "a.md").write_text("one")
        assert watcher.wait(5) == {content / "a.md"}
        (content / "a.md").write_text("two")
        assert watcher.wait(5) == {content / "a.md"}
        (content / "a.md").unlink()
        assert watcher.wait(5) == {content / "a.md"}


def test_reading_is_no_change(content):
    (content / "a.md").write_text("one")
    with watching(content) as watcher:
        (content / "a.md").read_text()
        list(content.iterdir())
        assert watcher.wait(NOTHING) == frozenset()


def test_waiting_ends_after_the_time_given_and_at_close(content):
    with watching(content) as watcher:
        begun = time.monotonic()
        assert watcher.wait(0.05) == frozenset()
        assert time.monotonic() - begun < 5
        threading.Timer(0.05, watcher.close).start()
        assert watcher.wait() == frozenset()


def test_files_in_new_folders_are_told(content):
    with watching(content) as watcher:
        deep = content / "2024" / "07" / "03"
        deep.mkdir(parents=True)
        (deep / "a.md").write_text("one")
        assert deep / "a.md" in settled(watcher)
        (deep / "a.md").write_text("two")
        assert watcher.wait(5) == {deep / "a.md"}


def test_vims_way_of_saving_is_one_change_of_the_file(content):
    file = content / "a.md"
    file.write_text("one")
    with watching(content) as watcher:
        (content / ".a.md.swp").write_text("swap")
        (content / "4913").write_text("")
        (content / "4913").unlink()
        file.rename(content / "a.md~")
        file.write_text("two")
        (content / "a.md~").unlink()
        (content / ".a.md.swp").unlink()
        assert settled(watcher) == {file}


@pytest.mark.parametrize("name", [".a.md.tmp", "a.md.tmp", "a.md___jb_tmp___", "#a.md#"])
def test_a_file_saved_beside_and_swapped_in_is_one_change_of_the_file(content, name):
    file = content / "a.md"
    file.write_text("one")
    with watching(content) as watcher:
        (content / name).write_text("two")
        (content / name).replace(file)
        assert settled(watcher) == {file}


def test_temporary_files_alone_are_no_change(content):
    with watching(content) as watcher:
        for name in (".a.md.swp", "a.md~", "4913", ".#a.md", "a.md.part"):
            (content / name).write_text("x")
        (content / ".git").mkdir()
        (content / ".git" / "index").write_text("x")
        (content / ".obsidian").mkdir()
        (content / ".obsidian" / "workspace.json").write_text("x")
        assert watcher.wait(NOTHING) == frozenset()


def test_a_thousand_files_at_once_are_few_bursts(content):
    files = [content / str(number % 20) / f"{number}.md" for number in range(1000)]
    with watching(content) as watcher:
        for file in files:
            file.parent.mkdir(exist_ok=True)
            file.write_text("text")
        assert len(bursts_until(watcher, files)) <= 5


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git, which is not installed")
def test_a_git_checkout_is_few_bursts(content):
    def git(*arguments):
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, "-C", content, *arguments], check=True, capture_output=True)

    git("init", "-b", "main")
    files = [content / f"{number}.md" for number in range(1000)]
    for text in ("one", "two"):
        for file in files:
            file.write_text(text)
        git("add", ".")
        git("commit", "-m", text)
    with watching(content) as watcher:
        git("checkout", "HEAD~1")
        bursts = bursts_until(watcher, files)
    assert len(bursts) <= 5
    assert frozenset.union(*bursts) == set(files)


def test_a_stream_that_does_not_end_is_told_after_a_second(content):
    done = threading.Event()

    def stream():
        while not done.wait(0.02):
            (content / "log.md").write_text(str(time.monotonic()))

    thread = threading.Thread(target=stream)
    with watching(content) as watcher:
        thread.start()
        try:
            begun = time.monotonic()
            assert watcher.wait(20) == {content / "log.md"}
            assert time.monotonic() - begun < 15  # told while the stream goes on
        finally:
            done.set()
            thread.join()


def test_a_folder_deleted_and_made_again_stays_watched(content):
    (content / "a.md").write_text("one")
    with watching(content) as watcher:
        shutil.rmtree(content)
        assert settled(watcher)
        content.mkdir()
        assert settled(watcher)
        (content / "b.md").write_text("one")
        assert content / "b.md" in settled(watcher)


def test_a_folder_replaced_at_once_stays_watched(content):
    for turn in range(2):
        with watching(content) as watcher:
            shutil.rmtree(content)
            content.mkdir()
            assert settled(watcher)
            (content / "b.md").write_text(f"{turn}")
            assert content / "b.md" in settled(watcher)


def test_a_folder_swapped_for_another_stays_watched(content):
    other = content.with_name("other")
    other.mkdir()
    with watching(content) as watcher:
        content.rename(content.with_name("old"))
        other.rename(content)
        assert settled(watcher)
        (content / "b.md").write_text("one")
        assert content / "b.md" in settled(watcher)
        (content.with_name("old") / "c.md").write_text("one")
        assert watcher.wait(NOTHING) == frozenset()


def test_the_whole_site_deleted_and_made_again_stays_watched(content):
    site = content.parent
    with watching(content, site / "digest.toml") as watcher:
        shutil.rmtree(site)
        assert settled(watcher)
        content.mkdir(parents=True)
        assert settled(watcher)
        (content / "b.md").write_text("one")
        assert content / "b.md" in settled(watcher)
        (site / "digest.toml").write_text("")
        assert settled(watcher) == {site / "digest.toml"}


def test_folders_that_come_later_are_watched(content):
    templates = content.parent / "templates"
    deep = content.parent / "x" / "y" / "z"
    with watching(content, templates, deep) as watcher:
        templates.mkdir()
        assert settled(watcher)
        (templates / "day.html").write_text("x")
        assert settled(watcher) == {templates / "day.html"}
        deep.mkdir(parents=True)
        assert settled(watcher)
        (deep / "a").write_text("x")
        assert deep / "a" in settled(watcher)


def test_a_single_file_is_watched_without_its_neighbours(content):
    file = content.parent / "digest.toml"
    with watching(content, file) as watcher:
        (content.parent / "notes.txt").write_text("x")
        (content.parent / "public").mkdir()
        assert watcher.wait(NOTHING) == frozenset()
        file.write_text("title = 'x'")
        assert settled(watcher) == {file}
        file.with_suffix(".new").write_text("title = 'y'")
        file.with_suffix(".new").replace(file)
        assert settled(watcher) == {file}


def test_ignored_folders_do_not_count(content):
    output = content / "out"
    output.mkdir()
    with watching(content, ignore=(output,)) as watcher:
        (output / "index.html").write_text("x")
        shutil.rmtree(output)
        assert watcher.wait(NOTHING) == frozenset()


def test_a_content_folder_that_is_a_link_is_followed(content, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(content)
    other = tmp_path / "other"
    other.mkdir()
    with watching(link) as watcher:
        (content / "a.md").write_text("one")
        assert settled(watcher) == {content / "a.md"}
        link.unlink()
        link.symlink_to(other)
        assert settled(watcher)
        (other / "b.md").write_text("one")
        assert settled(watcher) == {other / "b.md"}


def test_roots_that_change_are_followed(content, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    roots = [content]
    watcher = Watcher(lambda: tuple(roots), notice=lambda _: None)
    watcher.start()
    try:
        roots[:] = [other]
        assert watcher.wait(5)
        (content / "a.md").write_text("one")
        assert watcher.wait(NOTHING) == frozenset()
        (other / "a.md").write_text("one")
        assert settled(watcher) == {other / "a.md"}
    finally:
        watcher.close()
        watcher.join(2)


def test_a_name_that_is_not_utf8_is_told(content):
    with watching(content) as watcher:
        try:
            (content / os.fsdecode(b"\xff.md")).write_text("one")
        except OSError:
            pytest.skip("this file system refuses names that are not UTF-8")
        assert settled(watcher) == {content / os.fsdecode(b"\xff.md")}


def test_without_watches_left_it_polls_and_says_so(content, monkeypatch):
    monkeypatch.setattr(watch, "POLL", 0.1)
    real = watch.Observer

    def exhausted():
        observer = real()
        schedule = observer.schedule

        def refuse(handler, path, *, recursive, event_filter):
            if not recursive:
                raise OSError(errno.ENOSPC, "inotify watch limit reached")
            return schedule(handler, path, recursive=recursive, event_filter=event_filter)

        observer.schedule = refuse
        return observer

    monkeypatch.setattr(watch, "Observer", exhausted)
    notices = []
    with watching(content, notice=notices.append) as watcher:
        assert len(notices) == 1
        assert "max_user_watches" in notices[0]
        (content / "a.md").write_text("one")
        assert watcher.wait(5) == {content / "a.md"}
        shutil.rmtree(content)
        assert settled(watcher)
        content.mkdir()
        assert settled(watcher)
        (content / "b.md").write_text("one")
        assert content / "b.md" in settled(watcher)


def test_without_instances_left_it_polls(content, monkeypatch):
    def exhausted():
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    monkeypatch.setattr(watch, "Observer", exhausted)
    notices = []
    with watching(content, notice=notices.append) as watcher:
        assert isinstance(watcher._observer, PollingObserver)
    assert len(notices) == 1


def test_another_fault_of_the_system_is_not_hidden(content, monkeypatch):
    def broken():
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(watch, "Observer", broken)
    with pytest.raises(OSError, match="broken"):
        Watcher(lambda: (content,), notice=print).start()


def test_a_folder_that_cannot_be_watched_is_tried_again_when_it_is_another(content, monkeypatch):
    denied = content.parent / "denied"
    denied.mkdir()
    real = watch.Observer

    def refusing():
        observer = real()
        schedule = observer.schedule

        def refuse(handler, path, **options):
            if Path(path) == denied and denied.exists():
                raise PermissionError(errno.EACCES, "denied")
            return schedule(handler, path, **options)

        observer.schedule = refuse
        return observer

    monkeypatch.setattr(watch, "Observer", refusing)
    with watching(content, denied) as watcher:
        assert watcher.wait(NOTHING) == frozenset()
        (content / "a.md").write_text("one")
        assert settled(watcher) == {content / "a.md"}
        denied.rmdir()
        assert denied in settled(watcher)
