"""Faults of hosts with a disk: it is full, or they accept a key no more."""

from __future__ import annotations

import contextlib
import random
import subprocess

import pytest
from published import SITE, publish_to, write_output
from servers import FolderPlace, GitOverSshPlace, GitPlace, RsyncPlace, SftpPlace

from generator.model.errors import BuildError
from generator.publish import each
from generator.publish.store import advice_on


@pytest.fixture
def disk(tmp_path):
    """A disk of 400 kB. Only root can make one."""
    folder = tmp_path / "place"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)]
    with contextlib.suppress(OSError):
        if subprocess.run(command, check=False, capture_output=True).returncode == 0:
            yield folder
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
            return
    pytest.skip("needs a disk that it may mount")


@pytest.mark.parametrize("place", [FolderPlace, GitPlace, SftpPlace, RsyncPlace])
def test_a_full_disk_is_told_and_nothing_is_deleted(place, disk, tmp_path, servers):
    place, chance = place(disk, servers), random.Random(19)
    output = write_output(tmp_path / "public", SITE)
    with place.opened() as store:
        publish_to(store, output, yes=True)
    files = {**SITE, **{f"articles/large/{n}.html": chance.randbytes(90_000) for n in range(8)}}
    del files["articles/cd/cde.html"]
    write_output(output, files)
    with place.opened() as store, pytest.raises(BuildError, match="space") as error:
        publish_to(store, output)
    assert "\n" not in str(error.value)
    assert place.site().keys() >= SITE.keys()
    smaller = {**SITE, "index.html": b"new"}
    with place.opened() as store:
        publish_to(store, write_output(output, smaller))
    assert place.site() == smaller


@pytest.mark.parametrize("place", [SftpPlace, RsyncPlace, GitOverSshPlace])
def test_a_key_that_is_not_accepted_is_told_at_once(place, tmp_path, servers, monkeypatch):
    monkeypatch.setattr(each.time, "sleep", lambda _seconds: pytest.fail("it waits"))
    place = place(tmp_path / "place", servers)
    output = write_output(tmp_path / "public", SITE)
    with place.opened() as store:
        publish_to(store, output)
    write_output(output, {"index.html": b"new"})
    keys = place.home / ".ssh/authorized_keys"
    accepted = keys.read_bytes()
    keys.write_bytes(b"")
    try:
        with place.opened() as store, pytest.raises(BuildError, match=r"(?i)permission denied") as error:
            publish_to(store, output, yes=True)
    finally:
        keys.write_bytes(accepted)
    assert "\n" not in str(error.value)
    assert place.site() == SITE


@pytest.mark.parametrize(
    "said",
    [
        'rsync: [receiver] write failed on "/srv/www/a.html": No space left on device (28)',
        "remote: fatal: unable to write loose object file: Disk quota exceeded",
        "Server returned non-2xx status code: 507 Insufficient Storage: ",
        "XMinioStorageFull: Storage backend has reached its minimum free drive threshold.",
    ],
)
def test_what_hosts_say_of_a_full_disk_is_understood(said):
    assert advice_on(said, "try again") == "free some space, and publish again"
    assert advice_on("connection reset", "try again") == "try again"
