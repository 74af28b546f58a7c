"""A planned file is the same whether it is looked up by its path or listed with all others."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.cache.store import Cache
from generator.config.options import Options, silent
from generator.engine.build_context import BuildContext
from generator.engine.outputs import fingerprint
from generator.engine.state import SiteState
from generator.engine.unchanged import identity_of
from generator.reading.lost_folders import found_in
from generator.render.sitemap import is_for_machines
from random_edits import BODIES
from writing import BODY, NOW, site_in, workers_here, write_clipping, write_config

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"/>'


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> SiteState:
    """A site with every kind of file, which no test changes."""
    tmp_path = tmp_path_factory.mktemp("site")
    content = tmp_path / "content"
    for n in range(160):
        body = f"{BODY} Number {n} says something else, at some length and in other words. " * 3
        day = f"{2023 + n % 2}-{1 + n % 12:02}-{1 + n % 28:02}"
        write_clipping(content, f"{n}.md", body, date=day, source=("Alpha", "第三", "a.b")[n % 3])
    for n in range(3):
        write_clipping(content, f"same/{n}.md", f"{BODY} " * 30, title="The same", source=f"S {n}")
    for n, body in enumerate(one for one in BODIES if "PressWorks9" in one):
        write_clipping(content, f"fire/{n}.md", body, title=f"{n}: fire", source=f"S {n}")
    write_clipping(
        content, "month.md", f"{BODY} " * 5, date="2024-02-02", source="Many", id="Own-ID", pin="true"
    )
    write_clipping(content, "old.md", f"{BODY} " * 4, aliases="[old/page.html, elsewhere/]")
    write_clipping(content, "image.md", f"{BODY}\n\n![a](a.svg)\n\n{BODY}", url=None)
    (content / "a.svg").write_text(SVG)
    write_config(tmp_path)
    for name in ("own.txt", "2024/02/index.html", "ROBOTS.txt"):
        file = tmp_path / "static" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("own")
    site, options = site_in(tmp_path), Options(as_of=NOW)
    with Cache.of(site.own, identity_of(site)) as cache:
        context = BuildContext(cache, workers_here(), silent)
        return SiteState.read(site, options, context, found_in(site, options))


def test_each_file_is_found_by_its_path(state: SiteState) -> None:
    listed = [one for one in state.outputs.all([]) if not is_for_machines(one.path)]
    assert len(listed) > 300
    kinds = (
        "articles/",
        "stories/",
        "sources/",
        "media/",
        "assets/",
        "2023/",
        "old/",
        "elsewhere/",
        "own.txt",
    )
    assert all(any(one.path.startswith(kind) for one in listed) for kind in kinds)
    for one in listed:
        found = state.outputs.at(one.path)
        assert found == one
        if not isinstance(one.content, Path):  # a stamp that is not settled is another one each time
            assert fingerprint(state.rendering, found) == fingerprint(state.rendering, one)


@pytest.mark.parametrize(
    "path",
    [
        "", "index.htm", "articles/aa/aaaaaaaaaaaa.html", "articles/ow/own-id.html", "2022/index.html",
        "2024/w99/index.html", "2024/13/index.html", "2024/02/31/index.html", "0000/index.html",
        "sources/none/index.html", "sources/alpha/2020/01/index.html", "sources/alpha/2024/01/9/index.html",
        "sources/none/feed.json", "picks/feed.rss.xml", "sources/alpha/feed.rss.xml", "2024/feed.json",
        "stories/aa/aaaaaaaaaaaa.html", "assets/none.css", "robots.txt",
    ],
)  # fmt: skip
def test_nothing_is_found_where_nothing_is_planned(state: SiteState, path: str) -> None:
    assert path not in {one.path for one in state.outputs.all([])}
    assert state.outputs.at(path) is None
