"""What the page that searches says of files of the index that are missing, damaged or of another build."""

from __future__ import annotations

import json
import os
from zlib import crc32

import pytest
from playwright.sync_api import expect
from searched_site import settled, status, titles

from serving import serving
from writing import build_site, write_clipping, write_config

pytestmark = pytest.mark.browser


def with_another_bit(data: bytes) -> bytes:
    """A file with another bit in its first difference, so that all its postings are others."""
    place = 10 + -(-int.from_bytes(data[6:10], "little") // 4)
    return data[:place] + bytes((data[place] ^ 0x80,)) + data[place + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        None,
        lambda _: b"",
        lambda _: b"\1",
        lambda _: b"<!doctype html>" * 99,
        lambda _: b"\4\0\0\0\0\x80",
        lambda data: data[:-1],
        with_another_bit,
    ],
)
def test_a_damaged_month_costs_its_articles_alone(page, served, damaged, damage):
    for file in damaged.glob("2024/05/terms-*"):
        file.write_bytes(damage(file.read_bytes())) if damage else file.unlink()
    page.goto(f"{served}search/?q=cellar")
    for count in (10, 20, 30):
        expect(page.locator("#_results li")).to_have_count(count)
        page.click("#_more")
    expect(page.locator("#_status")).to_contain_text("These months cannot be searched in full: 2024-05")
    expect(page.locator("#_results li")).to_have_count(30)


def test_damaged_lists_are_told(page, served, damaged):
    for file in damaged.glob("2024/0[456]/documents-*"):
        file.write_bytes(b"[]")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{served}search/?q=cellar")
    expect(page.locator("#_status")).to_contain_text("2024-06, 2024-05")
    assert sum("/documents-" in url for url in asked) == 4
    page.goto(f"{served}search/?q=xz-utils")
    expect(page.locator("#_status")).to_contain_text("2024-04")
    (damaged / "months.json").unlink()
    page.goto(f"{served}search/?q=cellar")
    expect(page.locator("#_status")).to_contain_text("The index cannot be read")


@pytest.mark.parametrize("names", ["*", "*/terms-*", "*/documents-*", "06/terms-*"])
def test_what_cannot_be_searched_is_not_called_absent(page, served, damaged, names):
    for file in damaged.glob(f"2024/{names}"):
        for one in file.iterdir() if file.is_dir() else (file,):
            one.unlink()
    page.goto(f"{served}search/?q=notice+55")
    expect(page.locator("#_status")).to_contain_text(
        "Articles found: 0. These months cannot be searched in full: 2024-06"
    )
    assert page.locator("#_status a").count() == 0


def test_damage_costs_nothing_that_needs_no_such_file(page, served, damaged):
    for file in damaged.glob("2024/0[56]/*"):
        file.unlink()
    page.goto(f"{served}search/?q=notes")
    expect(page.locator("#_results h2")).to_have_text(["A flaw called Café", "A bookmark alone"])
    expect(page.locator("#_status")).to_have_text(
        "Articles found: 2. These months cannot be searched in full: 2024-06, 2024-05."
    )


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://evil.example/", "//evil.example/"])
def test_addresses_outside_of_the_site_are_damage(page, served, address):
    def led_astray(route):
        listed = json.loads(route.fetch().body())
        for row in listed["rows"]:
            row[len(row) :] = [""] * (9 - len(row))
            row[8] = address
        route.fulfill(json=listed)

    page.route("**/2024/06/documents-*", led_astray)
    page.goto(f"{served}search/?q=notice")
    expect(page.locator("#_status")).to_contain_text("These months cannot be searched in full: 2024-06.")
    expect(page.locator("#_results h2").first).to_contain_text("Notice 2")
    assert page.locator(f"#_results a[href*='{address}']").count() == 0


