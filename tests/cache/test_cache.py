"""The cache: what it keeps comes back whole or not at all, and whatever befalls it costs time alone."""

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

import msgspec
import pytest

import generator.engine.build
import generator.engine.writing
from generator.cache import database, seals
from generator.cache.bodies import Bodies
from generator.cache.database import DamagedError, forget
from generator.cache.folder import file_of
from generator.cache.rows import DocumentInfo, Learned
from generator.cache.stamps import Stamp
from generator.cache.store import Cache, MissingError
from generator.cache.versions import hashed
from generator.config.options import Built, Options, silent
from generator.engine.build import build
from generator.engine.records import decoded, encoded
from generator.model.errors import BuildError
from writing import (
    BODY,
    NOW,
    cache_file,
    cache_of,
    files_of,
    site_in,
    workers_here,
    write_clipping,
    write_config,
)

STAMP = Stamp(1, 2, 3, 4)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site with texts, a story's worth of sources, and furniture that one of them repeats."""
    root = tmp_path / "site"
    write_config(root)
    letter = "Subscribe to our weekly letter of the presses, and never miss one of them again."
    for n in range(3):
        body = f"The {n}th press stood in cellar {n * 7}. {BODY}\n\n{letter}"
        write_clipping(root / "content", f"{n}.md", body, title=f"Title {n}", source=f"Source {n % 2}")
    return root


def built(root: Path, **options: object) -> Built:
    return build(site_in(root), Options(as_of=NOW), silent, **options)


def clean(root: Path) -> dict[str, bytes]:
    """The files that a first build of the site makes."""
    aside = root.parent / "aside"
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(root, aside, ignore=shutil.ignore_patterns("public", ".broadsheet"))
    built(aside, workers=workers_here())
    return files_of(aside / "public")


def change(root: Path, name: str = "0.md", title: str = "Another title") -> None:
    write_clipping(root / "content", name, f"Another text. {BODY}", title=title, source="Source 0")


# --- what is kept comes back --------------------------------------------------------------------------


def test_a_small_note_is_found_without_reading_a_large_one(tmp_path):
    with Cache.of(tmp_path, b"rules") as cache:
        cache.keep_note("large", bytes(1 << 20))
        cache.keep_note("later", b"small")
    connection = sqlite3.connect(cache.file)
    pages = connection.execute("PRAGMA page_size").fetchone()[0]
    [(place,)] = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_notes_1'"
    )
    connection.close()
    assert b"small" not in cache.file.read_bytes()[(place - 1) * pages : place * pages]


def test_what_is_kept_comes_back(tmp_path):
    with Cache.of(tmp_path, b"rules") as cache:
        cache.keep_clippings([("a\udcff/é.md", STAMP, DocumentInfo(b"digest", "源", 738000))])
        cache.keep_records([("a.md", b"key", b"value")])
        cache.keep_bodies([("a.md", b"<p>", b"terms")])
        cache.keep_learned({("源", 2024): Learned(b"inputs", b"digest", b"value")})
        cache.keep_note("key", b"note")
    with Cache.of(tmp_path, b"rules") as cache:
        assert cache.clippings() == {"a\udcff/é.md": (STAMP, DocumentInfo(b"digest", "源", 738000))}
        assert [*cache.of_sources(["源"])] == [("a\udcff/é.md", DocumentInfo(b"digest", "源", 738000))]
        assert [*cache.records()] == [("a.md", b"key", b"value")]
        assert cache.body("a.md") == b"<p>"
        assert cache.terms("a.md", hashed(b"<p>")) == b"terms"
        assert cache.terms("a.md", hashed(b"<b>")) is None
        assert cache.boilerplate("源", 2024) == b"value"
        assert cache.note("key") == b"note"
        cache.drop_clippings(["a.md", "a\udcff/é.md"])
        assert not cache.clippings()
        cache.drop_records(["a.md"])
        assert not [*cache.records()]
        assert cache.body("a.md") is None


