"""Compiled templates of this process.

Compiling the theme takes 0.2 s. After a change of a template, of a translation or of the site's title, only
the templates that differ are compiled.
"""

from __future__ import annotations

from types import CodeType
from typing import NamedTuple

import jinja2
from jinja2.bccache import Bucket

from generator.render.engine import Compilation, Engine

MOST = 100
"""Templates that are kept; the theme has twenty."""
Key = tuple[str, str | None, str, object]


class _Compiled(NamedTuple):
    code: CodeType
    compilation: Compilation


class _Bucket(Bucket):
    """A place for a template that an engine loads."""

    def __init__(self, engine: Engine, name: str, key: Key) -> None:
        super().__init__(engine, name, "")
        self.engine, self.name, self.place = engine, name, key


class CompiledTemplates(jinja2.BytecodeCache):
    """Gives an engine the templates that another one compiled, if it would compile the same."""

    def __init__(self) -> None:
        self._known: dict[Key, _Compiled] = {}

    def get_bucket(
        self, environment: jinja2.Environment, name: str, filename: str | None, source: str
    ) -> Bucket:
        """Return a template's bucket, with its code if that is known."""
        if not isinstance(environment, Engine):
            raise TypeError("only an `Engine` says what it inserted into a template")
        bucket = _Bucket(environment, name, (name, filename, source, environment.dialect))
        known = self._known.get(bucket.place)
        if known is not None and environment.reuse(name, known.compilation):
            bucket.code = known.code
        return bucket

    def set_bucket(self, bucket: Bucket) -> None:
        """Keep what an engine compiled."""
        if isinstance(bucket, _Bucket) and bucket.code is not None:
            self._known.pop(bucket.place, None)
            self._known[bucket.place] = _Compiled(bucket.code, bucket.engine.compilations[bucket.name])
            if len(self._known) > MOST:
                self._known.pop(next(iter(self._known)), None)
