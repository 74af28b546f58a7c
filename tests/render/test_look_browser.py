"""How pages look in a real browser: links that fingers find, labels that are said once, paper."""

import datetime as dt

import pytest
from markupsafe import Markup
from theme_views import (
    LATEST,
    TAG,
    archive_view,
    article_view,
    block,
    day_view,
    frame,
    item,
    period_view,
    site,
    source_view,
    write_assets,
)

from generator.model.types import Period, Verdict
from generator.render import views
from generator.render.templates import Templates

pytestmark = pytest.mark.browser

NOTE = Markup('<p>Read <a href="https://origin.example/">this</a> first.</p>')


@pytest.fixture
def show(tab, tmp_path):
    """Open a page, unless told otherwise a day, in the tab, at the width that is given."""

    def _show(view, width=360, language="en", template="day.html", section="", **given):
        templates = Templates(None, site(language, file_links=True, **given))
        write_assets(tmp_path, templates)
        (tmp_path / "day.html").write_bytes(
            templates.render(frame(template, "day.html", language=language, section=section), view)
        )
        tab.set_viewport_size({"width": width, "height": 740})
        tab.goto((tmp_path / "day.html").as_uri())
        return tab

    yield _show
    tab.emulate_media(media="screen")


def running(**changed):
    """Return an item of a story that runs since days, at a source with a long name."""
    source = views.Named(name="Information Security Weekly of the North", address="sources/n/", count=1)
    return item(
        "r" * 12, source=source, sources=3, since=dt.date(2024, 9, 28), story="stories/ab/abc.html", **changed
    )


def test_since_when_a_story_runs_is_seen_on_a_phone(show):
    """The name of its source is cut instead."""
    page = show(day_view(stories=(running(excerpt="Text."),)))
    line = (
        "(p => [p.scrollWidth - p.clientWidth, p.children[0].scrollWidth - p.children[0].clientWidth > 0,"
        "p.children[1].getBoundingClientRect().right <= p.getBoundingClientRect().right])"
        "(document.querySelector('.above .also'))"
    )
    assert page.evaluate(line) == [0, True, True]


@pytest.mark.parametrize("width", [360, 1280])
def test_links_within_lines_of_facts_are_24_pixels_high(show, width):
    """The height is that of the area that answers, which an element around it may cut."""
    page = show(day_view(picks=(item("ab", excerpt="Text."),), stories=(running(excerpt="Text."),)), width)
    hit = """() => [...document.querySelectorAll(".also a")].map(link => {
      const box = link.getClientRects()[0], x = box.left + box.width / 2
      let count = 0
      for (let y = box.top - 8; y < box.bottom + 8; y += 0.5)
        count += document.elementFromPoint(x, y)?.closest("a") === link
      return count / 2
    })"""
    assert min(page.evaluate(hit)) >= 23.5


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_link_in_a_note_takes_nothing_from_the_tags_above_it(show, width, language):
    """Where fonts are tall, as in Chinese, a link reaches beyond its line."""
    note = Markup('<p><a href="https://origin.example/">this, 这个</a> first.</p>')
    picks = tuple(
        item(f"{n:012}", excerpt="Text.", tags=(TAG,), note=note, note_language=language) for n in range(3)
    )
    page = show(day_view(picks=picks), width, language)
    room = """() => [...document.querySelectorAll(".above li")].map(li => {
      const box = name => li.querySelector(name).getBoundingClientRect()
      return box(".said a").top - box(".also [rel=tag]").bottom
    })"""
    assert min(page.evaluate(room)) >= 0


def test_a_link_in_a_note_is_underlined(show):
    page = show(day_view(picks=(item("ab", note=NOTE),)))
    style = "getComputedStyle(document.querySelector('.said a')).textDecorationLine"
    assert page.evaluate(style) == "underline"


def test_marks_of_a_list_in_a_note_stand_beside_its_rule(show):
    page = show(day_view(picks=(item("ab", note=Markup("<ul><li>One.</li></ul>")),)))
    left = "document.querySelector('{}').getBoundingClientRect().left"
    assert page.evaluate(f"{left.format('.said li')} - {left.format('.said')}") >= 25


