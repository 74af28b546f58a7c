"""Parts of months, and ways to old days: whole sites, built anew and from what stands there."""

import re
from pathlib import Path

from generator.model import addresses
from generator.render.source_lists import PART
from writing import BODY, build_site, write_clipping, write_config

HREF = re.compile(r'<a [^>]*?href="([^"#:]*)')


def written(root: Path, sizes: dict[int, int]) -> Path:
    """Write clippings of one source without text: day of July → their number."""
    write_config(root)
    for day, size in sizes.items():
        for n in range(size):
            write_clipping(
                root / "content", f"{day:02}/{n:03}.md", "", title=f"News {day} {n}", date=f"2024-07-{day:02}"
            )
    return root


def pages(root: Path) -> dict[str, str]:
    folder = root / "public"
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.html")}


def test_a_day_that_outgrows_a_part_moves_as_a_whole(tmp_path):
    """Later builds give the same pages as a clean one."""
    grown = written(tmp_path / "grown", {1: 100, 2: 40})
    build_site(grown)
    build_site(written(grown, {2: 60}))
    build_site(written(grown, {2: 155, 3: 1}))
    clean = written(tmp_path / "clean", {1: 100, 2: 155, 3: 1})
    build_site(clean)
    found = pages(grown)
    assert found == pages(clean)
    days = re.compile(r"<h1>July 2024 <span>· ([^<]+)</span></h1>")
    assert sorted(day for page in found.values() for day in days.findall(page)) == ["1", "2", "2–3"]


def test_the_list_of_sources_gains_and_loses_a_page(tmp_path):
    write_config(tmp_path)
    for n in range(PART + 1):
        write_clipping(tmp_path / "content", f"{n}.md", "", title=f"News {n}", source=f"Source {n:03}")
    build_site(tmp_path)
    second = {"sources/2.html", "sources/a-z-2.html"}
    assert second <= pages(tmp_path).keys()
    (tmp_path / "content/0.md").unlink()
    build_site(tmp_path)
    assert not second & pages(tmp_path).keys()
    write_clipping(tmp_path / "content", "0.md", "", title="News 0", source="Source 000")
    build_site(tmp_path)
    assert second <= pages(tmp_path).keys()


def test_any_day_is_three_clicks_from_the_front_page(tmp_path):
    write_config(tmp_path)
    days = [f"{year}-{month:02}-15" for year in range(2014, 2025) for month in (1, 6, 11)]
    for n, day in enumerate(days):
        write_clipping(tmp_path / "content", f"{n}.md", f"{BODY} {n}", title=f"On {day}", date=day)
    build_site(tmp_path)
    made, reached = pages(tmp_path), {"index.html"}
    for _ in range(3):
        links = {_target(path, link) for path in reached for link in HREF.findall(made[path])}
        reached |= links & made.keys()
    assert {f"{day.replace('-', '/')}/index.html" for day in days} <= reached


def _target(path: str, link: str) -> str:
    """Return the file that a relative link of a page leads to."""
    folder = path.rpartition("/")[0].split("/") if "/" in path else []
    for part in link.split("/")[:-1]:
        folder = folder[:-1] if part == ".." else folder if part in {"", "."} else [*folder, part]
    return addresses.file_of("/".join([*folder, link.rpartition("/")[2]]).lstrip("/"))
