import pytest

from generator.grouping.places import home_of, is_channel, is_of_one, is_respelt


@pytest.mark.parametrize(
    ("key", "home"),
    [
        ("wechat:MzA5/22/1", "wechat:MzA5"),
        ("x.com/printer/status/1", "x.com/printer"),
        ("news.example/2024/07/type", "news.example"),
    ],
)
def test_a_home_is_a_host_or_an_account_on_it(key, home):
    assert home_of(key) == home


@pytest.mark.parametrize(
    ("key", "is_one"),
    [
        ("news.example/post/123456", True),
        ("news.example/2024/07/12/type", True),
        ("news.example/old-type-foundry.html", True),
        ("news.example/2024/07", False),
        ("news.example/type", False),
        ("news.example/lists-of-all-presses", False),
        ("news.example/list?page=123456", False),
        ("news.example/tags/old-type-foundry", False),
        ("github.com/old/type-foundry-123456", False),
    ],
)
def test_an_address_is_an_articles_by_number_date_or_words(key, is_one):
    assert is_of_one(key, {"an", "old", "type", "foundry"}) is is_one


def test_a_category_is_a_channel():
    assert is_channel("news.example/category/type")
    assert not is_channel("news.example/categories-of-type")


def test_an_address_is_spelt_anew_with_its_title():
    old, new = "news.example/print/type-is-lost.html", "news.example/print/type-is-sold.html"
    assert is_respelt(old, new, ["type", "is", "lost"], ("lost", "sold"))
    assert not is_respelt(old, new, ["all", "type", "is", "lost"], ("lost", "sold"))
    assert not is_respelt(old, "other.example/print/type-is-sold", ["type", "is", "lost"], ("lost", "sold"))
