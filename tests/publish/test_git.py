"""A branch as a target: its history, fresh machines and what the repository refuses."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest
from hosts import Answering, running
from published import SITE, publish_to, write_output
from servers import GitOverSshPlace, GitPlace

from generator.config.site import PublishConfig
from generator.model.errors import BroadsheetError, BuildError
from generator.publish import prepare, publish, retry
from generator.publish.git import GitBranch
from generator.publish.preparing import read_build
from generator.publish.store import Store
from generator.publish.targets import Settings, factory_of
from running import Command, until
from writing import write_config


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


@pytest.mark.parametrize("name", ["commondir", ".git"])
def test_a_repository_that_is_kept_leads_to_no_other_one(place, output, tmp_path, name):
    """Its settings could run programs."""
    other = tmp_path / "other"
    subprocess.run(["git", "init", "--quiet", "--bare", str(other)], check=True)
    before = (other / "config").read_bytes()
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / name).write_text(f"{other}\n" if name == "commondir" else f"gitdir: {other}\n")
    with place.opened() as store:
        publish_to(store, output)
    assert place.site() == SITE
    assert (other / "config").read_bytes() == before
    assert not [*(other / "refs/broadsheet").glob("*")]


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


def killed_during_its_push(place, tmp_path) -> Callable[[], None]:
    """Publish by a command that is killed while the host holds its push up. Return what lets that end."""
    waiting, go, ended = (tmp_path / name for name in ("waiting", "go", "ended"))
    hook = place.root / "hooks/pre-receive"
    hook.write_text(f"#!/bin/sh\ntouch '{waiting}'\nuntil [ -e '{go}' ]; do sleep 0.01; done\n")
    hook.chmod(0o755)
    after = place.root / "hooks/post-receive"
    after.write_text(f"#!/bin/sh\ntouch '{ended}'\n")
    after.chmod(0o755)
    write_config(tmp_path, f'[publish.web]\naddress = "{place.address}"\n')
    command = Command(tmp_path, "publish", "--yes")
    until(waiting.exists)
    command.end()
    hook.unlink()

    def end() -> None:
        go.touch()
        until(ended.exists)

    return end


def reopened(place, tmp_path) -> Store:
    """Open the target with the repository that a command in the same folder uses."""
    [cache] = (tmp_path / ".broadsheet/publish").iterdir()
    with place.opened() as store:
        store._cache = cache
        return store


@pytest.mark.parametrize("is_first", [True, False], ids=["first", "later"])
@pytest.mark.parametrize("is_same", [True, False], ids=["the same site", "another site"])
def test_a_push_that_outlives_its_publish_is_what_the_next_one_builds_on(
    place, output, tmp_path, is_first, is_same
):
    if not is_first:
        with place.opened() as store:
            publish_to(store, output)
    write_output(output, {**SITE, "index.html": b"of the killed one", "killed.html": b"its page"})
    end = killed_during_its_push(place, tmp_path)
    if not is_same:
        write_output(output, {**SITE, "index.html": b"newest"})
    store = reopened(place, tmp_path)
    prepared = prepare(store, output, read_build(output), notice=print)
    end()
    published = publish(store, prepared, done=lambda _path: None)
    assert len(commits(place)) == 3 - is_first - is_same
    assert place.site()["index.html"] == (output / "index.html").read_bytes()
    assert place.site().keys() == read_build(output).files.keys()
    assert published.deleted == (set() if is_same else {"killed.html"})
    assert is_same or not store._git("for-each-ref", "refs/broadsheet/sent"), "they are not kept for ever"


def test_a_push_of_somebody_else_is_not_built_on(place, output, tmp_path):
    with place.opened() as store:
        publish_to(store, output)
        write_output(output, {**SITE, "index.html": b"new"})
        prepared = prepare(store, output, read_build(output), notice=print)
        place.put({"CNAME": b"theirs"})
        with pytest.raises(BuildError, match="somebody else has just published there; publish again"):
            publish(store, prepared, done=lambda _path: None)


def test_an_answer_to_a_push_that_was_lost_is_no_fault(output, tmp_path, servers, monkeypatch):
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.01)
    place = GitOverSshPlace(tmp_path / "place", servers)
    shell = tmp_path / "ssh"
    with place.opened() as store:
        lost = "case $* in *receive-pack*) echo Connection reset >&2; exit 255;; esac"
        shell.write_text(f'#!/bin/sh\nssh -F {place.home}/.ssh/config "$@" || exit\n{lost}\n')
        shell.chmod(0o755)
        monkeypatch.setenv("GIT_SSH_COMMAND", str(shell))
        publish_to(store, output)
    assert place.site() == SITE
    assert commits(place) == ["Publish"]


def test_what_a_killed_git_left_locked_is_freed(place, output, tmp_path):
    with place.opened() as store:
        publish_to(store, output)
    for name in ("config.lock", "shallow.lock", "refs/broadsheet/tip.lock", "packed-refs.lock"):
        (tmp_path / "cache" / name).touch()
    write_output(output, {**SITE, "index.html": b"new"})
    with place.opened() as store:
        publish_to(store, output)
    assert place.site()["index.html"] == b"new"


class NoRepository(Answering, BaseHTTPRequestHandler):
    """A host without repositories, or one that accepts nobody."""

    def do_GET(self):
        if not self.is_refused():
            self.answer(self.server.code, WWW_Authenticate="Basic")

    def do_HEAD(self):
        self.do_GET()


def test_a_busy_host_is_left_alone_for_as_long_as_it_asks(tmp_path, monkeypatch):
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.01)
    with running(NoRepository) as host:
        host.code = 404
        host.requests_left, host.seconds, host.headers = 0, 1, {"Retry_After": 1}
        branch = GitBranch(f"{host.address}/x.git", "pages", tmp_path / "cache", history=True, subject="x")
        with pytest.raises(BuildError, match=r"git ls-remote failed: .* not found"):
            branch.read()
        assert host.refused == ["GET", "HEAD"]


def test_a_token_that_is_not_accepted_is_told_without_it(tmp_path, monkeypatch):
    helper = "!echo username=me; echo password=hunter2-hunter2; :"
    for key, value in {"COUNT": "1", "KEY_0": "credential.helper", "VALUE_0": helper}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{key}", value)
    with running(NoRepository) as host:
        host.code = 401
        branch = GitBranch(f"{host.address}/x.git", "pages", tmp_path / "cache", history=True, subject="x")
        with pytest.raises(BuildError, match=r"Authentication failed .*; check the credentials") as error:
            branch.read()
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("is_partial", [False, True])
def test_what_is_kept_does_not_grow_by_a_pack_a_publish(place, output, tmp_path, monkeypatch, is_partial):
    place._git("config", "uploadpack.allowFilter", "true")
    settings = {"fastimport.unpackLimit": "1", "gc.autoPackLimit": "2"}
    monkeypatch.setenv("GIT_CONFIG_COUNT", str(len(settings)))
    for number, (key, value) in enumerate(settings.items()):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{number}", key)
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{number}", value)
    for turn in range(5):
        if turn == 1 and is_partial:
            shutil.rmtree(tmp_path / "cache")
        write_output(output, {**SITE, "index.html": b"%d" % turn})
        with place.opened() as store:
            publish_to(store, output)
    assert len([*(tmp_path / "cache/objects/pack").glob("*.pack")]) <= 3
    assert len(commits(place)) == 5


def test_a_folder_that_cannot_be_used_is_told(place, output, tmp_path):
    (tmp_path / "cache").write_bytes(b"")
    with place.opened() as store, pytest.raises(BuildError, match="cache: cannot be used: Not a directory"):
        publish_to(store, output)


@pytest.mark.parametrize("branch", ["HEAD", "head", "refs/heads/pages"])
def test_a_ref_is_no_branch(tmp_path, branch):
    settings = Settings(config=PublishConfig(address=""), cache=tmp_path / "cache", subject="")
    address = f"git+file:///srv/报.git#{branch}"
    with pytest.raises(BroadsheetError, match="is no name of a branch; write its name alone"):
        factory_of(address)(address, settings)
