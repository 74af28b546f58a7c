"""The desk: what waits, what is kept back, and what lies beside clippings."""

import datetime as dt
import os
import random
import socket
import unicodedata
from pathlib import Path

import pytest

from generator.config.options import Options, silent
from generator.engine import tasks
from generator.engine.build import build
from generator.render.images import LARGEST
from writing import (
    BODY,
    NOW,
    build_site,
    cache_file,
    cache_of,
    files_of,
    read_site,
    site_in,
    workers_here,
    write_clipping,
    write_config,
)

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
    "000000050001a5f645400000000049454e44ae426082"
)
LETTER = "Presses of the house"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "now.md", title="Now")
    write_clipping(tmp_path / "content", "soon.md", title="Soon", date="2025-01-02")
    write_clipping(tmp_path / "content", "later.md", title="Later", date="2025-02-02")
    write_clipping(tmp_path / "content", "draft.md", title="Draft", draft="true")
    return tmp_path


def titles(root: Path, **options: object) -> set[str]:
    index = read_site(site_in(root), Options(**({"as_of": NOW} | options)))
    return {article.title for article in index.digest.articles}


def test_what_is_dated_later_waits_and_the_next_one_is_known(root):
    for _ in range(2):  # from the clippings, then from the cache
        _, index = build_site(root)
        assert {article.title for article in index.digest.articles} == {"Now"}
        assert index.waits_until is not None
        assert index.waits_until.date() == dt.date(2025, 1, 2)


def test_the_day_goes_on_and_back(root):
    assert titles(root) == {"Now"}
    assert titles(root, as_of=dt.datetime(2025, 1, 5, tzinfo=dt.UTC)) == {"Now", "Soon"}
    assert titles(root, as_of=dt.datetime(2026, 1, 5, tzinfo=dt.UTC)) == {"Now", "Soon", "Later"}
    assert titles(root) == {"Now"}


def test_a_build_that_has_nothing_else_to_do_publishes_what_is_due(root):
    build_site(root)
    report, _ = build_site(root, as_of=dt.datetime(2025, 1, 2, 0, 0, tzinfo=dt.UTC))
    assert report.published == 2
    report, _ = build_site(root)
    assert report.published == 1


def test_drafts_come_and_go_with_the_option(root):
    assert titles(root, drafts=True) == {"Now", "Draft"}
    assert titles(root) == {"Now"}
    assert titles(root, future=True) == {"Now", "Soon", "Later"}


def test_languages_of_many_articles_are_a_notice_from_clippings_and_from_the_cache(root):
    body = "La prima pagina è di chi la fa, e non di chi la legge con il caffè del mattino."
    for n in range(10):
        write_clipping(root / "content", f"{n}.md", body)
    for count in (10, 10, 9):
        (root / "content/9.md").unlink() if count == 9 else None
        report, _ = build_site(root)
        told = [one.message for one in report.problems if one.kind == "language"]
        assert [message[:34] for message in told] == ["at least 10 articles are in `it`, "] * (count == 10)


def test_a_draft_does_not_wait(root):
    write_clipping(root / "content", "draft.md", title="Draft", draft="true", date="2025-01-01")
    _, index = build_site(root)
    assert index.waits_until is not None
    assert index.waits_until.date() == dt.date(2025, 1, 2)


def own(root: Path) -> str:
    """The page of the one clipping with a picture."""
    build(site_in(root), Options(as_of=NOW), silent, workers=workers_here())
    [page] = [data for path, data in files_of(root / "public").items() if b"Our own picture" in data
              and path.startswith("articles/")]  # fmt: skip
    return page.decode()


def media(root: Path) -> list[bytes]:
    return [data for path, data in files_of(root / "public").items() if path.startswith("media/")]


