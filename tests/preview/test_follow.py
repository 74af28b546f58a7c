"""The loop of builds: one at a time, one more after changes meanwhile, called off at once."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from generator.model.errors import BuildError, Problem
from generator.preview import follow as follow_module
from generator.preview.follow import Built, Following
from running import PATIENCE


@pytest.fixture
def content(tmp_path):
    folder = tmp_path / "content"
    folder.mkdir()
    return folder


def test_the_first_build_starts_at_once_and_each_change_starts_another(content, told, until):
    seen = []

    def build(check, _changed):
        check()
        seen.append(sorted(file.name for file in content.iterdir()))
        return Built()

    with Following(build, lambda: (content,), told):
        until(lambda: seen == [[]])
        (content / "a.md").write_text("one")
        until(lambda: seen == [[], ["a.md"]])
        assert told.notices == ["a.md changed"]


def test_a_build_is_told_what_changed(content, told, until):
    asked = []

    def build(check, changed):
        asked.append(changed)
        return Built()

    with Following(build, lambda: (content,), told):
        until(lambda: asked == [None])
        (content / "a.md").write_text("one")
        until(lambda: asked == [None, {content / "a.md"}])
        (content / "b.md").write_text("one")
        until(lambda: asked == [None, {content / "a.md"}, {content / "b.md"}])
        content.rename(content.with_name("other"))
        until(lambda: asked[-1] is None and len(asked) > 3)
        assert told.notices[-1] == "folders changed"


def test_what_a_build_was_told_that_failed_is_told_again(content, told, until):
    asked, good = [], []

    def build(check, changed):
        asked.append(changed)
        if (content / "bad.md").exists():
            raise BuildError(Problem(path="bad.md", message="no"))
        return Built()

    with Following(build, lambda: (content,), told, on_built=good.append):
        until(lambda: len(good) == 1)
        (content / "bad.md").write_text("one")
        until(lambda: told.faults)
        (content / "a.md").write_text("one")
        until(lambda: len(told.faults) == 2)
        (content / "bad.md").unlink()
        until(lambda: len(good) == 2)
        assert asked == [
            None,
            {content / "bad.md"},
            {content / "bad.md", content / "a.md"},
            {content / "bad.md", content / "a.md"},
        ]


def test_a_first_build_that_fails_leaves_everything_to_the_next_one(content, told, until):
    asked, good = [], []

    def build(check, changed):
        asked.append(changed)
        if not (content / "mended").exists():
            raise BuildError(Problem(path="a", message="no"))
        return Built()

    with Following(build, lambda: (content,), told, on_built=good.append):
        until(lambda: told.faults)
        (content / "mended").touch()
        until(lambda: good)
        assert asked == [None, None]


def test_a_build_that_is_due_is_told_that_nothing_changed(content, told, until):
    asked = []

    def build(check, changed):
        asked.append(changed)
        return Built(due_in=0.1 if len(asked) == 1 else None)

    with Following(build, lambda: (content,), told):
        until(lambda: asked == [None, frozenset()])


def test_a_change_goes_before_what_is_left_to_do(content, told, until):
    asked, made = [], []

    def rest():
        time.sleep(0.002)
        made.append(None)
        return True  # there is always more

    def build(check, changed):
        asked.append(changed)
        return Built(rest=rest if len(asked) < 3 else None)

    with Following(build, lambda: (content,), told):
        until(lambda: made)
        (content / "a.md").write_text("one")
        until(lambda: asked == [None, {content / "a.md"}])
        (content / "a.md").write_text("two")
        until(lambda: len(asked) == 3)
        count = len(made)
        time.sleep(0.05)
        assert len(made) == count


def test_changes_during_a_build_lead_to_exactly_one_more(content, told, until):
    began, go_on = threading.Event(), threading.Event()
    seen = []

    def build(check, _changed):
        found = sorted(file.name for file in content.iterdir())
        began.set()
        go_on.wait(PATIENCE)
        seen.append(found)
        return Built()

    with Following(build, lambda: (content,), told):
        began.wait(PATIENCE)
        for number in range(50):
            (content / f"{number:02}.md").write_text("text")
            time.sleep(0.005)
        go_on.set()
        until(lambda: len(seen) == 2)
        time.sleep(0.4)
    assert len(seen) == 2
    assert len(seen[1]) == 50
    assert told.notices == ["00.md and 49 more changed"]


def test_a_build_that_changes_nothing_it_watches_is_not_followed_by_another(content, told):
    (content / "a.md").write_text("one")
    builds = []

    def build(check, _changed):
        builds.append((content / "a.md").read_text())
        return Built()

    with Following(build, lambda: (content,), told):
        time.sleep(0.5)
    assert builds == ["one"]


@pytest.mark.parametrize(
    "error", [BuildError(Problem(path="a", message="no")), ZeroDivisionError("oh"), MemoryError()]
)
def test_a_fault_is_reported_and_the_next_change_builds_again(content, told, until, error):
    good = []
    faults = []

    def build(check, _changed):
        if not (content / "mended").exists():
            raise error
        return Built()

    with Following(build, lambda: (content,), told, on_built=good.append, on_fault=faults.append):
        until(lambda: told.faults)
        assert told.faults == faults == [error]
        (content / "mended").touch()
        until(lambda: good == [Built()])


def test_an_article_that_waits_for_its_day_wakes_the_loop(content, told, until):
    builds = []

    def build(check, _changed):
        builds.append(1)
        return Built(due_in=0.1 if len(builds) == 1 else None)

    with Following(build, lambda: (content,), told):
        until(lambda: len(builds) == 2)
        time.sleep(0.3)
    assert len(builds) == 2
    assert told.notices == []


def test_leaving_calls_a_long_build_off_at_its_next_check(content, told):
    ended = []

    def build(check, _changed):
        try:
            while True:
                check()
                time.sleep(0.01)
        finally:
            ended.append(True)

    with Following(build, lambda: (content,), told):
        time.sleep(0.1)
        begun = time.monotonic()
    assert time.monotonic() - begun < BUSY
    assert ended
    assert told.faults == []


def test_a_build_that_ends_after_it_is_called_off_does_not_count(content, told):
    began, go_on = threading.Event(), threading.Event()
    good = []

    def build(check, _changed):
        began.set()
        go_on.wait(PATIENCE)
        return Built()

    following = Following(build, lambda: (content,), told, on_built=good.append)
    with following:
        began.wait(PATIENCE)
        following.stop()
        go_on.set()
    assert good == []


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"2024/03", "2024/03/a.md", "2024/03/b.md"}, "a.md and 2 more changed"),
        ({"2024/03"}, "2024/03 changed"),
    ],
)
def test_what_changed_is_told_by_a_file_or_else_by_a_folder_with_the_one_above(changed, line):
    assert follow_module._summary_of(frozenset(map(Path, changed))) == line


def test_a_hostile_file_name_breaks_no_line_of_the_terminal(content, told, until):
    def build(check, _changed):
        return Built()

    with Following(build, lambda: (content,), told):
        (content / "a\x1b[31m\nb.md").write_text("one")
        until(lambda: told.notices)
    assert told.notices == ["a\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}b.md changed"]


BUSY = 5
"""Seconds for what takes a fraction of one on a machine that does nothing else."""

PROGRAM = textwrap.dedent(
    """
    import signal, sys
    from pathlib import Path
    from generator.preview.follow import Built, follow
    from generator.preview.server import Preview, serve

    class Report:
        def notice(self, message): print(message, flush=True)
        def fault(self, error): raise error

    def build(check, _changed):
        site.mkdir(exist_ok=True)
        (site / "index.html").write_text("<p>one")
        print("building", flush=True)
        while mode.endswith("slow"):
            check()
            sum(range(10_000))
        while mode.endswith("deaf"):
            sum(range(10_000))
        return Built()

    class Pages:
        def has(self, path): return (site / path).exists()
        def wrote(self, path, data): return True
        def is_stale(self, path): return False

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    mode, site = sys.argv[1], Path(sys.argv[2]) / "site"
    try:
        if mode.startswith("serve"):
            serve(Preview(site, build, lambda: (), Report(), port=0, pages=Pages()))
        else:
            follow(build, lambda: (), Report())
    except KeyboardInterrupt:
        sys.exit(130)
    """
)


@pytest.fixture
def started(tmp_path):
    """Starts `PROGRAM`; what it starts ends with the test."""
    processes = []

    def start(mode):
        command = [sys.executable, "-c", PROGRAM, mode, tmp_path]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def ended_by_ctrl_c(process):
    """The exit code, the seconds it took, and what was printed meanwhile."""
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    code = process.wait(3 * BUSY)
    return code, time.monotonic() - begun, process.stdout.read()


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
@pytest.mark.parametrize("mode", ["follow", "follow slow", "follow deaf", "serve slow", "serve deaf"])
def test_ctrl_c_ends_the_process_at_once(tmp_path, started, mode):
    process = started(mode)
    address = ""
    while "building" not in (line := process.stdout.readline()):
        assert process.poll() is None
        address = line.split(";")[0]
    if address:  # the server's loop stands once it answers
        httpx.get(address, timeout=3 * BUSY)
    else:
        time.sleep(0.1)
    code, seconds, printed = ended_by_ctrl_c(process)
    assert (code, printed) == (130, "")
    assert seconds < BUSY
    assert Path(tmp_path, "site", "index.html").read_text() == "<p>one"


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_ctrl_c_ends_a_server_with_clients_of_all_kinds_at_once(tmp_path, started):
    process = started("serve")
    address = process.stdout.readline().split(";")[0]
    assert process.stdout.readline() == "building\n"
    (tmp_path / "site" / "big.bin").write_bytes(bytes(30_000_000))
    host = address.removeprefix("http://").rstrip("/")
    with ExitStack() as clients:
        for head in (
            f"GET /__broadsheet/events HTTP/1.1\r\nHost: {host}\r\n\r\n",
            f"GET /big.bin HTTP/1.1\r\nHost: {host}\r\n\r\n",
            f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n",
            "GET / HT",
        ):
            client = clients.enter_context(socket.create_connection(host.split(":")))
            client.sendall(head.encode())
        while (page := httpx.get(address)).status_code == 503:
            time.sleep(0.01)
        assert page.text.startswith("<p>one")
        code, seconds, printed = ended_by_ctrl_c(process)
    assert (code, printed) == (130, "")
    assert seconds < BUSY
