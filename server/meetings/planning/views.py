"""Meetings over HTTP: the organizers plan and look after them, members see their own."""

from datetime import datetime
from http import HTTPStatus

from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.meetings import queries
from server.meetings.leave.schemas import MemberMeetingPath
from server.meetings.planning import changes, minutes, own, present, window
from server.meetings.planning import preview as previews
from server.meetings.planning import service as planning
from server.meetings.planning.own import OwnMeeting, Position
from server.meetings.planning.schemas import (
    CancelMeetingIn,
    ExtendCheckInIn,
    MeetingChangeIn,
    MeetingLineOut,
    MeetingOut,
    MeetingPath,
    MeetingsQuery,
    MinutesIn,
    OutlineIn,
    OwnMeetingLineOut,
    OwnMeetingOut,
    PlanIn,
    PreviewOut,
)
from server.meetings.targets import meeting_target
from server.organizations.targets import member_target, organization_target
from server.presentation import (
    MemberPath,
    OrganizationPath,
    Page,
    PageQuery,
    decode_numbers,
    decode_time_cursor,
    instant_of,
    page_of,
)

api = Api("meetings", __name__, tag="三会一课")


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/meetings",
    permission=Permission.meeting_manage,
    target=organization_target,
    responses={201: MeetingOut},
)
def plan_meeting(context: Context, path: OrganizationPath, body: PlanIn) -> tuple[MeetingOut, int]:
    """安排会议，可按月重复，可补录 30 天内的会议；返回首次会议"""
    meetings = planning.plan(
        context.session,
        organization_id=path.organization_id,
        plan=body.plan(),
        actor=context.actor,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, meetings[0]), HTTPStatus.CREATED


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/meeting-previews",
    permission=Permission.meeting_manage,
    target=organization_target,
    responses={200: PreviewOut},
    idempotent=False,
)
def preview_plan(context: Context, path: OrganizationPath, body: OutlineIn) -> PreviewOut:
    """安排之前先看：每次的日期、签到时间、计分项目、各组织的应到人数；不保存"""
    found = previews.preview(
        context.session,
        organization_id=path.organization_id,
        plan=body.plan(),
        actor=context.actor,
        now=context.now,
    )
    return present.preview(context.session, found)


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/meetings",
    permission=Permission.meeting_read,
    target=organization_target,
    responses={200: Page[MeetingLineOut]},
)
def list_meetings(context: Context, path: OrganizationPath, query: MeetingsQuery) -> Page[MeetingLineOut]:
    """党组织主办或参加的会议，最新的在前"""
    found = queries.meetings_of_organization(
        context.session,
        path.organization_id,
        from_day=query.from_day,
        until=query.until,
        kind=query.kind,
        phase=query.phase,
        before=decode_time_cursor(query.cursor),
        limit=query.one_more,
        now=context.now,
    )
    page, cursor = page_of(query, found, lambda row: (row[0].starts_at, row[0].id))
    return Page(items=present.lines(context.session, page, context.now), next_cursor=cursor)


@api.guarded(
    "GET",
    "/meetings/<int:meeting_id>",
    permission=Permission.meeting_read,
    target=meeting_target,
    responses={200: MeetingOut},
)
def get_meeting(context: Context, path: MeetingPath) -> MeetingOut:
    """会议详情：安排、各组织名单的人数、会议记录"""
    return present.whole(context, queries.get_meeting(context.session, path.meeting_id))


@api.guarded(
    "PATCH",
    "/meetings/<int:meeting_id>",
    permission=Permission.meeting_manage,
    target=meeting_target,
    responses={200: MeetingOut},
)
def change_meeting(context: Context, path: MeetingPath, body: MeetingChangeIn) -> MeetingOut:
    """修改会议安排，可一并修改之后的同系列会议"""
    meeting = changes.change(
        context.session,
        meeting_id=path.meeting_id,
        version=body.version,
        change=body.change(),
        following=body.following,
        actor=context.actor,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, meeting)


