"""Articles that come from the cache share what is equal."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from generator.engine.document_table import stored_article, zoned_article
from generator.model.types import Article, Verdict

ZONE = dt.timezone(dt.timedelta(hours=8))
FETCHED = dt.datetime(2024, 7, 3, 20, 0, tzinfo=dt.UTC)


def read(path: str) -> Article:
    article = Article(
        id=path, path=path, title="A title", language="zh-CN", title_language="zh-CN", url=None,
        source="A source", date=dt.date(2024, 7, 3), fetched=FETCHED, verdict=Verdict.CUT, reason="it ends",
    )  # fmt: skip
    return msgspec.msgpack.decode(msgspec.msgpack.encode(article), type=Article)


def test_equal_values_are_one_object() -> None:
    one, other = (stored_article(read(path), ZONE) for path in ("a.md", "b.md"))
    for name in ("language", "title_language", "source", "date", "reason"):
        assert getattr(one, name) is getattr(other, name)


@pytest.mark.parametrize("from_cache", [stored_article, zoned_article])
def test_times_are_in_the_zone_of_the_site(from_cache) -> None:
    found = from_cache(read("a.md"), ZONE)
    assert found.fetched == FETCHED
    assert found.fetched.tzinfo is ZONE
    assert found.time is None