@pytest.mark.parametrize(
    "damage",
    [
        lambda listed: listed | {"sources": []},
        lambda listed: listed | {"rows": []},
        lambda listed: listed | {"rows": [None, 7, {}]},
        lambda listed: listed | {"rows": [[row[0], None, *row[2:]] for row in listed["rows"]]},
        lambda listed: listed | {"rows": [[*row[:5], {}] for row in listed["rows"]]},
        lambda listed: [listed],
    ],
)
def test_wrong_values_in_a_list_cost_its_articles_alone(page, served, damage):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route(
        "**/06/documents-*", lambda route: route.fulfill(json=damage(json.loads(route.fetch().body())))
    )
    page.goto(f"{served}search/?q=notice")
    expect(page.locator("#_status")).to_contain_text("These months cannot be searched in full: 2024-06.")
    expect(page.locator("#_results li")).to_have_count(10)
    assert not errors


def test_damage_is_named_if_the_months_cannot_be_read_again(page, served):
    page.route("**/06/documents-*", lambda route: route.abort())
    asked = []

    def first_alone(route):
        asked.append(route)
        route.abort() if len(asked) > 1 else route.continue_()

    page.route("**/months.json", first_alone)
    page.goto(f"{served}search/?q=notice")
    expect(page.locator("#_status")).to_contain_text("These months cannot be searched in full: 2024-06.")
    assert len(asked) == 2


def renumber(folder):
    """Write the files of an index as another build would have, which numbers the articles otherwise."""
    months = json.loads((folder / "months.json").read_text())
    for row in months["months"]:
        row[3] ^= 1
    (folder / "months.json").write_text(json.dumps(months))
    numberings = {row[0].removeprefix("2024-"): row[3] for row in months["months"]}
    for file in folder.glob("2024/*/terms-*"):
        data, numbering = file.read_bytes(), numberings[file.parent.name]
        file.write_bytes(data[:1] + crc32(data[5:], numbering).to_bytes(4, "little") + data[5:])
    for file in folder.glob("2024/*/documents-*"):
        listed = json.loads(file.read_text())
        file.write_text(json.dumps({**listed, "numbering": listed["numbering"] ^ 1}))


def test_a_browser_with_files_of_the_last_build_finds_what_was_edited(page, tmp_path):
    write_config(tmp_path, 'base_url = "https://digest.example/"\n')
    for n in range(3):
        write_clipping(tmp_path / "content", f"{n}.md", "Paper. " * 30, title=f"No. {n}", date="2024-05-01")
    build_site(tmp_path)
    for file in (tmp_path / "public").rglob("*"):
        os.utime(file, (0, 0))  # old files are cached for long where no header says how long
    with serving(tmp_path / "public") as address:
        page.goto(f"{address}search/?q=paper")
        expect(page.locator("#_results li")).to_have_count(3)
        write_clipping(tmp_path / "content", "1.md", "Vellum. " * 30, title="Another", date="2024-05-01")
        build_site(tmp_path)
        page.goto(f"{address}search/?q=vellum")
        settled(page)
        assert titles(page) == ["Another"]
        write_clipping(tmp_path / "content", "3.md", "Parchment. " * 30, title="Newest", date="2024-05-02")
        page.wait_for_timeout(1000)  # hosts compare times in seconds
        build_site(tmp_path)
        page.fill("[name=q]", "parchment")  # in the page that is open
        expect(page.locator("#_results h2")).to_have_text(["Newest"])


def test_an_index_of_a_later_build_is_fetched_anew(search_anew, damaged):
    page = search_anew("flaw")
    renumber(damaged)
    page.fill("[name=q]", "notice")
    expect(page.locator("#_results li")).to_have_count(10)
    assert "cannot" not in status(page)


def test_results_stay_when_older_months_are_of_a_later_build(page, served, damaged):
    page.goto(f"{served}search/?q=cellar")
    for count in (10, 20, 30):
        expect(page.locator("#_results li")).to_have_count(count)
        expect(page.locator("#_more:enabled")).to_have_count(1)
        if count == 30:
            renumber(damaged)
        page.click("#_more")
    expect(page.locator("#_results li")).to_have_count(40)
    assert len(set(titles(page))) == 40
    assert "cannot" not in status(page)
