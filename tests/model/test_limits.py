"""Clippings of any size and form are read within limits; the reference names them."""

from __future__ import annotations

import datetime as dt
import re
import time
from pathlib import Path

import pytest

from generator.cache.versions import hashed
from generator.config.site import Config
from generator.engine.page_tasks import Text, entries_with
from generator.engine.records import Reader, ReadRequest, Sample
from generator.engine.tasks import learn, look, read
from generator.grouping import titles
from generator.model import limits
from generator.model.types import Verdict
from generator.reading.frontmatter import clipping_in
from generator.reading.rules import rules_of
from generator.render import feeds, formatting
from generator.render.markdown import Place, body_html, fitting_html

PAGE = (Path(__file__).parents[2] / "docs/reference/limits.md").read_text("utf-8")
FIELDS = {
    "title": "A title of some words",
    "url": "https://example.org/a/b",
    "source": "Ex",
    "date": "2024-07-03",
}


def clipping(body="A body of some twenty letters at least.", **fields):
    lines = [f"{key}: {value}\n" for key, value in (FIELDS | fields).items() if value is not None]
    return f"---\n{''.join(lines)}---\n{body}\n"


def read_all(folder, text):
    """What becomes of a clipping in the steps of a worker, and the seconds of CPU that the longest takes."""
    (folder / "a.md").write_text(text, "utf-8")
    reader = Reader(str(folder), str(folder), rules_of(Config()), b"epoch")
    sample, request = Sample("example.org", (("a.md", 0),)), ReadRequest("a.md", "example.org", 2024, b"")
    seconds = []
    for step in (look(reader, ["a.md"]), learn(reader, [sample], 0), read(reader, [request])):
        start = time.process_time()
        (found,) = step
        seconds.append(time.process_time() - start)
    return found, max(seconds)


def told(found):
    return [str(problem) for problem in found.record.reading.problems if problem.kind == "length"]


