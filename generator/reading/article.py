"""A clipping becomes an article: what its fields mean, and what stands in for those that are missing."""

from __future__ import annotations

import datetime as dt
import re
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

import msgspec

from generator.config.picks import Pick
from generator.config.site import LANGUAGE
from generator.markup.lengths import shortened
from generator.model import limits
from generator.model.addresses import is_device
from generator.model.errors import Problem, Severity, shown
from generator.model.ids import path_id
from generator.model.types import Article, Clipping, Skipped, Verdict
from generator.reading import prose
from generator.reading.boilerplate.judge import Cleaning, source_key
from generator.reading.boilerplate.remaining import TOO_LONG, as_it_is, remaining
from generator.reading.boilerplate.repeats import Origin
from generator.reading.canonical import keys_of
from generator.reading.curator import pick_of
from generator.reading.dates import ADVICE, DateError, Moment, day_of_path, moment_of
from generator.reading.fingerprint import fingerprint_of
from generator.reading.language import is_latin, language_of, reading_minutes
from generator.reading.text import FIRST_GROUP, folded, unescaped
from generator.reading.values import NO, YES, items, words
from generator.reading.visibility import is_draft, private_reason

# Keys of Obsidian Web Clipper and MarkDownload, in the order of trust. Both put the address into `source`.
BUILT_IN: Mapping[str, tuple[str, ...]] = {
    "url": ("source",),
    "source": ("site", "publisher"),
    "date": ("published",),
    "fetch_date": ("created",),
    "author": ("authors",),
    "tags": ("keywords",),
    "lang": ("language",),
    "summary": ("description",),
    "hide": ("hidden",),
}

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_USUAL = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?:[/?#][!#-;=?-\[\]-~]*)?")
"""An address that is sound as it is: no port, no sign that would have to be escaped."""
_UNSAFE = re.compile(r'[\s"<>\\]')
_HOST = re.compile(r"[^\s/?#@\\<>\"'`{}|^%\[\]]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")
_WIKILINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,59}")
_PART = r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,80}"
_ALIAS = re.compile(rf"(?:{_PART}/){{0,7}}(?:{_PART}\.html|)")
_MOST_ALIASES = 50
_DATE_IN_NAME = re.compile(r"^\d{4}[-_.]?\d{2}[-_.]?\d{2}[-_. ]+")


@lru_cache(64)
def _keys(name: str) -> tuple[str, ...]:
    """Our own and the built-in keys of a field, as they stand in a clipping's fields."""
    return tuple(map(str.casefold, (name, *BUILT_IN.get(name, ()))))


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What the site says about reading."""

    zone: dt.tzinfo
    languages: tuple[str, ...]
    """The languages that articles may be in."""
    default_language: str
    """Of an article whose language cannot be told."""
    fields: Mapping[str, tuple[str, ...]] = {}
    """Other clippers' keys: for one of ours, theirs in the order of trust."""
    source_languages: Mapping[str, str] = {}
    """What the configuration says, by the key of a source's name or alias."""
    uncleaned: frozenset[str] = frozenset()
    """Keys of sources with `clean = false`."""
    source_key: Callable[[str], str] = str
    """Folds the spellings of a source into one."""
    own_source: str = "Broadsheet"
    """The source of what has neither source, nor address, nor folder: the digest itself."""


