"""Derive an article's authors, tags, language, identifier and aliases from the fields of its clipping."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from generator.config.site import COPY_SUFFIXES, LANGUAGE
from generator.model import limits
from generator.model.addresses import is_device
from generator.model.ids import path_id
from generator.reading.clipping_fields import WIKILINK, ClippingFields
from generator.reading.language import (
    UNKNOWN,
    is_latin,
    is_nearer,
    language_of,
    likely_language,
)
from generator.reading.prose import without_code
from generator.reading.text import FIRST_GROUP, folded, unescaped
from generator.reading.title_language import language_of_title
from generator.reading.values import items

_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,59}")
_PART = r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,80}"
_ALIAS = re.compile(rf"(?:{_PART}/){{0,7}}(?:{_PART}\.html|)")
_MOST_ALIASES = 50


def languages_of(fields: ClippingFields, beginning: str, title: str, source: str) -> tuple[str, str, str]:
    """Return the language of the body, that of the title, and the body's again if the site does not list it.

    The last one is empty otherwise. The first two are `und` for a Latin language that is not listed.
    """
    rules = fields.rules
    of_title = language_of(title, rules.languages)
    of_source = rules.source_languages.get(rules.source_key(source or rules.own_source))
    given = _given_language(fields) or of_source
    of_body = None if given else _of_body(beginning, rules.languages)
    if of_body and of_title and is_latin(of_body) and not is_latin(of_title):
        # Lists and tables of names in Latin letters, below a sentence in another script.
        begins = language_of(beginning.strip()[:_LEAD], rules.languages)
        of_body = of_title if begins == of_title else of_body
    unlisted = _unlisted(of_body, beginning, rules.languages)
    if of_body == UNKNOWN and unlisted and of_title and is_latin(of_title):
        of_title = UNKNOWN if is_nearer(title, unlisted, of_title) else of_title
    if not (given or of_body):
        of_title = language_of_title(title, rules.languages)
    language = given or of_body or of_title or rules.default_language
    if of_title is None or (language.startswith("ja") and of_title.startswith("zh")):
        return language, language, unlisted  # not detected, or a Japanese title in Han characters only
    if given and is_latin(given) == is_latin(of_title):
        return given, given, ""  # an explicit language applies to the title too
    return language, of_title, unlisted


def _of_body(beginning: str, languages: Sequence[str]) -> str | None:
    """Return the language of a text.

    Code in Latin letters does not count beside text in another script, nor does an address in a short text.
    """
    if len(beginning) <= _SHORT and "." in beginning:
        beginning = _ADDRESS.sub("", beginning)
    found = language_of(beginning, languages)
    if "```" in beginning and found and is_latin(found):
        of_text = language_of(without_code(beginning), languages)
        return of_text if of_text and not is_latin(of_text) else found
    return found


_LEAD = 200
_SHORT = 300
_ADDRESS = re.compile(r"^[\w.-]+\.[a-z]{2,10}(?:/\S*)?$", re.MULTILINE | re.ASCII)
"""A line that is an address without a scheme, as a link to it reads."""


def _unlisted(language: str | None, text: str, languages: Sequence[str]) -> str:
    """Return the language of a text if the site does not list it; empty if it does, or if it is unclear."""
    if language == UNKNOWN:
        return likely_language(text) or ""
    return "" if language is None or language in languages else language


def _given_language(fields: ClippingFields) -> str | None:
    for key, text in fields.words("lang"):
        tag = text.replace("_", "-")
        if LANGUAGE.fullmatch(tag):
            primary, *further = tag.split("-")
            return "-".join([primary.lower(), *map(_subtag, further)])
        fields.report(
            "language",
            key,
            f"`{key}: {text[:40]}` is not a language tag",
            "write a tag such as `en` or `zh-Hans`",
        )
    return None


def _subtag(tag: str) -> str:
    """Return a subtag in its usual case: scripts as `Hans`, regions as `CN` (RFC 5646, section 2.1.1)."""
    return tag.upper() if len(tag) == 2 else tag.title() if len(tag) == 4 else tag.lower()


def id_of(fields: ClippingFields) -> str:
    """Return the identifier: the `id` field if it is valid, else a hash of the path."""
    for key, text in fields.words("id"):
        if _ID.fullmatch(text) and not is_device(text):
            return text
        advice = "write 2 to 60 of a-z, 0-9 and -, beginning with a letter or digit"
        fields.report(
            "id", key, f"`id: {text[:80]}` cannot stand in an address; the path's id is used", advice
        )
    return path_id(fields.clipping.path)


def aliases_of(fields: ClippingFields) -> Iterator[str]:
    """Yield the valid aliases, and report the invalid ones."""
    for key, value in fields.found("aliases"):
        given = list(items(value))
        if len(given) > _MOST_ALIASES:
            fault = f"has {len(given)} aliases; the first {_MOST_ALIASES} count"
            fields.report("alias", key, fault, "delete the others")
        for alias in given[:_MOST_ALIASES]:
            address = alias.removeprefix("/")
            if address and _ALIAS.fullmatch(address) and not any(map(_is_odd, address.split("/"))):
                yield address
            else:
                advice = "write an address of this site, such as `articles/ab/abc….html` or `old/page/`"
                fields.report("alias", key, f"alias {alias[:80]!r} is not used", advice)
        return


def aliases_line(fields: ClippingFields) -> int | None:
    """Return the line of the front matter that gives the aliases."""
    return next((fields.clipping.lines.get(key) for key, _ in fields.found("aliases")), None)


def _is_odd(part: str) -> bool:
    """Return whether some file system rejects a name or treats it as another, or a compressed copy has it."""
    return part.endswith(".") or is_device(part) or part.casefold().endswith(COPY_SUFFIXES)


def authors_of(fields: ClippingFields) -> tuple[str, ...]:
    """Return the distinct authors, in order."""
    for key, value in fields.found("author"):
        names = [value] if isinstance(value, str) else value
        names = [part for name in names for part in _persons(folded(unescaped(name)))]
        if names:
            return fields.counted(key, list(dict.fromkeys(names)), limits.AUTHORS)
    return ()


def _persons(name: str) -> list[str]:
    """Return the names in one value.

    Names are separated as in `[[A]], [[B]]`, `A; B`, `甲、乙` or `Ann Lee, Bo Li`; `Lee, Ann` is one name.
    """
    if linked := WIKILINK.findall(name):
        return [text.rpartition("/")[2].strip() for text in linked]
    parts = [part.strip() for part in re.split(r"[;；、，]", name)]
    if len(parts) == 1 and "," in name:
        by_comma = [part.strip() for part in name.split(",")]
        parts = by_comma if all(" " in part for part in by_comma if part) else parts
    return [part for part in parts if part]


def tags_of(fields: ClippingFields) -> tuple[str, ...]:
    """Return the tags in order, without duplicates that differ only in case."""
    for key, value in fields.found("tags"):
        tags: dict[str, str] = {}
        for item in items(value):
            tag = WIKILINK.sub(FIRST_GROUP, folded(unescaped(item))).lstrip("#").strip()
            if tag:
                tags.setdefault(tag.casefold(), tag)
        if tags:
            return fields.counted(key, list(tags.values()), limits.TAGS)
    return ()
