"""Detect the language of a text, and estimate how long it takes to read.

The script decides if it can. Texts in Latin letters are told apart by their most common words, after
Grefenstette, "Comparing two language identification schemes" (JADT 1995): on 20 words and more this is as
accurate as letter statistics, and needs no model.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

_LONGEST = 1000
"""Number of characters that are examined."""

_FEWEST_WORDS = 3
"""Words that a text in ASCII letters needs for detection."""

_MANY_WORDS = 20

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")
# In order of precedence: texts with kana or hangul may also contain Han characters.
_SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("kana", re.compile("[\u3041-\u309f\u30a1-\u30fa\u30fd-\u30ff\uff66-\uff9d]+")),
    ("hangul", re.compile("[\u1100-\u11ff\uac00-\ud7a3]+")),
    ("cyrillic", re.compile("[\u0400-\u052f]+")),
    ("arabic", re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]+")),
    ("hebrew", re.compile("[\u0591-\u05f4]+")),
    ("greek", re.compile("[\u0370-\u03ff\u1f00-\u1fff]+")),
    ("thai", re.compile("[\u0e01-\u0e5b]+")),
    ("devanagari", re.compile("[\u0900-\u097f]+")),
)
# The most common language of each script comes first. A language that the site names takes precedence.
_LANGUAGES = {
    "cyrillic": ("ru", "uk", "bg", "sr", "be", "mk", "kk", "mn"),
    "arabic": ("ar", "fa", "ur", "ps", "ug"),
    "hebrew": ("he", "yi"),
    "greek": ("el",),
    "thai": ("th",),
    "devanagari": ("hi", "mr", "ne", "sa"),
}
_CHOICE = ("latin", "cjk", "hangul", *_LANGUAGES)
_NOT_LATIN = frozenset({"zh", "yue", "ja", "ko", *(tag for tags in _LANGUAGES.values() for tag in tags)})

_COMMON_WORDS = {
    "en": "the of and to in is that for it with as was on are be this by at from have or an not you can your",
    "it": "di e il che la è per un in del una della con non sono le si da i dei nel alla più come al gli",
    "fr": "de la le et les des en un une du est que dans pour qui par sur plus au pas ce avec sont il aux",
    "es": "de la que el en y los del las un por con una para es su al lo como más se sus no o este",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an",
    "pt": "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao das",
    "nl": "de het een van en in is dat op te zijn voor met die niet aan er om ook als bij door naar worden",
    "pl": "w i na z się do nie że to jest o jak po przez od dla za oraz które czy tym co może był",
    "sv": "och att det i en som är på av för med den till ett om har inte kan de från var ska",
    "da": "og at det i en er til af på for med der den som ikke de et har kan om var vi fra",
    "nb": "og det i å en er til på for som med av at ikke den de et har kan om var vi fra seg",
    "fi": "ja on ei että se oli hän mutta ovat kun niin tai myös joka sen sekä kuin ole voi",
    "cs": "a v se na je že to z s o do pro jsou jako ale za by po podle který které bylo",
    "tr": "ve bir bu da de için ile olarak çok daha olan en gibi ne ya kadar sonra var",
    "ro": "de și în la a cu pe care un o din mai pentru nu este ca sau prin fost sunt ce",
    "hu": "a az és hogy nem is egy ez meg van volt csak de mint már ki még lehet vagy el",
    "id": "yang dan di ini itu dengan untuk dari dalam tidak akan pada juga ke karena oleh adalah bisa",
    "vi": "và của là có được cho không trong các với những một người đã này để khi trên từ về",
    "ca": "de la i el que a en els les per un una amb del és no al es més com dels",
}
_SETS = {tag: frozenset(words.split()) for tag, words in _COMMON_WORDS.items()}
_LATIN = re.compile("[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]+")
_WIDE_LATIN = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
_ASCII = bytes(range(128))
_ASCII_LETTERS = bytes(
    ord("x" if chr(code).isascii() and chr(code).isalpha() else " ") for code in range(256)
)
"""Translates letters to `x` and all other bytes to spaces."""
_WORD = re.compile(r"[^\W\d_]+")
_NO_CJK = re.compile(
    "[^\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af]+"
)
_CJK_A_MINUTE = 350
_WORDS_A_MINUTE = 230


def language_of(text: str, languages: Sequence[str]) -> str | None:
    """Return the BCP 47 tag of a plain text's language; None if the text is too short to tell.

    `languages` are the site's. A Latin text is assigned to one of them, and a tag such as `zh-Hant` is
    returned as the site writes it.
    """
    sample = text[:_LONGEST]
    if sample.isascii():
        return _latin(sample, languages) if _ascii_words(sample) >= _FEWEST_WORDS else None
    counts = _scripts(sample)
    cjk = counts["han"] + counts["kana"]
    counts["cjk"] = cjk
    if not counts.keys().isdisjoint(_LANGUAGES):
        known = {_primary(tag) for tag in languages}
        for name, tags in _LANGUAGES.items():
            if counts.get(name) and known.isdisjoint(tags):
                counts[name] /= 2  # a name, a quotation, or wrongly decoded text
    script = max(filter(counts.__contains__, _CHOICE), key=counts.__getitem__)
    if not counts[script]:
        return None
    if script == "cjk":
        return _site_tag("ja" if counts["kana"] * 10 > cjk else "zh", languages)
    if script == "hangul":
        return _site_tag("ko", languages)
    if script == "latin":
        return _latin(sample, languages) if counts["latin"] >= _FEWEST_WORDS else None
    tags = _LANGUAGES[script]
    return next((tag for tag in languages if _primary(tag) in tags), tags[0])


def _scripts(sample: str) -> dict[str, float]:
    """Count the characters of each script. A Latin word counts as one, like one or two Han characters."""
    others = _others(sample)
    rest = _HAN.sub("", others)  # in one pass, because it leaves little of a Chinese text to search
    latin = len(_LATIN.findall(sample)) if _WIDE_LATIN.search(rest) else _ascii_words(sample)
    counts: dict[str, float] = {"latin": latin, "han": len(others) - len(rest), "kana": 0}
    for script, pattern in _SCRIPTS:
        left = len(rest)
        if left <= latin:
            break
        rest = pattern.sub("", rest)
        counts[script] = left - len(rest)
    return counts


def _ascii_words(sample: str) -> int:
    """Count the words of ASCII letters, by their ends; this is faster than creating them."""
    return (sample.encode("ascii", "replace").translate(_ASCII_LETTERS) + b" ").count(b"x ")


def _others(sample: str) -> str:
    """Return the characters that are not ASCII, filtered as bytes, which is faster."""
    return sample.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")


def _site_tag(language: str, languages: Sequence[str]) -> str:
    return next((tag for tag in languages if _primary(tag) == language), language)


@lru_cache(256)
def _primary(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].lower()


def _latin(sample: str, languages: Sequence[str]) -> str | None:
    """Return the site's Latin language whose common words occur most often in the text."""
    choice = list(filter(is_latin, languages))
    if len(choice) == 1:
        return choice[0]
    words = _WORD.findall(sample.lower())
    if not choice:
        return _any_latin(words)
    scores = {tag: _score(words, _primary(tag)) for tag in choice}
    best, second = sorted(scores, key=lambda tag: -scores[tag])[:2]
    if scores[best] > scores[second]:
        return best
    # Long, yet without common words: menus, names, code. The site's first language is the best guess.
    return choice[0] if len(words) >= _MANY_WORDS else None


