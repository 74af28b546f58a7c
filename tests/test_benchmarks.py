"""The benchmarks run on a small sample and print what they should."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parent.parent
SCRIPTS = ROOT / "benchmarks"
COUNT = 12


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The modules, which import one another as scripts do."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    names = ("corpus", "measure", "ours", "peers", "plots", "edits")
    before = {*sys.modules}
    yield SimpleNamespace(**{name: __import__(name) for name in names})
    for name in {*sys.modules} - before:
        if (sys.modules[name].__dict__.get("__file__") or "").startswith(str(SCRIPTS)):
            del sys.modules[name]


@pytest.fixture
def clippings(scripts: SimpleNamespace, tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    assert scripts.corpus.write(folder, scripts.corpus.synthetic(COUNT)) == COUNT
    return folder


def run(script: str, *arguments: object) -> str:
    command = [sys.executable, str(SCRIPTS / script), *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, env={"PATH": "", "PYTHONPATH": str(ROOT)}, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_made_up_clippings_are_the_same_every_time(scripts: SimpleNamespace) -> None:
    assert [*scripts.corpus.synthetic(30)] == [*scripts.corpus.synthetic(30)]
    assert len({path for path, _ in scripts.corpus.synthetic(300)}) == 300


def test_clippings_repeat_at_an_earlier_time_under_other_titles(
    scripts: SimpleNamespace, tmp_path: Path
) -> None:
    text = "---\ntitle: A day\nurl: https://a.example/x\ndate: {day}\n---\n\n# A day\n\nIt rained.\n"
    for day in ("2024-05-01", "2024-05-09"):
        file = tmp_path / day.replace("-", "/") / "daily" / "A_A day.md"
        file.parent.mkdir(parents=True)
        file.write_text(text.format(day=day))
    made = dict(scripts.corpus.repeated(tmp_path, 3))
    assert [*made] == [
        "2024/05/01/daily/A_A day.md",
        "2024/05/09/daily/A_A day.md",
        "2024/04/17/daily/A_A day (2).md",  # two whole weeks before
    ]
    copy = made["2024/04/17/daily/A_A day (2).md"].decode()
    assert "title: A day (2)\nurl: https://a.example/x?copy=2\ndate: 2024-04-17\n" in copy
    assert "# A day (2)\n" in copy


def test_an_edit_changes_the_title_and_the_heading_alone(scripts: SimpleNamespace) -> None:
    text = '---\ntitle: "A day"\ndate: 2024-05-01\n---\n\n# A day\n\nIt rained.\n'
    edited = scripts.ours.edited(text, "zq1z")
    assert edited == '---\ntitle: "A day zq1z"\ndate: 2024-05-01\n---\n\n# A day zq1z\n\nIt rained.\n'
    assert scripts.ours.edited(edited, "zq2z") == edited.replace("zq1z", "zq2z")
    assert scripts.ours.edited("no front matter", "zq1z") == "no front matter"


def test_posts_for_the_other_generator_are_valid(scripts: SimpleNamespace, tmp_path: Path) -> None:
    file = tmp_path / "2024/05/01/daily/a.md"
    file.parent.mkdir(parents=True)
    file.write_text('---\ntitle: He said: "{{ no }}"\nsource: A: B\n---\n{{ x }} {% y %}\n')
    [(path, text)] = scripts.peers.posts(tmp_path)
    assert path.startswith("2024/05/01/")
    assert text == (
        '---\ntitle: "He said: \\"{{ no }}\\""\ndate: 2024-05-01\nsources: ["A: B"]\ndays: ["2024-05-01"]\n'
        'link: ""\n---\n{ { x }} { % y %}\n'
    )


def test_a_meter_sees_the_cost_of_a_program_and_of_those_below(scripts: SimpleNamespace) -> None:
    if not scripts.measure.PROC:
        pytest.skip("there is no /proc")
    burn = "import time; x = bytearray(60_000_000)\nwhile time.process_time() < 0.4: pass"
    below = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    cost = scripts.measure.run([sys.executable, "-c", below]).cost
    assert cost.cpu >= 0.3
    assert cost.memory >= 50


def test_stages_add_up(clippings: Path, tmp_path: Path) -> None:
    out = run("stages.py", clippings, "--workers", 1, "--json", tmp_path / "stages.json")
    assert f"{COUNT} found, {COUNT} published" in out
    rows = {row["stage"]: row for row in json.loads((tmp_path / "stages.json").read_text())["rows"]}
    assert {"discover", "look", "read", "render", "write", "all"} <= rows.keys(), rows.keys()
    parts = [row for name, row in rows.items() if name != "all"]
    assert sum(row["share"] for row in parts) == pytest.approx(1)
    assert sum(row["seconds"] for row in parts) == pytest.approx(rows["all"]["seconds"])


def test_one_command_measures_and_writes_the_page(clippings: Path, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "performance.md").write_text((ROOT / "docs/performance.md").read_text("utf-8"), "utf-8")
    work = tmp_path / "work"
    sizes = ("--sizes", COUNT, "--no-serve", COUNT, "--runs", 1, "--workers", 1)
    out = run("all.py", "--clippings", clippings, "--work", work, *sizes, "--docs", docs)
    assert f"{COUNT}: ours build" in out
    again = run("all.py", "--clippings", clippings, "--work", work, *sizes)
    assert "took" in out
    assert "took" not in again, "what was measured is measured again"
    page = (docs / "performance.md").read_text("utf-8")
    assert "| cold, s |" in page
    for name in ("cold", "memory", "unchanged", "stages"):
        assert f"performance/{name}.svg" in page
        assert (docs / "performance" / f"{name}.svg").read_text("utf-8").startswith("<svg ")


def test_saves_are_timed_under_the_server(scripts: SimpleNamespace, clippings: Path, tmp_path: Path) -> None:
    site = scripts.ours.prepare(tmp_path / "site", clippings, 1)
    before = {file: file.read_bytes() for file in clippings.rglob("*.md")}
    found = scripts.edits.measure(site, tmp_path / "log", edits=1, changed=3, starts=0, pause=0)
    assert found["article"]["count"] == 1
    assert found["article"]["p50"] > 0
    assert found["checkout"]["pages"] > 0
    assert (found["bad"], found["never"], found["checkout"]["never"]) == (0, [], [])
    assert before == {file: file.read_bytes() for file in clippings.rglob("*.md")}, "the originals changed"
    assert "first page" in "\n".join(scripts.edits.lines(found))
