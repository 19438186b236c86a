"""Names by 姓氏笔画."""

import random

import pytest

from server.strokes import by_strokes

FIVE_STARS = "马晓东 王芳 孙立新 李伟 张敏"
FOUR_STARS = "许明 何晓琳 林雪梅 罗文涛 周海燕 郑国强 高志远 郭建平 唐丽娟 梁玉华"
THREE_STARS = "邓小红 田海波 冯志刚 宋振宇 萧红 曹永胜 彭春艳 董秀英 韩冬梅 曾庆华"


@pytest.mark.parametrize("names", [FIVE_STARS, FOUR_STARS, THREE_STARS])
def test_names_stand_by_the_strokes_of_the_surname(names: str) -> None:
    expected = names.split()
    shuffled = random.Random(7).sample(expected, len(expected))
    assert sorted(shuffled, key=by_strokes) == expected


def test_of_as_many_strokes_the_first_stroke_decides() -> None:
    assert sorted("刁卜丁八二", key=by_strokes) == ["二", "丁", "卜", "八", "刁"]


def test_of_one_surname_the_given_name_decides() -> None:
    assert sorted(["王芳", "王一", "王伟"], key=by_strokes) == ["王一", "王伟", "王芳"]
    assert sorted(["王一一", "王一"], key=by_strokes) == ["王一", "王一一"]


def test_spaces_and_the_dot_of_a_long_name_do_not_count() -> None:
    assert by_strokes("李　伟") == by_strokes("李伟")
    assert by_strokes("买买提·依明") == by_strokes("买买提依明")


def test_what_the_table_lacks_comes_last_and_in_a_fixed_order() -> None:
    assert sorted(["Alice", "鱻一", "㛃一", "鬯一"], key=by_strokes) == ["鬯一", "Alice", "㛃一", "鱻一"]
