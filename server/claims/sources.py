"""What the ledger's explanation says about a claim: its title, how far it was reviewed, its photos."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.claims.models import Claim
from server.claims.rules import STATUS_TITLES
from server.identity.models import Account
from server.photos.models import Photo
from server.points.sources import Described
from server.presentation import points_text, spoken_time


def describe(session: Session, ids: Sequence[int]) -> Mapping[int, Described]:
    """Describe these claims for whoever may read the entries they led to."""
    claims = session.scalars(select(Claim).where(Claim.id.in_(ids))).all()
    names = _names(session, claims)
    photo_ids = _photo_ids(session, ids)
    return {
        claim.id: Described(
            title=f"个人申报：{claim.title}",
            path=f"/api/v1/claims/{claim.id}",
            details=_details(claim, names),
            photo_ids=photo_ids.get(claim.id, ()),
        )
        for claim in claims
    }


def _details(claim: Claim, names: Mapping[int, str]) -> tuple[tuple[str, str], ...]:
    details = [("状态", STATUS_TITLES[claim.status])]
    if claim.submitted_at:
        details.append(("提交时间", spoken_time(claim.submitted_at)))
    if claim.decided_by and claim.decided_at:
        details += [("审核人", names[claim.decided_by]), ("审核时间", spoken_time(claim.decided_at))]
    if claim.approved_points is not None and claim.approved_points != claim.proposed_points:
        details.append(("核定分值", points_text(claim.approved_points)))
    return tuple(details)


def _names(session: Session, claims: Sequence[Claim]) -> dict[int, str]:
    ids = {claim.decided_by for claim in claims if claim.decided_by}
    if not ids:
        return {}
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _photo_ids(session: Session, claim_ids: Sequence[int]) -> Mapping[int | None, tuple[int, ...]]:
    rows = select(Photo.claim_id, Photo.id).where(Photo.claim_id.in_(claim_ids))
    found: dict[int | None, tuple[int, ...]] = {}
    for claim_id, photo_id in session.execute(rows.order_by(Photo.claim_id, Photo.position)):
        found[claim_id] = (*found.get(claim_id, ()), photo_id)
    return found
