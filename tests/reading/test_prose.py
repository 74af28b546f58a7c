import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.reading import prose

TITLE = "The grid: a history"
TEXT = "A page was as many columns as the press could hold."


@pytest.mark.parametrize(
    "block",
    [
        "# The grid: a history",
        "## The grid: a history ##",
        "The grid: a history\n===",
        "The grid: a history\n---",
        "The grid: a history",
        "**The grid: a history**",
        "[The grid: a history](https://example.org/" + "x" * 500 + ")",
        "# [The grid: a history](/grid)",
        "The GRID – a history",
        "# The grid: a&nbsp;history",
        "<h1>The grid: a history</h1>",
    ],
)
def test_block_that_repeats_the_title_goes(block):
    assert prose.without_title(f"{block}\n\n{TEXT}", TITLE) == TEXT
    assert prose.without_title(f"![](a.png)\n\nBy Ann\n\n{block}\n\n{TEXT}", TITLE).endswith(
        f"By Ann\n\n{TEXT}"
    )


def test_every_repetition_in_the_first_three_blocks_goes():
    body = f"\n# {TITLE}\n\n![cover](a.png)\n \n# {TITLE}\n\n\n{TEXT}\n"
    assert prose.without_title(body, TITLE) == f"![cover](a.png)\n \n{TEXT}"


@pytest.mark.parametrize(
    "body",
    [
        f"{TITLE} and more\n\n{TEXT}",
        f"# {TITLE}, continued\n\n{TEXT}",
        f"One\n\nTwo\n\nThree\n\n{TITLE}\n\n{TEXT}",
        f"```\n{TITLE}\n\n{TITLE}\n```\n\n{TEXT}",
        f"    code\n\n{TEXT}",
        "",
    ],
)
def test_other_blocks_stay(body):
    assert prose.without_title(body, TITLE) == body


def test_heading_goes_and_the_line_below_it_stays():
    assert prose.without_title(f"# {TITLE}\n{TEXT}\n\nMore.", TITLE) == f"{TEXT}\n\nMore."


def test_title_of_punctuation():
    assert prose.without_title(f"# ！？\n\n{TEXT}", "！？") == TEXT
    assert prose.without_title(f"***\n\n{TEXT}", "！？") == f"***\n\n{TEXT}"


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("# A *b* **c** `d` ~~e~~ __f__ _g_", "A b c d e f g"),
        ("snake_case 2 * 3 C:\\Users \\*x\\*", "snake_case 2 * 3 C:\\Users *x*"),
        ("[a](https://example.org/x_(y)?z) [b][1] ![c](d.png)e", "a b  e"),
        ("[![alt](a.png)](https://example.org/)", ""),
        ("> - 1. quote", "quote"),
        ("a <b class='x'>c</b> <!-- d --> e", "a c   e"),
        ("<https://example.org/> and https://example.org/x end", "and   end"),
        ("Q&amp;A &lt;x&gt;", "Q&A <x>"),
        ("HTML 的 `<time>` 让", "HTML 的 <time> 让"),
        ("`` <time> ` `` and ````<b>````", "<time> `  and <b>"),
        ("`<time\ndatetime>`", "<time\ndatetime>"),
        ("a ` b\n\nc `<time>` d", "a ` b\n\nc <time> d"),
        ("> ```\n> a <b>c</b> `<time>`", "`\na c <time>"),
        (r"\<time> and \`<b>", "<time> and `"),
        ("`&lt;time&gt;` and &lt;b&gt;", "&lt;time&gt; and <b>"),
        ("`&amp;` &amp;lt; &amp;amp;amp; \\&lt;", "&amp; &lt; &amp;amp; &lt;"),
        ("#include <stdio.h> by <a@b.example>: Map<K, V>", "#include <stdio.h> by <a@b.example>: Map<K, V>"),
        ("a<br/>b<img src='x'\nalt=''>c</p >d<h2>", "a b c d"),
    ],
)
def test_plain_text(markdown, plain):
    assert prose.plain_text(markdown).strip() == plain


def test_cut():
    assert prose.is_cut("Text...")
    assert prose.is_cut("Text...\n\n")
    assert prose.without_cut("Text, and...\n") == "Text, and"
    assert prose.is_cut("Text....")  # cut behind a full stop
    assert prose.without_cut("Text....") == "Text."
    assert not prose.is_cut("Text.....")
    assert not prose.is_cut("等等......")
    assert not prose.is_cut("Text…")
    assert not prose.is_cut("... text")
    assert not prose.is_cut("")


@pytest.mark.parametrize(
    ("body", "readable"),
    [
        ("：\n，\n。\n\n视频\n小程序\n赞\n，轻点两下取消赞\n在看\n，轻点两下取消在看", False),
        ("![a long description of a cover image](https://example.org/cover.png)", False),
        ("https://example.org/a/very/long/address/that/is/no/text/at/all", False),
        ("* [Home](/)\n* [News](/news)\n* [About](/about)", False),
        ("", False),
        ("今天的报纸讲了一件有趣的事。", True),
        ("The paper came late this morning.", True),
        ("- eggs\n- milk\n" * 30, True),
        ("[x](/" + "a" * 2900 + ")\n" * 2 + "The paper came late this morning.", True),
    ],
)
def test_readable(body, readable):
    assert prose.is_readable(body, prose.opening_words(body)) is readable


def test_has_text():
    assert prose.has_text("OK!")
    assert not prose.has_text("![x](y.png) ** ** ...")


@pytest.mark.parametrize(
    ("body", "heading"),
    [
        ("text\n\n## A *b* [c](d)\n\n# E", "A b c"),
        ("Title here\n==========\n\n# E", "Title here"),
        ("```\n# no\n```\n\n# Yes #\n", "Yes"),
        ("---\n---\n\n#hash\n\ntext", ""),
        ("#\n\ntext", ""),
        ("", ""),
    ],
)
def test_first_heading(body, heading):
    assert prose.first_heading(body) == heading


@given(st.text(), st.text(max_size=20))
def test_nothing_raises(body, title):
    prose.without_title(body, title)
    prose.first_heading(body)
    prose.is_readable(body, prose.opening_words(body))


@pytest.mark.parametrize(
    "hostile",
    [
        "![",
        "[",
        "[[](",
        "](",
        "<",
        "<!--",
        "`",
        "*",
        "_",
        "&",
        "\\",
        "#",
        "> ",
        "- ",
        "\n\n",
        "|-",
        "[x](" * 3 + "(",
        "~",
    ],
)
def test_hostile_text_takes_no_time(hostile):
    body = hostile * (1_000_000 // len(hostile))
    start = time.process_time()
    prose.without_title(body, TITLE)
    prose.first_heading(body)
    prose.is_readable(body, prose.opening_words(body))
    prose.has_text(body)
    prose.without_targets(body)
    assert time.process_time() - start < 15
