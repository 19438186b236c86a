"""What decides the ledger of those a meeting concerns: part, attendance, leave, standard, entries; read set by set."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from server.meetings.models import Attendance, GuestVisit, HeldCheckIn, Invitation, Leave, Meeting, Roster
from server.meetings.rules import AttendanceState, LeaveStatus, Part, RosterStatus
from server.meetings.settlement.outcomes import Case, GrantedLeave, MemberMeasure, PlannedItem, as_posted
from server.organizations.models import Member
from server.points.models import PointEntry, SourceKind
from server.points.scores.timelines import MemberTimelines
from server.standards.rules import StandardDocument, audience_of

READ_AT_ONCE = 500
COUNTED_AS_GUEST = (GuestVisit.confirmed.is_(True), GuestVisit.counts_for_meeting_id.is_(None))
"""A visit that the host confirmed and that counts for no meeting at home."""

_ROWS = (
    select(Invitation, Roster, Attendance, Leave, HeldCheckIn)
    .join(Roster, Roster.id == Invitation.roster_id)
    .outerjoin(
        Attendance,
        and_(Attendance.meeting_id == Invitation.meeting_id, Attendance.member_id == Invitation.member_id),
    )
    .outerjoin(
        Leave,
        and_(
            Leave.meeting_id == Invitation.meeting_id,
            Leave.member_id == Invitation.member_id,
            Leave.status == LeaveStatus.granted,
        ),
    )
    .outerjoin(
        HeldCheckIn,
        and_(HeldCheckIn.meeting_id == Invitation.meeting_id, HeldCheckIn.member_id == Invitation.member_id),
    )
    .execution_options(populate_existing=True)
)
NOBODY = Case(Part.observer, None, None, None)


@dataclass(frozen=True, slots=True)
class MemberCase:
    """A member and their case. `posted` counts what the meeting ever posted by item, `live` is what of it stands."""

    member: Member
    roster: Roster | None
    case: Case
    live: tuple[PointEntry, ...]
    posted: Counter[str]

    @property
    def is_confirmed(self) -> bool:
        return self.roster is not None and self.roster.status == RosterStatus.confirmed

    @property
    def is_absent(self) -> bool:
        """Whether they were expected, did not come, are not on leave and do not wait for the host's word."""
        case = self.case
        invited = self.roster is not None and case.part is Part.invited
        return invited and case.attendance is None and case.leave is None and not case.held


def planned_items(meeting: Meeting) -> list[PlannedItem]:
    return [PlannedItem(item["code"], Decimal(item["quantity"])) for item in meeting.items]


def ids_on_roster(session: Session, roster_id: int) -> list[int]:
    invited = select(Invitation.member_id).where(Invitation.roster_id == roster_id)
    return sorted(session.scalars(invited))


def ids_of_guests(session: Session, meeting_id: int) -> list[int]:
    """Return everyone who came as a guest, whatever became of the visit."""
    return sorted(session.scalars(select(GuestVisit.member_id).where(GuestVisit.meeting_id == meeting_id)))


def ids_concerned(session: Session, meeting_id: int) -> list[int]:
    """Return everyone on the meeting's lists and its guests."""
    invited = select(Invitation.member_id).where(Invitation.meeting_id == meeting_id)
    return sorted({*session.scalars(invited), *ids_of_guests(session, meeting_id)})


def concerned(session: Session, meeting: Meeting, member_ids: Collection[int]) -> Iterator[MemberCase]:
    """Yield the members by id, each with what decides their ledger; a few statements for every 500."""
    wanted = sorted(set(member_ids))
    for start in range(0, len(wanted), READ_AT_ONCE):
        yield from _Part(session, meeting, wanted[start : start + READ_AT_ONCE]).read()


def measure_of(session: Session, meeting: Meeting, member_id: int) -> MemberMeasure | None:
    """Return what a member is measured by at the meeting; None if they are exempt or have no standard."""
    return _Part(session, meeting, [member_id]).measure(member_id)


