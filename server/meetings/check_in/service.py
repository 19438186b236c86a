"""The write behind check-in: any number of scans in one transaction, each with an answer of its own.

However many scans there are, the statements are the same few: the meetings are read under a shared lock, so that nobody
slips in behind a settlement, which takes them for update; who is invited, on leave or already there is read once; the
rows are inserted in the order of (meeting, member), and read back to tell a new one from one that was there before.
Writing the same scans again gives the same answers. docs/check-in.md has them all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from sqlalchemy import Row, and_, bindparam, select, update
from sqlalchemy.orm import Session

from server.errors import DomainError, conflict
from server.meetings.check_in.upserts import insert_or_keep, table_of
from server.meetings.models import Attendance, Invitation, Leave, Meeting
from server.meetings.rosters import guests
from server.meetings.rules import (
    AttendanceState,
    CheckInWindow,
    LeaveStatus,
    MeetingStatus,
    Refusal,
    Via,
    refusal,
    state_at,
)
from server.organizations.models import Member
from server.presentation import local_time

MESSAGES = {
    Refusal.too_early: "签到还没有开始，请到时间后再扫一次",
    Refusal.closed: "签到已经结束，如确已到会请联系支部补录",
}

_meetings = table_of(Meeting)
_invitations = table_of(Invitation)
_attendances = table_of(Attendance)
_leaves = table_of(Leave)
_members = table_of(Member)

_IDS = select(_meetings.c.id, _meetings.c.public_id).where(
    _meetings.c.public_id.in_(bindparam("public_ids", expanding=True))
)
_LOCKED = (
    select(
        _meetings.c.id,
        _meetings.c.public_id,
        _meetings.c.root_id,
        _meetings.c.title,
        _meetings.c.place,
        _meetings.c.status,
        _meetings.c.starts_at,
        _meetings.c.opens_at,
        _meetings.c.late_after,
        _meetings.c.closes_at,
    )
    .where(_meetings.c.id.in_(bindparam("meeting_ids", expanding=True)))
    .order_by(_meetings.c.id)
    .with_for_update(read=True)
)
_RECORD = (_attendances.c.state, _attendances.c.via, _attendances.c.scanned_at, _attendances.c.scan_id)
_INVITED = (
    select(
        _invitations.c.meeting_id,
        _invitations.c.member_id,
        _members.c.name,
        _leaves.c.id.label("leave_id"),
        _leaves.c.status.label("leave_status"),
        *_RECORD,
    )
    .join(_members, _members.c.id == _invitations.c.member_id)
    .outerjoin(
        _leaves,
        and_(_leaves.c.meeting_id == _invitations.c.meeting_id, _leaves.c.member_id == _invitations.c.member_id),
    )
    .outerjoin(
        _attendances,
        and_(
            _attendances.c.meeting_id == _invitations.c.meeting_id,
            _attendances.c.member_id == _invitations.c.member_id,
        ),
    )
    .where(
        _invitations.c.meeting_id.in_(bindparam("meeting_ids", expanding=True)),
        _invitations.c.member_id.in_(bindparam("member_ids", expanding=True)),
    )
)
_RECORDED = select(_attendances.c.meeting_id, _attendances.c.member_id, *_RECORD).where(
    _attendances.c.meeting_id.in_(bindparam("meeting_ids", expanding=True)),
    _attendances.c.member_id.in_(bindparam("member_ids", expanding=True)),
)
_ENDING = (LeaveStatus.asked, LeaveStatus.granted)
_END_LEAVES = (
    update(_leaves)
    .where(_leaves.c.id.in_(bindparam("leave_ids", expanding=True)), _leaves.c.status.in_(_ENDING))
    .values(status=LeaveStatus.withdrawn)
)

NOBODY = 0
"""The member behind a 工号 that does not exist: he is answered as one who is not invited."""

Key = tuple[int, int]
"""(meeting, member)."""

AnyRow = Row[*tuple[Any, ...]]


class Result(StrEnum):
    checked_in = "checked_in"
    late = "late"
    already_checked_in = "already_checked_in"
    guest_waiting = "guest_waiting"


_NEW = {AttendanceState.present: Result.checked_in, AttendanceState.late: Result.late}


@dataclass(frozen=True, slots=True)
class Scan:
    """A ticket that held, in someone's hand. `scan_id` is this request's own.

    `helper_id` is the member who enters another (代签) and has to be invited himself; None for one's own, and for an
    officer of the host.
    """

    scan_id: str
    public_id: str
    ticket_id: str
    scanned_at: datetime
    root_id: int | None
    member_id: int
    account_id: int
    via: Via
    helper_id: int | None = None
    end_leave: bool = False
    as_guest: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """The meeting as the answer shows it."""

    id: int
    title: str
    place: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """What stands in the database now; `checked_in_at` is when the code was seen."""

    result: Result
    state: AttendanceState
    via: Via
    checked_in_at: datetime
    member_name: str
    meeting: Place


Answer = Recorded | DomainError
"""A refusal is an answer too, to be raised by whoever asked."""


def window_refusal(meeting: Any, *, scanned_at: datetime) -> DomainError | None:
    """Return why a scan of this meeting (or row of one) does not count, or None if it does."""
    detail = {"opens_at": local_time(meeting.opens_at), "closes_at": local_time(meeting.closes_at)}
    if meeting.status == MeetingStatus.cancelled:
        return conflict("meeting_cancelled", "本次会议已取消，不用签到", **detail)
    settled = meeting.status == MeetingStatus.settled
    why = Refusal.closed if settled else refusal(_window(meeting), scanned_at=scanned_at)
    return None if why is None else conflict(why, MESSAGES[why], **detail)


def write(session: Session, scans: Sequence[Scan], *, now: datetime) -> list[Answer]:
    """Record a batch of scans and return the answer to each, in their order."""
    batch = _read(session, scans)
    answers = {scan.scan_id: batch.answer(scan) for scan in scans}
    fresh = [scan for scan in scans if answers[scan.scan_id] is None]
    if fresh:
        _end_leaves(session, [batch.person(scan) for scan in fresh])
        records = _insert(session, [batch.row(scan, now) for scan in fresh])
        for scan in fresh:
            answers[scan.scan_id] = batch.recorded(scan, records[batch.key(scan)])
    return [answer for answer in answers.values() if answer is not None]


@dataclass(frozen=True, slots=True)
class _Batch:
    """What was read for the scans: meetings by public id, and whoever is invited by meeting and member."""

    session: Session
    meetings: Mapping[str, AnyRow]
    people: Mapping[Key, AnyRow]

    def answer(self, scan: Scan) -> Answer | None:
        """Return the answer that needs no new attendance, or None where one is to be written."""
        meeting = self.meetings.get(scan.public_id)
        if meeting is None:
            return ticket_invalid()
        person = self._invited(scan, meeting)
        if person is None:
            return self._of_stranger(scan, meeting)
        if person.state is not None:
            return self.recorded(scan, person)
        return window_refusal(meeting, scanned_at=scan.scanned_at) or _leave_refusal(scan, person)

    def _invited(self, scan: Scan, meeting: AnyRow) -> AnyRow | None:
        """Return the one to be checked in, if he is invited and whoever helps him is too."""
        if scan.helper_id is not None and (meeting.id, scan.helper_id) not in self.people:
            return None
        return self.people.get((meeting.id, scan.member_id))

    def key(self, scan: Scan) -> Key:
        return self.meetings[scan.public_id].id, scan.member_id

    def person(self, scan: Scan) -> AnyRow:
        return self.people[self.key(scan)]

    def row(self, scan: Scan, now: datetime) -> dict[str, Any]:
        """Return the attendance to insert."""
        meeting = self.meetings[scan.public_id]
        return {
            "meeting_id": meeting.id,
            "member_id": scan.member_id,
            "state": state_at(_window(meeting), scanned_at=scan.scanned_at),
            "via": scan.via,
            "scanned_at": scan.scanned_at,
            "recorded_at": now,
            "account_id": scan.account_id,
            "scan_id": scan.scan_id,
            "ticket_id": scan.ticket_id,
        }

    def recorded(self, scan: Scan, record: AnyRow) -> Recorded:
        """Return what stands in the database: this scan's own record, or the one that was there first."""
        own = record.scan_id == scan.scan_id
        state = AttendanceState(record.state)
        return Recorded(
            _NEW[state] if own else Result.already_checked_in,
            state,
            Via(record.via),
            record.scanned_at,
            self.person(scan).name,
            _place(self.meetings[scan.public_id]),
        )

    def _of_stranger(self, scan: Scan, meeting: AnyRow) -> Answer:
        """Refuse who is not invited, or receive him as a guest if he asks for it and belongs to the same 党委."""
        if not (scan.as_guest and _may_visit(scan, meeting)):
            return _not_invited(scan, meeting)
        if (refused := window_refusal(meeting, scanned_at=scan.scanned_at)) is not None:
            return refused
        visit = guests.visit(
            self.session,
            meeting_id=meeting.id,
            member_id=scan.member_id,
            state=state_at(_window(meeting), scanned_at=scan.scanned_at),
            scanned_at=scan.scanned_at,
            account_id=scan.account_id,
        )
        name = self.session.get_one(Member, scan.member_id).name
        state = AttendanceState(visit.state)
        return Recorded(Result.guest_waiting, state, scan.via, visit.scanned_at, name, _place(meeting))


