"""Methods over HTTP: the one in force, a unit's versions, and a draft's way to publication and 备案."""

from server.errors import not_found
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission, allows
from server.organizations.queries import ancestor_ids
from server.organizations.targets import organization_target
from server.presentation import OrganizationPath, Page, PageQuery, decode_id_cursor, page_of
from server.ratings.methods import present, queries, service
from server.ratings.methods.models import MethodStatus, RatingMethod
from server.ratings.methods.schemas import (
    MethodDraftIn,
    MethodEditIn,
    MethodFileIn,
    MethodInForceQuery,
    MethodLineOut,
    MethodOut,
    MethodPath,
    MethodPublishIn,
)
from server.ratings.methods.targets import method_target

api = Api("rating_methods", __name__, tag="星级评定办法")
BASE = "/organizations/<int:organization_id>/rating-methods"
ONE = "/rating-methods/<int:method_id>"


@api.guarded(
    "GET",
    f"{BASE}/in-force",
    permission=Permission.rating_method_read,
    target=organization_target,
    responses={200: MethodOut},
)
def read_method_in_force(context: Context, path: OrganizationPath, query: MethodInForceQuery) -> MethodOut:
    """查看某党组织某年度执行的星级评定办法"""
    above = ancestor_ids(context.session, path.organization_id)
    found = queries.in_force(context.session, above, query.year)
    if found is None:
        raise not_found("星级评定办法")
    return present.method_out(context.session, found)


@api.guarded(
    "GET",
    BASE,
    permission=Permission.rating_method_read,
    target=organization_target,
    responses={200: Page[MethodLineOut]},
)
def list_methods(context: Context, path: OrganizationPath, query: PageQuery) -> Page[MethodLineOut]:
    """列出某党组织制定的各版星级评定办法（草稿仅管理者可见）"""
    rows = queries.versions(
        context.session,
        path.organization_id,
        with_drafts=_manages(context),
        before_id=decode_id_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows)
    return Page(items=[present.method_line(context.session, each) for each in page], next_cursor=cursor)


@api.guarded(
    "POST",
    BASE,
    permission=Permission.rating_method_manage,
    target=organization_target,
    responses={201: MethodOut},
)
def draft_method(context: Context, path: OrganizationPath, body: MethodDraftIn) -> tuple[MethodOut, int]:
    """起草星级评定办法：由默认办法或由上一年度的办法开始"""
    draft = service.begin_draft(
        context.session,
        organization_id=path.organization_id,
        year=body.year,
        source=body.source,
        account_id=context.account_id,
        now=context.now,
    )
    return present.method_out(context.session, draft), 201


@api.guarded("GET", ONE, permission=Permission.rating_method_read, target=method_target, responses={200: MethodOut})
def read_method(context: Context, path: MethodPath) -> MethodOut:
    """查看一版星级评定办法（草稿仅管理者可见）"""
    found = context.session.get_one(RatingMethod, path.method_id)
    if found.status == MethodStatus.draft and not _manages(context):
        raise not_found("星级评定办法")
    return present.method_out(context.session, found)


@api.guarded("PUT", ONE, permission=Permission.rating_method_manage, target=method_target, responses={200: MethodOut})
def edit_method(context: Context, path: MethodPath, body: MethodEditIn) -> MethodOut:
    """修改草稿；答复中列出发布之前还要修改的地方"""
    draft = service.edit(
        context.session,
        method_id=path.method_id,
        document=body.document,
        revision=body.revision,
        account_id=context.account_id,
        now=context.now,
    )
    return present.method_out(context.session, draft)


@api.guarded(
    "POST",
    f"{ONE}/publish",
    permission=Permission.rating_method_manage,
    target=method_target,
    responses={200: MethodOut},
)
def publish_method(context: Context, path: MethodPath, body: MethodPublishIn) -> MethodOut:
    """发布星级评定办法，发布后不再改动"""
    published = service.publish(
        context.session,
        method_id=path.method_id,
        revision=body.revision,
        account_id=context.account_id,
        now=context.now,
    )
    return present.method_out(context.session, published)


@api.guarded(
    "POST",
    f"{ONE}/filing",
    permission=Permission.rating_method_manage,
    target=method_target,
    responses={200: MethodOut},
)
def file_method(context: Context, path: MethodPath, body: MethodFileIn) -> MethodOut:
    """报党委组织部备案（退回后再次报送也用这里）"""
    service.file(context.session, method_id=path.method_id, account_id=context.account_id, now=context.now)
    return present.method_out(context.session, context.session.get_one(RatingMethod, path.method_id))


def _manages(context: Context) -> bool:
    return allows(context.actor, Permission.rating_method_manage, context.target)
