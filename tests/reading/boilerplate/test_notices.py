"""A page of which all is a notice or an address is no text; an article on the same subject is one."""

import pytest
from boilerplate_pages import TEXT, opinion, page

NOTICES = {
    "script shell": [
        "This application runs best with JavaScript switched on. Your JavaScript is switched off. Turn it on "
        "in your browser and load it again.",
        "Oops! It seems that JavaScript is disabled in your browser, so nothing can be shown.",
        "Sorry, this chart needs JavaScript.\n\nPlease reload this page with another browser.",
        "Please wait while the site loads.",
        "This shop needs cookies. Please allow cookies in your browser.",
        "Bitte aktivieren Sie JavaScript, damit diese Seite geladen werden kann.",
        "Veuillez activer JavaScript dans votre navigateur.",
        "该页面需要浏览器启用脚本才能显示，请刷新后重试。",
        "页面正在加载中，请稍候。",
    ],
    "captcha": [
        "Please wait. We make sure that your browser belongs to a human.",
        "正在进行安全检测，请稍候。",
    ],
    "only furniture": [
        "All content © 2020-2026 Coast Press. No part of this site may be reproduced without leave.",
        "Copyright 2026 Coast Press. All rights reserved.\n\n4 Tower Road, Amble NE65 0AA",
        "Coast Press Ltd, 4 Tower Road, Amble NE65 0AA, United Kingdom",
        "Küstenpresse GmbH\n\nTurmstraße 4\n\n26725 Emden\n\nTel. 04921 555010",
        "Coast Press\n9 Harbor Avenue\nPortland, ME 04101",
        "地址：海州市灯塔路4号\n\n邮编：222000\n\n电话：0518-5550100",
    ],
}


@pytest.mark.parametrize(("reason", "notice"), [(one, text) for one in NOTICES for text in NOTICES[one]])
def test_a_notice_alone_is_no_text(reason, notice):
    assert opinion(page(notice)).failure == reason


@pytest.mark.parametrize("notice", [text for one in NOTICES.values() for text in one])
def test_a_notice_with_more_text_is_one(notice):
    last = "The keeper painted the door of the tower green in the spring of that year."
    assert opinion(page(notice, *TEXT, last)).failure == ""


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "JavaScript in your browser",
            "Turn JavaScript off in your browser before you open a map of the coast.",
        ),
        ("The lamp", "The lamp's page runs without JavaScript since May, and each browser shows it at once."),
        ("Lamp 2.1", "This release turns JavaScript off in the viewer of charts. Update the tower first."),
        ("Keepers", "A court rules that the copyright of the lamp's drawings is the keeper's."),
        ("A meeting", "Keepers meet at 4 Tower Road, Amble, and bring their logs of the winter."),
        ("The tower", "The tower loads its lamp by hand."),
        ("Copyright of charts", "The © mark is gone from all charts, and nobody claims copyright."),
    ],
)
def test_a_short_text_on_the_subject_of_a_notice_is_one(title, text):
    assert opinion(page(text, title=title), title).failure == ""


CHANGE = "Code\nIssues 4\nPull requests 1\nCommit\nBrowse files\nSplit\nUnified\nLines changed: 2 additions"
REQUEST = "Conversation 1\nCommits 2\nChecks 3\nFiles changed 1\nReviewers\nNo reviews\nLabels\nNone yet"


@pytest.mark.parametrize("labels", [CHANGE, REQUEST])
def test_the_interface_of_a_code_host_in_a_fence_is_no_text(labels):
    assert opinion(page(f"```\n{labels}\n```")).failure == "only navigation"


@pytest.mark.parametrize(
    "code", ["code\nissues\nlabels\nprojects\nkeepers of lamps", f"{CHANGE}\n- lamp = off\n+ lamp = on"]
)
def test_a_list_of_words_and_a_change_in_a_fence_stay(code):
    assert opinion(page(f"```\n{code}\n```")).failure == ""


WALLS = {
    "login wall": [
        "You have used all of your free articles this month.\n\nLog in or sign up",
        "Diese Seite können nur Abonnenten lesen.",
        "请先登录，登录后继续查看全文\n\n立即登录",
        "この記事は会員限定です。ログインすると続きを読めます。",
        "هذا المقال للمشتركين فقط.",
    ],
    "not available here": ["This video isn't available in your country.", "您所在的地区暂不支持播放"],
    "ad blocker": ["Please turn off your ad blocker and reload.", "Vous utilisez un bloqueur de publicité."],
    "captcha": ["Too many requests. Please try again later.", "检测到异常流量，请输入验证码继续"],
    "page not found": [
        "Something went wrong. Try reloading.",
        "Si è verificato un errore. Riprova più tardi.",
        '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>Gone</Message></Error>',
        '{"error": {"code": 403, "message": "Forbidden"}}',
    ],
    "deleted": ["The author has deleted this story.", "抱歉，该文章已被作者删除。"],
    "script shell": [
        "Your browser is out of date. Update it to view this page.",
        "您的浏览器版本过低，请升级浏览器",
    ],
    "only furniture": ["Keeper e.V.\nTurmstr. 4\nD-26725 Emden\nUSt-IdNr.: DE987654321"],
}


@pytest.mark.parametrize(("reason", "notice"), [(one, text) for one in WALLS for text in WALLS[one]])
def test_a_wall_or_an_error_alone_is_no_text(reason, notice):
    assert opinion(page(notice)).failure == reason
    last = "The keeper painted the door of the tower green in the spring of that year."
    assert opinion(page(notice, *TEXT, last)).failure == ""


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Keepers", "Your article on the lamp was wrong. It is five metres high."),
        ("The yard", "Access to the yard is closed at night. Use the stairs."),
        ("The tower", "All rights reserved, says the stamp on the plan. The court found no owner."),
        ("Members", "Members pay four pounds, and others six."),
        ("Hours of the tower", "Mo–Fr 9–17\n\nSa 10–14"),
        ("Lamps", "| Tower | High |\n| --- | --- |\n| Amble | 4.2 |\n| Esk | 3.9 |"),
        ("会员日", "灯塔的会员日改到周三，船票半价。"),
        ("Die Störung", "Die Störung der Sirene ist behoben."),
    ],
)
def test_a_short_text_with_words_of_walls_is_one(title, text):
    assert opinion(page(text, title=title), title).failure == ""


@pytest.mark.parametrize(
    "labels",
    [
        "lamp/wick.py\n@@ -1,4 +1,4 @@\nViewed\nFailed to load comments. Retry\n"
        "0 commit comments\nPlease sign in to comment.",
        "Overview 0\nCommits 1\nMerge request reports\nActivity\nPlease register or sign in to reply",
    ],
)
def test_more_labels_of_code_hosts(labels):
    assert opinion(page(f"```\n{labels}\n```")).failure == "only navigation"
