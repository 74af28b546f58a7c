"""Ids: short, legible, lasting."""

import base64
import hashlib
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from generator.model.ids import path_id, short_hash


def test_the_id_of_a_path_never_changes():
    # Addresses of published articles hang on these.
    assert path_id("2024/07/03/daily/a.md") == "g2g5tdpb9w6f"
    assert short_hash(b"", 6) == "6q2nis"


def test_one_name_in_two_normal_forms_is_one_id():
    name = "posts/café.md"
    assert path_id(unicodedata.normalize("NFD", name)) == path_id(unicodedata.normalize("NFC", name))


def test_a_name_that_is_not_utf8_counts_as_its_bytes():
    assert path_id(b"\xff.md".decode("utf-8", "surrogateescape")) == short_hash(b"\xff.md", 12)


@given(st.text())
def test_an_id_is_legible(path):
    id_ = path_id(path.encode("utf-8", "replace").decode())
    assert len(id_) == 12
    assert set(id_) <= set("abcdefghijkmnpqrstuvwxyz23456789")


@given(st.binary(), st.integers(0, 51))
def test_a_short_hash_is_the_base32_of_sha_256(value, length):
    theirs = base64.b32encode(hashlib.sha256(value).digest()).decode()[:length]
    ours = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"abcdefghijkmnpqrstuvwxyz23456789")
    assert short_hash(value, length) == theirs.encode().translate(ours).decode()
