"""What the screen shows: the meeting, how many are there, who came last, and the codes of the next minute."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from server.config import Settings
from server.identity.models import Account
from server.meetings.check_in.codes import meeting_key, step_at
from server.meetings.held.waiting import waiting_count
from server.meetings.models import Attendance, HeldCheckIn, Invitation, Leave, Meeting
from server.meetings.queries import phase_of
from server.meetings.rules import LeaveStatus, MeetingPhase, Part, Via
from server.meetings.screen.pictures import STEP, CodePicture, picture
from server.organizations.models import Member, Organization

AHEAD = 6
"""Codes of this many steps to come are handed out with the current one: a minute without network."""

RECENT = 12


@dataclass(frozen=True, slots=True)
class Counts:
    """Of those invited; observers apart. `missing` = neither there nor on leave; `held` of all wait for the host."""

    invited: int
    present: int
    leave: int
    observers: int
    held: int = 0

    @property
    def missing(self) -> int:
        return max(self.invited - self.present - self.leave, 0)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Someone who came. `helper` is whose phone it was (代签)."""

    name: str
    at: datetime
    helper: str | None


@dataclass(frozen=True, slots=True)
class Screen:
    meeting: Meeting
    organization: str
    phase: MeetingPhase
    counts: Counts
    recent: tuple[Arrival, ...]
    codes: tuple[CodePicture, ...]


def screen(session: Session, meeting: Meeting, *, settings: Settings, after_step: int | None, now: datetime) -> Screen:
    """Return what a screen that already holds the codes up to `after_step` has to know."""
    phase = phase_of(meeting, now)
    return Screen(
        meeting,
        _organization(session, meeting.organization_id),
        phase,
        _counts(session, meeting.id),
        _recent(session, meeting.id) if meeting.shows_names else (),
        _codes(meeting, phase, settings, after_step, now),
    )


def _codes(
    meeting: Meeting, phase: MeetingPhase, settings: Settings, after_step: int | None, now: datetime
) -> tuple[CodePicture, ...]:
    """Draw the codes from the current step on; none before check-in opens, none that begins after it has closed."""
    opens_soon = phase is MeetingPhase.planned and meeting.opens_at - now <= AHEAD * STEP
    if phase is not MeetingPhase.open and not opens_soon:
        return ()
    current = step_at(max(now, meeting.opens_at))
    first = current if after_step is None else max(current, after_step + 1)
    last = min(current + AHEAD, step_at(meeting.closes_at))
    key = meeting_key(settings.secret_key, meeting.public_id)
    return tuple(
        picture(key, step, base_url=settings.base_url, public_id=meeting.public_id) for step in range(first, last + 1)
    )


def _organization(session: Session, organization_id: int) -> str:
    """Return “总支 · 支部”, or the title alone of an organization right below the 党委."""
    own = session.get_one(Organization, organization_id)
    above = session.get(Organization, own.parent_id) if own.parent_id else None
    if above is None or above.parent_id is None:
        return own.title
    return f"{above.title} · {own.title}"


def _counts(session: Session, meeting_id: int) -> Counts:
    same = (Invitation.meeting_id, Invitation.member_id)
    granted = and_(Leave.meeting_id == same[0], Leave.member_id == same[1], Leave.status == LeaveStatus.granted)
    rows = session.execute(
        select(
            Invitation.part,
            func.count(),
            func.count(Attendance.member_id),
            func.count(case((Attendance.member_id.is_(None), Leave.id))),
        )
        .outerjoin(Attendance, and_(Attendance.meeting_id == same[0], Attendance.member_id == same[1]))
        .outerjoin(Leave, granted)
        .where(Invitation.meeting_id == meeting_id)
        .group_by(Invitation.part)
    )
    by_part = {Part(part): (people, present, leave) for part, people, present, leave in rows}
    people, present, leave = by_part.get(Part.invited, (0, 0, 0))
    held = waiting_count(session, HeldCheckIn.meeting_id == meeting_id)
    return Counts(people, present, leave, observers=by_part.get(Part.observer, (0, 0, 0))[1], held=held)


def _recent(session: Session, meeting_id: int) -> tuple[Arrival, ...]:
    rows = session.execute(
        select(Member.name, Attendance.scanned_at, Attendance.via, Account.name)
        .join(Member, Member.id == Attendance.member_id)
        .join(Account, Account.id == Attendance.account_id)
        .where(Attendance.meeting_id == meeting_id, Attendance.via.in_((Via.qr, Via.digits, Via.helper, Via.manual)))
        .order_by(Attendance.scanned_at.desc(), Attendance.member_id)
        .limit(RECENT)
    )
    return tuple(Arrival(name, at, by if via == Via.helper else None) for name, at, via, by in rows)


def stays_open_until(meeting: Meeting, now: datetime) -> datetime:
    """Return until when a session on this meeting's screen lasts: an hour after check-in, twelve hours at most."""
    return min(meeting.closes_at + timedelta(hours=1), now + timedelta(hours=12))
