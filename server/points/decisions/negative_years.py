"""Which members' years a negative-list decision sets to zero."""

from collections.abc import Collection

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.points.models import NegativeDecision
from server.points.scores.rules import NegativeStatus

_IN_FORCE = select(NegativeDecision.member_id).where(
    NegativeDecision.member_id.in_(bindparam("member_ids", expanding=True)),
    NegativeDecision.year == bindparam("year"),
    NegativeDecision.status == NegativeStatus.in_force,
)


def negative_members(session: Session, member_ids: Collection[int], year: int) -> frozenset[int]:
    """Return those of the members who have a decision in force for the year."""
    return frozenset(session.scalars(_IN_FORCE, {"member_ids": list(member_ids), "year": year}))
