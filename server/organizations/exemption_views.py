"""不列入管理范围 over HTTP: its three steps, its end, the branch's list."""

from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations import exemptions, present
from server.organizations.member_schemas import LeaveIn
from server.organizations.models import Exemption
from server.organizations.procedure_schemas import (
    ExemptionOut,
    ExemptionPath,
    ExemptionSubmitIn,
    PassingIn,
    StudyIn,
)
from server.organizations.targets import exemption_target, member_target, organization_target
from server.presentation import MemberPath, OrganizationPath, Page, PageQuery, decode_id_cursor, page_of

api = Api("exemptions", __name__, tag="不列入管理范围")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/exemptions",
    permission=Permission.exemption_manage,
    target=organization_target,
    responses={200: Page[ExemptionOut]},
)
def list_exemptions(context: Context, path: OrganizationPath, query: PageQuery) -> Page[ExemptionOut]:
    """不列入管理范围的党员（含下级党组织）"""
    rows = exemptions.list_below(
        context.session,
        organization_id=path.organization_id,
        before_id=decode_id_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows, lambda row: (row.exemption.id,))
    context.audit_look(AuditSubject.exemption_list, path.organization_id)
    return Page(items=present.exemptions_out(context, page), next_cursor=cursor)


@api.guarded(
    "GET",
    "/exemptions/<int:exemption_id>",
    permission=Permission.exemption_manage,
    target=exemption_target,
    responses={200: ExemptionOut},
)
def read_exemption(context: Context, path: ExemptionPath) -> ExemptionOut:
    """查看一项不列入管理范围"""
    context.audit_look(AuditSubject.exemption, path.exemption_id)
    exemption = context.session.get_one(Exemption, path.exemption_id)
    return present.exemptions_out(context, [exemptions.standing(context.session, exemption)])[0]


@api.guarded(
    "POST",
    "/members/<int:member_id>/exemptions",
    permission=Permission.exemption_manage,
    target=member_target,
    responses={201: ExemptionOut},
)
def record_study(context: Context, path: MemberPath, body: StudyIn) -> tuple[ExemptionOut, int]:
    """第一步：支委会研究"""
    exemption = exemptions.record_study(
        context.session,
        member_id=path.member_id,
        reason=body.reason,
        on=body.on,
        note=body.note,
        account_id=context.account_id,
        now=context.now,
    )
    return present.exemptions_out(context, [exemptions.standing(context.session, exemption)])[0], 201


@api.guarded(
    "POST",
    "/exemptions/<int:exemption_id>/passing",
    permission=Permission.exemption_manage,
    target=exemption_target,
    responses={200: ExemptionOut},
)
def record_passing(context: Context, path: ExemptionPath, body: PassingIn) -> ExemptionOut:
    """第二步：支部党员大会通过"""
    standing = exemptions.record_passing(
        context.session,
        exemption_id=path.exemption_id,
        on=body.on,
        note=body.note,
        account_id=context.account_id,
        now=context.now,
    )
    return present.exemptions_out(context, [standing])[0]


@api.guarded(
    "POST",
    "/exemptions/<int:exemption_id>/filing",
    permission=Permission.exemption_manage,
    target=exemption_target,
    responses={200: ExemptionOut},
)
def submit_exemption(context: Context, path: ExemptionPath, body: ExemptionSubmitIn) -> ExemptionOut:
    """第三步：报党总支备案；收到备案后自起始日执行"""
    standing = exemptions.submit(
        context.session,
        exemption_id=path.exemption_id,
        from_date=body.from_date,
        account_id=context.account_id,
        now=context.now,
    )
    return present.exemptions_out(context, [standing])[0]


@api.guarded(
    "POST",
    "/exemptions/<int:exemption_id>/end",
    permission=Permission.exemption_manage,
    target=exemption_target,
    responses={200: ExemptionOut},
)
def end_exemption(context: Context, path: ExemptionPath, body: LeaveIn) -> ExemptionOut:
    """结束执行，或放弃未办完的事项"""
    standing = exemptions.end(
        context.session,
        exemption_id=path.exemption_id,
        on=body.on,
        note=body.note,
        account_id=context.account_id,
        now=context.now,
    )
    return present.exemptions_out(context, [standing])[0]
