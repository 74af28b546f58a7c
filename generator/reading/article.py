"""Turn a clipping into an article, or into the reason why there is none."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import msgspec

from generator.config.picks import Pick
from generator.model.errors import Problem, Severity, shown
from generator.model.types import Article, Clipping, Skipped, Verdict
from generator.reading import excerpt, prose
from generator.reading.boilerplate.judge import Cleaning, source_key
from generator.reading.boilerplate.remaining import TOO_LONG, Remaining, remaining, uncleaned
from generator.reading.boilerplate.repeats import Origin
from generator.reading.canonical import keys_of
from generator.reading.clipping_fields import ClippingFields
from generator.reading.curator import pick_of
from generator.reading.cut import at_whole_sentence
from generator.reading.dates import ADVICE, Moment
from generator.reading.features import features_of
from generator.reading.fingerprint import fingerprint_of
from generator.reading.identifiers import LEAD, identifiers_of
from generator.reading.language import reading_minutes
from generator.reading.metadata import aliases_line, aliases_of, authors_of, id_of, languages_of, tags_of
from generator.reading.mistyped import report_mistyped
from generator.reading.moments import fetch_time, first_moment, publication_moment
from generator.reading.origin import source_of, url_of
from generator.reading.rules import Rules
from generator.reading.tag_words import words_in
from generator.reading.tidy import tidied, without_layout, without_own_address
from generator.reading.title import title_of, trimmed, with_trimmed_heading
from generator.reading.values import NO, YES
from generator.reading.visibility import is_draft, private_reason


class Reading(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The result of reading a clipping: an article and its text, or the reason why there is none."""

    article: Article | None
    text: str = ""
    """The Markdown to publish; empty if nothing readable was saved."""
    is_fragment: bool = False
    """Whether the text ends where the clipper cut it; pages show it up to the last whole sentence."""
    pick: Pick | None = None
    """The curator's keys in its front matter: pin, hide, note, merge, split."""
    unlisted: str = ""
    """The detected language of the text, if the site does not list it."""
    skipped: Skipped | None = None
    problems: tuple[Problem, ...] = ()
    repaired: bool = False
    is_draft: bool = False
    aliases_line: int | None = None
    """The line of the front matter that gives the aliases."""
    url: str | None = None
    """The address of the original, for a clipping without an article; picks may refer to it."""


def origin_of(clipping: Clipping, rules: Rules) -> Origin | None:
    """Return the source, day and path that boilerplate is learned by; None without a date or an original."""
    fields = ClippingFields(clipping, rules)
    # Few clippings need the fetch date, so it is read only as a fallback.
    moment = publication_moment(fields, None) or publication_moment(
        fields, first_moment(fields, "fetch_date")
    )
    url = url_of(fields)
    if moment is None or url is None:
        return None
    return Origin(source_key(url), moment.day, clipping.path)


def article_of(clipping: Clipping, rules: Rules, cleaning: Cleaning | None = None) -> Reading:
    """Decide what to publish of a clipping. Without `cleaning`, keep the whole body. Pure; never raises."""
    fields = ClippingFields(clipping, rules)
    if reason := private_reason(fields):
        return _skipped(fields, reason, is_draft=False)
    report_mistyped(fields)
    held_back = is_draft(fields)
    fetched = first_moment(fields, "fetch_date")
    moment = publication_moment(fields, fetched)
    if moment is None:
        return _skipped(fields, _undated(fields), is_draft=held_back)
    return _published(fields, moment, fetch_time(fetched, rules.zone), cleaning, is_draft=held_back)


def _undated(fields: ClippingFields) -> str:
    """Return the reason to skip a clipping without a date, and report it unless a problem says why.

    The reason begins with the message of the problem, by which other modules know that they belong together.
    """
    if told := next((problem.message for problem in fields.problems if problem.kind == "date"), ""):
        return f"{told}; there is no other date"
    fields.report("date", "date", "has no date", f"{ADVICE} behind `date:`")
    return "has no date: none in `date`, the path or the name, nor a fetch date"


def _skipped(fields: ClippingFields, reason: str, *, is_draft: bool) -> Reading:
    problems = tuple(
        fields.problems
    )  # before `url_of`: problems with the address of a skipped clipping are not reported
    return Reading(
        is_draft=is_draft,
        article=None,
        skipped=Skipped(path=shown(fields.clipping.path), reason=reason),
        problems=problems,
        repaired=fields.clipping.repaired,
        url=url_of(fields),
    )


class _Head(NamedTuple):
    """What is known of an article before its text is cleaned."""

    title: str
    url: str | None
    source: str
    moment: Moment
    fetched: dt.datetime | None
    is_draft: bool


