"""请假 over HTTP: ask, withdraw, decide, and what waits for an officer."""

from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.meetings.leave import present as leave_present
from server.meetings.leave import queries as leave_queries
from server.meetings.leave import service as leave
from server.meetings.leave.schemas import (
    AskLeaveIn,
    GrantLeaveIn,
    LeaveOut,
    LeavePath,
    LeavesQuery,
    MemberMeetingPath,
    RefuseLeaveIn,
)
from server.meetings.targets import leave_target
from server.organizations.models import Organization
from server.organizations.targets import member_target, organization_target
from server.presentation import OrganizationPath, Page, decode_time_cursor, page_of

api = Api("leaves", __name__, tag="请假")


@api.guarded(
    "POST",
    "/members/<int:member_id>/meetings/<int:meeting_id>/leave",
    permission=Permission.leave_ask,
    target=member_target,
    responses={200: LeaveOut},
)
def ask_leave(context: Context, path: MemberMeetingPath, body: AskLeaveIn) -> LeaveOut:
    """请假（会后 30 天内可补请假）；负责人代为请假须写明代办原因"""
    asked = leave.ask(
        context.session,
        member_id=path.member_id,
        meeting_id=path.meeting_id,
        wish=body.wish(),
        actor=context.actor,
        account_id=context.account_id,
        now=context.now,
    )
    return leave_present.one_leave(context, asked)


@api.guarded(
    "POST",
    "/leaves/<int:leave_id>/withdraw",
    permission=Permission.leave_ask,
    target=leave_target,
    responses={200: LeaveOut},
)
def withdraw_leave(context: Context, path: LeavePath) -> LeaveOut:
    """撤回请假（销假）"""
    withdrawn = leave.withdraw(context.session, leave_id=path.leave_id, account_id=context.account_id, now=context.now)
    return leave_present.one_leave(context, withdrawn)


@api.guarded(
    "POST",
    "/leaves/<int:leave_id>/grant",
    permission=Permission.leave_decide,
    target=leave_target,
    responses={200: LeaveOut},
)
def grant_leave(context: Context, path: LeavePath, body: GrantLeaveIn) -> LeaveOut:
    """批准请假，可要求补课；更改已作出的决定须写明理由并带上版本"""
    granted = leave.grant(
        context.session,
        leave_id=path.leave_id,
        terms=body.terms(),
        actor=context.actor,
        account_id=context.account_id,
        now=context.now,
        version=body.version,
    )
    return leave_present.one_leave(context, granted)


@api.guarded(
    "POST",
    "/leaves/<int:leave_id>/refuse",
    permission=Permission.leave_decide,
    target=leave_target,
    responses={200: LeaveOut},
)
def refuse_leave(context: Context, path: LeavePath, body: RefuseLeaveIn) -> LeaveOut:
    """不批准请假，写明理由"""
    refused = leave.refuse(
        context.session,
        leave_id=path.leave_id,
        answer=body.answer,
        actor=context.actor,
        account_id=context.account_id,
        now=context.now,
        version=body.version,
    )
    return leave_present.one_leave(context, refused)


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/leaves",
    permission=Permission.leave_decide,
    target=organization_target,
    responses={200: Page[LeaveOut]},
)
def list_leaves(context: Context, path: OrganizationPath, query: LeavesQuery) -> Page[LeaveOut]:
    """党组织及下级的请假，最早提出的在前"""
    context.audit_look(AuditSubject.organization_leaves, path.organization_id)
    found = leave_queries.list_below(
        context.session,
        organization=context.session.get_one(Organization, path.organization_id),
        status=query.status,
        after=decode_time_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, found, lambda row: (row[0].asked_at, row[0].id))
    return Page(items=leave_present.many(context, page), next_cursor=cursor)
