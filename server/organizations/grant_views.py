"""Roles over HTTP: give, end, list."""

from server.days import shanghai_date
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.models import Account
from server.identity.rules import Permission
from server.organizations import grants, present
from server.organizations.account_schemas import GrantEndIn, GrantIn, GrantOut, GrantPath, GrantsQuery
from server.organizations.targets import grant_target, organization_target
from server.presentation import OrganizationPath, Page, decode_id_cursor, page_of

api = Api("grants", __name__, tag="角色授予")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/grants",
    permission=Permission.organization_read,
    target=organization_target,
    responses={200: Page[GrantOut]},
)
def list_grants(context: Context, path: OrganizationPath, query: GrantsQuery) -> Page[GrantOut]:
    """在该党组织任职的人员"""
    rows = grants.list_grants(
        context.session,
        organization_id=path.organization_id,
        on=shanghai_date(context.now),
        include_ended=query.include_ended,
        after_id=decode_id_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows, lambda row: (row[0].id,))
    return Page(items=[present.grant_out(granted, account) for granted, account in page], next_cursor=cursor)


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/grants",
    permission=Permission.grant_manage,
    target=organization_target,
    responses={201: GrantOut},
)
def give_role(context: Context, path: OrganizationPath, body: GrantIn) -> tuple[GrantOut, int]:
    """授予角色（不得高于本人）"""
    granted = grants.give(
        context.session,
        actor=context.actor,
        organization_id=path.organization_id,
        now=context.now,
        **body.model_dump(),
    )
    return present.grant_out(granted, context.session.get_one(Account, granted.account_id)), 201


@api.guarded(
    "POST",
    "/grants/<int:grant_id>/end",
    permission=Permission.grant_manage,
    target=grant_target,
    responses={200: GrantOut},
)
def end_role(context: Context, path: GrantPath, body: GrantEndIn) -> GrantOut:
    """结束任职"""
    granted = grants.end(
        context.session,
        actor=context.actor,
        grant_id=path.grant_id,
        until_date=body.until_date,
        now=context.now,
    )
    return present.grant_out(granted, context.session.get_one(Account, granted.account_id))
