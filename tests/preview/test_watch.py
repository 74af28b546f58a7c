"""The watcher on real files: what ends in one burst, and what it survives."""

import ctypes
import errno
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import running
from generator.preview import changes, poll, watch
from generator.preview.changes import Watcher
from generator.preview.watched_folders import Root, skips_temporary
from running import NOTHING, PATIENCE, covers


def watching(*roots, **options):
    """A watcher of roots that stay the same."""
    return running.watching(lambda: roots, **options)


def bursts_until(watcher, paths):
    """The bursts until all the paths were told and it is quiet, however busy the machine."""
    bursts, missing = [], set(paths)
    while burst := watcher.wait(5 if missing else NOTHING):
        bursts.append(burst)
        missing = {path for path in missing if not covers(burst, path)}
    assert not missing
    return bursts


def settled(watcher):
    """All changes until it is quiet, None if that was among them; the first may take its time."""
    found = watcher.wait(PATIENCE)
    while (more := watcher.wait(NOTHING)) != frozenset():
        found = None if found is None or more is None else found | more
    return found


@pytest.fixture(autouse=True)
def fine(monkeypatch):
    """Times that tell every change apart, where files are looked at again and again."""
    monkeypatch.setattr(poll, "TIME_RESOLUTION", 0)


@pytest.fixture
def content(tmp_path):
    folder = tmp_path / "site" / "content"
    folder.mkdir(parents=True)
    return folder


def test_a_new_and_a_changed_file_are_told(content):
    with watching(content) as watcher:
        (content / "a.md").write_text("one")
        assert watcher.wait(PATIENCE) == {content / "a.md"}
        (content / "a.md").write_text("two")
        assert watcher.wait(PATIENCE) == {content / "a.md"}
        (content / "a.md").unlink()
        assert watcher.wait(PATIENCE) == {content / "a.md"}


def test_what_came_already_is_told_without_waiting(content, monkeypatch):
    with watching(content) as watcher:
        assert not watcher.has_events
        assert watcher.wait(0.0) == frozenset()
        (content / "a.md").write_text("one")
        for _ in range(500):
            if watcher.has_events:
                break
            time.sleep(0.01)
        assert watcher.wait(0.0) == {content / "a.md"}
        assert not watcher.has_events


def test_a_flood_is_told_as_one(content, monkeypatch):
    for name, value in {"QUIET": 0.5, "RETURNING": 0.5, "LONGEST": 30.0, "FLOOD": 5}.items():
        monkeypatch.setattr(changes, name, value)
    files = [content / f"{at}.md" for at in range(60)]

    def checkout():
        for file in files:
            file.write_text("one")
            time.sleep(0.005)  # together longer than another burst may last

    with watching(content) as watcher:
        threading.Thread(target=checkout).start()
        assert watcher.wait(PATIENCE) == set(files)


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
        assert settled(watcher) <= {content / "2024", deep.parent, deep, deep / "a.md"}
        (deep / "a.md").write_text("two")
        assert watcher.wait(PATIENCE) == {deep / "a.md"}


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
        assert len(bursts_until(watcher, files)) <= 8


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
    assert len(bursts) <= 8
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
        assert settled(watcher) is None
        content.mkdir()
        assert settled(watcher) is None
        (content / "b.md").write_text("one")
        assert covers(settled(watcher), content / "b.md")


def test_a_folder_replaced_at_once_stays_watched(content):
    for turn in range(2):
        with watching(content) as watcher:
            shutil.rmtree(content)
            content.mkdir()
            assert settled(watcher) is None
            (content / "b.md").write_text(f"{turn}")
            assert covers(settled(watcher), content / "b.md")


def test_a_folder_swapped_for_another_stays_watched(content):
    other = content.with_name("other")
    other.mkdir()
    with watching(content) as watcher:
        content.rename(content.with_name("old"))
        other.rename(content)
        assert settled(watcher) is None
        (content / "b.md").write_text("one")
        assert covers(settled(watcher), content / "b.md")
        (content.with_name("old") / "c.md").write_text("one")
        assert watcher.wait(NOTHING) == frozenset()


def test_the_whole_site_deleted_and_made_again_stays_watched(content):
    site = content.parent
    with watching(content, site / "digest.toml") as watcher:
        shutil.rmtree(site)
        assert settled(watcher) is None
        content.mkdir(parents=True)
        assert settled(watcher) is None
        (content / "b.md").write_text("one")
        assert covers(settled(watcher), content / "b.md")
        (site / "digest.toml").write_text("")
        assert settled(watcher) == {site / "digest.toml"}


