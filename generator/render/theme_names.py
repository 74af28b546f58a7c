"""Report names in a site's own templates that the theme does not know, and would silently ignore."""

from __future__ import annotations

import contextlib
import difflib
import functools
import io
import re
import tomllib
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

import jinja2
from babel.messages import pofile
from jinja2 import meta, nodes
from jinja2.ext import extract_from_ast

from generator.model.errors import Problem
from generator.render.theme_hashes import roots_of
from generator.render.views import INTERFACE, MIGRATION

_PO = "translations/{}/LC_MESSAGES/messages.po"
_CUSTOM = "assets/custom.css"
"""The site's own style sheet. The theme has none, and links it if it exists."""
_MISTYPED = 0.88
"""Similarity of names, of 1, from which a file counts as mistyped."""
_LANGUAGES = ("en", "zh")
_SETTINGS = "theme.toml"
_THEME = "theme/"
"""Prefix of the default theme's templates, for extending them."""


def unknown_names(site_templates: Path) -> list[Problem]:
    """Return warnings of files, blocks, messages and keys that nothing uses.

    Faults are reported when templates are rendered.
    """
    roots = roots_of(site_templates)
    if len(roots) == 1:
        return []
    names = _Names(*roots)
    return [*names.files(), *names.blocks(), *names.messages(), *names.settings()]


class _Names:
    """The parsed templates of a theme and a site."""

    def __init__(self, default: Path, own: Path) -> None:
        self._default, self._own = default, own
        self._trees: dict[str, nodes.Template] = {}
        for prefix, root in ((_THEME, default), ("", own)):
            for file in sorted(root.rglob("*.html")):
                name = prefix + file.relative_to(root).as_posix()
                with contextlib.suppress(
                    jinja2.TemplateSyntaxError, UnicodeDecodeError, OSError, RecursionError
                ):
                    self._trees[name] = _parsed(file.read_text("utf-8"))

    def files(self) -> Iterator[Problem]:
        """Yield files that replace none of the theme's, and that no template refers to."""
        known = [path.relative_to(self._default).as_posix() for path in _files_in(self._default)]
        found = [name for tree in self._trees.values() for name in meta.find_referenced_templates(tree)]
        used = [name for name in found if name is not None]
        if len(used) < len(found):  # decided at run time
            return
        usable = {*known, *used, _CUSTOM, *(_PO.format(language) for language in _LANGUAGES)}
        for path in _files_in(self._own):
            name = path.relative_to(self._own).as_posix()
            if name in usable:
                continue
            is_ours = not name.startswith("assets/") and path.suffix in {".html", ".po", ".css", ".js"}
            if is_ours or self._is_mistyped(path, name, usable):
                yield self._problem(name, None, "nothing uses this file", name, usable)

    def _is_mistyped(self, path: Path, name: str, usable: Set[str]) -> bool:
        """Return whether the name of a file resembles a usable one, and nothing links the file."""
        if not difflib.get_close_matches(name, sorted(usable), 1, _MISTYPED):
            return False
        others = (file for file in _files_in(self._own) if file.suffix in {".html", ".css", ".js"})
        return not any(path.name in file.read_text("utf-8", "replace") for file in others)

    def blocks(self) -> Iterator[Problem]:
        """Yield blocks that do not occur in the template that theirs extends."""
        for name, tree in self._trees.items():
            if name.startswith(_THEME) or tree.find(nodes.Extends) is None:
                continue
            known = self._blocks_above(name)
            for block in _outermost(tree, known) if known is not None else ():
                message = f"there is no block `{block.name}` in what this extends, so it is not shown"
                yield self._problem(name, block.lineno, message, block.name, known or ())

    def _blocks_above(self, name: str) -> set[str] | None:
        """Return the blocks of all templates that a template extends; None if unknown."""
        found, visited = set[str](), {name}
        while (extends := self._trees[name].find(nodes.Extends)) is not None:
            if not isinstance(extends.template, nodes.Const):
                return None
            target = str(extends.template.value)
            name = target if target in self._trees else _THEME + target
            if name in visited or name not in self._trees:
                return None
            visited.add(name)
            found |= {block.name for block in self._trees[name].find_all(nodes.Block)}
        return found

    def messages(self) -> Iterator[Problem]:
        """Yield translations of messages that no template contains."""
        files = [(name, self._own / name) for name in map(_PO.format, _LANGUAGES)]
        if not any(file.is_file() for _, file in files):
            return
        known = {one for one, _ in _messages_in(self._default / _PO.format("zh"))}
        for name, tree in self._trees.items():
            found = () if name.startswith(_THEME) else extract_from_ast(tree)
            for _, _, message_ids in found:
                known |= (
                    {message_ids} if isinstance(message_ids, str) else {str(one) for one in message_ids or ()}
                )
        for name, file in files:
            for message, line in _messages_in(file):
                if message not in known:
                    yield self._problem(name, line, f"no page says {message!r}", message, known)

    def settings(self) -> Iterator[Problem]:
        """Yield unknown keys of `theme.toml`, and a former interface."""
        known = tomllib.loads((self._default / _SETTINGS).read_text("utf-8")).keys()
        try:
            text = (self._own / _SETTINGS).read_text("utf-8", "replace")
            values = tomllib.loads(text)
        except (OSError, tomllib.TOMLDecodeError):
            return
        for key in sorted(values.keys() - known):
            yield self._problem(_SETTINGS, _line_of(key, text), f"nothing reads the key `{key}`", key, known)
        version = values.get("interface")
        if type(version) is int and version < INTERFACE:
            yield Problem(
                path=f"{self._own.name}/{_SETTINGS}",
                line=_line_of("interface", text),
                message=f"the theme is for interface {version}; this Broadsheet has {INTERFACE}",
                advice=f"{MIGRATION}; then write `interface = {INTERFACE}`",
                kind="template",
            )

    def _problem(
        self, name: str, line: int | None, message: str, written: str, known: Iterable[str]
    ) -> Problem:
        names = sorted(known)
        same = [one for one in names if "/" in one and one.rpartition("/")[2] == written.rpartition("/")[2]]
        close = difflib.get_close_matches(written, same or names, 1, 0 if same else 0.6)
        advice = f"did you mean `{close[0]}`?" if close else "docs/reference/templates.md lists all names"
        return Problem(
            path=f"{self._own.name}/{name}", line=line, message=message, advice=advice, kind="template"
        )


