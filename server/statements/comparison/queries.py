"""Branches side by side: score, attendance, reviews, and what waits; a fixed number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ScalarSelect, Select, and_, case, func, select
from sqlalchemy.orm import Session

from server.claims.models import Claim
from server.claims.rules import ClaimStatus
from server.days import day_start, shanghai_date
from server.meetings.models import Attendance, Invitation, Leave, Meeting, Roster
from server.meetings.rules import LeaveStatus, MeetingStatus, Part, RosterStatus
from server.organizations.history.queries import stage_on
from server.organizations.models import Member, Membership, Organization, OrganizationKind, Stage
from server.pushes import unreachable
from server.statements.comparison.rules import WINDOW_DAYS, ComparedPlace, Comparison, Sums, compare
from server.statements.models import Statement, StatementLine
from server.statements.rules import MONTHLY, StatementStatus

PARTY_MEMBERS = (Stage.full, Stage.probationary)
Found = Iterator[tuple[int, Sums]]


@dataclass(frozen=True, slots=True)
class Overview:
    """An organization's units side by side; averages are of the month `period`, the rest since `since`."""

    organization: Organization
    units: Sequence[Organization]
    comparison: Comparison
    period: str | None
    since: date


def overview(session: Session, *, organization_id: int, now: datetime) -> Overview:
    """Compare the units directly below an organization; a branch is a unit by itself."""
    top = session.get_one(Organization, organization_id)
    below = list(session.scalars(_below(top).order_by(Organization.title)))
    units = [each for each in below if _is_unit(each, top)]
    since = shanghai_date(now) - timedelta(days=WINDOW_DAYS)
    period = session.scalar(_latest_period(top))
    found: dict[int, Sums] = defaultdict(Sums)
    for organization, sums in _gather(session, top, period=period, since=day_start(since), now=now):
        found[organization] += sums
    compared = compare(_place(top), [unit.id for unit in units], map(_place, below), found)
    return Overview(top, units, compared, period, since)


def _gather(session: Session, top: Organization, *, period: str | None, since: datetime, now: datetime) -> Found:
    yield from _members(session, top, shanghai_date(now))
    yield from _scores(session, top, period)
    yield from _attendance(session, top, since, now)
    yield from _reviews(session, top, since)
    yield from _waiting(session, top, now)


def _members(session: Session, top: Organization, today: date) -> Found:
    query = (
        select(Membership.organization_id, func.count())
        .join(Member, Member.id == Membership.member_id)
        .where(
            Membership.organization_id.in_(_ids(top)), Membership.holds_on(today), stage_on(today).in_(PARTY_MEMBERS)
        )
        .group_by(Membership.organization_id)
    )
    return ((place, Sums(members=number)) for place, number in session.execute(query))


def _scores(session: Session, top: Organization, period: str | None) -> Found:
    """The points of the month's lines; those under a negative-list decision are left out, as in statements."""
    query = (
        select(Statement.organization_id, func.sum(StatementLine.total), func.count())
        .join(StatementLine, StatementLine.statement_id == Statement.id)
        .where(Statement.organization_id.in_(_ids(top)), Statement.period == period, ~StatementLine.negative)
        .group_by(Statement.organization_id)
    )
    return ((place, Sums(points=points, scored=lines)) for place, points, lines in session.execute(query))


def _attendance(session: Session, top: Organization, since: datetime, now: datetime) -> Found:
    """Those invited to meetings whose check-in has closed, except those on leave who did not come."""
    same = (Invitation.meeting_id, Invitation.member_id)
    excused = and_(Attendance.member_id.is_(None), Leave.status == LeaveStatus.granted)
    came = case((Attendance.member_id.is_not(None), 1), else_=0)
    query = (
        select(Roster.organization_id, func.sum(case((excused, 0), else_=1)), func.sum(came))
        .select_from(Meeting)
        .join(Roster, Roster.meeting_id == Meeting.id)
        .join(Invitation, Invitation.roster_id == Roster.id)
        .outerjoin(Attendance, and_(Attendance.meeting_id == same[0], Attendance.member_id == same[1]))
        .outerjoin(Leave, and_(Leave.meeting_id == same[0], Leave.member_id == same[1]))
        .where(
            Meeting.root_id == top.root_id,
            Roster.organization_id.in_(_ids(top)),
            Invitation.part == Part.invited,
            Meeting.status != MeetingStatus.cancelled,
            Meeting.starts_at >= since,
            Meeting.closes_at < now,
        )
        .group_by(Roster.organization_id)
    )
    return ((place, Sums(due=int(due), came=int(here))) for place, due, here in session.execute(query))


def _reviews(session: Session, top: Organization, since: datetime) -> Found:
    """How long each claim decided since then waited; added up here, as each database subtracts times in its own way."""
    query = select(Claim.organization_id, Claim.submitted_at, Claim.decided_at).where(
        Claim.root_id == top.root_id, Claim.organization_id.in_(_ids(top)), Claim.decided_at >= since
    )
    for place, submitted_at, decided_at in session.execute(query):
        if submitted_at and decided_at:
            yield place, Sums(decided=1, waited_seconds=int((decided_at - submitted_at).total_seconds()))


def _waiting(session: Session, top: Organization, now: datetime) -> Found:
    ids = _ids(top)
    claims = select(Claim.organization_id).where(Claim.organization_id.in_(ids), Claim.status == ClaimStatus.submitted)
    statements = select(Statement.organization_id).where(
        Statement.organization_id.in_(ids), Statement.status == StatementStatus.frozen
    )
    held = select(Roster.organization_id).join(Meeting, Meeting.id == Roster.meeting_id)
    held = held.where(Roster.organization_id.in_(ids), Meeting.status != MeetingStatus.cancelled)
    rosters = held.where(Roster.status == RosterStatus.open, Meeting.closes_at < now)
    leaves = held.join(Leave, Leave.roster_id == Roster.id).where(Leave.status == LeaveStatus.asked)
    yield from ((place, Sums(claims=number)) for place, number in _counted(session, claims))
    yield from ((place, Sums(leaves=number)) for place, number in _counted(session, leaves))
    yield from ((place, Sums(rosters=number)) for place, number in _counted(session, rosters))
    yield from ((place, Sums(statements=number)) for place, number in _counted(session, statements))
    for each in unreachable.counts(session, top.id):
        yield each.organization_id, Sums(unreached=each.unreachable + each.unknown)


def _counted(session: Session, query: Select[int]) -> Iterable[tuple[int, int]]:
    (place,) = query.selected_columns
    rows = session.execute(query.add_columns(func.count()).group_by(place))
    return ((organization_id, number) for organization_id, number in rows)


def _latest_period(top: Organization) -> Select[str]:
    ours = select(Statement.period).where(Statement.organization_id.in_(_ids(top)), Statement.status.in_(MONTHLY))
    return ours.order_by(Statement.until.desc(), Statement.cutoff_at.desc()).limit(1)


def _is_unit(each: Organization, top: Organization) -> bool:
    return each.parent_id == top.id and each.kind != OrganizationKind.group and each.closed_on is None


def _below(top: Organization) -> Select[Organization]:
    return select(Organization).where(Organization.path.startswith(top.path, autoescape=True))


def _ids(top: Organization) -> ScalarSelect[int]:
    return _below(top).with_only_columns(Organization.id).scalar_subquery()


def _place(organization: Organization) -> ComparedPlace:
    return ComparedPlace(organization.id, organization.ancestor_ids)
