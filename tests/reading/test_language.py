import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.model.types import direction
from generator.reading.language import (
    UNKNOWN,
    language_by_script,
    language_of,
    likely_language,
    reading_minutes,
)

TEXTS = {
    "zh": "报纸的版面分成几栏，每一栏讲一件事。",
    "ja": "新聞の紙面はいくつかの段に分かれています。",
    "ko": "신문의 지면은 여러 단으로 나뉘어 있습니다.",
    "en": "The page of a newspaper is cut into columns, and each of them tells one story to the reader.",
    "ru": "Газетная полоса делится на колонки.",
    "ar": "تنقسم صفحة الجريدة إلى أعمدة.",
    "he": "עמוד העיתון מחולק לטורים.",
    "el": "Η σελίδα της εφημερίδας χωρίζεται σε στήλες.",
    "th": "หน้าหนังสือพิมพ์แบ่งเป็นคอลัมน์",
    "hi": "अख़बार का पन्ना स्तंभों में बँटा होता है।",
}
LATIN = {
    "en": TEXTS["en"],
    "it": "La pagina di un giornale è divisa in colonne, e ognuna di esse racconta una storia al lettore.",
    "fr": "La page d'un journal est divisée en colonnes, et chacune raconte une histoire pour le lecteur.",
    "es": "La página de un periódico se divide en columnas, y cada una cuenta una historia al lector.",
    "de": "Die Seite einer Zeitung ist in Spalten geteilt, und jede erzählt dem Leser eine Geschichte.",
    "pt": "A página de um jornal é dividida em colunas, e cada uma delas conta uma história para o leitor.",
    "nl": "De pagina van een krant is verdeeld in kolommen, en elk van hen vertelt een verhaal aan de lezer.",
    "pl": "Strona gazety jest podzielona na kolumny, a każda z nich opowiada czytelnikowi to, co się stało.",
    "sv": "Sidan i en tidning är delad i spalter, och var och en av dem berättar en historia för läsaren.",
    "tr": "Bir gazete sayfası sütunlara ayrılır ve her biri okur için bir hikâye olarak anlatılır.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_script_tells_the_language(language):
    assert language_of(TEXTS[language], ("zh", "en")) == language


@pytest.mark.parametrize("language", LATIN)
def test_common_words_tell_latin_languages_apart(language):
    assert language_of(LATIN[language], ("zh", *LATIN)) == language


def test_the_only_latin_language_of_a_site_is_that_of_its_latin_texts():
    assert language_of("Press releases: columns, headlines, captions", ("zh", "it")) == "it"
    assert language_of("OpenType Variable Fonts", ("zh", "en")) == "en"


@pytest.mark.parametrize("language", sorted(LATIN.keys() - {"en", "it"}))
def test_a_text_in_a_language_that_the_site_does_not_list_is_in_none(language):
    assert language_of(LATIN[language], ("zh", "en", "it")) == UNKNOWN
    assert language_of(LATIN[language], ("zh", "en")) == UNKNOWN
    assert likely_language(LATIN[language]) == language


def test_a_site_without_latin_languages():
    assert language_of(LATIN["de"], ("zh",)) == UNKNOWN
    assert language_of("lorem ipsum dolor amet consetetur", ("zh",)) == UNKNOWN


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("La stampa dei giornali nelle città", UNKNOWN),
        ("Les titres de la presse", UNKNOWN),
        ("Cresce la torchio, così l’Unione difende l’arte", UNKNOWN),
        ("Rotativa dai tre piani: novità", UNKNOWN),
        ("Nueva prensa: actualización de letras", UNKNOWN),
        ("Prensas vendidas activamente", UNKNOWN),
        ("Imprensa vende rotativa em Lisboa", UNKNOWN),
        ("Drucker nutzen alte Pressen aus", UNKNOWN),
        ("Warnung vor Papier", UNKNOWN),
        ("Campagna Press per le PMI", UNKNOWN),
        ("Paper prices, plus two others", "en"),
        ("Press Union Town Samsung", "en"),
        ("Tour de Presse wins in Berlin at last", "en"),
        ("Müller buys the café", "en"),
        ("L'Oréal prints labels", "en"),
        ("U.S. Printer's Union Wins", "en"),
        ("ann starred l3tt3r/pr3ss", "en"),
        ("排字机 Linotype 浅析", "zh"),
        ("关于 Linotype hot metal typesetting（第二部分）", "zh"),
        ("P.R.E.S.S 荐读 Ottmar", "zh"),
        ("Ann released Composing Stick 发布 at the fair", "en"),
    ],
)
def test_titles(title, language):
    assert language_of(title, ("zh", "en")) == language


