import os
import socket
import sys

import pytest

from generator.model.errors import Severity
from generator.reading import discover
from generator.reading.frontmatter import read_clipping

DEFAULT = ("README.md", ".*")


def write(folder, *paths):
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("---\ntitle: x\n---\n", "utf-8")


def reasons(found):
    return {s.path: s.reason for s in found.skipped}


def test_every_markdown_file_at_any_depth_is_a_clipping(tmp_path):
    write(tmp_path, "a.md", "b/c/d/e.markdown", "B.MD", "_x.md", "b/中文 & #1.md", "no.txt", "md", "x.md.bak")
    found = discover(tmp_path, DEFAULT)
    assert found.paths == ("B.MD", "_x.md", "a.md", "b/c/d/e.markdown", "b/中文 & #1.md")
    assert (found.ignored, found.skipped, found.problems) == (0, (), ())


def test_ignored_files_are_counted_apart(tmp_path):
    write(
        tmp_path, "README.md", "a/README.md", ".hidden.md", ".git/x.md", ".git/y.txt", "daily.md", "keep.md"
    )
    write(tmp_path, "drafts/x.md", "drafts/deep/y.md", "a/drafts/z.md", "old/a.md", "a/old/b.md", "tmp/a.md")
    found = discover(tmp_path, (*DEFAULT, "daily.md", "drafts/", "/old/*", "tmp/a.*"))
    assert found.paths == ("a/old/b.md", "keep.md")
    assert found.ignored == 10
    assert discover(tmp_path, ()).ignored == 0


def test_folder_called_like_a_clipping_is_walked(tmp_path):
    write(tmp_path, "x.md/y.md")
    found = discover(tmp_path, DEFAULT)
    assert found.paths == ("x.md/y.md",)
    assert [str(p) for p in found.problems] == [
        "x.md: is a folder, not a clipping; rename it; what lies in it is read"
    ]


def test_links(tmp_path):
    content = tmp_path / "content"
    write(tmp_path, "content/a.md", "content/sub/b.md", "outside/c.md", "content-too/d.md")
    links = {
        "inside.md": "a.md",
        "broken.md": "gone.md",
        "loop.md": "loop.md",
        "one.md": "two.md",
        "two.md": "one.md",
        "out.md": "../outside/c.md",
        "beside.md": "../content-too/d.md",
        "etc.md": "/etc/hostname",
        "device.md": "/dev/zero",
        "folder.md": "sub",
        "around": ".",
        "broken": "gone",
        "file": "a.md",
    }
    for name, target in links.items():
        (content / name).symlink_to(target)
    found = discover(content, DEFAULT)
    assert found.paths == ("a.md", "inside.md", "sub/b.md")
    out, loop = "is a link that leads out of the content folder", "is a link that leads in a circle"
    assert reasons(found) == {
        "broken": "is a broken link",
        "broken.md": "is a broken link",
        "loop.md": loop,
        "one.md": loop,
        "two.md": loop,
        "out.md": out,
        "beside.md": out,
        "etc.md": out,
        "device.md": out,
    }
    problems = {p.path: p for p in found.problems}
    assert set(problems) == set(reasons(found)) | {"folder.md", "around"}
    assert problems["around"].message == "is a link to a folder, not followed"
    assert problems["out.md"].severity is Severity.WARNING


def test_content_folder_may_be_a_link(tmp_path):
    write(tmp_path, "real/a.md")
    (tmp_path / "real" / "b.md").symlink_to("a.md")
    (tmp_path / "content").symlink_to("real")
    assert discover(tmp_path / "content", DEFAULT).paths == ("a.md", "b.md")


def test_pipes_and_sockets_are_skipped(tmp_path, monkeypatch):
    write(tmp_path, "a.md")
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "link.md").symlink_to("pipe.md")
    monkeypatch.chdir(tmp_path)  # a socket's address is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.md")
        found = discover(tmp_path, DEFAULT)
    assert found.paths == ("a.md",)
    assert reasons(found) == {
        "link.md": "is a link to something other than a regular file",
        "pipe.md": "is not a regular file",
        "socket.md": "is not a regular file",
    }


def test_longest_names(tmp_path):
    name = "长" * 84 + ".md"
    assert len(name.encode()) == 255
    write(tmp_path, name)
    found = discover(tmp_path, DEFAULT)
    assert found.paths == (name,)
    assert read_clipping(tmp_path, name)[0].fields == {"title": "x"}


@pytest.mark.skipif(sys.platform == "darwin", reason="the file system refuses such names")
def test_names_that_are_not_utf_8(tmp_path):
    for name in (b"\xce\xc4.md", b"new\nline.md"):
        (tmp_path / os.fsdecode(name)).write_bytes(b"---\ntitle: x\n---\n")
    found = discover(tmp_path, DEFAULT)
    assert found.paths == ("new\nline.md", "\udcce\udcc4.md")
    assert [str(p) for p in found.problems] == [
        "\\xce\\xc4.md: has a name that is not readable text; rename it; its address will change",
        "new\\nline.md: has a name that is not readable text; rename it; its address will change",
    ]
    assert all(read_clipping(tmp_path, path)[0].fields == {"title": "x"} for path in found.paths)


def test_folder_that_cannot_be_read(tmp_path):
    found = discover(tmp_path / "gone", DEFAULT)
    assert [str(p) for p in found.problems] == [
        "gone: is a folder that cannot be read: No such file or directory; "
        "check its permissions; --yes builds without its clippings"
    ]
    assert [(p.severity, p.kind) for p in found.problems] == [(Severity.ERROR, "content")]


def test_order_of_the_listing_does_not_show(tmp_path, monkeypatch):
    write(tmp_path, *(f"{n}/{m}.md" for n in "cab" for m in "zxy"))
    scandir = os.scandir

    class Listing(list):
        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    forwards = discover(tmp_path, DEFAULT)
    monkeypatch.setattr(
        os, "scandir", lambda path: Listing(sorted(scandir(path), key=lambda e: e.name, reverse=True))
    )
    assert discover(tmp_path, DEFAULT) == forwards


def test_a_folder_whose_path_is_too_long_costs_its_clippings_alone(tmp_path, monkeypatch):
    write(tmp_path, "a.md")
    monkeypatch.chdir(tmp_path)
    for _ in range(30):  # beyond what one call of the system can name
        os.mkdir("d" * 200)  # noqa: PTH102
        os.chdir("d" * 200)
    try:
        found = discover(tmp_path, DEFAULT)
        assert found.paths == ("a.md",)
        [skipped] = found.skipped
        assert skipped.reason == "is a folder whose path is too long to be read"
        assert [problem.severity for problem in found.problems] == [Severity.WARNING]
    finally:  # what pytest deletes by its path is deleted from below
        for _ in range(30):
            os.chdir("..")
            os.rmdir("d" * 200)  # noqa: PTH106
