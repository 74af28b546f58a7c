"""The evidence that a block is boilerplate: small pure functions, in a table that is evaluated in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from generator.reading.boilerplate import (
    bylines,
    closing,
    comments,
    contacts,
    ends,
    icons,
    known,
    lone_lines,
    menus,
    questions,
    recurring,
)
from generator.reading.boilerplate.page import Page, Removed

Evidence = Callable[[Page, Removed], Iterator[tuple[int, str]]]
"""Yields blocks to remove, each with its reason, given those that earlier evidence removed."""

EVIDENCE: tuple[tuple[str, Evidence, str], ...] = (
    ("repeated titles", known.repeated_titles, "anywhere"),
    ("from a mark", known.from_a_mark, "tail"),
    ("up to a mark", known.up_to_a_mark, "head"),
    ("before the title", known.before_the_title, "head"),
    ("before the headline", known.before_the_headline, "head"),
    ("above the title too", known.above_the_title_too, "anywhere"),
    ("said twice", known.said_twice, "anywhere"),
    ("byline", known.byline, "head"),
    ("icon lines", icons.icon_lines, "head"),
    ("icon buttons", icons.icon_buttons, "tail"),
    ("account cards", known.account_cards, "head"),
    ("known lines", known.known_lines, "anywhere"),
    ("question rows", questions.question_rows, "anywhere"),
    ("endings", ends.endings, "tail"),
    ("comment threads", comments.comment_threads, "tail"),
    ("notices below", ends.notices_below, "tail"),
    ("repeated after", recurring.repeated_after, "tail"),
    ("repeated before", recurring.repeated_before, "head"),
    ("repeated inside", recurring.repeated_inside, "inside"),
    ("tags and shares", menus.tags_and_shares, "anywhere"),
    ("advertisements", menus.advertisements, "anywhere"),
    ("badges", menus.badges, "anywhere"),
    ("links before", menus.links_before, "head"),
    ("links after", menus.links_after, "tail"),
    ("cards", menus.cards, "tail"),
    ("avatars", ends.avatars, "tail"),
    ("behind the text", ends.behind_the_text, "tail"),
    ("behind the tags", ends.behind_the_tags, "tail"),
    ("contacts", contacts.contacts, "tail"),
    ("services", contacts.services, "inside"),
    ("around a call", contacts.around_a_call, "tail"),
    ("pictures of calls", contacts.pictures_of_calls, "anywhere"),
    ("rows below", bylines.rows_below, "tail"),
    ("closing", closing.closing, "tail"),
    ("notices above", closing.notices_above, "head"),
    ("heads of boxes", ends.heads_of_boxes, "tail"),
    ("leftovers", ends.leftovers, "tail"),
    ("contents", bylines.contents, "head"),
    ("keywords", bylines.keywords, "head"),
    ("datelines", bylines.datelines, "head"),
    ("kickers", closing.kickers, "head"),
    ("lone lines", lone_lines.lone_lines, "head"),
    ("avatars above", ends.avatars_above, "head"),
    ("halves of cards", menus.halves_of_cards, "anywhere"),
    ("repeated labels", bylines.repeated_labels, "inside"),
    ("bare headings", contacts.bare_headings, "tail"),
)
"""Evaluated from top to bottom. The first evidence that removes a block gives the reason."""
