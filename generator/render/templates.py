"""Render templates to bytes: the theme, a site's overrides, translations and assets."""

from __future__ import annotations

import base64
import functools
import gettext
import hashlib
import re
import threading
import tomllib
import traceback
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType

import jinja2
from markupsafe import Markup

from generator.cache.versions import hashed
from generator.config.problems import line_in
from generator.model import addresses
from generator.model.errors import BuildError, Problem, Severity
from generator.model.types import Verdict
from generator.render import locales
from generator.render.compiled import CompiledTemplates
from generator.render.engine import Engine
from generator.render.pages import TEMPLATES
from generator.render.sources import Sources
from generator.render.stylesheets import compact
from generator.render.theme_hashes import roots_of
from generator.render.views import INTERFACE, MIGRATION, Block, Item, Named, PageView, SiteView, View

TRANSLATIONS = 4096
"""Translations with values that are kept. A page has some dozen, and shares most with its neighbours."""
_PLAIN_HOST = re.compile(r"https?://([A-Za-z0-9.-]+)(?=[/?#]|\Z)")
_VIEW = re.compile(r"'generator\.render\.(?:\w+_)?views\.(\w+) object'")


_compiled_templates = functools.cache(CompiledTemplates)


class TemplateFault(BuildError):  # noqa: N818 (an error in the user's file, not ours)
    """A template that cannot be used."""


class Theme:
    """The files of the default theme, and of a site's overrides of it."""

    def __init__(self, site_templates: Path | None) -> None:
        """Find the folders; the site's need not exist. Raises `TemplateFault` for an unknown interface."""
        self.roots = roots_of(site_templates)
        self.default = self.roots[0]
        self.own = self.roots[1] if len(self.roots) > 1 else None
        self._is_former = False
        """Whether the site's templates are for a former interface."""
        self._check_interface()

    def assets(self) -> Mapping[str, bytes]:
        """Return address → content of the files below `assets/`. A site's own files take precedence.

        Our style sheets are without comments and white space, which take an eighth of what every page loads.
        """
        found: dict[str, bytes] = {}
        for root in self.roots:
            folder = root / "assets"
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder).as_posix()
                if path.is_file() and not any(part.startswith(".") for part in name.split("/")):
                    content = path.read_bytes()
                    is_ours = root == self.default and name.endswith(".css")
                    found[f"assets/{name}"] = compact(content) if is_ours else content
        return found

    def interface_language(self, language: str) -> locales.InterfaceLanguage:
        """Return a language with all messages. Raises `TemplateFault` if a catalogue cannot be read."""
        try:
            return locales.interface_language((root / "translations" for root in self.roots), language)
        except locales.CatalogueError as error:
            raise self.fault(str(error.file), error.line, str(error)) from error

    def loader(self) -> jinja2.BaseLoader:
        """Return a loader for the site's templates, the default ones, and these again below `theme/`."""
        default = jinja2.FileSystemLoader(self.default)
        own = [jinja2.FileSystemLoader(self.own)] if self.own is not None else []
        return jinja2.ChoiceLoader([*own, default, jinja2.PrefixLoader({"theme": default})])

    def has_asset(self, name: str) -> bool:
        """Return whether a file of this name exists below `assets/`."""
        return any((root / "assets" / name).is_file() for root in self.roots)

    def place(self, trace: TracebackType | None) -> tuple[str | None, int | None]:
        """Return file and line of the innermost template in a traceback, which Jinja2 inserts."""
        for frame in reversed(traceback.extract_tb(trace)):
            if any(Path(frame.filename).is_relative_to(root) for root in self.roots):
                return frame.filename, frame.lineno
        return None, None

    def undecodable(self) -> tuple[str | None, int | None]:
        """Return file and line of the site's first template that is not UTF-8. Jinja2 does not say."""
        for path in sorted(self.own.rglob("*.html")) if self.own is not None else ():
            try:
                path.read_bytes().decode("utf-8")
            except UnicodeDecodeError as error:
                return str(path), error.object[: error.start].count(b"\n") + 1
        return None, None

    def fault(self, filename: str | None, line: int | None, message: str, advice: str = "") -> TemplateFault:
        """Return a fault at a place."""
        file = Path(filename) if filename else None
        problem = Problem(
            path=self._shown(file),
            line=line,
            message=message.strip().removesuffix(".") or "cannot be used",
            advice=advice or self._advice(file),
            severity=Severity.ERROR,
            kind="template",
        )
        return TemplateFault(problem)

    def _shown(self, file: Path | None) -> str:
        """Return a template's path as the user knows it; for the default theme, the name to extend."""
        if file is None:
            return "templates"
        if self.own is not None and file.is_relative_to(self.own):
            return f"{self.own.name}/{file.relative_to(self.own).as_posix()}"
        return f"theme/{file.relative_to(self.default).as_posix()}"

    def _advice(self, file: Path | None) -> str:
        if self._is_former:
            return f"the theme is for a former interface; {MIGRATION}"
        if file is not None and not file.is_relative_to(self.default):
            return "correct the file, or delete it to use the default theme"
        return "check your own templates that extend, include or replace one of the default theme"

    def _check_interface(self) -> None:
        file = None if self.own is None else self.own / "theme.toml"
        if file is None or not file.is_file():
            return
        text = file.read_text("utf-8", "replace")
        try:
            version = tomllib.loads(text).get("interface")
        except tomllib.TOMLDecodeError as error:
            raise self.fault(str(file), line_in(error), f"is not valid TOML: {error}") from error
        if type(version) is int and 1 <= version <= INTERFACE:  # what is missing is reported where it is read
            self._is_former = version < INTERFACE
            return
        numbered = enumerate(text.splitlines(), 1)
        line = next((n for n, row in numbered if row.lstrip().startswith("interface")), None)
        stated = "does not say its interface" if version is None else f"is for interface {version!r}"
        advice = f"adapt the theme, then write `interface = {INTERFACE}`"
        raise self.fault(str(file), line, f"the theme {stated}; this Broadsheet has {INTERFACE}", advice)