def test_an_image_beside_a_clipping_comes_changes_and_goes(root):
    body = f"Our own picture.\n\n![a point](point.png)\n\n{BODY}"
    write_clipping(root / "content", "own.md", body, title="Own", url=None, source="Own")
    file = root / "content/point.png"
    assert "<img" not in own(root)
    file.write_bytes(PIXEL)
    assert "<img" in own(root)
    assert media(root) == [PIXEL]
    other = PIXEL[:-1] + b"\0"
    file.write_bytes(other)
    os.utime(file, (0, 0))
    assert "<img" in own(root)
    assert media(root) == [other]
    file.write_bytes(b"no picture")
    assert "<img" not in own(root)
    assert not media(root)
    file.unlink()
    assert "<img" not in own(root)


@pytest.mark.parametrize(
    ("path", "src", "file"),
    [
        ("notes/own.md", "../_resources/f.png", "_resources/f.png"),
        ("own.md", "./attachments/x.png", "attachments/x.png"),
        ("own.md", "a%20b%2Bc.png", "a b+c.png"),
        ("own.md", "/top/x.png", "top/x.png"),
        ("own.md", "x.png?width=600", "x.png"),
        ("own.md", unicodedata.normalize("NFC", "é图.png"), unicodedata.normalize("NFD", "é图.png")),
        ("own.md", unicodedata.normalize("NFD", "é图.png"), unicodedata.normalize("NFC", "é图.png")),
    ],
)
@pytest.mark.parametrize("markup", ["![a point]({})", '<img src="{}" alt="a point">'])
def test_an_image_that_is_there_wins_over_the_web(root, markup, path, src, file):
    body = f"Our own picture.\n\n{markup.format(src)}\n\n{BODY}"
    write_clipping(root / "content", path, body, title="Own", source="Own", url="https://origin.example/a/b")
    assert 'src="https://origin.example/' in own(root)
    assert not media(root)
    (root / "content" / file).parent.mkdir(exist_ok=True)
    (root / "content" / file).write_bytes(PIXEL)
    assert 'src="../../media/' in own(root)
    assert media(root) == [PIXEL]
    (root / "content" / file).unlink()
    assert 'src="https://origin.example/' in own(root)
    assert not media(root)


@pytest.mark.parametrize("src", ["../../secret.png", "/../secret.png", "link.png", "folder/secret.png"])
def test_no_image_outside_of_the_content_folder_wins(root, src):
    (root / "secret.png").write_bytes(PIXEL)
    (root / "content/link.png").symlink_to(root / "secret.png")
    (root / "content/folder").symlink_to(root)
    write_clipping(root / "content", "own.md", f"Our own picture. ![x]({src})\n\n{BODY}", title="Own")
    assert "media/" not in own(root)
    assert not media(root)


def test_images_of_what_is_held_back_stay_here(root):
    for name, fields in (
        ("draft", {"draft": "true"}),
        ("hide", {"hide": "true"}),
        ("cut", {"source": "Short"}),
    ):
        write_clipping(root / "content", f"{name}.md", f"![x]({name}.png)\n\n{BODY}", title=name, **fields)
        (root / f"content/{name}.png").write_bytes(PIXEL)
    write_config(root, '[sources.Short]\ntext = "excerpt"\n')
    build_site(root)
    assert not media(root)


@pytest.mark.parametrize(
    "named",
    [
        '<img alt="Rate > 5%" src="private.png">',
        "![a [b [c] d] e](private.png)",
        "![x]\n\n> - [x]: private.png",
    ],
)
def test_an_image_of_a_private_clipping_stays_here_however_it_is_written(root, named):
    (root / "content/private.png").write_bytes(PIXEL)
    write_clipping(root / "content", "held.md", f"{named}\n\n{BODY}", title="Held back", private="true")
    write_clipping(root / "content", "web.md", f"{BODY}\n\n![e](private.png)", title="Web")
    build_site(root)
    assert not media(root)


