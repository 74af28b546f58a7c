from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from generator.authoring import init
from generator.config import resources
from generator.config.loading import load
from generator.config.site import Config
from generator.model.errors import ConfigError

NAMED = {"title", "language"}
EXAMPLES = {"base_url", "fields", "hub", "sources", "promotions", "identifiers", "tags", "publish"}
"""Keys whose line shows an example, since their default is nothing."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_new_folder_holds_a_digest(tmp_path: Path, language: str) -> None:
    made = init(tmp_path / "deep/mydigest", language)
    site = load(tmp_path / "deep/mydigest/digest.toml")
    assert site.config.language == language
    assert all(file.is_file() for file in made)
    clippings = list(site.content.rglob("*.md"))
    assert 3 <= len(clippings) <= 8
    assert "/public/" in (site.root / ".gitignore").read_text("utf-8").splitlines()


def test_images_beside_the_clippings_come_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    day = tmp_path / "sample/2026/10/23"
    day.mkdir(parents=True)
    (day / "a.md").write_text("![x](my%20picture.png) ![y](https://e.org/y.png) ![z](../../../../secret.png)")
    (day / "my picture.png").write_bytes(b"png")
    (tmp_path / "secret.png").write_bytes(b"secret")
    monkeypatch.setattr("generator.config.resources.sample", lambda: tmp_path / "sample")
    init(tmp_path / "site")
    files = [p.relative_to(tmp_path / "site").as_posix() for p in (tmp_path / "site/content").rglob("*.*")]
    assert sorted(files) == ["content/2026/10/23/a.md", "content/2026/10/23/my picture.png"]


def test_every_clipping_is_one_of_the_samples_newest(tmp_path: Path) -> None:
    init(tmp_path)
    ours = {p.relative_to(tmp_path / "content").as_posix() for p in (tmp_path / "content").rglob("*.md")}
    theirs = {p.relative_to(resources.sample()).as_posix() for p in resources.sample().rglob("*.md")}
    assert ours <= theirs
    dated = sorted(path for path in theirs if re.match(r"\d{4}/", path))
    assert dated[-1] in ours


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_starting_configuration_names_every_key_with_its_default(tmp_path: Path, language: str) -> None:
    init(tmp_path, language)
    text = (tmp_path / "digest.toml").read_text("utf-8")
    bare = re.sub(r"^# (?=[a-z_]+ = |\[)", "", text, flags=re.MULTILINE)
    table = tomllib.loads(bare)
    assert set(table) == set(Config.__struct_fields__)
    (tmp_path / "digest.toml").write_text(bare, "utf-8")
    config = load(tmp_path / "digest.toml").config
    for key in set(table) - NAMED - EXAMPLES:
        assert getattr(config, key) == getattr(Config(), key), key
    (source,) = table["sources"].values()
    assert set(source) == {
        field.name for field in msgspec.structs.fields(type(next(iter(config.sources.values()))))
    }


@pytest.mark.parametrize("name", ["digest.toml", "content"])
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(
        ConfigError, match=f"{name}: is already there, and is left as it is; choose another folder"
    ):
        init(tmp_path)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [(name, "mine")]


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/content").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError):
        init(tmp_path / "site")
    assert not (tmp_path / "elsewhere").exists()


def test_other_files_of_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("*.bak")
    made = init(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "*.bak"
    assert tmp_path / ".gitignore" not in made


def test_a_file_cannot_become_a_digest(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("mine")
    with pytest.raises(ConfigError, match="is a file, not a folder; choose another name"):
        init(tmp_path / "site")
    with pytest.raises(ConfigError, match="cannot be written"):
        init(tmp_path / "site/below")
