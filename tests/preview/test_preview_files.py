"""What an address means below a folder, and the answer for a file."""

import email.utils
import os
import urllib.parse

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.preview.files import File, Folder, answer, look_up, type_of

BODY = bytes(48 + n % 10 for n in range(1000))
FILE = File(body=BODY, modified=1_700_000_000.5, type="text/plain; charset=utf-8")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    base = tmp_path_factory.mktemp("preview")
    root = base / "site"
    (root / "2024" / "07").mkdir(parents=True)
    (root / "index.html").write_text("front")
    (root / "2024" / "index.html").write_text("year")
    (root / "目录").mkdir()
    (root / "目录" / "index.html").write_text("folder")
    (root / "a+b&c=d;e'f(g)#h?i%j.txt").write_text("odd")
    (root / "你好 世界.html").write_text("world")
    (root / ".broadsheet.json").write_text("secret")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("secret")
    (root / "inside.txt").symlink_to(root / "index.html")
    (root / "manifest.txt").symlink_to(".broadsheet.json")
    (base / "secret.txt").write_text("secret")
    (base / "site-secret").mkdir()
    (base / "site-secret" / "s.txt").write_text("secret")
    (root / "out.txt").symlink_to(base / "secret.txt")
    (root / "outdir").symlink_to(base)
    (root / "loop.txt").symlink_to("loop.txt")
    os.mkfifo(root / "fifo")
    return root


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/", b"front"),
        ("/index.html", b"front"),
        ("/2024/", b"year"),
        ("/inside.txt", b"front"),
        ("/%E4%BD%A0%E5%A5%BD%20%e4%b8%96%e7%95%8c.html", b"world"),
        ("/" + urllib.parse.quote("a+b&c=d;e'f(g)#h?i%j.txt", safe=""), b"odd"),
    ],
)
def test_served(root, address, body):
    found = look_up(root, address.encode())
    assert isinstance(found, File)
    assert found.body == body


@pytest.mark.parametrize(
    ("address", "to"), [("/2024", "/2024/"), ("/%E7%9B%AE%E5%BD%95", "/%E7%9B%AE%E5%BD%95/")]
)
def test_a_folder_without_its_slash_leads_to_it(root, address, to):
    assert look_up(root, address.encode()) == Folder(address=to)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "index.html",
        "*",
        "http://127.0.0.1/",
        "/none",
        "/none/",
        "/2024/07",
        "/2024/07/",
        "/index.html/",
        "/.broadsheet.json",
        "/%2ebroadsheet.json",
        "/manifest.txt",
        "/.git/config",
        "/out.txt",
        "/outdir/secret.txt",
        "/outdir",
        "/loop.txt",
        "/fifo",
        "/fifo/",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "/2024/../index.html",
        "/./index.html",
        "/../site-secret/s.txt",
        "//2024",
        "//2024/",
        "/2024//",
        "//evil.example/..",
        "/%2fetc/passwd",
        "//etc/passwd",
        "/index.html%00",
        "/index.html%0d%0aX: y",
        "/%ff%fe",
        "/%c0%ae%c0%ae/secret.txt",
        "/%",
        "/%zz",
        "/" + "a" * 300,
        "/" + "a/" * 2000,
    ],
)
def test_not_served(root, address):
    assert look_up(root, address.encode()) is None


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(["..", ".", "%2e%2e", "%2f", "%5c", "secret.txt", "site-secret", "outdir", "2024"])
    )
)
def test_no_path_leads_out(root, parts):
    for glue in ("/", "%2f", "\\"):
        found = look_up(root, b"/" + glue.join(parts).encode())
        assert not isinstance(found, File) or found.body != b"secret"
        assert not isinstance(found, Folder) or found.address.startswith("/2024")


def test_a_folder_that_is_not_there_yet_has_nothing(tmp_path):
    assert look_up(tmp_path / "none", b"/") is None


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("a.html", "text/html; charset=utf-8"),
        ("A.CSS", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("feed.atom.xml", "application/xml"),
        ("a.svg", "image/svg+xml"),
        ("a.html.bak", "application/octet-stream"),
        ("html", "application/octet-stream"),
    ],
)
def test_types(name, type_):
    assert type_of(name) == type_


