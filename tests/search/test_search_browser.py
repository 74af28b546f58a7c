"""The page that searches, in a real browser, from a plain server; and its scripts held against Python."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from array import array
from pathlib import Path

import pytest
from playwright.sync_api import expect
from searched_site import PAYLOADS, every_title, settled, status, titles, with_an_early_stop

from browsing import quiet
from generator.cli.main import run
from generator.search.documents import Document, head_keys
from generator.search.postings import FORMAT, Keys, blocks_of, files_of
from generator.search.query import parsed
from generator.search.table import KEY_BITS, PARTING, character_class
from generator.search.terms import folded, keys_of, wanted_keys

pytestmark = pytest.mark.browser

SHIFTS = """new PerformanceObserver(list => {
    const own = list.getEntries().filter(one => !one.hadRecentInput);
    window.shifted = own.reduce((all, one) => all + one.value, window.shifted ?? 0);
}).observe({ type: "layout-shift", buffered: true });"""
TITLES = sorted(
    line.partition(":")[2].strip()
    for file in (Path(__file__).parents[2] / "content").rglob("*.md")
    for line in file.read_text("utf-8").splitlines()
    if line.startswith("title:")
)
SPECIAL = (
    "CVE-2024-3094",
    "使用Log4j漏洞",
    "C++ .NET c# 1.2.3.4.5 a--b x_y",
    "ΟΔΥΣΣΕΥΣ İı Straße ﬁ ①",
    "ﾌﾟﾚｽ ガ が",
    "…a ‥b",
    "Ends in C++. and .NET. -x- _y_ a.b. ..c d--e 'f' G.H, i#j k+l m++n 漏C#洞.n",
)
KEYS = """async texts => {
    const { folded, wantedKeys } = await import("./../assets/search-query.js");
    return texts.map(text => [folded(text), wantedKeys(text)]);
}"""


def random_texts(count: int):
    """Texts of characters from all of Unicode, by blocks that a text may mix."""
    chance = random.Random(7)
    for _ in range(count):
        starts = [chance.choice((0x20, 0x60, 0x2000, 0x4E00, chance.randrange(0x30000))) for _ in range(3)]
        codes = (chance.choice(starts) + chance.randrange(96) for _ in range(60))
        yield "".join(chr(code) for code in codes if not 0xD800 <= code < 0xE000)


def parted(text):
    """A folded text with a space for what parts words, which depends on the version of Unicode."""
    return re.sub(f"[{character_class(PARTING)}]+", " ", text)


@pytest.mark.parametrize(
    "texts", [TITLES, SPECIAL, [*random_texts(400)]], ids=["titles", "special", "random"]
)
def test_the_script_asks_for_the_same_terms(tab, served, texts):
    tab.goto(f"{served}search/")
    for text, (form, wanted) in zip(texts, tab.evaluate(KEYS, list(texts)), strict=True):
        assert wanted == wanted_keys(text), text
        assert keys_of(text).issuperset(wanted), text
        assert parted(form) == parted(folded(text)), text


QUERIES = (
    "sıte:x ſource:y SOURCE:z 𠀀 漏洞",
    '-a "b c" source:x', "“供应链 攻击” 漏洞", "before:2024 after:2023-2-3", "lang:ZH site:",
    'tag:"unclosed phrase', "SITE:https://www.A.example/x", "source：新闻 a:b before:nonsense",
    "-", '""', "漏 a", "A股 -漏 source:漏 lang:漏", "after:2024-13 before:2024-2-31", "after:2024-99-99 x",
    *(f"before:{day}" for day in ("2024-2-30", "2023-2-29", "1900-2-29", "2000-2-29", "0000-1", "4-2-29")),
    *(f"after:{day} x" for day in ("2024-06-31", "2024-2-29", "2024-12-31", "0000", "9999-1-31", "99-1-1")),
    "site:u:p@a.example:80?x", "-before:2024-05 x", "-after:2024-05 -before:2024-02",
    *(f"site:{one}" for one in ("localhost:8000", "a.example//x", "[bad", "https:a.example", "a@b@c.d")),
)  # fmt: skip


def test_the_script_understands_the_same_queries(tab, served):
    tab.goto(f"{served}search/")
    script = """async lines => {
        const { parsed } = await import("./../assets/search-query.js");
        return lines.map(line => parsed(line)).map(({ wanted, unwanted, since, until, isEmpty, ignored }) =>
            [wanted.flatMap(one => one.keys), unwanted.map(one => one.keys), since, until, isEmpty, ignored]);
    }"""
    for line, found in zip(QUERIES, tab.evaluate(script, list(QUERIES)), strict=True):
        wanted, unwanted, since, until, is_empty, ignored = found
        query = parsed(line)
        assert set(wanted) == query.wanted, line
        assert [*map(frozenset, unwanted)] == [*query.unwanted], line
        assert (since, until, is_empty) == (query.since, query.until, query.is_empty), line
        assert tuple(ignored) == query.ignored, line


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("后门程序", "开源组件 xz-utils 被植入后门"),
        ("xz-utils", "开源组件 xz-utils 被植入后门"),
        ("安静的夜里", "开源组件 xz-utils 被植入后门"),
        ("tag:后门", "开源组件 xz-utils 被植入后门"),
        ("CAFE", "A flaw called Café"),
        ("cve-2024-3094", "A flaw called Café"),
        ("c++ .net -cellar", "A flaw called Café"),
        ("site:notes.example.net", "A flaw called Café"),
        ("source:notes", "A flaw called Café"),
        ("notice after:2024-06-28", "Notice 55"),
    ],
)
def test_an_article_is_found(search, query, title):
    page = search(query)
    assert title in titles(page)
    page.click(f"#_results a >> text={title}")
    expect(page.locator("h1")).to_have_text(title)


@pytest.mark.parametrize(
    "query",
    [
        "cellar", "cellar street -source:1", '"notice 12"', "lang:zh", "before:2024-05", "hostile",
        "after:2024-06-28", "before:2024-05-03", "after:2024-05-20 before:2024-06-04 notice",
        "after:2024-06-27 before:2024-06-27", 'tag:"supply source"', 'tag:"supply chain"', "-cellar",
        "tag:ledgers", 'tag:"account books"', "tag:secret", "tag:kept", "ledgers", "account",
        "tag:trade", "tag:books",
        "cel\u00adlar \u200bstreet",
    ],
)  # fmt: skip
def test_the_page_finds_and_counts_what_the_command_lists(search, site, capsys, monkeypatch, query):
    monkeypatch.chdir(site)
    assert run(["list", "--format", "jsonl", "--search", query, "--as-of", "2024-12-31"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    page = search(query)
    if page.locator("#_more").is_hidden():
        assert len(listed) <= 10
    every_title(page)
    linked = page.eval_on_selector_all("#_results a", "all => all.map(a => a.pathname + a.hash)")
    assert sorted(linked) == sorted("/" + row["address"] for row in listed)
    assert status(page).startswith(f"Articles found: {len(listed)}." if listed else "No article matches: ")


def test_articles_of_listed_stories_are_listed_with_them(search_anew, served, page):
    def in_one_story(route):
        listed = json.loads(route.fetch().body())
        for row in listed["rows"][:20]:
            row[len(row) :] = [""] * (8 - len(row))
            row[7] = listed["rows"][-1][0]
        route.fulfill(json=listed)

    page.route("**/2024/06/documents-0.json", in_one_story)
    search_anew("cellar")
    expect(page.locator("#_results li")).to_have_count(10)
    expect(page.locator("#_results li:first-child .also a")).to_have_count(20)
    also = page.locator("#_results li:first-child .also")
    assert also.bounding_box()["height"] < 100  # the rest of twenty is scrolled to
    named = also.locator("a").all_inner_texts()
    assert {f"Source {n}" for n in range(3)} <= {*named}
    expect(page.locator("#_more")).to_have_text("Search older months")
    page.click("#_more")
    expect(page.locator("#_results li")).to_have_count(20)
    expect(page.locator("#_more")).to_have_text("Show more")


def test_articles_are_shown_some_at_a_time_titles_first_or_newest_first(search):
    page = search("notice")
    assert page.locator("#_results li").count() == 10
    assert status(page).startswith("Articles found")
    page.click("#_more")
    expect(page.locator("#_results li")).to_have_count(20)
    page.click("summary")
    page.select_option("[name=order]", "date")
    expect(page.locator("#_results time").first).to_have_text("2024-06-28")
    assert "order=date" in page.url


def test_what_is_typed_stands_in_the_address_and_back_returns_to_it(search):
    page = search("cellar")
    page.click("#_more")
    expect(page.locator("#_results li")).to_have_count(20)
    page.click("#_results li:nth-child(15) a")
    expect(page.locator("article h1")).to_be_visible()
    page.go_back()
    expect(page.locator("#_results li")).to_have_count(20)
    page.fill("[name=q]", "xz-utils")
    expect(page.locator("#_results li")).to_have_count(1)
    page.wait_for_url("**/search/?q=xz-utils")
    page.reload()
    expect(page.locator("#_results li")).to_have_count(1)


def test_matches_are_marked(search):
    page = search("植入后门")
    assert page.locator("#_results h2 mark").all_inner_texts() == ["植入后门"]
    assert search("cafe").locator("#_results h2 mark").all_inner_texts() == ["Café"]


MARKED = """async cases => {
    const { marked, parsed } = await import("./../assets/search-query.js");
    return cases.map(([query, text]) => marked(text, parsed(query).wanted)
        .map(({ text, isMarked }) => isMarked ? `[${text}]` : text).join(""));
}"""


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("C++", "Vitamin C, C# and [C++], C++17"),
        (".NET", "the net, [.NET], asp.net"),
        ("1.2.3.4", "1 and 1.2, [1.2.3.4], 1.2.3.45"),
        ("1.2", "[1.2].3.4, 1.20.3, 1"),
        ("C", "[C] and [C]++, CSS"),
        ("漏洞c++", "[漏洞C++] of [漏洞], C"),
    ],
)
def test_only_terms_that_match_are_marked(tab, served, query, shown):
    text = shown.translate({ord(one): None for one in "[]"})
    tab.goto(f"{served}search/")
    assert tab.evaluate(MARKED, [[query, text]]) == [shown]
    for piece in re.split(",| and | of ", text):
        (marks,) = tab.evaluate(MARKED, [[query, piece]])
        if "洞" not in query:
            assert ("[" in marks) is keys_of(piece).issuperset(wanted_keys(query)), piece


def test_a_phrase_that_titles_do_not_show_is_called_near(search):
    assert "perhaps apart" not in search('"notice 12"').inner_text("#_results li:first-child")
    assert "perhaps apart" in search('"street cellar"').inner_text("#_results li:first-child")
    assert "perhaps apart" not in search('"Source 1"').inner_text("#_results li:first-child")


@pytest.mark.parametrize(
    ("query", "dropped"),
    [
        ("flaw zeppelin", ["zeppelin"]),
        ("zeppelin flaw airship", ["zeppelin airship"]),
        ("before:2020 cellar street", ["before:2020"]),
        ("before:2020 cellar zeppelin", ["before:2020 zeppelin"]),
        ("flaw cellar", ["cellar", "flaw"]),
        ("notice -notice", ["-notice", "notice"]),
        ("漏 flaw zeppelin", ["zeppelin"]),
        ("漏 zeppelin", []),
        ("zeppelin airship", []),
        ("zeppelin", []),
    ],
)
def test_nothing_found_names_the_words_to_drop(search, query, dropped):
    page = search(query)
    assert status(page).startswith(f"No article matches: {query}.")
    quiet(page)
    proposals = page.locator("#_status a")
    expect(proposals).to_have_text([f"Search without {one}" for one in dropped])
    if dropped:
        proposals.first.click()
        expect(page.locator("#_status")).to_contain_text("Articles found")
        assert titles(page)


def test_a_long_query_without_results_is_cut_and_soon_done(search):
    page = search("zeppelin " * 500)
    assert page.input_value("[name=q]") == ("zeppelin " * 500)[:200]
    assert status(page) == f"No article matches: {('zeppelin ' * 500)[:200].strip()}."
    quiet(page)  # what this search asks for is not counted
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page = search("before:2020 " + "cellar " * 7 + "-cellar")
    expect(page.locator("#_status a").first).to_have_text("Search without before:2020 -cellar")
    asked.remove(f"{page.url.partition('?')[0]}months.json")  # asked for again, as nothing was found
    assert len(asked) == len(set(asked)) < 40
    page.click("#_status a >> nth=0")
    expect(page.locator("#_status")).to_contain_text("Articles found")


def test_half_a_character_does_not_break_a_search(search):
    page = search("flaw")
    page.evaluate("document.querySelector('[name=q]').value = 'zeppelin \\ud800 airship'")
    page.press("[name=q]", "Enter")
    expect(page.locator("#_status")).to_contain_text("No article matches")


def test_a_search_that_found_something_waits_after_many_articles(served, page):
    with_an_early_stop(page)
    page.goto(f"{served}search/?q=CVE-2024-3094")
    settled(page)
    assert status(page) == "Articles found so far: 1, with older months to be searched."
    expect(page.locator("#_more")).to_have_text("Search older months")
    page.click("#_more")
    expect(page.locator("#_status")).to_have_text("Articles found: 1.")
    expect(page.locator("#_results a")).to_be_focused()


def test_what_is_not_searched_is_said(search):
    page = search("漏")
    assert status(page) == "Type a word, or two characters or more. Not searched: 漏."
    page = search("flaw 漏 after:2024-99-99")
    assert status(page) == (
        "Articles found: 1. Not searched: 漏, after:2024-99-99 "
        "(no such day, month or year: write 2024-12-31, 2024-12 or 2024)."
    )
    search("lang:it")
    assert status(page).startswith("lang:it: no article is in this language. Write a code such as en or zh.")
    search("language lang:it")
    assert status(page).startswith("No article matches: language lang:it.")


@pytest.mark.parametrize(
    ("query", "field", "value", "expected"),
    [
        ('notice "press digest', "source", "Source 1", 'source:"Source 1" notice "press digest'),
        ("tag:one tag:two x", "tag", "three", "tag:three tag:two x"),
        ("tag:one tag:two x", "tag", "", "tag:two x"),
        ("-tag:one x", "tag", "two", "tag:two -tag:one x"),
        ("zeppelin " * 22 + "x", "lang", "en", ("lang:en " + "zeppelin " * 22)[:200]),
    ],
)
def test_a_filter_replaces_its_clause_and_stays_after_a_reload(search, query, field, value, expected):
    page = search(query)
    page.evaluate("document.querySelector('details').open = true")
    page.fill(f"[data-field={field}]", value)
    page.press(f"[data-field={field}]", "Tab")
    expect(page.locator("[name=q]")).to_have_value(expected)
    page.reload()
    settled(page)
    expect(page.locator("[name=q]")).to_have_value(expected.strip())


def test_links_within_the_page_keep_the_results(search):
    page = search("cellar")
    page.click("#_more")
    expect(page.locator("#_results li")).to_have_count(20)
    page.evaluate("document.querySelector('#_results').isOurs = document.querySelector('#_results li')")
    page.click("p.top a")
    page.focus("a.skip")
    page.keyboard.press("Enter")
    page.wait_for_url("**#_main")
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelector('#_results').isOurs.isConnected")
    expect(page.locator("#_results li")).to_have_count(20)


def test_a_link_within_the_page_keeps_what_is_being_typed(page, served):
    page.goto(f"{served}search/")
    page.type("[name=q]", "cellar")
    expect(page.locator("#_results li")).to_have_count(10)
    page.evaluate("document.querySelector('p.top a').click()")  # the field keeps the focus
    page.wait_for_url("**q=cellar*")
    expect(page.locator("[name=q]")).to_have_value("cellar")
    expect(page.locator("#_results li")).to_have_count(10)


def searched_twice(search):
    """The page of a second query, typed where twenty articles of the first one are listed."""
    page = search("cellar")
    page.click("#_more")
    expect(page.locator("#_results li")).to_have_count(20)
    page.fill("[name=q]", "")
    page.type("[name=q]", "notice")
    page.press("[name=q]", "Enter")
    settled(page)
    expect(page.locator("#_results li")).to_have_count(10)
    return page


def test_back_and_forward_between_queries_keep_how_many_are_listed(search):
    page = searched_twice(search)
    page.go_back()
    expect(page.locator("#_results li")).to_have_count(20)
    page.go_forward()
    expect(page.locator("[name=q]")).to_have_value("notice")
    settled(page)
    expect(page.locator("#_results li")).to_have_count(10)


def test_a_story_of_two_files_does_not_move_what_is_shown(page, served):
    """The names of its sources have the commas of the interface's language between them."""

    def months(route):
        route.fulfill(json=json.loads(route.fetch().body()) | {"listed": 10})

    def chinese_comma(html):
        return html.replace('data-comma=", "', 'data-comma="、"')

    def documents(route):
        number = int(re.findall(r"documents-(\d+)", route.request.url)[0])
        whole = re.sub(r"documents-\d+", "documents-0", route.request.url)
        listed = json.loads(route.fetch(url=whole).body())
        for row in listed["rows"]:
            row[len(row) :] = [""] * (8 - len(row))
        for mate in (28, 27, 19, 17):
            listed["rows"][mate][7] = listed["rows"][26][0]
        listed["rows"] = listed["rows"][10 * number : 10 * number + 10]
        if number == 1:
            page.wait_for_timeout(400)
        route.fulfill(json=listed)

    page.add_init_script(SHIFTS)
    page.route("**/months.json", months)
    page.route("**/2024/06/documents-*", documents)
    page.route("**/search/?q=cellar", lambda route: route.fulfill(body=chinese_comma(route.fetch().text())))
    page.goto(f"{served}search/?q=cellar")
    expect(page.locator("#_results li")).to_have_count(10)
    expect(page.locator(".also")).to_have_text(re.compile("^Also in Source .(、(Source .|Notice .+))*$"))
    for names in page.locator(".also").all_inner_texts():
        links = names.removeprefix("Also in ").split("、")
        assert len(set(links)) == len(links) > 1
    page.wait_for_timeout(200)
    assert page.evaluate("window.shifted ?? 0") == 0


