"""Templates become bytes: the theme, a site's overrides of it, translations and assets."""

from __future__ import annotations

import re
import tomllib
import traceback
import urllib.parse
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import NoReturn

import jinja2
from jinja2.runtime import Context
from markupsafe import Markup

from generator import resources
from generator.errors import BuildError, Problem, Severity
from generator.render import addresses, locales
from generator.render.views import INTERFACE, PageView, SiteView, View

_AROUND = 4
"""Lines shown before and after a fault."""


class TemplateFault(BuildError):
    """A template that cannot be used; `lines` are the numbered source lines around the fault."""

    def __init__(self, problem: Problem, lines: tuple[tuple[int, str], ...] = ()) -> None:
        super().__init__(problem)
        self.problem = problem
        self.lines = lines


class Templates:
    """The theme with a site's overrides, ready to render the pages of one site."""

    def __init__(self, site_templates: Path | None, site: SiteView) -> None:
        """Read theme and translations. Raises `TemplateFault` where one of a site's cannot be used."""
        self._theme = resources.theme()
        self._own = site_templates if site_templates and site_templates.is_dir() else None
        self._site = site
        self.version = self._check_interface()
        """The interface that the theme in use was written for."""
        self._environment = self._make_environment()

    def render(self, page: PageView, view: View) -> bytes:
        """The HTML of one page, UTF-8. Raises `TemplateFault` where its template is faulty."""
        try:
            template = self._environment.get_template(page.template)
            html = template.render(page=page, site=self._site, view=view)
        except jinja2.TemplateSyntaxError as error:
            self._fail(error, error.filename, error.lineno, error.message or "cannot be parsed")
        except jinja2.TemplateNotFound as error:
            self._fail(error, *self._place(error.__traceback__), f"there is no template `{error.message}`")
        except UnicodeDecodeError as error:
            self._fail(error, *self._undecodable(), "is not UTF-8 text")
        except Exception as error:  # a template can run into anything; whatever it was, it has a place there
            filename, line = self._place(error.__traceback__)
            if filename is None:
                raise
            self._fail(error, filename, line, f"{_kind(error)}{error}")
        return html.encode("utf-8", "replace")

    def assets(self) -> Mapping[str, bytes]:
        """The files below `assets/` by address; a site's own win, file by file."""
        found: dict[str, bytes] = {}
        for root in self._roots():
            folder = root / "assets"
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder).as_posix()
                if path.is_file() and not any(part.startswith(".") for part in name.split("/")):
                    found[f"assets/{name}"] = path.read_bytes()
        return found

    def _roots(self) -> tuple[Path, ...]:
        return (self._theme,) if self._own is None else (self._theme, self._own)

    def _check_interface(self) -> int:
        file = None if self._own is None else self._own / "theme.toml"
        if file is None or not file.is_file():
            return INTERFACE
        text = file.read_text("utf-8", "replace")
        try:
            version = tomllib.loads(text).get("interface")
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            self._fail(error, str(file), int(line[1]) if line else None, f"is not valid TOML: {error}")
        if version != INTERFACE or isinstance(version, bool):
            lines = text.splitlines()
            line_ = next((n for n, text in enumerate(lines, 1) if text.lstrip().startswith("interface")), None)
            stated = "does not say its interface" if version is None else f"is for interface {version!r}"
            advice = f"adapt it and write `interface = {INTERFACE}`; docs/reference/templates.md has the values"
            self._fail(None, str(file), line_, f"the theme {stated}, this Broadsheet has {INTERFACE}", advice)
        return INTERFACE

    def _make_environment(self) -> jinja2.Environment:
        theme = jinja2.FileSystemLoader(self._theme)
        own = [jinja2.FileSystemLoader(self._own)] if self._own else []
        environment = jinja2.Environment(
            loader=jinja2.ChoiceLoader([*own, theme, jinja2.PrefixLoader({"theme": theme})]),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            cache_size=-1,
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
        )
        environment.policies["ext.i18n.trimmed"] = True
        # `install_gettext_translations` is what the i18n extension adds to an environment.
        install: Callable[..., None] = vars(environment)["install_gettext_translations"]
        install(self._translations(), newstyle=True)
        speech = locales.Speech(self._site.language)
        environment.filters |= speech.filters | {"web": web, "json_ld": json_ld, "anchor": anchor}
        environment.filters["shade"] = shade
        environment.tests["foreign"] = speech.is_foreign
        environment.globals |= {
            "weekdays": speech.weekdays,
            "link": self._link,
            "asset": self._asset,
            "has_asset": self._has_asset,
        }
        return environment

    def _translations(self) -> object:
        try:
            return locales.translations([root / "translations" for root in self._roots()], self._site.language)
        except locales.CatalogueFault as error:
            self._fail(error, str(error.file), error.line, str(error))

    @property
    def _link(self) -> Callable[..., str]:
        root = urllib.parse.urlsplit(self._site.base_url or "/").path or "/"
        file = self._site.file_links

        @jinja2.pass_context
        def link(context: Context, address: str, fragment: str = "") -> str:
            page: PageView = context["page"]
            if page.rooted:
                return addresses.absolute(root, addresses.file_of(address) if file else address, fragment)
            return addresses.link(page.address, address, fragment=fragment, file=file)

        return link

    @property
    def _asset(self) -> Callable[..., str]:
        link = self._link

        @jinja2.pass_context
        def asset(context: Context, name: str) -> str:
            return link(context, f"assets/{name}")

        return asset

    def _has_asset(self, name: str) -> bool:
        return any((root / "assets" / name).is_file() for root in self._roots())

    def _place(self, trace: TracebackType | None) -> tuple[str | None, int | None]:
        """The innermost line of a template in a traceback; Jinja2 puts templates' own lines there."""
        for frame in reversed(traceback.extract_tb(trace)):
            if any(Path(frame.filename).is_relative_to(root) for root in self._roots()):
                return frame.filename, frame.lineno
        return None, None

    def _undecodable(self) -> tuple[str | None, int | None]:
        """The first of the site's templates that is not UTF-8: Jinja2 does not say which it read."""
        for path in sorted(self._own.rglob("*.html")) if self._own else ():
            before, bad, _ = _split_at_bad_byte(path.read_bytes())
            if bad:
                return str(path), before.count(b"\n") + 1
        return None, None

    def _fail(
        self, cause: Exception | None, filename: str | None, line: int | None, message: str, advice: str = ""
    ) -> NoReturn:
        file = Path(filename) if filename else None
        problem = Problem(
            path=self._shown(file),
            line=line,
            message=message.strip() or "cannot be used",
            advice=advice or "mend the file, or remove it to fall back on the default theme",
            severity=Severity.ERROR,
        )
        raise TemplateFault(problem, _lines_around(file, line)) from cause

    def _shown(self, file: Path | None) -> str:
        """A template's path as the user knows it; the theme's own as one extends them."""
        if file is None:
            return "templates"
        if self._own is not None and file.is_relative_to(self._own):
            return f"{self._own.name}/{file.relative_to(self._own).as_posix()}"
        return f"theme/{file.relative_to(self._theme).as_posix()}" if file.is_relative_to(self._theme) else file.name


