"""What `[tags]` says: spellings fold, nested tags lie in others, and tables that contradict are faults."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from generator.config.loading import load
from generator.config.site import TagConfig
from generator.config.tags import DEEPEST, TagRules, nested_name, tag_rules, words_of
from generator.model.errors import ConfigError
from generator.model.types import Article, Verdict


def article(*tags: str, words: tuple[str, ...] = ()) -> Article:
    return Article(
        id="abcdefghijkm", path="a.md", title="A title", language="en", title_language="en", url=None,
        source="Alpha", date=dt.date(2024, 7, 3), verdict=Verdict.FULL, tags=tags, tag_words=words,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("AI", "AI"),
        (" history / printing ", "history/printing"),
        ("/history//printing/", "history/printing"),
        ("新闻／科技", "新闻/科技"),
        ("a\u202eb\x00", "ab"),
        ("/", ""),
    ],
)
def test_a_tag_is_a_visible_line_without_empty_levels(written, name):
    assert nested_name(written) == name


def test_spellings_are_one_tag_and_the_first_names_it():
    found = TagRules().own_of(article("Machine Learning", "machine  learning", "ＭＡＣＨＩＮＥ Learning"))
    assert found == {"machine learning": "Machine Learning"}


def test_a_nested_tag_lies_in_those_above_it():
    rules = TagRules()
    assert rules.own_of(article("History/Printing/Lead")) == {
        "history/printing/lead": "History/Printing/Lead"
    }
    assert rules.all_of(article("History/Printing/Lead")) == {
        "history/printing/lead": "History/Printing/Lead",
        "history": "History",
        "history/printing": "History/Printing",
    }
    assert rules.above("history/printing") == "history"
    assert rules.above("history") == ""
    assert len(rules.all_of(article("/".join("abcdefghijklmnop")))) == DEEPEST + 1


def test_aliases_stand_for_the_tag_and_for_the_one_above():
    rules = tag_rules({"人工智能": TagConfig(aliases=("AI", "ML")), "ai/llm": TagConfig(aliases=("llms",))})
    assert rules.all_of(article("ml", "LLMs")) == {"人工智能": "人工智能", "ai/llm": "ai/llm"}
    assert rules.above("ai/llm") == "人工智能"


def test_a_name_is_for_display_alone():
    rules = tag_rules({"ai/llm": TagConfig(name="Language models")})
    assert rules.names == {"ai/llm": "Language models"}
    assert rules.all_of(article("AI/LLM")) == {"ai/llm": "ai/llm", "ai": "ai"}


def test_a_hidden_tag_hides_those_in_it():
    rules = tag_rules({"status": TagConfig(hide=True)})
    assert rules.all_of(article("Status", "status/read", "statuses")) == {"statuses": "statuses"}


def test_words_give_tags_after_those_that_the_clipping_has():
    tags = {"AI": TagConfig(match=("AI", "大模型")), "China": TagConfig(match=("大模型",)), "no": TagConfig()}
    assert words_of(tags) == ("AI", "大模型")
    assert tag_rules(tags).own_of(article("press", words=("大模型",))) == {
        "press": "press", "ai": "AI", "china": "China",
    }  # fmt: skip
    assert tag_rules(tags).own_of(article(words=("AI",))) == {"ai": "AI"}
    assert words_of({"a": TagConfig(match=("ＡＩ", "Ai", "Machine  Learning"))}) == (
        "AI", "ai", "machine learning",
    )  # fmt: skip
    hidden = {"AI": TagConfig(match=("AI",), hide=True)}
    assert tag_rules(hidden).own_of(article(words=("AI",))) == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[tags.AI]\n[tags.ai]\n", "`tags.ai` is the same tag as `tags.AI`; make them one table"),
        ('[tags.a]\naliases = ["B"]\n[tags.b]\n', "`tags.a` has the alias 'B', which stands for `tags.b`"),
        ('[tags.a]\naliases = ["x"]\n[tags.b]\naliases = ["X"]\n', "which stands for `tags.a`"),
        ('[tags."/"]\n', "`tags./` has no visible name"),
        ('[tags.a]\nmatch = [" "]\n', "`tags.a` has an empty word in `match`"),
        ("[tags.a]\nhidden = true\n", "unknown key `tags.a.hidden`; did you mean `tags.a.hide`?"),
        ("[tags]\na = true\n", "`tags.a` must be a table"),
        ('[tags.a]\nmatch = "x"\n', "write a list"),
    ],
)
def test_faults_of_tables_are_told(tmp_path: Path, text: str, told: str):
    (tmp_path / "digest.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "digest.toml")
    assert told in str(caught.value)
