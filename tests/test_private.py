"""What is private, held back or taken down by mistake: cases of which nothing is in any file of the site.

Each is a clipping as its program writes it, or a setting with a typing error. `SECRET` stands for what
nobody may read; what is said of it is held too.
"""

import gzip
from typing import NamedTuple

import pytest

from generator.cli.main import run
from writing import BODY, files_of, write_clipping, write_config

SECRET = "zebra-omelette"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
    "000000050001a5f645400000000049454e44ae426082"
)
NOT_SHOWN = "notice: a.md:5: `note` is not shown, because other programs store private notes in it"


class Case(NamedTuple):
    """What stands in a site besides a sound clipping, and what a build says."""

    front: str = ""
    """Further lines of the front matter of `a.md`. Where it is held back, its text is secret too."""
    config: str = ""
    picks: str = ""
    said: str = ""
    """What is printed; empty for keys that are no business of ours."""
    code: int = 0
    shown: bool = False
    """Whether `a.md` itself is published."""
    options: tuple[str, ...] = ()


CASES = {
    # Notes of programs that keep what is read.
    "Karakeep": Case(f"note: {SECRET}\nsummary: A summary.\ntags: [a]", said=NOT_SHOWN, shown=True),
    "Omnivore": Case(
        f"note: |\n  {SECRET}\n  twice\nhighlights:\n  - text: {SECRET}\n    annotation: {SECRET}",
        said=NOT_SHOWN,
        shown=True,
    ),
    "Readwise": Case(f"Document Note: {SECRET}\nhighlights: [{SECRET}]\ncategory: article", shown=True),
    "Raindrop": Case(f"Note: '{SECRET}'\nhighlight: {SECRET}\nexcerpt: x", said=NOT_SHOWN, shown=True),
    "Zotero": Case(f"annotations: {SECRET}\nnotes:\n- {SECRET}\ncomment: {SECRET}", shown=True),
    "Obsidian": Case(f"comments: {SECRET}\nannotation: '{SECRET}: unquoted'\ncssclass: x", shown=True),
    "Joplin": Case(f"latitude: {SECRET}\nlongitude: 1\ncompleted?: no\nnotes: {SECRET}: x", shown=True),
    "a note that is no YAML": Case(
        f"note: [my boss: {SECRET}", said="`note` is not valid YAML; put quotes around its value", shown=True
    ),
    # What its writer holds back.
    "a draft": Case("draft: true", said="skipped: a.md: is a draft"),
    "a draft, perhaps": Case("draft: not yet", said="`draft: not yet` is neither true nor false; held back"),
    "Obsidian Publish": Case("publish: false", said="skipped: a.md: is not to be published"),
    "Jekyll": Case("published: false", said="skipped: a.md: is not to be published", options=("--drafts",)),
    "Quartz": Case("private: true", said="skipped: a.md: is private", options=("--drafts",)),
    "private, perhaps": Case(
        "private: Ann only", said="`private: Ann only` is neither true nor false; held back"
    ),
    "private behind too many fields": Case(
        "".join(f"k{n}: 1\n" for n in range(1000)) + "private: true",
        said="warning: a.md: may be private: its front matter is not read to its end",
    ),
    "private, mistyped": Case(
        "private\uff1atrue",
        said="warning: a.md:5: `private\uff1atrue` is not valid YAML; read as `private: true`",
    ),
    "a draft, mistyped": Case(
        "draft:true", said="warning: a.md:5: `draft:true` is not valid YAML; read as `draft: true`"
    ),
    "private, within the title": Case(
        "x: y\n private: true",
        said="warning: a.md:6: `private: true` is nested in the field above it; "
        "read as `private: true`; write `private: true`, at the start of the line",
    ),
    "private, without a colon": Case(
        "private true", said="warning: a.md:5: `private true` is not valid YAML"
    ),
    "private, as a tag": Case("tags:\n- a\n- private: true", said="skipped: a.md: is private"),
    "a hidden clipping": Case("hidden: true", said="skipped: a.md: hidden by its front matter"),
    "a later day": Case("date: 2025-03-01", said="skipped: a.md: is dated 2025-03-01, in the future"),
    # What the curator takes down, and typing errors in it.
    "hidden by its address": Case(
        picks='[[pick]]\narticle = "https://origin.example/a.md"\nhide = "asked to"\n',
        said="skipped: a.md: hidden by picks.toml: asked to",
    ),
    "a key that picks do not have": Case(
        picks='[[pick]]\narticle = "a.md"\nhidde = true\n',
        said="error: picks.toml:3: unknown key `hidde`; did you mean `hide`?",
        code=2,
    ),
    "a source that there is not": Case(
        config='[sources."Secret source"]\ntext = "lnik"\n', said="error: digest.toml:", code=2
    ),
    "a source by another name, in a strict build": Case(
        config='[sources."Secret Sources"]\ntext = "link"\n',
        said='warning: digest.toml: `sources."Secret Sources"` has no effect: no clipping is of a source of '
        'that name; did you mean `sources."Secret source"`?',
        code=1,
        options=("--strict",),
    ),
}


def everything_in(folder):
    """All bytes of a site, what is compressed unpacked, and the names of its files."""
    for path, data in files_of(folder).items():
        yield path.encode()
        yield gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


