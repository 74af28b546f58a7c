"""The words by which a page speaks of itself, of its publisher or to its reader."""

from __future__ import annotations

import re

SPEAKS_OF_PAGE = re.compile(
    r"\b(?:us|our|ours|you|your|yours|my|me|i|please|authors?|newsletters?|cookies?|trademarks?)\b"
    r"|\bdon.t forget|\bfor more\b"
    r"|\b(?:this|the) (?:file|entry|article|post|work|(?:web)?site|blog|page|form|story)\b"
    r"|rights reserved(?:\W*$|[.,;|])|©|\(c\)|@|\b(?:19|20)\d\d\b|\b(?:wordpress|hugo|jekyll|hexo|unsplash)\b"
    r"|\b(?:noi|nostr\w|tuo|tua|vostr\w|seguici|iscri\w+|nous|notre|nos|vous|votre|uns|unser\w*|wir|sie|ihr\w*"
    r"|du|dein\w*|nuestr\w+|tus?|usted|síguenos|suscr\w+|abonn\w+)\b"
    r"|[我你您请本敬]|欢迎|公众号|知识星球|转载|识别|扫描|下方|上方|星标|报名|阅读原文|作者|编辑|小编|声明|责任"
    r"|侵权|关注|回复|加群|抽奖|版权(?:归|属|所有(?!者))|все|наш|ваш",
    re.IGNORECASE,
)