def test_the_whole_file_with_its_headers():
    response = answer(FILE, "GET", {})
    assert (response.status_code, response.body) == (200, BODY)
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["content-length"] == "1000"
    assert response.headers["last-modified"] == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["accept-ranges"] == "bytes"


def test_the_tag_is_of_the_bytes():
    same_length = File(body=BODY[:-1] + b"X", modified=FILE.modified, type=FILE.type)
    later = File(body=BODY, modified=FILE.modified + 9, type=FILE.type)
    tag = answer(FILE, "GET", {}).headers["etag"]
    assert answer(same_length, "GET", {}).headers["etag"] != tag
    assert answer(later, "GET", {}).headers["etag"] == tag


TAG = answer(FILE, "GET", {}).headers["etag"]
DATE = answer(FILE, "GET", {}).headers["last-modified"]
LATER = email.utils.formatdate(1_700_000_099, usegmt=True)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"if-none-match": TAG}, 304),
        ({"if-none-match": f'"x", {TAG}'}, 304),
        ({"if-none-match": f"W/{TAG}"}, 304),
        ({"if-none-match": "*"}, 304),
        ({"if-none-match": '"other"'}, 200),
        ({"if-none-match": '"other"', "if-modified-since": LATER}, 200),
        ({"if-modified-since": DATE}, 304),
        ({"if-modified-since": LATER}, 304),
        ({"if-modified-since": "Tue, 14 Nov 2023 22:13:19 GMT"}, 200),
        ({"if-modified-since": "Tue, 14 Nov 2023 22:13:20 -0000"}, 304),
        ({"if-modified-since": "garbage"}, 200),
        ({"if-modified-since": "Thu, 99 Foo 9999 99:99:99 GMT"}, 200),
        ({"if-modified-since": "0"}, 200),
        ({"if-modified-since": ""}, 200),
    ],
)
def test_conditions(asked, status):
    response = answer(FILE, "GET", asked)
    assert response.status_code == status
    assert response.body == (b"" if status == 304 else BODY)
    assert response.headers["etag"] == TAG


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("0-9", 0, 9),
        ("990-", 990, 999),
        ("-5", 995, 999),
        ("10-99999", 10, 999),
        ("-5000", 0, 999),
        ("999-999", 999, 999),
    ],
)
def test_a_range(asked, first, last):
    response = answer(FILE, "GET", {"range": f"bytes={asked}"})
    assert response.status_code == 206
    assert response.body == BODY[first : last + 1]
    assert response.headers["content-range"] == f"bytes {first}-{last}/1000"


@pytest.mark.parametrize("asked", ["1000-", "5000-6000", "-0", "99999999999999999999-"])
def test_a_range_beyond_the_file(asked):
    response = answer(FILE, "GET", {"range": f"bytes={asked}"})
    assert (response.status_code, response.body) == (416, b"")
    assert response.headers["content-range"] == "bytes */1000"


ODD_RANGES = ["bytes=9-0", "bytes=a-b", "chars=0-5", "bytes=--5", "bytes=", "bytes=-", "bytes=0-1-2"]


@pytest.mark.parametrize("asked", [*ODD_RANGES, "bytes=0-1,3-4", "bytes=١-٢", "bytes=" + "9" * 5000 + "-"])
def test_an_odd_range_is_ignored(asked):
    response = answer(FILE, "GET", {"range": asked})
    assert (response.status_code, response.body) == (200, BODY)


@pytest.mark.parametrize(
    ("asked", "status"), [(TAG, 206), (DATE, 206), ('"other"', 200), (f"W/{TAG}", 200), (LATER, 200)]
)
def test_a_range_of_the_file_that_the_browser_knows(asked, status):
    assert answer(FILE, "GET", {"range": "bytes=0-9", "if-range": asked}).status_code == status


def test_a_range_is_not_for_head_nor_for_a_missing_page():
    assert answer(FILE, "HEAD", {"range": "bytes=0-9"}).status_code == 200
    missing = answer(FILE, "GET", {"range": "bytes=0-9", "if-none-match": "*"}, status=404)
    assert (missing.status_code, missing.body) == (404, BODY)


def test_an_empty_file_has_no_range():
    empty = File(body=b"", modified=0, type="text/plain")
    assert answer(empty, "GET", {}).status_code == 200
    assert answer(empty, "GET", {"range": "bytes=0-"}).status_code == 416
    assert answer(empty, "GET", {"range": "bytes=-5"}).status_code == 416
