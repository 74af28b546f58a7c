"""Recognise a page of which all is a notice: on scripts, cookies, loading, robots, rights; an address."""

from __future__ import annotations

import re
from collections.abc import Sequence

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.page_notices import page_notice_of

SCRIPT_SHELL = "script shell"
CAPTCHA = "captcha"
NO_TEXT = "only furniture"
NOT_FOUND = "page not found"
MOST = 300
"""Number of letters of a notice at most."""


def notice_of(blocks: Sequence[Block], title: str) -> str:
    """Return why blocks of at most `MOST` letters are no text: each sentence or line is part of a notice.

    Empty if one is not, or if the title is about the same thing.
    """
    if _is_error_of_server(blocks, title):
        return NOT_FOUND
    if any(block.kind in _OTHER for block in blocks):
        return ""
    words = [block.plain for block in blocks if block.kind not in _SILENT]
    return _page_notice(words, title) or _imprint(words, title)


def _is_error_of_server(blocks: Sequence[Block], title: str) -> bool:
    """Return whether all is the answer of a server to a failed request, in XML or JSON."""
    text = "\n".join([block.text for block in blocks])
    begins = text.lstrip("`~\n ")[:4]
    if begins[:1] not in {"<", "{", "x", "j"} or _ON_ERRORS.search(title):
        return False
    return _ERROR_IN_XML.fullmatch(text) is not None or _ERROR_IN_JSON.fullmatch(text) is not None


_ON_ERRORS = re.compile(r"error|status|json|xml|\bapi\b|\bhttp|错误|接口|报错", re.IGNORECASE)
_FENCE = r"\s*(?:(?:```|~~~)\w*\n)?\s*"
_ERROR_IN_XML = re.compile(
    rf"{_FENCE}(?:<\?xml[^>]*>\s*)?<(?P<tag>\w*error\w*)\b[^>]*>.*</(?P=tag)>\s*(?:```|~~~)?\s*",
    re.IGNORECASE | re.DOTALL,
)
_ERROR_IN_JSON = re.compile(
    rf'{_FENCE}\{{(?=.*"(?:errors?|error_?(?:code|message|description)|errcode|errmsg)"\s*:'
    rf'|.*"(?:code|status|statuscode)"\s*:\s*"?[45]\d\d\b).*\}}\s*(?:```|~~~)?\s*',
    re.IGNORECASE | re.DOTALL,
)
_OTHER = frozenset({"code", "table", "own", "tail", "above", "rest"})
_SILENT = frozenset({"image", "rule"})


# --- notices on scripts, cookies, loading, robots ---------------------------------------------------

