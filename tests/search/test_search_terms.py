"""What counts as a term, and what a query asks for."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generator.search.terms import folded, key_of, keys_of, wanted_keys

TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.text(
    st.sampled_from("aZé.-_+#9 漏洞ガがｶﾞアー한글กำไร…①ﬁß・，\u0301\u3099ΣςİŁ")
)


def has(text: str, query: str) -> bool:
    wanted = wanted_keys(query)
    return bool(wanted) and keys_of(text).issuperset(wanted)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Attackers exploit CVE-2024-3094 in xz", "cve-2024-3094"),
        ("Attackers exploit CVE-2024-3094 in xz", "2024-3094"),
        ("Attackers exploit CVE-2024-3094 in xz", "CVE"),
        ("使用Log4j漏洞的攻击", "log4j漏洞"),
        ("written in C++ and in .NET", "c++"),
        ("written in C++ and in .NET", ".NET"),
        ("written in C++ and in .NET", "net"),
        ("from 10.1.2.3 on", "10.1.2.3"),
        ("from 10.1.2.3 on", "1.2"),
        ("the package org.example.press.works.core", "example.press.works.core"),
        ("the package org.example.press.works.core", "org.example.press.works.core"),
        ("Ｆｕｌｌ width", "full"),
        ("à la Café", "cafe"),
        ("supply chain", "sup\u00adply"),
        ("sup\u00adply chain", "supply"),
        ("供\u200b应链安全", "供应链"),
        ("\ufeff供应链\u200d", "应链"),
        ("辻\U000e0100本", "辻本"),
        ("cafe", "Café"),
        ("Straße", "STRASSE"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
        ("供应链安全事件", "供应链"),
        ("プレスガイド", "ガイド"),
        ("ﾌﾟﾚｽ", "プレス"),
        ("한국어 신문", "신문"),
        ("หนังสือพิมพ์", "หนังสือ"),
        ("the flaw CVE\u20112024\u20113094, a zero\u2010day", "CVE-2024-3094 zero-day"),
        ("كَتَبَ مُحَمَّد", "محمد"),
        ("שָׁלוֹם עוֹלָם", "שלום"),
        ("Łódź og Ålborg, Møn, Đakovo", "lodz mon dakovo"),
    ],
)
def test_a_text_has_what_it_contains(text, query):
    assert has(text, query)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("CVE-2024-30940", "CVE-2024-3094"),
        ("written in C", "C++"),
        ("the net", ".NET"),
        ("供应 链接", "供应链"),
        ("presses", "press"),
        ("1.20.3", "1.2"),
    ],
)
def test_a_text_lacks_what_only_looks_like_it(text, query):
    assert not has(text, query)


def test_a_single_character_of_a_pair_asks_for_nothing():
    assert wanted_keys("漏") == []
    assert wanted_keys("A股") == wanted_keys("a")
    assert wanted_keys("…!?") == []


def test_keys_are_spread_evenly():
    keys = {key for one in range(0x4E00, 0x5600) for key in wanted_keys(chr(one) + chr(one + 1))}
    halves = [sum(key * 4 >> 28 == part for key in keys) for part in range(4)]
    assert len(keys) == 0x800
    assert min(halves) > 0x180


@given(TEXTS, TEXTS)
@example("a.b", "c")
@example("ガ", "\u3099")
def test_a_text_has_all_that_any_of_its_lines_asks_for(one, other):
    text = f"{one}\n{other}"
    assert keys_of(text).issuperset(wanted_keys(one))


@given(TEXTS)
def test_texts_that_fold_to_themselves_are_spared_the_folding(text):
    assert keys_of(text) == keys_of(folded(text))


def test_every_character_that_is_spared_the_folding_folds_to_itself():
    for code in range(0x20000):
        if not 0xD800 <= code < 0xE000:
            text = f"a{chr(code)}b"
            assert keys_of(text) == keys_of(folded(text)), hex(code)


def test_names_of_fields_are_no_words():
    assert key_of("source:1") not in keys_of("source:1 source 1")
    assert unicodedata.unidata_version >= "14"
