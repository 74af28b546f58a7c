"""How quickly a day is scanned: screens, items above the fold, place of the first headline, weight.

    python benchmarks/glance.py SITE [ADDRESS…] [--shots FOLDER]

SITE is a built site, and an ADDRESS a day such as `2024/05/25/`; without one, the front page. Needs
playwright and Chromium. Scripts are off.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM = ("chromium", "google-chrome", "chromium-headless-shell")
VIEWS = {"wide": (1280, 800), "phone": (360, 740)}
MEASURE = """() => {
  const lines = [...document.querySelectorAll("main li[id]")]
    .map(li => li.querySelector("a, span")).filter(a => a && a.checkVisibility())
    .map(a => a.getBoundingClientRect());
  return {
    screens: +(document.documentElement.scrollHeight / innerHeight).toFixed(1),
    above: lines.filter(box => box.bottom <= innerHeight).length,
    first: Math.round(Math.min(...lines.map(box => box.top))),
    overflow: document.documentElement.scrollWidth - innerWidth,
    items: document.querySelectorAll("main li[id]").length,
    named: document.querySelectorAll("main .also [id]").length,
    copies: document.querySelectorAll("main li span[id]:empty").length,
  }
}"""


def main() -> None:
    """Print a line for each page and view."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("address", nargs="*", default=[""])
    parser.add_argument("--shots", type=Path, help="save a picture of each page here")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--size", help="another view, such as 1920x1080")
    options = parser.parse_args()
    views = dict(VIEWS)
    if options.size:
        width, height = map(int, options.size.split("x"))
        views = {options.size: (width, height)}
    with sync_playwright() as playwright:
        chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for address in options.address:
            file = options.site.resolve() / address / "index.html"
            for name, (width, height) in views.items():
                page = browser.new_page(
                    viewport={"width": width, "height": height},
                    java_script_enabled=False,
                    color_scheme="dark" if options.dark else "light",
                )
                page.goto(file.as_uri())
                found = page.evaluate(MEASURE)
                print(address or "/", name, json.dumps(found | {"kB": round(file.stat().st_size / 1000, 1)}))
                if options.shots:
                    options.shots.mkdir(parents=True, exist_ok=True)
                    shot = f"{address.strip('/').replace('/', '-') or 'front'}-{name}"
                    page.screenshot(path=options.shots / f"{shot}.png")
                    page.screenshot(path=options.shots / f"{shot}-all.png", full_page=True)
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
