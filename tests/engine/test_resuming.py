"""A build that begins where the last one ended leaves what a whole one leaves, and says the same."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
import time

import msgspec
import pytest

import generator.engine.inspecting
import generator.engine.resuming
import generator.engine.unchanged
import generator.engine.writing
import generator.grouping.editions
import generator.render.compose
from generator.config import resources
from generator.config.options import Options, silent
from generator.engine import stored_state
from generator.engine.build import build
from generator.engine.build_context import EngineLimits
from generator.engine.outputs import Outputs
from generator.engine.unchanged import Inputs
from generator.grouping.copies import Copies
from generator.reading.discover import Discovery
from writing import cache_file, cache_of, files_of, site_in, workers_here

BASE = 'base_url = "https://digest.example/"\n'
OPTIONS = Options(accepts_losses=True, as_of=dt.datetime(2024, 12, 31, 12, tzinfo=dt.UTC))
STORY = " ".join(f"The {n}th press stood in cellar {n * 7}, and the street heard it." for n in range(40))
BODIES = (
    "The press stood in the cellar, and on quiet nights the whole street could hear it working.",
    STORY,
    STORY + " So it was said again.",
    "印刷术的历史很长，" * 30,
    "",
)
PATHS = tuple(f"{folder}{n}.md" for folder in ("", "a/", "新闻/") for n in range(6))
SOURCES = ("Alpha", "Beta", "ALPHA", "Gamma")
DAYS = (
    "2024-06-30",
    "2024-07-01",
    "2024-07-01T09:30:00+02:00",
    "2024-07-02",
    "2023-12-31",
    "2024-12-31T14:30:00Z",
)
RESUMED = generator.engine.resuming.resumed
NOTHING_THERE = Inputs(b"", {}, Discovery(), b"", (), frozenset())


def clipping(title="One", source="Alpha", date="2024-07-01", body=BODIES[0], more=""):
    lines = f"title: {title}\nsource: {source}\ndate: {date}\n" + (f"{more}\n" if more else "")
    return f"---\n{lines}---\n\n{body}\n"


class Twins:
    """Two sites with the same clippings: one goes on where it ended, the other looks at everything."""

    def __init__(self, folder):
        self.roots = [folder / "ours", folder / "theirs"]
        self.taken = []
        """Of each build of the first, whether it began where the last one ended."""
        self.limits = EngineLimits(unsettled=0)

    def put(self, path, text):
        for root in self.roots:
            file = root / "content" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                file.unlink(missing_ok=True)
            else:
                file.write_text(text, "utf-8")

    def config(self, text, name="digest.toml"):
        for root in self.roots:
            root.mkdir(exist_ok=True)
            (root / name).write_text(text, "utf-8")

    def build(self, options=OPTIONS):
        ours, theirs = (self._built(root, options, is_whole=root is self.roots[1]) for root in self.roots)
        assert ours == theirs
        found, expected = (files_of(root / "public") for root in self.roots)
        assert found == expected
        return ours

    def _built(self, root, options, *, is_whole):
        def resumed(*given):
            built = None if is_whole else RESUMED(*given)
            self.taken += [] if is_whole else [built is not None]
            return built

        generator.engine.resuming.resumed = resumed
        try:
            return build(site_in(root), options, silent, limits=self.limits, workers=workers_here())
        finally:
            generator.engine.resuming.resumed = RESUMED


@pytest.fixture
def twins(tmp_path):
    twins = Twins(tmp_path)
    twins.config(BASE)
    for n, path in enumerate(PATHS[:12]):
        twins.put(path, clipping(f"Title {n}", SOURCES[n % 2], DAYS[n % 5], BODIES[n % 5]))
    twins.build()
    twins.taken.clear()
    return twins


def test_a_third_source_makes_the_page_of_an_identifier_and_its_articles_link_to_it(twins):
    page, link = twins.roots[0] / "public/rfc/rfc-9110/index.html", 'href="../../rfc/rfc-9110/"'
    for n, source in enumerate(("Alpha", "Beta")):
        twins.put(
            f"named{n}.md", clipping("On RFC 9110", source, DAYS[n], f"{BODIES[0]} {n}", f"id: named{n}")
        )
    twins.build()
    assert not page.exists()
    first = twins.roots[0] / "public/articles/na/named0.html"
    assert link not in first.read_text("utf-8")
    twins.put("named2.md", clipping("RFC 9110, at length", "Gamma", DAYS[3], BODIES[1]))
    twins.build()
    assert "RFC 9110, at length" in page.read_text("utf-8")
    assert link in first.read_text("utf-8")
    twins.put("named3.md", clipping("Older: RFC 9110", "Alpha", DAYS[4], BODIES[1] + " Older."))
    twins.build()
    assert (twins.roots[0] / "public/rfc/2023/12/index.html").exists()
    twins.put("named2.md", clipping("At length", "Gamma", DAYS[3], BODIES[1]))
    twins.build()
    assert not (twins.roots[0] / "public/rfc").exists()
    assert link not in first.read_text("utf-8")
    assert twins.taken == [True] * 4


def test_an_edited_clipping_is_followed_and_so_is_the_next(twins):
    for title in ("Two", "Three"):
        twins.put(PATHS[1], clipping(title, "Beta", DAYS[1], BODIES[1]))
        built = twins.build()
        assert 0 < built.report.pages.written < built.report.pages.kept
    twins.put(PATHS[2], clipping("Four", "Alpha", DAYS[2], BODIES[2]))
    twins.build()
    assert twins.taken == [True, True, True]


def test_clippings_that_come_go_and_move_are_followed(twins):
    twins.put(PATHS[12], clipping("New", "Beta", DAYS[0], STORY))
    twins.build()
    twins.put(PATHS[12], None)
    twins.build()
    twins.put(PATHS[13], clipping("New", "Alpha", DAYS[3]))
    twins.put(PATHS[0], None)
    twins.put(PATHS[4], clipping("Moved", "Beta", DAYS[4]))
    twins.build()
    assert twins.taken == [True, True, True]


def test_groups_that_a_failed_strict_build_stored_fit_what_the_next_build_finds(twins):
    """Clippings change before the failed build, which stores copies and stories, and again after it."""
    twins.put(PATHS[0], clipping("Elsewhere", "Gamma", body=STORY))
    twins.put(PATHS[1], clipping("Title 1", "Beta", DAYS[1], STORY + " So it was said a third time."))
    twins.put(PATHS[2], "---\ntitle: [broken\nurl: nowhere\n---\n")
    failed = build(
        site_in(twins.roots[0]),
        msgspec.structs.replace(OPTIONS, strict=True),
        silent,
        limits=twins.limits,
        workers=workers_here(),
    )
    assert failed.report.pages.written == 0
    twins.put(PATHS[2], clipping("Title 2", "Alpha", DAYS[2], STORY))
    twins.put(PATHS[1], clipping("Title 1", "Beta", DAYS[1], BODIES[3]))
    twins.build()
    twins.put(PATHS[0], None)
    twins.build()
    assert twins.taken == [True, True]


def test_copies_that_end_and_begin_again_are_followed(twins):
    news = " ".join(f"Mayor {n} opened bridge {n * 3} on the {n}th of May, in rain." for n in range(40))
    twins.put(PATHS[12], clipping("Bridges are open at last", "Alpha", DAYS[4], news))
    for body in (news, BODIES[3], news):
        title = "Bridges are open at last" if body == news else "印刷术"
        twins.put(PATHS[13], clipping(title, "Beta", DAYS[4], body))
        twins.build()
        pages = (twins.roots[0] / "public/articles").rglob("*.html")
        told = [
            page
            for page in pages
            if "Bridges are open" in (text := page.read_text("utf-8")) and "Also at" in text
        ]
        assert bool(told) is (body == news)
    assert twins.taken == [True, True, True]


def test_a_clipping_that_may_have_changed_unseen_is_looked_at_again(twins):
    twins.limits = EngineLimits(unsettled=60 * 10**9)
    for title in ("Two", "Six"):  # as long, so that size and perhaps time are the same
        twins.put(PATHS[1], clipping(title, "Beta", DAYS[1], BODIES[1]))
        twins.build()
    twins.build()
    assert twins.taken == [True, True, True]


def test_a_source_that_loses_its_last_article_is_followed(twins):
    for day in (None, DAYS[1]):
        for path in PATHS[1:12:2]:
            twins.put(path, day and clipping("Back", "Beta", day))
        twins.build()
    assert twins.taken == [True, True]


def test_another_id_is_followed(twins):
    for id_ in ("other-id", "Other-ID", "third"):
        twins.put(PATHS[1], clipping("Two", "Beta", DAYS[1], more=f"id: {id_}"))
        twins.build()
    assert twins.taken == [True, True, True]


def test_picks_are_followed(twins):
    """Also those of hidden clippings, and of addresses that no clipping has any more."""
    twins.put(PATHS[1], clipping("Two", "Beta", DAYS[1], more="url: https://a.example/two"))
    twins.put(PATHS[3], clipping("Four", "Beta", DAYS[3], more="pin: true"))
    twins.build()
    one, address = f'article = "{PATHS[2]}"', 'article = "https://a.example/two"'
    for said in (
        f"[[pick]]\n{one}\npin = true\n",
        f'[[pick]]\n{one}\nnote = "So."\n\n[[pick]]\n{address}\nhide = true\n',
        f'[[pick]]\n{address}\nhide = "an ad"\n\n[[pick]]\n{one}\nmerge = ["{PATHS[3]}"]\n',
        "",
        f"[[pick]]\n{one}\nsplit = true\n",
        f"[[pick]]\n{address}\nhide = true\n",
    ):
        twins.config(said, "picks.toml")
        twins.build()
    assert twins.taken == [True] * 7
    twins.put(PATHS[1], clipping("Two", "Beta", DAYS[1], more="url: https://a.example/other"))
    assert any("no article has the address" in str(one) for one in twins.build().report.problems)
    assert twins.taken == [True] * 8


def test_a_pick_of_a_day_that_has_one_makes_no_list_of_all_pages(twins, monkeypatch):
    """Sitemaps of a large archive take longer than the pages that show a pick."""
    picks = [f'[[pick]]\narticle = "{path}"\npin = true\nnote = "So."\n' for path in PATHS[:3]]
    twins.config(picks[0], "picks.toml")
    twins.build()
    listed = []
    lists = Outputs.lists
    monkeypatch.setattr(Outputs, "lists", lambda self, *given: listed.append(self) or lists(self, *given))
    twins.config("".join(picks), "picks.toml")
    twins.build()
    assert len(listed) == 1  # by the build that looks at everything
    twins.put(PATHS[13], clipping("New", "Alpha", "2024-07-03"))
    twins.build()
    assert len(listed) == 3


def test_picks_are_followed_while_nothing_is_published(twins):
    for path in PATHS[:12]:
        twins.put(path, clipping(more="draft: true"))
    twins.build()
    for path in PATHS[:2]:
        twins.config(f'[[pick]]\narticle = "{path}"\npin = true\n', "picks.toml")
        assert twins.build().report.published == 0


def test_picks_of_addresses_that_no_article_has_are_followed(twins):
    """Such an address is mistyped, or of a clipping that is not published, which the report tells apart."""
    twins.config('[[pick]]\narticle = "https://a.example/two"\npin = true\n', "picks.toml")
    twins.build()
    address = "url: https://a.example/two"
    for one, other in (
        ("draft: true", "private: true"),
        ("", "draft: true"),
        ("draft: true", None),
        (None, None),
    ):
        for path, more in ((PATHS[1], one), (PATHS[3], other)):
            twins.put(
                path, clipping("Two", "Beta", DAYS[1], more=f"{address}\n{more}" if more is not None else "")
            )
        twins.build()
    assert twins.taken == [True] * 5


FAR = {
    "another spelling": lambda twins: twins.put(PATHS[1], clipping("Two", "BETA", DAYS[1])),
    "a picture": lambda twins: (
        twins.put("a.svg", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"/>'),
        twins.put(PATHS[1], clipping("Two", "Beta", DAYS[1], "Words. ![](/a.svg)" * 9)),
    ),
    "an alias": lambda twins: twins.put(
        PATHS[1], clipping("Two", "Beta", DAYS[1], more="aliases: [old.html]")
    ),
    "rules of reading": lambda twins: twins.config(f'{BASE}timezone = "Asia/Shanghai"\n'),
    "drafts": lambda twins: twins.config(f"{BASE}drafts = true\n"),
}


@pytest.mark.parametrize("name", FAR)
def test_what_reaches_further_is_left_to_a_whole_build(twins, name):
    FAR[name](twins)
    twins.build()
    twins.put(PATHS[2], clipping("Three", "Alpha", DAYS[2]))
    twins.build()
    assert twins.taken == [False, True]


SETTINGS = {
    "the title": f'{BASE}title = "Presses"\n',
    "base_url": "",
    "which articles have pages": f'{BASE}articles = "recent"\nrecent_months = 1\n',
    "a home page": f'{BASE}[sources.Alpha]\nhome = "https://alpha.example/"\n',
    "how much of a text is shown": f'{BASE}[sources.Alpha]\ntext = "link"\n',
    "another name": f'{BASE}[sources.Omega]\naliases = ["Alpha"]\nhome = "https://omega.example/"\n',
    "two sources that are one": f'{BASE}[sources.Alpha]\naliases = ["Beta"]\n',
    "three sources that are one": f'{BASE}title = "Alpha"\n[sources.Beta]\naliases = ["Alpha"]\n',
    "another spelling": f'{BASE}[sources.ALPHA]\ntext = "excerpt"\n',
    "a source that nothing is of": f'{BASE}[sources.Gamma]\naliases = ["Delta"]\n',
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_are_followed_with_clippings_that_change_at_once(twins, name):
    """Also those of the digest itself, and such as have a title that is another source's name."""
    twins.put(PATHS[12], clipping("Own", "", DAYS[1]))
    twins.build()
    twins.taken.clear()
    for text in (SETTINGS[name], BASE):
        twins.config(text)
        twins.build()
    for text, source in ((SETTINGS[name], "Alpha"), (BASE, "Beta")):
        twins.config(text)
        twins.put(PATHS[0], clipping("Two", source, DAYS[1]))
        twins.put(PATHS[13], None if text is BASE else clipping("Three", "Beta", DAYS[2]))
        twins.build()
    assert twins.taken[:3] == [True] * 3
    assert twins.taken[3] is (name not in {"another name", "another spelling"})  # a name went, and an article


