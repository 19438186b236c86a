"""What the ledger's explanation says about a claim: its title, how far it was reviewed, its photos."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from server.claims.models import Claim
from server.claims.rules import STATUS_TITLES
from server.identity.models import Account
from server.photos.models import Photo
from server.points.sources import Described
from server.presentation import points_text, spoken_time

_TOLD = (
    select(
        Claim.id,
        Claim.title,
        Claim.status,
        Claim.submitted_at,
        Claim.decided_at,
        Claim.proposed_points,
        Claim.approved_points,
        Account.name.label("decider"),
        Photo.id.label("photo_id"),
    )
    .outerjoin(Account, Account.id == Claim.decided_by)
    .outerjoin(Photo, Photo.claim_id == Claim.id)
    .where(Claim.id.in_(bindparam("claim_ids", expanding=True)))
    .order_by(Claim.id, Photo.position)
)
"""A row per photo, or one for a claim without photos."""


def describe(session: Session, ids: Sequence[int]) -> Mapping[int, Described]:
    """Describe these claims for whoever may read the entries they led to."""
    claims: dict[int, Row[*tuple[Any, ...]]] = {}
    photo_ids: dict[int, list[int]] = {}
    for row in session.execute(_TOLD, {"claim_ids": list(ids)}):
        claims[row.id] = row
        if row.photo_id is not None:
            photo_ids.setdefault(row.id, []).append(row.photo_id)
    return {
        claim_id: Described(
            title=f"个人申报：{claim.title}",
            path=f"/api/v1/claims/{claim_id}",
            details=_details(claim),
            photo_ids=tuple(photo_ids.get(claim_id, ())),
        )
        for claim_id, claim in claims.items()
    }


def _details(claim: Row[*tuple[Any, ...]]) -> tuple[tuple[str, str], ...]:
    details = [("状态", STATUS_TITLES[claim.status])]
    if claim.submitted_at:
        details.append(("提交时间", spoken_time(claim.submitted_at)))
    if claim.decider is not None and claim.decided_at:
        details += [("审核人", claim.decider), ("审核时间", spoken_time(claim.decided_at))]
    if claim.approved_points is not None and claim.approved_points != claim.proposed_points:
        details.append(("核定分值", points_text(claim.approved_points)))
    return tuple(details)
