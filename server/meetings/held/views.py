"""Held check-ins over HTTP: what waits for the host, what the host says, and whether anything is held at all."""

from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.meetings.held import present
from server.meetings.held import service as held
from server.meetings.held.schemas import (
    ConfirmHeldIn,
    DismissHeldIn,
    HeldCheckInsOut,
    HeldPath,
    SharingIn,
)
from server.meetings.held.service import HostDecision
from server.meetings.rules import HeldStatus
from server.meetings.targets import meeting_target

api = Api("held_check_ins", __name__, tag="会议签到")


@api.guarded(
    "GET",
    "/meetings/<int:meeting_id>/held-check-ins",
    permission=Permission.roster_read,
    target=meeting_target,
    responses={200: HeldCheckInsOut},
)
def list_held_check_ins(context: Context, path: HeldPath) -> HeldCheckInsOut:
    """待会议主持人确认的签到和原因，尚未处理的在前"""
    context.audit_look(AuditSubject.held_check_ins, path.meeting_id)
    return present.held_out(context, path.meeting_id)


@api.guarded(
    "POST",
    "/meetings/<int:meeting_id>/held-check-ins/confirm",
    permission=Permission.roster_record,
    target=meeting_target,
    responses={200: HeldCheckInsOut},
)
def confirm_held_check_ins(context: Context, path: HeldPath, body: ConfirmHeldIn) -> HeldCheckInsOut:
    """确认签到，可一次确认多人；按扫码的时刻计为到会"""
    return _decided(context, path.meeting_id, body.member_ids, HeldStatus.confirmed)


@api.guarded(
    "POST",
    "/meetings/<int:meeting_id>/held-check-ins/dismiss",
    permission=Permission.roster_record,
    target=meeting_target,
    responses={200: HeldCheckInsOut},
)
def dismiss_held_check_ins(context: Context, path: HeldPath, body: DismissHeldIn) -> HeldCheckInsOut:
    """不确认签到，写明理由，可一次处理多人；之后仍可改为确认"""
    return _decided(context, path.meeting_id, body.member_ids, HeldStatus.dismissed, body.reason)


@api.guarded(
    "PUT",
    "/meetings/<int:meeting_id>/sharing",
    permission=Permission.meeting_manage,
    target=meeting_target,
    responses={200: HeldCheckInsOut},
)
def allow_sharing(context: Context, path: HeldPath, body: SharingIn) -> HeldCheckInsOut:
    """本次会议允许多人共用手机签到、一人代签多人，或恢复限制"""
    held.allow_sharing(
        context.session,
        meeting_id=path.meeting_id,
        allowed=body.allowed,
        account_id=context.account_id,
        now=context.now,
    )
    return present.held_out(context, path.meeting_id)


def _decided(
    context: Context, meeting_id: int, member_ids: list[int], status: HeldStatus, reason: str | None = None
) -> HeldCheckInsOut:
    decision = HostDecision(meeting_id, member_ids, status, context.actor, context.account_id, context.now, reason)
    held.decide(context.session, decision)
    return present.held_out(context, meeting_id)
