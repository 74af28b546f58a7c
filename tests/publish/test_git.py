"""A branch as a target: its history, fresh machines and what the repository refuses."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from published import SITE, publish_to, write_output
from servers import GitPlace

from generator.model.errors import BuildError
from generator.publish import prepare
from generator.publish.preparing import read_build


@pytest.fixture
def place(tmp_path, servers):
    return GitPlace(tmp_path / "place", servers)


@pytest.fixture
def output(tmp_path):
    return write_output(tmp_path / "public", SITE)


def commits(place) -> list[str]:
    return git(place, "log", "--format=%s", "pages").splitlines()


def git(place, *arguments: str) -> str:
    command = ["git", "-C", str(place.root), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def publish_twice(place, output, **config):
    with place.opened(**config) as store:
        publish_to(store, output)
    write_output(output, {**SITE, "index.html": b"new", 'a "quoted" name.txt': b"x"})
    with place.opened(**config) as store:
        return publish_to(store, output)


def test_each_publish_is_a_commit(place, output):
    publish_twice(place, output)
    assert commits(place) == ["Publish", "Publish"]
    assert place.site()['a "quoted" name.txt'] == b"x"


def test_without_history_there_is_one_commit(place, output):
    place.put({"CNAME": b"theirs"})
    with place.opened(history=False) as store:
        publish_to(store, output, yes=True)
    assert commits(place) == ["Publish"]
    write_output(output, {**SITE, "index.html": b"new"})
    with place.opened(history=False) as store:
        publish_to(store, output)
    assert commits(place) == ["Publish"]
    assert place.site() == {**SITE, "index.html": b"new", "CNAME": b"theirs"}


def test_commits_of_others_are_not_replaced_by_a_single_one_unasked(place, output):
    place.put({"CNAME": b"theirs"})

    def asked() -> bool:
        with place.opened(history=False) as store:
            prepared = prepare(store, output, read_build(output), notice=print)
            return any("commits" in question for question in prepared.questions)

    assert asked()
    with place.opened() as store:  # with history, they stay
        publish_to(store, output, yes=True)
    assert commits(place) == ["Publish", "theirs"]
    write_output(output, {**SITE, "index.html": b"new"})
    assert asked()
    with place.opened(history=False) as store:
        publish_to(store, output, yes=True)
    assert commits(place) == ["Publish"]
    write_output(output, {**SITE, "index.html": b"newer"})
    assert not asked()
    place.put({"CNAME": b"another"})
    assert asked()


@pytest.mark.parametrize("filters", ["true", "false"])
def test_a_fresh_machine_fetches_the_last_commit_alone(place, output, tmp_path, filters):
    git(place, "config", "uploadpack.allowFilter", filters)
    publish_twice(place, output)
    shutil.rmtree(tmp_path / "cache")
    with place.opened() as store:
        assert publish_to(store, output) is None
    write_output(output, {**SITE, "index.html": b"newer"})
    shutil.rmtree(tmp_path / "cache")
    with place.opened() as store:
        assert publish_to(store, output, yes=True).uploaded == 1
    assert place.site() == {**SITE, "index.html": b"newer"}
    assert len(commits(place)) == 3
    assert (tmp_path / "cache/shallow").exists()
    kept = subprocess.run(
        ["git", "cat-file", "--batch-check", "--batch-all-objects"],
        cwd=tmp_path / "cache", check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    blobs = kept.count(" blob ")
    assert blobs <= 4 if filters == "true" else blobs > len(SITE)  # two records, and one page in two versions


def test_what_the_repository_refuses_is_told(place, output):
    hook = place.root / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'the branch is protected' >&2\nexit 1\n")
    hook.chmod(0o755)
    with (
        place.opened() as store,
        pytest.raises(BuildError, match=r"git push failed: .*the branch is protected"),
    ):
        publish_to(store, output)


def test_a_repository_that_is_not_there_is_told_without_secrets(place, output, monkeypatch):
    monkeypatch.setenv("GIT_TOKEN", "hunter2-hunter2")
    place.root.rename(place.root.parent / "hunter2-hunter2")
    with place.opened() as store, pytest.raises(BuildError, match="git ls-remote failed: ") as error:
        publish_to(store, output)
    assert "hunter2" not in str(error.value)


def test_hooks_and_settings_of_the_repository_that_is_kept_are_not_used(place, output, tmp_path):
    publish_twice(place, output)
    with place.opened() as store:
        cache, ran = store._cache, tmp_path / "ran"
    (cache / "hooks").mkdir(exist_ok=True)
    hook = cache / "hooks/pre-push"
    hook.write_text(f"#!/bin/sh\ntouch '{ran}'\n")
    hook.chmod(0o755)
    with (cache / "config").open("a") as config:
        config.write(f'[core]\n\thooksPath = hooks\n\tfsmonitor = "touch {ran}"\n')
        config.write(f'[remote "origin"]\n\turl = {tmp_path}/elsewhere\n\tuploadpack = "touch {ran}; :"\n')
    write_output(output, {**SITE, "index.html": b"newer", 'a "quoted" name.txt': b"x"})
    with place.opened() as store:
        publish_to(store, output)
    assert place.site()["index.html"] == b"newer"
    assert not ran.exists()


def test_the_repository_whose_hook_publishes_is_left_alone(place, output, tmp_path, monkeypatch):
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "own")], check=True)
    before = (tmp_path / "own/.git/config").read_bytes()
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "own/.git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "own/.git/index"))
    with place.opened() as store:
        publish_to(store, output)
    monkeypatch.undo()
    assert (tmp_path / "own/.git/config").read_bytes() == before
    assert place.site() == SITE
