"""Clippings of shapes that nobody thought of: none costs much, stops a build or the preview, or harms others.

    BROADSHEET_SHAPES=300 .venv/bin/python -m pytest tests/engine/test_hostile.py

makes as many shapes; BROADSHEET_SEED chooses others.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hostile import SIZES, Shape, shapes
from running import AS_OF, Command, until
from writing import BODY, write_clipping, write_config

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="needs limits that the system enforces"),
]

COUNT = int(os.environ.get("BROADSHEET_SHAPES", "3"))
SHAPES = [*shapes(COUNT, int(os.environ.get("BROADSHEET_SEED", "1")))]
CPU, MEMORY = 5.0, 500.0
"""Seconds, and MiB of one process, that a clipping may cost."""
LIMIT = 4000
"""MiB of address space for each process."""
GOOD = 6


def write(root: Path, *hostile: Shape) -> None:
    """Make a site of good clippings and hostile ones."""
    write_config(root)
    for n in range(GOOD):
        body = f"The {n}th press stood in cellar {n * 7}. {BODY}"
        write_clipping(root / "content", f"{n}.md", body, title=f"Title {n}")
    for shape in hostile:
        file_of(root, shape).write_bytes(shape.data)


def file_of(root: Path, shape: Shape) -> Path:
    return root / "content" / f"hostile-{shape.name[:3]}.md"


def built(root: Path, hostile: int) -> tuple[float, float, dict[str, bytes]]:
    """Build, and return seconds of CPU, MiB of the largest process, and the pages of good articles."""
    words = [sys.executable, "-m", "generator", "build", "-q", "--workers", "2", "--report", "report.json"]
    limited = ["sh", "-c", f'ulimit -v {LIMIT * 1024}; exec "$@"', "sh", *words, *AS_OF]
    with (root / "log").open("w+") as log:
        process = subprocess.Popen(limited, cwd=root, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    printed = (root / "log").read_text("utf-8", "replace")
    assert process.returncode == 0, printed
    assert "Traceback" not in printed
    report = json.loads((root / "report.json").read_text("utf-8"))
    assert report["found"] == report["published"] + len(report["skipped"]) == GOOD + hostile
    assert not [one for one in report["problems"] if "fault in Broadsheet" in (one["advice"] or "")]
    listed = subprocess.run(
        [*words[:3], "list", "--format", "jsonl"], cwd=root, capture_output=True, text=True, check=True
    )
    lines = map(json.loads, listed.stdout.splitlines())
    pages = [one["address"] for one in lines if not one["path"].startswith("hostile")]
    assert len(pages) == GOOD
    return (
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1024,
        {page: (root / "public" / page).read_bytes() for page in pages},
    )


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> tuple[float, float, dict[str, bytes]]:
    """What good clippings alone cost, and their pages."""
    root = tmp_path_factory.mktemp("good")
    write(root)
    return built(root, 0)


@pytest.mark.parametrize(
    "chosen",
    [*([one] for one in SHAPES), SHAPES],
    ids=lambda one: one[0].name[:3] if len(one) == 1 else "together",
)
def test_a_build_publishes_or_lists_it(chosen, without, tmp_path):
    write(tmp_path, *chosen)
    cpu, memory, pages = built(tmp_path, len(chosen))
    assert pages == without[2]
    assert cpu - without[0] <= CPU * len(chosen)
    assert memory - without[1] <= MEMORY


def test_the_preview_answers_shows_good_saves_and_ends(tmp_path):
    write(tmp_path)
    command = Command(tmp_path, "serve", "--port", "0", *AS_OF)
    try:
        until(lambda: "http://" in command.text, command)
        place = command.text.partition("http://")[2].split("/")[0].split()[0]
        until(lambda: page(place), command)
        for shape in SHAPES:
            file_of(tmp_path, shape).write_bytes(shape.data)
            mark = f"Good {shape.name[:3]}"
            write_clipping(tmp_path / "content", "good.md", title=mark)
            until(shown(place, mark), command)
            file_of(tmp_path, shape).unlink()
        file_of(tmp_path, SHAPES[-1]).write_bytes(SHAPES[-1].data)
        time.sleep(0.5)  # it is read now
        command.process.send_signal(signal.SIGINT)
        assert command.process.wait(60) in {0, 130}
    finally:
        command.end()
    assert "Traceback" not in command.text


def page(place: str) -> str:
    """The day's page; every answer is a whole page."""
    connection = http.client.HTTPConnection(place, timeout=60)
    try:
        connection.request("GET", "/2024/07/03/")
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    assert answer.status != 200 or "</html>" in text
    return text if answer.status == 200 else ""


def shown(place: str, mark: str) -> Callable[[], bool]:
    return lambda: mark in page(place)


def test_shapes_are_the_same_every_time_and_of_every_kind():
    made = [*shapes(30, 3)]
    assert made == [*shapes(30, 3)] != [*shapes(30, 4)]
    assert len({shape.name for shape in made}) == 30
    assert all(len(shape.data) >= min(SIZES) / 5 for shape in made)
    assert any("mixed" in shape.name for shape in made)
    assert any("… of" in shape.name for shape in made)
