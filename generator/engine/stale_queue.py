"""Outdated files of a followed site: queued, made one by one, and put in place immediately."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from generator.cache.rows import Standing
from generator.cache.stamps import NONE, Stamp, stamp_at
from generator.cache.store import Cache
from generator.config.site import Site
from generator.engine import page_tasks
from generator.engine.output_status import inputs_of
from generator.engine.render_context import Feed, Output, RenderContext
from generator.engine.writing import Wrote, article_parts, feed_entries, listed_html
from generator.model.types import Article
from generator.output.manifest import Manifest
from generator.output.patch import Patch
from generator.render.pages import Page


class StaleQueue:
    """The files in the output folder, and a queue of those that must be made again."""

    def __init__(self, site: Site, cache: Cache, wrote: Wrote) -> None:
        self._output, self._cache = site.output, cache
        self._patch = Patch(site.output, wrote.files)
        self._inputs = {one.path: inputs_of(one) for one in wrote.outputs}
        self._static = {one.path for one in wrote.outputs if isinstance(one.content, Path)}
        self._unsettled: dict[str, Stamp] = {}
        self._pending: dict[str, tuple[RenderContext, Output]] = {}

    @property
    def pending(self) -> frozenset[str]:
        """Paths of the outdated files."""
        return frozenset(self._pending)

    def __contains__(self, path: str) -> bool:
        """Return whether a file is outdated."""
        return path in self._pending

    @property
    def files(self) -> Collection[str]:
        """Paths of all files that were made."""
        return self._inputs.keys()

    @property
    def digests(self) -> Mapping[str, str]:
        """Path → digest of the files in place; a live view."""
        return self._patch.files

    @property
    def first(self) -> str | None:
        """Path of an outdated file; None if there is none."""
        return next(iter(self._pending), None)

    @property
    def is_behind(self) -> bool:
        """Whether files, or the manifest, are still to be written."""
        return self._patch.is_behind or bool(self._pending)

    def makes(self, path: str) -> bool:
        """Return whether a file is made, not copied from `static/`."""
        return path in self._inputs and path not in self._static

    def plan(self, rendering: RenderContext, outputs: Sequence[Output]) -> None:
        """Replace the queue with the outdated ones among all planned files."""
        self._static = {one.path for one in outputs if isinstance(one.content, Path)}
        self._pending = {
            one.path: (rendering, one) for one in outputs if inputs_of(one) != self._inputs.get(one.path)
        }

    def note(self, rendering: RenderContext, outputs: Sequence[Output]) -> list[str]:
        """Queue the outdated ones among some files, replacing their earlier entries. Returns their paths."""
        stale = [
            one
            for one in outputs
            if one.path not in self._static and inputs_of(one) != self._inputs.get(one.path)
        ]
        self.forget(one.path for one in outputs)
        self._pending |= {one.path: (rendering, one) for one in stale}
        return [one.path for one in stale]

    def forget(self, paths: Iterable[str]) -> None:
        """Remove files from the queue, because their plan may no longer hold."""
        for path in paths:
            self._pending.pop(path, None)

    def delete(self, paths: Iterable[str]) -> list[str]:
        """Delete files that were made, except static files. Returns the deleted paths, sorted."""
        ended = set(paths) - self._static
        self.forget(ended)
        deleted = sorted(ended & self._inputs.keys())
        with self._patch.open():
            for path in deleted:
                del self._inputs[path]
                self._patch.delete(path)
        self._unsettled |= dict.fromkeys(deleted, NONE)
        return deleted

    def make(self, path: str) -> None:
        """Make a file again if it is outdated."""
        if path not in self._pending:
            return
        rendering, output = self._pending[path]
        data = bytes_of(rendering, output)
        with self._patch.open():
            self._patch.put(path, data)
            self._unsettled[path] = stamp_at(self._output / path)
        self._inputs[path] = inputs_of(output)
        del self._pending[path]

    def settle(self, as_of: dt.date) -> None:
        """Make all outdated files, and write the manifest."""
        while (path := self.first) is not None:
            self.make(path)
        if not self._patch.is_behind:
            return
        with self._patch.open():
            self._patch.settle(Manifest(as_of=as_of, files=self._patch.files))
        standing = [
            (path, Standing(self._inputs[path], bytes.fromhex(digest), stamp))
            for path, stamp in self._unsettled.items()
            if path in self._inputs and (digest := self._patch.files.get(path))
        ]
        with self._cache.together():
            self._cache.keep_standing(self._output, standing)
            self._cache.drop_standing(self._output, self._unsettled.keys() - self._inputs.keys())
        self._unsettled.clear()


def bytes_of(rendering: RenderContext, output: Output) -> bytes:
    """Return the content of a file."""
    cache = rendering.context.cache
    match output.content:
        case Page(subject=Article()) as page:
            view, description, text = article_parts(rendering, page)
            body = page_tasks.body_of(cache, text) if text else None
            return page_tasks.article_html(rendering.theme, rendering.maker, view, description, body)
        case Page() as page:
            return listed_html(rendering, page)
        case Feed() as feed:
            entries = feed_entries(rendering, feed)
            return page_tasks.feed_bytes(feed.form, feed.meta, page_tasks.entries_with(entries, cache))
        case bytes() as data:
            return data
    return output.content.read_bytes()
