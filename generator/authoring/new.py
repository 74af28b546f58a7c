"""`broadsheet new`: create an empty clipping whose front matter is read as it was meant."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from generator.config.checks import is_web_address
from generator.config.site import Site
from generator.model import addresses
from generator.model.addresses import is_device
from generator.model.errors import command_error
from generator.model.ids import path_id
from generator.reading.discover import is_ignored

_LONGEST = 200
"""Number of bytes of a file name; some file systems and archives allow little more."""

_PLAIN = re.compile(
    r"[^\W\d_](?:[\w ()/.,!?'’“”‘《》〈〉「」『』（），。！？；：、·…—–-]*[\w)》」』”’。！？…])?"
)
"""Text that YAML reads literally: it begins with a letter and contains nothing that could be syntax."""
_YAML_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def new(
    site: Site,
    *,
    title: str,
    now: dt.datetime,
    url: str | None = None,
    source: str | None = None,
    date: dt.date | dt.datetime | None = None,
    draft: bool = False,
) -> Path:
    """Write a clipping without text at `content/YYYY/MM/DD/<slug>.md`, and return its path.

    `now` is aware, and is the default date. The `id` that is written keeps the article's address when the
    file moves. Never overwrites: a name that is taken gets a number. Raises `ConfigError` for a title without
    text, an address that is not http or https, or a folder that is not writable.
    """
    title = _line(title)
    if not title:
        raise command_error("title", "is empty", "write a title")
    if url is not None and not is_web_address(url):
        raise command_error("url", f"is not a web address: {url!r}", "write https://… of the original")
    moment = now.astimezone(site.config.zone)
    day = moment.date() if date is None else _day(date, site)
    folder = f"{day:%Y/%m/%d}" if day.year > 999 else f"{day.year:04}/{day:%m/%d}"
    values: dict[str, str | None] = {
        "title": _scalar(title),
        "url": None if url is None else _scalar(url),
        "source": None if source is None else _scalar(_line(source)),
        "date": (date or day).isoformat(),
        "fetch_date": moment.isoformat(timespec="seconds"),
        "draft": "true" if draft else None,
    }
    try:
        return _write(site, folder, title, values)
    except OSError as error:
        where = Path(str(error.filename or site.content))
        raise command_error(where, f"cannot be written: {error.strerror}", "check its permissions") from error


def _write(site: Site, folder: str, title: str, values: dict[str, str | None]) -> Path:
    for name in _names(slug(title)):
        path = f"{folder}/{name}.md"
        if is_ignored(path, site.config.ignore):
            continue
        (site.content / folder).mkdir(parents=True, exist_ok=True)
        fields = values | {"id": path_id(path)}
        lines = (f"{key}: {value}\n" for key, value in fields.items() if value is not None)
        try:
            with (site.content / path).open("x", encoding="utf-8", newline="\n") as file:
                file.write(f"---\n{''.join(lines)}---\n\n")
        except FileExistsError:
            continue
        return site.content / path
    raise command_error(
        f"{folder}/{slug(title)}.md",
        "is taken or ignored, with every number after it too",
        "choose another title",
    )


def where_shown(site: Site, file: Path, *, draft: bool = False) -> str:
    """Return where the site will show a clipping that `new` wrote."""
    path = file.relative_to(site.content)
    page = addresses.article(path_id(path.as_posix()))
    on_page = f"; once it has text, its page is {page}" if site.config.articles == "all" else ""
    return f"the site will list it at {path.parent.as_posix()}/{on_page}{' (with --drafts)' * draft}"


def slug(title: str) -> str:
    """Return a file name without extension: letters and digits of any script, lower case, joined by `-`."""
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", title).casefold())
    words = re.findall(r"[^\W_]+", re.sub(r"['’]", "", text))
    name = _cut("-".join(words), _LONGEST - len(".md") - len("-999"))
    if not name:
        return "clipping"
    return f"{name}-clipping" if is_device(name) else name


def _cut(name: str, size: int) -> str:
    """Return the longest start of a name that fits into `size` bytes, at a word boundary if possible."""
    if len(name.encode()) <= size:
        return name
    start = name.encode()[: size + 1].decode("utf-8", "ignore")
    word = start.rpartition("-")[0]
    return (
        word if len(word) > len(start) // 2 else start.encode()[:size].decode("utf-8", "ignore").rstrip("-")
    )


def _names(name: str) -> Iterator[str]:
    yield name
    for number in range(2, 1000):
        yield f"{name}-{number}"


def _line(text: str) -> str:
    """Return text on one line, without control characters. Invalid Unicode becomes `�`."""
    text = " ".join(text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").split())
    return "".join(character for character in text if unicodedata.category(character) != "Cc")


def _scalar(text: str) -> str:
    is_plain = _PLAIN.fullmatch(text) and ": " not in text and text.casefold() not in _YAML_WORDS
    return text if is_plain else _quoted(text)


def _quoted(text: str) -> str:
    """Return text in double quotes: as JSON, with further characters escaped that YAML does not allow."""
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub(
        r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda match: f"\\u{ord(match[0]):04x}", quoted
    )


def _day(date: dt.date | dt.datetime, site: Site) -> dt.date:
    if not isinstance(date, dt.datetime):
        return date
    return (date.astimezone(site.config.zone) if date.tzinfo else date).date()
