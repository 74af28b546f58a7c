"""Whether an SVG file is a drawing and nothing else: an allow-list of elements, attributes and CSS.

An SVG is a document. Opened by itself it may run scripts and load files; as an image it may still take
minutes to draw. A file that fails is refused, with the reason; none is rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn
from xml.parsers import expat

ELEMENTS_AT_MOST = 100_000
ATTRIBUTES_AT_MOST = 10_000
"""Of one element: the parser takes a second for some 100,000."""
SHAPES_AT_MOST = 500_000
"""Elements that are drawn once every reference is followed."""
FILTER_WEIGHT = 1000
"""Shapes that one step of a filter counts for: it computes every pixel of its region."""
MASK_WEIGHT = 100
"""And a mask: it is drawn aside."""
DEEPEST = 200
"""Elements within one another, references followed."""
LARGEST_SIDE = 100_000
"""CSS pixels, and the largest number of a filter."""

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
_EDITORS = re.compile(
    r"http://(www\.inkscape\.org/namespaces/|sodipodi\.sourceforge\.net/|(web\.resource|creativecommons)\.org/"
    r"|purl\.org/dc/|www\.w3\.org/1999/02/22-rdf-syntax-ns#|ns\.adobe\.com/|www\.serif\.com/"
    r"|www\.bohemiancoding\.com/sketch/|www\.figma\.com/)"
)
"""Namespaces of drawing programs and of descriptions, which browsers pass over."""

_ELEMENTS = frozenset(re.findall(r"\S+", """
    svg g defs title desc metadata symbol use switch style
    path rect circle ellipse line polyline polygon text tspan textPath
    linearGradient radialGradient stop clipPath mask pattern marker
    filter feBlend feColorMatrix feComponentTransfer feComposite feFuncA feFuncB feFuncG feFuncR
    feDropShadow feFlood feGaussianBlur feMerge feMergeNode feOffset
"""))  # fmt: skip
_REFERRING = frozenset({"use", "textPath", "linearGradient", "radialGradient", "pattern"})
"""Elements that may refer to another one by `href`."""
_TEXTS = frozenset(re.findall(r"\S+", """
    id class lang role tabindex version baseProfile contentScriptType contentStyleType requiredFeatures
    requiredExtensions systemLanguage content host agent etag modified type title media enable-background
"""))  # fmt: skip
"""Attributes that no browser takes for CSS, nor for an address."""
_ATTRIBUTES = frozenset(re.findall(r"\S+", """
    x y z x1 y1 x2 y2 dx dy cx cy r rx ry fx fy fr d points width height viewBox transform offset rotate
    gradientUnits gradientTransform spreadMethod patternUnits patternContentUnits patternTransform
    clipPathUnits maskUnits maskContentUnits mask-type markerUnits markerWidth markerHeight refX refY orient
    filterUnits primitiveUnits amplitude exponent intercept slope tableValues in in2 result mode operator
    k1 k2 k3 k4 stdDeviation values edgeMode
    preserveAspectRatio zoomAndPan lengthAdjust textLength startOffset method spacing side pathLength scale
    border
    style alignment-baseline baseline-shift clip clip-path clip-rule color color-interpolation
    color-interpolation-filters color-rendering cursor direction display dominant-baseline fill fill-opacity
    fill-rule filter flood-color flood-opacity font font-family font-feature-settings font-kerning font-size
    font-size-adjust font-stretch font-style font-variant font-variant-ligatures font-weight
    glyph-orientation-horizontal glyph-orientation-vertical image-rendering isolation kerning letter-spacing
    lighting-color line-height marker marker-end marker-mid marker-start mask mix-blend-mode opacity overflow
    paint-order pointer-events shape-rendering stop-color stop-opacity stroke stroke-dasharray
    stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-align
    text-anchor text-decoration text-rendering text-transform transform-origin unicode-bidi vector-effect
    visibility white-space word-spacing writing-mode background background-color
