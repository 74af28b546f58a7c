"""What the documentation shows exists: links lead somewhere, settings load, commands parse."""

import functools
import re
import shlex
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from generator.cli.commands import broadsheet
from generator.config.loading import load

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("content/README.md"))
)
GUIDE = [page for page in PAGES if page.startswith("docs/guide/")]
DECISIONS = [page for page in PAGES if page.startswith("docs/decisions/")]
MARKDOWN = MarkdownIt("commonmark").enable("table")


class Fence(NamedTuple):
    page: str
    line: int
    language: str
    text: str


@functools.cache
def tokens(page: str) -> tuple[Token, ...]:
    flat = []
    for token in MARKDOWN.parse((ROOT / page).read_text("utf-8")):
        flat += [token, *(token.children or ())]
    return tuple(flat)


def links(page: str) -> Iterator[str]:
    for token in tokens(page):
        if token.type in ("link_open", "image"):
            yield str(token.attrs.get("href") or token.attrs.get("src"))


def anchors(page: str) -> set[str]:
    """The fragments that GitHub and other forges give to headings."""
    found: list[str] = []
    for before, token in zip(tokens(page), tokens(page)[1:], strict=False):
        if before.type == "heading_open":
            text = "".join(t.content for t in token.children or () if t.type in ("text", "code_inline"))
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            found.append(f"{slug}-{found.count(slug)}" if slug in found else slug)
    return set(found)


def fences(*languages: str) -> list[Fence]:
    return [
        Fence(page, (token.map or [0])[0] + 1, token.info, token.content)
        for page in PAGES
        for token in tokens(page)
        if token.type == "fence" and token.info in languages
    ]


def shell_commands() -> Iterator[tuple[str, list[str]]]:
    """Each `broadsheet …` of a fenced block, and in the guide and the README of the running text."""
    lines = [(fence.page, line) for fence in fences("sh", "bash", "") for line in fence.text.splitlines()]
    lines += [
        (page, token.content)
        for page in (*GUIDE, "README.md", "CONTRIBUTING.md")
        for token in tokens(page)
        if token.type == "code_inline" and token.content.startswith("broadsheet ")
    ]
    for page, line in lines:
        words = shlex.shlex(line, posix=True, punctuation_chars=True)
        words.whitespace_split = True
        for command in re.split(r"\0(?:&&|\|\|?|;)\0", "\0".join(words)):
            arguments = [word for word in command.split("\0") if not re.match(r"[A-Z_]+=", word)]
            if arguments and arguments[0] == "broadsheet":
                yield page, arguments[1:]


COMMANDS = list(shell_commands())


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file_and_a_heading(page: str) -> None:
    for link in links(page):
        parts = urllib.parse.urlsplit(link)
        if parts.scheme:
            assert parts.scheme in ("https", "http"), f"{page}: {link}"
            continue
        target = (ROOT / page).parent / urllib.parse.unquote(parts.path) if parts.path else ROOT / page
        assert target.exists(), f"{page}: {link} leads nowhere"
        assert target.resolve().is_relative_to(ROOT), f"{page}: {link} leads out of the repository"
        if parts.fragment:
            assert parts.fragment in anchors(target.resolve().relative_to(ROOT).as_posix()), f"{page}: {link}"


@pytest.mark.parametrize("page", DECISIONS)
def test_decision_records_have_short_lines(page: str) -> None:
    lines = enumerate((ROOT / page).read_text("utf-8").splitlines(), 1)
    too_long = [number for number, line in lines if len(line) > 120 and not line.startswith("|")]
    assert not too_long, (
        f"{page}: wrap lines {too_long} at 120 characters (only rows of tables may be longer)"
    )


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set[str](), ["README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = (
            ((ROOT / page).parent / urllib.parse.urlsplit(link).path).resolve() for link in links(page)
        )
        waiting += [t.relative_to(ROOT).as_posix() for t in targets if t.suffix == ".md" and t.exists()]
    assert {page for page in PAGES if page.startswith("docs/")} <= reached


@pytest.mark.parametrize("fence", fences("toml"), ids=lambda fence: f"{fence.page}:{fence.line}")
def test_settings_shown_are_settings(fence: Fence, tmp_path: Path) -> None:
    file = tmp_path / "digest.toml"
    file.write_text(fence.text, "utf-8")
    load(file)  # raises ConfigError for an unknown key or a wrong value


@pytest.mark.parametrize(
    ("page", "arguments"), COMMANDS, ids=lambda value: shlex.join(value) if isinstance(value, list) else value
)
def test_commands_shown_are_commands(page: str, arguments: list[str]) -> None:
    name, *rest = arguments
    if name in ("--help", "-h", "--version"):
        return
    command = broadsheet.commands.get(name)
    assert command is not None, f"{page}: no command {name}"
    try:
        command.make_context(name, rest)  # parses, runs nothing
    except click.MissingParameter:
        assert not rest, (
            f"{page}: broadsheet {shlex.join(arguments)} lacks an argument"
        )  # a bare name is fine
    except click.UsageError as error:
        pytest.fail(f"{page}: broadsheet {shlex.join(arguments)}: {error.format_message()}")


def test_the_commands_are_found_at_all() -> None:
    assert {arguments[0] for _, arguments in COMMANDS} >= set(broadsheet.commands)


def test_the_readme_is_short_and_names_the_two_commands() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert len(lines) <= 120
    assert {"python3 dev.py serve", "python3 dev.py test"} <= set(lines)


def test_screenshots_are_shown_and_small() -> None:
    shown = {f"docs/{link.removeprefix('docs/')}" for link in links("README.md") if link.endswith(".png")}
    sizes = {
        path.relative_to(ROOT).as_posix(): path.stat().st_size for path in ROOT.glob("docs/screenshots/*.png")
    }
    assert shown == set(sizes)
    assert sizes["docs/screenshots/front-page.png"] <= 150_000
    assert sizes["docs/screenshots/phone-dark.png"] <= 80_000
