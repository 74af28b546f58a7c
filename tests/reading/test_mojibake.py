"""Wrong readings are undone where that is proved, and sound text is left alone."""

import itertools

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from generator.model.errors import Severity
from generator.reading.frontmatter import read_clipping
from generator.reading.mojibake import garbled_line, is_sound, restoration
from generator.reading.text import odd_characters

CHINESE = "今天的报纸写到了这个城市的新图书馆，它将在春天开放。"
JAPANESE = "図書館は春に開きます。新しい本がたくさんあります。"
ITALIAN = "La città è più bella di così: perché no? Già l’università aprirà."
RUSSIAN = "Завтра в городе откроется новая библиотека, и там будет много книг."
FRENCH = "« L’été », dit-il, « où va-t-on ? » — ÉTÉ ; À « É »…"
SOUND = [CHINESE, JAPANESE, ITALIAN, RUSSIAN, FRENCH]


def read_as(text, *codecs):
    for codec in codecs:
        raw = text.encode()
        # Windows-1252 as browsers read it: its five gaps are control characters.
        text = (
            "".join(bytes([b]).decode(codec, "ignore") or chr(b) for b in raw)
            if codec == "cp1252"
            else raw.decode(codec)
        )
    return text


def restored(text):
    found = restoration(text)
    return found.text if found else None


CODECS = ["latin-1", "cp1252", "ptcp154", "gb18030", "cp855", "cp1256"]


@pytest.mark.parametrize(
    "text",
    [*SOUND, "\n".join(SOUND), "", "plain", "联通", "联通\n" * 20, "“数据×”、“要素×”和“×”", "род сад " * 20],
)
def test_sound_text_is_left_alone(text):
    assert restored(text) is None
    assert garbled_line(text) is None


@pytest.mark.parametrize("codecs", [*[(c,) for c in CODECS], *itertools.product(CODECS[:4], repeat=2)])
@pytest.mark.parametrize("text", [CHINESE, JAPANESE, ITALIAN * 2, RUSSIAN])
def test_wrong_readings_are_undone(text, codecs):
    text = f"A heading\n\n{text}\n{text}\n"
    try:
        garbled = read_as(text, *codecs)
    except UnicodeDecodeError:
        pytest.skip("bytes that this codec cannot read are lost")
    assert restored(garbled) == text


WORDS = {
    "Chinese": (
        ["今天", "的", "报纸", "，", "我们", "在", "城市", "。", "图书馆", "是", "新", "了", "“春天”"],
        "",
    ),
    "Japanese": (["図書館", "は", "春に", "開きます", "。", "新しい", "本", "が", "たくさん", "、"], ""),
    "Italian": (["città", "è", "più", "perché", "no", "già", "l’università", "così", "bella"], " "),
    "Russian": (["завтра", "в", "городе", "откроется", "новая", "библиотека", "и", "«Мир»", "я"], " "),
}


@st.composite
def sentences(draw, language, least=0):
    words, between = WORDS[language]
    return between.join(draw(st.lists(st.sampled_from(words), min_size=least, max_size=60)))


@pytest.mark.parametrize("language", WORDS)
@given(drawn=st.data())
def test_no_sound_text_is_changed(language, drawn):
    assert restored(drawn.draw(sentences(language))) is None


@pytest.mark.parametrize("codecs", [*[(c,) for c in CODECS[:4]], *itertools.product(CODECS[:4], repeat=2)])
@pytest.mark.parametrize("language", WORDS)
@settings(max_examples=15, suppress_health_check=list(HealthCheck), derandomize=True)
@given(drawn=st.data())
def test_what_is_lossless_comes_back(language, codecs, drawn):
    """The same texts each time: what asks for proof gives up one of a few words again and again."""
    text = drawn.draw(sentences(language, least=20))
    assume(len(set(text)) > 9)
    try:
        garbled = read_as(text, *codecs)
    except UnicodeDecodeError:
        return  # lossy
    assert restored(garbled) == text


