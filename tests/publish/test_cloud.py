"""Object storage: headers, numbers of requests, credentials and faults of the host."""

from __future__ import annotations

import gzip
import hashlib
import re
from http.server import BaseHTTPRequestHandler

import pytest
from hosts import Answering, running
from published import SITE, publish_to, write_output

from generator.config.site import PublishConfig
from generator.model.errors import BuildError
from generator.publish import aws, retry
from generator.publish.cloud import Bucket
from generator.publish.lock import PACE
from generator.publish.store import RECORD, TakenError

LONG = b"<p>" + b"A page that is worth compressing. " * 50


class Handler(Answering, BaseHTTPRequestHandler):
    """As much of S3 as a publish needs, with faults on request."""

    def is_faulty(self):
        server = self.server
        server.asked.append(f"{self.command} {self.path}")
        if self.is_refused():
            return True
        fault = server.faults.pop(0) if server.faults and self.command == server.faulty else None
        if fault == "reset":
            self.close_connection = True
            self.connection.close()
        elif fault is not None:
            code, name = fault
            body = f"<Error><Code>{name}</Code><Message>{self.headers['Authorization']}</Message></Error>"
            self.answer(code, body.encode(), Retry_After=0)
        return fault is not None

    def do_PUT(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if self.is_faulty():
            return
        if self.headers["If-None-Match"] and self.path in self.server.objects and self.server.is_guarded:
            self.answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
            return
        self.server.objects[self.path] = data, self.headers
        if self.server.lost.count(self.path):
            self.server.lost.remove(self.path)
            self.close_connection = True
            self.connection.close()
        else:
            self.answer(200, ETag=f'"{hashlib.md5(data).hexdigest()}"')

    def do_HEAD(self):
        if self.is_faulty():
            return
        if self.path not in self.server.objects:
            self.answer(404)
            return
        data, headers = self.server.objects[self.path]
        marks = {name: value for name, value in headers.items() if name.startswith("x-amz-meta")}
        self.send_response(200)
        modified = "Wed, 03 Jul 2024 00:00:00 GMT"
        for name, value in {
            "Content-Length": len(data),
            "ETag": '"x"',
            "Last-Modified": modified,
            **marks,
        }.items():
            self.send_header(name, str(value))
        self.end_headers()

    def do_GET(self):
        if self.is_faulty():
            return
        if "list-type=2" in self.path:
            self.answer(200, b"<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>")
        elif self.path in self.server.objects:
            data, _ = self.server.objects[self.path]
            modified = "Wed, 03 Jul 2024 00:00:00 GMT"
            self.answer(200, data, ETag=f'"{hashlib.md5(data).hexdigest()}"', Last_Modified=modified)
        else:
            self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.is_faulty():
            keys = re.findall(rb"<Key>.*?</Key>", asked)
            deleted = b"".join(b"<Deleted>%s</Deleted>" % key for key in keys)
            self.answer(200, b"<DeleteResult>%s</DeleteResult>" % deleted)


@pytest.fixture
def host(monkeypatch):
    """A host that notes what is asked of it, with credentials in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDTESTS0001")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-of-the-tests")
    with running(Handler) as server:
        server.objects, server.asked, server.faults, server.faulty = {}, [], [], "PUT"
        server.lost, server.is_guarded = [], True
        yield server


@pytest.fixture
def output(tmp_path):
    return write_output(tmp_path / "public", {**SITE, "long.html": LONG})


def bucket(host, **config):
    address = "s3://bucket/pre"
    return Bucket(address, PublishConfig(address=address, endpoint=host.address, **config))


def test_headers_say_what_a_file_is(host, output):
    publish_to(bucket(host, cache={"articles": "max-age=60"}), output)
    found = {path.removeprefix("/bucket/pre/"): one for path, one in host.objects.items()}
    data, headers = found["long.html"]
    assert gzip.decompress(data) == LONG
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-cache"
    assert found["articles/ab/abc.html"][1]["Cache-Control"] == "max-age=60"
    assert found["index.html"][0] == SITE["index.html"]  # too short to become shorter
    assert {gzip.decompress(found[RECORD][0])[:1]} == {b"{"}


def test_nothing_is_compressed_where_that_is_turned_off(host, output):
    publish_to(bucket(host, gzip=False), output)
    data, headers = host.objects["/bucket/pre/long.html"]
    assert data == LONG
    assert "Content-Encoding" not in headers


def test_requests(host, output):
    """At the usual pace, at which so short a publish never has to show that it lives."""
    publish_to(bucket(host), output)
    host.asked.clear()
    publish_to(bucket(host), output)
    assert host.asked == [f"GET /bucket/pre/{RECORD}"]
    host.asked.clear()
    write_output(output, {**SITE, "index.html": b"new"})
    publish_to(bucket(host), output, yes=True, pace=PACE)
    assert len(host.asked) == 1 + 5


@pytest.fixture
def hasty(monkeypatch):
    """Do not wait long before a request is repeated."""
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.001)


@pytest.mark.parametrize(
    "faults",
    [
        [(500, "InternalError")] * 2,
        [(503, "SlowDown")] * 3,
        ["reset"] * 2,
        [(409, "ConditionalRequestConflict")] * 2,
        [(400, "RequestTimeout")] * 2,
    ],
    ids=["500", "503", "reset", "409", "400"],
)
@pytest.mark.usefixtures("hasty")
def test_requests_are_repeated(host, output, faults):
    host.faults = [*faults]
    publish_to(bucket(host), output)
    assert f"/bucket/pre/{RECORD}" in host.objects
    assert not host.faults


@pytest.mark.parametrize("connections", [1, 16])
@pytest.mark.usefixtures("hasty")
def test_a_busy_host_is_left_alone_for_as_long_as_it_asks(host, output, connections):
    host.requests_left, host.seconds, host.headers = 8, 1, {"Retry_After": 1}
    publish_to(bucket(host, connections=connections), output)
    assert host.refused.count("HEAD") == 1
    assert 1 <= host.refused.count("PUT") <= connections, "each connection hears it once"
    assert len(host.refused) == 1 + host.refused.count("PUT")
    assert len(host.objects) == len(SITE) + 2


@pytest.mark.usefixtures("hasty")
def test_a_host_that_asks_for_hours_is_not_waited_for(host, output):
    host.requests_left, host.headers = 8, {"Retry_After": 7200}
    with pytest.raises(BuildError, match="publish again in 7,200 seconds, as the host asks"):
        publish_to(bucket(host, connections=1), output)


@pytest.mark.usefixtures("hasty")
def test_an_answer_that_is_lost_does_not_make_a_file_that_of_others(host, output):
    host.lost = ["/bucket/pre/index.html", "/bucket/pre/feed.atom.xml"]
    publish_to(bucket(host), output)
    assert host.asked.count("HEAD /bucket/pre/index.html") == 1
    assert publish_to(bucket(host), output) is None


@pytest.mark.parametrize("data", [b"theirs", SITE["index.html"]], ids=["another", "the same"])
def test_a_file_of_others_is_found_without_a_listing(host, output, data):
    files = {path: one for path, one in SITE.items() if path != "index.html"}
    publish_to(bucket(host), write_output(output, files))
    host.objects["/bucket/pre/index.html"] = data, {}
    host.asked.clear()
    write_output(output, SITE)
    with pytest.raises(BuildError, match=r"in the place of files of the site: index\.html"):
        publish_to(bucket(host), output)
    assert host.objects["/bucket/pre/index.html"] == (data, {})
    assert not [line for line in host.asked if "list-type" in line]


@pytest.mark.usefixtures("hasty")
def test_a_host_without_conditional_requests_is_listed_before_new_files(host, output):
    host.is_guarded = False
    publish_to(bucket(host), output)
    host.asked.clear()
    publish_to(bucket(host), write_output(output, {**SITE, "long.html": LONG, "new.html": b"new"}))
    assert sum("list-type" in line for line in host.asked) == 1


@pytest.mark.usefixtures("hasty")
def test_a_host_that_refuses_conditional_requests_gets_others(host, output):
    host.faults = [(501, "NotImplemented")] * 4
    publish_to(bucket(host), output)
    assert f"/bucket/pre/{RECORD}" in host.objects
    assert not host.faults
    host.asked.clear()
    host.objects.clear()
    backblaze = PublishConfig(address="s3://bucket/pre", endpoint="https://s3.eu-central-003.backblazeb2.com")
    assert Bucket(backblaze.address, backblaze)._store.config["conditional_put"] == "disabled"


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ((503, "SlowDown"), "SlowDown"),
        ((403, "SignatureDoesNotMatch"), "check the credentials"),
        ((400, "ExpiredToken"), "ExpiredToken.*; get new credentials"),
        ((403, "RequestTimeTooSkewed"), "RequestTimeTooSkewed.*; set the clock of this machine"),
        ((507, "InsufficientStorage"), "InsufficientStorage.*; free some space"),
    ],
)
@pytest.mark.usefixtures("hasty")
def test_a_fault_that_stays_is_one_message_without_secrets(host, output, fault, message):
    publish_to(bucket(host), output)
    write_output(output, {"index.html": b"new"})
    host.asked.clear()
    host.faults = [fault] * 99
    with pytest.raises(BuildError, match=message) as error:
        publish_to(bucket(host), output, yes=True)
    assert "AKIDTESTS0001" not in str(error.value)
    assert "\n" not in str(error.value)
    assert not [line for line in host.asked if line.startswith("POST")]  # nothing was deleted


@pytest.mark.usefixtures("hasty")
def test_a_bucket_that_does_not_exist_is_told(host, output):
    host.faulty, host.faults = "GET", [(404, "NoSuchBucket")]
    with pytest.raises(BuildError, match="there is no such bucket; create it"):
        publish_to(bucket(host), output)


@pytest.mark.usefixtures("hasty")
def test_missing_credentials_are_told(monkeypatch):
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)
    with pytest.raises(BuildError, match="found no credentials; "):
        Bucket("az://container/pre", PublishConfig(address="az://container/pre"))


def test_a_profile_of_aws_is_used(tmp_path, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "credentials").write_text("[work]\naws_access_key_id = A\naws_secret_access_key = %S\n")
    (tmp_path / "config").write_text(
        "[profile work]\nregion = eu-west-1\nendpoint_url = https://s3.example\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    assert aws.profile() == ({}, ())
    monkeypatch.setenv("AWS_PROFILE", "work")
    assert aws.profile().settings == {
        "access_key_id": "A", "secret_access_key": "%S", "region": "eu-west-1", "endpoint": "https://s3.example",
    }  # fmt: skip
    assert aws.profile().secrets == ("A", "%S")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "B")
    assert aws.profile() == ({}, ())


class GoogleHandler(Handler):
    """As much of Google Cloud Storage as a publish needs: conditions by numbers of generations."""

    def do_PUT(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(f"{self.command} {self.path}")
        before = self.server.objects.get(self.path, (b"", 0))[1]
        expected = self.headers["x-goog-if-generation-match"]
        if expected is not None and int(expected) != before:
            self.answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
        else:
            self.server.objects[self.path] = data, before + 1
            self.answer(200, ETag=f'"{hashlib.md5(data).hexdigest()}"', x_goog_generation=before + 1)

    def do_GET(self):
        data, generation = self.server.objects.get(self.path, (b"", 0))
        if "list-type=2" in self.path or not generation:
            super().do_GET()
        else:
            modified = "Wed, 03 Jul 2024 00:00:00 GMT"
            self.answer(200, data, ETag='"x"', Last_Modified=modified, x_goog_generation=generation)

    def do_DELETE(self):
        self.server.asked.append(f"{self.command} {self.path}")
        known = self.server.objects.pop(self.path, None)
        self.answer(204 if known else 404)


def test_google_is_asked_as_it_documents(host, output, monkeypatch):
    monkeypatch.setenv("GOOGLE_BEARER_TOKEN", "a-token-of-the-tests")
    host.RequestHandlerClass = GoogleHandler
    config = PublishConfig(address="gs://bucket/pre", endpoint=host.address)
    publish_to(Bucket(config.address, config), output)
    assert publish_to(Bucket(config.address, config), output) is None
    write_output(output, {path: data for path, data in SITE.items() if "cde" not in path})
    host.objects = {path: one for path, one in host.objects.items() if "cde" not in path}  # deleted by others
    publish_to(Bucket(config.address, config), output, yes=True)
    assert not [path for path in host.objects if "cde" in path or "long" in path]
    write_output(output, {**SITE, "index.html": b"new"})
    late = Bucket(config.address, config)
    version = late.read().version
    publish_to(Bucket(config.address, config), output)
    with pytest.raises(TakenError):
        late.swap(b"{}", version)


def test_a_record_that_is_damaged_is_told(host, output):
    publish_to(bucket(host), output)
    path = f"/bucket/pre/{RECORD}"
    data, headers = host.objects[path]
    for damaged in (data[:50], data[:4] + b"garbage", b"{"):
        host.objects[path] = damaged, headers
        with pytest.raises(BuildError, match="is damaged"):
            publish_to(bucket(host), output)
