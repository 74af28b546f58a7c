"""Holds docs/reference/problems.md against the kinds that the code gives its problems."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/reference/problems.md").read_text("utf-8")
TREES = {path: ast.parse(path.read_text("utf-8")) for path in sorted((ROOT / "generator").rglob("*.py"))}


def calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == name
            ):
                yield path, node


def kinds_in_code() -> set[str]:
    values: list[ast.expr | None] = []
    for path, tree in TREES.items():
        if "boilerplate/blocks.py" in str(path):  # blocks of a body have kinds too
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                values += [keyword.value for keyword in node.keywords if keyword.arg == "kind"]
            if isinstance(node, ast.FunctionDef):
                named = (*node.args.posonlyargs, *node.args.args)
                defaults = node.args.defaults
                pairs = zip(named[len(named) - len(defaults) :], defaults, strict=True)
                values += [default for argument, default in pairs if argument.arg == "kind"]
    values += [call.args[0] for _, call in calls("tell") if len(call.args) > 3]
    return {v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)}


def test_the_page_lists_every_kind_and_no_other():
    rows = re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)
    assert rows == sorted(set(rows))
    assert set(rows) == kinds_in_code()


def test_every_problem_has_a_kind():
    without = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, call in calls("Problem")
        if not any(keyword.arg == "kind" for keyword in call.keywords)
    ]
    assert without == []
