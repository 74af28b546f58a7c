"""Which addresses may be links, and where they lead."""

import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.render import emphasis, links, sanitise
from generator.render.markdown import Place, body_html

BASE = "https://o.example/p/q.html?x=1#f"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("https://a.example/x?y=1&z", True),
        ("<https://a.example/>", True),
        ("[https://a.example](https://a.example/ 'A title')", True),
        ("[a.example](https://a.example/)", False),
        ("[https://a.example/x](https://a.example/y)", False),
        ("[https://a.example/x and more](https://a.example/x)", False),
    ],
)
def test_links_whose_text_is_their_address_are_marked(text, marked):
    html = body_html(text, Place(original=BASE, id="")).strip()
    found = links.with_addresses_marked(html)
    assert found.count('<a class="bare" href=') == marked
    assert found.replace(' class="bare"', "") == html


@pytest.mark.parametrize(
    ("written", "resolved"),
    [
        ("https://a.example/x?y=1#z", "https://a.example/x?y=1#z"),
        ("HTTPS://A.example", "https://a.example"),
        ("https:a.example/x", "https://a.example/x"),
        ("https:\\\\a.example\\x", "https://a.example/x"),
        ("\x01 https://a.example/\n", "https://a.example/"),
        ("ht\ntps://a.exa\tmple/", "https://a.example/"),
        ("//a.example/x", "https://a.example/x"),
        ("\\\\a.example/x", "https://a.example/x"),
        ("../up?a=\\", "https://o.example/up?a=%5C"),
        ("#frag ment", "https://o.example/p/q.html?x=1#frag%20ment"),
        ("http://1.2.3.4:80/", "http://1.2.3.4:80/"),
        ("http://bücher.example/ü?ü#ü", "http://xn--bcher-kva.example/%C3%BC?%C3%BC#%C3%BC"),
        ("http://ａ.example/", "http://a.example/"),
        ("/100%/%41%zz", "https://o.example/100%25/%41%25zz"),
        ("mailto:a b@c.example?subject=<x>", "mailto:a%20b@c.example?subject=%3Cx%3E"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("\x00javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("C:\\x", None),
        ("tel:123", None),
        ("mailto:nobody", None),
        ("https://user@a.example/", None),
        ("https://", None),
        ("https://a..example/", None),
        ("https://a b.example/", None),
        ("https://a.example:99999/", None),
        ("https://[::1/", None),
        ("http://1.2.3/", None),
        ("http://1.2.3.256/", None),
        ("http://a.0x7f/", None),
        ("http://" + "a" * 64 + ".example/", None),
        ("http://" + "é" * 80 + ".example/", None),
        ("", None),
        (" ", None),
    ],
)
def test_address_resolves_as_a_browser_would(written, resolved):
    assert links.resolve(written, BASE) == resolved


@pytest.mark.parametrize("relative", ["/x", "x.html", "#f", "?q", "//a.example/"])
def test_relative_address_without_a_base_is_no_link(relative):
    assert links.resolve(relative, None) is None


def test_relative_address_that_cannot_be_joined_is_no_link():
    assert links.resolve("//[x/", BASE) is None


@given(st.text(), st.sampled_from([None, BASE]))
def test_any_text_resolves_to_a_clean_address_or_none(text, base):
    address = links.resolve(text, base)
    if address is not None:
        assert address.isascii()
        assert urllib.parse.urlsplit(address).scheme.lower() in {"http", "https", "mailto"}
        assert not set(address) & set(' <>"\\^`{|}\n')
        assert links.resolve(address, None) == address


ROOTED = st.lists(
    st.one_of(
        st.text("ab/.?#;%&'~ é\\", max_size=6), st.sampled_from(["//", "/../", "/./", "%41", "?a=b", "#c"])
    )
).map(lambda parts: "/" + "".join(parts))


@given(
    ROOTED, st.sampled_from([BASE, "http://o.example:8080", "https://O.example/a/../b", "ftp://o.example/"])
)
def test_paths_from_the_root_resolve_as_urllib_joins_them(address, base):
    assert links.resolve(address, base) == links._resolve_relative(
        links._DROPPED.sub("", address.strip(links._EDGES)), base
    )


def test_data_image_is_small_and_raster():
    assert links.data_image("data:image/JPG;base64,AAAA") == "data:image/jpeg;base64,AAAA"
    assert links.data_image("data:image/png;base64,AAA") is None
    assert links.data_image("data:image/svg+xml;base64,AAAA") is None
    assert links.data_image("data:image/png;base64," + "AAAA" * 9000) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("见https://a.example/x，后", ["https://a.example/x"]),
        ("(https://a.example/x_(y))", ["https://a.example/x_(y)"]),
        ("[https://a.example/]", ["https://a.example/"]),
        ("https://a.example/?a=1&lt; end.", ["https://a.example/?a=1"]),
        ("https://a.example/Köln!", ["https://a.example/Köln"]),
        ("xhttps://a.example http://localhost/ https://", []),
        ("HTTP://A.EXAMPLE/b; https://b.example...", ["HTTP://A.EXAMPLE/b", "https://b.example"]),
    ],
)
def test_bare_addresses_end_where_the_sentence_goes_on(text, found):
    assert [text[start:end] for start, end, _ in links.bare_addresses(text)] == found


