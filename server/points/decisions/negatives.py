"""负面清单: records of competent bodies' decisions that set a year to zero. Never computed, inferred or suggested.

Entered by one person and confirmed by another, who types 文号 and day again; in force from then on, until suspended or
revoked, each time by two people as well.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.days import shanghai_date
from server.db import added
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict
from server.events import emit
from server.identity.rules import Actor, Permission
from server.organizations import four_eyes
from server.organizations.error_codes import OrganizationErrorCode
from server.points import service as points
from server.points.decisions.rules import next_negative_status, same_document
from server.points.error_codes import PointsErrorCode
from server.points.events import NegativeDecisionChanged
from server.points.models import NegativeChange, NegativeDecision
from server.points.scores.rules import (
    DONE,
    NegativeAction,
    NegativeStatus,
    NegativeStep,
)
from server.points.scores.timelines import MemberTimelines
from server.standards.error_codes import StandardErrorCode


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

    Raises DomainError `own_decision`, `in_the_future`, `no_standard`, `unknown_category`, 409 `already_recorded`,
    and as `four_eyes.refuse`.
    """
    _refuse_own(actor, member_id)
    if decided_on > shanghai_date(now):
        raise DomainError(CoreErrorCode.in_the_future, "日期不能晚于今天")
    standing = MemberTimelines(session, [member_id])
    membership, standard_id = standing.last_in(member_id, year), standing.year_standard_id(member_id, year)
    if membership is None or standard_id is None:
        raise DomainError(StandardErrorCode.no_standard, f"{year} 年度没有适用于该党员的积分标准")
    categories = {category.code: category for category in standing.document(standard_id).negative_list}
    if category_code not in categories:
        raise DomainError(PointsErrorCode.unknown_category, "积分标准的负面清单中没有这一类别")
    four_eyes.refuse_of_member(
        session, account_id=account_id, permission=Permission.negative_record, member_id=member_id, now=now
    )
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
    if not added(session, decision):
        raise conflict(CoreErrorCode.already_recorded, "同一文号的决定已经录入")
    _audit(session, decision, "negative_record", account_id, now)
    return decision


def confirm(
    session: Session,
    *,
    actor: Actor,
    account_id: int,
    decision_id: int,
    document_number: str,
    decided_on: date,
    now: datetime,
) -> NegativeDecision:
    """Let a decision take effect, as a second person, who types 文号 and day from the paper again.

    A mismatch is kept in the trail and says nothing of what is right. Raises DomainError `own_decision`,
    `same_person`, `does_not_match`, 409 `wrong_status`, and as `four_eyes.refuse`.
    """
    decision = _locked(session, decision_id)
    _refuse_own(actor, decision.member_id)
    status = _following(decision, NegativeAction.confirm)
    if account_id == decision.entered_by:
        raise DomainError(OrganizationErrorCode.same_person, "录入人不能自行确认，请由另一人核对后确认")
    _refuse_partial(session, decision, account_id, decision.entered_by, since=decision.entered_at, now=now)
    if decision.decided_on != decided_on or not same_document(decision.document_number, document_number):
        _audit(session, decision, "negative_mismatch", account_id, now)
        message = "文号或决定日期与录入的不一致。请对照纸质决定重新填写；仍不一致的，请与录入人核对"
        raise DomainError(PointsErrorCode.does_not_match, message, keep=True)
    decision.confirmed_by, decision.confirmed_at = account_id, now
    _audit(session, decision, "negative_confirm", account_id, now)
    _take_effect(session, decision, status, now)
    return decision


def propose(
    session: Session,
    *,
    actor: Actor,
    account_id: int,
    decision_id: int,
    action: NegativeAction,
    reason: str,
    now: datetime,
) -> NegativeDecision:
    """Propose to suspend, resume or revoke a confirmed decision; nothing changes before another confirms it.

    What was not confirmed yet is withdrawn at once. Raises DomainError `own_decision`, 409 `wrong_status`,
    `change_waiting`, and as `four_eyes.refuse`.
    """
    decision = _locked(session, decision_id)
    _refuse_own(actor, decision.member_id)
    status = _following(decision, action)
    _refuse_partial(session, decision, account_id, None, since=None, now=now)
    if decision.status == NegativeStatus.recorded:
        _note_change(session, decision, action, NegativeStep.alone, reason=reason, account_id=account_id, now=now)
        decision.status = status
        _audit(session, decision, "negative_withdraw", account_id, now)
        session.flush()
        return decision
    if decision.proposal_id is not None:
        raise conflict(PointsErrorCode.change_waiting, "该决定已有一项变更等待另一人确认，请先确认或撤回")
    proposal = _note_change(
        session, decision, action, NegativeStep.proposed, reason=reason, account_id=account_id, now=now
    )
    decision.proposal_id = proposal.id
    _audit(session, decision, f"negative_{action}_propose", account_id, now)
    session.flush()
    return decision


