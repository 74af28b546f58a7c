"""What a publish refuses, asks and leaves behind, with a target in memory."""

from __future__ import annotations

import contextlib
import datetime as dt
import time

import msgspec
import pytest
from published import DAY, QUICK, SITE, Memory, publish_to, write_output

from generator.model.errors import BuildError, Problem
from generator.output import manifest
from generator.publish import Options, lock, prepare
from generator.publish.preparing import read_build
from generator.publish.record import Record, decode, encode
from generator.publish.retry import LONGEST_ASKED
from generator.publish.store import RECORD
from running import until


@pytest.fixture
def output(tmp_path):
    return write_output(tmp_path / "public", SITE)


def questions(store, output, **options):
    built, chosen = read_build(output), Options(**options)
    return prepare(store, output, built, chosen, pace=QUICK, notice=print).questions


def test_nothing_to_do_is_one_request(output):
    store = Memory()
    publish_to(store, output)
    store.requests.clear()
    assert publish_to(store, output) is None
    assert store.requests == ["read"]


def test_requests_are_those_of_the_files_and_few_more(output):
    store = Memory()
    publish_to(store, output)
    store.requests.clear()
    write_output(output, {**SITE, "index.html": b"new", "articles/new.html": b"new"} | {})
    published = publish_to(store, output, pace=lock.PACE)  # at which it need not show that it lives
    assert published.uploaded == 2
    assert store.requests == ["read", "swap", "put articles/new.html", "put index.html", "swap"]


def test_the_record_comes_before_deletions(output):
    store = Memory()
    publish_to(store, output)
    store.requests.clear()
    files = {path: data for path, data in SITE.items() if path != "articles/cd/cde.html"}
    publish_to(store, write_output(output, files), yes=True, pace=lock.PACE)
    assert store.requests == ["read", "swap", "swap", "delete", "swap"]
    assert store.site == files


def test_a_build_that_is_older_is_refused_unless_forced(output):
    store = Memory()
    publish_to(store, output)
    write_output(output, {**SITE, "index.html": b"older"}, DAY - dt.timedelta(1))
    with pytest.raises(BuildError, match="built for 2024-07-03, which is later than 2024-07-02"):
        publish_to(store, output)
    publish_to(store, output, accepts_older=True)
    assert store.files["index.html"] == b"older"


def test_without_a_complete_build_nothing_is_published(tmp_path, output):
    with pytest.raises(BuildError, match="no site to publish"):
        read_build(tmp_path / "none")
    (output / ".broadsheet-added").write_text("index.html\nhalf.html\n")
    (output / "half.html").write_bytes(b"half")
    with pytest.raises(BuildError, match="did not finish"):
        read_build(output)


def test_a_file_that_changed_since_the_build_stops_it_before_any_deletion(output):
    store = Memory()
    publish_to(store, output)
    write_output(output, {"index.html": b"new"})
    (output / "index.html").write_bytes(b"edited by hand")
    with pytest.raises(BuildError, match="is not what the build wrote; build again"):
        publish_to(store, output, yes=True)
    assert store.site == SITE
    write_output(output, {"index.html": b"new"})
    publish_to(store, output, yes=True)
    assert store.files["index.html"] == b"new"


@pytest.mark.parametrize(
    ("there", "deleted", "is_asked"),
    [
        (60, 20, False),
        (60, 21, True),
        (1000, 50, False),
        (1000, 51, True),
        (10_000, 256, False),
        (10_000, 257, True),
    ],
)
def test_many_deletions_are_asked(tmp_path, there, deleted, is_asked):
    store = Memory()
    files = dict.fromkeys((f"{n}.html" for n in range(there)), "1")
    store.files[RECORD] = encode(Record(as_of=DAY, files=files))
    output = write_output(tmp_path / "public", {"0.html": b""})
    built = read_build(output)
    built = msgspec.structs.replace(built, files=dict([*files.items()][deleted:]))
    asked = prepare(store, output, built, pace=QUICK, notice=print).questions
    assert bool(asked) == is_asked
    assert not asked or asked[0].startswith(f"{deleted:,} of the {there:,} files there would be deleted (")


