"""The small parts everything stands on: phones, events, presentation, refusals."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from server import events, presentation, privacy
from server.errors import DomainError, not_found
from server.presentation import when_again

VAULT = privacy.PhoneVault({"new": b"n" * 32, "old": b"o" * 32})


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("13800001234", "13800001234"),
        ("+86 138-0000-1234", "13800001234"),
        ("86 13800001234", "13800001234"),
        ("１３８００００１２３４", "13800001234"),
        ("12800001234", None),
        ("1380000123", None),
        ("138000012345", None),
        ("电话", None),
        ("", None),
    ],
)
def test_a_phone_is_read_as_people_write_it(text: str, phone: str | None) -> None:
    assert privacy.normal_phone(text) == phone


@given(st.text(max_size=60))
def test_anything_is_a_phone_or_none(text: str) -> None:
    phone = privacy.normal_phone(text)
    assert phone is None or (len(phone) == 11 and phone.isascii() and phone.isdigit())


def test_a_sealed_phone_opens_again_and_no_two_seals_are_alike() -> None:
    first, second = VAULT.seal("13800001234"), VAULT.seal("13800001234")
    assert first != second
    assert "13800001234" not in first
    assert VAULT.open(first) == VAULT.open(second) == "13800001234"


def test_a_phone_sealed_under_an_older_key_still_opens_and_is_found() -> None:
    older = privacy.PhoneVault({"old": b"o" * 32})
    assert VAULT.open(older.seal("13800001234")) == "13800001234"
    assert older.index("13800001234") in VAULT.indexes("13800001234")


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张敏", "张*"),
        ("张三丰", "张*"),
        ("欧阳修", "欧阳*"),
        ("欧阳娜娜", "欧阳*"),
        ("司空", "司*"),
        ("张", "张*"),
        ("阿依古丽·买买提", "阿*"),
        ("John Smith", "J*"),
        ("\U00020bb7田", "\U00020bb7*"),
    ],
)
def test_a_masked_name_shows_the_surname_and_not_how_long_the_rest_is(name: str, masked: str) -> None:
    assert privacy.masked_name(name) == masked


def test_a_masked_phone_shows_seven_digits() -> None:
    assert privacy.masked_phone("13812345678") == "138****5678"


@pytest.mark.parametrize(("points", "text"), [("0.745", "0.75"), ("-0.005", "-0.01"), ("85", "85.00"), ("0", "0.00")])
def test_points_are_rounded_half_up(points: str, text: str) -> None:
    assert presentation.points_text(Decimal(points)) == text


def test_times_are_shown_in_shanghai() -> None:
    instant = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    assert presentation.local_time(instant) == "2027-01-01T00:30:00+08:00"
    assert presentation.spoken_time(instant) == "2027 年 1 月 1 日 00:30"


@given(st.lists(st.text(st.characters(exclude_characters="\x1f", exclude_categories=["Cs"])), min_size=1, max_size=3))
def test_a_cursor_gives_back_its_keys(keys: list[str]) -> None:
    assert presentation.decode_cursor(presentation.encode_cursor(*keys), len(keys)) == keys


@given(st.text(max_size=40))
def test_a_cursor_of_someones_making_is_refused_or_harmless(cursor: str) -> None:
    with suppress(DomainError):
        found = presentation.decode_id_cursor(cursor)
        assert found is not None
        assert 0 <= found < 2**63


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC)), st.integers(0, 10**17))
def test_a_cursor_gives_back_its_instant(instant: datetime, key: int) -> None:
    assert presentation.decode_time_cursor(presentation.encode_cursor(instant, key)) == (instant, key)


@pytest.mark.parametrize("number", [10**18 - 1, -(10**18) + 1, 253402300800 * 10**6])
def test_an_instant_beyond_the_calendar_is_refused(number: int) -> None:
    with pytest.raises(DomainError) as refused:
        presentation.decode_time_cursor(presentation.encode_cursor(number, 1))
    assert refused.value.code == "invalid_cursor"


def test_an_event_reaches_its_handlers_once_and_in_order() -> None:
    class Happened:
        pass

    heard: list[str] = []

    def first(_session: Session, _event: Happened) -> None:
        heard.append("first")

    def second(_session: Session, _event: Happened) -> None:
        heard.append("second")

    for handler in (first, second, first):
        events.subscribe(Happened, handler)
    events.emit(Session(), Happened())
    assert heard == ["first", "second"]


def test_a_refusal_has_one_shape() -> None:
    assert not_found("申报").as_json() == {
        "error": {"code": "not_found", "message": "没有找到该申报，或您无权查看", "detail": {}}
    }


def test_later_today_is_not_tomorrow_half_an_hour_after_midnight() -> None:
    night = datetime(2026, 6, 17, 16, 30, tzinfo=UTC)
    assert when_again(night + timedelta(hours=2), now=night)[0] == "02:30 后"


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(seconds=0), "1 秒后"),
        (timedelta(seconds=41, milliseconds=500), "42 秒后"),
        (timedelta(seconds=89), "90 秒后"),
        (timedelta(seconds=90), "10:02 后"),
        (timedelta(minutes=60), "11:00 后"),
        (timedelta(hours=13, minutes=59), "23:59 后"),
        (timedelta(hours=13, minutes=59, seconds=1), "明天 00:00 后"),
    ],
)
def test_when_something_is_free_again_is_never_said_too_early(wait: timedelta, words: str) -> None:
    ten_in_shanghai = datetime(2026, 6, 18, 2, tzinfo=UTC)
    assert when_again(ten_in_shanghai + wait, now=ten_in_shanghai)[0] == words
