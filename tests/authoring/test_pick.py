from __future__ import annotations

import os
import tomllib
import unicodedata
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from generator.authoring.pick import Changes, pick, unpick, with_pick, without_pick
from generator.authoring.targets import article_named
from generator.cli.exit_codes import DONE, FAILED, UNUSABLE
from generator.cli.main import run
from generator.config.picks import picks_of
from generator.config.site import Config, Site
from generator.model.errors import ConfigError
from writing import write_clipping, write_config


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.chdir(tmp_path)
    for path in ("2024/07/03/a.md", "2024/07/03/b, c.md"):
        write_clipping(tmp_path / "content", path)
    return Site(root=tmp_path, content=tmp_path / "content", output=tmp_path / "public", config=Config())


FILE = """\
# The picks of the week.

[[pick]]
article = "2024/07/03/a.md"   # the good one
pin = true        # until Friday
tags = [
  "print",  # always
]

# About b: ask Ann.
[[pick]]
article = 'https://origin.example/b'
note = \"\"\"
Two lines,
# this is no comment\"\"\"

# The end.
"""


# --- the text ---------------------------------------------------------------------------------------


def test_a_first_pick_makes_the_file(site: Site) -> None:
    written = pick(site, "content/2024/07/03/a.md", Changes(pin=True, note="Read *this*."))
    assert written == '[[pick]]\narticle = "2024/07/03/a.md"\npin = true\nnote = "Read *this*."'
    text = site.picks.read_text("utf-8")
    assert text.startswith("# What you say of single articles.")
    assert text.endswith("\n\n" + written + "\n")


def test_every_other_line_stays() -> None:
    edited = with_pick(FILE, "2024/07/03/a.md", Changes(pin=False, tags=("web", "Print"), title="A"))
    assert edited == FILE.replace("pin = true        # until", "pin = false        # until").replace(
        '  "print",  # always\n]\n', '  "print",  # always\n  "web",\n]\ntitle = "A"\n'
    )


def test_a_pick_is_found_by_another_form_of_its_address() -> None:
    edited = with_pick(FILE, "http://www.origin.example/b?utm_source=x", Changes(hide=True, why="an ad"))
    assert edited == FILE.replace('no comment"""\n', 'no comment"""\nhide = "an ad"\n')


def test_a_new_pick_comes_last() -> None:
    edited = with_pick(FILE, "x.md", Changes(note="One,\ntwo."))
    assert edited == FILE + '\n[[pick]]\narticle = "x.md"\nnote = """\nOne,\ntwo."""\n'
    assert with_pick("# no end of line", "x.md", Changes(pin=True)).startswith("# no end of line\n\n[[pick]]")


def test_what_was_said_is_taken_back_and_comments_stay() -> None:
    edited, count = without_pick(FILE, "2024/07/03/a.md")
    assert count == 1
    assert edited == "# The picks of the week.\n\n" + FILE[FILE.index("# About b") :]
    edited, count = without_pick(FILE, "https://origin.example/b")
    assert (count, edited) == (1, FILE[: FILE.index("[[pick]]\narticle = 'https")] + "\n# The end.\n")
    assert without_pick(FILE, "x.md") == (FILE, 0)


@pytest.mark.parametrize(
    ("before", "changes", "after"),
    [
        ("pin = true\n", Changes(hide=True), "hide = true\n"),
        ('hide = "ad"\n', Changes(pin=True), "pin = true\n"),
        ('hide = "ad"\n', Changes(hide=True), 'hide = "ad"\n'),
        ('hide = "ad"\n', Changes(hide=False), "hide = false\n"),
        ("pin = true\n", Changes(hide=False), "pin = true\nhide = false\n"),
        ("split = true\n", Changes(merge=("x.md",)), 'merge = ["x.md"]\n'),
        ('merge = ["x.md"]\n', Changes(split=True), "split = true\n"),
        ('tags = "x"\n', Changes(tags=("y",)), 'tags = ["x", "y"]\n'),
        ('note = "x"\ntitle = "y"\n', Changes(note="", title="", summary=""), ""),
        ('note = "x"\n', Changes(note=" x "), 'note = "x"\n'),
    ],
)
def test_the_last_word_counts(before: str, changes: Changes, after: str) -> None:
    head = '[[pick]]\narticle = "a.md"\n'
    assert with_pick(head + before, "a.md", changes) == head + after


