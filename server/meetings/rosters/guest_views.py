"""Guests over HTTP, and what looks odd in a meeting's check-in."""

from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.meetings.rosters import hosting, oddities, present
from server.meetings.rosters.guest_schemas import (
    GuestPath,
    GuestsOut,
    HostPath,
    OdditiesOut,
    OddityOut,
    RefuseGuestIn,
)
from server.meetings.targets import meeting_target

api = Api("guests", __name__, tag="考勤名单")


@api.guarded(
    "GET",
    "/meetings/<int:meeting_id>/guests",
    permission=Permission.roster_read,
    target=meeting_target,
    responses={200: GuestsOut},
)
def list_guests(context: Context, path: HostPath) -> GuestsOut:
    """不在应到名单上而到会的党员（双重组织生活、流动党员），待确认的在前"""
    context.audit_look(AuditSubject.meeting_guests, path.meeting_id)
    return present.guests_out(context.session, path.meeting_id)


@api.guarded(
    "POST",
    "/meetings/<int:meeting_id>/guests/<int:member_id>/confirm",
    permission=Permission.roster_record,
    target=meeting_target,
    responses={200: GuestsOut},
)
def confirm_guest(context: Context, path: GuestPath) -> GuestsOut:
    """确认到会，计入其所在支部当月同类会议"""
    hosting.confirm(
        context.session,
        meeting_id=path.meeting_id,
        member_id=path.member_id,
        actor=context.actor,
        account_id=context.account_id,
        now=context.now,
    )
    return present.guests_out(context.session, path.meeting_id)


@api.guarded(
    "POST",
    "/meetings/<int:meeting_id>/guests/<int:member_id>/refuse",
    permission=Permission.roster_record,
    target=meeting_target,
    responses={200: GuestsOut},
)
def refuse_guest(context: Context, path: GuestPath, body: RefuseGuestIn) -> GuestsOut:
    """不确认到会，写明理由"""
    hosting.refuse(
        context.session,
        meeting_id=path.meeting_id,
        member_id=path.member_id,
        reason=body.reason,
        actor=context.actor,
        account_id=context.account_id,
        now=context.now,
    )
    return present.guests_out(context.session, path.meeting_id)


@api.guarded(
    "GET",
    "/meetings/<int:meeting_id>/oddities",
    permission=Permission.roster_read,
    target=meeting_target,
    responses={200: OdditiesOut},
)
def list_oddities(context: Context, path: HostPath) -> OdditiesOut:
    """签到中的异常情况，仅供核实，不作处理"""
    context.audit_look(AuditSubject.meeting_oddities, path.meeting_id)
    found = oddities.of_meeting(context.session, path.meeting_id)
    return OdditiesOut(items=[OddityOut(kind=oddity.kind, text=oddity.text) for oddity in found])
