"""Requests are tried again with pauses, and secrets are taken out of messages."""

from __future__ import annotations

from email.message import Message

import pytest

from generator.model.errors import BuildError, Problem
from generator.publish.retry import TransientError, retried, seconds_asked
from generator.publish.secrets import scrubbed

FAULT = Problem(path="x", message="busy")


def failing(times: int, error: Exception):
    left = times

    def call():
        nonlocal left
        left -= 1
        if left >= 0:
            raise error
        return "done"

    return call


def test_pauses_double_and_are_shortened_by_chance():
    pauses: list[float] = []
    assert retried(failing(3, TransientError(FAULT)), sleep=pauses.append, jitter=lambda: 0) == "done"
    assert pauses == [0.5, 1, 2]
    pauses.clear()
    retried(failing(2, TransientError(FAULT)), sleep=pauses.append, jitter=lambda: 1)
    assert pauses == [0.25, 0.5]


def test_it_waits_as_long_as_the_host_asks_but_not_for_hours():
    error, pauses = TransientError(FAULT), []
    error.after = 7
    retried(failing(1, error), sleep=pauses.append)
    error.after = 0
    retried(failing(1, error), sleep=pauses.append, jitter=lambda: 0)
    assert pauses == [7, 0.5]
    error.after = 3600
    with pytest.raises(TransientError):
        retried(failing(1, error), sleep=pauses.append)
    assert pauses == [7, 0.5]


@pytest.mark.parametrize(
    ("asked", "date", "seconds"),
    [
        ("7", "", 7),
        ("0", "", 0),
        ("-1", "", None),
        ("nan", "", None),
        ("", "", None),
        ("Wed, 03 Jul 2024 00:00:09 GMT", "Wed, 03 Jul 2024 00:00:00 GMT", 9),
        ("Wed, 03 Jul 2024 00:00:00 GMT", "Wed, 03 Jul 2024 00:00:09 GMT", 0),
        ("Wed, 03 Jul 2024 00:00:00 GMT", "", None),
        ("Wed, 03 Jul 2024 00:00:00 GMT", "Wed, 03 Jul 2024 00:00:00 -0000", None),
        ("tomorrow", "Wed, 03 Jul 2024 00:00:00 GMT", None),
    ],
)
def test_a_host_may_name_seconds_or_a_date(asked, date, seconds):
    headers = Message()
    headers["Retry-After"], headers["Date"] = asked, date
    assert seconds_asked(headers) == seconds


def test_it_gives_up_and_does_not_try_again_what_cannot_pass():
    pauses: list[float] = []
    with pytest.raises(TransientError):
        retried(failing(9, TransientError(FAULT)), attempts=3, sleep=pauses.append)
    assert len(pauses) == 2
    with pytest.raises(BuildError):
        retried(failing(1, BuildError(FAULT)), sleep=pauses.append)
    assert len(pauses) == 2


@pytest.mark.parametrize(
    "text",
    [
        "fatal: https://me:hunter2@git.example/x.git not found",
        "PUT https://x/?X-Amz-Signature=hunter2&a=1 failed",
        "Authorization: Bearer hunter2",
        "the key hunter2-from-the-environment is wrong",
    ],
)
def test_secrets_are_hidden(monkeypatch, text):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2-from-the-environment")
    assert "hunter2" not in scrubbed(text)
    assert "…" in scrubbed(text)


def test_other_text_stays():
    assert scrubbed("file:///srv/www: is full; a=b") == "file:///srv/www: is full; a=b"
