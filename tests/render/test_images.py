"""Pictures beside a clipping: only files of the content folder that are what they say."""

import base64
import struct
import time

import pytest
from markupsafe import Markup

from generator.model import limits
from generator.render.images import LARGEST, LocalImages, absolute_html
from writing import image_beside

GIF = base64.b64decode("R0lGODlhAQABAAAAACw=")
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 30, 20) + b"\x08\x02\x00\x00\x00"


def svg(inside="", attributes='viewBox="0 0 40 30"'):
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {names} {attributes}>{inside}</svg>"


@pytest.fixture
def content(tmp_path):
    folder = tmp_path / "content"
    (folder / "2024").mkdir(parents=True)
    (folder / "2024/a.png").write_bytes(PNG)
    (folder / "top.GIF").write_bytes(GIF)
    (tmp_path / "outside.png").write_bytes(PNG)
    return folder


def test_picture_beside_its_clipping(content):
    image = image_beside(content, "2024/x.md", "a.png")
    assert (image.path, image.width, image.height) == ("2024/a.png", 30, 20)
    prefix, folder, name = image.address.split("/")
    assert prefix == "media"
    assert name.startswith(folder)
    assert name.endswith(".png")
    assert len(name) == 16


@pytest.mark.parametrize(
    "src", ["../top.GIF", "/top.GIF", "./../top.GIF", "../top.GIF?raw=1", "../top.GIF#x"]
)
def test_same_file_has_one_address_however_it_is_named(content, src):
    assert image_beside(content, "2024/x.md", src) == image_beside(content, "y.md", "top.GIF")


@pytest.mark.parametrize(
    "src", ["../../outside.png", "/../outside.png", "none.png", "", ".", "a\0.png", "a" * 5000, "../2024"]
)
def test_what_is_not_a_file_in_the_folder_is_none(content, src):
    assert image_beside(content, "2024/x.md", src) is None


def test_links_count_by_where_they_lead(content, tmp_path):
    (content / "out.png").symlink_to(tmp_path / "outside.png")
    (content / "in.png").symlink_to(content / "2024/a.png")
    (content / "loop.png").symlink_to(content / "loop.png")
    assert image_beside(content, "x.md", "out.png") is None
    assert image_beside(content, "x.md", "loop.png") is None
    assert image_beside(content, "x.md", "in.png").path == "2024/a.png"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.png", GIF),
        ("x.gif", PNG),
        ("x.html", b"<svg"),
        ("x.jpg", b"<html>"),
        ("x", PNG),
        ("x.webp", b"RIFF"),
        ("x.png", b""),
    ],
)
def test_name_and_content_must_agree(content, name, data):
    (content / name).write_bytes(data)
    assert image_beside(content, "y.md", name) is None


def test_too_large_a_file_is_none(content):
    with (content / "big.png").open("wb") as stream:
        stream.write(PNG)
        stream.truncate(LARGEST + 1)
    assert image_beside(content, "y.md", "big.png") is None


def test_size_is_unknown_where_the_file_is_cut_short(content):
    (content / "cut.png").write_bytes(PNG[:12])
    image = image_beside(content, "y.md", "cut.png")
    assert (image.width, image.height) == (None, None)


@pytest.mark.parametrize(
    ("attributes", "size"),
    [('viewBox="0 0 40 30"', (40, 30)), ('width="12px" height="9.5"', (12, 9)), ("", (None, None)), ('width="100%" height="0"', (None, None)),  # noqa: E501
     ('viewBox="0 0 0 0"', (None, None))],
)  # fmt: skip
def test_size_of_a_drawing(content, attributes, size):
    (content / "d.svg").write_text(svg("<path d='M0 0'/>", attributes))
    image = image_beside(content, "y.md", "d.svg")
    assert (image.width, image.height) == size


def test_drawing_with_its_own_references_is_inert(content):
    inside = (
        '<defs><linearGradient id="g"><stop offset="0"/></linearGradient></defs><!-- a note -->'
        '<rect fill="url(#g)" style="stroke:url( \'#g\' )" aria-label="x"/><use href="#g" xlink:href="#g"/>'
        '<text xml:space="preserve">t</text>'
    )
    (content / "d.svg").write_text('<?xml version="1.0" encoding="UTF-8"?>' + svg(inside))
    assert image_beside(content, "y.md", "d.svg") is not None


