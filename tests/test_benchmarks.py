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
    names = ("bars", "corpus", "drawing", "edits", "measure", "ours", "peers", "plots", "served", "words")
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
    burn = "import time; x = bytearray(60_000_000)\nwhile time.process_time() < 0.4: pass\ntime.sleep(1)"
    below = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    cost = scripts.measure.run([sys.executable, "-c", below]).cost
    assert cost.cpu >= 0.3
    assert cost.memory >= 50


def test_what_measures_is_not_counted_with_a_program(
    scripts: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system hands the most memory that a process held on to the processes that it starts.

    What measures may still grow while it starts one, so that each is tried often.
    """
    held = bytearray(150 * 1024**2)
    started = subprocess.Popen

    def grow(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        held.extend(bytearray(8 * 1024**2))
        return started(*args, **options)

    monkeypatch.setattr(subprocess, "Popen", grow)
    assert all(scripts.measure.run([sys.executable, "-c", "pass"]).cost.memory < 100 for _ in range(8))


def test_stages_add_up(clippings: Path, tmp_path: Path) -> None:
    out = run("stages.py", clippings, "--workers", 1, "--json", tmp_path / "stages.json")
    assert f"{COUNT} found, {COUNT} published" in out
    rows = {row["stage"]: row for row in json.loads((tmp_path / "stages.json").read_text())["rows"]}
    assert {"discover", "look", "read", "render", "write", "all"} <= rows.keys(), rows.keys()
    parts = [row for name, row in rows.items() if name != "all"]
    assert sum(row["share"] for row in parts) == pytest.approx(1)
    assert sum(row["seconds"] for row in parts) == pytest.approx(rows["all"]["seconds"])


@pytest.mark.slow
def test_one_command_measures_and_writes_the_page(clippings: Path, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "performance.md").write_text((ROOT / "docs/performance.md").read_text("utf-8"), "utf-8")
    work = tmp_path / "work"
    sizes = ("--sizes", COUNT, COUNT // 2, "--made-up", COUNT // 2, "--no-serve", COUNT)
    sizes += ("--runs", 1, "--workers", 1)
    out = run("all.py", "--clippings", clippings, "--work", work, *sizes, "--docs", docs)
    assert f"{COUNT}: ours build" in out
    again = run("all.py", "--clippings", clippings, "--work", work, *sizes)
    assert "took" in out
    assert "took" not in again, "what was measured is measured again"
    page = (docs / "performance.md").read_text("utf-8")
    assert "| cold, s |" in page
    assert f"| {COUNT // 2}, made up | Broadsheet |" in page
    assert "articles" in (work / f"{COUNT // 2}/ours/digest.toml").read_text()
    for name in ("cold", "memory", "unchanged", "stages"):
        assert f"performance/{name}.svg" in page
        assert (docs / "performance" / f"{name}.svg").read_text("utf-8").startswith("<svg ")


@pytest.mark.parametrize(
    ("script", "arguments", "said"),
    [
        ("reading.py", ["CLIPPINGS", "--passes", 1], "clipping_of"),
        ("markdown.py", ["CLIPPINGS", "--passes", 1], "body_html"),
        ("templates.py", ["--articles", 60, "--a-day", 30, "--passes", 1], "day.html"),
        ("stories.py", ["--articles", 200, "--changes", 2], "one changed"),
        ("following.py", ["CLIPPINGS", "--work", "WORK", "--edits", 2], "make: render"),
    ],
)
def test_every_script_for_functions_runs(
    script: str, arguments: list[object], said: str, clippings: Path, tmp_path: Path
) -> None:
    places = {"CLIPPINGS": clippings, "WORK": tmp_path / "work"}
    out = run(script, *(places.get(one, one) if isinstance(one, str) else one for one in arguments))
    assert said in out
    assert "not found" not in out, "what a script times has another name now"


def test_the_cleaning_of_labelled_clippings_is_scored(clippings: Path, tmp_path: Path) -> None:
    labelled = next(file for file in sorted(clippings.rglob("*.md")) if file.read_text().count("\n\n") > 2)
    path = labelled.relative_to(clippings).as_posix()
    label = {"path": path, "main": [1], "optional": [], "title": [0], "link_only": False}
    (tmp_path / "labels.jsonl").write_text(json.dumps(label) + "\n")
    out = run("cleaning.py", clippings, tmp_path / "labels.jsonl", "--time")
    assert "F1" in out
    assert "cleaning: median" in out


# --- saves ------------------------------------------------------------------------------------------


def test_saves_are_timed_under_the_server(scripts: SimpleNamespace, clippings: Path, tmp_path: Path) -> None:
    site = scripts.ours.prepare(tmp_path / "site", clippings, 1)
    before = {file: file.read_bytes() for file in clippings.rglob("*.md")}
    found = scripts.edits.measure(site, tmp_path / "log", edits=1, changed=3, starts=0)
    for kind in ("article", "day"):
        assert found[kind]["count"] == 1
        assert 0 < found[kind]["p50"] < 60_000
    assert found["checkout"]["pages"] > 0
    assert (found["bad"], found["unseen"], found["never"]) == (0, 0, [])
    assert before == {file: file.read_bytes() for file in clippings.rglob("*.md")}, "the originals changed"
    assert "first page" in "\n".join(scripts.edits.lines(found))


class Pages:
    """A reader of pages that show what they are told to, GET for GET, and then the same for ever."""

    def __init__(self, **shown: list[str]) -> None:
        self.shown = shown
        self.asked: list[str] = []

    def marks(self, page: str) -> frozenset[str]:
        self.asked.append(page)
        answers = self.shown[page]
        return frozenset((answers.pop(0) if len(answers) > 1 else answers[0]).split())


def server_of(scripts: SimpleNamespace, pages: Pages) -> SimpleNamespace:
    idle = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    return scripts.served.Server(idle, pages, 0.0)


def test_pages_are_watched_in_turn_until_the_server_rests(scripts: SimpleNamespace) -> None:
    pages = Pages(slow=["", "", "a"], never=["old"], half=["a", "a", "a b"])
    server = server_of(scripts, pages)
    try:
        seen = server.watch({"slow": {"a"}, "never": {"a"}, "half": {"a", "b"}})
    finally:
        server.process.communicate(b"\n")
    assert pages.asked[:6] == ["slow", "never", "half"] * 2
    assert (pages.asked.count("slow"), pages.asked.count("half")) == (3, 3), "asked for once it was right"
    assert {page: marks for page, (_, marks) in seen.items()} == {
        "slow": {"a"},
        "never": {"old"},
        "half": {"a", "b"},
    }
    assert seen["never"][0] < seen["slow"][0] < seen["half"][0] < seen["never"][0] + 0.5


def test_a_page_is_wrong_only_where_a_clean_build_has_what_it_lacks(
    scripts: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wrong.html").write_text("<title>zq1z zq2z</title>")
    (tmp_path / "folded.html").write_text("<title>one more</title>")
    built = []
    clean = SimpleNamespace(
        folder=tmp_path, build=lambda: ["build"], file=lambda page: tmp_path / f"{page}.html"
    )
    monkeypatch.setattr(scripts.edits, "run", lambda *given: built.append(given))
    site = SimpleNamespace(clean=lambda: clean)
    pages = Pages(right=["zq1z"], wrong=["zq1z"], folded=[""], gone=[""])
    server = SimpleNamespace(settle=lambda: None, reader=pages)
    assert scripts.edits.wrong(site, server, {"right": {"zq1z"}}) == []
    assert not built, "built though no page lacks anything"
    due = {"right": {"zq1z"}, "wrong": {"zq1z", "zq2z"}, "folded": {"zq3z"}, "gone": {"zq4z"}}
    assert scripts.edits.wrong(site, server, due) == ["wrong"]
    assert len(built) == 1


# --- the page ---------------------------------------------------------------------------------------


def results(scripts: SimpleNamespace) -> dict[str, Any]:
    """Results such as those of a whole run."""

    def built(seconds: float, memory: float, unchanged: float) -> dict[str, Any]:
        one = {"seconds": seconds, "cpu": 1.5 * seconds, "memory": memory, "runs": 1}
        return {"cold": one, "unchanged": {**one, "seconds": unchanged}, "out": {"files": 9, "mib": 1.0}}

    def served(middle: float) -> dict[str, Any]:
        late = {"p50": middle, "p95": 2 * middle, "most": 3 * middle, "count": 10}
        return {"article": late, "day": late, "warm": 2.0, "memory": 300.0, "bad": 0, "never": []}

    rows = [{"stage": stage, "seconds": 1.0, "share": 0.25} for stage in ("read", "write", "group", "all")]
    found: dict[str, Any] = {}
    for size in (1_000, 10_000, 50_000, 143_500):
        found[str(size)] = {
            "hugo build": built(size / 1000, size / 5, size / 1000),
            "ours build": built(size / 900, size / 40, size / 30_000),
            "ours stages": {"rows": rows, "workers": 2},
            "hugo serve": served(size / 10),
            "ours serve": served(60 + size / 10_000),
        }
    found["1000000"] = {"made up": True, "ours build": built(900, 2000, 20)}
    return {"said": "Measured.", "note": "It was quiet.", "sizes": found}


def test_no_word_of_the_sample_is_lost_without_a_reason() -> None:
    assert "unexplained                       0 texts        0 words" in run("words.py", ROOT / "content")


def test_a_word_that_is_lost_is_put_down_to_where_it_stood(
    scripts: SimpleNamespace,
) -> None:
    text = "1. one [two](three)\n\n<!-- four --> <b class=five>six</b> seven"
    loss = scripts.words.loss_of("a.md", text, "<li>one <a>two</a></li> <b>six</b>")
    assert {kind: [*own] for kind, own in loss.kinds.items()} == {
        "list number": ["1"],
        "address": ["three"],
        "comment": ["four"],
        "tag": ["b", "class", "five"],
        "unexplained": ["seven"],
    }


def test_the_page_says_which_bars_are_missed(scripts: SimpleNamespace) -> None:
    found = results(scripts)
    assert "bars hold. Missed: " in (said := scripts.bars.sentence(found))
    assert "143,500 unchanged: 4.78 s (4 wanted)" in said
    assert "cold build" not in said, "1.11 times Hugo's time is no miss"
    found["sizes"]["143500"]["ours build"]["unchanged"]["seconds"] = 3.9
    assert scripts.bars.sentence(found).startswith("All ")
    found["sizes"]["143500"]["ours build"]["cold"] |= {"seconds": 239.2, "memory": 7000.0}
    assert "cold build of 143,500: 1.67 times Hugo's time (1.2 wanted)" in scripts.bars.sentence(found)
    assert "cold build of 143,500: 1.50 times linear from 10,000 (1.1 wanted)" in scripts.bars.sentence(found)
    assert "0.24 times Hugo's memory (0.17 wanted)" in scripts.bars.sentence(found)


def test_plots_are_small_and_the_same_every_time(scripts: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "performance.md").write_text((ROOT / "docs/performance.md").read_text("utf-8"), "utf-8")
    scripts.plots.write(results(scripts), tmp_path)
    first = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert {file.stem for file in first} == {
        "performance", "cold", "memory", "unchanged", "serve", "stages",
    }  # fmt: skip
    scripts.plots.write(results(scripts), tmp_path)
    assert first == {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    for file, data in first.items():
        if file.suffix == ".svg":
            assert len(data) < 20_000
            ElementTree.fromstring(data)
            assert b"prefers-color-scheme: dark" in data
    page = (tmp_path / "performance.md").read_text("utf-8")
    assert "| 1,000,000, made up | Broadsheet |" in page
    assert "Measured. It was quiet.\n" in page


def test_colours_stand_out_in_light_and_dark(scripts: SimpleNamespace) -> None:
    def light(colour: str) -> float:
        parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colour in (*scripts.drawing.COLOURS, scripts.drawing.REST):
        for paper in (scripts.drawing.LIGHT, scripts.drawing.DARK):
            low, high = sorted((light(colour), light(paper)))
            assert (high + 0.05) / (low + 0.05) >= 3, (colour, paper)


def test_hostile_clippings_are_the_same_every_time_and_of_every_kind(scripts: SimpleNamespace) -> None:
    hostile = __import__("hostile")
    made = [*hostile.shapes(60, 3)]
    assert made == [*hostile.shapes(60, 3)] != [*hostile.shapes(60, 4)]
    assert len({shape.name for shape in made}) == 60
    assert all(len(shape.data) >= 4_000 for shape in made)
    assert any("mixed" in shape.name for shape in made)
    assert any("… of" in shape.name for shape in made)


def test_a_hostile_clipping_is_held_against_a_build_without_it(tmp_path: Path) -> None:
    printed = run("hostile.py", "--work", tmp_path / "work", "--shapes", 1)
    assert "1 held, 0 failed" in printed
    assert "MiB" in printed
