import urllib.parse
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.render import xml

anything = st.text(max_size=40) | st.text("<>&\"'\x00\t\n\r\x85\ud800\udfff\uffff a", max_size=20)


@settings(deadline=None)
@given(anything, anything)
def test_text_and_attributes_come_back_as_they_went_in(text, value):
    parsed = ET.fromstring(xml.element("a", text, {"b": value, "c": None}))
    assert (parsed.text or "") == xml.clean(text)
    assert parsed.attrib == {"b": xml.clean(value)}


@settings(deadline=None)
@given(anything)
def test_clean_text_is_clean(text):
    cleaned = xml.clean(text)
    assert xml.clean(cleaned) == cleaned
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert "\r" not in cleaned


def test_line_ends_become_one_kind():
    assert xml.clean("a\r\nb\rc\x0bd") == "a\nb\ncd"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://a.example/b?c=d&e=%20#f", "https://a.example/b?c=d&e=%20#f"),
        ("https://a.example", "https://a.example"),
        ("HTTPS://A.example?x#", "HTTPS://A.example?x#"),
        (" https://a.example/b c\n", "https://a.example/b%20c"),
        ("https://报.example/路?查=询#片", "https://xn--4ru.example/%E8%B7%AF?%E6%9F%A5=%E8%AF%A2#%E7%89%87"),
        ("https://a..报.example/", "https://a..%E6%8A%A5.example/"),
        ("http://[::1]:80/a[0]|{x}", "http://[::1]:80/a%5B0%5D%7C%7Bx%7D"),
        ("https://a.example/100%/%zz", "https://a.example/100%25/%25zz"),
        ("https://a.example/\"><x>'\\^`", "https://a.example/%22%3E%3Cx%3E'%5C%5E%60"),
        ("https://a.example/#a#b", "https://a.example/#a%23b"),
        ("https://a.example/\ud800\x00", "https://a.example/%EF%BF%BD"),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ],
)
def test_an_address_is_written_as_a_uri(address, expected):
    assert xml.uri(address) == expected


@settings(deadline=None)
@given(anything)
def test_a_uri_is_plain_ascii_and_stays_as_it_is(rest):
    written = xml.uri("https://a.example/" + rest)
    assert written.isascii()
    assert not set(written) & set(' <>"\\^`{|}')
    assert xml.uri(written) == written
    assert urllib.parse.urlsplit(written).hostname == "a.example"