@pytest.mark.parametrize(("language", "title"), [("en", "Security Digest"), ("zh", "字与纸 · Type & Paper")])
def test_a_phone_shows_all_of_the_navigation(show, language, title):
    """The name of the site leads to the newest day, which has no entry of its own there."""
    page = show(day_view(block(item("ab"))), language=language, title=title, search=True, reader=True)
    sizes = "(u => [u.scrollWidth - u.clientWidth, [...u.children].filter(li => li.offsetWidth).length])"
    assert page.evaluate(f"{sizes}(document.querySelector('.masthead ul'))") == [0, 5]
    assert page.evaluate("document.querySelector('.masthead').offsetHeight") <= 51


def test_why_links_have_no_text_is_said_once(show):
    links = tuple(
        item(f"{n:012}", address=None, verdict=Verdict.LINK, reason="needs scripts") for n in range(3)
    )
    page = show(day_view(links=(block(*links),)))
    assert page.evaluate("document.querySelector('#_links .head').innerText").endswith("† needs scripts")
    assert "needs scripts" not in page.evaluate("document.querySelector('#_links ol').innerText")
    assert (
        page.evaluate("[...document.querySelectorAll('#_links li i')].map(i => i.title)")
        == ["needs scripts"] * 3
    )


@pytest.mark.parametrize("width", [624, 680, 816])
def test_a_sheet_is_no_phone(show, width):
    """A4 and Letter are narrower than the screens of tablets, and need no room for fingers."""
    view = day_view(
        block(*(item(f"{n:012}", excerpt="") for n in range(3))), stories=(item("s", excerpt="Text."),)
    )
    page = show(view, width)
    page.emulate_media(media="print")
    tall = "[...document.querySelectorAll('#_read li')].map(li => li.offsetHeight)"
    assert max(page.evaluate(tall)) < 30
    assert page.evaluate("document.querySelector('.above .also').offsetHeight") < 24
    assert page.evaluate("document.querySelector('#_stories h2').offsetHeight") > 0


def test_a_name_of_usual_length_is_whole_on_a_phone(show):
    """Only what would push "3 sources since July 16" out of the line is cut."""
    source = views.Named(name="The Hacker News", address="s/", count=1)
    page = show(day_view(picks=(item("ab", source=source, sources=2, story="s.html"),)))
    name = "(a => a.scrollWidth - a.clientWidth)(document.querySelector('.above .also a'))"
    assert page.evaluate(name) == 0


def test_the_date_of_a_pick_is_in_the_language_of_the_interface(show):
    """Only its title is in its own: a Chinese font has no place in an English date."""
    page = show(archive_view(), template="archive.html")
    spoken = "[...document.querySelectorAll('.picked time')].map(time => time.closest('[lang]').lang)"
    assert page.evaluate(spoken) == ["en", "en"]
    fonts = (
        "[...document.querySelectorAll('.picked [lang]')].map(title => getComputedStyle(title).fontFamily)"
    )
    assert all("Serif" in font for font in page.evaluate(fonts))


def test_the_first_section_has_its_heading_on_a_phone_too(show):
    page = show(day_view(block(item("ab")), picks=(item("p"),)))
    assert page.locator("#_picks h2").evaluate("h => getComputedStyle(h).position") == "static"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("picks", [(), (item("p", note=NOTE),)])
def test_headings_are_seen_on_a_phone_with_the_order_beside_them(show, language, picks):
    stories = tuple(item(f"{n:012}", sources=9 - n) for n in range(8))
    blocks = block(item("ab")), block(item("cd"))
    page = show(day_view(*blocks, picks=picks, stories=stories), language=language)
    rows = """[...document.querySelectorAll("#_stories .head, #_read .head")].map(head => {
      const [heading, order] = head.children
      const box = heading.getBoundingClientRect(), isBeside = order.getBoundingClientRect().top < box.bottom
      return [box.height > 0, getComputedStyle(heading).position, isBeside]
    })"""
    assert page.evaluate(rows) == [[True, "static", True]] * 2


@pytest.mark.parametrize("title", ["Short", "A title that takes more than half of a wide screen, " * 3])
def test_a_single_pick_leaves_no_empty_column(show, title):
    page = show(day_view(block(item("ab")), picks=(item("p", title=title, excerpt="Text. " * 40),)), 1280)
    script = """() => {
        const range = document.createRange()
        range.selectNodeContents(document.querySelector(".leads h3"))
        const right = Math.max(...Array.from(range.getClientRects(), box => box.right))
        return document.querySelector(".leads .x").getBoundingClientRect().left - right
    }"""
    assert page.evaluate(script) <= 80


