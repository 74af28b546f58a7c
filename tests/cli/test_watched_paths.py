"""A site that is followed leaves the bytes of a clean build, whatever the names of the files that change."""

import contextlib
import subprocess
import sys
import time

import pytest

from generator.cli.watched_paths import roots_of, skips_uncopied, skips_unpublished
from generator.output import names
from generator.output.assets import static_files
from generator.reading import discover
from running import AS_OF, NOTHING, PATIENCE, Command, covers, until, watching
from writing import files_of, site_in, write_clipping, write_config

DEFAULT = ("README.md", ".*")
OTHER = ("skip*", "drafts/*")

LEFTOVERS = (
    ".a.md.swp", ".a.md.swo", "4913", "a.md~", ".#a.md", "#a.md#", "a.md.tmp", ".a.md.xyz.tmp", "a.md.part",
    "a.md.crdownload", "a.md___jb_tmp___", "a.md___jb_old___", ".goutputstream-AB12CD", ".DS_Store",
)  # fmt: skip
"""What editors, browsers and file systems leave beside a clipping for a moment, or for good."""


@pytest.mark.parametrize("name", LEFTOVERS)
def test_what_editors_leave_does_not_count_where_patterns_are_the_default(name):
    skips = skips_unpublished(DEFAULT)
    assert skips(name, name, False)
    assert skips(f"2024/{name}", name, False)


@pytest.mark.parametrize("name", [name for name in LEFTOVERS if not name.endswith(".md")])
def test_what_editors_leave_does_not_count_whatever_the_patterns(name):
    assert skips_unpublished(OTHER)(f"2024/{name}", name, False)
    assert skips_unpublished(())(f"2024/{name}", name, False)


@pytest.mark.parametrize(
    ("path", "is_folder", "default", "other"),
    [
        ("a.md", False, False, False),
        ("notes.txt", False, False, False),
        ("README.md", False, True, False),
        (".e.md", False, True, False),
        (".e.MARKDOWN", False, True, False),
        (".p.png", False, True, False),
        (".p.PNG", False, True, False),
        (".p.txt", False, True, True),
        (".n", True, True, False),
        (".git", True, True, False),
        ("a~", True, False, False),
        ("skipped", True, False, True),
        ("2024/skip.md", False, False, True),
        ("drafts", True, False, False),
        ("drafts/a.md", False, False, True),
        ("2024/drafts/a.md", False, False, False),
    ],
)
def test_below_the_content_folder_patterns_say_what_does_not_count(path, is_folder, default, other):
    name = path.rpartition("/")[2]
    assert skips_unpublished(DEFAULT)(path, name, is_folder) == default
    assert skips_unpublished(OTHER)(path, name, is_folder) == other


@pytest.mark.parametrize("patterns", [DEFAULT, OTHER, (), (".n/*", "b~"), ("*.md",)])
def test_every_clipping_that_is_found_counts_with_the_folders_that_it_is_in(tmp_path, patterns):
    for folder in ("", ".n/", ".n/m/", "b~/", "skip/", "drafts/", ".n/drafts/", "x.part/"):
        for name in ("a.md", ".e.md", "#b.md#.md", "skip.md", "README.md", ".f.markdown", "4913.md"):
            write_clipping(tmp_path, folder + name)
    skips = skips_unpublished(patterns)

    def counts(path):
        parts = path.split("/")
        parents = ("/".join(parts[:end]) for end in range(1, len(parts)))
        folders = (not skips(parent, parent.rpartition("/")[2], True) for parent in parents)
        return all(folders) and not skips(path, parts[-1], False)

    files = {path for path in files_of(tmp_path) if counts(path)}
    assert files == set(discover(tmp_path, patterns).paths)


