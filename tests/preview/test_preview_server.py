"""The server on a real port: who is served, what is refused, and how it ends."""

import contextlib
import http.client
import json
import re
import shutil
import socket
import threading
import time

import httpx
import pytest

from generator.model.errors import BuildError, ConfigError, Problem
from generator.preview import server
from generator.preview.follow import Built
from generator.preview.listening import listen
from generator.preview.server import Preview, serve
from running import PATIENCE

PAGE = "<!doctype html><title>A</title><body><h1>Front</h1></body></html>"


def build(check, _changed):
    check()
    return Built()


class Pages:
    """A site of which all pages are stale unless it is said which; it has those that are said, else all."""

    def __init__(self, fresh=lambda _: None, is_stale=lambda _: True, has=None, wrote=lambda *_: True):
        self.fresh, self.is_stale, self._has, self.wrote = fresh, is_stale, has, wrote

    def has(self, path):
        return self._has is None or path in self._has


def write_site(folder):
    (folder / "2024").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "2024" / "index.html").write_text(PAGE)
    (folder / "404.html").write_text("<body>Not here</body>")
    (folder / "style.css").write_text("a {}")
    return folder


@pytest.fixture
def site(tmp_path):
    return write_site(tmp_path / "site")


def wait_for(preview):
    end = time.monotonic() + PATIENCE
    while httpx.get(preview.address).status_code != 200:
        assert time.monotonic() < end
        time.sleep(0.01)
    return preview


@pytest.fixture
def preview(site, previewing):
    """A preview of `site`, for tests that change it."""
    return wait_for(previewing(site, build))


class Silent:
    def notice(self, message):
        raise AssertionError(message)

    def fault(self, error):
        raise AssertionError(error)


@pytest.fixture(scope="module")
def standing(previewed, tmp_path_factory):
    """One preview for all the tests that only ask."""
    with previewed(write_site(tmp_path_factory.mktemp("standing") / "site"), build, told=Silent()) as preview:
        yield wait_for(preview)


def raw(preview, text, *, wait=2.0):
    """All that comes back for some bytes, and whether the server closed."""
    with socket.create_connection((preview.host, preview.port), timeout=wait) as connection:
        connection.sendall(text.replace("PORT", str(preview.port)).encode("latin-1"))
        answer = b""
        with contextlib.suppress(TimeoutError, ConnectionResetError):
            while part := connection.recv(65536):
                answer += part
            return answer, True
        return answer, False


def status_of(preview, text):
    answer, _ = raw(preview, text)
    return int(answer.split()[1]) if answer else 0


def event_of(lines):
    name = next(line for line in lines if line.startswith("event: "))
    return name.removeprefix("event: "), json.loads(next(lines).removeprefix("data: "))


def test_a_page_is_served_with_the_script_and_the_file_is_left_alone(preview, site):
    response = httpx.get(preview.address)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "server" not in response.headers
    assert response.text.startswith(PAGE.removesuffix("</body></html>"))
    assert '<script src="/__broadsheet/reload.js"' in response.text
    assert (site / "index.html").read_text() == PAGE
    assert httpx.get(preview.address + "style.css").text == "a {}"
    script = httpx.get(preview.address + "__broadsheet/reload.js")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "EventSource" in script.text


def test_head_has_the_same_headers_and_no_body(standing):
    get, head = httpx.get(standing.address), httpx.head(standing.address)
    assert head.status_code == 200
    assert head.content == b""
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}


def test_a_missing_page_is_the_sites_own_with_404(preview, site):
    response = httpx.get(preview.address + "none.html")
    assert response.status_code == 404
    assert response.text.startswith("<body>Not here<script")
    (site / "404.html").unlink()
    response = httpx.get(preview.address + "%3Cscript%3E")
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/plain")
    assert "<" not in response.text


@pytest.mark.parametrize("path", ["/", "/index.html", "..%2findex.html", ".hidden", "a%00b", "%5c"])
def test_what_is_no_address_of_a_page_is_none_of_the_sites(standing, path):
    assert httpx.get(standing.address + path).status_code == 404