def test_templates_translations_and_static_files_are_followed(twins):
    theme = (resources.theme() / "base.html").read_text("utf-8")
    own = 'msgid ""\nmsgstr ""\n\nmsgid "Sources"\nmsgstr "Papers"\n'
    for root in twins.roots:
        for folder in ("templates/translations/en/LC_MESSAGES", "templates/assets", "static/2024/07/01"):
            (root / folder).mkdir(parents=True)
    for path, text in (
        ("templates/base.html", theme.replace("</footer>", "ours</footer>")),
        ("templates/translations/en/LC_MESSAGES/messages.po", own),
        ("templates/assets/custom.css", "body {}"),
        ("static/own.txt", "ours"),
        ("static/2024/07/01/index.html", "ours"),
        ("pick.toml", ""),
    ):
        twins.config(text, path)
        twins.build()
    for path in ("static/own.txt", "static/2024/07/01/index.html", "templates/base.html"):
        for root in twins.roots:
            (root / path).unlink()
        twins.build()
    assert twins.taken == [True] * 9


MORNING = msgspec.structs.replace(OPTIONS, as_of=OPTIONS.as_of + dt.timedelta(hours=18))
NEAR = {
    "a new source": lambda twins: twins.put(PATHS[12], clipping("Two", "Omega", DAYS[1])),
    "another source for an article": lambda twins: twins.put(PATHS[1], clipping("Two", "Omega", DAYS[1])),
    "new sources": lambda twins: [
        twins.put(PATHS[12 + n], clipping(f"Two {n}", source, DAYS[n], BODIES[n]))
        for n, source in enumerate(("Omega", "新社", "Omega", "A. & B."))
    ],
    "a new day, up to which all fell silent": lambda twins: twins.put(
        PATHS[12], clipping("Two", "Beta", "2024-12-30")
    ),
    "a new day of a new source": lambda twins: twins.put(PATHS[12], clipping("Two", "Omega", "2024-09-01")),
    "the newest day's end": lambda twins: [
        twins.put(path, None) for n, path in enumerate(PATHS[:12]) if n % 5 == 3
    ],
    "nothing": lambda _: None,
}


