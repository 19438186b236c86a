"""停止党籍 over HTTP: recorded and ended from above, listed for a branch and those above it."""

from server.audit.subjects import AuditSubject
from server.errors import not_found
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission, allows
from server.organizations import present
from server.organizations.member_schemas import MembershipOut
from server.organizations.models import Member, Organization
from server.organizations.suspensions import queries, service
from server.organizations.suspensions.present import suspensions_out
from server.organizations.suspensions.schemas import RestoreIn, SuspensionIn, SuspensionOut
from server.organizations.targets import member_target, of_organization, organization_target
from server.presentation import MemberPath, OrganizationPath, Page, PageQuery, decode_id_cursor, page_of

api = Api("suspensions", __name__, tag="停止党籍")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/suspensions",
    permission=Permission.exemption_manage,
    target=organization_target,
    responses={200: Page[SuspensionOut]},
)
def list_suspensions(context: Context, path: OrganizationPath, query: PageQuery) -> Page[SuspensionOut]:
    """停止党籍的党员（含下级党组织，含已恢复的），新的在前"""
    rows = queries.list_below(
        context.session,
        organization_id=path.organization_id,
        before_id=decode_id_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows, lambda row: (row[0].id,))
    context.audit_look(AuditSubject.suspension_list, path.organization_id)
    return Page(items=suspensions_out(context.session, page), next_cursor=cursor)


@api.guarded(
    "POST",
    "/members/<int:member_id>/suspension",
    permission=Permission.transfer_manage,
    target=member_target,
    responses={201: SuspensionOut},
)
def suspend_member(context: Context, path: MemberPath, body: SuspensionIn) -> tuple[SuspensionOut, int]:
    """登记停止党籍：自该日起不在名单、不计人数、不推送、没有表决权"""
    row = service.suspend(
        context.session,
        member_id=path.member_id,
        on=body.on,
        document=body.document,
        note=body.note,
        account_id=context.account_id,
        now=context.now,
    )
    session = context.session
    found = (row, session.get_one(Member, row.member_id), session.get_one(Organization, row.organization_id))
    return suspensions_out(context.session, [found])[0], 201


@api.guarded(
    "POST",
    "/members/<int:member_id>/suspension/end",
    permission=Permission.transfer_manage,
    target=member_target,
    responses={201: MembershipOut},
)
def restore_member(context: Context, path: MemberPath, body: RestoreIn) -> tuple[MembershipOut, int]:
    """恢复党籍：自该日起重新编入党支部；须对编入的支部有权限"""
    destination = of_organization(context.session, body.to_organization_id)
    if destination is None or not allows(context.actor, Permission.transfer_manage, destination):
        raise not_found("编入的党支部")
    membership = service.restore(
        context.session,
        member_id=path.member_id,
        to_organization_id=body.to_organization_id,
        group_id=body.group_id,
        on=body.on,
        note=body.note,
        account_id=context.account_id,
        now=context.now,
    )
    return present.memberships_out(context, [membership])[0], 201