@pytest.mark.parametrize(
    ("fields", "picks"),
    [
        ({"private": "true"}, ""),
        ({"publish": "false"}, ""),
        ({"draft": "true"}, ""),
        ({"hide": "true"}, ""),
        ({"date": "2030-01-01"}, ""),
        ({"date": None}, ""),
        ({}, '[[pick]]\narticle = "held/back.md"\nhide = true\n'),
    ],
)
@pytest.mark.parametrize("text", [BODY, ""])
def test_no_clipping_from_the_web_publishes_an_image_of_one_that_is_held_back(root, fields, picks, text):
    (root / "content/held").mkdir()
    (root / "content/held/private.png").write_bytes(PIXEL)
    (root / "picks.toml").write_text(picks, "utf-8")
    body = f"![x](private.png)\n\n{text}"
    write_clipping(root / "content", "held/back.md", body, **{"title": "Held back", **fields})
    body = f"{BODY}\n\n![e](/held/private.png)"
    write_clipping(root / "content", "web.md", body, title="Web", source="Web")
    for _ in range(2):  # from the clippings, then from the cache
        report, _ = build_site(root)
        assert not media(root)
        [told] = [one for one in report.problems if one.kind == "image"]
        assert told.path == "web.md"
        assert told.message == (
            "image 'held/private.png' is not published: held/back.md names it too, which does not appear"
        )
        assert "![e]" in (root / "content/web.md").read_text("utf-8").split("\n")[told.line - 1]
    body = f"Mine.\n\n![e](/held/private.png)\n\n{BODY}"
    write_clipping(root / "content", "mine.md", body, title="Mine", source="Mine", url=None)
    report, _ = build_site(root)
    assert media(root) == [PIXEL]
    assert not [one for one in report.problems if one.kind == "image"]


def test_an_image_is_kept_back_as_soon_as_its_clipping_is(root):
    (root / "content/shared.png").write_bytes(PIXEL)
    body = f"![x](shared.png)\n\n{BODY}"
    write_clipping(root / "content", "a.md", body, title="A", source="A")
    write_clipping(root / "content", "b.md", body, title="B", source="B")
    build_site(root)
    assert media(root) == [PIXEL]
    write_clipping(root / "content", "b.md", body, title="B", source="B", private="true")
    build_site(root)
    assert not media(root)
    (root / "content/b.md").unlink()
    build_site(root)
    assert media(root) == [PIXEL]


def test_an_image_that_is_nowhere_is_told_with_its_line(root):
    names = ("gone.png", "b c.png", "page.png", "big.png")
    body = "\n\n".join(
        ["Text.", "![x](gone.png)", "![x](b%20c.png)", "![x](page.png)", "![x](big.png)", BODY]
    )
    write_clipping(root / "content", "own.md", body, title="gone.png", url=None, source="Own")
    write_clipping(root / "content", "web.md", body, title="Web")
    (root / "content/page.png").write_text("<html>", "utf-8")
    with (root / "content/big.png").open("wb") as stream:
        stream.write(PIXEL)
        stream.truncate(LARGEST + 1)
    report, _ = build_site(root)
    told = {path: [one for one in report.problems if one.path == path] for path in ("own.md", "web.md")}
    lines = (root / "content/own.md").read_text("utf-8").split("\n")
    assert [problem.message.split(" ", 1)[1].rpartition("' ")[::2] for problem in told["own.md"]] == [
        (f"'{name}", word)
        for name, word in zip(names, ("is not found", "is not found", *["cannot be shown"] * 2), strict=True)
    ]
    for problem, name in zip(told["own.md"], ("gone", "b%20c", "page", "big"), strict=True):
        assert f"]({name}.png" in lines[problem.line - 1]
    assert [problem.message for problem in told["web.md"]] == [
        "image 'page.png' cannot be shown",
        "image 'big.png' cannot be shown",
    ]