def confirm_change(
    session: Session, *, actor: Actor, account_id: int, decision_id: int, change_id: int, now: datetime
) -> NegativeDecision:
    """Carry out the change that was proposed, as a second person, and set the year's score accordingly.

    Only now is the member told. Raises DomainError `own_decision`, `same_person`, 409 `moved_on`, and as
    `four_eyes.refuse`.
    """
    decision, proposal = _proposed(session, actor, decision_id, change_id)
    if account_id == proposal.changed_by:
        raise DomainError(OrganizationErrorCode.same_person, "提出人不能自行确认，请由另一人核对后确认")
    _refuse_partial(session, decision, account_id, proposal.changed_by, since=proposal.changed_at, now=now)
    action = NegativeAction(proposal.action)
    status = _following(decision, action)
    _note_change(
        session, decision, action, NegativeStep.confirmed, reason=proposal.reason, account_id=account_id, now=now
    )
    decision.proposal_id = None
    _audit(session, decision, f"negative_{action}", account_id, now)
    _take_effect(session, decision, status, now)
    return decision


def withdraw_change(
    session: Session, *, actor: Actor, account_id: int, decision_id: int, change_id: int, now: datetime
) -> NegativeDecision:
    """Take back a proposed change; anyone who may decide can do it. Raises DomainError as `confirm_change`."""
    decision, proposal = _proposed(session, actor, decision_id, change_id)
    action = NegativeAction(proposal.action)
    _note_change(
        session, decision, action, NegativeStep.withdrawn, reason=proposal.reason, account_id=account_id, now=now
    )
    decision.proposal_id = None
    _audit(session, decision, f"negative_{action}_withdraw", account_id, now)
    session.flush()
    return decision


def proposals_of(session: Session, decisions: Sequence[NegativeDecision]) -> dict[int, NegativeChange]:
    """Return the changes that wait for a second person, by decision."""
    ids = [each.proposal_id for each in decisions if each.proposal_id is not None]
    rows = session.scalars(select(NegativeChange).where(NegativeChange.id.in_(ids))) if ids else ()
    return {change.decision_id: change for change in rows}


def of_member(session: Session, *, member_id: int, effective_only: bool) -> Sequence[NegativeDecision]:
    """Return a member's decisions, the latest first; those not yet confirmed are not for the member's eyes."""
    rows = select(NegativeDecision).where(NegativeDecision.member_id == member_id)
    if effective_only:
        rows = rows.where(NegativeDecision.confirmed_at.is_not(None))
    return session.scalars(rows.order_by(NegativeDecision.id.desc()).limit(100)).all()


def _locked(session: Session, decision_id: int) -> NegativeDecision:
    query = select(NegativeDecision).where(NegativeDecision.id == decision_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _following(decision: NegativeDecision, action: NegativeAction) -> NegativeStatus:
    status = next_negative_status(NegativeStatus(decision.status), action)
    if status is None:
        raise conflict(CoreErrorCode.wrong_status, "该决定的当前状态不能这样办理", status=decision.status)
    return status


def _proposed(
    session: Session, actor: Actor, decision_id: int, change_id: int
) -> tuple[NegativeDecision, NegativeChange]:
    """Return a decision, locked, with the change that was seen as proposed."""
    decision = _locked(session, decision_id)
    _refuse_own(actor, decision.member_id)
    if decision.proposal_id != change_id:
        raise conflict(CoreErrorCode.moved_on, "这项变更已确认或撤回，请刷新后查看", status=decision.status)
    return decision, session.get_one(NegativeChange, change_id)


def _note_change(
    session: Session,
    decision: NegativeDecision,
    action: NegativeAction,
    step: NegativeStep,
    *,
    reason: str,
    account_id: int,
    now: datetime,
) -> NegativeChange:
    noted = NegativeChange(
        decision_id=decision.id, action=action, step=step, reason=reason, changed_by=account_id, changed_at=now
    )
    session.add(noted)
    if step in DONE:
        decision.changed_by, decision.changed_at, decision.change_reason = account_id, now, reason
    session.flush()
    return noted


def _take_effect(session: Session, decision: NegativeDecision, status: NegativeStatus, now: datetime) -> None:
    decision.status = status
    session.flush()
    points.set_scores(session, member_ids=[decision.member_id], year=decision.year, now=now)
    emit(session, NegativeDecisionChanged(decision.id, decision.member_id, status, now))


def _refuse_partial(
    session: Session,
    decision: NegativeDecision,
    account_id: int,
    first_id: int | None,
    *,
    since: datetime | None,
    now: datetime,
) -> None:
    """Ask `four_eyes` about the member and, for a second person, about the first, who acted at `since`."""
    four_eyes.refuse(
        session,
        account_id=account_id,
        permission=Permission.negative_record,
        place=decision.organization_id,
        matter=four_eyes.matter(
            session, members=[decision.member_id], accounts=[first_id], since=since, held_before=since
        ),
        now=now,
    )


def _audit(session: Session, decision: NegativeDecision, action: str, account_id: int, now: datetime) -> None:
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        now=now,
        **audit.of(decision),
    )


def _refuse_own(actor: Actor, member_id: int) -> None:
    if actor.member_id == member_id:
        raise DomainError(PointsErrorCode.own_decision, "不能办理涉及本人的决定")
