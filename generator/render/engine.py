"""Jinja2 as themes are rendered: its language and its results, with less work for every page.

What does not change while a site is made is put in when a template is compiled: messages, values of `site`.
Templates that hold macros alone are run once, not for every page that imports them.
"""

# ruff: noqa: ANN401, N802 (Jinja2 calls visitors by the names of its nodes, and takes values of any type)

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

import jinja2
from jinja2 import meta, nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef, optimizeconst
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

try:
    from markupsafe._speedups import _escape_inner as escaped
except ImportError:  # an installation without compiled parts

    def escaped(text: str, /) -> str:
        """Escape a text for HTML."""
        return str(escape(text))


LIVE = ("page", "site", "view")
"""What templates get: other values on every page."""
_PASSED_ON = re.compile(
    r"^( *)yield from (context\.blocks\[.*\]\[0\]\(.*\)|parent_template\.root_render_func\(context\))$",
    re.MULTILINE,
)
"""Where a generated template gives on, piece by piece, what one of its blocks or its parent makes."""
_safe: Callable[[str], Markup] = functools.partial(str.__new__, Markup)


class Engine(jinja2.Environment):
    """An environment whose templates render one page at a time."""

    def __init__(self, loader: jinja2.BaseLoader) -> None:
        super().__init__(
            loader=loader,
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            cache_size=-1,
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
        )
        self.newstyle_gettext = True
        self.policies["ext.i18n.trimmed"] = True
        self.code_generator_class = _Generator
        self.context_class = _Context
        self.constant: dict[str, Callable[..., object]] = {}
        """Functions that may be called when a template is compiled, where their arguments stand in it."""
        self.direct: frozenset[str] = frozenset()
        """Functions that want no context."""
        self.site: object = None
        """Its texts and switches are put in when a template is compiled."""
        self.now: dict[str, Any] = {}
        """The values of the page that is rendered, and all that templates have anyhow."""
        self._templates: dict[str, jinja2.Template] = {}
        self._modules: dict[str, TemplateModule] = {}
        self._shared: dict[str, bool] = {}
        self._is_plain = True

    def page(self, template: str, values: Mapping[str, Any]) -> str:
        """Render a template with the values of a page, those of `LIVE`."""
        own = self.get_template(template)
        self.now.update(self.globals)
        self.now.update(values)
        return own.render(values)

    def get_template(
        self,
        name: str | jinja2.Template,
        parent: str | None = None,
        globals: Any = None,  # noqa: A002 (Jinja2's own name)
    ) -> jinja2.Template:
        """Find a template; the next time with less ado."""
        if isinstance(name, jinja2.Template):
            return name
        found = self._templates.get(name)
        if found is None:
            found = self._templates[name] = super().get_template(name, parent, globals)
        return found

    def module_of(
        self, template: jinja2.Template, context: Context, local: Mapping[str, Any]
    ) -> TemplateModule:
        """What a template that is imported with context has: its macros see the values of the page."""
        name = template.name or ""
        if not self._is_plain or not self._is_shared(name):
            return template.make_module(context.get_all(), True, local)
        module = self._modules.get(name)
        if module is None:
            module = self._modules[name] = template.make_module(self.now, True)
        return module

    def _is_shared(self, name: str) -> bool:
        """Whether a template holds macros alone, which need no more than every page has."""
        known = self._shared.get(name)
        if known is None:
            self._shared[name] = False  # where it goes round in a circle
            known = self._shared[name] = self._holds_macros(name)
        return known

    def _holds_macros(self, name: str) -> bool:
        assert self.loader is not None  # noqa: S101 (for the type checker: it was given)
        tree = self.parse(self.loader.get_source(self, name)[0])
        for node in tree.body:
            if isinstance(node, nodes.Import | nodes.FromImport):
                own = node.template
                if not isinstance(own, nodes.Const) or not self._is_shared(own.value):
                    return False
            elif isinstance(node, nodes.Output):
                if not all(isinstance(child, nodes.TemplateData) for child in node.nodes):
                    return False
            elif not isinstance(node, nodes.Macro):
                return False
        return meta.find_undeclared_variables(tree) <= {*self.globals, *LIVE}

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        """Compile a template after its constant parts were put in."""
        stored = {node.name for node in source.find_all(nodes.Name) if node.ctx == "store"}
        if stored.isdisjoint({*self.globals, *LIVE}):
            source = _Constants(self).visit(source)
        else:  # it gives one of our names another meaning
            self._is_plain = False
        written = super()._generate(source, name, filename, defer_init)
        return _PASSED_ON.sub(r"\1yield concat(\2)", written)


