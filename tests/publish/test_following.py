"""What follows a publish: invalidation, hubs and search engines, against a server that records requests."""

from __future__ import annotations

import contextlib
import itertools
import random
import re
import threading
import urllib.parse
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest
from published import SITE, Atomic, Killed, Memory, publish_to, write_output

from generator.config.site import Config, PublishConfig
from generator.model.errors import BuildError, Severity
from generator.publish import cloudfront, pings, prepare, retry
from generator.publish.following import due, services, tell
from generator.publish.preparing import read_build
from generator.publish.store import refused

KEY = "0123456789abcdef"
BASE = "https://digest.example/site/"


class Handler(BaseHTTPRequestHandler):
    """Records what it is sent, and answers as it is told."""

    def do_POST(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, self.headers, data))
        code, headers, body = self.server.answers.pop(0) if self.server.answers else (200, {}, b"")
        self.send_response(code)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def host():
    """A server that records requests."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.answers = [], []
    server.address = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def amazon(host, monkeypatch):
    """The same server in the place of CloudFront."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT", host.address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDTESTS0001")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-of-the-tests")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    host.answers = [(201, {"Location": "/x"}, b"<Invalidation><Id>I1</Id></Invalidation>")]
    return host


@pytest.fixture(autouse=True)
def _hasty(monkeypatch):
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.01)


@pytest.fixture
def prepared(tmp_path):
    """A second publish: the front page and a feed changed, a page is new, and two have left."""
    store = Memory()
    site = {**SITE, f"{KEY}.txt": KEY.encode()}
    publish_to(store, write_output(tmp_path / "public", site))
    files = {**site, "index.html": b"new", "feed.atom.xml": b"new", "articles/ef/efg.html": b"new"}
    del files["articles/cd/cde.html"], files["sources/\u6d3b\u5b57\u7eaa/index.html"]
    output = write_output(tmp_path / "public", files)
    return prepare(store, output, read_build(output), notice=print)


def followed(prepared, hub=None, base_url=BASE, **target):
    told = services(Config(base_url=base_url, hub=hub), PublishConfig(**target))
    return [*tell(told, due(told, prepared.plan, {}), prepared.files)[1]]


def test_nothing_follows_unless_it_is_configured(prepared):
    assert followed(prepared) == []


def test_cloudfront_forgets_what_changed_and_left(amazon, prepared):
    assert followed(prepared, cloudfront="E2EXAMPLE1") == []
    ((path, headers, data),) = amazon.asked
    assert path.endswith("/distribution/E2EXAMPLE1/invalidation")
    assert re.match("AWS4-HMAC-SHA256 Credential=AKIDTESTS0001/.*/cloudfront/aws4", headers["Authorization"])
    source = urllib.parse.quote("\u6d3b\u5b57\u7eaa")
    assert re.findall("<Path>(.*?)</Path>", data.decode()) == [
        "/site/",
        "/site/articles/cd/cde.html",
        "/site/feed.atom.xml",
        "/site/index.html",
        f"/site/sources/{source}/*",
    ]
    assert b"<Quantity>5</Quantity>" in data


def test_what_cloudfront_refuses_is_a_warning_without_secrets(amazon, prepared):
    error = b"<Error><Code>AccessDenied</Code><Message>not a-secret-of-the-tests</Message></Error>"
    amazon.answers = [(403, {}, b"<ErrorResponse>" + error + b"</ErrorResponse>")]
    (problem,) = followed(prepared, cloudfront="E2EXAMPLE1")
    assert problem.severity is Severity.WARNING
    assert "CloudFront E2EXAMPLE1: was not invalidated: " in str(problem)
    assert "AccessDenied" in problem.message
    assert "secret" not in problem.message


def test_few_paths_are_named_and_many_folded():
    existing = [f"{folder}/{name}.html" for folder in "abcdef" for name in range(30)]
    assert cloudfront.folded(["a/1.html"], existing) == ["/a/1.html"]
    assert cloudfront.folded(["index.html", "x/index.html"], existing) == ["/", "/index.html", "/x/*"]
    assert cloudfront.folded([], existing) == []
    assert cloudfront.folded(existing, existing) == ["/*"]
    changed = [path for path in existing if path.startswith(("a/", "d/"))]
    assert cloudfront.folded([*changed, "index.html"], existing) == ["/", "/a/*", "/d/*", "/index.html"]


def test_folding_covers_all_changes_and_few_others():
    chance = random.Random(5)
    days = [f"2024/{month:02}/{day:02}/index.html" for month in range(1, 13) for day in range(1, 29)]
    sources = [f"sources/{number}/{page}" for number in range(300) for page in ("index.html", "feed.json")]
    existing = [*days, *sources, *(f"articles/{n % 50}/{n}.html" for n in range(3000)), "index.html"]
    changed = [*days[-2:], "2024/index.html", "2024/12/index.html", "index.html", *chance.sample(sources, 90)]
    paths = cloudfront.folded(changed, existing)
    assert len(paths) <= cloudfront.MOST
    forgotten = [path for path in existing if any(fnmatchcase(f"/{path}", pattern) for pattern in paths)]
    assert set(changed) & set(existing) <= set(forgotten)
    assert len(forgotten) < len(existing) / 5


