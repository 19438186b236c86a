"""What a stranger's message says of name, number and code, whatever else stands in it."""

import pytest

from bot.understanding.introductions import read
from server.names import name_key
from server.organizations.rules import normal_activation_code

FULL = {
    "李为 20150012 ABCDE-FGHJK": "李为",
    "我是李为，工号２０１５００１２，激活码ａｂｃｄｅ－ｆｇｈｊｋ": "李为",
    "姓名为为民 学号20150012 码ABCDE FGHJK": "为民",
    "码为超 20150012 ABCDE-FGHJK": "码为超",
    "请问 要好 20150012 ABCDE-FGHJK": "要好",
    "是文 20150012 ABCDE-FGHJK": "是文",
    "张三的工号是20150012，激活码是ABCDE-FGHJK": "张三",
    "姓名张三工号20150012激活码ABCDE-FGHJK": "张三",
    "𠮷𬭎 20150012 ABCDE—FGHJK": "𠮷𬭎",
    "\U0002ebf0三 20150012 ABCDE-FGHJK": "\U0002ebf0三",
    "葛\U000e0100飾 20150012 ABCDE-FGHJK": "葛飾",
    "⽅敏 20150012 ABCDE-FGHJK": "方敏",
    "阿依努尔·买买提 20150012 ABCDE-FGHJK": "阿依努尔·买买提",
    "阿依努尔．买买提20150012ABCDE-FGHJK": "阿依努尔·买买提",
    "阿卜杜热合曼・吐尔逊江•艾力 20150012 ABCDEFGHJK": "阿卜杜热合曼·吐尔逊江·艾力",
    "张 三\n20150012\nABCDE-FGHJK": "张三",
    "欧阳 娜 娜 20150012 ABCDE-FGHJK": "欧阳娜娜",
    "Peter Adams 20150012 ABCDE-FGHJK": "Peter Adams",
    "20150012 ABCDE-FGHJK Abdurahman": "Abdurahman",
    "བསོད་ནམས 20150012 ABCDE-FGHJK": "བསོད་ནམས",
    "老师好，张三 20150012 ABCDE-FGHJK 谢谢老师": "张三",
    "麻烦帮我弄一下 张三 20150012 ABCDE-FGHJK": "张三",
    "张三 手机13812345678 工号20150012 激活码ABCDE-FGHJK": "张三",
    "2025级 张三 20150012 ABCDE-FGHJK": "张三",
}


@pytest.mark.parametrize(("said", "name"), FULL.items())
def test_what_is_neither_number_nor_code_is_the_name(said: str, name: str) -> None:
    found = read(said)
    assert name_key(found["name"]) == name_key(name)
    assert found["number"] == "20150012"
    assert normal_activation_code(found["code"]) == "ABCDEFGHJK"


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("帮助", set()),
        ("我多少分了", set()),
        ("怎么绑定", set()),
        ("我的激活码在哪", set()),
        ("我是谁", set()),
        ("", set()),
        ("20150012", {"number"}),
        ("abcde-fghjk", {"code"}),
        ("我叫为民", {"name"}),
        ("张三 20150012 ABCDE-FGHJ", {"name", "number"}),  # a code too short is no code, and no part of the name
        ("您好老师请帮我绑定一下张三 20150012 ABCDE-FGHJK", {"number", "code"}),  # who knows which part: asked for
    ],
)
def test_what_is_not_clearly_said_is_not_taken(said: str, kinds: set[str]) -> None:
    assert read(said).keys() == kinds


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("李为", "李为"),
        ("为民", "为民"),
        ("我叫李为", "李为"),
        ("姓名：为民", "为民"),
        ("阿依努尔・买买提", "阿依努尔·买买提"),
        ("Li Wei", "Li Wei"),
        ("张 三", "张三"),
        ("张三同志", "张三"),
        ("王同志", "王同志"),
        ("𠮷", "𠮷"),
    ],
)
def test_asked_for_the_name_the_whole_message_is_the_name(said: str, name: str) -> None:
    assert name_key(read(said, wanted={"name"})["name"]) == name_key(name)


@pytest.mark.parametrize("said", ["帮助", "取消", "请假", "怎么绑定？", "您好", "没有收到", "\u2800", "3", "是"])
def test_an_order_or_a_question_is_no_name(said: str) -> None:
    assert read(said, wanted={"name", "code"}) == {}


@pytest.mark.parametrize(("said", "number"), [("A7", "A7"), ("ｘｉｎ", "XIN"), ("７", "7"), ("是2015－12", "2015-12")])
def test_asked_for_the_number_an_unusual_one_is_taken(said: str, number: str) -> None:
    assert read(said, wanted={"number"}) == {"number": number}
