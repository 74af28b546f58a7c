"""What front matter holds back, however it is written: nothing of that kind is published by mistake."""

import time

import pytest
from reading_rules import rules

from generator.authoring.fix import fixed
from generator.reading.article import article_of
from generator.reading.frontmatter import clipping_in, clipping_of, front_matter_in
from generator.reading.withholding import corrected


def reading_with(block):
    return article_of(clipping_of("a.md", f"---\n{block}---\n\nA line of text.\n")[0], rules())


# --- front matter that is not read to its end


def clipping_with(front, body="Some text.\n"):
    return f"---\ntitle: A\ndate: 2024-07-03\nurl: https://a.example/\n{front}---\n\n{body}".encode()


@pytest.mark.parametrize(
    "front",
    [
        "".join(f"k{n}: 1\n" for n in range(1000)) + "private: true\n",
        f"summary: {'x ' * 600_000}\nprivate: true\n",
        f"'open: {'x ' * 600_000}\nprivate: true\n",
    ],
    ids=["more fields", "a longer text", "a longer text that is no YAML"],
)
def test_a_clipping_whose_front_matter_is_not_read_to_its_end_is_held_back(front):
    clipping, _ = clipping_in("a.md", clipping_with(front))
    reading = article_of(clipping, rules())
    assert reading.article is None
    assert reading.skipped.reason == "may be private: its front matter is not read to its end"
    assert [problem.kind for problem in reading.problems] == ["publish"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_clipping_whose_first_bytes_alone_are_read_is_held_back_where_they_are_front_matter(line_end):
    raw = clipping_with(f"summary: {'x ' * 40_000}\nprivate: true\n").replace(b"\n", line_end.encode())
    reading = article_of(front_matter_in("a.md", raw), rules())
    assert reading.skipped.reason == "may be private: its front matter is not read to its end"
    long_body = clipping_with("x: 1\n", "Some text.\n" * 10_000).replace(b"\n", line_end.encode())
    assert article_of(front_matter_in("a.md", long_body), rules()).article is not None


# --- typing errors in the keys that hold back


@pytest.mark.parametrize("place", ["first", "after a field", "after a blank line", "before prose"])
@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("private:true", "private: true"),
        ("Private\uff1atrue", "private: true"),
        ("private\uff1a\u3000true", "private: true"),
        ("private:\xa0true", "private: true"),
        ("\u3000private: true", "private: true"),
        ("private=true", "private: true"),
        ("\uff50\uff52\uff49\uff56\uff41\uff54\uff45\uff1atrue", "private: true"),
        ("private = true", "private: true"),
        ('"private":true', "private: true"),
        ("publish:false", "publish: false"),
        ("published\uff1afalse", "published: false"),
        ("draft:true", "draft: true"),
        ("hide:true", "hide: true"),
        ("hidden=true", "hidden: true"),
    ],
)
def test_a_mistyped_line_that_holds_back_is_read_as_it_is_meant(place, line, meant):
    others = "title: A\ndate: 2024-07-03\n"
    front, number = {
        "first": (f"{line}\n{others}", 2),
        "after a field": (f"{others}{line}\n", 4),
        "after a blank line": (f"{others}\n{line}\n", 5),
        "before prose": (f"{others}\n{line}\nand so on\n", 5),
    }[place]
    clipping, faults = clipping_of("a.md", f"---\n{front}---\n\nSome text.\n")
    reading = article_of(clipping, rules())
    is_hidden = reading.pick is not None and reading.pick.hide
    assert reading.article is None or reading.is_draft or is_hidden
    fault = next(fault for fault in faults if fault.kind in {"publish", "draft"})
    assert (fault.line, fault.advice) == (number, f"write `{meant}`")


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: A\n\nprivate: true\ndate: 2024-07-03\n\nSome text.\n",
        "---\ntitle: A\n\nprivate\uff1atrue\ndate: 2024-07-03\n\nSome text.\n",
        "---\ntitle: A\nand a second line\nprivate: true\ndate: 2024-07-03\n\nSome text.\n",
        "---\ntitle: A\n\nprivate: true\nSome text: of the body, \nand more of it\n\n---\n\nMore.\n",
    ],
)
def test_what_holds_back_is_front_matter_where_that_is_not_closed(text):
    clipping, _ = clipping_of("2024-07-03.md", text)
    assert article_of(clipping, rules()).skipped.reason == "is private (`private: true`)"


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("privat: true", "private"),
        ("privaet: true", "private"),
        ("pubish: false", "publish"),
        ("publised: false", "published"),
        ("drat: true", "draft"),
        ("hidde: true", "hide"),
        ("hiddn: true", "hidden"),
        ("hiden: true", "hide"),
    ],
)
def test_a_key_one_letter_away_from_one_that_holds_back_does_so_too(line, meant):
    reading = reading_with(f"title: A\ndate: 2024-07-03\n{line}\n")
    assert reading.article is None
    assert reading.skipped.reason == f"has `{line}`, which is not a key; did you mean `{meant}`?"
    assert [(one.line, one.advice) for one in reading.problems] == [(4, f"did you mean `{meant}`?")]


