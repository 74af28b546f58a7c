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
