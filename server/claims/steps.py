"""One guarded step of a claim: status and version change together or not at all, and the timeline says so."""

from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.claims.models import Claim, ClaimEvent, ClaimParticipant, EventKind
from server.claims.rules import STATUS_TITLES, ClaimAction, ClaimStatus, next_status
from server.db import versioned_step
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict
from server.identity.error_codes import IdentityErrorCode
from server.identity.models import Account
from server.identity.rules import Actor
from server.presentation import local_time

DECIDED = (ClaimStatus.approved, ClaimStatus.rejected, ClaimStatus.returned)


def step(session: Session, claim: Claim, action: ClaimAction, *, version: int, **changes: Any) -> None:
    """Take a claim to its next status if it is still as seen; of two callers at once exactly one succeeds.

    Raises DomainError 409 `already_decided`, `wrong_status` or `stale_version`.
    """
    following = next_status(claim.status, action)
    if following is None or claim.version != version:
        raise overtaken(session, claim, action)
    if not versioned_step(session, claim, Claim.version, seen=version, status=following, **changes):
        raise overtaken(session, claim, action)


def overtaken(session: Session, claim: Claim, action: ClaimAction) -> DomainError:
    """Return an error saying what became of a claim that has changed since it was read, who did it and when."""
    title = STATUS_TITLES[claim.status]
    reviewing = action in (ClaimAction.approve, ClaimAction.send_back, ClaimAction.reject)
    if reviewing and claim.status in DECIDED and claim.decided_by and claim.decided_at:
        by = session.get_one(Account, claim.decided_by).name
        at = local_time(claim.decided_at)
        return conflict(
            CoreErrorCode.already_decided, f"该申报已由{by}审核（{title}）", status=claim.status, by=by, at=at
        )
    if next_status(claim.status, action) is None:
        return conflict(CoreErrorCode.wrong_status, f"该申报当前为“{title}”，不能进行此操作", status=claim.status)
    return conflict(CoreErrorCode.stale_version, "申报内容已有更新，请重新打开后再操作", version=claim.version)


def note_event(
    session: Session,
    claim: Claim,
    kind: EventKind,
    *,
    actor_id: int,
    now: datetime,
    words: str | None = None,
    before: Decimal | None = None,
    after: Decimal | None = None,
) -> None:
    """Add a line to the timeline and to the audit trail."""
    session.add(
        ClaimEvent(
            claim_id=claim.id,
            version=claim.version,
            kind=kind,
            actor_id=actor_id,
            at=now,
            words=words,
            points_before=before,
            points_after=after,
        )
    )
    audit.record(
        session,
        actor_id=actor_id,
        action=f"claim_{kind}",
        now=now,
        **audit.of(claim),
    )
    session.flush()


def account_of(actor: Actor) -> int:
    """Return the caller's account. Raises DomainError `not_bound` if they have none yet."""
    if actor.account_id is None:
        raise DomainError(IdentityErrorCode.not_bound, "请先完成身份绑定", status=HTTPStatus.FORBIDDEN)
    return actor.account_id


def participants_of(session: Session, claim_id: int) -> list[ClaimParticipant]:
    """Return the other members of a joint work in the order of names."""
    rows = select(ClaimParticipant).where(ClaimParticipant.claim_id == claim_id).order_by(ClaimParticipant.place)
    return list(session.scalars(rows))


def places_of(session: Session, claim: Claim) -> dict[int, int]:
    """Return everyone a claim pays, with their place among its people, the claimant first."""
    if claim.people == 1:
        return {claim.member_id: claim.place}
    return {claim.member_id: claim.place} | {p.member_id: p.place for p in participants_of(session, claim.id)}
