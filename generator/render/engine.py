"""A faster Jinja2 environment for themes, with the same language and results.

Messages and values of `site`, which do not change during a build, are inserted when a template is compiled.
Templates that only define macros are run once, not for every page that imports them.
"""

# ruff: noqa: ANN401, N802 (Jinja2 calls visitors by the names of its nodes, and takes values of any type)

from __future__ import annotations

import datetime as dt
import functools
import keyword
import re
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef, optimizeconst
from jinja2.environment import TemplateModule
from jinja2.idtracking import VAR_LOAD_RESOLVE
from jinja2.runtime import Context, Macro
from jinja2.utils import missing
from markupsafe import Markup, escape

from generator.render.escaping import escaped
from generator.render.folding import Constants, Inserted, Survey, survey
from generator.render.views import View

_VALUES: frozenset[type] = frozenset({str, Markup, int, bool, dt.date, type(None), type(missing)})
"""Immutable types of arguments."""
PAGE_VARIABLES = ("page", "site", "view")
"""Template variables with different values on every page."""
_DELEGATED = re.compile(
    r"^( *)yield from (context\.blocks\[.*\]\[0\]\(.*\)|parent_template\.root_render_func\(context\))$",
    re.MULTILINE,
)
"""Generated code that passes on the pieces of a block or of the parent template."""
_safe: Callable[[str], Markup] = functools.partial(str.__new__, Markup)


@dataclass(slots=True)
class Compilation:
    """What an engine knows about a template; filled in while it is compiled."""

    survey: Survey
    free_names: set[str]
    """The names that it uses, without its own and global ones."""
    inserted: list[Inserted]


