"""Other people's names and numbers in a text."""

import time

from hypothesis import given
from hypothesis import strategies as st

from server.export.redaction import SOMEONE, Redactor

NAMES = ("张敏", "李伟", "欧阳修", "欧阳", "单")
MINE = Redactor(NAMES, own_name="张敏", own_phone="13800001234")


def test_others_are_taken_out_and_he_stays() -> None:
    assert MINE.clean("张敏和李伟") == f"张敏和{SOMEONE}"
    assert MINE.clean("13800001234、13911112222") == f"13800001234、{SOMEONE}"


def test_the_longest_name_counts() -> None:
    assert MINE.clean("欧阳修来了") == f"{SOMEONE}来了"


def test_a_name_within_his_own_does_not_break_it() -> None:
    redactor = Redactor(["张敏", "张敏华"], own_name="张敏华", own_phone=None)
    assert redactor.clean("张敏华和张敏") == f"张敏华和{SOMEONE}"


def test_a_single_character_and_a_longer_number_are_no_person() -> None:
    assert MINE.clean("单位，流水号 1391111222233") == "单位，流水号 1391111222233"


@given(st.text(), st.text())
def test_no_other_name_is_left_whatever_stands_around_it(before: str, after: str) -> None:
    assert "李伟" not in MINE.clean(f"{before}李伟{after}")


def test_ten_thousand_names_cost_no_more_than_ten() -> None:
    names = [f"{chr(0x4E00 + number // 100)}{chr(0x5E00 + number % 100)}" for number in range(10_000)]
    redactor = Redactor(names, own_name="张敏", own_phone=None)
    began = time.process_time()
    redactor.clean("参加支部主题党日活动，学习文件并交流体会。" * 2000)
    assert time.process_time() - began < 2
