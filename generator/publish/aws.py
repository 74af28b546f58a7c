"""Credentials and settings that AWS's own tools keep in `~/.aws`."""

from __future__ import annotations

import configparser
import os
from pathlib import Path
from typing import NamedTuple

_KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")


class Profile(NamedTuple):
    """What a profile says, by the names that object stores know; empty where it says nothing."""

    settings: dict[str, str]
    secrets: tuple[str, ...]


def profile() -> Profile:
    """Return the profile of AWS_PROFILE, or the default one. The environment's own keys take precedence."""
    name = os.environ.get("AWS_PROFILE") or "default"
    settings: dict[str, str] = {}
    if "AWS_ACCESS_KEY_ID" not in os.environ:
        found = _section("AWS_SHARED_CREDENTIALS_FILE", "credentials", name)
        found = {**_section("AWS_CONFIG_FILE", "config", name), **found}
        if "aws_access_key_id" in found:
            settings |= {key.removeprefix("aws_"): found[key] for key in _KEYS if key in found}
        settings |= {
            key.removesuffix("_url"): found[key] for key in ("region", "endpoint_url") if key in found
        }
    secrets = tuple(value for key, value in settings.items() if key not in {"region", "endpoint"})
    for variable, key in (("AWS_REGION", "region"), ("AWS_ENDPOINT_URL", "endpoint")):
        if variable in os.environ:
            settings.pop(key, None)
    return Profile(settings, secrets)


def _section(variable: str, file: str, name: str) -> dict[str, str]:
    path = Path(os.environ.get(variable) or Path.home() / ".aws" / file)
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, "utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return {}
    section = name if file == "credentials" or name == "default" else f"profile {name}"
    return dict(parser[section]) if parser.has_section(section) else {}
