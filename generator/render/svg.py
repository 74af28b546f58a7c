"""Check that an SVG file is a static image, by allow lists of elements, attributes and CSS.

An SVG is a document: opened by itself it may run scripts and load files, and even as an image it may take
minutes to draw. A file that fails is refused with the reason. No file is rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from generator.render import svg_css
from generator.render.svg_css import RefusedError, refuse

__all__ = ["RefusedError", "size_of"]

ELEMENTS_AT_MOST = 100_000
ATTRIBUTES_AT_MOST = 10_000
"""Limit for one element. The parser takes a second for 100,000."""
SHAPES_AT_MOST = 250_000
"""Limit of elements drawn, with all references followed."""
FILTER_WEIGHT = 500
"""Number of shapes that a filter step counts as, because it computes every pixel of its region."""
MASK_WEIGHT = 100
"""Number of shapes that a mask counts as, because it is drawn off screen."""
GROUP_WEIGHT = 20
"""Number of shapes that a group drawn off screen counts as; 100,000 of them take 13 seconds."""
LINE_PER_SHAPE = 50
"""Number of characters of a line that count as a shape."""
LETTERS_PER_SHAPE = 10
MATCHES_AT_MOST = 100_000_000
"""Limit of selectors times elements."""
DEEPEST = 200
"""Limit of nested elements, with references followed."""
LARGEST_SIDE = 100_000
"""Limit of sides in CSS pixels, and of numbers of a filter."""

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
_EDITORS = re.compile(
    r"http://(www\.inkscape\.org/namespaces/|sodipodi\.sourceforge\.net/|(web\.resource|creativecommons)\.org/"
    r"|purl\.org/dc/|www\.w3\.org/1999/02/22-rdf-syntax-ns#|ns\.adobe\.com/|www\.serif\.com/"
    r"|www\.bohemiancoding\.com/sketch/|www\.figma\.com/)"
)
"""Namespaces of drawing programs and of metadata, which browsers ignore."""

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
"""Attributes that browsers treat neither as CSS nor as an address."""
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

_NUMBER = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_HREF = re.compile(r"[ \t\r\n]*+#([^%\t\r\n]*)")
"""A reference within the file. Browsers decode `%`, and drop tabs and line ends."""
_OWN_BOX = frozenset({"clip-path", "mask", "filter"})
"""Properties that refer to another element and are not inherited."""
_HOLDERS = frozenset({"pattern", "mask", "marker", "clipPath"})
"""Elements whose content is drawn elsewhere, but inherits from their place in the file."""
_PAINTS = ("fill", "stroke", "style")
_LETTERED = frozenset({"text", "tspan", "textPath"})
_ENDS = frozenset({"marker-start", "marker-end"})
_WEIGHTS = {svg_css.SHADOW: FILTER_WEIGHT, svg_css.GROUP: GROUP_WEIGHT}
_CONTEXT = re.compile(r"context-(fill|stroke)", re.IGNORECASE)

_DOCTYPE = re.compile(r"-//W3C//DTD SVG (1\.[012]( Basic| Tiny)?|20010904)//EN")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);|#)[^\s#;&<>]++;")
"""An entity other than XML's five.

