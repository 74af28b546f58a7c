"""A build deletes most files only where the articles or the configuration explain it."""

from __future__ import annotations

import pytest

from generator.config.options import Options
from generator.config.site import Config
from generator.model.errors import LossError
from generator.output.deletions import check_deletions
from writing import NOW, site_in


def test_feeds_go_with_the_address_of_the_site(tmp_path):
    site = site_in(tmp_path)
    kept = {f"sources/{n}/index.html": "" for n in range(20)}
    feeds = {f"sources/{n}/feed.{form}": "" for n in range(20) for form in ("atom.xml", "json")}
    old = (
        kept | feeds | {"feed.rss.xml": "", "sitemap.xml": "", "sitemaps/2024-07.xml": "", "sources.opml": ""}
    )
    assert site.config == Config()
    check_deletions(site, Options(as_of=NOW), old, kept, ())
    with pytest.raises(LossError, match="21 of the 22 files"):
        check_deletions(site, Options(as_of=NOW), {**kept, "a": "", "b": ""}, {"b": ""}, ())
