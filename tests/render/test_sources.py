"""Which files a page is made of: its template, what that leads to, and what a site has of its own."""

import hashlib

import jinja2
import pytest
from jinja2 import meta
from theme_views import TEMPLATES, site

from generator.config import resources
from generator.render.sources import Sources
from generator.render.templates import Templates


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "templates"
    (folder / "partials").mkdir(parents=True)
    return folder


def names(template, own=None):
    return set(Templates(own, site()).sources(template))


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_page_is_made_of_what_its_template_leads_to():
    found = Templates(None, site()).sources("article.html")
    assert list(found) == [
        "article.html",
        "base.html",
        "partials/item.html",
        "partials/parts.html",
        "partials/tags.html",
    ]
    for name, own_digest in found.items():
        assert own_digest == digest((resources.theme() / name).read_text("utf-8"))


def test_a_list_is_made_of_its_items_too():
    assert names("day.html") == {"day.html", "base.html"} | {
        f"partials/{name}.html" for name in ("parts", "block", "item", "calendar", "above", "tags")
    }


def test_a_file_of_the_site_takes_the_place_of_the_default_one(own):
    (own / "partials/item.html").write_text("{% macro item(item) %}x{% endmacro %}", "utf-8")
    mine, default = Templates(own, site()), Templates(None, site())
    changed = {
        name
        for name, own_digest in mine.sources("day.html").items()
        if own_digest != default.sources("day.html")[name]
    }
    assert changed == {"partials/item.html"}
    assert mine.sources("404.html") == default.sources("404.html")


def test_a_file_that_extends_the_default_one_leads_to_both(own):
    (own / "day.html").write_text('{% extends "theme/day.html" %}', "utf-8")
    assert {"day.html", "theme/day.html", "base.html", "partials/block.html"} <= names("day.html", own)


def test_a_template_that_a_value_chooses_may_be_any(own):
    (own / "404.html").write_text('{% include "partials/" ~ view.latest.name %}', "utf-8")
    (own / "late.html").write_text("late", "utf-8")
    found = names("404.html", own)
    assert {"404.html", "late.html", "day.html", "theme/day.html", "assets/style.css"} <= found


def test_one_that_is_not_there_is_missed_so_that_its_coming_is_a_change(own):
    (own / "404.html").write_text('{% include ["no.html", "base.html"] ignore missing %}', "utf-8")
    assert Templates(own, site()).sources("404.html")["no.html"] == ""
    (own / "no.html").write_text("yes", "utf-8")
    assert Templates(own, site()).sources("404.html")["no.html"] == digest("yes")


@pytest.mark.parametrize("text", ["{% if %}", '{% extends "404.html" %}', '{% include "nowhere.html" %}'])
def test_a_faulty_template_has_its_own_digest(own, text):
    (own / "404.html").write_text(text, "utf-8")
    assert Templates(own, site()).sources("404.html")["404.html"] == digest(text)


def test_a_file_that_is_no_text_has_none(own):
    (own / "404.html").write_bytes(b"\xff")
    assert Templates(own, site()).sources("404.html") == {"404.html": ""}


def test_each_file_is_read_once():
    read = []

    def source(name):
        read.append(name)
        return '{% include "c" %}' if name in "ab" else "x"

    sources = Sources(jinja2.Environment(loader=jinja2.FunctionLoader(source), autoescape=True))
    assert list(sources.of("a")) == ["a", "c"]
    assert sources.of("a") is sources.of("a")
    assert list(sources.of("b")) == ["b", "c"]
    assert read == ["a", "c", "b"]


@pytest.mark.parametrize(
    "text",
    [
        *((resources.theme() / name).read_text("utf-8") for name in TEMPLATES),
        "{%- from 'a' import b, c as d with context -%}{%+ include \"e/f.html\" ignore missing %}",
        '{% import "a" as b without context %}{% if x %}{% include "b" %}{% endif %}',
        '{% include ["a", "b"] %}{% include ("c", "d") %}{% extends "e" %}',
        '{% extends "a" if x else "b" %}',
        '{% include x %}{% include "a" %}',
        "{% set include = 'x' %}{{ 'extends' }}",
        '{%\n  include\n  "a"\n%}',
        '{% include "a" ~ "b" %}',
    ],
)
def test_what_is_found_is_what_jinja_finds(text):
    environment = jinja2.Environment(
        loader=jinja2.DictLoader({"own": text}), autoescape=True, extensions=["jinja2.ext.i18n"]
    )
    named = set(meta.find_referenced_templates(environment.parse(text)))
    found = set(Sources(environment).of("own")) - {"own"}
    assert found == (named if None not in named else set())
