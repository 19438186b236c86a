"""Monthly statements over HTTP: a branch's months, one of them, a member's own, confirming and verifying."""

from server.audit.subjects import AuditSubject
from server.days import shanghai_date
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.queries import branch_of
from server.organizations.targets import member_target, organization_target
from server.presentation import MemberPath, OrganizationPath, PageQuery, decode_id_cursor, page_of
from server.statements import confirming, present, queries, verification
from server.statements.schemas import (
    StatementDetailOut,
    StatementHistoryOut,
    StatementOut,
    StatementPath,
    StatementsOut,
    StatementVerificationOut,
    StatementYearQuery,
)
from server.statements.targets import statement_target

api = Api("statements", __name__, tag="月汇总")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/statements",
    permission=Permission.statement_read,
    target=organization_target,
    responses={200: StatementsOut},
)
def list_statements(context: Context, path: OrganizationPath, query: PageQuery) -> StatementsOut:
    """支部的月汇总，最近的在前；确认之前只有支部和上级的负责人可见"""
    officer = present.is_officer(context.actor, context.target)
    rows = queries.statements_of(
        context.session,
        organization_id=path.organization_id,
        all_states=officer,
        before=decode_id_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows)
    items = [present.statement_out(context.session, each, officer=officer) for each in page]
    coming = queries.coming(context.session, organization_id=path.organization_id, now=context.now)
    return StatementsOut(items=items, next_cursor=cursor, coming=coming)


@api.guarded(
    "GET",
    "/statements/<int:statement_id>",
    permission=Permission.statement_read,
    target=statement_target,
    responses={200: StatementDetailOut},
)
def show_statement(context: Context, path: StatementPath) -> StatementDetailOut:
    """一期月汇总：负责人看全部明细，党员按支部设定的范围查看"""
    officer = present.is_officer(context.actor, context.target)
    found = queries.statement(context.session, statement_id=path.statement_id, all_states=officer)
    context.audit_look(AuditSubject.statement, path.statement_id)
    rows = queries.rows_of(context.session, path.statement_id)
    return present.detail_out(context.session, found, rows, context.actor, context.target)


@api.guarded(
    "POST",
    "/statements/<int:statement_id>/confirmation",
    permission=Permission.statement_confirm,
    target=statement_target,
    responses={200: StatementOut},
)
def confirm_statement(context: Context, path: StatementPath) -> StatementOut:
    """确认月汇总：确认后支部党员可见并公示"""
    found = confirming.confirm(
        context.session, statement_id=path.statement_id, account_id=context.account_id, now=context.now
    )
    return present.statement_out(context.session, found, officer=True)


@api.guarded(
    "GET",
    "/statements/<int:statement_id>/verification",
    permission=Permission.statement_verify,
    target=statement_target,
    responses={200: StatementVerificationOut},
)
def verify_statement(context: Context, path: StatementPath) -> StatementVerificationOut:
    """按截止时刻的台账重算并核对校验值，指出第一处不同"""
    found = queries.statement(context.session, statement_id=path.statement_id, all_states=True)
    first = next(verification.verify_statement(context.session, found), None)
    return present.verification_out(found, first)


@api.guarded(
    "GET",
    "/members/<int:member_id>/statements",
    permission=Permission.score_read,
    target=member_target,
    responses={200: StatementHistoryOut},
)
def list_member_statements(context: Context, path: MemberPath, query: StatementYearQuery) -> StatementHistoryOut:
    """党员一年中各月的积分"""
    context.audit_look(AuditSubject.member_statements, path.member_id)
    officer = present.is_officer(context.actor, context.target)
    months = queries.history(context.session, member_id=path.member_id, year=query.year, all_states=officer)
    branch = branch_of(context.session, member_id=path.member_id, on=shanghai_date(context.now))
    coming = branch and queries.coming(context.session, organization_id=branch.id, now=context.now)
    items = [present.month_out(context.session, head, row, context.actor) for head, row in months]
    return StatementHistoryOut(items=items, coming=coming)
