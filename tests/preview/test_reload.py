"""What browsers are told, and what goes into the pages."""

import asyncio
import json
import re
import threading
import urllib.parse

import pytest

from generator.model.errors import BuildError, Problem
from generator.preview import reload
from generator.preview.reload import Hub, Tag, problems_of, source_lines, with_script


def parsed(event):
    _, name, data = event.decode().rstrip("\n").split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def id_of(event):
    return event.decode().split("\n")[0].removeprefix("id: ")


async def heard(hub, *acts, pages=()):
    """The events of one browser, each act being done once the event before it came."""
    events = []
    acts = [*acts]
    async for event in hub.events(pages):
        if event.startswith(b"retry"):
            continue
        events.append(parsed(event))
        if not acts:
            hub.close()
        else:
            acts.pop(0)()
    return events


def no_lines(problem):
    return ()


def test_a_late_browser_hears_the_state_and_then_each_change():
    hub = Hub("t")
    hub.built(changed=True)
    events = asyncio.run(heard(hub, lambda: hub.built(changed=True)))
    assert events == [
        ("current", {"version": "t-1", "styles": {}}),
        ("current", {"version": "t-2", "styles": {}}),
    ]


def test_a_build_that_changed_nothing_is_no_news():
    hub = Hub("t")
    hub.built(changed=False)
    assert (hub.has_built, hub.version()) == (True, "t-1")
    hub.built(changed=False)
    assert hub.version() == "t-1"


def test_a_fault_comes_and_is_mended_without_a_new_version():
    hub = Hub("t")
    hub.built(changed=True)
    problem = Problem(path="templates/day.html", line=3, message="no such filter", advice="see the list")
    events = asyncio.run(
        heard(
            hub,
            lambda: hub.fault([problem], lambda _: [(2, "<p>"), (3, "{{ a|b }}")]),
            lambda: hub.built(changed=False),
        )
    )
    shown = {
        "path": "templates/day.html",
        "line": 3,
        "message": "no such filter",
        "advice": "see the list",
        "source": [[2, "<p>"], [3, "{{ a|b }}"]],
    }
    assert events == [
        ("current", {"version": "t-1", "styles": {}}),
        ("fault", {"version": "t-1", "problems": [shown], "more": 0}),
        ("current", {"version": "t-1", "styles": {}}),
    ]


def test_a_first_build_that_fails_settles_too():
    hub = Hub("t")
    assert not hub.has_built
    hub.fault([Problem(path="a", message="b")], no_lines)
    assert (hub.has_built, hub.has_failed, hub.version()) == (True, True, "t-1")
    hub.built(changed=True)
    assert (hub.has_failed, hub.version()) == (False, "t-2")


def test_a_slow_browser_hears_the_last_state_only():
    async def slow():
        hub = Hub("t")
        stream = hub.events()
        assert (await anext(stream)).startswith(b"retry")
        for _ in range(100):
            hub.built(changed=True)
        assert parsed(await anext(stream)) == ("current", {"version": "t-100", "styles": {}})
        hub.close()
        assert [event async for event in stream] == []

    asyncio.run(slow())


def test_states_are_told_from_other_threads():
    hub = Hub("t")
    hub.built(changed=True)

    def elsewhere():
        thread = threading.Thread(target=hub.built, kwargs={"changed": True})
        thread.start()
        thread.join()

    assert asyncio.run(heard(hub, elsewhere))[-1] == ("current", {"version": "t-2", "styles": {}})


def test_a_browser_whose_loop_ended_stops_no_other():
    hub = Hub("t")

    async def leave():
        stream = hub.events()
        await anext(stream)
        return stream

    left = asyncio.new_event_loop()
    stream = left.run_until_complete(leave())
    left.close()
    hub.built(changed=True)
    assert hub.version() == "t-1"
    del stream


@pytest.mark.parametrize(
    "text", ["a\nevent: current", "a\r\ndata: x", "\u2028\u2029", "\udcff.md", "</script>", "\0"]
)
def test_hostile_text_stays_in_its_event(text):
    hub = Hub("t")
    hub.fault([Problem(path=text, message=text, advice=text)], lambda _: [(1, text)])
    [(name, state)] = asyncio.run(heard(hub))
    assert name == "fault"
    assert state["problems"][0] == {
        "path": text,
        "line": None,
        "message": text,
        "advice": text,
        "source": [[1, text]],
    }


