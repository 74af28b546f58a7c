"""From an address to its target. A package can add a scheme by an entry point."""

from __future__ import annotations

import difflib
import hashlib
import re
import urllib.parse
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from generator.config.site import OWN_FOLDER, PublishConfig, Site
from generator.model.errors import BroadsheetError, command_error
from generator.publish.secrets import scrubbed
from generator.publish.store import Store

ENTRY_POINTS = "broadsheet.targets"
"""The group of entry points. Each has the name of a scheme, and is a `Factory`."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a target may need beside its address."""

    config: PublishConfig
    """The table `[publish.name]`."""
    cache: Path
    """A folder of Broadsheet's own. Deleting it costs time and nothing else."""
    subject: str
    """One line on this publish, such as for a commit."""


_LOCAL = ("file:", "git+file:")
_CREDENTIALS = re.compile(r"https?://[^/@]*@|://(?![^/@]*:[0-9]+/)[^@]*:[^@]*@|^(?:s3|gs|az):.*[?].*=")
"""A token or password before a host, a password with any sign in it, or a value in a query."""

Factory = Callable[[str, Settings], Store]


def opened(site: Site, config: PublishConfig, subject: str) -> Store:
    """Return the target of a table. Raises `ConfigError` for an address that cannot be used."""
    address = config.address
    if not address.startswith(_LOCAL) and _CREDENTIALS.search(address):
        advice = "take it out; docs/guide/publish.md says where credentials are kept"
        raise _unusable(f"{address.partition(':')[0]}:…", "has credentials in it", advice)
    if re.match("(?:file|sftp)://[^/]*/~", address):
        raise _unusable(scrubbed(address), "begins with `~`", "write the path from the root of the disk")
    if re.match("(?:file|sftp|s3|gs|az)://.*[?#]", address):
        advice = "in a file name write %3F and %23 for them"
        raise _unusable(scrubbed(address), "has a `?` or `#` in it", advice)
    if address.startswith("file:"):
        _check_folder(site, address)
    return factory_of(address)(
        address, Settings(config=config, cache=_cache_of(site, address), subject=subject)
    )


def _check_folder(site: Site, address: str) -> None:
    """Raise `ConfigError` if a folder is one that builds read, or the one that is published."""
    path = _path_of(address)
    advice = "name the folder that a web server shows"
    if path.is_relative_to(site.output.resolve()):
        raise _unusable(address, "is in the folder that is published", advice)
    read = (site.content, site.static, site.templates, site.cleaning, site.own)
    if any(path.is_relative_to(one.resolve()) for one in read):
        raise _unusable(address, "is in a folder that builds read", advice)


def chosen(configured: Mapping[str, PublishConfig], target: str | None) -> PublishConfig:
    """Return the table of a name in `digest.toml` or for an address; without either, the only one named.

    Raises `ConfigError` for an unknown name.
    """
    if target is None:
        if len(configured) == 1:
            return next(iter(configured.values()))
        if not configured:
            advice = (
                "give an address, such as file:///srv/www, or write one as `address` into `[publish.name]`"
            )
            raise _unusable("digest.toml", "names no place to publish to", advice)
        raise _unusable(
            "digest.toml", "names several places to publish to", f"choose one: {', '.join(configured)}"
        )
    if target in configured:
        return configured[target]
    if ":" in target:
        same = [one for one in configured.values() if one.address == target]
        return same[0] if len(same) == 1 else PublishConfig(address=target)
    close = difflib.get_close_matches(target, configured, 1)
    advice = f"did you mean {close[0]}?" if close else f"write it as `[publish.{target}]` into digest.toml"
    if target.startswith(("/", ".", "~")):
        advice = "for a folder write file:// and its absolute path, such as file:///srv/www"
    raise _unusable(target, "is neither an address nor a name in digest.toml", advice)


def notes_of(site: Site, address: str) -> Path:
    """Return the file in which a publish to an address remembers who is yet to be told."""
    return _cache_of(site, address) / "untold.json"


def _cache_of(site: Site, address: str) -> Path:
    return site.root / OWN_FOLDER / "publish" / hashlib.sha256(address.encode()).hexdigest()[:16]


