"""The frame of a page: its title, description, canonical address, feeds and structured data."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from generator.config.site import Config
from generator.model import addresses
from generator.model.types import Edition, Identifier, Period, Source, Story, Tag
from generator.render import structured, views
from generator.render.day_plan import EditionPart
from generator.render.day_views import DayView
from generator.render.identifier_kinds import IdentifierKind, IdentifierPart
from generator.render.identifier_views import IdentifiersView, IdentifierView
from generator.render.identifiers import title_of
from generator.render.later_view import LaterView
from generator.render.names import Names
from generator.render.pages import ARTICLE, Alias, MonthPart, Page
from generator.render.period_views import ArchiveView, PeriodView, StoryView
from generator.render.plan import Plan
from generator.render.search_view import SearchView
from generator.render.source_lists import SourceList
from generator.render.source_views import SourceMonthView, SourcesView, SourceView
from generator.render.tag_index import TagPart
from generator.render.tag_views import TagsView, TagView


def article_frame(
    view: views.ArticleView, description: str, site: structured.Site, feeds: tuple[views.Feed, ...]
) -> views.PageView:
    """Return the frame of an article's page. It needs no plan, because workers make it."""
    address = addresses.article(view.id)
    frame = views.PageView(
        address=address,
        template=ARTICLE,
        title=view.title,
        description=description or view.title,
        language=view.language,
        canonical=None if site.base_url is None else addresses.absolute(site.base_url, address),
        feeds=feeds,
        structured="",
        open_graph=(),
    )
    return _for_machines(frame, view, site)


class Framer(msgspec.Struct, frozen=True, kw_only=True):
    """Makes the frames of a site's pages."""

    plan: Plan
    names: Names
    config: Config
    _site_feeds: dict[bool, tuple[views.Feed, ...]] = msgspec.field(default_factory=dict)
    """The feeds that articles announce (False), and those of editions that show picks (True)."""

    def of(self, page: Page, view: views.View) -> views.PageView:
        """Return the frame of a page around its view. For articles, use `article_frame`."""
        title, description = self._heading(view)
        frame = views.PageView(
            address=page.address,
            template=page.template,
            title=title,
            description=description,
            language=self.config.language_tag,
            canonical=self._canonical(page),
            feeds=self._feeds(page, view),
            structured="",
            open_graph=(),
            index=page.listed,
            section=_section(page),
            rooted=page.address == addresses.NOT_FOUND,
        )
        return _for_machines(frame, view, self.config)

    def site(self, generator: str) -> views.SiteView:
        """Return what all pages share."""
        digest = self.plan.digest
        return views.SiteView(
            title=self.config.title,
            description=self.config.description,
            language=self.config.language_tag,
            base_url=self.config.base_url,
            file_links=self.config.links == "file",
            latest=self.names.period(Period.DAY, digest.days[-1].first) if digest.days else None,
            archive=self.names.archive() if digest.days else None,
            tags=bool(digest.tags),
            generator=generator,
            search=self.plan.search != "none",
            reader=self.plan.reader,
        )

    def _heading(self, view: views.View) -> tuple[str, str]:
        """Return the title of a page, which may be empty, and its description."""
        text, date = self.names.words.gettext, self.names.words.date
        title, description = "", ""
        match view:
            case DayView():
                part = f" ({view.part})" if view.part > 1 else ""
                title = "" if view.is_front else date(view.date, "full") + part
                description = text(", ").join(source.name for source in view.sources[:5])
            case PeriodView():
                title = self.names.period_name(view.period, view.first)
            case SourceView() | TagView():
                title = view.name
            case SourceMonthView():
                part = f" ({view.days})" if view.days else ""
                names = {"source": view.source.name, "month": date(view.month, "month")}
                title = text("%(source)s, %(month)s") % names + part
            case StoryView():
                title, description = view.title, view.lead.excerpt
            case IdentifierView() | IdentifiersView():
                title = title_of(view, self.names.words)
            case views.RedirectView():
                title = view.title
            case _:
                title = _title_of_overview(view, text)
        named = " · ".join(filter(None, (title, self.config.title)))
        return title, description or self.config.description or named

    def _canonical(self, page: Page) -> str | None:
        base = self.config.base_url
        if base is None or page.address == addresses.NOT_FOUND:
            return None
        if isinstance(page.subject, Alias):
            address, fragment = self.plan.address_of(page.subject.article)
            return addresses.absolute(base, address, fragment)
        return addresses.absolute(base, page.address)

    def _feeds(self, page: Page, view: views.View) -> tuple[views.Feed, ...]:
        if self.config.base_url is None:
            return ()
        match view:  # the first pick must not make all other pages stale
            case DayView(is_front=True):
                with_picks = bool(self.plan.picks)
            case DayView() | PeriodView():
                with_picks = bool(view.picks)
            case _:
                with_picks = False
        feeds = self.feeds_of_site(with_picks=with_picks)
        match page.subject:
            case MonthPart(source=owner) | TagPart(tag=owner):
                pass
            case Source() | Tag():
                owner = page.subject
            case _:
                return feeds
        home = addresses.home(owner)
        return (
            views.Feed(address=home + addresses.ATOM, type="application/atom+xml", title=owner.name),
            views.Feed(address=home + addresses.JSON_FEED, type="application/feed+json", title=owner.name),
            *feeds,
        )

    def feeds_of_site(self, *, with_picks: bool = False) -> tuple[views.Feed, ...]:
        """Return the feeds that articles announce, or with picks those of editions that show some."""
        if self.config.base_url is None:
            return ()
        known = self._site_feeds.get(with_picks)
        if known is not None:
            return known
        title = self.config.title
        feeds = [
            views.Feed(address=addresses.ATOM, type="application/atom+xml", title=title),
            views.Feed(address=addresses.RSS, type="application/rss+xml", title=title),
            views.Feed(address=addresses.JSON_FEED, type="application/feed+json", title=title),
        ]
        if with_picks:
            picks = self.names.words.gettext("Picks")
            feeds += [
                views.Feed(address=addresses.PICKS + name, type=type_, title=f"{picks} · {title}")
                for name, type_ in (
                    (addresses.ATOM, "application/atom+xml"),
                    (addresses.JSON_FEED, "application/feed+json"),
                )
            ]
        return self._site_feeds.setdefault(with_picks, tuple(feeds))