def test_a_folder_without_slash_is_redirected_with_its_query(standing):
    response = httpx.get(standing.address + "2024?q=1&r=%E4")
    assert response.status_code == 301
    assert response.headers["location"] == "/2024/?q=1&r=%E4"


def test_a_page_that_did_not_change_is_not_sent_again(standing):
    tag = httpx.get(standing.address).headers["etag"]
    assert httpx.get(standing.address, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("host", ["localhost:PORT", "127.0.0.1:PORT", "[::1]:PORT", "LocalHost:PORT"])
def test_its_own_hosts_are_served(standing, host):
    assert status_of(standing, f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n") == 200


FOREIGN_HOSTS = [
    "evil.example",
    "evil.example:PORT",
    "localhost",
    "localhost:1",
    "localhost.evil.example:PORT",
    "127.0.0.1@evil.example:PORT",
    "localhost:PORT.evil.example",
    "169.254.169.254",
    "",
    " ",
]


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
@pytest.mark.parametrize("path", ["/", "/__broadsheet/events", "/__broadsheet/reload.js"])
def test_a_foreign_host_is_refused(standing, host, path):
    assert status_of(standing, f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n") == 421


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("GET / HTTP/1.1\r\n", 400),
        ("GET / HTTP/1.0\r\n", 421),
        ("GET / HTTP/1.1\r\nHost: localhost:PORT\r\nHost: evil.example\r\n", 400),
        ("GET http://evil.example/ HTTP/1.1\r\nHost: localhost:PORT\r\n", 400),
        ("OPTIONS * HTTP/1.1\r\nHost: localhost:PORT\r\n", 405),
        ("CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost:PORT\r\n", 405),
        ("TRACE / HTTP/1.1\r\nHost: localhost:PORT\r\n", 405),
        ("POST / HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 999999999999\r\n", 405),
        ("GET / HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 5\r\n", 413),
        ("GET / HTTP/1.1\r\nHost: localhost:PORT\r\nTransfer-Encoding: chunked\r\n", 413),
        (f"GET /{'a' * 9000} HTTP/1.1\r\nHost: localhost:PORT\r\n", 414),
        (f"GET / HTTP/1.1\r\nHost: localhost:PORT\r\nX: {'a' * 40000}\r\n", 431),
        ("GET /\xff HTTP/1.1\r\nHost: localhost:PORT\r\n", 400),
        ("GET / HTTP/1.1\r\nHost : localhost:PORT\r\n", 400),
    ],
)
def test_odd_requests_are_refused_and_the_connection_ends(standing, head, status):
    answer, closed = raw(standing, head + "\r\n")
    assert int(answer.split()[1]) in {status, 400}
    assert closed
    assert answer.count(b"HTTP/1.1 ") == 1


def test_refused_methods_say_which_are_allowed(standing):
    response = httpx.post(standing.address, content=b"x" * 1000)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
    response = httpx.head(standing.address + "__broadsheet/events")
    assert (response.status_code, response.headers["allow"]) == (405, "GET")


def test_what_follows_a_refused_body_is_no_second_request(standing):
    inner = "GET /none HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n"
    for length in ("Content-Length: 44\r\nTransfer-Encoding: chunked", "Content-Length: 44"):
        answer, closed = raw(
            standing, f"GET / HTTP/1.1\r\nHost: localhost:PORT\r\n{length}\r\n\r\n0\r\n\r\n{inner}"
        )
        assert closed
        assert answer.count(b"HTTP/1.1 ") == 1


def test_requests_in_a_row_are_answered_in_their_order(standing):
    one = "GET /style.css HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n"
    last = "GET /none HTTP/1.1\r\nHost: localhost:PORT\r\nConnection: close\r\n\r\n"
    answer, closed = raw(standing, one + one + last)
    assert closed
    assert [part.split()[0] for part in answer.split(b"HTTP/1.1 ")[1:]] == [b"200", b"200", b"404"]


def test_slow_clients_are_dropped_and_quick_ones_are_not(standing, monkeypatch):
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.5)
    quick = http.client.HTTPConnection(standing.host, standing.port)
    with socket.create_connection((standing.host, standing.port)) as drip:
        drip.settimeout(0.05)
        drip.sendall(b"GET / HTTP/1.1\r\nX: ")
        begun = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - begun < 20:
                drip.sendall(b"a")
                with contextlib.suppress(TimeoutError):
                    if drip.recv(1) == b"":
                        break
                quick.request("GET", "/style.css")
                assert quick.getresponse().read() == b"a {}"
    assert time.monotonic() - begun < 15
    quick.close()


