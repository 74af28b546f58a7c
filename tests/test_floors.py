"""Holds the tables of docs/architecture.md against the imports of the package."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "generator"
PAGE = (ROOT / "docs/architecture.md").read_text("utf-8")

FLOORS = {part: int(floor) for floor, part in re.findall(r"^\| (\d) \| `([^`]+)` \|", PAGE, re.MULTILINE)}
PLACES = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|$", PAGE, re.MULTILINE))
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))

PIPELINE = (
    "local_images.py", "tasks.py", "safeguards.py", "unchanged.py", "recalled.py", "budgeted.py",
    "lessons.py", "shelf.py", "explaining.py", "desk.py", "saved.py", "making.py", "preload.py", "kitchen.py",
    "ground.py", "press.py", "archive.py", "resumed.py",
)  # fmt: skip
NEIGHBOURS = {
    ("picks_file.py", "config.py"),
    ("cache.py", "database.py"),
    ("cache.py", "own_folder.py"),
    ("own_folder.py", "database.py"),
    ("request.py", "hosts.py"),
    ("workers.py", "pool.py"),
    ("pool.py", "worker.py"),
    ("__main__.py", "cli.py"),
    ("cli.py", "asked.py"),
    ("cli.py", "steps.py"),
    ("steps.py", "asked.py"),
    ("steps.py", "watched.py"),
    *itertools.combinations(reversed(PIPELINE), 2),
    *(
        (last, part)
        for last in ("build.py", "ledger.py", "replanned.py", "overdue.py", "followed.py", "live.py")
        for part in PIPELINE
    ),
    *itertools.combinations(("live.py", "followed.py", "overdue.py", "replanned.py", "ledger.py"), 2),
}
"""Single modules of one floor of which the page says that the first may import the second."""


def part_of(module: str) -> str | None:
    """The row of the table that a module belongs to: its own, else its package's."""
    if module in FLOORS:
        return module
    package = module.partition("/")[0] + "/"
    return package if "/" in module and package in FLOORS else None


@cache
def imports(module: str) -> tuple[str, ...]:
    """Every name that a module imports, at its top or within, as dotted text."""
    tree = ast.parse((PACKAGE / module).read_text("utf-8"))
    return tuple(name for node in ast.walk(tree) for name in names_of(node))


def names_of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute here"
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_module(name: str) -> str | None:
    """The module of the package that a dotted name leads to: the longest that exists."""
    parts = name.split(".")
    if parts[0] != "generator":
        return None
    for length in range(len(parts), 0, -1):
        path = "/".join(parts[1:length])
        for candidate in (f"{path}.py", f"{path}/__init__.py".lstrip("/")):
            if candidate in MODULES:
                return candidate
    raise AssertionError(f"{name} does not exist")


def test_the_tables_are_found() -> None:
    assert {"model.py", "config.py", "reading/", "build.py", "preview/", "cli.py"} <= set(FLOORS)
    assert {"frontmatter", "markdown_it", "nh3", "jinja2", "watchdog"} <= set(PLACES)
    assert set(FLOORS.values()) == set(range(6))


def test_each_row_stands_for_something() -> None:
    assert set(FLOORS) == {part_of(module) for module in MODULES}


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str) -> None:
    part = part_of(module)
    assert part is not None, f"generator/{module} is missing in docs/architecture.md"
    for name in imports(module):
        other = own_module(name)
        if other is None:
            continue
        below = part_of(other)
        assert below is not None, f"generator/{other} is missing in docs/architecture.md"
        is_sibling = part == below or (part, below) in NEIGHBOURS
        assert is_sibling or FLOORS[below] < FLOORS[part], (
            f"generator/{module} (floor {FLOORS[part]}) imports {name} (floor {FLOORS[below]})"
        )


def test_a_package_with_a_module_on_another_floor_imports_nothing_itself() -> None:
    """Since importing that module imports the package."""
    for package in {part.partition("/")[0] for part in FLOORS if part.count("/") == 1 and part[-1] != "/"}:
        assert imports(f"{package}/__init__.py") == ()


@pytest.mark.parametrize("module", MODULES)
def test_libraries_stay_in_their_place(module: str) -> None:
    for name in imports(module):
        place = PLACES.get(name.partition(".")[0])
        assert place is None or module == place or (place.endswith("/") and module.startswith(place)), (
            f"generator/{module} imports {name}, which belongs in {place} alone"
        )