def test_a_chinese_text_with_much_code_is_chinese():
    text = "先用下面的命令安装排版程序，再打开配置文件。" + " sudo apt install press fonts grid" * 4
    assert language_of(text * 5, ("zh", "en")) == "zh"


def test_latin_names_without_common_words():
    assert language_by_script("Linotype", ("zh", "en")) == "en"
    assert language_by_script("Linotype", ("zh", "it", "en-GB")) == "en-GB"
    assert language_by_script("Linotype", ("zh", "fr")) == "fr"
    assert language_by_script("Linotype", ("zh",)) == UNKNOWN
    assert language_by_script("1906 – 1907", ("zh", "en")) is None


def test_tags_come_back_as_the_site_writes_them():
    assert language_of(TEXTS["zh"], ("zh-Hant", "en-GB")) == "zh-Hant"
    assert language_of(TEXTS["en"], ("zh-Hant", "en-GB")) == "en-GB"
    assert language_of(TEXTS["ru"], ("uk",)) == "uk"


@pytest.mark.parametrize("text", ["", "123 456", "OpenSSL 3.2", "！？", "🙂", "CVE"])
def test_too_little_to_tell(text):
    assert language_of(text, ("zh", "en")) is None


def test_undecided_between_two():
    assert language_of("Roma Milano Torino Napoli", ("it", "en")) is None
    assert language_of("Roma Milano Torino Napoli " * 6, ("zh", "it", "en")) == "en"
    assert language_of("Roma Milano Torino Napoli " * 6, ("zh", "it", "fr")) == "it"


def test_mixed_texts_go_by_what_is_most():
    assert language_of("用 Python 和 PostgreSQL 写一个 web server 的经验", ("zh", "en")) == "zh"
    assert (
        language_of(
            "The word for newspaper in Chinese is 报纸, which reads as paper that reports", ("zh", "en")
        )
        == "en"
    )
    assert language_of("“Smart” quotes — and dashes… are no script of their own", ("zh", "en")) == "en"


def test_scripts_that_the_site_does_not_have_count_half():
    text = "据 تنقسم صفحة الجريدة 报道，这段视频拍摄于一个油田附近"
    assert language_of(text, ("zh", "en")) == "zh"
    assert language_of(text + TEXTS["ar"] * 3, ("zh", "en")) == "ar"


def test_direction():
    assert [direction(tag) for tag in ("ar", "he", "fa-IR", "ks_Arab", "ur")] == ["rtl"] * 5
    assert [direction(tag) for tag in ("zh", "en-GB", "az-Latn", "uz")] == ["ltr"] * 4


def test_reading_time():
    assert reading_minutes("") == 0
    assert reading_minutes(" \n") == 0
    assert reading_minutes("One word") == 1
    assert reading_minutes("word " * 2300) == 10
    assert reading_minutes("字" * 3500) == 10
    assert reading_minutes("字" * 1750 + " word" * 1150) == 10


@given(st.text())
def test_never_raises(text):
    assert language_of(text, ("zh", "en", "it")) is None or language_of(text, ("zh", "en", "it"))
    assert reading_minutes(text) >= 0