def test_a_key_one_letter_away_that_says_nothing_of_the_kind_is_a_warning_alone():
    reading = reading_with("title: A\ndate: 2024-07-03\nprivat: false\npublishd: 2024-07-03\n")
    assert reading.article is not None
    assert [one.line for one in reading.problems] == [4, 5]


@pytest.mark.parametrize(
    "line", ["publisher: no", "craft: true", "wide: true", "side: yes", "hid: 12", "drafts:"]
)
def test_other_words_are_no_typing_errors(line):
    reading = reading_with(f"title: A\ndate: 2024-07-03\n{line}\n")
    assert reading.article is not None
    assert reading.problems == ()


def test_a_key_that_the_site_maps_is_no_typing_error():
    clipping, _ = clipping_of("a.md", "---\ntitle: A\ndate: 2024-07-03\ndrafts: 1\n---\n\nSome text.\n")
    assert article_of(clipping, rules(fields={"tags": ("drafts",)})).article.tags == ("1",)


# --- the strictest of several values counts


@pytest.mark.parametrize(
    "lines",
    [
        ("private: true", "private: false"),
        ("publish: false", "publish: true"),
        ("publish: true", "published: false"),
        ("published: false", "published: 2024-07-03"),
        ("draft: true", "draft: false"),
        ("hide: true", "hide: false"),
        ("hide: an advertisement", "hide: false"),
        ("hide: false", "hidden: true"),
    ],
)
@pytest.mark.parametrize("step", [1, -1])
def test_the_strictest_value_counts(lines, step):
    front = "\n".join(lines[::step])
    clipping, faults = clipping_of("a.md", f"---\ntitle: A\ndate: 2024-07-03\n{front}\n---\n\nSome text.\n")
    reading = article_of(clipping, rules())
    is_hidden = reading.pick is not None and reading.pick.hide
    assert reading.article is None or reading.is_draft or is_hidden
    twice = lines[0].partition(":")[0] == lines[1].partition(":")[0]
    told = [fault.message.partition("; ")[2] for fault in faults if fault.kind == "duplicate-key"]
    assert told == ["the strictest one counts"] * twice


# --- values that are no text


@pytest.mark.parametrize("value", ["{a: true}", "\n  a: true", "[]", "{}", "[false]", "!!map {}"])
@pytest.mark.parametrize("key", ["private", "publish", "published", "draft", "hide", "hidden"])
def test_a_value_that_is_no_text_holds_back(key, value):
    if (key, value) == ("published", "[false]"):
        return
    reading = reading_with(f"title: A\ndate: 2024-07-03\n{key}: {value}\n")
    is_hidden = reading.pick is not None and reading.pick.hide
    assert reading.article is None or reading.is_draft or is_hidden
    if (key, value) != ("publish", "[false]"):
        assert [one.line for one in reading.problems] == [4]


@pytest.mark.parametrize("value", ["", "null", "~", '""', "# not yet"])
@pytest.mark.parametrize("key", ["private", "published", "draft", "hide", "hidden"])
def test_an_empty_value_says_nothing(key, value):
    reading = reading_with(f"title: A\ndate: 2024-07-03\n{key}: {value}\n")
    assert reading.article is not None
    assert not reading.is_draft
    assert reading.pick is None or not reading.pick.hide
    assert reading.problems == ()


@pytest.mark.parametrize("value", ["nope", "not yet", "[]"])
def test_published_that_is_neither_a_day_nor_a_decision_holds_back(value):
    reading = reading_with(f"title: A\ndate: 2024-07-03\npublished: {value}\n")
    assert "neither a date nor true or false; held back" in reading.skipped.reason
    assert [one.kind for one in reading.problems] == ["publish"]