@pytest.mark.parametrize(
    "drawing",
    [
        svg("<script>alert(1)</script>"), svg('<rect onload="alert(1)"/>'), svg('<a href="javascript:alert(1)"/>'),  # noqa: E501
        svg('<use href="https://evil.example/x.svg#a"/>'), svg('<use xlink:href="//evil.example/x#a"/>'),
        svg("<foreignObject/>"), svg('<image href="x.png"/>'), svg("<style>@import 'x'</style>"), svg('<set attributeName="href"/>'),  # noqa: E501
        svg('<rect style="fill:url(https://evil.example/)"/>'), svg('<rect fill="url(//evil.example/)"/>'),
        svg('<rect style="fill:u\\72l(x)"/>'), svg('<x:script xmlns:x="http://www.w3.org/1999/xhtml"/>'),
        svg('<rect xmlns:e="http://www.w3.org/2001/xml-events" e:handler="x"/>'),
        "<!DOCTYPE svg [<!ENTITY x 'y'>]>" + svg(), '<?xml-stylesheet href="x"?>' + svg(),
        '<?xml version="1.0" encoding="UTF-16"?>' + svg(), "<html/>", "<svg>", svg()[:-3], svg().replace("2000", "2001"),  # noqa: E501
    ],
)  # fmt: skip
def test_drawing_that_does_more_than_draw_is_none(content, drawing):
    (content / "d.svg").write_text(drawing)
    assert image_beside(content, "y.md", "d.svg") is None


def test_drawing_in_another_encoding_is_none(content):
    (content / "d.svg").write_bytes(b" <" + svg().encode("utf-16"))
    assert image_beside(content, "y.md", "d.svg") is None


def test_feeds_get_complete_addresses():
    html = (
        '<p>href="x" <a href="#fn-a-1" id="fnref-a-1-1" rel="r">1</a> <a href="https://b.example/?a=1&amp;b=2">b</a>'
        '<img src="../../media/ab/c.png" alt="&lt;a href=&quot;x&quot;&gt;"> <a href="mailto:a@b.example">m</a></p>'  # noqa: E501
    )
    assert absolute_html(html, "https://d.example/n/articles/ab/abc.html") == (
        '<p>href="x" <a href="https://d.example/n/articles/ab/abc.html#fn-a-1" id="fnref-a-1-1" rel="r">1</a> '  # noqa: E501
        '<a href="https://b.example/?a=1&amp;b=2">b</a>'
        '<img src="https://d.example/n/media/ab/c.png" alt="&lt;a href=&quot;x&quot;&gt;"> '
        '<a href="mailto:a@b.example">m</a></p>'
    )


@pytest.mark.parametrize(
    "html",
    [
        '<p>="# <a href="https://b.example/it\'s">b</a></p>',
        '<a href="https://b.example/it\'s">b</a>',
        '<img src="data:image/png;base64,AAAA" alt="">',
    ],
)
def test_complete_addresses_stay_as_they_are(html):
    complete = absolute_html(Markup(html), "https://d.example/")
    assert complete == html
    assert type(complete) is str


@pytest.mark.parametrize("filling", [b"\xff\xe0\x00\x02" * 1_200_000, b"\xff\xe0" + b"\xff" * 5_000_000])
def test_size_is_not_looked_for_in_a_million_parts(content, filling):
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 30, 40) + b"\x03" + b"\x01\x11\x00" * 3
    (content / "plain.jpg").write_bytes(b"\xff\xd8" + b"\xff\xe0\x00\x02" * 100 + frame)
    image = image_beside(content, "y.md", "plain.jpg")
    assert (image.width, image.height) == (40, 30)
    (content / "empty.jpg").write_bytes(b"\xff\xd8" + filling + frame)
    start = time.process_time()
    image = image_beside(content, "y.md", "empty.jpg")
    assert time.process_time() - start < 0.3
    assert (image.width, image.height) == (None, None)


def test_drawing_of_too_many_parts_is_none(content):
    (content / "many.svg").write_text(svg("<g/>" * 1_000_000))
    assert image_beside(content, "y.md", "many.svg") is None


def test_no_more_images_of_one_body_are_looked_for_than_the_limit():
    asked = []
    images = LocalImages(asked.append)
    for number in range(limits.IMAGES + 2):
        assert images.get(f"{number}.png") is None
    assert len(asked) == len(images) == limits.IMAGES
    assert images.is_full
