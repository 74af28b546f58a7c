import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from generator.grouping.copies import Copies
from generator.grouping.stories import Stories, stories_of
from grouping.test_copies import POOL, UNRELATED, article, prose

DAY = dt.date(2024, 7, 3)


def found(*articles, merges=()):
    """The paths of the texts of each story, as sets."""
    copies = Copies(articles).updated()
    return [{one.path for one in story.texts} for story in stories_of(articles, copies, merges)]


def test_the_curator_joins_texts():
    text = prose(1)
    one, copy, other = (
        article("a", "One thing", text),
        article("b", "One thing", text),
        article("c", "Another"),
    )
    far = article("d", "A third", prose(3), day=900)
    everything = (one, copy, other, far)
    assert found(*everything) == []
    assert found(*everything, merges=[frozenset("ab")]) == []
    assert found(*everything, merges=[frozenset("bc")]) == [{"a", "c"}]
    assert found(*everything, merges=[frozenset("bc"), frozenset("cd")]) == [{"a", "c", "d"}]
    assert found(*everything, merges=[frozenset(("c", "gone"))]) == []
    [story] = stories_of(everything, Copies(everything).updated(), [frozenset("bd")])
    assert ([one.path for one in story.articles], story.id) == (["a", "d", "b"], "a")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_kept_becomes_the_same_as_found_from_scratch(data):
    pool = {one.path: one for one in (*POOL[:12], UNRELATED)}
    some = st.lists(st.sampled_from(sorted(pool)), unique=True)
    now = {path: pool[path] for path in data.draw(some)}
    copies = Copies(now.values())
    kept = Stories([*now.values()], copies.updated())
    for _ in range(data.draw(st.integers(1, 3))):
        removed = [now.pop(path) for path in data.draw(some) if path in now]
        added = [pool[path] for path in data.draw(some) if path not in now]
        now |= {one.path: one for one in added}
        copies.change([one.path for one in removed], added)
        kept.change(removed, added, *copies.update())
        merges = [frozenset(data.draw(some)) for _ in range(data.draw(st.integers(0, 3)))]
        before = list(kept.stories)
        ended, begun = kept.update(merges)
        assert {*map(id, before)} - {*map(id, ended)} | {*map(id, begun)} == {*map(id, kept.stories)}
        assert kept.stories == [*stories_of([*now.values()], copies.groups, merges)]