@api.guarded(
    "POST",
    "/meetings/<int:meeting_id>/cancel",
    permission=Permission.meeting_manage,
    target=meeting_target,
    responses={200: MeetingOut},
)
def cancel_meeting(context: Context, path: MeetingPath, body: CancelMeetingIn) -> MeetingOut:
    """取消会议（写明原因），可一并取消之后的同系列会议"""
    meeting = changes.cancel(
        context.session,
        meeting_id=path.meeting_id,
        reason=body.reason,
        following=body.following,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, meeting)


@api.guarded(
    "POST",
    "/meetings/<int:meeting_id>/end-check-in",
    permission=Permission.meeting_manage,
    target=meeting_target,
    responses={200: MeetingOut},
)
def end_check_in(context: Context, path: MeetingPath) -> MeetingOut:
    """提前结束签到；可用延长签到恢复"""
    meeting = window.end_check_in(
        context.session, meeting_id=path.meeting_id, account_id=context.account_id, now=context.now
    )
    return present.whole(context, meeting)


@api.guarded(
    "POST",
    "/meetings/<int:meeting_id>/extend-check-in",
    permission=Permission.meeting_manage,
    target=meeting_target,
    responses={200: MeetingOut},
)
def extend_check_in(context: Context, path: MeetingPath, body: ExtendCheckInIn) -> MeetingOut:
    """延长签到，或恢复已结束的签到"""
    meeting = window.extend_check_in(
        context.session,
        meeting_id=path.meeting_id,
        closes_at=body.closes_at,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, meeting)


@api.guarded(
    "PUT",
    "/meetings/<int:meeting_id>/minutes",
    permission=Permission.meeting_manage,
    target=meeting_target,
    responses={200: MeetingOut},
)
def write_minutes(context: Context, path: MeetingPath, body: MinutesIn) -> MeetingOut:
    """填写会议记录和照片（最多 9 张）"""
    meeting = minutes.write_minutes(
        context.session,
        meeting_id=path.meeting_id,
        text=body.text,
        photo_ids=body.photo_ids,
        member_id=context.actor.member_id,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, meeting)


@api.guarded(
    "GET",
    "/members/<int:member_id>/meetings",
    permission=Permission.attendance_read,
    target=member_target,
    responses={200: Page[OwnMeetingLineOut]},
)
def list_own_meetings(context: Context, path: MemberPath, query: PageQuery) -> Page[OwnMeetingLineOut]:
    """党员的会议：将要召开的在前，其后是以往的"""
    context.audit_look(AuditSubject.member_meetings, path.member_id)
    after = _position(query.cursor)
    seen_at = after.seen_at if after else context.now
    found = own.meetings_of_member(
        context.session, member_id=path.member_id, seen_at=seen_at, after=after, limit=query.one_more
    )
    page, cursor = page_of(query, found, lambda row: _own_key(row, seen_at))
    return Page(items=present.own_lines(context.session, page, context.now), next_cursor=cursor)


@api.guarded(
    "GET",
    "/members/<int:member_id>/meetings/<int:meeting_id>",
    permission=Permission.attendance_read,
    target=member_target,
    responses={200: OwnMeetingOut},
)
def get_own_meeting(context: Context, path: MemberMeetingPath) -> OwnMeetingOut:
    """党员看一次会议：安排、本人的出席和请假、对积分的影响"""
    context.audit_look(AuditSubject.member_meetings, path.member_id)
    found = own.meeting_of_member(
        context.session, member_id=path.member_id, meeting_id=path.meeting_id, now=context.now
    )
    return present.own_whole(context, found, path.member_id)


def _own_key(last: OwnMeeting, seen_at: datetime) -> tuple[datetime, int, datetime, int]:
    past = last.meeting.ends_at < seen_at
    return seen_at, int(past), last.meeting.starts_at, last.meeting.id


def _position(cursor: str | None) -> Position | None:
    if cursor is None:
        return None
    seen_at, past, starts_at, meeting_id = decode_numbers(cursor, 4)
    return Position(instant_of(seen_at), bool(past), instant_of(starts_at), meeting_id)
