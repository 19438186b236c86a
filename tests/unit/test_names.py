"""Names: what is stored, and by what two of them are the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.names import is_name, name_key, normal_name
from server.text import unified

SAME = {
    "方敏": ["⽅敏", " 方　敏", "方\u200b敏", "方敏\ufeff", "方\u00a0敏", "方\n敏", "方\ufe00敏"],
    "凉山": ["\uf979山", "\uf979 山"],
    "贾长青": ["贾⻓青", "贾长⻘", "贾 长 青"],
    "民见": ["⺠⻅"],
    "刘〇": ["刘○", "刘◯", "刘 〇"],
    "葛飾": ["葛\U000e0100飾", "葛\ufe00飾"],
    "阿依努尔·买买提": [
        *(f"阿依努尔{dot}买买提" for dot in "·•‧・･．.。｡﹒∙⋅᛫⸱⸳․●◦丶、-—"),
        *("阿依努尔 · 买买提", "阿依努尔 买买提", "阿依努尔买买提", "阿依努尔··买买提", "\u202b阿依努尔·买买提\u202c"),
    ],
    "Li Wei": ["li wei", "LI WEI", "Ｌｉ　Ｗｅｉ", "LiWei", "Li\u00a0Wei", "Li-Wei"],
    "O'Brien": ["O’Brien", "o＇brien", "O`Brien"],
    "José": ["Jose\u0301", "JOSÉ"],
    "𠮷田": ["𠮷 田"],
    "བསོད་ནམས": ["བསོད་ནམས་", "བསོད ནམས"],
    "ᠪᠠᠲᠤ": ["ᠪᠠᠲᠤ\u180b", "ᠪᠠ\u180eᠲᠤ"],
    "\U0002ebf0三": ["\U0002ebf0 三"],
}


@pytest.mark.parametrize(("name", "other"), [(name, other) for name, others in SAME.items() for other in others])
def test_one_name_in_many_spellings_has_one_key(name: str, other: str) -> None:
    assert name_key(other) == name_key(name)


@pytest.mark.parametrize(
    ("name", "other"),
    [("张敏", "张民"), ("李〇", "李"), ("﨑山", "崎山"), ("张敏", "張敏"), ("Ann", "Anne"), ("李1", "李2"), ("·", "—")],
)
def test_two_names_have_two_keys(name: str, other: str) -> None:
    assert name_key(name) != name_key(other)


@pytest.mark.parametrize("ideograph", "﨎﨏﨑﨓﨔﨟﨡﨣﨤﨧﨨﨩")
def test_ideographs_that_only_lie_among_the_compatible_ones_are_themselves(ideograph: str) -> None:
    assert name_key(ideograph) == normal_name(ideograph) == ideograph


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("张　敏", "张敏"),
        ("⽅敏", "方敏"),
        ("阿依努尔 ・ 买买提", "阿依努尔·买买提"),
        ("阿依努尔.买买提", "阿依努尔·买买提"),
        ("J. Smith", "J. Smith"),
        ("Li   Wei", "Li Wei"),
        ("بەختىيار ئابلىز", "بەختىيار ئابلىز"),
        ("می\u200cخ", "می\u200cخ"),
        ("ᠠ\u180eᠠ", "ᠠ\u180eᠠ"),
        ("张\u200d敏\u200f", "张敏"),
        ("葛\U000e0100飾", "葛\U000e0100飾"),
    ],
)
def test_a_name_is_stored_without_padding(text: str, name: str) -> None:
    assert normal_name(text) == name


@pytest.mark.parametrize(("text", "is_one"), [("张", True), ("\U0002ebf0", True), ("〇一", True), ("123", False)])
def test_a_name_has_a_letter(text: str, is_one: bool) -> None:
    assert is_name(text) is is_one
    assert not is_name("···")


@given(st.text())
def test_a_normal_name_is_normal_and_has_the_same_key(text: str) -> None:
    assert normal_name(normal_name(text)) == normal_name(text)
    assert name_key(normal_name(text)) == name_key(text)
    assert name_key(name_key(text)) == name_key(text)


def test_every_radical_and_stroke_unicode_names_an_ideograph_for_becomes_it() -> None:
    """Of 348 that the property lists NFKC knows 216; U+2E80 and one stroke have no ideograph."""
    radicals = [chr(code) for code in range(0x2E80, 0x2FD6) if unicodedata.category(chr(code)) != "Cn"]
    left = [each for each in radicals if unified(each) == each]
    assert left == ["⺀"]
    assert all("CJK UNIFIED" in unicodedata.name(unified(each)) for each in radicals if each not in left)