@pytest.mark.parametrize("options", [OPTIONS, MORNING])
@pytest.mark.parametrize("name", NEAR)
def test_what_a_day_brings_is_followed(twins, name, options):
    NEAR[name](twins)
    twins.build(options)
    twins.put(PATHS[2], clipping("Three", "Alpha", DAYS[2]))
    twins.put(PATHS[17], clipping("Four", "Omega", "2024-12-31"))
    twins.build(options)
    assert twins.taken == [True, True] or (name == "nothing" and options is OPTIONS and twins.taken == [True])


@pytest.mark.parametrize("source", ["ΒETA", "Delta", "delta", "a-b", "a.b"])
def test_a_source_that_settings_name_or_that_only_looks_like_another_is_followed(twins, source):
    twins.config('base_url = "https://digest.example/"\n[sources.Delta]\nhome = "https://delta.example/"\n')
    twins.put(PATHS[12], clipping("One", "a b", DAYS[1]))
    twins.build()
    twins.put(PATHS[13], clipping("Two", source, DAYS[1]))
    twins.build()
    assert twins.taken == [True, True]


def test_a_new_month_of_recent_articles_is_left_to_a_whole_build(twins):
    twins.config('base_url = "https://digest.example/"\narticles = "recent"\nrecent_months = 2\n')
    twins.build()
    for day in ("2024-07-20", "2024-08-01"):
        twins.put(PATHS[12], clipping("Two", "Beta", day))
        twins.build()
    assert twins.taken == [True, True, False]


