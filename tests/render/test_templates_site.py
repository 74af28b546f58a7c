"""A site's own templates, styles and messages, and what is said when one of them is faulty."""

import pytest
from theme_views import html_of, site, views_by_template

from generator.model.errors import BuildError
from generator.render.templates import TemplateFault, Templates, interface_language


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "templates"
    folder.mkdir()
    return folder


def fault_of(own, template="day.html"):
    with pytest.raises(TemplateFault) as caught:
        html_of(template, own=own)
    assert isinstance(caught.value, BuildError)
    return caught.value


def test_a_folder_that_is_not_there_is_no_fault(tmp_path):
    assert html_of("day.html", own=tmp_path / "templates") == html_of("day.html")


def test_a_file_of_the_site_wins(own):
    (own / "404.html").write_text("lost at {{ site.title }}", "utf-8")
    assert html_of("404.html", own=own) == "lost at The Galley &lt;Proof&gt;"
    assert html_of("day.html", own=own) == html_of("day.html")


def test_a_block_of_the_site_wins_and_keeps_the_rest(own):
    text = (
        '{% extends "theme/day.html" %}{% block earlier %}<p>{{ super()|length >= 0 }} mine</p>{% endblock %}'
    )
    (own / "day.html").write_text(text, "utf-8")
    html = html_of("day.html", own=own)
    assert "<p>True mine</p>" in html
    assert '<section id="_read">' in html


def test_the_frame_of_the_site_is_around_every_page(own):
    text = '{% extends "theme/base.html" %}{% block footer %}<footer>{{ _("Days") }}</footer>{% endblock %}'
    (own / "base.html").write_text(text, "utf-8")
    assert "<footer>Days</footer>" in html_of("sources.html", own=own)


def test_styles_of_the_site(own):
    (own / "assets" / "fonts").mkdir(parents=True)
    (own / "assets" / "custom.css").write_text("h1 { color: teal }", "utf-8")
    (own / "assets" / "icon.svg").write_text("<svg/>", "utf-8")
    (own / "assets" / "fonts" / "a.woff2").write_bytes(b"wOF2")
    (own / "assets" / ".swp").write_bytes(b"")
    html = html_of("day.html", own=own)
    assert html.index("assets/style.css") < html.index("assets/custom.css")
    assets = Templates(own, site()).assets()
    assert assets["assets/icon.svg"] == b"<svg/>"
    assert assets["assets/fonts/a.woff2"] == b"wOF2"
    assert {"assets/custom.css", "assets/fonts/a.woff2", "assets/style.css"} < set(assets)
    assert "assets/.swp" not in assets


def test_messages_of_the_site(own):
    folder = own / "translations" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text('msgid "Latest"\nmsgstr "This morning"\n', "utf-8")
    html = html_of("day.html", own=own)
    assert "This morning" in html
    assert "Archive" in html
    assert interface_language(own, "en").gettext("Latest") == "This morning"
    chinese = own / "translations" / "zh" / "LC_MESSAGES"
    chinese.mkdir(parents=True)
    (chinese / "messages.po").write_text('msgid "Latest"\nmsgstr "今晨"\n', "utf-8")
    html = html_of("day.html", own=own, in_site=site("zh-Hans"))
    assert "今晨" in html
    assert "归档" in html


def test_html_in_messages_of_the_site_is_passed_on_but_values_are_escaped(own):
    folder = own / "translations" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(
        'msgid "Latest"\nmsgstr "This <em>morning</em>"\n\n'
        'msgid "Kept by %(who)s"\nmsgstr "<b>By %(who)s</b>"\n',
        "utf-8",
    )
    (own / "day.html").write_text("{{ _('Latest') }} {{ _('Kept by %(who)s', who='<i>A & B</i>') }}", "utf-8")
    assert html_of("day.html", own=own) == ("This <em>morning</em> <b>By &lt;i&gt;A &amp; B&lt;/i&gt;</b>")


@pytest.mark.parametrize("text", ["msgid broken\n", "#~ msgid\nmsgid broken\n"])
def test_messages_that_cannot_be_read(own, text):
    folder = own / "translations" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text("\n" + text, "utf-8")
    fault = fault_of(own)
    assert fault.problems[0].path == "templates/translations/en/LC_MESSAGES/messages.po"
    assert "is not a valid catalogue" in fault.problems[0].message


