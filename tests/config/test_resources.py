"""The theme and the sample are found wherever the package stands."""

from pathlib import Path

import pytest

from generator.config import resources
from generator.model.errors import BuildError

REPOSITORY = Path(__file__).resolve().parents[2]


def test_a_checkout_uses_its_own_folders():
    assert resources.theme() == REPOSITORY / "templates"
    assert resources.sample() == REPOSITORY / "content"
    assert (resources.theme() / "base.html").is_file()


def test_a_wheel_carries_them_inside_the_package(tmp_path, monkeypatch):
    package = tmp_path / "generator"
    (package / "_resources" / "templates").mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert resources.theme() == package / "_resources" / "templates"


def test_an_installation_without_them_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "generator")
    with pytest.raises(BuildError, match=r"content: this installation .* reinstall the package"):
        resources.sample()