def test_writes_go_together_or_not_at_all(tmp_path):
    with Cache.of(tmp_path, b"rules") as cache:
        with contextlib.suppress(KeyError), cache.together():
            cache.keep_note("one", b"1")
            raise KeyError
        assert cache.note("one") is None


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_a_closed_cache_has_no_file_open_and_goes_on(tmp_path):
    def opened() -> list[str]:
        links = [os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()]
        return [one for one in links if one.startswith(str(tmp_path))]

    with Cache.of(tmp_path, b"rules") as cache:
        cache.keep_note("one", b"1")
        assert opened()
        with cache.closed():
            assert not opened()
        assert cache.note("one") == b"1"


def test_texts_of_a_cache_that_is_gone_are_asked_for_in_vain(tmp_path):
    with pytest.raises(DamagedError):
        Bodies(str(tmp_path / "cache.sqlite"), b"secret")


def test_a_site_keeps_its_cache_out_of_its_repository(tmp_path):
    with Cache.of(tmp_path / ".broadsheet", b"rules"):
        pass
    assert (tmp_path / ".broadsheet/.gitignore").read_text("utf-8") == "*\n"
    assert sorted(path.name for path in (tmp_path / ".broadsheet").iterdir()) == [
        ".gitignore",
        file_of(tmp_path, b"rules").name,
    ]


def test_a_cache_of_another_format_is_begun_anew(tmp_path):
    with Cache.of(tmp_path, b"rules") as cache:
        cache.keep_note("key", b"note")
    with sqlite3.connect(file_of(tmp_path, b"rules")) as connection:
        connection.execute("PRAGMA user_version = 999")
        connection.execute("CREATE TABLE strange (one)")
    connection.close()
    with Cache.of(tmp_path, b"rules") as cache:
        assert cache.note("key") is None
        cache.keep_note("key", b"other")
        assert cache.note("key") == b"other"


def test_where_no_cache_can_be_written_a_temporary_one_serves(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"")
    with Cache.of(file / ".broadsheet", b"rules") as cache:
        cache.keep_note("key", b"note")
        assert cache.note("key") == b"note"
        assert cache.file.exists()
    assert not cache.file.exists()


def test_what_reads_alone_makes_no_cache(tmp_path):
    with Cache.of(tmp_path / ".broadsheet", b"rules", make=False) as cache:
        assert cache.note("key") is None
    assert not (tmp_path / ".broadsheet").exists()


# --- damage -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"no cache", b"SQLite format 3\0" + bytes(5000), os.urandom(50_000)])
def test_a_file_that_is_no_cache_costs_time_alone(root, data):
    built(root)
    cache_file(root).write_bytes(data)
    change(root)
    built(root)
    assert files_of(root / "public") == clean(root)


@pytest.mark.parametrize("share", [0, 4, 8])
def test_a_cache_that_is_cut_costs_time_alone(root, share):
    built(root)
    file = cache_file(root)
    os.truncate(file, file.stat().st_size * share // 10)
    change(root)
    built(root)
    assert files_of(root / "public") == clean(root)


@pytest.mark.parametrize("page", [2, 5, 9])
def test_noise_in_the_middle_costs_time_alone(root, page):
    built(root)
    file = cache_file(root)
    with file.open("r+b") as stream:
        stream.seek(4096 * page + 900)
        stream.write(bytes(range(256)) * 12)
    change(root)
    built(root)
    assert files_of(root / "public") == clean(root)
    assert not [*built(root).reasons]


@pytest.mark.parametrize("table", ["records", "bodies", "repeats", "notes"])
def test_a_value_that_has_changed_is_not_believed(root, table):
    built(root)
    with sqlite3.connect(cache_file(root)) as connection:
        connection.execute(f"UPDATE {table} SET value = substr(value, 1, length(value) - 2) || X'0001'")
    connection.close()
    change(root)
    built(root)
    assert files_of(root / "public") == clean(root)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE clippings SET source = NULL, digest = 5",
        "UPDATE clippings SET day = 'x'",
        "UPDATE clippings SET size = NULL",
        "UPDATE records SET key = 7, value = 'text'",
        "UPDATE bodies SET value = NULL",
        "UPDATE repeats SET inputs = 1, digest = 'x'",
        "UPDATE repeats SET value = 'x'",
        "UPDATE pages SET inputs = NULL",
        "UPDATE pages SET inputs = 'text', size = 'x'",
        "UPDATE notes SET value = 3",
        "DROP TABLE bodies",
        "DELETE FROM bodies",
        "DELETE FROM clippings",
        "DELETE FROM repeats",
        "DELETE FROM records",
    ],
)
def test_values_of_another_kind_cost_time_alone(root, statement):
    built(root)
    with sqlite3.connect(cache_file(root)) as connection:
        connection.execute(statement)
    connection.close()
    change(root)
    built(root)
    assert files_of(root / "public") == clean(root)


