"""The screen: who may open it, what it says, and which codes it is given."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.config import Settings
from server.identity import service as identity
from server.identity.models import Grant
from server.meetings.check_in import codes
from server.meetings.models import Attendance, Leave, Meeting, Roster
from server.meetings.rules import AttendanceState, LeaveStatus, MeetingStatus, Via
from server.standards.rules import LeaveKind
from tests.api.answers import refusal
from tests.cast import Cast, Person
from tests.conftest import Call
from tests.meeting import make_meeting


@pytest.fixture
def meeting(session: Session, cast: Cast) -> Meeting:
    return make_meeting(session, cast, observers=[cast.zhou_yu])


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(0, tick=False) as traveller:
        yield traveller


def attend(
    session: Session, cast: Cast, meeting: Meeting, person: Person, *, via: Via = Via.qr, minutes: int = 0
) -> None:
    session.add(
        Attendance(
            meeting_id=meeting.id,
            member_id=person.member_id,
            state=AttendanceState.present,
            via=via,
            scanned_at=cast.now + timedelta(minutes=minutes),
            recorded_at=cast.now,
            account_id=cast.wang_fang.account_id if via is Via.helper else person.account_id,
        )
    )
    session.commit()


def give_leave(session: Session, cast: Cast, meeting: Meeting, person: Person) -> None:
    roster = session.query(Roster).filter_by(meeting_id=meeting.id).one()
    session.add(
        Leave(
            meeting_id=meeting.id,
            member_id=person.member_id,
            roster_id=roster.id,
            kind=LeaveKind.sick,
            reason="发烧",
            status=LeaveStatus.granted,
            asked_by=person.account_id,
            asked_at=cast.now,
        )
    )
    session.commit()


def opened(call: Call, cast: Cast, meeting: Meeting) -> dict[str, str]:
    """Open the screen on a computer; return the header it then sends."""
    link = call(cast.li_wei, "POST", f"/meetings/{meeting.id}/screen-links").json
    answer = use(call, link["digits"])
    assert answer.status_code == 201
    return {"X-Screen-Token": answer.json["screen_token"]}


def use(call: Call, key: str) -> Any:
    return call(None, "POST", "/screen-sessions", json={"key": key})


def test_it_counts_who_is_there_on_leave_and_missing(
    session: Session, cast: Cast, meeting: Meeting, call: Call
) -> None:
    attend(session, cast, meeting, cast.zhang_min)
    attend(session, cast, meeting, cast.zhou_yu, minutes=1)
    attend(session, cast, meeting, cast.sun_li, via=Via.helper, minutes=2)
    give_leave(session, cast, meeting, cast.li_wei)
    give_leave(session, cast, meeting, cast.zhang_min)
    shown = call(cast.li_wei, "GET", f"/meetings/{meeting.id}/screen").json
    assert shown["counts"] == {"invited": 4, "present": 2, "leave": 1, "missing": 1, "observers": 1, "held": 0}
    assert [(row["name"], row["helper"]) for row in shown["recent"]] == [
        ("孙丽", "王芳"),
        ("周宇", None),
        ("张敏", None),
    ]
    assert shown["meeting"]["organization"] == "计算机科学与技术学院党总支 · 教工第一党支部"


def test_names_stay_off_the_wall_unless_the_branch_wants_them(
    session: Session, cast: Cast, meeting: Meeting, call: Call
) -> None:
    attend(session, cast, meeting, cast.zhang_min)
    session.merge(meeting).shows_names = False
    session.commit()
    shown = call(cast.li_wei, "GET", f"/meetings/{meeting.id}/screen").json
    assert shown["recent"] == []
    assert shown["counts"]["present"] == 1


def test_it_is_given_the_codes_of_a_minute_and_no_more(
    cast: Cast, meeting: Meeting, call: Call, settings: Settings, clock: Any
) -> None:
    clock.move_to(cast.now)
    shown = call(cast.li_wei, "GET", f"/meetings/{meeting.id}/screen").json
    current, key = codes.step_at(cast.now), codes.meeting_key(settings.secret_key, meeting.public_id)
    assert [code["step"] for code in shown["codes"]] == list(range(current, current + 7))
    assert [code["digits"] for code in shown["codes"]] == [
        codes.digits_of(key, code["step"]) for code in shown["codes"]
    ]
    held = f"?after_step={current + 5}"
    assert [c["step"] for c in call(cast.li_wei, "GET", f"/meetings/{meeting.id}/screen{held}").json["codes"]] == [
        current + 6
    ]


@pytest.mark.parametrize("expected", [(-17, "planned", 0), (-16, "planned", 7), (26, "closed", 0)])
def test_there_are_codes_only_while_one_can_check_in_or_nearly(
    cast: Cast, meeting: Meeting, call: Call, clock: Any, expected: tuple[int, str, int]
) -> None:
    minutes, phase, count = expected
    clock.move_to(cast.now + timedelta(minutes=minutes))
    shown = call(cast.li_wei, "GET", f"/meetings/{meeting.id}/screen").json
    assert (shown["phase"], len(shown["codes"])) == (phase, count)
    if count:
        assert shown["codes"][0]["step"] == codes.step_at(meeting.opens_at)


def test_no_code_begins_after_check_in_has_closed(cast: Cast, meeting: Meeting, call: Call, clock: Any) -> None:
    clock.move_to(meeting.closes_at - timedelta(seconds=15))
    shown = call(cast.li_wei, "GET", f"/meetings/{meeting.id}/screen").json
    assert shown["codes"][-1]["step"] == codes.step_at(meeting.closes_at)


def test_a_computer_is_let_in_once_by_key_or_by_digits(cast: Cast, meeting: Meeting, call: Call) -> None:
    header = opened(call, cast, meeting)
    assert call(None, "GET", f"/screens/{meeting.id}", headers=header).json["counts"]["invited"] == 4
    link = call(cast.li_wei, "POST", f"/meetings/{meeting.id}/screen-links").json
    key = link["url"].partition("#")[2]
    assert use(call, key).status_code == 201
    assert refusal(use(call, key)) == (403, "link_invalid")
    assert refusal(use(call, link["digits"])) == (403, "link_invalid")


def test_a_link_ends_after_five_minutes_and_with_the_next_one(
    cast: Cast, meeting: Meeting, call: Call, clock: Any
) -> None:
    clock.move_to(cast.now)
    first = call(cast.li_wei, "POST", f"/meetings/{meeting.id}/screen-links").json
    second = call(cast.li_wei, "POST", f"/meetings/{meeting.id}/screen-links").json
    assert refusal(call(None, "POST", "/screen-sessions", json={"key": first["digits"]})) == (
        403,
        "link_invalid",
    )
    clock.move_to(cast.now + timedelta(minutes=5))
    assert refusal(call(None, "POST", "/screen-sessions", json={"key": second["digits"]})) == (
        403,
        "link_invalid",
    )


@pytest.mark.parametrize("token", ["", "x", "eyJ9.AAAA", "…"])
def test_without_a_token_of_ours_there_is_no_screen(meeting: Meeting, call: Call, token: str) -> None:
    headers = {"X-Screen-Token": token.encode().decode("latin-1")}
    assert refusal(call(None, "GET", f"/screens/{meeting.id}", headers=headers)) == (403, "screen_closed")


def test_a_session_opens_no_other_screen_and_ends(
    session: Session, cast: Cast, meeting: Meeting, call: Call, clock: Any
) -> None:
    clock.move_to(cast.now)
    header = opened(call, cast, meeting)
    other = make_meeting(session, cast)
    assert refusal(call(None, "GET", f"/screens/{other.id}", headers=header)) == (403, "screen_closed")
    clock.move_to(meeting.closes_at + timedelta(hours=1))
    assert refusal(call(None, "GET", f"/screens/{meeting.id}", headers=header)) == (403, "screen_closed")


@pytest.mark.at_the_edges_of_the_day
def test_whose_office_ends_his_screen_goes_dark(session: Session, cast: Cast, meeting: Meeting, call: Call) -> None:
    header = opened(call, cast, meeting)
    grant = session.query(Grant).filter_by(account_id=cast.li_wei.account_id).one()
    identity.end_grant(session, grant_id=grant.id, until_date=cast.today, now=cast.now)
    session.commit()
    assert refusal(call(None, "GET", f"/screens/{meeting.id}", headers=header)) == (403, "screen_closed")


@pytest.mark.parametrize("status", [MeetingStatus.planned, MeetingStatus.cancelled])
def test_another_officer_ends_every_screen_of_a_meeting_at_once(
    session: Session, cast: Cast, meeting: Meeting, call: Call, status: MeetingStatus
) -> None:
    """What is open goes dark, what was not used opens nothing, another meeting's goes on; it leaves one line."""
    other = make_meeting(session, cast)
    elsewhere, headers = opened(call, cast, other), [opened(call, cast, meeting) for _ in range(2)]
    unused = call(cast.wang_fang, "POST", f"/meetings/{meeting.id}/screen-links").json["digits"]
    session.merge(meeting).status = status
    session.commit()
    path = f"/meetings/{meeting.id}/screens/closing"
    assert [call(cast.sun_li, "POST", path).json for _ in range(2)] == [{"closed": 3}, {"closed": 0}]
    for header in headers:
        assert refusal(call(None, "GET", f"/screens/{meeting.id}", headers=header)) == (403, "screen_closed")
    assert refusal(use(call, unused)) == (403, "link_invalid")
    assert call(None, "GET", f"/screens/{other.id}", headers=elsewhere).status_code == 200
    (line,) = session.scalars(select(AuditLine).where(AuditLine.action == "screens_close"))
    assert (line.actor_id, line.subject_id, line.detail) == (cast.sun_li.account_id, meeting.id, {"screens": 3})


