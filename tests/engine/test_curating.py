"""The curator's word from the file to the pages."""

import json

import pytest

from generator.cli.exit_codes import DONE, UNUSABLE
from generator.cli.main import run
from generator.config.site import PICKS_FILE
from writing import BODY, build_site, files_of, write_clipping, write_config

OTHER = "A reader on a phone saves time and money when a browser picks the file that fits the screen it has."


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A site of three articles that have nothing to do with one another, as the current folder."""
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "a.md", title="The press in the cellar")
    write_clipping(tmp_path / "content", "b.md", OTHER, title="Pictures that fit")
    write_clipping(
        tmp_path / "content", "c.md", "", title="Elsewhere", url="https://www.origin.example/c?utm_source=x"
    )
    return tmp_path


def write_picks(root, text):
    (root / PICKS_FILE).write_text(text, "utf-8")


def pages(root):
    return b"".join(data for path, data in files_of(root / "public").items()).decode("utf-8", "replace")


def test_a_pick_reaches_the_pages(root):
    write_picks(
        root,
        '[[pick]]\narticle = "a.md"\npin = true\ntitle = "印刷机"\n'
        'note = "Read **this** <script>alert(1)</script>, [here](javascript:alert)."\n'
        'summary = "A cellar, a press."\n',
    )
    report, index = build_site(root)
    assert (report.problems, report.skipped, report.published) == ((), (), 3)
    (article,) = (one for one in index.digest.articles if one.path == "a.md")
    assert (article.pinned, article.title, article.title_language) == (True, "印刷机", "zh")
    front = (root / "public/2024/07/03/index.html").read_text("utf-8")
    assert "<strong>this</strong>" in front
    assert "<script>alert" not in front
    assert "javascript:" not in front
    assert front.index("印刷机") < front.index("Pictures that fit")
    assert "A cellar, a press." in front


def test_what_is_hidden_is_nowhere_but_in_the_report(root):
    write_picks(root, '[[pick]]\narticle = "http://origin.example/c"\nhide = "an advertisement"\n')
    write_clipping(root / "content", "d.md", OTHER[::-1], title="Hidden by its own word", hide="true")
    run(["build", "--report", "report.json", "-q"])
    report = json.loads((root / "report.json").read_text("utf-8"))
    assert report["skipped"] == [
        {"path": "c.md", "reason": "hidden by picks.toml: an advertisement"},
        {"path": "d.md", "reason": "hidden by its front matter"},
    ]
    assert report["found"] == report["published"] + len(report["skipped"]) == 4
    assert "Elsewhere" not in pages(root)
    assert "Hidden by its own word" not in pages(root)


def test_copies_and_stories_follow_the_curator(root):
    write_clipping(root / "content", "e.md", title="The press in the cellar", source="Another")
    _, index = build_site(root)
    assert [{a.path for a in group.articles} for group in index.digest.copies] == [{"a.md", "e.md"}]
    assert index.digest.stories == ()
    write_picks(
        root, '[[pick]]\narticle = "a.md"\nsplit = true\n\n[[pick]]\narticle = "b.md"\nmerge = "c.md"\n'
    )
    _, index = build_site(root)
    assert index.digest.copies == ()
    assert [{a.path for a in story.articles} for story in index.digest.stories] == [{"b.md", "c.md"}]


def test_problems_are_told_with_their_place(root, capfd):
    write_picks(root, '[[pick]]\narticle = "aa.md"\npin = true\n')
    assert run(["build", "-v"]) == DONE
    told = capfd.readouterr().err
    assert "warning: picks.toml:2: no clipping is `aa.md`; did you mean `a.md`?" in told


@pytest.mark.parametrize("command", ["build", "check", "list"])
def test_a_key_that_picks_do_not_have_is_a_fault_of_the_configuration(root, capfd, command):
    assert run(["build", "-q"]) == DONE
    before = files_of(root / "public")
    write_picks(root, '[[pick]]\narticle = "b.md"\npined = true\nhidde = true\n')
    assert run([command]) == UNUSABLE
    told = capfd.readouterr().err
    assert "error: picks.toml:3: unknown key `pined`; did you mean `pin`?" in told
    assert "error: picks.toml:4: unknown key `hidde`; did you mean `hide`?" in told
    assert files_of(root / "public") == before


def test_a_draft_may_be_picked_ahead(root, capfd):
    write_clipping(root / "content", "f.md", title="A draft", draft="true")
    write_picks(root, '[[pick]]\narticle = "f.md"\npin = true\n')
    assert run(["build", "--strict"]) == DONE
    assert "notice: picks.toml:2: `f.md` is not published, so this waits" in capfd.readouterr().err


def test_a_file_that_is_no_toml_leaves_the_last_good_site(root, capfd):
    write_picks(root, '[[pick]]\narticle = "c.md"\nhide = true\n')
    assert run(["build", "-q"]) == DONE
    before = files_of(root / "public")
    write_picks(root, '[[pick]]\narticle = "c.md"\nhide = tru\n')
    assert run(["build", "-q"]) == UNUSABLE
    assert "picks.toml:3: is not valid TOML" in capfd.readouterr().err
    assert files_of(root / "public") == before


def test_taking_all_back_gives_the_site_that_was(root):
    build_site(root)
    before = files_of(root / "public")
    assert run(["pick", "content/a.md", "--pin", "--note", "Read this.", "--title", "Other"]) == DONE
    build_site(root)
    assert files_of(root / "public") != before
    assert run(["pick", "content/a.md", "--remove"]) == DONE
    build_site(root)
    assert files_of(root / "public") == before
    assert BODY in pages(root)
