"""Canonical keys of an original, derived from its address without the parts that differ between copies."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Sequence

_TRACKING = re.compile(
    r"(?:utm_\w+|mc_[ce]id|fbclid|gclid|dclid|msclkid|yclid|igshid|spm|scene|subscene|chksm|mpshare|srcid|sharer_\w+"
    r"|clicktime|enterid|ascene|devicetype|version|nettype|abtest_cookie|lang|exportkey|pass_ticket|wx_header"
    r"|share_token|share_source|from|isappinstalled|ref|ref_\w+|cmpid|ncid|at_\w+|_hs\w+|hss_channel"
    r"|source|src|rss|campaign|medium|feature|si|at|trk\w*)",
    re.IGNORECASE,
)
"""Names of query parameters that record how a reader arrived and do not select content."""

_REDIRECTORS = re.compile(
    r"(?:www\.)?(?:google\.[a-z.]{2,6}/url|t\.umblr\.com/redirect|l\.facebook\.com/l\.php|lm\.facebook\.com/l\.php"
    r"|link\.zhihu\.com|link\.juejin\.cn|link\.csdn\.net|gitee\.com/link|out\.reddit\.com|steamcommunity\.com/linkfilter"
    r"|www\.oschina\.net/action/gotolink|oschina\.net/action/gotolink|slack-redir\.net/link|vk\.com/away\.php"
    r"|href\.li|nullrefer\.com|[\w.-]*+(?<=safelinks\.protection\.outlook\.com)"
    r"|web\.archive\.org/web|go\.theregister\.com/feed|exit\.sc|away\.vk\.com|weibo\.cn/sinaurl)(?:/|$|\?)",
    re.IGNORECASE,
)
"""Hosts, with the start of the path where needed, that carry another address inside their own."""

_CARRIERS = ("url", "u", "q", "target", "to", "z", "goto", "link", "href")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
_ASIDE = re.compile(
    r"comments?|respond|reply|top|main|content|more(?:-\d+)?|rd|rss|wechat_redirect|[\w.-]+=.*|:~:.*",
    re.IGNORECASE,
)
"""Fragments that do not identify an item. Other fragments are kept, because a page may list several items."""
_WECHAT = ("__biz", "mid", "idx")
_WECHAT_QUERY = re.compile(
    r"__biz=([A-Za-z0-9=]+)&mid=([0-9]+)&idx=([0-9]+)&sn=[0-9a-f]*"
    r"(?:&chksm=[0-9a-f]*&scene=[0-9]*&subscene=[0-9]*)?"
)
"""The usual form of a WeChat query: each name once, nothing encoded."""
_USUAL = re.compile(r"https?://([a-z0-9][a-z0-9.-]*)(/[!-\"$->@-~]*)?(?:\?([!-\"$-~]*))?(?:#([!-~]*))?")
"""Addresses that need no parser: host, path, query and fragment, without a port."""
_ORIGINAL = re.compile(
    r"(?:文章来源|原文地址|原文链接|本文来源|来源链接|Originally (?:published|posted) (?:at|on)"
    r"|Original article|Source)"
    r"[\s:：*_]{0,8}(?:\[[^\[\]\n]{0,500}\]\(|<)?(https?://[^\s()<>\"'\]）】]{4,2000})",
    re.IGNORECASE,
)
"""Phrases with which a mirror introduces the address of the page that it copied."""
_MIRRORS = (".buaq.net", ".unsafe.sh")
_POSTS = frozenset(f"{part}{name}.com" for part in ("", "www.", "mobile.") for name in ("x", "twitter"))
_LINKED = re.compile(r"#{0,6}[^\n]*?\b(https?://[^\s()<>\"'\]）】]{4,2000})[ \t]*(?:\n|$)")
"""A post that ends with a link refers to the linked page. Truncated links end with dots."""
_SPLOITUS = re.compile(r"sploitus\.com/exploit\?id=(PACKETSTORM|EDB-ID|1337DAY-ID)[:-](\d+)")
_COLLECTED = {
    "PACKETSTORM": "packetstormsecurity.com/files/{}",
    "EDB-ID": "exploit-db.com/exploits/{}",
    "1337DAY-ID": "0day.today/exploit/{}",
}
"""Prefix of an id on an exploit aggregator → address of the exploit in the original database."""
_NUMBERED = re.compile(
    r"(packetstormsecurity\.com/files/(?:download/)?\d+|exploit-db\.com/exploits/\d+|anquanke\.com/post/id/\d+)/.*"
)
"""Addresses in which the number alone identifies the page."""
_NESTED = 3
"""How many levels of nested redirectors are unwrapped."""


def keys_of(url: str | None, text: str = "") -> tuple[str, ...]:
    """Return the canonical keys of an article's original.

    They come from its address and, for a mirror, also from its text. `text` is the whole body, boilerplate
    included, because that is where a mirror names the page that it copied. An address that leads to no
    particular page, for example a site's home page, yields no key.
    """
    if url is None:
        return ()
    keys = [_key(url)]
    host = _host(url)
    if f".{host}".endswith(_MIRRORS):
        keys += [_key(named.replace("\\", "")) for named in _ORIGINAL.findall(text)[-1:]]
    elif host in _POSTS and (linked := _LINKED.match(text.lstrip())):
        keys += [_key(linked[1].replace("\\", ""))] if not linked[1].endswith(("..", "…")) else []
    elif match := _SPLOITUS.match(keys[0]):
        keys.append(_COLLECTED[match[1]].format(match[2]))
    return tuple(dict.fromkeys(filter(None, keys)))


def _host(url: str) -> str:
    if usual := _USUAL.fullmatch(url):
        return usual[1]
    try:
        return urllib.parse.urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _key(url: str) -> str:
    """Return the canonical form of an address; empty if it is too general to be a key."""
    try:
        host, port, path, query, fragment = _parts(_unwrapped(url))
    except ValueError:
        return ""
    host = host.removeprefix("www.").removeprefix("m.").removeprefix("amp.")
    if host == "mp.weixin.qq.com" and (post := _wechat(query)):
        return post
    if host in {"twitter.com", "mobile.twitter.com"}:
        host = "x.com"
    path = _INDEX.sub("", urllib.parse.unquote(path)).rstrip("/")
    if host in {"github.com", "x.com"}:
        path = path.lower()
    path = path.removesuffix("/amp")
    kept = _kept(query) if query else []
    if fragment and not _ASIDE.fullmatch(fragment):
        kept.append(f"#{fragment}")
    if not path and not kept:
        return ""
    place = host if port in {None, 80, 443} else f"{host}:{port}"
    if match := _NUMBERED.fullmatch(f"{place}{path}"):
        return match[1].replace("/download", "")
    return f"{place}{path}" + (f"?{'&'.join(kept)}" if kept else "")


def _parts(url: str) -> tuple[str, int | None, str, str, str]:
    """Return host, port, path, query and fragment. Raises `ValueError` for an invalid address."""
    if usual := _USUAL.fullmatch(url):
        host, path, query, fragment = usual.groups("")
        return host, None, path, query, fragment
    parts = urllib.parse.urlsplit(url)
    return parts.hostname or "", parts.port, parts.path, parts.query, parts.fragment


def _wechat(query: str) -> str:
    """Return the key of a WeChat post; empty if the query does not identify one."""
    if usual := _WECHAT_QUERY.fullmatch(query):
        named: Sequence[str] = usual.groups()
    else:
        fields = dict(urllib.parse.parse_qsl(query))
        named = [fields.get(name, "") for name in _WECHAT]
    return "wechat:{}/{}/{}".format(*named) if all(named) else ""


def _kept(query: str) -> list[str]:
    """Return the query parameters that select content, sorted."""
    fields = urllib.parse.parse_qsl(query)
    return sorted(f"{name}={value}" for name, value in fields if not _TRACKING.fullmatch(name))


def _unwrapped(url: str) -> str:
    """Return the address that a redirector's address carries, or the address itself."""
    for _ in range(_NESTED):
        if not _REDIRECTORS.match(url.partition("://")[2]):
            break
        inner = _carried(url)
        if inner is None:
            break
        url = inner
    return url


def _carried(url: str) -> str | None:
    fields = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    for name in _CARRIERS:
        if (value := fields.get(name, "")).startswith(("http://", "https://")):
            return value
    rest = url.partition("://")[2]
    if at := re.search(r"https?:/{1,2}", rest):
        return re.sub(r"^(https?):/{1,2}", r"\1://", rest[at.start() :])
    if rest.startswith("go.theregister.com/feed/"):
        return "https://" + rest.removeprefix("go.theregister.com/feed/")
    return None
