"""What follows a publish: caches forget what changed, and hubs and search engines are told.

The site is complete without it, so what fails is a warning, and the next publish tries again. The modules
that tell them are imported when there is something to tell.
"""

from __future__ import annotations

import contextlib
import urllib.parse
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from generator.config.site import Config, PublishConfig
from generator.model import addresses
from generator.model.errors import BroadsheetError, Problem, Severity
from generator.publish.difference import Plan
from generator.publish.store import refused

_FEEDS = (addresses.ATOM, addresses.RSS, addresses.JSON_FEED)

Untold = Mapping[str, tuple[str, ...]]
"""Name of a service → the paths of which it has yet to be told."""


class Service(NamedTuple):
    """Somebody who is told of a publish."""

    name: str
    concerned: Callable[[Plan], Iterable[str]]
    """Returns the paths that it is told of."""
    tell: Callable[[Sequence[str], Mapping[str, str]], None]
    """Takes these, and the files of the site. Raises `BroadsheetError`."""


def services(config: Config, target: PublishConfig) -> list[Service]:
    """Return the services that are configured."""
    found = []
    if target.cloudfront:
        prefix = urllib.parse.urlsplit(config.base_url or "").path or "/"

        def invalidate(paths: Sequence[str], files: Mapping[str, str]) -> None:
            from generator.publish import cloudfront

            cloudfront.invalidate(target.cloudfront, cloudfront.folded(paths, files, prefix))

        # What is new is in no cache.
        found.append(Service("cloudfront", lambda plan: (*plan.changed, *plan.deletions), invalidate))
    if config.hub and (base_url := config.base_url):
        hub = config.hub

        def tell_hub(paths: Sequence[str], _files: Mapping[str, str]) -> None:
            from generator.publish import pings

            pings.websub(hub, [addresses.absolute(base_url, path) for path in paths])

        found.append(Service("websub", _feeds, tell_hub))
    if target.indexnow:
        found.append(Service("indexnow", _pages, lambda paths, files: _index(config, target, paths, files)))
    return found


def due(services: Sequence[Service], plan: Plan, earlier: Untold) -> dict[str, tuple[str, ...]]:
    """Return who is to be told of what: of a plan, and of earlier publishes that did not come to it."""
    paths = {one.name: {*one.concerned(plan), *earlier.get(one.name, ())} for one in services}
    return {name: tuple(sorted(those)) for name, those in paths.items() if those}


def tell(
    services: Sequence[Service], untold: Untold, files: Mapping[str, str]
) -> tuple[dict[str, tuple[str, ...]], tuple[Problem, ...]]:
    """Tell services what they do not know. Return what is left, with warnings that say why."""
    left, warnings = dict(untold), []
    for one in services:
        try:
            if paths := untold.get(one.name):
                one.tell(paths, files)
                del left[one.name]
        except BroadsheetError as error:
            warnings += [
                msgspec.structs.replace(problem, severity=Severity.WARNING) for problem in error.problems
            ]
    return left, tuple(warnings)


def read_notes(file: Path | None) -> Untold:
    """Return what an interrupted publish left in a file of this machine."""
    with contextlib.suppress(OSError, msgspec.DecodeError, UnicodeDecodeError):
        if file is not None:
            return msgspec.json.decode(file.read_bytes(), type=dict[str, tuple[str, ...]])
    return {}


def write_notes(file: Path | None, untold: Untold) -> None:
    """Replace these; no file is left if everybody was told. It is a help: a full disk is no fault."""
    with contextlib.suppress(OSError):
        if file is not None and untold:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(msgspec.json.encode(untold))
        elif file is not None:
            file.unlink(missing_ok=True)


def _feeds(plan: Plan) -> list[str]:
    return [path for path in (*plan.added, *plan.changed) if path.rpartition("/")[2] in _FEEDS]


def _pages(plan: Plan) -> list[str]:
    paths = (*plan.added, *plan.changed, *plan.deletions)
    return [path for path in paths if path.endswith(".html") and path != addresses.NOT_FOUND]


def _index(config: Config, target: PublishConfig, paths: Sequence[str], files: Mapping[str, str]) -> None:
    if not config.base_url:
        raise refused("digest.toml", "`indexnow` needs `base_url`", "write it into digest.toml")
    if f"{target.indexnow}.txt" not in files:
        advice = f"write the key into `static/{target.indexnow}.txt`, and build and publish again"
        raise refused("digest.toml", "the site lacks the file by which IndexNow checks the key", advice)
    from generator.publish import pings

    pages = [addresses.absolute(config.base_url, path.removesuffix("index.html")) for path in paths]
    pings.indexnow(config.base_url, target.indexnow, pages)
