"""The kinds of identifiers that Broadsheet finds in articles: built-in ones and a site's own."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping

import msgspec

from generator.config.site import IdentifierConfig
from generator.model.identifiers import kind_of, label_of, number_of


class Kind(msgspec.Struct, frozen=True):
    """A kind of identifier."""

    signs: tuple[str, ...]
    """Words of which one occurs in every text with such an identifier. Looking for them is fast."""
    pattern: str
    """A regular expression, regardless of case. It is not matched within a word."""
    form: str
    """How an identifier is written; `{}` stands for each group of the pattern."""
    url: str = ""
    """Its page at the authority, with `{id}` or `{number}`; empty if there is none."""


_DASH = r"\\?[-_ \u2010-\u2015]"
BUILT_IN: Mapping[str, Kind] = {
    "cve": Kind(
        ("CVE", "cve"), rf"CVE{_DASH}((?:19|20)\d\d){_DASH}(\d{{4,7}})", "CVE-{}-{}",
        "https://www.cve.org/CVERecord?id={id}",
    ),
    "ghsa": Kind(
        ("GHSA-",), r"GHSA-((?:[2-9cfghjmpqrvwx]{4}-){2}[2-9cfghjmpqrvwx]{4})", "GHSA-{}",
        "https://github.com/advisories/{id}",
    ),
    "rhsa": Kind(
        ("RHSA-",), r"RHSA-(\d{4})[-:](\d{4,5})", "RHSA-{}:{}", "https://access.redhat.com/errata/{id}"
    ),
    "usn": Kind(("USN-",), r"USN-(\d{4,5}-\d{1,2})", "USN-{}", "https://ubuntu.com/security/notices/{id}"),
    "dsa": Kind(("DSA-",), r"DSA-(\d{4,5})", "DSA-{}", "https://www.debian.org/security/dsa-{number}"),
    "cnvd": Kind(
        ("CNVD-",), r"CNVD-(20\d\d-\d{4,6})", "CNVD-{}", "https://www.cnvd.org.cn/flaw/show/{id}"
    ),
    "cnnvd": Kind(("CNNVD-",), r"CNNVD-(20\d{4}-\d{3,5})", "CNNVD-{}"),
    "zdi": Kind(
        ("ZDI-",), r"ZDI-(\d\d-\d{3,4})", "ZDI-{}", "https://www.zerodayinitiative.com/advisories/{id}/"
    ),
    "talos": Kind(
        ("TALOS-",), r"TALOS-(20\d\d-\d{4,5})", "TALOS-{}",
        "https://talosintelligence.com/vulnerability_reports/{id}",
    ),
    "kb": Kind(("KB",), r"KB(\d{6,7})", "KB{}", "https://support.microsoft.com/help/{number}"),
    "arxiv": Kind(
        ("arXiv", "arxiv"), r"arXiv(?:\.org/(?:abs|pdf|html)/|:\s?|\s)(\d{4}\.\d{4,5})", "arXiv:{}",
        "https://arxiv.org/abs/{number}",
    ),
    "rfc": Kind(("RFC",), r"RFC[- ]?0{0,3}([1-9]\d{1,4})", "RFC {}", "https://www.rfc-editor.org/info/rfc{number}"),
}  # fmt: skip
"""Name → kind. An identifier of a kind begins with its name."""


def kinds_of(own: Mapping[str, IdentifierConfig]) -> list[str]:
    """Return the names of the kinds that a site looks for; an empty pattern turns one off."""
    return [name for name in {**BUILT_IN, **own} if name not in own or own[name].pattern != ""]


def address_at_authority(identifier: str, own: Mapping[str, IdentifierConfig]) -> str | None:
    """Return the address of an identifier at its authority; None if there is none. `own`: a site's kinds."""
    kind = kind_of(identifier)
    url = own[kind].url if kind in own else ""
    url = url or (BUILT_IN[kind].url if kind in BUILT_IN else "")
    if not url:
        return None
    quoted = {"id": label_of(identifier), "number": number_of(identifier)}
    for name, value in quoted.items():
        url = url.replace(f"{{{name}}}", urllib.parse.quote(value, safe=":"))
    return url
