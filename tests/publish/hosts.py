"""A web server that may have too much to do."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Host(ThreadingHTTPServer):
    """A host that may have too much to do, from some request on until it was asked how long that takes."""

    daemon_threads = True

    def __init__(self, address, handler):
        super().__init__(address, handler)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.requests_left, self.idle_at, self.seconds = math.inf, math.inf, 0
        self.headers = {}
        """Of its answer while it is busy."""
        self.refused = []
        """The requests that came while it was busy."""
        self._access = threading.Lock()

    def is_busy(self, command):
        with self._access:
            self.requests_left -= 1
            now = time.monotonic()
            if self.requests_left >= 0 or now >= self.idle_at:
                return False
            self.refused.append(command)
            if command == "HEAD":
                self.idle_at = min(self.idle_at, now + self.seconds)
            return True


class Answering:
    """What a handler of requests needs for a host. Each request begins with `is_refused`."""

    protocol_version = "HTTP/1.1"

    def is_refused(self):
        is_busy = self.server.is_busy(self.command)
        if is_busy:
            self.answer(503, **self.server.headers)
        return is_busy

    def answer(self, code, body=b"", **headers):
        self.send_response(code)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def running(handler: type[BaseHTTPRequestHandler]) -> Iterator[Host]:
    """Run a host during a `with` block."""
    with Host(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
