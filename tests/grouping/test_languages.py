from generator.grouping.languages import unlisted_languages
from generator.model.errors import Severity


def test_languages_found_often_are_a_notice_each():
    told = unlisted_languages(["it"] * 57 + ["de"] * 9 + ["fr"] * 10)
    assert [(one.kind, one.severity, one.path) for one in told] == [
        ("language", Severity.NOTICE, "digest.toml")
    ] * 2
    assert [str(one) for one in told] == [
        "digest.toml: at least 10 articles are in `fr`, which `languages` does not list; "
        'add "fr" to `languages`',
        "digest.toml: at least 50 articles are in `it`, which `languages` does not list; "
        'add "it" to `languages`',
    ]


def test_one_more_article_seldom_changes_the_notice():
    assert unlisted_languages(["it"] * 57) == unlisted_languages(["it"] * 58)
