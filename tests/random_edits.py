"""What random edits of a site are made of: clippings, settings, templates and files, sound and broken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from generator.model.ids import path_id

PATHS = (
    "a.md", "b.md", "c.md", "news/a.md", "news/d.md", "news/é.md", "新闻/e.md", "odd\udcff.md",
    "x/f.MARKDOWN", "tail/1.md", "tail/2.md", "tail/3.md",
)  # fmt: skip
SOURCES = ("Alpha", "ALPHA", "Beta", "中国印刷", "Gamma", "a.b")
DAYS = (
    "2024-06-30", "2024-07-01", "2024-07-01T09:30:00+02:00", "2024-07-01T23:30:00Z", "2024-07-02",
    "2023-12-31", "2025-03-01", "2024-12-31T14:30:00Z", "2024-12-30",
)  # fmt: skip
NOON = dt.datetime(2024, 12, 31, 12, tzinfo=dt.UTC)
LATER = (dt.timedelta(minutes=1), dt.timedelta(hours=3), dt.timedelta(days=1), dt.timedelta(days=70))
STORY = " ".join(f"The {n}th press stood in cellar {n * 7}, and the street heard it." for n in range(40))
BODIES = (
    "The press stood in the cellar, and on quiet nights the whole street could hear it working.",
    "The press stood in the garret, and on quiet nights the whole street could hear it working.",
    STORY,
    STORY + " So it was said again.",
    "印刷术的历史很长，" * 30,
    "",
    "![a point](point.svg)\n\nOur own words, with a picture beside them, and long enough.",
    "![a point](/news/point.svg)\n\nOur own words, with a picture elsewhere, and they are long enough.",
    "At Gutenberg's in Mainz, PressWorks9 of Caxton and Co burned down. " + "The street saw it all. " * 8,
    "Nobody but Caxton knew of it: in Mainz, Gutenberg lost PressWorks9. " + "It was cold by then. " * 9,
    "昨夜，Caxton 与 Gutenberg 的 PressWorks9 在美因茨烧毁。" + "整条街都看见了。" * 25,
    "[elsewhere](../other) and ![far](https://origin.example/i.png)\n\n```python\nprint('press')\n```\n" * 2,
)
TAILS = (
    "",
    "",
    "\n\nSubscribe to our weekly letter of the presses, and never miss one of them again.",
    "\n\nIt prints RFC 9110, and t-1.",
)
TITLES = (
    "One",
    "Two",
    "A press in a cellar",
    "一台印刷机",
    "One: again",
    "On RFC 9110",
    "RFC 9110 again",
    "RFC 9110, T-1",
)
ADDRESSES = (
    "https://origin.example/1", "https://www.origin.example/1?utm_source=x", "https://origin.example/2",
    "https://x.example/3", None,
)  # fmt: skip
MORE = {
    "draft": ("true", "false"),
    "private": ("true",),
    "publish": ("false",),
    "aliases": (
        "[old/page.html]",
        "[tags/press/, old/tag/]",
        f"[articles/{path_id('a.md')[:2]}/{path_id('a.md')}.html, old/]",
    ),
    "id": ("own-id", "other-id", path_id("b.md")),
    "lang": ("fr", "zh"),
    "pin": ("true",),
    "hide": ("true",),
    "digest_note": ("Look *here*",),
    "merge": ("[b.md]", "[nothing.md]"),
    "split": ("true",),
    "headline": ("Head",),
    "fetch_date": ("2024-07-05T10:00:00Z",),
    "tags": ("[press, print]", "press", "[PRESS, print/Type]", "['#print/type', 'Ｐress']", "[t-1]"),
    "clean": ("false",),
}
BROKEN = (
    b"\xff\xfe\x00",
    b"",
    b"---\n",
    b"no front matter",
    b"---\ntitle: [a: b\nsource: Alpha\n---\n\nText.\n",
)
SMALL = "{% extends 'base.html' %}"
SMALL_THEME = {
    "base.html": "{% block main %}{{ page }}{{ view }}{% endblock %}{{ _('Sources') }}{{ site.title }}",
    **dict.fromkeys(
        ("day.html", "period.html", "sources.html", "source.html", "source_month.html", "story.html",
         "identifier.html", "identifiers.html", "tag.html", "tag_month.html", "tags.html",
         "redirect.html", "404.html", "empty.html"), SMALL,
    ),
    "article.html": SMALL + "{% block main %}{{ page.canonical }}{{ view }}{% endblock %}",
}  # fmt: skip
"""A theme that shows all that templates get, and that is compiled in a tenth of the time."""
TEMPLATES = {
    "base.html": (
        "{% extends 'theme/base.html' %}{% block footer %}<footer>ours</footer>{% endblock %}",
        "<html>{{ page }}{{ view }}{{ site }}</html>",
        "<html>{{ page.title }}{{ site.latest }}</html>",
    ),
    "day.html": (
        "{% extends 'theme/day.html' %}{% block title %}Ours{% endblock %}",
        SMALL + "{% block main %}{{ view.date }}{{ has_asset('custom.css') }}{% endblock %}",
        SMALL + "{% block main %}{{ view.nothing.at.all }}{% endblock %}",
    ),
    "article.html": (
        "<html>{{ view.title }} {{ view.body }} {{ site.title }}</html>",
        "{% extends 'theme/article.html' %}{% block end %}{% include 'partials/end.html' %}{% endblock %}",
    ),
    "partials/end.html": ("<p>The end.</p>", "<p>{{ site.description }}</p>"),
    "partials/item.html": (
        "{% macro item(item, dated=false, sourced=false) %}{{ item.title }}{% endmacro %}",
    ),
    "period.html": ("{% extends 'theme/period.html' %}\n{{ nothing.at.all }", SMALL + "{# ours #}"),
    "source.html": ("<html>{{ view.health }}{{ view.items }}</html>",),
    "assets/style.css": ("body { color: black }",),
    "assets/custom.css": ("body { color: red }", "body { color: blue }"),
    "assets/own.js": ("let own",),
    "translations/en/LC_MESSAGES/messages.po": (
        'msgid ""\nmsgstr ""\n\nmsgid "Sources"\nmsgstr "Papers"\n',
        'msgid ""\nmsgstr ""\n\nmsgid "Sources"\nmsgstr "Presses"\n\nmsgid "Nothing"\nmsgstr "None"\n',
        'msgid "broken\n',
    ),
    "theme.toml": ("interface = 1\n", "interface = 2\n"),
    "artcle.html": ("Its name is mistyped.",),
}
CONFIG = {
    "base_url": ('"https://digest.example/"', '"https://elsewhere.example/below/"'),
    "title": ('"Presses"', '"News"'),
    "description": ('"All of them."',),
    "language": ('"zh"',),
    "languages": ('["en", "fr"]',),
    "timezone": ('"Asia/Shanghai"',),
    "ignore": ('["news/*"]', '["b.md"]'),
    "text": ('"excerpt"', '"link"'),
    "clean": ("false",),
    "articles": ('"none"', '"recent"'),
    "recent_months": ("1",),
    "links": ('"file"',),
    "feed_items": ("2",),
    "source_feed_items": ("1",),
    "drafts": ("true",),
    "future": ("true",),
    "promotions": ('["press"]', "[]"),
    "limits": ("{ cpu_seconds = 4.0 }",),
    "titel": ('"Mistyped"',),
    "broken": ('"not closed',),
}
OF_SOURCES = {
    "aliases": ('["Gamma"]', '["Beta"]', '["a.b", "Delta"]'),
    "home": ('"https://alpha.example/"',),
    "language": ('"fr"',),
    "text": ('"link"', '"excerpt"', '"full"'),
    "clean": ("false",),
    "aggregator": ("true", "false"),
}
IDENTIFIERS = {
    "rfc.pattern": ("''",),
    "rfc.url": ('"https://rfc.example/{number}"',),
    "ticket.pattern": ("'T-[0-9]'", "'(?i)t-[0-9]'"),
}
TAGS = ("press", "print", "Type")
OF_TAGS = {
    "name": ('"The press"', '"印刷"'),
    "aliases": ('["print/type"]', '["x"]'),
    "hide": ("true",),
    "match": ('["press"]', '["Caxton", "印刷术"]', '["Caxton"]'),
}
FIELDS = {"title": ('["headline"]',), "digest_note": ("[]",), "url": ('["link"]',)}
PICKS = {
    "pin": ("true", "false"),
    "note": ('"A *note*"', '"Another"', '""'),
    "hide": ("true", '"an advertisement"', "false"),
    "merge": ('["b.md"]', '["news/a.md", "c.md"]', '["https://origin.example/2"]'),
    "split": ("true",),
    "tags": ('["x"]',),
    "title": ('"Better"',),
    "summary": ('"In short."',),
    "pined": ("true",),
}
NAMED = (*PATHS[:6], "https://origin.example/1", "https://x.example/3", "b.mdd")
CLEANING = (
    'sources = ["Alpha"]\n[[gone]]\nreason = "x"\nlines = ["' + BODIES[0] + '"]\n',
    'everywhere = true\n[[end]]\nreason = "x"\nlines = ["' + TAILS[2].strip() + '"]\n',
    'hosts = ["origin.example"]\n[[gone]]\nreason = "ours"\npatterns = ["the press stood"]\n',
    "[[gone]\n",
)
STATIC = (
    "robots.txt", "SITEMAP.xml", "sources.opml", "404.html", "old/page.html", "x/y.bin",
    ".well-known/a", "sources/index.html", "tags/press/index.html",
    "2024/07/01/index.html", f"articles/{path_id('a.md')[:2]}/{path_id('a.md')}.html", "assets/style.css",
)  # fmt: skip
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="1"/>'
one_of = st.sampled_from
paths = one_of(PATHS)


def maybe(table: Mapping[str, tuple[str, ...]]) -> st.SearchStrategy[tuple[str, str | None]]:
    """A key of a table, and one of its values or none."""
    return one_of([*table]).flatmap(lambda key: st.tuples(st.just(key), one_of((*table[key], None))))


@st.composite
def clippings(draw: Any) -> dict[str, Any]:
    """A clipping's fields and text; most are sound."""
    fields = {
        "title": draw(one_of(TITLES)),
        "url": draw(one_of(ADDRESSES)),
        "source": draw(one_of(SOURCES)),
        "date": draw(one_of(DAYS)),
    }
    more = draw(st.lists(maybe(MORE), max_size=1)) if draw(st.booleans()) else []
    return fields | dict(more) | {"body": draw(one_of(BODIES)) + draw(one_of(TAILS))}


def text_of(clipping: dict[str, Any]) -> str:
    """A clipping as it stands in its file."""
    lines = "".join(f"{key}: {value}\n" for key, value in clipping.items() if value and key != "body")
    return f"---\n{lines}---\n\n{clipping['body']}\n"


PLAIN = {"title": "One", "url": None, "source": "Alpha", "date": "2024-07-01", "body": BODIES[0]}
MARKDOWN = (".md", ".markdown")


def put(table: dict[str, str], key: str, value: str | None) -> None:
    """Set a key, or take it away."""
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value


def toml_of(tables: list[tuple[str, dict[str, str]]]) -> str:
    """Tables as TOML; those without a key are left out."""
    return "".join(
        f"{name}\n" + "".join(f"{key} = {value}\n" for key, value in table.items()) + "\n"
        for name, table in tables
        if table
    )
