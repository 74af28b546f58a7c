"""The command `publish`: its options, messages, exit codes and report."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import re
import shutil
import sys
import time
from importlib import metadata
from pathlib import Path

import msgspec
import pytest

from generator.cli.exit_codes import DONE, FAILED, INTERRUPTED, UNUSABLE
from generator.cli.main import run
from generator.config.loading import load
from generator.output import lock as output_lock
from generator.output.names import MANIFEST
from generator.publish import chosen, lock, retry
from generator.publish.store import RECORD
from running import Command, until
from writing import files_of, write_clipping, write_config

CONFIG = 'base_url = "https://digest.example/"\n'


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of two clippings that is built."""
    root = tmp_path_factory.mktemp("site")
    write_config(root, CONFIG)
    write_clipping(root / "content", "a.md", title="An article")
    write_clipping(root / "content", "b.md", title="Another one")
    assert run(["build", "-q", "-c", str(root / "digest.toml"), "-o", str(root / "public")]) == DONE
    return root


@pytest.fixture
def root(tmp_path, site, monkeypatch):
    """A copy of it as the current folder, with a folder to publish to."""
    root = tmp_path / "site"
    shutil.copytree(site, root)
    write_config(root, f'{CONFIG}[publish.web]\naddress = "{(tmp_path / "www").as_uri()}"\n')
    monkeypatch.chdir(root)
    return root


def published(root):
    return {path: data for path, data in files_of(root.parent / "www").items() if path != RECORD}


def built(root):
    return {path: data for path, data in files_of(root / "public").items() if path != MANIFEST}


def test_it_publishes_to_the_only_place_and_then_nothing(root, capfd):
    assert run(["publish"]) == DONE
    assert published(root) == built(root)
    out = capfd.readouterr().out
    assert f"{len(built(root))} files uploaded (0.2 MB), 0 deleted, 0 kept; " in out
    assert out.endswith(": https://digest.example/\n")
    assert run(["publish"]) == DONE
    assert "is up to date: https://digest.example/" in capfd.readouterr().out


def test_a_dry_run_changes_nothing(root, capfd):
    (root.parent / "www").mkdir()
    (root.parent / "www/CNAME").write_text("digest.example")
    assert run(["publish", "web", "--dry-run"]) == DONE
    assert published(root) == {"CNAME": b"digest.example"}
    out = capfd.readouterr().out
    assert "articles           2         0         0" in out
    assert "would ask: files of somebody else are there that stay as they are: 1 (CNAME)" in out


def test_a_question_without_a_terminal_fails_and_yes_answers_it(root, capfd):
    (root.parent / "www").mkdir()
    (root.parent / "www/CNAME").write_text("digest.example")
    assert run(["publish"]) == FAILED
    assert "1 (CNAME); --yes accepts this" in capfd.readouterr().err
    assert run(["publish", "--yes"]) == DONE
    assert published(root) == {**built(root), "CNAME": b"digest.example"}


@pytest.mark.parametrize(("answer", "code"), [("y\n", DONE), ("n\n", FAILED)])
def test_a_question_is_asked_on_a_terminal(root, monkeypatch, answer, code):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    (root.parent / "www").mkdir()
    (root.parent / "www/CNAME").write_text("digest.example")
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert run(["publish"]) == code
    assert ("index.html" in published(root)) == (code == DONE)


def test_a_quiet_command_prints_no_question_that_is_answered(root, capfd):
    (root.parent / "www").mkdir()
    (root.parent / "www/CNAME").write_text("digest.example")
    assert run(["publish", "-q", "--yes"]) == DONE
    assert capfd.readouterr() == ("", "")


def test_an_older_build_is_refused_unless_forced_but_not_one_with_the_same_files(root, tmp_path, capfd):
    assert run(["publish"]) == DONE
    shutil.copytree(root / "public", tmp_path / "older")
    write_clipping(root / "content", "c.md", title="A newer one")
    assert run(["build", "-q"]) == DONE
    assert run(["publish"]) == DONE
    again = tmp_path / "again"
    shutil.copytree(root / "public", again)
    os.utime(again / MANIFEST, (0, 0))
    assert run(["publish", "-o", str(again)]) == DONE
    capfd.readouterr()
    assert run(["publish", "-o", str(tmp_path / "older")]) == FAILED
    assert re.search(
        r"was built at .* UTC, after the last change of this one at .*; build again with all clippings, or ",
        capfd.readouterr().err,
    )
    assert run(["publish", "-o", str(tmp_path / "older"), "--force"]) == DONE
    record = tmp_path / "www" / RECORD
    record.write_text(re.sub('"built": "[0-9]{4}', '"built": "2999', record.read_text()))
    assert run(["publish"]) == DONE, "a clock that was wrong holds nobody up"


def test_the_output_folder_is_no_place_to_publish_to(root, capfd):
    for folder in ("public", "public/www"):
        assert run(["publish", "--yes", (root / folder).as_uri()]) == UNUSABLE
        assert "is in the folder that is published; name the folder that a web" in capfd.readouterr().err
    assert published(root) == {}