def test_messages_in_another_encoding(own):
    folder = own / "translations" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_bytes('msgid "Latest"\nmsgstr "今晨"\n'.encode("gb18030"))
    assert "is not a valid catalogue" in fault_of(own).problems[0].message


def test_a_template_that_does_not_parse(own):
    (own / "day.html").write_text("one\ntwo\n{% if view %}\nfour\nfive\n{% endfor %}\nseven", "utf-8")
    fault = fault_of(own)
    assert fault.problems[0].path == "templates/day.html"
    assert fault.problems[0].line == 6
    assert "endfor" in fault.problems[0].message
    assert "delete it to use the default theme" in fault.problems[0].advice
    assert str(fault).startswith("templates/day.html:6: ")


def test_a_value_that_does_not_exist(own):
    (own / "partials").mkdir()
    (own / "partials" / "item.html").write_text(
        "{% macro row(item) %}\n{{ item.headline }}\n{% endmacro %}\n"
        "{% macro top() %}{% endmacro %}{% macro item() %}{% endmacro %}",
        "utf-8",
    )
    fault = fault_of(own)
    assert (fault.problems[0].path, fault.problems[0].line) == ("templates/partials/item.html", 2)
    assert "has no attribute 'headline'" in fault.problems[0].message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ 1 // 0 }}", "ZeroDivisionError"),
        ('{{ view.date|date("roman") }}', "unknown date style `roman`"),
        ("{{ view.date|roman }}", "roman"),
        ('{% include "nowhere.html" %}', "there is no template `nowhere.html`"),
        ('{% include "day.html" %}', "extends or includes itself"),
        ("{{ link() }}", "address"),
    ],
)
def test_what_goes_wrong_while_rendering_has_its_place(own, text, message):
    (own / "day.html").write_text(f"\n{text}", "utf-8")
    fault = fault_of(own)
    assert (fault.problems[0].path, fault.problems[0].line) == ("templates/day.html", 2)
    assert message in fault.problems[0].message


def test_a_template_that_is_not_utf8(own):
    (own / "day.html").write_bytes("第一行\n".encode() + "第二行".encode("gb18030"))
    fault = fault_of(own)
    assert (fault.problems[0].path, fault.problems[0].line) == ("templates/day.html", 2)
    assert fault.problems[0].advice == "save it as UTF-8"


@pytest.mark.parametrize("text", ["{% for", "{{ view|roman }}", '{% extends "nowhere.html" %}'])
def test_what_is_wrong_is_told_with_the_page_that_is_to_be_rendered(own, text):
    (own / "day.html").write_text(text, "utf-8")
    assert fault_of(own).problems[0].path == "templates/day.html"


def test_a_page_without_a_template():
    with pytest.raises(TemplateFault) as caught:
        html_of("chart.html", object())
    assert str(caught.value).startswith("templates: there is no template `chart.html`")


def test_a_fault_below_the_default_theme_points_to_ones_own(own):
    (own / "day.html").write_text('{% extends "theme/source.html" %}', "utf-8")
    fault = fault_of(own)
    assert fault.problems[0].path == "theme/source.html"
    assert fault.problems[0].advice.startswith("check your own templates")


def test_what_no_template_is_to_blame_for_is_no_template_fault(monkeypatch):
    templates = Templates(None, site())
    with pytest.raises(AttributeError):
        templates.render(object(), object())


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('name = "x"\ninterface = 3', 2, "the theme is for interface 3; this Broadsheet has 2"),
        ("interface = true", 1, "is for interface True"),
        ('name = "x"', None, "does not say its interface"),
        ("\ninterface = ]", 2, "is not valid TOML"),
    ],
)
def test_a_theme_for_another_interface_is_refused(own, text, line, message):
    (own / "theme.toml").write_text(text, "utf-8")
    fault = fault_of(own)
    assert (fault.problems[0].path, fault.problems[0].line) == ("templates/theme.toml", line)
    assert message in fault.problems[0].message


def test_a_theme_for_a_former_interface_is_used_and_blamed_for_faults(own):
    (own / "theme.toml").write_text("interface = 1", "utf-8")
    (own / "day.html").write_text("{{ view.count }}", "utf-8")
    assert html_of("day.html", own=own) == str(views_by_template()["day.html"].count)
    (own / "day.html").write_text("{{ view.gone }}", "utf-8")
    advice = fault_of(own).problems[0].advice
    assert advice == "the theme is for a former interface; docs/reference/templates.md says what has changed"