def test_the_reference_names_every_limit_that_a_curator_may_meet():
    numbers = {int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\d", PAGE)}
    names = {name for name in vars(limits) if name.isupper()} - {"TEXT", "FRONT_MATTER"}
    assert {name for name in names if getattr(limits, name) not in numbers} == set()


# ---- texts


@pytest.mark.parametrize(
    ("block", "count"), [("A paragraph of some words.\n\n", 50_000), ("*a* ", 300_000), ("- a\n", 300_000)]
)
def test_a_text_that_is_too_long_is_cut_where_a_block_ends_and_says_so(tmp_path, block, count):
    found, _ = read_all(tmp_path, clipping(block * count, url=None))
    article = found.record.reading.article
    assert (article.verdict, article.reason) == (Verdict.CUT, "too long")
    (problem,) = told(found)
    assert re.fullmatch(
        r"a\.md:\d+: has more than 1,000,000 characters or 60,000 signs of markup; what follows this line is"
        r" left out; make several clippings of it",
        problem,
    )
    assert 40_000 < len(found.html) <= limits.HTML


def test_the_line_of_the_cut_is_where_the_file_goes_on():
    paragraph = "A paragraph of some words.\n\n"
    read_, problems = clipping_in("a.md", clipping(paragraph * 50_000).encode())
    assert read_.body.endswith("A paragraph of some words.")
    lines = clipping(paragraph * 50_000).split("\n")
    (problem,) = problems
    assert "\n".join(lines[6 : problem.line]).strip() == read_.body


def test_a_file_of_which_only_the_beginning_is_looked_at_is_cut_although_it_shrinks(tmp_path):
    garbled = "é, a word in the wrong encoding\n\n".encode().decode("cp1252") * 100 + "Ã©" * limits.TEXT
    found, _ = read_all(tmp_path, clipping(garbled, url=None))
    assert found.record.reading.article.verdict is Verdict.CUT
    assert len(told(found)) == 1


def test_a_long_read_stays_whole(tmp_path):
    paragraph = "This is a *long* read with [a link](https://example.org/x), and more `code` than one. " * 4
    found, _ = read_all(tmp_path, clipping(f"{paragraph}\n\n" * 1400, url=None))
    assert found.record.reading.article.verdict is Verdict.FULL
    assert told(found) == []
    assert found.html.count(b"<p>") == 1400


def test_a_text_whose_html_would_be_too_long_is_cut_and_says_so(tmp_path):
    url = "https://example.org/" + "a" * 1900 + "/b"
    found, _ = read_all(tmp_path, clipping("Words, and [a word](x) here. " * 9000, url=url))
    article = found.record.reading.article
    assert (article.verdict, article.reason) == (Verdict.CUT, "too long")
    (problem,) = told(found)
    assert "comes to more than 4,000,000 characters of HTML; its text is cut after" in problem
    assert 400_000 < len(found.html) <= limits.HTML


def test_only_the_beginning_that_fits_is_shown():
    text = "![picture](x)\n\n" * 10_000
    made = fitting_html(text, Place(original="https://example.org/" + "a" * 1000 + "/", id="abc"))
    assert 0 < made.end < len(text)
    assert made.html.count("<img") == text[: made.end].count("!")


def test_code_is_coloured_up_to_a_length_in_all():
    block = "```python\n" + "x = 1  # a comment\n" * 500 + "```\n\n"
    html = body_html(block * 20, Place(original=None, id="abc"))
    assert 0 < html.count('<pre class="highlight"') <= limits.HIGHLIGHTED // 9_500
    assert html.count("<pre") == 20


# ---- values


@pytest.mark.parametrize(
    ("field", "most"), [("title", limits.TITLE), ("source", limits.SOURCE), ("author", limits.NAME)]
)
def test_a_value_that_is_too_long_is_cut_and_says_so(tmp_path, field, most):
    found, _ = read_all(tmp_path, clipping(**{field: "汉字" * 5000}))
    value = getattr(found.record.reading.article, "authors" if field == "author" else field)
    shown = value[0] if field == "author" else value
    assert len(shown) == most
    assert shown.endswith(("字…", "汉…"))
    (problem,) = told(found)
    line = list(FIELDS | {field: ""}).index(field) + 2
    assert problem.startswith(f"a.md:{line}: `{field}` has more than {most} characters: '汉字")


def test_there_are_not_more_tags_and_authors_than_a_page_can_bear(tmp_path):
    many = "[" + ", ".join(f"name {n}" for n in range(200)) + "]"
    found, _ = read_all(tmp_path, clipping(tags=many, author=many))
    article = found.record.reading.article
    assert (len(article.tags), len(article.authors)) == (limits.TAGS, limits.AUTHORS)
    assert len(told(found)) == 2


def test_an_address_that_is_too_long_is_none(tmp_path):
    found, _ = read_all(tmp_path, clipping(url="https://example.org/" + "a" * 2000))
    reading = found.record.reading
    assert reading.article.url is None
    assert [(problem.kind, problem.line) for problem in reading.problems] == [("address", 3)]


def test_front_matter_has_a_number_of_fields(tmp_path):
    text = (
        "---\ntitle: T\ndate: 2024-07-03\n"
        + "".join(f"k{n}: v: w\n" for n in range(30_000))
        + "---\n\nText.\n"
    )
    found, _ = read_all(tmp_path, text)
    reading = found.record.reading
    assert reading.article is None
    assert reading.skipped.reason == "may be private: its front matter is not read to its end"
    assert len(found.record.reading.problems) <= limits.FIELDS + 1
    assert told(found) == [
        "a.md:1002: the front matter has more than 1,000 fields; from here on they are not read;"
        " delete those that are not needed"
    ]


@pytest.mark.parametrize("line", ["k: v\n", "k: v: w\n", "- a\n", "# a\n", "? a\n"])
def test_no_front_matter_takes_long(tmp_path, line):
    text = "---\ntitle: T\ndate: 2024-07-03\ntags:\n" + line * (10_000_000 // len(line)) + "---\n\nText.\n"
    found, seconds = read_all(tmp_path, text)
    assert seconds < SECONDS
    assert len(found.value) < 400_000


# ---- raw HTML


def reopened(markup):
    return formatting.limited(markup) != markup


def test_emphasis_that_is_not_closed_is_bounded():
    hostile = "".join(f"<b title={n}>" for n in range(4500)) + "<p>x" * 4500
    html = body_html(hostile, Place(original=None, id="abc"))
    assert html.count("x") == 4500
    assert "<b>" not in html
    assert len(html) < 20 * len(hostile)


def test_what_becomes_of_too_much_raw_html_is_said(tmp_path):
    emphasis = "".join(f"<b title={n}>" for n in range(4500)) + "<p>some words" * 4500
    found, _ = read_all(tmp_path, clipping(emphasis, url=None))
    assert told(found) == [
        "a.md: leaves emphasis open before more than 200,000 tags; all emphasis is left out;"
        " write it as Markdown, or close each tag"
    ]
    found, _ = read_all(tmp_path, clipping("some words [ " * 11_000, url=None))
    assert told(found) == [
        "a.md: holds more than 10,000 brackets; they are shown as text, and make no links;"
        " shorten it, or make several clippings of it"
    ]
    found, _ = read_all(tmp_path, clipping("some words <i>i</i> " * 11_000, url=None))
    assert told(found) == [
        "a.md: holds more than 20,000 tags of HTML; they are shown as text;"
        " write it as Markdown, or close each tag"
    ]


@pytest.mark.parametrize(
    "element",
    [
        "<b title={}><table><td></b></table>",  # an end tag does not reach out of a cell
        "<b title={}>" + "<div>" * 9 + "</b>",  # nor does it end what holds nine blocks
        '<b title=">{}">',
        '<b a=x"y title=">{}">',
        '<span a=x" ><b title={}>" >',
        '<b title={}><span a="</b>">',
        "<B\ntitle={}>",
    ],
)
def test_no_form_of_it_hides_from_the_count(element):
    hostile = "".join(element.format(n) for n in range(1000)) + "<p>x" * 2000
    assert reopened(hostile)
    assert not re.search(r"<b(?=[\s/>])", formatting.limited(hostile), re.IGNORECASE)


@pytest.mark.parametrize(
    "sound",
    [
        "<p>a <b>b</b> <i lang='fr'>c</i> <code class=x>d</code></p>" * 5000,
        "<p><b>never closed" * 3000,
        "<table>" + "<tr><td><b>x</b></td><td><a href='/x'>y</a></td></tr>" * 3000 + "</table>",
        "".join(f"<p>see <a href='/{n}'>it</a> and <em>more</em> than that" for n in range(5000)),
    ],
)
def test_emphasis_as_people_write_it_stays(sound):
    assert not reopened(sound)


def test_cells_that_span_more_than_a_table_may_cover_span_one():
    cells = "<td colspan=99 rowspan=99>x</td>" * 3000
    html = body_html(f"<table><tr>{cells}</tr></table>", Place(original=None, id="abc"))
    assert html.count("<td>x</td>") == 3000


# ---- time and memory

HOSTILE = {
    "emphasis not closed": lambda n: "".join(f"<b title={i}>" for i in range(n // 24)) + "<p>x" * (n // 8),
    "cells that span": lambda n: "<table><tr>" + "<td colspan=99 rowspan=99>x" * (n // 27),
    "nested tables": lambda n: "<table><tr><td>" * (n // 15),
    "pictures not closed": lambda n: "<div>" + "<img " * (n // 5),
    "emphasis": lambda n: "*a* " * (n // 4),
    "table": lambda n: "|a|b|c|\n|-|-|-|\n" + "|a|b|c|\n" * (n // 8),
    "list": lambda n: "- a\n" * (n // 4),
    "links": lambda n: "[a](https://b.org/c) " * (n // 21),
    "brackets": lambda n: "[a](" * (n // 4),
    "quotes": lambda n: "> " * (n // 2),
    "code": lambda n: "```python\nx = 1\n```\n" * (n // 20),
    "one line": lambda n: "a" * n,
}
VALUES = {
    "letters": "aaaa;",
    "flaws": "cve 关于x漏洞 ",
    "wide": "\ufdfa",
    "marks": "a\u0301\u0316",
    "words": "a ",
    "entities": "&amp;amp;",
}
SECONDS = 8
"""Several times what each takes; with nothing bounded each took minutes."""


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        *((shape, size) for shape in HOSTILE for size in (20_000, 1_000_000)),
        *((shape, 10_000_000) for shape in ("emphasis", "table", "one line")),
    ],
)
def test_no_text_takes_long(tmp_path, shape, size):
    found, seconds = read_all(tmp_path, clipping(HOSTILE[shape](size), url=None))
    assert seconds < SECONDS
    assert len(found.html) <= 2 * limits.HTML


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("field", ["title", "source", "author", "tags", "summary", "date", "note", "url"])
def test_no_value_takes_long(tmp_path, field, value):
    written = VALUES[value] * (800_000 // len(VALUES[value]))
    found, seconds = read_all(tmp_path, clipping(**{field: written}))
    assert seconds < SECONDS
    assert len(found.value) < 20_000


@pytest.mark.parametrize("value", VALUES)
def test_titles_are_compared_by_their_beginnings(value):
    one, other = (titles.title_of(VALUES[value] * (200_000 // len(VALUES[value])) + end) for end in "xy")
    assert len(one.text) <= 800
    titles.similarity(one, other)
    titles.is_reworded(one, other)


# ---- feeds


class Texts(dict[str, bytes]):
    """Texts by path."""

    def body(self, path):
        return self.get(path)


def entries(texts):
    entry = feeds.Entry(
        id="urn:x", title="T", title_language="en", language="en", url="https://d.example/", original=None,
        date=dt.date(2024, 7, 3), time=None, content="", excerpt="An excerpt.", authors=(), tags=(),
        source="S", source_page="https://d.example/s/",
    )  # fmt: skip
    return [(entry, Text(path, hashed(body)), "https://d.example/") for path, body in texts.items()]


def test_a_feed_has_texts_up_to_a_length_the_newest_first():
    sizes = [1000, limits.FEED_TEXT + 1, *[limits.FEED_TEXT] * 9, 1000]
    texts = Texts({f"{n}.md": b"x" * size for n, size in enumerate(sizes)})
    made = entries_with(entries(texts), texts)
    assert [len(entry.content) for entry in made] == [1000, 0, *[limits.FEED_TEXT] * 7, 0, 0, 1000]
    assert all(entry.excerpt for entry in made)
