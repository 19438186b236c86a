"""备案 of a branch's results: through the one mechanism of filings, of which the year follows what happens."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.annual.results.models import AnnualEdition
from server.annual.results.queries import current_edition, results_of
from server.annual.results.rules import EditionKind
from server.annual.steps import conditions, due, showing, telling
from server.annual.steps.charge import charge_of, refuse_without
from server.annual.steps.courses import Way
from server.annual.steps.holding import held, held_of
from server.annual.steps.rules import Track
from server.annual.steps.taking import move, note, shift
from server.errors import not_found
from server.organizations.events import FilingDecided, FilingSubmitted
from server.organizations.filings import submit_filing
from server.organizations.models import Filing, FilingStatus, FilingSubject
from server.years.rules import YearState

_FINAL = (YearState.filed, YearState.archived)


def file(session: Session, *, organization_id: int, year: int, account_id: int, now: datetime) -> Filing:
    """File the results that stand with the level above, for the first time or after a return.

    Raises DomainError 403 `not_in_charge`, 409 `wrong_status`, `step_incomplete`.
    """
    held(session, organization_id, year, now=now)
    edition = current_edition(session, organization_id, year)
    if edition is None:
        raise not_found("年度结果")
    return submit_filing(
        session,
        subject_kind=FilingSubject.annual_result,
        subject_id=edition.id,
        title=f"{year} 年度积分结果（第 {edition.edition} 版）",
        from_organization_id=organization_id,
        submitted_by=account_id,
        now=now,
    )


def check_filing(session: Session, edition_id: int) -> None:
    """Raise DomainError unless an edition stands and may be filed now: once settled, or as one that supersedes what was
    filed, after the members were told what changed and what was on show of it is shown."""
    showing.check(session, edition_id)
    edition = session.get_one(AnnualEdition, edition_id)
    way = held_of(session, edition)
    if _supersedes(way, edition):
        conditions.refuse_filing_anew(session, way)
    else:
        conditions.refuse_filing(session, way)


def filing_submitted(session: Session, event: FilingSubmitted) -> None:
    """Move the year of what was filed; that of a superseding edition is filed already."""
    if event.subject_kind is not FilingSubject.annual_result:
        return
    edition = session.get_one(AnnualEdition, event.subject_id)
    way = held_of(session, edition)
    branch_year_id = way.branch_year.id
    refuse_without(
        charge_of(session, way.organization, branch_year_id=branch_year_id, account_id=event.account_id, now=event.now)
    )
    if _supersedes(way, edition):
        note(session, way, "year_filed", event.account_id, event.now, edition_id=edition.id)
    else:
        move(session, way, Track.points, YearState.filed, account_id=event.account_id, now=event.now)


def filing_decided(session: Session, event: FilingDecided) -> None:
    """Tell members that the results were received; what was returned is settled again, to be filed anew."""
    if event.subject_kind is not FilingSubject.annual_result:
        return
    edition = session.get_one(AnnualEdition, event.subject_id)
    way = held_of(session, edition)
    if event.status is FilingStatus.received:
        members = [each.result.member_id for each in results_of(session, edition.id)]
        telling.filed(session, way, event.filing_id, members, now=event.now)
    elif event.status is FilingStatus.returned and way.progress.points is YearState.filed:
        filing = session.get_one(Filing, event.filing_id)
        shift(
            session,
            way,
            Track.points,
            YearState.settled,
            account_id=filing.decided_by,
            reason=filing.reason,
            now=event.now,
        )
        due.go_back(session, way, Track.points, YearState.settled, (YearState.filed,), now=event.now)


def waits_anew(session: Session, way: Way) -> bool:
    """Whether the results that stand supersede what was filed, and do not lie with the level above yet."""
    edition = conditions.standing_edition(session, way)
    return edition is not None and _supersedes(way, edition) and not conditions.is_filed(session, edition)


def _supersedes(way: Way, edition: AnnualEdition) -> bool:
    return way.progress.points in _FINAL and edition.kind == EditionKind.superseding
