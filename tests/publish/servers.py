"""Places to publish to, as tests see them without the code under test."""

from __future__ import annotations

import base64
import contextlib
import email.utils
import getpass
import gzip
import hmac
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import obstore
import obstore.exceptions
import obstore.store
import pytest

from generator.config.site import PublishConfig
from generator.publish.store import RECORD, Store
from generator.publish.targets import Settings, factory_of
from running import until

BUCKET, KEY, SECRET = "tests", "AKIDTESTS0001", "a-secret-of-the-tests"
ACCOUNT = "devstoreaccount1"
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The account that Azurite has, with the key that its documentation tells everybody."""


class Place:
    """A place to publish to."""

    tells_content = True
    """Whether it tells hashes, so that a lost record costs no uploads."""
    is_conditional = True
    """Whether of two publishes at once only one can win."""
    kills = 6
    """The number of publishes that a test kills here."""

    def __init__(self, root: Path, servers: Servers) -> None:
        self.root, self.servers = root, servers
        self.start()

    def start(self) -> None:
        """Start what it needs, or skip the test."""

    @property
    def address(self) -> str:
        raise NotImplementedError

    @contextlib.contextmanager
    def opened(self, **config: object) -> Iterator[Store]:
        """Open the target, as another process would."""
        settings = Settings(
            config=PublishConfig(address=self.address, **config),
            cache=self.root.parent / "cache",
            subject="Publish",
        )
        with contextlib.closing(factory_of(self.address)(self.address, settings)) as store:
            yield store

    def files(self) -> dict[str, bytes]:
        """Everything that stands there."""
        raise NotImplementedError

    def put(self, files: Mapping[str, bytes]) -> None:
        """Put somebody else's files there."""
        raise NotImplementedError

    def delete(self, path: str) -> None:
        """Delete a file there."""
        raise NotImplementedError

    def site(self) -> dict[str, bytes]:
        """What readers see, without the record."""
        return {path: data for path, data in self.files().items() if path != RECORD}


class FolderPlace(Place):
    kills = 25

    @property
    def address(self) -> str:
        return self.root.as_uri()

    def files(self) -> dict[str, bytes]:
        return {
            file.relative_to(self.root).as_posix(): file.read_bytes()
            for file in self.root.rglob("*")
            if file.is_file()
        }

    def put(self, files: Mapping[str, bytes]) -> None:
        for path, data in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_bytes(data)

    def delete(self, path: str) -> None:
        (self.root / path).unlink()


class GitPlace(Place):
    def start(self) -> None:
        if shutil.which("git") is None:
            pytest.skip("needs git, which is not installed")
        self._git("init", "--quiet", "--bare", str(self.root), where=self.root.parent)

    @property
    def address(self) -> str:
        return f"git+{self.root.as_uri()}#pages"

    def files(self) -> dict[str, bytes]:
        listed = self._git("ls-tree", "-r", "-z", "--name-only", "pages").split(b"\0")[:-1]
        return {path.decode(): self._git("cat-file", "blob", b"pages:" + path) for path in listed}

    def put(self, files: Mapping[str, bytes]) -> None:
        self._commit({path: b"M 100644 inline " + path.encode() for path in files}, files)

    def delete(self, path: str) -> None:
        self._commit({path: b"D " + path.encode()}, {})

    def _commit(self, lines: Mapping[str, bytes], files: Mapping[str, bytes]) -> None:
        head = b"commit refs/heads/pages\ncommitter They <they@example> now\ndata 6\ntheirs\n"
        branches = self._git("branch", "--list", "pages")
        stream = [head, b"from refs/heads/pages^0\n" if branches else b""]
        for path, line in lines.items():
            stream.append(line + b"\n")
            if path in files:
                stream.append(b"data %d\n%s\n" % (len(files[path]), files[path]))
        self._git("fast-import", "--quiet", "--date-format=now", data=b"".join(stream))

    def _git(self, *arguments: str | bytes, where: Path | None = None, data: bytes = b"") -> bytes:
        command = ["git", "-C", str(where or self.root), *arguments]
        return subprocess.run(command, input=data, check=True, capture_output=True).stdout


class BucketPlace(Place):
    """A bucket of an S3 server. Each test has a prefix of its own."""

    server = ""
    scheme = "s3"
    environment: Mapping[str, str] = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}

    def start(self) -> None:
        self.endpoint = self.servers.storage(self.server)
        self.prefix = f"{self.scheme}://{BUCKET}/{self.root.parent.name}"
        os.environ.update(self.environment)
        options = {"allow_http": True}
        self.outside = obstore.store.from_url(self.prefix, endpoint=self.endpoint, client_options=options)

    @property
    def address(self) -> str:
        return self.prefix

    def opened(self, **config: object) -> contextlib.AbstractContextManager[Store]:
        os.environ.update(self.environment)
        return super().opened(endpoint=self.endpoint, **config)

    def files(self) -> dict[str, bytes]:
        found = {}
        for chunk in obstore.list(self.outside):
            for one in chunk:
                data = bytes(obstore.get(self.outside, one["path"]).bytes())
                found[one["path"]] = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
        return found

    def put(self, files: Mapping[str, bytes]) -> None:
        for path, data in files.items():
            obstore.put(self.outside, path, data)

    def delete(self, path: str) -> None:
        obstore.delete(self.outside, path)


