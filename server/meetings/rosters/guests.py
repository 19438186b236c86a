"""双重组织生活, 流动党员: members who came without being on any roster of the meeting, and what it counts for at home.

A visit counts once the host has confirmed it (`hosting.py`). It then stands for a meeting of the same kind and month
at home, as an attendance `elsewhere`; where there is none in that month, it stays a confirmed visit without
`counts_for_meeting_id`, and the settlement of the host's meeting posts that meeting's `earn` items for the guest.
"""

from calendar import monthrange
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from server.days import SHANGHAI
from server.db import changed_rows
from server.meetings.models import Attendance, AttendanceChange, GuestVisit, Invitation, Meeting
from server.meetings.rules import MeetingStatus, Part, Via


def credit_home(session: Session, *, meeting: Meeting, now: datetime) -> list[int]:
    """Count this month's confirmed visits elsewhere for a meeting at home that is about to post absences.

    The caller holds the meeting's lock. Returns the members it credited, none the second time.
    """
    credited: list[int] = []
    if meeting.status == MeetingStatus.cancelled:
        return credited
    for guest_visit, host in _waiting_visits(session, meeting):
        if guest_visit.member_id not in credited and _take(session, guest_visit, meeting):
            count_at_home(session, guest_visit, host=host, home=meeting, now=now)
            credited.append(guest_visit.member_id)
    return credited


def home_meetings(session: Session, *, host: Meeting, member_id: int) -> list[Meeting]:
    """Return the meetings at home that a visit could stand for, the earliest first."""
    query = (
        select(Meeting)
        .join(Invitation, Invitation.meeting_id == Meeting.id)
        .where(
            Invitation.member_id == member_id,
            Invitation.part == Part.invited,
            *_like(host),
            ~_attended(member_id=Invitation.member_id, meeting_id=Meeting.id),
        )
    )
    return list(session.scalars(query.order_by(Meeting.starts_at, Meeting.id)))


def count_at_home(session: Session, guest_visit: GuestVisit, *, host: Meeting, home: Meeting, now: datetime) -> None:
    """Enter a confirmed visit as an attendance of the meeting at home, whose row the caller has locked."""
    if guest_visit.decided_by is None:
        raise ValueError("a visit counts at home once the host has confirmed it")
    reason = f"在“{host.title}”参加，主办方已确认"
    entered = Attendance(
        meeting_id=home.id,
        member_id=guest_visit.member_id,
        state=guest_visit.state,
        via=Via.elsewhere,
        scanned_at=guest_visit.scanned_at,
        recorded_at=now,
        account_id=guest_visit.decided_by,
        reason=reason,
        elsewhere_meeting_id=host.id,
    )
    change = AttendanceChange(
        meeting_id=home.id,
        member_id=guest_visit.member_id,
        before=None,
        after=guest_visit.state,
        reason=reason,
        account_id=guest_visit.decided_by,
        at=now,
    )
    session.add_all([entered, change])
    guest_visit.counts_for_meeting_id = home.id
    session.flush()


def month_of(instant: datetime) -> tuple[datetime, datetime]:
    """Return the month in Shanghai around an instant: its begin, and the begin of the next."""
    local = instant.astimezone(SHANGHAI)
    begin = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return begin, begin + timedelta(days=monthrange(begin.year, begin.month)[1])


def _waiting_visits(session: Session, home: Meeting) -> list[tuple[GuestVisit, Meeting]]:
    """Return the confirmed visits, with their hosts' meetings, of invited people who have no attendance here."""
    query = (
        select(GuestVisit, Meeting)
        .join(Meeting, Meeting.id == GuestVisit.meeting_id)
        .join(Invitation, Invitation.member_id == GuestVisit.member_id)
        .where(
            Invitation.meeting_id == home.id,
            Invitation.part == Part.invited,
            GuestVisit.confirmed.is_(True),
            GuestVisit.counts_for_meeting_id.is_(None),
            *_like(home),
            ~_attended(member_id=GuestVisit.member_id, meeting_id=home.id),
        )
        .order_by(Meeting.starts_at, Meeting.id, GuestVisit.member_id)
    )
    return [(guest_visit, host) for guest_visit, host in session.execute(query)]


def _take(session: Session, guest_visit: GuestVisit, home: Meeting) -> bool:
    """Take a visit for a meeting at home, unless another meeting took it or the host changed their mind meanwhile."""
    free = (
        GuestVisit.meeting_id == guest_visit.meeting_id,
        GuestVisit.member_id == guest_visit.member_id,
        GuestVisit.confirmed.is_(True),
        GuestVisit.counts_for_meeting_id.is_(None),
    )
    return changed_rows(session, update(GuestVisit).where(*free).values(counts_for_meeting_id=home.id)) == 1


def _like(meeting: Meeting) -> list[ColumnElement[bool]]:
    """Other meetings of the same kind in the same month that were not called off."""
    begin, end = month_of(meeting.starts_at)
    return [
        Meeting.id != meeting.id,
        Meeting.root_id == meeting.root_id,
        Meeting.kind == meeting.kind,
        Meeting.status != MeetingStatus.cancelled,
        Meeting.starts_at >= begin,
        Meeting.starts_at < end,
    ]


def _attended(*, member_id: object, meeting_id: object) -> ColumnElement[bool]:
    return (
        select(Attendance.member_id)
        .where(Attendance.meeting_id == meeting_id, Attendance.member_id == member_id)
        .exists()
    )
