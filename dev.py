"""The developer's two commands; they need Python 3.11 or later and nothing else.

    python3 dev.py serve [arguments for `broadsheet serve`]    show the repository's own digest
    python3 dev.py test [arguments for pytest]                 run every check

Both first update `.venv`, or the folder that BROADSHEET_VENV names, if `pyproject.toml` or `constraints.txt`
changed.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / os.environ.get("BROADSHEET_VENV", ".venv")
"""The virtual environment. `.ci/run` uses another one to test another version of Python."""
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def main(arguments: "list[str]") -> int:
    """Run a command, and return its exit code."""
    commands = {"serve": serve, "test": test}
    if not arguments or arguments[0] not in commands:
        print(__doc__.strip())
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    if sys.version_info < (3, 11):
        return say("Python 3.11 or later is needed, this is {}.{}: install it".format(*sys.version_info))
    os.chdir(ROOT)
    return set_up() or commands[arguments[0]](arguments[1:])


def set_up() -> int:
    """Create `.venv` and install the checkout with its extra `dev`, if packages changed.

    Return an exit code.
    """
    stamp = VENV / "installed"
    packages = (ROOT / "pyproject.toml").read_bytes() + (ROOT / "constraints.txt").read_bytes()
    expected = hashlib.sha256(packages + sys.version.encode()).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == expected:
        return 0
    try:
        import ensurepip  # noqa: F401 - Debian ships venv without it
        import venv
    except ImportError:
        return say(
            "this Python has no venv: install it, on Debian and Ubuntu with `apt-get install python3-venv`"
        )
    say("setting up {} for Python {}.{}, this takes a minute".format(VENV.name, *sys.version_info))
    probe = f"import pip, sys; sys.exit(sys.version != {sys.version!r})"
    if not PYTHON.exists() or subprocess.call([str(PYTHON), "-c", probe], stderr=subprocess.DEVNULL):
        venv.create(VENV, clear=True, with_pip=True)
    code = run("pip", "install", "--quiet", "--constraint", "constraints.txt", "--editable", ".[dev]")
    if not code:
        stamp.write_text(expected)
    return code


def serve(arguments: "list[str]") -> int:
    """Show the repository's own digest."""
    command = [str(PYTHON), "-m", "generator", "serve", *arguments]
    if os.name != "nt":
        os.execv(command[0], command)  # replaces this process, so that Ctrl-C and signals reach it
    return subprocess.call(command)


def test(arguments: "list[str]") -> int:
    """Run the checks up to the first that fails.

    Measures coverage if all tests run, on Python 3.12 and later: it slows older ones by half.
    Tests wait for processes, saves and browsers, so that four at a time keep two cores busy.
    """
    coverage = ["--cov", "--cov-report=term"] if sys.version_info >= (3, 12) else []
    return (
        run("ruff", "check", ".")
        or run("ruff", "format", "--check", ".")
        or run("mypy")
        or run("pytest", "-n", "4", "--dist", "worksteal", *(arguments or coverage))
    )


def run(*command: str) -> int:
    """Run a module of `.venv`, and return its exit code."""
    print("+", *command, flush=True)
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # each of a thousand commands would compile everything
    return subprocess.call([str(PYTHON), "-m", *command], env=environment)


def say(message: str) -> int:
    """Print a message, and return the exit code of a failure."""
    print("dev.py: " + message, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
