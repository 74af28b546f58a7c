import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.model.features import KINDS, feature, kind_of, marked, stem_of, unpacked
from generator.reading.features import common_words, features_of, named_features

ENGLISH = """The Caxton press at Westminster burned down. In a statement, Gutenberg said that 8.5 million
sheets were lost, worth $3.2 million. "Nothing of the type is left" was all that Aldus Manutius had
to say. The
[report](https://stationers.example/reports/2024/caxton-fire) names PrintWorks2 as the cause."""
CHINESE = """位于威斯敏斯特的 Caxton 印刷厂被烧毁。Gutenberg 表示，
损失了 850万张纸，价值 320万美元。
调查[报告](https://stationers.example/reports/2024/caxton-fire)称，起因是 PrintWorks2，
即《活字安全条例》所说的设备。《活字安全条例》将于下月修订。"""


def names(title, text, url="https://news.example/1"):
    return set(named_features(title, text, url).values())


def test_reports_in_two_languages_share_names_numbers_and_links():
    ours, theirs = names("Caxton's press on fire", ENGLISH), names("Caxton 印刷厂起火", CHINESE)
    assert ours & theirs == {
        "name caxton", "name gutenberg", "name printworks2", "number 8.5e+06", "number money 3.2e+06",
        "link stationers.example/reports/2024/caxton-fire",
    }  # fmt: skip
    assert "quote nothing of the type is left" in ours
    assert "quote 活字安全条例" in theirs


def test_an_identifier_is_no_name_as_well():
    text = "The caxton press mends QW-4711. Then USN-7001-1 was told by Gutenberg."
    assert names("", text) == {"name usn-7001-1", "name qw-4711", "name gutenberg"}
    found = named_features("", text, None, ("USN-7001-1", "ticket:QW-4711"))
    assert set(found.values()) == {"name gutenberg"}


def test_a_phrase_gives_one_name_and_of_common_words_it_is_one():
    text = "We met Aldus Manutius in Venice, on Monday, at the Security Conference, with an iPhone."
    assert names("", text) == {"name manutius", "name venice", "phrase security conference", "name iphone"}
    assert {"monday", "security", "microsoft"} <= common_words()


def test_names_need_no_space_beside_chinese():
    assert names("", "名为Gutenberg的公司收购iCaxton，后者由Aldus-Works于去年创立。") == {
        "name gutenberg", "name icaxton", "name aldus-works",
    }  # fmt: skip


def test_a_domain_or_file_is_called_like_the_thing_itself():
    assert names("", "We met Gutenberg.io and Aldusworks.exe, and then Q2Z.io.") == {
        "name gutenberg", "name aldusworks", "name q2z.io",
    }  # fmt: skip


def test_ordinary_words_name_nothing():
    assert names("", "They spoke of Turbo at the Summit, in a Forum, about DevSecOps.") == set()


def test_abbreviations_count_as_phrases():
    assert names("", "He met the QRZ and read about Q2Z.") == {"phrase qrz", "name q2z"}


def test_what_begins_a_sentence_is_a_name_only_with_a_form_of_its_own():
    assert names("", "Paperwork was lost. PaperTrail was found.") == {"name papertrail"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("49 million customers", "number 4.9e+07"),
        ("4900 万客户", "number 4.9e+07"),
        ("€1.96 billion", "number money 1.96e+09"),
        ("850,000 users", "number 850000"),
        ("60 万台路由器", "number 600000"),
        ("98 countries", "number 98"),
        ("98 个国家", "number 98"),
        ("泄露约850万条记录", "number 8.5e+06"),
        ("约有12,400台网关", "number 12400"),
        ("盗走3700万美元", "number money 3.7e+07"),
        ("3.7 million dollars", "number money 3.7e+06"),
        ("25.000 utenti", "number 25000"),
        ("450.000 euro", "number money 450000"),
        ("1.234.567 persone", "number 1.23457e+06"),
        ("1,2 milioni di utenti", "number 1.2e+06"),
        ("1.234 million users", "number 1.234e+06"),
    ],
)
def test_numbers_are_compared_by_value(text, value):
    assert names("", f"It was {text} in all.") == {value}


@pytest.mark.parametrize(
    "text",
    [
        "in 2024 users",
        "1 million users",
        "20 flaws",
        "number 4711",
        "10,000 users",
        "45 minutes",
        "45 个月",
        "the 1.2.3 tools",
        "the x850 tools",
        "依照第45条",
        "依照第 45 条",
    ],
)
def test_round_numbers_and_those_without_a_unit_tell_nothing(text):
    assert names("", text) == set()


def test_links_to_pictures_to_the_own_site_and_to_sites_are_left_out():
    text = "[a](https://news.example/other/article/2) [b](https://x.example/)"
    text += " [c](https://y.example/aaaaaaaa/b.png)"
    assert names("", text) == set()


def test_code_and_addresses_name_nothing():
    assert names("", "```\nrun Caxton Gutenberg\n```\nsee https://host.example/Caxton/Press") == set()


def test_features_know_whether_title_or_lead_contain_them():
    text = "Nothing much here, and more of it. " * 20 + "It was Gutenberg who said so, said Gutenberg."
    found = unpacked(features_of("Caxton 印刷厂", text, None))
    assert found == {feature("name", "caxton"): True, feature("name", "gutenberg"): False}


@given(st.sampled_from(KINDS), st.text())
def test_a_feature_keeps_its_kind(kind, name):
    number = feature(kind, name)
    assert kind_of(number) == kind_of(marked(number)) == kind
    assert number != marked(number) < 2**32


@pytest.mark.parametrize(
    ("one", "other"),
    [("caxton", "caxton-pro"), ("caxton press", "caxton"), ("stationer", "stationers"), ("q-tx 4", "qtx-5b")],
)
def test_names_of_one_thing_have_a_stem_in_common(one, other):
    ours, theirs = feature("name", one), feature("phrase", other)
    assert stem_of(ours) == stem_of(theirs)
    assert ours != theirs
    assert stem_of(ours) not in {stem_of(feature("name", "gutenberg")), stem_of(feature("quote", one))}


@given(st.text(), st.text(), st.binary())
def test_any_text_has_few_features(title, text, packed):
    assert len(features_of(title, text, None)) <= 4 * 26
    assert len(unpacked(packed)) <= len(packed) // 4
