"""Names that a theme does not have are told, with the one that was meant."""

import pytest

from generator.render.theme_names import unknown_names
from writing import build_site, write_clipping, write_config

PO = "translations/zh/LC_MESSAGES/messages.po"


@pytest.fixture
def own(tmp_path):
    def write(**files):
        for name, text in files.items():
            file = tmp_path / "templates" / FILES[name]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        return [(one.path, one.line, one.advice) for one in unknown_names(tmp_path / "templates")]

    return write


FILES = {
    "base": "base.html",
    "day": "day.html",
    "artcle": "artcle.html",
    "part": "partials/mine.html",
    "po": PO,
    "zh_hans": "translations/zh-Hans/LC_MESSAGES/messages.po",
    "asset": "assets/own.html",
    "toml": "theme.toml",
    "css": "asets/custom.css",
}


def test_a_key_of_the_theme_that_says_nothing_is_told(own):
    assert own(toml="interface = 2\n") == []
    assert own(toml='interface = 2\ninterfaces = 1\n[paths]\na = "b"\n') == [
        ("templates/theme.toml", 2, "did you mean `interface`?"),
        ("templates/theme.toml", 3, "docs/reference/templates.md lists all names"),
    ]
    assert own(toml="interface = \n") == []


def test_a_former_interface_is_told(own):
    advice = "docs/reference/templates.md says what has changed; then write `interface = 2`"
    assert own(toml='name = "x"\ninterface = 1\n') == [("templates/theme.toml", 2, advice)]


def test_no_templates_and_sound_ones_are_no_problem(own, tmp_path):
    assert unknown_names(tmp_path / "templates") == []
    assert own(
        base="{% extends 'theme/base.html' %}{% block footer %}{% block mine %}{% endblock %}{% endblock %}",
        day="{% extends 'theme/day.html' %}{% block mine %}{{ _('Ours') }}{% endblock %}"
        "{% block sections %}{% endblock %}{% include 'partials/mine.html' %}",
        part="<p>",
        po='msgid "Latest"\nmsgstr "x"\n\nmsgid "%(n)s article"\nmsgid_plural "%(n)s articles"\n'
        'msgstr[0] "x"\n\n'
        'msgid "Ours"\nmsgstr "x"\n',
        asset="<p>",
        toml="interface = 2\n",
    ) == []  # fmt: skip


def test_a_block_that_is_not_there(own):
    text = (
        "{% extends 'theme/base.html' %}\n{% block fotter %}x{% endblock %}\n{% block zzzzzz %}{% endblock %}"
    )
    assert own(base=text) == [
        ("templates/base.html", 2, "did you mean `footer`?"),
        ("templates/base.html", 3, "docs/reference/templates.md lists all names"),
    ]


def test_a_block_of_the_frame_through_the_theme(own):
    text = "{% extends 'theme/day.html' %}{% block fotter %}x{% endblock %}{% block styles %}{% endblock %}"
    assert own(day=text) == [("templates/day.html", 1, "did you mean `footer`?")]


def test_a_file_that_nothing_uses(own):
    assert own(artcle="<p>", part="<p>", zh_hans="", css="") == [
        ("templates/artcle.html", None, "did you mean `article.html`?"),
        ("templates/asets/custom.css", None, "did you mean `assets/custom.css`?"),
        ("templates/partials/mine.html", None, "did you mean `partials/item.html`?"),
        (f"templates/{FILES['zh_hans']}", None, f"did you mean `{PO}`?"),
    ]


def test_a_message_that_no_page_says(own):
    assert own(po='msgid "Latst"\nmsgstr "x"\n') == [(f"templates/{PO}", 1, "did you mean `Latest`?")]


@pytest.mark.parametrize("text", ["{% block", "{% extends view.x %}{% block zz %}{% endblock %}", "\ud800"])
def test_what_cannot_be_told_is_no_problem(own, tmp_path, text):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/base.html").write_text(
        text, "utf-8", "surrogateescape" if "%" in text else "surrogatepass"
    )
    assert own(day="{% extends 'day.html' %}{% block x %}{% endblock %}", po='msgid "x') == []


def test_builds_and_strict_ones_tell_of_it(tmp_path):
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "one.md")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/artcle.html").write_text("<p>", "utf-8")
    for _ in range(2):
        report, _ = build_site(tmp_path)
        assert [one.path for one in report.problems if one.kind == "template"] == ["templates/artcle.html"]


def test_a_file_that_is_nearly_named_as_one_of_the_theme(tmp_path):
    templates = tmp_path / "templates"
    (templates / "assets").mkdir(parents=True)
    for name in ("item.html", "theme.tml", "assets/costom.css", "assets/custom.css", "assets/mine.css"):
        (templates / name).write_text("")
    (templates / "assets/styles.css").write_text("")
    (templates / "assets/mine.css").write_text('@import "styles.css"')
    assert [(one.path, one.advice) for one in unknown_names(templates)] == [
        ("templates/assets/costom.css", "did you mean `assets/custom.css`?"),
        ("templates/item.html", "did you mean `partials/item.html`?"),
        ("templates/theme.tml", "did you mean `theme.toml`?"),
    ]