# --- front matter in other formats


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('+++\ntitle = "A"\ndate = 2024-07-03\ndraft = true\n+++\n\nSome text.\n', "TOML"),
        ("\n+++\n# a comment\n\n[params]\n  private = true\n+++\nSome text.\n", "TOML"),
        ("+++\ndraft = true\n\nSome text.\n", "TOML"),
        ("---toml\ndraft = true\n---\n\nSome text.\n", "TOML"),
        ('{"title": "A", "draft": true}\n\nSome text.\n', "JSON"),
        ('{\n  "title": "A",\n  "draft": true,\n}\n\nSome text.\n', "JSON"),
        ('---json\n{\n  "draft": true\n}\n---\n\nSome text.\n', "JSON"),
    ],
)
def test_front_matter_in_another_format_is_not_published_as_text(text, name):
    clipping, faults = clipping_of("2024-07-03.md", text)
    reading = article_of(clipping, rules())
    advice = "write YAML between `---` lines"
    assert reading.skipped.reason == f"has {name} front matter, which is not read; {advice}"
    assert [(one.kind, one.advice) for one in (*faults, *reading.problems)] == [("publish", advice)]


@pytest.mark.parametrize(
    "text",
    [
        "+++\n\nA text between plus signs.\n\n+++\n",
        "+++ a/file\nx = 1\n",
        "+++\nA text.\n\nx = 1\n",
        "{% raw %}\nA text.\n",
        '{"a quote"} begins this text.\n',
        "{}\n\nA text.\n",
    ],
)
def test_what_only_begins_alike_is_text(text):
    assert article_of(clipping_of("2024-07-03.md", text)[0], rules()).article is not None


# --- such keys within another field, and without their sign


@pytest.mark.parametrize(
    ("front", "number"),
    [
        ("title: My thoughts\n private: true\n", 3),
        ("title: My thoughts\n\tdraft: true\n", 3),
        ('title: "My thoughts"\n  publish: no\n', 3),
        ("title: A\nsummary: Some words\n  and more\n  private: yes\n", 5),
        ("title: A\nsummary:\n  private: true\n", 4),
        ("title: A\nauthor:\n  private: true\n", 4),
        ("title: A\nnote: x\n  private: 'true'\n", 4),
        ("title: A\ntags:\n  - a\n  private: true\n", 5),
        ("title: A\ntags:\n  - a\n  - private: true\n", 5),
        ("title: A\ntags:\n- a\n- private: true\n- b\n", 5),
        ("title: A\nsummary: |\n  A text.\n\tprivate: true\n", 5),
        ("title: A\nprivate true\n", 3),
        ("title: A\nprivate; true\n", 3),
        ("title: A\nprivate:: true\n", 3),
        ("title: A\n  private\uff1atrue # mine\n", 3),
    ],
)
def test_a_line_that_holds_back_counts_within_another_field_too(front, number):
    text = f"---\n{front}date: 2024-07-03\n---\n\nSome text.\n"
    clipping, faults = clipping_of("a.md", text)
    reading = article_of(clipping, rules())
    assert reading.article is None or reading.is_draft
    assert number in [fault.line for fault in faults if fault.kind in {"publish", "draft"}]
    assert not any("private" in fault.advice for fault in faults if fault.kind == "front-matter")
    assert fixed(text.encode()) is None  # `check --fix` leaves it to the writer


@pytest.mark.parametrize(
    "front",
    [
        "summary: |\n  A text.\n  private: true\n",
        "summary: >-\n\n  private: true\n",
        "repository:\n  name: x\n  private: true\n",
        "images:\n- hidden: true\n  src: x\n- src: y\n  hidden: true\n",
        "summary: This is\n  private true to nature\n",
    ],
)
def test_a_line_of_a_text_or_of_a_mapping_holds_nothing_back(front):
    clipping, faults = clipping_of("a.md", f"---\ntitle: A\ndate: 2024-07-03\n{front}---\n\nSome text.\n")
    assert article_of(clipping, rules()).article is not None
    assert not faults


@pytest.mark.parametrize(
    "line", [" private: true", " name: x\n hidden: true", "- hidden: true\n  a: b", "\t- " * 20]
)
def test_many_lines_within_a_field_take_no_time(line):
    rows = f"{line}\n" * 40_000
    began = time.process_time()
    clipping_in("a.md", f"---\ntitle: A\nrows:\n{rows}---\n".encode())
    clipping_in("a.md", f"---\ntitle: A\nrows:\n{rows}".encode())
    assert time.process_time() - began < 10