class _Constants(NodeTransformer):
    """Puts in what is known when a template is compiled."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        function = self.engine.constant.get(node.node.name) if isinstance(node.node, nodes.Name) else None
        if function is None or node.dyn_args or node.dyn_kwargs:
            return node
        try:
            named = {argument.key: argument.value.as_const() for argument in node.kwargs}
            return self._const(function(*[argument.as_const() for argument in node.args], **named), node)
        except Exception:  # values of a page, or a fault: then that page says where
            return node

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:
        self.generic_visit(node)
        if isinstance(node.node, nodes.Name) and node.node.name == "site":
            value = getattr(self.engine.site, node.attr, self)
            if value is None or type(value) in (str, bool):
                return self._const(value, node)
        return node

    def visit_If(self, node: nodes.If) -> nodes.Node | list[nodes.Node]:
        self.generic_visit(node)
        if node.elif_ or not isinstance(node.test, nodes.Const) or node.find(nodes.Block):
            return node
        return node.body if node.test.value else node.else_

    def _const(self, value: object, node: nodes.Node) -> nodes.Const:
        return nodes.Const(value, lineno=node.lineno, environment=self.engine)


class _Generator(CodeGenerator):
    """Writes templates as Python; what differs from Jinja2's own does the same in fewer steps."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        self.writeline(f"from {__name__} import MacroOfTheme, look, shown")
        super().visit_Template(node, frame)

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:  # noqa: ARG002 (as Jinja2 calls it)
        names = tuple(argument.name for argument in macro_ref.node.args)
        self.write(
            f"MacroOfTheme(environment, macro, {getattr(macro_ref.node, 'name', None)!r}, {names!r},"
            f" {macro_ref.accesses_kwargs!r}, {macro_ref.accesses_varargs!r},"
            f" {macro_ref.accesses_caller!r}, context.eval_ctx.autoescape)"
        )

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("shown(")

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        """Write what stands in a row as one string, where Jinja2 has a generator give each part by itself."""
        if frame.buffer is not None or frame.require_output_check or self.environment.finalize:
            super().visit_Output(node, frame)
            return
        parts: list[list[str] | nodes.Expr] = []
        for child in node.nodes:
            try:
                const = self._output_child_to_const(child, frame, self._make_finalize())
            except Exception:  # it is no constant, or a faulty one: the page says where
                parts.append(child)
                continue
            if parts and isinstance(parts[-1], list):
                parts[-1].append(const)
            else:
                parts.append([const])
        self.writeline("yield concat((")
        for part in parts:
            if isinstance(part, list):
                self.writeline(self._output_const_repr(part) + ",")
            else:
                self.newline(part)
                self._output_child_pre(part, frame, self._make_finalize())
                self.visit(part, frame)
                self._output_child_post(part, frame, self._make_finalize())
                self.write(",")
        self.writeline("))")

    @optimizeconst
    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        self.write("look(environment, ")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r})")

    @optimizeconst
    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        engine = self.environment
        is_direct = (
            isinstance(engine, Engine)
            and isinstance(node.node, nodes.Name)
            and node.node.name in engine.direct
            and not (node.dyn_args or node.dyn_kwargs or forward_caller)
        )
        if not is_direct:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")

    def _import_common(self, node: nodes.Import | nodes.FromImport, frame: Frame) -> None:
        if not (node.with_context and frame.toplevel):
            super()._import_common(node, frame)
            return
        self.write("environment.module_of(environment.get_template(")
        self.visit(node.template, frame)
        self.write(f", {self.name!r}), context, {self.dump_local_context(frame)})")


class _Context(Context):
    def call(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call a function or macro of a template."""
        if type(function) is not MacroOfTheme:
            return super().call(function, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return function(*args, **kwargs)


class MacroOfTheme(Macro):
    """A macro that takes its arguments in fewer steps."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._takes_named_only = not (self.catch_kwargs or self.catch_varargs or self.caller)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Render it."""
        if self._takes_named_only and self._default_autoescape and len(args) <= self._argument_count:
            if not kwargs and len(args) == self._argument_count:
                return _safe(self._func(*args))
            missed = self.arguments[len(args) :]
            if kwargs.keys() <= set(missed):
                return _safe(self._func(*args, *[kwargs.get(name, missing) for name in missed]))
        return super().__call__(*args, **kwargs)


def look(environment: jinja2.Environment, value: Any, name: str) -> Any:
    """The attribute, or else the item, of a value: what a dot means in templates."""
    try:
        return getattr(value, name)
    except AttributeError:
        return environment.getattr(value, name)


def shown(value: Any) -> str:
    """A value as a part of a page: escaped, but for HTML that was made as such."""
    kind = type(value)
    if kind is str:
        return escaped(value)  # type: ignore[no-any-return,unused-ignore]
    return value if kind is Markup else escape(value)
