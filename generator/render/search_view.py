"""The view of the page that searches."""

from __future__ import annotations

from generator.render.views import View


class SearchView(View, frozen=True, kw_only=True):
    """`search.html`: the page that searches."""

    texts: bool
    """Whether texts are searched too."""