def test_what_left_some_publishes_ago_is_not_asked_about(output):
    store = Memory()
    retired = {f"assets/{number}.css": 1 for number in range(30)}
    store.files[RECORD] = encode(Record(as_of=DAY, files=read_build(output).files, retired=retired))
    assert questions(store, output) == ()


def test_files_of_others_are_asked_about_once_and_stay(output):
    store = Memory({"CNAME": b"theirs", "index.html": b"theirs"})
    assert questions(store, output) == (
        "files of somebody else are there that stay as they are: 1 (CNAME)",
        "files of somebody else are there that would be replaced: 1 (index.html)",
    )
    publish_to(store, output, yes=True)
    assert store.site == {**SITE, "CNAME": b"theirs"}
    assert questions(store, output) == ()


@pytest.mark.parametrize("theirs", [b"theirs", b"ours"], ids=["another", "the same"])
def test_a_file_that_somebody_put_there_since_is_never_replaced_without_consent(output, theirs):
    store = Memory()
    publish_to(store, output)
    store.files["notes.html"] = theirs
    write_output(output, {**SITE, "notes.html": b"ours", "index.html": b"new"})
    for _ in range(2):
        with pytest.raises(BuildError, match=r"in the place of files of the site: notes\.html; --yes"):
            publish_to(store, output)
        assert store.site == {**SITE, "notes.html": theirs}
    publish_to(store, output, yes=True)
    assert store.site == {**SITE, "notes.html": b"ours", "index.html": b"new"}


def test_a_file_that_somebody_put_in_the_place_of_one_that_was_never_uploaded_stays(output):
    store = Memory()
    publish_to(store, output)
    incoming = {"notes.html": manifest.digest(b"ours"), "mine.html": manifest.digest(b"mine")}
    record = msgspec.structs.replace(decode(store.files[RECORD], ""), incoming=incoming)
    store.files |= {RECORD: encode(record), "notes.html": b"theirs", "mine.html": b"mine"}

    def interrupted(_path):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish_to(store, output, done=interrupted)  # while it deletes
    publish_to(store, output)
    assert store.site == {**SITE, "notes.html": b"theirs"}


def test_what_an_interrupted_publish_uploaded_is_ours(output):
    store = Memory()
    publish_to(store, output)
    incoming = {f"{name}.html": manifest.digest(name.encode()) for name in "abc"}
    record = msgspec.structs.replace(decode(store.files[RECORD], ""), incoming=incoming)
    store.files |= {RECORD: encode(record), "a.html": b"a", "b.html": b"b", "c.html": b"c"}
    files = {**SITE, "a.html": b"a", "b.html": b"changed since"}
    published = publish_to(store, write_output(output, files))
    assert (published.uploaded, len(published.deleted)) == (1, 1)
    assert store.site == files


def test_what_one_of_several_interrupted_publishes_uploaded_is_ours(output):
    store = Memory()
    publish_to(store, output)

    def interrupted(path):
        raise KeyboardInterrupt

    for data, done in ((b"first", interrupted), (b"second", interrupted), (b"third", lambda _path: None)):
        write_output(output, {**SITE, "articles/new.html": data})
        if done is interrupted and data == b"second":
            store.put = lambda files, _done: interrupted(files)
        with contextlib.suppress(KeyboardInterrupt):
            publish_to(store, output, done=done)
        vars(store).pop("put", None)
    assert store.site == {**SITE, "articles/new.html": b"third"}


def test_equal_files_of_others_are_asked_about_before_they_become_ours(output):
    store = Memory({"feed.atom.xml": SITE["feed.atom.xml"]})
    assert questions(store, output) == (
        "files of somebody else are there that are the same as files of the site, "
        "and would be replaced and deleted with these: 1 (feed.atom.xml)",
    )


