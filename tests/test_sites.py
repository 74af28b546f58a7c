"""Whole small sites, byte for byte, and sites with one fault each.

`pytest tests/test_sites.py --refresh` writes `expected/` and `expected.txt` anew; read the diff before it
is committed.
"""

import difflib
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from generator.cli.main import run
from generator.engine import render_context as pipeline
from generator.output import manifest
from writing import NOW, build_site, files_of, write_config

SITES = Path(__file__).parent / "sites"
BROKEN = SITES / "broken"
WHOLE = sorted(folder.name for folder in SITES.iterdir() if folder != BROKEN)
MANIFEST = ".broadsheet.json"
LONGEST_DIFF = 80
"""Lines shown of each file that differs."""


def copied(site: Path, to: Path) -> Path:
    """A site to build in, without what is expected of it."""
    shutil.copytree(site, to, ignore=shutil.ignore_patterns("expected", "expected.txt", "assets.txt"))
    return to


# --- whole sites ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WHOLE)
def test_a_site_is_as_expected(name, tmp_path, monkeypatch, refresh):
    monkeypatch.setattr(pipeline, "GENERATOR", "Broadsheet")  # a release changes no expectation
    root = copied(SITES / name, tmp_path / "site")
    build_site(root)
    made = files_of(root / "public")
    assert set(manifest.read(root / "public").files) == set(made) - {MANIFEST}
    # Styles and scripts are the theme's own and change often: their names are enough.
    assets = "".join(f"{path}\n" for path in made if path.startswith("assets/")).encode()
    pages = {path: data for path, data in made.items() if path != MANIFEST and not path.startswith("assets/")}
    if refresh:
        rewrite(SITES / name, pages, assets)
    expected = files_of(SITES / name / "expected")
    differences = [
        *difference("assets.txt", (SITES / name / "assets.txt").read_bytes(), assets),
        *(line for path in sorted({*pages, *expected}) for line in compared(path, expected, pages)),
    ]
    if differences:
        pytest.fail(
            f"tests/sites/{name} is built otherwise; `pytest tests/test_sites.py --refresh` accepts it\n"
            + "\n".join(differences),
            pytrace=False,
        )


def rewrite(site: Path, pages: dict[str, bytes], assets: bytes) -> None:
    """Take what was made for what is expected."""
    shutil.rmtree(site / "expected", ignore_errors=True)
    for path, data in pages.items():
        file = site / "expected" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    (site / "assets.txt").write_bytes(assets)


def compared(path: str, expected: dict[str, bytes], made: dict[str, bytes]) -> list[str]:
    """What is wrong with one file of the output, in words or as a diff."""
    if path not in made:
        return [f"missing: {path}"]
    if path not in expected:
        return [f"not expected: {path}"]
    return difference(path, expected[path], made[path])


def difference(path: str, expected: bytes, made: bytes) -> list[str]:
    """A unified diff of two texts; bytes that are no text differ as a whole."""
    if expected == made:
        return []
    try:
        texts = expected.decode("utf-8"), made.decode("utf-8")
    except UnicodeDecodeError:
        return [f"differs: {path}, {len(expected)} bytes expected, {len(made)} made"]
    before, after = (text.splitlines() for text in texts)
    lines = [*difflib.unified_diff(before, after, f"expected/{path}", f"made/{path}", lineterm="", n=1)]
    more = len(lines) - LONGEST_DIFF
    return lines[:LONGEST_DIFF] + ([f"… {more} more lines"] if more > 0 else []) or [f"line ends: {path}"]


def test_a_difference_can_be_read():
    expected = {"a.html": b"one\ntwo\nthree\n", "gone.html": b"", "p.png": b"\xff", "e.html": b"x\n"}
    made = {"a.html": b"one\n2\nthree\n", "new.html": b"", "p.png": b"\xfe\xff", "e.html": b"x"}
    told = [line for path in sorted({*expected, *made}) for line in compared(path, expected, made)]
    assert told == [
        "--- expected/a.html",
        "+++ made/a.html",
        "@@ -1,3 +1,3 @@",
        " one",
        "-two",
        "+2",
        " three",
        "line ends: e.html",
        "missing: gone.html",
        "not expected: new.html",
        "differs: p.png, 1 bytes expected, 2 made",
    ]


class Reversed:
    """A directory listing in the reverse order of names, in the place of `os.scandir`."""

    scandir = os.scandir

    def __init__(self, path="."):
        with Reversed.scandir(path) as entries:
            self._entries = iter(sorted(entries, key=lambda entry: entry.name, reverse=True))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._entries)

    def close(self):
        return None


@pytest.mark.parametrize("name", WHOLE)
def test_neither_listing_nor_zone_nor_locale_nor_hashes_show(name, tmp_path, monkeypatch):
    """The manifest is compared too."""
    here = copied(SITES / name, tmp_path / "here")
    listdir = os.listdir
    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", Reversed)
        patched.setattr(os, "listdir", lambda path=".": sorted(listdir(path), reverse=True))
        build_site(here)
    there = copied(SITES / name, tmp_path / "elsewhere" / "there")
    abroad = {"TZ": "America/New_York", "LC_ALL": "C", "PYTHONHASHSEED": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "generator", "build", "-q", "--as-of", NOW.isoformat()],
        cwd=there,
        env={**os.environ, **abroad},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    one, other = files_of(here / "public"), files_of(there / "public")
    assert [path for path in sorted({*one, *other}) if one.get(path) != other.get(path)] == []
    assert MANIFEST in one


