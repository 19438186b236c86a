"""申报: the result of a review. The others in a joint work are told of their own part, never of a refusal."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from server.claims.events import ClaimReviewed
from server.claims.models import Claim
from server.claims.rules import ClaimStatus
from server.claims.worth import item_of, shares
from server.days import shanghai_date
from server.pushes import outbox, pages
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, places_of, to_member
from server.pushes.occasions.wording import Content
from server.pushes.rules import Occasion


def reviewed(session: Session, event: ClaimReviewed) -> None:
    """Tell the member, or everyone who gets points from the claim; once for each version of a claim."""
    claim = session.get_one(Claim, event.claim_id)
    contents = _contents(session, claim, event.status)
    message = DraftedMessage(
        occasion=Occasion.claim_returned if event.status is ClaimStatus.returned else Occasion.claim_reviewed,
        subject=f"{claim.id}:{claim.version}",
        page=pages.claim(claim.id),
        due_at=event.now,
    )
    places = places_of(session, contents, shanghai_date(event.now))
    drafts = [to_member(message, member_id, places[member_id], contents[member_id]) for member_id in places]
    outbox.enqueue(session, drafts, now=event.now)


def _contents(session: Session, claim: Claim, status: ClaimStatus) -> dict[int, Content]:
    """Return what each person is told. A reopened claim is `submitted` again."""
    item = item_of(session, claim)
    assert item is not None
    assert claim.occurred_on is not None
    if status is ClaimStatus.approved:
        parts = shares(session, claim, item, claim.approved_points or Decimal(0))
        return {
            member_id: wording.claim_approved(item.title, part, claim.occurred_on) for member_id, part in parts.items()
        }
    if status is ClaimStatus.submitted:
        parts = shares(session, claim, item, Decimal(0))
        return dict.fromkeys(parts, wording.claim_reopened(item.title, claim.occurred_on))
    return {claim.member_id: _refusal(item.title, claim.occurred_on, status)}


def _refusal(item: str, occurred_on: date, status: ClaimStatus) -> Content:
    if status is ClaimStatus.returned:
        return wording.claim_returned(item, occurred_on)
    return wording.claim_rejected(item, occurred_on)
