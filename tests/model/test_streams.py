"""A standard stream that takes no more is told from a file that does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from generator.model import streams
streams.guard()
try:
    print("a line")
    {then}
    sys.stdout.flush()
except streams.UnwrittenError as error:
    error.discard_rest()
    sys.exit(f"{{error}}; {{error.is_unread}}")
except OSError:
    sys.exit("a file")
"""

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")


def ended(where: str, then: str = "") -> tuple[int, str]:
    """Exit code and standard error of a program whose standard output goes somewhere."""
    command = ["sh", "-c", f'"$0" -c "$1" {where}', sys.executable, PROGRAM.format(then=then)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stderr.strip()


@needs_full
def test_a_full_standard_output_is_named():
    assert ended("> /dev/full") == (1, "standard output cannot be written: No space left on device; False")


@needs_full
def test_a_file_that_is_full_is_no_standard_stream():
    assert ended("> /dev/null", "open('/dev/full', 'w').write('x' * 10**6)") == (1, "a file")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_a_standard_output_that_is_closed_takes_all():
    assert ended(">&-") == (0, "")
