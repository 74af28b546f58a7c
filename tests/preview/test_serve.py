"""`broadsheet serve` as people use it: a command that runs, an editor that saves, a browser that looks on."""

import contextlib
import functools
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from running import AS_OF, PATIENCE, Command, until
from writing import BODY, files_of, write_clipping, write_config


class Serving(Command):
    """A running `broadsheet serve`."""

    def __init__(self, root: Path, *arguments: str) -> None:
        super().__init__(root, "serve", *AS_OF, *arguments)

    @property
    def address(self) -> str:
        """Of the front page, as the command said it."""
        until(lambda: "Ctrl-C ends it" in self.text, self)
        return re.search(r"http://\S+/", self.text)[0]

    def get(self, path: str = "") -> str:
        with urllib.request.urlopen(self.address + path, timeout=PATIENCE) as response:
            return response.read().decode("utf-8")

    def answers(self, path: str = "") -> bool:
        try:
            return bool(self.get(path))
        except urllib.error.HTTPError as error:
            error.close()
            return False

    def interrupt(self) -> tuple[int, float]:
        """Press Ctrl-C: the exit code, and the seconds until the end."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE), time.monotonic() - started


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site of two articles and a draft."""
    write_config(tmp_path, 'title = "First title"\n')
    write_clipping(tmp_path / "content", "one.md", title="One")
    write_clipping(tmp_path / "content", "two.md", title="Two", date="2024-07-02")
    write_clipping(tmp_path / "content", "later.md", title="A secret draft", draft="true")
    return tmp_path


@pytest.fixture
def serving(root: Path) -> Iterator:
    """Starts the command on a free port; none outlives the test."""
    with contextlib.ExitStack() as stack:

        def start(*arguments: str) -> Serving:
            command = Serving(root, *(arguments or ("-p", "0")))
            stack.callback(command.end)
            until(lambda: " published" in command.text, command)
            until(command.answers, command)  # what is printed comes a moment before the page
            return command

        yield start


def save(file: Path, text: str) -> None:
    """Save as careful editors do: write beside, then put in place."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.swp")
    beside.write_text(text, "utf-8")
    beside.replace(file)


@pytest.fixture
def refused(page):
    """What the browser would not do, and what failed in scripts."""
    messages = []
    page.on("console", lambda message: message.type == "error" and messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.set_default_timeout(PATIENCE * 1000)
    return messages


@pytest.fixture
def seen(page, refused):
    """Playwright's assertions."""
    from playwright.sync_api import expect

    return expect


@pytest.mark.browser
def test_a_saved_clipping_shows_in_the_open_page_by_itself(root, serving, page, seen, refused):
    command = serving()
    page.goto(command.address)
    seen(page.get_by_role("link", name="One 1′")).to_be_visible()
    write_clipping(root / "content", "2024/07/three.md", title="Three")
    seen(page.get_by_role("link", name="Three 1′")).to_be_visible()

    page.get_by_role("link", name="Three 1′").click()
    seen(page.locator("h1")).to_have_text("Three")
    write_clipping(
        root / "content", "2024/07/three.md", title="Three", body="Mended while it was being read."
    )
    seen(page.get_by_text("Mended while it was being read.")).to_be_visible()

    (root / "content/2024/07/three.md").unlink()
    seen(page.locator("h1")).to_have_text("Page not found")
    assert [message for message in refused if "404" not in message] == []


@pytest.mark.browser
def test_a_broken_template_lies_over_the_last_good_page_until_mended(root, serving, page, seen, refused):
    command = serving()
    page.goto(command.address)
    template = root / "templates/day.html"
    save(
        template, '{% extends "theme/day.html" %}\n{% block sections %}\n{{ view.weather }}\n{% endblock %}\n'
    )
    alert = page.get_by_role("alert")
    seen(alert).to_be_visible()
    seen(alert.locator("h3")).to_have_text("templates/day.html:3")
    seen(alert).to_contain_text("weather")
    seen(alert.locator("pre span")).to_have_count(4)
    seen(alert.locator(".here")).to_have_text(re.compile(r"^3\s+\{\{ view\.weather \}\}$"))
    seen(page.get_by_role("link", name="One 1′")).to_be_visible()
    until(lambda: "error: templates/day.html:3: " in command.text, command)
    assert "Traceback" not in command.text

    save(template, '{% extends "theme/day.html" %}\n{% block sections %}<p>Sunny</p>{% endblock %}\n')
    seen(page.get_by_text("Sunny")).to_be_visible()
    seen(alert).to_have_count(0)
    assert refused == []