@pytest.mark.parametrize("name", ["search.js", "search-index.js", "reader.js"])
def test_a_page_whose_script_is_missing_leads_to_the_archive(page, served, name):
    page.route(f"**/assets/{name}", lambda route: route.abort())
    page.goto(f"{served}search/")
    expect(page.locator("#_without")).to_have_css("visibility", "visible")
    expect(page.locator("#_search")).to_be_hidden()
    page.click("text=The archive lists all articles.")
    expect(page.locator("h1")).to_have_text("Archive")


def test_stars_of_results_do_not_look_like_buttons_of_the_form(search):
    page = search("cellar")
    star = page.locator("#_results ._star").first
    expect(star).to_have_css("border-top-width", "0px")
    expect(page.locator("#_more")).to_have_css("border-top-width", "1px")


def test_filters_are_the_same_as_words(search):
    page = search("notice")
    page.click("summary")
    page.fill("[data-field=source]", "Source 1")
    page.press("[data-field=source]", "Enter")
    expect(page.locator("[name=q]")).to_have_value('source:"Source 1" notice')
    page.fill("[data-field=before]", "2024-05-05")
    expect(page.locator("[name=q]")).to_have_value('before:2024-05-05 source:"Source 1" notice')
    expect(page.locator("#_results li")).to_have_count(2)
    assert search("source:Notes before:2025").input_value("[data-field=source]") == "Notes"


