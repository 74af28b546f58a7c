"""Whether two articles are the same: the reasons for and against, in the order in which they are weighed."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

import msgspec

from generator.grouping.likeness import contained, likeness
from generator.grouping.places import home_of, is_channel, is_of_one, is_respelt
from generator.grouping.titles import (
    Title,
    clash,
    exchanged,
    explains,
    is_misspelt,
    is_part,
    is_plain,
    kinship,
    miscount,
    retold,
    title_of,
    words_of,
)
from generator.model.types import Article, Verdict

REASONS = ("key", "title and text", "text", "most of the text", "text at home", "title", "like title")
"""What `judge` may say, the strongest first."""

NEAR = 0.28
"""Text in common (Jaccard) of two articles at least, where nothing else speaks for them.

Excerpts have .35 to .55 of a text in common with it, a roundup at most .21 with one of its items.
"""

LONGEST = 40
"""Days for which a title, however much it says, means the same article."""

_DAYS_OF_ADDRESS = 7
"""Within which an article gets another title."""
_DAYS_OF_ERROR = 14
"""Within which a title is mended."""
_HEADLINE = 8
"""Words of a headline of which one may be another."""
_FEWEST_LETTERS = 150
"""Of a text that can be compared; what shorter ones share says nothing."""
_REFRAIN = 3
_LITTLE = 200
"""Letters of which a text consists that was hardly saved."""
_LONG = 1000
"""Letters of a text that is no account's frame, however often it comes."""


class Evidence(msgspec.Struct, gc=False, eq=False):
    """What of an article speaks for or against its being the same as another."""

    article: Article
    day: int
    text: str
    """The words of its title."""
    letters: int
    signature: bytes
    """Empty where there is too little text to compare, or a text that its home has under any title."""
    is_refrain: bool = False
    """Its home has this title again and again."""
    channels: frozenset[str] = frozenset()
    """Keys of its that name none of their articles."""
    _title: Title | None = None
    _homes: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """What its original is known by."""
        return self.article.keys

    @property
    def source(self) -> str:
        """Who published it."""
        return self.article.source

    def mute_text(self) -> None:
        """Let its text speak for nothing."""
        self.letters, self.signature = 0, b""

    def mute_title(self) -> None:
        """Let its title speak for nothing."""
        self.is_refrain, self._title = True, None

    @property
    def title(self) -> Title:
        """Its title taken apart, where it was asked for: most articles have nobody to be held against."""
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
        """Where its originals stand; of two addresses at one home each has its own content."""
        if not self._homes:
            originals = self.keys[1:] or self.keys  # a mirror's own address is nobody's home
            homes = dict.fromkeys(map(home_of, originals)) or (f"source {self.source}",)
            self._homes = tuple(map(sys.intern, homes))
        return self._homes

    def is_at_home_with(self, other: Evidence) -> bool:
        """Whether both have a home."""
        return not set(self.homes).isdisjoint(other.homes)


def is_empty(article: Article) -> bool:
    """Whether too little of an article was saved to compare."""
    return article.verdict is Verdict.LINK or article.letters < _FEWEST_LETTERS


def evidence_of(article: Article, text: str | None = None) -> Evidence:
    """Collect what speaks for an article; the words of its title, should they be known."""
    has_none = is_empty(article)
    return Evidence(
        article=article,
        day=article.date.toordinal(),
        text=words_of(article.title) if text is None else text,
        letters=0 if has_none else article.letters,
        signature=b"" if has_none else article.signature,
    )


def text_refrains(group: Sequence[Evidence]) -> list[Evidence]:
    """Those articles of one text that speak for nothing: a page's frame, an advertisement.

    That is a text which their home has under `_REFRAIN` titles and addresses; not an account's long one.
    """
    found = _refrains(group, lambda one: one.text, lambda one: one.keys)
    return [one for one in found if one.article.letters < _LONG or not _is_account(one)]


def title_refrains(group: Sequence[Evidence]) -> list[Evidence]:
    """Those articles of one title that speak for nothing: their home has it on `_REFRAIN` days."""
    return _refrains(group, lambda one: one.day)


def channels(group: Sequence[Evidence]) -> frozenset[str]:
    """The keys of all articles of a group, where they have too many titles to be one article's."""
    if len(group) < _REFRAIN or len({one.text for one in group}) < _REFRAIN:
        return frozenset()
    return frozenset(group[0].keys).intersection(*(one.keys for one in group))


