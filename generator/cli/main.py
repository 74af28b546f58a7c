"""Run the command `broadsheet` and turn its errors into messages and exit codes.

Only `click` is imported at the top, so that `broadsheet --help` answers at once.
"""

from __future__ import annotations

import gc
import sys

import click

from generator.cli.commands import broadsheet
from generator.cli.exit_codes import DONE, FAILED, INTERRUPTED, UNREAD, UNUSABLE
from generator.model import streams

_GC_THRESHOLDS = 1_000_000, 50, 100
"""For `gc.set_threshold`: objects of a build live to its end, and collecting would take a quarter longer.

A build of 15,000 clippings makes about a million.
"""


def main() -> None:
    """Run the command and end the process with its exit code."""
    gc.set_threshold(*_GC_THRESHOLDS)
    streams.guard()
    code = _run_and_flush(sys.argv[1:])
    gc.freeze()  # spare the collection at exit: the process frees everything anyway
    sys.exit(code)


def _run_and_flush(arguments: list[str]) -> int:
    """Run the command. Output that cannot be written ends it, silently if nobody reads it any more."""
    try:
        code = run(arguments)
        sys.stdout.flush()
    except streams.UnwrittenError as error:
        streams.tell(error)
        return UNREAD if error.is_unread else FAILED
    return code


def run(arguments: list[str]) -> int:
    """Run the command and return its exit code. User errors are printed as messages, without a traceback."""
    from generator.model.errors import BroadsheetError, ConfigError

    if sys.getfilesystemencoding() != "utf-8":
        click.echo("file names are not read as UTF-8 here: set PYTHONUTF8=1", err=True)
        return UNUSABLE
    try:
        code = broadsheet.main(arguments, prog_name="broadsheet", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BroadsheetError as error:
        from generator.cli import console

        console.print_problems(error.problems)
        return UNUSABLE if isinstance(error, ConfigError) else FAILED
    return code if isinstance(code, int) else DONE
