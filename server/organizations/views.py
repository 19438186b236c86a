"""The tree of organizations over HTTP."""

from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations import present, queries, service
from server.organizations.models import Organization, OrganizationKind
from server.organizations.schemas import (
    ChildrenQuery,
    GroupPath,
    OrganizationIn,
    OrganizationOut,
    SettingsIn,
    TitleIn,
)
from server.organizations.targets import group_target, organization_target
from server.presentation import OrganizationPath, Page, decode_id_cursor, page_of

api = Api("organizations", __name__, tag="党组织")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>",
    permission=Permission.organization_read,
    target=organization_target,
    responses={200: OrganizationOut},
)
def read_organization(context: Context, path: OrganizationPath) -> OrganizationOut:
    """查看党组织"""
    return present.organization_out(context.session.get_one(Organization, path.organization_id))


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/children",
    permission=Permission.organization_read,
    target=organization_target,
    responses={200: Page[OrganizationOut]},
)
def list_children(context: Context, path: OrganizationPath, query: ChildrenQuery) -> Page[OrganizationOut]:
    """下级党组织"""
    rows = queries.children(
        context.session,
        parent_id=path.organization_id,
        include_closed=query.include_closed,
        after_id=decode_id_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows)
    return Page(items=[present.organization_out(row) for row in page], next_cursor=cursor)


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/children",
    permission=Permission.organization_manage,
    target=organization_target,
    responses={201: OrganizationOut},
)
def create_child(context: Context, path: OrganizationPath, body: OrganizationIn) -> tuple[OrganizationOut, int]:
    """设立下级党组织"""
    return _create(context, path.organization_id, body.kind, body.title), 201


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/groups",
    permission=Permission.branch_manage,
    target=organization_target,
    responses={201: OrganizationOut},
)
def create_group(context: Context, path: OrganizationPath, body: TitleIn) -> tuple[OrganizationOut, int]:
    """支部设立党小组"""
    return _create(context, path.organization_id, OrganizationKind.group, body.title), 201


def _create(context: Context, parent_id: int, kind: OrganizationKind, title: str) -> OrganizationOut:
    organization = service.create_organization(
        context.session, parent_id=parent_id, kind=kind, title=title, account_id=context.account_id, now=context.now
    )
    return present.organization_out(organization)


@api.guarded(
    "PATCH",
    "/organizations/<int:organization_id>",
    permission=Permission.organization_manage,
    target=organization_target,
    responses={200: OrganizationOut},
)
def rename_organization(context: Context, path: OrganizationPath, body: TitleIn) -> OrganizationOut:
    """更改党组织名称"""
    return _rename(context, path.organization_id, body.title)


@api.guarded(
    "PATCH",
    "/groups/<int:group_id>",
    permission=Permission.branch_manage,
    target=group_target,
    responses={200: OrganizationOut},
)
def rename_group(context: Context, path: GroupPath, body: TitleIn) -> OrganizationOut:
    """更改党小组名称"""
    return _rename(context, path.group_id, body.title)


def _rename(context: Context, organization_id: int, title: str) -> OrganizationOut:
    organization = service.rename_organization(
        context.session, organization_id, title=title, account_id=context.account_id, now=context.now
    )
    return present.organization_out(organization)


@api.guarded(
    "PUT",
    "/organizations/<int:organization_id>/settings",
    permission=Permission.branch_manage,
    target=organization_target,
    responses={200: OrganizationOut},
)
def change_settings(context: Context, path: OrganizationPath, body: SettingsIn) -> OrganizationOut:
    """党组织设置"""
    organization = service.change_settings(
        context.session,
        path.organization_id,
        settings=body.model_dump(mode="json", exclude_none=True),
        account_id=context.account_id,
        now=context.now,
    )
    return present.organization_out(organization)


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/closure",
    permission=Permission.organization_manage,
    target=organization_target,
    responses={200: OrganizationOut},
)
def close_organization(context: Context, path: OrganizationPath) -> OrganizationOut:
    """撤销党组织"""
    return _close(context, path.organization_id)


@api.guarded(
    "POST",
    "/groups/<int:group_id>/closure",
    permission=Permission.branch_manage,
    target=group_target,
    responses={200: OrganizationOut},
)
def close_group(context: Context, path: GroupPath) -> OrganizationOut:
    """撤销党小组"""
    return _close(context, path.group_id)


def _close(context: Context, organization_id: int) -> OrganizationOut:
    organization = service.close_organization(
        context.session, organization_id, account_id=context.account_id, now=context.now
    )
    return present.organization_out(organization)
