"""负面清单 over HTTP: recorded by one, confirmed by another, seen by the member and the deciding organizations."""

from typing import Any

from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission, reach
from server.organizations.targets import member_target
from server.points.decisions import negatives, present
from server.points.schemas import (
    NegativeConfirmationIn,
    NegativeDecisionIn,
    NegativeDecisionOut,
    NegativeDecisionPath,
    NegativeDecisionsOut,
    ProposedChangeIn,
    ReasonIn,
)
from server.points.scores.rules import NegativeAction
from server.points.targets import negative_decision_target
from server.presentation import MemberPath

api = Api("negatives", __name__, tag="负面清单")


@api.guarded(
    "GET",
    "/members/<int:member_id>/negative-decisions",
    permission=Permission.negative_read,
    target=member_target,
    responses={200: NegativeDecisionsOut},
)
def list_negative_decisions(context: Context, path: MemberPath) -> NegativeDecisionsOut:
    """涉及党员的负面清单决定"""
    context.audit_look(AuditSubject.negative_decision, path.member_id)
    deciding = set(reach(context.actor, Permission.negative_record)) & set(context.target.ancestor_ids)
    rows = negatives.of_member(context.session, member_id=path.member_id, effective_only=not deciding)
    return NegativeDecisionsOut(items=present.decisions_out(context, rows, deciding=bool(deciding)))


@api.guarded(
    "POST",
    "/members/<int:member_id>/negative-decisions",
    permission=Permission.negative_record,
    target=member_target,
    responses={201: NegativeDecisionOut},
)
def create_negative_decision(
    context: Context, path: MemberPath, body: NegativeDecisionIn
) -> tuple[NegativeDecisionOut, int]:
    """录入有权机关的生效决定"""
    decision = negatives.record(
        context.session,
        actor=context.actor,
        account_id=context.account_id,
        member_id=path.member_id,
        now=context.now,
        **body.model_dump(),
    )
    return present.decision_out(context, decision), 201


@api.guarded(
    "POST",
    "/negative-decisions/<int:negative_decision_id>/confirmation",
    permission=Permission.negative_record,
    target=negative_decision_target,
    responses={200: NegativeDecisionOut},
)
def confirm_negative_decision(
    context: Context, path: NegativeDecisionPath, body: NegativeConfirmationIn
) -> NegativeDecisionOut:
    """由另一人对照纸质决定填写文号和日期后确认，自此生效"""
    decision = negatives.confirm(
        context.session,
        actor=context.actor,
        account_id=context.account_id,
        decision_id=path.negative_decision_id,
        now=context.now,
        **body.model_dump(),
    )
    return present.decision_out(context, decision)


@api.guarded(
    "POST",
    "/negative-decisions/<int:negative_decision_id>/suspension",
    permission=Permission.negative_record,
    target=negative_decision_target,
    responses={200: NegativeDecisionOut},
)
def suspend_negative_decision(context: Context, path: NegativeDecisionPath, body: ReasonIn) -> NegativeDecisionOut:
    """提出中止执行决定，由另一人确认后积分恢复"""
    return _propose(context, path, NegativeAction.suspend, body.reason)


@api.guarded(
    "POST",
    "/negative-decisions/<int:negative_decision_id>/resumption",
    permission=Permission.negative_record,
    target=negative_decision_target,
    responses={200: NegativeDecisionOut},
)
def resume_negative_decision(context: Context, path: NegativeDecisionPath, body: ReasonIn) -> NegativeDecisionOut:
    """提出恢复执行决定，由另一人确认"""
    return _propose(context, path, NegativeAction.resume, body.reason)


@api.guarded(
    "POST",
    "/negative-decisions/<int:negative_decision_id>/revocation",
    permission=Permission.negative_record,
    target=negative_decision_target,
    responses={200: NegativeDecisionOut},
)
def revoke_negative_decision(context: Context, path: NegativeDecisionPath, body: ReasonIn) -> NegativeDecisionOut:
    """提出撤销决定，由另一人确认后积分恢复；尚未确认的录入随即撤回"""
    return _propose(context, path, NegativeAction.revoke, body.reason)


@api.guarded(
    "POST",
    "/negative-decisions/<int:negative_decision_id>/change-confirmation",
    permission=Permission.negative_record,
    target=negative_decision_target,
    responses={200: NegativeDecisionOut},
)
def confirm_negative_change(
    context: Context, path: NegativeDecisionPath, body: ProposedChangeIn
) -> NegativeDecisionOut:
    """由另一人确认中止、恢复或撤销，自此生效并告知本人"""
    return present.decision_out(context, negatives.confirm_change(context.session, **_seen(context, path, body)))


@api.guarded(
    "POST",
    "/negative-decisions/<int:negative_decision_id>/change-withdrawal",
    permission=Permission.negative_record,
    target=negative_decision_target,
    responses={200: NegativeDecisionOut},
)
def withdraw_negative_change(
    context: Context, path: NegativeDecisionPath, body: ProposedChangeIn
) -> NegativeDecisionOut:
    """撤回已提出、尚未确认的变更"""
    return present.decision_out(context, negatives.withdraw_change(context.session, **_seen(context, path, body)))


def _propose(context: Context, path: NegativeDecisionPath, action: NegativeAction, reason: str) -> NegativeDecisionOut:
    decision = negatives.propose(
        context.session,
        actor=context.actor,
        account_id=context.account_id,
        decision_id=path.negative_decision_id,
        action=action,
        reason=reason,
        now=context.now,
    )
    return present.decision_out(context, decision)


def _seen(context: Context, path: NegativeDecisionPath, body: ProposedChangeIn) -> dict[str, Any]:
    return {
        "actor": context.actor,
        "account_id": context.account_id,
        "decision_id": path.negative_decision_id,
        "change_id": body.change_id,
        "now": context.now,
    }
