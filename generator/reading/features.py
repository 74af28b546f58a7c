"""Extract what tells an event: names, identifiers, numbers with units, quoted phrases and linked originals.

Two texts on one event have such features in common, whatever their words and languages. Identifiers are found
by `identifiers`, and terms of Chinese titles by `terms`.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib import resources

from generator.model.features import feature, marked
from generator.model.identifiers import label_of
from generator.reading.canonical import keys_of
from generator.reading.terms import terms_of

LEAD = 300
"""Number of characters of the text that count as its lead."""
_EXAMINED = 5000
_ABBREVIATION = 3
"""Number of letters of a name up to which it may be an abbreviation of something common."""
_NUMBERS_IN = 2500
"""Number of characters whose numbers count. Those of an event are said early."""
_MOST = {"name": 14, "quote": 2, "number": 3, "link": 3, "term": 4}
"""Kind → maximum number of features of a text. Phrases count as names."""

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_ADDRESS = re.compile(r"https?://\S+|!\[[^\]]*\]")
_REST = r"[A-Za-z0-9]*(?:[&.+'’-][A-Za-z0-9]+)*"
_PHRASE = re.compile(
    rf"[A-Z](?:(?<![\w.@/-].)|(?<=\b[a-z].)(?<![.@/-][a-z].)){_REST}(?: [A-Z]{_REST}){{0,3}}(?![\w@])",
    re.ASCII,
)
"""Up to four adjacent words with a capital, which may be behind a letter that is not matched (`iPhone`).

