"""Search a built site in Chromium: time to results, bytes fetched, recall and precision.

    broadsheet list --format jsonl > ARTICLES
    python benchmarks/search.py SITE ARTICLES [--queries N] [--recall]

SITE is the output folder of the digest whose clippings ARTICLES lists. Neither these nor their texts, which
come from pages, are taken from the index. The queries are drawn from them, the same ones every time: two to
six characters, words and names.
The browser is slowed four times, with 10 Mbit/s and 40 ms a request, and has nothing in its cache. Time
counts from Enter, on a page that is open. The server compresses HTML, scripts, styles and JSON, as GitHub
Pages does, and no other files. Needs playwright and Chromium.
"""

from __future__ import annotations

import contextlib
import gzip
import html
import json
import random
import re
import shutil
import threading
from collections.abc import Iterator
from functools import lru_cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from measure import parser
from playwright.sync_api import CDPSession, Page, sync_playwright

from generator.search.terms import folded
from generator.search.text import shown_text

CHROMIUM = ("chromium", "google-chrome", "chromium-headless-shell")
COMPRESSED = {".html", ".js", ".css", ".json", ".xml", ".svg", ".txt"}
SLOWED, DELAY, BYTES_A_SECOND = 4, 40, 10_000_000 / 8
SHARES = {"characters": 60, "words": 25, "names": 15}
PATTERNS = {
    "characters": r"[\u4e00-\u9fff]{2,}",
    "words": r"[A-Za-z]{4,}",
    "names": r"[A-Za-z0-9]+(?:[-.][A-Za-z0-9]+)+",
}
LETTER = r"[0-9a-z\u00aa-\u1fff]"
"""What must not surround a word for it to be one, in folded text."""

TIMED = """async query => {
  const [list, status] = [document.querySelector("#_results"), document.querySelector("#_status")];
  const start = performance.now();
  const times = await new Promise(resolve => {
    let first = 0;
    const look = () => {
      first ||= list.firstElementChild ? performance.now() - start : 0;
      const isDone = status.textContent && !status.textContent.endsWith("…");
      if (isDone) resolve([first, performance.now() - start]);
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    document.querySelector("[name=q]").value = query;
    status.textContent = "…";
    document.querySelector("#_search").requestSubmit();
  });
  return [...times, list.childElementCount];
}"""
EVERY = """async query => {
  const { Index } = await import("../assets/search-index.js");
  const { parsed } = await import("../assets/search-query.js");
  const index = globalThis.index ??= new Index(new URL("./", location.href));
  const found = [];
  for await (const { month, isDamaged, matches } of index.search(parsed(query))) {
    if (isDamaged) throw new Error(month.name);
    matches.sort((one, other) => other.isShown - one.isShown);
    const documents = await Promise.all(matches.map((match) => index.document(match)));
    const root = new URL("../", location.href).href;
    found.push(...documents.map(({ href }) => decodeURI(href.slice(root.length))));
  }
  return found;
}"""


class Server(ThreadingHTTPServer):
    """A file server that counts what it sends, compressed and not."""

    sent = plain = requests = 0


