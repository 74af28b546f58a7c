"""The order of a publish, by what pages link to, and what may be deleted when."""

from __future__ import annotations

import random

import pytest
from published import DAY, SITE, Killed, Memory, publish_to, random_site, targets, write_output

from generator.publish.difference import observed, plan
from generator.publish.kinds import Kind, cache_control, content_type, kind_function
from generator.publish.record import Record

EMPTY = Record(as_of=DAY, files={})


def record_of(files, **fields):
    return Record(as_of=DAY, files=files, **fields)


def test_styles_come_first_then_new_files_then_changed_ones_by_kind():
    files = dict.fromkeys((*SITE, "articles/new.html", "sources/new/index.html"), "2")
    batches = plan(files, record_of(dict.fromkeys(SITE, "1"))).batches
    assert [(batch.kind, batch.is_new) for batch in batches] == [
        (Kind.ASSETS, False),
        (Kind.ARTICLES, True),
        (Kind.LISTS, True),
        (Kind.ARTICLES, False),
        (Kind.LISTS, False),
        (Kind.FRONT, False),
        (Kind.FEEDS, False),
    ]


def test_what_is_right_is_kept():
    result = plan({"a.html": "1", "b.html": "2"}, record_of({"a.html": "1", "b.html": "1"}))
    assert (result.changed, result.added, result.kept) == (("b.html",), (), 1)


def test_pages_are_deleted_at_once_and_styles_outlive_two_publishes():
    record = record_of({"old.html": "1", "old.css": "1", "search/1.json": "1"})
    first = plan({}, record)
    assert first.deletions == ("old.html",)
    assert first.retired == {"old.css": 2, "search/1.json": 2}
    second = plan({}, record_of({}, retired=first.retired))
    assert (second.deletions, second.retired) == ((), {"old.css": 1, "search/1.json": 1})
    third = plan({}, record_of({}, retired=second.retired))
    assert (third.deletions, third.retired) == (("old.css", "search/1.json"), {})


def test_a_file_that_comes_back_is_retired_no_more():
    result = plan({"a.css": "1"}, record_of({}, retired={"a.css": 1}))
    assert (result.changed, result.deletions, result.retired) == (("a.css",), (), {})


def test_an_interrupted_deletion_does_not_count_as_a_publish():
    result = plan({}, record_of({}, retired={"old.html": 0, "old.css": 2}))
    assert (result.deletions, result.retired) == (("old.html",), {"old.css": 2})


def test_what_an_interrupted_publish_added_is_uploaded_again_or_deleted():
    result = plan({"a.html": "1"}, record_of({}, incoming={"a.html": "1", "b.html": "1"}))
    assert (result.added, result.deletions) == (("a.html",), ("b.html",))


def test_listing_corrects_the_record_and_finds_the_files_of_others():
    record = record_of({"kept.html": "1", "gone.html": "1", "damaged.html": "1", "old.html": "1"})
    files = {"kept.html": "1", "gone.html": "1", "damaged.html": "1", "adopted.html": "1", "theirs.html": "1"}
    listed = {"kept.html": "1", "damaged.html": "x", "old.html": "?", "adopted.html": "1", "theirs.html": "x"}
    seen = observed(record, files, listed, lambda path, told: files[path] == told)
    assert seen.record.files == {"kept.html": "1", "damaged.html": "", "old.html": "", "adopted.html": "1"}
    assert seen.others == ("adopted.html", "theirs.html")
    assert seen.same == {"adopted.html"}


def test_where_nothing_is_told_the_record_decides():
    record = record_of({"kept.html": "1", "changed.html": "1"})
    files = {"kept.html": "1", "changed.html": "2", "new.html": "1"}
    seen = observed(record, files, dict.fromkeys(files, ""), lambda _path, _told: None)
    assert seen.record.files == {"kept.html": "1", "changed.html": ""}
    assert seen.others == ("new.html",)


def test_kinds():
    kind_of = kind_function(["2024/07/03/index.html", "2024/07/02/index.html", "2024/07/index.html"])
    kinds = {
        "assets/style.css": Kind.ASSETS,
        "static.pdf": Kind.ASSETS,
        "CNAME": Kind.ASSETS,
        "articles/ab/image.png": Kind.ASSETS,
        "articles/ab/abc.html": Kind.ARTICLES,
        "stories/ab/abc.html": Kind.ARTICLES,
        "2024/07/02/index.html": Kind.LISTS,
        "2024/07/index.html": Kind.LISTS,
        "2024/07/03/index.html": Kind.FRONT,
        "index.html": Kind.FRONT,
        "404.html": Kind.FRONT,
        "feed.json": Kind.FEEDS,
        "search/2024/07.js": Kind.FEEDS,
        "sources/a/feed.atom.xml": Kind.FEEDS,
    }
    assert {path: kind_of(path) for path in kinds} == kinds


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("a/feed.atom.xml", "application/atom+xml; charset=utf-8"),
        ("sitemap.xml", "application/xml; charset=utf-8"),
        ("a.PNG", "image/png"),
        ("CNAME", "application/octet-stream"),
    ],
)
def test_content_types_do_not_depend_on_the_machine(path, type_):
    assert content_type(path) == type_


def test_styles_are_revalidated_unless_configured():
    assert cache_control("assets/style.css", Kind.ASSETS, {}) == "no-cache"
    assert cache_control("assets/a.png", Kind.ASSETS, {}) == "public, max-age=3600"
    assert cache_control("assets/style.css", Kind.ASSETS, {"assets": "max-age=60"}) == "max-age=60"


@pytest.mark.parametrize("is_killed", [False, True], ids=["whole", "killed"])
def test_a_crawler_meets_no_broken_link_through_fifty_publishes(tmp_path, is_killed):
    chance = random.Random(7)
    store = Memory()
    met: list[str] = []

    def crawl():
        waiting, seen = ["index.html"], set()
        while waiting and "index.html" in store.files:
            page = waiting.pop()
            if page not in store.files:
                met.append(page)
            elif page not in seen and page.endswith(".html"):
                seen.add(page)
                waiting += targets(page, store.files[page])

    store.observe = crawl
    files: dict[str, bytes] = {}
    for _ in range(50):
        files = random_site(chance, files)
        output = write_output(tmp_path / "public", files)
        if is_killed:
            kill_at_random(store, output, chance)
        publish_to(store, output, yes=True)
        html = {path: data for path, data in store.site.items() if path.endswith(".html")}
        assert html == {path: data for path, data in files.items() if path.endswith(".html")}
    assert not met


def kill_at_random(store: Memory, output, chance: random.Random) -> None:
    left = chance.randrange(30)

    def done(_path):
        nonlocal left
        left -= 1
        if left < 0:
            store.swap = dead  # a killed process releases nothing
            raise Killed

    def dead(_data, _version):
        raise Killed

    try:
        publish_to(store, output, done=done, yes=True, breaks_lock=True)
    except Killed:
        del store.swap
        force_stale(store)


def force_stale(store: Memory) -> None:
    """Make the lock of this process that of one that is dead."""
    from generator.publish.store import RECORD

    store.files[RECORD] = store.files[RECORD].replace(b'"started": "', b'"started": "0')
