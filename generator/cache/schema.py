"""The tables of the cache, and the statements that are used in several places."""

from __future__ import annotations

from generator.cache.seals import Seal

TABLES = """
CREATE TABLE notes (key BLOB PRIMARY KEY, value BLOB);
CREATE TABLE clippings (path BLOB PRIMARY KEY, size INT, modified INT, changed INT, inode INT,
    digest BLOB, source TEXT, day INT, seal BLOB) WITHOUT ROWID;
CREATE INDEX clippings_by_source ON clippings (source);
CREATE TABLE records (path BLOB PRIMARY KEY, key BLOB, value BLOB);
CREATE TABLE bodies (path BLOB PRIMARY KEY, terms BLOB, value BLOB);
CREATE TABLE repeats (source TEXT, year INT, inputs BLOB, digest BLOB, value BLOB, seal BLOB,
    PRIMARY KEY (source, year)) WITHOUT ROWID;
CREATE TABLE sources (name TEXT PRIMARY KEY, key BLOB, value BLOB);
CREATE TABLE pages (output BLOB, path TEXT, inputs BLOB, digest BLOB, size INT, modified INT, changed INT,
    inode INT, seal BLOB, PRIMARY KEY (output, path)) WITHOUT ROWID;
"""

"""Large values are in tables with row ids: without, each search for a key would read those of other rows."""

DROPS = {
    "clippings": ("DELETE FROM clippings WHERE path = ?",),
    "bodies": ("DELETE FROM bodies WHERE path = ?", "DELETE FROM records WHERE path = ?"),
    "repeats": ("DELETE FROM repeats WHERE source = ? AND year = ?",),
}
"""Table → statements that make the next attempt compute a missing row again."""
CLIPPINGS = "SELECT path, size, modified, changed, inode, digest, source, day, seal FROM clippings"
PAGES = "SELECT output, path, inputs, digest, size, modified, changed, inode, seal FROM pages"
KEEP_PAGE = "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


def mark(seal: Seal) -> int:
    """Return a number that identifies schema and key, to detect files that were sealed with another key."""
    return int.from_bytes(seal.of(TABLES)[:4]) & 0x7FFF_FFFF
