"""Stars over HTTP: a branch's desk and its steps, branches compared, and one's own."""

from server.annual.results.schemas import OrganizationYearPath
from server.annual.steps.holding import seen
from server.annual.steps.schemas import ApprovePublicityIn, WithdrawPublicityIn
from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.models import Organization
from server.organizations.targets import member_target, organization_target
from server.presentation import MemberPath
from server.ratings import present
from server.ratings.comparison import branches
from server.ratings.editions import filing, showing, superseding
from server.ratings.own import own_stars
from server.ratings.proposals import service as proposals
from server.ratings.proposals.rules import StarDecision
from server.ratings.proposals.service import ProposalContent
from server.ratings.schemas import (
    ApproveStarsIn,
    OwnStarsOut,
    SendStarsBackIn,
    StarDecisionIn,
    StarDeskOut,
    StarProposalIn,
    StarPublicityIn,
    StarsComparedOut,
    StarsTakeIn,
    SupersedeStarsIn,
)
from server.ratings.trials import service as trials

api = Api("stars", __name__, tag="星级评定")
BASE = "/organizations/<int:organization_id>/years/<int:year>/stars"


def _desk(context: Context, path: OrganizationYearPath) -> StarDeskOut:
    way = seen(context.session, path.organization_id, path.year, now=context.now)
    return present.desk_out(context, way)


def _decisions(given: list[StarDecisionIn]) -> list[StarDecision]:
    return [StarDecision(each.member_id, each.stars, each.reason, each.ground) for each in given]


@api.guarded("GET", BASE, permission=Permission.stars_read, target=organization_target, responses={200: StarDeskOut})
def show_stars(context: Context, path: OrganizationYearPath) -> StarDeskOut:
    """一个党支部的星级评定：试算、提案、审定的星级和可办理的事"""
    context.audit_look(AuditSubject.branch_stars, path.organization_id)
    return _desk(context, path)


@api.guarded(
    "POST", f"{BASE}/dry-run", permission=Permission.year_work, target=organization_target, responses={200: StarDeskOut}
)
def try_stars_out(context: Context, path: OrganizationYearPath, body: StarsTakeIn) -> StarDeskOut:
    """试算星级：按现行年度结果和评定办法，逐人说明；只作建议"""
    trials.draw(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        account_id=context.account_id,
        now=context.now,
    )
    return _desk(context, path)


@api.guarded(
    "POST",
    f"{BASE}/proposal",
    permission=Permission.year_work,
    target=organization_target,
    responses={200: StarDeskOut},
)
def propose_stars(context: Context, path: OrganizationYearPath, body: StarProposalIn) -> StarDeskOut:
    """提出星级建议：党员大会研究之后，按最近一次试算提出；调整须逐人写明理由"""
    proposals.propose(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        content=ProposalContent(
            dry_run_id=body.dry_run_id,
            meeting_id=body.meeting_id,
            resolution_id=body.resolution_id,
            decisions=_decisions(body.decisions),
            recused=sorted(set(body.recused)),
            excess_reason=body.excess_reason,
        ),
        account_id=context.account_id,
        now=context.now,
    )
    return _desk(context, path)


@api.guarded(
    "POST",
    f"{BASE}/approve",
    permission=Permission.year_supervise,
    target=organization_target,
    responses={200: StarDeskOut},
)
def approve_stars(context: Context, path: OrganizationYearPath, body: ApproveStarsIn) -> StarDeskOut:
    """审核同意星级建议；申请超额的须明确批准"""
    proposals.approve(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        proposal_id=body.proposal_id,
        approves_excess=body.approves_excess,
        words=body.words,
        account_id=context.account_id,
        now=context.now,
    )
    return _desk(context, path)


@api.guarded(
    "POST",
    f"{BASE}/send-back",
    permission=Permission.year_supervise,
    target=organization_target,
    responses={200: StarDeskOut},
)
def send_stars_back(context: Context, path: OrganizationYearPath, body: SendStarsBackIn) -> StarDeskOut:
    """把星级建议退回支部重新研究，说明理由"""
    proposals.send_back(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        proposal_id=body.proposal_id,
        words=body.words,
        account_id=context.account_id,
        now=context.now,
    )
    return _desk(context, path)


