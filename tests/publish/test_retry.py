"""Requests are tried again with pauses, and secrets are taken out of messages."""

from __future__ import annotations

import pytest

from generator.model.errors import BuildError, Problem
from generator.publish.retry import TransientError, retried
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


def test_it_waits_as_long_as_the_host_asks_up_to_a_limit():
    error, pauses = TransientError(FAULT), []
    error.after = 7
    retried(failing(1, error), sleep=pauses.append)
    error.after = 3600
    retried(failing(1, error), sleep=pauses.append)
    assert pauses == [7, 30]


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
