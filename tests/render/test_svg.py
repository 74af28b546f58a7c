"""A drawing passes as the programs write it that people draw with; what is more than a drawing does not."""

# ruff: noqa: E501 - a case is a line

import time

import pytest

from generator.render.svg import RefusedError, size_of

NAMES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def svg(inside="", attributes='viewBox="0 0 40 30"'):
    return f"<svg {NAMES} {attributes}>{inside}</svg>"


def why(drawing):
    with pytest.raises(RefusedError) as caught:
        size_of(drawing.encode() if isinstance(drawing, str) else drawing)
    return str(caught.value)


DTD = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
ORDINARY = {
    "Inkscape": f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with Inkscape (http://www.inkscape.org/) -->
<svg width="210mm" height="297mm" viewBox="0 0 210 297" version="1.1" id="svg5" inkscape:version="1.2.2"
  sodipodi:docname="a.svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
  xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" {NAMES} xmlns:svg="http://www.w3.org/2000/svg"
  xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:cc="http://creativecommons.org/ns#"
  xmlns:dc="http://purl.org/dc/elements/1.1/">
<sodipodi:namedview id="namedview7" pagecolor="#ffffff" inkscape:zoom="0.7"><inkscape:grid type="xygrid"/></sodipodi:namedview>
<defs id="defs2"><linearGradient id="a" inkscape:collect="always"><stop style="stop-color:#000;stop-opacity:1;" offset="0"/></linearGradient>
<linearGradient xlink:href="#a" id="b" gradientUnits="userSpaceOnUse" x1="1" y1="2" x2="3" y2="4"/>
<filter id="f" x="-0.12" width="1.24" style="color-interpolation-filters:sRGB"><feGaussianBlur stdDeviation="2.5"/></filter></defs>
<metadata><rdf:RDF><cc:Work rdf:about=""><dc:format>image/svg+xml</dc:format>
<dc:type rdf:resource="http://purl.org/dc/dcmitype/StillImage"/></cc:Work></rdf:RDF></metadata>
<g inkscape:label="Layer 1" inkscape:groupmode="layer" transform="translate(-1,2) matrix(1 0 0 1 0 0)">
<path style="fill:url(#b);filter:url(#f);-inkscape-stroke:none" d="M 1,2 c 3,4 5,6 7,8 z" sodipodi:nodetypes="cc"/>
<text xml:space="preserve" style="font-size:10px;font-family:'Noto Sans';-inkscape-font-specification:'Noto Sans, Normal'"
><tspan sodipodi:role="line">字</tspan></text></g></svg>""",
    "Illustrator": f"""<?xml version="1.0" encoding="utf-8"?>
<!-- Generator: Adobe Illustrator 25.0.0, SVG Export Plug-In . SVG Version: 6.00 Build 0)  -->
{DTD}<svg version="1.1" id="Layer_1" {NAMES} x="0px" y="0px" viewBox="0 0 50 50"
 style="enable-background:new 0 0 50 50;" xml:space="preserve" data-name="Layer 1">
<style type="text/css">.st0{{fill:url(#SVGID_1_);}} .st1{{clip-path:url(#c);mask:url(#m)}} .st2{{fill:#FFF;}}</style>
<defs><clipPath id="c"><use xlink:href="#r" style="overflow:visible;"/></clipPath><rect id="r" width="9" height="9"/>
<mask id="m" maskUnits="userSpaceOnUse"><rect class="st2" width="9" height="9"/></mask></defs>
<linearGradient id="SVGID_1_" gradientUnits="userSpaceOnUse"><stop offset="0" style="stop-color:#1D1D1B"/></linearGradient>
<g class="st1"><path class="st0" d="M0,0h50v50H0V0z"/></g></svg>""",
    "draw.io": f"""<?xml version="1.0" encoding="UTF-8"?>
{DTD}<svg {NAMES} version="1.1" width="121px" height="61px" viewBox="-0.5 -0.5 121 61" host="app.diagrams.net"
 content="&lt;mxfile host=&quot;app.diagrams.net&quot;&gt;url(http://x)&lt;/mxfile&gt;" style="background-color: rgb(255, 255, 255);">
<defs><clipPath id="mx-clip-1"><rect x="0" y="0" width="1" height="1"/></clipPath></defs>
<g data-cell-id="0"><rect x="0" y="0" width="120" height="60" fill="#ffffff" stroke="#000000" pointer-events="all"
 style="fill: light-dark; stroke: rgb(0, 0, 0);"/><text x="60" y="34" fill="#000" font-family="&quot;Helvetica&quot;"
 font-size="12px" text-anchor="middle" clip-path="url(#mx-clip-1)">Text</text></g></svg>""",
    "Mermaid": f"""<svg id="mermaid-1" width="100%" {NAMES} class="flowchart" style="max-width: 300px;" viewBox="0 0 300 70"
 role="graphics-document document" aria-roledescription="flowchart-v2"><style>#mermaid-1{{font-family:"trebuchet ms",verdana;font-size:16px;}}
@keyframes edge-animation-frame{{from{{stroke-dashoffset:0;}}}}@keyframes dash{{to{{stroke-dashoffset:0;}}}}
#mermaid-1 .edge-animation-slow{{stroke-dasharray:9,5!important;animation:dash 50s linear infinite;}}
#mermaid-1 .node rect,#mermaid-1 .node circle{{fill:#ECECFF;filter:drop-shadow(1px 2px 2px rgba(185, 185, 185, 1));}}
#mermaid-1 .marker{{fill:#333;}} #mermaid-1 .arrow{{marker-end:url(#end)}} #mermaid-1 :root{{--mermaid-font-family:"x";}}</style>
<g><marker id="end" class="marker flowchart-v2" viewBox="0 0 10 10" refX="5" refY="5" markerUnits="userSpaceOnUse"
 markerWidth="8" markerHeight="8" orient="auto"><path d="M 0 0 L 10 5 L 0 10 z" class="arrowMarkerPath" style="stroke-width: 1;"/></marker>
<path d="M36,35L40,35C45,35" class="edge-thickness-normal arrow" style="" marker-end="url(#end)" data-look="classic"/>
<g class="node default" id="flowchart-A-0" transform="translate(18, 35)"><rect class="basic" x="-28" y="-27" width="56" height="54"/>
<text y="-10.1" dominant-baseline="central"><tspan x="0" dy="1em" font-weight="normal">A</tspan></text></g></g></svg>""",
    "matplotlib": f"""<?xml version="1.0" encoding="utf-8" standalone="no"?>
{DTD}<svg {NAMES} width="460.8pt" height="345.6pt" viewBox="0 0 460.8 345.6" version="1.1">
<metadata><rdf:RDF xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:cc="http://creativecommons.org/ns#"
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><cc:Work><dc:type rdf:resource="http://purl.org/dc/dcmitype/StillImage"/>
</cc:Work></rdf:RDF></metadata><defs><style type="text/css">*{{stroke-linejoin: round; stroke-linecap: butt}}</style></defs>
<g id="figure_1"><g id="xtick_1"><defs><path id="m1" d="M 0 0 L 0 3.5" style="stroke: #000000; stroke-width: 0.8"/></defs>
<g><use xlink:href="#m1" x="73.8" y="307.5" style="stroke: #000000; stroke-width: 0.8"/></g></g>
<path d="M 73 300 L 140 200" clip-path="url(#p1)" style="fill: none; stroke: #1f77b4"/><path style="fill: url(#h1)" d="M 0 0 z"/></g>
<defs><clipPath id="p1"><rect x="57.6" y="41.4" width="357.1" height="266.1"/></clipPath>
<pattern id="h1" patternUnits="userSpaceOnUse" x="0" y="0" width="72" height="72"><rect width="73" height="73"/></pattern></defs></svg>""",
}  # fmt: skip


@pytest.mark.parametrize("program", ORDINARY)
def test_ordinary_drawings_pass(program):
    size_of(ORDINARY[program].encode())


@pytest.mark.parametrize("paint", [
    "image-set('https://evil.example/' 1x)", 'image("https://evil.example/x.png")', "src('https://evil.example/')", "cross-fade(url(#a), 'x')",
    "url(https://evil.example/)", "URL( '//evil.example/' )", "url('#a'), url(x.svg#a)", "\\75rl(//evil.example)", "u\\72l(x)",
    "url(data:image/png;base64,AAAA)", "-webkit-image-set(url(#a) 1x)", "element(#a)", "paint(x)", "env(x)", "attr(href)", "url(#a", "url(&#34;//x&#34;)",
    "expression(alert(1))", "@import 'x'", "image-set/**/('x')", "url (#a)",
    "url(/**/#a)", "url(/*x*/'#a')", "url(#a/**/)", "'a\n'url(//x)", "/* '*/url(//x)/*'*/", "/*", "'",
])  # fmt: skip
def test_css_that_may_load_is_refused_wherever_it_stands(paint):
    places = (
        '<rect fill="{}"/>', '<rect style="fill:{}"/>', "<style>rect{{fill:{}}}</style>", '<g cursor="{}"/>',
        "<style><![CDATA[ * {{ fill: {} }} ]]></style>", '<rect stroke="red {}"/>',
    )  # fmt: skip
    for place in places:
        assert why(svg(place.format(paint)))


@pytest.mark.parametrize(("inside", "reason"), [
    ("<script/>", "holds <script>"), ("<foreignObject/>", "holds <foreignObject>"), ('<image href="x.png"/>', "holds <image>"),
    ('<set attributeName="href"/>', "holds <set>"), ('<animate attributeName="x"/>', "holds <animate>"), ("<a/>", "holds <a>"),
    ("<feImage/>", "holds <feImage>"), ("<feTurbulence/>", "holds <feTurbulence>"), ("<font-face-uri/>", "holds <font-face-uri>"),
    ('<rect onload="x"/>', "attribute onload"), ('<rect ONLOAD="x"/>', "attribute ONLOAD"), ('<rect src="x"/>', "attribute src"),
    ('<use href="x.svg#a"/>', "refers to 'x.svg#a'"), ('<use xlink:href="//evil.example/#a"/>', "refers to"),
    ('<rect href="#a"/>', "refers to '#a' by <rect>"), ('<g xml:base="https://evil.example/"/>', "attribute base"),
    ('<x:script xmlns:x="http://www.w3.org/1999/xhtml"/>', "<script> of another language"),
    ('<metadata><x:img xmlns:x="http://www.w3.org/1999/xhtml" src="x"/></metadata>', "<img> of another language"),
    ('<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="x"/>', "<include> of another language"),
    ('<rect xmlns:e="http://www.w3.org/2001/xml-events" e:handler="x"/>', "attribute handler"),
    ("<style>@import 'x';</style>", "@import"), ("<style>@font-face{}</style>", "@font-face"), ("<style><g/></style>", "in <style>"),
    ('<style type="text/xsl">x</style>', "style sheet of type"), ("&nbsp;", "entit"), ("<?x y?>", "the instruction <?x?>"),
    ('<filter id="f" width="1e9"/>', "huge region"), ('<filter><feGaussianBlur stdDeviation="200000"/></filter>', "huge region"),
    ("<g>" * 300 + "</g>" * 300, "deep"), ("<g/>" * 100_001, "elements"), ("<g>", "not well-formed"),
])  # fmt: skip
def test_what_is_more_than_a_drawing_is_refused_with_the_reason(inside, reason):
    assert reason in why(svg(inside))


@pytest.mark.parametrize(("drawing", "reason"), [
    ("<!DOCTYPE svg [<!ENTITY x 'y'>]>" + svg(), "entities"), ('<?xml-stylesheet href="x"?>' + svg(), "instruction"),
    ('<?xml version="1.0" encoding="UTF-7"?>' + svg(), "encoding"), (svg().encode("utf-16"), "UTF-8"), ("<html/>", "another language"),
    (svg().replace("2000", "2001"), "another language"), (b"\x1f\x8b\x08", "UTF-8"), ("", "not well-formed"),
    (svg(attributes='width="999999" height="9"'), "larger than 100,000 pixels"),
    (svg("<g " + " ".join(f"data-{n}=''" for n in range(10_001)) + "/>"), "attributes"),
    ("<!DOCTYPE svg [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)) + "]>" + svg("&a11;"), "entities"),
])  # fmt: skip
def test_files_that_are_no_plain_svg_are_refused(drawing, reason):
    assert reason in why(drawing)


STRICT = '<!DOCTYPE svg PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">'
ENTITIES = (
    '<rect style="filter:url&lpar;https://evil.example/x&rpar;"/>',
    """<rect fill="image-set&lpar;'https://evil.example/x' 1x&rpar;"/>""",
    '<rect cursor="url&lpar;https://evil.example/x&rpar;,auto"/>',
    '<rect style="filter:u&bsol;72l&lpar;//evil.example&rpar;"/>',
    '<rect id="&NoBreak;a"/>',
)


@pytest.mark.parametrize("inside", ENTITIES)
@pytest.mark.parametrize("doctype", [STRICT, DTD, ""])
def test_entities_that_only_browsers_know_are_refused(inside, doctype):
    assert why(doctype + svg(inside)) == "uses entities"
    assert why((doctype + svg(inside)).encode("utf-16-le")) == "is not in UTF-8"


def test_character_references_are_read_as_what_they_stand_for():
    assert "holds CSS with url()" in why(svg('<rect fill="url&#40;//evil.example&#x29;"/>'))
    size_of(svg('<!-- Q & A --><text id="&#97;">&lt;&amp;&gt;&quot;&apos;</text>').encode())


@pytest.mark.parametrize("identifier", [
    'PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"', 'PUBLIC "-//WAPFORUM//DTD XHTML Mobile 1.0//EN" "x"', 'SYSTEM "svg.dtd"',
    'PUBLIC "-//W3C//DTD MathML 2.0//EN" "x"', 'PUBLIC "x" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"',
])  # fmt: skip
def test_a_doctype_of_another_language_is_refused(identifier):
    assert why(f"<!DOCTYPE svg {identifier}>" + svg()) == "has a DOCTYPE other than SVG's"


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.1 Basic", "1.1 Tiny", "1.2 Tiny", "20010904"])
def test_the_doctypes_of_svg_pass(version):
    size_of(f'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG {version}//EN" "x">{svg()}'.encode())
    size_of(f"<!DOCTYPE svg>{svg()}".encode())


def nested(first, link, count=9, times=10):
    """References to references: `times` to the power of `count` shapes."""
    defs = first.format(0)
    for n in range(1, count):
        defs += link.format(n, "".join(f"<use href='#n{n - 1}'/>" for _ in range(times)), n - 1)
    return svg(
        f"<defs>{defs}</defs>" + f"<use href='#n{count - 1}' fill='url(#n{count - 1})' class='c'/>" * times
    )


def pattern(paint):
    return (
        "<pattern id='n{0}' width='1' height='1'>"
        + f"<rect width='1' height='1' {paint}/>" * 10
        + "</pattern><!--{1}-->"
    )


BLOWN_UP = {
    "use": nested("<rect id='n{0}'/>", "<g id='n{0}'>{1}</g>"),
    "symbol": nested("<rect id='n{0}'/>", "<symbol id='n{0}'>{1}</symbol>"),
    "pattern": nested("<pattern id='n{0}'><rect/></pattern>", pattern("fill='url(#n{2})'")),
    "style attribute": nested("<pattern id='n{0}'><rect/></pattern>", pattern("style='x:1;fill: url(\"#n{2}\")'")),
    "mask": nested("<mask id='n{0}'><rect/></mask>", "<mask id='n{0}'>" + "<rect mask='url(#n{2})'/>" * 10 + "</mask><!--{1}-->").replace("class='c'", "mask='url(#n8)'"),
    "style sheet": svg("<style>" + "".join(f".c{n}{{fill:url(#n{n})}}" for n in range(9)) + "</style><defs>"
        + "".join(f"<pattern id='n{n}'>" + f"<rect class='x c{n - 1}'/>" * 10 + "</pattern>" for n in range(9)) + "</defs><rect class='c8'/>"),
    "inherited": svg("<pattern id='p'>" + "<rect/>" * 1000 + "</pattern><g fill='url(#p)'>" + "<rect/>" * 1000 + "</g>"),
    "markers": svg("<marker id='m'>" + "<rect/>" * 1000 + f"</marker><path marker-mid='url(#m)' d='M0 0{'h1' * 5000}'/>"),
    "filters": svg("<filter id='f'>" + "<feGaussianBlur/>" * 20 + "</filter>" + "<rect filter='url(#f)'/>" * 100),
    "shadows": svg("<style>.a{filter:drop-shadow(1px 1px 1px #000)}</style>" + "<g class='a'/><g style='filter:Drop-Shadow(0 0 9px red)'/>" * 300),
    "masks": svg("<mask id='m'/>" + "<g mask='url(#m)'/>" * 6000),
    "any element": svg("<style>[x]{clip-path:url(#c)}</style><clipPath id='c'>" + "<rect/>" * 1000 + "</clipPath>"),
    "plain address first": svg(nested("<rect id='n{0}'/>", "<g id='n{0}'>{1}</g>")[len(svg()) - 6 : -6] + "<rect id='z'/><use xlink:href='#z' href='#n8'/>"),
}  # fmt: skip


def chain(kind, paint, before="", count=6, times=10):
    """Each of `count` masks (or patterns, …) is drawn with the one before it, which `paint` refers to."""
    defs = f"<{kind} id='n0'><rect/></{kind}>"
    for n in range(1, count):
        defs += f"<{kind} id='n{n}'>" + f"<rect {paint.replace('N', str(n - 1))}/>" * times + f"</{kind}>"
    return svg(f"{before}<defs>{defs}</defs><rect {paint.replace('N', str(count - 1))}/>")


def sheet(rule, count=6):
    return "<style>" + "".join(rule.replace("N", str(n)) for n in range(count)) + "</style>"


BLOWN_UP |= {
    "comment in a value": chain("mask", "style='mask:/*;*/url(#nN)'"),
    "comment before a name": chain("mask", "style='/*a*/mask:url(#nN)'"),
    "comment with a brace": chain("mask", "class='cN'", sheet(".cN{mask:url(#nN);/*{*/}")),
    "comment with a semicolon": chain("mask", "class='cN'", sheet(".cN{mask:/*;*/url(#nN)}")),
    "string with a brace": chain("mask", "class='cN'", sheet('.cN{mask:url(#nN);font-family:"{"}')),
    "string with a semicolon": chain("mask", "class='cN'", sheet(".cN{font:';';mask:url(#nN);font:'}'}")),
    "class with a wide space": chain("mask", "class='a\u00a0cN'", sheet(".a\u00a0cN{mask:url(#nN)}")),
    "letters": nested(f"<text id='n{{0}}'>{'ab' * 5000}</text>", "<g id='n{0}'>{1}</g>", 5).replace("fill='url(#n4)'", ""),
    "long lines": nested(f"<path id='n{{0}}' d='M0 0{'L9 9L3 5' * 2000}'/>", "<g id='n{0}'>{1}</g>", 5).replace("fill='url(#n4)'", ""),
    "long lines of points": nested(f"<polyline id='n{{0}}' points='{'9 9 3 5 ' * 2000}'/>", "<g id='n{0}'>{1}</g>", 5).replace("fill='url(#n4)'", ""),
    "groups": svg("<g opacity='.9'/>" * 10_000 + "<g style='opacity:50%'/><g style='mix-blend-mode:multiply'/>" * 10_000),
    "content of patterns": svg("<defs><pattern id='n0'>" + "<rect/>" * 9 + "</pattern>" + "".join(
        f"<pattern id='n{n}'>" + f"<rect fill='url(#q{n})'/>" * 10 + f"</pattern><pattern id='q{n + 1}' href='#n{n}'/>" for n in range(1, 7))
        + "<pattern id='q1' href='#n0'/></defs><rect fill='url(#q7)'/>"),
    "patterns that inherit": svg("<pattern id='n0'><rect/></pattern>" + "".join(
        f"<g fill='url(#n{n - 1})'><pattern id='n{n}'>" + "<rect/>" * 10 + "</pattern></g>" for n in range(1, 8)) + "<rect fill='url(#n7)'/>"),
    "markers that lines inherit": svg("<marker id='m'>" + "<rect/>" * 1000 + f"</marker><g marker-mid='url(#m)'><path d='M0 0{'h1' * 5000}'/></g>"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BLOWN_UP)
def test_drawings_that_blow_up_are_refused_at_once(kind):
    started = time.process_time()
    assert any(part in why(BLOWN_UP[kind]) for part in ("shapes, references followed", "itself"))
    assert time.process_time() - started < 20


@pytest.mark.parametrize(("inside", "reason"), [
    ("<use href='#%61'/>", "refers to '#%61'"), ("<use href='#a&#10;b'/>", "refers to"), ("<use href='\u00a0#a'/>", "refers to"),
    ("<style>.a{mask:url(#m); q{color:red}}</style>", "rules in rules"), ("<style>.a{color:red}}.b{}</style>", "outside"),
    ("<style>.a{color:red} x</style>", "outside"), ("<style>@media x;.a{color:red}</style>", "no block"),
    ("<style>@media x{color:red}</style>", "outside"), ("<style>.a{x:(}.b{y:)}</style>", "brackets"), ("<style>.a{x:[;]}</style>", "brackets"),
    ("<g style='x:{mask:url(#a)}'/>", "braces"), ("<g fill='{}'/>", "braces"), ("<g style='x:)'/>", "brackets"),
    ("<style>:root{--a:url(#m)}</style>", "variable"), ("<g style='--a:url(#m)'/>", "variable"), ("<g style='--a:drop-shadow(0 0 1px)'/>", "variable"),
    ("<g mask='inherit'/>", "inherits mask"), ("<style>*{filter:inherit}</style>", "inherits filter"), ("<g style='all:INHERIT'/>", "inherits all"),
    ("<marker><path fill='context-fill'/></marker><pattern/>", "take over a paint"), ("<pattern/><style>a{stroke:Context-Stroke}</style>", "take over a paint"),
    ("<style>@keyframes a{to{x:1}} rect{animation:a 1s}</style><rect/>", "is animated"), ("<g style='animation-name:a'/>", "is animated"),
    ("<style>" + "*[q]{}" * 60_000 + "</style>" + "<g/>" * 2000, "selectors"),
])  # fmt: skip
def test_what_only_browsers_may_read_otherwise_is_refused(inside, reason):
    assert reason in why(svg(inside))


@pytest.mark.parametrize("inside", [
    "<style>/* a; { */ .a{fill:red;} ; @media (min-width:1px) and (x:y){.b{font:'{'}} /**/</style>", "<g style='/* a */fill:red;;'/>",
    "<marker id='m'><path fill='context-stroke'/></marker><linearGradient id='g'/><path marker-end='url(#m)' stroke='url(#g)'/>",
    "<style>:root{--a:red} .b{fill:var(--a);opacity:1;filter:none}</style><g fill-opacity='inherit' fill='inherit'/>",
    "<style>@keyframes a{from{x:1} 50%{x:1}} .unused{animation:a 1s}</style><g class='used'/>", "<use href=' #Ebene 1 '/><use href='#'/>",
    "<path d='" + "L123.45 678.9" * 300_000 + "'/>", "<g opacity='.5'/>" * 10_000, "<text font-family='&quot;Noto&quot;'>" + "a" * 1_000_000 + "</text>",
])  # fmt: skip
def test_what_reads_in_one_way_passes(inside):
    size_of(svg(inside).encode())


@pytest.mark.parametrize(
    "inside",
    [
        "<g id='a'><use href='#a'/></g>",
        "<use id='a' href='#a'/>",
        "<pattern id='a'><rect fill='url(#a)'/></pattern>",
        "<use id='a' href='#b'/><use id='b' href='#a'/>",
    ],
)
def test_what_refers_to_itself_is_refused(inside):
    assert why(svg(inside)) == "refers to itself"


def test_a_long_chain_of_references_is_refused():
    chain = "".join(f"<use id='n{n}' href='#n{n + 1}'/>" for n in range(5000))
    assert "deep" in why(svg(chain))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "(" * 1_000_000,
        "-" * 1_000_000,
        "a{" * 500_000,
        "a " * 500_000,
        "url(#a)" * 130_000,
        "@media" * 130_000,
    ],
)
def test_long_css_is_read_in_one_pass(text):
    started = time.process_time()
    for drawing in (svg(f"<style>{text}</style>"), svg(f'<g style="{text}"/>')):
        try:
            size_of(drawing.encode())
        except RefusedError:
            continue
    assert time.process_time() - started < 20
