"""不列入管理范围: 支委会研究 → 支部党员大会通过 → 报党总支备案 (《实施方案》一（三）)."""

from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.days import shanghai_date
from server.db import added
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict
from server.identity.models import Account
from server.identity.rules import Permission
from server.organizations import filings, four_eyes, past_years
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.models import Exemption, Filing, FilingStatus, FilingSubject, Member, Organization
from server.organizations.queries import branch_of
from server.organizations.rules import ExemptionStatus, exemption_status

_MAY_BE_FILED = (ExemptionStatus.passed, ExemptionStatus.returned)


@dataclass(frozen=True, slots=True)
class ExemptionProgress:
    """An exemption and how far it has come."""

    exemption: Exemption
    status: ExemptionStatus


def is_exempt(session: Session, member_id: int, on: date) -> bool:
    """Whether a member is outside the managed range on a day: the filing is received, begun and not yet ended."""
    return session.scalar(exempting(on).where(Exemption.member_id == member_id).limit(1)) is not None


def filed() -> Select[int]:
    """The exemptions whose 备案 was received: these are in force on their days."""
    query = select(Exemption.id).join(Filing, Filing.id == Exemption.filing_id)
    return query.where(Filing.status == FilingStatus.received)


def exempting(on: date) -> Select[int]:
    """The exemptions in force on a day."""
    return filed().where(Exemption.holds_on(on))


def record_study(
    session: Session, *, member_id: int, reason: str, on: date, note: str, account_id: int, now: datetime
) -> Exemption:
    """First step: the branch committee studied it. Raises DomainError `exemption_open` or `no_membership`."""
    today = shanghai_date(now)
    _refuse_partial(session, account_id, member_id, now)
    _not_ahead(on, today)
    branch = branch_of(session, member_id=member_id, on=today)
    if branch is None:
        raise conflict(OrganizationErrorCode.no_membership, "该同志目前没有组织关系")
    exemption = Exemption(
        member_id=member_id,
        organization_id=branch.id,
        open=True,
        reason=reason,
        studied_on=on,
        studied_note=note,
        studied_by=account_id,
        created_at=now,
    )
    if not added(session, exemption):
        raise conflict(OrganizationErrorCode.exemption_open, "该同志已有正在办理或执行的“不列入管理范围”")
    _audit(session, exemption, "exemption_studied", account_id, now)
    return exemption


def record_passing(
    session: Session, *, exemption_id: int, on: date, note: str, account_id: int, now: datetime
) -> ExemptionProgress:
    """Second step: the members' meeting passed it. Raises DomainError `moved_on`, `invalid_dates`,
    `in_the_future`."""
    exemption = _expect(session, exemption_id, ExemptionStatus.studied)
    _refuse_partial(session, account_id, exemption.member_id, now)
    _not_ahead(on, shanghai_date(now))
    if on < exemption.studied_on:
        raise DomainError(CoreErrorCode.invalid_dates, "党员大会不能早于支委会研究的日期")
    exemption.passed_on, exemption.passed_note, exemption.passed_by = on, note, account_id
    _audit(session, exemption, "exemption_passed", account_id, now)
    return standing(session, exemption)


def submit(
    session: Session, *, exemption_id: int, from_date: date, account_id: int, now: datetime
) -> ExemptionProgress:
    """Third step: file it with the 总支; it holds from `from_date` once received. Also files again after a return.

    Raises DomainError `moved_on`, `invalid_dates`, 409 `year_drafted`.
    """
    exemption = _expect(session, exemption_id, *_MAY_BE_FILED)
    _refuse_partial(session, account_id, exemption.member_id, now)
    if exemption.passed_on is None or from_date < exemption.passed_on:
        raise DomainError(CoreErrorCode.invalid_dates, "起始日期不能早于党员大会通过的日期")
    past_years.refuse_drafted(session, [exemption.organization_id], since=from_date, now=now)
    exemption.from_date = from_date
    member = session.get_one(Member, exemption.member_id)
    filing = filings.submit_filing(
        session,
        subject_kind=FilingSubject.exemption,
        subject_id=exemption.id,
        title=f"{member.name}不列入积分管理范围（自{from_date.isoformat()}起）",
        from_organization_id=exemption.organization_id,
        submitted_by=account_id,
        now=now,
    )
    exemption.filing_id = filing.id
    _audit(session, exemption, "exemption_submitted", account_id, now)
    return standing(session, exemption)


