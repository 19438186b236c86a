"""Who was where: a member's year, an organization's month, and one roster as it is signed."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from server.days import day_start
from server.errors import DomainError
from server.meetings.attendance.rules import AttendanceTally, tally
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.models import Attendance, HeldCheckIn, Invitation, Leave, Meeting, Roster
from server.meetings.queries import standing_of
from server.meetings.rules import (
    AttendanceStanding,
    CheckInRefusal,
    MeetingKind,
    MeetingStatus,
    Part,
    refusal,
)
from server.organizations.models import Member, Membership, Organization, OrganizationKind
from server.organizations.queries import account_names

_STANDING = (
    select(Meeting, Invitation, Attendance, Leave, HeldCheckIn)
    .join(Invitation, Invitation.meeting_id == Meeting.id)
    .outerjoin(Attendance, and_(Attendance.meeting_id == Meeting.id, Attendance.member_id == Invitation.member_id))
    .outerjoin(Leave, and_(Leave.meeting_id == Meeting.id, Leave.member_id == Invitation.member_id))
    .outerjoin(HeldCheckIn, and_(HeldCheckIn.meeting_id == Meeting.id, HeldCheckIn.member_id == Invitation.member_id))
    .order_by(Meeting.starts_at, Meeting.id, Invitation.member_id)
)
_TAKES_PLACE = Meeting.status != MeetingStatus.cancelled


@dataclass(frozen=True)
class Appearance:
    """One person at one meeting they were invited to; `closed` once nobody can check in any more."""

    meeting: Meeting
    invitation: Invitation
    attendance: Attendance | None
    leave: Leave | None
    held: HeldCheckIn | None
    closed: bool

    @cached_property
    def standing(self) -> AttendanceStanding:
        return standing_of(self.attendance, self.leave, self.held, closed=self.closed)

    @property
    def observes(self) -> bool:
        return self.invitation.part == Part.observer

    @property
    def is_owed(self) -> bool:
        """Whether it counts for them: observers owe nothing, and nothing is owed before check-in has closed."""
        return self.closed and not self.observes

    @property
    def makeup_due(self) -> date | None:
        """The day until which a leave granted on that condition is still to be made up."""
        return self.leave.makeup_until if self.leave and self.leave.granted and self.attendance is None else None


def tally_of(appearances: Collection[Appearance]) -> AttendanceTally:
    """Count what one person owed."""
    return tally(each.standing for each in appearances if each.is_owed)


def head_count(appearances: Collection[Appearance]) -> AttendanceTally:
    """Count one meeting's invited people, those still expected among them."""
    return tally(each.standing for each in appearances if not each.observes)


def by_kind(appearances: Collection[Appearance]) -> dict[MeetingKind, AttendanceTally]:
    """Count what one person owed, by kind, in the order of the kinds."""
    present = {MeetingKind(each.meeting.kind) for each in appearances}
    return {
        kind: tally_of([each for each in appearances if each.meeting.kind == kind])
        for kind in MeetingKind
        if kind in present
    }


def of_member(session: Session, *, member_id: int, year: int, now: datetime) -> list[Appearance]:
    """Return a member's meetings of a year, oldest first; cancelled ones are left out."""
    in_year = _between(date(year, 1, 1), date(year + 1, 1, 1))
    rows = _STANDING.where(Invitation.member_id == member_id, _TAKES_PLACE, in_year)
    return list(_appearances(session, rows, now))


@dataclass(slots=True)
class AttendanceRow:
    """One member's month in one branch: a member who moved within a 总支 has a row in each."""

    member: Member
    branch: Organization
    cells: dict[int, Appearance] = field(default_factory=dict)


@dataclass(slots=True)
class AttendanceTable:
    """An organization's month: members by meetings. `rosters` are the lists behind the columns."""

    organization: Organization
    month: str
    meetings: list[Meeting]
    rosters: list[Roster]
    rows: list[AttendanceRow]

    def column(self, meeting_id: int) -> list[Appearance]:
        return [row.cells[meeting_id] for row in self.rows if meeting_id in row.cells]


def month_table(session: Session, *, organization_id: int, month: str, now: datetime) -> AttendanceTable:
    """Return who of an organization was at which meeting of a month `YYYY-MM`.

    Its own lists and those below it count whole, those above it as far as its own people stand on them. Raises
    DomainError `choose_branch`.
    """
    organization = session.get_one(Organization, organization_id)
    if organization.kind == OrganizationKind.party_committee:
        raise DomainError(MeetingErrorCode.choose_branch, "出勤表按支部或总支查看，请选择一个党支部、党总支或党小组")
    people = _People(session, organization, *_days(month))
    found = session.execute(
        select(Meeting, Roster)
        .join(Roster, Roster.meeting_id == Meeting.id)
        .where(Roster.organization_id.in_(people.places), _TAKES_PLACE, _between(*_days(month)))
        .order_by(Meeting.starts_at, Meeting.id, Roster.id)
    ).all()
    rosters = {roster.id: roster for _, roster in found}
    own = [roster.id for roster in rosters.values() if people.is_below(roster.organization_id)]
    wanted = or_(Invitation.roster_id.in_(own), Invitation.member_id.in_(people.member_ids))
    invited = _STANDING.where(Invitation.roster_id.in_(rosters), wanted)
    rows = _rows(session, people, rosters, list(_appearances(session, invited, now)))
    attended = {meeting_id for row in rows for meeting_id in row.cells}
    meetings = {meeting.id: meeting for meeting, roster in found if roster.id in own or meeting.id in attended}
    shown = [roster for roster in rosters.values() if roster.meeting_id in meetings]
    return AttendanceTable(organization, month, list(meetings.values()), shown, rows)


