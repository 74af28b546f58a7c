"""Take secrets out of what other programs and libraries say."""

from __future__ import annotations

import os
import re

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|SIGNATURE", re.IGNORECASE)
_SHORTEST = 6
_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s]+@")
_IN_QUERY = re.compile(
    r"((?:X-Amz-(?:Signature|Credential|Security-Token)|sig|signature|token|AWSAccessKeyId)=)[^&\s\"']+",
    re.IGNORECASE,
)
_IN_HEADER = re.compile(
    r"((?:authorization|x-amz-security-token|signature)\"?[:=]\s*\"?)[^\"\n]+", re.IGNORECASE
)
HIDDEN = "…"


def scrubbed(text: str, known: tuple[str, ...] = ()) -> str:
    """Return text without credentials: those of the environment and of `known`, and what looks like some."""
    values = [value for name, value in os.environ.items() if _SECRET_NAME.search(name)]
    for value in sorted({*values, *known}, key=len, reverse=True):
        if len(value) >= _SHORTEST:
            text = text.replace(value, HIDDEN)
    text = _IN_ADDRESS.sub(f"{HIDDEN}@", text)
    text = _IN_QUERY.sub(rf"\1{HIDDEN}", text)
    return _IN_HEADER.sub(rf"\1{HIDDEN}", text)
