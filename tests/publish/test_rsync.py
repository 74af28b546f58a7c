"""A module of rsync's own daemon as a target. Targets over ssh are among those of `test_targets.py`."""

from __future__ import annotations

import hashlib
import subprocess

from published import SITE, publish_to, write_output
from servers import RsyncDaemonPlace

from generator.publish.rsync import _SWAP
from generator.publish.store import RECORD


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
