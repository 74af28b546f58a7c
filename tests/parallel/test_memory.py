"""Large blocks of memory go back to the system when they are freed, whatever lies between them."""

from __future__ import annotations

import subprocess
import sys

import pytest

_SCRIPT = """
import sys
from pathlib import Path
from generator.parallel.memory import return_large_blocks

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

if sys.argv[1] == "yes":
    return_large_blocks()
bytearray(30 << 20)  # glibc learns from this one
blocks = [(bytearray(1 << 20), bytes(5000)) for _ in range(40)]
small = [one for _, one in blocks]
before = resident()
del blocks
print(before - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc learns")
def test_blocks_are_returned() -> None:
    assert _returned("yes") > 35 << 20
    assert _returned("yes") >= _returned("no")


def _returned(is_set: str) -> int:
    command = [sys.executable, "-c", _SCRIPT, is_set]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)
