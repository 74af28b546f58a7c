"""The workflows of the guide, as fresh runners do their steps: a clone, what was cached, and commands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from writing import files_of, write_clipping, write_config

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / "docs/workflows"
KEY = "0123456789abcdef0123456789abcdef"
TOKEN = "a-token-of-the-tests"


class Runner:
    """One machine after the other, each with nothing but the repository and what the last one cached."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.repository, self.cached = root / "me/digest.git", root / "cached"
        self.work = root / "author"
        self.output = ""
        self.uploaded: list[str] = []
        self.context = {
            "github.repository": "me/digest", "github.run_id": "1", "github.run_attempt": "1",
            "github.action_path": str(ROOT), "github.token": TOKEN,
            "secrets.BROADSHEET_CACHE_KEY": KEY, "secrets.PUBLISH_TOKEN": TOKEN,
        }  # fmt: skip
        self._write_tools()
        self._git("init", "-q", "--bare", "-b", "main", str(self.repository), where=root)
        self._git("clone", "-q", str(self.repository), str(self.work), where=root)

    def _write_tools(self) -> None:
        """Installers that have installed everything, and a git that finds hosts on this machine."""
        tools = self.root / "tools"
        tools.mkdir()
        secrets = f"! env | grep -q -e '={KEY}' -e '={TOKEN}'"
        (tools / "pip").write_text(f'#!/bin/sh\ntest "$1" = install && test -n "$3" && {secrets}\n')
        (tools / "apt-get").write_text("#!/bin/sh\n")
        for tool in tools.iterdir():
            tool.chmod(0o755)
        here = f'[url "file://{self.root}/"]\n'
        hosts = ("https://github.com/", "https://codeberg.org/")
        (self.root / ".gitconfig").write_text(here + "".join(f"insteadOf = {host}\n" for host in hosts))
        path = os.pathsep.join((str(tools), str(Path(sys.executable).parent), os.environ["PATH"]))
        who = {f"GIT_{role}_{key}": "me" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
        self.environment = {"PATH": path, "HOME": str(self.root), "LANG": "C.UTF-8", **who}

    def push(self) -> None:
        """Send the author's clippings to the host."""
        self._git("add", "-A", where=self.work)
        self._git("commit", "-q", "-m", "Clippings", where=self.work)
        self._git("push", "-q", "origin", "HEAD:main", where=self.work)

    def run(self, steps: list[dict], environment: dict[str, str] | None = None) -> Path:
        """Do the steps of a job on a new machine, and return its folder."""
        folder = Path(self.root / f"machine-{len(list(self.root.glob('machine-*')))}")
        self._git("clone", "-q", str(self.repository), str(folder), where=self.root)
        paths: list[str] = []
        self._steps(steps, folder, environment or {}, {}, paths)
        shutil.rmtree(self.cached, ignore_errors=True)
        for path in paths:
            shutil.copytree(folder / path, self.cached / path)
        return folder

    def _steps(self, steps, folder, environment, inputs, cached) -> None:
        for step in steps:
            given = step.get("with", {})
            values = {key: self._filled(value, inputs) for key, value in given.items() if value is not False}
            uses = step.get("uses", "")
            if "actions/cache@" in uses:
                cached += values["path"].split()
                self._restore(cached, folder)
            elif "/broadsheet@" in uses:
                action = yaml.safe_load((ROOT / "action.yml").read_text())
                given = {name: one["default"] for name, one in action["inputs"].items()} | values
                self._steps(action["runs"]["steps"], folder, environment, given, cached)
            elif uses:
                self.uploaded += [values["path"]] if "artifact" in uses else []
            else:
                own = {key: self._filled(value, inputs) for key, value in step.get("env", {}).items()}
                given = {key: self._filled(value, inputs) for key, value in environment.items()}
                where = folder / self._filled(step.get("working-directory", "."), inputs)
                self._shell(self._filled(step["run"], inputs), where, {**given, **own})

    def _restore(self, paths, folder) -> None:
        for path in paths:
            if (self.cached / path).exists():
                shutil.copytree(self.cached / path, folder / path, copy_function=shutil.copy)

    def _filled(self, text, inputs) -> str:
        known = {**self.context, **{f"inputs.{name}": value for name, value in inputs.items()}}
        return re.sub(r"\$\{\{ *([\w.-]+) *\}\}", lambda found: known[found[1]], text)

    def _shell(self, script, where, environment) -> None:
        assert TOKEN not in environment.values() or "broadsheet publish" in script
        assert KEY not in environment.values() or "broadsheet publish" not in script
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=where, env={**self.environment, **environment}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        self.output += done.stdout
        assert done.returncode == 0, f"{script}\n{done.stdout}"

    def _git(self, *arguments: str, where: Path) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=where, env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    def branch(self, name: str) -> set[str]:
        """The files of a branch of the repository."""
        return {*self._git("-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", name,
                           where=self.repository).splitlines()}  # fmt: skip


@pytest.fixture
def runner(tmp_path):
    if shutil.which("git") is None:
        pytest.skip("needs git, which is not installed")
    runner = Runner(tmp_path)
    write_config(runner.work)
    write_clipping(runner.work / "content", "a.md", title="An article")
    (runner.work / ".gitignore").write_text("/public/\n/.broadsheet/\n")
    runner.push()
    return runner


def job(name: str) -> tuple[list[dict], dict[str, str]]:
    """The steps of the only job of a workflow, and its environment."""
    workflow = yaml.safe_load((WORKFLOWS / name).read_text())
    if "pages" in workflow:
        pages = workflow["pages"]
        cache = {"uses": "actions/cache@v4", "with": {"path": " ".join(pages["cache"]["paths"])}}
        return [cache, *({"run": line} for line in pages["script"])], {"BROADSHEET_CACHE_KEY": KEY}
    jobs = [*workflow["jobs"].values()]
    return [step for one in jobs for step in one["steps"]], jobs[0].get("env", {})


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.name for path in WORKFLOWS.iterdir()))
def test_a_workflow_publishes_and_uses_what_was_cached(runner, name):
    steps, environment = job(name)
    first = files_of(runner.run(steps, environment) / "public")
    assert "index.html" in first
    write_clipping(runner.work / "content", "b.md", title="Another one")
    runner.push()
    runner.output = ""
    second = files_of(runner.run(steps, environment) / "public")
    assert len(second) > len(first)
    assert re.search(r"files written, [1-9]\d* kept", runner.output), "the cache was not used"
    assert TOKEN not in runner.output
    if "publish" in "".join(map(str, steps)) and "artifact" not in "".join(map(str, steps)):
        branch = "gh-pages" if "github" in name else "pages"
        assert runner.branch(branch) >= second.keys() - {".broadsheet.json"}
    else:
        assert runner.uploaded[:1] in ([], ["public"])