@pytest.mark.parametrize(
    ("character", "expected"),
    [("汉", True), ("，", True), ("か", True), ("한", True), ("ᄀ", True), ("Ａ", True), ("〾", True), ("𠀀", True),  # noqa: E501
     ("a", False), ("“", False), ("—", False), ("😀", False), ("⭐", False), ("🈚", False), ("\ufe0f", False)],  # noqa: E501
)  # fmt: skip
def test_cjk_is_what_the_amendments_say(character, expected):
    assert emphasis.is_cjk(character) is expected


def test_line_breaks_close_up_between_chinese_and_japanese_only():
    assert emphasis.closes_up("汉", "字")
    assert emphasis.closes_up("，", "か")
    assert not emphasis.closes_up("한", "국")
    assert not emphasis.closes_up("汉", "a")


_LABELS = st.one_of(
    st.sampled_from(
        ["xn--a", "XN--A", "xn--fa-hia", "xn--n3h", "xn--", "xn--0", "a", "bb", "a_b", "☃", "١", "ß"]
    ),
    st.text(min_size=1, max_size=4),
    st.from_regex(r"xn--[a-z0-9-]{0,8}", fullmatch=True),
)


@given(st.lists(_LABELS, min_size=1, max_size=4), st.sampled_from(["http", "https"]), st.text(max_size=5))
def test_an_address_that_is_a_link_is_one_to_the_sanitiser_too(labels, scheme, path):
    address = links.resolve(f"{scheme}://{'.'.join(labels)}/{path}", None)
    assert address is None or sanitise.is_valid_address(address)


def test_links_and_pictures_of_no_address_are_their_text():
    link, place = "http://xn--a.bb/", Place(original=None, id="abcdefghijkm")
    assert body_html(f'[x]({link} "t")', place) == "<p>x</p>\n"
    assert body_html(f"![x]({link})", place) == "<p>x</p>\n"
    assert body_html(f"<{link}> {link}", place) == f"<p>{link} {link}</p>\n"
    assert body_html(f'<a href="{link}">x</a> <img src="{link}" alt="y">', place) == "<p>x y</p>\n"
    assert 'href="http://xn--n3h.net/"' in body_html("[x](http://xn--n3h.net/)", place)


@pytest.mark.parametrize("name", ["std::string", "crate::a::B"])
def test_a_scoped_name_between_angle_brackets_is_text(name):
    html = body_html(f"A vector<{name}> of type.", Place(original=None, id="abcdefghijkm"))
    assert html == f"<p>A vector&lt;{name}&gt; of type.</p>\n"
