"""The stored scores of a branch whose results come to stand: taken over where just drawn up, else computed."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from server.annual.results import service
from server.organizations.models import Membership
from server.points import service as points
from server.points.models import SourceKind
from server.points.scores.queries import TOTAL, stored
from server.points.service import Posting
from server.years import service as years
from server.years.rules import YearState
from tests.cast import Cast, Person
from tests.counting import counted
from tests.exempting import exempt
from tests.results import draft, of, open_old_year, totals
from tests.settling import check_books
from tests.years import DRAFTING, OLD, moved_to


@pytest.fixture(autouse=True)
def opened(session: Session, cast: Cast) -> None:
    open_old_year(session, cast)


def total(session: Session, person: Person) -> Decimal:
    rows = stored(session, member_id=person.member_id, year=OLD)
    return next(row.points for row in rows if row.section == TOTAL)


def test_no_score_is_computed_twice(session: Session, engine: Engine, cast: Cast) -> None:
    exempt(session, cast, cast.wang_fang.member_id, date(2026, 9, 1))
    branch_year = moved_to(session, cast.branch, YearState.closing)
    before = total(session, cast.zhang_min)
    service.draft(session, branch_year, account_id=None, now=DRAFTING)
    with counted(engine) as sent:
        years.move(session, branch_year, YearState.drafted, account_id=None, now=DRAFTING)
    session.commit()
    assert not any("FROM point_entries" in statement for statement in sent)
    assert total(session, cast.zhang_min) == of(session, cast.zhang_min).result.total == before + 4
    check_books(session)


def test_who_left_in_december_has_no_result_and_a_score_of_the_closed_year(session: Session, cast: Cast) -> None:
    before = total(session, cast.wang_fang)
    left = update(Membership).where(Membership.member_id == cast.wang_fang.member_id)
    session.execute(left.values(until_date=date(2026, 12, 20)))
    draft(session, cast)
    assert "王芳" not in totals(session, cast.branch)
    assert total(session, cast.wang_fang) == before + 4
    check_books(session)


def test_results_that_the_ledger_has_passed_are_not_taken_over(session: Session, cast: Cast) -> None:
    """Whoever moves a year back without taking its results back has wrong results, never wrong scores."""
    draft(session, cast)
    before = total(session, cast.zhang_min)
    branch_year = years.begun(session, organization_id=cast.branch, year=OLD, now=DRAFTING)
    years.move(session, branch_year, YearState.closing, account_id=None, reason="漏记", now=DRAFTING)
    posting = Posting(cast.zhang_min.member_id, "C04", date(2026, 12, 30), SourceKind.claim, 1, points=Decimal(1))
    points.post(session, [posting], now=DRAFTING)
    years.move(session, branch_year, YearState.drafted, account_id=None, now=DRAFTING)
    session.commit()
    assert total(session, cast.zhang_min) == before + 1
    check_books(session)
