"""The preview server: serves a folder on the loopback interface, with pages that reload by themselves."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import sys
import threading
import time
import urllib.parse
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec
import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from generator.preview import files, reload
from generator.preview.changes import Roots
from generator.preview.follow import Build, Built, Following, Report
from generator.preview.listening import host_headers, listen

MISSING = "404.html"
"""Shown for addresses without a page."""
HEAD_SECONDS = 12
"""Seconds in which a client must send the complete head of its request, even if bytes keep arriving."""
HEAD_BYTES = 32 * 1024
ADDRESS_BYTES = 8 * 1024
CONNECTIONS = 256
"""Maximum at the same time. Further ones are told to come back."""
CONCURRENT_UPDATES = 4
"""Number of pages updated at the same time. Further ones wait, and nothing else waits for them."""
SWAP_PAUSES = (0, 0.001, 0.01, 0.1)
"""Seconds to wait until it is known whether a file that was being replaced has bytes of ours."""
SWITCH_INTERVAL = 0.0005
"""Seconds after which a thread that makes pages lets another one answer: a tenth of Python's default."""
GRACE = 0.3
"""Seconds for running answers to end when the server stops."""


class Pages(Protocol):
    """What is known about the site in the folder, by path in the output (`2024/07/03/index.html`).

    All methods are called in several threads, and during `build`.
    """

    def has(self, path: str) -> bool:
        """Return whether a file belongs to the site, as far as known. Does not block."""

    def wrote(self, path: str, data: bytes) -> bool:
        """Return whether a build of this process wrote these bytes there, or is about to. Does not block."""

    def is_stale(self, path: str) -> bool:
        """Return whether a file may be out of date. Does not block, because every answer waits for it."""

    def fresh(self, path: str) -> None:
        """Update a file that is requested."""


class Preview:
    """A site that is built, served and kept up to date until `run` ends.

    It listens from the start, so that `address` is known.
    """

    def __init__(
        self,
        folder: Path,
        build: Build,
        roots: Roots,
        report: Report,
        *,
        bind: str = "127.0.0.1",
        port: int = 8000,
        ignore: tuple[Path, ...] = (),
        source_lines: reload.SourceLines = lambda _: (),
        pages: Pages,
    ) -> None:
        """`build` writes the site to the folder. Only what `pages` knows is served.

        `roots` returns what to watch, and `ignore` what to leave out. If the port is in use, the next free
        one is taken. Raises `ConfigError` if it cannot listen.
        """
        self._socket, self._wanted = listen(bind, port), port
        host, self.port = self._socket.getsockname()[:2]
        self.host = f"[{host}]" if ":" in host else host
        self._hub = reload.Hub(secrets.token_hex(4))
        self.report = report
        self._source_lines = source_lines
        self._served = _ServedFolder(
            folder, self._hub, pages, on_missing=self._rebuild_missing, on_fault=self._page_failed
        )
        self._had_site = False
        """Whether the site existed after the last build, and nothing was found missing since."""
        self._following = Following(
            build,
            roots,
            report,
            ignore=ignore,
            on_built=self._built,
            on_fault=self._failed,
        )
        hosts = frozenset(host_headers({"localhost", "127.0.0.1", "[::1]", self.host}, self.port))
        self._server = _Server(
            _configured(_application(self._served, hosts)),
            self._stop,
        )

    @property
    def address(self) -> str:
        """The address of the front page."""
        return f"http://{self.host}:{self.port}/"

    @property
    def notice(self) -> str:
        """The address, as a line for the terminal."""
        taken = f" (port {self._wanted} is taken)" if self.port != self._wanted != 0 else ""
        return f"{self.address}{taken}; Ctrl-C ends it"

    def run(self) -> None:
        """Serve until `stop` or `KeyboardInterrupt`, which is passed on. Ends within a second."""
        with self._socket, self._following:
            self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """End `run`. May be called from any thread."""
        self._server.should_exit = True

    def _built(self, built: Built) -> None:
        self._had_site = self._served.has_site
        self._hub.built(changed=built.changed, styles=built.styles)

    def _failed(self, error: Exception) -> None:
        """Show what went wrong. The last good page is still served."""
        self._hub.fault(reload.problems_of(error), self._source_lines)

    def _rebuild_missing(self) -> None:
        """Rebuild what somebody deleted, because no change may follow that would cause it."""
        if self._had_site:
            self._had_site = False
            self._following.rebuild()

    def _page_failed(self, error: Exception) -> None:
        self._failed(error)
        self.report.fault(error)

    def _stop(self) -> None:
        self._following.stop()
        self._hub.close()


