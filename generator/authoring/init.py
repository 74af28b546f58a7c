"""`broadsheet init`: create a digest with a configuration and a few clippings."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Literal

from generator.config import resources
from generator.config.site import FILE_NAME
from generator.model.errors import command_error

_CLIPPINGS = 6
_IGNORED = "/public/\n/.broadsheet/\n"
_IMAGE = re.compile(r"!\[[^\]\n]*\]\(<?([^)>\s]+)")

_ENGLISH = """\
# The settings of this digest. Every key has a default, which stands behind its name;
# remove the `#` to change it.

title = "My digest"                  # on every page
language = "en"                      # of the interface: "en" or "zh"
# description = ""                   # one sentence, for feeds and search engines
# base_url = "https://example.org/"  # where the site will stand; without it there are no feeds
# timezone = "UTC"                   # which day an article belongs to, such as "Asia/Shanghai"
# languages = ["zh", "en"]           # that articles may be in

# content = "content"                # the folder with the clippings
# output = "public"                  # the folder that the site is written to
# ignore = ["README.md", ".*"]       # names or paths that are not clippings
# drafts = false                     # publish drafts too
# future = false                     # publish articles dated after today too

# clean = true                       # remove boilerplate from articles
# text = "full"                      # how much of others' text to show: "full", "excerpt" or "link"
# links = "site"                     # "file" for a site that is opened from the disk
# articles = "all"                   # which get a page: "all", "recent", "none"
# search = "full"                    # what readers can search: "full", "titles", "none"
# reader = true                      # new since the last visit, read later, keys; in browsers only
# recent_months = 12                 # what "recent" means
# feed_items = 50                    # entries in the digest's feeds
# source_feed_items = 20             # entries in each source's feeds
# hub = "https://hub.example/"       # tells readers of feeds at once what is new (WebSub)
# promotions = ["webinar", "hiring"] # words in titles of stories that come last on a day

# Keys of other clippers that stand for ours, and take precedence:
# [fields]
# url = ["link"]

# Limits for reading one clipping. A clipping over the limits becomes a link:
# [limits]
# cpu_seconds = 5.0
# memory_mb = 400

# Names that articles share, besides CVE numbers and the like:
# [identifiers.ticket]
# pattern = 'PROJ-\\d{1,6}'
# url = "https://tickets.example.org/{id}"

# Tags: other spellings, what to hide, and words in titles and texts that give one:
# [tags.AI]
# aliases = ["artificial-intelligence"]
# match = ["AI", "language models"]
# [tags.clippings]
# hide = true

# What you know of a source, by its name:
# [sources."Example News"]
# aliases = ["example.org", "EXAMPLE NEWS"]
# home = "https://example.org/"
# language = "en"
# clean = false
# aggregator = true
# activity = true
# text = "excerpt"

# Where `broadsheet publish web` puts the site:
# [publish.web]
# address = "file:///srv/www/digest"
"""

_CHINESE = """\
# 本文摘的设置。每个键都有默认值，写在键名之后；
# 去掉行首的 `#` 即可更改。

title = "我的文摘"                   # 显示在每一页
language = "zh"                      # 界面语言："en" 或 "zh"
# description = ""                   # 一句话简介，供订阅源和搜索引擎使用
# base_url = "https://example.org/"  # 网站将来的地址；不填则没有订阅源
# timezone = "UTC"                   # 按哪个时区分日，例如 "Asia/Shanghai"
# languages = ["zh", "en"]           # 文章可能使用的语言

# content = "content"                # 存放剪报的文件夹
# output = "public"                  # 网站写入的文件夹
# ignore = ["README.md", ".*"]       # 不算剪报的文件名或路径
# drafts = false                     # 是否发布草稿
# future = false                     # 是否发布日期在今天之后的文章