def test_what_a_source_repeats_is_not_taken_for_nothing_where_it_is_damaged(root):
    with Cache.of(root / "own", b"rules") as cache, cache.together():
        cache.keep_learned({("One", 2024): Learned(b"inputs", b"digest", b"value")})
    with sqlite3.connect(file_of(root / "own", b"rules")) as connection:
        connection.execute("UPDATE repeats SET value = X'0000'")
    connection.close()
    with Cache.of(root / "own", b"rules") as cache, pytest.raises(MissingError):
        cache.boilerplate("One", 2024)


def test_a_query_that_is_not_read_to_its_end_is_in_nobodys_way(tmp_path):
    with Cache.of(tmp_path, b"rules") as cache:
        cache.keep_clippings((f"{n}.md", STAMP, DocumentInfo(b"d", "A", n)) for n in range(200))
        query = "SELECT path FROM clippings"
        some, all_ = cache.by_path(query, ["1.md", "2.md"]), cache.by_path(query, None)
        assert [next(some), next(all_)] == [(b"1.md",), (b"0.md",)]
        with contextlib.closing(sqlite3.connect(cache.file, isolation_level=None)) as other:
            other.execute("DELETE FROM clippings")
        all_.close()
        cache.keep_clippings([("3.md", STAMP, DocumentInfo(b"d", "A", 3))])  # `some` is open, and in no query
        rest = cache.by_path(query, None)
        assert next(rest) == (b"3.md",)
    for rows in (some, rest):
        rows.close()


def test_a_cache_that_is_deleted_between_two_builds_of_one_process(root):
    built(root)
    forget(cache_file(root))
    change(root)
    built(root)
    assert files_of(root / "public") == clean(root)


def test_a_cache_that_cannot_be_mended_ends_in_words(root, monkeypatch):
    def damaged(*_args: object, **_options: object) -> Built:
        raise DamagedError

    monkeypatch.setattr(generator.engine.build, "_built", damaged)
    with pytest.raises(BuildError) as caught:
        built(root)
    assert "cache" in caught.value.problems[0].message


