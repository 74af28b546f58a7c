"""What a file's stamp can tell, and what not."""

import os
import time

import pytest

from generator.cache.stamps import NONE, UNSETTLED, Stamp, stamp_of

SECOND = 10**9


def test_a_stamp_is_of_one_file_in_one_state(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"one")
    first = stamp_of(file.stat())
    assert stamp_of(file.stat()) == first
    assert first.size == 3
    file.write_bytes(b"more")
    assert stamp_of(file.stat()) != first


def test_the_same_size_and_time_of_change_do_not_hide_another_text(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"one")
    first = file.stat()
    time.sleep(0.05)
    file.write_bytes(b"two")
    os.utime(file, ns=(first.st_mtime_ns, first.st_mtime_ns))
    assert stamp_of(file.stat()) != stamp_of(first)


def test_another_file_in_its_place_has_another_number(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"one")
        os.utime(tmp_path / name, ns=(SECOND, SECOND))
    first = stamp_of((tmp_path / "a").stat())
    (tmp_path / "b").replace(tmp_path / "a")
    assert stamp_of((tmp_path / "a").stat()) != first


@pytest.mark.parametrize(
    ("modified", "changed", "settled"),
    [
        (0, 0, True),
        (100 * SECOND - UNSETTLED, 0, True),
        (100 * SECOND - UNSETTLED + 1, 0, False),
        (0, 100 * SECOND - 1, False),
        (200 * SECOND, 0, False),  # from the future, as after a clock was set back
    ],
)
def test_what_changed_just_now_may_change_again_unseen(modified, changed, settled):
    assert Stamp(1, modified, changed, 1).is_settled(100 * SECOND) is settled


def test_what_is_not_settled_equals_nothing():
    now = time.time_ns()
    fresh, old = Stamp(1, now, now, 1), Stamp(1, 1, 1, 1)
    assert old.settled() == old
    assert fresh.settled() != fresh
    assert fresh.settled() != fresh.settled()


def test_no_file_has_the_stamp_of_none(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    assert stamp_of((tmp_path / "a").stat()) != NONE
