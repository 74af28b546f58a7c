"""Tell the language of a title that has no text: by its letters, words and endings.

A title has few of the common words by which `language` tells texts apart.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources

import msgspec

from generator.reading.features import common_words
from generator.reading.language import (
    COMMON_WORDS,
    UNKNOWN,
    is_latin,
    language_by_script,
    language_of,
    primary,
    site_tag,
)


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: str
    endings: tuple[str, ...] = ()


class _Language(msgspec.Struct, frozen=True):
    words: frozenset[str]
    ending: re.Pattern[str] | None


_TABLE = (
    "ł:pl ąę:pl+lt śźćń:pl ż:pl+mt ğı:tr+az ş:tr+ro+az ř:cs ůě:cs č:cs+sk+hr+sl+lt+lv "
    "š:cs+sk+hr+sl+lt+lv+et ž:cs+sk+hr+sl+lt+lv ý:cs+sk+is őű:hu å:sv+da+nb ø:da+nb "
    "æ:da+nb+is ß:de ä:de+sv+fi+et ö:de+sv+fi+tr+hu ü:de+tr+hu+et ñ:es ¿¡:es+ca ãõ:pt+vi "
    "œ:fr ç:fr+pt+tr+ca țșă:ro đơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ:vi ò:it+ca+vi "
    "ì:it+vi ù:it+fr+vi à:fr+it+pt+ca+vi è:fr+it+ca ê:fr+pt+vi ëï:fr+nl îû:fr+ro ô:fr+pt+vi "
    "â:fr+pt+ro+vi é:fr+es+it+pt+hu+cs áí:es+pt+hu+cs+vi ó:es+pt+hu+pl+vi ú:es+pt+hu+cs+vi "
)
_LETTERS = tuple(
    (letters, frozenset(tags.split("+"))) for letters, tags in (one.split(":") for one in _TABLE.split())
)
"""Letters → the languages that write them."""
_SPECIAL = re.compile(f"[{''.join(letters for letters, _ in _LETTERS)}]")
_WORD = re.compile(r"(?<![\w@#./-])(?:[^\W\d_]{2,}(?:[’'][^\W\d_]+)*|[ldLD][’'][^\W\d_]{3,})(?![\w/@])")
"""A word. Single letters, parts of names with digits, handles and addresses are none."""
_ELISION = re.compile(r"(?:l|d|un|dell|all|nell|sull|dall|qu|c|s|n|j|m)[’'](?=[^\W\d_]{3})")
_ROMANCE_ENDING = re.compile(r"[^\W\d_]{3,}[aoi]$")
"""Lower-case words that end like this are seldom English."""
_ENGLISH_ENDING = re.compile(
    r"[^\W\d_]{3,}(?:ing|ings|ed|ly|ness|tion|tions|ship|ful|less|able|ers"
    r"|ists|isms?|ity|ies|ous|ck|sh|th|wn|ght|ey|ay)$"
)
_KANJI_OF_JAPAN = re.compile(
    "[発検薬圧戦対関転単続総図売読応気円広込働枠峠拡険験県権歳済剤斎収渋縦焼乗浄剰譲醸粋酔瀬斉専繊捜挿巣臓騒増帯滝択沢団弾遅鋳庁"
    "聴徴逓鉄伝闘徳悩脳覇拝廃髪抜払変辺穂訳揺様謡頼覧猟緑塁隷齢歴労録桜亜悪壱隠栄営駅仮価絵壊懐覚楽勧巻歓観帰亀戯犠拠挙暁駆勲"
    "恵掲渓経継軽鶏撃顕厳効鉱黒砕児実釈獣粛渉穣銭]"
)
"""Characters that Chinese writes in another form."""
_TRADITIONAL = re.compile(
    "[東車電話時間聞開語書門問題運動場員業長馬魚鳥風飛見貝頭東進達連選議論設計記許課調"
    "請謝護護費買賃輸銀銅橋機極標樹構術衛衆複製裏補給紅線組織絡統絶約級納細終結]"
)
_SIMPLIFIED = re.compile("[国会学体点当党来号区数湾医声断状与双湿尽写旧径参虫麦条残浅称礼称殻]")
"""`_TRADITIONAL` and `_SIMPLIFIED`: characters that Chinese writes in one of its two scripts only.

