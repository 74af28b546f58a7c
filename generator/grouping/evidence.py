"""Whether two articles are the same: the reasons for and against, in the order in which they are weighed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

import msgspec

from generator.grouping.likeness import contained, likeness
from generator.grouping.titles import Title, clash, is_part, kinship, miscount, retold, title_of
from generator.model import Article, Verdict

REASONS = ("key", "title and text", "text", "most of the text", "text at home", "title", "like title")
"""What `judge` may say, the strongest first."""

NEAR = 0.28
"""Text in common (Jaccard) of two articles at least, where nothing else speaks for them.

Excerpts have .35 to .55 of a text in common with it, a roundup at most .21 with one of its items.
"""

_FEWEST_LETTERS = 150
"""Of a text that can be compared; what shorter ones share says nothing."""
_REFRAIN = 3
_LITTLE = 200
"""Letters of which a text consists that was hardly saved."""
_LONG = 1000
"""Letters of a text that is no account's frame, however often it comes."""
_CHANNEL = re.compile(r"/(?:category|categories|tags?|topics?|authors?|archives?|labels?)/")
"""Addresses under which today's articles stand."""
_MANY_AUTHORS = frozenset({"x.com", "medium.com", "weibo.com", "t.me", "youtube.com", "reddit.com"})
"""Hosts on which the first part of the path tells whose page it is."""


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """What of an article speaks for or against its being the same as another."""

    day: int
    keys: tuple[str, ...]
    source: str
    title: Title
    letters: int
    signature: bytes
    """Empty where there is too little text to compare."""

    @property
    def homes(self) -> set[str]:
        """Where its originals stand; of two addresses at one home each has its own content."""
        originals = self.keys[1:] or self.keys  # a mirror's own address is nobody's home
        return set(map(home_of, originals)) or {f"source {self.source}"}


def evidence_of(article: Article) -> Evidence:
    """Collect what speaks for an article."""
    is_empty = article.verdict is Verdict.LINK or article.letters < _FEWEST_LETTERS
    return Evidence(
        day=article.date.toordinal(),
        keys=article.keys,
        source=article.source,
        title=title_of(article.title),
        letters=0 if is_empty else article.letters,
        signature=b"" if is_empty else article.signature,
    )