With some DOCTYPEs browsers know those of HTML. expat silently drops them from attributes, because a DTD that
it does not load may declare them.
"""

Size = tuple[int | None, int | None]


class _Element:
    """An element, with what the checks need after parsing."""

    __slots__ = (
        "attributes", "children", "inherited", "letters", "name", "painted", "points", "references", "shapes",
    )  # fmt: skip

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name, self.attributes = name, attributes
        self.children: list[_Element] = []
        self.letters = 0
        self.references: tuple[tuple[str, str], ...] = ()
        self.inherited: tuple[tuple[str, str], ...] = ()
        """The references that it inherits."""
        self.shapes = 0
        """Number of shapes drawn for it; 0 if not known yet, -1 while it is being counted."""
        self.painted = 0
        """Number of elements within, `href` followed; each of them inherits its paint."""
        self.points = 0
        """Upper bound of the points of their lines."""


def size_of(raw: bytes) -> Size:
    """Return the size of an SVG in CSS pixels; None if it is not given. Raises `RefusedError`."""
    try:
        if b"\0" in raw:  # expat would treat it as UTF-16
            refuse("is not in UTF-8")
        if _ENTITY.search(raw.decode("utf-8")):
            refuse("uses entities")
        if max(part.count(b"=") for part in raw.split(b"<")) > ATTRIBUTES_AT_MOST:
            refuse(f"has an element with more than {ATTRIBUTES_AT_MOST:,} attributes")
        reader = _Reader()
        reader.parser.Parse(raw, True)
    except UnicodeDecodeError:
        refuse("is not in UTF-8")
    except expat.ExpatError as error:
        refuse(f"is not well-formed XML ({expat.ErrorString(error.code)}, line {error.lineno})")
    root = reader.root
    if root is None or root.name != "svg":
        refuse("is not an SVG")
    _ShapeCounter(reader).check(root)
    return _size(root)


class _Reader:
    """Parses the file once, and stops at the first thing that is not allowed."""

    def __init__(self) -> None:
        self.root: _Element | None = None
        self.styles: list[str] = []
        self.by_id: dict[str, _Element] = {}
        self._open: list[_Element | None] = []
        self.elements = 0
        self._takes_paint = self._has_pattern = False
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
            refuse(f"declares the encoding {encoding[:20]}")

    def _doctype(self, _name: str, system: str | None, public: str | None, has_subset: int) -> None:
        if has_subset:
            refuse("declares entities")
        if (system or public) and not _DOCTYPE.fullmatch(public or ""):
            refuse("has a DOCTYPE other than SVG's")

    def _entity(self, *_: object) -> None:
        refuse("uses entities")

    def _instruction(self, target: str, _data: str) -> None:
        refuse(f"holds the instruction <?{target[:30]}?>")

    def _start(self, tag: str, given: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > ELEMENTS_AT_MOST:
            refuse(f"has more than {ELEMENTS_AT_MOST:,} elements")
        if len(self._open) >= DEEPEST:
            refuse(f"nests elements more than {DEEPEST} deep")
        if self._style is not None:
            refuse("holds an element in <style>")
        space, _, name = tag.rpartition(" ")
        if space == _SVG:
            self._open.append(self._add_element(name, given))
        elif self._open and _EDITORS.match(space):
            self._open.append(None)
        else:
            refuse(f"holds <{name[:30]}> of another language")

    def _add_element(self, name: str, given: dict[str, str]) -> _Element:
        if name not in _ELEMENTS:
            refuse(f"holds <{name[:30]}>")
        element = _Element(name, dict(_checked(name, given)))
        parent = next(filter(None, reversed(self._open)), None)
        if parent is not None:
            parent.children.append(element)
        elif self.root is None:
            self.root = element
        self._takes_paint |= any(_CONTEXT.search(given.get(paint, "")) for paint in _PAINTS)
        self._has_pattern |= name == "pattern"
        self._check_context()
        if "id" in element.attributes:
            self.by_id.setdefault(element.attributes["id"], element)
        if name == "style":
            self._style = []
        return element

    def _end(self, _tag: str) -> None:
        element = self._open.pop()
        if element is not None and element.name == "style" and self._style is not None:
            css = svg_css.plain_css("".join(self._style))
            self.styles.append(css)
            self._style = None
            self._takes_paint |= _CONTEXT.search(css) is not None
            self._check_context()

    def _text(self, text: str) -> None:
        if self._style is not None:
            self._style.append(text)
        elif self._open and (element := self._open[-1]) is not None and element.name in _LETTERED:
            element.letters += len(text)

    def _check_context(self) -> None:
        if self._takes_paint and self._has_pattern:
            refuse("has markers that take over a paint, and patterns")


def _checked(element: str, given: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the relevant attributes of an element. Raises `RefusedError`."""
    for full, value in given.items():
        space, _, name = full.rpartition(" ")
        if name == "href" and space in {"", _XLINK}:
            id_ = _referred(element, value)
            if not space or "href" not in given:  # the one without a namespace takes precedence
                yield name, id_
        elif space:
            if name == "base" or not (space in {_XLINK, _XML} or _EDITORS.match(space)):
                refuse(f"holds the attribute {name[:30]} of another language")
        elif name in _ATTRIBUTES:
            if element.startswith("f"):
                _check_region(value)
            yield name, svg_css.plain_value(value)
        elif name in _TEXTS or _FREE.fullmatch(name):
            if element == "style" and name == "type" and value.strip().lower() != "text/css":
                refuse(f"has a style sheet of type {value[:30]!r}")
            yield name, value
        else:
            refuse(f"holds the attribute {name[:30]}")


def _referred(element: str, address: str) -> str:
    """Return the id that an address within the file refers to. Raises `RefusedError`."""
    match = _HREF.fullmatch(address.rstrip(svg_css.SPACE))
    if element not in _REFERRING or match is None:
        refuse(f"refers to {address[:40]!r} by <{element}>")
    return match[1]


def _check_region(value: str) -> None:
    if any(float(match[0]) > LARGEST_SIDE for match in _NUMBER.finditer(value)):
        refuse("has a filter of a huge region")