class Engine(jinja2.Environment):
    """A Jinja2 environment whose templates render one page at a time."""

    def __init__(self, loader: jinja2.BaseLoader, compiled: jinja2.BytecodeCache | None = None) -> None:
        super().__init__(
            loader=loader,
            bytecode_cache=compiled,
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
        self.constant: dict[str, Callable[..., object]] = {}
        """Functions that may be called at compile time, if their arguments are constant."""
        self.site: object = None
        """The site's view; its texts and switches are inserted at compile time."""
        self.variables: dict[str, Any] = {}
        """The variables of the page that is being rendered, and all globals."""
        self.macro_results: dict[tuple[object, ...], tuple[Markup, tuple[object, ...]]] = {}
        """Macro results on this page, with their arguments, which are kept alive so that their ids stay
        unique.
        """
        self.caches_results = False
        """Whether macro results are cached, for pages that may be rendered again. For others it costs time.
        """
        self._rendered_again: set[str] = set()
        """Templates whose last page was rendered more than once."""
        self.follows_jinja = False
        """Whether attribute access follows Jinja2's rules instead of Python's. Almost no template needs that.
        """
        self._address = ""
        self._templates: dict[str, jinja2.Template] = {}
        self._modules: dict[str, TemplateModule] = {}
        self.compilations: dict[str, Compilation] = {}
        self._needed: dict[str, frozenset[str] | None] = {}
        self._is_plain = True
        """Whether no template redefines a global name."""
        self._is_folding = True

    def page(self, template: str, values: Mapping[str, Any]) -> str:
        """Render a template with the values of a page, those of `PAGE_VARIABLES`."""
        own = self.get_template(template)
        if not self.variables:
            self.variables.update(self.globals)
        is_repeated = values["page"].address == self._address
        self.caches_results = is_repeated or template in self._rendered_again
        (self._rendered_again.add if is_repeated else self._rendered_again.discard)(template)
        if not is_repeated:
            self._address = values["page"].address
            self.macro_results.clear()
        self.variables.update(values)
        try:
            return own.render(values)
        except AttributeError:  # a dot may also mean an item, or be a test for existence
            if self.follows_jinja:
                raise
            self.follows_jinja = True
            self._clear_caches()
            return self.page(template, values)

    def _clear_caches(self) -> None:
        """Discard all compiled templates."""
        for known in (self.macro_results, self._modules, self._templates, self.cache or {}):
            known.clear()

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return our globals themselves. Jinja2 builds a chain of mappings, which is slow to copy."""
        return super().make_globals(d) if d else self.globals

    def get_template(
        self,
        name: str | jinja2.Template,
        parent: str | None = None,
        globals: Any = None,  # noqa: A002 (Jinja2's own name)
    ) -> jinja2.Template:
        """Return a template, from a cache that is faster than Jinja2's."""
        if isinstance(name, jinja2.Template):
            return name
        found = self._templates.get(name)
        if found is None:
            found = self._templates[name] = super().get_template(name, parent, globals)
        return found

    def module_of(
        self, template: jinja2.Template, context: Context, local: Mapping[str, Any]
    ) -> TemplateModule:
        """Return the module of a template imported with context. Its macros see the values of the page."""
        name = template.name or ""
        if not self._is_plain or self._needs(name) is None:
            return template.make_module(context.get_all(), True, local)
        module = self._modules.get(name)
        if module is None:
            module = self._modules[name] = template.make_module(self.variables, True)
        return module

    def is_pure(self, name: str) -> bool:
        """Return whether a template's macros depend only on their arguments and the page's address."""
        return self._is_plain and self._needs(name) == frozenset()

    def _needs(self, name: str) -> frozenset[str] | None:
        """Return the page variables that a template's macros need; None if it contains more than macros.

        Also None if they may need a variable of the template that imports them. A name that a macro sets in
        one branch only is such a variable in the other.
        """
        if name not in self._needed:
            self._needed[name] = None  # ends the recursion of circular imports
            self._needed[name] = self._needs_of(name)
        return self._needed[name]

    def _needs_of(self, name: str) -> frozenset[str] | None:
        self.get_template(name)
        imports = self.compilations[name].survey.imports
        if imports is None:
            return None
        below = [self._needs(own) for own in imports]
        needed = frozenset(self.compilations[name].free_names).union(*filter(None, below))
        return None if None in below or not needed.issubset(PAGE_VARIABLES) else needed

    @property
    def dialect(self) -> tuple[object, ...]:
        """What decides how a template is compiled, besides its text and what is inserted into it."""
        return self._is_folding, self.follows_jinja, getattr(self.site, "language", None)

    def reuse(self, name: str, compilation: Compilation) -> bool:
        """Take a template that an engine of the same dialect compiled; return whether it is the same here."""
        if not all(one.is_same(self.constant, self.site) for one in compilation.inserted):
            return False
        self._take(name, compilation)
        return True

    def _take(self, name: str, compilation: Compilation) -> None:
        """Note a template, and which names it redefines."""
        self.compilations[name] = compilation
        meanings = compilation.survey.meanings
        if not meanings.isdisjoint({*self.globals, *PAGE_VARIABLES}):
            self._is_plain = False
        # The templates that it extends see that name too.
        if self._is_folding and not meanings.isdisjoint({"site", *self.constant}):
            self._is_folding = False
            self._clear_caches()

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        """Compile a template after inserting its constant parts."""
        own = Compilation(survey(source), set(), [])
        self._take(name or "", own)
        if self._is_folding and own.survey.parameters.isdisjoint({"site", *self.constant}):
            source = Constants(self, self.constant, self.site, own.inserted).visit(source)
        written = super()._generate(source, name, filename, defer_init)
        return _DELEGATED.sub(r"\1yield concat(\2)", written)


class _Generator(CodeGenerator):
    """Compiles templates to Python that does the same as Jinja2's in fewer steps."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        self.writeline(f"from {__name__} import MacroOfTheme, to_html")
        super().visit_Template(node, frame)

    def enter_frame(self, frame: Frame) -> None:
        """Record the names that the template looks up in its context."""
        super().enter_frame(frame)
        if isinstance(self.environment, Engine) and self.name is not None:
            found = {name for action, name in frame.symbols.loads.values() if action == VAR_LOAD_RESOLVE}
            self.environment.compilations[self.name].free_names.update(
                found - self.environment.globals.keys()
            )

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:  # noqa: ARG002 (as Jinja2 calls it)
        names = tuple(argument.name for argument in macro_ref.node.args)
        self.write(
            f"MacroOfTheme(environment, macro, {getattr(macro_ref.node, 'name', None)!r}, {names!r},"
            f" {macro_ref.accesses_kwargs!r}, {macro_ref.accesses_varargs!r},"
            f" {macro_ref.accesses_caller!r}, context.eval_ctx.autoescape, name)"
        )

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("to_html(")

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        """Write adjacent outputs as one string, where Jinja2 yields each part separately."""
        if frame.buffer is not None or frame.require_output_check or self.environment.finalize:
            super().visit_Output(node, frame)
            return
        finalize = self._make_finalize()
        parts: list[list[str] | nodes.Expr] = []
        for child in node.nodes:
            try:
                const = self._output_child_to_const(child, frame, finalize)
            except Exception:  # not constant, or faulty: rendering reports the place
                parts.append(child)
                continue
            if parts and isinstance(parts[-1], list):
                parts[-1].append(const)
            else:
                parts.append([const])
        self.writeline("yield concat((" if len(parts) > 1 else "yield (")
        for number, part in enumerate(parts):
            if number:
                self.write(",")
            if isinstance(part, list):
                self.writeline(self._output_const_repr(part))
            else:
                self.newline(part)
                self._output_child_pre(part, frame, finalize)
                self.visit(part, frame)
                self._output_child_post(part, frame, finalize)
        self.writeline("))" if len(parts) > 1 else ")")

    @optimizeconst
    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        engine = self.environment
        if keyword.iskeyword(node.attr) or not isinstance(engine, Engine) or engine.follows_jinja:
            super().visit_Getattr(node, frame)
            return
        self.write("(")
        self.visit(node.node, frame)
        self.write(f").{node.attr}")

    @optimizeconst
    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """Write a plain Python call, because no function or macro of a theme needs the context."""
        if forward_caller or node.dyn_args or node.dyn_kwargs:
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


class MacroOfTheme(Macro):
    """A macro with faster argument handling.

    While a page is rendered again with fewer items, results for a view are reused.
    """

    def __init__(self, engine: Engine, function: Callable[..., str], *args: Any) -> None:
        *own, template = args
        super().__init__(engine, function, *own)
        self._engine = engine
        self._is_cacheable = engine.is_pure(template)
        self._takes_named_only = self._default_autoescape and not (
            self.catch_kwargs or self.catch_varargs or self.caller
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Render the macro."""
        lacking = self._argument_count - len(args)
        if not self._takes_named_only or lacking < 0:
            return super().__call__(*args, **kwargs)
        if kwargs:
            names = self.arguments[-lacking:] if lacking else ()
            if not all(name in names for name in kwargs):
                return super().__call__(*args, **kwargs)
            args += tuple([kwargs.get(name, missing) for name in names])
        elif lacking:
            args += (missing,) * lacking
        if (
            not self._engine.caches_results
            or not self._is_cacheable
            or not args
            or not isinstance(args[0], View)
        ):
            return _safe(self._func(*args))
        return self._cached(args)

    def _cached(self, args: tuple[Any, ...]) -> Markup:
        others = args[1:]
        kinds = tuple(map(type, others))  # since 1 == True, and Markup equals a str of the same text
        if not _VALUES.issuperset(kinds):
            return _safe(self._func(*args))
        key = (id(self), id(args[0]), others, kinds)
        found = self._engine.macro_results.get(key)
        if found is None:
            found = self._engine.macro_results[key] = _safe(self._func(*args)), args
        return found[0]


def to_html(value: Any) -> str:
    """Return a value as HTML: escaped, unless it is Markup."""
    kind = type(value)
    if kind is str:
        return escaped(value)
    return value if kind is Markup else str(value) if kind is int else escape(value)