@pytest.mark.parametrize("folder", ["content", "static", "templates/x", "cleaning", ".broadsheet"])
def test_a_folder_that_builds_read_is_no_place_to_publish_to(root, capfd, folder):
    assert run(["publish", "--yes", (root / folder).as_uri()]) == UNUSABLE
    assert "is in a folder that builds read; name the folder that a web" in capfd.readouterr().err
    assert not (root / folder / "index.html").exists()


def test_names_of_others_that_are_no_text_are_shown_and_reported(root, capfd):
    (root.parent / "www").mkdir()
    Path(os.fsdecode(os.fsencode(root.parent) + b"/www/\xff\x1b.txt")).touch()
    assert run(["publish", "--dry-run", "--report", "report.json"]) == DONE
    assert r"1 (\xff\x1b.txt)" in capfd.readouterr().out
    assert json.loads((root / "report.json").read_bytes())["questions"]


def test_the_report_is_written_even_if_it_fails(root, tmp_path):
    file = tmp_path / "report.json"
    assert run(["publish", "--report", str(file)]) == DONE
    report = json.loads(file.read_bytes())
    assert report["published"] is True
    assert report["kinds"]["articles"]["new"] == 2
    assert report["site"] == "https://digest.example/"
    assert run(["publish", "ftp://host/x", "--report", str(file)]) == UNUSABLE
    report = json.loads(file.read_bytes())
    assert report["published"] is False
    assert report["problems"][0]["kind"] == "host"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("wob", "is neither an address nor a name in digest.toml; did you mean web?"),
        ("/srv/www", "for a folder write file:// and its absolute path"),
        ("file:///~/www", "begins with `~`; write the path from the root of the disk"),
        ("git@host:me/x.git", "is a git repository; write git+ssh://git@host/me/x.git#pages"),
        ("ftp://host/x", "is not an address to publish to; use one of file://"),
        ("file://host/x", "write file:/// and an absolute path"),
        ("git+https://host/x.git", "names no branch; add it after the repository"),
        ("git+https://me:hunter2@host/x.git#pages", "git+https:…: has credentials in it"),
        ("git+https://hunter2@host/x.git#pages", "has credentials in it"),
        ("git+https://me:a@hunter2@host/x.git#pages", "has credentials in it"),
        ("sftp://me:a/hunter2@host/x", "has credentials in it"),
        ("sftp:///srv", "names no host; write sftp://host/path"),
        ("sftp://host:port/srv", "names no host; write sftp://host/path"),
        ("file:///srv/c#/www", "has a `?` or `#` in it; in a file name write %3F and %23 for them"),
        ("s3://bucket/a#b", "has a `?` or `#` in it; in a file name write %3F and %23 for them"),
        ("file:///", "names no folder; add it, such as file:///srv/www"),
        ("sftp://host/", "names no folder; add it, such as sftp://host/srv/www"),
        ("file:/srv/www", "is not an address; write file:///srv/www"),
        ("git+file:/srv/x.git#pages", "is not an address; write git+file:///srv/x.git#pages"),
        ("s3:///prefix", "names no bucket; write s3://bucket or s3://bucket/prefix"),
        ("sftp://host/srv/../etc", "has `..` in its path; write the path without it"),
        ("sftp://host/srv/%2e%2e/etc", "has `..` in its path; write the path without it"),
        ("az://container/site?sig=hunter2", "has credentials in it"),
    ],
)
def test_a_target_that_cannot_be_used_is_explained(root, capfd, target, message):
    assert run(["publish", target]) == UNUSABLE
    err = capfd.readouterr().err
    assert message in err
    assert "hunter2" not in err


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which none can be created")
def test_a_folder_that_cannot_be_created_is_told(root, capfd):
    assert run(["publish", "file:///proc/none"]) == FAILED
    assert "/proc/none: cannot be created; see whether the path is right" in capfd.readouterr().err


def test_an_address_that_a_table_has_gets_its_settings(root, capfd):
    address = (root / "pages.git").as_uri()
    write_config(root, f'[publish.web]\naddress = "git+{address}#pages"\nhistory = false\n')
    config = load(root / "digest.toml").config
    assert chosen(config.publish, f"git+{address}#pages") == config.publish["web"]
    assert chosen(config.publish, f"git+{address}#other").history