A set comes first, because a search for it is fast.
"""
_OWN_FORM = re.compile(r".[A-Z]|\d")
"""What common words do not have: a capital inside, a digit."""
_POSSESSIVE = re.compile(r"['’](?:s|m|ve|re|ll|d|t)$")
_SUFFIX = re.compile(r"(?<=[a-z\d]{5})\.[a-z]{2,4}$")
"""The end of a domain or file that is called like the thing itself."""
_SENTENCE = re.compile(r"(?:^|[.!?:;\n“\"*>#|(\[•])\s*$")
_QUOTED = re.compile(r"[“「『《‘\"]([^“”「」『』《》‘’\"\n]{3,60})[”」』》’\"]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LONGEST_QUOTE = 24
"""Number of characters of a Chinese quotation; longer ones are sentences."""
_FEWEST_WORDS = 4
_SCALES = {
    "k": 1e3, "thousand": 1e3, "mila": 1e3, "万": 1e4, "百万": 1e6, "m": 1e6, "million": 1e6, "milioni": 1e6,
    "millones": 1e6, "千万": 1e7, "亿": 1e8, "b": 1e9, "billion": 1e9, "miliardi": 1e9, "万亿": 1e12,
}  # fmt: skip
_MONEY = frozenset({"美元", "欧元", "元", "euro", "euros", "dollar", "dollars", "dollari"})
_CURRENCIES = ("$", "€", "£", "¥")
_NUMBER = re.compile(
    r"(\d(?<![a-zÀ-ɏ\d_.].)"  # a set first, as above; letters that need no space may precede
    r"(?:\d{0,2}(?:,\d{3})+|\d{0,2}(?:\.\d{3})+(?![.\d])|\d{0,11}))(\.\d{1,4}|,\d{1,2}(?=\smil))?\s?"
    r"(million|millones|billion|thousand|milioni|miliardi|mila|万亿|千万|百万|万|亿|[MBK]\b)?\s?"
    r"(美元|欧元|元|个(?!月)|[名台起家款人条次]|people|[TG]B|euro\b|dollar[is]?\b"
    r"|(?:utenti|persone|clienti|vittime|account|dispositivi|aziende)\b"
    r"|(?!(?:second|minute|hour|day|week|month|year)s)[a-z]{3,20}s\b)?",
    re.IGNORECASE,
)
"""Commas separate thousands or, before `mila` or `milioni`, decimals; points separate either."""
_LINK = re.compile(r"\]\((https?://[^\s()<>]{12,500})")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|svg)\b|mmbiz\.qpic")
_LINKS_EXAMINED = 20
_SHORTEST_LINK = 20
"""Number of characters of a key below which an address is that of a site, not of an article."""


def features_of(title: str, text: str, url: str | None, identifiers: Iterable[str] = ()) -> bytes:
    """Return the features of a text as unsigned integers of 32 bits, sorted. Arguments: as below."""
    return array("I", sorted(named_features(title, text, url, identifiers))).tobytes()


def named_features(title: str, text: str, url: str | None, identifiers: Iterable[str] = ()) -> dict[int, str]:
    """Return feature → what it stands for, such as `name crowdstrike`.

    `text` is Markdown. `identifiers` are those that the article names or mentions: they are no names as well.
    """
    cut = text[: 2 * _EXAMINED]
    outside = _FENCE.sub(" ", cut) if "```" in cut else cut
    if "](" in outside or "://" in outside or "![" in outside:
        outside = _ADDRESS.sub(" ", outside.replace("](", "] ("))
    plain = outside[:_EXAMINED]
    head = f"{title}\n{plain[:LEAD]}".lower()
    numbers = _numbers(f"{title}\n{plain[:_NUMBERS_IN]}")
    quotes = _quotes(title, plain)
    found: dict[int, str] = {}
    for kind, names in (
        ("name", _without(identifiers, _names(title, plain))),
        ("quote", quotes),
        ("number", [*numbers]),
        ("link", _links(cut, url)),
        ("term", terms_of(title, plain, quotes)),
    ):
        for name in names[: _MOST[kind]]:
            is_early = numbers[name] < len(head) if kind == "number" else name in head
            own = "phrase" if kind == "name" and _says_little(name) else kind
            number = feature(own, name)
            if not {number, marked(number)} & found.keys():
                found[marked(number) if is_early else number] = f"{own} {name}"
    return found


def _names(title: str, plain: str) -> list[str]:
    """Return names, those of the title first, then the most frequent ones. A phrase gives one name."""
    counts: dict[str, int] = defaultdict(int)
    is_headline = _HAN.search(title) is None  # which may have capitals everywhere
    for _, (name, has_form) in _phrases(title):
        if name and (has_form or not is_headline):
            counts[name] += 5
    for start, (name, has_form) in _phrases(plain):
        if not name:
            continue
        if has_form and start >= LEAD:
            counts[name] += 1
            continue
        begins = _SENTENCE.search(plain, max(0, start - 3), start) is not None
        counts[name] += (has_form or not begins) + 2 * (start < LEAD and not begins)
    low = title.lower()
    weights = {name: count + 5 * (name in low) for name, count in counts.items() if count}
    return sorted(weights, key=lambda name: (-weights[name], name))


def _without(identifiers: Iterable[str], names: list[str]) -> list[str]:
    labels = [label_of(one).lower() for one in identifiers]
    return [name for name in names if not any(name in one for one in labels)] if labels else names


def _says_little(name: str) -> bool:
    """Return whether a name is a phrase of common words, or an abbreviation."""
    return " " in name or (len(name) <= _ABBREVIATION and name.isalpha())


def _phrases(text: str) -> Iterator[tuple[int, tuple[str, bool]]]:
    """Yield the position of each phrase, and what `_name` returns for it."""
    for match in _PHRASE.finditer(text):
        start, end = match.span()
        if start and "a" <= text[start - 1] <= "z":
            start -= 1
        yield start, _name(text[start:end])


@lru_cache(32_768)
def _name(phrase: str) -> tuple[str, bool]:
    """Return the most telling word of a phrase: with digits or capitals inside, else the longest.

    Of common words only, it is the phrase itself (`Hugging Face`), and nothing for a single one. The second
    item is whether the phrase has what common words do not have.
    """
    common = common_words()
    rated, words = [], phrase.split(" ")
    for word in words:
        name = _POSSESSIVE.sub("", word.lower())
        if "." in name and (bare := _SUFFIX.sub("", name)) not in common:
            name = bare
        if len(name) >= 3 and name not in common and not name.startswith(("cve", "cnvd", "cnnvd")):
            rated.append((_OWN_FORM.search(word) is not None, len(name), name))
    name = max(rated)[2] if rated else phrase.lower() if 1 < len(words) < 4 else ""
    return name, _OWN_FORM.search(phrase) is not None


def _quotes(title: str, plain: str) -> list[str]:
    """Return quoted phrases: Chinese ones that are repeated or in the title, others of four words."""
    counts: Counter[str] = Counter()
    low = title.lower()
    for match in _QUOTED.finditer(f"{title}\n{plain}"):
        quote = match[1].strip().lower()
        if _HAN.search(quote):
            counts[quote] += (1 + 3 * (quote in low)) * (3 <= len(quote) <= _LONGEST_QUOTE)
        elif len(quote.split()) >= _FEWEST_WORDS:
            counts[quote] += 2
    often = [quote for quote, count in counts.items() if count > 1]
    return sorted(often, key=lambda quote: (-counts[quote], quote))


def _numbers(text: str) -> dict[str, int]:
    """Return value → position of numbers with a unit: `8.5 million` is `850万`. Round ones are left out."""
    found: dict[str, int] = {}
    for match in _NUMBER.finditer(text):
        whole, fraction, scale, unit = match.groups("")
        start = match.start()
        before = text[max(0, start - 2) : start].rstrip()
        has_currency = before.endswith(_CURRENCIES)
        if not (has_currency or scale or unit) or before.endswith("第"):
            continue
        value = _value(whole, fraction, scale.lower())
        is_round = value < 30 or 1990 <= value <= 2030 or f"{value:e}".startswith("1.000000e")
        if not is_round:
            is_money = has_currency or unit.lower() in _MONEY
            found.setdefault(f"money {value:g}" if is_money else f"{value:g}", start)
    return found


def _value(whole: str, fraction: str, scale: str) -> float:
    """Return the value of a number. `1.234 million` has decimals, `1.234 users` and `1.234.567` have none."""
    if not (scale and whole.count(".") == 1):
        whole = whole.replace(".", "")
    return float(whole.replace(",", "") + fraction.replace(",", ".")) * _SCALES.get(scale, 1)


def _links(text: str, url: str | None) -> list[str]:
    """Return the keys of linked articles at other sites, in order."""
    addresses = [one for one in _LINK.findall(text)[:_LINKS_EXAMINED] if not _PICTURE.search(one)]
    if not addresses:
        return []
    own = (keys_of(url) or ("",))[0].partition("/")[0]
    keys: dict[str, None] = {}
    for address in dict.fromkeys(addresses):
        if len(keys) >= _MOST["link"]:
            break
        for key in keys_of(address):
            if len(key) > _SHORTEST_LINK and "/" in key and key.partition("/")[0] != own:
                keys[key] = None
    return [*keys]


@cache
def common_words() -> frozenset[str]:
    """Return words that are no names."""
    text = (resources.files("generator.reading") / "common_words.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())