def web(address: str | None) -> str:
    """An address of the web, or nothing: a second wall behind what reading has already refused."""
    return address if address and address[:8].lower().startswith(("http://", "https://")) else ""


def json_ld(text: str) -> Markup:
    """JSON that cannot end the `script` element it stands in."""
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704 (what could break out is gone)


def anchor(name: str) -> str:
    """A name as a fragment: letters of any script stay readable, all else is percent-encoded."""
    return name if name.replace("-", "").isalnum() else urllib.parse.quote(name)


def shade(count: int, most: int) -> int:
    """How dark a day is in a calendar: 0 for none, else 1 to 4 by its share of the busiest day."""
    return min(4, 1 + 4 * (count - 1) // most) if count > 0 and most > 0 else 0


def _kind(error: Exception) -> str:
    """Python's name for an error, where its text alone would not say what is wrong."""
    return "" if isinstance(error, jinja2.TemplateError) else f"{type(error).__name__}: "


def _split_at_bad_byte(raw: bytes) -> tuple[bytes, bytes, bytes]:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return raw[: error.start], raw[error.start : error.end], raw[error.end :]
    return raw, b"", b""


def _lines_around(file: Path | None, line: int | None) -> tuple[tuple[int, str], ...]:
    if file is None or line is None:
        return ()
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    first = max(1, line - _AROUND)
    return tuple(enumerate(lines[first - 1 : line + _AROUND], first))