def _read(session: Session, scans: Sequence[Scan]) -> _Batch:
    """Lock the meetings of the scans and read who is invited."""
    found = session.execute(_IDS, {"public_ids": sorted({scan.public_id for scan in scans})})
    ids = sorted(row.id for row in found)
    if not ids:
        return _Batch(session, {}, {})
    meetings = session.execute(_LOCKED, {"meeting_ids": ids}).all()
    members = {scan.member_id for scan in scans} | {scan.helper_id for scan in scans if scan.helper_id is not None}
    people = session.execute(_INVITED, {"meeting_ids": ids, "member_ids": sorted(members)})
    return _Batch(
        session,
        {meeting.public_id: meeting for meeting in meetings},
        {(person.meeting_id, person.member_id): person for person in people},
    )


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> dict[Key, AnyRow]:
    """Insert what is not there yet, and return what is there now."""
    ordered = sorted(rows, key=lambda row: (row["meeting_id"], row["member_id"]))
    connection = session.connection()
    connection.execute(insert_or_keep(_attendances, connection.dialect.name), ordered)
    keys = {
        "meeting_ids": sorted({row["meeting_id"] for row in rows}),
        "member_ids": sorted({row["member_id"] for row in rows}),
    }
    return {(record.meeting_id, record.member_id): record for record in connection.execute(_RECORDED, keys)}


