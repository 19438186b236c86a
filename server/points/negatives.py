"""负面清单: records of competent bodies' decisions that set a year to zero. Never computed, inferred or suggested.

Entered by one person and confirmed by another; in force from the confirmation, until suspended or revoked.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.clock import shanghai_date
from server.errors import DomainError, conflict
from server.events import emit
from server.identity.rules import Actor
from server.points.batch import Batch, stored_scores
from server.points.events import NegativeDecisionChanged
from server.points.models import NegativeChange, NegativeDecision
from server.points.rules import NegativeAction, NegativeStatus, next_negative_status
from server.points.standing import Standing


def record(
    session: Session,
    *,
    actor: Actor,
    account_id: int,
    member_id: int,
    year: int,
    category_code: str,
    document_number: str,
    decided_on: date,
    reason: str,
    now: datetime,
) -> NegativeDecision:
    """Enter a decision; it has no effect before another person confirms it.

    Raises DomainError `own_decision`, `future_day`, `no_standard`, `unknown_category`, 409 `already_recorded`.
    """
    _refuse_own(actor, member_id)
    if decided_on > shanghai_date(now):
        raise DomainError("future_day", "日期不能晚于今天")
    standing = Standing(session, [member_id])
    membership, standard_id = standing.last_in(member_id, year), standing.year_standard_id(member_id, year)
    if membership is None or standard_id is None:
        raise DomainError("no_standard", f"{year} 年度没有适用于该党员的积分标准")
    categories = {category.code: category for category in standing.document(standard_id).negative_list}
    if category_code not in categories:
        raise DomainError("unknown_category", "积分标准的负面清单中没有这一类别")
    decision = NegativeDecision(
        root_id=standing.member(member_id).root_id,
        organization_id=membership.organization_id,
        member_id=member_id,
        year=year,
        category_code=category_code,
        category_title=categories[category_code].title,
        clause=categories[category_code].clause,
        document_number=document_number,
        decided_on=decided_on,
        reason=reason,
        status=NegativeStatus.recorded,
        entered_by=account_id,
        entered_at=now,
    )
    try:
        with session.begin_nested():
            session.add(decision)
    except IntegrityError:
        raise conflict("already_recorded", "同一文号的决定已经录入") from None
    _audit(session, decision, "negative_record", account_id, now)
    return decision


def change(
    session: Session,
    *,
    actor: Actor,
    account_id: int,
    decision_id: int,
    action: NegativeAction,
    reason: str | None,
    now: datetime,
) -> NegativeDecision:
    """Confirm, suspend, resume or revoke, and set the year's score accordingly. Each change adds a row to its history.

    Raises DomainError `own_decision`, `same_person`, 409 `not_possible`.
    """
    query = select(NegativeDecision).where(NegativeDecision.id == decision_id).with_for_update()
    decision = session.scalars(query.execution_options(populate_existing=True)).one()
    _refuse_own(actor, decision.member_id)
    status = next_negative_status(NegativeStatus(decision.status), action)
    if status is None:
        raise conflict("not_possible", "该决定的当前状态不能这样办理", status=decision.status)
    if action is NegativeAction.confirm:
        if account_id == decision.entered_by:
            raise DomainError("same_person", "录入人不能自行确认，请由另一人核对后确认")
        decision.confirmed_by, decision.confirmed_at = account_id, now
    else:
        decision.changed_by, decision.changed_at, decision.change_reason = account_id, now, reason
        session.add(
            NegativeChange(
                decision_id=decision.id, action=action, reason=reason or "", changed_by=account_id, changed_at=now
            )
        )
    was_recorded, decision.status = decision.status == NegativeStatus.recorded, status
    done = "withdraw" if was_recorded and status is NegativeStatus.revoked else action
    _audit(session, decision, f"negative_{done}", account_id, now)
    session.flush()
    _set_score(session, decision, now)
    if done != "withdraw":  # nothing was ever in force
        emit(session, NegativeDecisionChanged(decision.id, decision.member_id, status, now))
    return decision


def of_member(session: Session, *, member_id: int, effective_only: bool) -> Sequence[NegativeDecision]:
    """Return a member's decisions, the latest first; those not yet confirmed are not for his eyes."""
    rows = select(NegativeDecision).where(NegativeDecision.member_id == member_id)
    if effective_only:
        rows = rows.where(NegativeDecision.confirmed_at.is_not(None))
    return session.scalars(rows.order_by(NegativeDecision.id.desc()).limit(100)).all()


def _set_score(session: Session, decision: NegativeDecision, now: datetime) -> None:
    """A year that is not opened has no stored score; whoever reads it sees the decision all the same."""
    batch = Batch(session, {decision.member_id}, now=now)
    if stored_scores(session, [decision.member_id], decision.year):
        batch.touch(decision.member_id, decision.year)
    batch.close()


def _audit(session: Session, decision: NegativeDecision, action: str, account_id: int, now: datetime) -> None:
    audit.record(
        session,
        actor_id=account_id,
        root_id=decision.root_id,
        action=action,
        subject_kind="negative",  # not the member: they see no trace of a decision before it is confirmed
        subject_id=decision.id,
        now=now,
    )


def _refuse_own(actor: Actor, member_id: int) -> None:
    if actor.member_id == member_id:
        raise DomainError("own_decision", "不能办理涉及本人的决定")