def test_of_several_picks_of_an_article_the_last_is_edited_and_all_are_removed() -> None:
    text = '[[pick]]\narticle = "a.md"\npin = true\n\n[[pick]]\narticle = "a.md"\nnote = "x"\n'
    assert with_pick(text, "a.md", Changes(pin=False)) == text + "pin = false\n"
    assert without_pick(text, "a.md") == ("\n", 2)


def test_windows_line_ends_stay() -> None:
    text = FILE.replace("\n", "\r\n")
    changes = Changes(title="A", note="x\ny")
    assert with_pick(text, "2024/07/03/a.md", changes) == with_pick(FILE, "2024/07/03/a.md", changes).replace(
        "\n", "\r\n"
    )
    assert with_pick(text, "x.md", changes) == with_pick(FILE, "x.md", changes).replace("\n", "\r\n")
    assert without_pick(text, "2024/07/03/a.md")[0] == without_pick(FILE, "2024/07/03/a.md")[0].replace(
        "\n", "\r\n"
    )


@pytest.mark.parametrize(
    ("text", "changes", "message"),
    [
        (
            "pick = [{article = 'a.md'}]\n",
            Changes(pin=True),
            "contains picks in a form that `broadsheet pick` cannot edit; write each",
        ),
        (
            "pick = []\n",
            Changes(pin=True),
            "cannot be edited without changing other picks; write it by hand",
        ),
        ("pick = 1\n", Changes(pin=True), "`pick` is not a list of tables; write each as"),
        ("[[pick]\n", Changes(pin=True), "is not valid TOML"),
        ("", Changes(note="x" * 1001), "`note` has 1,001 characters, more than 1,000; shorten it"),
    ],
)
def test_what_cannot_be_written_is_refused(text: str, changes: Changes, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        with_pick(text, "a.md", changes)


def test_faults_that_stand_already_do_not_stop_an_edit() -> None:
    text = '[[pick]]\narticle = "a.md"\npined = true\n'
    assert with_pick(text, "a.md", Changes(pin=True)) == text + "pin = true\n"


# --- any file, any words ----------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\"'\\#[]="), max_size=30)
ARTICLE = st.sampled_from(["a.md", "2024/b c.md", "新/一.md", "https://origin.example/x", 'q"uo\\te.md'])
WORDS = st.lists(TEXT.filter(lambda text: text.strip(" #\n\t")), max_size=3).map(tuple)
CHANGES = st.builds(
    Changes,
    pin=st.none() | st.booleans(),
    hide=st.none() | st.booleans(),
    why=st.just("") | st.just("an ad"),
    note=st.none() | TEXT,
    title=st.none() | TEXT.filter(str.split),
    summary=st.none() | TEXT.filter(str.split),
    tags=WORDS,
    merge=st.lists(ARTICLE, max_size=2).map(tuple),
    split=st.booleans(),
).filter(lambda changes: not (changes.pin and changes.hide) and not (changes.split and changes.merge))
COMMENT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12).map(lambda text: f"# {text}")
BETWEEN = st.lists(st.just("") | COMMENT, max_size=3).map(
    lambda lines: "".join(f"{line}\n" for line in lines)
)
KEYS = st.fixed_dictionaries(
    {},
    optional={
        "pin": st.sampled_from(["true", "false"]),
        "note": st.sampled_from(['"x"', "'y'", '"""\n[[pick]]\n#no\n"""', "'''\n#z'''"]),
        "tags": st.sampled_from(["[]", '["a"]', '[\n  "a", # why\n]', '"a"']),
        "merge": st.sampled_from(['["2024/b c.md"]', '[ "https://origin.example/x" ,]']),
    },
)