def serve(
    preview: Preview, *, open_browser: bool = False, announce: Callable[[str], None] = lambda _: None
) -> None:
    """Build, serve and follow every change until `KeyboardInterrupt`. Calls `announce` with the address."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    announce(preview.address)
    preview.report.notice(preview.notice)
    if open_browser:
        # On some systems this waits for the browser to end.
        threading.Thread(target=webbrowser.open, args=(preview.address,), daemon=True).start()
    preview.run()


def _application(served: _ServedFolder, hosts: frozenset[str]) -> ASGIApp:
    """Return the ASGI application that serves a folder to requests for one of the hosts."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        response = _refusal(scope, headers, hosts) or await _response(scope, headers, served)
        await response(scope, receive, send)

    return app


class _ServedFolder:
    """The served folder, with what is known about its state, and how its pages are updated."""

    def __init__(
        self,
        folder: Path,
        hub: reload.Hub,
        pages: Pages,
        *,
        on_missing: Callable[[], None],
        on_fault: Callable[[Exception], None],
    ) -> None:
        self.folder = folder
        self.hub = hub
        self.on_missing = on_missing
        self._pages = pages
        self._on_fault = on_fault
        self._updates = asyncio.Semaphore(CONCURRENT_UPDATES)

    @property
    def has_site(self) -> bool:
        """Whether there is a front page."""
        return self.has("index.html") and (self.folder / "index.html").is_file()

    def has(self, page: str) -> bool:
        """Return whether a page belongs to the site."""
        return self._pages.has(page)

    def look_up(self, raw_path: bytes, page: str) -> files.File | files.Folder | None:
        """Return what an address means. Files of others, and ours with other bytes, are not served."""
        for pause in SWAP_PAUSES:
            time.sleep(pause)
            found = files.look_up(self.folder, raw_path)
            if isinstance(found, files.Folder):
                return found if self.has(f"{page}/index.html") else None
            if found is None or not self.has(page):
                return None
            if self._pages.wrote(page, found.body):
                return found
        return None

    async def update(self, page: str) -> None:
        """Update a file, in a thread that neither other answers nor the shutdown wait for."""
        if not self.hub.has_built or not self._pages.is_stale(page):
            return
        async with self._updates:
            ended = asyncio.Event()
            work = self._pages, page, self._on_fault, asyncio.get_running_loop(), ended
            threading.Thread(target=_update_page, args=work, name="broadsheet-fresh", daemon=True).start()
            await ended.wait()


def _update_page(
    pages: Pages,
    page: str,
    on_fault: Callable[[Exception], None],
    loop: asyncio.AbstractEventLoop,
    ended: asyncio.Event,
) -> None:
    try:
        pages.fresh(page)
    except Exception as error:  # as for a failed build: reported, and the last good page is served
        on_fault(error)
    finally:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(ended.set)


def _refusal(scope: Scope, headers: Headers, hosts: frozenset[str]) -> Response | None:
    """Return the answer to a request that no browser sends from our own pages; None for others."""
    if headers.get("host", "").lower() not in hosts:
        # Another site's name that resolves to this server: it could read the drafts (DNS rebinding).
        return _plain(421, "This server answers to its own address only.")
    if scope["method"] not in {"GET", "HEAD"}:
        return _plain(405, "Only GET and HEAD are served.", Allow="GET, HEAD")
    if "service-worker" in headers:
        # It would answer for this address from then on, whatever is served there.
        return _plain(403, "No service worker is served.")
    if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
        return _plain(413, "No body is expected.")
    # h11 limits incomplete heads only, not one that arrives in one piece.
    if sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > HEAD_BYTES:
        return _plain(431, "The headers are too long.")
    return None


