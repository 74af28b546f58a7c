"""What is read of one clipping: its verdict agrees with what its page would show, whatever way it is read."""

import contextlib
import json
import re
import shutil
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.cli.exit_codes import DONE
from generator.cli.main import run
from generator.config.options import Options, silent
from generator.config.site import Config
from generator.engine.records import Reader
from generator.engine.tasks import published
from generator.model.types import Clipping, Verdict
from generator.preview.live import Live
from generator.reading.boilerplate import Cleaning
from generator.reading.rules import rules_of
from writing import NOW, build_site, files_of, site_in, write_clipping, write_config

WORDS = "The press stood in the cellar, and the whole street could hear it working at night."
UNSEEN = {
    "style": f"<style>\np {{ content: '{WORDS}' }}\n</style>",
    "script": f"<script>\nconst words = '{WORDS}';\n</script>",
    "comment": f"<!-- {WORDS} -->",
    "instruction": f"<?xml {WORDS} ?>",
    "character data": f"<![CDATA[ {WORDS} ]]>",
    "doctype": "<!DOCTYPE html></input>",
    "definitions": "[the-printing-press-of-the-cellar]: https://origin.example/cellar\n[b]: /c 'Words'",
    "empty tags": "<div><span></span><p>\n</p></div>\n\n<b> </b>",
    "spaces": "&nbsp;&nbsp;\n\n&#8203;&#x200b;&zwj;\n\n&shy;&emsp;",
    "invisible characters": "\u200b" * 400,
    "lines of invisible characters": "\u200b\u200d\n" * 200,
    "images": '<img src="javascript:alert(1)">\n\n<img src="data:text/html;base64,AAAA" width="400">',
    "rules": "---\n\n<hr>\n\n***",
    "lists": "- \n-\n\n> \n\n|  |  |\n|--|--|\n|  |  |",
}
UNSEEN["mixture"] = "\n\n".join(UNSEEN.values())


@pytest.mark.parametrize("address", [True, False], ids=["with address", "without"])
@pytest.mark.parametrize("kind", UNSEEN)
def test_a_text_that_shows_nothing_is_a_link_or_is_skipped(tmp_path, kind, address):
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "good.md")
    write_clipping(tmp_path / "content", "unseen.md", UNSEEN[kind], **({} if address else {"url": None}))
    first, index = build_site(tmp_path)
    article = next((one for one in index.digest.articles if one.path == "unseen.md"), None)
    if address:
        assert (article.verdict, article.excerpt, article.minutes) == (Verdict.LINK, "", 0)
        assert article.reason
    else:
        assert [one.path for one in first.skipped] == ["unseen.md"]
        assert "neither text" in first.skipped[0].reason
        assert [one.kind for one in first.problems if one.path == "unseen.md"] == ["empty"]
    assert first.found == 2 == first.published + len(first.skipped)
    before = files_of(tmp_path / "public")
    second, _ = build_site(tmp_path)
    assert (second.skipped, second.verdicts) == (first.skipped, first.verdicts)
    assert files_of(tmp_path / "public") == before


def test_what_shows_nothing_is_followed_listed_and_explained_alike(tmp_path, monkeypatch, capfdbinary):
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "good.md")
    file = write_clipping(tmp_path / "content", "saved.md", WORDS)
    options = Options(as_of=NOW)
    with contextlib.closing(Live(1)) as live:
        live.build(site_in(tmp_path), options, silent, None)
        write_clipping(tmp_path / "content", "saved.md", UNSEEN["style"])
        _, pages = live.build(site_in(tmp_path), options, silent, frozenset({file}))
        assert pages is not None  # followed, not built again
        while live.rest() or live.due_in is not None:
            live.build(site_in(tmp_path), options, silent, frozenset())
    followed = files_of(tmp_path / "public")
    shutil.rmtree(tmp_path / ".broadsheet")
    shutil.rmtree(tmp_path / "public")
    build_site(tmp_path)
    assert files_of(tmp_path / "public") == followed
    monkeypatch.chdir(tmp_path)
    capfdbinary.readouterr()
    assert run(["list", "--format", "jsonl", "--text"]) == DONE
    rows = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert [(row["path"], row["verdict"], row["text"] != "") for row in rows] == [
        ("good.md", "full", True),
        ("saved.md", "link", False),
    ]
    assert run(["explain", "content/saved.md"]) == DONE
    assert b"link" in capfdbinary.readouterr().out
    assert run(["check"]) == DONE