def test_folders_that_come_later_are_watched(content):
    templates = content.parent / "templates"
    deep = content.parent / "x" / "y" / "z"
    with watching(content, templates, deep) as watcher:
        templates.mkdir()
        assert settled(watcher) is None
        (templates / "day.html").write_text("x")
        assert settled(watcher) == {templates / "day.html"}
        deep.mkdir(parents=True)
        assert settled(watcher) is None
        (deep / "a").write_text("x")
        assert covers(settled(watcher), deep / "a")


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


@pytest.mark.parametrize("way", ["native_backend", "WatchdogBackend"])
def test_each_root_has_its_own_rule_of_what_does_not_count(content, monkeypatch, way):
    monkeypatch.setattr(watch, "native_backend", getattr(watch, way))
    static = content.with_name("static")
    for folder in (content / "2024", static / ".well-known"):
        folder.mkdir(parents=True)

    def skips(path, name, is_folder):
        return (path, name, is_folder) in {("2024/no", "no", True), ("2024/no.md", "no.md", False)}

    with watching(content, Root(static, lambda *_: False), Root(content.with_name("x"), skips)) as watcher:
        (content / ".e.md").write_text("one")
        assert watcher.wait(NOTHING) == frozenset()
        for file in (static / ".well-known" / "security.txt", static / "book.part"):
            file.write_text("one")
            assert settled(watcher) == {file}
        (content.with_name("x") / "2024" / "no").mkdir(parents=True)
        assert settled(watcher) is None
        for name in ("2024/no/a.md", "2024/no.md"):
            (content.with_name("x") / name).write_text("one")
        assert watcher.wait(NOTHING) == frozenset()
        (content.with_name("x") / "no.md").write_text("one")
        assert settled(watcher) == {content.with_name("x") / "no.md"}


def test_another_rule_for_a_root_has_it_watched_anew(content):
    rules = [skips_temporary]
    (content / ".n").mkdir()
    watcher = Watcher(lambda: [Root(content, *rules)], notice=lambda _: None)
    watcher.start()
    try:
        (content / ".n" / "a.md").write_text("one")
        assert watcher.wait(NOTHING) == frozenset()
        rules[:] = [lambda *_: False]
        assert watcher.wait(PATIENCE) is None
        (content / ".n" / "a.md").write_text("two")
        assert settled(watcher) == {content / ".n" / "a.md"}
        rules[:] = [skips_temporary]
        assert watcher.wait(PATIENCE) is None
        (content / ".n" / "a.md").write_text("three")
        assert watcher.wait(NOTHING) == frozenset()
    finally:
        watcher.close()
        watcher.join(PATIENCE)


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
        assert settled(watcher) == {link / "a.md"}
        link.unlink()
        link.symlink_to(other)
        assert settled(watcher) is None
        (other / "b.md").write_text("one")
        assert settled(watcher) == {link / "b.md"}


