"""What browsers are told, and what goes into the pages."""

import asyncio
import json
import threading

import pytest

from generator.errors import BuildError, Problem
from generator.preview import reload
from generator.preview.reload import Hub, problems_of, source_lines, with_script


def parsed(event):
    name, data = event.decode().rstrip("\n").split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


async def heard(hub, *acts):
    """The events of one browser, each act being done once the event before it came."""
    events = []
    acts = [*acts]
    async for event in hub.events():
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
    assert events == [("current", {"version": "t-1"}), ("current", {"version": "t-2"})]


def test_a_build_that_changed_nothing_is_no_news():
    hub = Hub("t")
    hub.built(changed=False)
    assert (hub.settled, hub.version) == (True, "t-1")
    hub.built(changed=False)
    assert hub.version == "t-1"


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
        ("current", {"version": "t-1"}),
        ("fault", {"version": "t-1", "problems": [shown], "more": 0}),
        ("current", {"version": "t-1"}),
    ]


def test_a_first_build_that_fails_settles_too():
    hub = Hub("t")
    assert not hub.settled
    hub.fault([Problem(path="a", message="b")], no_lines)
    assert (hub.settled, hub.faulty, hub.version) == (True, True, "t-1")
    hub.built(changed=True)
    assert (hub.faulty, hub.version) == (False, "t-2")


def test_a_slow_browser_hears_the_last_state_only():
    async def slow():
        hub = Hub("t")
        stream = hub.events()
        assert (await anext(stream)).startswith(b"retry")
        for _ in range(100):
            hub.built(changed=True)
        assert parsed(await anext(stream)) == ("current", {"version": "t-100"})
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

    assert asyncio.run(heard(hub, elsewhere))[-1] == ("current", {"version": "t-2"})


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
    assert hub.version == "t-1"
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
    tag = b'<script src="/__broadsheet/reload.js" data-version="t-1" defer></script>'
    assert with_script(b"<body><p>a</p></body></html>", "t-1") == b"<body><p>a</p>" + tag + b"</body></html>"
    assert with_script(b"<BODY>a</BODY >", "t-1") == b"<BODY>a" + tag + b"</BODY >"
    assert with_script(b"<p>a", "t-1") == b"<p>a" + tag
    assert with_script(b"<pre></body></pre></body>", "t-1").endswith(b"</pre>" + tag + b"</body>")


def test_the_script_makes_no_markup_of_text():
    script = reload.script()
    for way in (b"innerHTML", b"outerHTML", b"insertAdjacentHTML", b"document.write", b".style", b"eval"):
        assert way not in script
