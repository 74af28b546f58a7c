"""The line in which a page tells about itself stays, though it stands above the article."""

import datetime as dt

import pytest
from boilerplate_pages import MENU, TEXT, opinion, page

from generator.model.types import Verdict
from generator.reading.boilerplate import article_markdown
from generator.reading.boilerplate.judge import Cleaning
from generator.reading.boilerplate.remaining import remaining
from generator.reading.boilerplate.repeats import Origin, learn

TITLE = "ann starred coast/lamps"
URL = "https://github.com/coast/lamps"
MARK = (
    "* [Notifications](/login) You must be signed in to change notification settings\n"
    "* [Fork\n  3](/login)\n* [Star\n  7](/login)"
)
ABOUT = "Drives the lamps of a harbour, from one to a thousand"
BAR = "[7\nstars](/coast/lamps/stargazers) [3\nforks](/coast/lamps/forks)"
TABS = "* [Code](/coast/lamps)\n* [Issues](/coast/lamps/issues)\n* [Pulse](/coast/lamps/pulse)"
FILES = (
    "| Name | | Name | Last commit message | Last commit date |\n| --- | --- | --- | --- | --- |\n"
    "| [lamp.c](/lamp.c) | | first light | | |"
)
README = ["* README\n* Code of conduct\n* MIT license", "# Lamps", *TEXT]


def repository(*about: str, readme: tuple[str, ...] | list[str] = ()) -> str:
    top = [*MENU, "[coast](/coast)\n/\n**[lamps](/coast/lamps)**\nPublic", MARK, *about, BAR, TABS]
    middle = ["Additional navigation options", TABS, "# coast/lamps", "main", "Go to file", FILES]
    return page(*top, *middle, *readme, title=TITLE)


def left_of(body: str) -> str:
    found = opinion(body, TITLE, URL)
    return "" if found.failure else article_markdown(found.blocks)


def test_the_line_about_a_repository_stays_where_its_readme_was_cut_off():
    left = remaining(
        repository(ABOUT) + "...",
        TITLE,
        URL,
        "Ann",
        Origin("github.com", dt.date(2024, 7, 3), "a"),
        Cleaning(),
    )
    assert (left.text.splitlines()[0], left.verdict) == (ABOUT, Verdict.CUT)


def test_it_stays_above_a_readme_whose_tabs_go():
    assert left_of(repository(ABOUT, readme=README)) == "\n\n".join([ABOUT, "# Lamps", *TEXT])


@pytest.mark.parametrize("about", ["A lamp", "灯塔控制"])
def test_a_line_of_two_words_will_do(about):
    assert left_of(repository(about)).startswith(about)


@pytest.mark.parametrize(
    "about",
    [(), ("lamps",), ("### License", "[MIT](/license)"), ("[lamps.example](https://lamps.example)",)],
    ids=["none", "its name", "heading", "address"],
)
def test_a_repository_that_says_nothing_of_itself_is_a_link(about):
    assert opinion(repository(*about), TITLE, URL).failure == "only navigation"


def test_the_words_mean_nothing_on_other_pages():
    body = page(*MENU, MARK, "Drives all lamps of a harbour.", "# Lamps", *TEXT, title="Lamps")
    assert "Drives" not in article_markdown(opinion(body, "Lamps").blocks)


def test_what_the_source_repeats_does_not_take_it():
    bodies = [repository(ABOUT, BAR * n) for n in range(1, 5)]
    found = opinion(bodies[0], TITLE, URL, learn(bodies))
    assert article_markdown(found.blocks).startswith(ABOUT)


HEAD = [*MENU, MARK, BAR, TABS, "Additional navigation options"]
COMMIT = [*HEAD, "# Commit a1b2c3d", "[Browse files](/tree/a1b2c3d)Browse files"]
DIFFERENCES = [
    "Expand file treeCollapse file tree",
    "## 2 files changed",
    "+3\n\n-1",
    "lines changed",
    "Collapse file: lamp.c",
    "| Original file line number | Diff line number | Diff line change |\n| --- | --- | --- |\n"
    "| `1` | `1` | `+ lamp.trim()` |",
]
INTERFACE = "```\n1 parent d4e5f6a commit a1b2c3d\n\nCopy full SHA for a1b2c3d\n```"


def test_a_commit_is_what_its_author_says_of_it():
    assert left_of(page(*COMMIT, INTERFACE, *DIFFERENCES, title=TITLE)) == ""
    message = "Trim the wick before each lighting, so that the glass stays clear until the morning."
    assert left_of(page(*COMMIT, message, INTERFACE, *DIFFERENCES, title=TITLE)) == message


def test_a_comparison_without_words_is_no_article():
    comparing = [
        "# Comparing changes",
        "Choose two branches to see what’s changed or to start a new pull request.",
        "### Commits on Jul 3, 2024",
    ]
    assert left_of(page(*HEAD, *comparing, *DIFFERENCES, title=TITLE)) == ""


def test_a_code_block_in_a_readme_stays_however_short():
    code = "```\nmake install\n```"
    assert code in left_of(repository(ABOUT, readme=[*README, code]))


def test_the_one_line_of_a_release_is_an_article():
    release = [
        "![@ann](/ann.png)\n[ann](/ann)\nreleased this\n03 Jul 10:20",
        "·\n[1 commit](/coast/lamps/compare/v2...main)\nto main\nsince this release",
        "[`a1b2c3d`](/coast/lamps/commit/a1b2c3d)",
        "The lamps need oil of the second press.",
        "Assets\n4",
    ]
    assert left_of(page(*HEAD, *release, title=TITLE)) == release[3]


def test_the_counts_beside_a_repository_go():
    counts = [
        "## About",
        "No description, website, or topics provided.",
        "### Uh oh!",
        "There was an error while loading. Please reload this page.",
        "### Stars",
        "[**1**\nstar](/coast/lamps/stargazers)",
        "### Watchers",
        "[**2**\nwatching](/coast/lamps/watchers)",
        "### Forks",
        "[**0**\nforks](/coast/lamps/forks)",
    ]
    left = left_of(repository(ABOUT, readme=[*README, *counts]))
    assert left == "\n\n".join([ABOUT, "# Lamps", *TEXT])


def test_the_interface_of_a_profile_goes():
    rows = ["Block or Report", "# Block or report annlee", "## Popular repositories Loading"]
    nothing = "## annlee doesn't have any public repositories yet."
    wrong = "Something went wrong, please refresh the page to try again."
    body = page(*MENU, "# annlee", *rows, nothing, wrong, title="annlee")
    assert opinion(body, "annlee", "https://github.com/annlee").failure == "only navigation"


@pytest.mark.parametrize("branch", ["trunk", "v5\\_1\\_x", "dev-v2", "gh-pages"])
def test_the_name_of_the_branch_goes(branch):
    body = page(*MENU, f"# {TITLE}", branch, *TEXT)
    assert article_markdown(opinion(body, TITLE, URL).blocks) == "\n\n".join(TEXT)


@pytest.mark.parametrize(
    ("address", "stays"),
    [
        ('[lamps.example/docs/](https://lamps.example/docs/ "https://lamps.example/docs/")', True),
        ("[lamps.example](https://www.lamps.example/)", True),
        ("[Sponsor](https://lamps.example/)", False),
        ("[lamps.example](https://boats.example/)", False),
    ],
)
def test_the_address_of_a_project_stays_below_the_line_about_it(address, stays):
    left = left_of(repository(ABOUT, address, readme=README))
    assert left == "\n\n".join([ABOUT, *[address] * stays, "# Lamps", *TEXT])
