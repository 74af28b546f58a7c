from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, folder: Path) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def pip(*arguments: str | Path) -> tuple[str | Path, ...]:
    return (sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = ("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    run(*pip(*build), folder=folder)
    (file,) = folder.glob("broadsheet-*.whl")
    return file


def test_the_wheel_carries_theme_and_sample(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert "generator/py.typed" in names
    for folder, inside in (("templates", "templates"), ("content", "content")):
        ours = {p.relative_to(ROOT / folder).as_posix() for p in (ROOT / folder).rglob("*") if p.is_file()}
        theirs = {
            n.removeprefix(f"generator/_resources/{inside}/") for n in names if f"/_resources/{inside}/" in n
        }
        assert theirs == ours
        assert theirs
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {"generator"}


def test_the_wheel_says_what_it_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        fields = message_from_bytes(archive.read(metadata))
        assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())
    assert fields["Name"] == "broadsheet"
    assert fields["Requires-Python"] == ">=3.11"
    assert fields["License-Expression"] == "MIT"
    needed = [Requirement(text) for text in fields.get_all("Requires-Dist", [])]
    assert all(">=" in str(one.specifier) for one in needed if one.marker is None)


def test_a_digest_is_made_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    """In an environment that has the dependencies of this one, and none of the checkout."""
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env/bin/python"
    run(*pip("--python", python, "install", "--no-deps", "--no-index", "--quiet", wheel), folder=tmp_path)
    (site_packages,) = (tmp_path / "env/lib").glob("python3*/site-packages")
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = run(python, "-c", "import generator; print(generator.__file__)", folder=tmp_path)
    assert Path(where.strip()).is_relative_to(site_packages)

    broadsheet = tmp_path / "env/bin/broadsheet"
    run(broadsheet, "init", "mydigest", folder=tmp_path)
    run(broadsheet, "build", folder=tmp_path / "mydigest")
    public = tmp_path / "mydigest/public"
    front = (public / "index.html").read_text("utf-8")
    assert "<!doctype html>" in front.lower()
    style = re.search(r'href="([^"]+\.css)"', front)
    assert style is not None
    assert (public / style[1]).is_file()
    assert list(public.glob("articles/*/*.html"))


def test_the_exact_versions_cover_every_dependency() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line) for line in lines)
    exact = {canonicalize_name(line.partition("==")[0]): line.partition("==")[2] for line in lines}
    assert len(exact) == len(lines)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for text in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        requirement = Requirement(text)
        assert exact[canonicalize_name(requirement.name)] in requirement.specifier, text
