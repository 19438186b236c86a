"""Results of a year over HTTP: one's own, a member's, a branch's, and the 积分证明 of who leaves."""

from server.annual.results import certificate as certificates
from server.annual.results import present, queries
from server.annual.results.rules import is_told
from server.annual.results.schemas import (
    BranchResultsOut,
    CertificateOut,
    CertificateQuery,
    MemberYearPath,
    OrganizationYearPath,
    ResultOut,
    ResultsOut,
    YearPath,
)
from server.audit.subjects import AuditSubject
from server.errors import not_found
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.queries import account_names
from server.organizations.targets import member_target, organization_target
from server.presentation import MemberPath
from server.years.queries import standing_of

api = Api("annual_results", __name__, tag="年度积分")

NOTHING = "年度积分"


@api.guarded("GET", "/me/results", permission=Permission.signed_in, responses={200: ResultsOut})
def list_my_results(context: Context) -> ResultsOut:
    """本人历年的年度积分，最近的在前；党员大会通报后可见"""
    member_id = context.actor.member_id
    found = [] if member_id is None else queries.results_of_member(context.session, member_id)
    return ResultsOut(items=[present.result_out(each) for each in found if is_told(each.state)])


@api.guarded("GET", "/me/results/<int:year>", permission=Permission.signed_in, responses={200: ResultOut})
def show_my_result(context: Context, path: YearPath) -> ResultOut:
    """本人某一年度的积分；党员大会通报后可见"""
    member_id = context.actor.member_id
    found = None if member_id is None else queries.result_of(context.session, member_id, path.year)
    if found is None or not is_told(found.state):
        raise not_found(NOTHING)
    return present.result_out(found)


@api.guarded(
    "GET",
    "/members/<int:member_id>/results/<int:year>",
    permission=Permission.score_read,
    target=member_target,
    responses={200: ResultOut},
)
def show_member_result(context: Context, path: MemberYearPath) -> ResultOut:
    """党员某一年度的积分；通报之前只有支部和上级的负责人可见"""
    context.audit_look(AuditSubject.member_results, path.member_id)
    found = queries.result_of(context.session, path.member_id, path.year)
    if found is None or not (is_told(found.state) or present.is_officer(context.actor, context.target)):
        raise not_found(NOTHING)
    return present.result_out(found)


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/years/<int:year>/results",
    permission=Permission.score_read,
    target=organization_target,
    responses={200: BranchResultsOut},
)
def list_branch_results(context: Context, path: OrganizationYearPath) -> BranchResultsOut:
    """支部的年度积分：现行一版的全部结果，供支部和上级的负责人查看"""
    context.audit_look(AuditSubject.organization_results, path.organization_id)
    edition = queries.current_edition(context.session, path.organization_id, path.year)
    if edition is None:
        raise not_found(NOTHING)
    return present.branch_results_out(
        edition,
        standing_of(context.session, path.organization_id, path.year).state,
        queries.results_of(context.session, edition.id),
        drawn_by=account_names(context.session, [edition.drawn_by]).get(edition.drawn_by or 0),
    )


@api.guarded(
    "GET",
    "/members/<int:member_id>/certificate",
    permission=Permission.score_read,
    target=member_target,
    responses={200: CertificateOut},
)
def show_certificate(context: Context, path: MemberPath, query: CertificateQuery) -> CertificateOut:
    """积分证明：截至某日的积分，供组织关系转出时随带"""
    context.audit_look(AuditSubject.certificate, path.member_id)
    found = certificates.certificate(context.session, path.member_id, on=query.on, now=context.now)
    return present.certificate_out(found)
