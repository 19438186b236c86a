"""Votes of a members' meeting over HTTP: recorded after the meeting, taken back with a reason."""

from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.meetings.queries import get_meeting
from server.meetings.resolutions import present, service
from server.meetings.resolutions.schemas import (
    MeetingResolutionsPath,
    ResolutionIn,
    ResolutionPath,
    ResolutionsOut,
    WithdrawResolutionIn,
)
from server.meetings.resolutions.service import Ballots, Exclusion
from server.meetings.targets import meeting_target, resolution_target

api = Api("resolutions", __name__, tag="表决")


@api.guarded(
    "GET",
    "/meetings/<int:meeting_id>/resolutions",
    permission=Permission.resolution_read,
    target=meeting_target,
    responses={200: ResolutionsOut},
)
def list_resolutions(context: Context, path: MeetingResolutionsPath) -> ResolutionsOut:
    """支部党员大会的表决：应到会有表决权的党员、实到人数、已登记的表决"""
    context.audit_look(AuditSubject.resolutions, path.meeting_id)
    return present.whole(context, get_meeting(context.session, path.meeting_id))


@api.guarded(
    "POST",
    "/meetings/<int:meeting_id>/resolutions",
    permission=Permission.resolution_record,
    target=meeting_target,
    responses={201: ResolutionsOut},
)
def record_resolution(context: Context, path: MeetingResolutionsPath, body: ResolutionIn) -> tuple[ResolutionsOut, int]:
    """会后登记一项表决；应到和实到由名册和签到得出，票数由会上清点"""
    row = service.record(
        context.session,
        meeting_id=path.meeting_id,
        rule=body.rule,
        title=body.title,
        text=body.text,
        exclusions=[Exclusion(each.member_id, each.ground, each.reason) for each in body.exclusions],
        ballots=Ballots(
            written=body.written,
            ayes=body.ayes,
            nays=body.nays,
            abstentions=body.abstentions,
            invalid=body.invalid,
            unreturned=body.unreturned,
        ),
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, get_meeting(context.session, row.meeting_id)), 201


@api.guarded(
    "POST",
    "/resolutions/<int:resolution_id>/withdraw",
    permission=Permission.resolution_record,
    target=resolution_target,
    responses={200: ResolutionsOut},
)
def withdraw_resolution(context: Context, path: ResolutionPath, body: WithdrawResolutionIn) -> ResolutionsOut:
    """撤回登记有误的表决，写明理由；原登记仍可查看"""
    row = service.withdraw(
        context.session,
        resolution_id=path.resolution_id,
        reason=body.reason,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, get_meeting(context.session, row.meeting_id))
