"""Proposals read."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.ratings.proposals.models import ProposedStar, RatingProposal, StarRecusal
from server.ratings.proposals.rules import LowerGround, StarDecision
from server.ratings.trials.models import DryRun


def open_proposal(session: Session, organization_id: int, year: int) -> RatingProposal | None:
    """Return a branch's proposal that is neither returned nor undone."""
    return session.scalar(
        select(RatingProposal).where(
            RatingProposal.organization_id == organization_id,
            RatingProposal.year == year,
            RatingProposal.open.is_(True),
        )
    )


def is_rated_by(session: Session, method_id: int) -> bool:
    """Whether a proposal that is neither returned nor undone rests on a method."""
    query = (
        select(RatingProposal.id)
        .join(DryRun, DryRun.id == RatingProposal.dry_run_id)
        .where(DryRun.method_id == method_id, RatingProposal.open.is_(True))
    )
    return session.scalar(query.limit(1)) is not None


def decisions_of(session: Session, proposal_id: int) -> list[StarDecision]:
    """Return what people decided beside the dry run, by member."""
    query = select(ProposedStar).where(ProposedStar.proposal_id == proposal_id).order_by(ProposedStar.member_id)
    return [
        StarDecision(each.member_id, each.stars, each.reason, None if each.ground is None else LowerGround(each.ground))
        for each in session.scalars(query)
    ]


def recused(session: Session, proposal_id: int) -> frozenset[int]:
    """Return the members who left the room while their own stars were discussed."""
    query = select(StarRecusal.member_id).where(StarRecusal.proposal_id == proposal_id)
    return frozenset(session.scalars(query))


def proposals_of(session: Session, organization_ids: Sequence[int], year: int) -> Mapping[int, RatingProposal]:
    """Return the open proposals of some branches, by branch."""
    query = select(RatingProposal).where(
        RatingProposal.organization_id.in_(organization_ids),
        RatingProposal.year == year,
        RatingProposal.open.is_(True),
    )
    return {each.organization_id: each for each in session.scalars(query)}
