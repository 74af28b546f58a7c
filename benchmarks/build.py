"""Time whole builds, each in a new process: seconds, CPU and peak memory.

    python benchmarks/build.py CLIPPINGS --work FOLDER [--count N] [--runs 3] [--json FILE]
        [--hugo PROGRAM --hugo-site FOLDER]

*Cold* has no output and no cache; *unchanged* is the same command again; *edited* comes after one clipping
got another title, *picked* after one got a note in `picks.toml`. Figures are medians of several runs; a build
that takes a minute is not repeated. Hugo's builds take turns with ours: no machine is always equally fast.

FOLDER gets copies of the clippings. Let it be new and in a top-level folder of its own: for minutes after
many files were deleted, ext4 takes ten times as long to create others near them. Nothing is deleted here for
the same reason.
"""

from __future__ import annotations

import json
import time

from measure import MIB, Cost, Figures, median, run, site_parser, table

from sites import Site, edit, editable, environment, save, sites_of, spaced, text_of, token, write_results

LONG = 60.0
"""Seconds from which on a build is not repeated."""


def again(site: Site, _: int) -> Cost:
    """Build."""
    return run(site.build, site.folder, environment())


def cold(site: Site, number: int) -> Cost:
    """Build from nothing; what earlier builds left is moved aside."""
    for path in (site.out, site.caches):
        if path.exists():
            path.rename(path.with_name(f"{path.name}.old-{time.time_ns()}"))
    return again(site, number)


def after_edit(site: Site, number: int) -> Cost:
    """Edit a clipping and build."""
    edit(site, _clipping(site, number), token())
    return again(site, number)


def after_pick(site: Site, number: int) -> Cost:
    """Add a pick and build."""
    file = site.folder / "picks.toml"
    picks = text_of(file) if file.exists() else ""
    article = json.dumps(_clipping(site, number), ensure_ascii=False)
    save(site, file, f'{picks}[[pick]]\narticle = {article}\nnote = "{token()}"\n\n')
    return again(site, number)


def _clipping(site: Site, number: int) -> str:
    able = editable(site, spaced(site.clippings(), 60))
    return able[number % len(able)]


KINDS = {"cold": cold, "unchanged": again, "edited": after_edit, "picked": after_pick}


def measure(sites: list[Site], runs: int) -> dict[str, Figures]:
    """Return generator → kind of build → figures; sites are built in turns."""
    found: dict[str, Figures] = {site.name: {} for site in sites}
    for kind, build in KINDS.items():
        costs: dict[str, list[Cost]] = {site.name: [] for site in sites if kind != "picked" or site.is_ours}
        for number in range(runs):
            for site in sites:
                own = costs.get(site.name)
                if own is not None and not (own and own[0].seconds >= LONG):
                    own.append(build(site, number))
        for name, own in costs.items():
            found[name][kind] = median(own)
    for site in sites:
        sizes = [file.stat().st_size for file in site.out.rglob("*") if file.is_file()]
        found[site.name]["output"] = {"files": len(sizes), "mib": sum(sizes) / MIB}
    return found


def lines(count: int, found: dict[str, Figures]) -> str:
    """Return the figures in Markdown."""
    rows = []
    for name, one in found.items():
        cold, files = one["cold"], f"{one['output']['files']:,}"
        seconds = [f"{one[kind]['seconds']:.2f}" if kind in one else "–" for kind in KINDS]
        rest = [f"{cold['cpu']:.2f}", f"{cold['memory']:,.0f}", files, f"{cold['runs']:.0f}"]
        rows.append([f"{count:,}", name, *seconds, *rest])
    head = ["clippings", ":", *(f"{kind}, s" for kind in KINDS)]
    return table([*head, "cold, CPU s", "cold, MiB", "files", "runs"], rows)


def main() -> None:
    """Measure and print."""
    arguments = site_parser(__doc__)
    arguments.add_argument("--runs", type=int, default=3)
    given = arguments.parse_args()
    sites = sites_of(given)
    count, found = len(sites[0].clippings()), measure(sites, given.runs)
    print(lines(count, found))
    write_results(given.json, count, found)


if __name__ == "__main__":
    main()
