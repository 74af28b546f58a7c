"""What follows a publish: caches forget what changed, and hubs and search engines are told.

The site is complete without it, so what fails is a warning.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator, Sequence

import msgspec

from generator.config.site import Config, PublishConfig
from generator.model import addresses
from generator.model.errors import BroadsheetError, Problem, Severity
from generator.publish import cloudfront, pings
from generator.publish.publishing import Prepared
from generator.publish.store import refused

_FEEDS = (addresses.ATOM, addresses.RSS, addresses.JSON_FEED)


def follow(config: Config, target: PublishConfig, prepared: Prepared) -> Iterator[Problem]:
    """Tell others what a publish changed. Yield warnings about those who could not be told."""
    for step in (_invalidate, _tell_hub, _tell_engines):
        try:
            step(config, target, prepared)
        except BroadsheetError as error:
            for problem in error.problems:
                yield msgspec.structs.replace(problem, severity=Severity.WARNING)


def _invalidate(config: Config, target: PublishConfig, prepared: Prepared) -> None:
    """Invalidate what was there before and is not the same any more."""
    changed = [*prepared.plan.changed, *prepared.plan.deletions]
    if target.cloudfront and changed:
        prefix = urllib.parse.urlsplit(config.base_url or "").path or "/"
        cloudfront.invalidate(target.cloudfront, cloudfront.folded(changed, prepared.before.files, prefix))


def _tell_hub(config: Config, _target: PublishConfig, prepared: Prepared) -> None:
    feeds = [path for path in _uploaded(prepared) if path.rpartition("/")[2] in _FEEDS]
    if config.hub and config.base_url and feeds:
        pings.websub(config.hub, [addresses.absolute(config.base_url, path) for path in feeds])


def _tell_engines(config: Config, target: PublishConfig, prepared: Prepared) -> None:
    paths = [path for path in (*_uploaded(prepared), *prepared.plan.deletions) if path.endswith(".html")]
    pages = [path.removesuffix("index.html") for path in paths if path != addresses.NOT_FOUND]
    if not target.indexnow or not pages:
        return
    if not config.base_url:
        raise refused("digest.toml", "`indexnow` needs `base_url`", "write it into digest.toml")
    if f"{target.indexnow}.txt" not in prepared.files:
        advice = f"write the key into `static/{target.indexnow}.txt`, and build and publish again"
        raise refused("digest.toml", "the site lacks the file by which IndexNow checks the key", advice)
    pings.indexnow(
        config.base_url, target.indexnow, [addresses.absolute(config.base_url, page) for page in pages]
    )


def _uploaded(prepared: Prepared) -> Sequence[str]:
    return [path for batch in prepared.plan.batches for path in batch.paths]
