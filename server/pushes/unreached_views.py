"""未送达 over HTTP, for officers: who was not reached, and that someone told them."""

from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.targets import organization_target
from server.presentation import OrganizationPath, Page, decode_time_cursor, page_of
from server.pushes import present, unreachable
from server.pushes.schemas import PushPath, UnreachedCountsOut, UnreachedOut, UnreachedQuery
from server.pushes.targets import push_target

api = Api("unreached", __name__, tag="未送达")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/unreached-pushes",
    permission=Permission.unreached_manage,
    target=organization_target,
    responses={200: Page[UnreachedOut]},
)
def list_unreached_pushes(context: Context, path: OrganizationPath, query: UnreachedQuery) -> Page[UnreachedOut]:
    """没能送达或结果未知的推送：谁、什么事项、为什么；不显示内容"""
    context.audit_look(AuditSubject.unreached_pushes, path.organization_id)
    rows = unreachable.unreached(
        context.session,
        path.organization_id,
        with_settled=query.with_settled,
        before=decode_time_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows, lambda row: (row.push.due_at, row.push.id))
    return Page[UnreachedOut](items=present.unreached(context.session, page), next_cursor=cursor)


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/unreached-pushes/counts",
    permission=Permission.unreached_manage,
    target=organization_target,
    responses={200: UnreachedCountsOut},
)
def count_unreached_pushes(context: Context, path: OrganizationPath) -> UnreachedCountsOut:
    """未送达的条数：总数和各支部"""
    return present.counts(unreachable.counts(context.session, path.organization_id))


@api.guarded(
    "POST",
    "/unreached-pushes/<int:push_id>/told",
    permission=Permission.unreached_manage,
    target=push_target,
    responses={200: UnreachedOut},
)
def tell_unreached(context: Context, path: PushPath) -> UnreachedOut:
    """登记已当面或电话告知"""
    unreachable.tell(context.session, path.push_id, account_id=context.account_id, now=context.now)
    (shown,) = present.unreached(context.session, [unreachable.one(context.session, path.push_id)])
    return shown