def test_an_attachment_that_is_missing_is_told_whatever_address_its_clipping_has(root):
    text = f"{BODY}\n\n![a](../_resources/a.png)\n\n![b](img/attachments/b.png) ![c](attachments/b.png)"
    write_clipping(root / "content", "own.md", text, source="Own")
    report, _ = build_site(root)
    told = [(one.line, one.message) for one in report.problems if one.kind == "image"]
    lines = (root / "content/own.md").read_text("utf-8").split("\n")
    last = next(number for number, line in enumerate(lines, 1) if "(attachments" in line)
    assert told == [
        (last - 2, "image '../_resources/a.png' is not found"),
        (last, "image 'attachments/b.png' is not found"),
    ]


def test_an_address_that_no_page_can_show_is_told_where_there_is_no_original(root):
    names = ("file:///home/ann/a.png", "blob:https://a.example/1", "//cdn.example/a.png", "FILE:b%20c.png")
    written = [f"![x](<{name}>)" for name in names]
    written += ['<img src="//other.example/b.png">', "![]()", "![x](#a)", "![x](https://cdn.example/a.png)"]
    body = "\n\n".join([*written, "![x](data:image/png;base64,AAAA)", BODY])
    (root / "content/cdn.example").mkdir()
    (root / "content/cdn.example/a.png").write_bytes(PIXEL)
    write_clipping(root / "content", "own.md", body, url=None, source="Own")
    write_clipping(root / "content", "web.md", body, title="Web")
    report, _ = build_site(root)
    told = [one for one in report.problems if one.kind == "image"]
    lines = (root / "content/own.md").read_text("utf-8").split("\n")
    assert [one.message for one in told] == [
        f"image '{name}' is at no place that a page can show" for name in (*names, "//other.example/b.png")
    ]
    for problem in told:
        assert problem.path == "own.md"
        assert problem.message.split("'")[1] in lines[problem.line - 1]
    assert not media(root)


def test_what_is_no_file_is_told_and_never_opened(root):
    os.mkfifo(root / "content/pipe.png")
    (root / "content/folder.png").mkdir()
    with socket.socket(socket.AF_UNIX) as own:
        own.bind(str(root / "content/socket.png"))
    body = f"![x](pipe.png)\n\n![x](folder.png)\n\n![x](socket.png)\n\n{BODY}"
    write_clipping(root / "content", "own.md", body, url=None, source="Own")
    write_clipping(root / "content", "web.md", body, title="Web")
    report, _ = build_site(root)
    told = [one for one in report.problems if one.kind == "image"]
    names = ("pipe.png", "folder.png", "socket.png")
    assert [one.message for one in told] == [f"image '{name}' is no regular file" for name in names] * 2
    assert all(one.line for one in told)


def test_an_image_is_looked_for_from_the_clipping_and_then_from_the_content_folder(root):
    (root / "content/attachments").mkdir()
    (root / "content/attachments/obs.png").write_bytes(PIXEL)
    write_clipping(
        root / "content", "2024/07/03/own.md", f"{BODY}\n\n![a](attachments/obs.png)", source="Own"
    )
    build_site(root)
    assert [path for path in files_of(root / "public") if path.startswith("media/")]


def test_a_thousand_images_that_are_nowhere_are_told_of_in_twenty_lines_and_half_of_them_looked_for(root):
    body = "\n\n".join(f"![x]({n}.png)" for n in range(1000))
    write_clipping(root / "content", "own.md", f"{BODY}\n\n{body}", url=None, source="Own")
    report, _ = build_site(root)
    told = [problem for problem in report.problems if problem.kind == "image"]
    assert len(told) == 20
    assert told[-1].message == "image '19.png' is not found; 480 more images of this clipping are not shown"
    assert [problem.message for problem in report.problems if problem.kind == "length"] == [
        "names more than 500 images without a host; no others are looked for"
    ]


def test_a_problem_is_told_by_every_build(root):
    write_clipping(root / "content", "own.md", f"![x](missing.png)\n\n{BODY}", url=None, source="Own")
    write_clipping(root / "content", "undated.md", date=None)
    first, _ = build_site(root)
    second, _ = build_site(root)
    assert first.problems == second.problems
    assert first.skipped == second.skipped


