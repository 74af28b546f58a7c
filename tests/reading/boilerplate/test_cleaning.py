"""Page furniture goes, with its reason; the article's own blocks stay."""

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.cli.exit_codes import DONE, UNUSABLE
from generator.cli.main import run
from generator.reading.boilerplate import Cleaning, article_markdown, families, judge_blocks
from generator.reading.boilerplate.blocks import blocks_of
from generator.reading.boilerplate.families import built_in
from generator.reading.boilerplate.repeats import NOTHING, Origin, learn, samples
from writing import build_site, write_clipping, write_config

TITLE = "How the broadsheet got its size"
OWN = [
    "In 1712 a tax was laid on the pages of newspapers, and printers answered by making each page larger.",
    "The sheets grew until no table could hold them, and the habit stayed long after the tax had gone.",
    "> A page should be as large as an opened pair of arms, and no larger than that.",
    "```\ntax = pages * rate\n```",
]
HEAD = [
    "[Home](/) | [News](/news) | [Shop](/shop)",
    "Subscribe to our paper edition for less than a cup of tea a week.",
]
TAIL = [
    "## Related posts",
    "* [A short history of ink](/ink)\n* [Why columns are narrow](/columns)",
    "[Imprint](/imprint)",
]


def page(title: str, own: list[str]) -> str:
    return "\n\n".join([*HEAD, f"# {title}", *own, *TAIL])


def other_pages(count: int) -> list[str]:
    return [
        page(
            f"Another title, number {n}",
            [f"Story {n} tells of something else entirely, at some length, on its own."] * 2,
        )
        for n in "abcdefgh"[:count]
    ]


def text_of(body: str, title: str = TITLE, url: str = "https://paper.example/size", repeats=NOTHING) -> str:
    opinion = judge_blocks(body, title, url, "The Paper", repeats, built_in())
    return "" if opinion.failure else article_markdown(opinion.blocks)


def test_what_a_source_repeats_goes_and_the_article_stays():
    body = page(TITLE, OWN)
    assert text_of(body, repeats=learn([body, *other_pages(7)])) == "\n\n".join(OWN)


def test_without_other_articles_doubt_keeps_the_text():
    left = text_of(page(TITLE, OWN))
    assert all(block in left for block in OWN)


def test_a_failed_fetch_is_told_with_its_reason():
    body = "# 某篇文章\n\n当前环境异常，完成验证后即可继续访问。\n\n去验证"
    opinion = judge_blocks(body, "某篇文章", "https://mp.weixin.qq.com/s/abc", "某号", NOTHING, built_in())
    assert opinion.failure


def test_what_is_learned_does_not_depend_on_order():
    pages = other_pages(8)
    expected = learn(pages)
    for seed in range(5):
        shuffled = pages[:]
        random.Random(seed).shuffle(shuffled)
        assert learn(shuffled) == expected


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.dates(dt.date(2022, 1, 1), dt.date(2024, 12, 31)),
            st.text("xyz", min_size=1, max_size=4),
        ),
        max_size=60,
    ),
    st.randoms(),
)
def test_which_bodies_are_learned_from_is_a_function_of_the_set(rows, rnd):
    origins = [Origin(*row) for row in rows]
    shuffled = origins[:]
    rnd.shuffle(shuffled)
    assert samples(origins) == samples(shuffled)


def test_a_new_article_seldom_changes_what_is_learned():
    origins = [Origin("a", dt.date(2024, 1, 1) + dt.timedelta(days=n), f"{n}.md") for n in range(100)]
    before = samples(origins)
    assert samples([*origins, Origin("a", dt.date(2024, 12, 31), "new.md")]) == before


@given(st.text(max_size=400))
def test_blocks_hold_all_of_a_body(body):
    joined = "".join("".join(block.text.split()) for block in blocks_of(body))
    assert (
        joined == "".join(body.replace("\r\n", "\n").replace("\r", "\n").split())
        or max(body, default="") >= "\ud800"
    )


