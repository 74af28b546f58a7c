"""Remove what a clipper leaves in Markdown: glyphs of icon fonts, seams of bold text, ornaments, escapes."""

from __future__ import annotations

import re

from generator.reading.prose import with_code_marked
from generator.reading.text import PRIVATE_USE

_GLYPHS = re.compile(r"[ \t]?(?:(\*{1,3}|_{1,3})[\ue000-\uf8ff]+\1|[\ue000-\uf8ff]+)[ \t]?")
_SPELLED = re.compile(
    r"u(?:200[bcdef]|feff)(?<![A-Za-z0-9\\+`/_]u\w{4})(?:u(?:200[bcdef]|feff)){0,9}"
    r"(?:(?=\w|[^\x00-\x7f])|(?<=[^\x00-\x7f]u\w{4}))"
)
_SPELLED_SPACE = re.compile(r"xa0(?<=[^\x00-\x7f]xa0)(?=[^\x00-\x7f]|\d)")
"""A zero-width character or a no-break space that some tool spelled out, in front of a word."""
_UTF8 = re.compile(
    r"(?:&#x[c-f][0-9a-f];(?:&#x[89ab][0-9a-f];){1,3}|&#(?:19[4-9]|2[0-4]\d);(?:&#1[2-9]\d;){1,3})+",
    re.IGNORECASE,
)
"""Bytes of UTF-8 that were encoded as entities one by one."""
_BYTE = re.compile(r"&#(?:x([0-9a-f]{2})|(\d{3}));", re.IGNORECASE)
_RUN = re.compile(r"\\.|(`+)[^`].*?\1|(?<![*\\])\*{2,}(?!\*)", re.DOTALL)
_SEAM = re.compile(r"\*\*(?:\*\*|(?<=[^\w\s*\\]\*\*)[A-Za-z0-9])")
"""A place where bold text is most likely marked wrongly."""
_ODD = re.compile("[\u200b\u2060\ue000-\uf8ff\ufeff]")
_INVISIBLE = re.compile(
    "(?:^|\n\n)[ \t*\\\\]{0,9}[\xa0\u200b-\u200d\u2060\u3000\ufeff]"
    "[ \t\n*\\\\\xa0\u200b-\u200d\u2060\u3000\ufeff]*(?=\n\n|$)"
)
"""A paragraph that shows nothing."""
_ORNAMENT = re.compile(
    "[ \t\n*#+·•—\\-_=/“”\\\\\xa0\u200b-\u200d\u2060\u2190-\u21ff\u2500-\u25ff\u2605\u2606\u3000\ufeff]*"
)
"""A paragraph of signs, or a rule: no letter, no picture, no code."""


_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
_ESCAPED = re.compile(r"(?<=\w)\\_|(?<!\\)\\_(?=\w)")
_COMMAND = re.compile(r"\\[A-Za-z]{2,}\{")
"""A command of TeX, where `\\_` is right."""
_STARS = re.compile(
    r"(?<![A-Za-z0-9@.*\\_-])\\\*\\\*(?=\w)([^*\\\n。，；]{1,60})(?<=\w)\\\*\\\*(?![A-Za-z0-9@\\*_-])"
)
"""Words between stars that were escaped, although they make them bold."""


_NOTICES = ("请注明原文地址", "请注明出处")
_REPRINT = re.compile(r"(?<=[^\s。，,])如[若需]转载[，,]?请注明(?:原文地址|出处)$")
"""A notice of rights that is glued to an address at the end."""
_CONTACT = re.compile(r"(?<=\S)\n[ \t]?(?:(?:注[:：])?图片[^\n]{0,40})?如有侵权[^\n]{0,40}$")
"""The line below the address of the original that says whom to ask about it or its pictures."""
_NESTED = re.compile(
    r"\[(!\[[^\[\]\n]{0,500}\]\([^()\s]{0,3000}\) )"
    r"(\[!\[[^\[\]\n]{0,500}\]\([^()\s]{0,3000}\)\]\(([^()\s]{1,3000})\))\]\(\3\)"
)
"""A link around another link to the same place, in which Markdown sees one link only."""


_LONE = re.compile(r"\n\n[ \t*]{0,6}[“”「」#][ \t*#“”「」]{0,12}\n\n")
"""A paragraph of signs with which a page decorates a heading or a quotation. A star separates sections."""
_BOLD_MARK = re.compile(r"^\*\*#{1,6}[ \t]?\*\*([^*\n]{1,100})(?:\*{4})?$", re.MULTILINE)
"""A heading whose mark was made bold."""
_PERMALINK = re.compile(r"(?<=\S)\[(?:#|View image in fullscreen)\]\(#[^()\s]{1,300}\)$", re.MULTILINE)
"""The link of a heading to itself, and of a picture to its larger version on the same page."""


