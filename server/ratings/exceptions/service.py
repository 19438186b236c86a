"""Noting what the 支委会 decided of a member for a year's stars, and taking a mistaken note back."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from server.annual.steps.charge import charge_of, refuse_without
from server.annual.steps.holding import seen
from server.audit import service as audit
from server.days import shanghai_date
from server.db import added
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict
from server.organizations.queries import membership_on
from server.ratings.error_codes import RatingErrorCode
from server.ratings.exceptions.models import ExceptionKind, StarException


def enter(
    session: Session,
    *,
    organization_id: int,
    year: int,
    member_id: int,
    kind: ExceptionKind,
    reason: str,
    decided_on: date,
    account_id: int,
    now: datetime,
) -> StarException:
    """Note that somebody is 不定星级, or in a 处分影响期, for a year.

    Raises DomainError 403 `not_in_charge`, 409 `already_recorded`, 422 `not_in_results` for whoever does not belong to
    the branch on 31 December, `in_the_future`.
    """
    way = seen(session, organization_id, year, now=now)
    refuse_without(
        charge_of(session, way.organization, branch_year_id=way.branch_year.id, account_id=account_id, now=now)
    )
    held = membership_on(session, member_id=member_id, on=date(year, 12, 31))
    if held is None or held.organization_id != organization_id:
        raise DomainError(RatingErrorCode.not_in_results, f"这名党员 {year} 年 12 月 31 日不在本支部")
    if decided_on > shanghai_date(now):
        raise DomainError(CoreErrorCode.in_the_future, "支委会决定的日期不能晚于今天")
    row = StarException(
        root_id=way.branch_year.root_id,
        organization_id=organization_id,
        member_id=member_id,
        year=year,
        kind=kind,
        reason=reason,
        decided_on=decided_on,
        open=True,
        entered_by=account_id,
        entered_at=now,
    )
    if not added(session, row):
        raise conflict(CoreErrorCode.already_recorded, "这名党员的同一情形已经登记；登记有误的，请先撤回")
    _note(session, row, "star_exception_enter", account_id, now)
    return row


def withdraw(session: Session, *, exception_id: int, reason: str, account_id: int, now: datetime) -> StarException:
    """Take a note back; it stays readable with the reason. Raises DomainError 403 `not_in_charge`, 409 `moved_on`."""
    row = session.get_one(StarException, exception_id, with_for_update=True, populate_existing=True)
    way = seen(session, row.organization_id, row.year, now=now)
    refuse_without(
        charge_of(session, way.organization, branch_year_id=way.branch_year.id, account_id=account_id, now=now)
    )
    if row.open is None:
        raise conflict(CoreErrorCode.moved_on, "这条登记已经撤回")
    row.open, row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = None, account_id, now, reason
    session.flush()
    _note(session, row, "star_exception_withdraw", account_id, now)
    return row


def _note(session: Session, row: StarException, action: str, account_id: int, now: datetime) -> None:
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        now=now,
        detail={"organization_id": row.organization_id, "year": row.year, "kind": row.kind},
        **audit.of(row),
    )
