"""The interface's language: message catalogues, and formats of dates and numbers.

Independent of the clock and of the machine's locale: everything comes from the arguments and Babel's data.
"""

from __future__ import annotations

import datetime as dt
import gettext
import io
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from babel import Locale, UnknownLocaleError, dates, numbers
from babel.messages import Message, mofile, pofile
from markupsafe import Markup

_STYLES = ("full", "long", "medium")
"""Styles that have the same name in Babel."""
_SKELETONS = {"month": "yMMMM", "year": "y", "day": "MMMMd"}
_PATTERNS = {"weekday": "cccc", "month_name": "LLLL", "month_short": "LLL"}
_PO_LINE = re.compile(r'#.*|(?:(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)[ \t]+)?"(?:[^"\\]|\\.)*"|')
_VALUE = re.compile(r"%\((\w+)\)[sd]")
DATE_STYLES = ("iso", *_STYLES, *_SKELETONS, *_PATTERNS)


class CatalogueError(Exception):
    """A message catalogue that cannot be read, with its file and line."""

    def __init__(self, message: str, file: Path, line: int | None) -> None:
        super().__init__(message)
        self.file = file
        self.line = line


class InterfaceLanguage:
    """The language of the interface: messages, dates and numbers."""

    def __init__(self, language: str, messages: gettext.NullTranslations) -> None:
        self.language = language
        self.messages = messages
        self._locale = Locale.parse(language, sep="-")
        # Formatted before, because Babel takes twenty microseconds for a number.
        self._dates: dict[tuple[dt.date, str], str] = {}
        self._days: dict[tuple[int, int], str] = {}
        self._numbers: dict[int, str] = {}
        self._languages: dict[str, str] = {}
        self._is_foreign: dict[str, bool] = {}
        self._attributes: dict[tuple[str, str, bool], Markup] = {}

    @property
    def filters(self) -> dict[str, Callable[..., str]]:
        """The filters, by their names in templates."""
        return {
            "date": self.date,
            "time": time,
            "iso": iso,
            "number": self.number,
            "language_name": self.language_name,
        }

    @property
    def weekdays(self) -> tuple[tuple[str, str], ...]:
        """The narrow and full names of the weekdays, from Monday."""
        names = self._locale.days["stand-alone"]
        return tuple((names["narrow"][n], names["wide"][n]) for n in range(7))

    def gettext(self, message: str) -> str:
        """Return the translation of a message; the message itself if there is none."""
        return self.messages.gettext(message)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Return the translation of a message that depends on a number."""
        return self.messages.ngettext(singular, plural, count)

    def date(self, value: dt.date, style: str = "long") -> str:
        """Format a day. Raises `ValueError` if `style` is not one of `DATE_STYLES`."""
        day = value.date() if isinstance(value, dt.datetime) else value
        formatted = self._dates.get((day, style))
        if formatted is None:
            formatted = self._dates[day, style] = _date(day, style, self._locale)
        return formatted

    def days(self, first: dt.date, last: dt.date) -> str:
        """Format days of one month without their month, such as `26–30`."""
        formatted = self._days.get((first.day, last.day))
        if formatted is None:
            formatted = dates.format_interval(first, last, "d", locale=self._locale)
            formatted = self._days[first.day, last.day] = formatted.replace("\N{THIN SPACE}", "")
        return formatted

    def number(self, value: int) -> str:
        """Format a number with the language's separators."""
        formatted = self._numbers.get(value)
        if formatted is None:
            formatted = self._numbers[value] = numbers.format_decimal(value, locale=self._locale)
        return formatted

    def language_name(self, tag: str) -> str:
        """Return the name of a language in this language; the tag itself if Babel does not know it."""
        formatted = self._languages.get(tag)
        if formatted is None:
            formatted = self._languages[tag] = _language_name(tag, self._locale)
        return formatted

    def is_foreign(self, tag: str) -> bool:
        """Return whether a text's language is known to differ from the interface's.

        Regions and scripts do not count.
        """
        known = self._is_foreign.get(tag)
        if known is None:
            known = self._is_foreign[tag] = _primary(tag) not in {_primary(self.language), "und"}
        return known

    def attributes(self, tag: str, direction: str = "ltr", always: bool = False) -> Markup:
        """Return the attributes for the language and direction of a text, where the page's are others.

        With `always`, the language is stated in any case.
        """
        key = tag, direction, always
        written = self._attributes.get(key)
        if written is None:
            is_other = self.is_foreign(tag) or tag == "und" or "-" in tag or direction != "ltr"
            written = Markup(' lang="{}"').format(tag) if always or is_other else Markup()
            if direction != "ltr":
                written += Markup(' dir="{}"').format(direction)
            self._attributes[key] = written
        return written


