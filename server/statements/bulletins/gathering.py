"""The facts of a quarter besides statements, as of an instant: attendance and reviews of branches."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.claims.models import Claim, ClaimEvent
from server.days import day_end, day_start
from server.meetings.attendance.queries import Appearance, month_table
from server.meetings.attendance.rules import tally
from server.meetings.models import AttendanceChange
from server.meetings.rules import AttendanceStanding, AttendanceState, LeaveStatus, standing
from server.statements.bulletins.content import MeetingFacts
from server.statements.bulletins.rules import REVIEW_STEPS, Quarter, TimelineStep, waits

MeetingMember = tuple[int, int]


def meetings_of(session: Session, *, branch_id: int, quarter: Quarter, as_of: datetime) -> tuple[MeetingFacts, ...]:
    """Return what a branch's people owed and attended at the meetings of a quarter, as recorded before `as_of`."""
    found: dict[int, list[Appearance]] = {}
    for month in quarter.months:
        table = month_table(session, organization_id=branch_id, month=month, now=as_of)
        for meeting in table.meetings:
            found[meeting.id] = [each for each in table.column(meeting.id) if each.is_owed]
    before = _before(session, found, as_of)
    return tuple(_facts(people, before, as_of) for people in found.values() if people)


def _facts(
    people: list[Appearance], before: dict[MeetingMember, AttendanceState | None], as_of: datetime
) -> MeetingFacts:
    counted = tally(_standing(each, before, as_of) for each in people)
    meeting = people[0].meeting
    return MeetingFacts(
        meeting_id=meeting.id,
        on=meeting.day,
        owed=counted.owed,
        attended=counted.attended,
        made_up=counted.made_up,
        on_leave=counted.on_leave,
    )


def _standing(
    appearance: Appearance, before: dict[MeetingMember, AttendanceState | None], as_of: datetime
) -> AttendanceStanding:
    """Someone's attendance at an instant: later changes by hand are undone."""
    key = (appearance.meeting.id, appearance.invitation.member_id)
    attendance, leave = appearance.attendance, appearance.leave
    known = attendance is not None and attendance.recorded_at < as_of
    state = AttendanceState(attendance.state) if attendance is not None and known else None
    granted = leave is not None and leave.status == LeaveStatus.granted
    decided = leave is not None and leave.decided_at is not None and leave.decided_at < as_of
    # What waited then may have been decided since; either way it was not counted then.
    return standing(before.get(key, state), held=False, on_leave=granted and decided, closed=True)


def _before(
    session: Session, meeting_ids: Collection[int], as_of: datetime
) -> dict[MeetingMember, AttendanceState | None]:
    """Return the state that the first change by hand since an instant replaced."""
    rows = select(AttendanceChange).where(AttendanceChange.meeting_id.in_(meeting_ids), AttendanceChange.at >= as_of)
    found: dict[MeetingMember, AttendanceState | None] = {}
    for change in session.scalars(rows.order_by(AttendanceChange.id)):
        state = AttendanceState(change.before) if change.before else None
        found.setdefault((change.meeting_id, change.member_id), state)
    return found


def reviews_of(
    session: Session, *, branch_ids: Collection[int], quarter: Quarter, as_of: datetime
) -> dict[int, list[int]]:
    """Return, by branch, how many seconds claims waited before each decision of the quarter."""
    since, until = day_start(quarter.begins), min(day_end(quarter.ends), as_of)
    rows = (
        select(Claim.organization_id, ClaimEvent.claim_id, ClaimEvent.kind, ClaimEvent.at)
        .join(Claim, Claim.id == ClaimEvent.claim_id)
        .where(
            Claim.organization_id.in_(branch_ids),
            Claim.submitted_at.is_not(None),
            ClaimEvent.kind.in_(REVIEW_STEPS),
            ClaimEvent.at < until,
        )
        .order_by(ClaimEvent.claim_id, ClaimEvent.id)
    )
    steps: dict[tuple[int, int], list[TimelineStep]] = {}
    for branch_id, claim_id, kind, at in session.execute(rows):
        steps.setdefault((branch_id, claim_id), []).append(TimelineStep(kind, at))
    return _by_branch(branch_ids, steps, since, until)


def _by_branch(
    branch_ids: Iterable[int], steps: dict[tuple[int, int], list[TimelineStep]], since: datetime, until: datetime
) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {branch_id: [] for branch_id in branch_ids}
    for (branch_id, _), timeline in steps.items():
        found[branch_id] += waits(timeline, since=since, until=until)
    return found