def test_a_block_that_shows_nothing_is_explained(tmp_path, monkeypatch, capfdbinary):
    write_config(tmp_path)
    unseen = ("[docs]: https://docs.example/", "<!-- hidden words -->", "<b></b>")
    body = "\n\n".join((f"{WORDS} See [docs].", *unseen, WORDS[:40]))
    write_clipping(tmp_path / "content", "saved.md", body)
    monkeypatch.chdir(tmp_path)
    assert run(["explain", "content/saved.md"]) == DONE
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert [line[5:33].strip() for line in lines[:-1]] == ["kept", *["shows nothing"] * 3, "kept"]


def test_a_note_of_nothing_but_a_picture_shows_once_the_picture_is_there(tmp_path):
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "note.md", "![](press.png)", url=None)
    report, _ = build_site(tmp_path)
    assert [one.path for one in report.skipped] == ["note.md"]
    (tmp_path / "content/press.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 8)
    report, index = build_site(tmp_path)
    assert not report.skipped
    assert [(one.verdict, one.excerpt) for one in index.digest.articles] == [(Verdict.FULL, "")]


@pytest.mark.parametrize("hidden", ["style", "script", "comment", "instruction", "character data"])
def test_what_is_not_shown_counts_in_no_excerpt_and_no_minutes(tmp_path, hidden):
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "a.md", f"{UNSEEN[hidden] * 40}\n\n{WORDS}")
    _, index = build_site(tmp_path)
    (article,) = index.digest.articles
    assert (article.verdict, article.excerpt, article.minutes) == (Verdict.FULL, WORDS, 1)


PIECES = st.sampled_from([
    "<style>", "</style>", "<script>", "</script>", "<!--", "-->", "<?xml", "?>", "<![CDATA[", "]]>",
    "<!DOCTYPE html>", "[a]: /b", "[^1]", "[^1]: ", "![](x.png)", "![](https://a.example/x.png)",
    "<img src=javascript:x>", "<b>", "</b>", "<p>", "<div>", "<br>", "<hr>", "---", "&nbsp;", "&zwj;",
    "\u200b", "\u200b" * 200, "\u200d\n" * 200, "\u3000",
    "<pre>", "</pre>", "```", "    ", "> ", "- ", "|  |\n|--|", "\n", "\n\n", " ",
    "words that are long enough for a line", "a", "<input value=a>", "</input>",
])  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.lists(PIECES, max_size=12).map("".join), st.booleans(), st.booleans())
def test_an_article_with_a_text_has_html_that_shows_something(body, has_address, is_clean):
    reader = Reader(content="/nowhere", root="/nowhere", rules=rules_of(Config()), epoch=b"")
    fields = {"title": "T", "date": "2024-07-03"} | ({"url": "https://a.example/b"} if has_address else {})
    clipping = Clipping(path="a.md", fields=fields, lines={}, body=body)
    record, html = published(reader, clipping, Cleaning() if is_clean else None)
    article = record.reading.article
    if article is None:
        assert not has_address
        assert record.reading.skipped is not None
    else:
        assert (article.verdict is Verdict.LINK) == (html == b"") == (record.body == b"")
        text = unescape(re.sub("<(?!img)[^>]*>", "", html.decode()))
        assert bool(re.search(r"[^\s\u200b\u200d]", text)) == (html != b"")
        assert article.verdict is not Verdict.LINK or (article.excerpt, article.minutes) == ("", 0)


def test_a_page_shows_a_cut_text_up_to_its_last_whole_sentence(tmp_path):
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "cut.md", f"{WORDS}\n\nAnd see [the cellar](https://cellar.exam...")
    build_site(tmp_path)
    pages = [
        one.decode() for path, one in files_of(tmp_path / "public").items() if path.startswith("articles/")
    ]
    assert len(pages) == 1
    assert f"{WORDS} …" in re.sub(r"</p>\s*<p>", " ", pages[0])
    assert "cellar.exam" not in pages[0]
