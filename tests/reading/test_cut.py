import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.reading.cut import at_whole_sentence

WHOLE = "The press was set up in the cellar of the house."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{WHOLE} And on quiet ni", f"{WHOLE} …"),
        (f"{WHOLE} Mr. J. Lee of the U.S. Post pri", f"{WHOLE} …"),
        ("印刷机放在地下室里，整条街都听得见。到了安静的夜", "印刷机放在地下室里，整条街都听得见。…"),
        (f"{WHOLE}\n\nAnd on quiet ni", f"{WHOLE}\n\n…"),
        (f"{WHOLE}\n\n## The next\n\nAnd on quiet ni", f"{WHOLE}\n\n…"),
        (f"{WHOLE}\n\n**The next**\n\nAnd on quiet ni", f"{WHOLE}\n\n…"),
        (f"{WHOLE}\n\n参考链接：\n\nhttps://press.exam", f"{WHOLE}\n\n…"),
        (f"{WHOLE}\n\n**It is old.**\n\nAnd on quiet ni", f"{WHOLE}\n\n**It is old.**\n\n…"),
        (f"{WHOLE}\n\n## The ne", f"{WHOLE}\n\n…"),
        (f"{WHOLE}\n\n- type\n- ink\n- pap", f"{WHOLE}\n\n- type\n- ink\n\n…"),
        (f"{WHOLE}\n\n> 1. type from the loft\n>\n> Next spr", f"{WHOLE}\n\n> 1. type from the loft\n\n…"),
        (f"{WHOLE}\n\n> May\n>\n> 1. type\n> 2. in", f"{WHOLE}\n\n> May\n>\n> 1. type\n\n…"),
        ("It prints the whole sheet.Then it dries in the lof", "It prints the whole sheet. …"),
        ("It prints. It is set up by press.Core.Types in the lof", "It prints. …"),
        (f"{WHOLE}\n\n| a |\n| - |\n| 1 |\n| 2", f"{WHOLE}\n\n| a |\n| - |\n| 1 |\n\n…"),
        (f"{WHOLE}\n\n|  |\n| --- |\n| press --se", f"{WHOLE}\n\n…"),
        (f"{WHOLE}\n\n* type\n  | a | b |\n  | - | - |\n  | 1. | Is it old?\n  | 2 | is\n  | 3 | li",
         f"{WHOLE}\n\n* type\n  | a | b |\n  | - | - |\n  | 1. | Is it old?\n  | 2 | is\n\n…"),
        (f"{WHOLE}\n\n|  |  |\n| - | - |\n| ``` 1 2 ``` | ``` set(); // It is old. press(type",
         f"{WHOLE}\n\n|  |  |\n| - | - |\n| ``` 1 2 ``` | ``` set(); ``` |\n\n…"),
        (f"{WHOLE}\n\n|  |  |\n| - | - |\n| ``` 1 2 ``` | ``` set(   press.type",
         f"{WHOLE}\n\n|  |  |\n| - | - |\n| ``` 1 2 ``` | ``` set( ``` |\n\n…"),
        (f"{WHOLE}\n\n|  |  |\n| - | - |\n| ``` 1 2 ``` | ``` set", f"{WHOLE}\n\n…"),
        (f"{WHOLE}\n\n```sh\npress --set\npress --pri", f"{WHOLE}\n\n```sh\npress --set\n```\n\n…"),
        (f"{WHOLE}\n\n```sh\npress --pri", f"{WHOLE}\n\n…"),
        (f"{WHOLE}\n\n```\npress --set --page 1 --print it --do",
         f"{WHOLE}\n\n```\npress --set --page 1 --print it\n```\n\n…"),
        (f"{WHOLE}\n\n```\n192.0.2.1|192.0.2.2|192.0.2.3|192.0.2.4|192.",
         f"{WHOLE}\n\n```\n192.0.2.1|192.0.2.2|192.0.2.3|192.0.2.4|\n```\n\n…"),
        (f"{WHOLE}\n\n```\nset();\n" + "press(type);\xa0" * 20 + "pri",
         f"{WHOLE}\n\n```\nset();\n" + "press(type);\xa0" * 19 + "press(type);\n```\n\n…"),
        (f"{WHOLE}\n\n```\nset();\npress(type); pri", f"{WHOLE}\n\n```\nset();\n```\n\n…"),
        (f"{WHOLE}\n\n```", f"{WHOLE}\n\n…"),
        (f"{WHOLE} See [the history](https://press.exam", f"{WHOLE} …"),
        (f"{WHOLE}\n\n[![a press](https://press.exam", f"{WHOLE} …"),
        (f"{WHOLE}\n\n[![a](a.png)](https://press.exam", f"{WHOLE} …"),
        (f"{WHOLE}\n\nIt is old. Ask (in May)\n\n![](https://pr", f"{WHOLE}\n\nIt is old. Ask (in May)\n\n…"),
        ("印刷机很旧。\n\n参考地下室的历史一书（第二版，作者是李先生和王先生）\n\n![](https://pr",
         "印刷机很旧。\n\n参考地下室的历史一书（第二版，作者是李先生和王先生）\n\n…"),
        (f"{WHOLE} <img src='https://pr", f"{WHOLE} …"),
        ("A press in a cellar, and on quiet nights", "A press in a cellar, and on quiet nights…"),
        ("A press [in a cellar](https://press.exam", "A press in a cellar…"),
    ],
)  # fmt: skip
def test_a_cut_text_ends_at_its_last_whole_sentence(text, shown):
    assert at_whole_sentence(text) == shown


@given(st.text(alphabet="a. \n#-|`[](!<。中1*", max_size=200))
def test_no_text_makes_it_raise(text):
    assert at_whole_sentence(text).endswith("…")


@pytest.mark.parametrize(
    "hostile", ["[", "](", "```\n", "- a\n", "| a\n", "# a\n\n", ". ", "<a", "\n\n", "!["]
)
def test_hostile_text_takes_no_time(hostile):
    text = hostile * (500_000 // len(hostile))
    start = time.process_time()
    at_whole_sentence(text)
    assert time.process_time() - start < 3
