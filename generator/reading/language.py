"""Detect the language of a text, and estimate how long it takes to read.

The script decides if it can. Texts in Latin letters are told apart by their most common words, after
Grefenstette, "Comparing two language identification schemes" (JADT 1995): on 20 words and more this is as
accurate as letter statistics, and needs no model.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

UNKNOWN = "und"
"""The BCP 47 tag of a text in none of the site's languages."""

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
_OTHER_SCRIPTS = re.compile("|".join(pattern.pattern for _, pattern in _SCRIPTS))
"""One search for all of these, because most texts contain none."""
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

COMMON_WORDS = {
    "en": "the of and to in is that for it with as was on are be this by at from have or an not you can "
    "your how what why when which we our has its new after over out up into than their more about "
    "all will but his who if do they were been one would there use used using via against some "
    "could most released no so am me my he she them these those where while only other also any "
    "just get like may man men per son die hat door want plus pod",
    "it": "di il che la è per un in del una della con non sono le si da dei nel alla più come al gli lo "
    "degli delle dell dello nella nelle nei negli sul sulla alle agli dal dalla anche ma questo "
    "questa cosa chi ha perché ed tra fra suo sua loro essere quando dopo nuovo nuova",
    "fr": "de la le et les des en un une du est que dans pour qui par sur plus au pas ce avec sont il aux "
    "à ses leur nous vous été son sa cette mais ou où comme se ne ont être on comment après entre "
    "sans chez",
    "es": "de la que el en los del las un por con una para es su al lo como más se sus no este esta son "
    "está sin sobre entre cómo pero ha desde cuando muy también fue qué nuevo nueva hasta nos según "
    "tras contra",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an "
    "wie werden aus bei sind oder einen einer nach wird über zum zur vor wir sie durch noch nur so "
    "am mehr was man hat gegen",
    "pt": "de que do da em um para é não uma os no se na por mais as dos como mas foi ao das são ou pela "
    "pelo sobre ser está à entre também seu sua isso quando nas nos até sem",
    "nl": "de het een van en in is dat op te zijn voor met die niet aan er om ook als bij door naar "
    "worden wordt uit over hoe meer deze dit we kan heeft maar nog of wat tot geen",
    "pl": "na się do nie że to jest jak po przez od dla za oraz które czy tym co może był są już ale "
    "tylko jego ze który która przed pod",
    "sv": "och att det en som är på av för med den till ett om har inte kan de från var ska vi så men hur "
    "nya efter",
    "da": "og at det en er til af på for med der den som ikke et har kan om var vi fra de så men hvordan "
    "nye efter",
    "nb": "og det å en er til på for som med av at ikke den de et har kan om var vi fra seg så men "
    "hvordan nye etter",
    "fi": "ja on ei että se oli hän mutta ovat kun niin tai myös joka sen sekä kuin ole voi miten",
    "cs": "se na je že to do pro jsou jako ale za by po podle který které bylo jak při nebo",
    "tr": "ve bir bu da de için ile olarak çok daha olan en gibi ne ya kadar sonra var nasıl yeni",
    "ro": "de și în la cu pe care un din mai pentru nu este ca sau prin fost sunt ce cum după",
    "hu": "az és hogy nem is egy ez meg van volt csak de mint már ki még lehet vagy el hogyan",
    "id": "yang dan di ini itu dengan untuk dari dalam tidak akan pada juga ke karena oleh adalah bisa cara",
    "vi": "và của là có được cho không trong các với những một người đã này để khi trên từ về cách",
    "ca": "de la el que en els les per un una amb del és no al es més dels",
}
_SETS = {tag: frozenset(words.split()) for tag, words in COMMON_WORDS.items()}
_LATIN = re.compile("[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]+")
_WIDE_LATIN = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
_ASCII = bytes(range(128))
_ASCII_LETTERS = bytes(
    ord("x" if chr(code).isascii() and chr(code).isalpha() else " ") for code in range(256)
)
"""Translates letters to `x` and all other bytes to spaces."""
_WORD = re.compile(r"\b[^\W\d_]{2,}\b|[àèéòùáóíúãõöüäåøæığşżźśćńłąęěščřžýůőű]")
"""A word. Single letters are initials, mostly; parts of names with digits are no words."""
_NO_CJK = re.compile(
    "[^\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af]+"
)
_SPACES = bytes(ord(" " if chr(code).isspace() and code < 128 else "x") for code in range(256))
"""Translates white space to spaces and all other bytes to `x`."""
_CJK_A_MINUTE = 350
_WORDS_A_MINUTE = 230


