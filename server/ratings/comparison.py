"""Branches' stars side by side, for the level above to weigh them: by points alone, and as proposed or agreed to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.steps.holding import seen
from server.organizations.models import Organization, OrganizationKind
from server.ratings.editions.queries import current_edition, ratings_of
from server.ratings.proposals.queries import decisions_of, open_proposal
from server.ratings.proposals.rules import final_stars
from server.ratings.proposals.service import committee, track_of
from server.ratings.rules import counted
from server.ratings.trials.models import DryRun
from server.ratings.trials.outcomes import outcome_of
from server.ratings.trials.queries import latest
from server.years.rules import YearState


@dataclass(frozen=True, slots=True)
class BranchStars:
    """A branch's members by stars. `committee_highest`: how many of its committee have the highest."""

    organization_id: int
    title: str
    state: YearState
    members: int
    before: Mapping[int, int]
    after: Mapping[int, int]
    excess: int
    committee_highest: int


def branches(session: Session, unit: Organization, year: int, *, now: datetime) -> list[BranchStars]:
    """Return the branches of a unit that have tried out their stars of a year, by id."""
    query = select(Organization.id).where(
        Organization.path.startswith(unit.path, autoescape=True), Organization.kind == OrganizationKind.branch
    )
    found = (_of_branch(session, each, year, now) for each in session.scalars(query.order_by(Organization.id)).all())
    return [each for each in found if each is not None]


def _of_branch(session: Session, organization_id: int, year: int, now: datetime) -> BranchStars | None:
    way, proposal = seen(session, organization_id, year, now=now), open_proposal(session, organization_id, year)
    dry_run = latest(session, organization_id, year)
    if proposal is not None:
        dry_run = session.get_one(DryRun, proposal.dry_run_id)
    if dry_run is None:
        return None
    outcome, edition = outcome_of(session, dry_run), current_edition(session, organization_id, year)
    stars = final_stars(outcome.trial, decisions_of(session, proposal.id) if proposal is not None else ())
    if edition is not None:
        stars = {each.member_id: each.stars for each in ratings_of(session, edition.id) if each.stars is not None}
    highest = outcome.method.highest.stars
    return BranchStars(
        organization_id=organization_id,
        title=way.organization.title,
        state=way.progress.of(track_of(way)) or YearState.open,
        members=outcome.trial.members,
        before=counted(each.band for each in outcome.trial.verdicts.values()),
        after=counted(stars.values()),
        excess=proposal.excess if proposal is not None else 0,
        committee_highest=sum(stars.get(each) == highest for each in committee(session, way, now)),
    )
