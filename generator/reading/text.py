"""Decode files and normalise text: encodings, line ends, characters that no page can contain."""

from __future__ import annotations

import codecs
import html
import html.entities
import operator
import re
import unicodedata
from collections import Counter
from collections.abc import Callable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose byte order mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PLAIN = bytes(sorted({*b"\t\n\r", *range(0x20, 0x7F)}))
_SAMPLE = 65_536
_HEADER = 512
# All bytes but the control characters that do not occur in text. ESC and form feeds may occur.
_NO_CONTROL_BYTES = bytes(sorted({*range(0x100)} - ({*range(0x20), 0x7F} - {*b"\b\t\n\v\f\r\x1b"})))
_DOCUMENTS = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"\x7fELF",
    b"SQLite format 3\0",
)
"""Signatures of binary files that may be too short, or too plain, to be recognised otherwise."""
_BINARY = "is a binary file, not text"
_NO_CHARACTERS = frozenset({"Cc", "Cn", "Co", "Cs"})
BEGINNING = "is longer than what is looked at"

# C0 without tab and line feed, DEL, C1, and the characters that XML does not allow.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Directional overrides can make `gpj.exe` read as `exe.jpg`. The others are invisible and split words.
_INVISIBLE = re.compile("[\u00ad\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]")
_DECORATION = re.compile(r"[\W_]+")
_LOWER = bytes(range(256)).lower()
_ASCII_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
# Everything but punctuation: ASCII, general, Chinese and full-width punctuation that NFKC keeps punctuation.
_NO_SIGNS = re.compile(
    "[^\\s!-/:-@\\[-`{-~·\u2010-\u2016\u2018-\u2027\u2030-\u203d\u203f-\u205e\u3001-\u3003\u3008-\u3011\u3014-\u301f"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]+"
)
PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
"""A character of the private use area: usually a glyph of an icon font."""
FIRST_GROUP = operator.itemgetter(1)
"""Replacement function for patterns: twice as fast as `\\1`, which is expanded for each text."""
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def decode(
    raw: bytes, mend: Callable[[str, str], str] | None = None, *, most: int | None = None
) -> tuple[str, tuple[str, ...]]:
    """Return the text of a file with LF line ends, and a note for each thing that was wrong with it.

    Knows UTF-8, UTF-16 and UTF-32 (with or without a byte order mark), GB18030 and Windows-1252; never
    raises. A text longer than `most` characters is truncated, with the note `BEGINNING`. `mend` repairs the
    text before control characters are removed. It gets the text and its odd characters, which are usually few
    and all that it needs to examine; it is not called for a text without any.
    """
    text, notes = _decoded(raw)
    is_beginning = most is not None and len(text) > most
    if is_beginning:
        text = text[:most]
        raw = text.encode("utf-8", "surrogatepass")
    odd = odd_characters(text) if notes else odd_characters(text, raw)
    found = text
    if odd and mend:
        text = mend(text, odd)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.lstrip("\ufeff")
    dropped = 0
    if odd and (text is not found or _CONTROLS.search(odd)):
        text, dropped = _CONTROLS.subn("", text)
    if is_beginning:
        notes += (BEGINNING,)
    if dropped:
        notes += (f"holds {dropped} control {'character' if dropped == 1 else 'characters'}, left out",)
    return text, notes


def why_not_text(raw: bytes) -> str:
    """Return what a file is instead of text, as words that follow its name; empty for text.

    A text may hold a few control characters or invalid bytes, which `decode` drops or replaces. Programs,
    images and archives hold many, at least in their headers. Takes 7 µs for a text of 5 kB.
    """
    controls = _controls_in(raw)
    controlled = raw.startswith(_DOCUMENTS) or controls > _most_controls(len(raw))
    if not controlled and controls > _most_controls(_HEADER):  # fewer do not suffice in a header either
        controlled = _controls_in(raw[:_HEADER]) > _most_controls(_HEADER)
    if not controlled and _is_utf8(raw):
        return ""
    codec = encoding_of(raw)[1]
    if codec.startswith(("utf-16", "utf-32")):
        return "" if _is_sound(raw, codec) else _BINARY
    if controlled:
        return _BINARY
    return "" if _is_sound(raw, codec) else "is text in an unknown encoding"


def _controls_in(raw: bytes) -> int:
    return len(raw.translate(None, _NO_CONTROL_BYTES))  # takes half as long as to leave out the few


def _most_controls(length: int) -> int:
    """Return how many control characters a damaged text of a length may have."""
    return 4 + length // 50


def _is_utf8(raw: bytes) -> bool:
    if raw.isascii():
        return True
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_sound(raw: bytes, codec: str) -> bool:
    """Return whether nine tenths of the characters that a codec decodes are characters of a text."""
    counts = Counter(raw[:_SAMPLE].decode(codec, "replace"))
    odd = (n for ch, n in counts.items() if ch == "\ufffd" or unicodedata.category(ch) in _NO_CHARACTERS)
    return sum(odd) * 10 <= counts.total() + 10 * sum(map(counts.__getitem__, "\t\n\r"))


