"""Analyse template syntax trees and insert constants before compilation."""

# ruff: noqa: ANN401, N802 (Jinja2 calls visitors by the names of its nodes)

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer

_OF_MACROS = (nodes.Macro, nodes.Import, nodes.FromImport)


class Survey(NamedTuple):
    """What is known about a template before it is compiled."""

    meanings: set[str]
    """Names that it assigns, except parameters."""
    parameters: set[str]
    imports: list[str] | None
    """The templates that it imports; None if it contains more than macros."""


class Inserted(NamedTuple):
    """A value that was inserted: the result of a function, or a field of `site`."""

    name: str
    arguments: tuple[object, ...] | None
    """Those of the function; None for a field of `site`."""
    named: Mapping[str, object]
    value: object

    def is_same(self, functions: Mapping[str, Callable[..., object]], site: object) -> bool:
        """Return whether other functions and another site give the same value."""
        try:
            if self.arguments is None:
                value = getattr(site, self.name)
            else:
                value = functions[self.name](*self.arguments, **self.named)
        except Exception:  # another translation may need values
            return False
        return type(value) is type(self.value) and bool(value == self.value)


def survey(tree: nodes.Template) -> Survey:
    """Analyse a template."""
    meanings, parameters, imports = set[str](), set[str](), list[str]()
    is_more = not all(isinstance(node, _OF_MACROS) or _is_text(node) for node in tree.body)
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Name):
            (parameters if node.ctx == "param" else meanings if node.ctx == "store" else set()).add(node.name)
        elif isinstance(node, nodes.Macro):
            meanings.add(node.name)
        elif isinstance(node, nodes.Include):
            is_more = True
        elif isinstance(node, nodes.Import | nodes.FromImport):
            meanings.update(_imported(node))
            if isinstance(node.template, nodes.Const) and any(node is own for own in tree.body):
                imports.append(node.template.value)
            else:
                is_more = True
    return Survey(meanings, parameters, None if is_more else imports)


def _imported(node: nodes.Import | nodes.FromImport) -> Iterator[str]:
    if isinstance(node, nodes.Import):
        yield node.target
    else:
        yield from (name if isinstance(name, str) else name[1] for name in node.names)


def _is_text(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Output) and all(isinstance(own, nodes.TemplateData) for own in node.nodes)


class Constants(NodeTransformer):
    """Replaces expressions whose value is known at compile time."""

    def __init__(
        self,
        environment: Environment,
        functions: Mapping[str, Callable[..., object]],
        site: object,
        inserted: list[Inserted],
    ) -> None:
        """`functions`: name → functions that may be called at compile time. `site`: the site's view.

        What is inserted is added to `inserted`.
        """
        self._environment = environment
        self._functions = functions
        self._site = site
        self._inserted = inserted

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        """Visit the children of a node, then join adjacent outputs."""
        super().generic_visit(node, *args, **kwargs)
        for _, field in node.iter_fields():
            if isinstance(field, list):
                field[:] = _joined(field)
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """Call a function whose arguments are constant."""
        self.generic_visit(node)
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        function = self._functions.get(name)
        if function is None or node.dyn_args or node.dyn_kwargs:
            return node
        try:
            named = {argument.key: argument.value.as_const() for argument in node.kwargs}
            arguments = tuple(argument.as_const() for argument in node.args)
            return self._const(Inserted(name, arguments, named, function(*arguments, **named)), node)
        except Exception:  # values of a page, or a fault: rendering reports the place
            return node

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:
        """Replace a text or switch of the site."""
        self.generic_visit(node)
        if isinstance(node.node, nodes.Name) and node.node.name == "site":
            value = getattr(self._site, node.attr, self)
            if value is None or type(value) in (str, bool):
                return self._const(Inserted(node.attr, None, {}, value), node)
        return node

    def visit_If(self, node: nodes.If) -> nodes.Node | list[nodes.Node]:
        """Choose the branch if the test is constant."""
        self.generic_visit(node)
        if node.elif_ or not isinstance(node.test, nodes.Const) or node.find(nodes.Block):
            return node
        return node.body if node.test.value else node.else_

    def _const(self, inserted: Inserted, node: nodes.Node) -> nodes.Const:
        self._inserted.append(inserted)
        return nodes.Const(inserted.value, lineno=node.lineno, environment=self._environment)


def _joined(body: list[Any]) -> Iterator[Any]:
    """Yield the nodes of a body, with adjacent outputs joined."""
    for is_output, own in itertools.groupby(list(body), lambda node: isinstance(node, nodes.Output)):
        outputs = list(own)
        if is_output and len(outputs) > 1:
            parts = [part for output in outputs for part in output.nodes]
            yield nodes.Output(parts, lineno=outputs[0].lineno, environment=outputs[0].environment)
        else:
            yield from outputs
