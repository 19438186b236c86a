"""Register payments of 党费 and close months. What is late, short or missing deducts once, by the standard's item."""

from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.days import shanghai_date
from server.db import added
from server.dues import terms
from server.dues.error_codes import DuesErrorCode
from server.dues.models import DuesEvent, DuesEventKind, DuesRecord
from server.dues.posting import post_all, take_back
from server.dues.queries import debtor, debtors
from server.dues.rules import (
    STATE_TITLES,
    DuesState,
    close_refusal,
    last_day,
    payment_refusal,
    settles,
    state_of,
)
from server.errors import DomainError, conflict, not_found
from server.identity.models import Account
from server.identity.rules import Actor, Permission
from server.organizations import four_eyes
from server.organizations.beginning import first_month
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.exemptions import exempting
from server.organizations.models import Exemption, Member, Organization, OrganizationKind
from server.organizations.queries import branch_of
from server.points import service as points


@dataclass(frozen=True, slots=True)
class Payment:
    """What is registered for a month, in 分: `paid_cents` so far, the last part of it on `paid_on`."""

    due_cents: int
    paid_cents: int
    paid_on: date | None


def register(
    session: Session, *, member_id: int, month: str, payment: Payment, account_id: int, now: datetime
) -> DuesRecord:
    """Register a member's month; the same again changes nothing.

    Paying later is noted and restores nothing. Raises DomainError `invalid_payment`, 403 `own_dues`, `owes_no_dues`,
    `no_membership`, 409 `year_drafted` or, where a deduction would have to be taken back, `needs_correction`.
    """
    _check_payment(month, payment, now)
    if session.get_one(Account, account_id).member_id == member_id:
        raise _own_dues()
    _refuse_partial(session, account_id, member_id, Permission.dues_record, now)
    member = debtor(session, member_id, on=last_day(month))
    points.lock(session, [member_id])
    record = _locked(session, member_id, month) or _begun(
        session, member, month, payment.due_cents, account_id=account_id, now=now
    )
    due_on = terms.due_on(session, member_id=member_id, month=month)
    following = _state(due_on, payment, now)
    if _says(record) == (payment, following):
        return record
    current = DuesState(record.state)
    if not settles(due_on, current=current, following=following, paid_on=payment.paid_on):
        title = STATE_TITLES[current]
        raise conflict(
            DuesErrorCode.needs_correction, f"{month} 已登记为“{title}”，如登记有误请使用更正并写明原因", state=current
        )
    _write(session, record, payment, following, kind=DuesEventKind.registered, account_id=account_id, now=now)
    post_all(session, [record], now=now)
    return record


def correct(
    session: Session, *, member_id: int, month: str, payment: Payment, reason: str, actor: Actor, now: datetime
) -> DuesRecord:
    """Replace a mistaken record: what it deducted is reversed, and what is right now is posted anew."""
    _check_payment(month, payment, now)
    record, account_id = _changeable(session, member_id, month, actor, now)
    following = _state(terms.due_on(session, member_id=member_id, month=month), payment, now)
    if _says(record) == (payment, following):
        return record
    take_back(session, record, reason=reason, account_id=account_id, now=now)
    record.revision += 1
    _write(
        session,
        record,
        payment,
        following,
        kind=DuesEventKind.corrected,
        account_id=account_id,
        now=now,
        reason=reason,
    )
    post_all(session, [record], now=now)
    return record


def waive(session: Session, *, member_id: int, month: str, reason: str, actor: Actor, now: datetime) -> DuesRecord:
    """Waive a month: before it is deducted nothing will be, afterwards the deduction is reversed. Safe to repeat."""
    member = debtor(session, member_id, on=last_day(month))
    if (refusal := payment_refusal(month, paid_cents=0, paid_on=None, today=shanghai_date(now))) is not None:
        raise DomainError(DuesErrorCode.invalid_payment, refusal)
    account_id = other_than(session, member_id, actor, now)
    points.lock(session, [member_id])
    record = _locked(session, member_id, month) or _begun(session, member, month, 0, account_id=account_id, now=now)
    if record.state == DuesState.waived:
        return record
    if record.state == DuesState.paid:
        raise conflict(DuesErrorCode.already_paid, f"{month} 的党费已按时足额交纳，不用豁免")
    take_back(session, record, reason=reason, account_id=account_id, now=now)
    record.revision += 1
    told = Payment(record.due_cents, record.paid_cents, record.paid_on)
    kind = DuesEventKind.waived
    _write(session, record, told, DuesState.waived, kind=kind, account_id=account_id, now=now, reason=reason)
    return record