Japanese writes both.
"""
_KANA = re.compile("[ぁ-ゖァ-ヺ]")


def language_of_title(title: str, languages: Sequence[str]) -> str | None:
    """Return the language of a title without a text; `UNKNOWN` for a Latin language that is not listed.

    None if it has no letters.
    """
    found = language_of(title, languages)
    if found is not None and not is_latin(found):
        known = any(primary(tag) == "ja" for tag in languages)
        return site_tag("ja", languages) if known and _is_japanese(title, found) else found
    return _latin(title, languages, found)


def _is_japanese(title: str, found: str) -> bool:
    """Return whether a title in Han characters is Japanese by kana or by the forms of its characters."""
    if primary(found) != "zh":
        return False
    if _KANA.search(title) or _KANJI_OF_JAPAN.search(title):
        return True
    return _TRADITIONAL.search(title) is not None and _SIMPLIFIED.search(title) is not None


def _latin(title: str, languages: Sequence[str], found: str | None) -> str | None:
    words = _WORD.findall(title)
    choice = [*filter(is_latin, languages)]
    usual = found or language_by_script(title, languages)
    scores = _scores(words)
    foreign = max(scores.values(), default=0)
    if not foreign and not _looks_romance(words):
        return usual
    english = _english(words)
    if english and english >= foreign and found != UNKNOWN:
        return site_tag("en", choice) if "en" in map(primary, choice) else usual
    best = {tag for tag, score in scores.items() if score == foreign}
    listed = [tag for tag in choice if primary(tag) in best]
    if foreign and len(listed) == 1 and (len(best) == 1 or primary(found or "") in best or len(best) <= 3):
        return listed[0]
    if len(listed) > 1 and found in listed:
        return found
    return UNKNOWN


def _looks_romance(words: Sequence[str]) -> bool:
    """Return whether two words and more in lower case end in vowels as English words seldom do."""
    low = [word for word in words if word.islower() and len(word) > 3]
    ends = [word for word in low if _ROMANCE_ENDING.match(word) and word not in _english_words()]
    return len(ends) >= 2 and 2 * len(ends) > len(low)


def _scores(words: Sequence[str]) -> dict[str, float]:
    """Return language → the weight of its words, letters and endings in a title."""
    scores: dict[str, float] = {}
    known, common, english = _languages(), _english_words(), _own_words()[0]
    for number, word in enumerate(words):
        low = word.lower()
        if parts := _ELISION.match(low):
            for tag in ("fr",) if low[0] in "csnjm" and low[1] in "’'" else ("fr", "it", "ca"):
                scores[tag] = scores.get(tag, 0) + 1
            low = low[parts.end() :]
        is_name = word[0].isupper() and number > 0
        letters = set(_SPECIAL.findall(low))
        fitting = [tags for one, tags in _LETTERS if not letters.isdisjoint(one)]
        by_letters = frozenset.intersection(*fitting) if fitting else frozenset()
        for tag, language in known.items():
            if low in language.words:
                scores[tag] = scores.get(tag, 0) + (
                    0.4 if low in english or (tag != "it" and low in common) else 1
                )
            elif language.ending and len(low) > 4 and low not in common and language.ending.search(low):
                scores[tag] = scores.get(tag, 0) + (0.25 if is_name else 0.6)
        for tag in by_letters:
            scores[tag] = scores.get(tag, 0) + (0.3 if is_name else 0.9)
    return scores


def _english(words: Sequence[str]) -> float:
    own, shared = _own_words()
    common, known = _english_words(), _foreign_words()
    is_headline = 2 * sum(word[0].isupper() for word in words) > len(words) + 1
    score = 0.0
    for number, word in enumerate(words):
        low = word.lower().removesuffix("’s").removesuffix("'s")
        if low in own:
            score += 0.4 if low in shared else 1
        elif low in known:
            continue
        elif low in common:
            is_word = word.islower() or (word[1:].islower() and (is_headline or not number))
            score += 0.9 if is_word else 0.3
        elif word.isascii() and _ENGLISH_ENDING.match(low):
            score += 0.7
    return score


@cache
def _languages() -> dict[str, _Language]:
    text = (resources.files("generator.reading") / "title_words.toml").read_text("utf-8")
    own = msgspec.convert(tomllib.loads(text), dict[str, _Words])
    english = _own_words()[0]
    return {
        tag: _Language(
            frozenset(COMMON_WORDS.get(tag, "").split()) | (frozenset(one.words.split()) - english),
            re.compile(f"(?:{'|'.join(one.endings)})$") if one.endings else None,
        )
        for tag, one in own.items()
    }


@cache
def _own_words() -> tuple[frozenset[str], frozenset[str]]:
    """Return the common words of English, and those of all other languages."""
    others = (words for tag, words in COMMON_WORDS.items() if tag != "en")
    return frozenset(COMMON_WORDS["en"].split()), frozenset(" ".join(others).split())


@cache
def _foreign_words() -> frozenset[str]:
    return frozenset().union(*(one.words for one in _languages().values()))


@cache
def _english_words() -> frozenset[str]:
    """Return words that are likely English: the common ones, without those that end like Italian ones."""
    return frozenset(
        word
        for word in common_words()
        if word.isascii() and (not _ROMANCE_ENDING.match(word) or word in _IN_A_VOWEL)
    )


_VOWEL_WORDS = (
    "data media camera agenda area extra beta alpha delta gamma crypto photo video info demo intro memo auto "
    "audio radio studio logo zero hero echo disco casino ratio mono macro micro nano euro kilo turbo taxi "
    "wifi pizza drama era idea opera formula quota schema africa america china india russia ai api"
)
_IN_A_VOWEL = frozenset(_VOWEL_WORDS.split())
"""English words that end like Italian ones."""
