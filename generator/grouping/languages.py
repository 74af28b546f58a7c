"""Count by language: the letters that a text needs, and articles in languages that a site does not list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from generator.config.site import FILE_NAME
from generator.model.errors import Problem, Severity

_STEPS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)
"""Numbers of articles that messages name, so that few messages change when an article arrives."""

_DENSE = frozenset({"zh", "ja", "ko"})
"""Languages that say with half as many letters what others say."""


def fewest_letters(count: int, language: str) -> int:
    """Return the number of letters of a language that say as much as `count` letters of English."""
    return count // 2 if language.partition("-")[0] in _DENSE else count


def unlisted_languages(found: Iterable[str]) -> tuple[Problem, ...]:
    """Return a notice for each language of many articles. `found`: the language of each article."""
    counts = Counter(found)
    return tuple(_notice(tag, counts[tag]) for tag in sorted(counts) if counts[tag] >= _STEPS[0])


def _notice(language: str, count: int) -> Problem:
    least = max(step for step in _STEPS if step <= count)
    return Problem(
        path=FILE_NAME,
        message=f"at least {least:,} articles are in `{language}`, which `languages` does not list",
        advice=f'add "{language}" to `languages`',
        severity=Severity.NOTICE,
        kind="language",
    )
