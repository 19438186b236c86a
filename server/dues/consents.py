"""A branch's consent to quarterly or later payment: recorded, and ended or taken back. Months on record follow it."""

from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.days import shanghai_date
from server.dues import queries, service
from server.dues.error_codes import DuesErrorCode
from server.dues.models import DuesConsent, DuesEventKind
from server.dues.rules import ConsentTerm, consent_refusal, end_refusal
from server.errors import DomainError, conflict, not_found
from server.identity.rules import Actor
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.queries import branch_of
from server.points import service as points


def record(
    session: Session, *, member_id: int, term: ConsentTerm, agreed_on: date, reason: str, actor: Actor, now: datetime
) -> DuesConsent:
    """Record a consent; what was deducted for lateness in the months it covers is reversed.

    Raises DomainError `own_dues`, `owes_no_dues`, `invalid_consent`, `no_membership`, `consent_overlaps`.
    """
    account_id = service.other_than(session, member_id, actor, now)
    today = shanghai_date(now)
    member = queries.debtor(session, member_id, on=today)
    if (refusal := consent_refusal(term, agreed_on=agreed_on, today=today)) is not None:
        raise DomainError(DuesErrorCode.invalid_consent, refusal)
    branch = branch_of(session, member_id=member_id, on=today)
    if branch is None:
        raise conflict(OrganizationErrorCode.no_membership, "该同志目前没有组织关系")
    points.lock(session, [member_id])
    _refuse_overlap(session, member_id, term)
    consent = DuesConsent(
        root_id=member.root_id,
        organization_id=branch.id,
        member_id=member_id,
        kind=term.kind,
        from_month=term.from_month,
        until_month=term.until_month,
        agreed_on=agreed_on,
        reason=reason,
        recorded_by=account_id,
        recorded_at=now,
    )
    session.add(consent)
    session.flush()
    _audit(session, consent, "dues_consent", account_id, now)
    _settle(session, consent, since=term.from_month, kind=DuesEventKind.consented, now=now)
    return consent


def end(
    session: Session, *, member_id: int, consent_id: int, from_month: str, reason: str, actor: Actor, now: datetime
) -> DuesConsent:
    """End a consent from a month on; those before keep their day.

    Ended from its first month on, it has never held: what is late without it is deducted at once. Raises DomainError
    `own_dues`, `not_found`, `consent_ended`, `invalid_consent`.
    """
    account_id = service.other_than(session, member_id, actor, now)
    points.lock(session, [member_id])
    rows = select(DuesConsent).where(DuesConsent.id == consent_id, DuesConsent.member_id == member_id)
    consent = session.scalar(rows.with_for_update().execution_options(populate_existing=True))
    if consent is None:
        raise not_found("支部同意的记录")
    if consent.ended_from is not None:
        raise conflict(DuesErrorCode.consent_ended, "这项同意已经终止")
    if (refusal := end_refusal(consent.term, from_month=from_month, today=shanghai_date(now))) is not None:
        raise DomainError(DuesErrorCode.invalid_consent, refusal)
    consent.ended_from, consent.ended_reason, consent.ended_by, consent.ended_at = from_month, reason, account_id, now
    session.flush()
    _audit(session, consent, "dues_consent_end", account_id, now)
    _settle(session, consent, since=from_month, kind=DuesEventKind.consent_ended, now=now)
    return consent


def _refuse_overlap(session: Session, member_id: int, term: ConsentTerm) -> None:
    still_holds = or_(
        DuesConsent.ended_from.is_(None),
        and_(DuesConsent.ended_from > DuesConsent.from_month, DuesConsent.ended_from > term.from_month),
    )
    in_the_way = select(DuesConsent).where(
        DuesConsent.member_id == member_id,
        DuesConsent.from_month <= term.until_month,
        DuesConsent.until_month >= term.from_month,
        still_holds,
    )
    if other := session.scalars(in_the_way.limit(1)).first():
        covered = f"{other.from_month} 至 {other.until_month}"
        raise conflict(DuesErrorCode.consent_overlaps, f"该同志已有 {covered} 的支部同意，请先终止或另选月份")


def _settle(session: Session, consent: DuesConsent, *, since: str, kind: DuesEventKind, now: datetime) -> None:
    """Let the months on record follow, from a month on."""
    reason, account_id = consent.ended_reason or consent.reason, consent.ended_by or consent.recorded_by
    member_id, last = consent.member_id, consent.until_month
    for month in service.records_between(session, member_id=member_id, first=since, last=last):
        service.settle_anew(session, month, kind=kind, reason=reason, account_id=account_id, now=now)


def _audit(session: Session, consent: DuesConsent, action: str, account_id: int, now: datetime) -> None:
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        now=now,
        detail={"member_id": consent.member_id, "from": consent.from_month, "until": consent.until_month}
        | ({"ended_from": consent.ended_from} if consent.ended_from else {}),
        **audit.of(consent),
    )
