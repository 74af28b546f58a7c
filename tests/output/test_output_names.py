"""Paths that no build could write are found, by the fast check too."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generator.output import names

PARTS = st.text(st.sampled_from("aé活.-_ \\/\0\ud800０") | st.characters(), max_size=8) | st.sampled_from(
    [".git", ".GIT", "..", names.MANIFEST, "a" * 61, "活" * 86, "index.html"]
)


@given(st.lists(PARTS, max_size=12).map("/".join))
@example("活" * 60)
@example("/".join(["活" * 60] * 10))
def test_the_fast_check_passes_nothing_that_has_a_fault(path):
    what = names.fault(path) or ("is in a git repository" if names.is_of_git(path) else None)
    assert names.first_fault(["index.html", path]) == (None if what is None else (path, what))


@pytest.mark.parametrize("path", ["sources/活字纪/2024/07/index.html", "articles/ab/abcdefghijkm.html"])
def test_usual_paths_take_the_fast_check(path):
    assert names._is_plain(path)
