"""Small look-ups that everything about meetings shares."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from server.days import day_end, day_start
from server.errors import not_found
from server.meetings.models import Attendance, HeldCheckIn, Leave, Meeting, Roster
from server.meetings.rules import (
    AttendanceStanding,
    AttendanceState,
    MeetingKind,
    MeetingPhase,
    MeetingStatus,
    phase_at,
    standing,
)


def get_meeting(session: Session, meeting_id: int) -> Meeting:
    """Return a meeting. Raises DomainError `not_found`."""
    meeting = session.get(Meeting, meeting_id)
    if meeting is None:
        raise not_found("会议")
    return meeting


def phase_of(meeting: Meeting, now: datetime) -> MeetingPhase:
    """Return where a meeting stands now."""
    return phase_at(MeetingStatus(meeting.status), meeting.window, now=now)


def standing_of(
    attendance: Attendance | None, leave: Leave | None, held: HeldCheckIn | None, *, closed: bool
) -> AttendanceStanding:
    """Return where a person stands at a meeting; `closed` once nobody can check in any more."""
    state = AttendanceState(attendance.state) if attendance else None
    return standing(
        state, held=held is not None and held.waits, on_leave=leave is not None and leave.granted, closed=closed
    )


def rosters_of(session: Session, meeting_id: int) -> list[Roster]:
    """Return a meeting's rosters, oldest first."""
    return list(session.scalars(select(Roster).where(Roster.meeting_id == meeting_id).order_by(Roster.id)))


def meetings_of_organization(
    session: Session,
    organization_id: int,
    *,
    from_day: date | None,
    until: date | None,
    kind: MeetingKind | None,
    phase: MeetingPhase | None,
    before: tuple[datetime, int] | None,
    limit: int,
    now: datetime,
) -> list[tuple[Meeting, int | None]]:
    """Return the meetings an organization hosts or takes part in, newest first, each with its own roster's id."""
    own = select(Meeting.id.label("meeting_id")).where(Meeting.organization_id == organization_id)
    listed = select(Roster.meeting_id).where(Roster.organization_id == organization_id)
    found = own.union(listed).subquery()
    query = (
        select(Meeting, Roster.id)
        .join(found, found.c.meeting_id == Meeting.id)
        .outerjoin(Roster, (Roster.meeting_id == Meeting.id) & (Roster.organization_id == organization_id))
    )
    if from_day is not None:
        query = query.where(Meeting.starts_at >= day_start(from_day))
    if until is not None:
        query = query.where(Meeting.starts_at < day_end(until))
    if kind is not None:
        query = query.where(Meeting.kind == kind)
    if phase is not None:
        query = query.where(*_in_phase(phase, now))
    if before is not None:
        starts_at, meeting_id = before
        earlier = (Meeting.starts_at == starts_at) & (Meeting.id < meeting_id)
        query = query.where((Meeting.starts_at < starts_at) | earlier)
    rows = session.execute(query.order_by(Meeting.starts_at.desc(), Meeting.id.desc()).limit(limit))
    return [(meeting, roster_id) for meeting, roster_id in rows]


def _in_phase(phase: MeetingPhase, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What `rules.phase_at` says, as conditions."""
    if phase in (MeetingPhase.settled, MeetingPhase.cancelled):
        return (Meeting.status == phase.value,)
    planned = Meeting.status == MeetingStatus.planned
    if phase is MeetingPhase.planned:
        return planned, Meeting.opens_at > now
    if phase is MeetingPhase.open:
        return planned, Meeting.opens_at <= now, Meeting.closes_at >= now
    return planned, Meeting.closes_at < now
