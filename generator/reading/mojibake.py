"""Text that was read in the wrong codec: recognised, and restored where that can be proved.

UTF-8 read in another codec leaves a trace that sound text does not have: written back in that codec, its
bytes are UTF-8 again. One such character may be chance, many in a row are not, so a codec has to prove itself
on lines that it explains whole; then what it explains elsewhere in the text is restored too. What it does not
explain, because bytes were lost, stays as it is. Chains of wrong readings are undone one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from generator.reading.text import odd_characters

LONGEST_CHAIN = 3
"""Wrong readings, one upon the other, that are undone."""

# Here bytes are written as the characters of Latin-1, so that one pattern serves all codecs.
_CHARACTERS = re.compile(
    "(?:[\xc2-\xdf][\x80-\xbf]|(?:\xe0[\xa0-\xbf]|\xed[\x80-\x9f]|[\xe1-\xec\xee\xef][\x80-\xbf])[\x80-\xbf]"
    "|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf]{2})+"
)
_FRAGMENT = re.compile("(?:[\xc3-\xdf]|[\xe1-\xef][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})$")
_SMALL = re.compile("[\x80-\u2fff]+")
"""A token of a codec of one byte a character."""
_SEVERAL = re.compile("[\x80-\u2fff]{2,}")
_LARGE = re.compile("[^\x00-\x7f]+")
"""A token of GB18030."""
# What begins a character of three bytes is a letter in every codec here, and what follows is no Chinese.
_PAIR = re.compile("[\xc2-\u06ff][\x80-\u2fff]")

# What UTF-8 read as GB18030 can hardly do without: how 。，“的是一在我有了, Cyrillic and Latin-1 begin.
_GB_TRACES = "锛鈥銆涓鐨鏄鍦鎴鏈浜璇绔浠鍙瀹鏃鏂鍏缁姹銇儍偗邪褉懈脙脗茅猫脨脩袗袪茫芒"
# Bytes replaced before the wrong reading; signs of GB18030 that could not be undone; signs of Latin-1.
_LOST = re.compile(
    "锟斤拷|\ufffd{3}|烫烫烫|屯屯屯|[锛鈥銆][^\n]{0,99}[锛鈥銆][^\n]{0,99}[锛鈥銆]|â[€\x80][\x80-\u2fff]|Ã[\x80-\xbf]"
)
_SHORT = 400
"""Characters; a text that may lack these by chance, and costs little."""
_SIGN = re.compile("[锟\ufffd烫屯锛鈥銆âÃ]")
_GB_TRACE = re.compile(f"[{_GB_TRACES}]")
_SUSPECT = re.compile(f"[{_GB_TRACES}锟\ufffd烫屯锛鈥銆\xc2-\u06ff]")
"""What all of the above have in them."""
# Characters that in GB18030 look as UTF-8 begins; a token that begins with another is none.
_GB_FIRST = frozenset(
    bytes([lead, trail]).decode("gb18030", "ignore")
    for lead in range(0xC2, 0xF5)
    for trail in range(0x80, 0xC0)
)


class _Codec(msgspec.Struct, frozen=True):
    """A codec that UTF-8 is read in by mistake."""

    name: str
    proof: int
    """Bytes that continue a character, on lines explained whole, that prove it."""
    token: re.Pattern[str]
    table: Mapping[int, int] | None = None
    """From its characters to its bytes; None for GB18030."""
    following: frozenset[str] = frozenset()
    """Its characters for bytes that continue a character."""
    stripped: str = ""
    """The one byte that clippers take for white space and may strip; none where there are several."""


class _Token(msgspec.Struct, frozen=True):
    """What a codec makes of characters in a row that are not ASCII."""

    text: str
    explained: int = 0
    """Bytes that continue a character."""
    stray: int = 0
    """Letters that it leaves as they are."""
    lost: int = 0
    """Of characters that lost their end, the beginnings that no sound text has there."""


def _single(name: str, proof: int, *also: str) -> _Codec:
    """A codec of one byte a character; `also`: others whose characters may be mixed in."""
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
    """Text as it was meant."""

    text: str
    codecs: tuple[str, ...]
    """The wrong readings, the last one first."""
    lost: int = 0
    """Characters of which bytes are missing; they stay as they are."""


def restoration(text: str, odd: str | None = None) -> Restored | None:
    """The text as it was meant, where it was read in the wrong codec and that is proved; else None.

    `odd`: the text's `odd_characters`, where they are known.
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
    """Whether a quick look at a text's `odd_characters` shows that nothing is to be restored or told of."""
    return len(text) >= _SHORT and not is_suspect(odd)


