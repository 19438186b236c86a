"""Proof that the ledger says of every meeting what its lists, attendance and leave come to.

What a settlement would do today is worked out by the same rules, for a page of members at a time instead of a meeting,
and must be nothing. If a member's data changed after a settlement, nobody can know what they said then: only what no
change explains is a finding.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session

from server import clock
from server.audit.models import AuditLine
from server.audit.subjects import AuditSubject
from server.days import shanghai_date
from server.meetings.models import Attendance, GuestVisit, Invitation, Leave, Meeting, Roster
from server.meetings.rules import AttendanceState, LeaveStatus, MeetingStatus, Part, RosterStatus
from server.meetings.settlement.alignment import as_kept, figures_of
from server.meetings.settlement.cases import COUNTED_AS_GUEST, NOBODY, Entries, Measuring, planned_items
from server.meetings.settlement.outcomes import (
    ATTENDED,
    REASON_TITLES,
    Case,
    EntryFigures,
    GrantedLeave,
    ItemOutcome,
    PlannedItem,
    outcomes,
    postings,
)
from server.points.ledger.posted import Posted, member_pages, name_of, posted
from server.points.models import SourceKind
from server.points.scores.timelines import MemberTimelines
from server.verifying import Fault, Findings, Verification

Worked = dict[Hashable, list[ItemOutcome]]
"""Outcomes worked out before: members of a kind with the same case share them."""

_COLUMNS = (
    Invitation.meeting_id,
    Invitation.member_id,
    Invitation.part,
    Invitation.counts_anyway,
    Roster.organization_id,
    Roster.status,
    Roster.confirmed_at,
    Attendance.state,
    Leave.id.label("leave_id"),
    Leave.makeup_until,
)
_INVITED = (
    select(*_COLUMNS)
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
)


@dataclass(frozen=True, slots=True)
class _Held:
    """What is needed of a meeting. `waits`: a job has still to bring the ledger in line with one of its lists."""

    id: int
    day: date
    planned: list[PlannedItem]
    key: Hashable
    settled: bool
    settled_at: datetime | None
    waits: bool


def verify_attendance(session: Session, *, now: datetime) -> Findings:
    """Yield what of a meeting the ledger lacks, or has without its reason; return how many invitations there are."""
    looked = 0
    today, worked = shanghai_date(now), Worked()
    meetings = _Meetings(session, now)
    for member_ids in member_pages(session):
        page = _MembersPage(session, member_ids, meetings, worked, today)
        yield from page.findings()
        looked += page.looked
    return looked


class _Meetings:
    """Meetings by id, each read once."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._held: dict[int, _Held] = {}
        self._waiting = set(session.scalars(select(Roster.meeting_id).where(Roster.due_at <= now)))

    def of(self, meeting_ids: Iterable[int]) -> Mapping[int, _Held]:
        missing = sorted(set(meeting_ids) - self._held.keys())
        for start in range(0, len(missing), 500):
            part = missing[start : start + 500]
            for meeting in self._session.scalars(select(Meeting).where(Meeting.id.in_(part))):
                self._held[meeting.id] = self._read(meeting)
            self._session.expunge_all()
        return self._held

    def _read(self, meeting: Meeting) -> _Held:
        planned = planned_items(meeting)
        return _Held(
            id=meeting.id,
            day=meeting.day,
            planned=planned,
            key=tuple((each.code, each.quantity) for each in planned),
            settled=meeting.status == MeetingStatus.settled,
            settled_at=meeting.settled_at,
            waits=meeting.id in self._waiting,
        )


