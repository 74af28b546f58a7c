"""Nothing of a body runs, frames, submits or styles: known attacks, and properties of any text."""

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.render import sanitise
from generator.render.markdown import Place, body_html

PLACE = Place(original="https://o.example/p/q.html", id="abcdefghijkm")
FORBIDDEN = {
    "script",
    "style",
    "iframe",
    "form",
    "input",
    "object",
    "embed",
    "svg",
    "math",
    "base",
    "meta",
    "link",
}
ALLOWED = {
    tag: sanitise.ATTRIBUTES.get(tag, set()) | set(sanitise.ATTRIBUTE_VALUES.get(tag, ())) | set(sanitise.EVERYWHERE)  # noqa: E501
    | ({"class"} if tag in sanitise.CLASSES else set()) | ({"rel"} if tag == "a" else set())
    for tag in sanitise.TAGS
}  # fmt: skip


class Audit(HTMLParser):
    """Reads HTML with another parser than the sanitiser's and asserts what may be there."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.ids, self.open, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        assert tag in sanitise.TAGS
        for name, value in attrs:
            assert name in ALLOWED[tag], (tag, name)
            if name == "href":
                assert re.match(r"https?://[a-z0-9]|mailto:|#(fn|h-)", value, re.IGNORECASE), value
            if name == "src":
                assert re.match(
                    r"https?://[a-z0-9]|\.\./\.\./media/|data:image/(png|jpeg|gif|webp);",
                    value,
                    re.IGNORECASE,
                )
            if name == "class":
                assert set(value.split()) <= sanitise.CLASSES[tag]
            if name == "id":
                self.ids.append(value)
        if tag == "a":
            assert dict(attrs)["rel"] == sanitise.REL
        if tag == "img":
            assert {"alt", "loading", "decoding", "referrerpolicy"} <= dict(attrs).keys()
        if tag not in {"br", "hr", "wbr", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def audit(markup):
    reader = Audit()
    reader.feed(markup)
    reader.close()
    assert not reader.open
    assert len(reader.ids) == len(set(reader.ids))
    return reader


ATTACKS = r'''
<img src=x onerror=alert(1)>
<svg/onload=alert(1)>
<svg><style><img src=x onerror=alert(1)></style></svg>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">
<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
<a href="java&#x09;script:alert(1)">x</a>
<a href=" &#14; javascript:alert(1)">x</a>
<a href="https://a.example/" target=_blank onclick=alert(1) style="position:fixed">x</a>
<iframe srcdoc="<script>alert(1)</script>"></iframe>
<object data="javascript:alert(1)"></object><embed src="javascript:alert(1)">
<base href="https://evil.example/"><meta http-equiv=refresh content="0;url=javascript:alert(1)">
<link rel=stylesheet href="https://evil.example/x.css"><style>@import "https://evil.example/x.css";</style>
<form action="javascript:alert(1)"><button formaction="javascript:alert(1)">x</button></form>
<details open ontoggle=alert(1)><summary>x</summary></details>
<video><source onerror="alert(1)"></video><audio src=x onerror=alert(1)>
<div style="background:url(javascript:alert(1))" id="location" name="body">x</div>
<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+"> <img src="data:text/html,<script>alert(1)</script>">
<template><script>alert(1)</script></template><plaintext>
<a href="data:image/png;base64,AAAA">x</a>
<scr<script>ipt>alert(1)</scr</script>ipt>
<<script>alert(1)//<</script>
<img """><script>alert(1)</script>">
<x onclick=alert(1)>x</x><isindex type=image src=1 onerror=alert(1)>
<table background="javascript:alert(1)"><td background="javascript:alert(1)">x</table>
<img src="x` `<script>alert(1)</script>"` `>
<!--><img src=x onerror=alert(1)>--> <![CDATA[<img src=x onerror=alert(1)>]]>
[x](javascript:alert(1)) [y](JaVaScRiPt:alert(1)) [z](javascript&colon;alert(1)) [v](vbscript:x) [f](file:///etc/passwd)
[x](https://a.example/"onmouseover="alert(1)) [t](https://a.example/ "x\" onmouseover=\"alert(1)")
![x" onerror="alert(1)](x) ![y](x" onerror="alert(1))
<javascript:alert(1)> <data:text/html,x> https://a.example/"onmouseover=alert(1)
[^<img src=x onerror=alert(1)>]: n
``` "><img src=x onerror=alert(1)>
|<img src=x onerror=alert(1)>|
{{ 7*7 }} {% raw %} ${7*7}
'''.strip().split("\n")  # noqa: E501


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("frame", ["{}", "前 {} 后", "> {}", "<div>\n\n{}\n\n</div>", "# {}"])
def test_attack_leaves_nothing_active(attack, frame):
    audit(body_html(frame.format(attack) if "{{" not in attack else attack, PLACE))


def test_template_syntax_stays_text():
    assert body_html("{{ config }} {% include 'x' %}", PLACE) == "<p>{{ config }} {% include 'x' %}</p>\n"


ALPHABET = st.sampled_from("<>\"'/=&;#x!-[]()`*_~|\\: \n\tabjs汉")
TAGS = st.sampled_from(
    ["<a href=", "<img src=", "javascript:", "onerror=", "<svg>", "</p>", "<!--", "-->", "<td>", "<b ", ">"]
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.one_of(TAGS, st.text(ALPHABET, max_size=12), st.text(max_size=6)), max_size=20).map("".join)
)
def test_any_text_holds_to_the_lists(text):
    audit(body_html(text, PLACE))


AGAIN = st.sampled_from(
    [
        "<pre>",
        "</pre>",
        "<pre><code>",
        "\n",
        "\n\n",
        "\ufeff",
        "&#13;",
        "&#x1;",
        "&#xfffe;",
        "\r",
        "<!-- -->",
        "a",
    ]
)


@given(st.lists(st.one_of(TAGS, AGAIN, st.text(ALPHABET, max_size=6)), max_size=12).map("".join))
@settings(max_examples=300, deadline=None)
def test_a_body_stays_as_it_is_when_it_is_cleaned_again(text):
    body = body_html(text, PLACE)
    assert sanitise.clean(body) == body


@pytest.mark.parametrize(
    "text", ["<pre>\n\n\na</pre>", "<!-- -->&#x1;x", "<!-- -->&#13;a", "<!-- -->\ufeff\ufeffa"]
)
def test_a_body_is_not_cleaned_twice(text):
    body = body_html(text, PLACE)
    assert sanitise.cleaned(body) == body
    assert not sanitise._UNFIT.search(body)


def test_the_lists_name_nothing_active():
    assert not FORBIDDEN & sanitise.TAGS
    assert not any(name.startswith("on") or name == "style" for names in ALLOWED.values() for name in names)


def test_the_sanitiser_alone_is_a_wall():
    hostile = (
        '<a href="javascript:x" id="evil" lang="zz" title="t">a</a><img src="data:text/html,x">'
        '<a href="data:image/png;base64,AA">b</a><p title="t" style="x">c</p><img src="//h.example/x" width="1e9">'  # noqa: E501
    )
    assert sanitise.clean(hostile) == (
        f'<a rel="{sanitise.REL}" title="t">a</a><img><a rel="{sanitise.REL}">b</a><p>c</p><img>'
    )


@given(st.text(st.characters(), max_size=40))
def test_unfit_code_points_go_whatever_is_asked_first(text):
    assert sanitise._without_unfit(text) == sanitise._UNFIT.sub("", text)


# ---- structure


def test_raw_table_keeps_spans_that_fit_only():
    fits = "<table><tr><td rowspan=2>a<td>b<tr><td>c</table>"
    overlap = "<table><tr><td>a<td rowspan=2>b<tr><td colspan=2>c</table>"
    empty_column = "<table><tr><td colspan=2>a<tr><td colspan=2>b</table>"
    assert "rowspan" in body_html(fits, PLACE)
    assert "span=" not in body_html(overlap, PLACE)
    assert "span=" not in body_html(empty_column, PLACE)


def test_list_in_a_link_ends_the_link():
    assert body_html("<div><a href=/x>t<ul><li>i</ul></a></div>", PLACE) == (
        '<div><a href="https://o.example/x" rel="noopener nofollow ugc">t</a><ul><li>i</li></ul></div>'
    )


def test_elements_deeper_than_a_page_needs_lose_their_tags():
    rendered = body_html("<div>" * 500 + "x", PLACE)
    assert rendered.count("<div>") < 100
    assert "x" in rendered


def test_forged_ids_of_notes_stand_once():
    rendered = body_html('a[^1] <a id="fn-abcdefghijkm-1" href="/x">f</a>\n\n[^1]: n', PLACE)
    assert audit(rendered).ids.count("fn-abcdefghijkm-1") == 1


def test_words_in_angle_brackets_stay_readable():
    text = "".join(audit(body_html("set <API-KEY> and <script> here", PLACE)).text)
    assert text == "set <API-KEY> and <script> here\n"
    assert html.escape("<API-KEY>") in body_html("set <API-KEY>", PLACE)