class Reading(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What came of a clipping: an article with its text, or the reason why there is none."""

    article: Article | None
    text: str = ""
    """The Markdown to publish; empty where nothing readable was saved."""
    pick: Pick | None = None
    """What its front matter says as the curator: pinned, hidden, noted, merged, split."""
    skipped: Skipped | None = None
    problems: tuple[Problem, ...] = ()
    repaired: bool = False
    is_draft: bool = False
    aliases_line: int | None = None
    """The line of the file that gives the aliases."""
    url: str | None = None
    """The address of the original where there is no article; picks may name it by that."""


class _Draft:
    """The fields of one clipping with the site's rules, and the problems met on the way."""

    def __init__(self, clipping: Clipping, rules: Rules) -> None:
        self.clipping = clipping
        self.rules = rules
        self.problems: list[Problem] = []

    def keys(self, name: str) -> tuple[str, ...]:
        """The keys that may stand for a field of ours, in the order of trust."""
        fields = self.rules.fields
        if fields and (theirs := fields.get(name)):
            return (*map(str.casefold, theirs), *_keys(name))
        return _keys(name)

    def found(self, name: str) -> list[tuple[str, str | list[str]]]:
        """Those of them that have a value, with it."""
        keys, fields = self.keys(name), self.clipping.fields
        if fields.keys().isdisjoint(keys):
            return []
        return [
            (key, _beginning(value))
            for key in keys
            if (value := fields.get(key)) and isinstance(value, (str, list))
        ]

    def written(self, keys: Iterable[str]) -> Iterator[tuple[str, str | list[str]]]:
        """Every value of these keys, also those that are empty, or stand before another one of their key."""
        clipping = self.clipping
        for key in keys:
            if (value := clipping.fields.get(key)) is not None:
                for one in (*clipping.earlier.get(key, ()), value):
                    if isinstance(one, (str, list)):
                        yield key, _beginning(one)

    def texts(self, name: str) -> Iterator[tuple[str, str]]:
        """The same as texts on one line, entities decoded."""
        for key, value in self.found(name):
            text = folded(unescaped(value if isinstance(value, str) else ", ".join(value)))
            if text:
                yield key, text

    def text(self, name: str, most: int = limits.FIELD) -> str:
        """The first of them, or nothing; where it has more than so many characters, its beginning."""
        return next((self.shortened(key, text, most) for key, text in self.texts(name)), "")

    def shortened(self, key: str, text: str, most: int) -> str:
        """A text of at most so many characters; where it has more, its beginning, and a problem."""
        if len(text) > most:
            fault = f"`{key}` has more than {most:,} characters: {text[:60]!r}…; its beginning is shown"
            self.tell("length", key, fault, "shorten it")
        return shortened(text, most)

    def counted(self, key: str, values: list[str], most: int) -> tuple[str, ...]:
        """As many values as may be, each of a length that may be; a problem says what is left out."""
        if len(values) > most:
            fault = f"`{key}` has {len(values):,} values; the first {most} count"
            self.tell("length", key, fault, "delete the others")
        kept = (self.shortened(key, value, limits.NAME) for value in values[:most])
        return tuple(dict.fromkeys(kept))

    def words(self, name: str) -> Iterator[tuple[str, str]]:
        """The same for values that are no prose: without a comment at the end."""
        for key, value in self.found(name):
            if text := words(value):
                yield key, text

    def decides_about(self, name: str, key: str) -> bool:
        """Whether the site says which keys stand for a field, or what a key stands for."""
        fields = self.rules.fields
        return name in fields or any(key == theirs.casefold() for keys in fields.values() for theirs in keys)

    def tell(
        self, kind: str, key: str | None, message: str, advice: str, severity: Severity = Severity.WARNING
    ) -> None:
        """Note a problem in the line of a key."""
        line = self.clipping.lines.get(key) if key else None
        self.problems.append(
            Problem(
                path=shown(self.clipping.path),
                line=line,
                message=message,
                advice=advice,
                severity=severity,
                kind=kind,
            )
        )


def _beginning(value: str | list[str]) -> str | list[str]:
    """As much of a value of front matter as is looked at."""
    if isinstance(value, str):
        return value[: limits.FIELD]
    return [text[: limits.FIELD] for text in value[: limits.FIELD]]


def origin_of(clipping: Clipping, rules: Rules) -> Origin | None:
    """Where a clipping comes from, as far as learning goes; None without a date or an original."""
    draft = _Draft(clipping, rules)
    # The day of fetching is seldom needed.
    moment = _moment(draft, None) or _moment(draft, _first_moment(draft, "fetch_date"))
    url = _url(draft)
    if moment is None or url is None:
        return None
    return Origin(source_key(url), moment.day, clipping.path)


def article_of(clipping: Clipping, rules: Rules, cleaning: Cleaning | None = None) -> Reading:
    """Decide what is published of a clipping; pure, and never raises. Without `cleaning`, all of its body."""
    draft = _Draft(clipping, rules)
    if reason := private_reason(draft):
        return _skipped(draft, reason, is_draft=False)
    held_back = is_draft(draft)
    fetched = _first_moment(draft, "fetch_date")
    moment = _moment(draft, fetched)
    if moment is None:
        draft.tell("date", "date", "has no date", f"{ADVICE} behind `date:`")
        reason = "has no date: none in `date`, the path or the name, nor a fetch date"
        return _skipped(draft, reason, is_draft=held_back)
    return _published(draft, moment, _fetched(fetched, rules.zone), cleaning, is_draft=held_back)


def _skipped(draft: _Draft, reason: str, *, is_draft: bool) -> Reading:
    problems = tuple(draft.problems)  # what is wrong with the address of a text that nobody sees is not told
    return Reading(
        is_draft=is_draft,
        article=None,
        skipped=Skipped(path=shown(draft.clipping.path), reason=reason),
        problems=problems,
        repaired=draft.clipping.repaired,
        url=_url(draft),
    )


def _published(
    draft: _Draft, moment: Moment, fetched: dt.datetime | None, cleaning: Cleaning | None, *, is_draft: bool
) -> Reading:
    clipping = draft.clipping
    title = _title(draft)
    url = _url(draft)
    source = _source(draft, url)
    if url is None or cleaning is None or not _may_be_cleaned(draft, source):
        left = as_it_is(clipping.body, title, url)
    else:
        origin = Origin(source_key(url), moment.day, clipping.path)
        left = remaining(clipping.body, title, url, source, origin, cleaning)
    if clipping.is_shortened and left.verdict is not Verdict.LINK:
        left = msgspec.structs.replace(left, verdict=Verdict.CUT, reason=TOO_LONG)
    body = left.text
    seen = prose.without_hidden(body)
    beginning = prose.glance(seen)
    if left.verdict is Verdict.LINK and url is None:
        draft.tell("empty", None, "has neither text nor an address", "write some text, or `url:`")
        return _skipped(draft, "has neither text nor an address", is_draft=is_draft)
    _tell_of_comments(draft, body)
    language, title_language = _languages(draft, beginning, title, source)
    summary = draft.text("summary")
    letters, signature = fingerprint_of(body)
    article = Article(
        id=_id(draft),
        path=clipping.path,
        title=title,
        language=language,
        title_language=title_language,
        url=url,
        source=source,
        date=moment.day,
        time=moment.time,
        fetched=fetched,
        verdict=left.verdict,
        reason=left.reason,
        excerpt=prose.shortened(summary) if summary else prose.excerpt_of(seen),
        minutes=reading_minutes(prose.without_targets(seen)),
        authors=_authors(draft),
        tags=_tags(draft),
        aliases=tuple(_aliases(draft)),
        draft=is_draft,
        letters=letters,
        keys=keys_of(url, clipping.body),
        signature=signature,
    )
    pick = pick_of(draft)
    return Reading(
        article=article,
        text=body,
        pick=pick,
        problems=tuple(draft.problems),
        repaired=clipping.repaired,
        is_draft=is_draft,
        aliases_line=_aliases_line(draft) if article.aliases else None,
    )


def _tell_of_comments(draft: _Draft, body: str) -> None:
    """Note that comments hide many words of the text."""
    comments = prose.long_comments(body)
    if not comments:
        return
    clipping = draft.clipping
    words = sum(count for _, count in comments)
    subject = "a comment hides" if len(comments) == 1 else f"{len(comments)} comments hide"
    draft.problems.append(
        Problem(
            path=shown(clipping.path),
            line=_line_of(clipping, comments[0][0]),
            message=f"{subject} {words:,} words",
            advice="set them as code, or take the marks of the comment away, if readers are to see them",
            severity=Severity.NOTICE,
            kind="comment",
        )
    )


def _line_of(clipping: Clipping, text: str) -> int | None:
    """The line of the file on which a part of the body begins, where that is known."""
    at = clipping.body.find(text)
    if at < 0 or clipping.body_line is None:
        return None
    return clipping.body_line + clipping.body.count("\n", 0, at)


def _may_be_cleaned(draft: _Draft, source: str) -> bool:
    if draft.rules.source_key(source) in draft.rules.uncleaned:
        return False
    for key, text in draft.words("clean"):
        if text.casefold() not in YES | NO:
            fault = f"`clean: {text[:80]}` is neither true nor false; cleaned"
            draft.tell("clean", key, fault, "write true or false")
        return text.casefold() not in NO
    return True


def _title(draft: _Draft) -> str:
    """The field, else the first heading, else the file's name."""
    if title := draft.text("title", limits.TITLE):
        return title
    if heading := prose.first_heading(draft.clipping.body):
        return shortened(heading, limits.TITLE)
    name = shown(draft.clipping.path.rpartition("/")[2])
    stem = name.rpartition(".")[0]
    title = _DATE_IN_NAME.sub("", stem).strip(" _-")
    return folded(title if " " in title else re.sub(r"[-_]+", " ", title)) or stem or name


def _fetched(moment: Moment | None, zone: dt.tzinfo) -> dt.datetime | None:
    """When a clipping was saved, in the site's time zone where the clipping gives one."""
    if moment is None:
        return None
    if moment.time is None:
        return dt.datetime.combine(moment.day, dt.time())
    try:
        return moment.time.astimezone(dt.UTC).astimezone(zone) if moment.time.tzinfo else moment.time
    except OverflowError:
        return moment.time.replace(tzinfo=None)


def _moment(draft: _Draft, fetched: Moment | None) -> Moment | None:
    """The date field, else the path's day, else the day of fetching; in the site's time zone."""
    zone = draft.rules.zone
    if moment := _first_moment(draft, "date", zone):
        return moment
    if day := day_of_path(draft.clipping.path):
        return Moment(day)
    if fetched is None:
        return None
    try:
        return Moment(fetched.within(zone).day)
    except OverflowError:
        return Moment(fetched.day)


def _first_moment(draft: _Draft, name: str, zone: dt.tzinfo | None = None) -> Moment | None:
    for key, text in draft.words(name):
        try:
            moment = moment_of(text)
            moment = moment if zone is None else moment.within(zone)
            if zone is not None and moment.time is not None:
                moment.time.astimezone(dt.UTC)  # caches keep moments so
        except (DateError, OverflowError) as error:
            why = error if isinstance(error, DateError) else "lies outside the calendar"
            draft.tell("date", key, f"{key} '{text[:80]}' {why}", ADVICE)
        else:
            return moment
    return None


def due(article: Article, zone: dt.tzinfo) -> dt.datetime:
    """When an article appears: its moment, or the beginning of its day in the site's time zone."""
    return article.time or dt.datetime.combine(article.date, dt.time(), tzinfo=zone)


def _url(draft: _Draft) -> str | None:
    for key, text in draft.words("url"):
        if key in BUILT_IN["url"] and not _ADDRESS.match(text):
            continue  # `source` holds a name
        address, fault = _address(text)
        if address and len(address) > limits.ADDRESS:
            address, fault = None, f"has more than {limits.ADDRESS:,} characters"
        if address:
            return address
        draft.tell(
            "address", key, f"`{key}` {fault}: {text[:100]!r}", "write the address of the page, https://…"
        )
    return None


def _address(text: str) -> tuple[str | None, str]:
    """A web address as it may stand in a link, or what is wrong with it."""
    if _USUAL.fullmatch(text):
        return text, ""
    if not _ADDRESS.match(text):
        scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)", text)
        return None, f"has the scheme `{scheme[0]}`, not https" if scheme else "is no web address"
    try:
        host = urllib.parse.urlsplit(text).netloc
        urllib.parse.urlsplit(text).port  # noqa: B018 - raises where the port is none
    except ValueError:
        host = ""
    if "@" in host or "\\" in text.partition("?")[0]:
        return None, "hides its host"
    if not _HOST.fullmatch(host) or not any(ch.isalnum() for ch in host):
        return None, "has no valid host"
    return _UNSAFE.sub(lambda found: urllib.parse.quote(found[0]), text), ""