@pytest.mark.parametrize(
    ("day", "is_read"),
    [("2024-12-30", False), ("2024-12-30", True), ("2025-01-01", False)],
)
def test_a_newest_day_or_year_that_is_on_all_pages_is_followed(twins, day, is_read):
    if is_read:
        text = (resources.theme() / "base.html").read_text("utf-8")
        for root in twins.roots:
            (root / "templates").mkdir()
        twins.config(text.replace("</footer>", "{{ site.latest.address }}</footer>"), "templates/base.html")
        twins.build(MORNING)
        twins.taken.clear()
    twins.put(PATHS[1], clipping("Two", "Beta", day))
    twins.build(MORNING)
    assert twins.taken == [True]


def test_a_damaged_output_is_compared_as_a_whole(twins):
    twins.put(PATHS[1], clipping("Two", "Beta", DAYS[1], BODIES[1]))
    for root in twins.roots:
        (root / "public/sources/index.html").write_text("other")
    twins.build()
    assert twins.taken == [True]


def test_a_whole_build_after_an_attempt_finds_the_cache_as_it_was(twins, monkeypatch):
    """Copies are followed from the records of before: an attempt must not have replaced them."""
    begun = []
    start = Copies._start
    monkeypatch.setattr(
        Copies,
        "_start",
        lambda self, articles, found=None, **more: [
            begun.append(found),
            start(self, articles, found, **more),
        ],
    )
    FAR["another spelling"](twins)
    twins.build()
    assert twins.taken == [False]
    assert begun
    assert None not in begun


