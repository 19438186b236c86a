"""What confirming a list would mean for everyone on it, and what of it stands already."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.meetings.models import Meeting, Roster
from server.meetings.rules import AttendanceStanding, Part, standing
from server.meetings.settlement.alignment import is_posted
from server.meetings.settlement.cases import MemberCase, concerned, ids_on_roster, planned_items
from server.meetings.settlement.outcomes import REASON_TITLES, ItemOutcome, outcomes


@dataclass(frozen=True, slots=True)
class Effect:
    """One item for one person, and whether the ledger says so already."""

    outcome: ItemOutcome
    posted: bool

    @property
    def words(self) -> str:
        return REASON_TITLES[self.outcome.reason]


@dataclass(frozen=True, slots=True)
class PreviewRow:
    person: MemberCase
    standing: AttendanceStanding
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class ListPreview:
    """A list before or after it is confirmed. `pending`: not everyone's ledger is in line yet, the job goes on."""

    meeting: Meeting
    roster: Roster
    closed: bool
    pending: bool
    rows: list[PreviewRow]

    @property
    def held(self) -> list[int]:
        """The people whose check-ins have to be decided before the list is confirmed."""
        return [row.person.member.id for row in self.rows if row.person.case.held]

    @property
    def absent(self) -> list[int]:
        return [row.person.member.id for row in self.rows if row.person.is_absent]


def preview(session: Session, *, roster_id: int, now: datetime) -> ListPreview:
    """Return what the list comes to once confirmed, person by person in the order of ids."""
    roster = session.get_one(Roster, roster_id)
    meeting = session.scalars(select(Meeting).where(Meeting.id == roster.meeting_id)).one()
    closed = now > meeting.closes_at
    people = concerned(session, meeting, ids_on_roster(session, roster_id))
    rows = [_row(meeting, person, closed=closed, today=shanghai_date(now)) for person in people]
    return ListPreview(meeting, roster, closed, roster.due_at is not None and roster.due_at <= now, rows)


def _row(meeting: Meeting, person: MemberCase, *, closed: bool, today: date) -> PreviewRow:
    case = person.case
    found = outcomes(planned_items(meeting), case, today=today)
    effects = tuple(Effect(outcome, is_posted(meeting, person, outcome)) for outcome in found)
    on_leave = case.leave is not None and case.part is Part.invited
    return PreviewRow(person, standing(case.attendance, held=case.held, on_leave=on_leave, closed=closed), effects)
