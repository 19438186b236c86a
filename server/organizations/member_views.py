"""Members over HTTP: lists, details, changes, transfers."""

from server.audit.subjects import AuditSubject
from server.days import shanghai_date
from server.errors import not_found
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission, allows
from server.organizations import binding, custody, members, present, transfers
from server.organizations.history import service as history
from server.organizations.member_schemas import (
    CategoryCorrectionIn,
    LeaveIn,
    MemberChange,
    MemberDetailOut,
    MemberIn,
    MemberOut,
    MembershipOut,
    MembersQuery,
    StageCorrectionIn,
    TransferIn,
)
from server.organizations.models import Organization
from server.organizations.targets import member_target, of_organization, organization_target
from server.presentation import MemberPath, OrganizationPath, Page, decode_id_cursor, page_of

api = Api("members", __name__, tag="党员")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/members",
    permission=Permission.member_read,
    target=organization_target,
    responses={200: Page[MemberOut]},
)
def list_members(context: Context, path: OrganizationPath, query: MembersQuery) -> Page[MemberOut]:
    """党员名册（含下级党组织）"""
    context.audit_look(AuditSubject.member_list, path.organization_id)
    rows = members.list_members(
        context.session,
        organization=context.session.get_one(Organization, path.organization_id),
        on=shanghai_date(context.now),
        search=query.search,
        stage=query.stage,
        category=query.category,
        bound=query.bound,
        after_id=decode_id_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows, lambda row: (row.member.id,))
    return Page(items=present.members_out(context, page), next_cursor=cursor)


@api.guarded(
    "GET",
    "/members/<int:member_id>",
    permission=Permission.member_read,
    target=member_target,
    responses={200: MemberDetailOut},
)
def read_member(context: Context, path: MemberPath) -> MemberDetailOut:
    """党员信息与组织关系历史"""
    context.audit_look(AuditSubject.member, path.member_id)
    return present.member_detail_out(context, path.member_id)


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/members",
    permission=Permission.member_manage,
    target=organization_target,
    responses={201: MemberDetailOut},
)
def add_member(context: Context, path: OrganizationPath, body: MemberIn) -> tuple[MemberDetailOut, int]:
    """登记一名党员"""
    member = members.add_member(
        context.session,
        context.vault,
        organization_id=path.organization_id,
        group_id=body.group_id,
        work_number=body.work_number,
        values=body.model_dump(exclude={"group_id", "work_number", "from_date"}),
        from_date=body.from_date,
        account_id=context.account_id,
        now=context.now,
    )
    return present.member_detail_out(context, member.id), 201


@api.guarded(
    "PATCH",
    "/members/<int:member_id>",
    permission=Permission.member_manage,
    target=member_target,
    responses={200: MemberDetailOut},
)
def edit_member(context: Context, path: MemberPath, body: MemberChange) -> MemberDetailOut:
    """更改党员信息"""
    account = binding.account_of_member(context.session, path.member_id)
    if "phone" in body.model_fields_set and account is not None:
        custody.refuse_alone(context.session, actor=context.actor, account_id=account.id, now=context.now)
    members.edit_member(
        context.session,
        context.vault,
        member_id=path.member_id,
        values=body.model_dump(exclude_unset=True),
        account_id=context.account_id,
        now=context.now,
    )
    return present.member_detail_out(context, path.member_id)


@api.guarded(
    "POST",
    "/members/<int:member_id>/stage-correction",
    permission=Permission.stage_correct,
    target=member_target,
    responses={200: MemberDetailOut},
)
def correct_stage(context: Context, path: MemberPath, body: StageCorrectionIn) -> MemberDetailOut:
    """更正登记有误的党员类别（上级党组织办理，写明原因）；已记的积分不变"""
    history.correct_stage(
        context.session,
        member_id=path.member_id,
        before=body.before,
        stage=body.stage,
        reason=body.reason,
        actor=context.actor,
        now=context.now,
    )
    return present.member_detail_out(context, path.member_id)


@api.guarded(
    "POST",
    "/members/<int:member_id>/category-correction",
    permission=Permission.stage_correct,
    target=member_target,
    responses={200: MemberDetailOut},
)
def correct_category(context: Context, path: MemberPath, body: CategoryCorrectionIn) -> MemberDetailOut:
    """更正登记有误的人员类别（上级党组织办理，写明原因）；已记的积分不变"""
    history.correct_category(
        context.session,
        member_id=path.member_id,
        before=body.before,
        category=body.category,
        reason=body.reason,
        actor=context.actor,
        now=context.now,
    )
    return present.member_detail_out(context, path.member_id)


@api.guarded(
    "POST",
    "/members/<int:member_id>/transfers",
    permission=Permission.transfer_manage,
    target=member_target,
    responses={201: MembershipOut},
)
def transfer_member(context: Context, path: MemberPath, body: TransferIn) -> tuple[MembershipOut, int]:
    """组织关系转接（积分随人保留）；须对转出、转入支部都有权限"""
    destination = of_organization(context.session, body.to_organization_id)
    if destination is None or not allows(context.actor, Permission.transfer_manage, destination):
        raise not_found("转入党支部")
    membership = transfers.transfer(
        context.session,
        member_id=path.member_id,
        to_organization_id=body.to_organization_id,
        group_id=body.group_id,
        on=body.on,
        account_id=context.account_id,
        now=context.now,
    )
    return present.memberships_out(context, [membership])[0], 201


@api.guarded(
    "POST",
    "/members/<int:member_id>/departure",
    permission=Permission.transfer_manage,
    target=member_target,
    responses={201: MembershipOut},
)
def leave(context: Context, path: MemberPath, body: LeaveIn) -> tuple[MembershipOut, int]:
    """组织关系转出本单位"""
    membership = transfers.leave(
        context.session,
        member_id=path.member_id,
        on=body.on,
        note=body.note,
        account_id=context.account_id,
        now=context.now,
    )
    return present.memberships_out(context, [membership])[0], 201
