"""Caches and output folders that somebody crafted: a build makes what a clean one makes, and nothing besides.

Each line of a table is an attack on a site that was built before; what follows is one build after an edit.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from generator.cache import seals
from generator.cache.stamps import stamp_at
from generator.cache.store import Cache
from generator.cache.versions import hashed
from generator.cli.main import run
from generator.config.options import Built, Options, silent
from generator.engine.build import build
from generator.engine.records import decoded, encoded
from generator.engine.stored_state import HEAD
from generator.engine.unchanged import identity_of
from generator.model.errors import BuildError
from generator.output import disk, manifest
from generator.output.folder import clear_foreign
from writing import (
    BODY,
    NOW,
    build_site,
    cache_file,
    cache_of,
    files_of,
    site_in,
    write_clipping,
    write_config,
)

SECRET = b"what only this machine knows"
EVIL = b"<p>So</p><script>alert(1)</script>"
LETTER = "Subscribe to our weekly letter of the presses, and never miss one of them again."
CLEAN: dict[str, dict[str, bytes]] = {}
OTHERS_KEY = "the key of somebody else, who has this site too"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="makes links and pipes")


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a site that was built, and beside it files that are none of the site's business."""
    folder = tmp_path_factory.mktemp("pristine")
    (folder / "outside").mkdir()
    (folder / "outside/secret.png").write_bytes(b"\x89PNG\r\n\x1a\n" + SECRET)
    (folder / "outside/own.txt").write_bytes(SECRET)
    root = folder / "site"
    write_config(root)
    for n in range(8):
        body = f"The {n}th press stood in cellar {n * 7}. {BODY}\n\n{LETTER}"
        write_clipping(root / "content", f"{n}.md", body, title=f"Title {n}", source=f"Source {n % 2}")
    body = f"{BODY}\n\n![A press](press.png)"
    write_clipping(root / "content", "image.md", body, title="With an image", url=None)
    (root / "content/press.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"a picture of ours")
    build_site(root)
    return folder


@pytest.fixture
def root(pristine: Path, tmp_path: Path) -> Path:
    """The same site, at a place of its own, after an edit of one clipping."""
    shutil.copytree(pristine, tmp_path / "case", symlinks=True)
    root = tmp_path / "case/site"
    build_site(root)
    return root


def built(root: Path) -> Built:
    return build(site_in(root), Options(as_of=NOW), silent)


def edit(root: Path) -> None:
    body = f"Another text. {BODY}\n\n{LETTER}"
    write_clipping(root / "content", "0.md", body, title="Title 0", source="Source 0")


def outside(root: Path) -> dict[str, bytes]:
    """All files around a site."""
    return {path: data for path, data in files_of(root.parent).items() if not path.startswith("site/")}


def holds(root: Path, began: float, before: dict[str, bytes]) -> None:
    """The output is that of a clean build, and nothing was read from outside, or written there."""
    assert time.monotonic() - began < 60
    assert outside(root) == before
    found, expected = files_of(root / "public"), clean(root)
    assert {path for path in found | expected if found.get(path) != expected.get(path)} == set()
    assert not any(SECRET in data or b"alert(1)" in data for data in found.values())


def clean(root: Path) -> dict[str, bytes]:
    """What a clean build makes of a site; built once for each state that its clippings are in."""
    state = repr(files_of(root / "content"))
    if state not in CLEAN:
        aside = root.parent.parent / "clean"
        shutil.copytree(root, aside, ignore=shutil.ignore_patterns("public", ".broadsheet"))
        build_site(aside)
        CLEAN[state] = files_of(aside / "public")
    return CLEAN[state]


# --- rows -------------------------------------------------------------------------------------------

ROWS = {
    "texts swapped": """UPDATE bodies SET value = (SELECT value FROM bodies AS other
        WHERE other.path = (CASE bodies.path WHEN x'302e6d64' THEN x'312e6d64' ELSE x'302e6d64' END))""",
    "records swapped": """UPDATE records SET value = (SELECT value FROM records AS other
        WHERE other.path = x'312e6d64'), key = (SELECT key FROM records AS other WHERE path = x'312e6d64')""",
    "keys of records alone swapped": "UPDATE records SET key = (SELECT max(key) FROM records)",
    "a text in the place of a record": "UPDATE records SET value = (SELECT max(value) FROM bodies)",
    "a note in the place of all texts": "UPDATE bodies SET value = (SELECT max(value) FROM notes)",
    "notes swapped": "UPDATE notes SET value = (SELECT min(value) FROM notes)",
    "a text with a script": f"UPDATE bodies SET value = CAST('{EVIL.decode()}' AS BLOB)",
    "a script after each text": f"UPDATE bodies SET value = CAST(value || '{EVIL.decode()}' AS BLOB)",
    "texts that would fill the memory": "UPDATE bodies SET value = zeroblob(200000000) WHERE path LIKE '1%'",
    "texts that are text": "UPDATE bodies SET value = 'text'",
    "terms of other texts": "UPDATE bodies SET terms = (SELECT max(terms) FROM bodies)",
    "terms that are text": "UPDATE bodies SET terms = 'text'",
    "texts that are empty": "UPDATE bodies SET value = x''",
    "texts that are short": "UPDATE bodies SET value = x'00'",
    "texts that are nothing": "UPDATE bodies SET value = NULL",
    "texts that are numbers": "UPDATE bodies SET value = 1e300",
    "records of noise": "UPDATE records SET value = randomblob(500)",
    "records without a key": "UPDATE records SET key = NULL",
    "paths that lead out": "UPDATE records SET path = CAST('../../outside/' || rowid AS BLOB)",
    "paths of texts that lead out": "UPDATE bodies SET path = CAST('/etc/' || rowid AS BLOB)",
    "paths that are numbers": "UPDATE records SET path = rowid",
    "clippings of other sources": "UPDATE clippings SET source = 'Source 1'",
    "clippings of other days": "UPDATE clippings SET day = 1",
    "clippings of no day": "UPDATE clippings SET day = 9223372036854775807",
    "clippings with other hashes": "UPDATE clippings SET digest = randomblob(16)",
    "clippings with other stamps": "UPDATE clippings SET size = 1, inode = -1",
    "clippings of wrong types": "UPDATE clippings SET size = 'x', source = x'ff', day = 'y', digest = 7",
    "sources that are no text": "UPDATE clippings SET source = CAST(x'fffe' AS TEXT)",
    "a source that says full": "UPDATE clippings SET source = CAST(x'66756c6cff' AS TEXT)",
    "a source that says locked": "UPDATE clippings SET source = CAST(x'6c6f636b6564ff' AS TEXT)",
    "a learned source that says readonly": "UPDATE repeats SET source = CAST(x'726561646f6e6c79ff' AS TEXT)",
    "a clipping more": "INSERT OR REPLACE INTO clippings "
    "SELECT x'782e6d64', size, 1, 1, 1, digest, source, day, seal "
    "FROM clippings LIMIT 1",
    "a clipping less": "DELETE FROM clippings WHERE path = x'322e6d64'",
    "all clippings of the others gone": "DELETE FROM clippings WHERE path <> x'302e6d64'",
    "no clipping": "DELETE FROM clippings",
    "no record": "DELETE FROM records",
    "no text": "DELETE FROM bodies",
    "a text less": "DELETE FROM bodies WHERE path = x'332e6d64'",
    "no note": "DELETE FROM notes",
    "nothing learned": "DELETE FROM repeats",
    "one source less learned": "DELETE FROM repeats WHERE source = 'Source 1'",
    "nothing in doubt": "DELETE FROM notes WHERE key = CAST('doubts' AS BLOB)",
    "all learned is another's": "UPDATE repeats SET value = (SELECT min(value) FROM repeats)",
    "other hashes of what was learned": "UPDATE repeats SET inputs = x'00', digest = randomblob(8)",
    "furniture that is noise": "UPDATE repeats SET value = randomblob(90)",
    "furniture of a wrong type": "UPDATE repeats SET value = 5, inputs = 'x', digest = NULL",
    "grouped sources swapped": "UPDATE sources SET value = (SELECT min(value) FROM sources)",
    "grouped sources of noise": "UPDATE sources SET value = randomblob(200)",
    "a name of a source that is no text": "UPDATE sources SET name = CAST(x'ff' || name AS TEXT)",
    "grouped sources gone": "DELETE FROM sources",
    "fingerprints of nothing": "UPDATE pages SET inputs = x''",
    "fingerprints swapped": "UPDATE pages SET inputs = (SELECT min(inputs) FROM pages)",
    "hashes of other pages": "UPDATE pages SET digest = randomblob(16)",
    "stamps of wrong types": "UPDATE pages SET size = 'x', modified = NULL, inode = x'00'",
    "pages of other folders": "UPDATE OR REPLACE pages SET output = '/etc'",
    "pages that lead out": "UPDATE pages SET path = '../../outside/' || path",
    "no page": "DELETE FROM pages",
    "two hundred records of noise": """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
        LIMIT 200) INSERT OR REPLACE INTO records SELECT CAST(i AS BLOB), x'', randomblob(50) FROM n""",
    "a record of 100 MB": "INSERT OR REPLACE INTO records VALUES (x'00', x'00', zeroblob(100000000))",
    "a text of 100 MB": "UPDATE bodies SET value = zeroblob(100000000) WHERE path = x'302e6d64'",
    "a note of 100 MB": "UPDATE notes SET value = zeroblob(100000000) WHERE key = CAST('folders' AS BLOB)",
}


@pytest.mark.parametrize("statement", ROWS.values(), ids=ROWS)
def test_rows_that_somebody_wrote(root: Path, statement: str) -> None:
    """A few are asked for after an edit, all where the output is gone."""
    before, began = outside(root), time.monotonic()
    edit(root)
    query(root, statement)
    built(root)
    holds(root, began, before)
    shutil.rmtree(root / "public")
    if cache_file(root).exists():
        query(root, statement)
    built(root)
    holds(root, began, before)


def query(root: Path, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(cache_file(root))) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


# --- schemas ----------------------------------------------------------------------------------------

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
SCHEMAS = {
    "a view without end in place of a table": (
        "DROP TABLE notes",
        f"CREATE VIEW notes AS {ENDLESS} SELECT x'00' AS key, x'00' AS value FROM n",
    ),
    "a view that makes great values": (
        "DROP TABLE bodies",
        "CREATE VIEW bodies AS SELECT x'00' AS path, zeroblob(900000000) AS value",
    ),
    "a view more": ("CREATE VIEW more AS SELECT * FROM notes",),
    "a trigger": ("CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM pages; END",),
    "a trigger without end": (
        "CREATE TRIGGER t AFTER INSERT ON notes BEGIN "
        "INSERT OR REPLACE INTO notes SELECT x'00', zeroblob(value) FROM generate; END",
    ),
    "a table more": ("CREATE TABLE more (x)",),
    "a table less": ("DROP TABLE pages",),
    "a table with a column more": ("ALTER TABLE pages ADD COLUMN more",),
    "a table with another column": ("ALTER TABLE pages RENAME COLUMN inputs TO outputs",),
    "a generated column": (
        "DROP TABLE bodies",
        "CREATE TABLE bodies (path BLOB PRIMARY KEY, value BLOB AS (zeroblob(900000000)))",
    ),
    "a check that takes long": (
        "DROP TABLE notes",
        "CREATE TABLE notes (key BLOB PRIMARY KEY, value BLOB CHECK (length(zeroblob(900000000)) > 1)) "
        "WITHOUT ROWID",
    ),
    "an index more": ("CREATE INDEX more ON pages (digest)",),
    "an index less": ("DROP INDEX clippings_by_source",),
    "an index of an expression": ("CREATE INDEX more ON notes (hex(value) || hex(value))",),
    "a virtual table": ("DROP TABLE records", "CREATE VIRTUAL TABLE records USING fts5(path, key, value)"),
    "a name that is no text": (
        "PRAGMA writable_schema = 1",
        "UPDATE sqlite_master SET name = CAST(x'6c6f636b6564ff' AS TEXT) WHERE name = 'clippings_by_source'",
    ),
    "a definition that is no text": (
        "PRAGMA writable_schema = 1",
        "UPDATE sqlite_master SET sql = CAST(sql || x'66756c6cff' AS TEXT) WHERE name = 'pages'",
    ),
    "a column that says locked": (
        "PRAGMA writable_schema = 1",
        "UPDATE sqlite_master SET sql = 'CREATE TABLE pages (locked full readonly, ,)' WHERE name = 'pages'",
    ),
    "another mark": ("PRAGMA user_version = 7",),
    "no mark": ("PRAGMA user_version = 0",),
    "a journal mode of before": ("PRAGMA journal_mode = DELETE",),
}


@pytest.mark.parametrize("statements", SCHEMAS.values(), ids=SCHEMAS)
def test_tables_that_are_not_ours(root: Path, statements: tuple[str, ...]) -> None:
    edit(root)
    try:
        query(root, *statements)
    except sqlite3.OperationalError as error:
        pytest.skip(str(error))
    before, began = outside(root), time.monotonic()
    built(root)
    holds(root, began, before)


def test_a_tree_of_pages_that_lead_to_the_same_page_again_and_again(root: Path) -> None:
    """A few pages that say they are more rows than anybody can count."""
    file, size = cache_file(root), 16384
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        query_ = "SELECT rootpage FROM sqlite_master WHERE name = 'records'"
        (place,) = connection.execute(query_).fetchone()
    data = bytearray(file.read_bytes())
    leaf = bytes(data[(place - 1) * size : place * size])
    count, levels = len(data) // size, 12
    # Each has a thousand children, all of them the page before.
    pages = [leaf, *(_interior(size, count + 1 + level) for level in range(levels))]
    data[(place - 1) * size : place * size] = pages.pop()
    data += b"".join(pages)
    data[28:32] = (len(data) // size).to_bytes(4)
    file.write_bytes(data)
    edit(root)
    before, began = outside(root), time.monotonic()
    built(root)
    holds(root, began, before)


@pytest.mark.parametrize(
    ("place", "value"), [(18, 3), (19, 3), (18, 1), (44, 9), (56, 2), (16, 0), (20, 255)]
)
def test_a_head_that_says_who_may_write_and_how(root: Path, place: int, value: int) -> None:
    """By its head, SQLite only reads a file whose format is too new for it."""
    file = cache_file(root)
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(file.read_bytes())
    data[place] = value
    file.write_bytes(data)
    edit(root)
    before, began = outside(root), time.monotonic()
    built(root)
    holds(root, began, before)


def _interior(size: int, child: int) -> bytes:
    """An inner page of a table's tree whose children are all one page."""
    count = 1000
    cells = b"".join(child.to_bytes(4) + bytes([0x81 + (n >> 14), 0x80 | (n >> 7 & 0x7F), n & 0x7F])
                     for n in range(1, count + 1))  # fmt: skip
    start = size - len(cells)
    head = bytes([5]) + bytes(2) + count.to_bytes(2) + start.to_bytes(2) + bytes(1) + child.to_bytes(4)
    pointers = b"".join((start + 7 * n).to_bytes(2) for n in range(count))
    return head + pointers + bytes(start - len(head) - len(pointers)) + cells


# --- files ------------------------------------------------------------------------------------------


def _replace(path: Path, make: Callable[[Path], object]) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    make(path)


def link_to(target: str) -> Callable[[Path], object]:
    """Make a link to something outside of the site."""
    return lambda path: path.symlink_to(path.parent / "../../outside" / target)


FILES = {
    "nothing": ("", lambda path: path.write_bytes(b"")),
    "no database": ("", lambda path: path.write_bytes(b"no database" * 999)),
    "a head of a database": ("", lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(9000))),
    "a link to a file": ("", link_to("own.txt")),
    "a link to nothing": ("", link_to("new.txt")),
    "a pipe": ("", os.mkfifo if hasattr(os, "mkfifo") else None),
    "a folder": ("", Path.mkdir),
    "a device": ("", lambda path: path.symlink_to("/dev/zero")),
    "a log that is a link": ("-wal", link_to("own.txt")),
    "a log that leads to nothing": ("-wal", link_to("new.txt")),
    "a log that is a pipe": ("-wal", os.mkfifo if hasattr(os, "mkfifo") else None),
    "a log that is a folder": ("-wal", Path.mkdir),
    "a log of noise": ("-wal", lambda path: path.write_bytes(os.urandom(99_999))),
    "shared memory that is a link": ("-shm", link_to("own.txt")),
    "shared memory that leads to nothing": ("-shm", link_to("new.txt")),
    "shared memory of noise": ("-shm", lambda path: path.write_bytes(os.urandom(32768))),
    "a journal that is a link": ("-journal", link_to("own.txt")),
    "a journal that leads to nothing": ("-journal", link_to("new.txt")),
    "a journal of noise": ("-journal", lambda path: path.write_bytes(os.urandom(9999))),
    "a journal that names a file to delete": ("-journal", lambda path: path.write_bytes(_journal(path))),
}


def _journal(file: Path) -> bytes:
    """What SQLite takes for the journal of a transaction that was broken off, over several databases."""
    name = os.fsencode((file.parent / "../../outside/own.txt").resolve())
    magic = bytes.fromhex("d9d505f920a163d7")
    pages = magic + bytes(4) + bytes(4) + (1).to_bytes(4) + (512).to_bytes(4) + (16384).to_bytes(4)
    end = (1 << 30).to_bytes(4) + name + len(name).to_bytes(4) + (sum(name) & 0xFFFFFFFF).to_bytes(4) + magic
    return pages.ljust(512, b"\0") + end


@pytest.mark.parametrize(("end", "make"), FILES.values(), ids=FILES)
def test_other_things_in_the_place_of_the_cache(root: Path, end: str, make: Callable[[Path], object]) -> None:
    edit(root)
    place = Path(f"{cache_file(root)}{end}")
    _replace(place, make)
    before, began = outside(root), time.monotonic()
    built(root)
    holds(root, began, before)


FOLDERS = {
    "a rule that leads to nothing": (".broadsheet/.gitignore", link_to("new.txt")),
    "a rule that is a link": (".broadsheet/.gitignore", link_to("own.txt")),
    "a rule that is a folder": (".broadsheet/.gitignore", Path.mkdir),
    "a rule that is a pipe": (".broadsheet/.gitignore", os.mkfifo if hasattr(os, "mkfifo") else None),
    "the folder is a link": (".broadsheet", lambda path: path.symlink_to(path.parent / "../outside")),
    "the folder leads to nothing": (".broadsheet", lambda path: path.symlink_to(path.parent / "../new")),
    "the folder is a file": (".broadsheet", lambda path: path.write_bytes(b"")),
    "the folder is a pipe": (".broadsheet", os.mkfifo if hasattr(os, "mkfifo") else None),
    "a cache of an earlier version is a link": (".broadsheet/cache.sqlite", link_to("own.txt")),
}


@pytest.mark.parametrize(("name", "make"), FOLDERS.values(), ids=FOLDERS)
def test_other_things_in_the_folder_of_the_cache(
    root: Path, name: str, make: Callable[[Path], object]
) -> None:
    edit(root)
    _replace(root / name, make)
    before, began = outside(root), time.monotonic()
    built(root)
    holds(root, began, before)


# --- values that somebody sealed with a key of theirs ------------------------------------------------


def _record(root: Path, **changes: object) -> None:
    """Change all records of a site's cache as who made it could, with a key of their own."""
    with cache_of(root) as cache:
        fresh = []
        for path, key, value in [*cache.records()]:
            record = decoded(value)
            article = {
                name: to for name, to in changes.items() if name in record.reading.article.__struct_fields__
            }
            own = {name: to for name, to in changes.items() if name not in article}
            reading = msgspec.structs.replace(
                record.reading, article=msgspec.structs.replace(record.reading.article, **article)
            )
            fresh.append((path, key, encoded(msgspec.structs.replace(record, reading=reading, **own))))
        cache.keep_records(fresh)


def _texts(root: Path) -> None:
    _record(root, body=hashed(EVIL))
    with cache_of(root) as cache:
        cache.keep_bodies([(path, EVIL, b"") for path, _, _ in [*cache.records()]])


def _page(root: Path) -> None:
    """A page with a script, which manifest and cache know."""
    [page, *_] = (root / "public/articles").rglob("*.html")
    page.write_bytes(EVIL)
    path, output = page.relative_to(root / "public").as_posix(), root / "public"
    old = manifest.read(output)
    digest = manifest.digest(EVIL)
    record = msgspec.structs.replace(old, files={**old.files, path: digest})
    (output / ".broadsheet.json").write_bytes(manifest.encode(record))
    with cache_of(root) as cache:
        [standing] = cache.output_rows(output, [path]).values()
        now = standing._replace(digest=bytes.fromhex(digest), stamp=stamp_at(page))
        cache.keep_output_rows(output, [(path, now)])


SEALED = {
    "texts with scripts": _texts,
    "a page with a script": _page,
    "images from the process": lambda root: _record(root, images=(("media/a.png", "/proc/self/environ"),)),
    "images from outside": lambda root: _record(
        root, images=(("media/a.png", "../../outside/secret.png"),), pictures=("../../outside/secret.png",)
    ),
    "images in odd places": lambda root: _record(root, images=(("../../outside/a.png", "press.png"),)),
    "addresses that run": lambda root: _record(root, url="javascript:alert(1)"),
    "ids that lead out": lambda root: _record(root, id="../../../outside/x"),
    "other titles": lambda root: _record(root, title="<script>alert(1)</script>"),
    "aliases that lead out": lambda root: _record(root, aliases=("../../outside/x.html",)),
    "other paths": lambda root: _record(root, path="../../outside/own.txt"),
    "nothing else": lambda _: None,
}


@pytest.mark.parametrize("attack", SEALED.values(), ids=SEALED)
@pytest.mark.parametrize("is_edited", [True, False])
def test_a_site_that_was_cloned_with_a_cache(
    root: Path, attack: Callable[[Path], None], is_edited: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as theirs:
        theirs.setenv(seals.VARIABLE, OTHERS_KEY)
        built(root)
        attack(root)
    if is_edited:
        edit(root)
    before, began = outside(root), time.monotonic()
    built(root)
    holds(root, began, before)


IMAGES = {
    "from the process": ("media/a.png", "/proc/self/environ"),
    "from outside": ("media/a.png", "../../outside/secret.png"),
    "in another place": ("media/a.png", "press.png"),
    "that is none": ("media/a.png", "0.md"),
}


@pytest.mark.parametrize("image", IMAGES.values(), ids=IMAGES)
def test_images_are_looked_at_again_whoever_sealed_them(root: Path, image: tuple[str, str]) -> None:
    """Should anybody have the key: what is copied is what the clipping names, as when it was read."""
    edit(root)
    _record(root, images=(image,))
    with cache_of(root) as cache:
        cache.drop_note(HEAD)
    before, began = outside(root), time.monotonic()
    built(root)
    holds(root, began, before)


def test_a_sealed_value_of_another_place_or_cache_is_none(tmp_path: Path) -> None:
    one, other = seals.Seal.of_cache(b"one"), seals.Seal.of_cache(b"other")
    sealed = one.closed(b"value", "bodies", b"a.md")
    assert bytes(one.opened(sealed, "bodies", b"a.md")) == b"value"
    assert one.opened(sealed, "bodies", b"b.md") is None
    assert one.opened(sealed, "records", b"a.md") is None
    assert other.opened(sealed, "bodies", b"a.md") is None
    assert one.opened(sealed[:-1], "bodies", b"a.md") is None


# --- output folders ---------------------------------------------------------------------------------


def _named(*paths: str) -> Callable[[Path], None]:
    """Let the record of an output folder name other files too."""

    def change(root: Path) -> None:
        output = root / "public"
        old = manifest.read(output)
        record = msgspec.structs.replace(old, files={**old.files, **dict.fromkeys(paths, "0" * 32)})
        (output / ".broadsheet.json").write_bytes(manifest.encode(record))

    return change


REFUSED = {
    "out of the folder": _named("../../outside/own.txt"),
    "from the root": _named("/etc/passwd"),
    "our own records": _named(".broadsheet.json"),
    "a repository": _named(".git/config"),
    "a part of nothing": _named("a//b"),
    "a folder above": _named("a/../../b"),
}


@pytest.mark.parametrize("attack", REFUSED.values(), ids=REFUSED)
def test_a_record_that_names_what_we_never_write_is_refused(
    root: Path, attack: Callable[[Path], None]
) -> None:
    edit(root)
    attack(root)
    before, public = outside(root), files_of(root / "public")
    with pytest.raises(Exception, match="lists a file that Broadsheet never writes"):
        built(root)
    assert outside(root) == before
    assert files_of(root / "public") == public


def _sparse(file: Path) -> None:
    """A file that is great, and takes no room."""
    with file.open("ab") as stream:
        stream.truncate(30 * 1024**3)


def _lists(file: Path) -> None:
    """JSON that is too deep for what reads it."""
    file.write_bytes(b'{"x":' + b"[" * 300_000 + b"]" * 300_000 + b"}")


def _deep(folder: Path, name: str = "d") -> None:
    """A chain of folders whose path no system takes in one piece."""
    folder.mkdir(exist_ok=True)
    with contextlib.chdir(folder):
        for _ in range(1500):
            Path(name).mkdir()
            os.chdir(name)
        Path("sw.js").write_bytes(EVIL)


UNREADABLE = {
    "lists in lists": lambda output: _lists(output / ".broadsheet.json"),
    "30 GB": lambda output: _sparse(output / ".broadsheet.json"),
    "a list of 30 GB": lambda output: _sparse(output / ".broadsheet-added"),
    "a list that is a folder": lambda output: (output / ".broadsheet-added").mkdir(),
    "a list that is a folder, alone": lambda output: (
        shutil.rmtree(output),
        (output / ".broadsheet-added").mkdir(parents=True),
    ),
    "a path of 1,500 parts": lambda output: _named("d/" * 1500 + "x")(output.parent),
    "a path of 20,000 bytes": lambda output: _named(("d" * 200 + "/") * 100 + "x")(output.parent),
}


@pytest.mark.parametrize("attack", UNREADABLE.values(), ids=UNREADABLE)
def test_a_record_that_cannot_be_read_is_refused_in_a_short_line(
    root: Path, attack: Callable[[Path], object]
) -> None:
    edit(root)
    attack(root / "public")
    stood = {*(root / "public").iterdir()}
    with pytest.raises(BuildError, match="that Broadsheet wrote") as caught:
        built(root)
    assert len(str(caught.value)) < 1000
    assert {*(root / "public").iterdir()} == stood


DEEP = {
    "short names": lambda output: _deep(output / "x"),
    "long names": lambda output: _deep(output / "x", "d" * 200),
    "in the place of a page": lambda output: ((output / "index.html").unlink(), _deep(output / "index.html")),
}


@pytest.fixture
def removed(root: Path) -> Iterator[None]:
    """Leave no folders that other programs, such as pytest, cannot delete."""
    yield
    disk.delete_all(str(root))


@pytest.mark.usefixtures("removed")
@pytest.mark.parametrize("attack", DEEP.values(), ids=DEEP)
def test_folders_without_end_among_the_pages(root: Path, attack: Callable[[Path], object]) -> None:
    edit(root)
    attack(root / "public")
    with contextlib.suppress(BuildError):
        built(root)
    if (root / "public/index.html").is_dir():
        with pytest.raises(BuildError, match="is where the site needs the file") as caught:
            built(root)
        assert len(str(caught.value)) < 1000
    else:
        began = time.monotonic()
        disk.delete_all(f"{root}/public/x")
        holds(root, began, outside(root))


PREVIEWS = UNREADABLE | DEEP | {"a pipe": lambda output: (shutil.rmtree(output), os.mkfifo(output))}


@pytest.mark.usefixtures("removed")
@pytest.mark.parametrize("attack", PREVIEWS.values(), ids=PREVIEWS)
def test_of_a_preview_that_cannot_be_used_a_new_one_is_made(
    root: Path, attack: Callable[[Path], object]
) -> None:
    before, began = outside(root), time.monotonic()
    attack(root / "public")
    clear_foreign(root / "public")
    built(root)
    holds(root, began, before)


def test_a_folder_of_the_cache_that_leads_to_itself_stops_nothing(root: Path) -> None:
    edit(root)
    _replace(root / ".broadsheet", lambda path: path.symlink_to(".broadsheet"))
    began = time.monotonic()
    before = outside(root)
    built(root)
    holds(root, began, before)
    config = str(root / "digest.toml")
    assert run(["check", "-c", config]) == 0
    assert run(["clean", "-c", config]) == 0


def _linked(root: Path) -> None:
    """A folder of the record becomes a link to files outside that have its names."""
    (root / "public/more").symlink_to(root.parent / "outside")
    _named("more/own.txt", "more/secret.png")(root)


def _script(root: Path) -> None:
    [page, *_] = (root / "public/articles").rglob("*.html")
    page.write_bytes(EVIL)
    path = page.relative_to(root / "public").as_posix()
    old = manifest.read(root / "public")
    record = msgspec.structs.replace(old, files={**old.files, path: manifest.digest(EVIL)})
    (root / "public/.broadsheet.json").write_bytes(manifest.encode(record))


def _list(root: Path) -> None:
    (root / "public/.broadsheet-added").symlink_to(root.parent / "outside/own.txt")


def _added(*names: str) -> Callable[[Path], None]:
    """Let the list of files that came since the record name others: a preview that was killed may have."""
    return lambda root: (root / "public/.broadsheet-added").write_text("".join(f"{name}\n" for name in names))


OUTPUTS = {
    "a list of files that are not there": (_added("not/there.html", "x.html"), ()),
    "a list that names a folder": (_added("articles"), ()),
    "links in the place of folders": (_linked, ("more",)),
    "a page with a script": (_script, ()),
    "a list that is a link": (_list, ()),
    "files that are not there": (_named("not/there.html"), ()),
    "every hash another": (lambda root: _named(*manifest.read(root / "public").files)(root), ()),
}


@pytest.mark.parametrize(("attack", "left"), OUTPUTS.values(), ids=OUTPUTS)
@pytest.mark.parametrize("has_cache", [True, False])
def test_output_folders_that_somebody_crafted(
    root: Path, attack: Callable[[Path], None], left: tuple[str, ...], has_cache: bool
) -> None:
    edit(root)
    attack(root)
    if not has_cache:
        shutil.rmtree(root / ".broadsheet")
    before, began = outside(root), time.monotonic()
    built(root)
    for name in left:
        (root / "public" / name).unlink()
    holds(root, began, before)


# --- the key ----------------------------------------------------------------------------------------


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder for the state of programs, with nothing in it."""
    folder = tmp_path / "state"
    folder.mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder / "broadsheet"


def test_the_key_is_made_once_and_is_the_users_alone(state: Path) -> None:
    first = seals.key()
    assert seals.key() == first
    assert not first.fault
    assert stat.S_IMODE((state / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert [*state.iterdir()] == [state / "key"]
    assert (state / "key").read_bytes() == first.secret


KEYS = {
    "a link": lambda file: file.symlink_to("/dev/zero"),
    "a pipe": os.mkfifo if hasattr(os, "mkfifo") else None,
    "a folder": Path.mkdir,
    "short": lambda file: file.write_bytes(b"short"),
    "long": lambda file: file.write_bytes(bytes(99)),
    "readable by others": lambda file: (file.write_bytes(bytes(32)), file.chmod(0o644)),
}


@pytest.mark.parametrize("make", KEYS.values(), ids=KEYS)
def test_a_key_that_anybody_may_have_made_is_not_used(state: Path, make: Callable[[Path], object]) -> None:
    state.mkdir()
    make(state / "key")
    if (state / "key").is_file() and not (state / "key").is_symlink() and "others" not in str(make):
        (state / "key").chmod((state / "key").stat().st_mode & 0o644)
    found = seals.key()
    assert str(state / "key") in found.fault
    assert seals.key() == found
    assert found.secret not in (b"short", bytes(32), bytes(99))


def test_without_a_place_for_a_key_a_site_is_made_as_ever(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    edit(root)
    before, began = outside(root), time.monotonic()
    built(root)
    assert seals.key().fault
    assert not built(root).reasons
    holds(root, began, before)


def test_that_no_key_can_be_kept_is_said_once(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert run(["build", "-c", str(root / "digest.toml"), "--as-of", "2024-12-31"]) == 0
    said = capsys.readouterr().err
    assert said.count("no key can be stored") == 1
    assert "set BROADSHEET_CACHE_KEY" in said


def test_a_key_of_the_environment_makes_a_restored_cache_good(
    root: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(seals.VARIABLE, "0123456789abcdef" * 4)
    built(root)
    shutil.copytree(root, root.parent / "restored")
    shutil.rmtree(root.parent / "restored/public")
    with Cache.of(root.parent / "restored/.broadsheet", identity_of(site_in(root))) as cache:
        assert len([*cache.records()]) == 9
    assert not state.exists()


def test_a_key_of_the_environment_that_can_be_guessed_is_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(seals.VARIABLE, "secret")
    with pytest.raises(Exception, match=re.escape("BROADSHEET_CACHE_KEY: has fewer than 32 characters")):
        built(root)
