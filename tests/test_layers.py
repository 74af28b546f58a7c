"""Checks the tables of the architecture page and its internals against the imports, and modules' sizes."""

from __future__ import annotations

import ast
import graphlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "generator"
PAGE = (ROOT / "docs/architecture.md").read_text("utf-8")
INTERNALS = (ROOT / "docs/internals.md").read_text("utf-8")

LAYERS = {part: int(layer) for layer, part in re.findall(r"^\| (\d) \| `([^`]+)` \|", PAGE, re.MULTILINE)}
PLACES = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|$", INTERNALS, re.MULTILINE))
MOST_LINES = 400
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def part_of(module: str) -> str | None:
    """The row of the table that a module belongs to: its own, else its package's."""
    if module in LAYERS:
        return module
    package = module.partition("/")[0] + "/"
    return package if "/" in module and package in LAYERS else None


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


def own_imports(module: str) -> list[str]:
    """The modules of the package that a module imports, but for the root, which holds the version."""
    return [other for name in imports(module) if (other := own_module(name)) not in (None, "__init__.py")]


def test_the_tables_are_found() -> None:
    assert {"model/", "config/", "reading/", "engine/", "preview/", "cli/", "__main__.py"} <= set(LAYERS)
    assert {"frontmatter", "markdown_it", "nh3", "jinja2", "watchdog"} <= set(PLACES)
    assert set(LAYERS.values()) == set(range(7))


def test_each_row_stands_for_something() -> None:
    assert set(LAYERS) == {part_of(module) for module in MODULES if module != "__init__.py"}


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str) -> None:
    if module == "__init__.py":
        assert imports(module) == ("__future__.annotations",) * bool(imports(module))
        return
    part = part_of(module)
    assert part is not None, f"generator/{module} is missing in docs/architecture.md"
    for other in own_imports(module):
        below = part_of(other)
        assert below is not None, f"generator/{other} is missing in docs/architecture.md"
        assert part == below or LAYERS[below] < LAYERS[part], (
            f"generator/{module} (layer {LAYERS[part]}) imports generator/{other} (layer {LAYERS[below]})"
        )


def test_no_two_modules_import_each_other() -> None:
    graph = {module: set(own_imports(module)) - {module} for module in MODULES}
    graphlib.TopologicalSorter(graph).prepare()  # raises `CycleError`, which names them


def test_the_root_holds_packages_alone() -> None:
    assert [module for module in MODULES if "/" not in module] == ["__init__.py", "__main__.py"]
    assert len({module.partition("/")[0] for module in MODULES}) <= 18


@pytest.mark.parametrize("module", MODULES)
def test_libraries_stay_in_their_place(module: str) -> None:
    for name in imports(module):
        place = PLACES.get(name.partition(".")[0])
        assert place is None or module == place or (place.endswith("/") and module.startswith(place)), (
            f"generator/{module} imports {name}, which belongs in {place} alone"
        )


@pytest.mark.parametrize("module", MODULES)
def test_no_module_is_too_long(module: str) -> None:
    lines = len((PACKAGE / module).read_text("utf-8").splitlines())
    assert lines <= MOST_LINES, f"generator/{module} has {lines} lines; split it along its purposes"