class Templates:
    """The theme with a site's overrides, ready to render the pages of one site."""

    def __init__(self, site_templates: Path | None, site: SiteView) -> None:
        """Read theme and translations. Raises `TemplateFault` if one of the site's own is faulty."""
        self._theme = Theme(site_templates)
        self._site = site
        """The view that all pages share."""
        self._engine = _engine(self._theme, site)
        self._sources = Sources(self._engine)
        self._render_lock = threading.Lock()
        """Held while rendering, because the engine renders one page at a time."""

    def render(self, page: PageView, view: View) -> bytes:
        """Render one page as UTF-8. Raises `TemplateFault` if its template is faulty."""
        theme = self._theme
        try:
            values = {"page": page, "site": self._site, "view": view, "link": self._link_from(page)}
            with self._render_lock:
                html = self._engine.page(page.template, values)
        except jinja2.TemplateSyntaxError as error:
            raise theme.fault(error.filename, error.lineno, error.message or "cannot be parsed") from error
        except jinja2.TemplateNotFound as error:
            missing = f"there is no template `{error.message}`"
            raise theme.fault(*theme.place(error.__traceback__), missing) from error
        except UnicodeDecodeError as error:
            raise theme.fault(*theme.undecodable(), "is not UTF-8 text", "save it as UTF-8") from error
        except RecursionError as error:
            what, advice = "extends or includes itself", "extend the default one as `theme/…`"
            raise theme.fault(*theme.place(error.__traceback__), what, advice) from error
        except Exception as error:  # a template can raise any exception, and its place is in the traceback
            filename, line = theme.place(error.__traceback__)
            if filename is None:
                raise
            raise theme.fault(filename, line, _kind(error) + _VIEW.sub(r"`\1`", str(error))) from error
        return html.encode("utf-8", "replace")

    def _link_from(self, page: PageView) -> Callable[..., str]:
        site = self._site
        if page.rooted and not site.file_links:
            root = urllib.parse.urlsplit(site.base_url or "/").path or "/"
            return lambda address, fragment="": addresses.absolute(root, address, fragment)
        return addresses.links_from(page.address, file=site.file_links)

    def assets(self) -> Mapping[str, bytes]:
        """Return address → content of the files below `assets/`. A site's own files take precedence."""
        return self._theme.assets()

    def mark(self, template: str) -> tuple[bytes, bytes]:
        """Return the hash of a template's files and asset names, and that of the fields of `site` it reads.

        Only the names of assets count, because a template may test whether one exists.
        """
        files = repr(sorted(self._sources.of(template).items())).encode("utf-8", "surrogatepass")
        fields = self._sources.site_fields(template)
        translations = [(name, getattr(self._site, name)) for name in self._site.__struct_fields__]
        own = repr([one for one in translations if fields is None or one[0] in fields])
        return hashed(files, self._asset_names), hashed(own.encode("utf-8", "surrogatepass"))

    @functools.cached_property
    def _asset_names(self) -> bytes:
        return repr(sorted(self._theme.assets())).encode()

    def reads(self, field: str) -> bool:
        """Return whether pages other than overviews may show a field of `site`."""
        found = map(self._sources.site_fields, TEMPLATES)
        return any(fields is None or field in fields for fields in found)

    def includes(self, name: str) -> bool:
        """Return whether a template that was used so far depends on a file of the theme."""
        return self._sources.holds(name)

    def sources(self, template: str) -> Mapping[str, str]:
        """Return name → digest of all files that may affect what a template renders.

        If a template chooses another at run time, that is all files. Messages, the values of `site` and the
        existence of assets affect every page.
        """
        return self._sources.of(template)


def interface_language(site_templates: Path | None, language: str) -> locales.InterfaceLanguage:
    """Return the interface's language, with a site's own messages. Raises `TemplateFault`."""
    return Theme(site_templates).interface_language(language)


def assets_of(site_templates: Path | None) -> Mapping[str, bytes]:
    """Return the assets of the theme and a site. Raises `TemplateFault`."""
    return Theme(site_templates).assets()