_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])[\s\"”’)]+|(?<=[。！？])|\n+")
_SUBJECT = re.compile(
    r"java ?script|\bbrowser|cookies?\b|\bload(?:s|ed|ing)?\b|re-?(?:load|fresh)|please wait|robot|human\b"
    r"|\bturn it on\b|\b(?:oops|sorry)\b.{0,8}$|浏览器|脚本|加载|刷新|稍候|稍等|机器人|人机|安全(?:验证|检测)"
    r"|navigateur|navegador|ブラウザ|読み込|браузер|загрузк|lädt|caricamento|chargement|cargando|carregando",
    re.IGNORECASE,
)
"""What each sentence of such a notice is about."""
_PAGE = (
    r"this (?:[a-z]+ )?(?:app(?:lication)?|(?:web ?)?site|page|map|chart|shop|store|form|forum|feature"
    r"|service|game|document|video|player|viewer|tool|portal|catalog(?:ue)?|dashboard|content)\b"
)
_STATE = (
    r"(?:disabled|(?:not |isn.t )(?:enabled|available|supported|active)|(?:turned|switched) (?:on|off)"
    r"|required"
    r"|(?:turn|switch) (?:it |on |off )|enable|activate|allow|needs?|requires?|without|runs?\b|supports?)"
)
_SCRIPTS = re.compile(
    rf"(?=.*java ?script)(?=.*(?:{_PAGE}|\byour (?:web )?browser|\byour java ?script|\bplease\b"
    rf"|\byou (?:need|must)))"
    rf"(?=.*\b{_STATE})"
    rf"|(?=.*\bcookies\b)(?=.*(?:{_PAGE}|\byour (?:web )?browser|\bplease\b))(?=.*\b(?:enable|allow"
    rf"|disabled|turned off))"
    rf"|(?=.*\b(?:your|this) (?:web )?browser\b)(?=.*\b(?:not supported|unsupported|out ?dated|too old))"
    r"|(?:oops\W+|sorry\W+)?please wait\b.{0,20}(?:while|until|as)\b.{0,30}\bload"
    r"|(?:the )?(?:page|content|site|app(?:lication)?) is (?:still )?loading\b|loading\b.{0,20}please wait"
    r"|(?=.*(?:javascript|脚本|浏览器))(?=.*(?:本|此|该|当前|您的?|你的?|请))(?=.*(?:开启|启用|禁用|打开|不支持|升级|版本过低|无法))"
    r"|(?:页面|网页|内容|数据)?(?:正在)?(?:努力)?(?:加载|载入)中?[，,]?请?(?:稍候|稍等|等待)"
    r"|(?:bitte (?:warten|haben sie)|die seite wird geladen|seite lädt)"
    r"|(?:veuillez patienter|chargement (?:en cours|de la page))|(?:attendere prego"
    r"|caricamento (?:in corso|della pagina))"
    r"|(?:por favor,? espere|cargando (?:la|el) )|(?:aguarde|carregando a )|пожалуйста,? подождите"
    r"|идет загрузка"
    r"|(?=.*java ?script)(?=.*(?:bitte|veuillez|votre|ihr(?:em|en)? browser|tuo browser|vostro"
    r"|su navegador|seu navegador"
    r"|пожалуйста|вашем браузере|お使いのブラウザ|有効に|uw browser|schakel))",
    re.IGNORECASE | re.DOTALL,
)
"""A sentence by which a page asks for scripts or cookies, or to wait."""
_ROBOTS = re.compile(
    r"(?=.*\b(?:you(?:.re| are)|your (?:browser|connection))\b)(?=.*\b(?:not a (?:ro)?bot|human"
    r"|real person)\b)"
    r"|.{0,40}\b(?:checking|verifying)\b.{0,30}\b(?:your browser|your connection|you are)\b"
    r"|.{0,12}(?:请(?:完成|进行|通过)|正在(?:进行)?).{0,6}(?:安全|人机|身份)(?:验证|检测|校验|检查)",
    re.IGNORECASE | re.DOTALL,
)


def _page_notice(words: Sequence[str], title: str) -> str:
    sentences = [one for block in words for part in _SENTENCE_END.split(block) if (one := part.strip(_MARKS))]
    if not all(map(_SUBJECT.search, sentences)) or _SUBJECT.search(title):
        return page_notice_of(sentences, title)
    if any(map(_ROBOTS.match, sentences)):
        return CAPTCHA
    return SCRIPT_SHELL if any(map(_SCRIPTS.match, sentences)) else page_notice_of(sentences, title)


_MARKS = " \t\n*_#>~-·•|\\`"


# --- rights and addresses ---------------------------------------------------------------------------

