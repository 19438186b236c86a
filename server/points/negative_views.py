"""负面清单 over HTTP: recorded by one, confirmed by another, seen by the member and the deciding organizations."""

from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission, reach
from server.organizations.targets import member_target
from server.points import negatives
from server.points.models import NegativeDecision
from server.points.rules import NegativeAction
from server.points.schemas import (
    NegativeDecisionIn,
    NegativeDecisionOut,
    NegativeDecisionPath,
    NegativeDecisionsOut,
    ReasonIn,
)
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
    context.audit_look("negative_decision", path.member_id)
    deciding = set(reach(context.actor, Permission.negative_record)) & set(context.target.ancestor_ids)
    rows = negatives.of_member(context.session, member_id=path.member_id, effective_only=not deciding)
    return NegativeDecisionsOut(items=[_present(row) for row in rows])


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
    return _present(decision), 201


@api.guarded(
    "POST",
    "/negative-decisions/<int:negative_decision_id>/confirmation",
    permission=Permission.negative_record,
    target=negative_decision_target,
    responses={200: NegativeDecisionOut},
)
def confirm_negative_decision(context: Context, path: NegativeDecisionPath) -> NegativeDecisionOut:
    """由另一人确认决定，自此生效"""
    return _change(context, path, NegativeAction.confirm, None)


@api.guarded(
    "POST",
    "/negative-decisions/<int:negative_decision_id>/suspension",
    permission=Permission.negative_record,
    target=negative_decision_target,
    responses={200: NegativeDecisionOut},
)
def suspend_negative_decision(context: Context, path: NegativeDecisionPath, body: ReasonIn) -> NegativeDecisionOut:
    """中止执行决定，积分恢复"""
    return _change(context, path, NegativeAction.suspend, body.reason)


@api.guarded(
    "POST",
    "/negative-decisions/<int:negative_decision_id>/resumption",
    permission=Permission.negative_record,
    target=negative_decision_target,
    responses={200: NegativeDecisionOut},
)
def resume_negative_decision(context: Context, path: NegativeDecisionPath, body: ReasonIn) -> NegativeDecisionOut:
    """恢复执行决定"""
    return _change(context, path, NegativeAction.resume, body.reason)


@api.guarded(
    "POST",
    "/negative-decisions/<int:negative_decision_id>/revocation",
    permission=Permission.negative_record,
    target=negative_decision_target,
    responses={200: NegativeDecisionOut},
)
def revoke_negative_decision(context: Context, path: NegativeDecisionPath, body: ReasonIn) -> NegativeDecisionOut:
    """撤销决定，积分恢复"""
    return _change(context, path, NegativeAction.revoke, body.reason)


def _change(
    context: Context, path: NegativeDecisionPath, action: NegativeAction, reason: str | None
) -> NegativeDecisionOut:
    decision = negatives.change(
        context.session,
        actor=context.actor,
        account_id=context.account_id,
        decision_id=path.negative_decision_id,
        action=action,
        reason=reason,
        now=context.now,
    )
    return _present(decision)


def _present(decision: NegativeDecision) -> NegativeDecisionOut:
    return NegativeDecisionOut(**{name: getattr(decision, name) for name in NegativeDecisionOut.model_fields})
