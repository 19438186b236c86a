"""Check-in over HTTP: every answer of docs/check-in.md, replays, helpers, guests, digits."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server import clock, config
from server.meetings.check_in import codes, committer
from server.meetings.check_in.tickets import Ticket, write_ticket
from server.meetings.models import Attendance, CodeExchange, GuestVisit, Leave, Meeting, Roster
from server.meetings.rules import LeaveStatus, MeetingStatus
from server.organizations.models import Member
from server.standards.rules import LeaveKind
from tests.api.answers import refusal
from tests.cast import NOW, Cast, Person
from tests.conftest import Call
from tests.meeting import make_meeting

Screen = Callable[..., str]


@pytest.fixture(autouse=True)
def _drained(app: OpenAPI) -> Iterator[None]:
    """Nothing of one test is written into the next one's database."""
    yield
    app.extensions["committer"].drain()


@pytest.fixture
def meeting(session: Session, cast: Cast) -> Meeting:
    return make_meeting(session, cast, observers=[cast.chen_jing])


@pytest.fixture
def code(settings: config.Settings, meeting: Meeting) -> Screen:
    """Return what the screen shows at an instant (default: now)."""

    public_id = meeting.public_id

    def code(at: datetime | None = None) -> str:
        key = codes.meeting_key(settings.secret_key, public_id)
        return f"{public_id}.{codes.code_of(key, codes.step_at(at or clock.now()))}"

    return code


@pytest.fixture
def ticket(settings: config.Settings, meeting: Meeting) -> Screen:
    """Return a ticket for a code seen at an instant (default: now)."""

    public_id = meeting.public_id

    def ticket(at: datetime | None = None, *, of: str = public_id) -> str:
        seen = Ticket(of, "a" * 32, at or clock.now())
        return write_ticket(settings.secret_key, seen)

    return ticket


def said(response: TestResponse) -> tuple[int, str]:
    assert response.json is not None
    return response.status_code, response.json["result"]


def rows(session: Session, meeting: Meeting) -> dict[int, Attendance]:
    session.rollback()
    found = session.scalars(
        select(Attendance).where(Attendance.meeting_id == meeting.id).execution_options(populate_existing=True)
    )
    return {row.member_id: row for row in found}


def grant_leave(session: Session, meeting: Meeting, person: Person) -> Leave:
    roster_id = session.scalars(select(Roster.id).where(Roster.meeting_id == meeting.id)).first()
    assert roster_id is not None
    leave = Leave(
        meeting_id=meeting.id,
        member_id=person.member_id,
        roster_id=roster_id,
        kind=LeaveKind.sick,
        reason="发热",
        status=LeaveStatus.granted,
        asked_by=person.account_id,
        asked_at=NOW,
    )
    session.add(leave)
    session.commit()
    return leave


def test_a_code_becomes_a_ticket_and_the_ticket_a_record(
    call: Call, cast: Cast, session: Session, meeting: Meeting, code: Screen
) -> None:
    exchanged = call(None, "POST", "/check-in-tickets", json={"code": code()})
    assert exchanged.status_code == 201
    assert exchanged.json["meeting"] == {
        "title": "6 月主题党日",
        "place": "明德楼 305",
        "starts_at": "2026-06-18T00:35:00+08:00",
        "host": "教工第一党支部",
    }
    answer = call(cast.zhang_min, "POST", "/check-ins", json={"ticket": exchanged.json["ticket"]})
    assert said(answer) == (201, "checked_in")
    assert (answer.json["member_name"], answer.json["meeting"]["id"]) == ("张敏", meeting.id)
    row = rows(session, meeting)[cast.zhang_min.member_id]
    assert (row.state, row.via, row.account_id) == ("present", "qr", cast.zhang_min.account_id)
    assert answer.json["checked_in_at"].startswith("2026-06-18T00:30:")


def test_a_late_scan_says_so(call: Call, cast: Cast, ticket: Screen, meeting: Meeting, session: Session) -> None:
    change(session, meeting, late_after=NOW - timedelta(seconds=1))
    answer = call(cast.zhang_min, "POST", "/check-ins", json={"ticket": ticket()})
    assert (said(answer), answer.json["state"]) == ((201, "late"), "late")


def change(session: Session, meeting: Meeting, **values: Any) -> None:
    session.execute(update(Meeting).where(Meeting.id == meeting.id).values(**values))
    session.commit()


def test_a_repeat_gets_the_first_record(call: Call, cast: Cast, ticket: Screen) -> None:
    first = call(cast.zhang_min, "POST", "/check-ins", json={"ticket": ticket()})
    again = call(cast.zhang_min, "POST", "/check-ins", json={"ticket": ticket()})
    assert (said(first), said(again)) == ((201, "checked_in"), (200, "already_checked_in"))
    assert again.json["checked_in_at"] == first.json["checked_in_at"]


@pytest.mark.parametrize(
    "text", ["x", "test.1.AAAAAAAAAAA", "https://example.org/c/x?t=1.b", "?t=", "\u4f1a.1.AAAAAAAAAAA"]
)
def test_what_is_no_code_is_refused(call: Call, cast: Cast, text: str) -> None:
    assert refusal(call(None, "POST", "/check-in-tickets", json={"code": text})) == (422, "code_invalid")