def test_tables_of_sources_that_match_none_follow_what_there_is(twins):
    twins.config('base_url = "https://digest.example/"\n[sources.Gama]\ntext = "link"\n')
    twins.build()
    twins.taken.clear()

    def advice():
        return [one.advice for one in twins.build().report.problems if one.kind == "source"]

    twins.put("g.md", clipping("G", "Gamma", DAYS[0]))
    assert advice() == ['did you mean `sources."Gamma"`?']
    twins.put("h.md", clipping("H", "Gama", DAYS[0], more="draft: true"))
    assert advice() == []
    twins.put("h.md", None)
    assert len(advice()) == 1
    assert twins.taken == [True, True, True]
    twins.put("h.md", clipping("H", "Gama", DAYS[0]))
    assert advice() == []
    twins.put("h.md", None)
    assert len(advice()) == 1


def test_what_waits_is_followed_until_it_is_due(twins):
    later = msgspec.structs.replace(OPTIONS, as_of=OPTIONS.as_of + dt.timedelta(hours=3))
    twins.put(PATHS[1], clipping("Two", "Beta", DAYS[5]))
    assert twins.build().waits_until
    twins.put(PATHS[2], clipping("Two", "Alpha", DAYS[2]))
    assert twins.build().waits_until
    assert not twins.build(later).waits_until
    assert twins.taken == [True, True, True]


def test_many_changes_are_left_to_a_whole_build(twins):
    twins.limits = EngineLimits(followed=(1, 1), unsettled=0)
    for n in (1, 3):
        twins.put(PATHS[n], clipping("Two", "Beta", DAYS[n]))
    twins.build()
    assert twins.taken == [False]


def test_a_damaged_archive_costs_time_alone(twins):
    for statement in (
        "DELETE FROM sources WHERE name = 'Alpha'",
        "UPDATE sources SET value = CAST(value || 'x' AS BLOB)",
        "UPDATE sources SET key = x'00'",
        "UPDATE notes SET value = x'00' WHERE key = x'67726f75706564'",
    ):
        with contextlib.closing(sqlite3.connect(cache_file(twins.roots[0]))) as connection:
            connection.execute(statement)
            connection.commit()
        for _ in range(2):
            twins.put(PATHS[1], clipping(f"No {len(twins.taken)}", "Beta", DAYS[1]))
            twins.build()
    assert twins.taken == [False, True] * 4


