"""A preview that ends leaves its state, and the next process begins with it and with what changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import generator.engine.build
from generator.config.options import Built, Options, silent
from generator.config.site import Site as SiteOf
from generator.config.site import preview_of
from generator.engine.build import build
from generator.engine.build_context import EngineLimits
from generator.engine.session import Session
from generator.engine.state import SiteState
from generator.preview.live import Live
from writing import BODY, NOW, files_of, site_in, workers_here, write_clipping, write_config

OPTIONS = Options(accepts_losses=True, as_of=NOW)
LIMITS = EngineLimits(unsettled=0)
PICK = '[[pick]]\narticle = "{}.md"\nnote = "So."\n'


class Followed:
    """A site of a few articles, built and then followed."""

    def __init__(self, root: Path, of: Callable[[SiteOf], SiteOf] = lambda site: site) -> None:
        self.root, self._of = root, of
        self.live = Live(1, LIMITS)
        write_config(root)
        for name in "abcdef":
            self.write(name, f"Title {name}")
        build(site_in(root), OPTIONS, silent, limits=LIMITS, workers=workers_here())

    def write(self, name: str, title: str) -> Path:
        day = f"2024-07-0{'abcdef'.find(name[0]) + 1}"
        return write_clipping(
            self.root / "content", f"{name}.md", title=title, source=f"Source {name}", date=day, body=BODY
        )

    def save(self, *changed: Path, settles: bool = True) -> None:
        """Tell the preview of changed files; begin it if there are none."""
        told = frozenset(changed) if changed else None
        self.live.build(self._of(site_in(self.root)), OPTIONS, silent, told)
        while settles and self.live.due_in is not None:
            while self.live.rest():
                pass
            self.live.build(self._of(site_in(self.root)), OPTIONS, silent, frozenset())

    def build(self) -> Built:
        """Build in a new process."""
        return build(site_in(self.root), OPTIONS, silent, limits=LIMITS, workers=workers_here())

    def hold(self) -> None:
        """Hold the output folder against a build from nothing."""
        found = files_of(self.root / "public")
        build(site_in(self.root), OPTIONS, silent, clean=True, workers=workers_here())
        assert files_of(self.root / "public") == found


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Followed]:
    site = Followed(tmp_path)
    site.save()
    yield site
    site.live.close()


@pytest.fixture
def grouped(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each build that read and grouped everything."""
    found: list[str] = []
    read = generator.engine.build._read
    monkeypatch.setattr(generator.engine.build, "_read", lambda *given: found.append("read") or read(*given))
    return found


def changed_in(site: Followed, kind: str) -> list[Path]:
    """Change something, and return the files to tell a preview of."""
    root = site.root
    match kind:
        case "article":
            return [site.write("a", "Another title")]
        case "new":
            return [site.write("fresh", "A new one")]
        case "removed":
            (root / "content/b.md").unlink()
            return [root / "content/b.md"]
        case "picks":
            (root / "picks.toml").write_text(PICK.format("c"))
            return [root / "picks.toml"]
        case "title":
            write_config(root, 'base_url = "https://digest.example/"\ntitle = "Another digest"\n')
            return [root / "digest.toml"]
    (root / "templates").mkdir(exist_ok=True)
    (root / "templates/404.html").write_text("Nothing here.")
    return [root / "templates/404.html"]


KINDS = ("article", "new", "removed", "picks", "title", "template")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_done_again_after_a_preview_that_followed_saves(followed, grouped, monkeypatch, kind):
    followed.save(*changed_in(followed, kind))
    followed.live.close()
    applied = generator.engine.build._applied
    begun = []
    monkeypatch.setattr(
        generator.engine.build, "_applied", lambda *given, **more: begun.append(1) or applied(*given, **more)
    )
    assert followed.build().report.pages.written == 0
    assert not begun
    followed.write("d", "Edited after that")
    followed.build()
    assert not grouped
    followed.hold()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("end", ["closed", "closed at once", "killed"])
def test_what_changed_after_the_last_save_that_was_followed_is_noticed(followed, grouped, kind, end):
    followed.save(followed.write("a", "Followed"), settles=end != "closed at once")
    changed_in(followed, kind)
    if end != "killed":
        followed.live.close()
    followed.build()
    assert not grouped
    followed.hold()


def test_a_clipping_that_is_saved_again_before_the_preview_ends_is_read_again(followed, grouped):
    file = followed.write("a", "Followed")
    followed.save(file)
    file.write_text(file.read_text().replace("Followed", "Missed!!"))
    followed.live.close()
    assert b"Missed!!" not in b"".join(files_of(followed.root / "public").values())
    followed.build()
    assert b"Missed!!" in b"".join(files_of(followed.root / "public").values())
    assert not grouped
    followed.hold()


def test_an_interrupt_while_the_state_is_stored_costs_time_alone(followed, monkeypatch):
    followed.save(followed.write("a", "Followed"))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("generator.engine.stored_state._head", interrupted)
        with pytest.raises(KeyboardInterrupt):
            followed.live.close()
    followed.write("b", "Edited after that")
    followed.build()
    followed.hold()


def test_a_file_that_somebody_damaged_is_made_again_after_a_preview(followed, grouped):
    followed.save(followed.write("a", "Followed"))
    page = followed.root / "public/2024/07/02/index.html"
    page.write_text("Not ours.")
    followed.live.close()
    assert followed.build().report.pages.written == 1
    assert not grouped
    followed.hold()


def test_a_preview_elsewhere_leaves_the_state_of_the_last_build(tmp_path, grouped, monkeypatch):
    site = Followed(tmp_path, preview_of)
    grouped.clear()
    site.save()
    site.save(site.write("a", "Followed"))
    site.live.close()
    searches = []
    monkeypatch.setattr("generator.grouping.stories.Stories._search", lambda _: searches.append(1))
    site.build()
    assert not grouped
    assert not searches
    monkeypatch.undo()
    site.hold()


def test_the_next_preview_serves_what_this_one_left_while_its_state_is_loaded(tmp_path, monkeypatch):
    site = Followed(tmp_path, preview_of)
    site.save()
    site.save(site.write("a", "Followed"))
    site.live.close()
    served = []
    read = SiteState.read.__func__
    again = Live(1, LIMITS)

    def noted(cls: type[SiteState], *given: object, **more: object) -> SiteState:
        served.append(again.has("index.html"))
        return read(cls, *given, **more)

    monkeypatch.setattr(SiteState, "read", classmethod(noted))
    again.build(preview_of(site_in(tmp_path)), OPTIONS, silent, None)
    again.close()
    assert served == [True]


def test_a_state_is_stored_once(followed, monkeypatch):
    followed.save(followed.write("a", "Followed"))
    followed.live.close()
    monkeypatch.setattr(Session, "_store", lambda _: pytest.fail("stored though nothing was saved"))
    followed.live = Live(1, LIMITS)
    followed.save()
    followed.live.close()
