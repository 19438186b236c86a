"""A member's own stars: seen once the branch sees them, with why they are so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from server.organizations.filings import latest_filing
from server.organizations.models import FilingStatus, FilingSubject
from server.ratings.appraisals.rules import APPRAISAL_TITLES
from server.ratings.editions.models import Rating, RatingEdition
from server.ratings.editions.queries import editions_of_member
from server.ratings.editions.showing import is_shown, publicity_of
from server.ratings.proposals.models import RatingProposal
from server.ratings.rules import explained
from server.ratings.trials.models import DryRun
from server.ratings.trials.outcomes import outcome_of


@dataclass(frozen=True, slots=True)
class OwnStar:
    """Stars of a year with their explanation. `filed`: the level above has received them."""

    edition: RatingEdition
    stars: int
    title: str
    total: Decimal | None
    explanation: tuple[str, ...]
    reason: str | None
    publicized_until: date | None
    filed: bool


def own_stars(session: Session, member_id: int, *, now: datetime) -> list[OwnStar]:
    """Return a member's stars of the years as far as they are on show or were, the latest first."""
    return list(_shown(session, member_id, now))


def _shown(session: Session, member_id: int, now: datetime) -> Iterator[OwnStar]:
    for edition, rating in editions_of_member(session, member_id):
        if rating.stars is not None and is_shown(session, edition, now=now):
            yield _explained(session, edition, rating, rating.stars)


def _explained(session: Session, edition: RatingEdition, rating: Rating, stars: int) -> OwnStar:
    proposal = session.get_one(RatingProposal, edition.proposal_id)
    outcome = outcome_of(session, session.get_one(DryRun, proposal.dry_run_id))
    member = next((each for each in outcome.members if each.member_id == rating.member_id), None)
    verdict, grade = outcome.trial.verdicts.get(rating.member_id), outcome.method.grade_of(stars)
    said: tuple[str, ...] = ()
    if member is not None and verdict is not None and edition.supersedes_id is None:
        appraisal = "" if member.appraisal is None else APPRAISAL_TITLES[member.appraisal]
        said = explained(outcome.method, member, verdict, appraisal)
    elif edition.reason is not None:
        said = (f"重新审定：{edition.reason}",)
    on_show = publicity_of(session, edition)
    return OwnStar(
        edition=edition,
        stars=stars,
        title=grade.title if grade is not None else f"{stars}星",
        total=None if member is None or edition.supersedes_id is not None else member.total,
        explanation=said,
        reason=rating.reason,
        publicized_until=None if on_show is None else on_show.last_day,
        filed=_is_received(session, edition),
    )


def _is_received(session: Session, edition: RatingEdition) -> bool:
    """Whether stars are published: their own filing, or that of the results they went with, was received."""
    subjects = ((FilingSubject.rating, edition.id), (FilingSubject.annual_result, edition.annual_edition_id))
    found = (latest_filing(session, subject_kind=kind, subject_id=each) for kind, each in subjects)
    return any(each is not None and each.status == FilingStatus.received for each in found)
