"""What readers get from nginx, with the settings of the guide, while publishes go on."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import os
import random
import re
import threading
import time
import urllib.parse
from pathlib import Path

import pytest
from published import SITE, publish_to, random_site, targets, write_output
from servers import FolderPlace, answers, free_port, program

from running import PATIENCE, until

GUIDE = Path(__file__).parents[2] / "docs/guide/publish.md"


class Reader:
    """A client of the server at a port, which serves a folder."""

    def __init__(self, port: int, root: Path) -> None:
        self.port, self.root = port, root
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def get(self, path: str, accepts: str = "identity"):
        """Return status, headers and the bytes that a browser would show. `accepts`: an encoding."""
        self._connection.request("GET", "/" + urllib.parse.quote(path), headers={"Accept-Encoding": accepts})
        with self._connection.getresponse() as answer:
            data = answer.read()
        is_packed = answer.headers["Content-Encoding"] == "gzip"
        return answer.status, answer.headers, gzip.decompress(data) if is_packed else data

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def reader(tmp_path, servers):
    """nginx with the server of the guide, whose folder and port are those of the test."""
    command, port, root = program("nginx"), free_port(), tmp_path / "place"
    (server,) = re.findall(r"```nginx\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    for told, ours in {"listen 80": f"listen 127.0.0.1:{port}", "/srv/www/digest": str(root)}.items():
        assert told in server
        server = server.replace(told, ours)
    folder = tmp_path / "nginx"
    folder.mkdir()
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; master_process off; pid {folder}/pid; error_log stderr; events {{}}\n"
        f"http {{ include /etc/nginx/mime.types; access_log off; {temporary}\n{server} }}\n"
    )
    servers.run([command, "-e", "stderr", "-c", str(folder / "nginx.conf"), "-p", str(folder)], folder)
    until(lambda: answers(port))
    with contextlib.closing(Reader(port, root)) as reader:
        yield reader


def test_pages_copies_and_the_page_for_unknown_addresses_are_served(reader, tmp_path, servers):
    site = {**SITE, "404.html": b"Not here"}
    with FolderPlace(reader.root, servers).opened() as store:
        publish_to(store, write_output(tmp_path / "public", site), encodings=["gz"])
    for path, data in site.items():
        for accepts in ("identity", "gzip"):
            status, headers, body = reader.get(path.removesuffix("index.html"), accepts)
            assert (status, body) == (200, data)
            assert headers["Content-Encoding"] == ("gzip" if accepts == "gzip" else None)
            assert headers["Cache-Control"] == "no-cache"
    assert reader.get("sources/a/")[1]["Content-Type"] == "text/html; charset=utf-8"
    status, headers, body = reader.get("missing/")
    assert (status, body) == (404, b"Not here")


class Crawler(threading.Thread):
    """Follows links until it is told to stop. `versions` holds path → each version that was published."""

    def __init__(self, port: int, versions: dict[str, set[bytes]]) -> None:
        super().__init__()
        self.reader, self.versions, self.accepts = Reader(port, Path()), versions, ""
        self.site: dict[str, bytes] = {}
        self.count = 0
        self.faults: list[str] = []
        self.is_stopped = False

    def run(self) -> None:
        with contextlib.closing(self.reader):
            while not self.is_stopped:
                self.crawl()

    def crawl(self) -> None:
        self.accepts = "identity" if self.accepts == "gzip" else "gzip"
        waiting, seen, site = [("index.html", "index.html")], set(), self.site
        while waiting and site is self.site:  # a link read before may lead to a page that comes back just now
            origin, page = waiting.pop()
            if page not in seen:
                seen.add(page)
                self.count += 1
                time.sleep(0.002)  # leaves the publishes their time
                waiting += [(page, target) for target in self.visit(origin, page)]

    def visit(self, origin: str, page: str) -> tuple[str, ...]:
        """Return the links of a page."""
        status, _, data = self.reader.get(page, self.accepts)
        if status != 200:
            self.faults += [f"{origin} -> {page}: {status}"] if self.is_broken(origin, page) else []
            return ()
        if data not in self.versions[page]:
            self.faults.append(f"{page} is no version of it: {data!r}")
        return targets(page, data) if page.endswith(".html") else ()

    def is_broken(self, origin: str, page: str) -> bool:
        """Whether a page is missing while one that stays links to it: that one is the same before and after.

        During one publish, a page changes once.
        """
        site, before = self.site, self.reader.get(origin, self.accepts)[2]
        is_missing = page in targets(origin, before) and self.reader.get(page, self.accepts)[0] == 404
        is_same = self.reader.get(origin, self.accepts)[2] == before and site is self.site
        return is_missing and is_same and origin in site


@pytest.mark.slow
def test_a_crawler_meets_no_broken_link_while_fifty_publishes_go_on(reader, tmp_path, servers):
    chance = random.Random(11)
    place, files, versions = FolderPlace(reader.root, servers), {}, {}
    crawler = Crawler(reader.port, versions)
    for turn in range(50):
        files = crawler.site = random_site(chance, files)
        for path, data in files.items():
            versions.setdefault(path, set()).add(data)
        with place.opened() as store:
            publish_to(store, write_output(tmp_path / "public", files), encodings=["gz"], yes=True)
        if not turn:
            crawler.start()
    crawler.is_stopped = True
    crawler.join()
    assert not crawler.faults
    assert crawler.count > 50