def test_a_cache_that_turns_out_to_be_damaged_once_all_is_built_changes_no_count(root):
    """Whichever part of the file it is: what was written is told, and is not written again."""
    built(root)
    file, expected = cache_file(root), files_of(root / "public")
    sound, size = file.read_bytes(), 4096
    for at in range(size, len(sound), 2 * size):
        forget(file)
        file.write_bytes(sound[:at] + bytes([at // size % 251 + 1]) * size + sound[at + size :])
        shutil.rmtree(root / "public")
        report = built(root).report
        assert report.pages.written == len(expected) - 1, at // size  # but for the record of all
        assert files_of(root / "public") == expected, at // size


# --- an older cache, and what another cache's build left ----------------------------------------------


def test_an_older_cache_does_not_vouch_for_newer_files(root, tmp_path):
    """Its fingerprints are right, and the manifest is right, and yet they are not of one build."""
    built(root)
    first = clean(root)
    before = (root / "content/0.md").read_bytes()
    shutil.copy(cache_file(root), tmp_path / "older.sqlite")
    change(root)
    built(root)
    shutil.copy(tmp_path / "older.sqlite", cache_file(root))
    (root / "content/0.md").write_bytes(before)
    built(root)
    assert files_of(root / "public") == first


def test_a_build_without_the_cache_does_not_mislead_the_next_one_with_it(root, tmp_path):
    built(root)
    before = (root / "content/0.md").read_bytes()
    (root / ".broadsheet").rename(tmp_path / "away")
    change(root)
    built(root)
    shutil.rmtree(root / ".broadsheet")
    (tmp_path / "away").rename(root / ".broadsheet")
    (root / "content/0.md").write_bytes(before)
    built(root)
    assert files_of(root / "public") == clean(root)


def test_a_build_that_ends_before_it_remembers_does_not_mislead_the_next_one(root, monkeypatch):
    """As one does that is killed between its commit and its last word to the cache."""
    built(root)
    before = (root / "content/0.md").read_bytes()
    change(root)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(generator.engine.writing.OutputStatus, "remember", killed)
    with pytest.raises(KeyboardInterrupt):
        built(root)
    monkeypatch.undo()
    (root / "content/0.md").write_bytes(before)
    built(root)
    assert files_of(root / "public") == clean(root)


def test_the_cache_of_another_site_costs_time_alone(root, tmp_path):
    built(root)
    other = tmp_path / "other"
    write_config(other)
    for n in range(6):
        write_clipping(other / "content", f"{n}.md", f"Elsewhere {n}. {BODY}", title=f"Elsewhere {n}")
    built(other)
    shutil.copy(cache_file(root), cache_file(other))
    change(other)
    built(other)
    assert files_of(other / "public") == clean(other)


# --- two at once --------------------------------------------------------------------------------------


def test_a_writer_waits_for_another_and_then_says_who_it_waits_for(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "LOCK_TIMEOUT", 0.1)
    with Cache.of(tmp_path, b"rules") as one, Cache.of(tmp_path, b"rules") as other:
        with one.together():
            one.keep_note("one", b"1")
            with pytest.raises(BuildError) as caught:
                other.keep_note("other", b"2")
        assert "another build" in caught.value.problems[0].advice
        other.keep_note("other", b"2")
        assert one.note("other") == b"2"


def test_what_a_link_in_the_place_of_a_cache_leads_to_is_left_alone(tmp_path):
    other = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    (tmp_path / ".broadsheet").mkdir()
    file = file_of(tmp_path / ".broadsheet", b"rules")
    file.symlink_to(other)
    with Cache.of(tmp_path / ".broadsheet", b"rules") as opened:
        assert opened.file == file
    assert not file.is_symlink()
    with contextlib.closing(sqlite3.connect(other)) as connection:
        assert [*connection.execute("SELECT name FROM sqlite_master")] == [("theirs",)]


def test_an_unsafe_text_in_a_cache_that_came_from_elsewhere_is_not_published(tmp_path, monkeypatch):
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "a.md", title="A")
    build(site_in(tmp_path), Options(as_of=NOW), silent)
    evil = b"<p>So</p><script>alert(1)</script>"
    build(site_in(tmp_path), Options(as_of=NOW), silent)
    monkeypatch.setenv(seals.VARIABLE, "the key of somebody else, who has this site too")
    shutil.rmtree(tmp_path / ".broadsheet")
    build(site_in(tmp_path), Options(as_of=NOW), silent)
    with cache_of(tmp_path) as opened:
        [(path, key, value)] = [*opened.records()]
        record = msgspec.structs.replace(decoded(value), body=hashed(evil))
        opened.keep_records([(path, key, encoded(record))])
        opened.keep_bodies([(path, evil, b"")])
    monkeypatch.delenv(seals.VARIABLE)
    shutil.rmtree(tmp_path / "public")
    build(site_in(tmp_path), Options(as_of=NOW), silent)
    pages = [text for path, text in files_of(tmp_path / "public").items() if path.startswith("articles/")]
    assert pages
    assert not any(b"alert(1)" in text for text in pages)


def test_records_are_written_while_they_are_gone_through_though_another_build_writes(tmp_path):
    """SQLite refuses that at once where a query is open."""
    with Cache.of(tmp_path, b"rules") as cache, Cache.of(tmp_path, b"rules") as another:
        paths = [f"{n:03}.md" for n in range(250)]
        cache.keep_records((path, b"key", path.encode()) for path in paths)
        records = cache.records()
        found = [next(records)]
        another.keep_note("note", b"of another build")
        cache.keep_records([("new.md", b"key", b"value")])
        found += [one for one in records if one[0] != "new.md"]
        assert found == [(path, b"key", path.encode()) for path in paths]