class _Part:
    """Up to 500 members, read together."""

    def __init__(self, session: Session, meeting: Meeting, member_ids: Sequence[int]) -> None:
        self._session = session
        self._meeting = meeting
        self._ids = member_ids
        self._day = meeting.day
        self._standing = MemberTimelines(session, member_ids)
        self._measuring = Measuring(self._standing)
        self._entries = self._read_entries()

    def read(self) -> Iterator[MemberCase]:
        cases = self._invited()
        guests = self._guests([member_id for member_id in self._ids if member_id not in cases])
        for member_id in self._ids:
            roster, case = cases.get(member_id) or (None, guests.get(member_id, NOBODY))
            yield self._concerned(member_id, roster, case)

    def _invited(self) -> dict[int, tuple[Roster, Case]]:
        rows = _ROWS.where(Invitation.meeting_id == self._meeting.id, Invitation.member_id.in_(self._ids))
        return {
            invitation.member_id: (roster, self._case(invitation, roster, attendance, leave, held))
            for invitation, roster, attendance, leave, held in self._session.execute(rows)
        }

    def _case(
        self,
        invitation: Invitation,
        roster: Roster,
        attendance: Attendance | None,
        leave: Leave | None,
        held: HeldCheckIn | None,
    ) -> Case:
        return Case(
            part=Part(invitation.part),
            attendance=AttendanceState(attendance.state) if attendance else None,
            leave=GrantedLeave(leave.makeup_until) if leave else None,
            measure=self.measure(invitation.member_id),
            spared=self._measuring.is_spared(invitation.member_id, self._day, roster.organization_id),
            counts_anyway=invitation.counts_anyway,
            held=attendance is None and held is not None and held.waits,
        )

    def _guests(self, member_ids: Sequence[int]) -> dict[int, Case]:
        visits = select(GuestVisit).where(
            GuestVisit.meeting_id == self._meeting.id, GuestVisit.member_id.in_(member_ids), *COUNTED_AS_GUEST
        )
        return {visit.member_id: self._guest(visit) for visit in self._session.scalars(visits)} if member_ids else {}

    def _guest(self, visit: GuestVisit) -> Case:
        measure = self.measure(visit.member_id)
        return Case(Part.invited, AttendanceState(visit.state), None, measure, guest=True)

    def measure(self, member_id: int) -> MemberMeasure | None:
        planned = planned_items(self._meeting)
        return self._measuring.measure(member_id, self._day, planned, self._entries[member_id].ours)

    def _read_entries(self) -> dict[int, "Entries"]:
        """The year's entries that the meeting posted or that lie on its day, and every reversal."""
        found: dict[int, list[PointEntry]] = defaultdict(list)
        ours = and_(PointEntry.source_kind == SourceKind.meeting, PointEntry.source_id == self._meeting.id)
        reversal = PointEntry.source_kind == SourceKind.reversal
        rows = select(PointEntry).where(
            PointEntry.member_id.in_(self._ids),
            PointEntry.year == self._day.year,
            or_(ours, reversal, PointEntry.occurred_on == self._day),
        )
        for entry in self._session.scalars(rows.order_by(PointEntry.member_id, PointEntry.seq)):
            found[entry.member_id].append(entry)
        return {member_id: Entries(found[member_id], self._meeting.id) for member_id in self._ids}

    def _concerned(self, member_id: int, roster: Roster | None, case: Case) -> MemberCase:
        entries = self._entries[member_id]
        return MemberCase(
            member=self._standing.member(member_id),
            roster=roster,
            case=replace(case, claimed=frozenset(entries.claimed())),
            live=entries.live,
            posted=Counter(entry.item_code for entry in entries.ours),
        )


class Measuring:
    """What these members were measured by on the day of a meeting, and whether a miss counts for them."""

    def __init__(self, standing: MemberTimelines) -> None:
        self._standing = standing
        self._in_force: dict[tuple[int, int, str], int | None] = {}

    def measure(
        self, member_id: int, day: date, planned: Sequence[PlannedItem], ours: Sequence[Any]
    ) -> MemberMeasure | None:
        """What the member was measured by that day, if anything. What the meeting posted before decides first, since
        the standard may have changed, and what was recorded of the member been corrected."""
        membership = self._standing.membership_on(member_id, day)
        if membership is None or self._standing.is_exempt(member_id, day):
            return None
        standard_id = ours[-1].standard_id if ours else self._standard_id(member_id, membership.organization_id, day)
        if standard_id is None:
            return None
        kinds, document = self._standing.kinds_on(member_id, day), self._standing.document(standard_id)
        measure = MemberMeasure(standard_id, document, kinds.category, kinds.stage)
        return as_posted(measure, planned, last_posted(document, ours)) if ours else measure

    def is_spared(self, member_id: int, day: date, organization_id: int) -> bool:
        """Whether a miss does not count: they came to their branch that day, or are not of the list's organization."""
        membership = self._standing.membership_on(member_id, day)
        if membership is None or membership.from_date == day:
            return True
        return not self._standing.belongs_to(membership, organization_id)

    def _standard_id(self, member_id: int, organization_id: int, day: date) -> int | None:
        """The standard in force for what the member was that day, if there is one."""
        key = (organization_id, day.year, audience_of(self._standing.kinds_on(member_id, day).stage))
        if key not in self._in_force:
            self._in_force[key] = self._standing.standard_id_if_any(member_id, organization_id, day)
        return self._in_force[key]


class Entries:
    """A member's entries or rows of them: `ours` are those that the meeting ever posted, `live` what of them stands."""

    def __init__(self, entries: Sequence[Any], meeting_id: int) -> None:
        self._all = entries
        self._undone = {entry.reverses_seq: entry.seq for entry in entries if entry.reverses_seq is not None}
        self.ours = [e for e in entries if e.source_kind == SourceKind.meeting and e.source_id == meeting_id]
        self.live = tuple(entry for entry in self.ours if entry.seq not in self._undone)

    def claimed(self) -> Iterator[str]:
        """Yield the items of claims that count, except those approved while our entry stood: the reviewer saw it."""
        for claim in self._all:
            if claim.source_kind != SourceKind.claim or claim.seq in self._undone:
                continue
            if not any(entry.seq < claim.seq < self._undone.get(entry.seq, claim.seq + 1) for entry in self.ours):
                yield claim.item_code


def last_posted(document: StandardDocument, entries: Sequence[Any]) -> set[str]:
    """Return what was posted last in each line of the standard."""
    lines = {item.code: item.line_code for item in document.items}
    return set({lines[each.item_code]: each.item_code for each in entries if each.item_code in lines}.values())