@pytest.mark.parametrize(
    ("query", "is_open"),
    [("source:Notes", True), ("flaw&order=date", True), ("flaw", False), ("-tag:a flaw", False)],
)
def test_filters_are_open_if_one_is_active(tab, served, query, is_open):
    tab.goto(f"{served}search/?q={query}")
    for _ in range(2):
        settled(tab)
        assert tab.locator("[data-field=source]").is_visible() is is_open
        tab.reload()


def test_results_are_items_of_which_other_scripts_are_told(page, served):
    page.add_init_script("""document.addEventListener("items:added", ({ target }) => {
        (window.added ??= []).push([...target.querySelectorAll(":scope > li[id]")].map(one => one.id));
    });""")
    page.goto(f"{served}search/?q=cellar")
    for count in (10, 20):
        expect(page.locator("#_results.items > li > h2 > a")).to_have_count(count)
        expect(page.locator("#_more:enabled")).to_have_count(1)
        if count == 10:
            page.click("#_more")
    added = page.evaluate("window.added")
    assert [len(ids) for ids in added] == [10, 20]
    assert added[0][0] == "_notice55"
    assert page.inner_text("#_notice55 .meta span") == "Source 1"


def test_who_types_meanwhile_keeps_the_focus(page, served):
    held = []

    def hold(route):
        held.append(route)

    page.route("**/2024/05/documents-*", hold)
    page.goto(f"{served}search/?q=cellar")
    for count in (10, 20, 30):
        expect(page.locator("#_results li")).to_have_count(count)
        page.click("#_more:enabled")
    page.fill("[name=q]", "flaw")
    expect(page.locator("#_results h2")).to_have_text(["A flaw called Café"])
    assert held
    for route in held:
        route.continue_()
    expect(page.locator("#_more:disabled")).to_have_count(0)
    expect(page.locator("[name=q]")).to_be_focused()