def _plain(status: int, text: str, **more: str) -> Response:
    # The rest of the request must not be taken for another one, so the connection is closed.
    return PlainTextResponse(text + "\n", status, files.HEADERS | {"Connection": "close"} | more)


async def _response(scope: Scope, headers: Headers, served: _ServedFolder) -> Response:
    path = scope["raw_path"]
    if not path.startswith(b"/"):
        return _plain(400, "The address must begin with a slash.")
    if len(path) + len(scope["query_string"]) > ADDRESS_BYTES:
        return _plain(414, "The address is too long.")
    if path == reload.EVENTS.encode():
        return _events(scope, headers, served.hub)
    if path == reload.SCRIPT.encode():
        script = files.File(body=reload.script(), modified=0, type=files.type_of(reload.SCRIPT))
        return files.answer(script, scope["method"], headers)
    page = files.output_of(path) or MISSING
    # Before the file is read, so that a build that ends meanwhile causes one reload too many, not too few.
    tags = served.hub.tag(page), served.hub.tag(page, MISSING)
    await served.update(page)
    return await run_in_threadpool(_page, scope, headers, served, page, *tags)


def _events(scope: Scope, headers: Headers, hub: reload.Hub) -> Response:
    if headers.get("origin", f"http://{headers['host']}") != f"http://{headers['host']}":
        return _plain(403, "Only this server's own pages may listen.")
    if scope["method"] != "GET":
        return _plain(405, "Only GET is served.", Allow="GET")
    query = scope["query_string"].decode("latin-1")
    asked = urllib.parse.parse_qs(query, errors="surrogateescape")
    last = headers.get("last-event-id", asked.get("last", [""])[0])
    stream = hub.events(asked.get("page", ()), last)
    return StreamingResponse(stream, 200, files.HEADERS, "text/event-stream")


def _page(
    scope: Scope, headers: Headers, served: _ServedFolder, page: str, tag: reload.Tag, missing: reload.Tag
) -> Response:
    found = served.look_up(scope["raw_path"], page)
    is_missing = page == files.output_of(scope["raw_path"]) and served.has(page)
    if found is None and (is_missing or not served.has_site):
        served.on_missing()
        body = reload.with_script(reload.WAITING, tag)
        return Response(body, 503, files.HEADERS | {"Retry-After": "1"}, "text/html; charset=utf-8")
    if isinstance(found, files.Folder):
        query = scope["query_string"].decode("ascii")
        location = found.address + (f"?{query}" if query else "")
        return Response(None, 301, files.HEADERS | {"Location": location})
    status = 200 if found else 404
    found = found or served.look_up(f"/{MISSING}".encode(), MISSING)
    if not isinstance(found, files.File):
        return PlainTextResponse("There is no such page.\n", 404, files.HEADERS)
    if found.type.startswith("text/html"):
        body = reload.with_script(found.body, tag if status == 200 else missing)
        found = msgspec.structs.replace(found, body=body)
    return files.answer(found, scope["method"], headers, status=status)


class _Protocol(H11Protocol):
    """Uvicorn's protocol, with a deadline for the head of each request.

    Uvicorn's own timeout only covers idle connections, and a byte from time to time keeps one open.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        super().connection_made(transport)
        self._restart_deadline()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._restart_deadline()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._restart_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._deadline:
            self._deadline.cancel()

    def _restart_deadline(self) -> None:
        """Start the deadline, or stop it while a request is being answered."""
        if self.cycle is not None and not self.cycle.response_complete:
            if self._deadline:
                self._deadline.cancel()
                self._deadline = None
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.abort)


class _Server(uvicorn.Server):
    """Uvicorn's server, which stops at once even if browsers listen to events or clients do not read."""

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_stop()
        asyncio.get_running_loop().call_later(GRACE, self._abort)
        await super().shutdown(sockets)

    def _abort(self) -> None:
        for connection in [*self.server_state.connections]:
            connection.transport.abort()


def _configured(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        h11_max_incomplete_event_size=HEAD_BYTES,
        timeout_graceful_shutdown=1,
    )
