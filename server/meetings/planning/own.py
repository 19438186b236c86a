"""A member's own view of meetings: which concern them, where they stand, and what it means for their points."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.errors import not_found
from server.meetings.models import Attendance, HeldCheckIn, Invitation, Leave, Meeting
from server.meetings.queries import get_meeting, phase_of, standing_of
from server.meetings.rules import AttendanceStanding, MeetingPhase, Part
from server.meetings.settlement.cases import planned_items
from server.meetings.settlement.outcomes import MemberMeasure, PlannedItem, chosen_item
from server.organizations.queries import home_of
from server.standards.rules import Item

_Joined = Select[Meeting, Invitation, Attendance, Leave, HeldCheckIn]


@dataclass(frozen=True, slots=True)
class OwnMeeting:
    """A meeting with one member's part in it."""

    meeting: Meeting
    invitation: Invitation | None
    attendance: Attendance | None
    leave: Leave | None
    held: HeldCheckIn | None

    @property
    def part(self) -> Part | None:
        return Part(self.invitation.part) if self.invitation else None

    def standing(self, now: datetime) -> AttendanceStanding | None:
        """Where they stand; nothing is expected of an observer, nor of anyone where the meeting is called off."""
        phase = phase_of(self.meeting, now)
        if phase is MeetingPhase.cancelled or (self.part is not Part.invited and self.attendance is None):
            return None
        closed = phase in (MeetingPhase.closed, MeetingPhase.settled)
        return standing_of(self.attendance, self.leave, self.held, closed=closed)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a member's list: what was to come at `seen_at` comes first, earliest first, then the past, latest
    first."""

    seen_at: datetime
    past: bool
    starts_at: datetime
    meeting_id: int


def meetings_of_member(
    session: Session, *, member_id: int, seen_at: datetime, after: Position | None, limit: int
) -> list[OwnMeeting]:
    """Return a page of the meetings a member is invited to or observes."""
    own = _of_member(member_id, invited_only=True)
    found: list[OwnMeeting] = []
    if after is None or not after.past:
        ahead = own.where(Meeting.ends_at >= seen_at, *_beyond(after))
        found += _read(session, ahead.order_by(Meeting.starts_at, Meeting.id).limit(limit))
        after = None
    if len(found) < limit:
        past = own.where(Meeting.ends_at < seen_at, *_beyond(after))
        latest = past.order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        found += _read(session, latest.limit(limit - len(found)))
    return found


def _beyond(after: Position | None) -> Iterator[ColumnElement[bool]]:
    if after is None:
        return
    at_once = Meeting.starts_at == after.starts_at
    if after.past:
        yield (Meeting.starts_at < after.starts_at) | at_once & (Meeting.id < after.meeting_id)
    else:
        yield (Meeting.starts_at > after.starts_at) | at_once & (Meeting.id > after.meeting_id)


def meeting_of_member(session: Session, *, member_id: int, meeting_id: int, now: datetime) -> OwnMeeting:
    """Return a meeting a member is invited to, observes, or could read as one of the host's own.

    Raises DomainError `not_found`.
    """
    get_meeting(session, meeting_id)
    (found,) = _read(session, _of_member(member_id, invited_only=False).where(Meeting.id == meeting_id))
    home = home_of(session, member_id, shanghai_date(now))
    if found.invitation is None and found.meeting.organization_id not in home:
        raise not_found("会议")
    return found


def _of_member(member_id: int, *, invited_only: bool) -> _Joined:
    invited = (Invitation.meeting_id == Meeting.id) & (Invitation.member_id == member_id)
    return (
        select(Meeting, Invitation, Attendance, Leave, HeldCheckIn)
        .join(Invitation, invited, isouter=not invited_only)
        .outerjoin(Attendance, (Attendance.meeting_id == Meeting.id) & (Attendance.member_id == member_id))
        .outerjoin(Leave, (Leave.meeting_id == Meeting.id) & (Leave.member_id == member_id))
        .outerjoin(HeldCheckIn, (HeldCheckIn.meeting_id == Meeting.id) & (HeldCheckIn.member_id == member_id))
    )


def _read(session: Session, query: _Joined) -> list[OwnMeeting]:
    return [OwnMeeting(*row) for row in session.execute(query)]


def items_of(own: OwnMeeting, measure: MemberMeasure | None) -> list[tuple[PlannedItem, Item]]:
    """Return what the meeting counts for, as it concerns this member: nothing for an observer."""
    if measure is None or own.part is not Part.invited:
        return []
    found = ((planned, chosen_item(planned, measure)) for planned in planned_items(own.meeting))
    return [(planned, item) for planned, item in found if item is not None]