def put_with_furniture(twins):
    """Clippings of one source of which half end in the same line: with one less it is no furniture."""
    for n in range(8):
        end = "Follow us for more news of the kind, every day anew" + "!" * (n < 4)
        body = f"{BODIES[0]} Only here: {n}.\n\n{end}"
        more = f"url: https://same.example/{n}"
        twins.put(f"same/{n}.md", clipping(f"Same {n}", "Same", f"2024-06-0{n + 1}", body, more))


def test_what_a_killed_build_doubted_is_looked_into_by_the_next(twins, monkeypatch):
    """A clipping went with which its source's furniture is another, and nobody came to learn it again."""
    put_with_furniture(twins)
    twins.build()
    twins.put("same/0.md", None)

    def killed(*_given, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(generator.engine.inspecting, "learned", killed)
        with pytest.raises(KeyboardInterrupt):
            build(site_in(twins.roots[0]), OPTIONS, silent, clean=True, workers=workers_here())
    twins.build()


def test_what_a_source_repeats_since_is_followed(twins):
    """Other clippings of the source are read again: what ended them as furniture is text now."""
    put_with_furniture(twins)
    twins.build()
    text = (twins.roots[0] / "content/same/0.md").read_text("utf-8")
    counts = []
    for now in (text, None, text):
        twins.put("same/0.md", now)
        twins.build()
        counts.append(sum(b"Follow us" in page for page in files_of(twins.roots[0] / "public").values()))
    assert twins.taken == [True, True, True, True]
    assert counts[0] == counts[2] != counts[1]


def test_what_another_build_learns_meanwhile_is_not_what_this_one_read_with(twins, monkeypatch):
    """A preview follows an edit while a long build ends: the next build reads again what that concerns."""
    put_with_furniture(twins)
    ours, write = site_in(twins.roots[0]), generator.engine.writing.write
    preview = msgspec.structs.replace(ours, output=twins.roots[0] / "preview")

    def another_comes(*given, **more):
        monkeypatch.setattr(generator.engine.writing, "write", write)
        wrote = write(*given, **more)
        (ours.content / "same/0.md").unlink()
        build(preview, OPTIONS, silent)
        return wrote

    build(site_in(twins.roots[1]), OPTIONS, silent, workers=workers_here())
    monkeypatch.setattr(generator.engine.writing, "write", another_comes)
    build(ours, OPTIONS, silent, clean=True, workers=workers_here())
    twins.put("same/0.md", None)
    twins.build()
    assert twins.taken == [True]


def test_notes_that_came_with_somebodys_folder_cost_time_alone(twins):
    with cache_of(twins.roots[0]) as cache:
        head = msgspec.msgpack.decode(cache.note(stored_state.HEAD), type=stored_state.Head)
        for stamps in ((b"noise",), (msgspec.msgpack.encode([]),), ()):
            cache.keep_note(
                stored_state.HEAD, msgspec.msgpack.encode(msgspec.structs.replace(head, stamps=stamps))
            )
            assert head.changed(NOTHING_THERE, cache) is not None
            assert msgspec.structs.replace(head, stamps=stamps).changed(NOTHING_THERE, cache) is None
    twins.put(PATHS[1], clipping("Two", "Beta", DAYS[1]))
    twins.build()
    assert twins.taken == [False]


def test_clippings_that_came_just_before_a_long_build_can_be_followed_after_it(twins, monkeypatch):
    """They could have changed unseen when they were found, but no more when they were read."""
    twins.limits = EngineLimits(followed=(1, 1), unsettled=300_000_000)
    time.sleep(0.3)  # the other clippings came long before
    for path in PATHS[1:4]:
        twins.put(path, clipping("Two", "Omega", DAYS[1], BODIES[1]))

    def slowly(*given):
        time.sleep(0.3)
        return looked(*given)

    looked = generator.engine.inspecting._looked
    with monkeypatch.context() as patched:
        patched.setattr(generator.engine.inspecting, "_looked", slowly)
        twins.build()
    twins.put(PATHS[1], clipping("Three", "Omega", DAYS[1], BODIES[1]))
    twins.build()
    assert twins.taken == [False, True]


def test_a_preview_of_the_same_clippings_takes_nothing_away(twins):
    """It reads the changed clipping first, and the cache has it when the build comes to it."""
    twins.put(PATHS[1], clipping("Two", "Beta", DAYS[1], BODIES[1]))
    site = site_in(twins.roots[0])
    build(msgspec.structs.replace(site, output=site.preview), OPTIONS, silent)
    twins.build()
    assert (twins.roots[0] / "public/sources/beta/index.html").read_text("utf-8").count("Two")
