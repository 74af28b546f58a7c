"""Clippings in `tests/cases/clippings`, each beside what it is read as.

`BROADSHEET_WRITE_CASES=1 pytest tests/reading/test_clipping_cases.py` writes the expectations; read the diff.
"""

import json
import os
from pathlib import Path

import msgspec
import pytest
from reading_rules import rules

from generator.reading.article import article_of
from generator.reading.frontmatter import read_clipping

CASES = Path(__file__).parents[1] / "cases" / "clippings"


@pytest.mark.parametrize("case", sorted(CASES.glob("*.md")), ids=lambda case: case.stem)
def test_clipping_is_read_as_its_writer_meant_it(case):
    read = as_json(case)
    expected = case.with_suffix(".json")
    if os.environ.get("BROADSHEET_WRITE_CASES"):
        expected.write_text(json.dumps(read, indent=2, ensure_ascii=False) + "\n", "utf-8")
    assert read == json.loads(expected.read_text("utf-8"))


def test_every_expectation_has_its_clipping():
    assert {f.stem for f in CASES.glob("*.json")} == {f.stem for f in CASES.glob("*.md")}


def as_json(case):
    clipping, problems = read_clipping(case.parent, case.name)
    reading = article_of(clipping, rules())
    fields = msgspec.structs.asdict(reading.article) if reading.article else {}
    article = {
        key: value
        for key, value in json.loads(msgspec.json.encode(fields)).items()
        if value and key not in {"signature", "features"}
    }
    return {
        "article": {key: value for key, value in article.items() if value},
        "text": reading.text,
        "repaired": reading.repaired,
        "skipped": reading.skipped.reason if reading.skipped else None,
        "problems": [f"{p.severity}: {p}" for p in (*problems, *reading.problems)],
    }