def _published(
    fields: ClippingFields,
    moment: Moment,
    fetched: dt.datetime | None,
    cleaning: Cleaning | None,
    *,
    is_draft: bool,
) -> Reading:
    url = url_of(fields)
    source = source_of(fields, url)
    head = _Head(trimmed(title_of(fields), source, url), url, source, moment, fetched, is_draft)
    remainder = _remaining_text(fields, head, cleaning)
    if remainder.verdict is Verdict.LINK and url is None:
        fields.report("empty", None, "has neither text nor an address", "write some text, or `url:`")
        return _skipped(fields, "has neither text nor an address", is_draft=is_draft)
    body = without_layout(without_own_address(tidied(remainder.text), url), head.title)
    _report_open_comment(fields, body)
    _report_long_comments(fields, body)
    article, unlisted = _article(fields, head, remainder, body)
    pick = pick_of(fields)
    return Reading(
        article=article,
        text=body,
        is_fragment=remainder.is_fragment,
        pick=pick,
        unlisted=unlisted,
        problems=tuple(fields.problems),
        repaired=fields.clipping.repaired,
        is_draft=is_draft,
        aliases_line=aliases_line(fields) if article.aliases else None,
    )


def _article(fields: ClippingFields, head: _Head, remainder: Remaining, body: str) -> tuple[Article, str]:
    """Return the article with this body, and the language of its text if the site does not list it."""
    visible = prose.without_hidden(body)
    beginning = prose.opening_words(visible)
    language, title_language, unlisted = languages_of(fields, beginning, head.title, head.source)
    summary = fields.text("summary")
    letters, signature = fingerprint_of(body)
    named, mentioned = identifiers_of(head.title, beginning[:LEAD], visible, fields.rules.identifiers)
    article = Article(
        id=id_of(fields),
        path=fields.clipping.path,
        title=head.title,
        language=language,
        title_language=title_language,
        url=head.url,
        source=head.source,
        date=head.moment.day,
        time=head.moment.time,
        fetched=head.fetched,
        verdict=remainder.verdict,
        reason=remainder.reason,
        excerpt=excerpt.shortened(summary) if summary else _excerpt_of(visible, head.title, remainder),
        minutes=reading_minutes(prose.without_targets(visible)),
        authors=authors_of(fields),
        tags=tags_of(fields),
        aliases=tuple(aliases_of(fields)),
        draft=head.is_draft,
        letters=letters,
        keys=keys_of(head.url, fields.clipping.body),
        signature=signature,
        repeated=remainder.repeated,
        identifiers=named,
        mentions=mentioned,
        features=features_of(head.title, visible, head.url, (*named, *mentioned)),
        tag_words=words_in(head.title, visible, fields.rules.tag_words),
    )
    return article, unlisted


def _excerpt_of(visible: str, title: str, remainder: Remaining) -> str:
    """Return the excerpt of a text, of a cut one from its whole sentences."""
    return excerpt.excerpt_of(at_whole_sentence(visible) if remainder.is_fragment else visible, title)


def _remaining_text(fields: ClippingFields, head: _Head, cleaning: Cleaning | None) -> Remaining:
    """Return what remains of the body without its boilerplate, and the verdict on it."""
    clipping, (title, url, source, moment, *_) = fields.clipping, head
    saved = with_trimmed_heading(clipping.body, title, source, url)
    if url is None or cleaning is None or not _may_be_cleaned(fields, source):
        remainder = uncleaned(saved, title, url)
    else:
        origin = Origin(source_key(url), moment.day, clipping.path)
        remainder = remaining(saved, title, url, source, origin, cleaning)
    if clipping.is_shortened and remainder.verdict is not Verdict.LINK:
        return msgspec.structs.replace(remainder, verdict=Verdict.CUT, reason=TOO_LONG)
    return remainder


def _report_open_comment(fields: ClippingFields, body: str) -> None:
    """Add a problem if an HTML comment is not closed, so that its text is published."""
    if (line := prose.open_comment(body)) is not None:
        fields.problems.append(
            Problem(
                path=shown(fields.clipping.path),
                line=_line_of(fields.clipping, line),
                message="`<!--` opens a comment that is not closed; it is shown as text",
                advice="write `-->` behind the comment, or write `<!--` as code",
                kind="comment",
            )
        )


def _report_long_comments(fields: ClippingFields, body: str) -> None:
    """Add a problem if comments hide many words of the text."""
    comments = prose.long_comments(body)
    if not comments:
        return
    clipping = fields.clipping
    words = sum(count for _, count in comments)
    subject = "a comment hides" if len(comments) == 1 else f"{len(comments)} comments hide"
    fields.problems.append(
        Problem(
            path=shown(clipping.path),
            line=_line_of(clipping, comments[0][0]),
            message=f"{subject} {words:,} words",
            advice="if readers should see them, write them as code, or remove the comment marks",
            severity=Severity.NOTICE,
            kind="comment",
        )
    )


def _line_of(clipping: Clipping, text: str) -> int | None:
    """Return the line of the file on which a part of the body begins; None if unknown."""
    at = clipping.body.find(text)
    if at < 0 or clipping.body_line is None:
        return None
    return clipping.body_line + clipping.body.count("\n", 0, at)


def _may_be_cleaned(fields: ClippingFields, source: str) -> bool:
    if fields.rules.source_key(source) in fields.rules.uncleaned:
        return False
    for key, text in fields.words("clean"):
        if text.casefold() not in YES | NO:
            fault = f"`clean: {text[:80]}` is neither true nor false; cleaned"
            fields.report("clean", key, fault, "write true or false")
        return text.casefold() not in NO
    return True