def test_a_clipping_whose_name_is_no_text_is_followed_too(root):
    """No cache can hold what is known of it."""
    file = Path(os.fsdecode(os.fsencode(root / "content") + b"/odd\xff.md"))
    for n, title in enumerate(("First title", "Other title", "First title")):
        file.write_text(f"---\ntitle: {title}\ndate: 2024-07-03\n---\n\nText {n}: {BODY}\n", "utf-8")
        build_site(root)
        pages = [data for path, data in files_of(root / "public").items() if path.startswith("articles/")]
        assert sum(title.encode() in data and f"Text {n}".encode() in data for data in pages) == 1


def prose(seed: int) -> str:
    """Four paragraphs that no other seed has."""
    words = random.Random(seed)
    nouns = [
        "press",
        "cellar",
        "street",
        "garret",
        "letter",
        "type",
        "ink",
        "paper",
        "night",
        "house",
        "river",
        "bridge",
    ]
    return "\n\n".join(f"{' '.join(words.choice(nouns) for _ in range(40))}." for _ in range(4))


def test_what_a_source_repeats_follows_its_clippings(root):
    def write(n: int, tail: str) -> None:
        text = prose(n)
        write_clipping(root / "content", f"{n}.md", text + tail, title=f"Title {n}", source="Press")

    def learned() -> bytes | None:
        build_site(root)
        with cache_of(root) as cache:
            return cache.boilerplate("origin.example", 2024)

    for n in range(1, 13):
        write(n, f"\n\n{LETTER}")
    first = learned()
    assert first
    assert learned() == first
    for n in range(2, 13):
        write(n, "")
    assert learned() != first


def test_what_changed_while_it_was_learned_from_is_learned_again(root, monkeypatch):
    """Also where the clipping is by then as it was when it was looked at."""
    for n in range(12):
        text = prose(n)
        write_clipping(root / "content", f"{n}.md", f"{text}\n\n{LETTER}", title=f"Title {n}", source="Press")
    files = sorted((root / "content").glob("[0-9]*.md"))
    texts = {file: file.read_bytes() for file in files}

    learn = tasks.learn

    def late(*args: object, **limits: object) -> object:
        for file in files:
            file.write_bytes(texts[file].replace(LETTER.encode(), b""))
        try:
            return learn(*args, **limits)
        finally:
            for file, data in texts.items():
                file.write_bytes(data)

    monkeypatch.setattr(tasks, "learn", late)
    build_site(root)
    monkeypatch.setattr(tasks, "learn", learn)
    build_site(root)
    with cache_of(root) as cache:
        kept = cache.boilerplate("origin.example", 2024)
    cache_file(root).unlink()
    build_site(root)
    with cache_of(root) as cache:
        assert cache.boilerplate("origin.example", 2024) == kept


@pytest.mark.parametrize(
    ("config", "fields", "is_cleaned"),
    [
        ("", {}, True),
        ("clean = false\n", {}, False),
        ('[sources."The Post"]\nclean = false\n', {}, False),
        ('[sources."Post"]\naliases = ["THE  post"]\nclean = false\n', {}, False),
        ('[sources."Another"]\nclean = false\n', {}, True),
        ("", {"clean": "false"}, False),
    ],
)
def test_cleaning_is_off_for_a_site_a_source_by_any_spelling_or_an_article(
    tmp_path, config, fields, is_cleaned
):
    write_config(tmp_path, config)
    others = "\n".join(f"* [Another post of ours, number {n}](https://origin.example/{n})" for n in range(5))
    body = f"{BODY} {BODY} {BODY}\n\n## Related posts\n\n{others}"
    write_clipping(tmp_path / "content", "a.md", body, source="the post", **fields)
    build_site(tmp_path)
    [page] = [path for path in files_of(tmp_path / "public") if path.startswith("articles/")]
    assert ("number 3" not in (tmp_path / "public" / page).read_text("utf-8")) == is_cleaned
