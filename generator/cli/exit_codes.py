"""Exit codes of the command `broadsheet`."""

from __future__ import annotations

DONE, FAILED, UNUSABLE = 0, 1, 2
"""Success; problems, or a failed build; a configuration or command line that cannot be used."""
INTERRUPTED, UNREAD = 130, 141
"""Ended by Ctrl-C; nobody reads the output any more. The numbers that shells use for SIGINT and SIGPIPE."""
