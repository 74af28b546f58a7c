"""Every target does what a publish needs, by real servers where it needs one."""

from __future__ import annotations

import contextlib
import functools
import random

import pytest
from published import SITE, Killed, write_output
from published import publish_to as publish_quickly
from servers import PLACES, FolderPlace, Place, RclonePlace, SeaweedPlace

from generator.model.errors import BuildError
from generator.publish import prepare, publish
from generator.publish.lock import PACE
from generator.publish.preparing import read_build
from generator.publish.record import decode
from generator.publish.store import RECORD

publish_to = functools.partial(publish_quickly, pace=PACE)


@pytest.fixture(params=PLACES, ids=lambda kind: kind.__name__)
def place(request, tmp_path, servers) -> Place:
    """A place to publish to. Skipped where its server is not installed."""
    return request.param(tmp_path / "place", servers)


@pytest.fixture
def output(tmp_path):
    return write_output(tmp_path / "public", SITE)


def changed_site() -> dict[str, bytes]:
    files = {**SITE, "index.html": b"new front", "articles/ef/efg.html": b"a new article"}
    del files["articles/cd/cde.html"], files["sources/a/index.html"], files["assets/style.css"]
    return files


def test_a_publish_ends_in_exactly_the_folder(place, output):
    with place.opened() as store:
        published = publish_to(store, output)
        assert store.name == place.address
    assert published.uploaded == len(SITE)
    assert place.site() == SITE
    with place.opened() as store:
        assert publish_to(store, output) is None


def test_only_the_difference_is_uploaded(place, output):
    with place.opened() as store:
        publish_to(store, output)
    write_output(output, changed_site())
    done: list[str] = []
    with place.opened() as store:
        publish_to(store, output, done=done.append, yes=True)
    assert sorted(done) == [
        "articles/cd/cde.html", "articles/ef/efg.html", "index.html", "sources/a/index.html",
    ]  # fmt: skip
    assert place.site() == {**changed_site(), "assets/style.css": SITE["assets/style.css"]}


def test_files_of_others_stay(place, output):
    theirs = {"CNAME": b"theirs", "photos/a.jpg": b"theirs"}
    place.put(theirs)
    with (
        place.opened() as store,
        pytest.raises(AssertionError, match="files of somebody else are there"),
    ):
        publish_to(store, output)
    with place.opened() as store:
        publish_to(store, output, yes=True)
    with place.opened() as store:
        publish_to(store, write_output(output, changed_site()), yes=True)
    assert place.site() == {**changed_site(), "assets/style.css": SITE["assets/style.css"], **theirs}


def test_a_file_that_somebody_put_there_since_is_never_replaced_without_consent(place, output):
    with place.opened() as store:
        publish_to(store, output)
    place.put({"articles/ef/efg.html": b"theirs"})
    files = {**SITE, "articles/ef/efg.html": b"ours", "index.html": b"new"}
    write_output(output, files)
    with place.opened() as store, pytest.raises((BuildError, AssertionError), match=r"efg\.html"):
        publish_to(store, output)
    assert place.site() == {**SITE, "articles/ef/efg.html": b"theirs"}
    with place.opened() as store:
        publish_to(store, output, yes=True)
    assert place.site() == files


def test_a_listing_stands_in_for_a_lost_record(place, output):
    with place.opened() as store:
        publish_to(store, output)
    place.delete(RECORD)
    with place.opened() as store:
        told = store.read()
        listed = store.list()
    assert told is None
    assert listed.keys() == SITE.keys()
    with place.opened() as store:
        assert publish_to(store, output, yes=True).uploaded == (0 if place.tells_content else len(SITE))
    assert place.site() == SITE


def test_a_publish_that_is_killed_is_finished_by_the_next(place, output):
    chance = random.Random(19)
    for turn in range(place.kills):
        files = changed_site() if turn % 2 else SITE
        write_output(output, {**files, "turn.html": b"%d" % turn})
        left = chance.randrange(8)

        def done(_path):
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed

        with place.opened() as store, contextlib.suppress(Killed):
            publish_to(store, output, done=done, yes=True)
        with place.opened() as store:
            publish_to(store, output, yes=True)
        kept = {path: data for path, data in place.site().items() if path in files or path == "turn.html"}
        assert kept == {**files, "turn.html": b"%d" % turn}
        assert place.site().keys() - kept.keys() <= {"assets/style.css"}


def test_of_two_publishes_one_wins(place, output):
    if not place.is_conditional:
        pytest.skip("this server ignores the conditions of a request")
    with place.opened() as store:
        publish_to(store, output)
    write_output(output, changed_site())
    with place.opened() as first, place.opened() as second:
        prepared = prepare(first, output, read_build(output), notice=print)
        publish_to(second, write_output(output, {**changed_site(), "index.html": b"another"}), yes=True)
        write_output(output, changed_site())
        with pytest.raises(BuildError, match="somebody else"):
            publish(first, prepared, done=lambda _path: None)
    assert place.files()["index.html"] == b"another"
    assert decode(place.files()[RECORD], "").is_finished


def test_what_an_interrupted_publish_uploaded_is_known_as_ours(place, output):
    if not place.is_conditional:
        pytest.skip("this server ignores the conditions of a request")

    def done(path):
        if path == "feed.atom.xml":
            raise Killed

    with place.opened() as store, contextlib.suppress(Killed):
        publish_to(store, output, done=done)
    done_again: list[str] = []
    with place.opened() as store:
        finished = publish_to(store, output, done=done_again.append)
    assert sorted(done_again) == sorted(SITE)
    assert finished.uploaded + finished.kept == len(SITE)
    assert place.site() == SITE


AS_FILE, AS_FOLDER = {**SITE, "x": b"a file"}, {**SITE, "x/index.html": b"in a folder"}


@pytest.mark.parametrize(("before", "after"), [(AS_FILE, AS_FOLDER), (AS_FOLDER, AS_FILE)])
@pytest.mark.parametrize("yes", [False, True])
def test_a_folder_may_take_the_place_of_a_file(place, tmp_path, before, after, yes):
    if isinstance(place, SeaweedPlace | RclonePlace):
        pytest.skip("its server keeps objects in folders")
    output = write_output(tmp_path / "public", before)
    with place.opened() as store:
        publish_to(store, output)
    write_output(output, after)
    with place.opened() as store:
        publish_to(store, output, yes=yes)
    assert place.site() == after


@pytest.mark.parametrize("after", [AS_FILE, AS_FOLDER])
def test_a_publish_that_was_killed_after_it_made_room_is_finished(tmp_path, after):
    place, output = FolderPlace(tmp_path / "place", None), write_output(tmp_path / "public", AS_FILE)
    with place.opened() as store:
        publish_to(store, output)
    write_output(output, AS_FOLDER)
    with place.opened() as store, pytest.raises(Killed):
        publish_to(store, output, done=raising_killed)
    assert "x" not in place.site()
    write_output(output, after)
    with place.opened() as store:
        publish_to(store, output)
    assert place.site() == after
    assert decode(place.files()[RECORD], "").is_finished


def raising_killed(_path):
    raise Killed