def _source(draft: _Draft, url: str | None) -> str:
    """The field, else the host of the address, else the folder, else the digest itself."""
    for key, text in draft.texts("source"):
        if not _ADDRESS.match(text):
            return draft.shortened(key, _WIKILINK.sub(FIRST_GROUP, text), limits.SOURCE)
    if url is not None:
        host = urllib.parse.urlsplit(url).hostname or ""
        return host.removeprefix("www.")
    folders = draft.clipping.path.split("/")[:-1]
    named = (name for name in reversed(folders) if not name.isdecimal() and _has_letters(name))
    return folded(shown(next(named, ""))) or draft.rules.own_source


def _has_letters(name: str) -> bool:
    """Whether a folder's name is more than a number or a date."""
    return any(ch.isalpha() for ch in name)


def _languages(draft: _Draft, beginning: str, title: str, source: str) -> tuple[str, str]:
    """The language of the body, and that of the title."""
    rules = draft.rules
    of_title = language_of(title, rules.languages)
    given = _given_language(draft) or rules.source_languages.get(rules.source_key(source))
    of_body = None if given else language_of(beginning, rules.languages)
    language = given or of_body or of_title or rules.default_language
    if of_title is None or (language.startswith("ja") and of_title.startswith("zh")):
        return language, language  # too short to tell; and a Japanese title may be all Han
    if given and is_latin(given) == is_latin(of_title):
        return given, given  # who gives a language means the title too
    return language, of_title