def language_of(text: str, languages: Sequence[str]) -> str | None:
    """Return the BCP 47 tag of a plain text's language; None if the text is too short to tell.

    `languages` are the site's, and a tag such as `zh-Hant` is returned as the site writes it. A text in
    another Latin language than the site's is `UNKNOWN`; one in another script has the script's language.
    """
    sample = text[:_LONGEST]
    if sample.isascii():
        return _latin(sample, languages) if _ascii_words(sample) >= _FEWEST_WORDS else None
    counts = _scripts(sample)
    if counts["han"] and counts["latin"] > counts["han"] and _names_in_chinese(sample, counts):
        counts["latin"] = 0
    cjk = counts["han"] + counts["kana"]
    counts["cjk"] = cjk
    if not counts.keys().isdisjoint(_LANGUAGES):
        known = {primary(tag) for tag in languages}
        for name, tags in _LANGUAGES.items():
            if counts.get(name) and known.isdisjoint(tags):
                counts[name] /= 2  # a name, a quotation, or wrongly decoded text
    script = max(filter(counts.__contains__, _CHOICE), key=counts.__getitem__)
    if not counts[script]:
        return None
    if script == "cjk":
        return site_tag("ja" if counts["kana"] * 10 > cjk else "zh", languages)
    if script == "hangul":
        return site_tag("ko", languages)
    if script == "latin":
        return _latin(sample, languages) if counts["latin"] >= _FEWEST_WORDS else None
    return _of_script(sample, script, languages)


def _of_script(sample: str, script: str, languages: Sequence[str]) -> str:
    """Return the language whose own letters a text has, else the site's one of the script."""
    tags = _LANGUAGES[script]
    if (own := _by_letters(sample, script)) in tags:
        return site_tag(own, languages)
    return next((tag for tag in languages if primary(tag) in tags), tags[0])


def _by_letters(sample: str, script: str) -> str:
    """Return the language that a text is in by letters that only it writes; empty if there are none."""
    for tag, letters, others in _OWN_LETTERS.get(script, ()):
        found = len(letters.findall(sample))
        if found and found * 200 >= len(sample) and not (others and others.search(sample)):
            return tag
    return ""


_OWN_LETTERS: dict[str, tuple[tuple[str, re.Pattern[str], re.Pattern[str] | None], ...]] = {
    "cyrillic": (
        ("kk", re.compile("[әғқңұһӘҒҚҢҰҺ]"), None),
        ("be", re.compile("[ўЎ]"), None),
        (
            "uk",
            re.compile(r"[іїєґІЇЄҐ]|(?<!\w)(?:та|або|ця|це|про)(?!\w)|\wння(?!\w)"),
            re.compile("[ыэъёЫЭЪЁ]"),
        ),
        ("mk", re.compile("[ѓќѕЃЌЅ]"), None),
        ("sr", re.compile("[ђћЂЋјљњџЈЉЊЏ]"), None),
        ("mn", re.compile("[өүӨҮ]"), None),
    ),
    "arabic": (
        ("ug", re.compile("[ەۆۈۋې]"), None),
        ("ps", re.compile("[ټډړږښګڼ]"), None),
        ("ur", re.compile("[ٹڈڑںےہھ]"), None),
        ("fa", re.compile(r"[پچژگکی]|(?<!\w)(?:شد|است|را|به|از|در|که|برای)(?!\w)"), None),
    ),
}
"""Script → languages, letters of their own, and letters that they do not have; the most particular first."""