def _any_latin(words: Sequence[str]) -> str | None:
    """Return the most likely Latin language if it is clear, for a site that names none."""
    scores = {tag: _score(words, tag) for tag in _COMMON_WORDS}
    best, second = sorted(scores, key=lambda tag: -scores[tag])[:2]
    return best if scores[best] * 10 > len(words) and scores[best] > scores[second] else None


def _score(words: Sequence[str], language: str) -> int:
    common = _SETS.get(language, frozenset())
    counted = Counter(words)
    return sum(counted[word] for word in common)


def is_latin(language: str) -> bool:
    """Return whether a language is written in Latin letters, as far as we know."""
    return _primary(language) not in _NOT_LATIN


def reading_minutes(text: str) -> int:
    """Return the reading time of a plain text in minutes: 0 if it is empty, else at least 1.

    Assumes 230 words a minute (Brysbaert 2019: 238), and 350 Chinese, Japanese or Korean characters (IReST
    2012: 255 to 357 read aloud).
    """
    characters = 0
    if not text.isascii():
        others = _NO_CJK.findall(text)
        characters = len(text) - sum(map(len, others))
        text = " ".join(others)
    words = len(text.split())
    if not characters and not words:
        return 0
    return max(1, round(characters / _CJK_A_MINUTE + words / _WORDS_A_MINUTE))
