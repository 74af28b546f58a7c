"""Every message of the interface is translated, and the manual names all that templates get."""

import re
import tomllib
from pathlib import Path

import pytest
from babel.messages import pofile
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from jinja2 import nodes

from generator.config import resources
from generator.engine import tasks
from generator.reading.boilerplate import families, remaining, verdict
from generator.render import (
    day_views,
    identifier_views,
    locales,
    names,
    period_views,
    search_view,
    source_views,
    tag_views,
    templates,
    views,
)

FAMILIES = Path(families.__file__).parents[1] / "families"
RENDER = Path(templates.__file__).parent
MANUAL = Path(__file__).resolve().parents[2] / "docs" / "reference" / "templates.md"
_HOLES = re.compile(r"%\((\w+)\)s")


def used_messages() -> set[object]:
    options = {"**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
    found = list(extract_from_dir(resources.theme(), method_map=[("**.html", "jinja2")], options_map=options))
    # `text` is what the frame of a page calls the translation of its titles.
    keywords = DEFAULT_KEYWORDS | {"text": None}
    found += extract_from_dir(RENDER, method_map=[("**.py", "python")], keywords=keywords)
    return {message for _, _, message, _, _ in found}


def catalogue():
    file = resources.theme() / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
    with file.open("rb") as stream:
        return [message for message in pofile.read_po(stream, locale="zh", abort_invalid=True) if message.id]


def test_every_message_has_its_chinese_and_none_is_left_over():
    assert {message.id for message in catalogue()} == used_messages()


@pytest.mark.parametrize("message", catalogue(), ids=lambda message: str(message.id))
def test_a_translation_is_complete(message):
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    assert all(strings)
    assert not message.fuzzy
    for string in strings:
        assert set(_HOLES.findall(string)) == set(_HOLES.findall(ids[-1]))


def test_every_reason_of_a_missing_text_has_words_for_readers():
    built_in = (tomllib.loads(file.read_text("utf-8")) for file in FAMILIES.glob("*.toml"))
    given = {rule["reason"] for family in built_in for rule in family.get("failed", ())}
    notices = tomllib.loads((FAMILIES.parent / "notices.toml").read_text("utf-8"))
    given |= {notice["reason"] for notice in notices["notice"]}
    given |= {*verdict.REASONS, tasks.TOO_COSTLY, tasks.TOO_LONG, remaining.CUT}
    assert len(given) > 15
    assert given <= set(names.reasons(str))


def shown_views() -> dict[str, type[views.View]]:
    modules = (day_views, identifier_views, period_views, search_view, source_views, tag_views, views)
    defined = [value for module in modules for value in vars(module).values()]
    found = [one for one in defined if isinstance(one, type) and issubclass(one, views.View)]
    return {one.__name__: one for one in found if one is not views.View}


def test_the_manual_names_every_template_and_value():
    manual = MANUAL.read_text("utf-8")
    for path in resources.theme().rglob("*"):
        if path.is_file() and path.suffix in {".html", ".css", ".js", ".svg", ".toml", ".po"}:
            assert f"`{path.relative_to(resources.theme()).as_posix()}`" in manual
    for name, view in shown_views().items():
        assert f"### {name}" in manual
        section = manual.split(f"### {name}\n")[1].split("\n#")[0]
        rows = re.findall(r"^\| `(\w+)`", section, re.MULTILINE)
        assert rows == list(view.__struct_fields__), name


def test_the_manual_names_macros_with_the_parameters_that_they_have():
    rows = re.findall(r"^\| `(partials/\w+\.html)` \| (.*) \|$", MANUAL.read_text("utf-8"), re.MULTILINE)
    told = {(file, *one) for file, text in rows for one in re.findall(r"`(\w+)(\([^()`]*\))`", text)}
    assert len(told) > 10
    for file, name, parameters in told:
        macros = re.findall(r"{% macro (\w+)(\(.*?\)) -?%}", (resources.theme() / file).read_text("utf-8"))
        assert (name, parameters) in macros, file


def test_the_note_on_migration_names_values_that_are_there_and_values_that_have_gone():
    section = MANUAL.read_text("utf-8").split("## Changes of the interface")[1].split("\n## ")[0]
    seen = set()
    for name, before, now in re.findall(r"^\| (\w+) \|(.*)\|(.*)\|$", section, re.MULTILINE):
        if view := shown_views().get(name):
            seen.add(name)
            fields = set(view.__struct_fields__)
            assert set(re.findall(r"`(\w+)`", now)) <= fields
            gone = re.match(r" has ([^;]*)", before)
            assert fields.isdisjoint(re.findall(r"`(\w+)`", gone[1]) if gone else ())
    assert len(seen) > 10


def test_the_manual_names_every_block_filter_and_style():
    manual = MANUAL.read_text("utf-8")
    environment = templates._engine(templates.Theme(None), _any_site())
    for path in resources.theme().glob("*.html"):
        tree = environment.parse(path.read_text("utf-8"))
        for block in tree.find_all(nodes.Block):
            assert f"`{block.name}`" in manual, f"{path.name}: {block.name}"
    for name in (
        "anchor",
        "date",
        "hash_source",
        "iso",
        "json_ld",
        "language_name",
        "number",
        "time",
        "web",
    ):
        assert name in environment.filters
        assert re.search(rf"^\| `{name}", manual, re.MULTILINE)
    for name in ("link", "asset", "lang", "has_asset", "weekdays"):
        assert name in environment.globals
        assert re.search(rf"^\| `{name}", manual, re.MULTILINE)
    for style in locales.DATE_STYLES:
        assert f"`{style}`" in manual


def _any_site() -> views.SiteView:
    return views.SiteView(
        title="", description="", language="en", base_url=None, file_links=False,
        latest=None, archive=None, tags=False, generator="",
    )  # fmt: skip
