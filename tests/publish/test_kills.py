"""Commands that are killed at random: the next publish ends in exactly the folder.

BROADSHEET_KILLS says how many are killed at each place, if it should be more than one.
"""

from __future__ import annotations

import os
import random
import subprocess
import time

import pytest
from published import SITE, publish_to, write_output
from servers import FolderPlace, GitPlace, RsyncPlace, SeaweedPlace, SftpPlace

from generator.model.errors import BuildError
from generator.publish.lock import PACE
from generator.publish.record import decode
from generator.publish.store import RECORD
from running import Command
from writing import write_config

KILLS = int(os.environ.get("BROADSHEET_KILLS", "1"))


def site_of(turn: int) -> dict[str, bytes]:
    """A site of which every other file differs from turn to turn, and some come and go."""
    pages = {f"articles/{n}.html": b"%d" % (turn if n % 2 else n) for n in range(turn % 3 * 7, 60)}
    return {**SITE, **pages, "index.html": b"%d" % turn}


def start(place, root) -> Command:
    with place.opened():  # which sets the environment
        return Command(root, "publish", "--yes")


def publish_once_more(place, output):
    """Publish without consent to replace files of others."""
    for is_last in (False, True):
        try:
            with place.opened() as store:
                publish_to(store, output, pace=PACE)
            break
        except BuildError as error:  # the `git push` of the killed command has just ended
            if is_last or "somebody else has just published" not in str(error):
                raise


@pytest.mark.slow
@pytest.mark.parametrize("place", [FolderPlace, GitPlace, SftpPlace, RsyncPlace, SeaweedPlace])
def test_after_a_command_was_killed_the_next_publish_ends_in_exactly_the_folder(place, tmp_path, servers):
    place, chance = place(tmp_path / "place", servers), random.Random()
    endpoint = f'endpoint = "{place.endpoint}"\n' if hasattr(place, "endpoint") else ""
    write_config(tmp_path, f'[publish.web]\naddress = "{place.address}"\n{endpoint}')
    seconds, killed, turn = 60.0, 0, 0
    while killed < KILLS:
        output = write_output(tmp_path / "public", site_of(turn))
        started, command = time.monotonic(), start(place, tmp_path)
        try:
            assert command.process.wait(seconds * chance.uniform(0.3, 1)) == 0, command.text
            seconds = time.monotonic() - started
        except subprocess.TimeoutExpired:
            killed += 1
            seconds *= 1.1  # so that some are killed near their end
        command.end()
        turn += 1
        output = write_output(tmp_path / "public", site_of(turn))
        publish_once_more(place, output)
        assert place.site() == site_of(turn)
        assert decode(place.files()[RECORD], "").is_finished
        turn += 1
