"""月汇总: what is frozen on the 3rd, and that the ledger as of that moment gives the same again."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from server.organizations.models import Member, Organization, Stage
from server.points import service as points
from server.points.models import NegativeDecision, PointEntry, SourceKind
from server.points.scores.rules import NegativeStatus
from server.points.service import Posting
from server.standards.default import default_document
from server.standards.rules import Audience
from server.statements.freezing import service
from server.statements.freezing.service import freeze, freeze_closing, withdraw_closing
from server.statements.models import Statement, StatementBackdated, StatementLine, StatementSection
from server.statements.rules import StatementTerm, month_before
from server.statements.verification import verify_statements
from tests.cast import NOW, Cast, Person
from tests.standards import publish

CUTOFF = datetime(2026, 7, 2, 18, 0, tzinfo=UTC)
"""3 July, 02:00 in Shanghai."""

JUNE = month_before(CUTOFF)
JULY = month_before(datetime(2026, 8, 2, 18, 0, tzinfo=UTC))
BEFORE, AFTER = CUTOFF - timedelta(hours=1), CUTOFF + timedelta(hours=1)


def earned(session: Session, person: Person, on: date, at: datetime) -> None:
    """Post a point of C04."""
    source_id = int(at.timestamp()) % 10**6 + on.toordinal()
    posting = Posting(person.member_id, "C04", on, SourceKind.claim, source_id, points=Decimal(1))
    points.post(session, [posting], now=at)


def froze(session: Session, engine: Engine, term: StatementTerm, *, now: datetime) -> int:
    """Commit what was done so far, and freeze; return how many statements were added."""
    session.commit()
    return freeze(engine, term, now=now)


def line(session: Session, person: Person, period: str = "2026-06") -> StatementLine:
    query = select(StatementLine).join(Statement, Statement.id == StatementLine.statement_id)
    return session.scalars(query.where(Statement.period == period, StatementLine.member_id == person.member_id)).one()


@pytest.fixture
def everyone(session: Session, cast: Cast) -> list[Person]:
    """The people of the branch, their year opened."""
    people = [cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li]
    points.open_year(
        session, member_ids=[each.member_id for each in cast.people.values() if each.member_id], year=2026, now=NOW
    )
    session.commit()
    return people


def test_a_month_holds_what_happened_in_it_and_was_posted_before_the_cutoff(
    session: Session, engine: Engine, cast: Cast, everyone: list[Person]
) -> None:
    earned(session, cast.zhang_min, date(2026, 6, 30), BEFORE)
    earned(session, cast.zhang_min, date(2026, 7, 1), BEFORE)
    earned(session, cast.wang_fang, date(2026, 6, 30), AFTER)
    assert froze(session, engine, JUNE, now=AFTER) == 4
    zhang, wang = line(session, cast.zhang_min), line(session, cast.wang_fang)
    assert (zhang.total, zhang.position, zhang.change) == (wang.total + 1, 1, None)
    assert (wang.position, line(session, cast.li_wei).position) == (2, 2)
    assert list(verify_statements(session)) == []


def test_freezing_again_changes_nothing(session: Session, engine: Engine, everyone: list[Person]) -> None:
    froze(session, engine, JUNE, now=AFTER)
    seals = session.scalars(select(Statement.hash).order_by(Statement.id)).all()
    assert froze(session, engine, JUNE, now=AFTER + timedelta(days=1)) == 0
    assert session.scalars(select(Statement.hash).order_by(Statement.id)).all() == seals


def test_what_is_posted_later_for_an_earlier_month_stands_in_the_next_as_backdated(
    session: Session, engine: Engine, cast: Cast, everyone: list[Person]
) -> None:
    froze(session, engine, JUNE, now=AFTER)
    earned(session, cast.zhang_min, date(2026, 5, 20), AFTER)
    earned(session, cast.zhang_min, date(2026, 6, 30), AFTER)
    earned(session, cast.zhang_min, date(2026, 7, 5), AFTER + timedelta(days=3))
    froze(session, engine, JULY, now=JULY.cutoff_at)
    rows = session.scalars(select(StatementBackdated).order_by(StatementBackdated.month)).all()
    assert [(row.member_id, row.month, row.entries, row.points) for row in rows] == [
        (cast.zhang_min.member_id, "2026-05", 1, Decimal(1)),
        (cast.zhang_min.member_id, "2026-06", 1, Decimal(1)),
    ]
    assert line(session, cast.zhang_min, "2026-07").change == 3
    assert line(session, cast.wang_fang, "2026-07").change == 0
    assert list(verify_statements(session)) == []


def test_forty_days_late_gives_the_same_as_in_time(
    session: Session, engine: Engine, cast: Cast, everyone: list[Person]
) -> None:
    earned(session, cast.zhang_min, date(2026, 6, 30), BEFORE)
    froze(session, engine, JUNE, now=AFTER)
    in_time = _figures(session)
    for table in (StatementSection, StatementLine, Statement):
        session.execute(delete(table))
    earned(session, cast.zhang_min, date(2026, 6, 29), AFTER)
    reverse_last(session, cast.zhang_min, AFTER)
    earned(session, cast.wang_fang, date(2026, 7, 20), AFTER + timedelta(days=20))
    froze(session, engine, JUNE, now=CUTOFF + timedelta(days=40))
    assert _figures(session) == in_time
    assert list(verify_statements(session)) == []


def test_a_reversal_before_the_cutoff_takes_back_and_one_after_it_does_not(
    session: Session, engine: Engine, cast: Cast, everyone: list[Person]
) -> None:
    for person in (cast.zhang_min, cast.wang_fang):
        earned(session, person, date(2026, 6, 10), BEFORE - timedelta(days=9))
    reverse_last(session, cast.zhang_min, BEFORE)
    reverse_last(session, cast.wang_fang, AFTER)
    froze(session, engine, JUNE, now=AFTER)
    assert line(session, cast.wang_fang).total == line(session, cast.zhang_min).total + 1
    froze(session, engine, JULY, now=JULY.cutoff_at)
    assert line(session, cast.wang_fang, "2026-07").change == -1
    assert list(verify_statements(session)) == []


def test_another_year_begins_without_a_statement_before(
    session: Session, engine: Engine, cast: Cast, everyone: list[Person]
) -> None:
    december, january = (month_before(datetime(2027, month, 2, 18, 0, tzinfo=UTC)) for month in (1, 2))
    assert (december.period, december.year, december.until) == ("2026-12", 2026, date(2026, 12, 31))
    froze(session, engine, december, now=december.cutoff_at)
    froze(session, engine, january, now=january.cutoff_at)
    begun = line(session, cast.zhang_min, "2027-01")
    assert (begun.change, begun.previous_id) == (None, None)
    previous = session.get_one(Statement, session.get_one(Statement, begun.statement_id).previous_id)
    assert previous.period == "2026-12"
    assert list(verify_statements(session)) == []


def test_the_closing_statement_holds_what_was_posted_for_the_year_afterwards(
    session: Session, engine: Engine, cast: Cast, everyone: list[Person]
) -> None:
    december = month_before(datetime(2027, 1, 2, 18, 0, tzinfo=UTC))
    froze(session, engine, december, now=december.cutoff_at)
    earned(session, cast.zhang_min, date(2026, 12, 30), december.cutoff_at + timedelta(days=5))
    session.commit()
    end = december.cutoff_at + timedelta(days=30)
    closing = freeze_closing(session, organization_id=cast.branch, year=2026, now=end)
    found = line(session, cast.zhang_min, "2026-close1")
    b07 = session.get_one(StatementSection, (found.statement_id, found.member_id, "base")).points
    assert found.change == Decimal(1) + 4, "nothing was owed of B07 all year, which is full at its end"
    assert b07 == line(session, cast.zhang_min, "2026-12").total + 4
    assert list(verify_statements(session)) == []
    withdraw_closing(session, closing.id)
    again = freeze_closing(session, organization_id=cast.branch, year=2026, now=end)
    first = session.get_one(Statement, closing.id)
    assert (first.status, again.period, again.previous_id) == ("withdrawn", "2026-close2", first.id)
    assert line(session, cast.zhang_min, again.period).change == found.change, (
        "compared with December, not the first try"
    )
    assert list(verify_statements(session)) == []


def test_a_member_under_a_negative_decision_has_no_position_and_is_in_no_average(
    session: Session, engine: Engine, cast: Cast, everyone: list[Person]
) -> None:
    session.add(negative_decision(cast))
    points.open_year(session, member_ids=[cast.zhang_min.member_id], year=2026, now=NOW)
    earned(session, cast.zhang_min, date(2026, 6, 30), BEFORE)
    froze(session, engine, JUNE, now=AFTER)
    zhang, wang = line(session, cast.zhang_min), line(session, cast.wang_fang)
    assert (zhang.negative, zhang.total, zhang.position) == (True, Decimal(0), None)
    statement = session.get_one(Statement, zhang.statement_id)
    assert (statement.members, statement.average, statement.median) == (4, wang.total, wang.total)
    assert list(verify_statements(session)) == []


def test_members_and_activists_of_a_branch_stand_in_one_order(session: Session, engine: Engine, cast: Cast) -> None:
    session.get_one(Organization, cast.branch).settings = {"manages_prospects": True}
    session.get_one(Member, cast.zhang_min.member_id).stage = Stage.activist
    publish(session, cast.root, default_document().model_copy(update={"audience": Audience.activists}))
    people = [cast.li_wei, cast.zhang_min, cast.wang_fang]
    everyone = [each.member_id for each in cast.people.values() if each.member_id]
    points.open_year(session, member_ids=everyone, year=2026, now=NOW)
    for person in people[1:]:
        earned(session, person, date(2026, 6, 30), BEFORE)
    earned(session, cast.wang_fang, date(2026, 6, 29), BEFORE)
    froze(session, engine, JUNE, now=AFTER)
    assert [line(session, each).position for each in people] == [3, 2, 1]
    assert list(verify_statements(session)) == []


@pytest.mark.parametrize(
    "change", [{"total": Decimal(99)}, {"position": 9}, {"head_hash": "0" * 64}, {"change": Decimal(7)}]
)
def test_whoever_touches_a_frozen_line_is_found(
    session: Session, engine: Engine, cast: Cast, everyone: list[Person], change: dict[str, Any]
) -> None:
    froze(session, engine, JUNE, now=AFTER)
    touched = line(session, cast.zhang_min)
    session.execute(
        update(StatementLine)
        .where(StatementLine.statement_id == touched.statement_id, StatementLine.member_id == touched.member_id)
        .values(**change)
    )
    found = list(verify_statements(session))
    assert {deviation.what for deviation in found} > {"校验值"}
    assert {deviation.statement_id for deviation in found} == {touched.statement_id}


@pytest.mark.parametrize(
    "change",
    [
        {"category": "nonsense"},
        {"stage": ""},
        {"standard_id": None},
        {"head_seq": 99},
        {"head_seq": 0},
        {"negative": True},
    ],
)
def test_facts_that_nobody_could_have_computed_with_are_named_by_whose_they_are(
    session: Session, engine: Engine, cast: Cast, everyone: list[Person], change: dict[str, Any]
) -> None:
    froze(session, engine, JUNE, now=AFTER)
    touched = line(session, cast.zhang_min)
    session.execute(
        update(StatementLine)
        .where(StatementLine.statement_id == touched.statement_id, StatementLine.member_id == touched.member_id)
        .values(**change)
    )
    found = list(verify_statements(session))
    assert {deviation.statement_id for deviation in found} == {touched.statement_id}
    assert {deviation.member_id for deviation in found} >= {None, cast.zhang_min.member_id} or "negative" in change


@pytest.mark.parametrize(
    "change", [{"period": "nonsense"}, {"year": 1}, {"until": date(1, 1, 1)}, {"members": -1}, {"average": None}]
)
def test_a_statement_whose_own_facts_were_changed_is_named(
    session: Session, engine: Engine, cast: Cast, everyone: list[Person], change: dict[str, Any]
) -> None:
    froze(session, engine, JUNE, now=AFTER)
    touched = line(session, cast.zhang_min).statement_id
    session.execute(update(Statement).where(Statement.id == touched).values(**change))
    assert {deviation.statement_id for deviation in verify_statements(session)} == {touched}


@pytest.mark.parametrize(
    ("branches", "sizes"),
    [(0, []), (1, [1]), (3, [2, 1]), (200, [100, 100]), (303, [76, 76, 76, 75]), (401, [67] * 5 + [66])],
)
def test_batches_occupy_both_workers_to_the_end(branches: int, sizes: list[int]) -> None:
    found = list(service.batches_of(range(branches)))
    assert [len(each) for each in found] == sizes
    assert [branch for each in found for branch in each] == list(range(branches))


def reverse_last(session: Session, person: Person, at: datetime) -> None:
    """Take back the member's last entry."""
    seq = session.scalar(select(func.max(PointEntry.seq)).where(PointEntry.member_id == person.member_id)) or 0
    points.reverse(session, member_id=person.member_id, seq=seq, reason="录入有误", decided_by=None, now=at)


def negative_decision(cast: Cast) -> NegativeDecision:
    account = cast.chen_jing.account_id
    return NegativeDecision(
        root_id=cast.root,
        organization_id=cast.branch,
        member_id=cast.zhang_min.member_id,
        year=2026,
        category_code="N01",
        category_title="违反法律法规",
        clause="二（三）",
        document_number="党发〔2026〕9号",
        decided_on=date(2026, 6, 1),
        reason="另文通报",
        status=NegativeStatus.in_force,
        entered_by=account,
        entered_at=NOW,
    )


def _figures(session: Session) -> list[tuple[Any, ...]]:
    line = StatementLine
    query = select(line.member_id, line.total, line.position, line.change, line.head_seq, line.head_hash)
    return [tuple(row) for row in session.execute(query.order_by(line.member_id))]


def test_a_process_that_is_about_to_end_freezes_no_more_and_the_next_does(
    engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    term = month_before(NOW)
    with monkeypatch.context() as ending:
        ending.setattr(service, "main_thread", Thread)  # one that is not alive
        with pytest.raises(RuntimeError, match="about to end"):
            freeze(engine, term, now=NOW)
    assert freeze(engine, term, now=NOW) == 4
