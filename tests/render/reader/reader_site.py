"""A site for tests of what a reader's browser keeps."""

from __future__ import annotations

import json
from pathlib import Path

from writing import build_site, write_clipping, write_config

HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(1)</script>"


def write_article(root: Path, name: str, day: str, **fields: str) -> None:
    """Write a clipping of one of two sources."""
    given = {
        "title": f"Notice {name}",
        "source": "Gazette",
        "id": name,
        "url": f"https://original.example/{name}",
    }
    text = " ".join(f"The {name} number {n} of the {name} wood stands by {name} water." for n in range(20))
    write_clipping(root / "content", f"{name}.md", text, date=day, **{**given, **fields})


def write_site(root: Path, config: str = "") -> None:
    """Write a digest of three days, and build it."""
    write_config(root, f'base_url = "https://digest.example/"\ntitle = "Press"\n{config}')
    for n, name in enumerate(("amber", "birch", "cedar", "dogwood", "elm", "fir")):
        write_article(root, name, f"2024-07-0{1 + n // 2}", source=("Gazette", "Herald")[n % 2])
    write_article(root, "hostile", "2024-07-03", title=json.dumps(HOSTILE), tags='["wood"]')
    write_clipping(root / "content", "link.md", "", date="2024-07-03", title="A link alone", source="Herald",
                   id="linkalone", url="https://original.example/link")  # fmt: skip
    build_site(root)
