import pytest

from generator.config.identifiers import BUILT_IN
from generator.model.identifiers import kind_of, label_of, number_of, slug_of
from generator.reading.identifiers import HINTS, MOST, identifiers_of


def named(title="", lead="", text="", own=None):
    return identifiers_of(title, lead, text or lead, own or {})


@pytest.mark.parametrize(
    ("written", "identifier"),
    [
        ("CVE-2024-1234", "CVE-2024-1234"),
        ("a flaw (cve-2024-12345)", "CVE-2024-12345"),
        ("漏洞CVE-2024-1234可", "CVE-2024-1234"),
        ("CVE_2024_1234.py", "CVE-2024-1234"),
        ("CVE–2024–1234", "CVE-2024-1234"),
        (r"CVE\-2024\-1234", "CVE-2024-1234"),
        ("GHSA-9CMJ-g9qc-pj99", "GHSA-9cmj-g9qc-pj99"),
        ("RHSA-2024-4321-03.txt", "RHSA-2024:4321"),
        ("RHSA-2024:4321", "RHSA-2024:4321"),
        ("USN-6859-1", "USN-6859-1"),
        ("DSA-5724-1", "DSA-5724"),
        ("CNVD-2024-12345", "CNVD-2024-12345"),
        ("CNNVD-202407-123", "CNNVD-202407-123"),
        ("KB5040442", "KB5040442"),
        ("https://arxiv.org/abs/2407.01234v2", "arXiv:2407.01234"),
        ("arXiv: 2407.01234", "arXiv:2407.01234"),
        ("RFC9110", "RFC 9110"),
        ("RFC 0791", "RFC 791"),
    ],
)
def test_an_identifier_is_written_in_one_way(written, identifier):
    assert named(title=written) == ((identifier,), ())


@pytest.mark.parametrize(
    "written",
    ["CVE-2024-123", "CVE-2024-XXXX", "CVE-1234-5678", "XCVE-2024-1234", "MKB5040442", "RFC 123456"],
)
def test_what_looks_like_one_is_none(written):
    assert named(title=written) == ((), ())


def test_title_and_lead_name_and_the_rest_mentions():
    found = named(
        "About CVE-2024-1111", "See CVE-2024-2222.", "See CVE-2024-2222.\n\nAs CVE-2024-3333, RFC 9110."
    )
    assert found == (("CVE-2024-1111", "CVE-2024-2222"), ("CVE-2024-3333", "RFC 9110"))


def test_of_a_round_up_only_the_title_names_some():
    week = " ".join(f"CVE-2024-000{n}" for n in range(1, 8))
    for lead, text in ((week, week), ("First came CVE-2024-0001.", f"First came CVE-2024-0001.\n\n{week}")):
        own, mentions = named("The week of CVE-2024-0003", lead, text)
        assert own == ("CVE-2024-0003",)
        assert len(mentions) == 6


def test_names_of_several_kinds_for_one_event_are_no_round_up():
    one = "CVE-2024-1111, CVE-2024-1112, CNVD-2024-11111, CNNVD-202407-111, GHSA-2222-3333-4444, KB5040442"
    assert len(named(lead=one)[0]) == 6


def test_mentions_have_a_limit():
    assert len(named(text=" ".join(f"CVE-2024-{n}" for n in range(1000, 1100)))[1]) == MOST


def test_each_sign_contains_a_hint():
    signs = [sign for kind in BUILT_IN.values() for sign in kind.signs]
    assert all(any(hint in sign for hint in HINTS) for sign in signs)
    assert all(any(hint in sign for sign in signs) for hint in HINTS)


def test_a_site_has_its_own_kinds():
    own = {"ticket": r"PROJ-\d+", "bug": r"Bug #\d+"}
    identifiers, _ = named("PROJ-12 and Bug #7 and bug #8", own=own)
    assert identifiers == ("Bug #7", "ticket:PROJ-12")
    assert [*map(kind_of, identifiers)] == ["bug", "ticket"]
    assert [*map(label_of, identifiers)] == ["Bug #7", "PROJ-12"]


def test_a_site_may_turn_a_built_in_kind_off():
    assert named("CVE-2024-1111, RFC 9110", own={"rfc": ""}) == (("CVE-2024-1111",), ())


def test_parts_of_an_identifier():
    assert [number_of(one) for one in ("CVE-2024-1234", "RFC 9110", "KB5040442")] == [
        "2024-1234",
        "9110",
        "5040442",
    ]


@pytest.mark.parametrize(
    ("identifier", "slug"),
    [
        ("CVE-2024-1234", "cve-2024-1234"),
        ("GHSA-2222-3333-44pq", "ghsa-2222-3333-44pq"),
        ("RHSA-2024:1234", "rhsa-2024-1234"),
        ("arXiv:2407.01234", "arxiv-2407-01234"),
        ("RFC 9110", "rfc-9110"),
        ("KB5040442", "kb5040442"),
        ("PROJ-12", "proj-12"),
        ("proj-12", "proj-12-"),
        ("PROJ 12", "proj-12-"),
        ("公告:第3期", "公告-第3期-"),
    ],
)
def test_a_slug_is_plain_where_no_other_identifier_has_it(identifier, slug):
    assert slug_of(identifier).removesuffix(slug_of(identifier)[-6:] if slug.endswith("-") else "") == slug


def test_no_two_identifiers_have_the_same_slug():
    spellings = ("PROJ-1-2", "PROJ 1-2", "proj-1-2", "Proj:1.2", "PROJ-12")
    assert len({*map(slug_of, spellings)}) == len(spellings)
