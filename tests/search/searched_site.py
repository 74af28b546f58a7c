"""A site to search: some plain clippings, some whose terms are special, some hostile ones."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import expect

from writing import write_clipping, write_config

PAYLOADS = (
    "<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "\"'><svg onload=alert(1)>",
    "javascript:alert(1)", "{{ 7 * 7 }} {n} __proto__ constructor", "&lt;b&gt;&amp;", "\u202e\u2066 evil",
)  # fmt: skip


def write_site(root: Path) -> None:
    content = root / "content"
    write_config(
        root,
        'base_url = "https://digest.example/d/"\ntitle = "Press digest"\n'
        '[tags.bookkeeping]\nname = "Ledgers"\naliases = ["Account books"]\n'
        '[tags.kept]\nhide = true\n[tags.trade]\nname = "Commerce"\n',
    )
    for n in range(60):
        text = f"The press of the {n} day prints a common notice.\n\n" + "A cellar is under the street. " * 30
        day = f"2024-{5 + n // 30:02}-{1 + n % 28:02}"
        write_clipping(
            content, f"{n}.md", text, title=f"Notice {n}", date=day, source=f"Source {n % 3}", id=f"notice{n}"
        )
    text = "研究人员发现，攻击者在供应链中植入后门程序。" + "这台印刷机在安静的夜里整条街都能听见。" * 40
    write_clipping(content, "zh.md", text, title="开源组件 xz-utils 被植入后门", date="2024-04-02",
                   source="安全新闻", id="chinese", tags="[后门]")  # fmt: skip
    text = "We explain CVE-2024-3094 and how C++ and .NET programs load it. " * 20
    write_clipping(content, "cve.md", text, title="A flaw called Café", date="2024-04-03", source="Notes",
                   id="flaw", url="https://www.notes.example.net/a")  # fmt: skip
    write_clipping(content, "link.md", "", title="A bookmark alone", date="2024-04-03", source="Notes",
                   id="bookmark", url="https://original.example/bookmark",
                   tags="[account books, kept/secret, trade/guilds]")  # fmt: skip
    for n, payload in enumerate(PAYLOADS):
        write_clipping(content, f"evil/{n}.md", f"hostile{n} " * 40, title=json.dumps(f"hostile {payload}"),
                       date="2024-03-01", source=json.dumps(f"Evil {payload}"), tags=json.dumps([payload]),
                       id=f"evil{n}")  # fmt: skip
    tags = json.dumps(["Supply chain", "Open source"])
    write_clipping(content, "tags.md", "Ink " * 20, title="Two tags", date="2024-04-04", id="tags", tags=tags)


def settled(page):
    expect(page.locator("#_status")).not_to_have_text("Searching…")


def titles(page):
    return page.locator("#_results h2").all_inner_texts()


def status(page):
    return page.inner_text("#_status")


def every_title(page):
    """The titles of all results, after the buttons that show more of them were pressed."""
    more = page.locator("#_more")
    while more.is_visible():
        label, count = more.inner_text(), len(titles(page))
        more.click()
        expect(page.locator("#_more:disabled")).to_have_count(0)
        assert len(titles(page)) > count or label == "Search older months"
    return titles(page)


def with_an_early_stop(page):
    """Let a search that found something wait after 20 articles instead of 10,000."""

    def fewer(route):
        answer = route.fetch()
        assert "SEARCHED = 10000;" in answer.text()
        route.fulfill(response=answer, body=answer.text().replace("SEARCHED = 10000;", "SEARCHED = 20;"))

    page.route("**/search.js", fewer)
