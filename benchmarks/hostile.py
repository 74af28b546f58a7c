"""Make hostile clippings from a grammar, and hold builds and the preview against them.

    python benchmarks/hostile.py --work FOLDER [--shapes 300] [--seed 1] [--only WORD] [--limit MIB]
    python benchmarks/hostile.py --work FOLDER --together
    python benchmarks/hostile.py --work FOLDER --serve

Each construct of Markdown, HTML and YAML is repeated, nested, left unclosed, made long, or mixed with others,
in clippings of 20 kB, 1 MB and 10 MB. By default each clipping is built in a site of its own, beside good
ones, and its cost is what the build takes more than without it. `--together` puts all of them into one site;
`--serve` saves them one after another under `broadsheet serve`. `--limit` bounds the address space of each
process.

A shape fails where it takes more than 5 s of CPU or 500 MiB, where the build fails, where a page of a good
clipping changes, or where the clipping is neither published nor listed with its reason. Ends with 1 where one
failed.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from corpus import synthetic, write
from measure import Meter
from ours import environment

CPU, MEMORY = 5.0, 500.0
"""Seconds and MiB that a clipping may cost."""
ANSWER = 2.0
"""Seconds in which the preview must answer, whatever was saved."""
SIZES = (20_000, 20_000, 20_000, 1_000_000, 1_000_000, 10_000_000)
GOOD = 12
DAY = "2024/07/31"


class Construct(NamedTuple):
    """A piece of markup: what opens it, what stands in it, and what closes it."""

    opening: str
    inner: str = "x"
    closing: str = ""


BODY = (
    Construct("*", "a", "* "), Construct("**", "a", "** "), Construct("_a ", "*b", "_ "),
    Construct("`", "a", "` "), Construct("``` ", "\na\n", "\n```\n"), Construct("~~~", "\n"),
    Construct("[", "a", "](b) "), Construct("![", "a", "](b.png) "), Construct("[a](", "<b", ")"),
    Construct("[a][", "b", "]\n"), Construct("[a]: ", "b", "\n"), Construct("[^a]: ", "b\n", "\n"),
    Construct("[[", "a", "]]"), Construct("![[", "a.png", "]]"), Construct("<http://", "a.b", "> "),
    Construct("http://a.b/", "(", " "), Construct("a@", "b.c", " "), Construct("> ", "a", "\n"),
    Construct("- ", "a", "\n"), Construct("1. ", "a", "\n"), Construct("  - ", "a", "\n"),
    Construct("# ", "a", "\n"), Construct("a\n", "=", "\n"), Construct("    ", "a", "\n"),
    Construct("|a|b|\n|-|-|\n", "|c|d|\n", "\n"), Construct("|", "a"), Construct("\\", "*"),
    Construct("&", "amp", ";"), Construct("&#x", "41", ";"), Construct("~~", "a", "~~ "),
    Construct("a  \n", "b"), Construct("- [ ] ", "a", "\n"), Construct("<b title=i>", "a", "</b>"),
    Construct("<b title=i>", "<p>x"), Construct("<p>", "a", "</p>"), Construct("<div>", "a", "</div>"),
    Construct("<div>\n\n", "a", "\n\n</div>\n"), Construct("<a href=b>", "c", "</a>"),
    Construct("<table><tr><td>", "a", "</td></tr></table>"), Construct("<td colspan=99 rowspan=99>", "a"),
    Construct("<table>", "<tr>", ""), Construct("<ul><li>", "a", "</ul>"), Construct("<img ", "a=b ", ">"),
    Construct("<img src=", "a.png", ">"), Construct("<!-- ", "a", " -->"), Construct("<!--", "-"),
    Construct("<script>", "a", "</script>"), Construct("<style>", "a{}", "</style>"),
    Construct("<?php ", "a", " ?>"), Construct("<![CDATA[", "a", "]]>"), Construct("<!DOCTYPE ", "a", ">"),
    Construct("<!ENTITY ", "a", ">\n"), Construct("<svg><path d='", "M0 0", "'/></svg>"),
    Construct("<math><mi>", "a", "</mi></math>"), Construct("<template>", "a", "</template>"),
    Construct("<select><option>", "a", "</select>"), Construct("<form><input>", "a", "</form>"),
    Construct("<iframe src=a>", "b", "</iframe>"), Construct("<pre>", "a", "</pre>"),
    Construct("<details><summary>", "a", "</summary></details>"), Construct("<font size=1>", "<nobr>"),
    Construct("<ruby>", "<rt>a", "</ruby>"), Construct("<", "a"), Construct("</", "a", ">"),
    Construct("<a b='", "c"), Construct("\ufdfa", "\ufdfa"), Construct("\u0301", "\u0301"),
    Construct("\u202e", "a", "\u202c"), Construct("\u200b", "\u200d"), Construct("锟斤拷", "烫"),
    Construct("Ã¤", "â€œ"), Construct("cve 关于", "漏洞", "；"), Construct("aaaa", ";", ""),
    Construct("{{", "a", "}}"), Construct("{% ", "a", " %}"), Construct("$", "a", "$ "),
    Construct("\x00", "a"), Construct("\r", "a", "\r\n"), Construct("\t", "a", "\n"), Construct("1", "2"),
    Construct("----------", "\n", "\n"), Construct("Share\n\n", "Tweet", "\n\n"),
    Construct("Posted on 2024-01-02 by a ", "b", "\n\n"), Construct("原创 ", "微信扫一扫", "\n\n"),
)  # fmt: skip
"""Markdown, HTML and characters of a body."""

FIELDS = (
    "title: {}", "title: '{}'", 'title: "{}"', "source: {}", "url: https://a.example/{}", "url: {}",
    "author: {}", "tags: [{}]", "tags: {}", "summary: {}", "date: {}", "fetch_date: {}", "id: {}",
    "aliases: [{}]", "lang: {}", "{}: a", "{}", "title: [{}]", "title: {{{}}}", "digest_note: {}",
)  # fmt: skip
"""Lines of front matter; `{}` is the place of the markup."""

YAML = (
    Construct("[", "a", "]"), Construct("{a: ", "b", "}"), Construct("- ", "a", "\n"),
    Construct("? ", "a", "\n"), Construct("&a ", "*a ", ""), Construct("'", "''", "'"),
    Construct('"', "\\n", '"'), Construct("!!python/object:", "a", " "), Construct("2024-01-02", "T", ""),
    Construct("1:", "1"), Construct("\ufdfa", "a"), Construct("aaaa", ";"), Construct("a: ", "b: "),
    Construct("#", " "), Construct("cve 关于", "漏洞"), Construct("&amp;", "&#38;"), Construct("0x", "f"),
    Construct("%", "41"),
)  # fmt: skip
"""What stands in a field."""


def repeated(one: Construct, size: int) -> str:
    """A construct, again and again."""
    unit = f"{one.opening}{one.inner}{one.closing}"
    return unit * (size // len(unit.encode()) + 1)


def nested(one: Construct, size: int) -> str:
    """A construct inside itself."""
    count = size // (len(f"{one.opening}{one.closing}".encode()) or 1) + 1
    return one.opening * count + one.inner + one.closing * count


def unclosed(one: Construct, size: int) -> str:
    """Openings first, then as much text of other lines."""
    count = size // (2 * len(one.opening.encode())) + 1
    return f"{one.opening * count}\n\n" + f"{one.inner}\n" * (size // (2 * len(one.inner.encode()) + 2))


def closed_late(one: Construct, size: int) -> str:
    """Openings each with their content and never a closing, by lines."""
    unit = f"{one.opening}{one.inner}\n"
    return unit * (size // len(unit.encode()) + 1) + one.closing


def long(one: Construct, size: int) -> str:
    """A single construct with a long content."""
    return f"{one.opening}{one.inner * (size // len(one.inner.encode()) + 1)}{one.closing}"


MODES: tuple[Callable[[Construct, int], str], ...] = (repeated, nested, unclosed, closed_late, long)


class Shape(NamedTuple):
    """A hostile clipping."""

    name: str
    data: bytes


def shapes(count: int, seed: int) -> Iterator[Shape]:
    """As many hostile clippings, the same ones for a seed: every construct in turn, one in six a mixture."""
    chance = random.Random(seed)  # noqa: S311 - the same clippings every time
    turns = [(one, mode) for mode in MODES for one in BODY]
    chance.shuffle(turns)
    for number in range(count):
        size, kind = chance.choice(SIZES), number % 6
        if kind == 5:
            parts = [
                chance.choice(MODES)(chance.choice(BODY), size // 8) for _ in range(chance.randint(2, 8))
            ]
            yield _clipping(number, f"mixed of {len(parts)}, {size}", "\n\n".join(parts))
        elif kind == 4:
            line, one, mode = chance.choice(FIELDS), chance.choice(YAML), chance.choice(MODES)
            text = mode(one, size)
            name = f"{line.format('…')} of {one.opening!r} {mode.__name__}, {size}"
            yield _clipping(number, name, "Text of its own.", line.format(text))
        else:
            one, mode = turns[(number - number // 6 * 2) % len(turns)]
            yield _clipping(number, f"{one.opening!r} {mode.__name__}, {size}", mode(one, size))


def _clipping(number: int, name: str, body: str, line: str = "") -> Shape:
    key = line.partition(":")[0]
    fields = {
        "title": f"title: Hostile {number}", "url": f"url: https://hostile.example/{number}",
        "source": "source: Hostile", "date": "date: 2024-07-31",
    }  # fmt: skip
    fields.pop(key, None)
    head = "\n".join([*fields.values(), *([line] if line else [])])
    return Shape(f"{number:03} {name}", f"---\n{head}\n---\n\n{body}\n".encode("utf-8", "surrogatepass"))


class Outcome(NamedTuple):
    """What a build came to."""

    code: int
    cpu: float
    memory: float
    output: str


def build(site: Path, limit: int | None) -> Outcome:
    """Build a site from nothing."""
    command = [
        sys.executable, "-m", "generator", "build", "--workers", "2", "-q", "--report", "report.json",
        "--base-url", "https://digest.example/",
    ]  # fmt: skip
    if limit is not None:
        command = ["sh", "-c", f'ulimit -v {limit * 1024}; exec "$@"', "sh", *command]
    with (site / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=site, env=environment(), stdout=log, stderr=log)
        meter = Meter(process.pid)
        code = process.wait()
        meter.stop()
    return Outcome(code, meter.cpu, meter.peak, (site / "log").read_text("utf-8", "replace"))


def site_of(folder: Path, clippings: Sequence[Shape]) -> Path:
    """A site with some good clippings and some others."""
    folder.mkdir(parents=True)
    (folder / "digest.toml").write_text("")
    write(folder / "content", synthetic(GOOD))
    for shape in clippings:
        _save(folder, shape)
    return folder


def _save(site: Path, shape: Shape) -> Path:
    file = site / "content" / DAY / "hostile" / f"{shape.name[:3]}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(shape.data)
    return file


def pages_of(site: Path) -> dict[str, bytes]:
    """The pages of articles."""
    return {file.name: file.read_bytes() for file in (site / "public" / "articles").rglob("*.html")}


def faults_of(site: Path, outcome: Outcome, shape_names: Sequence[str], good: dict[str, bytes]) -> list[str]:
    """What is wrong with a build beside its cost."""
    if outcome.code:
        return [f"exit code {outcome.code}: {outcome.output[-300:]!r}"]
    report = json.loads((site / "report.json").read_text("utf-8"))
    faults = []
    if report["found"] != report["published"] + len(report["skipped"]):
        faults.append("found is not published and skipped")
    if report["published"] + len(report["skipped"]) != GOOD + len(shape_names):
        faults.append(f"{report['found']} clippings were found, not {GOOD + len(shape_names)}")
    pages = pages_of(site)
    faults += [f"page {name} of a good clipping differs" for name in good if pages.get(name) != good[name]]
    if "Traceback" in outcome.output:
        faults.append("a traceback")
    if internal := [one for one in report["problems"] if "fault in Broadsheet" in (one.get("advice") or "")]:
        faults.append(f"internal: {internal[0]['path']}: {internal[0]['message']}")
    return faults


def alone(work: Path, chosen: Sequence[Shape], limit: int | None) -> bool:
    """Build each shape in a site of its own; whether all held."""
    base = site_of(work / "good", [])
    first = build(base, limit)
    good, failed = pages_of(base), 0
    print(f"without: {first.cpu:.1f} s of CPU, {first.memory:.0f} MiB, exit code {first.code}", flush=True)
    for shape in chosen:
        site = site_of(work / shape.name[:3], [shape])
        outcome = build(site, limit)
        cpu, memory = outcome.cpu - first.cpu, outcome.memory - first.memory
        faults = faults_of(site, outcome, [shape.name], good)
        faults += [f"{cpu:.1f} s of CPU"] if cpu > CPU else []
        faults += [f"{memory:.0f} MiB"] if memory > MEMORY else []
        failed += bool(faults)
        told = "FAILED " + "; ".join(faults) if faults else "ok"
        print(f"{cpu:6.1f} s {memory:6.0f} MiB  {shape.name}: {told}", flush=True)
    print(f"{len(chosen) - failed} held, {failed} failed")
    return not failed


def together(work: Path, chosen: Sequence[Shape], limit: int | None) -> bool:
    """Build all shapes in one site, twice; whether that held."""
    base = site_of(work / "good", [])
    build(base, limit)
    site, good = site_of(work / "together", chosen), pages_of(base)
    names, held = [shape.name for shape in chosen], True
    for turn in ("cold", "again"):
        outcome = build(site, limit)
        faults = faults_of(site, outcome, names, good)
        held = held and not faults
        weight = sum(file.stat().st_size for file in (site / "public").rglob("*") if file.is_file())
        heaviest = max(
            (file.stat().st_size, file.name) for file in (site / "public").rglob("*") if file.is_file()
        )
        print(
            f"{turn}: {outcome.cpu:.1f} s of CPU, {outcome.memory:.0f} MiB; {weight / 1e6:.1f} MB of output,"
        )
        print(
            f"the heaviest file {heaviest[1]} of {heaviest[0] / 1e6:.1f} MB; {'; '.join(faults) or 'ok'}",
            flush=True,
        )
    return held


class Asker(threading.Thread):
    """Asks a preview for its front page all the time, and notes how long it takes."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.address, self.longest, self.failures = address, 0.0, 0
        self._is_over = threading.Event()

    def run(self) -> None:
        """Ask until told to stop."""
        while not self._is_over.wait(0.05):
            started = time.perf_counter()
            try:
                urllib.request.urlopen(self.address, timeout=30).read()  # noqa: S310 - on this machine
            except OSError:
                self.failures += 1
            self.longest = max(self.longest, time.perf_counter() - started)

    def stop(self) -> None:
        """Let the last request end."""
        self._is_over.set()
        self.join()


