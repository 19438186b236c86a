"""Steps that the tests of settling a meeting take again and again."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.meetings.models import Attendance, Leave, Meeting, Roster
from server.meetings.queries import rosters_of
from server.meetings.rules import AttendanceState, LeaveStatus, Via
from server.meetings.settlement import queries as settlement_queries
from server.meetings.settlement import service as settlement
from server.points.models import PointEntry, SourceKind
from server.points.verification import verify_ledger, verify_scores
from server.standards.rules import LeaveKind
from tests.cast import NOW, Cast, Person

CLOSED = NOW + timedelta(hours=1)
"""After check-in of a meeting of `make_meeting`, before its settlement."""

DUE = NOW + timedelta(hours=25)
"""When its presence is posted."""

Line = tuple[str, str, int]
"""(item, points, revision) of a ledger entry."""


def came(session: Session, meeting: Meeting, *people: Person, state: AttendanceState = AttendanceState.present) -> None:
    """Enter that these people came, and commit."""
    for person in people:
        session.merge(
            Attendance(
                meeting_id=meeting.id,
                member_id=person.member_id,
                state=state,
                via=Via.manual,
                scanned_at=meeting.starts_at,
                recorded_at=meeting.starts_at,
                account_id=person.account_id,
            )
        )
    session.commit()


def excused(session: Session, meeting: Meeting, person: Person, *, makeup_until: date | None = None) -> Leave:
    """Grant a leave, on condition of a 补课 if a day is given, and commit."""
    leave = Leave(
        meeting_id=meeting.id,
        member_id=person.member_id,
        roster_id=roster_of(session, meeting).id,
        kind=LeaveKind.personal,
        reason="家中有事",
        status=LeaveStatus.granted,
        makeup_until=makeup_until,
        asked_by=person.account_id,
        asked_at=NOW,
    )
    session.add(leave)
    session.commit()
    return leave


def roster_of(session: Session, meeting: Meeting, organization_id: int | None = None) -> Roster:
    """Return the meeting's list of an organization (default: the first)."""
    rosters = rosters_of(session, meeting.id)
    return next(each for each in rosters if organization_id in (None, each.organization_id))


def settled(session: Session, meeting: Meeting, *, now: datetime = DUE) -> None:
    """Settle in one transaction."""
    assert settlement.settle(session, meeting_id=meeting.id, now=now)
    session.commit()


def confirmed(
    session: Session,
    cast: Cast,
    roster: Roster,
    *,
    now: datetime = CLOSED,
    count_anyway: Collection[Person] = (),
    by: Person | None = None,
) -> Roster:
    """Have 李伟, or another, confirm a list as it stands."""
    meeting = session.get_one(Meeting, roster.meeting_id)
    found = settlement.confirm(
        session,
        roster_id=roster.id,
        absent=settlement_queries.absent_ids(session, meeting, roster.id),
        count_anyway=[person.member_id for person in count_anyway],
        account_id=(by or cast.li_wei).account_id,
        now=now,
    )
    session.commit()
    return found


def reopened(session: Session, cast: Cast, roster: Roster, *, now: datetime) -> None:
    settlement.reopen(session, roster_id=roster.id, reason="名单有误", account_id=cast.li_wei.account_id, now=now)
    session.commit()


def adjusted(session: Session, cast: Cast, meeting: Meeting, person: Person, *, now: datetime = DUE) -> None:
    settlement.adjust(
        session, meeting_id=meeting.id, member_ids=[person.member_id], account_id=cast.li_wei.account_id, now=now
    )
    session.commit()


def live_entries(session: Session, meeting: Meeting, person: Person) -> Sequence[PointEntry]:
    """Return the member's entries of the meeting that nobody took back."""
    rows = session.scalars(
        select(PointEntry).where(PointEntry.member_id == person.member_id).order_by(PointEntry.seq)
    ).all()
    undone = {row.reverses_seq for row in rows}
    ours = [row for row in rows if row.source_kind == SourceKind.meeting and row.source_id == meeting.id]
    return [row for row in ours if row.seq not in undone]


def live(session: Session, meeting: Meeting, person: Person) -> list[Line]:
    return [(each.item_code, plain(each.points), each.revision) for each in live_entries(session, meeting, person)]


def quantities(session: Session, meeting: Meeting, person: Person) -> list[tuple[int, int, int, int]]:
    """Return owed, attended, made up and excused of what stands."""
    found = live_entries(session, meeting, person)
    return [(each.owed, each.attended, each.made_up, each.excused) for each in found]


def plain(points: Decimal) -> str:
    return format(points.normalize() + 0, "f")


def check_books(session: Session) -> None:
    """The chains are whole and every score is what its ledger gives."""
    assert list(verify_ledger(session)) == []
    assert list(verify_scores(session)) == []