# clean = true                       # 去掉网页上与文章无关的部分
# text = "full"                      # 展示他人文字的多少："full"、"excerpt" 或 "link"
# links = "site"                     # 直接从磁盘打开网页时用 "file"
# articles = "all"                   # 哪些文章有自己的页面："all"、"recent"、"none"
# search = "full"                    # 读者能搜索什么："full"、"titles"、"none"
# reader = true                      # 上次来访后的新文章、稍后阅读、快捷键；只存在读者的浏览器里
# recent_months = 12                 # "recent" 指最近几个月
# feed_items = 50                    # 全站订阅源的条数
# source_feed_items = 20             # 每个来源的订阅源的条数
# hub = "https://hub.example/"       # 立即把更新告知订阅者的 WebSub 服务
# promotions = ["招聘", "webinar"]   # 标题含有这些词的报道排在当天最后

# 其他剪藏工具的键名，对应到本文摘的键，优先于本文摘自己的键：
# [fields]
# url = ["link"]

# 读取一篇剪报最多可用的资源；超出时只保留链接：
# [limits]
# cpu_seconds = 5.0
# memory_mb = 400

# 文章共用的编号，CVE 等已内置：
# [identifiers.ticket]
# pattern = 'PROJ-\\d{1,6}'
# url = "https://tickets.example.org/{id}"

# 标签：别名、要隐藏的标签，以及标题或正文含有哪些词就算这个标签：
# [tags."人工智能"]
# aliases = ["AI"]
# match = ["AI", "大模型"]
# [tags.clippings]
# hide = true

# 关于某个来源的说明，以来源名为键：
# [sources."示例新闻"]
# aliases = ["example.org", "示例新闻网"]
# home = "https://example.org/"
# language = "zh"
# clean = false
# aggregator = true
# activity = true
# text = "excerpt"

# `broadsheet publish web` 把站点发布到哪里：
# [publish.web]
# address = "file:///srv/www/digest"
"""


def init(folder: Path, language: Literal["en", "zh"] = "en") -> tuple[Path, ...]:
    """Create a digest in a folder that is new, or contains neither `digest.toml` nor `content`.

    Returns the files created: the configuration, a few clippings of the sample digest with their images, and
    `.gitignore` if there is none. Never overwrites: raises `ConfigError` if something is in the way.
    """
    if folder.exists() and not folder.is_dir():
        raise command_error(folder, "is a file, not a folder", "choose another name")
    for name in (FILE_NAME, "content"):
        if (folder / name).exists() or (folder / name).is_symlink():
            raise command_error(
                folder / name,
                "is already there, and is left as it is",
                "choose another folder, or run `broadsheet build` in this one",
            )
    source = resources.sample()
    files = {FILE_NAME: (_ENGLISH if language == "en" else _CHINESE).encode()}
    if not (folder / ".gitignore").exists():
        files[".gitignore"] = _IGNORED.encode()
    files |= {f"content/{path}": (source / path).read_bytes() for path in _chosen(source)}
    try:
        return tuple(_write(folder / path, data) for path, data in files.items())
    except OSError as error:
        where = Path(str(error.filename or folder))
        raise command_error(where, f"cannot be written: {error.strerror}", "choose another folder") from error


def _chosen(source: Path) -> Iterator[str]:
    """Yield the newest clippings of the sample, each followed by its images."""
    clippings = sorted(path.relative_to(source).as_posix() for path in source.rglob("[!.]*.md"))
    dated = [path for path in clippings if re.match(r"\d{4}/", path)]
    for clipping in reversed(dated[-_CLIPPINGS:]):
        yield clipping
        for address in _IMAGE.findall((source / clipping).read_text("utf-8")):
            image = source / PurePosixPath(clipping).parent / urllib.parse.unquote(address)
            if image.is_file() and image.resolve().is_relative_to(source.resolve()):
                yield image.resolve().relative_to(source.resolve()).as_posix()


def _write(file: Path, data: bytes) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as stream:
        stream.write(data)
    return file
