"""What the preview listens on, and by which names it is called."""

import socket

import pytest

from generator.model.errors import ConfigError
from generator.preview import listening
from generator.preview.listening import host_headers, listen


def test_answers_are_sent_at_once():
    """Where its protocol is not named, asyncio leaves Nagle's delay on: 40 ms for most answers."""
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


@pytest.mark.parametrize(
    ("bind", "message"),
    [
        ("no.such.host.invalid", "is not an address"),
        ("0.0.0.0", "means every network"),
        ("::", "means every network"),
        ("192.0.2.1", "cannot be used"),
        ("", "is not an address"),
    ],
)
def test_addresses_that_it_cannot_listen_on(bind, message):
    with pytest.raises(ConfigError, match=message):
        listen(bind, 0)


def test_no_free_port(monkeypatch):
    def taken(self, address):
        raise OSError(98, "in use")

    monkeypatch.setattr(listening.errno, "EADDRINUSE", 98)
    monkeypatch.setattr(listening.socket.socket, "bind", taken, raising=False)
    with pytest.raises(ConfigError, match="no free port from 8000 on"):
        listen("127.0.0.1", 8000)


def test_port_80_is_not_in_the_host():
    assert host_headers({"localhost"}, 80) == {"localhost", "localhost:80"}
