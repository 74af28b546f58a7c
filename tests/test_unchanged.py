"""What a build that has nothing to do leaves alone; that it does nothing stands in `test_incremental`."""

from __future__ import annotations

import subprocess
import sys

import generator.resumed
import generator.stamps
from writing import build_site, write_clipping, write_config

HEAVY = (
    "babel",
    "frontmatter",
    "jinja2",
    "markdown_it",
    "nh3",
    "pygments",
    "rensa",
    "yaml",
    "generator.grouping",
)


def test_a_build_imports_what_reads_and_renders_only_where_there_is_something_to_do() -> None:
    check = f"import generator.build, sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_moves_beside_clippings_is_told_once(tmp_path, monkeypatch):
    """The last build is opened ahead where clippings seem to have moved; not in vain again and again."""
    opened = []
    before = generator.resumed.before
    monkeypatch.setattr(generator.stamps, "UNSETTLED", 0)
    monkeypatch.setattr(generator.resumed, "before", lambda *given: opened.append(1) or before(*given))
    write_clipping(tmp_path / "content", "a/one.md")
    write_config(tmp_path)
    build_site(tmp_path)
    (tmp_path / "content/a/other.txt").write_text("No clipping.")
    for _ in range(2):
        assert build_site(tmp_path)[0].pages.written == 0
    assert len(opened) == 1
    write_clipping(tmp_path / "content", "a/two.md")
    assert build_site(tmp_path)[0].pages.written
    assert len(opened) == 2
