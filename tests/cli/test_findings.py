from __future__ import annotations

import json
from pathlib import Path

from generator.cli import findings
from generator.cli.exit_codes import DONE
from generator.cli.findings import Findings
from generator.cli.main import run
from generator.model.errors import Problem, Severity
from generator.model.suspects import Suspect
from generator.model.types import Skipped
from writing import write_clipping, write_config

PROBLEMS = (
    Problem(path="b.md", line=2, message="50 % of\nit: a, b", advice="mend it", kind="date"),
    Problem(path="a,b:c.md", message="is odd", severity=Severity.NOTICE),
    Problem(path="b.md", message="bad", severity=Severity.ERROR, kind="image"),
    Problem(path="b.md", line=9, message="again", kind="date"),
)
FOUND = Findings(found=4, repaired=1, skipped=(Skipped(path="c.md", reason="is a draft"),), problems=PROBLEMS)


def test_text_is_by_file_with_counts_a_kind():
    assert list(findings.text(FOUND)) == [
        "a,b:c.md",
        "     -  notice: is odd [other]",
        "b.md",
        "     -  error: bad [image]",
        r"     2  warning: 50 % of\nit: a, b; mend it [date]",
        "     9  warning: again [date]",
        "skipped: c.md: is a draft",
        "by kind: date 2, image 1, other 1",
    ]


def test_of_each_kind_of_suspect_the_first_few_are_shown():
    suspects = [Suspect(kind="short", name=f"{n}.md", message="is short") for n in range(6)]
    suspects.append(Suspect(kind="links", name="Alpha", message="turned to links"))
    assert list(findings.suspect_lines(suspects)) == [
        "suspects, the most certain first:",
        *(f"  {n}.md: is short [short]" for n in range(4)),
        "  … and 2 more [short]",
        "  Alpha: turned to links [links]",
    ]
    assert not list(findings.suspect_lines([]))


def test_json_is_one_document():
    document = json.loads(findings.json(FOUND))
    assert document["counts"] == {"date": 2, "image": 1, "other": 1}
    assert document["skipped"] == [{"path": "c.md", "reason": "is a draft"}]
    assert document["problems"][2] == {
        "path": "b.md",
        "line": 2,
        "kind": "date",
        "severity": "warning",
        "message": "50 % of\nit: a, b",
        "advice": "mend it",
    }


def test_annotations_are_escaped_and_seen_from_here(tmp_path: Path):
    content = tmp_path / "site/content"
    content.mkdir(parents=True)
    (tmp_path / "site/b.md").touch()
    lines = list(findings.github(FOUND, (content, tmp_path / "site"), tmp_path))
    assert lines == [
        "::notice file=site/content/a%2Cb%3Ac.md,title=other::is odd",
        "::error file=site/b.md,title=image::bad",
        "::warning file=site/b.md,line=2,title=date::50 %25 of%0Ait: a, b; mend it",
        "::warning file=site/b.md,line=9,title=date::again",
    ]


def test_the_command_prints_each_format(tmp_path: Path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "a.md", title="A: b")
    assert run(["check", "--format", "json"]) == DONE
    assert json.loads(capfd.readouterr().out)["counts"]["front-matter"] == 1
    assert run(["check", "--format", "github"]) == DONE
    assert "::warning file=content/a.md,line=2,title=front-matter::`title` is" in capfd.readouterr().out
