"""What a dry run tells: rows by kind, and limits of the host."""

from __future__ import annotations

from published import SITE, Memory, publish_to, write_output

from generator.publish import Options, prepare, preparing
from generator.publish.preparing import read_build
from generator.publish.summary import broken_limits, rows_of

ALL = ("gz", "br", "zst")


def test_a_dry_run_asks_for_each_file_once(tmp_path, monkeypatch):
    store = Memory()
    files = {f"sources/{number}/index.html": b"x" for number in range(9)}
    publish_to(store, write_output(tmp_path / "public", files))
    output = write_output(tmp_path / "public", {**files, **SITE})
    prepared = prepare(store, output, read_build(output), Options(encodings=["gz"]), notice=print)
    asked: list[str] = []
    original = preparing._stat
    monkeypatch.setattr(preparing, "_stat", lambda file: asked.append(file) or original(file))
    sizes = prepared.measured()
    rows_of(prepared, sizes)
    broken_limits("git+https://github.com/me/digest.git#pages", prepared, sizes)
    assert sorted(asked) == sorted(f"{output}/{path}" for path in prepared.files)


def test_compressed_copies_count(tmp_path):
    store = Memory()
    output = write_output(tmp_path / "public", SITE)
    prepared = prepare(store, output, read_build(output), Options(encodings=ALL), notice=print)
    counted = sum(row.bytes for row in rows_of(prepared, prepared.measured()).values())
    publish_to(store, output, encodings=ALL)
    assert counted == sum(map(len, store.site.values()))