def _end_leaves(session: Session, people: Iterable[AnyRow]) -> None:
    """销假: who comes after all is on leave no more, nor asks for it."""
    ids = sorted({person.leave_id for person in people if person.leave_status in _ENDING})
    if ids:
        session.execute(_END_LEAVES, {"leave_ids": ids})


def _window(meeting: Any) -> CheckInWindow:
    return CheckInWindow(meeting.opens_at, meeting.late_after, meeting.closes_at)


def _place(meeting: AnyRow) -> Place:
    return Place(meeting.id, meeting.title, meeting.place, meeting.starts_at)


def _may_visit(scan: Scan, meeting: AnyRow) -> bool:
    return scan.via is not Via.helper and bool(scan.root_id == meeting.root_id)


def _not_invited(scan: Scan, meeting: AnyRow) -> DomainError:
    """One answer whether the number is unknown or not invited, so that numbers cannot be probed."""
    if scan.via is Via.helper:
        message = "代签没有成功：您或对方不在本次会议的签到名单上，请核对工号"
    else:
        message = "您不在本次会议的签到名单上，如确应参加请联系支部"
    detail = {"as_guest": _may_visit(scan, meeting)}
    return DomainError("not_invited", message, status=HTTPStatus.FORBIDDEN, detail=detail)


def _leave_refusal(scan: Scan, person: AnyRow) -> DomainError | None:
    if person.leave_status != LeaveStatus.granted or scan.end_leave:
        return None
    return conflict("on_leave", "已批准本次会议的请假，如已到会请确认销假并签到")


def ticket_invalid() -> DomainError:
    return DomainError("ticket_invalid", "签到凭证无效，请重新扫码")
