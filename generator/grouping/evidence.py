"""Whether two articles are the same: the reasons for and against, in the order in which they are weighed."""

from __future__ import annotations

import msgspec

from generator.grouping.likeness import contained, likeness
from generator.grouping.titles import Title, clash, is_part, kinship, miscount, title_of
from generator.model import Article, Verdict

REASONS = ("key", "title and text", "text", "most of the text", "text at home", "title")
"""What `judge` may say, the strongest first."""

NEAR = 0.28
"""Text in common (Jaccard) of two articles at least, where nothing else speaks for them.

Excerpts have .35 to .55 of a text in common with it, a roundup at most .21 with one of its items.
"""

_FEWEST_LETTERS = 150
"""Of a text that can be compared; what shorter ones share says nothing."""
_MANY_AUTHORS = frozenset({"x.com", "medium.com", "weibo.com", "t.me", "youtube.com", "reddit.com"})
"""Hosts on which the first part of the path tells whose page it is."""


class Evidence(msgspec.Struct, frozen=True):
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


def home_of(key: str) -> str:
    """The host of a key, or the account where a host is many's: `wechat:MzA…`, `x.com/name`."""
    if key.startswith("wechat:"):
        return key.partition("/")[0]
    host, _, path = key.partition("/")
    return f"{host}/{path.partition('/')[0]}" if host in _MANY_AUTHORS else host


def judge(one: Evidence, other: Evidence) -> str:
    """Why two articles are the same, one of `REASONS`; or nothing, where they are not."""
    share = likeness(one.signature, other.signature)
    inside = contained(share, one.letters, other.letters)
    if common := set(one.keys).intersection(other.keys):
        return "key" if _by_key(one, other, common, share) else ""
    if clash(one.title, other.title):
        return ""
    at_home = bool(one.homes & other.homes)
    if one.title.text == other.title.text:
        return _by_title(one, other, share, inside, at_home=at_home)
    if at_home:
        return "text at home" if _at_home(one, other, share) else ""
    return _by_text(one, other, share, inside)


def _by_key(one: Evidence, other: Evidence, common: set[str], share: float) -> bool:
    """WeChat's key names one post; an address may serve a channel, or another text than before."""
    if any(key.startswith("wechat:") for key in common) or one.title.text == other.title.text:
        return True
    kin = kinship(one.title, other.title)
    if not (one.signature and other.signature):
        return kin >= 0.1 and not clash(one.title, other.title)
    if clash(one.title, other.title) and share < 0.9:
        return False
    return kin >= 0.3 or share >= 0.5


def _by_title(one: Evidence, other: Evidence, share: float, inside: float, *, at_home: bool) -> str:
    """The same title means the same article, unless it says too little or the texts say no."""
    apart = abs(one.day - other.day)
    title = one.title
    if not (one.signature and other.signature):
        if title.generic or apart > 7 or (at_home and (title.weight < 5 or apart > 3)):
            return ""
        return "title"
    if share >= 0.8 or (not at_home and (share >= 0.15 or inside >= 0.5)):
        return "title and text"
    # The text may stand in pictures; what was saved are two sites' different frames.
    return "title" if not (at_home or title.generic) and title.weight >= 7 and apart <= 3 else ""


def _at_home(one: Evidence, other: Evidence, share: float) -> bool:
    """Of one home each address has its own content, unless the same is published again."""
    return share >= 0.9 and (kinship(one.title, other.title) >= 0.3 or min(one.letters, other.letters) >= 600)


def _by_text(one: Evidence, other: Evidence, share: float, inside: float) -> str:
    if inside >= 0.5 and share >= 0.1 and is_part(one.title, other.title):
        return "title and text"
    if share < NEAR:
        return ""
    if inside >= 0.93:
        return "text"
    if share < 0.8 and kinship(one.title, other.title) >= 0.6:
        return ""  # twins: "Direct …" and "Indirect …"
    if share < 0.5 and miscount(one.title, other.title):
        return ""
    return "most of the text" if share >= 0.45 and inside >= 0.75 else ""