def test_roots_that_change_are_followed(content, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    roots = [content]
    watcher = Watcher(lambda: tuple(roots), notice=lambda _: None)
    watcher.start()
    try:
        roots[:] = [other]
        assert watcher.wait(PATIENCE) is None
        (content / "a.md").write_text("one")
        assert watcher.wait(NOTHING) == frozenset()
        (other / "a.md").write_text("one")
        assert settled(watcher) == {other / "a.md"}
    finally:
        watcher.close()
        watcher.join(PATIENCE)


def test_a_name_that_is_not_utf8_is_told(content):
    with watching(content) as watcher:
        try:
            (content / os.fsdecode(b"\xff.md")).write_text("one")
        except OSError:
            pytest.skip("this file system refuses names that are not UTF-8")
        assert settled(watcher) == {content / os.fsdecode(b"\xff.md")}


@contextmanager
def without(monkeypatch, code, refuses):
    """Lets the system refuse to watch some places."""
    real = watch.native_backend

    def refusing(tell):
        native_backend = real(tell)
        watching = native_backend.watch

        def refuse(place):
            if refuses(place):
                raise OSError(code, os.strerror(code))
            watching(place)

        native_backend.watch = refuse
        return native_backend

    with monkeypatch.context() as patch:
        patch.setattr(watch, "native_backend", refusing)
        patch.setattr(poll, "POLL", 0.1)
        yield


def test_without_watches_left_it_polls_and_says_so(content, monkeypatch):
    notices = []
    with (
        without(monkeypatch, errno.ENOSPC, lambda place: place.path == str(content)),
        watching(content, content.parent / "digest.toml", notice=notices.append) as watcher,
    ):
        assert len(notices) == 1
        assert "max_user_watches" in notices[0]
        (content / "a.md").write_text("one")
        assert settled(watcher) == {content / "a.md"}
        (content.parent / "digest.toml").write_text("")
        assert settled(watcher) == {content.parent / "digest.toml"}
        shutil.rmtree(content)
        assert settled(watcher) is None
        content.mkdir()
        assert settled(watcher) is None
        (content / "b.md").write_text("one")
        assert covers(settled(watcher), content / "b.md")
        assert len(notices) == 1


def test_without_instances_left_it_polls(content, monkeypatch):
    def exhausted(tell):
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    monkeypatch.setattr(watch, "native_backend", exhausted)
    monkeypatch.setattr(poll, "POLL", 0.1)
    notices = []
    configuration = content.parent / "digest.toml"
    with watching(content, configuration, notice=notices.append) as watcher:
        assert len(notices) == 1
        assert "instance limit" in notices[0]
        for text in ("title = 'x'", "title = 'y'"):
            configuration.write_text(text)
            assert settled(watcher) == {configuration}
        configuration.unlink()
        assert settled(watcher) == {configuration}


def test_another_fault_of_the_system_is_not_hidden(content, monkeypatch):
    def broken(tell):
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(watch, "native_backend", broken)
    with pytest.raises(OSError, match="broken"):
        Watcher(lambda: (content,), notice=print).start()


def test_a_folder_that_cannot_be_watched_is_tried_again_when_it_is_another(content, monkeypatch):
    denied = content.parent / "denied"
    denied.mkdir()
    refused = without(monkeypatch, errno.EACCES, lambda place: place.path == str(denied) and denied.exists())
    with refused, watching(content, denied) as watcher:
        assert watcher.wait(NOTHING) == frozenset()
        (content / "a.md").write_text("one")
        assert settled(watcher) == {content / "a.md"}
        denied.rmdir()
        assert settled(watcher) is None


def test_where_a_mount_does_not_report_it_polls_and_names_it(content, monkeypatch):
    theme = content.parent.parent / "theme"
    theme.mkdir()
    mounts = (poll.Mount("/", "ext4"), poll.Mount(os.path.realpath(content.parent), "nfs4"))
    monkeypatch.setattr(poll, "read_mounts", lambda: mounts)
    monkeypatch.setattr(poll, "POLL", 0.1)
    notices = []
    with watching(content, content.parent / "static", theme, notice=notices.append) as watcher:
        assert len(notices) == 1
        assert notices[0].startswith(f"{content} is on nfs4, which does not report")
        (content / "2024").mkdir()
        (content / "2024" / "a.md").write_text("one")
        assert covers(settled(watcher), content / "2024" / "a.md")
        (content / "2024" / "a.md").write_text("two")
        assert settled(watcher) == {content / "2024" / "a.md"}
        (theme / "day.html").write_text("x")
        assert settled(watcher) == {theme / "day.html"}


def test_a_folder_that_moves_is_told_by_its_two_names(content, tmp_path):
    (content / "2023" / "07").mkdir(parents=True)
    (content / "2023" / "07" / "a.md").write_text("one")
    with watching(content) as watcher:
        (content / "2023").rename(content / "2024")
        assert settled(watcher) == {content / "2023", content / "2024"}
        (content / "2024" / "07" / "a.md").write_text("two")
        assert settled(watcher) == {content / "2024" / "07" / "a.md"}
        (content / "2024").rename(tmp_path / "away")
        assert settled(watcher) == {content / "2024"}
        (tmp_path / "away" / "07" / "a.md").write_text("three")
        assert watcher.wait(NOTHING) == frozenset()
        (tmp_path / "away").rename(content / "2025")
        assert settled(watcher) == {content / "2025"}
        (content / "2025" / "07" / "a.md").write_text("four")
        assert settled(watcher) == {content / "2025" / "07" / "a.md"}


def test_a_folder_deleted_and_made_again_below_stays_watched(content):
    for _ in range(3):
        (content / "2024" / "07").mkdir(parents=True)
        (content / "2024" / "07" / "a.md").write_text("one")
        with watching(content) as watcher:
            shutil.rmtree(content / "2024")
            (content / "2024" / "07").mkdir(parents=True)
            assert covers(settled(watcher), content / "2024")
            (content / "2024" / "07" / "a.md").write_text("one")
            assert settled(watcher) == {content / "2024" / "07" / "a.md"}
            shutil.rmtree(content / "2024")


def test_a_file_that_is_being_written_is_told_once_it_is_whole(content, monkeypatch):
    monkeypatch.setattr(changes, "RETURNING", 10)
    monkeypatch.setattr(changes, "FIRST", 20)
    with watching(content) as watcher, (content / "a.md").open("w") as file:
        file.write("one")
        file.flush()
        threading.Timer(0.1, file.close).start()
        assert watcher.wait(PATIENCE) == {content / "a.md"}
        assert file.closed


def test_a_file_that_is_taken_away_to_be_put_back_is_told_once_it_is_back(content, monkeypatch):
    monkeypatch.setattr(changes, "RETURNING", 10)
    monkeypatch.setattr(changes, "FIRST", 20)
    file, beside = content / "a.md", content / "a.md~"
    file.write_text("one")
    with watching(content) as watcher:
        file.rename(beside)
        threading.Timer(0.1, file.write_text, ["two"]).start()
        assert watcher.wait(PATIENCE) == {file}
        assert file.read_text() == "two"


def test_a_file_with_another_name_is_not_waited_for(content, monkeypatch):
    monkeypatch.setattr(changes, "RETURNING", 60)
    monkeypatch.setattr(changes, "FIRST", 60)
    file, other = content / "a.md", content / "b.md"
    file.write_text("one")
    with watching(content) as watcher:
        begun = time.monotonic()
        file.rename(other)
        assert watcher.wait(PATIENCE) == {file, other}
        assert time.monotonic() - begun < 30


def test_other_times_or_rights_of_a_folder_are_no_change_of_what_is_in_it(content):
    (content / "2024").mkdir()
    with watching(content) as watcher:
        os.utime(content / "2024", (1, 1))
        (content / "2024").chmod(0o700)
        assert watcher.wait(NOTHING) == frozenset()


def test_a_folder_in_a_folder_is_found_where_links_do_not_count(content, monkeypatch):
    monkeypatch.setattr(poll, "counts_folders", lambda *_: False)
    (content / "2024" / "07").mkdir(parents=True)
    with watching(content) as watcher:
        (content / "2024" / "07" / "a.md").write_text("one")
        assert settled(watcher) == {content / "2024" / "07" / "a.md"}


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="of inotify")


