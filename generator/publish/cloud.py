"""Publish to object storage: S3 and what is compatible with it, Google Cloud Storage, Azure.

`obstore` signs requests and finds credentials in the environment.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import gzip
import hashlib
import os
import re
import urllib.parse
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from generator.config.site import PublishConfig
from generator.model.errors import BuildError, command_error
from generator.publish import aws
from generator.publish.each import for_each
from generator.publish.kinds import cache_control, content_type, is_text
from generator.publish.retry import passing, retried
from generator.publish.secrets import scrubbed
from generator.publish.store import (
    ABSENT,
    RECORD,
    Done,
    Replaces,
    Stored,
    TakenError,
    Upload,
    advice_on,
    refused,
)
from generator.publish.throttle import BUSY, Throttle, asked_pause

if TYPE_CHECKING:
    from obstore import Attributes
    from obstore.store import ClientConfig, RetryConfig

T = TypeVar("T")
_LEVEL, _RECORD_LEVEL = 6, 1
"""Levels of compression. The record is compressed while everything waits."""
_RETRIES: RetryConfig = {"max_retries": 0}
"""The library would not wait as long as a host asks."""
_ATTEMPTS = 7
_STATUS = re.compile(r"status code: (\d{3})")
_CONFLICT = "ConditionalRequestConflict"
"""What S3 says where two conditional requests met: neither condition was judged."""
_PASSING = re.compile(
    r"status code: (?!501|507)(?:408|429|5\d\d)|HTTP error|SlowDown|InternalError|RequestTimeout\b|"
    + _CONFLICT
)
"""What the library says of failures that may pass. S3 answers 400 to an upload that falters.

