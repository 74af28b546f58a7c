"""The terms of a Chinese title are what its text repeats."""

import pytest

from generator.reading.terms import terms_of


@pytest.mark.parametrize(
    ("title", "text", "terms"),
    [
        (
            "卡克斯顿印刷厂昨夜起火",
            "卡克斯顿印刷厂位于城北。卡克斯顿印刷厂没有保险，起火的原因不明。",
            ["卡克斯顿印刷厂"],
        ),
        ("古腾堡的活字被盗", "古腾堡说活字被盗。古腾堡报了警，活字被盗已有三天。", ["活字被盗", "古腾堡"]),
        ("印刷厂起火", "印刷厂只说了一次。", []),
        ("Caxton 起火", "起火，起火，起火。", []),
    ],
)
def test_terms_are_what_the_text_says_twice_of_the_title(title, text, terms):
    assert terms_of(title, text, ()) == terms


def test_a_quotation_is_no_term_too():
    text = "“活字条例”今天公布。活字条例共有十条。"
    assert terms_of("活字条例公布", text, ["活字条例"]) == []
