"""A roster as people read it: who was expected, who came, who is on leave."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from server.errors import not_found
from server.identity.models import Account
from server.meetings.models import Attendance, AttendanceChange, HeldCheckIn, Invitation, Leave, Roster
from server.meetings.queries import standing_of
from server.meetings.rules import (
    STANDING_TITLES,
    AttendanceStanding,
    AttendanceState,
    LeaveStatus,
    Part,
    Via,
)
from server.organizations.models import Member

ORDER = (
    AttendanceStanding.held,
    AttendanceStanding.absent,
    AttendanceStanding.expected,
    AttendanceStanding.on_leave,
    AttendanceStanding.late,
    AttendanceStanding.made_up,
    AttendanceStanding.present,
)
"""People whom an officer has to look after come first."""

STATE_TITLES = {state: STANDING_TITLES[AttendanceStanding(state.value)] for state in AttendanceState}


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One person of a roster. `helper` is who checked in for them (代签)."""

    member_id: int
    name: str
    part: Part
    standing: AttendanceStanding
    attendance: Attendance | None
    leave: Leave | None
    helper: str | None

    @property
    def position(self) -> tuple[int, str, int]:
        """Where the line stands in the list: by standing, then name; observers come last."""
        rank = len(ORDER) if self.part is Part.observer else ORDER.index(self.standing)
        return rank, self.name, self.member_id


@dataclass(frozen=True, slots=True)
class RosterTally:
    """How many of the invited stand where; observers are counted apart."""

    invited: int
    standings: Counter[AttendanceStanding]
    observers: int
    observers_present: int
    leave_waiting: int


def lines(session: Session, roster: Roster, *, closes_at: datetime, now: datetime) -> list[RosterLine]:
    """Return everyone on a roster, in the order of the list; one statement."""
    same = (Invitation.meeting_id, Invitation.member_id)
    query = (
        select(
            Invitation.member_id,
            Invitation.part,
            Member.name,
            Attendance,
            Leave,
            HeldCheckIn,
            Account.name.label("recorder"),
        )
        .join(Member, Member.id == Invitation.member_id)
        .outerjoin(Attendance, and_(Attendance.meeting_id == same[0], Attendance.member_id == same[1]))
        .outerjoin(Leave, and_(Leave.meeting_id == same[0], Leave.member_id == same[1]))
        .outerjoin(HeldCheckIn, and_(HeldCheckIn.meeting_id == same[0], HeldCheckIn.member_id == same[1]))
        .outerjoin(Account, Account.id == Attendance.account_id)
        .where(Invitation.roster_id == roster.id)
    )
    found = []
    for member_id, part, name, attendance, leave, held, recorder in session.execute(query):
        helper = recorder if attendance is not None and attendance.via == Via.helper else None
        where = standing_of(attendance, leave, held, closed=now > closes_at)
        found.append(RosterLine(member_id, name, Part(part), where, attendance, leave, helper))
    return sorted(found, key=lambda line: line.position)


def tally(found: Iterable[RosterLine]) -> RosterTally:
    by_part: dict[Part, list[RosterLine]] = {part: [] for part in Part}
    for line in found:
        by_part[line.part].append(line)
    invited, observers = by_part[Part.invited], by_part[Part.observer]
    return RosterTally(
        invited=len(invited),
        standings=Counter(line.standing for line in invited),
        observers=len(observers),
        observers_present=sum(line.attendance is not None for line in observers),
        leave_waiting=sum(line.leave is not None and line.leave.status == LeaveStatus.asked for line in invited),
    )


def changes(session: Session, *, meeting_id: int, member_id: int) -> Sequence[AttendanceChange]:
    """Return what was changed by hand in a person's attendance, oldest first."""
    query = select(AttendanceChange).where(
        AttendanceChange.meeting_id == meeting_id, AttendanceChange.member_id == member_id
    )
    return session.scalars(query.order_by(AttendanceChange.id)).all()


def changes_on(session: Session, roster: Roster, member_id: int) -> Sequence[AttendanceChange]:
    """Return the history of a person of this list. Raises DomainError `not_found` for anyone else."""
    invitation = session.get(Invitation, (roster.meeting_id, member_id))
    if invitation is None or invitation.roster_id != roster.id:
        raise not_found("考勤记录")
    return changes(session, meeting_id=roster.meeting_id, member_id=member_id)
