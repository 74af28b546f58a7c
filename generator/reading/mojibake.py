"""Detect and repair text that was decoded with the wrong codec.

UTF-8 that was decoded with another codec has a property that correct text lacks: encoded again in that codec,
its bytes are valid UTF-8. One such character may be a coincidence, many in a row are not. So a codec is first
proved on lines that it explains completely; after that, everything it explains elsewhere is repaired too.
Text that it does not explain, because bytes were lost, stays as it is. Several wrong decodings in a row are
undone one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from generator.reading.text import odd_characters

LONGEST_CHAIN = 3
"""Number of successive wrong decodings that are undone."""

# UTF-8 sequences whose bytes are written as Latin-1 characters, so that one pattern serves all codecs.
_CHARACTERS = re.compile(
    "(?:[\xc2-\xdf][\x80-\xbf]|(?:\xe0[\xa0-\xbf]|\xed[\x80-\x9f]|[\xe1-\xec\xee\xef][\x80-\xbf])[\x80-\xbf]"
    "|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf]{2})+"
)
_FRAGMENT = re.compile("(?:[\xc3-\xdf]|[\xe1-\xef][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})$")
_SMALL = re.compile("[\x80-\u2fff]+")
"""A token of a single-byte codec."""
_SEVERAL = re.compile("[\x80-\u2fff]{2,}")
_LARGE = re.compile("[^\x00-\x7f]+")
"""A token of GB18030."""
# In every codec here, the first byte of a three-byte sequence is a letter, and the next is not Chinese.
_PAIR = re.compile("[\xc2-\u06ff][\x80-\u2fff]")

# Characters that are almost always present in UTF-8 decoded as GB18030: the start of 。，“的是一在我有了, of
# Cyrillic and of Latin-1.
_GB_TRACES = "锛鈥銆涓鐨鏄鍦鎴鏈浜璇绔浠鍙瀹鏃鏂鍏缁姹銇儍偗邪褉懈脙脗茅猫脨脩袗袪茫芒"
# Bytes replaced before the wrong decoding; remains of GB18030 that cannot be undone; remains of Latin-1.
_LOST = re.compile(
    "锟斤拷|\ufffd{3}|烫烫烫|屯屯屯|[锛鈥銆][^\n]{0,99}[锛鈥銆][^\n]{0,99}[锛鈥銆]|â[€\x80][\x80-\u2fff]|Ã[\x80-\xbf]"
)
_SHORT = 400
"""Number of characters. A shorter text may lack these traces by chance, and is cheap to examine."""
_SIGN = re.compile("[锟\ufffd烫屯锛鈥銆âÃ]")
_GB_TRACE = re.compile(f"[{_GB_TRACES}]")
_SUSPECT = re.compile(f"[{_GB_TRACES}锟\ufffd烫屯锛鈥銆\xc2-\u06ff]")
"""A character that is in every text with one of the traces above."""
_TRACED = re.compile(rf"{_SUSPECT.pattern}(?:(?<![\xc2-\u06ff])|(?=[\x80-\u2fff]))")
"""The same in a whole text, where a letter of `_PAIR` counts with what follows it. A `×` alone is common."""
# Characters of GB18030 whose bytes look like the start of UTF-8; no other character can start a token.
_GB_FIRST = frozenset(
    bytes([lead, trail]).decode("gb18030", "ignore")
    for lead in range(0xC2, 0xF5)
    for trail in range(0x80, 0xC0)
)


class _Codec(msgspec.Struct, frozen=True):
    """A codec with which UTF-8 is decoded by mistake."""

    name: str
    proof: int
    """Number of continuation bytes, on completely explained lines, that proves the codec."""
    token: re.Pattern[str]
    table: Mapping[int, int] | None = None
    """Its characters → its bytes; None for GB18030."""
    following: frozenset[str] = frozenset()
    """Its characters for continuation bytes."""
    stripped: str = ""
    """The only byte that clippers may strip as white space; empty if there are several."""


class _Token(msgspec.Struct, frozen=True):
    """A repaired run of characters that are not ASCII."""

    text: str
    explained: int = 0
    """Number of continuation bytes."""
    stray: int = 0
    """Number of letters that do not fit and stay as they are."""
    lost: int = 0
    """Number of characters that lost their end, recognised by beginnings that correct text does not have
    there.
    """


def _single(name: str, proof: int, *also: str) -> _Codec:
    """Return a single-byte codec. Characters of the codecs in `also` may be mixed in."""
    table = dict.fromkeys(range(0x80, 0x100), 0xFFFF)
    for codec in (*also, name):
        for byte in range(0x80, 0x100):
            char = bytes([byte]).decode(codec, "ignore")
            if char:
                table[ord(char)] = byte
    spaces = {chr(byte) for code, byte in table.items() if byte < 0xC0 and chr(code).isspace()}
    following = frozenset(chr(code) for code, byte in table.items() if 0x80 <= byte < 0xC0)
    return _Codec(name, proof, _SMALL, table, following, spaces.pop() if len(spaces) == 1 else "")


_SINGLE = (
    _single("cp1252", 1, "latin-1"),
    *(_single(name, 8) for name in ("ptcp154", "cp855", "cp1251", "cp1256", "cp1250", "cp866", "koi8-r")),
)
_GB = _Codec("gb18030", 10, _LARGE)


class Restored(msgspec.Struct, frozen=True):
    """Repaired text."""

    text: str
    codecs: tuple[str, ...]
    """The codecs of the wrong decodings, the last one first."""
    lost: int = 0
    """Number of characters with missing bytes, which stay as they are."""


def restoration(text: str, odd: str | None = None) -> Restored | None:
    """Return the repaired text if it was provably decoded with the wrong codec; else None.

    `odd`: the text's `odd_characters`, if known.
    """
    found = None
    while found is None or len(found.codecs) < LONGEST_CHAIN:
        step = _step(text, odd_characters(text) if odd is None else odd)
        if step is None:
            break
        text, odd = step.text, None
        before = found.codecs if found else ()
        found = Restored(text, before + step.codecs, step.lost)
    return found


def is_sound(text: str, odd: str) -> bool:
    """Return whether a quick look at a text's `odd_characters` rules out repairs and reports."""
    return len(text) >= _SHORT and _TRACED.search(odd) is None