class _MembersPage:
    """Some members with their meetings."""

    def __init__(
        self, session: Session, member_ids: Sequence[int], meetings: _Meetings, worked: Worked, today: date
    ) -> None:
        self._worked, self._today = worked, today
        self._standing = MemberTimelines(session, member_ids)
        self._measuring = Measuring(self._standing)
        self._entries: dict[int, list[Posted]] = defaultdict(list)
        for each in posted(session, member_ids, SourceKind.meeting, SourceKind.claim, SourceKind.reversal):
            self._entries[each.entry.member_id].append(each)
        self._invited = _keyed(session.execute(_INVITED.where(Invitation.member_id.in_(member_ids))))
        visits = select(GuestVisit.meeting_id, GuestVisit.member_id, GuestVisit.state)
        self._guests = _keyed(session.execute(visits.where(GuestVisit.member_id.in_(member_ids), *COUNTED_AS_GUEST)))
        self._changed = _changed(session, member_ids, self._standing)
        self._keys = sorted({*self._invited, *self._guests, *self._posted_for()})
        self._meetings = meetings.of(meeting_id for meeting_id, _ in self._keys)
        self.looked = len(self._invited)

    def _posted_for(self) -> Iterator[tuple[int, int]]:
        for member_id, entries in self._entries.items():
            for each in entries:
                if each.entry.source_kind == SourceKind.meeting:
                    yield each.entry.source_id, member_id

    def findings(self) -> Iterator[Fault]:
        by_year: dict[tuple[int, int], list[Any]] = defaultdict(list)
        for member_id, entries in self._entries.items():
            for each in entries:
                by_year[member_id, each.entry.year].append(each.entry)
        for meeting_id, member_id in self._keys:
            meeting = self._meetings.get(meeting_id)
            if meeting is None:
                yield from self._without_meeting(meeting_id, member_id)
            elif not meeting.waits:
                entries = [
                    entry
                    for entry in by_year[member_id, meeting.day.year]
                    if entry.source_kind != SourceKind.claim or entry.occurred_on == meeting.day
                ]
                yield from self._of_person(meeting, member_id, Entries(entries, meeting_id))
                yield from self._other_years(meeting, member_id)

    def _without_meeting(self, meeting_id: int, member_id: int) -> Iterator[Fault]:
        for each in self._entries[member_id]:
            if (each.entry.source_kind, each.entry.source_id) == (SourceKind.meeting, meeting_id):
                yield Fault(each.name, "来源", f"会议 {meeting_id}", None)

    def _other_years(self, meeting: _Held, member_id: int) -> Iterator[Fault]:
        for each in self._entries[member_id]:
            ours = (each.entry.source_kind, each.entry.source_id) == (SourceKind.meeting, meeting.id)
            if ours and each.stands and each.entry.year != meeting.day.year:
                yield Fault(each.name, "日期", each.entry.occurred_on, f"会议 {meeting.id} 的 {meeting.day}")

    def _of_person(self, meeting: _Held, member_id: int, entries: Entries) -> Iterator[Fault]:
        row = self._invited.get((meeting.id, member_id))
        confirmed = row is not None and row.status == RosterStatus.confirmed
        if not entries.live and not (meeting.settled or confirmed):
            return
        case = self._case(meeting, member_id, row, entries)
        wanted = postings(self._outcomes(meeting, case), settled=meeting.settled, confirmed=confirmed)
        posted_at = max((at for at in (meeting.settled_at, row.confirmed_at if row else None) if at), default=None)
        known = self._known_since(member_id, meeting.day, posted_at)
        explained = case is not NOBODY and (case.measure is None or case.spared)
        due = {as_kept(each.figures) for each in wanted}
        for entry in entries.live:
            if entry.occurred_on != meeting.day:
                yield Fault(
                    name_of(member_id, entry.seq), "日期", entry.occurred_on, f"会议 {meeting.id} 的 {meeting.day}"
                )
            elif figures_of(entry) not in due and (known or not explained):
                expected = "；".join(_said(each.figures) for each in wanted) or "不计分"
                yield Fault(
                    f"会议 {meeting.id} 与{name_of(member_id, entry.seq)}", "计分", _said(figures_of(entry)), expected
                )
        standing = {figures_of(entry) for entry in entries.live}
        for each in wanted:
            if as_kept(each.figures) not in standing and self._must_stand(each, known, meeting, member_id):
                words = f"{_said(each.figures)}（{REASON_TITLES[each.reason]}）"
                yield Fault(f"会议 {meeting.id}（党员 {member_id}）", "台账记录", None, words)

    def _case(self, meeting: _Held, member_id: int, row: Row[Any] | None, entries: Entries) -> Case:
        claimed = frozenset(entries.claimed())
        if row is not None:
            return Case(
                part=Part(row.part),
                attendance=AttendanceState(row.state) if row.state else None,
                leave=GrantedLeave(row.makeup_until) if row.leave_id else None,
                measure=self._measuring.measure(member_id, meeting.day, meeting.planned, entries.ours),
                spared=self._measuring.is_spared(member_id, meeting.day, row.organization_id),
                claimed=claimed,
                counts_anyway=row.counts_anyway,
            )
        if (visit := self._guests.get((meeting.id, member_id))) is not None:
            measure = self._measuring.measure(member_id, meeting.day, meeting.planned, entries.ours)
            return Case(Part.invited, AttendanceState(visit.state), None, measure, claimed=claimed, guest=True)
        return NOBODY

    def _outcomes(self, meeting: _Held, case: Case) -> list[ItemOutcome]:
        """What the items come to; worked out once for all whose case is the same."""
        measure = case.measure and (case.measure.standard_id, case.measure.category, case.measure.stage)
        leave = case.leave and (case.leave.makeup_until is None or self._today <= case.leave.makeup_until, case.leave)
        person = (case.part, case.attendance, leave, case.spared, case.claimed, case.counts_anyway, case.guest)
        key = (meeting.key, measure, person)
        if key not in self._worked:
            self._worked[key] = outcomes(meeting.planned, case, today=self._today)
        return self._worked[key]

    def _known_since(self, member_id: int, day: date, posted_at: datetime | None) -> bool:
        """Whether what is known of the member today was known when the meeting was posted."""
        unchanged = posted_at is not None and self._changed[member_id] <= posted_at
        return unchanged and not self._standing.may_have_been_exempt(member_id, day)

    def _must_stand(self, outcome: ItemOutcome, known: bool, meeting: _Held, member_id: int) -> bool:
        """Whether an entry must stand; not a presence if a claim counted in its place and was taken back later."""
        if not known:
            return False
        came = outcome.reason in ATTENDED.values()
        claimed = any(
            each.entry.source_kind == SourceKind.claim and not each.stands and each.entry.occurred_on == meeting.day
            for each in self._entries[member_id]
        )
        return not (came and claimed)


