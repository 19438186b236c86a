"""The screen over HTTP: for the officer's own phone, and for a computer that they let in."""

from server.identity import limits
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.meetings.models import Meeting
from server.meetings.planning import service as planning
from server.meetings.queries import get_meeting
from server.meetings.screen import links, present, queries
from server.meetings.screen.schemas import (
    ScreenHeader,
    ScreenLinkOut,
    ScreenOut,
    ScreenPath,
    ScreenQuery,
    ScreensClosedOut,
    ScreenSessionIn,
    ScreenSessionOut,
)
from server.meetings.targets import meeting_target

api = Api("screen", __name__, tag="签到大屏")


@api.guarded(
    "GET",
    "/meetings/<int:meeting_id>/screen",
    permission=Permission.meeting_manage,
    target=meeting_target,
    responses={200: ScreenOut},
)
def show_screen(context: Context, path: ScreenPath, query: ScreenQuery) -> ScreenOut:
    """在手机上展示签到码和到会情况"""
    return _shown(context, get_meeting(context.session, path.meeting_id), query)


@api.guarded(
    "POST",
    "/meetings/<int:meeting_id>/screen-links",
    permission=Permission.meeting_manage,
    target=meeting_target,
    responses={201: ScreenLinkOut},
    idempotent=False,
)
def make_screen_link(context: Context, path: ScreenPath) -> tuple[ScreenLinkOut, int]:
    """投屏：得到五分钟内有效的链接和八位数字，只能用一次"""
    link = links.make_link(context.session, path.meeting_id, account_id=context.account_id, now=context.now)
    meeting = get_meeting(context.session, path.meeting_id)
    planning.record(context.session, meeting, "meeting_screen_link", context.account_id, context.now)
    url = f"{context.settings.base_url}/screen/{path.meeting_id}#{link.key}"
    digits = f"{link.digits[:4]} {link.digits[4:]}"
    return ScreenLinkOut(url=url, digits=digits, expires_at=link.expires_at), 201


@api.guarded(
    "POST",
    "/meetings/<int:meeting_id>/screens/closing",
    permission=Permission.meeting_manage,
    target=meeting_target,
    responses={200: ScreensClosedOut},
)
def close_screens(context: Context, path: ScreenPath) -> ScreensClosedOut:
    """结束投屏：会议的所有大屏随即停止显示，尚未使用的投屏码作废；会议取消后也可以"""
    closed = links.close_screens(context.session, path.meeting_id, account_id=context.account_id, now=context.now)
    return ScreensClosedOut(closed=closed)


@api.guarded(
    "POST",
    "/screen-sessions",
    permission=None,
    responses={201: ScreenSessionOut},
    idempotent=False,
    decorators=limits.screen,
)
def open_screen_session(context: Context, body: ScreenSessionIn) -> tuple[ScreenSessionOut, int]:
    """用链接或八位数字打开大屏，不用登录"""
    link = links.open_session(context.session, body.key, now=context.now)
    token = links.write_token(context.settings.secret_key, link)
    return ScreenSessionOut(screen_token=token, meeting_id=link.meeting_id, expires_at=link.expires_at), 201


@api.guarded(
    "GET",
    "/screens/<int:meeting_id>",
    permission=None,
    responses={200: ScreenOut},
)
def show_projected_screen(context: Context, path: ScreenPath, query: ScreenQuery, header: ScreenHeader) -> ScreenOut:
    """大屏的内容；凭打开时得到的令牌（X-Screen-Token）"""
    meeting = links.check_token(
        context.session,
        context.settings.secret_key,
        header.x_screen_token,
        meeting_id=path.meeting_id,
        now=context.now,
    )
    return _shown(context, meeting, query)


def _shown(context: Context, meeting: Meeting, query: ScreenQuery) -> ScreenOut:
    found = queries.screen(
        context.session, meeting, settings=context.settings, after_step=query.after_step, now=context.now
    )
    return present.screen_out(found, now=context.now)
