"""Guards the output folder against a build that would delete most of it by mistake.

`Options.accepts_losses` overrides it. The published articles, the configuration, and the clippings that the
curator withholds explain why files end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Set

from generator.config.options import Options
from generator.config.site import Config, Site
from generator.model import addresses
from generator.model.errors import LossError, Problem, Severity
from generator.model.ids import path_id
from generator.model.types import Article

MANY = 20
"""Deletions that never need confirmation; above this, up to half of the existing files."""
_SHOWN_BY = 10
"""Maximum number of files that show one article, unless it is the last one of its source."""
_NAMED = 3
_DAY = re.compile(r"\d{4}/\d\d/\d\d/index\.html")
"""File of a day's edition. Every site with articles has one."""
_ARTICLE = re.compile(r"articles/[^/]+/([^/]+)\.html")
_NEEDS_BASE_URL = re.compile(r"(?:.*/)?feed(?:\.atom\.xml|\.rss\.xml|\.json)|sources\.opml|sitemaps?[./].*")


def emptied(site: Site, options: Options, old: Iterable[str], found: int) -> Problem | None:
    """Return a problem if all clippings are gone though the last build published some, else None.

    Raises it as `LossError` unless losses are accepted.
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
    site: Site,
    options: Options,
    old: Mapping[str, str],
    new: Mapping[str, str],
    articles: Iterable[Article],
    withheld: Callable[[], Iterable[str]] = tuple,
) -> None:
    """Raise `LossError` if a build deletes many files and more than half of the existing ones.

    `old` and `new` are the files before and after. Removals by the curator do not count: pages of `articles`
    that are still published, files that need `base_url`, and pages of clippings that exist and are `withheld`
    (paths).
    """
    removed = [path for path in old if path not in new]
    if options.accepts_losses or not _are_many(len(removed), len(old)):
        return
    lost = _not_configured(removed, site.config, articles)
    if not _are_many(len(lost), len(old)):
        return
    lost = _not_withheld(lost, set(map(path_id, withheld())))
    if not _are_many(len(lost), len(old)):
        return
    named = ", ".join(f"`{path}`" for path in lost[:_NAMED])
    problem = Problem(
        path=str(site.output),
        message=f"{len(lost):,} of the {len(old):,} files there would be deleted, such as {named}",
        advice=(
            "see that no clipping is missing, and --as-of; "
            "--yes deletes them, or build elsewhere with --output"
        ),
        severity=Severity.ERROR,
        kind="deletion",
    )
    raise LossError(problem)


def _not_withheld(lost: list[str], ids: Set[str]) -> list[str]:
    """Return the files whose deletion is not explained by withheld articles with these ids.

    A list does not tell whose it was: lists are discounted in the same proportion as article pages.
    """
    pages = {path: found[1] for path in lost if (found := _ARTICLE.fullmatch(path))}
    withheld = [path for path, own in pages.items() if own in ids]
    if not withheld:
        return lost
    lists = [path for path in lost if path not in pages]
    explained = min(len(lists) * len(withheld) // len(pages), len(withheld) * _SHOWN_BY)
    return [*(path for path, own in pages.items() if own not in ids), *lists[explained:]]


def may_delete_many(options: Options, articles: int, files: int) -> bool:
    """Return whether `check_deletions` may raise after this many articles are removed."""
    return not options.accepts_losses and _are_many(_SHOWN_BY * articles, files)


def _are_many(deleted: int, standing: int) -> bool:
    return deleted > MANY and 2 * deleted > standing


def _not_configured(removed: Iterable[str], config: Config, articles: Iterable[Article]) -> list[str]:
    """Return the files whose deletion is not explained by the configuration."""
    ids = {article.id for article in articles}
    aliases = {addresses.file_of(alias) for article in articles for alias in article.aliases}
    return [
        path
        for path in removed
        if not ((found := _ARTICLE.fullmatch(path)) and found[1] in ids)
        and path not in aliases
        and (config.base_url is not None or not _NEEDS_BASE_URL.fullmatch(path))
    ]