@pytest.mark.parametrize("name", WHOLE)
def test_names_in_the_other_unicode_form_are_the_same_site(name, tmp_path):
    """macOS hands names out decomposed; an article's address may not depend on that."""
    root = copied(SITES / name, tmp_path / "site")
    build_site(root)
    before = {path for path in files_of(root / "public") if path.startswith("articles/")}
    for path in sorted((root / "content").rglob("*"), reverse=True):
        path.rename(path.with_name(unicodedata.normalize("NFD", path.name)))
    build_site(root)
    assert {path for path in files_of(root / "public") if path.startswith("articles/")} == before


# --- broken sites ---------------------------------------------------------------------------------

CLIPPING = (
    "---\ntitle: A sound clipping\nsource: Sound\ndate: 2024-07-03\n---\n\nNothing is wrong with this one.\n"
)


def not_utf8_template(root: Path) -> None:
    (root / "templates").mkdir()
    (root / "templates/404.html").write_bytes("{# first #}\n<p>Größe</p>\n".encode("latin-1"))


def not_utf8_config(root: Path) -> None:
    (root / "digest.toml").write_bytes('title = "Größe"\n'.encode("latin-1"))


def config_is_a_folder(root: Path) -> None:
    (root / "digest.toml").unlink()
    (root / "digest.toml").mkdir()


def content_is_missing(root: Path) -> None:
    shutil.rmtree(root / "content")


def content_is_a_file(root: Path) -> None:
    shutil.rmtree(root / "content")
    (root / "content").write_text("not a folder", "utf-8")


def output_is_a_file(root: Path) -> None:
    (root / "public").write_text("not a folder", "utf-8")


def output_of_others(root: Path) -> None:
    (root / "public").mkdir()
    (root / "public/letter.txt").write_text("mine", "utf-8")


def output_with_a_broken_record(root: Path) -> None:
    (root / "public").mkdir()
    (root / "public/.broadsheet.json").write_text('{"format": 2}', "utf-8")


def static_names_that_fold(root: Path) -> None:
    for name in ("Notes.txt", "notes.txt"):
        (root / "static" / name).parent.mkdir(exist_ok=True)
        (root / "static" / name).write_text(name, "utf-8")
    if len(list((root / "static").iterdir())) == 1:
        pytest.skip("this file system takes both names for one")


def static_leads_out(root: Path) -> None:
    (root / "static").mkdir()
    (root.parent / "secret.txt").write_text("somebody else's", "utf-8")
    (root / "static/secret.txt").symlink_to(root.parent / "secret.txt")
    (root / "static/gone").symlink_to("nowhere")


def clippings_that_are_none(root: Path) -> None:
    (root / "content/folder.md").mkdir()
    (root / "content/empty.md").write_bytes(b"")
    (root / "content/zeros.md").write_bytes(b"\0" * 64)
    (root / "content/gone.md").symlink_to("nowhere.md")
    (root.parent / "out.md").write_text(CLIPPING, "utf-8")
    (root / "content/out.md").symlink_to(root.parent / "out.md")
    (root / "content/loop.md").symlink_to("loop.md")


MADE_HERE = {
    name.replace("_", "-"): make
    for name, make in list(globals().items())
    if callable(make) and getattr(make, "__annotations__", {}) == {"root": Path, "return": None}
}
"""Faults that a repository holds badly: bytes that are not UTF-8, links, names that fold into one."""


@pytest.mark.parametrize("name", sorted(folder.name for folder in BROKEN.iterdir()))
def test_a_broken_site_is_refused_with_where_what_and_the_way_out(
    name, tmp_path, monkeypatch, capfd, refresh
):
    root = copied(BROKEN / name, tmp_path / "site")
    if not (root / "content").exists():
        (root / "content").mkdir()
        (root / "content/sound.md").write_text(CLIPPING, "utf-8")
    if not (root / "digest.toml").exists():
        write_config(root)
    if name in MADE_HERE:
        MADE_HERE[name](root)
    monkeypatch.chdir(root)
    code = run(["build", "--verbose", "--as-of", NOW.isoformat()])
    told = transcript(*capfd.readouterr(), code, root)
    file = BROKEN / name / "expected.txt"
    if refresh:
        file.write_text(told, "utf-8")
    assert told == file.read_text("utf-8")
    if code:
        assert not (root / "public/index.html").exists()


def transcript(out: str, err: str, code: int, root: Path) -> str:
    """What a build printed, without times and the folder of the test; then its exit code."""
    lines = err.splitlines()
    lines += [line.partition(";")[0] for line in out.splitlines()]
    text = "".join(f"{line}\n" for line in lines)
    text = re.sub(r"(maximum recursion depth exceeded)[\w ]*", r"\1", text)  # where it ends depends on Python
    return text.replace(f"{root}{os.sep}", "").replace(str(root), ".") + f"exit code {code}\n"


def test_every_fault_made_here_is_built():
    assert set(MADE_HERE) <= {folder.name for folder in BROKEN.iterdir()}


def test_no_expectation_shows_a_traceback_or_says_nothing():
    for file in sorted(BROKEN.glob("*/expected.txt")):
        text = file.read_text("utf-8")
        assert "Traceback" not in text, file
        assert "internal" not in text, file
        assert re.search(r"^(error|warning|skipped|notice): \S+", text, re.MULTILINE), file
        assert re.search(r"^exit code [012]$", text, re.MULTILINE), file