def served(work: Path, chosen: Sequence[Shape], limit: int | None, port: int) -> bool:
    """Save each shape under `serve`; whether it answered all the time, showed a good save and ended."""
    site = site_of(work / "served", [])
    command = [sys.executable, "-m", "generator", "serve", "--port", str(port), "-q"]
    if limit is not None:
        command = ["sh", "-c", f'ulimit -v {limit * 1024}; exec "$@"', "sh", *command]
    held = True
    with (site / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=site, env=environment(), stdout=log, stderr=log)
        address = f"http://127.0.0.1:{port}/"
        _wait_for(address, "", 60)
        for shape in chosen:
            asker = Asker(address)
            asker.start()
            file, started = _save(site, shape), time.perf_counter()
            token = f"token{time.time_ns()}"
            time.sleep(0.3)
            good = site / "content" / DAY / "good.md"
            good.write_text(
                f"---\ntitle: Good {token}\nsource: Good\ndate: 2024-07-31\n---\n\nA text of its own.\n"
            )
            shown = _wait_for(f"{address}{DAY}/", token, 60)
            asker.stop()
            faults = [f"answered after {asker.longest:.1f} s"] if asker.longest > ANSWER else []
            faults += [f"{asker.failures} requests failed"] if asker.failures else []
            faults += [] if shown else ["a good save was not shown in 60 s"]
            faults += [f"ended with {process.returncode}"] if process.poll() is not None else []
            held = held and not faults
            took = time.perf_counter() - started
            print(
                f"{took:5.1f} s, longest answer {asker.longest:.2f} s  {shape.name}: "
                f"{'; '.join(faults) or 'ok'}",
                flush=True,
            )
            file.unlink()
            if process.poll() is not None:
                return False
        _save(site, chosen[-1])
        time.sleep(0.5)
        started = time.perf_counter()
        process.send_signal(signal.SIGINT)
        code = process.wait(60)
    took = time.perf_counter() - started
    output = (site / "log").read_text("utf-8", "replace")
    print(f"ended {took:.1f} s after Ctrl-C with {code}; {output.count('Traceback')} tracebacks")
    return held and took < ANSWER and "Traceback" not in output