Two of them may stand in an answer to a deletion.
"""
_ADVICE = {
    "UnauthenticatedError": "check the credentials: docs/guide/publish.md says where they are looked for",
    "PermissionDeniedError": "check the credentials, and what they may do there",
    "FileNotFoundError": "create it",
    "NotFoundError": "create it",
}
_LONGEST = "300s"
"""The longest time of a request: 18 MB where each of 16 connections gets half a megabit a second."""
_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound")
"""What hosts say if it is not only the record that is missing."""
_NOT_IMPLEMENTED = ("501 Not Implemented", "<Code>NotImplemented<")
"""What a host says of a condition that it does not know."""
_WITHOUT_CONDITIONS = ".backblazeb2.com"
"""What the names of hosts have in them that say so, and need not be asked."""
_MARK = "broadsheet"
"""The name of the metadata that says that a file is ours."""
_NO_CREDENTIALS = (
    "169.254.169.254",
    "metadata.google.internal",
    "Account must be specified",
    "Missing SecretAccessKey",
    "Missing AccessKeyId",
)
"""What the library asks last, or says, if it finds none."""


class Bucket:
    """A prefix in a bucket as a target."""

    is_atomic, is_guarded, has_folders, discards = False, True, False, ()

    def __init__(self, address: str, config: PublishConfig) -> None:
        try:
            import obstore
            import obstore.exceptions
            import obstore.store
        except ImportError as error:
            advice = "install it with `pip install 'broadsheet[s3]'`"
            raise command_error(address, "needs the library obstore", advice, kind="host") from error
        self.name = address
        self._config, self._obstore = config, obstore
        settings, self._secrets = _settings(address, config)
        endpoint = config.endpoint or settings.get("endpoint") or os.environ.get("AWS_ENDPOINT_URL", "")
        if _WITHOUT_CONDITIONS in endpoint:
            settings["conditional_put"] = "disabled"
        client: ClientConfig = {"allow_http": endpoint.startswith("http://"), "timeout": _LONGEST}
        open_store: Callable[..., Any] = obstore.store.from_url
        self._throttle = Throttle(self._asked_pause)
        with self._errors():
            self._store = open_store(address, client_options=client, retry_config=_RETRIES, **settings)

    def read(self) -> Stored | None:
        """Return the record."""

        def get() -> tuple[bytes, Any]:
            found = self._obstore.get(self._store, RECORD)
            return bytes(found.bytes()), found

        try:
            data, found = self._request(get, missing=FileNotFoundError)
        except FileNotFoundError as error:
            if any(sign in str(error) for sign in _NO_BUCKET):
                raise refused(self.name, "there is no such bucket", "create it") from error
            return None
        version = _version(found.meta.get("e_tag"), found.meta.get("version"))
        with contextlib.suppress(OSError, EOFError, zlib.error):  # damaged, it is told as it is
            data = gzip.decompress(data)
        return Stored(data, version)

    def swap(self, data: bytes, version: str) -> str:
        """Replace the record by a conditional request, where the host has them."""
        mode: str | dict[str, str] = "create"
        if version != ABSENT:
            e_tag, _, number = version.partition("\n")
            mode = {"e_tag": e_tag, "version": number} if number else {"e_tag": e_tag}
        packed = gzip.compress(data, _RECORD_LEVEL, mtime=0)
        attributes = _attributes(RECORD, "no-cache", is_packed=True)
        try:
            told = self._put(RECORD, packed, attributes, mode)
            return self._probed(packed, attributes) or told if version == ABSENT else told
        except TakenError:
            # An answer may have been lost, so that our own request was repeated.
            stored = self.read()
            if stored is None or stored.data != data:
                raise
            return stored.version

    def _probed(self, packed: bytes, attributes: Attributes) -> str:
        """Ask for the same record as a new file again. Returns its version if the host complies."""
        try:
            told = self._put(RECORD, packed, attributes, "create")
        except TakenError:
            return ""
        self.is_guarded = False
        return told

    def list(self) -> Mapping[str, str]:
        """Return path → ETag, which is the MD5 of what was uploaded in one piece."""

        def listed() -> dict[str, str]:
            objects = (one for chunk in self._obstore.list(self._store, chunk_size=1000) for one in chunk)
            return {one["path"]: (one["e_tag"] or "").strip('"') for one in objects}

        found = self._request(listed)
        found.pop(RECORD, None)
        return found

    def matches(self, file: Upload, told: str) -> bool | None:
        """Compare the MD5 of what would be uploaded; None for an ETag of another kind."""
        if not re.fullmatch("[0-9a-f]{32}", told):
            return None
        return hashlib.md5(self._packed(file)[0], usedforsecurity=False).hexdigest() == told

    def put(self, files: Sequence[Upload], done: Done) -> Sequence[str]:
        """Upload files over several connections. Each one is marked with its digest."""
        kept_out: list[str] = []

        def upload(file: Upload) -> None:
            data, is_packed = self._packed(file)
            caching = cache_control(file.path, file.kind, self._config.cache)
            attributes = _attributes(file.path, caching, is_packed=is_packed)
            attributes[_MARK] = file.digest
            mode = "create" if file.replaces is Replaces.NOTHING else "overwrite"
            try:
                self._put(file.path, data, attributes, mode)
            except TakenError:
                # An answer may have been lost, so that our own request was repeated.
                if self.digests([file.path]) != {file.path: file.digest}:
                    kept_out.append(file.path)
                    return
            done(file.path)

        for_each(files, upload, self._config.connections)
        return kept_out

    def digests(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Return path → digest by our mark. Files of others have none."""
        found: dict[str, str] = {}

        def look(path: str) -> None:
            with contextlib.suppress(FileNotFoundError):
                ask = functools.partial(self._obstore.get, self._store, path, options={"head": True})
                mark = self._request(ask, missing=FileNotFoundError).attributes.get(_MARK)
                found.update({path: str(mark)} if mark else {})

        for_each(paths, look, self._config.connections)
        return found

    def delete(self, paths: Iterable[str], done: Done) -> None:
        """Delete files, many in a request where the host can."""
        paths = [*paths]

        def delete_if_present(path: str) -> None:
            with contextlib.suppress(FileNotFoundError):
                self._delete(path)
                done(path)

        try:
            self._delete(paths)
        except FileNotFoundError:  # Azure and Google Cloud Storage insist that there is something to delete
            for_each(paths, delete_if_present, self._config.connections)
        else:
            for path in paths:
                done(path)

    def _delete(self, paths: str | Sequence[str]) -> None:
        self._request(lambda: self._obstore.delete(self._store, paths), missing=FileNotFoundError)

    def close(self) -> None:
        """Do nothing: connections end with the process."""

    def _packed(self, file: Upload) -> tuple[bytes, bool]:
        """Return the bytes to upload, and whether they are compressed: the same each time."""
        data = file.read()
        if self._config.gzip and is_text(file.path):
            packed = gzip.compress(data, _LEVEL, mtime=0)
            if len(packed) < len(data):
                return packed, True
        return data, False

    def _put(self, path: str, data: bytes, attributes: Attributes, mode: str | dict[str, str]) -> str:
        put: Callable[..., Any] = self._obstore.put
        try:
            send = functools.partial(
                put, self._store, path, data, attributes=attributes, mode=mode, use_multipart=False
            )
            told = self._request(send, missing=NotImplementedError)
        except NotImplementedError:
            self.is_guarded = False
            return self._put(path, data, attributes, "overwrite")
        return _version(told["e_tag"], told["version"])

    def _request(self, call: Callable[[], T], missing: type[Exception] | None = None) -> T:
        """Return the result of a request, repeated while it fails for a reason that may pass."""

        def once() -> T:
            self._throttle.wait()
            with self._errors(missing):
                return call()

        return retried(once, attempts=_ATTEMPTS)

    @contextlib.contextmanager
    def _errors(self, missing: type[Exception] | None = None) -> Iterator[None]:
        """Turn the library's errors into ours. Errors of the type `missing` are the caller's."""
        exceptions = self._obstore.exceptions
        try:
            yield
        except (exceptions.AlreadyExistsError, exceptions.PreconditionError) as error:
            if _CONFLICT in str(error):
                raise self._failed(error) from None
            raise TakenError from error
        except (exceptions.BaseError, OSError, NotImplementedError, ValueError) as error:
            if missing is not None and isinstance(error, missing):
                raise
            if missing is NotImplementedError and any(sign in str(error) for sign in _NOT_IMPLEMENTED):
                raise NotImplementedError from error
            raise self._failed(error) from None

    def _failed(self, error: Exception) -> BuildError:
        """Return our error for the library's. Waits for the host's word where that is busy."""
        text, kind = str(error), type(error).__name__
        told = self._told(text)
        if any(sign in text for sign in _NO_CREDENTIALS):
            advice = "it found no credentials; docs/guide/publish.md says where they are kept"
            return refused(self.name, told, advice)
        advice = advice_on(text, _ADVICE.get(kind, "see whether the host is reachable, and publish again"))
        if not _PASSING.search(text):
            return refused(self.name, told, advice)
        status = _STATUS.search(text)
        is_busy = status is not None and int(status[1]) in BUSY
        return passing(refused(self.name, told, advice), self._throttle.refused() if is_busy else None)

    def _asked_pause(self) -> float | None:
        """Return the seconds that the host asks to wait now."""
        exceptions = self._obstore.exceptions
        try:
            address = self._obstore.sign(self._store, "HEAD", RECORD, dt.timedelta(minutes=1))
        except (exceptions.BaseError, OSError, NotImplementedError, ValueError):
            return None  # not all credentials can sign addresses
        return asked_pause(address)

    def _told(self, text: str) -> str:
        """Return what the host says, in one line and without secrets."""
        text = text.partition("\n\nDebug source")[0]
        code, message = (re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL) for tag in ("Code", "Message"))
        if code is not None:
            text = code[1] + (f": {message[1]}" if message else "")
        return scrubbed(" ".join(text.split())[:500], self._secrets)


def _settings(address: str, config: PublishConfig) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the settings for the library, and the secrets among them."""
    scheme = urllib.parse.urlsplit(address).scheme
    if scheme != "s3":
        key = "base_url" if scheme == "gs" else "endpoint"
        return {key: config.endpoint} if config.endpoint else {}, ()
    settings, secrets = aws.profile()
    for key in ("endpoint", "region"):
        if value := getattr(config, key):
            settings[key] = value
    return settings, secrets


def _attributes(path: str, caching: str, *, is_packed: bool) -> Attributes:
    attributes: Attributes = {"Content-Type": content_type(path), "Cache-Control": caching}
    if is_packed:
        attributes["Content-Encoding"] = "gzip"
    return attributes


def _version(e_tag: str | None, number: str | None) -> str:
    return f"{e_tag or ''}\n{number or ''}"
