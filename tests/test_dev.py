from __future__ import annotations

import ast
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[1] / "dev.py"
CI = SCRIPT.parent / ".ci/run"

BACKEND = """
import os, pathlib, zipfile

FILES = {
    "METADATA": "Metadata-Version: 2.1\\nName: toy\\nVersion: 1\\nProvides-Extra: dev\\n",
    "WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    "RECORD": "",
}

def build_editable(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(os.path.join(folder, "toy-1-py3-none-any.whl"), "w") as wheel:
        for name, text in FILES.items():
            wheel.writestr("toy-1.dist-info/" + name, text)
    with open("installs.log", "a") as log:
        log.write("installed\\n")
    return "toy-1-py3-none-any.whl"
"""
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
ECHO = """
import os, sys
print("{name}", *sys.argv[1:], os.getcwd(), *["without bytecode"] * sys.dont_write_bytecode)
sys.exit(int(os.environ.get("{name}_fails", 0)))
"""
ALL_TESTS = "-n 4 --dist worksteal" + (" --cov --cov-report=term" if sys.version_info >= (3, 12) else "")
INSTALL = "+ pip install --quiet --constraint constraints.txt --editable .[dev]"


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout that needs no network, with stand-ins for the programs that `dev.py` runs."""
    root = tmp_path_factory.mktemp("toy")
    shutil.copy(SCRIPT, root)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "constraints.txt").write_text("")
    (root / "backend.py").write_text(BACKEND)
    for name in ("ruff", "mypy", "pytest", "generator"):
        (root / f"{name}.py").write_text(ECHO.format(name=name))
    return root


def dev(toy: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, toy / "dev.py", *arguments],
        cwd="/",
        env={"PATH": "/usr/bin:/bin", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def module() -> ModuleType:
    return loaded()


@pytest.mark.parametrize(("arguments", "code"), [((), 2), (("srve",), 2), (("--help",), 0)])
def test_says_how_to_use_it(toy: Path, arguments: tuple[str, ...], code: int) -> None:
    done = dev(toy, *arguments)
    assert done.returncode == code
    assert "python3 dev.py serve" in done.stdout
    assert "python3 dev.py test" in done.stdout


def test_sets_up_once_and_again_when_the_packages_changed(toy: Path) -> None:
    """One test, since making an environment takes seconds."""
    log = toy / "installs.log"

    done = dev(toy, "serve", "--port", "0")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [INSTALL, f"generator serve --port 0 {toy}"]
    assert log.read_text().count("installed") == 1

    done = dev(toy, "test", PYTHONDONTWRITEBYTECODE="1")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "+ ruff check .",
        f"ruff check . {toy}",
        "+ ruff format --check .",
        f"ruff format --check . {toy}",
        "+ mypy",
        f"mypy {toy}",
        f"+ pytest {ALL_TESTS}",
        f"pytest {ALL_TESTS} {toy}",
    ]
    assert log.read_text().count("installed") == 1

    assert (
        dev(toy, "test", "-k", "word").stdout.splitlines()[-1]
        == f"pytest -n 4 --dist worksteal -k word {toy}"
    )
    done = dev(toy, "test", mypy_fails="3")
    assert done.returncode == 3
    assert done.stdout.splitlines()[-1] == f"mypy {toy}"

    (toy / "constraints.txt").write_text("# changed\n")
    assert dev(toy, "serve", generator_fails="7").returncode == 7
    assert log.read_text().count("installed") == 2

    (toy / "pyproject.toml").write_text("broken")
    assert dev(toy, "serve").returncode != 0
    (toy / "pyproject.toml").write_text(PYPROJECT)
    assert dev(toy, "serve").returncode == 0
    assert log.read_text().count("installed") == 2


def test_says_what_to_install_where_python_has_no_venv(toy: Path, tmp_path: Path) -> None:
    shutil.copytree(toy, tmp_path / "toy", ignore=shutil.ignore_patterns(".venv"))
    (tmp_path / "lacking").mkdir()
    (tmp_path / "lacking/ensurepip.py").write_text("raise ImportError")
    done = dev(tmp_path / "toy", "test", PYTHONPATH=str(tmp_path / "lacking"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "apt-get install python3-venv" in done.stderr
    assert not (tmp_path / "toy/.venv").exists()


def test_an_old_python_hears_what_is_missing(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 7))
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    assert module.main(["test"]) == 1
    assert capsys.readouterr().err == "dev.py: Python 3.11 or later is needed, this is 3.9: install it\n"


def test_each_python_may_have_an_environment_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_VENV", ".venv-other")
    assert loaded().PYTHON.is_relative_to(SCRIPT.parent / ".venv-other")


# --- .ci/run: stand-ins for Python say their version, then what they are run with ---------------------

ALL = "== Python {}, all tests:\n12 passed"
OTHER = ".venv-{} dev.py test -x -m not browser and not slow"
REAL = ("bash", "cat", "dirname", "ls", "mktemp", "rm", "sleep", "tail", "tee", "timeout")


def python(file: Path, version: str, *, every: str = "echo 12 passed", some: str = "echo 3 passed") -> None:
    """Write a Python: what it does when all tests are run, and when some are."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f"""#!/bin/sh
