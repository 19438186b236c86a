"""What looks odd in a check-in, and what does not yet."""

from datetime import UTC, datetime, timedelta

import pytest

from server.meetings.check_in.codes import step_at
from server.meetings.rosters.oddities import OddityKind, PhoneCheckIn, found
from server.meetings.rules import Via

SCANNED = datetime(2026, 6, 18, 2, 0, tzinfo=UTC)
STEP = step_at(SCANNED)


def record(
    name: str, *, actor: str | None = None, via: Via = Via.qr, ticket: str | None = None, seconds: int = 3
) -> PhoneCheckIn:
    actor = actor or name
    return PhoneCheckIn(name, actor, hash(actor), via, ticket or name, SCANNED, SCANNED + timedelta(seconds=seconds))


def people(count: int, **changes: object) -> list[PhoneCheckIn]:
    return [record(f"党员{number}", **changes) for number in range(count)]  # type: ignore[arg-type]


def texts(records: list[PhoneCheckIn]) -> list[tuple[str, str]]:
    return [(oddity.kind, oddity.text) for oddity in found(exchanges={}, expected=50, records=records)]


def test_an_ordinary_check_in_has_nothing_odd() -> None:
    ordinary = [*people(40), record("何华", actor="张敏", via=Via.helper, ticket="党员1")]
    assert found(exchanges={STEP: 40, STEP + 1: 12}, expected=50, records=ordinary) == []


@pytest.mark.parametrize(
    ("exchanged", "expected", "odd"), [(10, 3, False), (11, 3, True), (40, 20, False), (41, 20, True)]
)
def test_a_code_seen_more_often_than_the_room_holds_is_odd(exchanged: int, expected: int, odd: bool) -> None:
    oddities = found(exchanges={STEP: exchanged}, expected=expected, records=[])
    assert [oddity.kind for oddity in oddities] == [OddityKind.code_spread] * odd
    if odd:
        assert oddities[0].text.startswith(f"10:00:00 显示的二维码被扫了 {exchanged} 次")


def test_one_scan_for_two_without_naming_a_helper_is_odd() -> None:
    shared = [record("张敏", ticket="one"), record("王芳", ticket="one"), record("李伟")]
    ((kind, text),) = texts(shared)
    assert (kind, text.startswith("张敏、王芳用同一次扫码签到")) == ("shared_phone", True)
    named = [record("张敏", ticket="one"), record("王芳", actor="张敏", via=Via.helper, ticket="one")]
    assert texts(named) == []


def test_entries_without_a_ticket_share_nothing() -> None:
    blank = [PhoneCheckIn(name, name, 1, Via.digits, None, SCANNED, SCANNED) for name in ("张敏", "王芳")]
    assert texts(blank) == []


@pytest.mark.parametrize(("count", "odd"), [(3, False), (4, True)])
def test_one_helper_for_many_is_odd(count: int, odd: bool) -> None:
    helped = people(count, actor="张敏", via=Via.helper)
    helped += [record("何华", actor="王芳", via=Via.helper)]
    assert [text for _, text in texts(helped)] == ["张敏一人代签 4 人：党员0、党员1、党员2、党员3"] * odd


@pytest.mark.parametrize(
    ("count", "seconds", "odd"), [(5, 301, True), (4, 301, False), (5, 300, False), (12, 900, True)]
)
def test_many_records_long_after_their_scan_are_odd(count: int, seconds: int, odd: bool) -> None:
    slow = texts(people(count, seconds=seconds))
    assert [kind for kind, _ in slow] == ["slow_records"] * odd
    if count > 10:
        assert slow[0][1].endswith("党员9等")


def test_two_of_one_name_are_counted() -> None:
    assert "张敏（2 人）" in texts([record("张敏", ticket="one"), record("张敏", ticket="one")])[0][1]
