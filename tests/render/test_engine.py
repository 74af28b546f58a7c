"""Templates compiled to fewer steps render what Jinja2 renders, and see the page that they are on."""

import jinja2
import pytest
from markupsafe import Markup
from theme_views import (
    LATEST,
    MONTH,
    SOURCE,
    TEMPLATES,
    YEAR,
    also,
    article_view,
    block,
    day_view,
    frame,
    html_of,
    item,
    period_view,
    site,
    views_by_template,
)

from generator.model import addresses
from generator.model.types import Period, Verdict
from generator.render import views
from generator.render.day_views import EarlierDay
from generator.render.engine import Engine
from generator.render.templates import TemplateFault, Templates


class Jinja(Templates):
    """The same theme rendered by Jinja2 as it comes."""

    def __init__(self, in_site):
        super().__init__(None, in_site)
        plain = jinja2.Environment(
            loader=self._theme.loader(),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        plain.newstyle_gettext = True
        plain.policies["ext.i18n.trimmed"] = True
        plain.filters, plain.tests = self._engine.filters, self._engine.tests
        plain.globals |= self._engine.globals
        self.plain = plain

    def page(self, page, view):
        def link(address, fragment=""):
            return addresses.link(page.address, address, fragment=fragment)

        given = {
            "link": link,
            "asset": lambda name: link(f"assets/{name}"),
            "aria_current": lambda section, address: (
                ("page" if page.address == address else "true") if page.section == section else ""
            ),
        }
        return self.plain.get_template(page.template).render(page=page, view=view, site=self._site, **given)


RICH = {
    "day.html": day_view(
        block(
            item(note=Markup("<p>n</p>"), also=(also(), also(address=None, original="https://o.example/<"))),
            item("b" * 12, language="ar", dir="rtl", also_more=3, story="stories/ab/abc.html", reason="<"),
        ),
        block(item("c" * 12, address=None, original=None, verdict=Verdict.CUT), more=3),
        links=(
            block(item("f" * 12, address=None, anchors=("g" * 12,), times=2)), block(*[item("h" * 12)] * 4),
        ),
        activity=(block(item("i" * 12), source=SOURCE),), parts=(MONTH, YEAR), part=2,
        earlier=(EarlierDay(day=LATEST, items=(item("j" * 12),)),),
        picks=(item("d" * 12),), stories=(item("e" * 12, time=None),),
    ),
    "article.html": article_view(
        note=Markup("<p>n</p>"), also=(also(),), also_more=1, story="stories/ab/abc.html",
        verdict=Verdict.CUT, body=Markup("<pre>x</pre>"), authors=("<A>", "B & C"),
    ),
    "period.html": period_view(Period.YEAR, picks=(item(),)),
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_page_is_what_jinja_makes_of_it(template, language):
    in_site = site(language)
    ours, plain = Templates(None, in_site), Jinja(in_site)
    given = [views_by_template()[template], *([RICH[template]] if template in RICH else [])]
    for view in given:
        for changed in ({}, {"language": "fr", "section": "archive", "structured": "", "feeds": ()}):
            page = frame(template, "articles/ab/abc.html", **changed)
            assert ours.render(page, view).decode() == plain.page(page, view)


def rendered(files, **values):
    """Pages of `main`, one for each set of values, in one engine."""
    engine = Engine(jinja2.DictLoader(files))
    engine.globals |= {"link": lambda address: f"[{address}]", "_": lambda message: Markup(message.upper())}
    engine.constant = {"_": engine.globals["_"]}
    engine.site = site()
    pages = values.pop("pages", (frame("main"),))
    return [
        engine.page("main", {"page": page, "site": engine.site, "view": views.EmptyView(), **values})
        for page in pages
    ]


TWO = (frame("main", "a/", title="A"), frame("main", "b/", title="B"))


@pytest.mark.parametrize(
    "partial",
    [
        "{% macro m() %}{{ page.title }}{% endmacro %}",
        "{% set title = page.title %}{% macro m() %}{{ title }}{% endmacro %}",
        "{% macro m() %}{{ self_made }}{% endmacro %}",
        '{% macro m() %}{% include "deep" %}{% endmacro %}',
        '{% macro m() %}{% from "lower" import low with context %}{{ low() }}{% endmacro %}',
        '{% from "lower" import low with context %}{% macro m() %}{{ low() }}{% endmacro %}',
        '{% from "lo" ~ "wer" import low with context %}{% macro m() %}{{ low() }}{% endmacro %}',
        '{% import "lower" as lower with context %}{% macro m() %}{{ lower.low() }}{% endmacro %}',
    ],
)
def test_a_macro_sees_the_page_it_is_on(partial):
    files = {
        "main": '{% set self_made = page.title %}{% from "part" import m with context %}{{ m() }}{{ m() }}',
        "part": partial,
        "deep": "{{ page.title }}",
        "lower": "{% macro low() %}{{ page.title }}{% endmacro %}",
    }
    assert rendered(files, pages=TWO) == ["AA", "BB"]


def test_a_macro_sees_the_links_of_its_page(tmp_path):
    (tmp_path / "404.html").write_text(
        '{% from "p" import a %}{% from "p" import a as b with context %}'
        '{{ a("x/") }} {{ b("x/") }} {{ link("x/") }}',
        "utf-8",
    )
    (tmp_path / "p").write_text("{% macro a(to) %}{{ link(to) }}{% endmacro %}", "utf-8")
    templates = Templates(tmp_path, site())
    assert templates.render(frame("404.html", "a/b/"), views.EmptyView()) == b"../../x/ ../../x/ ../../x/"
    assert templates.render(frame("404.html", "a/"), views.EmptyView()) == b"../x/ ../x/ ../x/"


def test_the_macros_of_the_theme_are_made_once(monkeypatch):
    made, make_module = [], jinja2.Template.make_module
    monkeypatch.setattr(
        jinja2.Template,
        "make_module",
        lambda template, *args, **named: made.append(template.name) or make_module(template, *args, **named),
    )
    templates = Templates(None, site())
    for address in ("a/", "b/"):
        for template, view in views_by_template().items():
            templates.render(frame(template, address), view)
    assert sorted(made) == sorted(set(made))


@pytest.mark.parametrize(
    ("main", "shown"),
    [
        ('{% set link = "mine" %}{{ link }}{{ _("a") }}', "mineA"),
        ('{% macro _(x) %}<{{ x }}>{% endmacro %}{{ _("a") }}', "<a>"),
        ('{% macro m(site) %}{{ site.title }}{% endmacro %}{{ m({"title": "t"}) }}', "t"),
        ('{% for site in [{"title": "t"}] %}{{ site.title }}{% endfor %}', "t"),
        ('{% from "part" import m as _ %}{{ _("a") }}', "-a"),
        ('{% set view = {"x": 1} %}{% from "part" import n with context %}{{ n() }}', "1"),
        ("{% if site.file_links %}a{% else %}b{% endif %}", "b"),
        ("{% if site.file_links %}a{% elif page.title %}b{% endif %}", "b"),
        ("{% if not site.file_links %}{% block x %}a{% endblock %}{% endif %}{{ self.x() }}", "aa"),
        ("{{ site.title }}", "The Galley &lt;Proof&gt;"),
        ("{{ view.nothing|default('x') }}{{ view.nothing is defined }}", "xFalse"),
        (
            "{% macro m(x) %}{{ x is defined }}{% endmacro %}{{ m(page.nothing) }}{{ m(page.title) }}",
            "FalseTrue",
        ),
        ("{{ {'class': 1}.class }}{{ {'items': 1}.get('items') }}", "11"),
        ("{% set n = namespace(a=1) %}{% set n.a = 2 %}{{ n.a }}{{ n.b is defined }}", "2False"),
        ("{{ {'a': '<'}.a }}{{ {'a': 1}['a'] }}", "&lt;1"),
        ("{% autoescape false %}{{ '<' ~ page.address }}{% endautoescape %}{{ '<' }}", "<2024/07/03/&lt;"),
        ("{% set x %}<i>{{ '<' }}</i>{% endset %}{{ x }}", "<i>&lt;</i>"),
        (
            "{% for n in [1, 2] recursive %}{{ n }}{{ loop([]) }}{{ loop.cycle('a', 'b') }}{% endfor %}",
            "1a2b",
        ),
        ("{% filter upper %}a{{ page.address }}{% endfilter %}", "A2024/07/03/"),
        ("{{ [1, none, true, 1.5, '<'|safe]|join(' ') }}", "1 None True 1.5 <"),
    ],
)
def test_templates_mean_what_they_mean_in_jinja(main, shown):
    part = "{% macro m(x) %}-{{ x }}{% endmacro %}{% macro n() %}{{ view.x }}{% endmacro %}"
    assert rendered({"main": main, "part": part}) == [shown]


def test_what_a_template_extends_sees_its_names():
    files = {
        "main": '{% extends "base" %}{% set site = {"title": "mine"} %}',
        "other": '{% extends "base" %}',
        "base": "{{ site.title }}",
    }
    engine = Engine(jinja2.DictLoader(files))
    engine.site = site()
    given = {"page": frame("main"), "site": engine.site, "view": views.EmptyView()}
    shown = [engine.page(name, given) for name in ("other", "main", "other")]
    assert shown == ["The Galley &lt;Proof&gt;", "mine", "The Galley &lt;Proof&gt;"]


MACROS = """{% macro m(a, b=2, c="c") %}{{ a }}{{ b }}{{ c }};{% endmacro %}
{%- macro all(a) %}{{ a }}{{ varargs|length }}{{ kwargs|length }};{% endmacro %}
{%- macro around(a="x") %}{{ a }}({{ caller(1) }});{% endmacro %}"""


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        ("m(1)", "12c;"),
        ("m(1, 3, 4)", "134;"),
        ("m(1, c=5)", "125;"),
        ("m(c=3, a=1)", "123;"),
        ("m(*[1, 2], **{'c': 3})", "123;"),
        ("all(1, 2, 3, x=4)", "121;"),
        ("all(1)", "100;"),
    ],
)
def test_macros_take_their_arguments_as_in_jinja(call, shown):
    assert rendered({"main": f"{MACROS}{{{{ {call} }}}}"}) == [shown]


