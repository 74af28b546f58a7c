"""Determine the text to publish of a clipping's body, and the verdict with its reason."""

from __future__ import annotations

import re

import msgspec

from generator.model.types import Verdict
from generator.reading import prose
from generator.reading.boilerplate.bylines import BYLINE, CONTENTS
from generator.reading.boilerplate.judge import Cleaning, Decisions, article_markdown, judge_blocks
from generator.reading.boilerplate.menus import ADVERTISEMENT
from generator.reading.boilerplate.recurring import LEARNED, REPEATED_WITHIN
from generator.reading.boilerplate.repeats import NOTHING, LearnedBoilerplate, Origin, differs
from generator.reading.boilerplate.verdict import ONLY_FURNITURE

CUT = "cut by the clipper"
TOO_LONG = "too long"


_ABOVE = frozenset({"own", "heading", "image", "rule"})
_WITHIN = frozenset({None, ADVERTISEMENT, REPEATED_WITHIN, BYLINE, CONTENTS})
"""Reasons for removing a block that do not tell that the article has ended."""


class Remaining(msgspec.Struct, frozen=True):
    """The Markdown to publish; empty if nothing readable was saved."""

    text: str
    verdict: Verdict
    reason: str
    """Empty if the verdict is `full`."""
    is_fragment: bool = False
    """Whether the text ends where the clipper cut it, most likely within a sentence."""
    repeated: int = 0
    """Percentage of its letters that are removed because the source repeats them, without what other articles
    show above and below the text in the same words.
    """


def remaining(
    body: str, title: str, url: str | None, source: str, origin: Origin | None, cleaning: Cleaning | None
) -> Remaining:
    """Remove the boilerplate from a body. Without an original there was no page, and so no boilerplate."""
    if url is None or origin is None or cleaning is None:
        return uncleaned(body, title, url)
    is_cut = prose.is_cut(body)
    decisions = decisions_on(body, title, url, source, origin, cleaning, has_reasons=False)
    if decisions.failure:
        return Remaining("", Verdict.LINK, decisions.failure)
    text = _without_list_footer(article_markdown(decisions.blocks))
    # If the cut is in boilerplate after the article, the article is complete; if above it, the article is
    # missing; if in an advertisement, the article may go on behind it.
    last = decisions.blocks[-1].reason if is_cut else None
    is_fragment = is_cut and last is None
    is_cut = is_cut and (
        last in _WITHIN or all(one.block.kind in _ABOVE for one in decisions.blocks if one.reason is None)
    )
    is_cut = is_cut or _says_that_it_goes_on(decisions)
    verdict, reason = (Verdict.CUT, CUT) if is_cut else (Verdict.FULL, "")
    return Remaining(
        text, verdict, reason, is_fragment, _repeated(decisions, cleaning.learned.get(origin.key, NOTHING))
    )


def _without_list_footer(text: str) -> str:
    """Return a text without what a mailing list adds below each message: a rule, its name and address."""
    if "/mailman" not in text[-_FOOTER:]:
        return text
    found = _LIST_FOOTER.search(text, max(len(text) - _FOOTER, 0))
    if found is None or not found.start():
        return text
    return text[: found.start()].rstrip() + ("" if found["opening"] else found["closing"])


_FOOTER = 600
_LIST_FOOTER = re.compile(
    r"(?P<opening>\n```)?\n(?:\\?_){20,}\n(?=[^`]*/mailman(?:/listinfo|3/lists)/)"
    r"[^\n`]{1,200}(?:\n[^\n`]{1,200}){0,5}(?P<closing>(?:\n```)?)\Z"
)


def _says_that_it_goes_on(decisions: Decisions) -> bool:
    """Return whether a text ends with `[…]`, alone or before a link to the rest, as a teaser does."""
    last = next((one.block for one in reversed(decisions.blocks) if one.reason is None), None)
    return (
        last is not None
        and last.kind == "text"
        and not last.text.startswith(">")
        and _GOES_ON.search(last.text[-_END:]) is not None
    )


_END = 400
_GOES_ON = re.compile(
    r"(?<=[^\s>] )\[(?:…|\.\.\.)\]\s*(?:\[?(?:read more|continue reading|阅读全文)\b[^\n]{0,300})?$",
    re.IGNORECASE,
)


def _repeated(decisions: Decisions, repeats: LearnedBoilerplate) -> int:
    """Return `Remaining.repeated`.

    Below the text, only lines count that differ from those of other articles in digits, and scraps: all else
    there is most likely boilerplate, as is all above the text.
    """
    kept = [one.block for one in decisions.blocks if one.reason is None]
    if not kept or len(kept) == len(decisions.blocks):
        return 0
    first, last = kept[0].index, kept[-1].index
    removed = [one.block for one in decisions.blocks if one.reason in LEARNED and one.block.index > first]
    letters = sum([block.units for block in removed if block.index < last or differs(block, repeats)])
    return 100 * letters // (letters + sum([block.units for block in kept])) if letters else 0


def decisions_on(
    body: str,
    title: str,
    url: str | None,
    source: str,
    origin: Origin,
    cleaning: Cleaning,
    *,
    has_reasons: bool = True,
) -> Decisions:
    """Decide on a body, without the dots of a clipper that truncated it, by what is known of its source."""
    repeats = cleaning.learned.get(origin.key, NOTHING)
    is_cut = prose.is_cut(body)
    body = prose.without_cut(body) if is_cut else body
    families = cleaning.families
    return judge_blocks(body, title, url, source, repeats, families, is_cut=is_cut, has_reasons=has_reasons)


def uncleaned(body: str, title: str, url: str | None) -> Remaining:
    """Return a body that is not cleaned, without a repetition of its title."""
    text = prose.without_title(body, title)
    is_cut = prose.is_cut(text)
    text = prose.without_cut(text) if is_cut else text
    is_readable = prose.is_readable(text, prose.opening_words(text))
    # The curator's own note may be short, because there is no original to link to.
    is_note = url is None and not is_readable and (prose.has_text(text) or prose.has_picture(text))
    if not (is_note or is_readable):
        return Remaining("", Verdict.LINK, ONLY_FURNITURE)
    return Remaining(text, Verdict.CUT if is_cut else Verdict.FULL, CUT if is_cut else "", is_cut)