def without_refrains(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The same, where what a home says again and again speaks for nothing.

    That is a text under `_REFRAIN` titles (a page's frame, an advertisement) and a title on as many days.
    """
    found = list(evidence)
    for group in _of_one((at, one.signature) for at, one in enumerate(evidence) if one.signature):
        for at in _refrains(evidence, group, lambda one: one.title.text, lambda one: one.keys):
            if found[at].letters < _LONG or not _is_account(found[at]):
                found[at] = msgspec.structs.replace(found[at], letters=0, signature=b"")
    for group in _of_one((at, one.title.text) for at, one in enumerate(evidence)):
        for at in _refrains(evidence, group, lambda one: one.day):
            title = msgspec.structs.replace(found[at].title, generic=True, serial=True)
            found[at] = msgspec.structs.replace(found[at], title=title)
    return found


def _of_one(names: Iterable[tuple[int, Hashable]]) -> Iterator[list[int]]:
    """Numbers of one name, where they are as many as make a refrain."""
    groups: dict[Hashable, int | list[int]] = {}
    for at, name in names:
        group = groups.setdefault(name, at)
        if isinstance(group, list):
            group.append(at)
        elif group != at:
            groups[name] = [group, at]
    return (group for group in groups.values() if isinstance(group, list) and len(group) >= _REFRAIN)


def _refrains(
    evidence: Sequence[Evidence], group: Sequence[int], *variants: Callable[[Evidence], Hashable]
) -> Iterator[int]:
    """Those of a group whose home has enough variants, of each kind, of what they have in common."""
    often: set[str] | None = None
    for variant in variants:
        found: dict[str, set[Hashable]] = defaultdict(set)
        for at in group:
            for home in evidence[at].homes:
                found[home].add(variant(evidence[at]))
        homes = {home for home, seen in found.items() if len(seen) >= _REFRAIN}
        often = homes if often is None else often & homes
    return (at for at in group if often and not often.isdisjoint(evidence[at].homes))


def _is_account(one: Evidence) -> bool:
    """Whether all its homes are accounts: these have no frame."""
    return all(":" in home for home in one.homes)


def home_of(key: str) -> str:
    """The host of a key, or the account where a host is many's: `wechat:MzA…`, `x.com/name`."""
    if key.startswith("wechat:"):
        return key.partition("/")[0]
    host, _, path = key.partition("/")
    return f"{host}/{path.partition('/')[0]}" if host in _MANY_AUTHORS else host


def judge(one: Evidence, other: Evidence) -> str:
    """Why two articles are the same, one of `REASONS`; or nothing, where they are not."""
    common = set(one.keys).intersection(other.keys)
    if not common and clash(one.title, other.title):
        return ""
    share = likeness(one.signature, other.signature)
    if common:
        return "key" if _by_key(one, other, common, share) else ""
    inside = contained(share, one.letters, other.letters)
    at_home = bool(one.homes & other.homes)
    if one.title.text == other.title.text:
        return _by_title(one, other, share, inside, at_home=at_home)
    if at_home:
        return "text at home" if _at_home(one, other, share) else ""
    if one.signature and other.signature:
        return _by_text(one, other, share, inside)
    is_near = abs(one.day - other.day) <= _days_of_title(one.title, at_home=False)
    return "like title" if is_near and retold(one.title, other.title) else ""


def _by_key(one: Evidence, other: Evidence, common: set[str], share: float) -> bool:
    """WeChat's key names one post; an address may serve a channel, or another text than before."""
    if any(key.startswith("wechat:") for key in common) or one.title.text == other.title.text:
        return True
    if all(map(_CHANNEL.search, common)):
        return share >= 0.9 and not clash(one.title, other.title)
    kin = kinship(one.title, other.title)
    if not (one.signature and other.signature):
        return kin >= (0.4 if one.source == other.source else 0.1) and not clash(one.title, other.title)
    if clash(one.title, other.title) and share < 0.9:
        return False
    return kin >= 0.3 or share >= 0.5


def objects(one: Evidence, other: Evidence) -> bool:
    """Whether two articles cannot stand in one story, whatever joins them."""
    if not set(one.keys).isdisjoint(other.keys):
        return False
    if clash(one.title, other.title):
        return True
    if one.title.text == other.title.text or not (one.signature and other.signature):
        return False
    share = likeness(one.signature, other.signature)
    if share < 0.1 or _are_twins(one, other, share) or _are_roundup_and_item(one, other, share):
        return True
    return share < 0.9 and not one.homes.isdisjoint(other.homes)


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
        if title.generic or is_bulletin or (at_home and title.weight < 5):
            return ""
        return "title" if apart <= _days_of_title(title, at_home=at_home) else ""
    if share >= 0.8:
        return "title and text"
    if at_home or (is_bulletin and share < 0.4 and inside < 0.75):
        return ""
    if share >= 0.15 or inside >= 0.5:
        return "title and text"
    # The text may stand in pictures; what was saved is little, or two sites' different frames.
    is_told = min(one.letters, other.letters) >= _LITTLE and not (title.text.isascii() and title.weight >= 8)
    return "" if is_told or title.generic or title.weight < 7 or apart > 3 else "title"


def _days_of_title(title: Title, *, at_home: bool) -> int:
    """How long a title means the same article: the more it says, the longer."""
    if title.weight < 7:
        return 3 if at_home else 7
    return 14 if at_home or title.weight < 9 else 40


def _at_home(one: Evidence, other: Evidence, share: float) -> bool:
    """Of one home each address has its own content, unless the same is published again.

    A site's frame, where it was taken for text, is alike on all its pages; accounts have no frame.
    """
    if share < 0.9 or one.title.serial or other.title.serial:
        return False
    if kinship(one.title, other.title) >= 0.3:
        return True
    return share >= 0.96 and all(":" in home for home in one.homes & other.homes)


def _by_text(one: Evidence, other: Evidence, share: float, inside: float) -> str:
    if _are_roundup_and_item(one, other, share):
        return ""
    if inside >= 0.5 and share >= 0.1 and is_part(one.title, other.title):
        return "title and text"
    if share < NEAR:
        return ""
    if miscount(one.title, other.title) and (share < 0.5 or min(one.letters, other.letters) < 600):
        return ""
    if inside >= 0.95:
        return "text"
    if _are_twins(one, other, share):
        return ""
    return "most of the text" if inside >= (0.75 if share >= 0.45 else 0.85) else ""


def _are_roundup_and_item(one: Evidence, other: Evidence, share: float) -> bool:
    """Whether one title names a series or several items, the other does not, and the texts are not one."""
    return share < 0.75 and one.title.serial != other.title.serial


def _are_twins(one: Evidence, other: Evidence, share: float) -> bool:
    """Whether two titles differ by a word or two, `Direct …`, `Indirect …`, and the texts by as much."""
    if share >= 0.9 or contained(share, one.letters, other.letters) >= 0.95:
        return False
    return kinship(one.title, other.title) >= 0.6 and not is_part(one.title, other.title)