def test_a_client_that_does_not_read_leaves_others_served(preview, site):
    (site / "big.bin").write_bytes(bytes(30_000_000))
    with socket.create_connection((preview.host, preview.port)) as deaf:
        deaf.sendall(f"GET /big.bin HTTP/1.1\r\nHost: localhost:{preview.port}\r\n\r\n".encode())
        begun = time.monotonic()
        assert httpx.get(preview.address).status_code == 200
        assert time.monotonic() - begun < 10
        preview.stop()
        time.sleep(0.9)
        with pytest.raises(httpx.ConnectError):
            httpx.get(preview.address)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:1", "http://evil.example:PORT"]
)
def test_foreign_pages_may_not_listen(standing, origin):
    headers = {"Origin": origin.replace("PORT", str(standing.port))}
    response = httpx.get(standing.address + "__broadsheet/events", headers=headers)
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


def test_events_follow_the_builds(site, previewing, tmp_path, until):
    content = tmp_path / "content"
    content.mkdir()

    def build(check, _changed):
        if (content / "bad.md").exists():
            raise BuildError(Problem(path="bad.md", line=1, message="broken"))
        return Built(changed=(content / "a.md").exists())

    preview = previewing(
        site, build, content, source_lines=lambda problem: [(1, "source of " + problem.path)]
    )
    origin = {"Origin": preview.address.rstrip("/")}
    with httpx.stream("GET", preview.address + "__broadsheet/events", headers=origin) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        name, first = event_of(lines)
        assert name == "current"
        (content / "a.md").touch()
        name, second = event_of(lines)
        assert (name, second == first) == ("current", False)
        (content / "bad.md").touch()
        name, fault = event_of(lines)
        assert (name, fault["version"]) == ("fault", second["version"])
        assert fault["problems"][0]["source"] == [[1, "source of bad.md"]]
        assert httpx.get(preview.address).status_code == 200
        (content / "bad.md").unlink()
        name, _ = event_of(lines)
        assert name == "current"


def test_a_page_listens_for_itself_and_knows_what_it_was_told(site, previewing, tmp_path):
    content = tmp_path / "content"
    content.mkdir()

    def build(check, changed):
        return Built(changed=frozenset(path.name for path in changed) if changed else True)

    preview = previewing(site, build, content)
    wait_for(preview)
    page = httpx.get(preview.address + "2024/").text
    [address] = re.findall('data-events="/([^"]*)"', page)
    assert address == "__broadsheet/events?page=2024/index.html"
    missing = httpx.get(preview.address + "none%20.html").text
    assert "events?page=none%20.html&amp;page=404.html" in missing
    with httpx.stream("GET", preview.address + "__broadsheet/events?page=a.md") as stream:
        lines = stream.iter_lines()
        id_ = next(line for line in lines if line.startswith("id: ")).removeprefix("id: ")
        _, first = event_of(lines)
        for name in ("b.md", "a.md"):
            (content / name).touch()
            time.sleep(0.1)
        _, second = event_of(lines)
        assert second != first
    with httpx.stream(
        "GET", preview.address + "__broadsheet/events?page=a.md", headers={"Last-Event-ID": id_}
    ) as stream:
        assert event_of(stream.iter_lines())[1] == second