@pytest.mark.parametrize("name", CASES)
def test_nothing_private_is_in_any_file(name, tmp_path, monkeypatch, capfd):
    case = CASES[name]
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path, 'base_url = "https://digest.example/"\n' + case.config)
    write_clipping(tmp_path / "content", "sound.md", title="A sound one")
    _write_case(tmp_path / "content", case)
    if case.picks:
        (tmp_path / "picks.toml").write_text(case.picks, "utf-8")
    assert run(["build", "--verbose", "--as-of", "2024-12-31", *case.options]) == case.code
    assert case.said in capfd.readouterr().err
    made = [*everything_in(tmp_path / "public")]
    assert not any(SECRET.encode() in data for data in made)
    if not case.code:
        assert any(b"A sound one" in data for data in made)
        assert any(b"Of the case" in data for data in made) is case.shown
    if not case.shown and not case.code:
        assert not any(path.endswith(".png") for path in files_of(tmp_path / "public"))
        assert SECRET not in _listed(capfd)


def _write_case(content, case):
    """The clipping of a case: where it is held back, all of it is secret, and so is the image beside it."""
    secret = "" if case.shown else f" {SECRET}"
    date = "" if case.front.startswith("date:") else "date: 2024-07-03\n"
    front = f"---\ntitle: Of the case{secret}\nsource: Secret source\n{date}{case.front}\n"
    address = "url: https://origin.example/a.md\n" if case.shown or case.picks else ""  # else it has images
    (content / "a.md").write_text(f"{front}{address}---\n\n{BODY}{secret}\n\n![{secret}](a.png)\n", "utf-8")
    (content / "a.png").write_bytes(PIXEL)


def _listed(capfd):
    run(["list", "--format", "jsonl", "--text", "--as-of", "2024-12-31"])
    return capfd.readouterr().out


def test_none_of_the_cases_is_lost():
    assert len(CASES) == 26


def test_images_of_a_text_that_is_taken_down_go_with_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "a.md", f"{BODY}\n\n![](a.png)", url=None)
    (tmp_path / "content/a.png").write_bytes(PIXEL)
    for policy, count in (("full", 1), ("excerpt", 0), ("link", 0)):
        write_config(tmp_path, f'[sources."A source"]\ntext = "{policy}"\n')
        assert run(["build", "-q"]) == 0
        assert sum(path.endswith(".png") for path in files_of(tmp_path / "public")) == count


def test_what_was_published_is_taken_away_once_it_is_private(tmp_path, monkeypatch):
    """Whichever way the build is made: after another one, or from nothing."""
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "sound.md", title="A sound one")
    write_clipping(tmp_path / "content", "a.md", f"{BODY} {SECRET}", title="Of the case")
    run(["build", "-q"])
    assert any(SECRET.encode() in data for data in everything_in(tmp_path / "public"))
    write_clipping(tmp_path / "content", "a.md", f"{BODY} {SECRET}", title="Of the case", private="true")
    run(["build", "-q"])
    assert not any(SECRET.encode() in data for data in everything_in(tmp_path / "public"))
    run(["build", "-q", "-o", "other"])
    assert files_of(tmp_path / "public") == files_of(tmp_path / "other")


@pytest.mark.parametrize("front", ["title: T\nprivate: true\n---", "# T\n\n```yaml\nprivate: true\n```"])
def test_what_is_private_without_front_matter_is_in_no_file(front, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "sound.md", title="A sound one")
    (tmp_path / "content/2024-07-03.md").write_text(f"{front}\n\n{BODY} {SECRET}\n", "utf-8")
    assert run(["build"]) == 0
    assert "`private: true` is outside of front matter; read as `private: true`" in capfd.readouterr().err
    assert not any(SECRET.encode() in data for data in everything_in(tmp_path / "public"))


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ("draft: true", "is a draft"),
        ("private: true", "is private"),
        ("date: 2025-03-01", "is dated 2025-03-01"),
    ],
)
def test_a_pick_by_the_address_of_what_is_held_back_waits(front, reason, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "b.md", url="https://origin.example/b.md")
    _write_case(tmp_path / "content", Case(front, picks="some"))
    (tmp_path / "picks.toml").write_text('[[pick]]\narticle = "https://origin.example/a.md"\npin = true\n')
    assert run(["build", "--as-of", "2024-12-31"]) == 0
    said = capfd.readouterr().err
    assert f"`https://origin.example/a.md` is not published, so this waits: it {reason}" in said
    assert "did you mean" not in said


def test_comments_of_obsidian_are_in_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path)
    text = f"Text %% {SECRET}\n{SECRET} %% here.%%{SECRET}%%\n\n> %%\n> {SECRET}\n> %%\n\n"
    text += f"\u6587%%{SECRET}%%\u5b57"
    summary = f"A summary (%%{SECRET}%%)"
    write_clipping(
        tmp_path / "content", "a.md", f"{BODY}\n\n{text}", title=f"T %%{SECRET}%%", summary=summary
    )
    assert run(["check", "--strict"]) == 0
    run(["build", "-q"])
    assert not any(SECRET.encode() in data for data in everything_in(tmp_path / "public"))
