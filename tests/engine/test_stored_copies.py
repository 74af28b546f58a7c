"""Copies that are followed from build to build are those found from scratch."""

from __future__ import annotations

from array import array

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.cache.store import Cache
from generator.cache.versions import hashed
from generator.engine import stored_copies
from generator.engine.build_context import LIMITS, EngineLimits
from generator.grouping.copies import Copies, copies_of
from grouping.test_copies import CROWD, POOL, RETITLED

EPOCH = b"epoch"
ALL = {one.path: one for one in [*POOL, *CROWD, *RETITLED]}
ALL |= {  # of which no home is known
    path: msgspec.structs.replace(ALL[like], path=path, id=path, source=f"H{path}", keys=(f"/{path}",))
    for path, like in (("z1", "r0"), ("z2", "r0"), ("z3", "1"))
}


def mark(article):
    return hashed(repr(article).encode())


def told(cache, articles, former=(), epoch=EPOCH, limits=LIMITS):
    """The stories of a build whose cache knew some former articles."""
    marks = {one.id: mark(one) for one in articles}
    known = {mark(one): one for one in former}
    return stored_copies.copies_of(cache, epoch, articles, marks, known, limits).updated()


@pytest.fixture
def counted(monkeypatch):
    """How often stories were found from scratch."""
    begun = []
    start = Copies._start

    def counting(self, articles, found=None, **more):
        begun.extend([1] if found is None else [])
        return start(self, articles, found, **more)

    monkeypatch.setattr(Copies, "_start", counting)
    return begun


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_stories_are_those_found_from_scratch(tmp_path_factory, data):
    own = st.lists(st.sampled_from(sorted(ALL)), unique=True)
    now = {path: ALL[path] for path in data.draw(own)}
    limits = EngineLimits(replayed=data.draw(st.sampled_from((0, 3, 100))))
    with Cache.of(tmp_path_factory.mktemp("site"), b"rules") as cache:
        assert told(cache, [*now.values()], limits=limits) == copies_of([*now.values()])
        for _ in range(data.draw(st.integers(1, 5))):
            before = [*now.values()]
            for path in data.draw(st.lists(st.sampled_from(sorted(ALL)), unique=True, max_size=4)):
                other = data.draw(st.none() | st.sampled_from(sorted(ALL)))
                if other is None:
                    now.pop(path, None)
                else:
                    now[path] = msgspec.structs.replace(ALL[other], path=path, id=path)
            former = before if data.draw(st.booleans()) else ()
            assert told(cache, [*now.values()], former, limits=limits) == copies_of([*now.values()])


def test_a_change_is_followed_and_so_is_the_next(tmp_path, counted):
    first = [*POOL, *CROWD]
    second = [*first[1:], RETITLED[0]]
    third = [*first[2:], *RETITLED[:2]]
    with Cache.of(tmp_path, b"rules") as cache:
        told(cache, first)
        assert told(cache, second, first[:1]) == copies_of(second)
        assert told(cache, third, first[1:2]) == copies_of(third)
        assert told(cache, first) == copies_of(first)
    assert sum(counted) == 4  # the first time, and three times here


def test_what_many_changes_left_is_kept_as_if_found_now(tmp_path, counted):
    """Else every later build would follow them all again."""
    limits = EngineLimits(replayed=5)
    first = [*POOL, *CROWD]
    second = [*first[4:], *RETITLED[:3]]
    with Cache.of(tmp_path, b"rules") as cache:
        told(cache, first)
        assert told(cache, second, first, limits=limits) == copies_of(second)
        begun = sum(counted)
        marks = {one.id: mark(one) for one in second}
        assert stored_copies.load(cache, EPOCH, second, marks, {}, LIMITS).is_as_found
        assert sum(counted) == begun


def test_a_new_source_whose_articles_have_no_home_is_followed(tmp_path):
    """As that of an address within another's, of which nothing is left: `http://www./x`."""
    first = msgspec.structs.replace(ALL["z1"], keys=("/x",))
    second = msgspec.structs.replace(first, path="z2", id="z2", source="New", keys=("/y",))
    with Cache.of(tmp_path, b"rules") as cache:
        told(cache, [first])
        assert told(cache, [first, second]) == copies_of([first, second])


DAMAGES = [
    {"titles": []},
    {"mute": [999]},
    {"refrains": [-1]},
    {"channels": {999: ["a"]}},
    {"pairs": b"1234"},
    {"pairs": array("I", [1, 0, 99]).tobytes()},
    {"pairs": array("I", [999, 0, 0]).tobytes()},
    {"runs": (b"1234", b"")},
    {"runs": (b"\xff" * 4, b"1234")},
    {"groups": [[998, 999]]},
    {"groups": [[]]},
    {"homes": {}},
    {"homes": {"S0": {}}},
]


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_what_was_found_of_others_is_not_believed(tmp_path, damage):
    """A cache may come with somebody's folder: what it says is looked at before it is used."""
    first, second = [*POOL, *CROWD], [*POOL[1:], *CROWD]
    with Cache.of(tmp_path, b"rules") as cache:
        told(cache, first)
        base = msgspec.msgpack.decode(cache.note("copies"), type=stored_copies.Base)
        found = base.found
        if damage.keys() <= set(found.__struct_fields__) - {"pairs"}:
            found = msgspec.structs.replace(found, **damage)
        else:
            found = msgspec.structs.replace(found, pairs=msgspec.structs.replace(found.pairs, **damage))
        note = msgspec.structs.replace(base, found=found)
        cache.keep_note("copies", msgspec.msgpack.encode(note))
        assert told(cache, second, first) == copies_of(second)


@pytest.mark.parametrize("what", ["epoch", "former", "damage"])
def test_what_cannot_be_followed_is_found_anew(tmp_path, counted, what):
    first, second = [*POOL, *CROWD], [*POOL[1:], *CROWD]
    with Cache.of(tmp_path, b"rules") as cache:
        told(cache, first)
        if what == "damage":
            cache.keep_note("copies", b"noise")
        former = () if what == "former" else first
        epoch = b"another" if what == "epoch" else EPOCH
        assert told(cache, second, former, epoch) == copies_of(second)
    assert sum(counted) == 3


def test_many_changes_are_a_new_beginning(tmp_path, counted):
    limits = EngineLimits(judged=3)
    first, second = [*POOL, *CROWD], [*POOL[4:], *CROWD]
    with Cache.of(tmp_path, b"rules") as cache:
        told(cache, first)
        told(cache, second, first, limits=limits)
        assert sum(counted) == 2
        told(cache, second, limits=limits)
        assert sum(counted) == 2