@pytest.mark.parametrize("person", ["zhang_min", "zhao_qiang", "inspector", "stranger"])
def test_nobody_else_ends_a_screen(cast: Cast, meeting: Meeting, call: Call, person: str) -> None:
    header = opened(call, cast, meeting)
    assert call(cast.people[person], "POST", f"/meetings/{meeting.id}/screens/closing").status_code in (403, 404)
    assert call(None, "GET", f"/screens/{meeting.id}", headers=header).status_code == 200


def test_the_code_on_the_wall_checks_a_member_in(cast: Cast, meeting: Meeting, call: Call, settings: Settings) -> None:
    shown = call(None, "GET", f"/screens/{meeting.id}", headers=opened(call, cast, meeting)).json
    key = codes.meeting_key(settings.secret_key, meeting.public_id)
    url = codes.payload_url(settings.base_url, meeting.public_id, codes.code_of(key, shown["codes"][0]["step"]))
    ticket = call(None, "POST", "/check-in-tickets", json={"code": url}).json["ticket"]
    assert call(cast.zhang_min, "POST", "/check-ins", json={"ticket": ticket}).status_code == 201
    after = call(cast.li_wei, "GET", f"/meetings/{meeting.id}/screen").json
    assert (after["counts"]["present"], after["recent"][0]["name"]) == (1, "张敏")
