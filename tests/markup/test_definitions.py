"""Lines that look like definitions of links: on the page, in the excerpt and in the verdict."""

import pytest

from generator.markup import definitions
from generator.model.types import Verdict
from generator.reading.excerpt import excerpt_of
from generator.render.markdown import Place, body_html
from writing import build_site, write_clipping, write_config

PLACE = Place(original=None, id="abcdefghijkm")
SPOKEN = [
    "[记者]: 您怎么看这件事？",
    "[注]: 本文观点仅代表作者。",
    "[1]: 新华社2024年7月3日电",
    "[alice]: hello",
    "[12:01]: joined",
    "[记者]: 请问2024/25赛季如何？",
    "[主持人]: GPT-4:它究竟是什么？",
    "[Q]: and/or",
]


@pytest.mark.parametrize("line", SPOKEN)
def test_a_clipping_of_such_a_line_alone_is_a_text(tmp_path, line):
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "note.md", line, url=None)
    _, index = build_site(tmp_path)
    [article] = index.digest.articles
    assert (article.verdict, article.excerpt) == (Verdict.FULL, line)


def test_page_and_excerpt_show_the_same_lines():
    body = "[记者]: 您怎么看这件事？\n[docs]: https://docs.example/\n[专家]: 还要再看一看。\n\nSee [docs]."
    assert excerpt_of(body) == "[记者]: 您怎么看这件事？[专家]: 还要再看一看。"
    html = body_html(body, PLACE)
    assert "您怎么看这件事？" in html
    assert "还要再看一看。" in html
    assert "]: https" not in html


def test_a_line_that_is_no_definition_is_in_the_excerpt():
    body = "[WARNING]: the library is not installed, falling back"
    assert excerpt_of(body) == body


def test_a_label_refers_to_a_definition_but_not_as_the_beginning_of_its_line():
    text = "[a]: one\n> [b]: two\n- [c]: three\n\nSee [ D  d ]: [e][f] and [g]."
    assert definitions.labels_referred_to(text) == {"d d", "e", "f", "g"}


def test_many_lines_are_read_in_linear_time():
    body = "\n".join(f"[speaker {number}]: hello" for number in range(9_000))
    assert body_html(body, PLACE).count("<p>") == 9_000
    assert excerpt_of(body)


@pytest.mark.parametrize(
    "comment",
    [
        "[comment]: <> (secret words)",
        "[//]: # (secret\nsecret words)",
        "[//]: <> 'secret\nsecret words'",
        '[//]: #\n"secret words"',
        "- [//]: # (secret words)",
        "> [//]: # (secret\n> secret words)",
    ],
)
def test_a_definition_that_is_a_comment_is_shown_nowhere(comment):
    body = f"{comment}\n\nA text that everybody may read."
    assert excerpt_of(body) == "A text that everybody may read."
    assert "secret" not in body_html(body, PLACE)
