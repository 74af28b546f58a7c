"""Holds docs/reference/problems.md against the kinds that the code gives its problems."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/reference/problems.md").read_text("utf-8")


@functools.cache
def nodes() -> dict[Path, list[ast.AST]]:
    """All nodes of each module."""
    files = sorted((ROOT / "generator").rglob("*.py"))
    return {file: [*ast.walk(ast.parse(file.read_text("utf-8")))] for file in files}


@functools.cache
def all_calls() -> dict[str, list[tuple[Path, ast.Call]]]:
    """All calls, by the name of what is called."""
    found: dict[str, list[tuple[Path, ast.Call]]] = {}
    for path, those in nodes().items():
        for node in those:
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                found.setdefault(name, []).append((path, node))
    return found


def calls(name: str) -> list[tuple[Path, ast.Call]]:
    return all_calls().get(name, [])


def default_kinds(function: ast.FunctionDef) -> list[ast.expr | None]:
    """The default value of a parameter `kind`."""
    named = (*function.args.posonlyargs, *function.args.args)
    defaults = function.args.defaults
    pairs = [
        *zip(named[len(named) - len(defaults) :], defaults, strict=True),
        *zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True),
    ]
    return [default for argument, default in pairs if argument.arg == "kind"]


def kinds_in_code() -> set[str]:
    values: list[ast.expr | None] = []
    for path, those in nodes().items():
        if "boilerplate/blocks.py" in str(path):  # blocks of a body have kinds too
            continue
        for node in those:
            if isinstance(node, ast.Call):
                values += [keyword.value for keyword in node.keywords if keyword.arg == "kind"]
            if isinstance(node, ast.FunctionDef):
                values += default_kinds(node)
    values += [call.args[0] for _, call in calls("report") if len(call.args) > 3]
    return {v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)}


def test_the_page_lists_every_kind_and_no_other():
    rows = re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)
    assert rows == sorted(set(rows))
    assert set(rows) == kinds_in_code()


def error_kinds_in_code() -> set[str]:
    """The kinds that some function gives to a problem for which the build fails."""
    values: list[ast.expr | None] = []
    for those in nodes().values():
        for node in those:
            if isinstance(node, ast.FunctionDef) and "Severity.ERROR" in ast.unparse(node):
                keywords = [one for one in ast.walk(node) if isinstance(one, ast.keyword)]
                keywords += [one for _, call in calls(node.name) for one in call.keywords]
                values += [one.value for one in keywords if one.arg == "kind"] + default_kinds(node)
    return {v.value for v in values if isinstance(v, ast.Constant)}


def test_the_page_says_for_which_kinds_a_build_fails():
    rows = re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \|", PAGE, re.MULTILINE)
    assert {kind for kind, severity in rows if "error" in severity} == error_kinds_in_code()
    assert all(re.match("error|warning|notice", severity) for _, severity in rows)


def test_a_build_fails_where_an_error_is_printed_and_nowhere_else():
    """Of all sites with a fault: of each, what a build printed and its exit code are kept."""
    for file in sorted((ROOT / "tests/sites/broken").glob("*/expected.txt")):
        text = file.read_text("utf-8")
        has_errors = re.search(r"^error: ", text, re.MULTILINE) is not None
        assert has_errors is not text.endswith("exit code 0\n"), file


def test_every_problem_has_a_kind():
    without = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, call in calls("Problem")
        if not any(keyword.arg == "kind" for keyword in call.keywords)
    ]
    assert without == []
