import random

from hypothesis import given
from hypothesis import strategies as st

from generator.grouping.candidates import (
    BAND,
    BANDS,
    NEIGHBOURS,
    Bands,
    Names,
    near_pairs,
    outline,
    runs,
    shared_bands,
    stretches,
)


def fingerprints(count, seed=1):
    """Of few bytes, so that many share a band; every seventh article has none."""
    made = random.Random(seed)
    return [bytes(made.choices(b"abc", k=384)) if at % 7 else b"" for at in range(count)]


@given(st.lists(st.lists(st.sampled_from("abcde"), unique=True, max_size=3), max_size=20))
def test_who_shares_a_name_is_found(names):
    known = Names(enumerate(names), span=9)
    expected = [[at for at, of_one in enumerate(names) if name in of_one] for name in "abcde"]
    assert sorted(known.shared()) == sorted(owners for owners in expected if len(owners) > 1)
    for name, owners in zip("abcde", expected, strict=True):
        assert list(known.owners(name, [(0, len(names))])) == owners
        assert list(known.owners(name, [(3, 5), (8, 11)])) == [
            at for at in owners if 3 <= at < 5 or 8 <= at < 11
        ]


@given(st.lists(st.integers(0, 400), min_size=1, max_size=40).map(sorted), st.integers(1, 60))
def test_stretches_of_days_leave_out_no_pair_within_the_span(days, span):
    names = [(at % 3,) for at in range(len(days))]
    known = Names(enumerate(names), span=span, numbers=True)
    shared = (group for stretch in stretches(days, span) for group in known.shared_within(stretch))
    pairs = set(near_pairs(shared, days, span))
    assert set(near_pairs(known.shared(), days, span)) == pairs
    assert all(0 <= days[later] - days[earlier] <= span for later, earlier in pairs)


def test_each_is_held_against_the_nearest_before_it():
    pairs = list(near_pairs([range(12)], [0] * 12, 1))
    assert (9, 1) in pairs
    assert (9, 0) not in pairs
    assert len([pair for pair in pairs if pair[0] == 11]) == NEIGHBOURS


def test_pairs_that_were_seen_do_not_come_again():
    days = [1, 1, 2, 4]
    assert list(near_pairs([range(4)], days, 2, {1 * 4 + 0, 3 * 4 + 2})) == [(2, 0), (2, 1)]


def test_who_shares_a_band_is_found_at_once_and_one_by_one():
    signatures = fingerprints(60)
    groups = sorted(map(tuple, shared_bands(enumerate(signatures))))
    kept = Bands(enumerate(signatures[:40]))
    for owner, signature in enumerate(signatures[40:], 40):
        kept.add(owner, signature)
    found = set()
    for place in range(BANDS):
        for signature in filter(None, signatures):
            band = signature[BAND * place : BAND * place + BAND]
            group = tuple(kept.owners(place, band, [(0, 30), (30, 60)]))
            assert group == tuple(
                at for at, other in enumerate(signatures) if other[BAND * place : BAND * place + BAND] == band
            )
            found |= {(place, group)} if len(group) > 1 else set()
    assert sorted(group for _, group in found) == groups


def test_like_titles_have_a_run_in_common():
    title = "活字排版经验之谈：木活字环绕铜活字的围点打援排版策略"
    assert set(runs(title)) & set(runs(title.replace("经验", "心得")))
    assert len(runs(title)) == len(runs(title * 3)) == 5
    assert runs("short") == []
    assert runs("lone \ud800 surrogates are no trouble") != []


def test_an_outline_stays_as_it_is_when_a_long_word_is_mended():
    assert (
        outline("a foundry keeps 8 lerters for years") == outline("a foundry keeps 8 letters for years") != []
    )
    assert outline("a foundry keeps 8 letters for years") != outline("a foundry keeps 9 letters for years")
    assert outline("活字印刷横跨六年的坚持与创新") == outline("old letters") == []
    assert outline("lone \ud800 surrogates are no trouble for a foundry") != []


@given(st.lists(st.lists(st.sampled_from("abc"), unique=True), max_size=20), st.integers(0, 20))
def test_who_shares_a_name_is_found_from_one_of_them(names, at):
    known = Names(enumerate(names[:12]), span=9)
    known.in_order()
    for owner, of_one in enumerate(names[12:], 12):
        known.add(owner, of_one)
    for name in "abc":
        owners = [owner for owner, of_one in enumerate(names) if name in of_one]
        before, after, since = known.row(name, at, (3, 10))
        assert list(before) == [owner for owner in reversed(owners) if 3 <= owner < min(at, 12)]
        assert list(after) == [owner for owner in owners if at <= owner < 10]
        assert list(since) == [owner for owner in owners if owner >= 12]


def test_who_shares_a_band_is_found_from_one_of_them():
    signatures = fingerprints(60)
    kept = Bands(enumerate(signatures))
    for place in (0, 7, BANDS - 1):
        for at, signature in enumerate(signatures[:40]):
            band = (signature or signatures[at + 1])[BAND * place : BAND * place + BAND]
            owners = [
                owner
                for owner, other in enumerate(signatures)
                if other[BAND * place : BAND * place + BAND] == band
            ]
            before, after, since = kept.row(place, band, at, (5, 35), 40)
            assert list(before) == [owner for owner in reversed(owners) if 5 <= owner < at]
            assert list(after) == [owner for owner in owners if at <= owner < 35]
            assert list(since) == [owner for owner in owners if owner >= 40]
