"""民主评议 over HTTP: recorded from its meeting, withdrawn, listed."""

from server.annual.results.schemas import OrganizationYearPath
from server.audit.subjects import AuditSubject
from server.error_codes import CoreErrorCode
from server.errors import DomainError
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.targets import organization_target
from server.ratings.appraisals import present, service
from server.ratings.appraisals.schemas import AppraisalPath, AppraisalsIn, AppraisalsOut, WithdrawAppraisalIn
from server.ratings.appraisals.targets import appraisal_target

api = Api("appraisals", __name__, tag="民主评议")
BASE = "/organizations/<int:organization_id>/years/<int:year>/appraisals"


@api.guarded("GET", BASE, permission=Permission.stars_read, target=organization_target, responses={200: AppraisalsOut})
def list_appraisals(context: Context, path: OrganizationYearPath) -> AppraisalsOut:
    """支部某年度的民主评议等次，撤回的也在内"""
    context.audit_look(AuditSubject.branch_stars, path.organization_id)
    return present.appraisals_out(context.session, path.organization_id, path.year)


@api.guarded(
    "POST", BASE, permission=Permission.stars_prepare, target=organization_target, responses={200: AppraisalsOut}
)
def record_appraisals(context: Context, path: OrganizationYearPath, body: AppraisalsIn) -> AppraisalsOut:
    """按会议结果登记民主评议等次：优秀不超过正式党员的三分之一"""
    grades = {each.member_id: each.grade for each in body.grades}
    if len(grades) != len(body.grades):
        raise DomainError(CoreErrorCode.invalid_input, "同一名党员只能登记一个等次")
    service.record(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        meeting_id=body.meeting_id,
        grades=grades,
        account_id=context.account_id,
        now=context.now,
    )
    return present.appraisals_out(context.session, path.organization_id, path.year)


@api.guarded(
    "POST",
    "/appraisals/<int:appraisal_id>/withdrawal",
    permission=Permission.stars_prepare,
    target=appraisal_target,
    responses={200: AppraisalsOut},
)
def withdraw_appraisal(context: Context, path: AppraisalPath, body: WithdrawAppraisalIn) -> AppraisalsOut:
    """撤回登记有误的评议等次，说明理由"""
    row = service.withdraw(
        context.session,
        appraisal_id=path.appraisal_id,
        reason=body.reason,
        account_id=context.account_id,
        now=context.now,
    )
    return present.appraisals_out(context.session, row.organization_id, row.for_year)
