"""Settling over HTTP: what a list would mean, confirming it, taking that back."""

from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.meetings.settlement import present
from server.meetings.settlement import service as settlement
from server.meetings.settlement.schemas import ConfirmationIn, ReopeningIn, SettlementOut, SettlementPath
from server.meetings.targets import roster_target

api = Api("settlement", __name__, tag="会议计分")


@api.guarded(
    "GET",
    "/rosters/<int:roster_id>/settlement",
    permission=Permission.roster_read,
    target=roster_target,
    responses={200: SettlementOut},
)
def get_settlement(context: Context, path: SettlementPath) -> SettlementOut:
    """确认前预览：名单上每人计多少分、扣多少分、为什么"""
    context.audit_look(AuditSubject.meeting_roster, path.roster_id)
    return present.settlement(context.session, path.roster_id, context.now)


@api.guarded(
    "POST",
    "/rosters/<int:roster_id>/confirm",
    permission=Permission.roster_confirm,
    target=roster_target,
    responses={200: SettlementOut},
)
def confirm_roster(context: Context, path: SettlementPath, body: ConfirmationIn) -> SettlementOut:
    """确认名单：出席和缺席随即计分"""
    settlement.confirm(
        context.session,
        roster_id=path.roster_id,
        absent=body.absent,
        count_anyway=body.count_anyway,
        account_id=context.account_id,
        now=context.now,
    )
    return present.settlement(context.session, path.roster_id, context.now)


@api.guarded(
    "POST",
    "/rosters/<int:roster_id>/reopen",
    permission=Permission.roster_confirm,
    target=roster_target,
    responses={200: SettlementOut},
)
def reopen_roster(context: Context, path: SettlementPath, body: ReopeningIn) -> SettlementOut:
    """撤销计分（写明原因）：已计的分冲销，更正后重新计分"""
    settlement.reopen(
        context.session,
        roster_id=path.roster_id,
        reason=body.reason,
        account_id=context.account_id,
        now=context.now,
    )
    return present.settlement(context.session, path.roster_id, context.now)