def test_a_macro_takes_what_calls_it():
    main = MACROS + "{% call(n) around() %}{{ n }}{% endcall %}{% call(n) around('y') %}{{ n }}{% endcall %}"
    assert rendered({"main": main}) == ["x(1);y(1);"]


@pytest.mark.parametrize(
    "call", ["m(1, 2, 3, 4)", "m(1, z=2)", "m(1, a=2)", "m()", "nothing(1)", "view.x(1)"]
)
def test_a_faulty_call_is_one(call):
    with pytest.raises((TypeError, jinja2.UndefinedError)):
        rendered({"main": f"{MACROS}{{{{ {call} }}}}"})


def test_what_a_macro_made_of_a_view_stays_for_a_page_that_is_rendered_anew():
    made = []

    def count(value):
        made.append(value)
        return value

    engine = Engine(jinja2.DictLoader({
        "main": '{% from "part" import m with context %}{{ m(view) }}{{ m(view, 1) }}'
        "{{ m(view, true) }}{{ m(view, [1]) }}",
        "part": "{% macro m(view, x='') %}{{ count(x) }}{% endmacro %}",
    }))  # fmt: skip
    engine.globals["count"] = count
    view = item()
    given = {"page": frame("main", "a/"), "site": None, "view": view}
    assert engine.page("main", given) == "1True[1]"
    assert made == ["", 1, True, [1]]
    assert engine.page("main", given) == "1True[1]"
    assert len(made) == 8
    made.clear()
    assert engine.page("main", given) == "1True[1]"
    assert made == [[1]]
    engine.page("main", given | {"view": item()})
    assert len(made) == 5
    for expected in (9, 10):  # as the last page was rendered anew, so may this one be
        engine.page("main", given | {"page": frame("main", "b/")})
        assert len(made) == expected


