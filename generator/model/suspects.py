"""What is likely wrong with a digest, without being a fault of a clipping: suspects."""

from __future__ import annotations

import msgspec


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    """An article or a source of which something is likely wrong."""

    kind: str
    """`short`, `excerpt`, `repeated`, `links` or `story`."""
    name: str
    """The path of a clipping, or the name of a source."""
    message: str


KINDS = ("short", "excerpt", "repeated", "links", "story")
"""All kinds, the most certain first."""