class SeaweedPlace(BucketPlace):
    server = "weed"


class RclonePlace(BucketPlace):
    server = "rclone"
    is_conditional = False


class AzuritePlace(BucketPlace):
    server = "azurite-blob"
    scheme = "az"
    environment: Mapping[str, str] = {
        "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
        "AZURE_STORAGE_ACCOUNT_KEY": ACCOUNT_KEY,
    }
    tells_content = False


class OverSsh(Place):
    """A place of this machine, behind OpenSSH's server."""

    def start(self) -> None:
        self.home = self.servers.ssh()
        super().start()

    @contextlib.contextmanager
    def opened(self, **config: object) -> Iterator[Store]:
        commands = dict.fromkeys(("RSYNC_RSH", "GIT_SSH_COMMAND"), f"ssh -F {self.home}/.ssh/config")
        before = dict(os.environ)
        os.environ.update(HOME=str(self.home), **commands)
        try:
            with super().opened(**config) as store:
                yield store
        finally:
            os.environ.clear()
            os.environ.update(before)


class SftpPlace(OverSsh, FolderPlace):
    tells_content = False
    kills = 4

    @property
    def address(self) -> str:
        return f"sftp://test-host{self.root}"


class RsyncPlace(OverSsh, FolderPlace):
    tells_content = False
    kills = 2

    def start(self) -> None:
        program("rsync")
        super().start()

    @property
    def address(self) -> str:
        return f"test-host:{self.root}"


class RsyncDaemonPlace(FolderPlace):
    """A module of rsync's own daemon."""

    def start(self) -> None:
        self.port = self.servers.rsync_daemon()
        self.root = self.servers.root / "rsyncd/module" / self.root.parent.name

    @property
    def address(self) -> str:
        return f"rsync://127.0.0.1:{self.port}/module/{self.root.name}"


class GitOverSshPlace(OverSsh, GitPlace):
    kills = 2

    @property
    def address(self) -> str:
        return f"git+ssh://test-host{self.root}#pages"