def tidied(text: str) -> str:
    """Return Markdown without left-over markup. Code stays as it is, but for escapes that only text needs.

    Most texts need nothing, which takes 15 µs to see.
    """
    text = _without_seams(text)
    has_bold = "**" in text and (text.count("**") % 2 == 1 or _SEAM.search(text) is not None)
    text = _without_ornaments(text)
    # Few texts have any character that does not print.
    may_be_odd = not text.isascii() and not text.replace("\n", "").isprintable()
    has_odd = may_be_odd and _ODD.search(text) is not None
    has_invisible = may_be_odd and _INVISIBLE.search(text) is not None
    has_escapes = "\\" in text
    if has_escapes and "\\_" in text and "`" in text:
        text = _CODE.sub(_without_escapes, text)
    has_stars = has_escapes and "\\*\\*" in text
    has_spelled = "u200" in text or "xa0" in text or "ufeff" in text or "&#" in text
    if not (has_bold or has_odd or has_spelled or has_stars or has_invisible):
        return text
    parts: list[str] = []
    for part, is_code in with_code_marked(text.split("\n\n")):
        block = part
        if has_invisible and not is_code and not part.isascii() and _INVISIBLE.fullmatch(part):
            continue
        if has_odd and not is_code and not block.isascii():
            block = _without_odd(block)
        if has_spelled and not is_code:
            block = without_spelled(block)
        if has_stars and not is_code:
            block = _STARS.sub(r"**\1**", block)
        if has_bold and not is_code and "**" in block and (block.count("**") % 2 or _SEAM.search(block)):
            block = _with_paired_bold(block)
        parts.append(block)
    return "\n\n".join(parts)


def _without_seams(text: str) -> str:
    """Return a text without headings that have no words, marks of headings, and links around links.

    The target of a link goes in which the text is cut, if its words stand in no brackets.
    """
    if "#\n\n" in text or "# \n\n" in text or _LONE.search(text):
        text = _without_lone_signs(text)
    if text.endswith(_NOTICES):
        text = _REPRINT.sub("", text)
    if "如有侵权" in text[-60:]:
        text = _CONTACT.sub("", text)
    at = text.rfind("](", -_TARGET)
    if at >= 0 and _OPEN.fullmatch(text, at) and "[" not in text[text.rfind("\n", 0, at) + 1 : at]:
        text = text[:at].rstrip()
    if "**#" in text or "[#](#" in text or "](#img" in text:
        parts = with_code_marked(text.split("\n\n"))
        text = "\n\n".join([part if is_code else _without_marks(part) for part, is_code in parts])
    return _NESTED.sub(r"\1\2", text) if ") [![" in text else text


_OPEN = re.compile(r"\]\([^)\n]*")
_TARGET = 400


def _without_marks(block: str) -> str:
    return _PERMALINK.sub("", _BOLD_MARK.sub(r"**\1**", block))


def _without_lone_signs(text: str) -> str:
    """Return a text without headings that have no words, and lone quotation marks, but in code."""
    parts = with_code_marked(text.split("\n\n"))
    return "\n\n".join([part for part, is_code in parts if is_code or not part or not _is_lone(part)])


def _is_lone(part: str) -> bool:
    return not part.strip("# \t") or _LONE.fullmatch(f"\n\n{part}\n\n") is not None


def _without_ornaments(text: str) -> str:
    """Return a text without paragraphs of signs at its beginning and end. A text of nothing else stays."""
    start, end = 0, len(text)
    while (following := text.find("\n\n", start)) >= 0 and _ORNAMENT.fullmatch(text, start, following):
        start = following + 2
    while (before := text.rfind("\n\n", start, end)) >= 0 and _ORNAMENT.fullmatch(text, before, end):
        end = before
    return text[start:end] if end - start < len(text) else text


def _without_escapes(code: re.Match[str]) -> str:
    """Return code without the escapes of a clipper, if it escaped each underscore."""
    text = code[0]
    if "\\_" not in text or len(_ESCAPED.findall(text)) != text.count("_") or _COMMAND.search(text):
        return text
    return text.replace("\\_", "_")