def _given_language(draft: _Draft) -> str | None:
    for key, text in draft.words("lang"):
        tag = text.replace("_", "-")
        if LANGUAGE.fullmatch(tag):
            primary, *further = tag.split("-")
            return "-".join([primary.lower(), *map(_subtag, further)])
        draft.tell(
            "language", key, f"`{key}: {text[:40]}` is no language", "write a tag such as `en` or `zh-Hans`"
        )
    return None


def _subtag(tag: str) -> str:
    """Scripts are written `Hans`, regions `CN`, after RFC 5646, section 2.1.1."""
    return tag.upper() if len(tag) == 2 else tag.title() if len(tag) == 4 else tag.lower()


def _id(draft: _Draft) -> str:
    for key, text in draft.words("id"):
        if _ID.fullmatch(text) and not is_device(text):
            return text
        advice = "write 2 to 60 of a-z, 0-9 and -, beginning with a letter or digit"
        draft.tell("id", key, f"`id: {text[:80]}` cannot stand in an address; the path's id is used", advice)
    return path_id(draft.clipping.path)


def _aliases(draft: _Draft) -> Iterator[str]:
    for key, value in draft.found("aliases"):
        given = list(items(value))
        if len(given) > _MOST_ALIASES:
            fault = f"has {len(given)} aliases; the first {_MOST_ALIASES} count"
            draft.tell("alias", key, fault, "delete the others")
        for alias in given[:_MOST_ALIASES]:
            address = alias.removeprefix("/")
            if address and _ALIAS.fullmatch(address) and not any(map(_is_odd, address.split("/"))):
                yield address
            else:
                advice = "write an address of this site, such as `articles/ab/abc….html` or `old/page/`"
                draft.tell("alias", key, f"alias {alias[:80]!r} is not used", advice)
        return