def test_what_the_curator_says_is_followed(root, serving):
    command = serving()
    picks = root / "picks.toml"
    save(picks, '[[pick]]\narticle = "two.md"\nhide = true\n\n[[pick]]\narticle = "one.md"\ntitle = "Uno"\n')
    until(lambda: "Uno" in command.get() and "Two" not in command.get("2024/07/"), command)
    picks.unlink()
    until(lambda: "One" in command.get() and "Uno" not in command.get(), command)


@pytest.mark.browser
def test_a_fault_in_the_configuration_lies_over_the_page_until_mended(root, serving, page, seen, refused):
    command = serving()
    page.goto(command.address)
    save(root / "digest.toml", '# ours\ntitel = "Second title"\n')
    alert = page.get_by_role("alert")
    seen(alert.locator("h3")).to_have_text("digest.toml:2")
    seen(alert).to_contain_text("did you mean `title`?")
    seen(alert.locator(".here")).to_have_text(re.compile('titel = "Second title"'))
    seen(page.get_by_role("link", name="One 1′")).to_be_visible()

    save(root / "digest.toml", '# ours\ntitle = "Second title"\n')
    seen(page).to_have_title(re.compile("Second title"))
    seen(alert).to_have_count(0)
    assert refused == []
    assert "Traceback" not in command.text


@pytest.mark.browser
def test_styles_and_translations_arrive_and_the_script_is_in_no_file(root, serving, page, seen, refused):
    command = serving()
    page.goto(command.address)
    save(root / "templates/assets/custom.css", "body { outline: rgb(1, 2, 3) solid 4px }\n")
    seen(page.locator("body")).to_have_css("outline-color", "rgb(1, 2, 3)")
    save(root / "templates/assets/custom.css", "body { outline: rgb(3, 2, 1) solid 4px }\n")
    seen(page.locator("body")).to_have_css("outline-color", "rgb(3, 2, 1)")

    catalogue = root / "templates/translations/en/LC_MESSAGES/messages.po"
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    save(catalogue, f'{head}msgid "Latest"\nmsgstr "This morning"\n')
    seen(page.get_by_role("link", name="This morning")).to_be_visible()
    assert refused == []

    assert "__broadsheet" in command.get()
    written = files_of(root / ".broadsheet")
    assert any(path.endswith("index.html") for path in written)
    assert [path for path, data in written.items() if b"__broadsheet" in data or b"EventSource" in data] == []
    assert not (root / "public").exists()


def test_drafts_stay_in_the_preview(root, serving):
    command = serving("-p", "0", "--drafts")
    assert "A secret draft" in command.get()
    assert any(b"A secret draft" in data for data in files_of(root / ".broadsheet/preview").values())
    assert not (root / "public").exists()
    subprocess.run(
        [sys.executable, "-m", "generator", "build", "-q", *AS_OF], cwd=root, timeout=PATIENCE, check=True
    )
    assert not any(b"A secret draft" in data for data in files_of(root / "public").values())
    assert "A secret draft" in command.get()