def test_a_file_is_brought_up_to_date_before_it_is_read(site, previewing):
    asked = []

    def fresh(page):
        asked.append(page)
        (site / page).write_text(f"<p>{page}")

    preview = wait_for(previewing(site, build, pages=Pages(fresh)))
    asked.clear()
    assert httpx.get(preview.address + "2024/").text.startswith("<p>2024/index.html")
    assert httpx.get(preview.address + "new%20one.html").text.startswith("<p>new one.html")
    for address in ("style.css", "2024", ".hidden/", "..%2fx.html", "__broadsheet/reload.js"):
        httpx.get(preview.address + address)
    assert asked == ["2024/index.html", "new one.html", "style.css", "2024", "404.html", "404.html"]


def test_a_page_that_is_not_stale_is_read_at_once(site, previewing):
    asked = []
    preview = wait_for(
        previewing(site, build, pages=Pages(asked.append, is_stale=lambda page: page.startswith("2024")))
    )
    httpx.get(preview.address)
    httpx.get(preview.address + "2024/")
    assert asked == ["2024/index.html"]


def test_while_pages_are_brought_up_to_date_all_else_is_served(site, previewing):
    began, go_on = threading.Semaphore(0), threading.Event()

    def fresh(page):
        if page.startswith("slow"):
            began.release()
            go_on.wait(PATIENCE)

    stale = Pages(fresh, is_stale=lambda page: page.endswith(".html"))
    preview = wait_for(previewing(site, build, pages=stale))
    (site / "slow.html").write_text(PAGE)
    answers = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(httpx.get(preview.address + "slow.html", timeout=20).status_code)
        )
        for _ in range(server.CONCURRENT_UPDATES + 40)
    ]
    for thread in threads:
        thread.start()
    for _ in range(server.CONCURRENT_UPDATES):
        assert began.acquire(timeout=PATIENCE)
    assert httpx.get(preview.address + "style.css").text == "a {}"
    assert httpx.get(preview.address + "__broadsheet/reload.js").status_code == 200
    assert answers == []
    go_on.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert answers == [200] * len(threads)


def test_a_page_that_cannot_be_brought_up_to_date_is_shown_as_it_was_with_the_fault(site, previewing, told):
    error = BuildError(Problem(path="day.html", message="no such filter"))

    def fresh(page):
        if page == "2024/index.html":
            raise error

    preview = wait_for(previewing(site, build, pages=Pages(fresh)))
    assert httpx.get(preview.address + "2024/").text.startswith(PAGE.removesuffix("</body></html>"))
    assert told.faults == [error]
    with httpx.stream("GET", preview.address + "__broadsheet/events") as stream:
        assert event_of(stream.iter_lines())[0] == "fault"


def test_nothing_is_served_before_a_build_has_written_it(site, previewing, until):
    done, files = threading.Event(), set()

    def build(check, _changed):
        done.wait(PATIENCE)
        files.update(("index.html", "2024/index.html", "style.css"))
        return Built()

    preview = previewing(site, build, pages=Pages(is_stale=lambda _: False, has=files))
    for path in ("", "2024/", "2024", "style.css", "404.html", "none"):
        response = httpx.get(preview.address + path)
        assert response.status_code == 503, path
        assert "Building the digest" in response.text
    done.set()
    until(lambda: httpx.get(preview.address).status_code == 200)
    assert httpx.get(preview.address + "2024/").status_code == 200
    assert httpx.get(preview.address + "404.html").headers["content-type"].startswith("text/plain")


def test_files_of_others_are_not_served(site, previewing):
    ours = {path: (site / path).read_bytes() for path in ("index.html", "404.html", "style.css")}
    (site / "sw.js").write_text("skipWaiting()")
    (site / "link.css").symlink_to(site / "style.css")
    pages = Pages(is_stale=lambda _: False, has=ours, wrote=lambda path, data: ours[path] == data)
    preview = wait_for(previewing(site, build, pages=pages))
    assert httpx.get(preview.address + "style.css").text == "a {}"
    for path in ("sw.js", "link.css", "2024/", "2024", "2024/index.html"):
        response = httpx.get(preview.address + path)
        assert response.status_code == 404, path
        assert response.text.startswith("<body>Not here<script")