@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("count", [1, 3])
def test_the_excerpt_of_a_lead_with_a_note_follows_its_title(show, media, count):
    """The note stands beside both, or below."""
    note = Markup(f"<p>{'A note of some length. ' * 20}</p>")
    picks = (item("p", note=note, excerpt="Text. " * 20), *(item(f"{n}") for n in range(count - 1)))
    page = show(day_view(picks=picks, stories=(item("s"),)), 768)
    page.emulate_media(media=media)
    gap = """(li => li.querySelector(".x").getBoundingClientRect().top
        - li.querySelector("h3").getBoundingClientRect().bottom)(document.querySelector(".leads li"))"""
    assert page.evaluate(gap) <= 4


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_date_keeps_off_the_rule_above(show, width):
    page = show(day_view(), width)
    tops = "document.querySelector('h1').getBoundingClientRect().top"
    assert page.evaluate(f"{tops} - document.querySelector('.masthead').getBoundingClientRect().bottom") >= 4


def test_days_around_stand_at_the_edge_of_a_tablet(show):
    page = show(day_view(next=LATEST), 768)
    right = "getBoundingClientRect().right"
    script = f"document.querySelector('main').{right} - document.querySelector('.pager .next').{right}"
    assert page.evaluate(script) == 0


@pytest.mark.parametrize(
    ("template", "cell"), [("archive.html", ".months li"), ("period.html", ".cal td[class]")]
)
def test_shades_follow_the_accent(show, template, cell):
    view = archive_view() if template == "archive.html" else period_view(Period.MONTH)
    page = show(view, template=template)
    shade = f"getComputedStyle(document.querySelector('{cell}')).backgroundColor"
    usual = page.evaluate(shade)
    page.evaluate("document.documentElement.style.setProperty('--accent', '#0b4f9c')")
    assert page.evaluate(shade) != usual != "rgba(0, 0, 0, 0)"


@pytest.mark.parametrize("width", [768, 1280])
@pytest.mark.parametrize("count", [1, 3])
def test_the_star_of_the_lead_stands_within_it_and_covers_nothing(show, width, count):
    picks = tuple(item(f"{n}", title="A long title " * 12, excerpt="Text. " * 90) for n in range(count))
    page = show(day_view(picks=picks), width)
    page.evaluate("""async () => {
        document.documentElement.dataset.theme = "light"
        const sheet = document.createElement("link")
        Object.assign(sheet, {rel: "stylesheet", href: "assets/reader.css"})
        const loaded = new Promise(resolve => sheet.onload = resolve)
        document.head.append(sheet)
        const star = document.createElement("button")
        Object.assign(star, {className: "_star", ariaPressed: "true"})
        document.querySelector(".leads li").append(star)
        await loaded
    }""")
    places = """(li => {
        const star = li.querySelector("._star").getBoundingClientRect()
        const texts = [...li.querySelectorAll("h3, .x")].map(text => text.getBoundingClientRect())
        return [li.getBoundingClientRect().right - star.right, ...texts.map(text => star.left - text.right)]
    })(document.querySelector(".leads li"))"""
    assert min(page.evaluate(places)) >= 0


def test_a_link_named_by_its_address_has_it_once_on_paper(show):
    bare = '<a class="bare" href="https://a.example/x">https://a.example/x</a>'
    body = f'<p>{bare} <a href="https://b.example">b</a></p>'
    page = show(article_view(body=Markup(body)), 700, template="article.html")
    page.emulate_media(media="print")
    added = (
        "[...document.querySelectorAll('.body a')].map(a => getComputedStyle(a, '::after').content != 'none')"
    )
    assert page.evaluate(added) == [False, True]


@pytest.mark.parametrize("width", [624, 816])
def test_lists_on_paper_have_whole_addresses_within_their_column(show, width):
    long = "https://origin.example/" + "long-path/" * 40
    links = (item(f"{n:012}", address=None, minutes=0, excerpt="", original=long) for n in range(4))
    page = show(day_view(block(*links)), width)
    page.emulate_media(media="print")
    lines = page.locator("#_read li").evaluate_all(
        "all => all.map(li => [li.offsetHeight, li.scrollWidth - li.clientWidth])"
    )
    assert min(lines)[0] > 60
    assert max(excess for _, excess in lines) <= 0
    after = "getComputedStyle(document.querySelector('#_read li a'), '::after')"
    assert page.evaluate(f"[{after}.display, {after}.overflow]") == ["inline", "visible"]


