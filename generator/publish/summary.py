"""What a publish would do or did, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from generator.config.hosts import HOSTS, Size, exceeded_limit
from generator.model.errors import Problem
from generator.publish.kinds import Kind, kind_function
from generator.publish.preparing import Prepared, size_of
from generator.publish.secrets import scrubbed

_HOSTS = {"github.com": "GitHub Pages"}
"""What the address of a target contains → the host that shows it."""


class Row(msgspec.Struct, kw_only=True):
    """The files of one kind. Filled while they are counted."""

    new: int = 0
    changed: int = 0
    deleted: int = 0
    bytes: int = 0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The report on a publish, as `--report` writes it."""

    target: str
    site: str | None
    """The address of the published site."""
    published: bool
    """Whether the target is now the same as the output folder."""
    kinds: dict[Kind, Row]
    kept: int
    retired: int
    """The number of files that left the site, and stay for those who have old pages in their caches."""
    questions: tuple[str, ...]
    problems: tuple[Problem, ...]
    seconds: float


def rows_of(
    prepared: Prepared, sizes: Mapping[str, int], deleted: Iterable[str] | None = None
) -> dict[Kind, Row]:
    """Return kind → what there is to do, for kinds with something to do.

    `sizes`: of the files to upload. `deleted`: what was deleted, if that is known by now.
    """
    kind_of = kind_function((*prepared.files, *prepared.before.files))
    rows = {kind: Row() for kind in Kind}
    for batch in prepared.plan.batches:
        row = rows[batch.kind]
        row.bytes += sum(sizes.get(path, 0) for path in batch.paths)
        if batch.is_new:
            row.new += len(batch.paths)
        else:
            row.changed += len(batch.paths)
    for path in prepared.plan.deletions if deleted is None else deleted:
        rows[kind_of(path)].deleted += 1
    return {kind: row for kind, row in rows.items() if row.new or row.changed or row.deleted}


def table(rows: dict[Kind, Row]) -> Iterator[str]:
    """Yield lines: each kind with its numbers of files and bytes."""
    yield f"{'':10}{'new':>10}{'changed':>10}{'deleted':>10}{'bytes':>16}"
    for kind, row in rows.items():
        yield f"{kind:10}{row.new:>10,}{row.changed:>10,}{row.deleted:>10,}{row.bytes:>16,}"


def broken_limits(address: str, prepared: Prepared, sizes: Mapping[str, int]) -> str:
    """Return what limit of the host at an address the site breaks; empty if none is known.

    `sizes`: of the files to upload. The others are looked at.
    """
    name = next((name for part, name in _HOSTS.items() if part in address), None)
    host = next((host for host in HOSTS if host.name == name), None)
    if host is None:
        return ""
    there = [sizes[path] if path in sizes else size_of(prepared.output, path) for path in prepared.files]
    size = Size(files=len(there), bytes=sum(there), largest=max(there, default=0))
    fault = exceeded_limit(host, size)
    return f"too large for {host.name} ({fault})" if fault else ""


def encode(report: Report) -> bytes:
    """Return a report as JSON. `docs/reference/command-line.md` describes its keys."""
    text = msgspec.json.format(msgspec.json.encode(msgspec.to_builtins(report)), indent=1).decode()
    return scrubbed(text).encode() + b"\n"
