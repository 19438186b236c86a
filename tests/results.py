"""A branch's results as tests need them: the year opened, and moved on with its results drawn up."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from server.annual.results import queries, service
from server.annual.results.models import AnnualEdition
from server.annual.results.queries import Result
from server.points import service as points
from server.points.models import NegativeDecision
from server.points.scores.rules import NegativeStatus
from server.years import service as years
from server.years.rules import YearState
from tests.cast import NOW, Cast, Person
from tests.years import DRAFTING, OLD, moved_to


def open_old_year(session: Session, cast: Cast) -> None:
    """Open the old year for everybody, and commit."""
    everybody = [person.member_id for person in cast.people.values() if person.member_id]
    points.open_year(session, member_ids=everybody, year=OLD, now=NOW)
    session.commit()


def draft(session: Session, cast: Cast, organization_id: int | None = None) -> AnnualEdition:
    """Draw up the results of a branch's old year as its step does, and commit."""
    place = organization_id or cast.branch
    branch_year = years.begun(session, organization_id=place, year=OLD, now=DRAFTING)
    if branch_year.state == YearState.open:
        branch_year = moved_to(session, place, YearState.closing)
    by = cast.li_wei.account_id
    edition = service.draft(session, branch_year, account_id=by, now=DRAFTING)
    years.move(session, branch_year, YearState.drafted, account_id=by, now=DRAFTING)
    session.commit()
    return edition


def negative(session: Session, cast: Cast, person: Person) -> NegativeDecision:
    """A negative decision in force that sets a person's old year to zero; commits."""
    row = NegativeDecision(
        root_id=cast.root,
        organization_id=cast.branch,
        member_id=person.member_id,
        year=OLD,
        category_code="N01",
        category_title="违反法律法规",
        clause="《实施方案》二（三）",
        document_number="校党发〔2026〕9号",
        decided_on=date(OLD, 6, 1),
        reason="详见决定",
        status=NegativeStatus.in_force,
        entered_by=cast.chen_jing.account_id,
        entered_at=NOW,
    )
    session.add(row)
    session.commit()
    return row


def undo(session: Session, cast: Cast, reason: str = "漏记一次党课") -> None:
    """Take the results of the cast's branch back as its step does, and commit."""
    branch_year = years.begun(session, organization_id=cast.branch, year=OLD, now=DRAFTING)
    by = cast.li_wei.account_id
    service.withdraw(session, branch_year, reason=reason, account_id=by, now=DRAFTING)
    years.move(session, branch_year, YearState.closing, account_id=by, reason=reason, now=DRAFTING)
    session.commit()


def results(session: Session, organization_id: int) -> Sequence[Result]:
    """The results of the old year that hold in a branch."""
    edition = queries.current_edition(session, organization_id, OLD)
    return queries.results_of(session, edition.id) if edition else []


def totals(session: Session, organization_id: int) -> dict[str, Decimal | None]:
    """The totals of the old year that hold in a branch, by name."""
    return {each.name: each.result.total for each in results(session, organization_id)}


def of(session: Session, person: Person) -> Result:
    """A person's result of the old year that holds."""
    found = queries.result_of(session, person.member_id, OLD)
    assert found is not None
    return found
