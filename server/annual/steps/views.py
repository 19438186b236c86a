"""A branch's year over HTTP: how far it has come, its steps, and all branches from above."""

from server.annual.steps import corrections, filing, present, reminders, service, showing, supervising, undoing
from server.annual.steps.holding import seen
from server.annual.steps.schemas import (
    ApprovePublicityIn,
    BranchesOut,
    BranchesRemindedOut,
    BranchYearOut,
    BranchYearPath,
    CutOffIn,
    DelegateIn,
    PublicityIn,
    RemindIn,
    ReportIn,
    TakeStepIn,
    TellCorrectionIn,
    UndoStepsIn,
    WithdrawPublicityIn,
)
from server.annual.steps.service import ToldMember
from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.models import Organization
from server.organizations.targets import organization_target

api = Api("annual_steps", __name__, tag="年度工作")
BASE = "/organizations/<int:organization_id>/years/<int:year>"


def _shown(context: Context, path: BranchYearPath) -> BranchYearOut:
    way = seen(context.session, path.organization_id, path.year, now=context.now)
    return present.branch_year_out(context, way)


@api.guarded("GET", BASE, permission=Permission.year_read, target=organization_target, responses={200: BranchYearOut})
def show_branch_year(context: Context, path: BranchYearPath) -> BranchYearOut:
    """一个党支部的年度工作：进度、未办事项、期限和可办理的步骤"""
    return _shown(context, path)


@api.guarded(
    "POST", f"{BASE}/draft", permission=Permission.year_work, target=organization_target, responses={200: BranchYearOut}
)
def draft_branch_year(context: Context, path: BranchYearPath, body: TakeStepIn) -> BranchYearOut:
    """形成年度结果：没有未办事项时办理，此后不再记入本年度的积分"""
    service.draft(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        account_id=context.account_id,
        now=context.now,
    )
    return _shown(context, path)


@api.guarded(
    "POST",
    f"{BASE}/report",
    permission=Permission.year_work,
    target=organization_target,
    responses={200: BranchYearOut},
)
def report_branch_year(context: Context, path: BranchYearPath, body: ReportIn) -> BranchYearOut:
    """登记党员大会通报：哪次会议，未到会党员如何告知"""
    service.report(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        meeting_id=body.meeting_id,
        told=[ToldMember(each.member_id, each.way, each.on) for each in body.told],
        account_id=context.account_id,
        now=context.now,
    )
    return _shown(context, path)


@api.guarded(
    "POST",
    f"{BASE}/correction",
    permission=Permission.year_work,
    target=organization_target,
    responses={200: BranchYearOut},
)
def correct_branch_year(context: Context, path: BranchYearPath, body: TellCorrectionIn) -> BranchYearOut:
    """登记更正通报：已通报的积分有改变，何时、怎样告知党员"""
    corrections.correct(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        told_on=body.told_on,
        way=body.way,
        words=body.words,
        account_id=context.account_id,
        now=context.now,
    )
    return _shown(context, path)


@api.guarded(
    "POST",
    f"{BASE}/publicity",
    permission=Permission.publicity_propose,
    target=organization_target,
    responses={200: BranchYearOut},
)
def propose_year_publicity(context: Context, path: BranchYearPath, body: PublicityIn) -> BranchYearOut:
    """提出公示年度积分"""
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
    return _shown(context, path)


@api.guarded(
    "POST",
    f"{BASE}/publicity/approve",
    permission=Permission.publicity_approve,
    target=organization_target,
    responses={200: BranchYearOut},
)
def approve_year_publicity(context: Context, path: BranchYearPath, body: ApprovePublicityIn) -> BranchYearOut:
    """批准公示年度积分：由提出人以外的负责人批准"""
    showing.approve(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        last_day=body.last_day,
        account_id=context.account_id,
        now=context.now,
    )
    return _shown(context, path)