def test_cleaning_can_be_turned_off(tmp_path):
    for name, config, field in (
        ("site", "clean = false\n", {}),
        ("source", '[sources."A source"]\nclean = false\n', {}),
        ("article", "", {"clean": "false"}),
    ):
        root = tmp_path / name
        write_config(root, config)
        for n, body in enumerate([page(TITLE, OWN), *other_pages(7)]):
            write_clipping(
                root / "content",
                f"{n}.md",
                body,
                title=TITLE if n == 0 else f"T{n}",
                **(field if n == 0 else {}),
            )
        build_site(root)
        pages = [path.read_text("utf-8") for path in (root / "public/articles").rglob("*.html")]
        assert any("Imprint" in text and "arms" in text for text in pages), name


def test_a_family_of_ones_own_is_data(tmp_path):
    (tmp_path / "cleaning").mkdir()
    (tmp_path / "cleaning/paper.toml").write_text(
        'hosts = ["paper.example"]\n[[gone]]\nreason = "slogan"\n'
        'lines = ["All the news that fits the sheet"]\n',
        "utf-8",
    )
    (tmp_path / "cleaning/broken.toml").write_text(
        'hosts = ["x.example"]\n[[gone]]\nreason = "r"\npatterns = ["("]\n', "utf-8"
    )
    known, problems = families.load(tmp_path)
    body = page(TITLE, ["All the news that fits the sheet", *OWN])
    opinion = judge_blocks(body, TITLE, "https://paper.example/size", "The Paper", NOTHING, known)
    assert {one.block.text: one.reason for one in opinion.blocks}[
        "All the news that fits the sheet"
    ] == "slogan"
    assert [problem.path for problem in problems] == ["cleaning/broken.toml"]


def test_explain_says_why(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path, "")
    for n, body in enumerate([page(TITLE, OWN), *other_pages(7)]):
        write_clipping(tmp_path / "content", f"{n}.md", body, title=TITLE if n == 0 else f"T{n}")
    assert run(["explain", "content/0.md"]) == DONE
    out = capfd.readouterr().out
    assert "kept                         In 1712 a tax" in out
    assert out.splitlines()[-1] == "verdict: full"
    assert any("Imprint" in line and "kept" not in line for line in out.splitlines())
    assert run(["explain", "0.md"]) == DONE
    assert run(["explain", "none.md"]) == UNUSABLE


@pytest.mark.parametrize(
    ("config", "fields", "said"),
    [
        ("clean = false\n", {}, "not cleaned: `clean = false` in digest.toml"),
        (
            '[sources."The Source"]\nclean = false\naliases = ["A source"]\n',
            {"source": "a  SOURCE"},
            "not cleaned: `clean = false` in digest.toml for the source a SOURCE",
        ),
        ("", {"clean": "false"}, "not cleaned: `clean = false` in its front matter"),
        ('[fields]\nclean = "Tidy"\n', {"tidy": "no"}, "not cleaned: `clean = false` in its front matter"),
        ("", {"url": None}, "not cleaned: it has no `url`, so it is your own text"),
    ],
)
def test_explain_says_why_nothing_is_taken_off(tmp_path, monkeypatch, capfd, config, fields, said):
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path, config)
    write_clipping(tmp_path / "content", "0.md", page(TITLE, OWN), title=TITLE, **fields)
    assert run(["explain", "0.md"]) == DONE
    assert capfd.readouterr().out.splitlines() == [said, "verdict: full"]


def test_explain_says_why_nothing_is_published(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path, "")
    write_clipping(tmp_path / "content", "0.md", date=None)
    write_clipping(tmp_path / "content", "1.md", "", url=None)
    (tmp_path / "content/2.md").write_bytes(b"x" * (16 * 2**20 + 1))
    told = []
    for n in range(3):
        assert run(["explain", f"{n}.md"]) == DONE
        told.append(capfd.readouterr().out)
    assert told[0].startswith("not published: has no date")
    assert told[1] == "not published: has neither text nor an address\n"
    assert told[2].startswith("not published: is larger than 16 MiB")


def test_nothing_known_takes_nothing_off_an_own_note():
    assert Cleaning().learned == {}
