"""A branch's results of a year: drawn up from the closing statement, taken back, superseded."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.results import queries, service
from server.annual.results.models import EditionWithdrawal
from server.points import service as points
from server.points.models import SourceKind
from server.points.scores.queries import stored
from server.points.service import Posting
from server.statements.models import Statement
from server.statements.rules import StatementStatus
from server.statements.verification import verify_statements
from server.years import service as years
from server.years.rules import Warrant, WarrantKind, YearState
from tests.cast import Cast
from tests.exempting import exempt
from tests.refusing import refused
from tests.results import draft, of, open_old_year, results, totals, undo
from tests.settling import check_books
from tests.years import DRAFTING, OLD, moved_to

UPHELD = Warrant(WarrantKind.upheld_objection, 7)


@pytest.fixture(autouse=True)
def opened(session: Session, cast: Cast) -> None:
    open_old_year(session, cast)


def test_everybody_of_the_last_day_has_the_score_that_the_ledger_gives(session: Session, cast: Cast) -> None:
    edition = draft(session, cast)
    statement = session.get_one(Statement, edition.statement_id)
    assert (edition.edition, edition.kind, statement.period, statement.status) == (1, "draft", "2026-close1", "closed")
    assert set(totals(session, cast.branch)) == {"张敏", "王芳", "李伟", "孙丽"}
    for each in results(session, cast.branch):
        scores = {row.section: row.points for row in stored(session, member_id=each.result.member_id, year=OLD)}
        assert scores == {**dict(each.sections), "": each.result.total}
    assert list(verify_statements(session)) == []
    check_books(session)


def test_only_a_year_that_is_closing_is_drafted_and_only_once(session: Session, cast: Cast) -> None:
    begun = years.begun(session, organization_id=cast.branch, year=OLD, now=DRAFTING)
    by = cast.li_wei.account_id
    refused("wrong_status", lambda: service.draft(session, begun, account_id=by, now=DRAFTING))
    draft(session, cast)
    refused("wrong_status", lambda: service.draft(session, begun, account_id=by, now=DRAFTING))


def test_results_taken_back_are_drawn_up_again_as_the_next(session: Session, cast: Cast) -> None:
    first = draft(session, cast)
    undo(session, cast)
    assert results(session, cast.branch) == []
    assert queries.result_of(session, cast.zhang_min.member_id, OLD) is None
    posting = Posting(cast.zhang_min.member_id, "C04", date(2026, 12, 30), SourceKind.claim, 1, points=Decimal(1))
    points.post(session, [posting], now=DRAFTING)
    second = draft(session, cast)
    assert (second.edition, second.supersedes_id) == (2, None)
    assert session.scalars(select(Statement.period).where(Statement.year == OLD).order_by(Statement.id)).all() == [
        "2026-close1",
        "2026-close2",
    ]
    assert session.scalars(select(EditionWithdrawal.edition_id)).all() == [first.id]
    withdrawn = select(Statement.period).where(Statement.status == StatementStatus.withdrawn)
    assert session.scalars(withdrawn).all() == ["2026-close1"]
    before = {each.name: each.result.total for each in queries.results_of(session, first.id)}
    assert totals(session, cast.branch) == {**before, "张敏": (before["张敏"] or 0) + 1}
    assert list(verify_statements(session)) == []


def test_nothing_is_taken_back_that_is_not_drafted_or_is_filed(session: Session, cast: Cast) -> None:
    branch_year = moved_to(session, cast.branch, YearState.closing)
    by = {"reason": "有误", "account_id": cast.li_wei.account_id, "now": DRAFTING}
    refused("wrong_status", lambda: service.withdraw(session, branch_year, **by))  # type: ignore[arg-type]
    draft(session, cast)
    branch_year.state = YearState.filed
    session.commit()
    refused("wrong_status", lambda: service.withdraw(session, branch_year, **by))  # type: ignore[arg-type]


def test_an_edition_supersedes_for_those_concerned(session: Session, cast: Cast) -> None:
    first = draft(session, cast)
    before = {each.name: each.result for each in results(session, cast.branch)}
    posting = Posting(cast.zhang_min.member_id, "C04", date(2026, 12, 30), SourceKind.claim, 1, points=Decimal(1))
    points.post(session, [posting], now=DRAFTING, warrant=UPHELD)
    second = service.supersede(
        session,
        organization_id=cast.branch,
        year=OLD,
        member_ids=[cast.zhang_min.member_id],
        warrant=UPHELD,
        account_id=cast.chen_jing.account_id,
        now=DRAFTING,
    )
    assert (second.edition, second.supersedes_id, second.statement_id) == (2, first.id, None)
    assert of(session, cast.zhang_min).result.total == (before["张敏"].total or 0) + 1
    assert of(session, cast.zhang_min).result.head_seq == before["张敏"].head_seq + 1
    unchanged = of(session, cast.wang_fang)
    assert (unchanged.edition.id, unchanged.result.head_hash) == (second.id, before["王芳"].head_hash)
    check_books(session)


def test_where_nothing_comes_out_differently_the_edition_stays(session: Session, cast: Cast) -> None:
    first = draft(session, cast)
    again = service.supersede(
        session,
        organization_id=cast.branch,
        year=OLD,
        member_ids=[cast.zhang_min.member_id],
        warrant=UPHELD,
        account_id=None,
        now=DRAFTING,
    )
    assert again.id == first.id


def test_who_is_exempt_on_the_last_day_is_computed_and_outside_the_positions(session: Session, cast: Cast) -> None:
    exempt(session, cast, cast.wang_fang.member_id, date(2026, 9, 1))
    exempt(session, cast, cast.sun_li.member_id, date(2026, 1, 1))
    draft(session, cast)
    ill, all_year = of(session, cast.wang_fang), of(session, cast.sun_li)
    assert (ill.result.standing, ill.result.position, ill.result.total) == ("exempt", None, Decimal(62))
    assert (all_year.result.standing, all_year.result.total, all_year.sections) == ("exempt", None, ())
    assert of(session, cast.zhang_min).result.position == 1
