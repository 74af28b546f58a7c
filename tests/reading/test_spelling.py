"""Keys of front matter under other spellings, and with typing errors."""

import pytest

from generator.reading.spelling import LONGEST, is_one_edit_away, spelling


@pytest.mark.parametrize(
    "key",
    [
        "isprivate",
        "isPrivate",
        "is_private",
        "Is-Private",
        "IS PRIVATE",
        "is__private-",
        "is\u2011private",
        "is\u2013private",
        "\uff49\uff53\uff3f\uff30\uff52\uff49\uff56\uff41\uff54\uff45",
        "\uff49\uff53\uff0d\uff50\uff52\uff49\uff56\uff41\uff54\uff45",
        "is\u3000private",
    ],
)
def test_case_width_hyphens_underscores_and_spaces_do_not_count(key):
    assert spelling(key) == "isprivate"


@pytest.mark.parametrize("key", ["is.private", "isprivate2", "is/private", "\u0456sprivate"])
def test_other_signs_and_letters_count(key):
    assert spelling(key) != "isprivate"


def test_a_very_long_key_is_left_as_it_is():
    assert spelling("A-" * LONGEST) == "A-" * LONGEST


@pytest.mark.parametrize("word", ["ulr", "rul", "ur", "rl", "uurl", "urls", "uri", "xrl", "uxl"])
def test_a_word_with_one_typing_error_is_one_edit_away(word):
    assert is_one_edit_away(word, "url")


@pytest.mark.parametrize("word", ["url", "", "u", "lru", "urlxx", "ur1", "url2", "2url", "link", "ulrs"])
def test_other_words_are_not(word):
    assert not is_one_edit_away(word, "url")


def test_a_long_word_with_an_error_in_any_place_is_one_edit_away():
    meant = "visibility"
    for at in range(len(meant)):
        before, after = meant[:at], meant[at:]
        assert is_one_edit_away(before + after[1:], meant)
        assert is_one_edit_away(f"{before}q{after}", meant)
        assert is_one_edit_away(f"{before}q{after[1:]}", meant)
        if after[:1] != after[1:2] and len(after) > 1:
            assert is_one_edit_away(before + after[1] + after[0] + after[2:], meant)
