"""What months, boards and bulletins take from the day: it is Shanghai's, from half past midnight to 23:59."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.events import emit
from server.identity.models import Grant
from server.organizations.models import Membership, Organization
from server.pushes.rules import Occasion
from server.statements import queries
from server.statements.boards.queries import read_board
from server.statements.bulletins.gathering import reviews_of
from server.statements.comparison.queries import overview
from server.statements.comparison.rules import WINDOW_DAYS
from server.statements.events import StatementFrozen
from server.statements.rules import month_before
from tests import boards
from tests.bulletins import DUE, Q2, both_branches, published
from tests.cast import TODAY, Cast
from tests.claiming import approved, submitted
from tests.days import at, until
from tests.pushing import make_statement, prepared, told

DAY = timedelta(days=1)


def appointed_today(session: Session, cast: Cast, *names: str) -> None:
    accounts = [cast.people[name].account_id for name in names]
    session.execute(update(Grant).where(Grant.account_id.in_(accounts)).values(from_date=cast.today))
    session.commit()


@pytest.mark.at_the_edges_of_the_day
def test_a_board_names_who_is_its_secretary_from_today(session: Session, cast: Cast) -> None:
    appointed_today(session, cast, "li_wei")
    boards.cast_statement(session, cast)
    arguments = {"organization_id": cast.branch, "month": None, "member_id": None, "view": None, "posted": False}
    assert read_board(session, now=cast.now, **arguments).beside.secretary == "李伟"  # type: ignore[arg-type]


@pytest.mark.at_the_edges_of_the_day
def test_who_is_appointed_today_is_asked_to_confirm_the_month(session: Session, cast: Cast) -> None:
    appointed_today(session, cast, "li_wei", "sun_li")
    statement = make_statement(session, cast, {"zhang_min": ("85.25", None, 1)})
    emit(session, StatementFrozen(statement.id, cast.now))
    prepared(session, cast.now)
    assert told(session, cast, Occasion.statement_to_confirm) == ["li_wei", "sun_li"]


def test_a_bulletin_reaches_who_belongs_to_the_branch_from_today(session: Session, cast: Cast) -> None:
    """It is published at 03:00 of 8 July, when in UTC it is the 7th."""
    both_branches(session, cast)
    published_on = shanghai_date(DUE)
    gone = Membership.member_id == cast.wang_fang.member_id
    session.execute(update(Membership).where(gone).values(until_date=published_on))
    came = Membership.member_id == cast.zhang_min.member_id
    session.execute(update(Membership).where(came).values(from_date=published_on))
    published(session, cast)
    prepared(session, DUE)
    reached = set(told(session, cast, Occasion.bulletin))
    assert {"zhang_min", "li_wei"} <= reached
    assert "wang_fang" not in reached


@until(date(2026, 7, 2))
def test_the_first_month_is_to_come_until_the_second(
    session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    session.get_one(Organization, cast.branch).began_on = date(2026, 6, 1)
    assert bool(queries.coming(session, organization_id=cast.branch, now=now)) is in_time


@until(date(2026, 6, 30))
def test_june_is_drawn_up_once_it_is_over(now: datetime, in_time: bool) -> None:
    assert month_before(now).period == ("2026-05" if in_time else "2026-06")


@until(date(2026, 6, 30))
def test_reviews_of_june_count_in_its_quarter(session: Session, cast: Cast, now: datetime, in_time: bool) -> None:
    claim = submitted(session, cast.zhang_min, now=at(date(2026, 6, 20), "12:00"))
    approved(session, claim, cast.li_wei, now=now)
    waits = reviews_of(session, branch_ids=[cast.branch], quarter=Q2, as_of=DUE)
    assert bool(waits[cast.branch]) is in_time


@until(date(2026, 3, 31))
def test_reviews_of_april_are_the_next_quarters(session: Session, cast: Cast, now: datetime, in_time: bool) -> None:
    claim = submitted(session, cast.zhang_min, occurred_on=date(2026, 3, 20), now=at(date(2026, 3, 25), "12:00"))
    approved(session, claim, cast.li_wei, now=now)
    waits = reviews_of(session, branch_ids=[cast.branch], quarter=Q2, as_of=DUE)
    assert bool(waits[cast.branch]) is not in_time


@until(TODAY - timedelta(days=WINDOW_DAYS + 1))
def test_units_are_compared_by_what_was_decided_since_a_day(
    session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    claim = submitted(session, cast.zhang_min, occurred_on=now.date() - 9 * DAY, now=now - 2 * DAY)
    approved(session, claim, cast.li_wei, now=now)
    found = overview(session, organization_id=cast.branch, now=cast.now)
    assert (found.comparison.total.decided == 0) is in_time
