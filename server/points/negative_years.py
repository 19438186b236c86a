"""Which members' years a negative-list decision sets to zero."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.points.models import NegativeDecision
from server.points.rules import NegativeStatus


def negative_members(session: Session, member_ids: Collection[int], year: int) -> frozenset[int]:
    """Return those of the members who have a decision in force for the year."""
    in_force = select(NegativeDecision.member_id).where(
        NegativeDecision.member_id.in_(member_ids),
        NegativeDecision.year == year,
        NegativeDecision.status == NegativeStatus.in_force,
    )
    return frozenset(session.scalars(in_force))
