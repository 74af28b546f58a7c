"""All pages of a site; and those of its identifiers and tags."""

from __future__ import annotations

from collections.abc import Iterator

from generator.model import addresses
from generator.model.types import Identifier, Tag
from generator.render.identifier_kinds import IdentifierKind, IdentifierPart
from generator.render.pages import (
    Page,
    overviews,
    pages_of_edition,
    pages_of_month,
    pages_of_source,
    pages_of_story,
)
from generator.render.plan import Plan


def pages_of(plan_: Plan) -> Iterator[Page]:
    """Yield all pages of a site.

    Those of a source are adjacent, so that its bodies can be reused for its feeds.
    """
    digest = plan_.digest
    for source in digest.sources.values():
        yield from pages_of_source(plan_, source)
    for story in digest.stories:
        yield from pages_of_story(plan_, story)
    yield from map(page_of_identifier, digest.identifiers.values())
    for kind in plan_.identifier_kinds.values():
        yield from pages_of_kind(kind)
    for tag in digest.tags.values():
        yield from pages_of_tag(tag)
    for edition in (*digest.days, *digest.weeks, *digest.months, *digest.years):
        yield from pages_of_edition(plan_, edition)
    yield from overviews(plan_)


def page_of_identifier(identifier: Identifier) -> Page:
    """Return an identifier's page."""
    return Page(
        address=addresses.identifier(identifier.name),
        template="identifier.html",
        subject=identifier,
        month=identifier.first.replace(day=1),
        modified=identifier.articles[0].date,
    )


def pages_of_kind(kind: IdentifierKind) -> Iterator[Page]:
    """Yield the page of a kind of identifiers, and those of its months."""
    newest = next(kind.newest())
    address = addresses.identifiers(kind.kind)
    yield Page(address=address, template="identifiers.html", subject=kind, modified=newest.first)
    for month in kind.months:
        for number, part in enumerate(month.parts, 1):
            yield Page(
                address=addresses.identifiers_month(kind.kind, month.first, number),
                template="identifiers.html",
                subject=IdentifierPart(kind, month, number),
                month=month.first,
                modified=part[0].first,
            )


def page_of_tag(tag: Tag) -> Page:
    """Return a tag's own page."""
    return Page(address=addresses.tag(tag), template="tag.html", subject=tag, modified=tag.articles[0].date)


def pages_of_tag(tag: Tag) -> Iterator[Page]:
    """Yield a tag's own page and those of its months."""
    yield page_of_tag(tag)
    for month in tag.months:
        yield from pages_of_month(tag, month)
