"""Boards over HTTP: for those signed in, for a screen with a link, and a member's sheet for paper."""

from server.audit.subjects import AuditSubject
from server.identity import limits
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.targets import member_target, organization_target
from server.presentation import MemberPath, OrganizationPath
from server.statements.boards import links, queries
from server.statements.boards.present import board_out, link_out, sheet_out
from server.statements.boards.schemas import (
    BoardHeader,
    BoardLinkIn,
    BoardLinkOut,
    BoardLinkPath,
    BoardLinksOut,
    BoardOut,
    BoardQuery,
    BoardSessionIn,
    BoardSessionOut,
    MonthQuery,
    SheetOut,
)
from server.statements.boards.sheet import read_sheet
from server.statements.boards.targets import board_link_target

api = Api("boards", __name__, tag="公示栏")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/board",
    permission=Permission.board_read,
    target=organization_target,
    responses={200: BoardOut},
)
def show_board(context: Context, path: OrganizationPath, query: BoardQuery) -> BoardOut:
    """公示栏：已确认的月汇总，按支部设定的范围显示"""
    view = None if query.posted else queries.officers_view(context.actor, context.target)
    if view is not None or not queries.is_fellow(context.actor, context.target):
        context.audit_look(AuditSubject.board, path.organization_id)
    found = queries.read_board(
        context.session,
        organization_id=path.organization_id,
        month=query.month,
        member_id=context.actor.member_id,
        view=view,
        posted=query.posted,
        now=context.now,
    )
    return board_out(found)


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/board-links",
    permission=Permission.board_manage,
    target=organization_target,
    responses={200: BoardLinksOut},
)
def list_board_links(context: Context, path: OrganizationPath) -> BoardLinksOut:
    """仍然有效的公示屏链接"""
    found = links.links_of(context.session, path.organization_id, now=context.now)
    return BoardLinksOut(items=[link_out(link, made_by) for link, made_by in found])


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/board-links",
    permission=Permission.board_manage,
    target=organization_target,
    responses={201: BoardLinkOut},
    idempotent=False,
)
def make_board_link(context: Context, path: OrganizationPath, body: BoardLinkIn) -> tuple[BoardLinkOut, int]:
    """给一块不登录的屏幕开通公示栏：到期自动失效，可随时撤销"""
    link, key = links.make_link(
        context.session,
        organization_id=path.organization_id,
        place=body.place,
        until_date=body.until_date,
        account_id=context.account_id,
        now=context.now,
    )
    url = f"{context.settings.base_url}/board/{path.organization_id}#{key}"
    return link_out(link, links.maker(context.session, link), url=url), 201


@api.guarded(
    "POST",
    "/board-links/<int:board_link_id>/revocation",
    permission=Permission.board_manage,
    target=board_link_target,
    responses={200: BoardLinkOut},
)
def revoke_board_link(context: Context, path: BoardLinkPath) -> BoardLinkOut:
    """撤销公示屏链接，已打开的屏幕随即停止显示"""
    link = links.revoke(context.session, link_id=path.board_link_id, account_id=context.account_id, now=context.now)
    return link_out(link, links.maker(context.session, link))


@api.guarded(
    "POST",
    "/board-sessions",
    permission=None,
    responses={201: BoardSessionOut},
    idempotent=False,
    decorators=limits.board,
)
def open_board_session(context: Context, body: BoardSessionIn) -> tuple[BoardSessionOut, int]:
    """用链接打开公示屏，不用登录"""
    link, token = links.open_session(context.session, context.settings.secret_key, body.key, now=context.now)
    out = BoardSessionOut(board_token=token, organization_id=link.organization_id, until_date=link.until_date)
    return out, 201


@api.guarded(
    "GET",
    "/boards/<int:organization_id>",
    permission=None,
    responses={200: BoardOut},
)
def show_posted_board(context: Context, path: OrganizationPath, query: MonthQuery, header: BoardHeader) -> BoardOut:
    """公示屏的内容；凭打开链接时得到的令牌（X-Board-Token）"""
    links.check_token(
        context.session,
        context.settings.secret_key,
        header.x_board_token,
        organization_id=path.organization_id,
        now=context.now,
    )
    found = queries.read_board(
        context.session,
        organization_id=path.organization_id,
        month=query.month,
        member_id=None,
        view=None,
        posted=True,
        now=context.now,
    )
    return board_out(found)


@api.guarded(
    "GET",
    "/members/<int:member_id>/statement-sheet",
    permission=Permission.score_read,
    target=member_target,
    responses={200: SheetOut},
)
def show_statement_sheet(context: Context, path: MemberPath, query: MonthQuery) -> SheetOut:
    """个人积分月度清单，供打印给不用手机的党员"""
    context.audit_look(AuditSubject.statement_sheet, path.member_id)
    found = read_sheet(context.session, member_id=path.member_id, month=query.month, now=context.now)
    return sheet_out(found, now=context.now)