def test_what_is_half_composed_is_not_searched(page, served):
    page.goto(f"{served}search/?q=notice")
    settled(page)
    page.focus("[name=q]")
    page.keyboard.type(" flaw")
    page.evaluate("""() => {
        const box = document.querySelector("[name=q]");
        box.dispatchEvent(new CompositionEvent("compositionstart"));
        box.value += " hou";
        box.dispatchEvent(new InputEvent("input", { isComposing: true }));
    }""")
    page.wait_for_timeout(1700)
    assert "Articles found" in status(page)
    assert page.url.endswith("?q=notice")
    page.evaluate("""() => {
        const box = document.querySelector("[name=q]");
        box.value = "后门";
        box.dispatchEvent(new CompositionEvent("compositionend"));
    }""")
    expect(page.locator("#_results h2")).to_have_text(["开源组件 xz-utils 被植入后门"])


def test_characters_without_width_are_no_part_of_a_query(search):
    page = search("\ufeff植\u200b入后\u00ad门\u2060")
    assert page.locator("#_results h2 mark").all_inner_texts() == ["植入后门"]
    assert titles(search("site:notes.example.net\u200b")) == ["A flaw called Café"]


def test_keys_go_through_the_results(search):
    page = search("notice")
    results = page.locator("#_results h2 a")
    page.keyboard.press("j")
    expect(results.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(results.nth(1)).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("dialog[open] h2")).to_have_text("Keys")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("[name=q]")).to_be_focused()
    page.keyboard.type("/j")
    expect(page.locator("[name=q]")).to_have_value("notice/j")
    page = search("xz-utils")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator("article h1")).to_have_text("开源组件 xz-utils 被植入后门")