def is_suspect(odd: str) -> bool:
    """Whether among `odd_characters` is one that wrong readings leave behind, in all but short texts."""
    return _SUSPECT.search(odd) is not None


def garbled_line(text: str, odd: str | None = None) -> int | None:
    """The first line, counted from 1, that holds what only wrong readings leave behind."""
    if text.isascii() or not _SIGN.search(text if odd is None else odd):
        return None
    found = _LOST.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else None


def _candidates(text: str, odd: str) -> tuple[_Codec, ...]:
    """The codecs that text may have been read in; a quick look that lets sound text pass."""
    if text.isascii():
        return ()
    single = _SINGLE if _PAIR.search(odd) and _PAIR.search(text) else ()
    return (*single, _GB) if len(text) < _SHORT or _GB_TRACE.search(odd) else single


def _step(text: str, odd: str) -> Restored | None:
    """The text with one wrong reading undone, by the codec that explains most."""
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
    """The codec that is proved and explains most, the first of equals; for most texts none is."""
    several = "\n".join(_SEVERAL.findall(text)) if len(codecs) > 1 else ""
    counts = {char: several.count(char) for char in set(several)}
    most = [_most(text, counts, codec) for codec in codecs]
    best = (0, 0)
    for n in sorted(range(len(codecs)), key=lambda n: -most[n]):
        codec = codecs[n]
        if most[n] < best[0]:
            break  # neither can those that follow explain as much
        if most[n] >= codec.proof and _may_explain(several, codec):
            best = max(best, (_explained(text, codec), -n))
    return codecs[-best[1]] if best[0] else None


def _most(text: str, counts: Mapping[str, int], codec: _Codec) -> int:
    """What a codec explains in all of the text at the most; `counts`: of characters that have neighbours."""
    if codec.table is None:
        return sum(map(_explained_by_gb, filter(_may_be_gb, _LARGE.findall(text))))
    return sum(count for char, count in counts.items() if char in codec.following)


def _may_explain(several: str, codec: _Codec) -> bool:
    if codec.table is None:
        return True
    return sum(map(len, _CHARACTERS.findall(several.translate(codec.table)))) >= codec.proof


def _may_be_gb(token: str) -> bool:
    return token[0] in _GB_FIRST


def _explained(text: str, codec: _Codec) -> int:
    """How much of the text a codec explains; 0 where it is not proved."""
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
    """A token in a codec of one byte a character; what does not fit stays."""
    raw = token.translate(table)
    if _CHARACTERS.fullmatch(raw):  # as nearly all are in a text that was in this codec: nothing is left over
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
        # `×”` and `É »` are sound as they are: two bytes alone prove something only after Â and Ã.
        if len(found[0]) > 2 or found[0] < "\xc4":
            explained += len(found[0]) - len(meant)
        before = token[end : found.start()]
        stray += sum(map(str.isalpha, before))
        parts += [before, meant]
        end = found.end()
    rest = token[end:]
    lost = len(rest) - len(rest.rstrip("ÂÃ"))
    stray += sum(map(str.isalpha, rest)) - lost
    # Words of one alphabet may be chance; only between Latin letters is `Ÿ` none.
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
    """A token in GB18030, where a character's bytes make sense only if the whole token does."""
    try:
        raw = token.encode("gb18030")
        meant = raw.decode()
    except UnicodeError:
        return _Token(token, stray=sum(map(str.isalpha, token)))
    return _Token(meant, len(raw) - len(meant))