_ON_RIGHTS = re.compile(r"copyright|©|版权|著作权", re.IGNORECASE)
_YEARS = r"(?:\d{4}(?:\s?[-–,]\s?\d{4})*)?"
_RIGHTS = re.compile(
    rf"(?:[\w ]{{0,30}}\s)?(?:©|\(c\)|copyright)[\s©]*(?:\(c\))?\s?{_YEARS},?\s?(?:by )?{_YEARS}"
    r"(?:,?\s?(?-i:[A-Z0-9&][\w.&’'-]*|of|the|and|by|de|di)){0,8}\W*"
    r"|[^.!?]{0,80}\brights? reserved\W*|[^。]{0,30}版权所有[^。]{0,30}。?"
    r"|no part of (?:this|the)\b.*\b(?:copied|reproduced|used|distributed|published)\b.*"
    r"|(?:reproduction|copying|use)\b.*\b(?:without|prohibited|forbidden)\b.*"
    r"|未经.{0,20}(?:许可|授权|同意|允许).*",
    re.IGNORECASE | re.DOTALL,
)
_LINE_END = re.compile(r"(?<=[a-z\d)][.!])\s+(?=[A-Z])|(?<=[。！])|\n+")
_PLACE = re.compile(
    r"\d{1,4}[a-z]?(?:[-/]\d{1,4}[a-z]?)?,? (?:[A-Z][\w.’'-]*\s){1,4}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Quay|Square|Sq|Way|Boulevard|Blvd|Place|Court"
    r"|Row|Terrace|Parade)\.?"
    r"(?:,? (?:Suite|Floor|Unit|Apt\.?|#) ?\w{1,6})?"
    r"|(?:[A-ZÄÖÜ][\wäöüß.-]*\s?){0,3}(?:straße|strasse|str\.|weg|gasse|platz|allee|ufer|damm"
    r"|ring)\s\d{1,4}\s?[a-z]?"
    r"|(?:via|viale|piazza|corso|largo|rue|avenue|boulevard|place|calle|avenida|plaza|rua"
    r"|praça)\s[^\d\n]{2,40},?\s\d{1,5}"
    r"|\d{1,4},? (?:bis |ter )?(?:rue|avenue|boulevard|place|chemin|quai)\s[^\d\n]{2,40}"
    r"|[A-Z][a-z]+(?:straat|laan|gracht|plein|kade)\s\d{1,4}"
    r"|.{2,30}(?:路|街|大道|巷|道)\s?\d{1,5}\s?(?:号|弄).{0,20}"
    r"|P\.? ?O\.? Box \d{1,7}",
    re.IGNORECASE,
)
"""A street with a number."""
_TOWN = re.compile(
    r"(?:(?:[A-Z]{1,2}-)?\d{4,6}\s(?:[A-Z]{2}\s)?[A-ZÀ-Ü][\w’'. -]{2,30}"
    r"|[A-Z][\w’'. -]{2,30}\s[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
    r"|(?:[A-Z][\w’'. -]{2,30},?\s)?[A-Z]{2} \d{5}(?:-\d{4})?|〒?\d{3}-\d{4}.{0,30})"
)
"""A town with its code."""
_CONTACT = re.compile(
    r"(?:tel(?:efon|éfono|ephone|éphone)?|phone|fax|mobil\w*|e-?mail|mail|web|p\.? ?iva|vat|ust-id\w*"
    r"|hrb|邮编|邮政编码|电话|传真|邮箱|网址|電話)"
    r"[\s.:：]+\S.{0,40}",
    re.IGNORECASE,
)
_PLACE_LABEL = re.compile(
    r"(?:postal )?(?:address|anschrift|adresse|indirizzo|dirección|地址|住所)\s?[:：]\s?", re.IGNORECASE
)
_LEGAL_FORM = re.compile(
    r"(?<=\w)[ ,]+(?:e\. ?V\.|Inc\.|Ltd\.|Co\.(?: KG)?|Corp\.|S\. ?p\. ?A\.|S\. ?r\. ?l\.|S\. ?A\.|S\. ?L\."
    r"|B\. ?V\.|N\. ?V\.|K\. ?K\.)$"
)
_NAME = re.compile(r"(?:[^\W\d_][\w.&’'-]*\s?){1,5}")
"""The name of a firm, a town or a country: a few words, the first with a capital."""