def time(value: dt.datetime) -> str:
    """Format a time as hours and minutes, 24 hours a day, in its own time zone."""
    return f"{value.hour:02}:{value.minute:02}"


def iso(value: dt.date) -> str:
    """Format a day, or a moment to the minute, for the attribute `datetime`."""
    return value.isoformat(timespec="minutes") if isinstance(value, dt.datetime) else value.isoformat()


def interface_language(folders: Iterable[Path], language: str) -> InterfaceLanguage:
    """Load a language with its messages from `<folder>/<language>/LC_MESSAGES/messages.po`.

    Later folders take precedence. Raises `CatalogueError` if a catalogue cannot be read.
    """
    found: gettext.NullTranslations = gettext.NullTranslations()
    for folder in folders:
        file = folder / _primary(language) / "LC_MESSAGES" / "messages.po"
        if file.is_file():
            catalogue = _catalogue(file, language)
            catalogue.add_fallback(found)
            found = catalogue
    return InterfaceLanguage(language, found)


def _catalogue(file: Path, language: str) -> gettext.GNUTranslations:
    locale = Locale.parse(language, sep="-")
    try:
        text = file.read_text("utf-8")
        messages = pofile.read_po(io.StringIO(text), locale=str(locale), abort_invalid=True)
    except pofile.PoFileError as error:
        raise CatalogueError(f"is not a valid catalogue: {error}", file, error.lineno + 1) from error
    except (ValueError, UnicodeError) as error:
        raise CatalogueError(f"is not a valid catalogue: {error}", file, None) from error
    for number, line in enumerate(text.splitlines(), 1):
        if not _PO_LINE.fullmatch(line.strip()):  # Babel silently ignores such a line
            raise CatalogueError("has a line that is not a message; check its quotes", file, number)
    for message in messages:
        _check_values(message, file)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _check_values(message: Message, file: Path) -> None:
    """Raise `CatalogueError` for a translation with values that its message lacks; rendering would fail."""
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    string = message.string or ""
    strings = (string,) if isinstance(string, str) else tuple(string)
    known = {name for text in ids for name in _VALUE.findall(text)}
    for text in strings if any(ids) else ():
        unknown = set(_VALUE.findall(text)) - known
        if unknown or "%" in _VALUE.sub("", text).replace("%%", ""):
            what = f"`%({min(unknown)})s`" if unknown else "`%`"
            raise CatalogueError(f"has {what}, which its message does not have", file, message.lineno)


def _date(day: dt.date, style: str, locale: Locale) -> str:
    if style == "iso":
        return day.isoformat()
    if style in _STYLES:
        return dates.format_date(day, style, locale)
    if style in _SKELETONS:
        return dates.format_skeleton(_SKELETONS[style], day, locale=locale)
    if style in _PATTERNS:
        return dates.format_date(day, _PATTERNS[style], locale)
    raise ValueError(f"unknown date style `{style}`; known: {', '.join(DATE_STYLES)}")


def _language_name(tag: str, locale: Locale) -> str:
    try:
        return Locale.parse(tag, sep="-").get_display_name(locale) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