def _wait_for(address: str, text: str, seconds: float) -> bool:
    deadline = time.perf_counter() + seconds
    while time.perf_counter() < deadline:
        try:
            if text in urllib.request.urlopen(address, timeout=30).read().decode():  # noqa: S310 - on this machine
                return True
        except OSError:
            pass
        time.sleep(0.1)
    return False


def main() -> None:
    """Make the shapes that the command line asks for, and hold builds or the preview against them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True, help="A new folder to work in.")
    parser.add_argument("--shapes", type=int, default=300, metavar="N", help="How many.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", metavar="WORD", help="Only shapes whose name has this in it.")
    parser.add_argument("--limit", type=int, metavar="MIB", help="Address space of each process.")
    parser.add_argument("--port", type=int, default=8765)
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--together", action="store_true", help="All in one site.")
    kind.add_argument("--serve", action="store_true", help="One after another under `serve`.")
    arguments = parser.parse_args()
    chosen = [one for one in shapes(arguments.shapes, arguments.seed) if arguments.only in one.name]
    work, limit = arguments.work.absolute(), arguments.limit
    if arguments.serve:
        held = served(work, chosen, limit, arguments.port)
    else:
        held = (together if arguments.together else alone)(work, chosen, limit)
    sys.exit(not held)


if __name__ == "__main__":
    main()