def _imprint(words: Sequence[str], title: str) -> str:
    """Return `NO_TEXT` if each line is a notice of rights or a part of a postal address."""
    if _ON_RIGHTS.search(title):
        return ""
    lines = [line for block in words for part in _LINE_END.split(block) if (line := part.strip(_MARKS))]
    is_sure = False
    for line in lines:
        if _RIGHTS.fullmatch(line):
            is_sure = True
        elif (kind := _part_of_address(line)) is None:
            return ""
        else:
            is_sure = is_sure or kind
    return NO_TEXT if is_sure else ""


def _part_of_address(line: str) -> bool | None:
    """Return whether a line is an address or a part of one: a street, a town; False for a name, else None."""
    line = _PLACE_LABEL.sub("", line)
    if _CONTACT.fullmatch(line):
        return False
    if _PLACE.fullmatch(line) or _TOWN.fullmatch(line):
        return True
    parts = [part for one in re.split(r"\s*[,，|·]\s*|\s[-–]\s", line) if (part := one.strip())]
    kinds = [_kind_of_part(part) for part in parts]
    return None if None in kinds or not parts else any(kinds)


def _kind_of_part(part: str) -> bool | None:
    if _PLACE.fullmatch(part) or _TOWN.fullmatch(part):
        return True
    bare_part = _LEGAL_FORM.sub("", part)
    is_name = (
        _NAME.fullmatch(bare_part) is not None
        and bare_part[0].isupper()
        and not bare_part.endswith((".", "!", "?"))
    )
    return False if is_name or _CONTACT.fullmatch(part) else None


# --- the interface of code hosts --------------------------------------------------------------------

_INTERFACE = re.compile(
    r"(?:search or jump to|code|issues|pull requests|actions|projects|wiki|security|insights|settings"
    r"|commits?|checks"
    r"|conversation|files changed|browse files|split|unified|whitespace|ignore whitespace|reviewers"
    r"|no reviews|assignees"
    r"|no one assigned|labels|none yet|milestone|no milestone|development|participants|notifications"
    r"|merge requests|viewed|retry|activity|merge request reports|comments? \d+|[\w./-]+\.\w{1,5}"
    r"|@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@.*|failed to load comments\b.*|\d+ commit comments?"
    r"|please (?:register or )?(?:sign|log) in to (?:comment|reply)\b.*|\d+ of \d+ checklist items completed"
    r"|lock conversation|leave a comment|add a (?:line )?comment"
    r"|pipelines|overview|changes|compare|blame|history|raw|watch|fork|star)(?: \(?\d{1,4}\)?)?\W{0,3}"
    r"|this commit does not belong to any branch\b.*|showing \d+ changed files?\b.*|lines changed\b.*"
    r"|\d+ (?:changed )?files? changed\b.*"
    r"|\d+ commits?|\d+ participants?|.{1,40} (?:committed|commented|approved|requested|merged"
    r"|opened) .{0,60}\d.{0,12}|.{1,40} requested to merge .{1,80}"
    r"|.{1,40} wants to merge \d+ commits?\b.*|successfully merging this pull request\b.*|uh oh\W*"
    r"|loading\W*",
    re.IGNORECASE,
)
_CERTAIN = re.compile(
    r"this commit does not belong|showing \d+ changed|lines changed|browse files|files changed"
    r"|no reviews|no one assigned"
    r"|failed to load comments|\d+ commit comments?$|please (?:register or )?sign in to (?:comment|reply)"
    r"|merge request reports|\d+ of \d+ checklist items|.{1,40} requested to merge "
    r"|none yet|no milestone|wants to merge \d|successfully merging this|ignore whitespace",
    re.IGNORECASE,
)
_FEWEST_CERTAIN = 2


def is_of_interface(line: str) -> bool:
    """Return whether a line of a code block is a label on a code host's page of a change."""
    return _INTERFACE.fullmatch(line.strip()) is not None


def shows_a_change(lines: Sequence[str]) -> bool:
    """Return whether lines hold labels that only a code host's page of a change has."""
    return sum(_CERTAIN.match(line.strip()) is not None for line in lines) >= _FEWEST_CERTAIN
