"""Hostile clippings from a grammar: each construct repeated, nested, left unclosed, made long, or mixed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

SIZES = (20_000, 20_000, 20_000, 1_000_000, 1_000_000, 10_000_000)
"""Bytes of a clipping, each with its weight."""


class Construct(NamedTuple):
    """A piece of markup: what opens it, what is in it, and what closes it."""

    opening: str
    inner: str = "x"
    closing: str = ""


BODY = tuple(Construct(*one) for one in (
    ("*", "a", "* "), ("**", "a", "** "), ("_a ", "*b", "_ "), ("`", "a", "` "), ("``` ", "\na\n", "\n```\n"),
    ("~~~", "\n"), ("[", "a", "](b) "), ("![", "a", "](b.png) "), ("[a](", "<b", ")"), ("[a][", "b", "]\n"),
    ("[a]: ", "b", "\n"), ("[^a]: ", "b\n", "\n"), ("[[", "a", "]]"), ("![[", "a.png", "]]"),
    ("<http://", "a.b", "> "), ("http://a.b/", "(", " "), ("a@", "b.c", " "), ("> ", "a", "\n"),
    ("- ", "a", "\n"), ("1. ", "a", "\n"), ("  - ", "a", "\n"), ("# ", "a", "\n"), ("a\n", "=", "\n"),
    ("    ", "a", "\n"), ("|a|b|\n|-|-|\n", "|c|d|\n", "\n"), ("|", "a"), ("\\", "*"), ("&", "amp", ";"),
    ("&#x", "41", ";"), ("~~", "a", "~~ "), ("a  \n", "b"), ("- [ ] ", "a", "\n"),
    ("<b title=i>", "a", "</b>"), ("<b title=i>", "<p>x"), ("<p>", "a", "</p>"), ("<div>", "a", "</div>"),
    ("<div>\n\n", "a", "\n\n</div>\n"), ("<a href=b>", "c", "</a>"),
    ("<table><tr><td>", "a", "</td></tr></table>"), ("<td colspan=99 rowspan=99>", "a"),
    ("<table>", "<tr>", ""), ("<ul><li>", "a", "</ul>"), ("<img ", "a=b ", ">"), ("<img src=", "a.png", ">"),
    ("<!-- ", "a", " -->"), ("<!--", "-"), ("<script>", "a", "</script>"), ("<style>", "a{}", "</style>"),
    ("<?php ", "a", " ?>"), ("<![CDATA[", "a", "]]>"), ("<!DOCTYPE ", "a", ">"), ("<!ENTITY ", "a", ">\n"),
    ("<svg><path d='", "M0 0", "'/></svg>"), ("<math><mi>", "a", "</mi></math>"),
    ("<template>", "a", "</template>"), ("<select><option>", "a", "</select>"),
    ("<form><input>", "a", "</form>"), ("<iframe src=a>", "b", "</iframe>"), ("<pre>", "a", "</pre>"),
    ("<details><summary>", "a", "</summary></details>"), ("<font size=1>", "<nobr>"),
    ("<ruby>", "<rt>a", "</ruby>"), ("<", "a"), ("</", "a", ">"), ("<a b='", "c"), ("\ufdfa", "\ufdfa"),
    ("\u0301", "\u0301"), ("\u202e", "a", "\u202c"), ("\u200b", "\u200d"), ("锟斤拷", "烫"), ("Ã¤", "â€œ"),
    ("cve 关于", "漏洞", "；"), ("aaaa", ";", ""), ("{{", "a", "}}"), ("{% ", "a", " %}"), ("$", "a", "$ "),
    ("\x00", "a"), ("\r", "a", "\r\n"), ("\t", "a", "\n"), ("1", "2"), ("----------", "\n", "\n"),
    ("Share\n\n", "Tweet", "\n\n"), ("Posted on 2024-01-02 by a ", "b", "\n\n"),
    ("原创 ", "微信扫一扫", "\n\n"),
))  # fmt: skip
"""Markdown, HTML and characters of a body."""

FIELDS = (
    "title: {}", "title: '{}'", 'title: "{}"', "source: {}", "url: https://a.example/{}", "url: {}",
    "author: {}", "tags: [{}]", "tags: {}", "summary: {}", "date: {}", "fetch_date: {}", "id: {}",
    "aliases: [{}]", "lang: {}", "{}: a", "{}", "title: [{}]", "title: {{{}}}", "digest_note: {}",
)  # fmt: skip
"""Lines of front matter; `{}` stands for the markup."""

YAML = tuple(Construct(*one) for one in (
    ("[", "a", "]"), ("{a: ", "b", "}"), ("- ", "a", "\n"), ("? ", "a", "\n"), ("&a ", "*a ", ""),
    ("'", "''", "'"), ('"', "\\n", '"'), ("!!python/object:", "a", " "), ("2024-01-02", "T", ""), ("1:", "1"),
    ("\ufdfa", "a"), ("aaaa", ";"), ("a: ", "b: "), ("#", " "), ("cve 关于", "漏洞"), ("&amp;", "&#38;"),
    ("0x", "f"), ("%", "41"),
))  # fmt: skip
"""The content of a field."""


def unit(one: Construct) -> str:
    """Return a construct as it is written once."""
    return f"{one.opening}{one.inner}{one.closing}"


def filled(text: str, size: int) -> str:
    """Repeat a text up to a size."""
    return text * (size // (len(text.encode()) or 1) + 1)


def nested(one: Construct, size: int) -> str:
    """Nest a construct in itself."""
    count = size // (len(f"{one.opening}{one.closing}".encode()) or 1) + 1
    return one.opening * count + one.inner + one.closing * count


MODES: Mapping[str, Callable[[Construct, int], str]] = {
    "repeated": lambda one, size: filled(unit(one), size),
    "nested": nested,
    "unclosed": lambda one, size: (
        filled(one.opening, size // 2) + "\n\n" + filled(f"{one.inner}\n", size // 2)
    ),
    "closed late": lambda one, size: filled(f"{one.opening}{one.inner}\n", size) + one.closing,
    "long": lambda one, size: one.opening + filled(one.inner, size) + one.closing,
}
"""Ways to make much of a construct."""


class Shape(NamedTuple):
    """A hostile clipping."""

    name: str
    data: bytes


def shapes(count: int, seed: int) -> Iterator[Shape]:
    """Yield hostile clippings, the same for a seed: every construct in turn, one in six a mixture."""
    chance = random.Random(seed)
    turns = [(one, mode) for mode in MODES for one in BODY]
    chance.shuffle(turns)
    modes = [*MODES]
    for number in range(count):
        size, kind, line, body = chance.choice(SIZES), number % 6, "", "Text of its own."
        if kind == 5:
            parts = [
                MODES[chance.choice(modes)](chance.choice(BODY), size // 8)
                for _ in range(chance.randint(2, 8))
            ]
            name, body = f"mixed of {len(parts)}", "\n\n".join(parts)
        elif kind == 4:
            line, one, mode = chance.choice(FIELDS), chance.choice(YAML), chance.choice(modes)
            name = f"{line.format('…')} of {one.opening!r} {mode}"
            line = line.format(MODES[mode](one, size))
        else:
            one, mode = turns[(number - number // 6 * 2) % len(turns)]
            name, body = f"{one.opening!r} {mode}", MODES[mode](one, size)
        fields = {"title": f"Hostile {number}", "url": f"https://hostile.example/{number}"}
        fields |= {"source": "Hostile", "date": "2024-07-31"}
        fields.pop(line.partition(":")[0], None)
        head = "".join(f"{key}: {value}\n" for key, value in fields.items())
        text = f"---\n{head}{line}\n---\n\n{body}\n"
        yield Shape(f"{number:03} {name}, {size}", text.encode("utf-8", "surrogatepass"))