def test_a_day_on_paper_says_what_its_marks_mean(show):
    page = show(day_view(picks=(item("ab", times=2),)))
    page.emulate_media(media="print")
    assert page.locator(".legend").evaluate("p => p.offsetHeight") > 0


def test_an_article_on_paper_names_its_original_once(show):
    page = show(article_view(), 700, template="article.html")
    page.emulate_media(media="print")
    sizes = "a => [getComputedStyle(a).fontSize, parseInt(getComputedStyle(a, '::after').fontSize) > 5]"
    assert page.locator(".byline [rel]").evaluate(sizes) == ["0px", True]


@pytest.mark.parametrize("theme", ["dark", ""])
def test_images_on_paper_are_as_bright_as_they_are(show, theme):
    body = Markup('<figure><img src="x.png" alt=""></figure>')
    page = show(article_view(body=body), template="article.html")
    page.emulate_media(color_scheme="dark")
    page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    bright = "getComputedStyle(document.querySelector('.body img')).filter"
    assert page.evaluate(bright) == "brightness(0.85)"
    page.emulate_media(media="print")
    assert page.evaluate(bright) == "none"
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("width", [768, 1280])
def test_the_name_of_a_source_stands_in_the_column_of_its_first_item(show, width):
    apart = """() => [...document.querySelectorAll(".columns section")].filter(one =>
      one.children[0].getBoundingClientRect().left !== one.querySelector("li").getBoundingClientRect().left
    ).length"""
    for counts in ((1,), (2,), (4,), (2, 1), (1, 3, 5)):
        blocks = [
            block(*(item(f"{row}{n:011}", excerpt="") for n in range(count)))
            for row, count in enumerate(counts)
        ]
        assert show(day_view(*blocks), width).evaluate(apart) == 0


@pytest.mark.parametrize(("width", "least"), [(360, 44), (1280, 24)])
def test_the_link_to_the_rest_of_a_source_is_large_enough(show, width, least):
    page = show(day_view(block(item("ab"), more=9, more_address="2024/07/03/2/")), width)
    assert page.locator(".more a").evaluate("a => a.getBoundingClientRect().height") >= least


def test_why_items_of_lists_have_no_text_is_said_once(show):
    links = tuple(
        item(f"{n:012}", address=None, verdict=Verdict.LINK, minutes=0, reason=reason)
        for n, reason in enumerate(("needs scripts", "captcha", "needs scripts"))
    )
    page = show(source_view(items=links), template="source.html")
    assert page.locator(".legend").inner_text() == "† needs scripts, captcha"
    text = page.locator("main").inner_text()
    assert (text.count("needs scripts"), text.count("†")) == (1, 4)
    marks = page.locator(".items i").evaluate_all("all => all.map(i => i.title)")
    assert marks == ["needs scripts", "captcha", "needs scripts"]


def test_the_first_section_of_a_day_says_why_its_own_items_have_no_text(show):
    one, other = (
        item(name * 12, address=None, verdict=Verdict.LINK, minutes=0, reason=reason)
        for name, reason in (("a", "needs scripts"), ("b", "captcha"))
    )
    page = show(day_view(stories=(one,), links=(block(other),)))
    legends = page.locator(".legend").all_inner_texts()
    assert [text for text in legends if "†" in text] == [
        "3′: 3 min to read · † needs scripts",
        "without text here · † captcha",
    ]


def test_a_motto_of_the_front_page_takes_no_row_of_a_wide_screen(show):
    page = show(day_view(block(item("ab"))), 1280, description="What we read this morning.", section="front")
    assert page.locator(".motto").evaluate("p => p.offsetHeight") > 0
    assert page.locator(".masthead").evaluate("one => one.offsetHeight") <= 51
    places = page.evaluate(
        "[...document.querySelectorAll('.masthead > *')].map(one => one.getBoundingClientRect().left)"
    )
    name, navigation, motto = places
    assert name < motto < navigation


def test_sources_of_a_period_flow_on_a_phone(show):
    sources = tuple(views.Named(name=f"Source {n}", address=f"sources/s{n}/", count=n + 1) for n in range(60))
    page = show(period_view(Period.MONTH, sources=sources), template="period.html")
    assert page.locator(".all .tally").evaluate("ul => ul.offsetHeight") < 60 * 15
    sizes = page.locator(".all .tally a").evaluate_all(
        "all => all.map(a => a.getBoundingClientRect()).map(box => Math.min(box.width, box.height))"
    )
    assert min(sizes) >= 24