@pytest.mark.parametrize(
    ("query", "original"),
    [("bookmark", "https://original.example/bookmark"), ("café", "https://www.notes.example.net/a")],
)
def test_v_opens_the_original_of_a_result_with_and_without_a_page(tab, served, query, original):
    tab.route(original, lambda route: route.fulfill(body="original"))
    tab.goto(f"{served}search/?q={query}")
    expect(tab.locator("#_results li")).to_have_count(1)
    tab.keyboard.press("j")
    expect(tab.locator("#_results h2 a")).to_be_focused()
    tab.keyboard.press("v")
    tab.wait_for_url(original)


FETCHED = """async ([files, line]) => {
    const { Index } = await import("./../assets/search-index.js");
    const { parsed } = await import("./../assets/search-query.js");
    const asked = [];
    const own = window.fetch;
    window.fetch = async address => {
        const name = String(address).split("/made/")[1];
        asked.push(name);
        return new Response(Uint8Array.from(files[name]));
    };
    const found = [];
    for await (const { month, matches } of new Index(new URL("/made/", location)).search(parsed(line))) {
        found.push(...matches.map(({ number }) => [month.name, number]));
    }
    window.fetch = own;
    return [asked, found];
}"""


def made(months, query):
    """The files of an index of the texts of some months that a query takes, by name, as lists of bytes."""
    parts = 1 << 16
    rows = [(name, [len(texts)], parts, 7) for name, texts in months.items()]
    listed = {"format": FORMAT, "listed": 100, "bits": KEY_BITS, "months": rows}
    files = {"months.json": list(json.dumps(listed).encode())}
    for name, texts in months.items():
        documents = [Keys(array("I", sorted(keys_of(text))), array("I")) for text in texts]
        for key in wanted_keys(query):
            number = key * parts >> KEY_BITS
            blocks = blocks_of(documents, len(documents))
            data = next(files_of(blocks, len(documents), 7, parts, range(number, number + 1)))
            files[f"{name.replace('-', '/')}/terms-{number}.bin"] = list(data)
    return files


