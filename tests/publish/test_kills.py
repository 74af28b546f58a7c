"""Commands that are killed at random: the next publish ends in exactly the folder.

BROADSHEET_KILLS says how many are killed at each place, if it should be more than one.
"""

from __future__ import annotations

import os
import random
import subprocess
import time

import pytest
from published import SITE, write_output
from servers import FolderPlace, GitPlace, RsyncPlace, SeaweedPlace, SftpPlace

from generator.publish.record import decode
from generator.publish.store import RECORD
from running import Command
from writing import write_config

KILLS = int(os.environ.get("BROADSHEET_KILLS", "1"))


def site_of(turn: int) -> dict[str, bytes]:
    """A site of which every other file differs from turn to turn, and some come and go."""
    pages = {f"articles/{n}.html": b"%d" % (turn if n % 2 else n) for n in range(turn % 3 * 7, 60)}
    return {**SITE, **pages, "index.html": b"%d" % turn}


def start(place, root, *options: str) -> Command:
    with place.opened():  # which sets the environment
        return Command(root, "publish", *options)


@pytest.mark.slow
@pytest.mark.parametrize("place", [FolderPlace, GitPlace, SftpPlace, RsyncPlace, SeaweedPlace])
def test_after_a_command_was_killed_the_next_publish_ends_in_exactly_the_folder(place, tmp_path, servers):
    place, chance = place(tmp_path / "place", servers), random.Random()
    endpoint = f'endpoint = "{place.endpoint}"\n' if hasattr(place, "endpoint") else ""
    write_config(tmp_path, f'[publish.web]\naddress = "{place.address}"\n{endpoint}')
    seconds, killed, turn = 60.0, 0, 0
    while killed < KILLS:
        write_output(tmp_path / "public", site_of(turn))
        started, command = time.monotonic(), start(place, tmp_path, "--yes")
        try:
            assert command.process.wait(seconds * chance.uniform(0.3, 1)) == 0, command.text
            seconds = time.monotonic() - started
        except subprocess.TimeoutExpired:
            killed += 1
            seconds *= 1.1  # so that some are killed near their end
        command.end()
        turn += 1
        write_output(tmp_path / "public", site_of(turn))
        command = start(place, tmp_path)  # without consent to replace files of others
        assert command.process.wait(600) == 0, command.text
        command.end()
        assert place.site() == site_of(turn)
        assert decode(place.files()[RECORD], "").is_finished
        turn += 1
