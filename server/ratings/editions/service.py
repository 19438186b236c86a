"""Drawing up a branch's stars, taking them back, and superseding them. Nothing is edited: editions are added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from server.annual.results.models import AnnualEdition
from server.audit import service as audit
from server.ratings.editions import queries, sealing
from server.ratings.editions.models import Rating, RatingEdition, RatingWithdrawal
from server.ratings.proposals.models import RatingProposal
from server.ratings.proposals.rules import StarDecision, final_stars
from server.ratings.rules import Apart
from server.ratings.trials.outcomes import Outcome
from server.years.models import BranchYear


@dataclass(frozen=True, slots=True)
class RatedStar:
    """A member's stars as they go into an edition."""

    member_id: int
    apart: Apart | None
    band: int | None
    stars: int | None
    reason: str | None


def agreed(
    session: Session,
    proposal: RatingProposal,
    outcome: Outcome,
    decisions: Sequence[StarDecision],
    *,
    annual: AnnualEdition,
    account_id: int,
    now: datetime,
) -> RatingEdition:
    """Draw up the stars of a proposal to which the level above has agreed."""
    stars, reasons = final_stars(outcome.trial, decisions), {each.member_id: each.reason for each in decisions}
    rows = [
        RatedStar(who, each.apart, each.band, stars.get(who), reasons.get(who))
        for who, each in sorted(outcome.trial.verdicts.items())
    ]
    edition = RatingEdition(proposal_id=proposal.id, annual_edition_id=annual.id)
    return add(session, edition, rows, place=proposal, before=None, account_id=account_id, now=now)


def add(
    session: Session,
    edition: RatingEdition,
    stars: Sequence[RatedStar],
    *,
    place: RatingProposal,
    before: RatingEdition | None,
    account_id: int,
    now: datetime,
) -> RatingEdition:
    """Number, seal and write an edition: rows that are never touched again."""
    edition.root_id, edition.organization_id, edition.year = place.root_id, place.organization_id, place.year
    edition.edition = queries.last_number(session, place.organization_id, place.year) + 1
    edition.supersedes_id = None if before is None else before.id
    edition.drawn_by, edition.drawn_at = account_id, now
    rows = [
        Rating(member_id=each.member_id, apart=each.apart, band=each.band, stars=each.stars, reason=each.reason)
        for each in stars
    ]
    edition.hash = sealing.seal(edition, rows, before=None if before is None else before.hash)
    session.add(edition)
    session.flush()
    columns = ("member_id", "apart", "band", "stars", "reason")
    said = [{"edition_id": edition.id} | {name: getattr(row, name) for name in columns} for row in rows]
    session.execute(insert(Rating), said)
    action = "stars_agreed" if before is None else "stars_supersede"
    _note(session, edition, action, account_id, now)
    return edition


def withdraw(
    session: Session, branch_year: BranchYear, *, reason: str, account_id: int | None, now: datetime
) -> RatingEdition | None:
    """Take back a branch's stars, every edition since the review; return the one that held, if any did."""
    edition = queries.current_edition(session, branch_year.organization_id, branch_year.year)
    if edition is None:
        return None
    for each in queries.chain_of(session, edition):
        session.add(RatingWithdrawal(edition_id=each.id, reason=reason, withdrawn_by=account_id, withdrawn_at=now))
    session.flush()
    _note(session, edition, "stars_withdraw", account_id, now)
    return edition


def figures(session: Session, edition: RatingEdition) -> Mapping[int, RatedStar]:
    """Return an edition's stars by member."""
    return {
        each.member_id: RatedStar(
            each.member_id, None if each.apart is None else Apart(each.apart), each.band, each.stars, each.reason
        )
        for each in queries.ratings_of(session, edition.id)
    }


def _note(session: Session, edition: RatingEdition, action: str, account_id: int | None, now: datetime) -> None:
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        now=now,
        detail={"year": edition.year, "edition": edition.edition, "hash": edition.hash},
        **audit.of(edition),
    )
