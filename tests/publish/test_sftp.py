"""SFTP: connections that are lost, locks that are left behind, and servers that refuse."""

from __future__ import annotations

import gc
import os
import warnings
from pathlib import Path

import pytest
from published import SITE, publish_to, write_output
from servers import SftpPlace

from generator.model.errors import BuildError
from generator.publish import each, prepare, retry, sftp
from generator.publish.preparing import read_build


@pytest.fixture
def place(tmp_path, servers):
    return SftpPlace(tmp_path / "place", servers)


@pytest.fixture
def output(tmp_path):
    return write_output(tmp_path / "public", SITE)


class Lost:
    """A client whose connection is lost."""

    def __init__(self, ssh):
        self._ssh = ssh

    def exit(self):
        pass

    def __getattr__(self, name):
        raise self._ssh.SFTPConnectionLost("Connection lost")


def test_a_lost_connection_is_made_again(place, output, monkeypatch):
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.01)
    lost: list[str] = []

    def done(path):
        if len(lost) < 2:
            lost.append(path)
            store._client = Lost(store._ssh)

    with place.opened() as store:
        publish_to(store, output, done=done)
    assert len(lost) == 2
    assert place.site() == SITE
    store = None
    with warnings.catch_warnings():  # asyncssh does not close lost connections
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def test_a_lock_that_a_dead_process_left_is_taken_away(place, output, monkeypatch):
    monkeypatch.setattr(sftp, "_LOCK_SECONDS", 0.3)
    place.put({".broadsheet-lock": b"x"})
    with place.opened() as store:
        publish_to(store, output)
    assert place.site() == SITE


def test_what_a_killed_publish_was_writing_is_deleted(place, output):
    place.put({".broadsheet-uploading-record-0123": b"{", ".broadsheet-uploading-7": b"<"})
    with place.opened() as store:
        publish_to(store, output)
    assert place.site() == SITE


def test_a_lock_that_cannot_be_written_is_told_and_removed(place, output, monkeypatch):
    import asyncssh

    write = asyncssh.SFTPClientFile.write

    async def on_full_disk(file, data, *rest):
        if len(data) == 16:
            raise asyncssh.SFTPFailure("No space left on device")
        return await write(file, data, *rest)

    monkeypatch.setattr(asyncssh.SFTPClientFile, "write", on_full_disk)
    with place.opened() as store, pytest.raises(BuildError, match="No space left on device"):
        publish_to(store, output)
    assert place.files() == {}


def test_names_of_others_need_not_be_text(place, output):
    theirs = os.fsencode(place.root) + b"/caf\xe9.txt"
    place.root.mkdir()
    Path(os.fsdecode(theirs)).write_bytes(b"theirs")
    with place.opened() as store:
        prepared = prepare(store, output, read_build(output), notice=print)
        assert prepared.questions == (
            r"files of somebody else are there that stay as they are: 1 (caf\xe9.txt)",
        )
        publish_to(store, output, yes=True)
    assert Path(os.fsdecode(theirs)).read_bytes() == b"theirs"


def test_a_server_that_refuses_is_told(place, output):
    (place.root / "index.html").mkdir(parents=True)
    with place.opened() as store, pytest.raises(BuildError, match="the server refuses: "):
        publish_to(store, output, yes=True)


@pytest.mark.parametrize(
    ("setting", "message"), [("Port x", "Invalid Port"), ("IdentityFile missing", "No such file")]
)
def test_settings_that_cannot_be_used_are_told_at_once(place, output, monkeypatch, setting, message):
    monkeypatch.setattr(each.time, "sleep", lambda _seconds: pytest.fail("it waits"))
    settings = place.home / ".ssh/config"
    usable = settings.read_text()
    settings.write_text(usable.replace("Host test-host", f"Host test-host\n{setting}"))
    try:
        with place.opened() as store, pytest.raises(BuildError, match=message):
            publish_to(store, output)
    finally:
        settings.write_text(usable)
