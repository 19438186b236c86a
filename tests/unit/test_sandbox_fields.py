"""What WeChat lets stand in a template's fields."""

import pytest

from server.wechat.sandbox.errcodes import CallRefused
from server.wechat.sandbox.fields import checked


def _errcode(data: object) -> int:
    try:
        checked(data)
    except CallRefused as refusal:
        return refusal.errcode
    return 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("thing1", "十" * 20),
        ("phrase2", "审核通过了"),
        ("character_string3", "A" * 32),
        ("character_string3", "85.25"),
        ("number4", "-2.50"),
        ("letter1", "abc"),
        ("name5", "张敏"),
        ("name5", "A" * 20),
        ("date6", "2026年11月5日"),
        ("date6", "2026-11-05 14:30"),
        ("time7", "14:30"),
        ("time7", "2026年11月5日 14:30"),
        ("time7", "2026年11月5日 14:30~16:00"),
        ("amount8", "¥12.50"),
    ],
)
def test_a_value_within_its_limit_is_taken(name: str, value: str) -> None:
    assert checked({name: {"value": value}}) == {name: value}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("thing1", "十" * 21),
        ("thing1", ""),
        ("thing1", "   "),
        ("thing1", "两\n行"),
        ("phrase2", "审核已经通过"),
        ("phrase2", "ok"),
        ("character_string3", "A" * 33),
        ("character_string3", "汉字"),
        ("number4", "1,000"),
        ("name5", "十" * 11),
        ("name5", "张3"),
        ("date6", "11月5日"),
        ("time7", "25:00"),
        ("time7", "下午两点"),
        ("amount8", "十元"),
        ("unheard1", "x"),
        ("thing", "x"),
    ],
)
def test_a_value_beyond_its_limit_is_47003(name: str, value: str) -> None:
    assert _errcode({name: {"value": value}}) == 47003


@pytest.mark.parametrize("data", [None, [], {}, {"thing1": "bare"}, {"thing1": {}}, {"thing1": {"value": None}}])
def test_data_of_another_shape_is_47003(data: object) -> None:
    assert _errcode(data) == 47003


def test_a_known_template_wants_exactly_its_fields() -> None:
    expected = frozenset({"thing1", "thing2"})
    with pytest.raises(CallRefused) as refusal:
        checked({"thing1": {"value": "x"}}, expected)
    assert (refusal.value.errcode, refusal.value.hint) == (47003, "data.thing2 unexpected")
    assert checked({"thing1": {"value": "x"}, "thing2": {"value": "y"}}, expected)