def _scripts(sample: str) -> dict[str, float]:
    """Count the characters of each script. A Latin word counts as one, like one or two Han characters."""
    others = _others(sample)
    rest = _HAN.sub("", others)  # in one pass, because it leaves little of a Chinese text to search
    latin = len(_LATIN.findall(sample)) if _WIDE_LATIN.search(rest) else _ascii_words(sample)
    counts: dict[str, float] = {"latin": latin, "han": len(others) - len(rest), "kana": 0}
    for script, pattern in _SCRIPTS if _OTHER_SCRIPTS.search(rest) else ():
        left = len(rest)
        if left <= latin and len(sample) > _TITLE:
            break
        rest = pattern.sub("", rest)
        counts[script] = left - len(rest)
    return counts


def _ascii_words(sample: str) -> int:
    """Count the words of ASCII letters, by their ends; this is faster than creating them."""
    return (sample.encode("ascii", "replace").translate(_ASCII_LETTERS) + b" ").count(b"x ")


def _words_between_spaces(text: str) -> int:
    """Count the words between ASCII spaces, by their ends."""
    return (text.encode("ascii", "replace").translate(_SPACES) + b" ").count(b"x ")


def _others(sample: str) -> str:
    """Return the characters that are not ASCII, filtered as bytes, which is faster."""
    return sample.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")


def site_tag(language: str, languages: Sequence[str]) -> str:
    """Return a language as the site writes it."""
    return next((tag for tag in languages if primary(tag) == language), language)


@lru_cache(256)
def primary(tag: str) -> str:
    """Return the language of a tag without its script and region."""
    return tag.replace("_", "-").partition("-")[0].lower()


def language_by_script(text: str, languages: Sequence[str]) -> str | None:
    """Return the language of a text with too few words to detect it, by its letters; None without letters.

    Words in Latin letters are in a Latin language of the site, or `UNKNOWN` if it has none.
    """
    return _likeliest([*filter(is_latin, languages)]) if _LATIN.search(text) else None


def _likeliest(choice: Sequence[str]) -> str:
    """Return the language of Latin names and code: English if the site lists it, else its first one."""
    return next((tag for tag in choice if primary(tag) == "en"), choice[0] if choice else UNKNOWN)


def likely_language(text: str) -> str | None:
    """Return the Latin language of a text, whether or not the site lists it; None if it is unclear."""
    words = _WORD.findall(text[:_LONGEST].lower())
    return _clearly(words, _scores(words, COMMON_WORDS))


def is_nearer(text: str, language: str, other: str) -> bool:
    """Return whether a text has at least as many common words of a Latin language as of another one."""
    scores = _scores(_WORD.findall(text.lower()), (primary(language), primary(other)))
    return scores[primary(language)] >= scores[primary(other)]


def _names_in_chinese(sample: str, counts: Mapping[str, float]) -> bool:
    """Return whether the Latin words among Chinese are names and code, rather than sentences.

    Sentences have common words. A Chinese title may consist of names for the most part.
    """
    words = _LATIN.findall(sample)
    if len(sample) > _TITLE:
        common = sum(map(_SETS["en"].__contains__, map(str.lower, words)))
        return counts["han"] * 5 >= len(words) and common * 8 < len(words)
    weight = sum(_weight(word) for word in words if len(word) > 1)
    return weight <= counts["han"] * (2 if _HAN.match(sample.lstrip("【《「[(")) else 1)


def _weight(word: str) -> float:
    """Return how much a Latin word tells of a title's language: a common one much, a name little."""
    return 2 if word.lower() in _SETS["en"] else 1 if word.islower() else 0.5


_TITLE = 200
"""Number of characters of a text that may be a title."""


def _latin(sample: str, languages: Sequence[str]) -> str | None:
    """Return the site's Latin language whose common words occur most often, or `UNKNOWN` if another's do."""
    choice = list(filter(is_latin, languages))
    if "en" in map(primary, choice) and _is_english(sample, is_only=len(choice) == 1):
        return next(tag for tag in choice if primary(tag) == "en")
    words = _WORD.findall(sample.lower())
    scores = _scores(words, (*COMMON_WORDS, *map(primary, choice)))
    best = max(choice, key=lambda tag: scores[primary(tag)], default="")
    clear = _clearly(words, scores)
    if not best or (clear and _is_other(words, clear, primary(best))):
        return UNKNOWN
    if primary(best) == "en" and len(words) < _MANY_WORDS and _looks_foreign(sample, words):
        return UNKNOWN
    if len(choice) == 1:
        return best
    if sum(scores[primary(tag)] == scores[primary(best)] for tag in choice) == 1:
        return best
    # Long, yet without common words: menus, names, code.
    return _likeliest(choice) if len(words) >= _MANY_WORDS else None


