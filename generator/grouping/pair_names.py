"""Names that suggest that articles are the same: keys, titles, texts and parts of titles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from generator.grouping.candidates import Name, Names, outline, runs
from generator.grouping.evidence import Evidence, channels, is_empty, text_refrains, title_refrains
from generator.grouping.gathering import SPAN
from generator.grouping.titles import words_of
from generator.model.types import Article
from generator.parallel import forked


def names_of(known: Sequence[Evidence], texts: Iterable[bytes]) -> tuple[Names, Names, Names]:
    """Return the names of articles: keys, titles, and texts that are not empty."""
    keys = Names([(at, one.article.keys) for at, one in enumerate(known)], span=SPAN)
    titles = Names.of_each([one.text for one in known], span=SPAN)
    return keys, titles, Names(((at, (text,)) for at, text in enumerate(texts) if text), span=SPAN)


def title_names(articles: Sequence[Article], *, is_shared: bool) -> list[tuple[str, list[int]]]:
    """Return for each article the words of its title, and the parts that serve as names."""

    def task(start: int, end: int) -> list[tuple[str, list[int]]]:
        words = [(article, words_of(article.title)) for article in articles[start:end]]
        return [(text, parts_of(article, text)) for article, text in words]

    kind = list[tuple[str, list[int]]]
    return [*chain.from_iterable(forked.parts(task, len(articles), kind, is_shared=is_shared))]


def parts_of(article: Article, text: str) -> list[int]:
    """Return parts of the title as names, and its outline if the article has no text."""
    return runs(text) + outline(text) if is_empty(article) else runs(text)


def mixed_by_name(names: Mapping[int, Sequence[Name]], kinds: Mapping[int, object]) -> list[int]:
    """Return the articles that share a name with one of another kind."""
    kinds_of: dict[Name, set[object]] = defaultdict(set)
    for at, own in names.items():
        for name in own:
            kinds_of[name].add(kinds[at])
    return [at for at, own in names.items() if any(len(kinds_of[name]) > 1 for name in own)]


def mute_refrains(evidence: Sequence[Evidence], keys: Names, titles: Names, texts: Names) -> None:
    """Mark refrains and channels in the evidence, in place, so that they prove nothing."""
    for group in texts.shared():
        for one in text_refrains([evidence[at] for at in group]):
            one.mute_text()
    for group in titles.shared():
        for one in title_refrains([evidence[at] for at in group]):
            one.mute_title()
    for group in keys.shared():
        if found := channels(of_key := [evidence[at] for at in group]):
            for one in of_key:
                one.channels |= found