def test_a_file_of_ours_that_somebody_changed_is_built_again(site, previewing, until):
    data = (site / "style.css").read_bytes()

    def build(_check, _changed):
        (site / "style.css").write_bytes(data)
        return Built()

    pages = Pages(is_stale=lambda _: False, wrote=lambda path, found: path != "style.css" or found == data)
    preview = wait_for(previewing(site, build, pages=pages))
    (site / "style.css").write_text("body { display: none }")
    response = httpx.get(preview.address + "style.css")
    assert response.status_code == 503
    assert "display" not in response.text
    until(lambda: httpx.get(preview.address + "style.css").content == data)


def test_a_file_that_is_being_replaced_is_waited_for(site, previewing):
    """Its bytes are there a moment before they are known."""
    asked = []

    def wrote(path, _data):
        asked.append(path)
        return path != "style.css" or asked.count(path) > 2

    preview = wait_for(previewing(site, build, pages=Pages(is_stale=lambda _: False, wrote=wrote)))
    assert httpx.get(preview.address + "style.css").text == "a {}"


@pytest.mark.parametrize("path", ["", "style.css", "sw.js", "__broadsheet/reload.js", "__broadsheet/events"])
def test_nothing_becomes_a_service_worker(standing, path):
    response = httpx.get(standing.address + path, headers={"Service-Worker": "script"})
    assert response.status_code == 403
    assert "service-worker-allowed" not in response.headers


@pytest.mark.parametrize(
    ("path", "headers"),
    [("", {}), ("none.html", {}), ("2024", {}), ("style.css", {}), ("__broadsheet/reload.js", {}), ("", {"Host": "evil.example"}),  # noqa: E501
     ("style.css", {"If-None-Match": "*"}), ("style.css", {"Range": "bytes=9-"}), ("__broadsheet/events", {"Origin": "null"})],  # noqa: E501
)  # fmt: skip
def test_every_answer_says_what_pages_cannot(standing, path, headers):
    said = httpx.get(standing.address + path, headers=headers).headers
    assert said["content-security-policy"] == "frame-ancestors 'none'"
    assert said["x-content-type-options"] == "nosniff"
    assert said["referrer-policy"] == "same-origin"
    assert said["cross-origin-opener-policy"] == said["cross-origin-resource-policy"] == "same-origin"


def test_a_waiting_page_stands_until_the_first_build_is_done(tmp_path, previewing, until):
    site, done = tmp_path / "site", threading.Event()

    def build(check, _changed):
        done.wait(PATIENCE)
        site.mkdir()
        (site / "index.html").write_text(PAGE)
        return Built()

    preview = previewing(site, build)
    response = httpx.get(preview.address + "any/page.html")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    assert "/__broadsheet/reload.js" in response.text
    done.set()
    until(lambda: httpx.get(preview.address).status_code == 200)


def test_a_first_build_that_fails_leaves_the_last_good_site_or_the_waiting_page(
    site, previewing, told, until
):
    def build(check, _changed):
        raise BuildError(Problem(path="a", message="b"))

    preview = previewing(site, build)
    until(lambda: told.faults)
    assert httpx.get(preview.address).status_code == 200
    (site / "index.html").unlink()
    assert httpx.get(preview.address).status_code == 503


def test_a_site_that_somebody_deletes_is_built_again_once_it_is_missed(tmp_path, previewing, until):
    site, told = tmp_path / "site", []

    def build(_check, changed):
        told.append(changed)
        site.mkdir()
        (site / "index.html").write_text(PAGE)
        return Built()

    preview = wait_for(previewing(site, build))
    shutil.rmtree(site)
    pages = [httpx.get(preview.address + "any/page.html") for _ in range(3)]
    assert pages[0].status_code == 503
    assert "/__broadsheet/reload.js" in pages[0].text
    until(lambda: httpx.get(preview.address).status_code == 200)
    assert told == [None, None], "it is built once, however many miss it"