def _engine(theme: Theme, site: SiteView) -> Engine:
    engine = Engine(theme.loader(), _compiled_templates())
    words = theme.interface_language(site.language)
    engine.filters |= words.filters | {
        "anchor": anchor,
        "hash_source": hash_source,
        "host": host,
        "json_ld": json_ld,
        "total": total,
        "marks": marks,
        "reasons": reasons,
        "web": web,
    }
    engine.tests["foreign"] = words.is_foreign
    messages, links = _messages(words.messages), _links(engine)
    engine.globals |= (
        messages
        | links
        | {
            "weekdays": words.weekdays,
            "lang": words.attributes,
            "has_asset": theme.has_asset,
        }
    )
    engine.constant = {"_": messages["_"], "gettext": messages["_"], "has_asset": theme.has_asset}
    engine.site = site
    return engine


def _messages(catalogue: gettext.NullTranslations) -> dict[str, Callable[..., str]]:
    """Return the functions behind `_()` and `{% trans %}`, which insert escaped values into translations.

    Those of the i18n extension look up a message and mark it as safe each time: half the cost of a small
    page.
    """

    @functools.cache
    def one(message: str) -> Markup:
        return Markup(catalogue.gettext(message))  # noqa: S704 (messages are the theme's and the site's own)

    def translate(message: str, /, **values: object) -> Markup:
        text = one(message)
        return filled(text, values) if "%" in text else text

    def translate_plural(singular: str, plural: str, num: int, /, **values: object) -> Markup:
        return filled(one_of(singular, plural, num), {"num": num, **values})

    @functools.lru_cache(TRANSLATIONS)
    def one_of(singular: str, plural: str, num: int) -> Markup:
        return Markup(catalogue.ngettext(singular, plural, num))  # noqa: S704 (as above)

    plain = frozenset({int, str})

    def filled(text: Markup, values: Mapping[str, object]) -> Markup:
        is_plain = plain.issuperset(map(type, values.values()))
        return filled_with(text, *values.items()) if is_plain else text % values

    @functools.lru_cache(TRANSLATIONS)
    def filled_with(text: Markup, *values: tuple[str, object]) -> Markup:
        return text % dict(values)

    return {"_": translate, "gettext": translate, "ngettext": translate_plural}


def _links(engine: Engine) -> dict[str, Callable[..., str]]:
    """Return the template functions that depend on the current page, whose values include its `link`."""
    variables = engine.variables

    def link(address: str, fragment: str = "") -> str:
        made: str = variables["link"](address, fragment)
        return made

    def asset(name: str) -> str:
        return link(f"assets/{name}")

    def aria_current(section: str, address: str) -> str:
        page: PageView = variables["page"]
        return "" if page.section != section else "page" if page.address == address else "true"

    return {"link": link, "asset": asset, "aria_current": aria_current}


def web(address: str | None) -> str:
    """Return a web address, else an empty string. A second barrier, as reading rejects others already."""
    return address if address and address[:8].lower().startswith(("http://", "https://")) else ""


def host(address: str) -> str:
    """Return the host of a web address, without `www.`."""
    found = _PLAIN_HOST.match(address)
    return (found[1] if found else urllib.parse.urlsplit(address).netloc).removeprefix("www.")


def json_ld(text: str) -> Markup:
    """Return JSON that cannot end its `script` element."""
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704 (what could break out is gone)


@functools.lru_cache(8)
def hash_source(text: str) -> str:
    """Return the hash that allows an inline element in a Content-Security-Policy. Pages share some."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def total(blocks: Iterable[Block]) -> int:
    """Return the number of articles of blocks. Jinja2's `sum` looks attributes up as items first."""
    return sum([block.source.count for block in blocks])


def marks(view: object) -> frozenset[str]:
    """Return which marks the items of a view have: `minutes`, `cut`, `copies`."""
    items = [*_items_in(view)]
    readable = [item for item in items if item.minutes]
    found = {
        "minutes": bool(readable),
        "cut": any(item.verdict is Verdict.CUT for item in readable),
        "copies": any(item.times > 1 for item in items),
    }
    return frozenset(name for name, is_found in found.items() if is_found)


def reasons(value: object) -> tuple[str, ...]:
    """Return why items of a view, or of tuples of views, have no text, without duplicates."""
    return tuple(dict.fromkeys(item.reason for item in _items_in(value) if item.reason))


def _items_in(value: object) -> Iterator[Item]:
    if isinstance(value, Item):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _items_in(one)
    elif isinstance(value, View) and not isinstance(value, Named):
        for field in value.__struct_fields__:
            yield from _items_in(getattr(value, field))


def anchor(name: str) -> str:
    """Return a name as a fragment. Letters of any script stay readable; the rest is percent-encoded."""
    return name if name.replace("-", "").isalnum() else addresses.quoted(name)


def _kind(error: Exception) -> str:
    """Return Python's name for an error whose text alone is not clear."""
    return "" if isinstance(error, jinja2.TemplateError) else f"{type(error).__name__}: "