def _keyed(rows: Iterable[Any]) -> dict[tuple[int, int], Row[Any]]:
    return {(row.meeting_id, row.member_id): row for row in rows}


def _changed(session: Session, member_ids: Sequence[int], standing: MemberTimelines) -> dict[int, datetime]:
    """Return when each member's data were changed last, as the roster and the audit trail say."""
    found = {member_id: standing.member(member_id).updated_at for member_id in member_ids}
    lines = select(AuditLine.subject_id, func.max(AuditLine.at)).where(
        AuditLine.subject_kind == AuditSubject.member,
        AuditLine.subject_id.in_(member_ids),
        AuditLine.action.in_(("member_transfer", "member_leave")),
    )
    for member_id, at in session.execute(lines.group_by(AuditLine.subject_id)):
        if member_id is not None:
            found[member_id] = max(found[member_id], at)
    return found


def _said(figures: EntryFigures) -> str:
    if figures.owed:
        shares = f"应到 {figures.owed}，到 {figures.attended}，补课 {figures.made_up}，准假 {figures.excused}"
        return f"{figures.item_code} {shares}"
    return f"{figures.item_code} {figures.points.normalize() + 0:f} 分"


ATTENDANCE = Verification(
    "attendance",
    "会议考勤",
    "人次",
    "与台账互相印证",
    lambda session, _: verify_attendance(session, now=clock.now()),
)
