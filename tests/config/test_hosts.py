"""Which hosts a site fits is said in one line."""

import pytest

from generator.cli.console import size_line
from generator.config.hosts import HOSTS, Size, exceeded_limit


def size(**changes: int) -> Size:
    return Size(**{"files": 100, "bytes": 10**6, "largest": 10**5} | changes)


def test_a_small_site_fits_all():
    assert not any(exceeded_limit(host, size()) for host in HOSTS)
    assert size_line(size()) == "100 files, 1.0 MB: fits Cloudflare Pages, GitHub Pages"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"files": 20_001}, "fits GitHub Pages; too large for Cloudflare Pages (20,000 files)"),
        ({"bytes": 10**9 + 1}, "fits Cloudflare Pages; too large for GitHub Pages (1 GB)"),
        ({"largest": 26 * 1024**2}, "fits GitHub Pages; too large for Cloudflare Pages (25 MiB a file)"),
    ],
)
def test_a_limit_that_is_exceeded_is_named_with_a_way_out(changes, told):
    line = size_line(size(**changes))
    assert told in line
    assert line.endswith('`articles = "recent"` makes fewer pages')


def test_a_site_that_fits_nowhere():
    line = size_line(size(files=150_000, bytes=2 * 10**9))
    assert "fits" not in line
    assert (
        "2,000.0 MB: too large for Cloudflare Pages (20,000 files); too large for GitHub Pages (1 GB)" in line
    )
