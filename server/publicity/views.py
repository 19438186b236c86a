"""Publicities over HTTP: the list while it is on show, 410 for members once it is over.

Who proposes, approves and withdraws does so by the routes of the subject's owner.
"""

from http import HTTPStatus
from urllib.parse import quote

from flask import Response

from server.days import shanghai_date
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.identity.access import Context
from server.identity.guard import Api, ErrorOut
from server.identity.rules import Permission, allows
from server.organizations.targets import organization_target
from server.presentation import OrganizationPath, Page, PageQuery, decode_id_cursor, page_of
from server.publicity import poster, queries
from server.publicity.error_codes import PublicityErrorCode
from server.publicity.models import Publicity
from server.publicity.present import items_out, phase_of, publicity_out
from server.publicity.rules import PublicityPhase
from server.publicity.schemas import PublicityDetailOut, PublicityItemOut, PublicityPath
from server.publicity.targets import publicity_target

api = Api("publicity", __name__, tag="公示")

POSTER_RESPONSE = {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/publicities",
    permission=Permission.publicity_read,
    target=organization_target,
    responses={200: Page[PublicityItemOut]},
)
def list_publicities(context: Context, path: OrganizationPath, query: PageQuery) -> Page[PublicityItemOut]:
    """支部的公示，新的在前；普通党员只看到批准过的"""
    rows = queries.of_organization(
        context.session,
        path.organization_id,
        approved_only=not _oversees(context),
        before_id=decode_id_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows)
    return Page(items=items_out(context.session, page, context.now), next_cursor=cursor)


@api.guarded(
    "GET",
    "/publicities/<int:publicity_id>",
    permission=Permission.publicity_read,
    target=publicity_target,
    responses={200: PublicityDetailOut, 410: ErrorOut},
)
def show_publicity(context: Context, path: PublicityPath) -> PublicityDetailOut:
    """一份公示：名单以姓氏笔画为序，未参评只列人数；期满以后普通党员看不到名单（410）"""
    row = _on_show(context, path.publicity_id)
    return publicity_out(
        context.session, row, member_id=context.actor.member_id, officer=_oversees(context), now=context.now
    )


@api.guarded(
    "GET",
    "/publicities/<int:publicity_id>/poster.pdf",
    permission=Permission.publicity_read,
    target=publicity_target,
    responses={200: POSTER_RESPONSE, 410: ErrorOut},
)
def get_poster(context: Context, path: PublicityPath) -> Response:
    """A3 海报，打印张贴；批准以后才有"""
    row = _on_show(context, path.publicity_id)
    if row.approved_at is None:
        raise conflict(CoreErrorCode.wrong_status, "公示批准以后才能打印海报")
    made = poster.of_publicity(context.session, row, base_url=context.settings.base_url)
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{made.title}.pdf')}",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(poster.as_pdf(made), mimetype="application/pdf", headers=headers)


def _oversees(context: Context) -> bool:
    return allows(context.actor, Permission.publicity_oversee, context.target)


def _on_show(context: Context, publicity_id: int) -> Publicity:
    """Return a publicity that the caller may read now.

    Raises DomainError 404 before it is on show, and 410 `publicity_over` once it is not any more, unless the caller
    oversees it.
    """
    row = context.session.get_one(Publicity, publicity_id)
    if _oversees(context):
        return row
    phase = phase_of(row, queries.terms_for(context.session, row), shanghai_date(context.now))
    if phase in (PublicityPhase.running, PublicityPhase.paused):
        return row
    if row.approved_at is None or phase is PublicityPhase.upcoming:
        raise not_found("公示")
    if phase is PublicityPhase.withdrawn:
        message = "这份公示已经撤回，名单已经撤下"
    else:
        message = f"公示到 {row.last_day.month} 月 {row.last_day.day} 日为止，名单已经撤下"
    detail = {"title": queries.content_of(context.session, row).title, "last_day": row.last_day.isoformat()}
    raise DomainError(PublicityErrorCode.publicity_over, message, status=HTTPStatus.GONE, detail=detail)