# --- such keys outside of front matter


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("title: T\nprivate: true\n---\n", 2),
        ("title: T\nprivate:true\n", 2),
        ("<!-- c -->\n---\ntitle: T\npublish: false\n---\n", 4),
        ("```yaml\ntitle: T\ndraft: true\n```\n", 3),
        ("***\ntitle: T\nprivate: true\n***\n", 3),
        ("\u2014--\ntitle: T\nprivate: true\n\u2014--\n", 3),
        ("private: true\n", 1),
        ("# A heading\n\n---\ntitle: T\ntags:\n  - a\nprivate: true\n---\n", 7),
        ("title:: T\nprivate:: true\n", 2),
        ("- public:: false\n", 1),
        ("---\n<!-- c -->\ntitle: T\nprivate: true\n", 4),
        ("---\n---\nprivate: true\n---\n", 3),
        ("--- \u200b\ntitle: T\nprivate: true\n---\n", 3),
        ("---\u2028title: T\u2028private: true\u2028---\u2028", 1),
    ],
)
def test_what_holds_back_counts_before_the_first_line_of_prose(text, number):
    clipping, faults = clipping_of("2024-07-03.md", f"{text}\nA secret line of text.\n")
    reading = article_of(clipping, rules())
    assert reading.article is None or reading.is_draft
    told = [fault for fault in faults if fault.kind in {"publish", "draft"}]
    assert [(fault.line, str(fault.severity)) for fault in told] == [(number, "warning")]


@pytest.mark.parametrize(
    "text",
    [
        "A line of prose.\n\nprivate: true\n",
        "# How to hide\n\nprivate: the life of Ann\ndraft: a first one\n",
        "title: T\npublished: 2024-07-03\nprivate: false\n---\n",
    ],
)
def test_what_does_not_hold_back_outside_of_front_matter_is_text(text):
    clipping, faults = clipping_of("2024-07-03.md", f"{text}\nSome text.\n")
    assert article_of(clipping, rules()).article is not None
    assert not [fault for fault in faults if fault.kind in {"publish", "draft"}]


@pytest.mark.parametrize(
    "line",
    [
        "status: draft",
        "Status: Draft",
        "status：draft",
        "status:draft",
        "status: ｄｒａｆｔ",
        "status: [review, draft]",
        'status: "#draft"',
        'status: "[[draft]]"',
        "isDraft: true",
        "is_draft: yes",
        "is_draft: maybe",
    ],
)
def test_other_programs_drafts_are_drafts(line):
    assert reading_of(line).is_draft


@pytest.mark.parametrize(
    "line",
    [
        "status: hidden",
        "status: private",
        "visibility: PRIVATE",
        "visibility: hidden",
        "visibility：private",
        "visibility: protected",
        "public：false",
        "public: ｆａｌｓｅ",
        "isPrivate: true",
        "is_private: yes",
        "is_private: ｔｒｕｅ",
        "is_private: 是",
        "public: 0",
        "dg-publish: false",
        "dg_publish: false",
    ],
)
def test_what_other_programs_keep_private_is_held_back(line):
    reading = reading_of(line)
    assert reading.article is None
    assert f"is not to be published (`{line[:6].lower()}" in reading.skipped.reason


@pytest.mark.parametrize(
    "line",
    [
        "PUBLISH: false",
        "Pri-vate: true",
        "_private: true",
        "Is-Private: true",
        "is private: true",
        "IS_PRIVATE: yes",
        "is\u2011private: true",
        "DG Publish: false",
        "Dg-Publish: false",
        "dgPublish: false",
        "Un-Published: true",
        "Visi bility: private",
        "{title: A, Is Private: true}",
        "is private\uff1atrue",
        "is_private = true",
        "dg-publish\uff1afalse",
        "- is private: true",
        "is-private true",
        "\uff29\uff33\uff3f\uff30\uff32\uff29\uff36\uff21\uff34\uff25\uff1a true",
        "\uff29\uff33\uff0d\uff30\uff32\uff29\uff36\uff21\uff34\uff25: true",
        "\u0456s-private: true",
        "is_privat: true",
        "dg-publsh: false",
        "visiblity: private",
        "staus: hidden",
        "publc: no",
        "unlised: true",
    ],
)
def test_how_a_key_that_holds_back_is_spelt_makes_no_difference(line):
    if line.startswith("{"):
        text = f"---\n{line}\n---\n\nSome text of its own.\n"
        assert article_of(clipping_of("2024-07-03.md", text)[0], rules()).article is None
        return
    reading = reading_of(line)
    assert reading.article is None
    assert (
        "private" in reading.skipped.reason
        or "is not to be published" in reading.skipped.reason
        or ("which is not a key; did you mean" in reading.skipped.reason)
    )