def test_html_is_not_taken_for_the_text_that_looks_like_it():
    main = '{% from "part" import m with context %}{{ m(view, "<b>"|safe) }}{{ m(view, "<b>") }}'
    assert rendered({"main": main, "part": "{% macro m(v, x) %}{{ x }}{% endmacro %}"}) == ["<b>&lt;b&gt;"]


def test_an_item_of_the_sites_own_may_look_at_the_page(tmp_path):
    (tmp_path / "partials").mkdir()
    (tmp_path / "partials/item.html").write_text(
        "{% macro item(item, dated, sourced) %}<li>{{ page.address }} {{ view.reading|length }}</li>"
        "{% endmacro %}"
        "{% macro row(item) %}{% endmacro %}{% macro top(item) %}{% endmacro %}",
        "utf-8",
    )
    templates = Templates(tmp_path, site())
    one, earlier = block(item()), (EarlierDay(day=LATEST, items=(item(),)),)
    for address, blocks in (("a/", (one,)), ("a/", (one, one)), ("b/", (one, one))):
        html = templates.render(frame("day.html", address), day_view(*blocks, earlier=earlier))
        assert f"<li>{address} {len(blocks)}</li>".encode() in html


def test_a_fault_is_found_at_its_line(tmp_path):
    (tmp_path / "404.html").write_text(
        "a\n{{ site.title }}\n{{ page.title }} {{\n page.nothing }}\n", "utf-8"
    )
    with pytest.raises(TemplateFault) as caught:
        html_of("404.html", own=tmp_path)
    assert caught.value.problems[0].line in {3, 4}
    assert "has no attribute 'nothing'" in caught.value.problems[0].message