@st.composite
def files(draw: st.DrawFn) -> str:
    """A file as a curator may have written it, with comments wherever they may stand."""
    text = draw(BETWEEN)
    for article in draw(st.lists(ARTICLE, max_size=4, unique=True)):
        quoted = article.replace("\\", "\\\\").replace('"', '\\"')
        text += f'[[pick]]\n{draw(BETWEEN)}article = "{quoted}"  {draw(COMMENT)}\n'
        for key, value in draw(KEYS).items():
            text += f"{draw(BETWEEN)}{key} = {value} {draw(COMMENT)}\n"
        text += draw(BETWEEN)
    if draw(st.booleans()):
        text = text.removesuffix("\n")
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.startswith("# ")]


@settings(max_examples=50, deadline=None)
@given(files(), ARTICLE, CHANGES)
def test_a_pick_reads_back_and_leaves_everything_else(text: str, article: str, changes: Changes) -> None:
    tomllib.loads(text)
    edited = with_pick(text, article, changes)
    before = {one.article: one for one in picks_of(text)[0]}
    after = {one.article: one for one in picks_of(edited)[0]}
    assert [*after] == [*before, *({article} - {*before})]
    for one in before:
        if one != article:
            assert msgspec.structs.replace(after[one], lines={}) == msgspec.structs.replace(
                before[one], lines={}
            )
    said = after[article]
    assert changes.pin is None or said.pin == changes.pin
    assert changes.hide is None or said.hide == changes.hide
    assert not changes.hide or said.why == changes.why
    assert not changes.note or said.note == "\n".join(map(str.rstrip, changes.note.strip().split("\n")))
    assert set(changes.merge) <= set(said.merge)
    assert said.split or not changes.split
    if text:
        assert comments(text) == comments(edited)[: len(comments(text))]
    assert with_pick(edited, article, changes) == edited


@settings(max_examples=50, deadline=None)
@given(files(), ARTICLE, CHANGES)
def test_taking_back_a_new_pick_leaves_what_was_there(text: str, article: str, changes: Changes) -> None:
    assume(text.endswith("\n"))
    assume(article not in {one.article for one in picks_of(text)[0]})
    edited, count = without_pick(with_pick(text, article, changes), article)
    assert count == 1
    assert edited.rstrip() == text.rstrip()
    again, none = without_pick(edited, article)
    assert (again, none) == (edited, 0)


# --- which article ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target", ["content/2024/07/03/a.md", "2024/07/03/a.md", "./content/2024/../2024/07/03/a.md"]
)
def test_a_file_is_named_from_here_or_from_the_content_folder(site: Site, target: str) -> None:
    assert article_named(site, target) == "2024/07/03/a.md"
    assert article_named(site, str(site.content / "2024/07/03/a.md")) == "2024/07/03/a.md"


def test_from_another_folder_and_through_a_link(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(site.content / "2024/07")
    assert article_named(site, "03/a.md") == "2024/07/03/a.md"
    (site.root / "link").symlink_to(site.content)
    assert article_named(site, str(site.root / "link/2024/07/03/a.md")) == "2024/07/03/a.md"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("content/2024/07/03/aa.md", r"aa.md: is not a clipping; did you mean `2024/07/03/a.md`\?"),
        ("2024/07/03/b.md", r"b.md: is not a clipping; name a file of the content folder, or the address"),
        (
            "2024-07-03 A brochure.md",
            r"brochure.md: is not a clipping; did you mean `2024-07-02 A broschure.md`",
        ),
        ("2024-07-02 The press.md", r"press.md: is not a clipping; name a file of the content folder"),
        (
            "nowhere/x.md",
            r"nowhere/x.md: is not a clipping; name a file of the content folder, or the address",
        ),
        ("digest.toml", r"digest.toml: lies outside the content folder; name one below"),
        ("content/notes.txt", r"notes.txt: is not a clipping; name a file that ends in .md"),
        ("content/x\udcff.md", r"x\\xff.md: has a name that is not UTF-8; rename it, or give the address"),
    ],
)
def test_what_is_no_clipping_is_refused(site: Site, target: str, message: str) -> None:
    names = ("notes.txt", "x\udcff.md", "2024-07-02 A broschure.md")
    for path in ("digest.toml", *(f"content/{name}" for name in names)):
        (site.root / path).write_text("")
    with pytest.raises(ConfigError, match=message):
        pick(site, target, Changes(pin=True))
    assert not site.picks.exists()