def test_a_host_that_replaces_whatever_is_there_is_listed_before_new_files(output, monkeypatch):
    store = Memory()
    store.is_guarded = False
    publish_to(store, output)
    store.files["notes.html"] = b"theirs"
    write_output(output, {**SITE, "notes.html": b"ours", "new.html": b"new"})
    compared = []
    monkeypatch.setattr(store, "matches", lambda file, _told: compared.append(file.path))
    assert questions(store, output) == (
        "files of somebody else are there that would be replaced: 1 (notes.html)",
    )
    assert compared == ["notes.html"]


def test_a_file_of_others_where_a_folder_of_ours_belongs_is_asked_about(output):
    assert questions(Memory({"articles": b"theirs"}), output) == (
        "files of somebody else are there that are in the place of folders of the site: 1 (articles)",
    )


def test_a_holder_that_lost_its_lock_stops_within_its_batch(output):
    store = Memory()
    publish_to(store, output)
    several = {f"articles/xy/{number}.html": b"new" for number in range(50)}
    write_output(output, {**SITE, **several})
    uploaded = []

    def done(path):
        uploaded.append(path)
        if len(uploaded) == 3:
            store.files[RECORD] = encode(elsewhere(store))
            time.sleep(0.5)  # some signs of life, which find it out

    with pytest.raises(BuildError, match="on ci is publishing there"):
        publish_to(store, output, done=done, pace=lock.Pace(beat=0.05))
    assert len(uploaded) == 3


def test_verify_finds_what_is_missing_and_damaged(output):
    store = Memory()
    publish_to(store, output)
    del store.files["index.html"]
    store.files["feed.atom.xml"] = b"damaged"
    assert publish_to(store, output) is None
    assert publish_to(store, output, verify=True).uploaded == 2
    assert store.site == SITE


@pytest.mark.parametrize(
    "data", [b"", b"{", b'{"format":2}', b'{"format":1,"as_of":"2024-07-03","files":{"../x":"1"}}']
)
def test_a_record_that_cannot_be_used_stops_it(output, data):
    with pytest.raises(BuildError, match="the record of what was published"):
        publish_to(Memory({RECORD: data}), output)


def test_a_record_survives_its_encoding():
    publisher = lock.this_process()
    record = Record(
        as_of=DAY, files={"b": "2", "a": "1"}, incoming={"x": "1"}, retired={"y": 1}, publisher=publisher
    )
    assert decode(encode(record), "x") == record
    assert encode(record).index(b'"a"') < encode(record).index(b'"b"')


def running(store):
    """The record of a publish by this process, which is running."""
    before = decode(store.files[RECORD], "")
    publisher = lock.this_process()
    return msgspec.structs.replace(before, publisher=publisher, incoming={"x.html": "1"})


def test_a_publish_of_this_machine_that_lives_is_respected(output):
    store = Memory()
    publish_to(store, output)
    store.files[RECORD] = encode(running(store))
    with pytest.raises(BuildError, match=r"process \d+ on .* is publishing there"):
        publish_to(store, output)


def test_a_publish_of_this_machine_that_is_dead_is_finished(output):
    store = Memory()
    publish_to(store, output)
    record = running(store)
    publisher = msgspec.structs.replace(record.publisher, started="1")
    store.files[RECORD] = encode(msgspec.structs.replace(record, publisher=publisher))
    told: list[str] = []
    publish_to(store, output, notice=told.append, yes=True)
    assert told == ["the last publish there did not finish; this one finishes it"]
    assert decode(store.files[RECORD], "").is_finished


