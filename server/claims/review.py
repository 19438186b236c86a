"""组织审核, claim by claim: open, decide, take a decision back, note what was found out."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus

from sqlalchemy import extract, false, select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.claims.counted import CountedActivity, counted_elsewhere, lock_members
from server.claims.error_codes import ClaimErrorCode
from server.claims.events import ClaimReviewed
from server.claims.models import Claim, ClaimOpening, ClaimOpinion, EventKind, OpinionKind
from server.claims.reviewers import check_reviewer, refuse_partial, whose_are
from server.claims.rules import (
    TAKEN_BACK_WITHIN,
    ClaimAction,
    ClaimStatus,
    adjustment_refusal,
    next_status,
    take_back_refusal,
)
from server.claims.steps import account_of, note_event, overtaken, places_of, step
from server.claims.worth import as_error, item_of, shares
from server.db import added
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, forbidden, not_found
from server.events import emit
from server.identity.rules import Actor, Role, roles_at
from server.organizations.queries import ancestor_ids
from server.photos import queries as photos
from server.points import queries as points_queries
from server.points import service as points
from server.points.models import SourceKind
from server.points.service import Posting

MAY_REVOKE = frozenset({Role.secretary, Role.organizer, Role.general_secretary, Role.organization_department})
"""An approval is taken back by the branch's secretary or from above."""

HISTORY_LENGTH = 20


def open_for_review(session: Session, *, claim_id: int, actor: Actor, now: datetime) -> Claim:
    """Note that this reviewer has opened this version; any decision on it requires that. Safe to repeat."""
    claim = _submitted(session, claim_id)
    check_reviewer(session, claim, actor, now=now)
    if claim.status != ClaimStatus.submitted:
        raise overtaken(session, claim, ClaimAction.approve)
    account_id = account_of(actor)
    if _opening(session, claim, account_id) is None:
        opening = ClaimOpening(claim_id=claim.id, version=claim.version, account_id=account_id, opened_at=now)
        if not added(session, opening):
            return claim  # opened by the same reviewer on another screen at this moment
        note_event(session, claim, EventKind.opened, actor_id=account_id, now=now)
    return claim


def approve(
    session: Session,
    *,
    claim_id: int,
    actor: Actor,
    version: int,
    now: datetime,
    approved_points: Decimal | None = None,
    reason: str | None = None,
    distinct_reason: str | None = None,
) -> Claim:
    """Approve the version seen and post it for everyone it pays, in one transaction.

    `approved_points` adjusts the whole work downwards, with a `reason`; `distinct_reason` says why attendance of the
    same line and day was another activity. Raises DomainError 409 `already_decided`, `stale_version`, `not_opened`,
    `already_counted`, `year_drafted`; 403 `own_claim`, `own_entry`, `other_reviewer`.
    """
    account_id = account_of(actor)
    claim = _opened(session, claim_id, ClaimAction.approve, actor=actor, version=version, now=now)
    return _approve(
        session,
        claim,
        account_id,
        version=version,
        approved_points=approved_points,
        reason=reason,
        distinct_reason=distinct_reason,
        now=now,
    )


def send_back(session: Session, *, claim_id: int, actor: Actor, version: int, reason: str, now: datetime) -> Claim:
    """Return the version seen, for its writer to complete."""
    return _refuse(session, claim_id, ClaimAction.send_back, actor=actor, version=version, reason=reason, now=now)


def reject(session: Session, *, claim_id: int, actor: Actor, version: int, reason: str, now: datetime) -> Claim:
    """Reject the version seen, for good; the member may object."""
    return _refuse(session, claim_id, ClaimAction.reject, actor=actor, version=version, reason=reason, now=now)


def revoke(session: Session, *, claim_id: int, actor: Actor, version: int, reason: str, now: datetime) -> Claim:
    """Take an approval back: its entries are reversed and the claim waits for review again, under a new revision."""
    claim = _revocable(session, claim_id, actor, now=now)
    return _reopen(session, claim, ClaimAction.revoke, actor=actor, version=version, reason=reason, now=now)


def decide_anew(
    session: Session,
    *,
    claim_id: int,
    actor: Actor,
    version: int,
    approved_points: Decimal | None,
    reason: str,
    now: datetime,
) -> Claim:
    """Put a decision in place of one that was found wrong: taken back and approved as one, so that it waits for nobody.

    By who may take an approval back; whoever wrote the claim may not. What it was found to be is the reviewer's word
    that attendance of the same day is another activity. Raises DomainError as `revoke` and `approve`.
    """
    claim = _revocable(session, claim_id, actor, now=now)
    account_id = account_of(actor)
    if account_id in whose_are(session, [claim])[claim.id].written_by:
        raise DomainError(
            ClaimErrorCode.own_entry, "不能审核由您代为填报的申报，请由上级党组织处理", status=HTTPStatus.FORBIDDEN
        )
    _reopen(session, claim, ClaimAction.reopen, actor=actor, version=version, reason=reason, now=now)
    return _approve(
        session,
        claim,
        account_id,
        version=claim.version,
        approved_points=approved_points,
        reason=reason,
        distinct_reason=reason,
        now=now,
    )


