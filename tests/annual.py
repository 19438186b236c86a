"""A branch's year as the tests of its steps need it: nothing left, a meeting that heard the results, and each step."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.annual.results import service as results
from server.annual.results.models import AnnualEdition
from server.annual.steps import clock, service
from server.annual.steps.models import AnnualReport
from server.annual.steps.rules import ToldWay
from server.annual.steps.service import ToldMember
from server.dues.models import DuesRecord
from server.dues.rules import DuesState
from server.meetings.models import Meeting, Roster
from server.meetings.rules import MeetingKind, MeetingStatus, RosterStatus
from server.organizations.models import Membership, Organization
from server.points import service as points
from server.points.models import SourceKind
from server.points.service import Posting
from server.years.models import BranchYear
from server.years.rules import Warrant, WarrantKind, YearState
from tests.cast import NOW, Cast, Person
from tests.meeting import make_meeting
from tests.settling import came
from tests.years import DRAFTING, OLD

AFTER_CUT_OFF = datetime(2027, 1, 10, 16, 10, tzinfo=UTC)
"""11 January 2027, 00:10 in Shanghai: the clock closes the year."""

MEETING_AT = datetime(2027, 1, 18, 6, tzinfo=UTC)
"""18 January, 14:00 in Shanghai: the members' meeting hears the results."""

REPORTING = datetime(2027, 1, 19, 2, tzinfo=UTC)
"""The next morning, when the list is confirmed and the minutes are written."""


def ready(session: Session, cast: Cast, *, branch: int | None = None) -> None:
    """Let nothing be left of the old year in a branch: openings posted, dues registered. Commits."""
    branch = branch or cast.branch
    members = session.scalars(select(Membership.member_id).where(Membership.organization_id == branch)).all()
    points.open_year(session, member_ids=members, year=OLD, now=NOW)
    for member_id in members:
        for month in range(1, 13):
            session.add(
                DuesRecord(
                    root_id=cast.root,
                    organization_id=branch,
                    member_id=member_id,
                    month=f"{OLD}-{month:02}",
                    due_cents=500,
                    paid_cents=500,
                    paid_on=date(OLD, month, 10),
                    state=DuesState.paid,
                    recorded_by=cast.wang_fang.account_id,
                    recorded_at=NOW,
                )
            )
    session.commit()


def state(session: Session, branch: int) -> YearState:
    """Return how far a branch has come with the old year."""
    session.rollback()
    found = session.scalar(select(BranchYear.state).where(BranchYear.organization_id == branch, BranchYear.year == OLD))
    return YearState(found) if found is not None else YearState.open


def settings(session: Session, organization_id: int, **changes: object) -> None:
    """Set settings of an organization, and commit."""
    organization = session.get_one(Organization, organization_id)
    organization.settings = {**organization.settings, **changes}
    session.commit()


def by_clock(session: Session, act: Callable[..., int], engine: Engine, now: datetime) -> int:
    """Let the clock do something; the test's own session reads nothing meanwhile (SQLite)."""
    session.rollback()
    return act(engine, now=now)


def closed(session: Session, engine: Engine) -> None:
    """Have the clock close the old year after the cut-off."""
    by_clock(session, clock.close_due, engine, AFTER_CUT_OFF)


def draft(session: Session, cast: Cast, *, by: Person | None = None, now: datetime = DRAFTING) -> AnnualEdition:
    """Draw up the results, and commit."""
    by = by or cast.li_wei
    edition = service.draft(session, organization_id=cast.branch, year=OLD, account_id=by.account_id, now=now)
    session.commit()
    return edition


def drafted(session: Session, engine: Engine, cast: Cast) -> AnnualEdition:
    """Bring the branch's old year from nothing to its draft."""
    ready(session, cast)
    closed(session, engine)
    return draft(session, cast)


def assembly(
    session: Session,
    cast: Cast,
    *,
    at: datetime = MEETING_AT,
    present: Sequence[Person] | None = None,
    minutes: str = "通报2026年度积分",
) -> Meeting:
    """Hold a members' meeting: the list confirmed, the minutes written. 张敏 is not there unless named. Commits."""
    meeting = make_meeting(session, cast, kind=MeetingKind.members_meeting, items=(), starts_at=at)
    came(session, meeting, *(present if present is not None else (cast.wang_fang, cast.li_wei, cast.sun_li)))
    meeting.minutes, meeting.status = minutes, MeetingStatus.settled
    roster = session.scalars(select(Roster).where(Roster.meeting_id == meeting.id)).one()
    roster.status, roster.confirmed_by, roster.confirmed_at = RosterStatus.confirmed, cast.li_wei.account_id, at
    session.commit()
    return meeting


def told(person: Person, *, on: date = date(2027, 1, 18), way: ToldWay = ToldWay.visit) -> ToldMember:
    return ToldMember(person.member_id, way, on)


def report(
    session: Session,
    cast: Cast,
    meeting: Meeting,
    *,
    also: Collection[ToldMember] | None = None,
    by: Person | None = None,
    now: datetime = REPORTING,
) -> AnnualReport:
    """Note that the meeting heard the results, 张敏 told at home, and commit."""
    row = service.report(
        session,
        organization_id=cast.branch,
        year=OLD,
        meeting_id=meeting.id,
        told=list(also) if also is not None else [told(cast.zhang_min)],
        account_id=(by or cast.li_wei).account_id,
        now=now,
    )
    session.commit()
    return row


def reported(session: Session, engine: Engine, cast: Cast) -> AnnualReport:
    """Bring the branch's old year from nothing to its report."""
    drafted(session, engine, cast)
    return report(session, cast, assembly(session, cast))


def corrected(
    session: Session,
    cast: Cast,
    person: Person,
    *,
    now: datetime = REPORTING,
    kind: SourceKind = SourceKind.claim,
    source: int = 1,
) -> AnnualEdition:
    """Have one more point counted for somebody and their result drawn up anew, as an upheld objection does. Commits."""
    warrant = Warrant(WarrantKind.upheld_objection, 1)
    posting = Posting(person.member_id, "C04", date(OLD, 12, 30), kind, source, points=Decimal(1))
    points.post(session, [posting], now=now, warrant=warrant)
    edition = results.supersede(
        session,
        organization_id=cast.branch,
        year=OLD,
        member_ids=[person.member_id],
        warrant=warrant,
        account_id=None,
        now=now,
    )
    session.commit()
    return edition