def test_after_an_interruption_the_next_publish_says_that_it_finishes_it(output):
    store = Memory()
    publish_to(store, output)
    files = {
        path: data for path, data in SITE.items() if path not in {"articles/cd/cde.html", "feed.atom.xml"}
    }
    write_output(output, {**files, "a.html": b"a", "b.html": b"b"})

    def done(path):
        if path == "articles/cd/cde.html":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish_to(store, output, done=done, yes=True)
    assert store.site.keys() - files.keys() == {"a.html", "b.html", "feed.atom.xml"}
    told: list[str] = []
    published = publish_to(store, output, notice=told.append, yes=True)
    assert told == ["the last publish there did not finish; this one finishes it"]
    assert published.deleted == {"feed.atom.xml"}, "the other one is gone"
    told.clear()
    publish_to(store, output, notice=told.append)
    assert not told


def elsewhere(store):
    record = running(store)
    publisher = msgspec.structs.replace(record.publisher, machine="another", host="ci")
    return msgspec.structs.replace(record, publisher=publisher)


def test_a_publish_of_another_machine_is_dead_if_it_shows_no_life(output):
    store = Memory()
    publish_to(store, output)
    store.files[RECORD] = encode(elsewhere(store))
    told: list[str] = []
    publish_to(store, output, notice=told.append, yes=True)
    assert "waiting" in told[0]
    assert decode(store.files[RECORD], "").is_finished


def test_a_publish_of_another_machine_lives_if_it_shows_life(output):
    store = Memory()
    publish_to(store, output)
    record = elsewhere(store)
    holder = lock.Holder(store, store.read().version, QUICK)
    holder.write(record)
    with holder.beating(), pytest.raises(BuildError, match="on ci is publishing there"):
        publish_to(store, output)


def test_of_two_that_begin_at_once_one_wins(output):
    store = Memory()
    publish_to(store, output)
    write_output(output, {**SITE, "index.html": b"new"})
    original = store.swap

    def late(data, version):
        store.swap = original
        store.files[RECORD] = encode(elsewhere(store))
        return original(data, version)

    store.swap = late
    with pytest.raises(BuildError, match="on ci is publishing there"):
        publish_to(store, output)
    assert store.files["index.html"] == SITE["index.html"]


def test_one_that_lost_its_lock_stops(output):
    store = Memory()
    publish_to(store, output)
    write_output(output, {**SITE, "index.html": b"1", "feed.atom.xml": b"2", "articles/ab/abc.html": b"3"})

    def done(path):
        if path == "articles/ab/abc.html":
            store.files[RECORD] = encode(elsewhere(store))

    with pytest.raises(BuildError, match="on ci is publishing there"):
        publish_to(store, output, done=done)
    assert decode(store.files[RECORD], "").publisher.host == "ci"


def test_a_failed_publish_holds_nobody_up_and_deletes_nothing(output):
    store = Memory()
    publish_to(store, output)
    write_output(output, {"index.html": b"new", "feed.atom.xml": b"new"})

    def done(path):
        if path == "index.html":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish_to(store, output, done=done, yes=True)
    assert decode(store.files[RECORD], "").publisher is None
    assert store.site == {**SITE, "index.html": b"new"}
    publish_to(store, output, yes=True)
    assert store.site == {
        "index.html": b"new",
        "feed.atom.xml": b"new",
        "assets/style.css": SITE["assets/style.css"],
    }


def test_a_sign_of_life_that_failed_does_not_leave_the_lock_behind(output):
    store = Memory()
    publish_to(store, output)
    record = running(store)
    holder = lock.Holder(store, store.read().version, QUICK)
    holder.write(record)

    def on_full_disk(_data, _version):
        raise BuildError(Problem(path="memory", message="No space left"))

    store.swap = on_full_disk
    with holder.beating():
        until(lambda: holder._fault is not None)
    del store.swap
    with pytest.raises(BuildError, match="No space left"):
        holder.check()
    holder.release(msgspec.structs.replace(record, publisher=None))
    assert decode(store.files[RECORD], "").publisher is None


def test_a_publish_that_waits_for_a_busy_host_does_not_count_as_dead():
    assert lock.PACE.patience > lock.PACE.beat + LONGEST_ASKED
