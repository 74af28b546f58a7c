"""A title without a text is in the language that its letters and words tell, or in none."""

import pytest

from generator.reading.language import UNKNOWN
from generator.reading.title_language import language_of_title


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Linotype", "en"),
        ("The press rests", "en"),
        ("Paper prices rise", "en"),
        ("Café owners print menus", "en"),
        ("Neue Presse eröffnet", UNKNOWN),
        ("Nuova falla in Linotype", UNKNOWN),
        ("Sciopero dei tipografi", UNKNOWN),
        ("Nieuwe pers open", UNKNOWN),
        ("Falha no Linotype", UNKNOWN),
        ("Strejk på tryckeriet", UNKNOWN),
        ("Prasa zamknięta", UNKNOWN),
        ("Linotypeの不具合", "ja"),
        ("Linotype 漏洞", "zh"),
        ("Преса і папір", "uk"),
        ("Печать закрыта", "ru"),
        ("چاپخانه بسته شد", "fa"),
        ("إضراب المطبعة", "ar"),
    ],
)
def test_of_a_site_in_chinese_and_english(title, language):
    assert language_of_title(title, ("zh", "en")) == language


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Neue Presse eröffnet", "de"),
        ("Warum Pressen singen", "de"),
        ("Grève à la presse", "fr"),
        ("Nueva huelga de papel", "es"),
        ("Sciopero dei tipografi", "it"),
        ("印刷機の薬", "ja"),
        ("新薬開発", "ja"),
        ("Strejk på tryckeriet", UNKNOWN),
        ("Paper prices rise", "en"),
    ],
)
def test_of_a_site_in_many_languages(title, language):
    assert language_of_title(title, ("zh", "en", "it", "ja", "es", "fr", "de")) == language
