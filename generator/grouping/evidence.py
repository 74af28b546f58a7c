"""Decide whether two articles are the same, by evidence for and against, in order of precedence."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

import msgspec

from generator.grouping.languages import fewest_letters
from generator.grouping.likeness import contained, likeness
from generator.grouping.places import home_of, is_channel, is_of_one, is_project, is_respelt
from generator.grouping.titles import (
    Title,
    counts_conflict,
    differing_words,
    is_advice,
    is_misspelt,
    is_part,
    is_plain,
    is_reworded,
    marks_conflict,
    similarity,
    title_of,
    words_of,
)
from generator.model.identifiers import name_others
from generator.model.types import Article, Verdict

REASONS = ("key", "title and text", "text", "most of the text", "text at home", "title", "like title")
"""The possible results of `judge`, the strongest first."""
KEY = REASONS.index("key")

NEAR = 0.28
"""Minimum share of text in common (Jaccard) without other evidence.

Excerpts have .35 to .55 of a text in common with it, a roundup at most .21 with one of its items.
"""

LONGEST = 40
"""Maximum number of days within which equal titles mean the same article."""

_DAYS_OF_ADDRESS = 7
"""Number of days within which an article may get another title."""
_DAYS_OF_ERROR = 14
"""Number of days within which a title may be corrected."""
_HEADLINE = 8
"""Minimum number of words of a headline in which one word may differ."""
_FEWEST_LETTERS = 150
"""Minimum number of letters of a text that can be compared. Similarity of shorter ones means nothing.

In Chinese, Japanese and Korean it is half as many.
"""
_REFRAIN = 3
_SAME_PICTURE = 0.9
"""Share of text in common from which a picture with a text is a copy of the text."""
_SAME_TEXT = 0.5
"""Share of the shorter text that the other one contains, from which both may be one text."""
_LITTLE = 200
"""Number of letters below which a text was hardly saved."""
_LONG = 1000
"""Number of letters from which an account's text is not boilerplate, however often it recurs."""


