"""Claims over HTTP: the reviewer's queue and decisions, notes, and the opinions of 群众代表."""

from datetime import datetime

from server.audit.subjects import AuditSubject
from server.claims import present, review, reviewers
from server.claims.models import Claim, OpinionKind
from server.claims.schemas import (
    ApproveIn,
    ClaimLineOut,
    ClaimOut,
    ClaimPath,
    DecidedOut,
    OpinionIn,
    OpinionOut,
    ReviewDecisionIn,
    ReviewOut,
    WaitingClaimOut,
)
from server.claims.targets import claim_target
from server.errors import not_found
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.models import Organization
from server.organizations.targets import organization_target
from server.presentation import (
    OrganizationPath,
    Page,
    PageQuery,
    decode_id_cursor,
    decode_time_cursor,
    page_of,
)

api = Api("claim_review", __name__, tag="个人申报")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/review-queue",
    permission=Permission.claim_review,
    target=organization_target,
    responses={200: Page[ClaimLineOut]},
)
def list_review_queue(context: Context, path: OrganizationPath, query: PageQuery) -> Page[ClaimLineOut]:
    """等待本人审核的申报，最早提交的在前"""
    context.audit_look(AuditSubject.review_queue, path.organization_id)
    found = reviewers.queue(
        context.session,
        organization=context.session.get_one(Organization, path.organization_id),
        actor=context.actor,
        now=context.now,
        limit=query.one_more,
        after=decode_time_cursor(query.cursor),
    )
    page, cursor = page_of(query, found, _queue_key)
    return Page(items=present.lines(context.session, page), next_cursor=cursor)


@api.guarded(
    "POST",
    "/claims/<int:claim_id>/open",
    permission=Permission.claim_review,
    target=claim_target,
    responses={200: ReviewOut},
)
def open_claim(context: Context, path: ClaimPath) -> ReviewOut:
    """打开申报进行审核：内容、照片比对、是否已计分、剩余分值和历史申报"""
    claim = review.open_for_review(context.session, claim_id=path.claim_id, actor=context.actor, now=context.now)
    return present.for_review(context, claim)


@api.guarded(
    "POST",
    "/claims/<int:claim_id>/approve",
    permission=Permission.claim_review,
    target=claim_target,
    responses={200: DecidedOut},
)
def approve_claim(context: Context, path: ClaimPath, body: ApproveIn) -> DecidedOut:
    """审核通过并计分，可下调分值（写明理由）"""
    claim = review.approve(
        context.session,
        claim_id=path.claim_id,
        actor=context.actor,
        version=body.version,
        now=context.now,
        approved_points=body.points,
        reason=body.reason,
        distinct_reason=body.distinct_reason,
    )
    return present.decided(context, claim)


@api.guarded(
    "POST",
    "/claims/<int:claim_id>/return",
    permission=Permission.claim_review,
    target=claim_target,
    responses={200: DecidedOut},
)
def return_claim(context: Context, path: ClaimPath, body: ReviewDecisionIn) -> DecidedOut:
    """退回补充，写明原因"""
    claim = review.send_back(
        context.session,
        claim_id=path.claim_id,
        actor=context.actor,
        version=body.version,
        reason=body.reason,
        now=context.now,
    )
    return present.decided(context, claim)


@api.guarded(
    "POST",
    "/claims/<int:claim_id>/reject",
    permission=Permission.claim_review,
    target=claim_target,
    responses={200: DecidedOut},
)
def reject_claim(context: Context, path: ClaimPath, body: ReviewDecisionIn) -> DecidedOut:
    """审核不通过，写明理由"""
    claim = review.reject(
        context.session,
        claim_id=path.claim_id,
        actor=context.actor,
        version=body.version,
        reason=body.reason,
        now=context.now,
    )
    return present.decided(context, claim)


@api.guarded(
    "POST",
    "/claims/<int:claim_id>/revoke",
    permission=Permission.claim_review,
    target=claim_target,
    responses={200: ClaimOut},
)
def revoke_claim(context: Context, path: ClaimPath, body: ReviewDecisionIn) -> ClaimOut:
    """撤销审核通过：冲销已计分值，申报重新待审（支部书记或上级）"""
    claim = review.revoke(
        context.session,
        claim_id=path.claim_id,
        actor=context.actor,
        version=body.version,
        reason=body.reason,
        now=context.now,
    )
    return present.detail(context, claim)


@api.guarded(
    "POST",
    "/claims/<int:claim_id>/notes",
    permission=Permission.claim_review,
    target=claim_target,
    responses={201: OpinionOut},
)
def add_note(context: Context, path: ClaimPath, body: OpinionIn) -> tuple[OpinionOut, int]:
    """记录核实情况"""
    return _said(context, path.claim_id, OpinionKind.note, body.words)


@api.guarded(
    "POST",
    "/claims/<int:claim_id>/opinions",
    permission=Permission.claim_comment,
    target=claim_target,
    responses={201: OpinionOut},
)
def add_opinion(context: Context, path: ClaimPath, body: OpinionIn) -> tuple[OpinionOut, int]:
    """师生群众代表对核实中的申报发表意见"""
    return _said(context, path.claim_id, OpinionKind.opinion, body.words)


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/claims-under-verification",
    permission=Permission.claim_comment,
    target=organization_target,
    responses={200: Page[WaitingClaimOut]},
)
def list_claims_under_verification(context: Context, path: OrganizationPath, query: PageQuery) -> Page[WaitingClaimOut]:
    """核实中的申报，供师生群众代表发表意见"""
    context.audit_look(AuditSubject.claims_under_verification, path.organization_id)
    found = reviewers.waiting(
        context.session,
        organization=context.session.get_one(Organization, path.organization_id),
        limit=query.one_more,
        after_id=decode_id_cursor(query.cursor),
    )
    page, cursor = page_of(query, found)
    items = present.under_verification(context.session, page)
    return Page(items=items, next_cursor=cursor)


def _said(context: Context, claim_id: int, kind: OpinionKind, words: str) -> tuple[OpinionOut, int]:
    given = review.add_opinion(
        context.session, claim_id=claim_id, kind=kind, actor=context.actor, words=words, now=context.now
    )
    return present.opinion(context.session, given), 201


def _queue_key(claim: Claim) -> tuple[datetime, int]:
    if claim.submitted_at is None:
        raise not_found("申报")
    return claim.submitted_at, claim.id