def without_own_address(text: str, url: str | None) -> str:
    """Return Markdown without the address of the original at its end, or atop its first code block."""
    if not url:
        return text
    start = text.rfind("\n\n") + 2
    if start > 1 and len(text) - start < _HEAD and (found := _OWN_ADDRESS.fullmatch(text, start)):
        address, own = (one.partition("//")[2].rstrip("/") for one in (found["address"], url))
        text = text[: start - 2].rstrip("\n-") if address == own.partition("#")[0] else text
    start = text.find("```\n", 0, _HEAD)
    if start < 0:
        return text
    line, _, rest = text[start + 4 :].partition("\n")
    address = line.strip("#/* \t")
    if not address.startswith("http") or not (url.startswith(address) or address.startswith(url)):
        return text
    return f"{text[: start + 4]}{rest}"


def without_layout(text: str, title: str) -> str:
    """Return Markdown whose first block is no table of layout: tables in the only cell of another.

    The fields in it, such as `Risk: **low**`, become one cell, without the title, the date and the author.
    """
    if not text.startswith("|"):
        return text
    table, _, rest = text.partition("\n\n")
    table = table.replace("\\_", "_")
    if f"**{title}**" not in table or not _INNER.search(table.split("\n", 2)[-1]):
        return text
    words = " ".join(word for word in table.split() if word.strip("|-"))
    fields = _FIELD.search(words, words.find(f"**{title}**"))
    return f"| {words[fields.start() :]} |\n| --- |\n\n{rest}" if fields else rest


_INNER = re.compile(r"\|\s*---\s*\|")
"""The row below the head of a table."""
_FIELD = re.compile(r"\b(?!credit|author)[A-Za-z]{2,12}: \*\*", re.IGNORECASE)
_OWN_ADDRESS = re.compile(
    r"[>*`\s]*(?:(?:原文|文章|本文|original|perma)?\s?(?:链接|地址|出处|link|url|article|post)\s*[:：]\s*)?"
    r"[*`<\[]{0,3}(?P<address>https?://[^\s<>()\[\]`*]+)[>`*]{0,3}(?:\]\([^()\s]*\))?[\s*]*",
    re.IGNORECASE,
)
"""A paragraph that is an address, perhaps with a label."""
_HEAD = 500
"""Number of characters above the first code block: a heading."""


def _without_odd(block: str) -> str:
    if PRIVATE_USE.search(block):
        block = _GLYPHS.sub(_space, block)
    return block.replace("\u200b", "").replace("\u2060", "").replace("\ufeff", "")


def without_spelled(text: str) -> str:
    """Return a text without characters that are spelled out, or spelled as entities byte by byte."""
    if "u200" in text or "ufeff" in text:
        text = _SPELLED.sub("", text)
    if "xa0" in text:
        text = _SPELLED_SPACE.sub("", text)
    return _UTF8.sub(_decoded, text) if "&#" in text else text


def _space(found: re.Match[str]) -> str:
    return " " if found.start() and found.string[found.start() - 1] != "\n" else ""


def _decoded(found: re.Match[str]) -> str:
    """Return the characters of a run of entities that are UTF-8 bytes; the run itself if they are not."""
    raw = bytes(
        int(hexadecimal, 16) if hexadecimal else int(decimal)
        for hexadecimal, decimal in _BYTE.findall(found[0])
    )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return found[0]


def _with_paired_bold(block: str) -> str:
    """Return a block whose marks of bold text pair up, and stand where Markdown reads them as such.

    Clippers write `**one****two**` where bold text has seams. A mark inside a word, such as `Go****gr`, where
    no bold text is open, hides letters and stays; so does `2**3`.
    """
    parts: list[str] = []
    end, opened, has_bold = 0, -1, False
    for run in _RUN.finditer(block):
        if run[0][0] != "*":
            continue
        before, after = block[run.start() - 1 : run.start()], block[run.end() : run.end() + 1]
        is_long, is_last = len(run[0]) > 2, not after or after.isspace()
        parts.append(block[end : run.start()])
        end = run.end()
        if opened < 0 and is_last:
            parts.append("" if not after and (has_bold or not is_long) else run[0])
        elif opened < 0 and is_long and before.isalnum() and after.isalnum():
            parts.append(run[0])  # hidden letters
        elif opened < 0:
            opened, has_bold = len(parts), True
            parts.append("**")
        elif is_last or not is_long:
            # Behind punctuation and in front of a letter, Markdown reads no end of bold text.
            is_glued = after.isascii() and after.isalnum() and not before.isalnum()
            parts.append("** " if is_glued else "**")
            opened = -1
    if opened >= 0 and not "".join(parts[:opened]).strip(" \t>-*#0123456789."):
        parts[opened] = ""  # never closed, at the start of the block
    return "".join((*parts, block[end:]))
