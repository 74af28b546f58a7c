"""What `[tags]` says: which spellings are one tag, what it is called, and which words give it to articles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec

from generator.config.site import TagConfig
from generator.model.names import key, spelling
from generator.model.types import Article

DEEPEST = 4
"""Maximum number of tags that a nested one lies in; those nearest to the top count."""
NEWEST = 30
"""Number of articles that a tag's own page shows. A tag with more has pages of months too."""
_SLASH = re.compile("[/\uff0f]")


def plain_words(text: str) -> str:
    """Return a text in the form in which words in capitals are found: NFKC, with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def word_form(word: str) -> str:
    """Return a word of `match` as it is compared: one in capitals as it is, any other one case-folded."""
    word = plain_words(word)
    return word if word.isupper() else word.casefold()


def words_of(tags: Mapping[str, TagConfig]) -> tuple[str, ...]:
    """Return all words that articles are searched for, in their forms and sorted."""
    return tuple(sorted({word_form(word) for one in tags.values() for word in one.match} - {""}))


@lru_cache(65536)
def nested_name(tag: str) -> str:
    """Return a tag for display: a visible line without empty levels, such as `history/printing`."""
    return "/".join(filter(None, map(spelling, _SLASH.split(tag))))


class TagRules(msgspec.Struct, frozen=True):
    """What `[tags]` says of the tags of articles, by their keys."""

    aliases: Mapping[str, str] = {}
    """Key of another spelling → key of the tag."""
    tables: Mapping[str, str] = {}
    """Key of a tag → its name in the table's head."""
    names: Mapping[str, str] = {}
    """Key of a tag → what pages call it."""
    spellings: Mapping[str, tuple[str, ...]] = {}
    """Key of a tag → its name in the table's head, and its aliases."""
    hidden: frozenset[str] = frozenset()
    words: Mapping[str, tuple[str, ...]] = {}
    """Form of a word → keys of the tags that it gives."""

    def own_of(self, article: Article) -> dict[str, str]:
        """Return key → spelling of the tags of an article: those it was given, then those of its words."""
        found: dict[str, str] = {}
        for tag in article.tags:
            if name := nested_name(tag):
                written = key(name)
                own = self.aliases.get(written, written)
                found.setdefault(own, self.tables.get(own, name))
        for word in article.tag_words:
            for own in self.words.get(word, ()):
                found.setdefault(own, self.tables[own])
        return {own: name for own, name in found.items() if not self._is_hidden(own)} if found else found

    def all_of(self, article: Article) -> dict[str, str]:
        """Return the same, with the tags that these are nested in."""
        own = self.own_of(article)
        found = dict(own)
        for nested, name in own.items():
            if "/" not in nested:
                continue
            keys, names = nested.split("/"), name.split("/")
            names = names if len(names) == len(keys) else keys
            for depth in range(1, min(len(keys), DEEPEST + 1)):
                written = "/".join(keys[:depth])
                above = self.aliases.get(written, written)
                if not self._is_hidden(above):
                    found.setdefault(above, self.tables.get(above, "/".join(names[:depth])))
        return found

    def above(self, own: str) -> str:
        """Return the key of the tag that a tag is nested in; empty if it is in none."""
        written = own.rpartition("/")[0]
        return self.aliases.get(written, written)

    def _is_hidden(self, own: str) -> bool:
        """Return whether a tag, or one that it is nested in, is hidden."""
        if not self.hidden:
            return False
        return own in self.hidden or any(own.startswith(f"{hidden}/") for hidden in self.hidden)


def tag_rules(tags: Mapping[str, TagConfig]) -> TagRules:
    """Return what the tables of `[tags]` say. `faults_of_tags` finds those that contradict each other."""
    keys = {key(nested_name(name)): name for name in sorted(tags, reverse=True)}
    words: dict[str, tuple[str, ...]] = {}
    for own, name in sorted(keys.items()):
        for word in {word_form(word) for word in tags[name].match} - {""}:
            words[word] = (*words.get(word, ()), own)
    return TagRules(
        aliases={
            key(nested_name(alias)): own for own, name in sorted(keys.items()) for alias in tags[name].aliases
        },
        tables={own: nested_name(name) for own, name in keys.items()},
        spellings={
            own: (nested_name(name), *map(nested_name, tags[name].aliases)) for own, name in keys.items()
        },
        names={own: shown for own, name in keys.items() if (shown := spelling(tags[name].name or name))},
        hidden=frozenset(own for own, name in keys.items() if tags[name].hide),
        words=words,
    )


def faults_of_tags(tags: Mapping[str, TagConfig]) -> Iterator[tuple[str, str, str]]:
    """Yield name, fault and advice of each table of `[tags]` that is empty or contradicts another."""
    taken: dict[str, str] = {}
    for name in sorted(tags):
        if not nested_name(name):
            yield name, "has no visible name", "write the tag"
        elif (other := taken.setdefault(key(nested_name(name)), name)) != name:
            yield name, f"is the same tag as `tags.{other}`", "make them one table"
    for name in sorted(tags):
        for alias in tags[name].aliases:
            other = taken.setdefault(key(nested_name(alias)), name)
            if other != name:
                fault = f"has the alias {alias!r}, which stands for `tags.{other}`"
                yield name, fault, "take it out of one of them"
        if not all(map(plain_words, tags[name].match)):
            yield name, "has an empty word in `match`", "write a word, or take it out"