def close_month(
    session: Session,
    *,
    organization_id: int,
    month: str,
    due_cents: int,
    account_id: int,
    now: datetime,
) -> list[DuesRecord]:
    """Mark who has not paid a month that is over, and deduct; return the records it changed, none the second time.

    A member whose branch agreed to a later day is left alone until then.
    `due_cents` is noted for members with nothing registered. Raises DomainError `month_not_over`, `not_a_branch`,
    `before_beginning`.
    """
    organization = session.get(Organization, organization_id)
    if organization is None or organization.kind != OrganizationKind.branch:
        raise DomainError(OrganizationErrorCode.not_a_branch, "党费按支部结账，请选择一个党支部")
    if (refusal := close_refusal(month, today=shanghai_date(now))) is not None:
        raise conflict(DuesErrorCode.month_not_over, refusal)
    if organization.began_on and last_day(month) < first_month(organization.began_on):
        raise conflict(
            DuesErrorCode.before_beginning,
            f"本支部自 {first_month(organization.began_on):%Y-%m} 起按月结账，之前的月份不扣分",
        )
    members = debtors(session, organization_id=organization_id, on=last_day(month))
    ids = [member.id for member in members]
    points.lock(session, ids)
    due_on = terms.due_days(session, [(member_id, month) for member_id in ids])
    over = [member for member in members if shanghai_date(now) > due_on[member.id, month]]
    records = _all_begun(session, over, organization, month, due_cents, account_id=account_id, now=now)
    changed = [record for record in records if record.state == DuesState.open]
    for record in changed:
        told = Payment(record.due_cents, record.paid_cents, record.paid_on)
        following = _state(due_on[record.member_id, month], told, now)
        _write(session, record, told, following, kind=DuesEventKind.closed, account_id=account_id, now=now)
    post_all(session, changed, now=now)
    return changed


def settle_anew(
    session: Session, record: DuesRecord, *, kind: DuesEventKind, reason: str, account_id: int, now: datetime
) -> None:
    """Let a month on record follow the day by which it is due now; what is waived stays so."""
    told, current = _says(record)
    following = _state(terms.due_on(session, member_id=record.member_id, month=record.month), told, now)
    if following == current or current is DuesState.waived:
        return
    take_back(session, record, reason=reason, account_id=account_id, now=now)
    record.revision += 1
    _write(session, record, told, following, kind=kind, account_id=account_id, now=now, reason=reason)
    post_all(session, [record], now=now)


def records_between(session: Session, *, member_id: int, first: str, last: str) -> list[DuesRecord]:
    """Return a member's records from a month to another, locked."""
    rows = select(DuesRecord).where(DuesRecord.member_id == member_id, DuesRecord.month.between(first, last))
    locked = rows.order_by(DuesRecord.month).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(locked))


def _check_payment(month: str, payment: Payment, now: datetime) -> None:
    refusal = payment_refusal(month, paid_cents=payment.paid_cents, paid_on=payment.paid_on, today=shanghai_date(now))
    if refusal is not None:
        raise DomainError(DuesErrorCode.invalid_payment, refusal)


def _state(due_on: date, payment: Payment, now: datetime) -> DuesState:
    return state_of(
        due_on,
        due_cents=payment.due_cents,
        paid_cents=payment.paid_cents,
        paid_on=payment.paid_on,
        today=shanghai_date(now),
    )


def _says(record: DuesRecord) -> tuple[Payment, DuesState]:
    return Payment(record.due_cents, record.paid_cents, record.paid_on), DuesState(record.state)


def _locked(session: Session, member_id: int, month: str) -> DuesRecord | None:
    return _all_locked(session, [member_id], month).get(member_id)


def _all_locked(session: Session, member_ids: list[int], month: str) -> dict[int, DuesRecord]:
    """Return what is on record for these members' month, by member, locked in the order of members."""
    rows = select(DuesRecord).where(DuesRecord.member_id.in_(member_ids), DuesRecord.month == month)
    locked = rows.order_by(DuesRecord.member_id).with_for_update().execution_options(populate_existing=True)
    return {record.member_id: record for record in session.scalars(locked)}