def test_a_hub_is_told_which_feeds_are_new(host, prepared):
    assert followed(prepared, hub=f"{host.address}hub") == []
    ((path, _, data),) = host.asked
    assert path == "/hub"
    assert urllib.parse.parse_qsl(data.decode()) == [
        ("hub.mode", "publish"),
        ("hub.url", f"{BASE}feed.atom.xml"),
    ]


def test_many_addresses_are_several_requests(host):
    pings.websub(host.address, [f"{BASE}{number}" for number in range(101)])
    assert [data.count(b"hub.url") for _, _, data in host.asked] == [100, 1]
    pings.indexnow(BASE, KEY, ["x"] * 10_001, host.address)
    assert [len(msgspec.json.decode(data)["urlList"]) for _, _, data in host.asked[2:]] == [10_000, 1]


def test_search_engines_are_told_what_is_new_changed_and_deleted(host, prepared, monkeypatch):
    monkeypatch.setattr(pings.indexnow, "__defaults__", (host.address,))
    assert followed(prepared, indexnow=KEY) == []
    ((_, headers, data),) = host.asked
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    source = urllib.parse.quote("\u6d3b\u5b57\u7eaa")
    assert msgspec.json.decode(data) == {
        "host": "digest.example",
        "key": KEY,
        "keyLocation": f"{BASE}{KEY}.txt",
        "urlList": [
            f"{BASE}articles/cd/cde.html",
            f"{BASE}articles/ef/efg.html",
            BASE,
            f"{BASE}sources/{source}/",
        ],
    }


def test_what_search_engines_need_is_told(prepared):
    (problem,) = followed(prepared, indexnow="another-key")
    assert "write the key into `static/another-key.txt`" in problem.advice
    (problem,) = followed(prepared, indexnow=KEY, base_url=None)
    assert "`indexnow` needs `base_url`" in problem.message


def test_a_host_that_is_busy_is_asked_again_after_the_time_that_it_names(host):
    host.answers = [(503, {"Retry-After": "0"}, b""), (429, {"Retry-After": "Wed, 03 Jul 2024"}, b"")]
    pings.websub(host.address, ["x"])
    assert len(host.asked) == 3


def test_each_failure_is_one_warning(host, prepared):
    host.answers = [(422, {}, b"no such\ntopic"), *itertools.repeat((500, {}, b""), 3)]
    (problem,) = followed(prepared, hub=host.address)
    assert problem.message == "answered 422: no such topic"
    with pytest.raises(BuildError, match="answered 500"):
        pings.websub(host.address, ["x"])
    for address in ("http://127.0.0.1:9/", "http://a b.example/", "http://127.0.0.1:9/路"):
        (problem,) = followed(prepared, hub=address)
        assert problem.severity is Severity.WARNING
    host.answers = [(503, {"Retry-After": "-1"}, b"")]
    pings.websub(host.address, ["x"])
    (problem,) = followed(prepared, hub="http://127.0.0.1:9/")
    assert problem.message.startswith("cannot be reached: ")
    assert problem.severity is Severity.WARNING


HUB = services(Config(base_url=BASE, hub="https://hub.example/"), PublishConfig())


def hub_that(told, faults=()):
    """A hub that is told of paths, and fails as often as there are faults."""
    faults = [*faults]

    def tell_hub(paths, _files):
        if faults:
            raise faults.pop(0)
        told.append(paths)

    return [one._replace(tell=tell_hub) for one in HUB]


@pytest.mark.parametrize("kind", [Memory, Atomic])
@pytest.mark.parametrize("fault", [Killed(), refused("hub", "is down")], ids=["killed", "failed"])
def test_who_could_not_be_told_is_told_by_the_next_publish(tmp_path, kind, fault):
    store, told, notes = kind(), [], tmp_path / "cache/untold.json"
    output = write_output(tmp_path / "public", SITE)
    with contextlib.suppress(Killed):
        publish_to(store, output, services=hub_that(told, [fault]), notes=notes, breaks_lock=True)
    assert told == []
    assert publish_to(store, output, services=hub_that(told), notes=notes, breaks_lock=True) is not None
    assert told == [("feed.atom.xml",)]
    assert publish_to(store, output, services=hub_that(told), notes=notes) is None
    assert not notes.exists()


def test_a_publish_that_is_killed_before_the_end_tells_of_all_that_it_uploaded(tmp_path):
    store, told = Memory(), []
    output = write_output(tmp_path / "public", SITE)
    publish_to(store, output)
    write_output(output, {**SITE, "feed.atom.xml": b"new", "feed.json": b"new"})

    def done(path):
        if path == "feed.atom.xml":  # the last one
            raise Killed

    with pytest.raises(Killed):
        publish_to(store, output, done=done, services=hub_that(told))
    publish_to(store, output, services=hub_that(told), verify=True, breaks_lock=True)
    assert told == [("feed.atom.xml", "feed.json")]


def test_a_service_that_is_no_longer_configured_is_forgotten(tmp_path):
    store = Memory()
    output = write_output(tmp_path / "public", SITE)
    publish_to(store, output, services=hub_that([], [refused("hub", "is down")]))
    assert publish_to(store, output) is None