def is_suspect(odd: str) -> bool:
    """Return whether `odd_characters` of a part contain what a wrong decoding of the whole may change.

    Valid for all but short texts.
    """
    return _SUSPECT.search(odd) is not None


def garbled_line(text: str, odd: str | None = None) -> int | None:
    """Return the first line, from 1, with traces that only a wrong decoding leaves."""
    if text.isascii() or not _SIGN.search(text if odd is None else odd):
        return None
    found = _LOST.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else None


def _candidates(text: str, odd: str) -> tuple[_Codec, ...]:
    """Return the codecs with which a text may have been decoded. A quick filter that passes correct text."""
    if text.isascii():
        return ()
    single = _SINGLE if _PAIR.search(odd) and _PAIR.search(text) else ()
    return (*single, _GB) if len(text) < _SHORT or _GB_TRACE.search(odd) else single


def _step(text: str, odd: str) -> Restored | None:
    """Return the text with one wrong decoding undone, by the codec that explains most."""
    if not (codecs := _candidates(text, odd)):
        return None
    if (best := _best(text, codecs)) is None:
        return None
    lost = 0

    def meant(found: re.Match[str]) -> str:
        nonlocal lost
        token = _read(found[0], best, text[found.end() : found.end() + 3])
        lost += token.lost + (token.stray if token.explained else 0)
        return token.text

    return Restored(best.token.sub(meant, text), (best.name,), lost)