@pytest.mark.parametrize("line", ["Is Draft: true", "is-draft: yes", "DRAFT: true", "is_draft = true"])
def test_how_a_key_of_drafts_is_spelt_makes_no_difference(line):
    assert reading_of(line).is_draft


@pytest.mark.parametrize("line", ["HIDE: true", "Hid-den: true", "hide_: an advertisement"])
def test_how_a_key_that_hides_is_spelt_makes_no_difference(line):
    assert reading_of(line).pick.hide


def test_of_several_spellings_the_strictest_value_counts():
    for line in ("private: false\nPri-vate: true", "is-private: true\nis_private: false"):
        assert reading_of(line).article is None


def test_a_mapped_key_that_holds_back_is_found_however_it_is_spelt():
    assert reading_of("keep-to_me: true", fields={"private": ("Keep to Me",)}).article is None


@pytest.mark.parametrize("line", ["dg-publish: false", "is private: true", "Is_Draft: true", "unlisted: yes"])
def test_such_keys_of_other_programs_count_outside_of_front_matter_too(line):
    reading = article_of(clipping_of("2024-07-03.md", f"{line}\n\nA secret line of text.\n")[0], rules())
    assert reading.article is None or reading.is_draft


@pytest.mark.parametrize("line", ["is_privat: false", "staus: read", "statue: of a king", "enlisted: true"])
def test_a_mistyped_key_of_another_program_that_does_not_hold_back_means_nothing(line):
    reading = reading_of(line)
    assert reading.article is not None
    assert reading.problems == ()


@pytest.mark.parametrize("key", ["NOTE", "Note-s", "Anno_tations"])
def test_a_note_is_private_in_messages_however_its_key_is_spelt(key):
    block = f"---\ntitle: T\ndate: 2024-07-03\n{key}: a SECRET: it is\n---\n\nSome text.\n"
    clipping, faults = clipping_of("a.md", block)
    assert faults
    assert "SECRET" not in f"{article_of(clipping, rules()).article} {faults}"


@pytest.mark.parametrize(
    "line", ["status: read", "visibility: public", "public: true", "dg-publish: true", "status:"]
)
def test_other_values_of_other_programs_keys_mean_nothing(line):
    reading = reading_of(line)
    assert (reading.article is not None, reading.is_draft) == (True, False)


@pytest.mark.parametrize("above", ["", "title: A\n", "author: Ann\n"])
@pytest.mark.parametrize(
    "line",
    ["privat：true", "privat:true", "pubish=false", "Un-Listed:true", "un_published：true", "pri-vate:true"],
)
def test_a_key_that_is_spelt_otherwise_in_a_mistyped_line_is_read(above, line):
    clipping, _ = clipping_of("2024-07-03.md", f"---\n{above}{line}\n---\n\nA text.\n")
    assert article_of(clipping, rules()).article is None


@pytest.mark.parametrize("head", ["", "---\ntitle: A\n---\n"])
@pytest.mark.parametrize(
    "line",
    ["ｐｒｉｖａｔｅ：true", "ｐｒｉｖａｔｅ： ｔｒｕｅ", "privat: true", "pubish: false", "Un-Listed: true"],
)
def test_so_it_is_outside_of_front_matter(head, line):
    clipping, faults = clipping_of("2024-07-03.md", f"{head}{line}\n\nA text.\n")
    assert article_of(clipping, rules()).article is None
    assert "publish" in {fault.kind for fault in faults}


@pytest.mark.parametrize(
    "line", ["status=200", "public:1.2.3.4", "craft:true", "Drift: yes", "publisher：Ann"]
)
def test_other_lines_with_odd_signs_withhold_nothing(line):
    for text in (f"---\ntitle: A\n{line}\n---\n\nA text.\n", f"---\ntitle: A\n---\n{line}\n\nA text.\n"):
        assert article_of(clipping_of("2024-07-03.md", text)[0], rules()).article is not None


