"""Pages opened from the disk in a real browser: they have their styles, and nothing breaks them."""

import msgspec
import pytest
from markupsafe import Markup
from theme_views import (
    SOURCE,
    also,
    article_view,
    block,
    day_view,
    frame,
    item,
    month_calendar,
    period_view,
    site,
    wide_sources_view,
    write_assets,
)

from generator.model.types import Period
from generator.render import views
from generator.render.templates import Templates
from generator.render.views import ArticleLink, RedirectView

pytestmark = pytest.mark.browser

LONG_WORD = "establish" * 22
TABLE = "<table><thead><tr>" + "<th>column</th>" * 20 + "</tr></thead></table>"
BODY = (
    f"<p>{LONG_WORD}</p><p><b>bold</b> <strong>strong</strong></p>"
    f'<div class="table" tabindex="0">{TABLE}</div>'
    f'<pre tabindex="0"><code>{"x" * 500}</code></pre><p>{"长" * 300} <a href="https://origin.example/y">y</a></p>'
)
PAGES = {
    "index.html": day_view(
        *(
            block(*(item(f"{n}{m}", title=title) for m in range(5)), anchor="")
            for n, title in enumerate(("长标题" * 100, LONG_WORD, "short"))
        )
    ),
    "article.html": article_view(
        title="长标题" * 100, body=Markup(BODY), original=f"https://origin.example/{LONG_WORD}?a={LONG_WORD}"
    ),
    "month.html": period_view(Period.MONTH, sources=(SOURCE,) * 30, calendars=(month_calendar(),)),
    "sources.html": wide_sources_view("Information security", "长标题" * 20, LONG_WORD),
}
TEMPLATE = {
    "index.html": "day.html",
    "article.html": "article.html",
    "month.html": "period.html",
    "sources.html": "sources.html",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("theme")
    templates = Templates(None, site(file_links=True))
    for address, view in PAGES.items():
        html = templates.render(frame(TEMPLATE[address], address), view)
        (root / address).write_bytes(html)
    write_assets(root, templates)
    (root / "assets" / "code.css").write_text("", "utf-8")
    return root


@pytest.fixture
def page(tab):
    """The tab of all tests, as a new one is."""
    tab.emulate_media(media="screen", color_scheme="light")
    tab.set_viewport_size({"width": 1280, "height": 720})
    return tab


@pytest.mark.parametrize("width", [320, 360, 640, 1280])
@pytest.mark.parametrize("address", PAGES)
def test_nothing_overflows_and_the_policy_blocks_nothing_of_ours(page, folder, address, width):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.set_viewport_size({"width": width, "height": 800})
    page.goto((folder / address).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    display = page.evaluate("getComputedStyle(document.querySelector('.masthead')).display")
    assert display == ("flex" if width <= 416 else "grid")
    assert not complaints


@pytest.mark.parametrize("language", ["en", "zh"])
def test_name_and_navigation_of_a_phone_share_a_row(page, folder, language):
    page.set_viewport_size({"width": 360, "height": 740})
    tall = "document.querySelector('.masthead').offsetHeight"
    for title, most in (("Security Digest", 51), ("安全文摘", 51), ("The Galley of Sunday Proofs", 51)):
        given = site(language, file_links=True, title=title, search=True, reader=True)
        html = Templates(None, given).render(frame("day.html", "top.html"), day_view())
        (folder / "top.html").write_bytes(html)
        page.goto((folder / "top.html").as_uri())
        assert page.evaluate(tall) <= most
        assert page.evaluate("document.querySelectorAll('.masthead li').length") == 6
        assert page.evaluate("document.querySelector('.name a').offsetHeight") == 44


@pytest.mark.parametrize(
    ("template", "view", "what", "most"),
    [
        ("article.html", article_view(title="A title of a usual length, on two lines"), ".body", 330),
        ("day.html", day_view(block(item("ab"))), ".day li", 260),
    ],
)
def test_a_phone_shows_the_first_text_near_the_top(page, folder, template, view, what, most):
    html = Templates(None, site(file_links=True)).render(frame(template, "top.html"), view)
    (folder / "top.html").write_bytes(html)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto((folder / "top.html").as_uri())
    assert page.evaluate(f"document.querySelector('{what}').getBoundingClientRect().top") <= most


TITLES = ("A title of a usual length, as newspapers have them", "一个普通长度的标题，像报纸上常见的那样")
BUSY = day_view(
    *(block(*(item(f"{n:04}{m:08}", title=TITLES[n % 2]) for m in range(3)), anchor="") for n in range(34)),
    count=310,
    stories=tuple(item(f"s{n:011}", title=TITLES[n % 2], also=(also(),)) for n in range(8)),
    links=(
        block(
            *(item(f"l{n:011}", address=None) for n in range(150)),
            source=views.Named(name="Many", address="sources/many/", count=150),
        ),
    ),
    activity=(
        block(
            *(item(f"c{n:011}", address=None) for n in range(50)),
            source=views.Named(name="Commits", address="sources/commits/", count=50),
        ),
    ),
)


@pytest.mark.parametrize(
    ("size", "screens", "above", "first"), [((1280, 800), 6, 12, 400), ((360, 740), 14, 5, 260)]
)
def test_a_day_of_three_hundred_items_is_scanned_quickly(page, folder, size, screens, above, first):
    html = Templates(None, site(file_links=True)).render(frame("day.html", "top.html"), BUSY)
    (folder / "top.html").write_bytes(html)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto((folder / "top.html").as_uri())
    boxes = page.evaluate(
        "[...document.querySelectorAll('main li[id]')].map(li => li.querySelector('a'))"
        ".filter(a => a.checkVisibility()).map(a => a.getBoundingClientRect().toJSON())"
    )
    assert page.evaluate("document.documentElement.scrollHeight") <= screens * size[1]
    assert sum(box["bottom"] <= size[1] for box in boxes) >= above
    assert min(box["top"] for box in boxes) <= first
    if size[0] == 360:
        assert min(box["height"] for box in boxes[8:]) >= 44


NOTE = (
    "The clearest account so far of how this worked, with the commands to check your own systems. Start here."
)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_picks_with_notes_leave_room_for_the_stories(page, folder, language):
    notes = (
        Markup(f"<p>{NOTE}</p>"),
        Markup(f"<p>{'写得很清楚，先读这一篇。' * 5}</p>"),
        Markup(f"<p>{NOTE}</p>"),
    )
    excerpt = TITLES[0] * 4
    titles = (f"{TITLES[0]} on each of their pages", TITLES[0] * 2, TITLES[1])
    picks = tuple(
        item(f"p{n:011}", title=title, note=note, excerpt=excerpt)
        for n, (title, note) in enumerate(zip(titles, notes, strict=True))
    )
    view = msgspec.structs.replace(BUSY, picks=picks)
    html = Templates(None, site(language, file_links=True)).render(
        frame("day.html", "top.html", language=language), view
    )
    (folder / "top.html").write_bytes(html)
    for (width, height), above in (((1280, 800), 12), ((360, 740), 5)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto((folder / "top.html").as_uri())
        bottoms = page.evaluate(
            "[...document.querySelectorAll('main li[id]')].map(li => li.querySelector('a'))"
            ".filter(a => a.checkVisibility()).map(a => a.getBoundingClientRect().bottom)"
        )
        assert sum(bottom <= height for bottom in bottoms) >= above
        whole = "[...document.querySelectorAll('.said')].every(n => n.scrollHeight <= n.clientHeight)"
        assert page.evaluate(whole)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [360, 1280])
def test_between_a_title_and_its_source_is_room_for_a_finger(page, folder, width, language):
    """A circle of 24 pixels around either link does not meet the other one, with Chinese letters too."""
    source = views.Named(name="字与纸 Press", address="sources/n/", count=1)
    tops = tuple(
        item(f"{n}" * 12, title="字与纸 A title", language=language, source=source, excerpt=text)
        for n, text in enumerate(("", "Text."))
    )
    html = Templates(None, site(language, file_links=True)).render(
        frame("day.html", "top.html", language=language), day_view(picks=tops, stories=tops)
    )
    (folder / "top.html").write_bytes(html)
    page.set_viewport_size({"width": width, "height": 740})
    page.goto((folder / "top.html").as_uri())
    room = (
        "[...document.querySelectorAll('.above li')].flatMap(li => {"
        "const [title, source] = [...li.querySelectorAll('a')].map(a => a.getBoundingClientRect());"
        "return [(source.top + source.bottom) / 2 - title.bottom,"
        "source.top - (title.top + title.bottom) / 2] })"
    )
    assert min(page.evaluate(room)) >= 12


def test_emphasis_is_that_of_the_language_around_it(page, folder):
    """Chinese has dots, also in an English article; English is slanted, also on a Chinese site."""
    body = Markup('<p><em>one</em></p><blockquote lang="zh"><p><em>一</em></p></blockquote>')
    note = Markup("<p>Read <em>this</em>.</p>")
    views_ = (
        article_view(language="en", body=body, note=note, note_language="en"),
        article_view(language="zh", body=Markup("<p><em>一</em></p>"), note=note, note_language="en"),
    )
    found = []
    for view in views_:
        html = Templates(None, site("zh", file_links=True)).render(
            frame("article.html", "top.html", language=view.language), view
        )
        (folder / "top.html").write_bytes(html)
        page.goto((folder / "top.html").as_uri())
        found += page.evaluate(
            "[...document.querySelectorAll('em')].map(e => [e.innerText, getComputedStyle(e).fontStyle,"
            " getComputedStyle(e).textEmphasisStyle])"
        )
    slanted, dotted = ["italic", "none"], ["normal", "dot"]
    assert found == [
        ["this", *slanted],
        ["one", *slanted],
        ["一", *dotted],
        ["this", *slanted],
        ["一", *dotted],
    ]


def test_wide_tables_and_code_scroll_in_their_own_boxes(page, folder):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto((folder / "article.html").as_uri())
    for box in (".table", "pre"):
        assert page.evaluate(f"(b => b.scrollWidth > b.clientWidth)(document.querySelector('{box}'))")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_former_address_leads_on_with_and_without_scripts(browser, folder, scripts):
    view = RedirectView(target="article.html", fragment="", title="Moved")
    html = Templates(None, site(file_links=True)).render(frame("redirect.html", "old.html"), view)
    (folder / "old.html").write_bytes(html)
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.goto((folder / "old.html").as_uri() + "#part")
    page.wait_for_url("**/article.html#part" if scripts else "**/article.html*")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("element", ["b", "strong"])
def test_what_an_article_has_in_bold_is_bold_and_of_the_colour_of_its_text(page, folder, element, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto((folder / "article.html").as_uri())
    style = (
        "name => (s => [s.color, s.fontWeight])(getComputedStyle(document.querySelector(`.body ${name}`)))"
    )
    (ink, _), (colour, weight) = (page.evaluate(style, name) for name in ("p", element))
    assert (colour, weight) == (ink, "700")


def test_the_night_is_dark(page, folder):
    page.emulate_media(color_scheme="dark")
    page.goto((folder / "index.html").as_uri())
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(22, 21, 19)"


def test_paper_has_no_navigation_but_the_addresses(page, folder):
    page.emulate_media(media="print")
    page.goto((folder / "article.html").as_uri())
    assert page.evaluate("[...document.querySelectorAll('nav')].every(n => n.offsetHeight === 0)")
    after = page.evaluate("getComputedStyle(document.querySelector('.body a'), '::after').content")
    assert "https://origin.example/y" in after or "attr(href)" in after


def test_an_image_of_unknown_size_has_its_room_and_the_focus_shows_it_whole(page, folder):
    tall = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='300' height='900'/>"
    body = f'<figure tabindex="0"><img src="{tall}" alt=""></figure><figure><img src="x.png" alt=""></figure>'
    html = Templates(None, site(file_links=True)).render(
        frame("article.html", "figures.html"), article_view(body=Markup(body))
    )
    (folder / "figures.html").write_bytes(html)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto((folder / "figures.html").as_uri())
    sizes = "[...document.querySelectorAll('figure img')].map(one => [one.clientWidth, one.clientHeight])"
    loaded, missing = page.evaluate(sizes)
    assert loaded == missing
    assert loaded[0] == pytest.approx(1.5 * loaded[1], abs=1)
    page.focus("figure")
    assert page.evaluate(sizes)[0] == [300, 900]


def test_a_browser_may_fetch_the_next_article_and_the_policy_blocks_no_rules(page, folder):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    view = article_view(next=ArticleLink("Next", "articles/bc/bcd.html", "en", "ltr", "Copy & Co"))
    html = Templates(None, site(file_links=True)).render(frame("article.html", "next.html"), view)
    (folder / "next.html").write_bytes(html)
    page.goto((folder / "next.html").as_uri())
    assert page.evaluate("document.querySelector('[type=speculationrules]').textContent.length") > 0
    assert page.evaluate("document.querySelectorAll('a[rel=next]').length") == 1
    assert not complaints
