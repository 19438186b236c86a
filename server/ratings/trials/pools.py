"""What the branches that share a quota have taken of it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.ratings.editions.models import Rating, RatingEdition
from server.ratings.editions.queries import is_current
from server.ratings.proposals.queries import decisions_of, proposals_of
from server.ratings.proposals.rules import ProposalStatus, final_stars
from server.ratings.rules import counted
from server.ratings.trials.models import DryRun
from server.ratings.trials.outcomes import outcome_of


def taken_in_pool(session: Session, branch_ids: Sequence[int], year: int) -> Mapping[int, int]:
    """Return how many members of some branches have each number of stars: as proposed, or as agreed to."""
    query = (
        select(Rating.stars)
        .join(RatingEdition, RatingEdition.id == Rating.edition_id)
        .where(RatingEdition.organization_id.in_(branch_ids), RatingEdition.year == year, is_current())
    )
    found = list(session.scalars(query))
    for proposal in proposals_of(session, branch_ids, year).values():
        if proposal.status == ProposalStatus.proposed:
            trial = outcome_of(session, session.get_one(DryRun, proposal.dry_run_id)).trial
            found += final_stars(trial, decisions_of(session, proposal.id)).values()
    return counted(found)