def test_a_rare_text_takes_few_files_of_months_that_lack_it(tab, served):
    newest, older, oldest = ["甲乙丙丁", "丁戊己"], ["甲乙丙", "丙丁戊己"], ["甲乙丙丁戊己"]
    files = made({"2024-04": oldest, "2024-05": older, "2024-06": newest}, "甲乙丙丁戊己")
    tab.goto(f"{served}search/")
    asked, found = tab.evaluate(FETCHED, [files, "甲乙丙丁戊己"])
    assert found == [["2024-04", 0]]
    assert [sum(name.startswith(f"2024/0{month}/") for name in asked) for month in (6, 5, 4)] == [3, 2, 5]


def test_many_words_take_one_file_of_months_that_lack_the_rarest(tab, served):
    newest, older = ["one two three", "one two", "one"], ["one two"]
    files = made({"2024-05": older, "2024-06": newest}, "one two three")
    tab.goto(f"{served}search/")
    asked, found = tab.evaluate(FETCHED, [files, "one two three"])
    assert found == [["2024-06", 0]]
    assert sum(name.startswith("2024/05/") for name in asked) == 1


def test_a_month_that_has_just_begun_does_not_tell_what_is_rare(tab, served):
    newest, last, older = ["nothing"], ["one two"] * 9 + ["one three"], ["one two"]
    files = made({"2024-05": older, "2024-06": last, "2024-07": newest}, "one two three")
    tab.goto(f"{served}search/")
    asked, found = tab.evaluate(FETCHED, [files, "one two three"])
    assert found == []
    assert sum(name.startswith("2024/05/") for name in asked) == 1


