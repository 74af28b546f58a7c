"""Later builds leave the pages of days as a clean build makes them: parts come and go, sources move."""

from pathlib import Path

import pytest

from generator.config.options import Options, silent
from generator.engine.build import build
from writing import NOW, files_of, site_in, workers_here, write_clipping, write_config

ADDRESS = "x" * 1500
DAY, SECOND = "2024/07/03/index.html", "2024/07/03/2/index.html"


def link(root: Path, number: int, **fields: object) -> Path:
    """Write a clipping without text."""
    given = {"title": f"No {number}", "source": f"S{number % 3}", "date": "2024-07-03"} | fields
    return write_clipping(root / "content", f"{number:03}.md", "", **given)


def built(root: Path, *, clean: bool = False) -> dict[str, bytes]:
    build(site_in(root), Options(as_of=NOW, accepts_losses=True), silent, clean=clean, workers=workers_here())
    return files_of(root / "public")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A day of one part, which has room for a few more, and two others."""
    write_config(tmp_path)
    for number in range(50):
        link(tmp_path, number, url=f"https://origin.example/{number}/{ADDRESS}")
    for number in (900, 901):
        link(tmp_path, number, date=f"2024-07-{number - 890}")
    return tmp_path


def test_parts_of_a_day_come_and_go(root):
    assert SECOND not in built(root)
    for number in range(50, 60):
        link(root, number, url=f"https://origin.example/{number}/{ADDRESS}")
    more = built(root)
    assert SECOND in more
    assert more == built(root, clean=True)
    for number in range(50, 60):
        (root / f"content/{number:03}.md").unlink()
    less = built(root)
    assert SECOND not in less
    assert less == built(root, clean=True)


def test_a_policy_of_a_source_may_take_a_part_away(root):
    for number in range(50, 60):
        write_clipping(root / "content", f"{number:03}.md", url=f"https://origin.example/{number}/{ADDRESS}",
                       source="S0", title=f"No {number}")  # fmt: skip
    assert SECOND not in built(root)
    write_config(root, 'base_url = "https://digest.example/"\n[sources.S0]\ntext = "link"\n')
    assert SECOND in (linked := built(root))
    assert linked == built(root, clean=True)
    write_config(root)
    assert SECOND not in (full := built(root))
    assert full == built(root, clean=True)


def test_a_source_that_becomes_an_activity_feed_moves_on_all_its_days(root):
    for number in range(100, 115):
        link(root, number, source="Commits", title=f"Update {number}", date=f"2024-07-{10 + number % 2}")
    before = built(root)
    assert b"_activity" not in before["2024/07/10/index.html"]
    link(root, 115, source="Commits", title="Update 115", date="2024-07-11")
    after = built(root)
    assert b"_activity" in after["2024/07/10/index.html"]
    assert after == built(root, clean=True)
    write_config(root, 'base_url = "https://digest.example/"\n[sources.Commits]\nactivity = false\n')
    said = built(root)
    assert b"_activity" not in said["2024/07/10/index.html"]
    assert said == built(root, clean=True)