def odd_characters(text: str, utf8: bytes | None = None) -> str:
    """Return the characters of a text that are not printable ASCII, in order; `utf8`: the text as bytes.

    Filtering bytes is several times faster than filtering characters.
    """
    if utf8 is None:
        utf8 = text.encode("utf-8", "surrogatepass")
    return utf8.translate(None, _PLAIN).decode("utf-8", "surrogatepass")


def _decoded(raw: bytes) -> tuple[str, tuple[str, ...]]:
    if b"\0" not in raw:
        try:
            return raw.removeprefix(codecs.BOM_UTF8).decode("utf-8"), ()
        except UnicodeDecodeError:
            pass
    mark, codec = encoding_of(raw)
    return _with_codec(raw[len(mark) :], codec)


def encoding_of(raw: bytes) -> tuple[bytes, str]:
    """Return the byte order mark at the beginning of a file, and the codec of what follows."""
    for mark, marked in _BOMS:
        if raw.startswith(mark):
            return mark, marked
    if b"\0" in raw and (codec := _wide_codec(raw)):
        return b"", codec
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return b"", _narrow_codec(raw)
    return b"", "utf-8"


def _with_codec(raw: bytes, codec: str) -> tuple[str, tuple[str, ...]]:
    name = codec.upper().removesuffix("-LE").removesuffix("-BE")
    notes = () if codec == "utf-8" else (f"is {name}, not UTF-8",)
    try:
        return raw.decode(codec), notes
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        text = raw.decode(codec, "replace")
        if codec == "cp1252":
            return text, notes
        return text, (f"is broken {name}: some bytes, the first on line {line}, became `\ufffd`",)


def _wide_codec(raw: bytes) -> str | None:
    """Return the UTF-16 codec of bytes without a byte order mark; None for other encodings.

    In ASCII text, every second byte is zero.
    """
    sample = raw[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    much, few, codec = (odd, even, "utf-16-le") if odd > even else (even, odd, "utf-16-be")
    if few * 10 > much:
        return None
    if much * 10 > len(sample):
        return codec
    # In Chinese UTF-16 text only line ends and spaces have zero bytes, but all of them do.
    line_ends = sample.count(b"\n")
    return codec if 0 < line_ends <= 2 * sample.decode(codec, "replace").count("\n") else None


def _narrow_codec(raw: bytes) -> str:
    """Return the likeliest of damaged UTF-8, GB18030 and Windows-1252."""
    sample = raw[:_SAMPLE]
    as_utf8 = sample.decode("utf-8", "replace")
    broken = as_utf8.count("\ufffd")
    good = sum(ch > "\x7f" for ch in as_utf8) - broken
    if good >= 2 * broken:
        return "utf-8"
    as_gb = sample.decode("gb18030", "replace")
    wide = [ch for ch in as_gb if ch > "\x7f"]
    common = len("".join(wide).encode("gb2312", "ignore").decode("gb2312"))
    if common >= 0.8 * len(wide):
        return "gb18030"
    # A few curly quotes or accents among ASCII are Windows-1252; anything else is damaged UTF-8.
    return "cp1252" if all(b in _CP1252 for b in set(sample)) else "utf-8"


_CP1252 = frozenset(range(256)) - {0x81, 0x8D, 0x8F, 0x90, 0x9D}


def unescaped(text: str) -> str:
    """Return a text with its HTML entities decoded, including those that were encoded twice.

    Only complete entities count, so that `R&D` and `?a=1&copy=2` stay.
    """
    return unescaped_once(unescaped_once(text))


def unescaped_once(text: str) -> str:
    """Return a text with its HTML entities decoded once, as a browser does."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    name = match[0]
    return html.unescape(name) if name[1] == "#" else html.entities.html5.get(name[1:], name)


def folded(text: str) -> str:
    """Return a text on one line, with single spaces, without invisible and control characters."""
    if "  " not in text and text.isprintable():
        return text.strip()  # printable text has no control, invisible or unusual space characters
    text = _CONTROLS.sub("", " ".join(text.split()))
    return " ".join(_INVISIBLE.sub("", text).split())


def bare(text: str, words: str | None = None) -> str:
    """Return the letters and digits of a text, normalised for comparison. `words`: see `without_signs`.

    Case, width and punctuation are removed.
    """
    if text.isascii():
        return text.encode().translate(_LOWER, _ASCII_SIGNS).decode() or "".join(text.split())
    words = without_signs(text) if words is None else words
    # Normalisation is slow, and mostly changes punctuation, which is gone already.
    if not unicodedata.is_normalized("NFKC", words):
        words = text = unicodedata.normalize("NFKC", text)
    words = words.casefold()
    if not words.isalnum():
        words = _DECORATION.sub("", words)
    return words or "".join(unicodedata.normalize("NFKC", text).casefold().split())


def without_signs(text: str) -> str:
    """Return a text without white space and common punctuation."""
    return "".join(_NO_SIGNS.findall(text))
