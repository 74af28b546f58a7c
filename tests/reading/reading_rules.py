"""The site's rules that the tests of reading share."""

import datetime as dt
import zoneinfo

from generator.reading.article import Rules

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")


def rules(**changes):
    values = {
        "zone": SHANGHAI,
        "languages": ("zh", "en"),
        "default_language": "en",
        "as_of": dt.datetime(2024, 8, 1, 12, tzinfo=SHANGHAI),
    }
    return Rules(**values | changes)
