"""Small sites for tests: clippings written as their clippers write them, and what stands on disk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings

from generator.cache.folder import file_of
from generator.cache.store import Cache
from generator.config.loading import load
from generator.config.options import Options, Report, silent
from generator.config.site import Site
from generator.engine.build import build
from generator.engine.build_context import LIMITS, BuildContext, EngineLimits
from generator.engine.site_index import SiteIndex, read
from generator.engine.unchanged import identity_of
from generator.parallel.workers import Workers
from generator.render.images import Image, image_at, local_file

NOW = dt.datetime(2024, 12, 31, 12, tzinfo=dt.UTC)
BODY = "The press stood in the cellar, and on quiet nights the whole street could hear it working."

IN_THE_SUITE = settings(
    stateful_step_count=20,
    deadline=None,
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    suppress_health_check=[*HealthCheck],
)
"""How a state machine runs in the suite: a few seconds of it, always the same ones."""


def write_clipping(content: Path, path: str, body: str = BODY, **fields: object) -> Path:
    """Write a clipping; fields not given are those of a sound one, None leaves a field out."""
    given = {
        "title": "A title",
        "url": f"https://origin.example/{path}",
        "source": "A source",
        "date": "2024-07-03",
    }
    lines = [f"{key}: {value}\n" for key, value in (given | fields).items() if value is not None]
    file = content / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"---\n{''.join(lines)}---\n\n{body}\n", "utf-8")
    return file


def write_config(root: Path, text: str = 'base_url = "https://digest.example/"\n') -> Path:
    """Write `digest.toml`."""
    root.mkdir(parents=True, exist_ok=True)
    file = root / "digest.toml"
    file.write_text(text, "utf-8")
    return file


class Here(Executor):
    """Does in the tests' own process what worker processes do, so that a test may exchange its parts."""

    def submit(self, task: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(task(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


def workers_here() -> Workers:
    """Workers that are none."""
    return Workers(1, Here())


def build_site(
    root: Path, *, as_of: dt.datetime = NOW, limits: EngineLimits = LIMITS, **options: bool
) -> tuple[Report, SiteIndex]:
    """Build the site in a folder as the command line would; what its desk holds comes from the cache then."""
    site, asked = site_in(root), Options(as_of=as_of, **options)
    report = build(site, asked, silent, workers=workers_here(), limits=limits).report
    return report, read_site(site, asked)


def read_site(site: Site, options: Options) -> SiteIndex:
    """Read and group the clippings of a site, with what its cache knows."""
    with Cache.of(site.own, identity_of(site)) as cache:
        return read(site, options, BuildContext(cache, workers_here(), silent))


def cache_of(root: Path) -> Cache:
    """Open the cache of the site in a folder."""
    site = site_in(root)
    return Cache.of(site.own, identity_of(site))


def cache_file(root: Path) -> Path:
    """Where the cache of the site in a folder stands."""
    site = site_in(root)
    return file_of(site.own, identity_of(site))


def site_in(root: Path) -> Site:
    """Load the site in a folder."""
    return load(root / "digest.toml")


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def image_beside(content: str | Path, clipping_path: str, src: str) -> Image | None:
    """The picture that a relative source names, seen from its clipping; None where there is no usable one."""
    path = local_file(str(content), clipping_path, src)
    found = image_at(content, path) if path is not None else None
    return found if isinstance(found, Image) else None