class _People:
    """Who belonged to an organization, or below it, in a month; `places` are those below and above it."""

    def __init__(self, session: Session, organization: Organization, first: date, until: date) -> None:
        self._id = organization.id
        below = Organization.path.startswith(organization.path, autoescape=True)
        wanted = below | Organization.id.in_(organization.ancestor_ids)
        self.places = {each.id: each for each in session.scalars(select(Organization).where(wanted))}
        ids = [each.id for each in self.places.values() if self.is_below(each.id)]
        at_home = Membership.organization_id.in_(ids) | Membership.group_id.in_(ids)
        held = select(Membership).where(at_home, Membership.from_date < until, Membership.ends_after(first))
        self._held: dict[int, list[Membership]] = {}
        for membership in session.scalars(held):
            self._held.setdefault(membership.member_id, []).append(membership)

    @property
    def member_ids(self) -> Collection[int]:
        return self._held.keys()

    def is_below(self, organization_id: int) -> bool:
        return self._id in self.places[organization_id].ancestor_ids

    def branch_of(self, appearance: Appearance, roster: Roster) -> Organization | None:
        """Return the branch someone came in: the list's, or their own that day; None if outside the organization."""
        place = self.places[roster.organization_id]
        if place.kind == OrganizationKind.branch and self.is_below(place.id):
            return place
        day = appearance.meeting.day
        for held in self._held.get(appearance.invitation.member_id, ()):
            if held.holds_on(day):
                return self.places[held.organization_id]
        return place if self.is_below(place.id) else None


def _rows(
    session: Session, people: _People, rosters: dict[int, Roster], appearances: Collection[Appearance]
) -> list[AttendanceRow]:
    ids = {each.invitation.member_id for each in appearances}
    members = {member.id: member for member in session.scalars(select(Member).where(Member.id.in_(ids)))}
    rows: dict[tuple[int, int], AttendanceRow] = {}
    for each in appearances:
        branch = people.branch_of(each, rosters[each.invitation.roster_id])
        if branch is not None:
            member = members[each.invitation.member_id]
            rows.setdefault((branch.id, member.id), AttendanceRow(member, branch)).cells[each.meeting.id] = each
    return [rows[key] for key in sorted(rows)]


def _appearances(
    session: Session, rows: Select[Meeting, Invitation, Attendance, Leave, HeldCheckIn], now: datetime
) -> Iterator[Appearance]:
    for meeting, invitation, attendance, leave, held in session.execute(rows):
        yield Appearance(meeting, invitation, attendance, leave, held, _is_closed(meeting, now))


def _is_closed(meeting: Meeting, now: datetime) -> bool:
    return refusal(meeting.window, scanned_at=now) is CheckInRefusal.closed


def _between(first: date, until: date) -> ColumnElement[bool]:
    """The condition that a meeting begins on a day from `first` on and before `until`, as clocks in Shanghai show."""
    return and_(Meeting.starts_at >= day_start(first), Meeting.starts_at < day_start(until))


def _days(month: str) -> tuple[date, date]:
    """Return the first day of a month `YYYY-MM` and of the next."""
    year, number = map(int, month.split("-"))
    return date(year, number, 1), date(year + number // 12, number % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class SignedRoster:
    """A roster as it is signed: its people in the order of the list, and who acted for whom."""

    meeting: Meeting
    roster: Roster
    organization: Organization
    people: list[tuple[Member, Appearance]]
    actors: dict[int, str]


def signed_roster(session: Session, *, roster_id: int, now: datetime) -> SignedRoster:
    """Return one organization's own list of a meeting."""
    roster = session.get_one(Roster, roster_id)
    rows = _STANDING.add_columns(Member).join(Member, Member.id == Invitation.member_id)
    people = [
        (member, Appearance(meeting, invitation, attendance, leave, held, _is_closed(meeting, now)))
        for meeting, invitation, attendance, leave, held, member in session.execute(
            rows.where(Invitation.roster_id == roster_id)
        )
    ]
    people.sort(key=lambda each: (each[1].observes, each[0].id))
    accounts = {each.attendance.account_id for _, each in people if each.attendance}
    return SignedRoster(
        session.get_one(Meeting, roster.meeting_id),
        roster,
        session.get_one(Organization, roster.organization_id),
        people,
        account_names(session, accounts),
    )