@functools.lru_cache(128)  # the default theme takes 40 ms, which each save under `serve` would wait for
def _parsed(text: str) -> nodes.Template:
    """Return a template's tree, which is not to be changed. Raises `TemplateSyntaxError`."""
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    environment.policies["ext.i18n.trimmed"] = True
    return environment.parse(text)


def _line_of(key: str, text: str) -> int | None:
    """Return the line of a file in TOML that gives a key."""
    written = re.compile(rf"[\s\[\"']*{re.escape(key)}\b")
    return next((n for n, row in enumerate(text.splitlines(), 1) if written.match(row)), None)


def _files_in(root: Path) -> list[Path]:
    return [file for file in sorted(root.rglob("[!.]*")) if file.is_file()]


def _outermost(node: nodes.Node, known: set[str]) -> Iterator[nodes.Block]:
    """Yield blocks of unknown names that are not inside a known block."""
    for child in node.iter_child_nodes():
        if not isinstance(child, nodes.Block):
            yield from _outermost(child, known)
        elif child.name not in known:
            yield child


def _messages_in(file: Path) -> Iterator[tuple[str, int | None]]:
    """Yield the messages that a catalogue translates, with their lines; none if it cannot be read."""
    try:
        catalogue = pofile.read_po(io.StringIO(file.read_text("utf-8")), abort_invalid=True)
    except (OSError, ValueError, pofile.PoFileError):
        return
    for message in catalogue:
        if message.id:
            for one in (message.id,) if isinstance(message.id, str) else message.id:
                yield one, message.lineno
