"""What keeps a build from deleting what stands: clippings that got lost, and many pages at once.

`Options.accepts_losses` tells it to go on. Nothing is kept from build to build for it: the record of the
output folder says what stands there, and what is published now says why it goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from generator import addresses
from generator.config import Config, Site
from generator.errors import LossError, Problem, Severity
from generator.model import Article
from generator.reading.discover import Discovery, discover
from generator.request import Options

MANY = 20
"""Files that a build may delete without being told to, and half of those that stand there."""
_SHOWN_BY = 10
"""Files, at most, that show one article which is not the last one of its source."""
_NAMED = 3
_DAY = re.compile(r"\d{4}/\d\d/\d\d/index\.html")
"""The file of a day's edition: where articles were published, there is one."""
_ARTICLE = re.compile(r"articles/[^/]+/([^/]+)\.html")
_NEEDS_BASE_URL = re.compile(r"(?:.*/)?feed(?:\.atom\.xml|\.rss\.xml|\.json)|sources\.opml|sitemaps?[./].*")


def found_in(site: Site, options: Options) -> Discovery:
    """The clippings of a site. A folder that cannot be read is a mere warning where losses are accepted."""
    found = discover(site.content, site.config.ignore)
    if not options.accepts_losses:
        return found
    softened = (msgspec.structs.replace(one, severity=Severity.WARNING) for one in _errors(found))
    others = (one for one in found.problems if one.severity is not Severity.ERROR)
    problems = tuple(sorted((*others, *softened), key=lambda one: (one.path, one.message)))
    return msgspec.structs.replace(found, problems=problems)


def check_found(found: Discovery) -> None:
    """Raise `LossError` where a folder of clippings cannot be read."""
    if errors := _errors(found):
        raise LossError(*errors)


def _errors(found: Discovery) -> list[Problem]:
    return [one for one in found.problems if one.severity is Severity.ERROR]


def emptied(site: Site, options: Options, old: Iterable[str], found: int) -> Problem | None:
    """What to say where there is no clipping at all, though there were some; None where there is any.

    Raises `LossError` with it, unless losses are accepted.
    """
    if found or not any(map(_DAY.fullmatch, old)):
        return None
    problem = Problem(
        path=site.content.name,
        message=f"there is no clipping in {site.content}, though the last build published some",
        advice="see that it is the folder you mean, and is mounted; --yes deletes what was published",
        severity=Severity.WARNING if options.accepts_losses else Severity.ERROR,
        kind="content",
    )
    if not options.accepts_losses:
        raise LossError(problem)
    return problem


def check_deletions(
    site: Site, options: Options, old: Mapping[str, str], new: Mapping[str, str], articles: Iterable[Article]
) -> None:
    """Raise `LossError` for a build that deletes more than half of what stands there, and many files.

    `old` and `new` are the files before and after. What the configuration takes away does not count: pages of
    `articles` that are published still, and what there is with `base_url` alone.
    """
    gone = [path for path in old if path not in new]
    if options.accepts_losses or not _are_many(len(gone), len(old)):
        return
    lost = _not_configured(gone, site.config, articles)
    if not _are_many(len(lost), len(old)):
        return
    named = ", ".join(f"`{path}`" for path in lost[:_NAMED])
    problem = Problem(
        path=str(site.output),
        message=f"{len(lost):,} of the {len(old):,} files there would be deleted, such as {named}",
        advice="see that no clipping is missing, and --as-of; --yes deletes them, --output builds elsewhere",
        severity=Severity.ERROR,
        kind="deletion",
    )
    raise LossError(problem)


def may_delete_many(options: Options, articles: int, files: int) -> bool:
    """Whether `check_deletions` may raise where some articles of a site are published no more."""
    return not options.accepts_losses and _are_many(_SHOWN_BY * articles, files)


def _are_many(deleted: int, standing: int) -> bool:
    return deleted > MANY and 2 * deleted > standing


def _not_configured(gone: Iterable[str], config: Config, articles: Iterable[Article]) -> list[str]:
    """The files that are not deleted because the configuration says so."""
    ids = {article.id for article in articles}
    aliases = {addresses.file_of(alias) for article in articles for alias in article.aliases}
    return [
        path
        for path in gone
        if not ((found := _ARTICLE.fullmatch(path)) and found[1] in ids)
        and path not in aliases
        and (config.base_url is not None or not _NEEDS_BASE_URL.fullmatch(path))
    ]