def test_a_name_that_is_no_file_is_not_suggested(site: Site) -> None:
    os.mkfifo(site.content / "pipe.md")
    (site.content / "gone.md").symlink_to("nowhere.md")
    (site.content / "folder.md").mkdir()
    for name in ("pipe.md", "gone.md", "folder.md"):
        with pytest.raises(ConfigError, match="is not a clipping; name a file of the content folder"):
            pick(site, f"content/{name}", Changes(pin=True))


@pytest.mark.parametrize(("written", "on_disk"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_name_may_be_composed_in_another_way(site: Site, written: str, on_disk: str) -> None:
    write_clipping(site.content, unicodedata.normalize(on_disk, "2024/é.md"))
    named = article_named(site, unicodedata.normalize(written, "content/2024/é.md"))
    assert named == unicodedata.normalize("NFC", "2024/é.md")


def test_what_is_merged_is_named_the_same_way(site: Site) -> None:
    pick(site, "https://origin.example/x", Changes(merge=("content/2024/07/03/b, c.md",)))
    ((one,), _) = picks_of(site.picks.read_text("utf-8"))
    assert one.merge == ("2024/07/03/b, c.md",)


def test_a_pick_of_a_clipping_that_is_gone_can_be_taken_back(site: Site) -> None:
    pick(site, "content/2024/07/03/a.md", Changes(pin=True))
    (site.content / "2024/07/03/a.md").unlink()
    assert unpick(site, "2024/07/03/a.md") == 1
    assert "article =" not in site.picks.read_text("utf-8")
    with pytest.raises(ConfigError, match="is not a clipping"):
        unpick(site, "2024/07/03/a.md")


def test_a_byte_order_mark_stays(site: Site) -> None:
    site.picks.write_bytes(b"\xef\xbb\xbf# mine\n")
    pick(site, "2024/07/03/a.md", Changes(pin=True))
    assert site.picks.read_bytes().startswith(b"\xef\xbb\xbf# mine\n")


def test_a_broken_link_is_not_written_through(site: Site) -> None:
    site.picks.symlink_to(site.root / "nowhere/picks.toml")
    with pytest.raises(ConfigError, match=r"picks.toml: is a broken link; check that its target exists"):
        pick(site, "2024/07/03/a.md", Changes(pin=True))


# --- by another name --------------------------------------------------------------------------------

ADDRESS = "https://origin.example/2024/07/03/a.md"


def test_what_stands_under_the_address_is_taken_back_by_the_file(
    site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    write_config(site.root)
    address = "http://www.origin.example/2024/07/03/a.md?utm_source=x"
    assert run(["pick", address, "--pin"]) == DONE
    assert run(["pick", "content/2024/07/03/a.md", "--note", "x"]) == DONE
    ((one,), _) = picks_of(site.picks.read_text("utf-8"))
    assert (one.article, one.pin, one.note) == (
        "http://www.origin.example/2024/07/03/a.md?utm_source=x",
        True,
        "x",
    )
    assert run(["pick", "2024/07/03/a.md", "--remove"]) == DONE
    out, err = capfd.readouterr()
    assert out.endswith("1 removed from picks.toml\n")
    assert "warning" not in err
    assert "article =" not in site.picks.read_text("utf-8")


def test_what_stands_under_the_path_is_changed_and_taken_back_by_the_address(site: Site) -> None:
    write_config(site.root)
    assert run(["pick", "2024/07/03/a.md", "--pin"]) == DONE
    assert run(["pick", ADDRESS, "--unpin"]) == DONE
    ((one,), _) = picks_of(site.picks.read_text("utf-8"))
    assert (one.article, one.pin) == ("2024/07/03/a.md", False)
    assert run(["pick", ADDRESS + "#top", "--remove"]) == DONE
    assert "article =" not in site.picks.read_text("utf-8")


def test_a_pick_of_another_copy_is_left_alone(site: Site) -> None:
    write_config(site.root)
    write_clipping(site.content, "copy.md", url=ADDRESS + "?utm_source=x")
    assert run(["pick", ADDRESS, "--pin"]) == DONE
    assert run(["pick", "copy.md", "--remove"]) == FAILED
    assert run(["pick", "copy.md", "--hide"]) == DONE
    assert run(["pick", "2024/07/03/a.md", "--note", "x"]) == DONE
    (first, second), _ = picks_of(site.picks.read_text("utf-8"))
    assert (first.article, first.note, first.hide) == (ADDRESS, "x", None)
    assert (second.article, second.hide) == ("copy.md", True)


def test_removing_nothing_fails(site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    write_config(site.root)
    for target in ("2024/07/03/a.md", ADDRESS):
        assert run(["pick", target, "--remove"]) == FAILED
        out, err = capfd.readouterr()
        assert out == ""
        assert f"error: picks.toml has no pick for {target}; nothing was removed" in err
    assert not site.picks.exists()


def test_an_address_that_fits_no_clipping_or_several_is_written_with_a_warning(
    site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    write_config(site.root)
    assert run(["pick", "https://origin.example/none", "--pin"]) == DONE
    out, err = capfd.readouterr()
    assert out.startswith("[[pick]]")
    assert "warning: picks.toml: no clippings have the address https://origin.example/none, so" in err
    write_clipping(site.content, "copy.md", url=ADDRESS)
    assert run(["pick", ADDRESS, "--pin"]) == DONE
    assert "name one by its path: `2024/07/03/a.md`, `copy.md`" in capfd.readouterr().err
    assert run(["pick", ADDRESS, "--hide"]) == DONE
    told = f"notice: picks.toml: 2 clippings have the address {ADDRESS}: all are hidden"
    assert told in capfd.readouterr().err
    assert not (site.root / ".broadsheet").exists()


# --- the command ------------------------------------------------------------------------------------


def test_the_command_prints_what_it_wrote(site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    write_config(site.root)
    assert (
        run(["pick", "content/2024/07/03/a.md", "--pin", "--note", "[x]: y", "--tag", "a", "--tag", "b"])
        == DONE
    )
    assert capfd.readouterr().out == (
        '[[pick]]\narticle = "2024/07/03/a.md"\npin = true\nnote = "[x]: y"\ntags = ["a", "b"]\n'
    )
    assert run(["pick", "2024/07/03/a.md", "--hide", "--why", "an ad"]) == DONE
    assert 'hide = "an ad"' in capfd.readouterr().out
    assert run(["pick", "2024/07/03/a.md", "--remove"]) == DONE
    assert capfd.readouterr().out == "1 removed from picks.toml\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to change: use --pin, --hide"),
        (["--remove", "--pin"], "--remove cannot be combined"),
        (["--why", "x"], "--why requires --hide"),
        (["--pin", "--hide"], "--pin cannot be combined with --hide"),
        (["--split", "--merge", "b.md"], "nor --split with --merge"),
    ],
)
def test_the_command_says_what_it_lacks(
    site: Site, arguments: list[str], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["pick", "2024/07/03/a.md", *arguments]) == UNUSABLE
    assert message in capfd.readouterr().err


def test_a_pick_beside_an_error_is_written_and_fails(site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    write_config(site.root)
    site.picks.write_text('[[pick]]\narticle = "2024/07/03/a.md"\npined = true\n')
    assert run(["pick", "2024/07/03/b, c.md", "--pin"]) == FAILED
    assert "error: picks.toml:3: unknown key `pined`" in capfd.readouterr().err
    assert "b, c.md" in site.picks.read_text()


def test_what_is_hidden_by_its_address_counts_as_in_a_build(
    site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    write_config(site.root)
    for number, mark in enumerate(("", "?utm_source=x", "?utm_source=y", "#part")):
        url = f"https://origin.example/one{mark}"
        write_clipping(site.root / "content", f"2024/07/04/{number}.md", url=url)
    assert run(["pick", "https://origin.example/one", "--hide"]) == DONE
    assert "4 clippings have the address https://origin.example/one: all are hidden" in capfd.readouterr().err