case "$*" in
    *ensurepip*) echo {version}; exit ;;
    *set_up*) exit ;;
    "dev.py test") action='{every}' ;;
    *) action='{some}' ;;
esac
echo "$BROADSHEET_VENV $*"
eval "$action"
"""
    )
    file.chmod(0o755)


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A machine whose `python3` is a 3.11, with nothing of this one but a few programs."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(CI, tmp_path / ".ci")
    (tmp_path / "bin").mkdir()
    for name in REAL:
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or "")
    python(tmp_path / "bin/python3", "3.11")
    python(tmp_path / "bin/python3.11", "3.11")
    return tmp_path


def checked(fresh: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [fresh / ".ci/run", *arguments],
        env={"PATH": str(fresh / "bin"), "HOME": str(fresh), "SYSTEM_PYTHON": str(fresh / "none")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.rstrip("\n")


def test_ci_on_a_machine_with_one_python(fresh):
    code, said = checked(fresh)
    assert code == 0
    assert said.startswith(".venv-3.11 dev.py test\n12 passed\n== no other Python")
    assert said.endswith(ALL.format("3.11"))


@pytest.mark.parametrize("place", ["bin/python3.13", ".pyenv/versions/3.13.9/bin/python3.13"])
def test_ci_runs_all_tests_on_a_python_that_measures_coverage_and_some_on_another(fresh, place):
    python(fresh / place, "3.13")
    code, said = checked(fresh)
    assert code == 0
    assert said.startswith(".venv-3.13 dev.py test\n12 passed\n")
    assert f"{OTHER.format('3.11')}\n3 passed\n" in said
    assert said.endswith(ALL.format("3.13"))


def test_ci_fails_where_any_python_does(fresh):
    python(fresh / "bin/python3", "3.11", some="echo 1 failed; exit 1")
    python(fresh / "bin/python3.13", "3.13")
    code, said = checked(fresh)
    assert code == 1
    assert said.endswith("\n1 failed")
    python(fresh / "bin/python3.13", "3.13", every="echo 2 failed; exit 1")
    code, said = checked(fresh)
    assert code == 1
    assert said.endswith("\n2 failed")
    assert OTHER.format("3.11") not in said


def test_ci_says_where_time_is_out(fresh):
    python(fresh / "bin/python3", "3.11", some="sleep 60; exit 1")
    python(fresh / "bin/python3.13", "3.13")
    code, said = checked(fresh, "6")
    assert code == 0
    assert "== Python 3.11: stopped after" in said
    assert said.endswith(ALL.format("3.13"))
    code, said = checked(fresh, "0")
    assert code == 0
    assert "== no time is left for Python 3.11" in said
    assert OTHER.format("3.11") not in said
    assert said.endswith(ALL.format("3.13"))


def test_ci_passes_over_a_python_that_makes_no_environment(fresh):
    python(fresh / "bin/python3.13", "3.13")
    (fresh / "bin/python3.13").write_text("#!/bin/sh\nexit 1\n")
    code, said = checked(fresh)
    assert code == 0
    assert "== no other Python" in said