PIECES = [
    "×",
    "é",
    "Ã",
    "Ã ",
    "Ã©",
    "â€œ",
    "â",
    "€",
    "ё",
    "СЌ",
    "锛",
    "鈥",
    "銆",
    "锟斤拷",
    "中",
    "\xa0",
    "·",
    "a",
    "\n",
]


@given(st.lists(st.sampled_from([*PIECES, *(read_as(text, "cp1252") for text in SOUND)]), max_size=40))
def test_a_quick_look_rules_out_only_texts_without_repairs_and_reports(pieces):
    text = "".join(pieces) + 400 * "a"
    if is_sound(text, odd_characters(text)):
        assert restoration(text) is None
        assert garbled_line(text) is None


def test_a_quick_look_rules_out_a_page_with_a_sign_to_close_it():
    text = f"{20 * CHINESE}\n\n×\n\n关闭"
    assert is_sound(text, odd_characters(text))


def test_a_page_may_mix_sound_and_garbled_paragraphs():
    garbled = read_as(CHINESE, "ptcp154")
    assert restored(f"{CHINESE}\n\n{garbled}\n\n{ITALIAN}") == f"{CHINESE}\n\n{CHINESE}\n\n{ITALIAN}"


def test_a_stripped_space_is_put_back_where_only_one_byte_can_have_stood_there():
    garbled = read_as(f"[文章]\n{CHINESE}", "ptcp154").replace("\xa0]", "]")
    assert restored(garbled) == f"[文章]\n{CHINESE}"


def test_what_lost_bytes_stays_and_is_counted():
    garbled = read_as(CHINESE + "文章", "cp1252").removesuffix("\xa0")
    found = restoration(garbled)
    assert found.text == CHINESE + "文ç«"
    assert found.lost == 1


@pytest.mark.parametrize("text", ["一行\n锟斤拷锟斤拷", "一行\n銆妫锛鐨鈥�"])
def test_what_nobody_can_restore_is_told(text):
    assert restored(text) is None
    assert garbled_line(text) == 2


def test_a_clipping_is_restored_with_title_and_source(tmp_path):
    text = f"---\ntitle: {CHINESE}\nsource: 日报\ndate: 2024-07-03\n---\n\n{CHINESE}\n"
    (tmp_path / "x.md").write_text(read_as(text, "latin-1"), "utf-8")
    clipping, problems = read_clipping(tmp_path, "x.md")
    assert clipping.fields["title"] == clipping.body == CHINESE
    assert clipping.fields["source"] == "日报"
    assert [(p.line, p.severity) for p in problems] == [(2, Severity.NOTICE)]
    assert "LATIN-1" in problems[0].message or "CP1252" in problems[0].message


def test_a_clipping_that_cannot_be_restored_is_published_with_a_warning(tmp_path):
    (tmp_path / "x.md").write_text("---\ntitle: A\n---\n\n锟斤拷锟斤拷\n", "utf-8")
    clipping, problems = read_clipping(tmp_path, "x.md")
    assert clipping.body == "锟斤拷锟斤拷"
    assert [(p.line, p.severity) for p in problems] == [(5, Severity.WARNING)]


def test_lost_characters_are_a_warning(tmp_path):
    (tmp_path / "x.md").write_text(read_as(CHINESE + "文章", "cp1252").removesuffix("\xa0"), "utf-8")
    _, problems = read_clipping(tmp_path, "x.md")
    assert ("1 character is lost" in problems[0].message, problems[0].severity) == (True, Severity.WARNING)


def test_control_characters_that_restoring_brings_up_are_left_out(tmp_path):
    (tmp_path / "x.md").write_text(read_as(CHINESE + "\x80", "cp1252"), "utf-8")
    assert read_clipping(tmp_path, "x.md")[0].body == CHINESE


def test_a_few_curly_quotes_through_two_codecs_are_undone_beside_sound_spaces():
    text = "It’s what we’ll see – “soon”.\nWho’d know?"
    assert (
        restored(read_as(text, "latin-1", "gb18030") + "\n\nA\xa0line. " * 40)
        == text + "\n\nA\xa0line. " * 40
    )