def test_back_leads_to_the_query_before_and_to_its_place(search):
    page = searched_twice(search)
    page.go_back()
    expect(page.locator("#_results li")).to_have_count(20)
    for typed in ("flaw", "xz-utils"):  # without Enter, the second while the address has the first
        page.fill("[name=q]", typed)
        page.wait_for_url(f"**/search/?q={typed}")
    page.go_back()
    expect(page.locator("[name=q]")).to_have_value("cellar")
    expect(page.locator("#_results li")).to_have_count(20)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_is_hostile_stays_text(search, payload):
    page = search(f"{payload} zeppelin")
    for query in ("hostile", f"hostile {payload}", f'source:"{payload}"', f"tag:{payload}"):
        page = search(query)
        assert not page.locator("main :is(img, script, svg, b, style, iframe)").count()
        assert not page.evaluate("Object.prototype.polluted")
        hrefs = page.eval_on_selector_all("#_results a", "all => all.map(a => a.protocol)")
        assert set(hrefs) <= {"http:"}


def test_without_scripts_the_page_leads_to_the_archive(browser, served):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}search/")
    assert page.locator("#_search").is_hidden()
    page.click("text=The archive lists all articles.")
    expect(page.locator("h1")).to_have_text("Archive")
    context.close()


def test_the_keys_of_a_document_are_those_of_what_lists_show():
    document = Document("a", "Title", "en", dt.date(2024, 1, 1), "Source", "", "en", (), None)
    assert keys_of("title source") <= head_keys(document)
