"""The order of names: by letters, Chinese ones by pinyin, without a library."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.render.collation import DIGITS, OTHERS, collated, initial


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("Ann", "A"), ("éditions", "E"), ("  “The Press”", "T"), ("ｆull", "F"), ("360 security", DIGITS),
        ("北京日报", "B"), ("《长江》", "C"), ("中国印刷", "Z"), ("重庆", "Z"), ("安全", "A"), ("哦", "O"),
        ("Ωmega", OTHERS), ("報紙", OTHERS), ("鑫", OTHERS), ("…", OTHERS), ("", OTHERS),
    ],
)  # fmt: skip
def test_the_initial_of_a_name(name, letter):
    assert initial(name) == letter


def test_every_letter_of_pinyin_begins_where_it_should():
    last = "澳怖错堕贰咐过霍骏阔络穆诺沤瀑群弱所唾误迅孕座"
    firsts = "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"
    letters = [letter for letter in string.ascii_uppercase if letter not in "IUV"]
    assert [initial(one) for one in firsts] == letters
    assert [initial(one) for one in last] == letters


def test_chinese_names_follow_others_in_the_order_of_their_pinyin():
    names = ["北京", "bee", "白纸", "Bär", "B", "北方", "报社", "北a", "爸"]
    assert sorted(names, key=collated) == ["B", "Bär", "bee", "爸", "白纸", "报社", "北a", "北方", "北京"]


def test_a_name_comes_before_those_that_it_begins():
    names = ["Source 16", "Source 1", "Source", "报社新闻", "报社"]
    assert sorted(names, key=collated) == ["Source", "Source 1", "Source 16", "报社", "报社新闻"]


@given(st.sets(st.text(max_size=6), max_size=20))
def test_any_names_have_one_order(names):
    assert len({collated(name) for name in names}) == len(names)
    assert sorted(sorted(names), key=collated) == sorted(names, key=collated)
    assert all(initial(name) in {*string.ascii_uppercase, DIGITS, OTHERS} for name in names)