def test_a_code_counts_in_its_own_step_and_the_two_after_it(call: Call, cast: Cast, code: Screen) -> None:
    shown = code(NOW)
    with time_machine.travel(NOW + timedelta(seconds=29.9), tick=False):
        assert call(None, "POST", "/check-in-tickets", json={"code": shown}).status_code == 201
    with time_machine.travel(NOW + timedelta(seconds=30), tick=False):
        expired = call(None, "POST", "/check-in-tickets", json={"code": shown})
    assert refusal(expired) == (410, "code_expired")
    assert expired.json["error"]["message"] == "会场的二维码每 10 秒更换一次，请对准屏幕上的新码再扫"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"opens_at": NOW + timedelta(minutes=1)}, "too_early"),
        ({"closes_at": NOW - timedelta(seconds=1)}, "closed"),
        ({"status": MeetingStatus.settled}, "closed"),
        ({"status": MeetingStatus.cancelled}, "meeting_cancelled"),
    ],
)
def test_a_meeting_that_takes_nobody_says_why_at_the_code_and_at_the_ticket(  # noqa: PLR0917
    call: Call, cast: Cast, session: Session, meeting: Meeting, code: Screen, ticket: Screen, values: Any, expected: str
) -> None:
    change(session, meeting, **values)
    for answer in (
        call(None, "POST", "/check-in-tickets", json={"code": code()}),
        call(cast.zhang_min, "POST", "/check-ins", json={"ticket": ticket()}),
    ):
        assert refusal(answer) == (409, expected)
        assert set(answer.json["error"]["detail"]) == {"opens_at", "closes_at"}


def test_the_ticket_keeps_the_moment_of_the_scan(
    call: Call, cast: Cast, session: Session, meeting: Meeting, ticket: Screen
) -> None:
    """A cold start or a first binding does not make him late, nor too late."""
    seen = ticket(NOW)
    change(session, meeting, late_after=NOW + timedelta(minutes=1), closes_at=NOW + timedelta(minutes=2))
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        assert said(call(cast.zhang_min, "POST", "/check-ins", json={"ticket": seen})) == (201, "checked_in")
    with time_machine.travel(NOW + timedelta(minutes=10, microseconds=1), tick=False):
        assert refusal(call(cast.wang_fang, "POST", "/check-ins", json={"ticket": seen})) == (410, "ticket_expired")


@pytest.mark.parametrize(
    ("change_of", "code"),
    [
        (lambda text: text[:-1], "ticket_invalid"),
        (lambda text: "x" + text, "ticket_invalid"),
        (lambda text: "x", "ticket_invalid"),
        (lambda _: "\u4f1a.", "invalid_input"),
    ],
)
def test_a_ticket_that_is_not_ours_is_refused(
    call: Call, cast: Cast, ticket: Screen, change_of: Callable[[str], str], code: str
) -> None:
    answer = call(cast.zhang_min, "POST", "/check-ins", json={"ticket": change_of(ticket())})
    assert refusal(answer) == (422, code)


def test_a_ticket_for_a_meeting_that_is_gone_is_refused(call: Call, cast: Cast, ticket: Screen) -> None:
    answer = call(cast.zhang_min, "POST", "/check-ins", json={"ticket": ticket(of="gone")})
    assert refusal(answer) == (422, "ticket_invalid")


@pytest.mark.parametrize("who", ["stranger", "representative"])
def test_who_is_not_bound_to_a_member_binds_first(call: Call, cast: Cast, ticket: Screen, who: str) -> None:
    assert refusal(call(cast.people[who], "POST", "/check-ins", json={"ticket": ticket()})) == (403, "not_bound")
    assert refusal(call(cast.people[who], "POST", "/check-in-digits", json={"digits": "123456"})) == (403, "not_bound")


def test_nobody_checks_in_without_signing_in(call: Call, cast: Cast, ticket: Screen) -> None:
    assert refusal(call(None, "POST", "/check-ins", json={"ticket": ticket()})) == (401, "not_signed_in")


def test_a_guest_is_told_he_may_come_and_waits_for_the_host(
    call: Call, cast: Cast, session: Session, ticket: Screen
) -> None:
    asked = call(cast.wu_gang, "POST", "/check-ins", json={"ticket": ticket()})
    assert (refusal(asked), asked.json["error"]["detail"]) == ((403, "not_invited"), {"as_guest": True})
    for _ in range(2):
        answer = call(cast.wu_gang, "POST", "/check-ins", json={"ticket": ticket(), "as_guest": True})
        assert said(answer) == (202, "guest_waiting")
    assert session.scalar(select(func.count()).select_from(GuestVisit)) == 1