def test_an_interrupted_publish_says_that_the_next_one_finishes_it(root, capfd, monkeypatch):
    def interrupted(*_given, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("generator.publish.publish", interrupted)
    assert run(["publish", "--yes", (root.parent / "www").as_uri()]) == INTERRUPTED
    assert "notice: interrupted; the next publish there finishes this one" in capfd.readouterr().err


def test_with_several_places_one_is_named(root, capfd):
    write_config(root, '[publish.a]\naddress = "file:///a"\n[publish.b]\naddress = "file:///b"\n')
    assert run(["publish"]) == UNUSABLE
    assert "names several places to publish to; choose one: a, b" in capfd.readouterr().err
    write_config(root, "")
    assert run(["publish"]) == UNUSABLE
    assert "names no place to publish to" in capfd.readouterr().err


def test_a_place_without_an_address_is_a_fault_of_the_configuration(root, capfd):
    write_config(root, "[publish.web]\nhistory = false\n")
    assert run(["publish"]) == UNUSABLE
    assert "`publish.web` has no `address`; write one" in capfd.readouterr().err
    write_config(root, '[publish.web]\nadress = "file:///a"\n')
    assert run(["publish"]) == UNUSABLE
    assert "did you mean `publish.web.address`?" in capfd.readouterr().err


def test_a_hub_that_cannot_be_told_is_a_warning(root, capfd, monkeypatch):
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.01)
    web = f'[publish.web]\naddress = "{(root.parent / "www").as_uri()}"\n'
    write_config(root, f'{CONFIG}hub = "http://127.0.0.1:9/"\n{web}')
    assert run(["publish", "--report", "report.json"]) == DONE
    assert "warning: http://127.0.0.1:9/: cannot be reached: " in capfd.readouterr().err
    report = json.loads((root / "report.json").read_bytes())
    assert report["published"] is True
    assert [problem["severity"] for problem in report["problems"]] == ["warning"]


def test_compressed_copies_are_for_a_server_of_ones_own(root, capfd):
    web = f'{CONFIG}[publish.web]\naddress = "{(root.parent / "www").as_uri()}"\n'
    write_config(root, web + 'precompress = ["gz"]\n')
    assert run(["publish"]) == DONE
    assert gzip.decompress(published(root)["index.html.gz"]) == built(root)["index.html"]
    sizes = {path: len(data) for path, data in published(root).items()}
    assert f"({sum(sizes.values()) / 10**6:,.1f} MB)" in capfd.readouterr().out
    shutil.rmtree(root.parent / "www")
    assert run(["publish", "--dry-run", "--report", "report.json"]) == DONE
    report = json.loads((root / "report.json").read_bytes())
    assert sum(kind["bytes"] for kind in report["kinds"].values()) == sum(sizes.values())
    write_config(root, web + 'precompress = ["gzip"]\n')
    assert run(["publish"]) == UNUSABLE
    assert 'write one of "gz", "br", "zst"' in capfd.readouterr().err
    write_config(root, '[publish.web]\naddress = "s3://digest"\nprecompress = ["gz"]\n')
    assert run(["publish"]) == UNUSABLE
    assert "has no effect on a host that compresses by itself; remove it" in capfd.readouterr().err


def test_without_a_build_there_is_nothing_to_publish(root, capfd):
    assert run(["publish", "--output", "elsewhere"]) == FAILED
    assert "there is no site to publish; build it with `broadsheet build`" in capfd.readouterr().err
    assert not (root / "elsewhere").exists()


def test_a_package_adds_a_target_by_an_entry_point(root, tmp_path, monkeypatch, capfd):
    package = tmp_path / "site-packages"
    about = package / "parcel-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: parcel\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[broadsheet.targets]\nparcel = parcel:opened\n")
    (package / "parcel.py").write_text(
        "from pathlib import Path\n"
        "from generator.publish.folder import Folder\n"
        "def opened(address, settings):\n"
        "    return Folder(Path(address.removeprefix('parcel://')))\n"
    )
    monkeypatch.syspath_prepend(str(package))
    assert "parcel" in metadata.entry_points(group="broadsheet.targets").names
    assert run(["publish", f"parcel://{tmp_path}/www"]) == DONE
    assert (root.parent / "www/index.html").is_file()


def test_publish_settings_make_no_page_stale(root, capfd):
    assert run(["build", "-q"]) == DONE
    write_config(root, CONFIG + '[publish.web]\naddress = "file:///elsewhere"\n')
    assert run(["build"]) == DONE
    assert " 0 files written" in capfd.readouterr().out


def test_a_command_that_is_killed_is_finished_by_the_next(root, tmp_path):
    for name in range(400):
        write_file(root / f"static/{name}.txt", str(name))
    run(["build", "-q"])
    chance = random.Random(3)
    for _ in range(4):
        command = Command(root, "publish", "--yes")
        until((tmp_path / "www" / RECORD).exists, command)
        time.sleep(chance.random() / 20)
        command.end()
    assert run(["publish", "--yes"]) == DONE
    assert published(root) == built(root)


def test_of_two_commands_at_once_the_second_says_who_publishes(root, tmp_path, capfd):
    assert run(["publish"]) == DONE
    record = tmp_path / "www" / RECORD
    publisher = msgspec.json.encode(lock.this_process()).decode()
    record.write_text(record.read_text().replace('"publisher": null', f'"publisher": {publisher}'))
    with output_lock.held(root / "public", 0):
        assert run(["publish"]) == FAILED
    assert re.search(r"process \d+ on .* is publishing there; wait", capfd.readouterr().err)


def test_a_second_command_leaves_the_repository_of_the_first_alone(root, tmp_path, monkeypatch, capfd):
    monkeypatch.setattr("generator.cli.publish._PATIENCE", 0)
    with output_lock.held(root / "public", 0):
        assert run(["publish", f"git+{(tmp_path / 'pages.git').as_uri()}#pages"]) == FAILED
    assert "waiting until another command is done" in capfd.readouterr().err
    assert not (root / ".broadsheet/publish").exists()


def write_file(file, text):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
