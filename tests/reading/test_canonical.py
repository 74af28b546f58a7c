import pytest

from generator.reading.canonical import keys_of

MIRROR = "https://buaq.net/go-1.html"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Example.org/a/b/?utm_source=rss&id=7&fbclid=x#comments", "example.org/a/b?id=7"),
        ("http://example.org/a/b?id=7", "example.org/a/b?id=7"),
        ("https://example.org/a?b=2&a=1", "example.org/a?a=1&b=2"),
        ("https://example.org:8443/a", "example.org:8443/a"),
        ("https://example.org/list#third", "example.org/list?#third"),
        ("https://example.org/%E5%AD%97", "example.org/字"),
        ("https://example.org/post/amp/", "example.org/post"),
        (
            "https://mp.weixin.qq.com/s?mid=2&__biz=Mz==&idx=1&sn=ab&scene=27#wechat_redirect",
            "wechat:Mz==/2/1",
        ),
        ("https://mp.weixin.qq.com/s/AbC-d", "mp.weixin.qq.com/s/AbC-d"),
        ("https://twitter.com/Ann/status/1?s=20", "x.com/ann/status/1?s=20"),
        ("https://GitHub.com/Ann/Tool/", "github.com/ann/tool"),
        ("https://www.google.com/url?q=https://example.org/a&sa=D", "example.org/a"),
        ("https://link.zhihu.com/?target=https%3A//example.org/a", "example.org/a"),
        ("https://go.theregister.com/feed/www.theregister.com/2024/07/01/a/", "theregister.com/2024/07/01/a"),
        ("https://web.archive.org/web/20240101000000/https://example.org/a", "example.org/a"),
        (
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa",
            "example.org/a",
        ),
    ],
)
def test_an_address_is_known_by_what_does_not_differ_between_copies(url, key):
    assert keys_of(url) == (key,)


@pytest.mark.parametrize(
    ("url", "keys"),
    [
        ("https://packetstormsecurity.com/files/178425/a.sh.txt", ("packetstormsecurity.com/files/178425",)),
        (
            "https://packetstormsecurity.com/files/download/178425/a",
            ("packetstormsecurity.com/files/178425",),
        ),
        (
            "https://sploitus.com/exploit?id=PACKETSTORM:178425&utm_source=rss",
            ("sploitus.com/exploit?id=PACKETSTORM:178425", "packetstormsecurity.com/files/178425"),
        ),
        (
            "https://sploitus.com/exploit?id=EDB-ID:52023",
            ("sploitus.com/exploit?id=EDB-ID:52023", "exploit-db.com/exploits/52023"),
        ),
        ("https://sploitus.com/exploit?id=8A90-4F", ("sploitus.com/exploit?id=8A90-4F",)),
    ],
)
def test_a_collection_tells_by_number_where_it_has_an_exploit_from(url, keys):
    assert keys_of(url) == keys


@pytest.mark.parametrize(
    ("text", "further"),
    [
        ("# Type moves https://example.org/a\n\n# JavaScript", ("example.org/a",)),
        ("Type moves https://www.example.org/a?utm_source=x", ("example.org/a",)),
        ("# Type moves https://example.org/a-long-addr...\n\nJavaScript", ()),
        ("# Type moves\n\nhttps://example.org/a", ()),
        ("", ()),
    ],
)
def test_a_post_is_known_by_the_page_that_it_hands_on_too(text, further):
    assert keys_of("https://x.com/Ann/status/1", text) == ("x.com/ann/status/1", *further)


@pytest.mark.parametrize("url", [None, "https://example.org", "https://example.org/?utm_source=rss"])
def test_what_leads_to_no_page_is_no_key(url):
    assert keys_of(url) == ()


@pytest.mark.parametrize("url", ["https://[::1", "https://example.org:99999/a", "https:///"])
def test_a_broken_address_is_no_key(url):
    assert keys_of(url) == ()


@pytest.mark.parametrize(
    "line",
    [
        "文章来源: https://mp.weixin.qq.com/s?\\_\\_biz=Mz==&mid=2&idx=1&sn=c",
        "文章来源：[here](https://mp.weixin.qq.com/s?__biz=Mz==&mid=2&idx=1)",
    ],
)
def test_a_mirror_is_known_by_the_page_that_it_names_too(line):
    assert keys_of(MIRROR, f"Some text\n\n{line}\n如有侵权") == ("buaq.net/go-1.html", "wechat:Mz==/2/1")


def test_a_page_that_is_no_mirror_names_sources_without_being_them():
    assert keys_of("https://example.org/a", "文章来源: https://other.example/b") == ("example.org/a",)


def test_redirectors_within_redirectors_come_to_an_end():
    url = "https://example.org/a"
    for _ in range(10):
        url = f"https://www.google.com/url?q={url}"
    assert len(keys_of(url)) == 1