def _all_begun(
    session: Session,
    members: list[Member],
    branch: Organization,
    month: str,
    due_cents: int,
    *,
    account_id: int,
    now: datetime,
) -> list[DuesRecord]:
    """Return the month's records of a branch's members, begun where there were none, without those exempt then."""
    ids = [member.id for member in members]
    records = _all_locked(session, ids, month)
    exempting_one = exempting(last_day(month)).where(Exemption.member_id.in_(ids))
    exempt = set(session.scalars(exempting_one.with_only_columns(Exemption.member_id)))
    begun = [
        _unpaid(member, branch.id, month, due_cents, account_id=account_id, now=now)
        for member in members
        if member.id not in records and member.id not in exempt
    ]
    if not added(session, *begun):  # another began one of them at this moment
        return [
            records.get(member.id) or _begun(session, member, month, due_cents, account_id=account_id, now=now)
            for member in members
            if member.id in records or member.id not in exempt
        ]
    return [*records.values(), *begun]


def _begun(
    session: Session, member: Member, month: str, due_cents: int, *, account_id: int, now: datetime
) -> DuesRecord:
    """Add the month's record, open and unpaid; if another began it at this moment, take that one."""
    branch = branch_of(session, member_id=member.id, on=min(last_day(month), shanghai_date(now)))
    if branch is None:
        raise DomainError(OrganizationErrorCode.no_membership, f"{month} {member.name}的组织关系不在本校任何支部")
    record = _unpaid(member, branch.id, month, due_cents, account_id=account_id, now=now)
    if added(session, record):
        return record
    found = _locked(session, member.id, month)
    assert found is not None
    return found


def _unpaid(
    member: Member, branch_id: int, month: str, due_cents: int, *, account_id: int, now: datetime
) -> DuesRecord:
    return DuesRecord(
        root_id=member.root_id,
        organization_id=branch_id,
        member_id=member.id,
        month=month,
        due_cents=due_cents,
        paid_cents=0,
        paid_on=None,
        state=DuesState.open,
        revision=1,
        changes=0,
        recorded_by=account_id,
        recorded_at=now,
    )


def _changeable(session: Session, member_id: int, month: str, actor: Actor, now: datetime) -> tuple[DuesRecord, int]:
    account_id = other_than(session, member_id, actor, now)
    points.lock(session, [member_id])
    record = _locked(session, member_id, month)
    if record is None:
        raise not_found("党费记录")
    return record, account_id


def other_than(session: Session, member_id: int, actor: Actor, now: datetime) -> int:
    """Return the caller's account: nobody decides about their own dues.

    Raises DomainError `own_dues`, and as `four_eyes.refuse`.
    """
    if actor.account_id is None or actor.member_id == member_id:
        raise _own_dues()
    _refuse_partial(session, actor.account_id, member_id, Permission.dues_waive, now)
    return actor.account_id


def _refuse_partial(session: Session, account_id: int, member_id: int, permission: Permission, now: datetime) -> None:
    four_eyes.refuse_of_member(session, account_id=account_id, permission=permission, member_id=member_id, now=now)


def _own_dues() -> DomainError:
    message = "不能登记、更正、豁免或缓交本人的党费，请由其他负责人或上级党组织办理"
    return DomainError(DuesErrorCode.own_dues, message, status=HTTPStatus.FORBIDDEN)


def _write(
    session: Session,
    record: DuesRecord,
    payment: Payment,
    state: DuesState,
    *,
    kind: DuesEventKind,
    account_id: int,
    now: datetime,
    reason: str | None = None,
) -> None:
    record.due_cents, record.paid_cents, record.paid_on = payment.due_cents, payment.paid_cents, payment.paid_on
    record.state, record.recorded_by, record.recorded_at = state, account_id, now
    record.changes += 1
    session.add(
        DuesEvent(
            record_id=record.id,
            kind=kind,
            state=state,
            due_cents=payment.due_cents,
            paid_cents=payment.paid_cents,
            paid_on=payment.paid_on,
            reason=reason,
            account_id=account_id,
            at=now,
        )
    )
    audit.record(
        session,
        actor_id=account_id,
        action=f"dues_{kind}",
        now=now,
        **audit.of(record),
    )