def take_back(session: Session, *, claim_id: int, actor: Actor, version: int, now: datetime) -> Claim:
    """Undo one's own decision of the last minutes: the claim waits for review again as it did before.

    Raises DomainError 403 `not_your_decision`, 409 `stale_version` or `wrong_status`, `taken_back_too_late`.
    """
    claim = _submitted(session, claim_id)
    refusal = take_back_refusal(decided_by=claim.decided_by, decided_at=claim.decided_at, by=account_of(actor), now=now)
    if claim.version != version or next_status(claim.status, ClaimAction.take_back) is None:
        raise overtaken(session, claim, ClaimAction.take_back)
    if refusal is not None:
        raise DomainError(refusal.code, refusal.message, status=HTTPStatus.FORBIDDEN)
    reason = "审核人撤销刚作出的决定"
    return _reopen(session, claim, ClaimAction.take_back, actor=actor, version=version, reason=reason, now=now)


def last_decided(session: Session, *, account_id: int, now: datetime) -> Claim | None:
    """Return what this account decided last, if that can still be taken back."""
    query = select(Claim).where(Claim.decided_by == account_id, Claim.decided_at >= now - TAKEN_BACK_WITHIN)
    return session.scalar(query.order_by(Claim.decided_at.desc(), Claim.id.desc()).limit(1))


def add_opinion(
    session: Session, *, claim_id: int, kind: OpinionKind, actor: Actor, words: str, now: datetime
) -> ClaimOpinion:
    """Add a verification note or a 群众代表 opinion while the claim is under verification; not on one's own."""
    claim = _submitted(session, claim_id)
    if actor.member_id in places_of(session, claim):
        raise DomainError(ClaimErrorCode.own_claim, "不能对本人的申报发表意见", status=HTTPStatus.FORBIDDEN)
    if claim.status != ClaimStatus.submitted:
        raise conflict(CoreErrorCode.wrong_status, "该申报不在核实中，不能再补充意见", status=claim.status)
    account_id = account_of(actor)
    opinion = ClaimOpinion(claim_id=claim.id, kind=kind, account_id=account_id, words=words, at=now)
    session.add(opinion)
    audit.record(
        session,
        actor_id=account_id,
        action=f"claim_{kind}",
        now=now,
        **audit.of(claim),
    )
    session.flush()
    return opinion


def history(session: Session, claim: Claim) -> Sequence[Claim]:
    """Return the member's other submitted claims for the item that year, newest first, for the reviewer to compare."""
    others = select(Claim).where(
        Claim.member_id == claim.member_id,
        Claim.id != claim.id,
        Claim.submitted_at.is_not(None),
        Claim.item_code == claim.item_code,
        extract("year", Claim.occurred_on) == claim.occurred_on.year if claim.occurred_on else false(),
    )
    return session.scalars(others.order_by(Claim.id.desc()).limit(HISTORY_LENGTH)).all()


def _approve(
    session: Session,
    claim: Claim,
    account_id: int,
    *,
    version: int,
    approved_points: Decimal | None,
    reason: str | None,
    distinct_reason: str | None,
    now: datetime,
) -> Claim:
    proposed = claim.proposed_points or Decimal(0)
    whole = proposed if approved_points is None else approved_points
    if refusal := adjustment_refusal(proposed=proposed, approved=whole, reason=reason):
        raise as_error(refusal)
    lock_members(session, places_of(session, claim))
    _check_uncounted(counted_elsewhere(session, claim), distinct_reason)
    step(
        session,
        claim,
        ClaimAction.approve,
        version=version,
        approved_points=whole,
        decided_by=account_id,
        decided_at=now,
    )
    points.post(session, _postings(session, claim, whole, account_id), now=now)
    words = "；".join(word for word in (reason, distinct_reason) if word) or None
    _decided(
        session, claim, EventKind.approved, actor_id=account_id, now=now, words=words, before=proposed, after=whole
    )
    return claim


