"""Compressed copies: their bytes, their place in the order, and that they leave with their files."""

from __future__ import annotations

import gzip
import sys

import brotli
import pytest
from published import SITE, Memory, publish_to, write_output
from servers import FolderPlace, RsyncPlace, SftpPlace

from generator.model.errors import BroadsheetError
from generator.publish.compression import compressed, with_copies
from generator.publish.kinds import is_text

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ALL = ("gz", "br", "zst")
DECODERS = {"gz": gzip.decompress, "br": brotli.decompress, "zst": zstd.decompress}


@pytest.fixture
def output(tmp_path):
    return write_output(tmp_path / "public", SITE)


def with_plain(site, files):
    """What a site must hold: each file, and each copy with the bytes of its original."""
    plain = {path: data for path, data in site.items() if not path.endswith(ALL)}
    for path, data in plain.items():
        for encoding in ALL if is_text(path) else ():
            assert DECODERS[encoding](site.pop(f"{path}.{encoding}")) == data
    return site == files


@pytest.mark.parametrize("place", [FolderPlace, SftpPlace, RsyncPlace])
def test_copies_stand_beside_their_files_and_leave_with_them(place, output, tmp_path, servers):
    place = place(tmp_path / "place", servers)
    with place.opened() as store:
        publish_to(store, output, encodings=ALL)
    assert with_plain(place.site(), SITE)
    with place.opened() as store:
        assert publish_to(store, output, encodings=ALL) is None
    files = {**SITE, "index.html": b"new"}
    del files["articles/cd/cde.html"]
    with place.opened() as store:
        published = publish_to(store, write_output(output, files), encodings=ALL, yes=True)
    assert (published.uploaded, len(published.deleted)) == (4, 4)
    assert with_plain(place.site(), files)
    with place.opened() as store:
        assert len(publish_to(store, output, yes=True).deleted) == 3 * (len(files) - 1)
    assert place.site() == {**files, **{path: data for path, data in place.site().items() if ".css" in path}}


def test_copies_are_uploaded_with_their_files(output):
    store = Memory()
    publish_to(store, output, encodings=["gz"])
    uploads = [request.removeprefix("put ") for request in store.requests if request.startswith("put")]
    assert uploads[:2] == ["assets/style.css", "assets/style.css.gz"]
    assert [path for path in uploads if path.startswith("articles/")] == sorted(
        path for path in store.site if path.startswith("articles/")
    )
    assert uploads.index("articles/cd/cde.html.gz") < uploads.index("sources/a/index.html.gz")
    assert uploads.index("sources/a/index.html.gz") < uploads.index("index.html.gz")


def test_a_damaged_copy_is_found(output, tmp_path, servers):
    place = FolderPlace(tmp_path / "place", servers)
    with place.opened() as store:
        publish_to(store, output, encodings=ALL)
    place.put({"index.html.br": b"damaged"})
    with place.opened() as store:
        assert publish_to(store, output, encodings=ALL, verify=True).uploaded == 1
    assert with_plain(place.site(), SITE)


def test_the_same_text_gives_the_same_bytes():
    text = "".join(map(str, range(30_000))).encode()
    for encoding in ALL:
        assert compressed(text, encoding) == compressed(text, encoding)
        assert DECODERS[encoding](compressed(text, encoding)) == text


def test_only_text_is_compressed_and_the_sites_own_files_take_precedence():
    files = {"a.html": "1", "a.html.gz": "2", "b.png": "3", "c.svg": "4", "d.txt.gz": "5"}
    assert with_copies(files, ["gz"]) == {**files, "c.svg.gz": "4.gz"}


def test_a_missing_library_is_named(monkeypatch):
    for module in ("brotli", "compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(BroadsheetError, match=r"needs the library brotli; .*broadsheet\[precompress\]"):
        with_copies({"a.html": "1"}, ["br"])
    with pytest.raises(BroadsheetError, match=r"needs the library backports\.zstd"):
        with_copies({"a.html": "1"}, ["zst"])
