"""What decides the ledger of those a meeting concerns: part, attendance, leave, standard, entries; read set by set."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.meetings.models import Attendance, GuestVisit, Invitation, Leave, Meeting, Roster
from server.meetings.rules import AttendanceState, LeaveStatus, Part, RosterStatus
from server.meetings.settlement.outcomes import Case, GrantedLeave, Measure, PlannedItem
from server.organizations.models import Member
from server.points.models import PointEntry, SourceKind
from server.points.standing import Standing
from server.standards.rules import StandardDocument, audience_of

READ_AT_ONCE = 500

_ROWS = (
    select(Invitation, Roster, Attendance, Leave)
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
    .execution_options(populate_existing=True)
)
NOBODY = Case(Part.observer, None, None, None)


@dataclass(frozen=True, slots=True)
class Concerned:
    """A member and his case. `posted` counts what the meeting ever posted by item, `live` is what of it stands."""

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
        """Whether he was expected, did not come and is not on leave."""
        invited = self.roster is not None and self.case.part is Part.invited
        return invited and self.case.attendance is None and self.case.leave is None


def planned_items(meeting: Meeting) -> list[PlannedItem]:
    return [PlannedItem(item["code"], Decimal(item["quantity"])) for item in meeting.items]


def ids_on_roster(session: Session, roster_id: int) -> list[int]:
    invited = select(Invitation.member_id).where(Invitation.roster_id == roster_id)
    return sorted(session.scalars(invited))


def ids_of_guests(session: Session, meeting_id: int) -> list[int]:
    """Return who came as a guest, whatever became of the visit."""
    return sorted(session.scalars(select(GuestVisit.member_id).where(GuestVisit.meeting_id == meeting_id)))


def ids_concerned(session: Session, meeting_id: int) -> list[int]:
    """Return everyone on the meeting's lists and its guests."""
    invited = select(Invitation.member_id).where(Invitation.meeting_id == meeting_id)
    return sorted({*session.scalars(invited), *ids_of_guests(session, meeting_id)})


def concerned(session: Session, meeting: Meeting, member_ids: Collection[int]) -> Iterator[Concerned]:
    """Yield the members by id, each with what decides his ledger; a few statements for every 500."""
    wanted = sorted(set(member_ids))
    for start in range(0, len(wanted), READ_AT_ONCE):
        yield from _Part(session, meeting, wanted[start : start + READ_AT_ONCE]).read()


class _Part:
    """Up to 500 members, read together."""

    def __init__(self, session: Session, meeting: Meeting, member_ids: Sequence[int]) -> None:
        self._session = session
        self._meeting = meeting
        self._ids = member_ids
        self._day = meeting.day
        self._standing = Standing(session, member_ids)
        self._documents: dict[tuple[int, str], StandardDocument | None] = {}

    def read(self) -> Iterator[Concerned]:
        cases = self._invited()
        guests = self._guests([member_id for member_id in self._ids if member_id not in cases])
        entries = self._entries()
        for member_id in self._ids:
            roster, case = cases.get(member_id) or (None, guests.get(member_id, NOBODY))
            yield self._concerned(member_id, roster, case, entries[member_id])

    def _invited(self) -> dict[int, tuple[Roster, Case]]:
        rows = _ROWS.where(Invitation.meeting_id == self._meeting.id, Invitation.member_id.in_(self._ids))
        return {
            invitation.member_id: (roster, self._case(invitation, roster, attendance, leave))
            for invitation, roster, attendance, leave in self._session.execute(rows)
        }

    def _case(self, invitation: Invitation, roster: Roster, attendance: Attendance | None, leave: Leave | None) -> Case:
        return Case(
            part=Part(invitation.part),
            attendance=AttendanceState(attendance.state) if attendance else None,
            leave=GrantedLeave(leave.makeup_until) if leave else None,
            measure=self._measure(invitation.member_id),
            spared=self._is_spared(invitation.member_id, roster),
            counts_anyway=invitation.counts_anyway,
        )

    def _guests(self, member_ids: Sequence[int]) -> dict[int, Case]:
        visits = select(GuestVisit).where(
            GuestVisit.meeting_id == self._meeting.id,
            GuestVisit.member_id.in_(member_ids),
            GuestVisit.confirmed.is_(True),
            GuestVisit.counts_for_meeting_id.is_(None),
        )
        return {visit.member_id: self._guest(visit) for visit in self._session.scalars(visits)} if member_ids else {}

    def _guest(self, visit: GuestVisit) -> Case:
        measure = self._measure(visit.member_id)
        return Case(Part.invited, AttendanceState(visit.state), None, measure, guest=True)

    def _measure(self, member_id: int) -> Measure | None:
        """By what the member was measured that day, if by anything."""
        membership = self._standing.membership_on(member_id, self._day)
        if membership is None or self._standing.is_exempt(member_id, self._day):
            return None
        member = self._standing.member(member_id)
        key = (membership.organization_id, audience_of(member.stage))
        if key not in self._documents:
            self._documents[key] = self._document(member_id, membership.organization_id)
        document = self._documents[key]
        return Measure(document, member.category, member.stage) if document else None

    def _document(self, member_id: int, organization_id: int) -> StandardDocument | None:
        try:
            standard_id = self._standing.standard_id(member_id, organization_id, self._day.year)
        except DomainError as refusal:
            if refusal.code != "no_standard":
                raise
            return None
        return self._standing.document(standard_id)

    def _is_spared(self, member_id: int, roster: Roster) -> bool:
        """Whether a miss is not his: he came to his branch that very day, or is not of the list's organization."""
        membership = self._standing.membership_on(member_id, self._day)
        if membership is None or membership.from_date == self._day:
            return True
        return not self._standing.belongs_to(membership, roster.organization_id)

    def _entries(self) -> dict[int, list[PointEntry]]:
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
        return found

    def _concerned(self, member_id: int, roster: Roster | None, case: Case, entries: list[PointEntry]) -> Concerned:
        undone = {entry.reverses_seq: entry.seq for entry in entries if entry.reverses_seq is not None}
        ours = [e for e in entries if e.source_kind == SourceKind.meeting and e.source_id == self._meeting.id]
        claimed = frozenset(_claimed(entries, ours, undone))
        return Concerned(
            member=self._standing.member(member_id),
            roster=roster,
            case=replace(case, claimed=claimed),
            live=tuple(entry for entry in ours if entry.seq not in undone),
            posted=Counter(entry.item_code for entry in ours),
        )


def _claimed(entries: list[PointEntry], ours: list[PointEntry], undone: dict[int, int]) -> Iterator[str]:
    """Yield the items of claims that count, but of those approved while our entry stood: the reviewer saw it."""
    for claim in entries:
        if claim.source_kind != SourceKind.claim or claim.seq in undone:
            continue
        if not any(entry.seq < claim.seq < undone.get(entry.seq, claim.seq + 1) for entry in ours):
            yield claim.item_code