def factory_of(address: str) -> Factory:
    """Return what opens the target of an address. Raises `ConfigError` for an unknown scheme."""
    scheme = urllib.parse.urlsplit(address).scheme if "://" in address else ""
    if scheme in _SCHEMES:
        return _SCHEMES[scheme]
    if not scheme and (repository := re.fullmatch(r"([\w.-]+@[\w.-]+):([^#]+\.git)(#.*)?", address)):
        advice = f"write git+ssh://{repository[1]}/{repository[2]}{repository[3] or '#pages'}"
        raise _unusable(address, "is a git repository", advice)
    name, _, rest = address.partition(":")
    if not scheme and name in _SCHEMES:
        correct = f"{name}://{rest if address.startswith(_LOCAL) else rest.lstrip('/')}"
        raise _unusable(scrubbed(address), "is not an address", f"write {correct}")
    if not scheme and re.match(r"[\w.@-]*\w:(?!//)[^:]", address):
        return _rsync
    from importlib import metadata

    for point in metadata.entry_points(group=ENTRY_POINTS):
        if point.name == scheme:
            factory: Factory = point.load()
            return factory
    known = ", ".join(f"{name}://" for name in _SCHEMES) + ", user@host:path"
    raise _unusable(scrubbed(address), "is not an address to publish to", f"use one of {known}")


def _folder(address: str, _settings: Settings) -> Store:
    from generator.publish.folder import Folder

    parts = urllib.parse.urlsplit(address)
    path = Path(urllib.parse.unquote(parts.path))
    if parts.netloc not in {"", "localhost"} or not path.is_absolute():
        raise _unusable(address, "is not the address of a folder", "write file:/// and an absolute path")
    if path == path.parent:
        raise _unusable(address, "names no folder", "add it, such as file:///srv/www")
    return Folder(path)


def _path_of(address: str) -> Path:
    return Path(urllib.parse.unquote(urllib.parse.urlsplit(address).path)).resolve()


def _git(address: str, settings: Settings) -> Store:
    from generator.publish.git import GitBranch

    url, _, branch = address.removeprefix("git+").partition("#")
    if not re.fullmatch(r"[\w][\w./-]*", branch) or ".." in branch:
        raise _unusable(scrubbed(address), "names no branch", "add it after the repository, such as #pages")
    # git refuses to make a branch HEAD. `#refs/heads/x` would make refs/heads/refs/heads/x.
    if branch.upper() == "HEAD" or branch.startswith("refs/"):
        fault, advice = (
            f"has `{branch}`, which is no name of a branch",
            "write its name alone, such as #pages",
        )
        raise _unusable(scrubbed(address), fault, advice)
    return GitBranch(url, branch, settings.cache, history=settings.config.history, subject=settings.subject)


def _cloud(address: str, settings: Settings) -> Store:
    from generator.publish.cloud import Bucket

    if not urllib.parse.urlsplit(address).netloc:
        scheme = address.partition(":")[0]
        raise _unusable(address, "names no bucket", f"write {scheme}://bucket or {scheme}://bucket/prefix")
    return Bucket(address, settings.config)


def _sftp(address: str, settings: Settings) -> Store:
    from generator.publish.sftp import Sftp

    parts = urllib.parse.urlsplit(address)
    if not re.fullmatch(r"(?:[^@]*@)?(?:[^@:]+|\[[^]]+\])(?::\d{1,5})?", parts.netloc):
        raise _unusable(address, "names no host", "write sftp://host/path or sftp://me@host:22/path")
    if not parts.path.strip("/"):
        raise _unusable(scrubbed(address), "names no folder", "add it, such as sftp://host/srv/www")
    if ".." in urllib.parse.unquote(parts.path).split("/"):
        raise _unusable(address, "has `..` in its path", "write the path without it")
    return Sftp(address, settings.config.connections)


def _rsync(address: str, _settings: Settings) -> Store:
    from generator.publish.rsync import Rsync

    return Rsync(address)


_SCHEMES: Mapping[str, Factory] = {
    "file": _folder,
    "git+https": _git,
    "git+ssh": _git,
    "git+file": _git,
    "s3": _cloud,
    "gs": _cloud,
    "az": _cloud,
    "sftp": _sftp,
    "rsync": _rsync,
}


def _unusable(target: str, message: str, advice: str) -> BroadsheetError:
    return command_error(target, message, advice, kind="host")