def test_who_is_on_leave_confirms_that_he_came_after_all(
    call: Call, cast: Cast, session: Session, meeting: Meeting, ticket: Screen
) -> None:
    leave = grant_leave(session, meeting, cast.zhang_min)
    assert refusal(call(cast.zhang_min, "POST", "/check-ins", json={"ticket": ticket()})) == (409, "on_leave")
    assert rows(session, meeting) == {}
    session.rollback()
    answer = call(cast.zhang_min, "POST", "/check-ins", json={"ticket": ticket(), "end_leave": True})
    assert said(answer) == (201, "checked_in")
    session.refresh(leave)
    assert leave.status == LeaveStatus.withdrawn


@pytest.fixture
def capital_numbers(session: Session, cast: Cast) -> None:
    """Write the cast's 工号 as real ones are kept."""
    session.execute(update(Member).values(work_number=func.upper(Member.work_number)))
    session.commit()


@pytest.mark.usefixtures("capital_numbers")
def test_a_helper_checks_in_another_and_is_named(
    call: Call, cast: Cast, session: Session, meeting: Meeting, ticket: Screen
) -> None:
    body = {"ticket": ticket(), "for_work_number": "zhang_min"}
    answer = call(cast.wang_fang, "POST", "/check-ins", json=body)
    assert (said(answer), answer.json["member_name"], answer.json["via"]) == ((201, "checked_in"), "张敏", "helper")
    own = call(cast.wang_fang, "POST", "/check-ins", json={"ticket": ticket(), "for_work_number": "wang_fang"})
    assert (said(own), own.json["via"]) == ((201, "checked_in"), "qr")
    row = rows(session, meeting)[cast.zhang_min.member_id]
    assert (row.via, row.account_id) == ("helper", cast.wang_fang.account_id)


@pytest.mark.usefixtures("capital_numbers")
@pytest.mark.parametrize(
    ("who", "number"),
    [("zhang_min", "nobody"), ("zhang_min", "wu_gang"), ("wu_gang", "zhang_min"), ("he_hua", "nobody")],
)
def test_an_unknown_number_and_an_uninvited_one_look_the_same(
    call: Call, cast: Cast, ticket: Screen, who: str, number: str
) -> None:
    body = {"ticket": ticket(), "for_work_number": number, "as_guest": True}
    answer = call(cast.people[who], "POST", "/check-ins", json=body)
    assert (refusal(answer), answer.json["error"]["detail"]) == ((403, "not_invited"), {"as_guest": False})


def test_six_digits_become_a_ticket_whose_record_says_so(
    call: Call, cast: Cast, settings: config.Settings, meeting: Meeting
) -> None:
    key = codes.meeting_key(settings.secret_key, meeting.public_id)
    typed = codes.digits_of(key, codes.step_at(clock.now()))
    exchanged = call(cast.zhang_min, "POST", "/check-in-digits", json={"digits": f"{typed[:3]} {typed[3:]}"})
    assert exchanged.status_code == 201
    answer = call(cast.zhang_min, "POST", "/check-ins", json={"ticket": exchanged.json["ticket"]})
    assert (said(answer), answer.json["via"]) == ((201, "checked_in"), "digits")


def test_wrong_digits_are_counted_although_they_are_refused(
    call: Call, cast: Cast, settings: config.Settings, meeting: Meeting
) -> None:
    key = codes.meeting_key(settings.secret_key, meeting.public_id)
    step = codes.step_at(NOW)
    taken = {codes.digits_of(key, each) for each in range(step - 2, step + 30)}
    wrong = next(text for text in map("{:06}".format, range(100)) if text not in taken)
    answers = [call(cast.zhang_min, "POST", "/check-in-digits", json={"digits": wrong}) for _ in range(6)]
    assert [refusal(answer) for answer in answers] == [(422, "code_invalid")] * 5 + [(429, "too_many_tries")]
    assert [answer.json["error"]["detail"].get("tries_left") for answer in answers] == [4, 3, 2, 1, 0, None]


def test_a_campus_behind_one_address_is_not_held_up(call: Call, cast: Cast, code: Screen, ticket: Screen) -> None:
    for _ in range(150):
        assert call(None, "POST", "/check-in-tickets", json={"code": code()}).status_code == 201
        assert call(None, "POST", "/check-in-tickets", json={"code": "x"}).status_code == 422
        assert call(cast.zhang_min, "POST", "/check-ins", json={"ticket": ticket()}).status_code in (200, 201)


def test_exchanges_are_counted_by_step(
    call: Call, app: OpenAPI, session: Session, meeting: Meeting, code: Screen
) -> None:
    shown = code()
    for _ in range(3):
        call(None, "POST", "/check-in-tickets", json={"code": shown})
    app.extensions["committer"].drain()
    session.rollback()
    counted = session.scalars(select(CodeExchange)).one()
    assert (counted.meeting_id, f".{counted.step}." in shown, counted.exchanged) == (meeting.id, True, 3)


def test_too_many_at_once_are_asked_to_come_back(
    client: FlaskClient, cast: Cast, ticket: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "MOST_WAITING", 0)
    headers = {"Authorization": f"Bearer {cast.zhang_min.token}"}
    answer = client.post("/api/v1/check-ins", json={"ticket": ticket()}, headers=headers)
    assert (refusal(answer), answer.headers["Retry-After"]) == ((503, "busy"), "2")
