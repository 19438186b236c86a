"""年末补记: what comes in for a year after its December was frozen is seen, live, until the year is closed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.points import service as points
from server.points.models import PointEntry, SourceKind
from server.points.service import Posting
from server.standards.default import default_document
from server.statements import confirming
from server.statements.boards.present import board_out, sheet_out
from server.statements.boards.queries import read_board
from server.statements.boards.rules import View
from server.statements.boards.sheet import read_sheet
from server.statements.freezing.service import freeze, freeze_closing, withdraw_closing
from server.statements.late import LateMonth, late_lines
from server.statements.models import Statement
from server.statements.rules import month_before
from server.statements.verification import verify_statements
from tests.cast import Cast, Person
from tests.days import until
from tests.standards import publish

CUTOFF = datetime(2027, 1, 2, 18, 0, tzinfo=UTC)
"""3 January, 02:00 in Shanghai."""

FIFTH = CUTOFF + timedelta(days=2)


def earned(session: Session, person: Person, on: date, source_id: int, at: datetime) -> PointEntry:
    posting = Posting(person.member_id, "C04", on, SourceKind.claim, source_id, points=Decimal(1))
    (entry,) = points.post(session, [posting], now=at)
    session.commit()
    return entry


@pytest.fixture
def december(session: Session, engine: Engine, cast: Cast) -> Statement:
    """The branch's December 2026, confirmed; 张敏 had earned a point by then."""
    publish(session, cast.root, default_document(), 2027)
    earned(session, cast.zhang_min, date(2026, 12, 30), 1, CUTOFF - timedelta(hours=1))
    freeze(engine, month_before(CUTOFF), now=CUTOFF)
    found = session.scalars(select(Statement).where(Statement.organization_id == cast.branch)).one()
    confirming.confirm(session, statement_id=found.id, account_id=cast.li_wei.account_id, now=CUTOFF)
    session.commit()
    return found


def test_what_is_posted_after_the_cutoff_stands_beside_december(
    session: Session, cast: Cast, december: Statement
) -> None:
    assert late_lines(session, december) == []
    earned(session, cast.zhang_min, date(2026, 11, 20), 2, FIFTH)
    earned(session, cast.zhang_min, date(2026, 12, 31), 3, FIFTH)
    earned(session, cast.zhang_min, date(2027, 1, 3), 4, FIFTH)
    (line,) = late_lines(session, december) or ()
    assert line.months == (LateMonth("2026-11", 1, Decimal(1)), LateMonth("2026-12", 1, Decimal(1)))
    assert (line.entries, line.points, line.total) == (2, Decimal(2), Decimal(61))
    assert list(verify_statements(session)) == []


def test_what_is_taken_back_later_is_late_too(session: Session, cast: Cast, december: Statement) -> None:
    entry = session.scalars(select(PointEntry).where(PointEntry.source_kind == SourceKind.claim)).one()
    points.reverse(session, member_id=entry.member_id, seq=entry.seq, reason="更正", decided_by=None, now=FIFTH)
    (line,) = late_lines(session, december) or ()
    assert (line.entries, line.points, line.total) == (1, Decimal(-1), Decimal(58))


def test_no_other_month_has_any_and_the_closing_statement_takes_them_over(
    session: Session, engine: Engine, cast: Cast, december: Statement
) -> None:
    earned(session, cast.zhang_min, date(2026, 12, 31), 2, FIFTH)
    assert late_lines(session, december)
    session.commit()
    freeze(engine, month_before(CUTOFF - timedelta(days=31)), now=FIFTH)
    november = session.scalars(select(Statement).where(Statement.period == "2026-11")).first()
    assert november is not None
    assert late_lines(session, november) is None
    session.commit()
    closing = freeze_closing(session, organization_id=cast.branch, year=2026, now=FIFTH + timedelta(days=9))
    assert late_lines(session, december) is None
    withdraw_closing(session, closing.id)
    assert late_lines(session, december), "as long as no closing holds"


@pytest.mark.parametrize(
    ("seen", "names"),
    [
        ((View.everything, "chen_jing", False), ["王芳", "张敏"]),
        ((View.full, "li_wei", False), ["王芳", "张敏"]),
        ((View.full, "li_wei", True), []),
        ((View.full, "zhang_min", True), ["张敏"]),
        ((View.own, "zhang_min", False), ["张敏"]),
        ((View.own, "li_wei", False), []),
    ],
)
def test_the_board_shows_sums_to_all_and_lines_to_who_sees_totals(
    session: Session, cast: Cast, december: Statement, seen: tuple[View, str, bool], names: list[str]
) -> None:
    view, reader, posted = seen
    earned(session, cast.zhang_min, date(2026, 12, 31), 2, FIFTH)
    earned(session, cast.wang_fang, date(2026, 12, 31), 3, FIFTH)
    found = read_board(
        session,
        organization_id=cast.branch,
        month="2026-12",
        member_id=cast.people[reader].member_id,
        view=view,
        posted=posted,
        now=FIFTH,
    )
    late = board_out(found).late
    assert late is not None
    assert (late.members, late.entries, late.points) == (2, 2, Decimal(2))
    assert sorted(line.name for line in late.lines) == sorted(names)


@until(date(2027, 1, 10))
def test_the_sheet_tells_what_can_still_be_claimed_until_the_cut_off(
    session: Session, cast: Cast, december: Statement, now: datetime, in_time: bool
) -> None:
    explained = read_sheet(session, member_id=cast.zhang_min.member_id, month="2026-12", now=now).explanation
    assert explained is not None
    assert bool(explained.still_possible) is in_time


def test_the_sheet_on_paper_has_the_members_own(session: Session, cast: Cast, december: Statement) -> None:
    earned(session, cast.wang_fang, date(2026, 12, 31), 3, FIFTH)
    sheet = read_sheet(session, member_id=cast.zhang_min.member_id, month="2026-12", now=FIFTH)
    assert sheet_out(sheet, now=FIFTH).late is None
    sheet = read_sheet(session, member_id=cast.wang_fang.member_id, month="2026-12", now=FIFTH)
    late = sheet_out(sheet, now=FIFTH).late
    assert late is not None
    assert (late.entries, late.total) == (1, Decimal(59))
