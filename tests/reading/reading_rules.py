"""The site's rules that the tests of reading share."""

import zoneinfo

from generator.reading.rules import Rules

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")


def rules(**changes):
    values = {
        "zone": SHANGHAI,
        "languages": ("zh", "en"),
        "default_language": "en",
    }
    return Rules(**values | changes)