def _is_other(words: Sequence[str], language: str, listed: str) -> bool:
    """Return whether the words that two languages do not share are of the first one, for the most part."""
    own, others = _SETS[language], _SETS.get(listed, frozenset())
    only, other = own - others, others - own
    return 2 * sum(map(only.__contains__, words)) > 3 * sum(map(other.__contains__, words)) + 2


def _is_english(sample: str, *, is_only: bool) -> bool:
    """Return whether a text has too few words of other languages to be in one of them.

    A short text also needs an English word, unless English `is_only` Latin language of the site.

    Nearly all English texts pass. This takes 5 µs for a text, and finding the words of each language 80 µs.
    """
    words = sample[:_BEGINNING].lower().split()
    foreign = sum(map(_FOREIGN.__contains__, words))
    if len(words) < _MANY_WORDS and (foreign or is_only):
        return not foreign and not _looks_foreign(sample, words)
    return foreign * 12 < len(words) <= 12 * sum(map(_SETS["en"].__contains__, words))


def _looks_foreign(sample: str, words: Sequence[str]) -> bool:
    """Return whether a title has no word that only English has, but traces of other Latin languages.

    These are elisions, endings, words with accents that are no names, and at least as many common words of
    others as of English.
    """
    if not _ENGLISH_ONLY.isdisjoint(words):
        return False
    written = sample.split()
    if not sample.isascii() and any(word[0].islower() and _WIDE_LATIN.search(word) for word in written):
        return True
    foreign = sum(map(_FOREIGN.__contains__, written))
    if foreign and foreign >= sum(map(_SETS["en"].__contains__, written)):
        return True
    return _ELISION.search(sample) is not None or _ENDING.search(sample) is not None


_ELISION = re.compile(r"(?<![\w'’])(?:l|d|un|dell|all|nell|sull|dall|qu)['’][^\W\d_]")
_ENDING = re.compile(
    r"\b[^\W\d_]{3,20}(?:idad|idades|amente|zione|zioni|(?<=[^\W\d_]{4})mento|menti|ità|ção|ções"
    r"|ción|ciones|heit|keit|keiten|schaft|schaften|ungen|tungen|ierung|issement)\b"
)
"""An ending of nouns and adverbs that English words do not have."""
_BEGINNING = 300
_FOREIGN = frozenset().union(*_SETS.values()) - _SETS["en"]
_ENGLISH_ONLY = _SETS["en"] - frozenset().union(*(words for tag, words in _SETS.items() if tag != "en"))


def _clearly(words: Sequence[str], scores: Mapping[str, int]) -> str | None:
    """Return the language whose common words are a tenth of all words, and two different ones at least."""
    best = max(scores, key=scores.__getitem__)
    if scores[best] < 2 or scores[best] * 10 <= len(words) or len(_SETS[best] & set(words)) < 2:
        return None
    return best


def _scores(words: Sequence[str], languages: Iterable[str]) -> dict[str, int]:
    """Return language → number of its common words in a text."""
    counted = Counter(words)
    return {
        tag: sum(counted[word] for word in _SETS.get(tag, frozenset()) & counted.keys()) for tag in languages
    }


def is_latin(language: str) -> bool:
    """Return whether a language is written in Latin letters, as far as we know."""
    return primary(language) not in _NOT_LATIN


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
        text = text.replace("\xa0", " ").replace("\u3000", " ")
    words = _words_between_spaces(text)
    if not characters and not words:
        return 0
    return max(1, round(characters / _CJK_A_MINUTE + words / _WORDS_A_MINUTE))
