"""The benchmarks run on a small sample and print what they should."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parent.parent
SCRIPTS = ROOT / "benchmarks"
COUNT = 12


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The modules, which import one another as scripts do."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    names = ("charts", "corpus", "measure", "serve", "server", "sites", "words")
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
        command, capture_output=True, text=True, env={"PATH": "/bin", "PYTHONPATH": str(ROOT)}, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# --- clippings --------------------------------------------------------------------------------------


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
    edited = scripts.sites.edited(text, "zq1z")
    assert edited == '---\ntitle: "A day zq1z"\ndate: 2024-05-01\n---\n\n# A day zq1z\n\nIt rained.\n'
    assert scripts.sites.edited(edited, "zq2z") == edited.replace("zq1z", "zq2z")
    assert scripts.sites.edited("no front matter", "zq1z") == "no front matter"


def test_posts_for_hugo_are_valid(scripts: SimpleNamespace, tmp_path: Path) -> None:
    file = tmp_path / "2024/05/01/daily/a.md"
    file.parent.mkdir(parents=True)
    file.write_text('---\ntitle: He said: "{{ no }}"\nsource: A: B\n---\n{{ x }} {% y %}\n')
    [(path, text)] = scripts.sites.posts(tmp_path)
    assert path.startswith("2024/05/01/")
    assert text.decode() == (
        '---\ntitle: "He said: \\"{{ no }}\\""\nsources: ["A: B"]\ndays: ["2024-05-01"]\n'
        'link: ""\ndate: 2024-05-01\n---\n{ { x }} { % y %}\n'
    )


# --- measuring --------------------------------------------------------------------------------------


def test_a_meter_sees_the_cost_of_a_program_and_of_its_descendants(scripts: SimpleNamespace) -> None:
    if not Path("/proc/self/task").is_dir():
        pytest.skip("there is no /proc")
    burn = "import time; x = bytearray(60_000_000)\nwhile time.process_time() < 0.4: pass\ntime.sleep(1)"
    below = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    cost = scripts.measure.run([sys.executable, "-c", below])
    assert cost.cpu >= 0.3
    assert cost.memory >= 50


def test_what_measures_is_not_counted_with_a_program(
    scripts: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system passes the peak memory of a process on to the processes that it starts.

    The measuring process may still grow while it starts one, so this is tried often.
    """
    held = bytearray(150 * 1024**2)
    started = subprocess.Popen

    def grow(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        held.extend(bytearray(8 * 1024**2))
        return started(*args, **options)

    monkeypatch.setattr(subprocess, "Popen", grow)
    assert all(scripts.measure.run([sys.executable, "-c", "pass"]).memory < 100 for _ in range(8))


def test_values_that_are_missing_are_counted_apart(scripts: SimpleNamespace) -> None:
    found = scripts.measure.spread([3.0, None, 1.0, 2.0])
    assert found == {"p50": 2.0, "p95": 3.0, "most": 3.0, "count": 3, "unseen": 1}


def test_every_kind_of_build_is_measured(clippings: Path, tmp_path: Path) -> None:
    before = {file: file.read_bytes() for file in clippings.rglob("*.md")}
    results = tmp_path / "build.json"
    sizes = ("--count", COUNT - 2, "--runs", 1, "--workers", 1, "--json", results)
    out = run("build.py", clippings, "--work", tmp_path / "work", *sizes)
    assert "| clippings |  | cold, s | unchanged, s | edited, s | picked, s |" in out
    assert f"| {COUNT - 2} | Broadsheet | " in out
    found = json.loads(results.read_text())
    kinds = found["generators"]["Broadsheet"]
    assert found["clippings"] == COUNT - 2
    assert kinds["output"]["files"] > COUNT
    assert all(kinds[kind]["seconds"] > 0 for kind in ("cold", "unchanged", "edited", "picked"))
    assert before == {file: file.read_bytes() for file in clippings.rglob("*.md")}, "the originals changed"
    run("charts.py", results, "--out", tmp_path)
    assert {file.stem for file in tmp_path.glob("*.svg")} == {"cold", "memory", "unchanged"}


@pytest.mark.slow
def test_every_kind_of_save_is_timed_and_shown(clippings: Path, tmp_path: Path) -> None:
    results = tmp_path / "serve.json"
    options = ("--repeat", 1, "--wide", 1, "--quiet", 0.25, "--workers", 1, "--json", results)
    out = run("serve.py", clippings, "--work", tmp_path / "work", *options)
    assert "| article edited → article |" in out
    found = json.loads(results.read_text())["generators"]["Broadsheet"]
    timed = {kind: one for kind, one in found.items() if "p50" in one}
    assert len(timed) == 23
    assert {kind: one["unseen"] for kind, one in timed.items() if one["unseen"] or not one["count"]} == {}
    assert found["all pages after article.html"]["unseen"] == 0
    assert found["server"]["bad"] == 0


@pytest.mark.parametrize(
    ("script", "arguments", "said"),
    [
        ("parts.py", ["CLIPPINGS", "--passes", 1], "day.html"),
        ("corpus.py", ["WORK", "--articles", 3], "3 clippings in"),
        ("words.py", ["CONTENT"], "unexplained                       0 texts        0 words"),
    ],
)
def test_every_other_script_runs(
    script: str, arguments: list[object], said: str, clippings: Path, tmp_path: Path
) -> None:
    places = {"CLIPPINGS": clippings, "WORK": tmp_path / "work", "CONTENT": ROOT / "content"}
    out = run(script, *(places.get(one, one) if isinstance(one, str) else one for one in arguments))
    assert said in out


@pytest.mark.browser
def test_a_site_is_searched(clippings: Path, tmp_path: Path) -> None:
    build_in(tmp_path, clippings)
    listed = broadsheet(tmp_path, "list", "--content", clippings, "--format", "jsonl")
    (tmp_path / "articles.jsonl").write_bytes(listed)
    out = run("search.py", tmp_path / "out", tmp_path / "articles.jsonl", "--queries", 3, "--recall")
    assert "recall 1.0000" in out
    assert "kB" in out


@pytest.mark.browser
def test_a_day_is_looked_at_in_two_sizes(clippings: Path, tmp_path: Path) -> None:
    build_in(tmp_path, clippings)
    wide, phone = run("glance.py", tmp_path / "out").splitlines()
    assert wide.startswith("/ wide")
    assert json.loads(phone.partition("{")[1] + phone.partition("{")[2])["overflow"] == 0


def build_in(folder: Path, clippings: Path) -> None:
    """Build a site of some clippings, into `out` of a folder."""
    broadsheet(folder, "build", "--content", clippings, "-o", "out")


def broadsheet(folder: Path, *arguments: object) -> bytes:
    """Run a command in a folder, and return what it prints."""
    command = [sys.executable, "-m", "generator", *map(str, arguments)]
    environment = {"PATH": "/bin", "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment).stdout


def test_the_cleaning_of_labelled_clippings_is_scored(clippings: Path, tmp_path: Path) -> None:
    labelled = next(file for file in sorted(clippings.rglob("*.md")) if file.read_text().count("\n\n") > 2)
    path = labelled.relative_to(clippings).as_posix()
    label = {"path": path, "main": [1], "optional": [], "title": [0], "link_only": False, "note": "extra"}
    (tmp_path / "labels.jsonl").write_text(json.dumps(label) + "\n")
    out = run("cleaning.py", clippings, tmp_path / "labels.jsonl", "--ablation")
    assert "without families" in out
    assert "without before the title" in out


# --- the server's pages -----------------------------------------------------------------------------


class Pages:
    """A reader of a page that shows one text after the other, then the last one for ever."""

    def __init__(self, *shown: str) -> None:
        self.shown = [*shown]

    def get(self, _: str) -> str:
        return self.shown.pop(0) if len(self.shown) > 1 else self.shown[0]


def test_an_index_is_measured_from_build_to_save(clippings: Path, tmp_path: Path) -> None:
    out = run("index.py", clippings, "--work", tmp_path / "work", "--runs", 1, "--edits", 1)
    assert [line.partition(":")[0] for line in out.splitlines()[:3]] == ["seconds", "CPU", "MiB"]
    assert f"{COUNT} articles: " in out
    assert "\nedited: 2 files, " in out
    assert "save → found, ms: " in out
    assert "inf" not in out


def test_a_page_is_asked_for_until_it_shows_a_save_or_the_server_is_idle(scripts: SimpleNamespace) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as idle:
        pages = Pages("old", "old", "new")
        server = scripts.server.Server(idle, pages, 0.0, 0.05)
        steps = [
            scripts.serve.Step("shown", lambda: None, "/", scripts.serve.has("new")),
            scripts.serve.Step("never", lambda: None, "/", scripts.serve.has("newer")),
            scripts.serve.Step("", lambda: pages.shown.append("another")),
            scripts.serve.Step("differs", lambda: pages.shown.extend(["", "last"]), "/"),
        ]
        found = scripts.serve.follow(server, steps)
        idle.communicate(b"\n")
    assert {kind: (one["count"], one["unseen"]) for kind, one in found.items()} == {
        "shown": (1, 0),
        "never": (0, 1),
        "differs": (1, 0),
    }


# --- charts -----------------------------------------------------------------------------------------


def test_charts_are_small_legible_and_the_same_every_time(scripts: SimpleNamespace) -> None:
    def results(count: int) -> dict[str, Any]:
        cold = {"seconds": count / 900, "memory": 80 + count / 40}
        late = {"p50": 40.0 + count / 10_000}
        ours = {"cold": cold, "unchanged": {"seconds": 0.2}, "article edited → article": late}
        return {"clippings": count, "generators": {"Broadsheet": ours, "Hugo": {"cold": cold}}}

    made = dict(scripts.charts.charts([results(10_000), results(1_000)]))
    assert made == dict(scripts.charts.charts([results(1_000), results(10_000)]))
    assert {*made} == {"cold.svg", "memory.svg", "unchanged.svg", "serve.svg"}
    for svg in made.values():
        assert len(svg) < 10_000
        ElementTree.fromstring(svg)
        assert "prefers-color-scheme: dark" in svg


def test_a_word_that_is_lost_counts_for_where_it_was(scripts: SimpleNamespace) -> None:
    text = "1. one [two](three)\n\n<!-- four --> <b class=five>six</b> seven"
    loss = scripts.words.loss_of(text, "<li>one <a>two</a></li> <b>six</b>")
    assert {kind: [*own] for kind, own in loss.items()} == {
        "list number": ["1"],
        "address": ["three"],
        "comment": ["four"],
        "tag": ["b", "class", "five"],
        "unexplained": ["seven"],
    }
