"""What the level above does with a branch's year: another cut-off, a 代办, a reminder, and all branches at a glance."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.steps import due
from server.annual.steps.charge import Charge, charge_of, delegate_of
from server.annual.steps.courses import Way
from server.annual.steps.error_codes import AnnualErrorCode
from server.annual.steps.holding import held, seen
from server.annual.steps.models import AnnualDelegate
from server.annual.steps.rules import Track, next_step
from server.annual.steps.taking import note
from server.days import shanghai_date
from server.errors import DomainError, conflict, not_found
from server.identity import queries as identity
from server.identity.models import Account
from server.identity.rules import RULES, Permission
from server.organizations.beginning import had_begun
from server.organizations.models import Organization, OrganizationKind
from server.years import service as years
from server.years.models import BranchYear
from server.years.rules import YearState

FILED = (YearState.filed, YearState.archived)


def move_cut_off(
    session: Session, *, organization_id: int, year: int, until: date, reason: str, account_id: int, now: datetime
) -> BranchYear:
    """Give a branch another last day for claims. Raises DomainError 403 `not_in_charge`, 409 as
    `years.move_cut_off`."""
    way = held(session, organization_id, year, now=now)
    _refuse_below(_charge(session, way, account_id, now))
    if way.branch_year.claim_until == until:
        return way.branch_year
    years.move_cut_off(session, way.branch_year, until, account_id=account_id, reason=reason, now=now)
    note(session, way, "year_cut_off", account_id, now, until=until.isoformat())
    return way.branch_year


def appoint(
    session: Session,
    *,
    organization_id: int,
    year: int,
    delegate_id: int,
    reason: str,
    account_id: int,
    now: datetime,
) -> AnnualDelegate:
    """Appoint who takes the secretary's steps of a late year, instead of whoever was appointed before.

    Raises DomainError 403 `not_in_charge`, 409 `not_late`, 422 `cannot_stand_in`.
    """
    way = held(session, organization_id, year, now=now)
    _refuse_below(_charge(session, way, account_id, now))
    current = delegate_of(session, way.branch_year.id)
    if current is not None and current.account_id == delegate_id:
        return current
    if not is_late(session, way, today=shanghai_date(now)):
        message = "逾期满 15 个工作日的，才能指定代办人"
        raise conflict(AnnualErrorCode.not_late, message)
    if not _could_stand_in(session, way, delegate_id, now):
        message = "代办人应是本支部的支部委员，或上级党组织的负责人"
        raise DomainError(AnnualErrorCode.cannot_stand_in, message)
    if current is not None:
        _end(session, current, account_id, now)
    row = AnnualDelegate(
        branch_year_id=way.branch_year.id,
        account_id=delegate_id,
        open=True,
        reason=reason,
        appointed_by=account_id,
        appointed_at=now,
    )
    session.add(row)
    session.flush()
    note(session, way, "year_delegate", account_id, now, delegate_id=delegate_id)
    return row


def dismiss(session: Session, *, organization_id: int, year: int, account_id: int, now: datetime) -> None:
    """End a 代办. Raises DomainError 403 `not_in_charge`, 404 where there is none."""
    way = held(session, organization_id, year, now=now)
    _refuse_below(_charge(session, way, account_id, now))
    current = delegate_of(session, way.branch_year.id)
    if current is None:
        raise not_found("代办人")
    _end(session, current, account_id, now)
    note(session, way, "year_delegate_end", account_id, now, delegate_id=current.account_id)


def is_late(session: Session, way: Way, *, today: date) -> bool:
    """Whether a step of a year has been due for so long that a 代办 may be appointed."""
    if way.branch_year.id is None:
        return False
    steps = ((track, next_step(way.course, way.progress, track)) for track in Track)
    return any(
        step is not None and due.late(session, way.branch_year, track, step, today=today) for track, step in steps
    )


@dataclass(frozen=True, slots=True)
class BranchStanding:
    """How far a branch has come with a year, its next step and by when, and who stands in."""

    way: Way
    next: YearState | None
    due_on: date | None
    late: bool
    delegate: str | None

    @property
    def filed(self) -> bool:
        return self.way.progress.points in FILED


def standings(session: Session, organization: Organization, year: int, *, now: datetime) -> Sequence[BranchStanding]:
    """Return the branches at and below an organization that had begun by the end of a year, in the tree's order."""
    branches = branches_below(session, organization, year)
    ways = [seen(session, each, year, now=now) for each in branches]
    ids = [way.branch_year.id for way in ways if way.branch_year.id is not None]
    days = due.due_days(session, ids)
    named = _delegates(session, ids)
    today = shanghai_date(now)
    found = []
    for way in ways:
        step = next_step(way.course, way.progress)
        row = days.get(way.branch_year.id, {}).get(due.kind_of(Track.points, step)) if step is not None else None
        due_on = row.row.due_on if row is not None and row.row.open else None
        late = due_on is not None and today > due_on
        found.append(BranchStanding(way, step, due_on, late, named.get(way.branch_year.id)))
    return found


def branches_below(session: Session, organization: Organization, year: int) -> Sequence[int]:
    """Return the branches at and below an organization that had begun by the end of a year and are not closed."""
    query = (
        select(Organization.id)
        .where(
            Organization.path.startswith(organization.path, autoescape=True),
            Organization.kind == OrganizationKind.branch,
            Organization.closed_on.is_(None),
            had_begun(date(year, 12, 31)),
        )
        .order_by(Organization.path)
    )
    return session.scalars(query).all()


def _charge(session: Session, way: Way, account_id: int, now: datetime) -> Charge:
    return charge_of(session, way.organization, branch_year_id=way.branch_year.id, account_id=account_id, now=now)


def _refuse_below(charge: Charge) -> None:
    if not charge.supervises:
        message = "由上级党组织办理"
        raise DomainError(AnnualErrorCode.not_in_charge, message, status=HTTPStatus.FORBIDDEN)


def _could_stand_in(session: Session, way: Way, account_id: int, now: datetime) -> bool:
    """Whether an account may use the permission of the year's steps in a branch."""
    grants = identity.grants_of(session, account_id, on=shanghai_date(now))
    roles, above = RULES[Permission.year_work].roles, way.organization.ancestor_ids
    return any(grant.role in roles and grant.organization_id in above for grant in grants)


def _end(session: Session, row: AnnualDelegate, account_id: int, now: datetime) -> None:
    row.open, row.ended_by, row.ended_at = None, account_id, now
    session.flush()


def _delegates(session: Session, branch_year_ids: Collection[int]) -> dict[int, str]:
    query = (
        select(AnnualDelegate.branch_year_id, Account.name)
        .join(Account, Account.id == AnnualDelegate.account_id)
        .where(AnnualDelegate.branch_year_id.in_(branch_year_ids), AnnualDelegate.open.is_(True))
    )
    return dict(session.execute(query).all())