def test_of_many_problems_the_first_are_shown_and_the_others_counted():
    hub = Hub("t")
    hub.fault([Problem(path=str(n), message="m") for n in range(25)], no_lines)
    [(_, state)] = asyncio.run(heard(hub))
    assert len(state["problems"]) == 20
    assert state["more"] == 5


def test_the_problems_of_a_build_error_are_its_own():
    problem = Problem(path="a", message="b")
    assert problems_of(BuildError(problem)) == (problem,)


def test_an_unforeseen_error_says_where_it_came_from():
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 // 0
    [problem] = problems_of(caught.value)
    assert problem.path == "test_reload.py"
    assert problem.line
    assert problem.message.startswith("ZeroDivisionError: ")
    assert "report it" in problem.advice
    assert problems_of(ValueError("x"))[0].path == "broadsheet"
    assert problems_of(BuildError())[0].message == "BuildError: "


def test_source_lines_come_from_the_first_folder_that_has_the_file(tmp_path):
    site, theme = tmp_path / "site", tmp_path / "theme"
    site.mkdir()
    theme.mkdir()
    (theme / "day.html").write_text("".join(f"line {n}\n" for n in range(1, 21)))
    problem = Problem(path="day.html", line=10, message="m")
    assert source_lines([site, theme], problem) == tuple((n, f"line {n}") for n in range(7, 14))
    (site / "day.html").write_text("only\n")
    assert source_lines([site, theme], Problem(path="day.html", line=1, message="m")) == ((1, "only"),)


def test_source_lines_are_none_where_there_are_none(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "site" / "loop").symlink_to("loop")
    (tmp_path / "site" / "out").symlink_to(tmp_path / "secret")
    for path in ("../secret", str(tmp_path / "secret"), "out", "loop", "none", ""):
        assert source_lines([tmp_path / "site"], Problem(path=path, line=1, message="m")) == ()
    assert source_lines([tmp_path], Problem(path="secret", message="m")) == ()
    (tmp_path / "secret").chmod(0)
    try:
        assert source_lines([tmp_path], Problem(path="secret", line=1, message="m")) in {(), ((1, "secret"),)}
    finally:
        (tmp_path / "secret").chmod(0o600)


def test_source_lines_of_broken_text_are_short_and_numbered_as_editors_do(tmp_path):
    (tmp_path / "a").write_bytes(b"\xff\r\none\x0b\x0ctwo\xe2\x80\xa8three\n" + b"x" * 9999)
    lines = source_lines([tmp_path], Problem(path="a", line=2, message="m"))
    assert lines == ((1, "\N{REPLACEMENT CHARACTER}"), (2, "one\x0b\x0ctwo\u2028three"), (3, "x" * 500))


def test_the_script_is_the_last_element_of_the_body():
    tag = Tag(version="t-1")
    data = b'data-version="t-1" data-since="0" data-events="/__broadsheet/events"'
    element = b'<script src="/__broadsheet/reload.js" ' + data + b" defer></script>"
    assert (
        with_script(b"<body><p>a</p></body></html>", tag) == b"<body><p>a</p>" + element + b"</body></html>"
    )
    assert with_script(b"<BODY>a</BODY >", tag) == b"<BODY>a" + element + b"</BODY >"
    assert with_script(b"<p>a", tag) == b"<p>a" + element
    assert with_script(b"<pre></body></pre></body>", tag).endswith(b"</pre>" + element + b"</body>")


def test_a_page_bears_what_it_shows_whatever_its_name():
    pages = ('2024/"<script>&\udcff.html', "404.html")
    html = with_script(b"", Tag(version="t-1", pages=pages, style=3)).decode("ascii")
    assert html.count("<script") == 1
    [events] = re.findall('data-events="([^"]*)"', html)
    asked = urllib.parse.urlsplit(events.replace("&amp;", "&"))
    assert urllib.parse.parse_qs(asked.query, errors="surrogateescape")["page"] == [*pages]
    assert 'data-since="3"' in html