def test_the_lines_for_cron_build_and_publish(runner):
    (lines,) = re.findall(
        r"```text\n(PATH=.*?)```", (ROOT / "docs/guide/publish.md").read_text("utf-8"), re.DOTALL
    )
    path, line = lines.splitlines()
    programs = runner.root / ".local/bin"
    programs.mkdir(parents=True)
    (programs / "broadsheet").symlink_to(Path(sys.executable).parent / "broadsheet")
    runner.work.rename(runner.root / "digest")
    www = (runner.root / "www").as_uri()
    write_config(runner.root / "digest", f'[publish.web]\naddress = "{www}"\n')
    cron = {
        "HOME": str(runner.root),
        "PATH": path.removeprefix("PATH=").replace("/home/me", str(runner.root)),
    }
    done = subprocess.run(
        ["/bin/sh", "-c", line.split(None, 5)[5]], env=cron, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (runner.root / "www/index.html").is_file()


def test_actions_of_others_are_named_by_commit_and_get_no_token_to_keep():
    for file in (ROOT / "action.yml", *WORKFLOWS.iterdir()):
        text = file.read_text("utf-8")
        named = re.findall(r"uses: (?!example/)(.*)", text)
        assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", one) for one in named), named
        assert text.count("actions/checkout@") == text.count("persist-credentials: false")


def test_each_workflow_runs_once_a_day_too():
    for file in WORKFLOWS.iterdir():
        workflow = yaml.safe_load(file.read_text("utf-8"))
        if "pages" in workflow:  # the schedule itself is set in GitLab
            assert {"if": '$CI_PIPELINE_SOURCE == "schedule"'} in workflow["pages"]["rules"]
        else:
            assert workflow[True]["schedule"], "`on` is true in YAML 1.1"


def test_git_gets_the_token_of_the_action_for_its_target(tmp_path):
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    (step,) = [one for one in action["runs"]["steps"] if one.get("name") == "Publish"]
    environment = {key: value for key, value in step["env"].items() if "${{" not in value}

    def password(token: str) -> str:
        done = subprocess.run(
            ["git", "credential", "fill"], input="protocol=https\nhost=github.com\n\n",
            cwd=tmp_path, capture_output=True, text=True, check=False,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **environment, "TOKEN": token,
                 "GIT_TERMINAL_PROMPT": "0"},
        )  # fmt: skip
        return done.stdout

    assert f"password={TOKEN}\n" in password(TOKEN)
    assert "password" not in password("")


def test_the_guide_links_to_each_workflow():
    guide = (ROOT / "docs/guide/publish.md").read_text("utf-8")
    assert {path.name for path in WORKFLOWS.iterdir()} == set(
        re.findall(r"\(\.\./workflows/([\w.-]+)\)", guide)
    )