def check_filing(session: Session, exemption_id: int) -> None:
    """Raise DomainError `moved_on` unless it was passed or its filing returned, and it was not given up."""
    _expect(session, exemption_id, *_MAY_BE_FILED)


def end(
    session: Session, *, exemption_id: int, on: date, note: str, account_id: int, now: datetime
) -> ExemptionProgress:
    """End an exemption in force from `on`, or give up one that is not in force yet.

    Raises DomainError `moved_on`, `invalid_dates`, 409 `year_drafted`.
    """
    exemption = _locked(session, exemption_id)
    _refuse_partial(session, account_id, exemption.member_id, now)
    if exemption.open is None:
        raise conflict(CoreErrorCode.moved_on, "该事项已结束")
    if on < (exemption.from_date or exemption.studied_on):
        raise DomainError(CoreErrorCode.invalid_dates, "结束日期不能早于开始日期")
    _not_ahead(on, shanghai_date(now))
    in_force = standing(session, exemption).status is ExemptionStatus.in_force
    if in_force:
        past_years.refuse_drafted(session, [exemption.organization_id], since=on, now=now)
    exemption.open, exemption.until_date = None, on if in_force else exemption.from_date
    exemption.ended_note, exemption.ended_by = note, account_id
    _audit(session, exemption, "exemption_ended", account_id, now)
    return standing(session, exemption)


def standing(session: Session, exemption: Exemption) -> ExemptionProgress:
    filing = session.get(Filing, exemption.filing_id) if exemption.filing_id else None
    status = exemption_status(
        is_open=bool(exemption.open),
        passed=exemption.passed_on is not None,
        filing=FilingStatus(filing.status) if filing else None,
    )
    return ExemptionProgress(exemption, status)


def list_below(session: Session, *, organization_id: int, before_id: int | None, limit: int) -> list[ExemptionProgress]:
    """Return the exemptions at and below an organization, latest first."""
    path = session.get_one(Organization, organization_id).path
    query = (
        select(Exemption, Filing.status)
        .join(Organization, Organization.id == Exemption.organization_id)
        .outerjoin(Filing, Filing.id == Exemption.filing_id)
        .where(Organization.path.startswith(path))
    )
    if before_id is not None:
        query = query.where(Exemption.id < before_id)
    rows = session.execute(query.order_by(Exemption.id.desc()).limit(limit))
    return [_as_standing(exemption, status) for exemption, status in rows]


def _as_standing(exemption: Exemption, status: str | None) -> ExemptionProgress:
    filing = FilingStatus(status) if status else None
    passed = exemption.passed_on is not None
    return ExemptionProgress(exemption, exemption_status(is_open=bool(exemption.open), passed=passed, filing=filing))


def _expect(session: Session, exemption_id: int, *expected: ExemptionStatus) -> Exemption:
    exemption = _locked(session, exemption_id)
    if standing(session, exemption).status not in expected:
        raise conflict(CoreErrorCode.moved_on, "该事项的状态已变化，请刷新后查看")
    return exemption


def _locked(session: Session, exemption_id: int) -> Exemption:
    query = select(Exemption).where(Exemption.id == exemption_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _refuse_partial(session: Session, account_id: int, member_id: int, now: datetime) -> None:
    """Raise DomainError 403 `own_exemption`, and as `four_eyes.refuse`."""
    if session.get_one(Account, account_id).member_id == member_id:
        message = "不能办理本人的“不列入管理范围”，请由支部其他负责人或上级党组织办理"
        raise DomainError(OrganizationErrorCode.own_exemption, message, status=HTTPStatus.FORBIDDEN)
    four_eyes.refuse_of_member(
        session, account_id=account_id, permission=Permission.exemption_manage, member_id=member_id, now=now
    )


def _not_ahead(on: date, today: date) -> None:
    if on > today:
        raise DomainError(CoreErrorCode.in_the_future, "日期不能晚于今天")


def _audit(session: Session, exemption: Exemption, action: str, account_id: int, now: datetime) -> None:
    session.flush()
    audit.record(
        session,
        actor_id=account_id,
        root_id=session.get_one(Member, exemption.member_id).root_id,
        action=action,
        subject_kind=AuditSubject.exemption,
        subject_id=exemption.id,
        now=now,
        detail={"member_id": exemption.member_id},
    )