def _title_of_overview(view: views.View, text: Callable[[str], str]) -> str:
    title = ""
    match view:
        case ArchiveView():
            title = text("Archive")
        case SourcesView():
            part = f" ({view.part})" if view.part > 1 else ""
            title = (text("Sources by name") if view.is_by_name else text("Sources")) + part
        case TagsView():
            title = text("Tags")
        case SearchView():
            title = text("Search")
        case LaterView():
            title = text("Read later")
        case views.NotFoundView():
            title = text("Page not found")
    return title


def _for_machines(frame: views.PageView, view: views.View, site: structured.Site) -> views.PageView:
    """Return a frame with structured data and Open Graph properties, if its canonical address is known."""
    if frame.canonical is None:
        return frame
    return msgspec.structs.replace(
        frame,
        structured=structured.json_ld(frame, view, site),
        open_graph=structured.open_graph(frame, view, site),
    )


def _section(page: Page) -> str:
    match page.subject:
        case Edition(period=Period.DAY):
            return "front" if page.address == addresses.FRONT else "archive"
        case Edition() | EditionPart() | Story() | Identifier() | IdentifierKind() | IdentifierPart():
            return "archive"
        case Source() | MonthPart() | SourceList():
            return "sources"
        case Tag() | TagPart():
            return "tags"
    return _SECTIONS.get(page.address, "")


_SECTIONS = {
    addresses.ARCHIVE: "archive",
    addresses.TAGS: "tags",
    addresses.SEARCH: "search",
    addresses.LATER: "later",
}
"""Address of an overview → its section."""
