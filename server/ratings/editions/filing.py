"""备案 of stars: in one round with the results, in two by themselves. Once received, they are public."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.annual.results.models import AnnualEdition
from server.annual.results.queries import results_of
from server.annual.steps import due
from server.annual.steps.charge import charge_of, refuse_without
from server.annual.steps.conditions import refuse_filing
from server.annual.steps.courses import Way
from server.annual.steps.holding import held, held_of
from server.annual.steps.rules import Track
from server.annual.steps.taking import move, note, shift
from server.days import shanghai_date
from server.errors import conflict, not_found
from server.organizations.events import FilingDecided, FilingSubmitted
from server.organizations.filings import submit_filing
from server.organizations.models import Filing, FilingStatus, FilingSubject
from server.pushes.occasions import year_end
from server.pushes.occasions.year_end import YearStep
from server.ratings.editions import showing
from server.ratings.editions.models import RatingEdition
from server.ratings.editions.queries import current_edition
from server.ratings.editions.standing import moved
from server.ratings.error_codes import RatingErrorCode
from server.ratings.proposals.service import track_of
from server.years.rules import YearState

OUTDATED = "年度结果有更正，有 {} 人的星级须重新审定"


def file(session: Session, *, organization_id: int, year: int, account_id: int, now: datetime) -> Filing:
    """File the stars that hold with the level above, where they have a round of their own.

    Raises DomainError 403 `not_in_charge`, 404, 409 as `check_filing`.
    """
    held(session, organization_id, year, now=now)
    edition = current_edition(session, organization_id, year)
    if edition is None:
        raise not_found("星级")
    return submit_filing(
        session,
        subject_kind=FilingSubject.rating,
        subject_id=edition.id,
        title=f"{year} 年度党员星级（第 {edition.edition} 版）",
        from_organization_id=organization_id,
        submitted_by=account_id,
        now=now,
    )


def check_filing(session: Session, edition_id: int) -> None:
    """Raise DomainError unless these stars hold and may be filed now: settled, or superseding what was filed."""
    showing.check(session, edition_id)
    edition = session.get_one(RatingEdition, edition_id)
    way = showing.held_of_stars(session, edition)
    if not _supersedes(way, edition):
        refuse_filing(session, way, Track.stars)


def check_results(session: Session, annual_edition_id: int) -> None:
    """Raise DomainError 409 `stars_outdated` where results are filed whose stars still say otherwise."""
    annual = session.get_one(AnnualEdition, annual_edition_id)
    edition = current_edition(session, annual.organization_id, annual.year)
    if edition is None or held_of(session, annual).course.has_two_tracks:
        return
    if changed := moved(session, edition):
        raise conflict(RatingErrorCode.stars_outdated, OUTDATED.format(len(changed)), member_ids=sorted(changed))


def filing_submitted(session: Session, event: FilingSubmitted) -> None:
    """Move the stars' round of what was filed; that of a superseding edition is filed already."""
    if event.subject_kind is not FilingSubject.rating:
        return
    edition = session.get_one(RatingEdition, event.subject_id)
    way = showing.held_of_stars(session, edition)
    branch_year_id = way.branch_year.id
    refuse_without(
        charge_of(session, way.organization, branch_year_id=branch_year_id, account_id=event.account_id, now=event.now)
    )
    if _supersedes(way, edition):
        note(session, way, "year_filed", event.account_id, event.now, rating_edition_id=edition.id)
    else:
        move(session, way, Track.stars, YearState.filed, account_id=event.account_id, now=event.now)


def filing_decided(session: Session, event: FilingDecided) -> None:
    """Tell members that stars are public once their filing was received; what was returned is settled again."""
    if event.subject_kind is FilingSubject.annual_result and event.status is FilingStatus.received:
        annual = session.get_one(AnnualEdition, event.subject_id)
        edition = current_edition(session, annual.organization_id, annual.year)
        if edition is not None and not held_of(session, annual).course.has_two_tracks:
            _publish(session, edition, event)
    if event.subject_kind is not FilingSubject.rating:
        return
    edition = session.get_one(RatingEdition, event.subject_id)
    way = showing.held_of_stars(session, edition)
    if event.status is FilingStatus.received:
        _publish(session, edition, event)
    elif event.status is FilingStatus.returned and way.progress.stars is YearState.filed:
        by, why = session.get_one(Filing, event.filing_id).decided_by, session.get_one(Filing, event.filing_id).reason
        shift(session, way, Track.stars, YearState.settled, account_id=by, reason=why, now=event.now)
        due.go_back(session, way, Track.stars, YearState.settled, (YearState.filed,), now=event.now)


def _publish(session: Session, edition: RatingEdition, event: FilingDecided) -> None:
    """Tell every member the same, whatever their stars: nobody's phone shows by what it says, or by silence."""
    year_end.announce(
        session,
        organization_id=edition.organization_id,
        year=edition.year,
        step=YearStep.published,
        on=shanghai_date(event.now),
        member_ids=[each.result.member_id for each in results_of(session, edition.annual_edition_id)],
        now=event.now,
        round_number=event.filing_id,
    )


def _supersedes(way: Way, edition: RatingEdition) -> bool:
    """Whether stars were filed before, and these are to take their place: filed by themselves in either course."""
    final = (YearState.filed, YearState.archived)
    return edition.supersedes_id is not None and way.progress.of(track_of(way)) in final