@api.guarded(
    "POST",
    f"{BASE}/publicity/withdraw",
    permission=Permission.publicity_propose,
    target=organization_target,
    responses={200: BranchYearOut},
)
def withdraw_year_publicity(context: Context, path: BranchYearPath, body: WithdrawPublicityIn) -> BranchYearOut:
    """撤回公示年度积分，说明理由：由提出人、批准人、支部书记或上级党组织撤回"""
    showing.withdraw(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        reason=body.reason,
        account_id=context.account_id,
        now=context.now,
    )
    return _shown(context, path)


@api.guarded(
    "POST", f"{BASE}/file", permission=Permission.year_work, target=organization_target, responses={200: BranchYearOut}
)
def file_branch_year(context: Context, path: BranchYearPath, body: TakeStepIn) -> BranchYearOut:
    """报上级备案（退回后再次报送也用这里）"""
    filing.file(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        account_id=context.account_id,
        now=context.now,
    )
    return _shown(context, path)


@api.guarded(
    "POST", f"{BASE}/undo", permission=Permission.year_work, target=organization_target, responses={200: BranchYearOut}
)
def undo_branch_year(context: Context, path: BranchYearPath, body: UndoStepsIn) -> BranchYearOut:
    """撤回到某一步，说明理由；此后的步骤一并撤回"""
    undoing.undo(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        track=body.track,
        to=body.to,
        reason=body.reason,
        account_id=context.account_id,
        now=context.now,
    )
    return _shown(context, path)


@api.guarded(
    "POST",
    f"{BASE}/cut-off",
    permission=Permission.year_supervise,
    target=organization_target,
    responses={200: BranchYearOut},
)
def move_branch_cut_off(context: Context, path: BranchYearPath, body: CutOffIn) -> BranchYearOut:
    """为一个党支部另定申报截止日，说明理由"""
    supervising.move_cut_off(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        until=body.until,
        reason=body.reason,
        account_id=context.account_id,
        now=context.now,
    )
    return _shown(context, path)


@api.guarded(
    "POST",
    f"{BASE}/delegate",
    permission=Permission.year_supervise,
    target=organization_target,
    responses={200: BranchYearOut},
)
def appoint_delegate(context: Context, path: BranchYearPath, body: DelegateIn) -> BranchYearOut:
    """逾期满 15 个工作日的，指定代办人；不填代办人即结束代办"""
    if body.account_id is None:
        supervising.dismiss(
            context.session,
            organization_id=path.organization_id,
            year=path.year,
            account_id=context.account_id,
            now=context.now,
        )
    else:
        supervising.appoint(
            context.session,
            organization_id=path.organization_id,
            year=path.year,
            delegate_id=body.account_id,
            reason=body.reason,
            account_id=context.account_id,
            now=context.now,
        )
    return _shown(context, path)


@api.guarded(
    "GET",
    f"{BASE}/branches",
    permission=Permission.year_supervise,
    target=organization_target,
    responses={200: BranchesOut},
)
def list_branch_years(context: Context, path: BranchYearPath) -> BranchesOut:
    """所属各党支部的年度工作进度，未备案的以“未含×个党支部”说明"""
    context.audit_look(AuditSubject.branch_years, path.organization_id)
    organization = context.session.get_one(Organization, path.organization_id)
    return present.branches_out(supervising.standings(context.session, organization, path.year, now=context.now))


@api.guarded(
    "POST",
    f"{BASE}/remind",
    permission=Permission.year_supervise,
    target=organization_target,
    responses={200: BranchesRemindedOut},
)
def remind_branches(context: Context, path: BranchYearPath, body: RemindIn) -> BranchesRemindedOut:
    """提醒所属党支部办理年度工作，默认提醒逾期的；每人每天至多一次"""
    told = reminders.remind(
        context.session,
        organization_id=path.organization_id,
        year=path.year,
        branch_ids=body.organization_ids,
        account_id=context.account_id,
        now=context.now,
    )
    return BranchesRemindedOut(reminded=told)