@on_linux
def test_when_the_queue_overflows_nobody_can_tell_and_all_is_watched_again(content):
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if most > 50_000:
        pytest.skip("a queue this long takes too long to fill")
    files = [content / "a.md", content / "b.md"]
    for file in files:
        file.touch()
    with watching(content) as watcher:
        with watcher._backend._lock:  # so that nobody reads the queue
            for number in range(most + 5000):
                os.utime(files[number % 2], (number, number))
            (content / "2024").mkdir()
        assert settled(watcher) is None
        (content / "2024" / "a.md").write_text("one")
        assert settled(watcher) == {content / "2024" / "a.md"}


@on_linux
def test_watches_that_run_out_later_are_made_up_for_by_polling(content, monkeypatch):
    monkeypatch.setattr(poll, "POLL", 0.1)
    notices = []
    with watching(content, notice=notices.append) as watcher:

        def refuse(*_):
            ctypes.set_errno(errno.ENOSPC)
            return -1

        watcher._backend._watch = refuse
        (content / "2024").mkdir()
        assert settled(watcher) is None
        assert len(notices) == 1
        (content / "2024" / "a.md").write_text("one")
        assert settled(watcher) == {content / "2024" / "a.md"}


def test_the_way_of_other_systems_tells_the_same(content, monkeypatch):
    monkeypatch.setattr(watch, "native_backend", watch.WatchdogBackend)
    output, configuration = content / "out", content.parent / "digest.toml"
    (content / "2024").mkdir()
    output.mkdir()
    link = content.parent / "link"
    link.symlink_to(content)
    with watching(link, configuration, ignore=(output,)) as watcher:
        (output / "index.html").write_text("x")
        (content / ".a.md.swp").write_text("x")
        (content / ".git").mkdir()
        assert watcher.wait(NOTHING) == frozenset()
        (content / "2024" / "a.md").write_text("one")
        assert settled(watcher) == {link / "2024" / "a.md"}
        (content / "2024" / "a.md").rename(content / "2024" / "b.md")
        assert settled(watcher) == {link / "2024" / "a.md", link / "2024" / "b.md"}
        configuration.write_text("x")
        assert settled(watcher) == {configuration}
        shutil.rmtree(content)
        assert settled(watcher) is None
        content.mkdir()
        assert settled(watcher) is None
        (content / "b.md").write_text("one")
        assert covers(settled(watcher), link / "b.md")