class Evidence(msgspec.Struct, gc=False, eq=False):
    """The properties of an article that decide whether it is the same as another."""

    article: Article
    day: int
    text: str
    """Its title, normalised by `words_of`."""
    letters: int
    signature: bytes
    """Empty if there is too little text to compare, or its home has the text under several titles."""
    is_refrain: bool = False
    """Whether its home uses this title repeatedly."""
    channels: frozenset[str] = frozenset()
    """Its keys that do not identify an article."""
    _title: Title | None = None
    _homes: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The canonical keys of its original."""
        return self.article.keys

    @property
    def source(self) -> str:
        """The source that published it."""
        return self.article.source

    def mute_text(self) -> None:
        """Exclude its text from the evidence."""
        self.letters, self.signature = 0, b""

    def mute_title(self) -> None:
        """Exclude its title from the evidence."""
        self.is_refrain, self._title = True, None

    @property
    def title(self) -> Title:
        """Its analysed title, computed on demand because most articles are compared with none."""
        if self._title is None:
            title = title_of(self.article.title)
            self._title = msgspec.structs.replace(
                title,
                text=self.text,  # one object, to save memory
                generic=title.generic or self.is_refrain,
                serial=title.serial or self.is_refrain,
            )
        return self._title

    @property
    def homes(self) -> tuple[str, ...]:
        """The hosts or accounts of its originals. Two addresses at one home have different content."""
        if not self._homes:
            originals = self.keys[1:] or self.keys  # a mirror's own address is not a home
            homes = dict.fromkeys(map(home_of, originals)) or (f"source {self.source}",)
            self._homes = tuple(map(sys.intern, homes))
        return self._homes

    def is_at_home_with(self, other: Evidence) -> bool:
        """Return whether both have a home in common."""
        return not set(self.homes).isdisjoint(other.homes)


def is_empty(article: Article) -> bool:
    """Return whether too little of an article was saved to compare."""
    if article.verdict is Verdict.LINK or article.letters >= _FEWEST_LETTERS:  # enough in every language
        return article.verdict is Verdict.LINK
    return article.letters < fewest_letters(_FEWEST_LETTERS, article.language)


def evidence_of(article: Article, text: str | None = None) -> Evidence:
    """Return the evidence of an article. `text`: the words of its title, if known."""
    has_none = is_empty(article)
    return Evidence(
        article=article,
        day=article.date.toordinal(),
        text=words_of(article.title) if text is None else text,
        letters=0 if has_none else article.letters,
        signature=b"" if has_none else article.signature,
    )


def text_refrains(group: Sequence[Evidence]) -> list[Evidence]:
    """Return the articles with the same text that prove nothing: boilerplate or an advertisement.

    Their home has the text under `_REFRAIN` titles and addresses, and it is not an account's long text.
    """
    found = _refrains(group, lambda one: one.text, lambda one: one.keys)
    return [one for one in found if one.article.letters < _LONG or not _is_account(one)]


def title_refrains(group: Sequence[Evidence]) -> list[Evidence]:
    """Return the articles with the same title that prove nothing: their home has it on `_REFRAIN` days."""
    return _refrains(group, lambda one: one.day)


def channels(group: Sequence[Evidence]) -> frozenset[str]:
    """Return the keys shared by a group with too many titles for one article."""
    if len(group) < _REFRAIN or len({one.text for one in group}) < _REFRAIN:
        return frozenset()
    return frozenset(group[0].keys).intersection(*(one.keys for one in group))


def _refrains(group: Sequence[Evidence], *variants: Callable[[Evidence], Hashable]) -> list[Evidence]:
    """Return the members of a group whose home has enough variants of each kind."""
    if len(group) < _REFRAIN:
        return []
    often: set[str] | None = None
    for variant in variants:
        found: dict[str, set[Hashable]] = defaultdict(set)
        for one in group:
            for home in one.homes:
                found[home].add(variant(one))
        homes = {home for home, variants_found in found.items() if len(variants_found) >= _REFRAIN}
        often = homes if often is None else often & homes
    return [one for one in group if often and not often.isdisjoint(one.homes)]


def _is_account(one: Evidence) -> bool:
    """Return whether all its homes are accounts, which have no boilerplate."""
    return all(":" in home for home in one.homes)


def is_unlikely(one: Evidence, other: Evidence) -> bool:
    """Return whether a cheap check shows that `judge` rejects two articles with a common part of title."""
    if one.text == other.text or not set(one.keys).isdisjoint(other.keys):
        return False
    if one.signature and other.signature:
        return likeness(one.signature, other.signature) < 0.1
    shorter, longer = sorted((len(one.text), len(other.text)))
    if 10 * shorter < 6 * longer or abs(one.day - other.day) > LONGEST:
        return True
    return one.is_at_home_with(other) and not differing_words(one.text, other.text)


def judge(one: Evidence, other: Evidence) -> str:
    """Return the reason why two articles are the same, one of `REASONS`; empty if they are not."""
    common = set(one.keys).intersection(other.keys)
    share = likeness(one.signature, other.signature)
    if not common and (_conflict(one, other) or _are_picture_and_text(one, other, share)):
        return ""
    if common:
        return "key" if _by_key(one, other, common, share) else ""
    inside = contained(share, one.letters, other.letters)
    at_home = one.is_at_home_with(other)
    if one.text == other.text or _is_corrected(one, other):
        return _by_title(one, other, share, inside, at_home=at_home)
    if at_home:
        return _by_home(one, other, share)
    if one.signature and other.signature:
        return _by_text(one, other, share, inside)
    is_near = abs(one.day - other.day) <= _days_of_title(one.title, at_home=False)
    return "like title" if is_near and is_reworded(one.title, other.title) else ""


def _by_key(one: Evidence, other: Evidence, common: set[str], share: float) -> bool:
    """Return whether a common key proves that two articles are the same.

    A WeChat key identifies one post. An address may belong to a channel, or its content may have changed.
    """
    if any(key.startswith("wechat:") for key in common) or one.text == other.text:
        return True
    if all(map(is_channel, common)):
        return share >= 0.9 and not marks_conflict(one.title, other.title)
    kin = similarity(one.title, other.title)
    if not (one.signature and other.signature):
        is_kin = kin >= (0.4 if one.source == other.source else 0.1)
        return (is_kin or _is_retitled(one, other, common)) and not marks_conflict(one.title, other.title)
    if marks_conflict(one.title, other.title) and share < 0.9:
        return False
    return kin >= 0.3 or share >= 0.5


def _is_retitled(one: Evidence, other: Evidence, common: Iterable[str]) -> bool:
    """Return whether an address has exactly two titles, at one source and within days."""
    if one.source != other.source or abs(one.day - other.day) > _DAYS_OF_ADDRESS:
        return False
    words = {*one.text.split(), *other.text.split()}
    return any(is_of_one(key, words) for key in common if key not in one.channels)


def objects(one: Evidence, other: Evidence) -> bool:
    """Return whether two articles cannot be in one group, whatever connects them."""
    if not set(one.keys).isdisjoint(other.keys):
        return False
    if _conflict(one, other):
        return True
    if one.text == other.text:
        return _have_different_texts(one.article, other.article) and not judge(one, other)
    if not (one.signature and other.signature):
        return False
    share = likeness(one.signature, other.signature)
    if share < 0.1 or _differ_by_words(one, other, share) or _are_roundup_and_item(one, other, share):
        return True
    return share < 0.9 and one.is_at_home_with(other)


def _conflict(one: Evidence, other: Evidence) -> bool:
    """Return whether two titles have different marks, or titles or leads only different identifiers."""
    return marks_conflict(one.title, other.title) or name_others(
        one.article.identifiers, other.article.identifiers
    )


def _have_different_texts(one: Article, other: Article) -> bool:
    """Return whether two articles have texts, however short, of which neither contains the other."""
    if Verdict.LINK in (one.verdict, other.verdict) or not (one.signature and other.signature):
        return False
    return contained(likeness(one.signature, other.signature), one.letters, other.letters) < _SAME_TEXT


def _by_title(one: Evidence, other: Evidence, share: float, inside: float, *, at_home: bool) -> str:
    """Return the reason if two articles with the same title are the same.

    They are, unless the title is generic or the texts contradict it.
    """
    apart = abs(one.day - other.day)
    title = one.title
    if at_home and title.serial and not title.marks and (share < 0.98 or apart > 3):
        return ""
    if _are_roundup_and_item(one, other, share):
        return ""
    is_bulletin = not at_home and (title.bulletin or other.title.bulletin)
    if not (one.signature and other.signature):
        says_little = title.generic or is_bulletin or (at_home and (title.weight < 5 or _is_of_code(one)))
        return "" if says_little or apart > _days_of_title(title, at_home=at_home) else "title"
    is_confirmed = share >= 0.4 or inside >= 0.75 if is_bulletin else share >= 0.15 or inside >= 0.5
    if share >= 0.8 or (is_confirmed and not at_home):
        return "title and text"
    # The text may be in images. What was saved is little, or boilerplate of two different sites.
    is_little = min(one.letters, other.letters) < _LITTLE or (title.text.isascii() and title.weight >= 8)
    may_speak = is_little and not (at_home or is_bulletin or title.generic)
    return "title" if may_speak and title.weight >= 7 and apart <= 3 else ""


def _is_corrected(one: Evidence, other: Evidence) -> bool:
    """Return whether two articles without text have the same title except for a corrected typing error."""
    if one.signature or other.signature or abs(one.day - other.day) > _DAYS_OF_ERROR:
        return False
    differing = differing_words(one.text, other.text)
    return bool(differing) and one.title.weight >= 6 and is_misspelt(*differing)


def _is_of_code(one: Evidence) -> bool:
    return any(map(is_project, one.homes))


def _has_new_headline(one: Evidence, other: Evidence) -> bool:
    """Return whether two articles without text have a headline in which one word was changed.

    They have one source and day, and their addresses differ by the same word. The headline is long and gives
    no advice. The word is not a name, which would be capitalised: generated titles differ by names, kinds of
    flaws, and parts.
    """
    differing = differing_words(one.text, other.text)
    if (
        not differing
        or one.source != other.source
        or one.day != other.day
        or one.signature
        or other.signature
    ):
        return False
    if (
        one.title.weight < _HEADLINE
        or is_advice(one.title)
        or not all(map(_is_common, differing, (one, other)))
    ):
        return False
    words = one.text.split()
    return any(is_respelt(key, its, words, differing) for key in one.keys for its in other.keys)


def _is_common(word: str, one: Evidence) -> bool:
    """Return whether a word is in lower case in a title that begins with a capital."""
    title = one.article.title.strip()
    return is_plain(word) and word in title and title[:1].isupper()


def _days_of_title(title: Title, *, at_home: bool) -> int:
    """Return for how many days a title means the same article. The more it says, the longer."""
    if title.weight < 7:
        return 3 if at_home else 7
    return 14 if at_home or title.weight < 9 else LONGEST


def _by_home(one: Evidence, other: Evidence, share: float) -> str:
    """Return the reason if two articles at one home are the same, that is published again.

    A site's boilerplate, taken for text, is alike on all pages, as is the interface of a host of code.
    Accounts have no boilerplate.
    """
    if _is_of_code(one):
        return ""
    if one.title.serial or other.title.serial:
        return ""
    if _has_new_headline(one, other):
        return "like title"
    is_kin = share >= 0.9 and similarity(one.title, other.title) >= 0.3
    is_accounts = share >= 0.96 and all(":" in home for home in one.homes if home in other.homes)
    return "text at home" if is_kin or is_accounts else ""


def _by_text(one: Evidence, other: Evidence, share: float, inside: float) -> str:
    """Return the reason if two articles have most of the shorter text, and enough of both, in common."""
    if _are_roundup_and_item(one, other, share):
        return ""
    if inside >= 0.5 and share >= 0.1 and is_part(one.title, other.title):
        return "title and text"
    has_conflict = counts_conflict(one.title, other.title) and (
        share < 0.5 or min(one.letters, other.letters) < 600
    )
    is_short = share >= 0.15 and inside >= 0.85 and similarity(one.title, other.title) >= 0.4
    if has_conflict or (share < NEAR and not is_short):
        return ""
    if inside >= 0.95:
        return "text"
    is_most = inside >= (0.75 if share >= 0.45 else 0.85) and not _differ_by_words(one, other, share)
    return "most of the text" if is_most else ""


def _are_roundup_and_item(one: Evidence, other: Evidence, share: float) -> bool:
    """Return whether one title names a series or several items, the other does not, and the texts differ."""
    return share < 0.75 and one.title.serial != other.title.serial


def _are_picture_and_text(one: Evidence, other: Evidence, share: float) -> bool:
    """Return whether one title announces a picture, the other does not, and the texts differ."""
    return share < _SAME_PICTURE and one.title.pictured != other.title.pictured


def _differ_by_words(one: Evidence, other: Evidence, share: float) -> bool:
    """Return whether two titles differ by a word or two (`Direct …`, `Indirect …`), and so do the texts."""
    if share >= 0.9 or contained(share, one.letters, other.letters) >= 0.95:
        return False
    return similarity(one.title, other.title) >= 0.6 and not is_part(one.title, other.title)
