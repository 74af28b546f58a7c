"""What `explain` says about the copies and the story of a clipping."""

from __future__ import annotations

from generator.cli.exit_codes import DONE
from generator.cli.main import run
from random_edits import BODIES
from writing import build_site, files_of, write_clipping, write_config

REPORTS = [body for body in BODIES if "PressWorks9" in body]


def test_copies_and_the_texts_of_a_story_are_explained(tmp_path, monkeypatch, capfdbinary):
    write_config(tmp_path)
    content = tmp_path / "content"
    titles = ("Fire in Mainz", "A press is no more", "美因茨起火")
    for number, (title, body) in enumerate(zip(titles, REPORTS, strict=True)):
        write_clipping(content, f"{number}.md", body, title=title, source=f"S{number}")
    write_clipping(content, "copy.md", "", title="Fire in Mainz", source="C", url="https://c.example/0")
    write_clipping(content, "lone.md", title="Another thing altogether", source="L")
    monkeypatch.chdir(tmp_path)

    def explained(path):
        capfdbinary.readouterr()
        assert run(["explain", path]) == DONE
        lines = capfdbinary.readouterr().out.decode().splitlines()
        return [line for line in lines if line.startswith(("copy: ", "story: "))]

    of_copy = explained("copy.md")
    assert of_copy[0].startswith("copy: 0.md (")
    assert of_copy[0] != "copy: 0.md (by way of another)"
    assert sorted(line.split(" (")[0] for line in of_copy[1:]) == ["story: 1.md", "story: 2.md"]
    [first] = [line for line in explained("0.md") if line.startswith("story: 2.md")]
    assert {"name caxton", "name gutenberg", "name pressworks9"} <= set(
        first.removesuffix(")").partition(" (")[2].split(", ")
    )
    assert explained("lone.md") == []


def test_feeds_and_pages_show_a_story_once(tmp_path):
    write_config(tmp_path)
    for number, body in enumerate(REPORTS):
        write_clipping(
            tmp_path / "content", f"{number}.md", body, title=f"{number}: fire", source=f"S{number}"
        )
    _, index = build_site(tmp_path)
    [story] = index.digest.stories
    assert ({one.path for one in story.texts}, len(story.reported)) == ({"0.md", "1.md", "2.md"}, 3)
    built = files_of(tmp_path / "public")
    feed = built["feed.json"].decode()
    assert feed.count('"id": "urn') + feed.count('"id":"urn') == 1
    assert "Also in" in feed
    assert [path for path in built if path.startswith("stories/")] == [
        f"stories/{story.id[:2]}/{story.id}.html"
    ]
    assert b'id="_stories"' in built["2024/07/03/index.html"]