def test_a_page_that_somebody_deletes_is_built_again_once_it_is_missed(site, previewing, until):
    told = []

    def build(_check, changed):
        told.append(changed)
        (site / "2024/index.html").write_text(PAGE)
        return Built()

    pages = Pages(has={"index.html", "2024/index.html", "404.html"}, is_stale=lambda _: False)
    preview = wait_for(previewing(site, build, pages=pages))
    assert httpx.get(preview.address + "2025/").status_code == 404, "it is none of the site's"
    (site / "2024/index.html").unlink()
    assert httpx.get(preview.address + "2024/").status_code == 503
    until(lambda: httpx.get(preview.address + "2024/").status_code == 200)
    assert told == [None, None]


def test_a_build_that_leaves_no_site_is_not_run_again_and_again(tmp_path, previewing, until):
    built = []

    def build(_check, _changed):
        built.append(1)
        return Built()

    preview = previewing(tmp_path / "site", build)
    until(lambda: built)
    assert {httpx.get(preview.address).status_code for _ in range(3)} == {503}
    time.sleep(0.1)
    assert len(built) == 1


def test_pages_that_are_swapped_in_are_whole(preview, site):
    pages = [f"<p>{letter * 200_000}</p>".encode() for letter in "ab"]
    (site / "swap.txt").write_bytes(pages[0])
    done = threading.Event()

    def swap():
        for turn in range(10_000):
            if done.is_set():
                return
            (site / "swap.new").write_bytes(pages[turn % 2])
            (site / "swap.new").replace(site / "swap.txt")

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        with httpx.Client() as client:
            seen = {client.get(preview.address + "swap.txt").content for _ in range(100)}
    finally:
        done.set()
        thread.join()
    assert seen == set(pages)


def test_it_ends_at_once_with_listening_browsers(site, previewing, until):
    preview = previewing(site, build)
    begun = threading.Event()
    ended = []

    def listening():
        with (
            contextlib.suppress(httpx.HTTPError),
            httpx.stream("GET", preview.address + "__broadsheet/events") as s,
        ):
            for _ in s.iter_lines():
                begun.set()
        ended.append(time.monotonic())

    threads = [threading.Thread(target=listening) for _ in range(20)]
    for thread in threads:
        thread.start()
    begun.wait(PATIENCE)
    stopped = time.monotonic()
    preview.stop()
    for thread in threads:
        thread.join(3)
    assert len(ended) == 20
    assert max(ended) - stopped < 1


def test_a_taken_port_leads_to_the_next_and_is_told(site, told, monkeypatch):
    monkeypatch.setattr(server.Preview, "run", lambda self: self._socket.close())
    opened = threading.Event()
    monkeypatch.setattr(server.webbrowser, "open", lambda _: opened.set())
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        serve(Preview(site, build, lambda: (), told, port=port, pages=Pages()), open_browser=True)
    [notice] = told.notices
    assert notice.startswith("http://127.0.0.1:")
    assert f"(port {port} is taken)" in notice
    assert opened.wait(PATIENCE)


def test_a_free_port_is_told_without_ado(site, told, monkeypatch):
    monkeypatch.setattr(server.Preview, "run", lambda self: self._socket.close())
    serve(Preview(site, build, lambda: (), told, port=0, pages=Pages()))
    assert told.notices[0].endswith("/; Ctrl-C ends it")


def test_it_listens_on_an_address_of_ipv6(site, previewing, until):
    try:
        preview = previewing(site, build, bind="::1")
    except ConfigError:
        pytest.skip("this machine has no IPv6")
    assert preview.address == f"http://[::1]:{preview.port}/"
    until(lambda: httpx.get(preview.address).status_code == 200)
