import contextlib
import gzip
import io
import random
import re
import sqlite3
import struct
import sys
import unicodedata
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.model.errors import shown
from generator.reading.text import bare, decode, folded, odd_characters, unescaped, why_not_text

CHINESE = "---\ntitle: 报纸的历史\n---\n\n活字印刷术让书籍走进了千家万户，也让报纸成为可能。\n"
ENGLISH = "---\ntitle: News\n---\n\nThe café’s paper.\n"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [CHINESE, ENGLISH])
def test_utf_16(codec, text):
    note = ("is UTF-16, not UTF-8",)
    assert decode(text.encode(codec)) == (text, note)
    assert decode(("\ufeff" + text).encode(codec)) == (text, note)


def test_utf_16_of_few_ascii_signs():
    text = "活字印刷术\n" * 30
    assert decode(text.encode("utf-16-le")) == (text, ("is UTF-16, not UTF-8",))


def test_utf_32():
    assert decode(("\ufeff" + CHINESE).encode("utf-32-le")) == (CHINESE, ("is UTF-32, not UTF-8",))


def test_bom_and_line_ends():
    assert decode(b"\xef\xbb\xbf---\r\na\rb\n") == ("---\na\nb\n", ())
    assert decode("\ufeff\ufeff---".encode()) == ("---", ())
    assert decode(b"") == ("", ())


def test_gb18030():
    assert decode(CHINESE.encode("gb18030")) == (CHINESE, ("is GB18030, not UTF-8",))


def test_gb18030_cut_in_the_middle_of_a_sign():
    text, (note,) = decode(CHINESE.rstrip().encode("gb18030")[:-1])
    assert text.startswith("---\ntitle: 报纸的历史\n")
    assert "broken GB18030" in note


def test_windows_1252():
    assert decode(ENGLISH.encode("cp1252")) == (ENGLISH, ("is CP1252, not UTF-8",))


def test_broken_utf_8_loses_only_what_is_broken():
    raw = CHINESE.encode()
    text, notes = decode(raw[:40] + b"\xff" + raw[40:])
    assert text.count("\ufffd") >= 1
    assert text.endswith("也让报纸成为可能。\n")
    assert notes == ("is broken UTF-8: some bytes, the first on line 5, became `\ufffd`",)


def test_bytes_that_are_no_text_in_any_encoding():
    text, notes = decode(bytes(range(1, 256)) * 3)
    assert text
    assert notes


@pytest.mark.parametrize(
    "raw", [b"a\0bc\0", b"a\x1bbc\x07", "ab\x85c\x9f".encode(), "a\ufffebc\uffff".encode()]
)
def test_control_characters_are_left_out(raw):
    assert decode(raw) == ("abc", ("holds 2 control characters, left out",))


def test_one_control_character():
    assert decode(b"a\x7fb") == ("ab", ("holds 1 control character, left out",))


@given(
    st.binary()
    | st.text().map(lambda t: t.encode("utf-16"))
    | st.text().map(lambda t: t.encode("utf-8", "ignore"))
)
def test_decode_never_raises_and_leaves_nothing_that_pages_cannot_carry(raw):
    text, _ = decode(raw)
    assert not set(text) & {chr(n) for n in range(32)} - set("\n\t")
    text.encode("utf-8")


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Cs"])))
def test_utf_8_stays(text):
    assert decode(text.encode()) == (text.lstrip("\ufeff"), ())


def test_entities():
    assert unescaped("&#8220;a&#x201D; &amp;lt;b&amp;gt; &nbsp;&igrave;") == "“a” <b> \xa0ì"
    assert unescaped("R&D, AT&T; ?a=1&copy=2 &nothing; &amp") == "R&D, AT&T; ?a=1&copy=2 &nothing; &amp"
    assert unescaped("&#0;&#xD800;") == "\ufffd\ufffd"


def test_folding():
    assert folded("  a \t b\n\u3000c\u2028d\xa0 ") == "a b c d"
    assert folded("gpj.\u202eexe\u202c a\u200bb\ufeff\x00\x9f\ud800") == "gpj.exe ab"
    assert folded("plain text") == "plain text"
    assert folded("👩\u200d👩\u200d👧 نمی\u200cخواهم") == "👩\u200d👩\u200d👧 نمی\u200cخواهم"


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert folded(folded(text)) == folded(text)


# Signs, letters, and what joins with a neighbour or turns into letters in the normal form.
JOINING = (
    "aZ é\u0301\u0338\u3099かが\u1100\u1161\u11a8가：＝=<_™㍿①½İŉßΣﬁｶ\uff9e中"
    "，。“…·\u200b\ufe0f\u0345\u2017\u3000 9"
)


