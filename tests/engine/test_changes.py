"""What a save makes stale: every key of the configuration has its row."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from generator.config import resources
from generator.config.site import Config, IdentifierConfig, Site, SourceConfig, TagConfig
from generator.engine.changes import INVALIDATES, Stale, stale_by_config, stale_by_file

SITE = Site(root=Path("/site"), content=Path("/site/content"), output=Path("/site/public"), config=Config())


TAGS = Stale.TAGS | Stale.PAGES | Stale.FILES


def with_config(**changed: object) -> Site:
    return msgspec.structs.replace(SITE, config=msgspec.structs.replace(SITE.config, **changed))


def test_each_key_of_the_configuration_says_what_it_makes_stale() -> None:
    tables = {"sources": SourceConfig, "identifiers": IdentifierConfig, "tags": TagConfig}
    keys = {f"{name}.{key}" for name, table in tables.items() for key in table.__struct_fields__}
    assert {*Config.__struct_fields__, *keys} == INVALIDATES.keys()


@pytest.mark.parametrize(
    ("changed", "stale"),
    [
        ({}, Stale.NOTHING),
        ({"description": "x"}, Stale.PAGES),
        ({"timezone": "Asia/Tokyo"}, Stale.READING),
        ({"drafts": True, "links": "file"}, Stale.GROUPING | Stale.PAGES | Stale.FILES),
        ({"sources": {"Alpha": SourceConfig(home="https://a.example/")}}, Stale.SOURCES | Stale.PAGES),
        ({"sources": {"Alpha": SourceConfig(aliases=("A",))}}, Stale.SOURCES | Stale.PAGES),
        ({"sources": {"Alpha": SourceConfig()}}, Stale.SOURCES | Stale.PAGES),
        ({"identifiers": {"ticket": IdentifierConfig(pattern="T-1")}}, Stale.READING),
        ({"tags": {"AI": TagConfig()}}, TAGS),
        ({"tags": {"AI": TagConfig(hide=True)}}, TAGS),
        ({"tags": {"AI": TagConfig(match=("AI",))}}, TAGS | Stale.READING),
        ({"identifiers": {"cve": IdentifierConfig(url="https://a.example/{id}")}}, Stale.PAGES),
    ],
)
def test_a_changed_key_counts_both_ways(changed: dict[str, object], stale: Stale) -> None:
    other = with_config(**changed).config
    assert stale_by_config(SITE.config, other) == stale
    assert stale_by_config(other, SITE.config) == stale


def test_a_word_of_another_tag_is_not_searched_again() -> None:
    before = with_config(tags={"AI": TagConfig(match=("ai", "LLM")), "ML": TagConfig()}).config
    after = with_config(tags={"AI": TagConfig(match=("ａｉ",)), "ML": TagConfig(match=("ＬＬＭ",))}).config
    assert stale_by_config(before, after) == TAGS


@pytest.mark.parametrize(
    ("file", "stale"),
    [
        ("picks.toml", Stale.PICKS),
        ("digest.toml", Stale.STATIC),
        ("other.toml", Stale.STATIC),
        ("templates", Stale.PAGES),
        ("templates/partials/item.html", Stale.PAGES),
        ("templates/assets/custom.css", Stale.ASSETS),
        (resources.theme() / "assets/style.css", Stale.ASSETS),
        ("static/x.txt", Stale.STATIC),
        ("cleaning/own.toml", Stale.READING),
        ("elsewhere", Stale.GROUPING),
        (resources.theme() / "day.html", Stale.PAGES),
    ],
)
def test_a_changed_file_counts_for_what_it_is(file: str | Path, stale: Stale) -> None:
    assert stale_by_file(SITE, SITE.root / file) == stale
