"""A member's sheet: the entries beneath the frozen figures, as the statement counted them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.points import service as points
from server.points.models import PointEntry, SourceKind
from server.points.service import Posting
from server.presentation import points_text
from server.statements.boards.present import sheet_out
from server.statements.boards.schemas import SheetOut
from server.statements.boards.sheet import read_sheet
from server.statements.freezing.roster import branches_without
from server.statements.freezing.service import freeze_some
from server.statements.models import Statement, StatementLine
from server.statements.rules import StatementStatus, StatementTerm, month_before
from tests.boards import Told, cast_lines, cast_statement, line_at_head
from tests.cast import Cast
from tests.refusing import refused

FROZEN_AT = datetime(2026, 6, 2, 18, tzinfo=UTC)
LATER = datetime(2026, 6, 10, 2, tzinfo=UTC)


def post(session: Session, cast: Cast, *days: date, now: datetime, first: int = 1) -> None:
    """Post one point of C04 (at most 10 a year) for each day."""
    facts = [
        Posting(cast.zhang_min.member_id, "C04", day, SourceKind.claim, first + number, points=Decimal(1))
        for number, day in enumerate(days)
    ]
    points.post(session, facts, now=now)
    session.commit()


def entries(session: Session, cast: Cast) -> list[PointEntry]:
    rows = select(PointEntry).where(PointEntry.member_id == cast.zhang_min.member_id).order_by(PointEntry.seq)
    return list(session.scalars(rows))


def frozen_line(session: Session, cast: Cast, contribution: str) -> Told:
    line = Told(cast.zhang_min.member_id, "58.00", contribution, 1, "1.00")
    return line_at_head(line, entries(session, cast))


def sheet(session: Session, cast: Cast, month: str | None = None) -> SheetOut:
    found = read_sheet(session, member_id=cast.zhang_min.member_id, month=month, now=cast.now)
    return sheet_out(found, now=cast.now)


def counted(shown: SheetOut) -> list[tuple[str, str]]:
    """Return day and points of what C04 counted."""
    assert shown.explanation is not None
    lines = {line.code: line for section in shown.explanation.sections for line in section.lines}
    return [(entry.occurred_on.isoformat(), str(entry.counted)) for entry in lines["C04"].entries]


def test_it_shows_what_had_been_posted_and_nothing_later(session: Session, cast: Cast) -> None:
    post(session, cast, date(2026, 3, 5), date(2026, 5, 9), now=FROZEN_AT)
    cast_statement(session, cast, lines=[frozen_line(session, cast, "2.00")])
    before = sheet(session, cast)
    post(session, cast, date(2026, 4, 7), date(2026, 6, 8), now=LATER, first=9)
    after = sheet(session, cast)
    assert counted(after) == [("2026-03-05", "1"), ("2026-05-09", "1")]
    assert after.model_dump(exclude={"printed_at"}) == before.model_dump(exclude={"printed_at"})
    assert after.row.total == "60.00"
    assert after.explanation is not None
    assert after.explanation.total == Decimal("60.00")


def test_a_fact_after_the_months_end_is_left_out_although_it_was_posted_in_time(session: Session, cast: Cast) -> None:
    post(session, cast, date(2026, 5, 9), date(2026, 6, 1), now=FROZEN_AT)
    cast_statement(session, cast, lines=[frozen_line(session, cast, "1.00")])
    assert counted(sheet(session, cast)) == [("2026-05-09", "1")]


def test_what_the_cap_kept_out_is_there_with_its_points(session: Session, cast: Cast) -> None:
    post(session, cast, *(date(2026, 3, day) for day in range(1, 12)), now=FROZEN_AT)
    cast_statement(session, cast, lines=[frozen_line(session, cast, "10.00")])
    last = counted(sheet(session, cast))[-1]
    assert last == ("2026-03-11", "0")


def test_a_member_without_entries_has_his_openings(session: Session, cast: Cast) -> None:
    cast_statement(session, cast, lines=[Told(cast.zhang_min.member_id, "58.00", "0.00", 1, head_seq=0)])
    shown = sheet(session, cast)
    assert shown.explanation is not None
    assert (shown.explanation.total, shown.row.total) == (Decimal("58.00"), "58.00")


def test_under_a_negative_decision_the_sections_stay(session: Session, cast: Cast) -> None:
    cast_statement(session, cast, lines=[Told(cast.zhang_min.member_id, "58.00", "0.00", head_seq=0)])
    shown = sheet(session, cast)
    assert (shown.row.total, shown.row.note) == (None, "另行通报")
    assert shown.explanation is not None
    assert (shown.explanation.total, shown.explanation.sections[0].points) == (None, Decimal("58.00"))


def test_it_carries_the_whole_head_of_the_chain(session: Session, cast: Cast) -> None:
    post(session, cast, date(2026, 5, 9), now=FROZEN_AT)
    cast_statement(session, cast, lines=[frozen_line(session, cast, "1.00")])
    shown = sheet(session, cast)
    assert shown.head_hash == entries(session, cast)[-1].hash
    assert shown.head_hash.startswith(shown.row.head_hash)


@pytest.mark.parametrize("month", [None, "2026-05"])
def test_a_month_that_is_not_confirmed_is_not_printed(session: Session, cast: Cast, month: str | None) -> None:
    cast_statement(session, cast, confirmed_at=None)
    refused("nothing_confirmed", lambda: sheet(session, cast, month))


def test_another_months_sheet_is_that_months(session: Session, cast: Cast) -> None:
    cast_statement(session, cast, period="2026-04", until=date(2026, 4, 30))
    cast_statement(session, cast, lines=cast_lines(cast)[:1])
    assert sheet(session, cast).head.month == "2026-05"
    assert sheet(session, cast, "2026-04").head.month == "2026-04"


def confirmed(session: Session, cast: Cast, term: StatementTerm) -> list[Statement]:
    """Draw up a term for every branch, and confirm it."""
    branch_ids = branches_without(session, cast.root, term)
    freeze_some(session, root_id=cast.root, branch_ids=branch_ids, term=term, now=term.cutoff_at)
    statements = list(session.scalars(select(Statement).where(Statement.period == term.period)))
    for statement in statements:
        statement.status, statement.confirmed_at = StatementStatus.confirmed, term.cutoff_at
    session.commit()
    return statements


@pytest.mark.parametrize("term", [month_before(FROZEN_AT), month_before(datetime(2027, 1, 20, tzinfo=UTC))])
def test_every_sheet_adds_up_to_what_was_frozen(session: Session, cast: Cast, term: StatementTerm) -> None:
    post(session, cast, *(date(2026, 3, day) for day in range(1, 13)), now=datetime(2026, 5, 20, tzinfo=UTC))
    post(session, cast, date(2026, 5, 30), date(2026, 6, 1), now=datetime(2026, 6, 1, tzinfo=UTC), first=50)
    points.open_year(session, member_ids=[cast.zhou_yu.member_id], year=2026, now=cast.now)
    session.commit()
    assert confirmed(session, cast, term)
    lines = session.scalars(select(StatementLine)).all()
    assert {cast.zhang_min.member_id, cast.he_hua.member_id, cast.zhou_yu.member_id} <= {x.member_id for x in lines}
    for line in lines:
        shown = sheet_out(read_sheet(session, member_id=line.member_id, month=term.period, now=LATER), now=LATER)
        assert shown.explanation is not None
        assert shown.explanation.total == line.total
        assert shown.row.total == points_text(line.total)
        explained = {section.code: points_text(section.points) for section in shown.explanation.sections}
        assert explained == {section.code: section.points for section in shown.row.sections}
