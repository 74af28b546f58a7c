"""An engine that takes another one's compiled templates renders what it would without them."""

from collections.abc import Iterator
from itertools import chain, permutations
from pathlib import Path
from types import CodeType

import jinja2
import pytest
from theme_views import frame, site

from generator.render import templates, views
from generator.render.compiled import MOST, CompiledTemplates
from generator.render.engine import Engine
from generator.render.folding import Inserted
from generator.render.templates import Templates

PO = 'msgid ""\nmsgstr ""\n\nmsgid "Sources"\nmsgstr "{}"\n'
STATES: dict[str, dict[str, str]] = {
    "plain": {},
    "another title": {"title": "Presses"},
    "another language": {"language": "zh"},
    "a translation": {"translations/en/LC_MESSAGES/messages.po": PO.format("Papers")},
    "a style": {"assets/custom.css": "b {}"},
    "a template": {"own.html": "{{ site.title }}{{ view is defined }}"},
    "a template that redefines a name": {"own.html": "{% set site = {'title': 'mine'} %}{{ site.title }}"},
    "a template that follows Jinja2": {"own.html": "{{ {'a': 1}.a }}{{ site.title }}"},
    "one that it includes": {"base.html": "{{ site.title }}{{ has_asset('custom.css') }}{{ _('Sources') }}"},
}
OWN = "{% include 'base.html' %}{{ site.language }}{{ 'fr' is foreign }}{{ 1234|number }}"
BASE = "{% if has_asset('custom.css') %}styled{% endif %}{{ site.title }}{{ _('Sources') }}"


def shown(folder: Path, state: dict[str, str]) -> bytes:
    """A page of a theme in some state, always in the same folder."""
    for name, text in ({"own.html": OWN, "base.html": BASE} | state).items():
        if "." in name:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
    given = site(state.get("language", "en"), **({"title": state["title"]} if "title" in state else {}))
    made = Templates(folder, given).render(frame("own.html", "a/"), views.EmptyView())
    for name in ("assets/custom.css", "translations/en/LC_MESSAGES/messages.po"):
        (folder / name).unlink(missing_ok=True)
    return made


@pytest.fixture
def compiled() -> Iterator[CompiledTemplates]:
    """What this process compiled: nothing yet."""
    templates._compiled_templates.cache_clear()
    yield templates._compiled_templates()
    templates._compiled_templates.cache_clear()


def test_one_state_of_a_theme_after_another(compiled: CompiledTemplates, tmp_path: Path) -> None:
    expected = {}
    for name, state in STATES.items():
        templates._compiled_templates.cache_clear()
        expected[name] = shown(tmp_path, state)
    assert len({*expected.values()}) == len(STATES), "no two of them look the same"
    templates._compiled_templates.cache_clear()
    for name in chain.from_iterable(permutations(STATES, 2)):
        assert shown(tmp_path, STATES[name]) == expected[name], name


def test_only_what_differs_is_compiled(
    compiled: CompiledTemplates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    compile_ = Engine._compile

    def record(self: Engine, source: str, filename: str) -> CodeType:
        made.append(Path(filename).name)
        return compile_(self, source, filename)

    monkeypatch.setattr(Engine, "_compile", record)
    shown(tmp_path, {})
    assert sorted(made) == ["base.html", "own.html"]
    made.clear()
    shown(tmp_path, {})
    assert made == []
    shown(tmp_path, {"title": "Presses"})
    assert made == ["base.html"]
    made.clear()
    shown(tmp_path, {"own.html": "{% include 'base.html' %}", "title": "Presses"})
    assert made == ["own.html"]


def test_no_more_than_some_are_kept(compiled: CompiledTemplates) -> None:
    for number in range(MOST + 5):
        Engine(jinja2.DictLoader({"main": str(number)}), compiled).get_template("main")
    assert len(compiled._known) == MOST


def test_a_function_that_fails_now_gives_another_value() -> None:
    assert not Inserted("_", ("a",), {}, "a").is_same({}, None)
    assert not Inserted("title", None, {}, "a").is_same({}, None)


def test_it_is_for_engines_that_say_what_they_inserted(compiled: CompiledTemplates) -> None:
    other = jinja2.Environment(loader=jinja2.DictLoader({"main": ""}), bytecode_cache=compiled)
    with pytest.raises(TypeError):
        other.get_template("main")
