"""Run the command `broadsheet` and turn its errors into messages and exit codes.

Only `click` is imported at the top, so that `broadsheet --help` is fast.
"""

from __future__ import annotations

import gc
import sys

import click

from generator.cli.commands import broadsheet
from generator.cli.exit_codes import DONE, FAILED, INTERRUPTED, UNREAD, UNUSABLE
from generator.model import streams

_GC_THRESHOLDS = 1_000_000, 50, 100
"""Arguments for `gc.set_threshold`. With the defaults, a build takes a quarter longer, and little is freed,
because its objects live to its end. A build of 15,000 clippings creates about a million.
"""


def main() -> None:
    """Run the command and end the process with its exit code."""
    gc.set_threshold(*_GC_THRESHOLDS)
    streams.guard()
    code = _run_and_flush(sys.argv[1:])
    gc.freeze()  # skip the collection at exit: the process frees everything anyway
    sys.exit(code)


def _run_and_flush(arguments: list[str]) -> int:
    """Run the command. If output cannot be written, end it: silently if nobody reads the output any more."""
    try:
        code = run(arguments)
        sys.stdout.flush()
    except streams.UnwrittenError as error:
        streams.report(error)
        return UNREAD if error.is_unread else FAILED
    return code


def run(arguments: list[str]) -> int:
    """Run the command and return its exit code. Errors of the user are printed without a traceback."""
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
