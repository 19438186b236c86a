"""Check-in over HTTP: every answer of docs/check-in.md, replays, helpers, guests, digits."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server import clock, config
from server.meetings import codes
from server.meetings.models import Attendance, CodeExchange, GuestVisit, Leave, Meeting, Roster
from server.meetings.rules import LeaveStatus, MeetingStatus, Part
from server.meetings.tickets import Ticket, write_ticket
from server.standards.rules import LeaveKind
from tests.cast import NOW, Cast, Person
from tests.conftest import Call
from tests.meeting import make_meeting

Screen = Callable[..., str]


@pytest.fixture
def meeting(session: Session, cast: Cast) -> Meeting:
    return make_meeting(session, cast, observers=[cast.chen_jing])


@pytest.fixture
def code(settings: config.Settings, meeting: Meeting) -> Screen:
    """Return what the screen shows at an instant (default: now)."""

    def code(at: datetime | None = None, *, of: Meeting = meeting) -> str:
        key = codes.meeting_key(settings.secret_key, of.public_id)
        return f"{of.public_id}.{codes.code_of(key, codes.step_at(at or clock.now()))}"

    return code


@pytest.fixture
def ticket(settings: config.Settings, meeting: Meeting) -> Screen:
    """Return a ticket for a code seen at an instant (default: now)."""

    def ticket(at: datetime | None = None, *, of: str | None = None, digits: bool = False) -> str:
        seen = Ticket(of or meeting.public_id, "a" * 32, at or clock.now(), digits)
        return write_ticket(settings.secret_key, seen)

    return ticket


def refusal(response: TestResponse) -> tuple[int, str]:
    assert response.json is not None
    return response.status_code, response.json["error"]["code"]


def said(response: TestResponse) -> tuple[int, str]:
    assert response.json is not None
    return response.status_code, response.json["result"]


def rows(session: Session, meeting: Meeting) -> dict[int, Attendance]:
    session.rollback()
    found = session.scalars(
        select(Attendance).where(Attendance.meeting_id == meeting.id).execution_options(populate_existing=True)
    )
    return {row.member_id: row for row in found}


def grant_leave(
    session: Session, meeting: Meeting, person: Person, status: LeaveStatus = LeaveStatus.granted
) -> Leave:
    roster_id = session.scalars(select(Roster.id).where(Roster.meeting_id == meeting.id)).first()
    assert roster_id is not None
    leave = Leave(
        meeting_id=meeting.id,
        member_id=person.member_id,
        roster_id=roster_id,
        kind=LeaveKind.sick,
        reason="发热",
        status=status,
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
        "starts_at": "2026-06-18T10:05:00+08:00",
        "host": "教工第一党支部",
    }
    answer = call(cast.zhang_min, "POST", "/check-ins", json={"ticket": exchanged.json["ticket"]})
    assert said(answer) == (201, "checked_in")
    assert (answer.json["member_name"], answer.json["meeting"]["id"]) == ("张敏", meeting.id)
    row = rows(session, meeting)[cast.zhang_min.member_id]
    assert (row.state, row.via, row.account_id) == ("present", "qr", cast.zhang_min.account_id)
    assert answer.json["checked_in_at"].startswith("2026-06-18T10:00:")