def test_a_mapped_key_of_another_program_withholds_nothing():
    assert reading_of("status: draft", fields={"tags": ("status",)}).article is not None
    assert not reading_of("status: draft", fields={"tags": ("status",)}).is_draft


def reading_of(line, **configured):
    text = f"---\ntitle: T\ndate: 2024-07-03\n{line}\n---\n\nSome text of its own.\n"
    return article_of(clipping_of("a.md", text)[0], rules(**configured))


ADDED = "---\ntitle: T\nurl: https://e.example/a\ndate: 2024-07-03\nprivate: false\n---\n"
"""Front matter that a program wrote above a note that had its own."""


@pytest.mark.parametrize(
    ("own", "number"),
    [
        ("---\ntitle: Mine\nprivate: true\n---\n", 9),
        ("---\npublish: no\n---\n", 8),
        ("\n---\ndraft: true\n---\n", 9),
        ("\n# Mine\n\nprivate:: true\n", 10),
    ],
)
def test_what_holds_back_counts_below_front_matter_too(own, number):
    text = f"{ADDED}{own}\nA secret line of text.\n"
    for read in (clipping_of("a.md", text)[0], front_matter_in("a.md", f"{text}{'word ' * 20_000}".encode())):
        reading = article_of(read, rules())
        assert reading.article is None or reading.is_draft
    told = [fault for fault in clipping_of("a.md", text)[1] if fault.kind in {"publish", "draft"}]
    assert [(fault.line, str(fault.severity)) for fault in told] == [(number, "warning")]


@pytest.mark.parametrize(
    "text", ["```yaml\nprivate: true\n```\n", "A line.\n\nprivate: true\n", "---\n\nprivate\n"]
)
def test_code_and_prose_below_front_matter_hold_nothing_back(text):
    clipping, faults = clipping_of("a.md", f"{ADDED}\n{text}")
    assert article_of(clipping, rules()).article is not None
    assert not faults


def test_a_second_block_of_front_matter_is_told():
    clipping, [fault] = clipping_of("a.md", f"{ADDED}\n---\ntitle: Mine\nnote: n\n---\n\nSome text.\n")
    assert article_of(clipping, rules()).article is not None
    assert (fault.line, fault.kind, str(fault.severity)) == (8, "front-matter", "warning")


@pytest.mark.parametrize("mark", ["\u200b", "\ufeff", "\n\u200b \ufeff"])
def test_a_mark_that_is_not_seen_before_front_matter_is_passed_over(mark):
    clipping, faults = clipping_of("a.md", f"{mark}---\ntitle: T\nprivate: true\n---\n\nSome text.\n")
    assert (clipping.fields, clipping.body) == ({"title": "T", "private": "true"}, "Some text.")
    assert not faults


# --- private notes in front matter that is no YAML


@pytest.mark.parametrize("key", ["note", "Notes", "annotations", "highlight", "comment"])
@pytest.mark.parametrize("sign", [":", "\uff1a", " = ", "=", "\uff1a ", ":\xa0"])
@pytest.mark.parametrize("above", ["title: X", "author: X", 'title: "X"', "tags:\n- X"])
@pytest.mark.parametrize("indent", ["", "  "])
def test_a_mistyped_note_is_in_no_field_and_no_message(key, sign, above, indent):
    if indent and above.startswith("tags"):
        return
    front = f"date: 2024-07-03\n{above}\n{indent}{key}{sign}SECRET: it\nsummary: Y\n"
    clipping, faults = clipping_of("a.md", f"---\n{front}---\n\nSome text.\n")
    reading = article_of(clipping, rules())
    assert "SECRET" not in f"{reading.article} {reading.text} {reading.problems} {faults}"
    assert clipping.fields["summary"] == "Y"
    assert any(fault.line == front.count("\n", 0, front.index("SECRET")) + 2 for fault in faults)


