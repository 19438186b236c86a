"""不定星级 and 处分影响期 over HTTP."""

from server.annual.results.schemas import OrganizationYearPath
from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.targets import organization_target
from server.ratings.exceptions import present, service
from server.ratings.exceptions.schemas import ExceptionPath, StarExceptionIn, StarExceptionsOut, WithdrawExceptionIn
from server.ratings.exceptions.targets import exception_target

api = Api("star_exceptions", __name__, tag="星级评定")
BASE = "/organizations/<int:organization_id>/years/<int:year>/star-exceptions"


@api.guarded(
    "GET", BASE, permission=Permission.stars_read, target=organization_target, responses={200: StarExceptionsOut}
)
def list_star_exceptions(context: Context, path: OrganizationYearPath) -> StarExceptionsOut:
    """支部某年度不定星级和处分影响期的登记，撤回的也在内"""
    context.audit_look(AuditSubject.branch_stars, path.organization_id)
    return present.exceptions_out(context.session, path.organization_id, path.year)


@api.guarded(
    "POST", BASE, permission=Permission.stars_prepare, target=organization_target, responses={200: StarExceptionsOut}
)
def enter_star_exception(context: Context, path: OrganizationYearPath, body: StarExceptionIn) -> StarExceptionsOut:
    """登记支委会的决定：某党员本年度不定星级，或在处分影响期内"""
    service.enter(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        member_id=body.member_id,
        kind=body.kind,
        reason=body.reason,
        decided_on=body.decided_on,
        account_id=context.account_id,
        now=context.now,
    )
    return present.exceptions_out(context.session, path.organization_id, path.year)


@api.guarded(
    "POST",
    "/star-exceptions/<int:exception_id>/withdrawal",
    permission=Permission.stars_prepare,
    target=exception_target,
    responses={200: StarExceptionsOut},
)
def withdraw_star_exception(context: Context, path: ExceptionPath, body: WithdrawExceptionIn) -> StarExceptionsOut:
    """撤回登记有误的决定，说明理由"""
    row = service.withdraw(
        context.session,
        exception_id=path.exception_id,
        reason=body.reason,
        account_id=context.account_id,
        now=context.now,
    )
    return present.exceptions_out(context.session, row.organization_id, row.year)
