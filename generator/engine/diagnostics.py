"""What reading each clipping of a followed site resulted in, and its problems; updated in place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from generator.config.options import Options, by_place
from generator.config.site import Config
from generator.engine.records import GONE, Record
from generator.engine.site_index import (
    SiteIndex,
    mark_of,
    recounted,
    told_of_sources,
    waits_until,
    with_others,
    withheld,
)
from generator.model.errors import Problem, shown
from generator.model.types import Article, Digest, Skipped


class Diagnostics:
    """The records of all clippings, and the parts of the index that derive from single clippings."""

    def __init__(
        self, config: Config, options: Options, records: dict[str, tuple[Record, bytes]], index: SiteIndex
    ) -> None:
        """`records`: path → record and its hash."""
        self._config = config
        self.records = records
        self.marks = dict(index.marks)
        self.texts = dict(index.texts)
        self._held_back = dict(index.impact.held_back)
        self._waiting = {
            path: moment
            for path, (record, _) in records.items()
            if (moment := waits_until(config, options, record))
        }

    def known(self, path: str) -> tuple[Record, bytes]:
        """Return the record of a clipping and its hash; `GONE` for an unknown path."""
        return self.records.get(path, GONE)

    def change(
        self,
        index: SiteIndex,
        digest: Digest,
        removed: Iterable[Article],
        added: Iterable[Article],
        read: Mapping[str, tuple[Record, bytes]],
        options: Options,
    ) -> SiteIndex:
        """Return the index of the changed digest, after some clippings were read again."""
        for article in removed:
            self.marks.pop(article.id, None)
            self.texts.pop(article.path, None)
        for article in added:
            record, mark = read[article.path]
            self.marks[article.id] = mark_of(article, (record.reading.article or article, mark))
            if record.body:
                self.texts[article.path] = record.body
        index = self._told(index, read, options)
        problems = told_of_sources(index.problems, self._config, digest, self._held_back)
        return msgspec.structs.replace(
            index,
            digest=digest,
            problems=problems,
            verdicts=recounted(index.verdicts, removed, added),
            waits_until=min(self._waiting.values(), default=None),
            marks=self.marks,
            texts=self.texts,
        )

    def _told(
        self, index: SiteIndex, read: Mapping[str, tuple[Record, bytes]], options: Options
    ) -> SiteIndex:
        """Return the index with the skipped files and problems of the clippings that were read."""
        skipped: list[Skipped] = []
        problems: list[Problem] = []
        repaired = index.repaired
        for path, one in read.items():
            (before, _), (record, _) = self.records.pop(path, GONE), one
            self._waiting.pop(path, None)
            self._held_back.pop(path, None)
            repaired += record.reading.repaired - before.reading.repaired
            if one is GONE:  # compared by identity: the clipping does not exist
                continue
            self.records[path] = one
            if moment := waits_until(self._config, options, record):
                self._waiting[path] = moment
            why, told = withheld(self._config, options, record)
            if why and (article := record.reading.article):
                self._held_back[path] = article.source
            skipped += [why] if why else []
            problems += told
        names = sorted(map(shown, read))
        return msgspec.structs.replace(
            index,
            repaired=repaired,
            skipped=with_others(index.skipped, names, sorted(skipped)),
            problems=with_others(index.problems, names, sorted(problems, key=by_place)),
        )
