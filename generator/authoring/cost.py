"""Say why a build will take as long as it does, such as in a fresh checkout."""

from __future__ import annotations

from collections.abc import Iterator

from generator.cache.database import is_ours
from generator.cache.folder import caches_in, file_of
from generator.cache.schema import TABLES, mark
from generator.cache.seals import VARIABLE, Seal
from generator.cache.store import Cache
from generator.config.site import Site
from generator.engine.unchanged import identity_of
from generator.model.errors import BuildError
from generator.output import manifest
from generator.reading import discover


def costs(site: Site) -> Iterator[str]:
    """Yield a line on clippings and one on files, before a build. Creates nothing."""
    identity = identity_of(site)
    file, known = file_of(site.own, identity), caches_in(site.own)
    if not known:
        yield f"all clippings are read: there is no cache in {site.own.name}/"
    elif file not in known:
        yield (
            f"all clippings are read: no cache in {site.own.name}/ is of these settings, cleaning rules and "
            "versions (of Broadsheet, its libraries and Python)"
        )
    elif not is_ours(file, TABLES, mark(Seal.of_cache(identity))):
        yield f"all clippings are read: the cache was written with another key; see {VARIABLE}"
    else:
        yield _of_clippings(site, identity)
    try:
        built = manifest.read(site.output)
    except BuildError:
        built = None
    if built is None:
        yield f"all files are written: there is no site in {site.output.name}/"


def _of_clippings(site: Site, identity: bytes) -> str:
    """Say what the cache and the times of clippings tell."""
    with Cache.of(site.own, identity, make=False) as cache:
        known = {path: stamp for path, (stamp, _) in cache.clippings().items()}
    stamps = discover(site.content, site.config.ignore).stamps
    new = len(stamps.keys() - known.keys())
    moved = sum(stamp != stamps[path] for path, stamp in known.items() if path in stamps)
    return (
        f"clippings: {new:,} new, which are read; {moved:,} with times that the cache does not know, which "
        f"are hashed, and read if their bytes differ; {len(stamps) - new - moved:,} as they were"
    )
