"""A module of rsync's own daemon as a target. Targets over ssh are among those of `test_targets.py`."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest
from published import SITE, publish_to, write_output
from servers import RsyncDaemonPlace, RsyncPlace

from generator.output import manifest
from generator.publish.rsync import _SWAP, _run
from generator.publish.store import RECORD
from running import until


def test_a_daemon_is_asked_without_ssh(tmp_path, servers):
    place = RsyncDaemonPlace(tmp_path / "place", servers)
    output = write_output(tmp_path / "public", SITE)
    with place.opened() as store:
        publish_to(store, output)
        assert place.site() == SITE
        assert store.list().keys() == SITE.keys()
        assert publish_to(store, output) is None
        files = {**SITE, "index.html": b"new"}
        del files["articles/cd/cde.html"]
        publish_to(store, write_output(output, files), yes=True)
    assert place.site() == files
    assert RECORD in place.files()


def swapped(folder, data: bytes, version: str, sent: bytes) -> int:
    """Replace the record in a folder by what arrives of it, and return the exit code."""
    wanted = (str(len(data)), hashlib.sha256(data).hexdigest())
    command = ["sh", "-c", _SWAP, "sh", str(folder), RECORD, version, *wanted]
    return subprocess.run(command, input=sent, check=False).returncode


def test_a_record_that_did_not_arrive_whole_replaces_none(tmp_path):
    old, new = b"old record", b"new record, which is longer"
    assert swapped(tmp_path, old, "", old) == 0
    version = hashlib.sha256(old).hexdigest()
    assert swapped(tmp_path, new, version, new[:9]) != 0
    assert [file.name for file in tmp_path.iterdir()] == [RECORD]
    assert (tmp_path / RECORD).read_bytes() == old
    assert swapped(tmp_path, new, "0" * 64, new) == 75
    assert swapped(tmp_path, new, version, new) == 0
    assert swapped(tmp_path, new, version, new) == 0, "an answer that was lost is asked for again"
    assert (tmp_path / RECORD).read_bytes() == new


def test_a_program_ends_with_the_process_that_started_it(tmp_path):
    program = "echo $$ > started; mv started running; exec sleep 600"
    script = f"from generator.publish import rsync; rsync._run(['sh', '-c', {program!r}], b'')"
    with subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path) as starter:
        until((tmp_path / "running").exists)
        starter.kill()
    number = int((tmp_path / "running").read_text())

    def is_gone() -> bool:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        return False

    until(is_gone)


def test_a_program_gets_its_input_and_its_exit_code_is_known():
    assert _run(["cat"], b"data" * 100_000).stdout == b"data" * 100_000
    done = _run(["sh", "-c", "echo no >&2; exit 23"], b"")
    assert (done.returncode, done.stderr) == (23, b"no\n")


def test_a_program_runs_whatever_files_are_open():
    """The script that runs it has file descriptors of its own."""
    code = """
import os
from generator.publish.rsync import _run
while os.open(os.devnull, os.O_RDONLY) < 10:
    assert _run(["sh", "-c", "sleep 0.05; cat"], b"data").stdout == b"data"
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_arrow_in_a_name_is_part_of_it(tmp_path, servers):
    output, place = (
        write_output(tmp_path / "public", {"a -> b.txt": b"x"}),
        RsyncPlace(tmp_path / "to", servers),
    )
    with place.opened() as store:
        publish_to(store, output)
    (place.root / "link").symlink_to("a -> b.txt")
    with place.opened() as store:
        assert store.list().keys() == {"a -> b.txt", "link"}


@pytest.mark.parametrize("kind", [RsyncPlace, RsyncDaemonPlace])
def test_a_name_that_looks_like_a_comment_is_no_comment(kind, tmp_path, servers):
    files = {**SITE, "#a.txt": b"a", ";b.txt": b"b"}
    output, place = write_output(tmp_path / "public", files), kind(tmp_path / "to", servers)
    with place.opened() as store:
        publish_to(store, output)
        assert place.site() == files
        assert store.digests(["#a.txt"]) == {"#a.txt": manifest.digest(b"a")}
        publish_to(store, write_output(output, SITE))
    assert place.site() == SITE