@given(st.text(st.sampled_from(JOINING) | st.characters(), max_size=8))
def test_bare_text_is_that_of_the_normal_form(text):
    normal = unicodedata.normalize("NFKC", text).casefold()
    assert bare(text) == (re.sub(r"[\W_]+", "", normal) or "".join(normal.split()))


def test_bare():
    assert bare("**Ｆoo**, “Bar”！") == bare("foo bar")
    assert bare("！？") == "!?"


def test_shown_paths():
    assert shown("a/b c.md") == "a/b c.md"
    assert shown("日报\u3000期.md") == "日报\u3000期.md"
    assert shown("a\udcff\nb\u202e.md") == "a\\xff\\nb\\u202e.md"


def test_only_characters_that_show_are_left():
    for code in range(0x30000):
        spaced = f"a{chr(code)}b"
        quick = folded(spaced)
        assert quick == folded(f"{spaced}  ")  # two spaces go the long way


@given(st.text())
def test_odd_characters_are_all_but_plain_ascii(text):
    odd = "".join(ch for ch in text if not (" " <= ch <= "~" or ch in "\t\n\r"))
    assert odd_characters(text) == odd
    assert odd_characters(text, text.encode()) == odd


def _zip(compression):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr("word/document.xml", ENGLISH * 200)
    return file.getvalue()


def _png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


def _sqlite():
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE t (x)")
        return database.serialize()


_JPEG = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xdb\0C\0" + bytes(range(1, 65)) + b"\xff\xd9"
)
_PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" + b"0 0 0 RG\n" * 500 + b"%%EOF\n"
_DS_STORE = b"\0\0\0\x01Bud1\0\0\x10\0\0\0\x08\0" + "图片.md".encode("utf-16-be") * 9 + bytes(999)
_TAR_HEADER = b"clipping.md".ljust(100, b"\0") + b"0000644\0" * 3 + b"\0" * 388


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(Path(sys.executable).read_bytes(), id="program"),
        pytest.param(_png(), id="png"),
        pytest.param(_JPEG, id="jpeg"),
        pytest.param(_PDF, id="pdf"),
        pytest.param(_zip(zipfile.ZIP_DEFLATED), id="docx"),
        pytest.param(_zip(zipfile.ZIP_STORED), id="stored zip"),
        pytest.param(_sqlite(), id="sqlite"),
        pytest.param(gzip.compress(ENGLISH.encode()), id="gzip"),
        pytest.param(b"PACK\0\0\0\x02\0\0\0\x03" + zlib.compress(ENGLISH.encode() * 9), id="git pack"),
        pytest.param(zlib.compress(ENGLISH.encode()), id="git object"),
        pytest.param(_TAR_HEADER + ENGLISH.encode() * 500, id="tar"),
        pytest.param(_DS_STORE, id="DS_Store"),
        pytest.param(CHINESE.encode() + random.Random(1).randbytes(9999), id="text, then noise"),
        pytest.param(random.Random(2).randbytes(9999), id="noise"),
        pytest.param(b"\xff\xfe" + random.Random(3).randbytes(9998), id="noise after a mark"),
        pytest.param(bytes(64), id="zeros"),
        pytest.param("新聞の歴史について、活字印刷は本を広めた。\n".encode("shift_jis"), id="Shift JIS"),
    ],
)  # fmt: skip
def test_what_is_no_text(raw):
    assert why_not_text(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"a\0b",
        ENGLISH.encode() + b"\0\x07",
        *(CHINESE.encode(codec) for codec in ("utf-8-sig", "utf-16", "utf-16-be", "utf-32")),
        *(ENGLISH.encode(codec) for codec in ("utf-8-sig", "utf-16", "utf-16-be", "utf-32")),
        CHINESE.encode("gb18030"),
        CHINESE.encode("gb18030")[:-1],
        ENGLISH.encode("cp1252"),
        CHINESE.encode().decode("gb18030", "replace").encode(),
        CHINESE.encode().decode("latin-1").encode(),
        CHINESE.encode()[:40] + b"\xff" + CHINESE.encode()[40:],
        CHINESE.encode("iso2022_jp", "replace"),
        b"\x1b[1mbold\x1b[0m\x0c\n" * 99,
        ("活字印刷术" * 30 + "\n").encode("utf-16-le"),
        "🗞️\ufe0f‍".encode() * 99,
    ],
)  # fmt: skip
def test_what_is_text(raw):
    assert not why_not_text(raw)
