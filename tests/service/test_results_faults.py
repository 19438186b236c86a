"""Whatever fails while results are drawn up or superseded: nothing of it stays, and it can be done again."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from server.annual.results import queries, service
from server.annual.results.models import AnnualEdition, AnnualResult, AnnualSection
from server.annual.results.verification import verify_results
from server.audit.models import AuditLine
from server.db import transaction
from server.points import service as points
from server.points.models import PointEntry, SourceKind
from server.points.service import Posting
from server.statements.models import Statement, StatementLine
from server.statements.verification import verify_statements
from server.years import service as years
from server.years.rules import Warrant, WarrantKind, YearState
from tests.at_once import race
from tests.cast import Cast
from tests.exempting import exempt
from tests.killing import SOME
from tests.results import draft, open_old_year
from tests.settling import check_books
from tests.years import DRAFTING, OLD, moved_to

UPHELD = Warrant(WarrantKind.upheld_objection, 7)
MOST_STATEMENTS = 200


class Fault(Exception):
    """What a statement raises here."""


def fails_at(engine: Engine, moment: int, work: Callable[[Session], object]) -> bool:
    """Run the work in a transaction whose `moment`-th statement raises; return whether it came to that."""
    sent = 0

    def before(*_arguments: object) -> None:
        nonlocal sent
        sent += 1
        if sent == moment:
            raise Fault

    event.listen(engine, "before_cursor_execute", before)
    try:
        transaction(engine, work)
    except Fault:
        return True
    finally:
        event.remove(engine, "before_cursor_execute", before)
    return False


def rows(session: Session) -> list[int | None]:
    """How much there is of whatever drawing up writes."""
    session.rollback()
    tables = (AnnualEdition, AnnualResult, AnnualSection, Statement, StatementLine, PointEntry, AuditLine)
    found = [session.scalar(select(func.count()).select_from(table)) for table in tables]
    session.rollback()  # lets go of the lock that SQLite takes for every transaction here
    return found


def state(session: Session, cast: Cast) -> str:
    session.expire_all()
    return years.begun(session, organization_id=cast.branch, year=OLD, now=DRAFTING).state


@pytest.fixture
def closing(session: Session, cast: Cast) -> None:
    open_old_year(session, cast)
    exempt(session, cast, cast.wang_fang.member_id, date(2026, 9, 1))
    moved_to(session, cast.branch, YearState.closing)


def take_step(session: Session, cast: Cast) -> None:
    branch_year = years.begun(session, organization_id=cast.branch, year=OLD, now=DRAFTING)
    service.draft(session, branch_year, account_id=cast.li_wei.account_id, now=DRAFTING)
    years.move(session, branch_year, YearState.drafted, account_id=cast.li_wei.account_id, now=DRAFTING)


def uphold(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    posting = Posting(member_id, "C04", date(2026, 12, 30), SourceKind.claim, 1, points=Decimal(1))
    points.post(session, [posting], now=DRAFTING, warrant=UPHELD)
    service.supersede(
        session,
        organization_id=cast.branch,
        year=OLD,
        member_ids=[member_id],
        warrant=UPHELD,
        account_id=None,
        now=DRAFTING,
    )


def check(session: Session) -> None:
    session.expire_all()
    assert list(verify_results(session)) == []
    assert list(verify_statements(session)) == []
    check_books(session)


@pytest.mark.thinned
@pytest.mark.usefixtures("closing")
def test_a_fault_at_any_statement_of_a_draft_leaves_nothing(session: Session, engine: Engine, cast: Cast) -> None:
    before = rows(session)
    for moment in range(1, MOST_STATEMENTS, SOME):
        if not fails_at(engine, moment, lambda session: take_step(session, cast)):
            break
        assert rows(session) == before, moment
    assert moment > 20
    assert state(session, cast) == YearState.drafted
    check(session)


@pytest.mark.thinned
@pytest.mark.usefixtures("closing")
def test_a_fault_at_any_statement_of_superseding_leaves_nothing(session: Session, engine: Engine, cast: Cast) -> None:
    draft(session, cast)
    before = rows(session)
    for moment in range(1, MOST_STATEMENTS, SOME):
        if not fails_at(engine, moment, lambda session: uphold(session, cast)):
            break
        assert rows(session) == before, moment
    assert moment > 20
    edition = queries.current_edition(session, cast.branch, OLD)
    assert edition is not None
    assert edition.edition == 2
    check(session)


@pytest.mark.usefixtures("closing")
def test_two_who_draft_at_once_draft_once(session: Session, engine: Engine, cast: Cast) -> None:
    assert race(engine, lambda session: take_step(session, cast), lambda session: take_step(session, cast)) == [
        "done",
        "wrong_status",
    ]
    assert len(queries.editions_of(session, cast.branch, OLD)) == 1
    check(session)


@pytest.mark.usefixtures("closing")
def test_two_who_supersede_at_once_do_so_one_after_the_other(session: Session, engine: Engine, cast: Cast) -> None:
    draft(session, cast)

    def of(member_id: int, source_id: int) -> Callable[[Session], object]:
        def work(session: Session) -> None:
            posting = Posting(member_id, "C04", date(2026, 12, 30), SourceKind.claim, source_id, points=Decimal(1))
            points.post(session, [posting], now=DRAFTING, warrant=UPHELD)
            service.supersede(
                session,
                organization_id=cast.branch,
                year=OLD,
                member_ids=[member_id],
                warrant=UPHELD,
                account_id=None,
                now=DRAFTING,
            )

        return work

    assert race(engine, of(cast.zhang_min.member_id, 1), of(cast.sun_li.member_id, 2)) == ["done", "done"]
    assert [each.edition for each in queries.editions_of(session, cast.branch, OLD)] == [1, 2, 3]
    check(session)


@pytest.mark.usefixtures("closing")
@pytest.mark.parametrize("source_id", range(3))
def test_a_posting_beside_the_draft_is_in_it_or_refused(
    session: Session, engine: Engine, cast: Cast, source_id: int
) -> None:
    member_id = cast.zhang_min.member_id
    posting = Posting(member_id, "C04", date(2026, 12, 30), SourceKind.claim, source_id + 1, points=Decimal(1))
    outcome = race(
        engine, lambda session: take_step(session, cast), lambda session: points.post(session, [posting], now=DRAFTING)
    )
    session.rollback()
    found = queries.result_of(session, member_id, OLD)
    assert found is not None
    assert found.result.total == {"done": Decimal(63), "year_drafted": Decimal(62)}[outcome[1]]
    check(session)


@pytest.mark.usefixtures("closing")
def test_an_entry_of_a_clock_that_is_ahead_is_in_the_draft(session: Session, cast: Cast) -> None:
    """It is refused to nobody any more, so it must not be lost either."""
    posting = Posting(cast.zhang_min.member_id, "C04", date(2026, 12, 30), SourceKind.claim, 1, points=Decimal(1))
    points.post(session, [posting], now=DRAFTING.replace(hour=3))
    session.commit()
    draft(session, cast)
    found = queries.result_of(session, cast.zhang_min.member_id, OLD)
    assert found is not None
    assert found.result.total == Decimal(63)
    check(session)