"""))  # fmt: skip
_FREE = re.compile(r"(data|aria)-[a-z0-9_.-]+", re.IGNORECASE)

_FUNCTIONS = frozenset(re.findall(r"\S+", """
    rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark calc min max clamp var drop-shadow
    cubic-bezier steps rect inset circle ellipse polygon linear-gradient radial-gradient
    matrix translate translatex translatey translate3d scale scalex scaley rotate skewx skewy
"""))  # fmt: skip
_CALL = re.compile(r"(?<![\w-])([\w-]++)\s*+\(")
_LOCAL = re.compile(r"""(?<![\w-])url\(\s*+(['"]?)#([\w:.-]++)\1\s*+\)""", re.IGNORECASE)
_AT_RULE = re.compile(r"@(?!(?:media|keyframes|-webkit-keyframes)\b)")
_NUMBER = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_SCHEME = re.compile(r"javascript:|data:|expression", re.IGNORECASE)
_SHADOW = " "
"""Stands for the id of a filter that a property holds itself."""
_OWN_BOX = frozenset({"clip-path", "mask", "filter"})
"""Properties that refer to another element and are not inherited."""

_DOCTYPE = re.compile(r"-//W3C//DTD SVG (1\.[012]( Basic| Tiny)?|20010904)//EN")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);|#)[^\s#;&<>]++;")
"""An entity other than XML's five. Browsers know HTML's with some DOCTYPEs; expat leaves them out of attributes
without a word, as their declarations may stand in a DTD that it does not load."""

Size = tuple[int | None, int | None]


class RefusedError(Exception):
    """Says why a file is no plain drawing, as the end of a sentence about it."""


class _Element:
    """An element with what is needed of it once all are known."""

    __slots__ = ("attributes", "children", "name", "shapes")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name, self.attributes = name, attributes
        self.children: list[_Element] = []
        self.shapes = 0
        """Drawn for it, 0 where that is not known yet, -1 while it is counted."""


def size_of(raw: bytes) -> Size:
    """The size of a drawing in CSS pixels, None where it does not say. Raises `RefusedError`."""
    try:
        if b"\0" in raw:  # expat takes it for UTF-16
            _refuse("is not in UTF-8")
        if _ENTITY.search(raw.decode("utf-8")):
            _refuse("uses entities")
        if max(part.count(b"=") for part in raw.split(b"<")) > ATTRIBUTES_AT_MOST:
            _refuse(f"has an element with more than {ATTRIBUTES_AT_MOST:,} attributes")
        reader = _Reader()
        reader.parser.Parse(raw, True)
    except UnicodeDecodeError:
        _refuse("is not in UTF-8")
    except expat.ExpatError as error:
        _refuse(f"is not well-formed XML ({expat.ErrorString(error.code)}, line {error.lineno})")
    root = reader.root
    if root is None or root.name != "svg":
        _refuse("is no SVG")
    _Count(reader).check(root)
    return _size(root)


def _refuse(why: str) -> NoReturn:
    raise RefusedError(why)


class _Reader:
    """Reads the file once, and stops at the first thing that is not allowed."""

    def __init__(self) -> None:
        self.root: _Element | None = None
        self.styles: list[str] = []
        self.by_id: dict[str, _Element] = {}
        self._open: list[_Element | None] = []
        self._elements = 0
        self._style: list[str] | None = None
        parser = self.parser = expat.ParserCreate(namespace_separator=" ")
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._entity
        parser.ProcessingInstructionHandler = self._instruction
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.buffer_text = True

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in {"utf-8", "us-ascii"}:
            _refuse(f"declares the encoding {encoding[:20]}")

    def _doctype(self, _name: str, system: str | None, public: str | None, has_subset: int) -> None:
        if has_subset:
            _refuse("declares entities")
        if (system or public) and not _DOCTYPE.fullmatch(public or ""):
            _refuse("has a DOCTYPE other than SVG's")

    def _entity(self, *_: object) -> None:
        _refuse("uses entities")

    def _instruction(self, target: str, _data: str) -> None:
        _refuse(f"holds the instruction <?{target[:30]}?>")

    def _start(self, tag: str, given: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > ELEMENTS_AT_MOST:
            _refuse(f"has more than {ELEMENTS_AT_MOST:,} elements")
        if len(self._open) >= DEEPEST:
            _refuse(f"nests elements more than {DEEPEST} deep")
        if self._style is not None:
            _refuse("holds an element in <style>")
        space, _, name = tag.rpartition(" ")
        if space == _SVG:
            self._open.append(self._drawn(name, given))
        elif self._open and _EDITORS.match(space):
            self._open.append(None)
        else:
            _refuse(f"holds <{name[:30]}> of another language")

    def _drawn(self, name: str, given: dict[str, str]) -> _Element:
        if name not in _ELEMENTS:
            _refuse(f"holds <{name[:30]}>")
        element = _Element(name, dict(_checked(name, given)))
        above = next(filter(None, reversed(self._open)), None)
        if above is not None:
            above.children.append(element)
        elif self.root is None:
            self.root = element
        if "id" in element.attributes:
            self.by_id.setdefault(element.attributes["id"], element)
        if name == "style":
            self._style = []
        return element

    def _end(self, _tag: str) -> None:
        element = self._open.pop()
        if element is not None and element.name == "style" and self._style is not None:
            css = "".join(self._style)
            _check_css(css)
            self.styles.append(css)
            self._style = None

    def _text(self, text: str) -> None:
        if self._style is not None:
            self._style.append(text)


def _checked(element: str, given: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The attributes of an element that matter. Raises `RefusedError`."""
    for full, value in given.items():
        space, _, name = full.rpartition(" ")
        if name == "href" and space in {"", _XLINK}:
            if element not in _REFERRING or not value.strip().startswith("#"):
                _refuse(f"refers to {value[:40]!r} by <{element}>")
            if not space or "href" not in given:  # the plain one counts
                yield name, value.strip()[1:]
        elif space:
            if name == "base" or not (space in {_XLINK, _XML} or _EDITORS.match(space)):
                _refuse(f"holds the attribute {name[:30]} of another language")
        elif name in _ATTRIBUTES:
            _check_value(element, value)
            yield name, value
        elif name in _TEXTS or _FREE.fullmatch(name):
            if element == "style" and name == "type" and value.strip().lower() != "text/css":
                _refuse(f"has a style sheet of type {value[:30]!r}")
            yield name, value
        else:
            _refuse(f"holds the attribute {name[:30]}")


def _check_value(element: str, value: str) -> None:
    _check_css(value)
    is_filter = element.startswith("f")
    if is_filter and any(float(match[0]) > LARGEST_SIDE for match in _NUMBER.finditer(value)):
        _refuse("has a filter of a huge region")


def _check_css(css: str) -> None:
    """Refuse CSS that may load anything: whatever calls a function that is not known to load nothing."""
    if "\\" in css:
        _refuse("holds CSS with escapes")
    if match := _AT_RULE.search(css):
        _refuse(f"holds CSS with {css[match.start() : match.start() + 20]!r}")
    if _SCHEME.search(css):
        _refuse("holds an address that runs or holds a file")
    if "(" not in css:
        return
    for match in _CALL.finditer(_LOCAL.sub("", css)):
        name = match[1].lower()
        if name not in _FUNCTIONS and name not in {"media", "and", "or", "not"}:
            _refuse(f"holds CSS with {name[:30]}()")


class _Count:
    """Counts what is drawn once references are followed: a few of them within one another make billions."""

    def __init__(self, reader: _Reader) -> None:
        self._by_id = reader.by_id
        self._ruled: dict[str, list[tuple[str, str]]] = {}
        for css in reader.styles:
            for rule in css.split("}"):
                self._add_rule(*rule.rpartition("{")[::2])

    def check(self, root: _Element) -> None:
        """Raise `RefusedError` where there is too much."""
        self._shapes(root, 0)
        for element in self._by_id.values():  # what nothing refers to may still refer to itself
            self._shapes(element, 0)

    def _add_rule(self, selectors: str, body: str) -> None:
        """Note the references of a rule by what names the elements that it may be for; `*` for all."""
        references = [*_references(body)]
        if not references:
            return
        for selector in re.split(r"[{};,]", selectors):
            parts = re.split(r"[\s>+~]++", selector.strip())
            names = re.findall(r"[.#]?[\w-]+", parts[-1])
            is_plain = names and "".join(names) == parts[-1]
            for name in names if is_plain else ("*",):
                self._ruled.setdefault(name, []).extend(references)

    def _shapes(self, element: _Element, depth: int) -> int:
        if element.shapes > 0:
            return element.shapes
        if element.shapes < 0:
            _refuse("refers to itself")
        if depth > DEEPEST:
            _refuse(f"nests references more than {DEEPEST} deep")
        element.shapes = -1
        within = 1 + sum([self._shapes(child, depth + 1) for child in element.children])
        if (target := self._by_id.get(element.attributes.get("href", ""))) and element.name == "use":
            within += self._shapes(target, depth + 1)
        shapes = within
        for name, id_ in self._references(element):
            if id_ == _SHADOW:
                shapes += FILTER_WEIGHT
            elif (target := self._by_id.get(id_)) is not None:
                once = self._shapes(target, depth + 1) * _times(element, target)
                once += MASK_WEIGHT * (target.name == "mask")
                shapes += once if name in _OWN_BOX else once * within
        if element.name.startswith("fe"):
            shapes += FILTER_WEIGHT
        if shapes > SHAPES_AT_MOST:
            _refuse(f"draws more than {SHAPES_AT_MOST:,} shapes, references followed")
        element.shapes = shapes
        return shapes

    def _references(self, element: _Element) -> Iterator[tuple[str, str]]:
        for name, value in element.attributes.items():
            if "(" in value:
                yield from _references(value if name == "style" else f"{name}:{value}")
        if self._ruled:
            own = [f".{name}" for name in element.attributes.get("class", "").split()]
            for name in ("*", element.name, f"#{element.attributes.get('id', '')}", *own):
                yield from self._ruled.get(name, ())


def _references(declarations: str) -> Iterator[tuple[str, str]]:
    """Property and id of each reference."""
    for declaration in declarations.split(";"):
        name, _, value = declaration.partition(":")
        for match in _LOCAL.finditer(value):
            yield name.strip().lower(), match[2]
        for _ in range(value.lower().count("drop-shadow(")):
            yield "filter", _SHADOW


def _times(element: _Element, target: _Element) -> int:
    """How often one reference draws: a marker stands on every point of a line, a gradient draws nothing."""
    if target.name.endswith("Gradient"):
        return 0
    if target.name != "marker":
        return 1
    line = element.attributes.get("d") or element.attributes.get("points") or ""
    return 2 + len(line) // 2


def _size(root: _Element) -> Size:
    sides = [root.attributes.get(name, "") for name in ("width", "height")]
    lengths = [re.fullmatch(r"\s*(\d{1,9})(\.\d+)?(px)?\s*", side) for side in sides]
    box = re.findall(r"\d+(?:\.\d+)?", root.attributes.get("viewBox", "")[:200])
    if lengths[0] and lengths[1]:
        width, height = int(lengths[0][1]), int(lengths[1][1])
        if max(width, height) > LARGEST_SIDE:
            _refuse(f"is larger than {LARGEST_SIDE:,} pixels")
    elif len(box) == 4:
        width, height = round(float(box[2])), round(float(box[3]))
    else:
        return None, None
    return (width, height) if 0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE else (None, None)