class _ShapeCounter:
    """Counts the shapes drawn with references followed, because a few nested references make billions."""

    def __init__(self, reader: _Reader) -> None:
        self._by_id = reader.by_id
        self._ruled: dict[str, list[tuple[str, str]]] = {}
        selectors_in_all = 0
        for css in reader.styles:
            for selectors, declarations in svg_css.rules(css):
                selectors_in_all += 1 + selectors.count(",")
                if references := [*svg_css.references(declarations)]:
                    for name in svg_css.names(selectors):
                        self._ruled.setdefault(name, []).extend(references)
        if selectors_in_all * reader.elements > MATCHES_AT_MOST:
            refuse(f"has {selectors_in_all:,} CSS selectors for {reader.elements:,} elements")

    def check(self, root: _Element) -> None:
        """Raise `RefusedError` if a limit is exceeded."""
        self._find_references(root)
        self._shapes(root, 0)
        # Elements without references to them may still refer to themselves.
        for element in self._by_id.values():
            self._shapes(element, 0)

    def _find_references(self, root: _Element) -> None:
        remaining = [root]
        while remaining:
            element = remaining.pop()
            element.references = tuple(self._references(element))
            passed_on = element.inherited
            if own := [one for one in element.references if one[0] not in _OWN_BOX]:
                passed_on = tuple(dict.fromkeys((*passed_on, *own)))
            if len(passed_on) > DEEPEST:
                refuse(f"inherits more than {DEEPEST} paints")
            for child in element.children:
                child.inherited = passed_on
            remaining += element.children

    def _shapes(self, element: _Element, depth: int) -> int:
        if element.shapes > 0:
            return element.shapes
        if element.shapes < 0:
            refuse("refers to itself")
        if depth > DEEPEST:
            refuse(f"nests references more than {DEEPEST} deep")
        element.shapes = -1
        within = element.children
        if target := self._by_id.get(element.attributes.get("href", "")):
            within = [*within, target]
        line = len(element.attributes.get("d") or element.attributes.get("points") or "")
        shapes = 1 + line // LINE_PER_SHAPE + element.letters // LETTERS_PER_SHAPE
        shapes += sum([self._shapes(one, depth + 1) for one in within])
        element.painted = 1 + sum([one.painted for one in within])
        element.points = 2 + line // 2 + sum([one.points for one in within])
        references = element.references
        if element.name in _HOLDERS and element.inherited:
            references = tuple(dict.fromkeys((*references, *element.inherited)))
        shapes += sum([self._shapes_of_reference(element, *reference, depth) for reference in references])
        if element.name.startswith("fe"):
            shapes += FILTER_WEIGHT
        if shapes > SHAPES_AT_MOST:
            refuse(f"draws more than {SHAPES_AT_MOST:,} shapes, references followed")
        element.shapes = shapes
        return shapes

    def _shapes_of_reference(self, element: _Element, name: str, id_: str, depth: int) -> int:
        """Return the number of shapes that a reference of an element draws."""
        if id_ in _WEIGHTS:
            return _WEIGHTS[id_]
        if id_ == svg_css.ANIMATION:
            refuse("is animated by CSS")
        target = self._by_id.get(id_)
        if target is None or target.name.endswith("Gradient"):
            return 0
        once = self._shapes(target, depth + 1) + MASK_WEIGHT * (target.name == "mask")
        if target.name == "marker" and name not in _ENDS:
            return once * element.points
        return once if name in _OWN_BOX else once * element.painted

    def _references(self, element: _Element) -> Iterator[tuple[str, str]]:
        for name, value in element.attributes.items():
            if name == "style":
                yield from svg_css.references(value)
            elif name not in _TEXTS:
                yield from svg_css.value_references(name, value)
        if self._ruled:
            own = [f".{name}" for name in re.split(r"[ \t\r\n\f]+", element.attributes.get("class", ""))]
            for name in ("*", element.name, f"#{element.attributes.get('id', '')}", *own):
                yield from self._ruled.get(name, ())


def _size(root: _Element) -> Size:
    sides = [root.attributes.get(name, "") for name in ("width", "height")]
    lengths = [re.fullmatch(r"\s*(\d{1,9})(\.\d+)?(px)?\s*", side) for side in sides]
    box = re.findall(r"\d+(?:\.\d+)?", root.attributes.get("viewBox", "")[:200])
    if lengths[0] and lengths[1]:
        width, height = int(lengths[0][1]), int(lengths[1][1])
        if max(width, height) > LARGEST_SIDE:
            refuse(f"is larger than {LARGEST_SIDE:,} pixels")
    elif len(box) == 4:
        width, height = round(float(box[2])), round(float(box[3]))
    else:
        return None, None
    return (width, height) if 0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE else (None, None)
