"""`xianfeng verify results`: what was drawn up is still what it was, and what the ledgers and scores say."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.annual.results import service
from server.annual.results.models import AnnualEdition
from server.annual.results.verification import verify_results
from server.points import service as points
from server.points.models import SourceKind
from server.points.service import Posting
from server.years import service as years
from server.years.rules import Warrant, WarrantKind, YearState
from tests.cast import Cast
from tests.exempting import exempt
from tests.forging import edit_by_hand, without_triggers
from tests.results import draft, open_old_year, undo
from tests.years import DRAFTING, OLD, drafted

UPHELD = Warrant(WarrantKind.upheld_objection, 7)


@pytest.fixture(autouse=True)
def opened(session: Session, cast: Cast) -> None:
    open_old_year(session, cast)


def found(session: Session, year: int | None = None) -> list[str]:
    session.expire_all()
    return [str(fault) for fault in verify_results(session, year=year)]


def superseded(session: Session, cast: Cast) -> AnnualEdition:
    """The branch's results of the old year, with a point more for 张敏 by an upheld objection."""
    draft(session, cast)
    member_id = cast.zhang_min.member_id
    posting = Posting(member_id, "C04", date(2026, 12, 30), SourceKind.claim, 1, points=Decimal(1))
    points.post(session, [posting], now=DRAFTING, warrant=UPHELD)
    edition = service.supersede(
        session,
        organization_id=cast.branch,
        year=OLD,
        member_ids=[member_id],
        warrant=UPHELD,
        account_id=None,
        now=DRAFTING,
    )
    session.commit()
    return edition


def test_what_was_drawn_up_taken_back_and_superseded_holds(session: Session, cast: Cast) -> None:
    exempt(session, cast, cast.wang_fang.member_id, date(2026, 9, 1))
    draft(session, cast)
    undo(session, cast)
    superseded(session, cast)
    proof = verify_results(session)
    with pytest.raises(StopIteration) as end:
        next(proof)
    assert end.value.value == 3
    assert found(session, 2025) == []


@pytest.mark.parametrize(
    ("edit", "columns"),
    [
        (
            "UPDATE annual_results SET total = total + 10000 WHERE edition_id = {e} AND member_id = {m}",
            ["校验值", "总分"],
        ),
        ("UPDATE annual_sections SET points = 0 WHERE edition_id = {e} AND member_id = {m}", ["校验值", "各部分"]),
        ("UPDATE annual_results SET position = 3 WHERE edition_id = {e} AND member_id = {m}", ["校验值", "名次"]),
        (
            "UPDATE annual_results SET standing = 'exempt' WHERE edition_id = {e} AND member_id = {m}",
            ["校验值", "名次"],
        ),
        ("UPDATE annual_results SET negative = 1 WHERE edition_id = {e} AND member_id = {m}", ["校验值", "总分"]),
        ("UPDATE annual_results SET head_seq = 1 WHERE edition_id = {e} AND member_id = {m}", ["校验值", "台账校验"]),
        ("UPDATE annual_results SET cutoff_at = drawn_at WHERE edition_id = {e} AND member_id = {m}", ["校验值"]),
        ("DELETE FROM annual_results WHERE edition_id = {e} AND member_id = {m}", ["校验值"]),
        ("UPDATE annual_editions SET warrant_id = 8 WHERE id = {e}", ["校验值"]),
        ("UPDATE annual_editions SET drawn_at = '2027-01-16 00:00:00' WHERE id = {e}", ["校验值"]),
        ("UPDATE annual_editions SET hash_version = 9 WHERE id = {e}", ["校验值"]),
        ("UPDATE annual_editions SET supersedes_id = NULL WHERE id = {e}", ["所更正的一版"]),
        ("UPDATE scores SET points = points + 10000 WHERE member_id = {m} AND section = ''", ["与现积分"]),
        ("UPDATE branch_years SET state = 'closing'", ["年度工作"]),
        ("UPDATE statements SET status = 'confirmed' WHERE period = '2026-close1'", ["年终汇总的状态"]),
        ("UPDATE statement_lines SET total = 0 WHERE member_id = {m}", ["与年终汇总"]),
    ],
)
def test_every_edit_is_named_by_row_and_column(
    session: Session, engine: Engine, cast: Cast, edit: str, columns: list[str]
) -> None:
    edition_id, member_id = superseded(session, cast).id, cast.zhang_min.member_id
    with without_triggers(session):
        edit_by_hand(
            engine, edit.replace("drawn_at WHERE", "'2027-02-01 00:00:00' WHERE").format(e=edition_id, m=member_id)
        )
        words = found(session)
        assert all(any(column in each for each in words) for column in columns), words


def test_a_year_that_stands_without_results_is_named(session: Session, cast: Cast) -> None:
    drafted(session, cast.branch)
    assert found(session) == [f"支部 {cast.branch} 2026 年度，年度积分：原存 无，应为 现行的一版"]
    assert found(session, 2025) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE annual_editions SET hash = ''",
        "DELETE FROM annual_editions",
        "UPDATE annual_results SET total = 0",
        "DELETE FROM annual_results",
        "UPDATE annual_sections SET points = 0",
        "DELETE FROM annual_sections",
        "UPDATE annual_withdrawals SET reason = ''",
        "DELETE FROM annual_withdrawals",
    ],
)
def test_the_database_takes_no_change_of_what_was_drawn_up(session: Session, cast: Cast, statement: str) -> None:
    draft(session, cast)
    undo(session, cast)
    with pytest.raises(DBAPIError, match="results are insert-only"):
        session.execute(text(statement))


def test_what_is_filed_is_only_superseded(session: Session, cast: Cast) -> None:
    superseded(session, cast)
    branch_year = years.begun(session, organization_id=cast.branch, year=OLD, now=DRAFTING)
    branch_year.state = YearState.archived
    session.commit()
    assert found(session) == []
