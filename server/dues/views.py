"""党费 over HTTP: a member's year, a branch's month, single and pasted registration."""

from server.audit.subjects import AuditSubject
from server.days import shanghai_date
from server.dues import bulk, consents, present, queries, service, terms
from server.dues.rules import is_over, last_day
from server.dues.schemas import (
    ClosedOut,
    CloseIn,
    CorrectionIn,
    DuesConsentEndIn,
    DuesConsentIn,
    DuesConsentOut,
    DuesConsentPath,
    DuesOut,
    DuesYearQuery,
    MemberDuesOut,
    MemberMonthPath,
    MonthTableOut,
    OrganizationMonthPath,
    PasteIn,
    PasteOut,
    PaymentIn,
    WaiverIn,
)
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.models import Member
from server.organizations.targets import member_target, organization_target
from server.presentation import MemberPath, OrganizationPath

api = Api("dues", __name__, tag="党费登记")


@api.guarded(
    "GET",
    "/members/<int:member_id>/dues",
    permission=Permission.dues_read,
    target=member_target,
    responses={200: MemberDuesOut},
)
def list_member_dues(context: Context, path: MemberPath, query: DuesYearQuery) -> MemberDuesOut:
    """党员一年的党费登记"""
    context.audit_look(AuditSubject.member_dues, path.member_id)
    records = queries.records_of_member(context.session, member_id=path.member_id, year=query.year)
    amounts = present.sees_amounts(context.actor, context.target)
    agreed = terms.consents_of_member(context.session, member_id=path.member_id, year=query.year)
    return MemberDuesOut(
        items=present.months(context.session, records, amounts=amounts),
        consents=present.consents(context.session, agreed),
    )


@api.guarded(
    "PUT",
    "/members/<int:member_id>/dues/<string:month>",
    permission=Permission.dues_record,
    target=member_target,
    responses={200: DuesOut},
)
def register_dues(context: Context, path: MemberMonthPath, body: PaymentIn) -> DuesOut:
    """登记一名党员一个月的党费"""
    record = service.register(
        context.session,
        member_id=path.member_id,
        month=path.month,
        payment=body.payment(),
        account_id=context.account_id,
        now=context.now,
    )
    return present.months(context.session, [record], amounts=True)[0]


@api.guarded(
    "POST",
    "/members/<int:member_id>/dues/<string:month>/correct",
    permission=Permission.dues_waive,
    target=member_target,
    responses={200: DuesOut},
)
def correct_dues(context: Context, path: MemberMonthPath, body: CorrectionIn) -> DuesOut:
    """更正登记错误（写明原因），已扣分值随之冲销"""
    record = service.correct(
        context.session,
        member_id=path.member_id,
        month=path.month,
        payment=body.payment(),
        reason=body.reason,
        actor=context.actor,
        now=context.now,
    )
    amounts = present.sees_amounts(context.actor, context.target)
    return present.months(context.session, [record], amounts=amounts)[0]


@api.guarded(
    "POST",
    "/members/<int:member_id>/dues/<string:month>/waive",
    permission=Permission.dues_waive,
    target=member_target,
    responses={200: DuesOut},
)
def waive_dues(context: Context, path: MemberMonthPath, body: WaiverIn) -> DuesOut:
    """豁免一个月的扣分（写明原因）"""
    record = service.waive(
        context.session,
        member_id=path.member_id,
        month=path.month,
        reason=body.reason,
        actor=context.actor,
        now=context.now,
    )
    amounts = present.sees_amounts(context.actor, context.target)
    return present.months(context.session, [record], amounts=amounts)[0]


@api.guarded(
    "POST",
    "/members/<int:member_id>/dues-consents",
    permission=Permission.dues_consent,
    target=member_target,
    responses={201: DuesConsentOut},
)
def record_dues_consent(context: Context, path: MemberPath, body: DuesConsentIn) -> tuple[DuesConsentOut, int]:
    """记录支部同意按季交纳或缓交（最长六个月）；期内不算逾期"""
    consent = consents.record(
        context.session,
        member_id=path.member_id,
        term=body.term(),
        agreed_on=body.agreed_on,
        reason=body.reason,
        actor=context.actor,
        now=context.now,
    )
    return present.consents(context.session, [consent])[0], 201


@api.guarded(
    "POST",
    "/members/<int:member_id>/dues-consents/<int:consent_id>/end",
    permission=Permission.dues_consent,
    target=member_target,
    responses={200: DuesConsentOut},
)
def end_dues_consent(context: Context, path: DuesConsentPath, body: DuesConsentEndIn) -> DuesConsentOut:
    """自某月起终止支部同意的缓交；自首月起即整项撤销，已过月末未交齐的随即扣分"""
    consent = consents.end(
        context.session,
        member_id=path.member_id,
        consent_id=path.consent_id,
        from_month=body.from_month,
        reason=body.reason,
        actor=context.actor,
        now=context.now,
    )
    return present.consents(context.session, [consent])[0]


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/dues/<string:month>",
    permission=Permission.dues_read,
    target=organization_target,
    responses={200: MonthTableOut},
)
def get_dues_month(context: Context, path: OrganizationMonthPath) -> MonthTableOut:
    """支部一个月的党费登记表"""
    context.audit_look(AuditSubject.branch_dues, path.organization_id)
    members = queries.debtors(context.session, organization_id=path.organization_id, on=last_day(path.month))
    ids = [member.id for member in members]
    records = queries.records_of_month(context.session, member_ids=ids, month=path.month)
    amounts = present.sees_amounts(context.actor, context.target)
    return MonthTableOut(
        month=path.month,
        over=is_over(path.month, today=shanghai_date(context.now)),
        rows=present.rows(
            context.session,
            members,
            records,
            month=path.month,
            amounts=amounts,
            today=shanghai_date(context.now),
        ),
        due_cents=sum(record.due_cents for record in records.values()) if amounts else None,
        paid_cents=sum(record.paid_cents for record in records.values()) if amounts else None,
    )


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/dues/paste",
    permission=Permission.dues_record,
    target=organization_target,
    responses={200: PasteOut},
)
def paste_dues(context: Context, path: OrganizationPath, body: PasteIn) -> PasteOut:
    """粘贴 Excel 批量登记：先预览，逐行报错，再登记"""
    results = bulk.register_pasted(
        context.session,
        organization_id=path.organization_id,
        text=body.text,
        month=body.month,
        apply=body.apply,
        account_id=context.account_id,
        now=context.now,
    )
    return present.pasted(results, applied=body.apply)


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/dues/<string:month>/close",
    permission=Permission.dues_record,
    target=organization_target,
    responses={200: ClosedOut},
)
def close_dues_month(context: Context, path: OrganizationMonthPath, body: CloseIn) -> ClosedOut:
    """月末结账：未交、不足额的按积分标准扣分，可重复执行"""
    changed = service.close_month(
        context.session,
        organization_id=path.organization_id,
        month=path.month,
        due_cents=body.due_cents,
        account_id=context.account_id,
        now=context.now,
    )
    members = [context.session.get_one(Member, record.member_id) for record in changed]
    records = {record.member_id: record for record in changed}
    today = shanghai_date(context.now)
    rows = present.rows(context.session, members, records, month=path.month, amounts=True, today=today)
    return ClosedOut(month=path.month, marked=rows)