class Servers:
    """Servers that several tests share. Each starts when a test needs it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._stack = contextlib.ExitStack()
        self._storage: dict[str, tuple[str, subprocess.Popen[bytes]]] = {}
        self._rsync_port: int | None = None

    def close(self) -> None:
        self._stack.close()

    def storage(self, server: str) -> str:
        """The address of a server for object storage with a bucket; started if it is not running.

        If it has ended, as when another program took one of its ports, it starts again with other ports.
        """
        for _ in range(5):
            address, process = self._storage.get(server, ("", None))
            if process is not None and process.poll() is None:
                return address
            self._storage[server] = self._begun(server)
        pytest.fail(f"{server} ends whenever it starts; its logs are in {self.root}")

    def _begun(self, server: str) -> tuple[str, subprocess.Popen[bytes]]:
        """Start a server for object storage, and wait until it is ready. Returns its address and process."""
        command, port = program(server), free_port()
        folder = self.root / f"{server}-{port}"
        (folder / BUCKET).mkdir(parents=True)
        starters = {"weed": seaweed, "rclone": rclone, "azurite-blob": azurite}
        process = self.run([command, *starters[server](folder, port)], folder)
        address = f"http://127.0.0.1:{port}"
        if server == "azurite-blob":
            address += f"/{ACCOUNT}"
            until(lambda: process.poll() is not None or answers(port))
            make_container(address)
        else:
            until(lambda: process.poll() is not None or has_bucket(address))
        return address, process

    def ssh(self) -> Path:
        """A home folder whose settings lead `test-host` to OpenSSH's server; started if it is not running."""
        home = self.root / "home"
        if not home.exists():
            sshd, port = program("sshd"), free_port()
            write_ssh_settings(home / ".ssh", port)
            if os.geteuid() == 0:
                Path("/run/sshd").mkdir(exist_ok=True)  # the server insists on it
            self.run([sshd, "-D", "-e", "-f", str(home / ".ssh/sshd_config")], home)
            until(lambda: answers(port))
        return home

    def rsync_daemon(self) -> int:
        """The port of a daemon with a module; started if it is not running."""
        if self._rsync_port is None:
            self._rsync_port, folder = free_port(), self.root / "rsyncd"
            (folder / "module").mkdir(parents=True)
            settings = f"use chroot = no\n[module]\npath = {folder}/module\nread only = no\n"
            owner = "uid = root\ngid = root\n" if os.geteuid() == 0 else ""
            (folder / "rsyncd.conf").write_text(owner + settings)
            port = f"--port={self._rsync_port}"
            command = [program("rsync"), "--daemon", "--no-detach", "--address=127.0.0.1", port]
            self.run([*command, f"--config={folder}/rsyncd.conf"], folder)
            until(lambda: answers(self._rsync_port))
        return self._rsync_port

    def run(self, command: list[str], folder: Path) -> subprocess.Popen[bytes]:
        """Run a server until the tests end. Returns its process."""
        with (folder.parent / f"{folder.name}.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process


def seaweed(folder: Path, port: int) -> list[str]:
    """The arguments of SeaweedFS for one process that is a whole cluster."""
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    ports = {name: free_port() for name in ("master", "volume", "filer")}
    return [
        "server", "-dir", str(folder), "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", f"-s3.port={port}",
        "-s3.config=s3.json", "-s3.port.iceberg=0", "-s3.port.lance=0",
        "-master.volumeSizeLimitMB=64", "-volume.max=20",
        *(f"-{name}.port={number}" for name, number in ports.items()),
    ]  # fmt: skip


def rclone(folder: Path, port: int) -> list[str]:
    """The arguments of rclone for serving a folder of buckets."""
    return ["serve", "s3", "--auth-key", f"{KEY},{SECRET}", "--addr", f"127.0.0.1:{port}", str(folder)]


def azurite(folder: Path, port: int) -> list[str]:
    """The arguments of Azurite, Microsoft's emulator of its storage."""
    return [
        "--silent",
        "--disableTelemetry",
        "--skipApiVersionCheck",
        "--blobPort",
        str(port),
        "--location",
        str(folder),
    ]


def make_container(endpoint: str) -> None:
    """Make the bucket of an Azure account, with the signature that its storage wants."""
    headers = {"x-ms-date": email.utils.formatdate(usegmt=True), "x-ms-version": "2021-08-06"}
    signed = "\n".join(f"{name}:{value}" for name, value in headers.items())
    text = "PUT" + "\n" * 12 + f"{signed}\n/{ACCOUNT}/{ACCOUNT}/{BUCKET}\nrestype:container"
    signature = base64.b64encode(hmac.digest(base64.b64decode(ACCOUNT_KEY), text.encode(), "sha256")).decode()
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{signature}"
    address = f"{endpoint}/{BUCKET}?restype=container"
    urllib.request.urlopen(urllib.request.Request(address, method="PUT", headers=headers)).close()


def write_ssh_settings(folder: Path, port: int) -> None:
    """Write keys and settings of a server and a client that know each other."""
    folder.mkdir(parents=True)
    for name in ("host", "client"):
        keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(keygen, check=True, stdin=subprocess.DEVNULL)
    (folder / "authorized_keys").write_bytes((folder / "client.pub").read_bytes())
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text()}")
    server = {
        "Port": port, "ListenAddress": "127.0.0.1", "HostKey": folder / "host", "PidFile": "none",
        "AuthorizedKeysFile": folder / "authorized_keys", "StrictModes": "no", "UsePAM": "no",
        "Subsystem": "sftp internal-sftp", "MaxStartups": 100,
        "SetEnv": f"HOME={folder.parent}",  # no start-up file of the user runs in each session

    }  # fmt: skip
    client = {
        "HostName": "127.0.0.1", "Port": port, "User": getpass.getuser(), "IdentityFile": folder / "client",
        "IdentitiesOnly": "yes", "UserKnownHostsFile": folder / "known_hosts",
    }  # fmt: skip
    (folder / "sshd_config").write_text("".join(f"{key} {value}\n" for key, value in server.items()))
    (folder / "config").write_text("Host test-host\n" + "".join(f"{k} {v}\n" for k, v in client.items()))


def answers(port: int) -> bool:
    """Whether somebody listens on a port."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def has_bucket(endpoint: str) -> bool:
    """Whether a server answers. SeaweedFS makes the bucket at the first upload."""
    store = obstore.store.S3Store(
        "tests",
        endpoint=endpoint,
        access_key_id=KEY,
        secret_access_key=SECRET,
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )
    try:
        obstore.put(store, "ready", b"")
    except (OSError, obstore.exceptions.BaseError):
        return False
    return True


def program(name: str) -> str:
    """The path of a program, of the environment or the system. The test is skipped where there is none."""
    found = shutil.which(
        name, path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin"))
    )
    if found is None:
        pytest.skip(f"needs {name}, which is not installed")
    return found


def free_port() -> int:
    """A port that nobody listens on, and nobody on the one 10,000 above it, which SeaweedFS takes, too.

    Each process of pytest-xdist has a range of its own, below the ports that the system gives to clients.
    """
    own = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
    while True:
        port = 12_000 + own * 1_250 + random.randrange(1_250)
        with socket.socket() as one, socket.socket() as other, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            other.bind(("127.0.0.1", port + 10_000))
            return port


PLACES = (
    FolderPlace, GitPlace, SeaweedPlace, RclonePlace, AzuritePlace, SftpPlace, RsyncPlace, GitOverSshPlace,
)  # fmt: skip
