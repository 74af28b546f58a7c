"""Make hostile clippings from a grammar, and check builds and the preview against them.

    python benchmarks/hostile.py --work FOLDER [--shapes 300] [--seed 1] [--only WORD] [--limit MIB]
    python benchmarks/hostile.py --work FOLDER --together
    python benchmarks/hostile.py --work FOLDER --serve

Each construct of Markdown, HTML and YAML is repeated, nested, left unclosed, made long, or mixed with others,
in clippings of 20 kB, 1 MB and 10 MB. By default each clipping is built in a site of its own, beside good
ones, and its cost is what the build takes more than without it. `--together` puts all of them into one site;
`--serve` saves them one after another under `broadsheet serve`. `--limit` bounds the address space of each
process.

A shape fails if it takes more than 5 s of CPU or 500 MiB, if the build fails, if a page of a good clipping
changes, or if the clipping is neither published nor listed with a reason. Exits with 1 if one failed.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from corpus import synthetic, write
from measure import Meter
from server import Server, serving

from sites import Site, broadsheet, environment

CPU, MEMORY = 5.0, 500.0
"""Seconds and MiB that a clipping may cost."""
ANSWER = 2.0
"""Seconds in which the preview must answer, whatever was saved."""
SHOWN = 60.0
"""Seconds in which the preview must show a good save."""
SIZES = (20_000, 20_000, 20_000, 1_000_000, 1_000_000, 10_000_000)
GOOD = 12
DAY = "2024/07/31"


class Construct(NamedTuple):
    """A piece of markup: what opens it, what is in it, and what closes it."""

    opening: str
    inner: str = "x"
    closing: str = ""


BODY = tuple(Construct(*one) for one in (
    ("*", "a", "* "), ("**", "a", "** "), ("_a ", "*b", "_ "), ("`", "a", "` "), ("``` ", "\na\n", "\n```\n"),
    ("~~~", "\n"), ("[", "a", "](b) "), ("![", "a", "](b.png) "), ("[a](", "<b", ")"), ("[a][", "b", "]\n"),
    ("[a]: ", "b", "\n"), ("[^a]: ", "b\n", "\n"), ("[[", "a", "]]"), ("![[", "a.png", "]]"),
    ("<http://", "a.b", "> "), ("http://a.b/", "(", " "), ("a@", "b.c", " "), ("> ", "a", "\n"),
    ("- ", "a", "\n"), ("1. ", "a", "\n"), ("  - ", "a", "\n"), ("# ", "a", "\n"), ("a\n", "=", "\n"),
    ("    ", "a", "\n"), ("|a|b|\n|-|-|\n", "|c|d|\n", "\n"), ("|", "a"), ("\\", "*"), ("&", "amp", ";"),
    ("&#x", "41", ";"), ("~~", "a", "~~ "), ("a  \n", "b"), ("- [ ] ", "a", "\n"),
    ("<b title=i>", "a", "</b>"), ("<b title=i>", "<p>x"), ("<p>", "a", "</p>"), ("<div>", "a", "</div>"),
    ("<div>\n\n", "a", "\n\n</div>\n"), ("<a href=b>", "c", "</a>"),
    ("<table><tr><td>", "a", "</td></tr></table>"), ("<td colspan=99 rowspan=99>", "a"),
    ("<table>", "<tr>", ""), ("<ul><li>", "a", "</ul>"), ("<img ", "a=b ", ">"), ("<img src=", "a.png", ">"),
    ("<!-- ", "a", " -->"), ("<!--", "-"), ("<script>", "a", "</script>"), ("<style>", "a{}", "</style>"),
    ("<?php ", "a", " ?>"), ("<![CDATA[", "a", "]]>"), ("<!DOCTYPE ", "a", ">"), ("<!ENTITY ", "a", ">\n"),
    ("<svg><path d='", "M0 0", "'/></svg>"), ("<math><mi>", "a", "</mi></math>"),
    ("<template>", "a", "</template>"), ("<select><option>", "a", "</select>"),
    ("<form><input>", "a", "</form>"), ("<iframe src=a>", "b", "</iframe>"), ("<pre>", "a", "</pre>"),
    ("<details><summary>", "a", "</summary></details>"), ("<font size=1>", "<nobr>"),
    ("<ruby>", "<rt>a", "</ruby>"), ("<", "a"), ("</", "a", ">"), ("<a b='", "c"), ("\ufdfa", "\ufdfa"),
    ("\u0301", "\u0301"), ("\u202e", "a", "\u202c"), ("\u200b", "\u200d"), ("锟斤拷", "烫"), ("Ã¤", "â€œ"),
    ("cve 关于", "漏洞", "；"), ("aaaa", ";", ""), ("{{", "a", "}}"), ("{% ", "a", " %}"), ("$", "a", "$ "),
    ("\x00", "a"), ("\r", "a", "\r\n"), ("\t", "a", "\n"), ("1", "2"), ("----------", "\n", "\n"),
    ("Share\n\n", "Tweet", "\n\n"), ("Posted on 2024-01-02 by a ", "b", "\n\n"),
    ("原创 ", "微信扫一扫", "\n\n"),
))  # fmt: skip
"""Markdown, HTML and characters of a body."""

FIELDS = (
    "title: {}", "title: '{}'", 'title: "{}"', "source: {}", "url: https://a.example/{}", "url: {}",
    "author: {}", "tags: [{}]", "tags: {}", "summary: {}", "date: {}", "fetch_date: {}", "id: {}",
    "aliases: [{}]", "lang: {}", "{}: a", "{}", "title: [{}]", "title: {{{}}}", "digest_note: {}",
)  # fmt: skip
"""Lines of front matter; `{}` stands for the markup."""

YAML = tuple(Construct(*one) for one in (
    ("[", "a", "]"), ("{a: ", "b", "}"), ("- ", "a", "\n"), ("? ", "a", "\n"), ("&a ", "*a ", ""),
    ("'", "''", "'"), ('"', "\\n", '"'), ("!!python/object:", "a", " "), ("2024-01-02", "T", ""), ("1:", "1"),
    ("\ufdfa", "a"), ("aaaa", ";"), ("a: ", "b: "), ("#", " "), ("cve 关于", "漏洞"), ("&amp;", "&#38;"),
    ("0x", "f"), ("%", "41"),
))  # fmt: skip
"""The content of a field."""


def repeated(one: Construct, size: int) -> str:
    """Repeat a construct."""
    unit = f"{one.opening}{one.inner}{one.closing}"
    return unit * (size // len(unit.encode()) + 1)


def nested(one: Construct, size: int) -> str:
    """Nest a construct in itself."""
    count = size // (len(f"{one.opening}{one.closing}".encode()) or 1) + 1
    return one.opening * count + one.inner + one.closing * count


def unclosed(one: Construct, size: int) -> str:
    """Open a construct many times, then write as much text in other lines."""
    count = size // (2 * len(one.opening.encode())) + 1
    return f"{one.opening * count}\n\n" + f"{one.inner}\n" * (size // (2 * len(one.inner.encode()) + 2))


def closed_late(one: Construct, size: int) -> str:
    """Open a construct in each line, and close the last one only."""
    unit = f"{one.opening}{one.inner}\n"
    return unit * (size // len(unit.encode()) + 1) + one.closing


def long(one: Construct, size: int) -> str:
    """Write one construct with a long content."""
    return f"{one.opening}{one.inner * (size // len(one.inner.encode()) + 1)}{one.closing}"


MODES: tuple[Callable[[Construct, int], str], ...] = (repeated, nested, unclosed, closed_late, long)


class Shape(NamedTuple):
    """A hostile clipping."""

    name: str
    data: bytes


def shapes(count: int, seed: int) -> Iterator[Shape]:
    """Yield hostile clippings, the same for a seed: every construct in turn, one in six a mixture."""
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
    """What a build cost, and what was wrong with it."""

    cpu: float
    memory: float
    faults: list[str]


def site_of(folder: Path, shapes: Sequence[Shape], limit: int | None) -> Site:
    """Make a site with some good clippings and some others, whose processes are limited."""
    site = broadsheet(folder, 2)
    write(site.content, synthetic(GOOD))
    (folder / "digest.toml").touch()
    for shape in shapes:
        save(site, shape)
    if limit is None:
        return site
    limited = ("sh", "-c", f'ulimit -v {limit * 1024}; exec "$@"', "sh")
    return replace(site, build=[*limited, *site.build], serve=[*limited, *site.serve])


def save(site: Site, shape: Shape) -> Path:
    """Write a shape into a site; return its file."""
    write(site.content, [(path := f"{DAY}/hostile/{shape.name[:3]}.md", shape.data)])
    return site.content / path


def build(site: Site, hostile: int, good: dict[str, bytes]) -> Outcome:
    """Build a site with some hostile clippings, and compare the pages of good ones."""
    with (site.folder / "log").open("wb") as log:
        command = [*site.build, "--report", "report.json"]
        process = subprocess.Popen(command, cwd=site.folder, env=environment(), stdout=log, stderr=log)
        meter = Meter(process.pid)
        code = process.wait()
        meter.stop()
    output = (site.folder / "log").read_text("utf-8", "replace")
    found = [f"exit code {code}: {output[-300:]!r}"] if code else list(faults_of(site, hostile, good))
    found += ["a traceback"] if "Traceback" in output else []
    return Outcome(meter.cpu, meter.peak, found)


def faults_of(site: Site, hostile: int, good: dict[str, bytes]) -> Iterator[str]:
    """Yield what is wrong with the report and the pages of a build."""
    report = json.loads((site.folder / "report.json").read_text("utf-8"))
    told = report["published"] + len(report["skipped"])
    if not report["found"] == told == GOOD + hostile:
        yield f"{report['found']} clippings found, {told} published or skipped, not {GOOD + hostile}"
    pages = pages_of(site)
    yield from (f"page {name} of a good clipping differs" for name in good if pages.get(name) != good[name])
    for one in report["problems"]:
        if "fault in Broadsheet" in (one.get("advice") or ""):
            yield f"internal: {one['path']}: {one['message']}"


def pages_of(site: Site) -> dict[str, bytes]:
    """Return name → bytes of the pages of articles."""
    return {file.name: file.read_bytes() for file in (site.out / "articles").rglob("*.html")}


def built(work: Path, groups: Sequence[Sequence[Shape]], limit: int | None) -> bool:
    """Build each group of shapes in a site of its own; return whether all passed."""
    base = site_of(work / "good", [], limit)
    first, failed = build(base, 0, {}), 0
    print(f"without: {first.cpu:.1f} s of CPU, {first.memory:.0f} MiB {first.faults or ''}", flush=True)
    for shapes in groups:
        outcome = build(site_of(work / shapes[0].name[:3], shapes, limit), len(shapes), pages_of(base))
        cpu, memory = outcome.cpu - first.cpu, outcome.memory - first.memory
        faults = [*outcome.faults, *([f"{cpu:.1f} s of CPU"] if cpu > CPU * len(shapes) else [])]
        faults += [f"{memory:.0f} MiB"] if memory > MEMORY * len(shapes) else []
        failed += bool(faults)
        name = shapes[0].name if len(shapes) == 1 else f"{len(shapes)} shapes"
        result = "FAILED " + "; ".join(faults) if faults else "ok"
        print(f"{cpu:6.1f} s {memory:6.0f} MiB  {name}: {result}", flush=True)
    print(f"{len(groups) - failed} passed, {failed} failed")
    return not failed


def served(work: Path, shapes: Sequence[Shape], limit: int | None) -> bool:
    """Save each shape under `serve`; return whether it always answered, showed a good save and ended."""
    site, passed = site_of(work / "served", [], limit), True
    log = site.folder / "log"
    with serving(site, log) as server:
        server.first("/")
        for shape in shapes:
            started, file = time.perf_counter(), save(site, shape)
            time.sleep(0.3)
            faults = faults_beside(site, server)
            took = time.perf_counter() - started
            print(f"{took:5.1f} s  {shape.name}: {'; '.join(faults) or 'ok'}", flush=True)
            file.unlink()
            passed = passed and not faults
        save(site, shapes[-1])
        time.sleep(0.5)
        started = time.perf_counter()
        server.process.send_signal(signal.SIGINT)
        code = server.process.wait(60)
    took, tracebacks = time.perf_counter() - started, log.read_text("utf-8", "replace").count("Traceback")
    print(f"ended {took:.1f} s after Ctrl-C with {code}; {tracebacks} tracebacks")
    return passed and took < ANSWER and not tracebacks


def faults_beside(site: Site, server: Server) -> list[str]:
    """Save a good clipping, and ask for its day until it is shown; return what is wrong with the answers."""
    mark = f"token{time.time_ns()}"
    text = f"---\ntitle: Good {mark}\nsource: Good\ndate: 2024-07-31\n---\n\nA text of its own.\n"
    write(site.content, [(f"{DAY}/good.md", text.encode())])
    longest, failed, shown = 0.0, 0, ""
    until = time.perf_counter() + SHOWN
    while mark not in shown and (asked := time.perf_counter()) < until and server.process.poll() is None:
        shown = server.reader.get(f"/{DAY}/")
        failed += not shown
        longest = max(longest, time.perf_counter() - asked)
        time.sleep(0.02)
    return [
        *([f"answered after {longest:.1f} s"] if longest > ANSWER else []),
        *([f"{failed} requests failed"] if failed else []),
        *([] if mark in shown else [f"a good save was not shown in {SHOWN:.0f} s"]),
        *([f"ended with {server.process.returncode}"] if server.process.poll() is not None else []),
    ]


def main() -> None:
    """Make the shapes that the command line asks for, and check builds or the preview."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True, help="A new folder to work in.")
    parser.add_argument("--shapes", type=int, default=300, metavar="N", help="How many.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", metavar="WORD", help="Only shapes whose name has this in it.")
    parser.add_argument("--limit", type=int, metavar="MIB", help="Address space of each process.")
    parser.add_argument("--together", action="store_true", help="All in one site.")
    parser.add_argument("--serve", action="store_true", help="One after another under `serve`.")
    given = parser.parse_args()
    chosen = [one for one in shapes(given.shapes, given.seed) if given.only in one.name]
    groups = [chosen] if given.together else [[one] for one in chosen]
    work, limit = given.work.absolute(), given.limit
    sys.exit(not (served(work, chosen, limit) if given.serve else built(work, groups, limit)))


if __name__ == "__main__":
    main()