def test_every_static_file_that_is_copied_counts_and_no_other(tmp_path):
    for name in (".nojekyll", ".well-known/security.txt", "book.part", "a~", ".DS_Store", "x/Thumbs.db"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    files = {path for path in files_of(tmp_path) if not skips_uncopied(path, path.rpartition("/")[2], False)}
    assert files == {address for address, _ in static_files(tmp_path).files}


def test_the_same_patterns_are_the_same_rule():
    assert skips_unpublished(DEFAULT) == skips_unpublished((*DEFAULT,)) != skips_unpublished(OTHER)


# --- with the watcher -----------------------------------------------------------------------------


def watching_site(root):
    """A watcher of a site as its configuration says at the moment."""
    return watching(lambda: roots_of(site_in(root), root / "digest.toml"), notice=print)


def told_of(watcher, file):
    """Whether a change of a file is told, by itself or with a folder."""
    found = False
    while (changed := watcher.wait(NOTHING if found else PATIENCE)) != frozenset():
        found |= covers(changed, file)
    return found


@pytest.fixture
def root(tmp_path):
    write_config(tmp_path, "")
    write_clipping(tmp_path / "content", "a.md")
    return tmp_path


@pytest.mark.parametrize("ignore", ["", 'ignore = ["skip*"]\n'])
def test_a_storm_of_what_editors_leave_in_the_content_folder_is_no_news(root, ignore):
    write_config(root, ignore)
    with watching_site(root) as watcher:
        for _ in range(20):
            for name in LEFTOVERS:
                if not ignore or not name.endswith(".md"):
                    (root / "content" / name).write_text("x")
                    (root / "content" / name).unlink()
        assert watcher.wait(NOTHING) == frozenset()


def test_a_folder_that_is_ignored_is_not_watched_until_other_patterns_let_it_in(root):
    write_clipping(root / "content", ".n/m/d.md")
    deep = root / "content/.n/m/d.md"
    with watching_site(root) as watcher:
        deep.write_text("two")
        (root / "content/.n/e.md").write_text("two")
        assert watcher.wait(NOTHING) == frozenset()

        write_config(root, 'ignore = ["skip*"]\n')
        assert told_of(watcher, root / "digest.toml")
        deep.write_text("three")
        assert watcher.wait(PATIENCE) == {deep}
        (root / "content/skip.md").write_text("one")
        assert watcher.wait(NOTHING) == frozenset()

        write_config(root, "# the default again\n")
        assert told_of(watcher, root / "digest.toml")
        deep.write_text("four")
        assert watcher.wait(NOTHING) == frozenset()


def test_one_folder_for_clippings_and_for_static_files_is_watched_for_both(root):
    write_config(root, 'content = "static"\n')
    (root / "static").mkdir()
    with watching_site(root) as watcher:
        (root / "static/book.part").write_text("one")
        assert told_of(watcher, root / "static/book.part")
        (root / "static/a.md").write_text("one")
        assert told_of(watcher, root / "static/a.md")
        (root / "static/.DS_Store").write_text("one")
        assert watcher.wait(NOTHING) == frozenset()


# --- with the command -----------------------------------------------------------------------------


def built(folder):
    """What stands in an output folder, without the records of builds."""
    records = {names.MANIFEST, names.ADDED}
    return {path: content for path, content in files_of(folder).items() if path not in records}


def clean_build(root):
    """What a build leaves that knows of none before."""
    command = [sys.executable, "-m", "generator", "build", "-q", "--clean", *AS_OF]
    subprocess.run([*command, "-o", "clean"], cwd=root, check=True, timeout=PATIENCE)
    return built(root / "clean")


class Watching(Command):
    """A running `broadsheet build --watch`."""

    def __init__(self, root):
        super().__init__(root, "build", "--watch", *AS_OF)

    def until(self, holds):
        """Wait until something holds."""
        until(holds, self)

    def shows(self, text):
        """Whether any file that was published holds a text; not while files come and go."""
        with contextlib.suppress(FileNotFoundError):
            return any(text.encode() in content for content in built(self.root / "public").values())
        return False


@pytest.fixture
def running():
    """Starts the command; none outlives the test."""
    with contextlib.ExitStack() as stack:

        def start(root):
            command = Watching(root)
            stack.callback(command.end)
            command.until(lambda: " published" in command.text)
            return command

        yield start


def test_edits_of_static_files_are_followed_whatever_their_names(root, running):
    files = [root / "static/.well-known/security.txt", root / "static/book.part", root / "static/.nojekyll"]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("one")
    command = running(root)
    for file in files:
        file.write_text(f"the second of {file.name}")
        copy = root / "public" / file.relative_to(root / "static")
        command.until(lambda copy=copy, file=file: copy.read_bytes() == file.read_bytes())
    files[1].unlink()
    expected = clean_build(root)
    command.until(lambda: built(root / "public") == expected)


def test_edits_of_clippings_with_a_dot_are_followed_where_no_pattern_names_them(root, running):
    write_config(root, 'ignore = ["skip*"]\n')
    write_clipping(root / "content", ".n/d.md", title="Deep")
    write_clipping(root / "content", ".e.md", title="Dotted")
    command = running(root)
    for path in (".n/d.md", ".e.md", ".n/new.md", ".m/other.md"):
        write_clipping(root / "content", path, title=f"Another in {path[1]}", date="2024-07-04")
        command.until(lambda path=path: command.shows(f"Another in {path[1]}"))
    (root / "content/.e.md").unlink()
    expected = clean_build(root)
    command.until(lambda: built(root / "public") == expected)


def test_what_other_patterns_let_in_is_followed_from_then_on(root, running):
    write_clipping(root / "content", ".n/d.md", title="Deep")
    command = running(root)
    assert not command.shows("Deep")
    write_config(root, 'ignore = ["skip*"]\n')
    command.until(lambda: command.shows("Deep"))
    write_clipping(root / "content", ".n/d.md", title="Deeper")
    command.until(lambda: command.shows("Deeper"))

    write_config(root, 'ignore = "nonsense"\n')
    command.until(lambda: "`ignore`" in command.text)
    time.sleep(2 * NOTHING)  # a save may be several events, each with the same error
    reported = command.text.count("`ignore`")
    time.sleep(2 * NOTHING)
    assert command.text.count("`ignore`") == reported  # nothing is tried again without a save
    write_clipping(root / "content", ".n/d.md", title="Deepest")
    time.sleep(NOTHING)
    write_config(root, 'ignore = ["skip*"]\n')
    command.until(lambda: command.shows("Deepest"))
    expected = clean_build(root)
    command.until(lambda: built(root / "public") == expected)
