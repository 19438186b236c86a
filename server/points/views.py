"""Scores, their explanation, the ledger, and what a branch decides itself, over HTTP."""

from decimal import Decimal

from server.audit.subjects import AuditSubject
from server.days import shanghai_date
from server.db import POINT_SCALE
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.targets import member_target, organization_target
from server.points.decisions import service as decisions
from server.points.present import computed_score_out, entry_out, explanation_out, member_score_out, score_out
from server.points.schemas import (
    DecisionIn,
    EntriesQuery,
    EntryOut,
    EntryPath,
    ExplanationOut,
    MemberScoreOut,
    ReasonIn,
    ScoreOut,
    ScoresQuery,
    YearQuery,
)
from server.points.scores import listing
from server.points.scores import queries as reading
from server.presentation import (
    MemberPath,
    OrganizationPath,
    Page,
    decode_id_cursor,
    decode_numbers,
    page_of,
)

api = Api("points", __name__, tag="积分")


@api.guarded(
    "GET",
    "/members/<int:member_id>/score",
    permission=Permission.score_read,
    target=member_target,
    responses={200: ScoreOut},
)
def read_score(context: Context, path: MemberPath, query: YearQuery) -> ScoreOut:
    """查看年度积分"""
    context.audit_look(AuditSubject.score, path.member_id)
    year = query.year or _this_year(context)
    rows = reading.stored(context.session, member_id=path.member_id, year=year)
    if rows:
        return score_out(rows)
    return computed_score_out(reading.explain(context.session, member_id=path.member_id, year=year, as_of=context.now))


@api.guarded(
    "GET",
    "/members/<int:member_id>/score/explanation",
    permission=Permission.score_read,
    target=member_target,
    responses={200: ExplanationOut},
)
def read_explanation(context: Context, path: MemberPath, query: YearQuery) -> ExplanationOut:
    """积分明细：每一分的来源、依据和审核人，以及还可以得哪些分"""
    context.audit_look(AuditSubject.score, path.member_id)
    year = query.year or _this_year(context)
    return explanation_out(reading.explain(context.session, member_id=path.member_id, year=year, as_of=context.now))


@api.guarded(
    "GET",
    "/members/<int:member_id>/entries",
    permission=Permission.score_read,
    target=member_target,
    responses={200: Page[EntryOut]},
)
def list_entries(context: Context, path: MemberPath, query: EntriesQuery) -> Page[EntryOut]:
    """积分台账"""
    context.audit_look(AuditSubject.score, path.member_id)
    rows = reading.entries_page(
        context.session,
        member_id=path.member_id,
        year=query.year,
        before=decode_id_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows, lambda row: (row.seq,))
    texts = reading.texts_of(context.session, path.member_id, page)
    items = [entry_out(entry, texts.get(entry.seq)) for entry in page]
    return Page[EntryOut](items=items, next_cursor=cursor)


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/scores",
    permission=Permission.score_read,
    target=organization_target,
    responses={200: Page[MemberScoreOut]},
)
def list_scores(context: Context, path: OrganizationPath, query: ScoresQuery) -> Page[MemberScoreOut]:
    """党组织的积分一览"""
    context.audit_look(AuditSubject.organization_scores, path.organization_id)
    rows = listing.figures_of(
        context.session,
        organization_id=path.organization_id,
        year=query.year or _this_year(context),
        after=_position(query.cursor),
        limit=query.one_more,
        on=shanghai_date(context.now),
    )
    page, cursor = page_of(query, rows, lambda row: (int(row.total * POINT_SCALE), row.member_id))
    return Page[MemberScoreOut](items=[member_score_out(figures) for figures in page], next_cursor=cursor)


@api.guarded(
    "POST",
    "/members/<int:member_id>/decisions",
    permission=Permission.decision_record,
    target=member_target,
    responses={201: EntryOut},
)
def create_decision(context: Context, path: MemberPath, body: DecisionIn) -> tuple[EntryOut, int]:
    """党支部决定加分或扣分"""
    entry = decisions.record(
        context.session,
        actor=context.actor,
        account_id=context.account_id,
        member_id=path.member_id,
        now=context.now,
        **body.model_dump(),
    )
    return entry_out(entry, body.reason), 201


@api.guarded(
    "POST",
    "/members/<int:member_id>/entries/<int:seq>/reversal",
    permission=Permission.decision_record,
    target=member_target,
    responses={201: EntryOut},
)
def create_reversal(context: Context, path: EntryPath, body: ReasonIn) -> tuple[EntryOut, int]:
    """冲销一条台账记录"""
    entry = decisions.reverse(
        context.session,
        actor=context.actor,
        account_id=context.account_id,
        member_id=path.member_id,
        seq=path.seq,
        reason=body.reason,
        now=context.now,
    )
    texts = reading.texts_of(context.session, path.member_id, [entry])
    return entry_out(entry, texts.get(entry.seq)), 201


def _this_year(context: Context) -> int:
    return shanghai_date(context.now).year


def _position(cursor: str | None) -> tuple[Decimal, int] | None:
    """The total, as stored in ten-thousandths, and the member after whom a page begins."""
    if cursor is None:
        return None
    total, member_id = decode_numbers(cursor, 2)
    return Decimal(total) / POINT_SCALE, member_id
