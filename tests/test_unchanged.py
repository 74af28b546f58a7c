"""What a build that has nothing to do leaves alone; that it does nothing stands in `test_incremental`."""

from __future__ import annotations

import subprocess
import sys

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