def _best(text: str, codecs: tuple[_Codec, ...]) -> _Codec | None:
    """Return the proved codec that explains most, the first of equals; None for most texts."""
    several = "\n".join(_SEVERAL.findall(text)) if len(codecs) > 1 else ""
    counts = {char: several.count(char) for char in set(several)}
    most = [_most(text, counts, codec) for codec in codecs]
    best = (0, 0)
    for n in sorted(range(len(codecs)), key=lambda n: -most[n]):
        codec = codecs[n]
        if most[n] < best[0]:
            break  # the following codecs explain less
        if most[n] >= codec.proof and _can_explain(several, codec):
            best = max(best, (_explained(text, codec), -n))
    return codecs[-best[1]] if best[0] else None


def _most(text: str, counts: Mapping[str, int], codec: _Codec) -> int:
    """Return an upper bound of what a codec explains. `counts`: occurrences of characters in runs."""
    if codec.table is None:
        return sum(map(_explained_by_gb, filter(_may_be_gb, _LARGE.findall(text))))
    return sum(count for char, count in counts.items() if char in codec.following)


def _can_explain(several: str, codec: _Codec) -> bool:
    if codec.table is None:
        return True
    return sum(map(len, _CHARACTERS.findall(several.translate(codec.table)))) >= codec.proof


def _may_be_gb(token: str) -> bool:
    return token[0] in _GB_FIRST


def _explained(text: str, codec: _Codec) -> int:
    """Return how much of the text a codec explains; 0 if it is not proved."""
    clean = mixed = 0
    may_hold = _PAIR.search if codec.table else _LARGE.search
    for line in filter(may_hold, text.split("\n")):
        tokens = [_read(token, codec) for token in codec.token.findall(line)]
        explained = sum(token.explained for token in tokens)
        if 10 * sum(token.stray for token in tokens) <= explained:
            clean += explained
        else:
            mixed += explained
    return clean if clean >= codec.proof and clean >= 4 * mixed else 0


def _read(token: str, codec: _Codec, after: str | None = None) -> _Token:
    return _read_gb(token) if codec.table is None else _read_single(token, codec, codec.table, after)


def _read_single(token: str, codec: _Codec, table: Mapping[int, int], after: str | None) -> _Token:
    """Repair a token in a single-byte codec. Characters that do not fit stay."""
    raw = token.translate(table)
    if _CHARACTERS.fullmatch(raw):  # the usual case for text in this codec
        meant = raw.encode("latin-1").decode()
        explained = len(raw) - len(meant)
        if (len(raw) == 2 and raw >= "\xc4") or (codec.proof > 1 and token.isalpha()):
            explained = 0
        return _Token(meant, explained)
    if codec.stripped and after not in {None, "..."} and _FRAGMENT.search(_CHARACTERS.sub("", raw)):
        raw += codec.stripped
    parts, explained, stray, end = [], 0, 0, 0
    for found in _CHARACTERS.finditer(raw):
        meant = found[0].encode("latin-1").decode()
        # `×”` and `É »` occur in correct text; two bytes alone prove something only after Â and Ã.
        if len(found[0]) > 2 or found[0] < "\xc4":
            explained += len(found[0]) - len(meant)
        before = token[end : found.start()]
        stray += sum(map(str.isalpha, before))
        parts += [before, meant]
        end = found.end()
    rest = token[end:]
    lost = len(rest) - len(rest.rstrip("ÂÃ"))
    stray += sum(map(str.isalpha, rest)) - lost
    # A word in one alphabet may be a coincidence.
    is_word = codec.proof > 1 and token.isalpha()
    return _Token("".join([*parts, rest]), 0 if is_word else explained, stray, lost)


def _explained_by_gb(token: str) -> int:
    """What `_read_gb` explains of a token: all that is asked of a sound one, and quick to say."""
    try:
        raw = token.encode("gb18030")
        return len(raw) - len(raw.decode())
    except UnicodeError:
        return 0


def _read_gb(token: str) -> _Token:
    """Repair a token in GB18030, whose bytes make sense only if the whole token does."""
    try:
        raw = token.encode("gb18030")
        meant = raw.decode()
    except UnicodeError:
        return _Token(token, stray=sum(map(str.isalpha, token)))
    return _Token(meant, len(raw) - len(meant))
