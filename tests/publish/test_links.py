"""Links in a place of files: they are somebody else's, and never followed, replaced or deleted."""

from __future__ import annotations

import pytest
from published import SITE, publish_to, write_output
from servers import FolderPlace, RsyncDaemonPlace, RsyncPlace, SftpPlace

from generator.model.errors import BuildError

NEW = "articles/ef/efg.html"


@pytest.fixture(params=[FolderPlace, SftpPlace, RsyncPlace, RsyncDaemonPlace], ids=lambda kind: kind.__name__)
def place(request, tmp_path, servers):
    return request.param(tmp_path / "place", servers)


@pytest.fixture
def output(tmp_path):
    return write_output(tmp_path / "public", SITE)


@pytest.fixture
def outside(tmp_path):
    """A folder of somebody else, beside the place."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "cde.html").write_bytes(b"theirs")
    return folder


def publish_site(place, output, files=SITE, **options):
    with place.opened() as store:
        return publish_to(store, write_output(output, files), **options)


def test_what_is_behind_a_linked_folder_is_not_written(place, output, outside):
    files = {path: data for path, data in SITE.items() if not path.startswith("articles/")}
    publish_site(place, output, files)
    (place.root / "articles").symlink_to(outside)
    with pytest.raises(BuildError, match="articles: is in the place of a folder of the site; move it away"):
        publish_site(place, output, yes=True)
    assert [file.name for file in outside.iterdir()] == ["cde.html"]
    assert (place.root / "articles").readlink() == outside


def test_a_link_in_the_place_of_a_folder_is_found_before_the_first_publish_begins(place, output, outside):
    place.root.mkdir(parents=True)
    (place.root / "articles").symlink_to(outside)
    with pytest.raises(BuildError, match="in the place of folders of the site: articles; move them away"):
        publish_site(place, output, yes=True)
    assert [file.name for file in place.root.iterdir()] == ["articles"]


def test_what_is_behind_a_linked_folder_is_not_deleted(place, output, outside):
    publish_site(place, output)
    (place.root / "articles/cd/cde.html").unlink()
    (place.root / "articles/cd").rmdir()
    (place.root / "articles/cd").symlink_to(outside)
    files = {path: data for path, data in SITE.items() if path != "articles/cd/cde.html"}
    publish_site(place, output, files)
    assert (outside / "cde.html").read_bytes() == b"theirs"
    assert (place.root / "articles/cd").readlink() == outside


@pytest.mark.parametrize("path", [NEW, "index.html"], ids=["new", "changed"])
def test_a_link_in_the_place_of_a_file_is_not_replaced_without_consent(place, output, outside, path):
    publish_site(place, output)
    (place.root / path).parent.mkdir(exist_ok=True)
    (place.root / path).unlink(missing_ok=True)
    (place.root / path).symlink_to(outside / "cde.html")
    files = {**SITE, NEW: b"new", "index.html": b"new"}
    with pytest.raises(BuildError, match=path):
        publish_site(place, output, files)
    assert (place.root / path).readlink() == outside / "cde.html"
    publish_site(place, output, files, yes=True)
    assert place.site() == files
    assert not (place.root / path).is_symlink()
    assert (outside / "cde.html").read_bytes() == b"theirs"


def test_a_link_in_the_place_of_a_file_is_not_deleted(place, output, outside):
    publish_site(place, output)
    (place.root / "articles/cd/cde.html").unlink()
    (place.root / "articles/cd/cde.html").symlink_to(outside / "cde.html")
    files = {path: data for path, data in SITE.items() if path != "articles/cd/cde.html"}
    publish_site(place, output, files)
    assert (place.root / "articles/cd/cde.html").readlink() == outside / "cde.html"


def test_folders_that_become_empty_are_deleted_and_others_stay(place, output):
    publish_site(place, output)
    place.put({"sources/a/notes.txt": b"theirs"})
    files = {path: data for path, data in SITE.items() if "articles/c" not in path and "sources/" not in path}
    publish_site(place, output, files)
    assert place.site() == {**files, "sources/a/notes.txt": b"theirs"}
    assert not (place.root / "articles/cd").exists()
    assert sorted(folder.name for folder in (place.root / "sources").iterdir()) == ["a"]