class _Handler(SimpleHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        if not file.is_file():
            self.send_error(404)
            return
        data = plain = file.read_bytes()
        self.send_response(200)
        if file.suffix in COMPRESSED:
            data = _compressed(plain)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", self.guess_type(file))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.server.sent += len(data)
        self.server.plain += len(plain)
        self.server.requests += 1

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@lru_cache(4096)
def _compressed(data: bytes) -> bytes:
    return gzip.compress(data, 6)


@contextlib.contextmanager
def served(site: Path) -> Iterator[Server]:
    """Serve a folder."""
    with Server(("127.0.0.1", 0), partial(_Handler, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def articles_in(site: Path, listed: Path) -> dict[str, str]:
    """Return address → title, source, tags and text of the articles that `broadsheet list` lists."""
    found = {}
    for row in map(json.loads, listed.read_text("utf-8").splitlines()):
        if row["skipped"] is None:
            page = site / row["address"]
            markup = page.read_text("utf-8") if row["address"].startswith("articles/") else ""
            body = re.search(r'(?s)<div class="body"[^>]*>(.*?)<footer', markup)
            shown = "\n".join((row["title"], row["source"], *row["tags"]))
            found[row["address"]] = f"{shown}\n{shown_text(body[1]) if body else ''}"
    return found


def queries_from(articles: dict[str, str], count: int) -> list[str]:
    """Return queries that occur in some articles."""
    chance = random.Random(5)  # noqa: S311 - the same queries every time
    found: list[str] = []
    texts = [html.unescape(one) for one in articles.values()]
    while len(found) < count:
        (kind,) = chance.choices([*SHARES], [*SHARES.values()])
        every = re.findall(PATTERNS[kind], chance.choice(texts))
        if every:
            one = chance.choice(every)
            size = min(len(one), chance.randint(2, 6) if kind == "characters" else 40)
            start = chance.randint(0, len(one) - size) if kind == "characters" else 0
            found.append(one[start : start + size].rstrip("-."))
    return found


def fetched(page: Page, session: CDPSession, server: Server, queries: list[str]) -> dict[str, list[float]]:
    """Return the figures of each query: milliseconds to the first result and to ten, kB and requests."""
    figures: dict[str, list[float]] = {
        name: [] for name in ("first", "ten", "kB", "plain kB", "requests", "shown")
    }
    address = f"http://127.0.0.1:{server.server_port}/search/"
    for query in queries:
        session.send("Network.clearBrowserCache")
        page.goto(address, wait_until="networkidle")
        before = server.sent, server.plain, server.requests
        first, ten, shown = page.evaluate(TIMED, query)
        page.wait_for_timeout(50)
        after = server.sent, server.plain, server.requests
        sent, plain, requests = (now - then for now, then in zip(after, before, strict=True))
        row = (first or ten, ten, sent / 1000, plain / 1000, requests, shown)
        for name, value in zip(figures, row, strict=True):
            figures[name].append(value)
    return figures


def recall(page: Page, articles: dict[str, str], queries: list[str]) -> tuple[float, float]:
    """Return the recall of all queries together, and the mean precision of their first 20 results."""
    texts = {one: folded(text) for one, text in articles.items()}
    right, wanted, precise = 0, 0, []
    for query in queries:
        found: list[str] = page.evaluate(EVERY, query)
        form = re.escape(folded(query))
        is_word = re.match(r"[a-z0-9]", form)
        pattern = re.compile(f"(?<!{LETTER}){form}(?!{LETTER})" if is_word else form)
        scanned = {one for one, text in texts.items() if pattern.search(text)}
        right, wanted = right + len(scanned.intersection(found)), wanted + len(scanned)
        first = found[:20]
        if first:  # a name that the drawing cut may be in no article: it has no precision
            precise.append(sum(one in scanned for one in first) / len(first))
    return right / wanted, sum(precise) / len(precise)


def share(values: list[float], part: float) -> float:
    """Return the value that a part of all do not exceed."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def main() -> None:
    """Print a line for each figure: its median, and what 95 % do not exceed."""
    arguments = parser(__doc__)
    arguments.add_argument("site", type=Path)
    arguments.add_argument("articles", type=Path, help="What `broadsheet list --format jsonl` prints.")
    arguments.add_argument("--queries", type=int, default=200)
    arguments.add_argument("--recall", action="store_true", help="also search for recall and precision")
    options = arguments.parse_args()
    articles = articles_in(options.site, options.articles)
    queries = queries_from(articles, options.queries)
    with served(options.site) as server, sync_playwright() as playwright:
        chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
        page = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]).new_page()
        session = page.context.new_cdp_session(page)
        if options.recall:
            page.goto(f"http://127.0.0.1:{server.server_port}/search/")
            print("recall {:.4f}, precision of the first 20 {:.4f}".format(*recall(page, articles, queries)))
        speed = {"downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", {"offline": False, "latency": DELAY, **speed})
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        for name, values in fetched(page, session, server, queries).items():
            print(f"{name:10} p50 {share(values, 0.5):8.1f}  p95 {share(values, 0.95):8.1f}")


if __name__ == "__main__":
    main()