def _refrains(group: Sequence[Evidence], *variants: Callable[[Evidence], Hashable]) -> list[Evidence]:
    """Those of a group whose home has enough variants, of each kind, of what they have in common."""
    if len(group) < _REFRAIN:
        return []
    often: set[str] | None = None
    for variant in variants:
        found: dict[str, set[Hashable]] = defaultdict(set)
        for one in group:
            for home in one.homes:
                found[home].add(variant(one))
        homes = {home for home, seen in found.items() if len(seen) >= _REFRAIN}
        often = homes if often is None else often & homes
    return [one for one in group if often and not often.isdisjoint(one.homes)]


def _is_account(one: Evidence) -> bool:
    """Whether all its homes are accounts: these have no frame."""
    return all(":" in home for home in one.homes)


def is_hopeless(one: Evidence, other: Evidence) -> bool:
    """Whether little work tells that `judge` finds nothing in two whose titles have a run in common."""
    if one.text == other.text or not set(one.keys).isdisjoint(other.keys):
        return False
    if one.signature and other.signature:
        return likeness(one.signature, other.signature) < 0.1
    shorter, longer = sorted((len(one.text), len(other.text)))
    if 10 * shorter < 6 * longer or abs(one.day - other.day) > LONGEST:
        return True
    return one.is_at_home_with(other) and not exchanged(one.text, other.text)


def judge(one: Evidence, other: Evidence) -> str:
    """Why two articles are the same, one of `REASONS`; or nothing, where they are not."""
    common = set(one.keys).intersection(other.keys)
    if not common and clash(one.title, other.title):
        return ""
    share = likeness(one.signature, other.signature)
    if common:
        return "key" if _by_key(one, other, common, share) else ""
    inside = contained(share, one.letters, other.letters)
    at_home = one.is_at_home_with(other)
    if one.text == other.text or _is_mended(one, other):
        return _by_title(one, other, share, inside, at_home=at_home)
    if at_home:
        return _at_home(one, other, share)
    if one.signature and other.signature:
        return _by_text(one, other, share, inside)
    is_near = abs(one.day - other.day) <= _days_of_title(one.title, at_home=False)
    return "like title" if is_near and retold(one.title, other.title) else ""


def _by_key(one: Evidence, other: Evidence, common: set[str], share: float) -> bool:
    """WeChat's key names one post; an address may serve a channel, or another text than before."""
    if any(key.startswith("wechat:") for key in common) or one.text == other.text:
        return True
    if all(map(is_channel, common)):
        return share >= 0.9 and not clash(one.title, other.title)
    kin = kinship(one.title, other.title)
    if not (one.signature and other.signature):
        is_kin = kin >= (0.4 if one.source == other.source else 0.1)
        return (is_kin or _is_retitled(one, other, common)) and not clash(one.title, other.title)
    if clash(one.title, other.title) and share < 0.9:
        return False
    return kin >= 0.3 or share >= 0.5


def _is_retitled(one: Evidence, other: Evidence, common: Iterable[str]) -> bool:
    """Whether one article's address has two titles, and no more, at one source within days."""
    if one.source != other.source or abs(one.day - other.day) > _DAYS_OF_ADDRESS:
        return False
    words = {*one.text.split(), *other.text.split()}
    return any(is_of_one(key, words) for key in common if key not in one.channels)


def objects(one: Evidence, other: Evidence) -> bool:
    """Whether two articles cannot stand in one story, whatever joins them."""
    if not set(one.keys).isdisjoint(other.keys):
        return False
    if clash(one.title, other.title):
        return True
    if one.text == other.text or not (one.signature and other.signature):
        return False
    share = likeness(one.signature, other.signature)
    if share < 0.1 or _are_twins(one, other, share) or _are_roundup_and_item(one, other, share):
        return True
    return share < 0.9 and one.is_at_home_with(other)