def status_of(command: Serving, path: str, **headers: str) -> int:
    request = urllib.request.Request(command.address + path, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return response.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_what_others_put_into_the_preview_is_not_shown_and_goes(root, serving):
    preview = root / ".broadsheet/preview"
    preview.mkdir(parents=True)
    (root / "mine.txt").write_text("not for the preview")
    (preview / "sw.js").write_text("skipWaiting()")
    (preview / "index.html").write_text("theirs")
    (preview / "out").symlink_to(root)
    command = serving()
    assert "One" in command.get()
    assert not {"sw.js", "out"} & {path.name for path in preview.iterdir()}
    (preview / "sw.js").write_text("skipWaiting()")
    (preview / "out.txt").symlink_to(root / "mine.txt")
    assert [status_of(command, path) for path in ("sw.js", "out.txt")] == [404, 404]
    assert status_of(command, "", **{"Service-Worker": "script"}) == 403
    assert (root / "mine.txt").read_text() == "not for the preview"


def test_a_page_that_somebody_changed_is_not_shown_and_made_again(root, serving):
    command = serving()
    page = root / ".broadsheet/preview/2024/07/03/index.html"
    before = page.read_bytes()
    page.write_bytes(before.replace(b"<body", b"<script src=/x.js></script><body"))
    assert status_of(command, "2024/07/03/") == 503
    until(functools.partial(command.answers, "2024/07/03/"), command)
    assert page.read_bytes() == before
    assert "x.js" not in command.get("2024/07/03/")


@pytest.mark.parametrize("what", [".broadsheet", ".broadsheet/preview", ".broadsheet/preview/2024/07"])
def test_what_is_deleted_under_it_comes_back(root, serving, what):
    command = serving()
    before = files_of(root / ".broadsheet/preview")
    shutil.rmtree(root / what)
    with pytest.raises(urllib.error.HTTPError, match="503"):
        command.get("2024/07/03/")
    until(functools.partial(command.answers, "2024/07/03/"), command)
    until(lambda: command.text.count(" published") == 2, command)
    assert files_of(root / ".broadsheet/preview") == before
    assert (root / ".broadsheet/.gitignore").read_text("utf-8") == "*\n"
    second = Serving(root, "-p", "0")
    assert second.process.wait(PATIENCE) == 1
    second.end()
    assert f"{command.address}) already shows this site" in second.text


def test_a_second_one_says_who_shows_the_site_and_where(root, serving):
    first = serving("-p", "0", "--drafts")
    before = files_of(root / ".broadsheet/preview")
    second = Serving(root, "-p", "0")
    assert second.process.wait(PATIENCE) == 1
    second.end()
    assert f"(process {first.process.pid}, {first.address}) already shows this site" in second.text
    assert "use that one, or stop it first" in second.text
    assert files_of(root / ".broadsheet/preview") == before
    assert "A secret draft" in first.get()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_one_that_ended_is_in_nobodys_way(root, serving, how):
    first = serving()
    first.process.send_signal(how)
    first.process.wait(PATIENCE)
    assert "One" in serving().get()


def test_ctrl_c_ends_it_at_once_and_leaves_nothing(root, serving):
    command = serving()
    with socket.create_connection(command.address.split("/")[2].split(":")) as open_page:
        host = command.address.split("/")[2]
        open_page.sendall(f"GET /__broadsheet/events HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert open_page.recv(100).startswith(b"HTTP/1.1 200 ")
        code, seconds = command.interrupt()
    assert (code, seconds < 10) == (130, True)
    assert "Traceback" not in command.text
    until(lambda: not session_of(command.process.pid))
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(command.address.split("/")[2].split(":"), timeout=1).close()
    assert not list((root / ".broadsheet/preview").glob("*staging*"))


def test_ctrl_c_during_a_build_leaves_the_last_good_site(root, serving):
    command = serving()
    before = files_of(root / ".broadsheet/preview")
    for number in range(2000):
        write_clipping(root / "batch", f"{number}.md", title=f"Number {number}", body=f"{BODY} " * 20)
    (root / "batch").rename(root / "content/batch")
    staging = root / ".broadsheet/preview/.broadsheet-staging"
    until(lambda: sum(1 for _ in staging.rglob("*")) > 20, command)
    code, seconds = command.interrupt()
    assert (code, seconds < 10) == (130, True)
    command.end()
    assert "Traceback" not in command.text
    assert command.text.count(" published") == 1, "the build ended before Ctrl-C came"
    assert files_of(root / ".broadsheet/preview") == before
    assert "2,003 found, 2,002 published" in serving().text


def session_of(pid: int) -> list[int]:
    """The processes of a session that still run."""
    if not Path("/proc/self/stat").exists():
        return []
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _parent, _group, session = stat.read_text("utf-8").rpartition(")")[2].split()[:4]
            if int(session) == pid and state != "Z":
                found.append(int(stat.parent.name))
    return found


def test_where_the_port_is_taken_the_next_free_one_is_said(serving):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = serving("-p", str(port))
        other = int(command.address.rstrip("/").rpartition(":")[2])
        assert port < other <= port + 100
        assert f"(port {port} is taken)" in command.text
        assert "One" in command.get()
