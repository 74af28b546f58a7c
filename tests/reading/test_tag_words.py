"""Words match as readers would: whole words where a script has spaces, anywhere where it has none."""

import pytest

from generator.reading.tag_words import words_in


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("ai", "On AI."),
        ("AI", "On AI."),
        ("AI", "用AI写代码"),
        ("AI", "ＡＩ-driven"),
        ("C++", "C++17"),
        ("AI大模型", "百度AI大模型"),
        ("ai", "用AI写代码"),
        ("ai", "ＡＩ"),
        ("ai", "AI-driven"),
        ("大模型", "百度大模型发布"),
        ("machine learning", "machine\nlearning"),
        ("machine learning", "**Machine Learning**"),
        ("c++", "C++17"),
        (".net", "ASP.NET"),
        ("naïve", "A nai\u0308ve view"),
        ("人工知能", "生成系人工知能の"),
        ("인공지능", "인공지능이"),
        ("ai", "[AI](https://x.example/)"),
    ],
)
def test_a_word_is_found(word, text):
    assert words_in("", text, (word,)) == (word,)
    assert words_in(text, "", (word,)) == (word,)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("ai", "Aim, said, MAIL"),
        ("AI", "Grazie ai lettori, Ai Weiwei, MAIL"),
        (".NET", "https is at example.net"),
        ("ai", "ai2"),
        ("ai", "https://ai.example/ai"),
        ("ai", "[x](https://x.example/ai)"),
        ("naï", "naïve"),
        ("e", "e\u0301"),
        ("c++", "abc++"),
        ("machine learning", "machinelearning"),
    ],
)
def test_a_part_of_a_word_or_address_is_not(word, text):
    assert words_in("", text, (word,)) == ()


def test_no_phrase_spans_title_and_text():
    assert words_in("The machine", "learning starts", ("machine learning",)) == ()


def test_words_keep_their_order():
    assert words_in("b", "c a", ("a", "b", "d")) == ("a", "b")
    assert words_in("b", "c a", ()) == ()