@api.guarded(
    "POST",
    f"{BASE}/publicity",
    permission=Permission.publicity_propose,
    target=organization_target,
    responses={200: StarDeskOut},
)
def propose_star_publicity(context: Context, path: OrganizationYearPath, body: StarPublicityIn) -> StarDeskOut:
    """提出公示党员星级"""
    showing.propose(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        scope=body.scope,
        place=body.place,
        text=body.text,
        first_day=body.first_day,
        working_days=body.working_days,
        account_id=context.account_id,
        now=context.now,
    )
    return _desk(context, path)


@api.guarded(
    "POST",
    f"{BASE}/publicity/approve",
    permission=Permission.publicity_approve,
    target=organization_target,
    responses={200: StarDeskOut},
)
def approve_star_publicity(context: Context, path: OrganizationYearPath, body: ApprovePublicityIn) -> StarDeskOut:
    """批准公示党员星级：由提出人以外的负责人批准"""
    showing.approve(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        last_day=body.last_day,
        account_id=context.account_id,
        now=context.now,
    )
    return _desk(context, path)


@api.guarded(
    "POST",
    f"{BASE}/publicity/withdraw",
    permission=Permission.publicity_propose,
    target=organization_target,
    responses={200: StarDeskOut},
)
def withdraw_star_publicity(context: Context, path: OrganizationYearPath, body: WithdrawPublicityIn) -> StarDeskOut:
    """撤回党员星级的公示，说明理由"""
    showing.withdraw(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        reason=body.reason,
        account_id=context.account_id,
        now=context.now,
    )
    return _desk(context, path)


@api.guarded(
    "POST", f"{BASE}/file", permission=Permission.year_work, target=organization_target, responses={200: StarDeskOut}
)
def file_stars(context: Context, path: OrganizationYearPath, body: StarsTakeIn) -> StarDeskOut:
    """星级单独报上级备案：星级另行一轮时，或重新审定之后"""
    filing.file(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        account_id=context.account_id,
        now=context.now,
    )
    return _desk(context, path)


@api.guarded(
    "POST",
    f"{BASE}/supersede",
    permission=Permission.year_supervise,
    target=organization_target,
    responses={200: StarDeskOut},
)
def supersede_stars(context: Context, path: OrganizationYearPath, body: SupersedeStarsIn) -> StarDeskOut:
    """重新审定星级：年度结果有更正、异议成立，或有名额空出时"""
    superseding.supersede(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        decisions=_decisions(body.decisions),
        objection_id=body.objection_id,
        reason=body.reason,
        account_id=context.account_id,
        now=context.now,
    )
    return _desk(context, path)


@api.guarded(
    "GET",
    f"{BASE}/branches",
    permission=Permission.year_supervise,
    target=organization_target,
    responses={200: StarsComparedOut},
)
def compare_stars(context: Context, path: OrganizationYearPath) -> StarsComparedOut:
    """所属各党支部的星级分布：仅按积分的，和提出或审定的"""
    context.audit_look(AuditSubject.branch_stars, path.organization_id)
    unit = context.session.get_one(Organization, path.organization_id)
    return present.compared_out(branches(context.session, unit, path.year, now=context.now))


@api.guarded("GET", "/me/stars", permission=Permission.signed_in, responses={200: OwnStarsOut})
def list_my_stars(context: Context) -> OwnStarsOut:
    """本人历年的星级，最近的在前；公示之日起可见"""
    member_id = context.actor.member_id
    found = [] if member_id is None else own_stars(context.session, member_id, now=context.now)
    return present.own_stars_out(context.session, found)


@api.guarded(
    "GET",
    "/members/<int:member_id>/stars",
    permission=Permission.score_read,
    target=member_target,
    responses={200: OwnStarsOut},
)
def list_member_stars(context: Context, path: MemberPath) -> OwnStarsOut:
    """党员历年的星级，最近的在前；公示之日起可见"""
    context.audit_look(AuditSubject.member_results, path.member_id)
    return present.own_stars_out(context.session, own_stars(context.session, path.member_id, now=context.now))