def _aliases_line(draft: _Draft) -> int | None:
    return next((draft.clipping.lines.get(key) for key, _ in draft.found("aliases")), None)


def _is_odd(part: str) -> bool:
    """Whether some file system cannot hold a name, or takes it for another."""
    return part.endswith(".") or is_device(part)


def _authors(draft: _Draft) -> tuple[str, ...]:
    for key, value in draft.found("author"):
        names = [value] if isinstance(value, str) else value
        names = [part for name in names for part in _persons(folded(unescaped(name)))]
        if names:
            return draft.counted(key, list(dict.fromkeys(names)), limits.AUTHORS)
    return ()


def _persons(name: str) -> list[str]:
    """The persons of one value: `[[A]], [[B]]`, `A; B`, `甲、乙`, `Ann Lee, Bo Li`, but `Lee, Ann` is one."""
    if linked := _WIKILINK.findall(name):
        return [text.rpartition("/")[2].strip() for text in linked]
    parts = [part.strip() for part in re.split(r"[;；、，]", name)]
    if len(parts) == 1 and "," in name:
        by_comma = [part.strip() for part in name.split(",")]
        parts = by_comma if all(" " in part for part in by_comma if part) else parts
    return [part for part in parts if part]


def _tags(draft: _Draft) -> tuple[str, ...]:
    for key, value in draft.found("tags"):
        tags: dict[str, str] = {}
        for item in items(value):
            tag = _WIKILINK.sub(FIRST_GROUP, folded(unescaped(item))).lstrip("#").strip()
            if tag:
                tags.setdefault(tag.casefold(), tag)
        if tags:
            return draft.counted(key, list(tags.values()), limits.TAGS)
    return ()