def _reopen(
    session: Session, claim: Claim, action: ClaimAction, *, actor: Actor, version: int, reason: str, now: datetime
) -> Claim:
    """Let a decided claim wait for review again; what it has paid is reversed, so that it can pay anew."""
    account_id, before, revision = account_of(actor), claim.approved_points, claim.revision
    changes = {"revision": revision + 1, "approved_points": None, "decided_by": None, "decided_at": None}
    step(session, claim, action, version=version, **changes)
    for entry in points_queries.entries_of_sources(session, source_kind=SourceKind.claim, source_ids=[claim.id]):
        if entry.revision == revision:
            points.reverse(
                session, member_id=entry.member_id, seq=entry.seq, reason=reason, decided_by=account_id, now=now
            )
    _decided(session, claim, EventKind.reopened, actor_id=account_id, now=now, words=reason, before=before)
    return claim


def _revocable(session: Session, claim_id: int, actor: Actor, *, now: datetime) -> Claim:
    claim = _submitted(session, claim_id)
    if actor.member_id in places_of(session, claim):
        message = "不能撤销本人申报的审核结果，请由上级党组织处理"
        raise DomainError(ClaimErrorCode.own_claim, message, status=HTTPStatus.FORBIDDEN)
    if not roles_at(actor, ancestor_ids(session, claim.organization_id)) & MAY_REVOKE:
        raise forbidden()
    refuse_partial(session, claim, actor, now=now)
    return claim


def _submitted(session: Session, claim_id: int) -> Claim:
    """Return a claim that has come in at least once: a draft is its writer's alone."""
    claim = session.get(Claim, claim_id)
    if claim is None or claim.submitted_at is None:
        raise not_found("申报")
    return claim


def _opening(session: Session, claim: Claim, account_id: int) -> ClaimOpening | None:
    return session.get(ClaimOpening, (claim.id, claim.version, account_id))


def _opened(
    session: Session, claim_id: int, action: ClaimAction, *, actor: Actor, version: int, now: datetime
) -> Claim:
    """Return the claim if it is still the version named, and this reviewer may decide it and has opened it."""
    claim = _submitted(session, claim_id)
    check_reviewer(session, claim, actor, now=now)
    if next_status(claim.status, action) is None or claim.version != version:
        raise overtaken(session, claim, action)
    if _opening(session, claim, account_of(actor)) is None:
        raise conflict(ClaimErrorCode.not_opened, "请先打开该申报逐项查看，再作审核决定")
    return claim


def _check_uncounted(found: Sequence[CountedActivity], distinct_reason: str | None) -> None:
    """Refuse what an approved claim counted, and attendance unless the reviewer says why it is another activity."""
    doubtful = [each for each in found if each.kind is SourceKind.meeting and not distinct_reason]
    counted = [each for each in found if each.same] or doubtful
    if counted:
        first = counted[0]
        where = "签到" if first.kind is SourceKind.meeting else f"另一申报“{first.title}”"
        detail = {"kind": first.kind, "source_id": first.source_id, "may_be_distinct": not first.same}
        raise conflict(ClaimErrorCode.already_counted, f"同一事项已由{where}计分，不能重复计分", **detail)


def _postings(session: Session, claim: Claim, whole: Decimal, account_id: int) -> list[Posting]:
    item = item_of(session, claim)
    assert item is not None
    assert claim.occurred_on is not None
    evidence_hash = photos.evidence_hash(photos.photos_of_claim(session, claim.id))
    return [
        Posting(
            member_id=member_id,
            item_code=item.code,
            occurred_on=claim.occurred_on,
            source_kind=SourceKind.claim,
            source_id=claim.id,
            points=part,
            level=claim.level,
            achievement=claim.achievement,
            revision=claim.revision,
            decided_by=account_id,
            text=claim.title,
            evidence_hash=evidence_hash,
            standard_id=claim.standard_id,
        )
        for member_id, part in shares(session, claim, item, whole).items()
    ]


def _refuse(
    session: Session, claim_id: int, action: ClaimAction, *, actor: Actor, version: int, reason: str, now: datetime
) -> Claim:
    account_id = account_of(actor)
    claim = _opened(session, claim_id, action, actor=actor, version=version, now=now)
    step(session, claim, action, version=version, decided_by=account_id, decided_at=now)
    kind = EventKind.returned if action is ClaimAction.send_back else EventKind.rejected
    _decided(session, claim, kind, actor_id=account_id, now=now, words=reason, before=claim.proposed_points)
    return claim


def _decided(
    session: Session,
    claim: Claim,
    kind: EventKind,
    *,
    actor_id: int,
    now: datetime,
    words: str | None,
    before: Decimal | None,
    after: Decimal | None = None,
) -> None:
    note_event(session, claim, kind, actor_id=actor_id, now=now, words=words, before=before, after=after)
    emit(session, ClaimReviewed(claim.id, claim.member_id, ClaimStatus(claim.status), now))
