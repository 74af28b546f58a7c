"""Tell hubs (WebSub) and search engines (IndexNow) which addresses have something new."""

from __future__ import annotations

import contextlib
import http.client
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence

import msgspec

import generator
from generator.publish.retry import passing, retried, seconds_asked
from generator.publish.secrets import scrubbed
from generator.publish.store import refused

INDEXNOW = "https://api.indexnow.org/indexnow"
"""Passes addresses on to all search engines that take part."""
_FEEDS, _PAGES = 100, 10_000
"""The numbers of addresses in a request. The second one is the limit of IndexNow."""
_SECONDS, _ATTEMPTS = 20, 3


def websub(hub: str, feeds: Sequence[str]) -> None:
    """Tell a hub which feeds changed (https://www.w3.org/TR/websub/). Raises `BuildError`."""
    for start in range(0, len(feeds), _FEEDS):
        fields = [("hub.mode", "publish"), *(("hub.url", feed) for feed in feeds[start : start + _FEEDS])]
        _post(hub, urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded")


def indexnow(base_url: str, key: str, pages: Sequence[str], engine: str = INDEXNOW) -> None:
    """Tell search engines which pages changed (https://www.indexnow.org). Raises `BuildError`."""
    for start in range(0, len(pages), _PAGES):
        message = {
            "host": urllib.parse.urlsplit(base_url).netloc,
            "key": key,
            "keyLocation": f"{base_url}{key}.txt",
            "urlList": pages[start : start + _PAGES],
        }
        _post(engine, msgspec.json.encode(message), "application/json; charset=utf-8")


def _post(address: str, data: bytes, content_type: str) -> None:
    headers = {"Content-Type": content_type, "User-Agent": f"Broadsheet/{generator.__version__}"}
    request = urllib.request.Request(address, data, headers)  # noqa: S310 - `http(s)` by the configuration

    def post() -> None:
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS):  # noqa: S310 - the same
                pass
        except urllib.error.HTTPError as error:
            raise _failed(address, error) from error
        except (UnicodeError, http.client.InvalidURL) as error:
            raise refused(scrubbed(address), f"is not an address that can be asked: {error}") from error
        except (OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            raise passing(refused(scrubbed(address), f"cannot be reached: {reason}")) from error

    retried(post, attempts=_ATTEMPTS)


def _failed(address: str, error: urllib.error.HTTPError) -> Exception:
    """Return the error for an answer. The host may ask for a pause."""
    said = ""
    with error, contextlib.suppress(OSError, http.client.HTTPException):
        said = " ".join(scrubbed(error.read(500).decode("utf-8", "replace")).split())[:200]
    fault = refused(scrubbed(address), f"answered {error.code}" + (f": {said}" if said else ""))
    if error.code != 429 and error.code < 500:
        return fault
    return passing(fault, seconds_asked(error.headers))