def _by_title(one: Evidence, other: Evidence, share: float, inside: float, *, at_home: bool) -> str:
    """The same title means the same article, unless it says too little or the texts say no."""
    apart = abs(one.day - other.day)
    title = one.title
    if at_home and title.serial and not title.marks and (share < 0.98 or apart > 3):
        return ""
    if _are_roundup_and_item(one, other, share):
        return ""
    is_bulletin = not at_home and (title.bulletin or other.title.bulletin)
    if not (one.signature and other.signature):
        says_little = title.generic or is_bulletin or (at_home and title.weight < 5)
        return "" if says_little or apart > _days_of_title(title, at_home=at_home) else "title"
    is_told = share >= 0.4 or inside >= 0.75 if is_bulletin else share >= 0.15 or inside >= 0.5
    if share >= 0.8 or (is_told and not at_home):
        return "title and text"
    # The text may stand in pictures; what was saved is little, or two sites' different frames.
    is_little = min(one.letters, other.letters) < _LITTLE or (title.text.isascii() and title.weight >= 8)
    may_speak = is_little and not (at_home or is_bulletin or title.generic)
    return "title" if may_speak and title.weight >= 7 and apart <= 3 else ""


def _is_mended(one: Evidence, other: Evidence) -> bool:
    """Whether two empty copies have one title, but for a typing error that was mended soon."""
    if one.signature or other.signature or abs(one.day - other.day) > _DAYS_OF_ERROR:
        return False
    differing = exchanged(one.text, other.text)
    return bool(differing) and one.title.weight >= 6 and is_misspelt(*differing)


def _has_new_headline(one: Evidence, other: Evidence) -> bool:
    """Whether of two empty copies, of one source and day, a headline and its address have one word changed.

    The headline is long, no advice, and the word no name, which would have a capital: templates differ by
    names, kinds of flaws, and parts.
    """
    differing = exchanged(one.text, other.text)
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
        or explains(one.title)
        or not all(map(_is_common, differing, (one, other)))
    ):
        return False
    words = one.text.split()
    return any(is_respelt(key, its, words, differing) for key in one.keys for its in other.keys)


def _is_common(word: str, one: Evidence) -> bool:
    """Whether a word is small in a title that begins with a capital."""
    title = one.article.title.strip()
    return is_plain(word) and word in title and title[:1].isupper()


def _days_of_title(title: Title, *, at_home: bool) -> int:
    """How long a title means the same article: the more it says, the longer."""
    if title.weight < 7:
        return 3 if at_home else 7
    return 14 if at_home or title.weight < 9 else LONGEST


def _at_home(one: Evidence, other: Evidence, share: float) -> str:
    """Of one home each address has its own content, unless the same is published again.

    A site's frame, where it was taken for text, is alike on all its pages; accounts have no frame.
    """
    if one.title.serial or other.title.serial:
        return ""
    if _has_new_headline(one, other):
        return "like title"
    is_kin = share >= 0.9 and kinship(one.title, other.title) >= 0.3
    is_accounts = share >= 0.96 and all(":" in home for home in one.homes if home in other.homes)
    return "text at home" if is_kin or is_accounts else ""


def _by_text(one: Evidence, other: Evidence, share: float, inside: float) -> str:
    """Most of the shorter text stands in the other, and enough of both is one."""
    if _are_roundup_and_item(one, other, share):
        return ""
    if inside >= 0.5 and share >= 0.1 and is_part(one.title, other.title):
        return "title and text"
    is_miscount = miscount(one.title, other.title) and (share < 0.5 or min(one.letters, other.letters) < 600)
    is_short = share >= 0.15 and inside >= 0.85 and kinship(one.title, other.title) >= 0.4
    if is_miscount or (share < NEAR and not is_short):
        return ""
    if inside >= 0.95:
        return "text"
    is_most = inside >= (0.75 if share >= 0.45 else 0.85) and not _are_twins(one, other, share)
    return "most of the text" if is_most else ""


def _are_roundup_and_item(one: Evidence, other: Evidence, share: float) -> bool:
    """Whether one title names a series or several items, the other does not, and the texts are not one."""
    return share < 0.75 and one.title.serial != other.title.serial


def _are_twins(one: Evidence, other: Evidence, share: float) -> bool:
    """Whether two titles differ by a word or two, `Direct …`, `Indirect …`, and the texts by as much."""
    if share >= 0.9 or contained(share, one.letters, other.letters) >= 0.95:
        return False
    return kinship(one.title, other.title) >= 0.6 and not is_part(one.title, other.title)