@pytest.mark.parametrize(
    "note",
    [
        "note: first paragraph\n\nSECRET second paragraph",
        "note: |\n  first paragraph\n\nSECRET second\n\nSECRET: third",
        "\nnote: first\n\nSECRET second\nand\n\nSECRET third",
    ],
)
def test_a_note_of_several_paragraphs_ends_where_the_front_matter_ends(note):
    text = f"---\ntitle: A\ndate: 2024-07-03\n{note}\n---\n\nSome text.\n"
    clipping, faults = clipping_of("a.md", text)
    reading = article_of(clipping, rules())
    assert "SECRET" not in f"{reading.article} {reading.text} {reading.problems} {faults}"
    assert (reading.article.title, reading.text) == ("A", "Some text.")
    assert not any("not closed" in fault.message for fault in faults)


# --- values over several lines


@pytest.mark.parametrize(
    "block",
    [
        "title: 'The bank raised its rate on Monday by half a point\n  Note: the figures are provisional'\n",
        'title: A\ndescription: "one\n  draft no\n  and goes on"\n',
        "title: 'It''s so\n  private: true'\n",
    ],
)
def test_a_value_in_quotation_marks_may_go_on_with_such_a_word(block):
    assert corrected(block) == (block, [])
    reading = reading_with(f"date: 2024-07-03\n{block}")
    assert reading.article is not None
    assert reading.problems == ()


def test_values_whose_quotation_marks_are_not_closed_are_read_in_linear_time():
    began = time.process_time()
    block, _ = corrected(" private: true\n" + "a: 'x\n" * 10_000)
    assert block.startswith("private: true\n")
    assert time.process_time() - began < 5


@pytest.mark.parametrize("said", ["private: true", "private true", "- private: yes"])
@pytest.mark.parametrize("end", ["\x85", "\u2028", "\x0b"])
def test_a_line_that_ends_for_some_programs_only_holds_back_too(end, said):
    assert reading_with(f"title: A{end}{said}\n").article is None


@pytest.mark.parametrize("line", ["ＰＲＩＶＡＴＥ: true", "ｐｕｂｌｉｓｈ： false", "ｄｒａｆｔ = yes"])
def test_a_key_in_full_width_letters_counts_as_written(line):
    reading = reading_of(line)
    assert reading.article is None or reading.is_draft


@pytest.mark.parametrize(
    "text",
    [
        "{private: true}\n\nA text.\n",
        "{title: 关于, private: true}\n\n正文在这里。\n",
        "{publish: false, title: A}\n\nA text.\n",
        "---\n{private: true}\n---\n\nA text.\n",
        "---\n{title: 关于, private: true}\n---\n\n正文。\n",
        "---\n<<: {private: true}\ntitle: 关于\n---\n\n正文。\n",
        "---\ntitle: A\n<<: {a: b, private: true}\n---\n\nA text.\n",
        "(private:: true)\n\nA text.\n",
        "[publish:: false]\n\n正文。\n",
        "---\ntitle: A\n---\n\n(private:: true)\n\nA text.\n",
        "---\ntitle: A\npr\u0456vate: true\n---\n\nA text.\n",
        "---\ntitle: 关于\n\u0440\u0443blish: false\n---\n\n正文。\n",
        "---\ntitle: A\npriv\xe4te: true\n---\n\nA text.\n",
        "---\ntitle: A\nunlisted: true\n---\n\nA text.\n",
        "---\ntitle: A\nunpublished: yes\n---\n\nA text.\n",
        "---\ntitle: 关于\nvisibility: me\n---\n\n正文。\n",
        "---\ntitle: A\nvisibility: unlisted\n---\n\nA text.\n",
    ],
)
def test_other_ways_to_say_that_a_clipping_is_private(text):
    clipping, _ = clipping_of("2024-07-03.md", text)
    assert article_of(clipping, rules()).article is None


@pytest.mark.parametrize(
    "text",
    [
        "---\n{title: 关于, draft: false}\n---\n\n正文。\n",
        "---\ntitle: A\nunlisted: false\nunpublished: false\nvisibility: public\n---\n\nA text.\n",
        "---\ntitle: A\nshare: false\naccess: me\nprivacy: on\n---\n\nA text.\n",
        "---\ntitle: A\n\u516c\u5f00: false\n---\n\nA text.\n",
        "---\ntitle: A\n---\n\nA text (private: true) in prose.\n",
        "---\ntitle: A\n---\n\nFirst prose.\n\n{private: true}\n",
    ],
)
def test_what_does_not_say_that_a_clipping_is_private(text):
    clipping, _ = clipping_of("2024-07-03.md", text)
    article = article_of(clipping, rules()).article
    assert article is not None
    assert article.title in {"A", "关于"}