def test_a_page_that_a_build_did_not_change_keeps_its_version():
    hub = Hub("t")
    hub.built(changed=True)
    hub.built(changed=frozenset({"a.html", "index.html"}))
    assert hub.version("index.html") == hub.version("a.html") == hub.version() == "t-2"
    assert hub.version("b.html") == "t-1"
    hub.built(changed=frozenset())
    assert hub.version() == "t-2"
    hub.built(changed=frozenset({"b.html"}))
    assert (hub.version("a.html"), hub.version("b.html")) == ("t-2", "t-3")
    hub.built(changed=True)
    assert {hub.version(page) for page in ("a.html", "b.html", "c.html")} == {"t-4"}


def test_a_page_that_is_missing_has_the_version_of_what_is_shown_instead_too():
    hub = Hub("t")
    hub.built(changed=True)
    missing = "none.html", "404.html"
    hub.built(changed=frozenset({"a.html"}))
    assert hub.version(*missing) == "t-1"
    hub.built(changed=frozenset({"none.html"}))
    assert hub.version(*missing) == "t-3"
    hub.built(changed=frozenset({"404.html"}))
    assert hub.version(*missing) == "t-4"


def test_once_very_many_pages_changed_all_count_as_changed(monkeypatch):
    monkeypatch.setattr(reload, "VERSIONED_PAGES", 3)
    hub = Hub("t")
    hub.built(changed=True)
    hub.built(changed=frozenset({"a", "b"}))
    assert hub.version("c") == "t-1"
    hub.built(changed=frozenset({"a", "d"}))
    assert hub.version("c") == "t-3"
    hub.built(changed=frozenset({"a"}))
    assert hub.version("c") == "t-3"


def test_a_page_hears_nothing_of_builds_that_changed_others():
    hub = Hub("t")
    hub.built(changed=True)

    def others_then_this():
        for _ in range(3):
            hub.built(changed=frozenset({"b.html"}))
        hub.built(changed=frozenset({"a.html"}))

    events = asyncio.run(heard(hub, others_then_this, pages=["a.html"]))
    assert [state["version"] for _, state in events] == ["t-1", "t-5"]


def test_a_first_good_build_after_a_fault_changes_all_that_was_served():
    hub = Hub("t")
    hub.fault([Problem(path="a", message="b")], no_lines)
    hub.built(changed=frozenset({"a.html"}))
    assert hub.version("index.html") == "t-2"


def test_a_style_edit_leaves_every_page_its_version():
    hub = Hub("t")
    hub.built(changed=True)
    before = hub.tag("index.html")

    def style():
        hub.built(changed=False, styles=("assets/a b.css",))

    events = asyncio.run(heard(hub, style, pages=["index.html"]))
    assert events[-1] == ("current", {"version": "t-1", "styles": {"assets/a%20b.css": 2}})
    assert (before.style, hub.tag("index.html").style) == (0, 2)
    assert hub.version() == hub.tag("index.html").version == "t-1"


def test_a_browser_that_was_away_hears_the_state_once_and_none_that_it_knows():
    async def away():
        hub = Hub("t")
        hub.built(changed=True)
        stream = hub.events()
        await anext(stream)
        first = await anext(stream)
        await stream.aclose()

        again = hub.events(last=id_of(first))
        await anext(again)
        waiting = asyncio.ensure_future(anext(again))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        for _ in range(3):
            hub.built(changed=True)
        third = await waiting
        assert parsed(third)[1]["version"] == "t-4"
        await again.aclose()

        for _ in range(3):
            hub.fault([Problem(path="a", message="b")], no_lines)
        late = hub.events(last=id_of(third))
        await anext(late)
        assert parsed(await anext(late))[0] == "fault"
        await late.aclose()

        other = Hub("u")  # another run of the server, that counts as far
        for _ in range(4):
            other.built(changed=True)
        anew = other.events(last=id_of(third))
        await anext(anew)
        assert parsed(await anext(anew))[1]["version"] == "u-4"
        await anew.aclose()

    asyncio.run(away())


def test_the_script_makes_no_markup_of_text():
    script = reload.script()
    for way in (b"innerHTML", b"outerHTML", b"insertAdjacentHTML", b"document.write", b".style", b"eval"):
        assert way not in script
