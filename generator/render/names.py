"""Links to pages, with their names and counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Protocol

import msgspec

from generator.model import addresses
from generator.model.types import Article, Edition, Period, Source, SourceMonth, Tag
from generator.render import views
from generator.render.plan import Plan


class Words(Protocol):
    """The interface's language: texts and dates."""

    def gettext(self, message: str) -> str:
        """Translate a text."""
        ...

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Translate a text that depends on a number."""
        ...

    def date(self, date: dt.date, style: str) -> str:
        """Write a date as `full`, `month` or `year`."""
        ...

    def days(self, first: dt.date, last: dt.date) -> str:
        """Write the days of a month from the first to the last, such as `26–30`."""
        ...

    def number(self, value: int) -> str:
        """Write a number with separators."""
        ...


class Names(msgspec.Struct, frozen=True):
    """Links to sources, days and other periods, with names in the interface's language."""

    plan: Plan
    words: Words
    _sources: dict[str, views.Named] = msgspec.field(default_factory=dict)
    _tags: dict[str, views.Named] = msgspec.field(default_factory=dict)
    _days: dict[dt.date, views.Named] = msgspec.field(default_factory=dict)
    _periods: dict[tuple[Period, dt.date], views.Named] = msgspec.field(default_factory=dict)
    """Links without a count. Many pages have the same."""
    _reasons: dict[str, str] = msgspec.field(default_factory=dict)

    def source(self, source: Source, count: int = 0) -> views.Named:
        """Return the link to a source's page."""
        if count:
            return views.Named(name=source.name, address=addresses.source(source), count=count)
        known = self._sources.get(source.name)
        if known is None:
            known = self._sources[source.name] = views.Named(
                name=source.name, address=addresses.source(source)
            )
        return known

    def month_of(self, owner: Source | Tag, month: SourceMonth, part: int = 1) -> views.Named:
        """Return the link to a part of a month of a source or tag, the oldest one by default."""
        return views.Named(
            name=self.words.date(month.first, "month"),
            address=addresses.part_of_month(owner, month.first, part),
            count=month.count,
            date=month.first,
        )

    def tag(self, tag: Tag, count: int = 0) -> views.Named:
        """Return the link to a tag's page."""
        if count:
            return views.Named(name=tag.name, address=addresses.tag(tag), count=count)
        known = self._tags.get(tag.key)
        if known is None:
            known = self._tags[tag.key] = views.Named(name=tag.name, address=addresses.tag(tag))
        return known

    def tags(self, article: Article) -> tuple[views.Named, ...]:
        """Return the links to the pages of the tags that an article shows."""
        if not (article.tags or article.tag_words):
            return ()
        return tuple(map(self.tag, self.plan.tags_of(article)))

    def archive(self) -> views.Named:
        """Return the link to the archive."""
        return views.Named(name=self.words.gettext("Archive"), address=addresses.ARCHIVE)

    def edition(self, edition: Edition) -> views.Named:
        """Return the link to an edition."""
        return self.period(edition.period, edition.first, edition.count)

    def day(self, date: dt.date, count: int | None = None) -> views.Named:
        """Return the link to a day that has an edition."""
        if count is not None:
            return self.period(Period.DAY, date, count)
        known = self._days.get(date)
        if known is None:
            known = self._days[date] = self.period(Period.DAY, date, self.plan.counts[date])
        return known

    def period(self, period: Period, date: dt.date, count: int = 0) -> views.Named:
        """Return the link to the period of a kind that contains a day."""
        known = None if count else self._periods.get((period, date))
        if known is None:
            name, address = self.period_name(period, date), addresses.period(period, date)
            known = views.Named(name=name, address=address, count=count, date=date)
            if not count:
                self._periods[period, date] = known
        return known

    def period_name(self, period: Period, date: dt.date) -> str:
        """Return the name of a period."""
        if period is Period.WEEK:
            iso = date.isocalendar()
            return self.words.gettext("Week %(week)s, %(year)s") % {"week": iso.week, "year": iso.year}
        return self.words.date(date, {Period.DAY: "full"}.get(period, period.value))

    def reason(self, article: Article) -> str:
        """Return why an article has no text, or not all of it. A site's own reasons are not translated."""
        if not self._reasons:
            self._reasons.update(reasons(self.words.gettext))
        return self._reasons.get(article.reason, article.reason)

    def around(self, edition: Edition) -> tuple[views.Named | None, views.Named | None]:
        """Return the links to the previous and the next edition."""
        before, after = self.plan.around(edition)
        return (
            self.edition(before) if before else None,
            self.edition(after) if after else None,
        )


def day_anchor(date: dt.date) -> str:
    """Return the `id` of a day in the calendar of its month, and on the month's pages of sources."""
    return f"_d{date.day:02}"


def reasons(text: Callable[[str], str]) -> dict[str, str]:
    """Return reason → its text in the interface's language, for articles without text or not all of it."""
    return {
        "captcha": text("captcha"),
        "login wall": text("login wall"),
        "not available here": text("not available everywhere"),
        "ad blocker": text("refuses ad blockers"),
        "script shell": text("needs scripts"),
        "deleted": text("deleted at the original"),
        "page not found": text("gone from the original's site"),
        "account gone": text("the account is gone"),
        "moved account": text("the account moved"),
        "only navigation": text("only navigation was saved"),
        "only furniture": text("no text was saved"),
        "only images": text("only images were saved"),
        "another page": text("another page was saved"),
        "share card": text("only a share card was saved"),
        "consent page": text("asks for consent"),
        "moved": text("moved at the original's site"),
        "costs too much to read": text("could not be read"),
        "cut by the clipper": text("ends early"),
        "too long": text("ends early"),
    }
