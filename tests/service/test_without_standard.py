"""A year without a standard: nobody is frozen or told a score, and what was left uncounted counts once there is one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.dues import service as dues
from server.meetings.settlement import due
from server.organizations.models import Member, Organization, Stage
from server.points.models import PointEntry, SourceKind
from server.pushes.models import Fanout
from server.standards import carrying_forward
from server.standards.models import Standard
from server.statements.confirming import confirm_overdue
from server.statements.freezing.service import freeze
from server.statements.models import Statement, StatementLine
from server.statements.rules import month_before
from tests.cast import Cast
from tests.days import at
from tests.meeting import make_meeting
from tests.settling import adjusted, came, check_books, confirmed, live, roster_of, settled
from tests.standards import altered, publish

YEAR = 2028
"""Nobody published a standard for it, nor for the year before."""

HELD = at(date(YEAR, 1, 1), "00:30")
LATER = HELD + timedelta(days=40)
FEBRUARY = datetime(YEAR, 2, 2, 18, tzinfo=UTC)
JANUARY = month_before(FEBRUARY)


def count(session: Session, table: type[Statement] | type[StatementLine] | type[Fanout]) -> int:
    session.commit()
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_nobody_without_a_standard_is_frozen_confirmed_or_told(session: Session, engine: Engine, cast: Cast) -> None:
    assert freeze(engine, JANUARY, now=FEBRUARY) == 0
    confirm_overdue(engine, now=FEBRUARY + timedelta(days=30))
    assert [count(session, table) for table in (Statement, StatementLine, Fanout)] == [0, 0, 0]
    publish(session, cast.general_branch, altered(), YEAR)
    session.commit()
    assert freeze(engine, JANUARY, now=FEBRUARY) == 2, "the branches of the 总支 that has one"


def test_who_is_managed_without_a_standard_of_their_own_has_no_line(
    session: Session, engine: Engine, cast: Cast
) -> None:
    session.get_one(Member, cast.zhang_min.member_id).stage = Stage.activist
    session.get_one(Organization, cast.branch).settings = {"manages_prospects": True}
    session.commit()
    freeze(engine, month_before(cast.now), now=cast.now)
    lined = session.scalars(select(StatementLine.member_id)).all()
    assert cast.zhang_min.member_id not in lined
    assert cast.wang_fang.member_id in lined


def test_a_carried_standard_measures_the_frozen_month_whether_the_job_ran_or_not(
    session: Session, engine: Engine, cast: Cast
) -> None:
    february = datetime(2027, 2, 2, 18, tzinfo=UTC)
    freeze(engine, month_before(february), now=february)
    assert set(session.scalars(select(StatementLine.total))) == {58}


def test_meetings_that_counted_for_nobody_are_settled_again_once_a_standard_is_published(
    session: Session, engine: Engine, cast: Cast
) -> None:
    meeting = make_meeting(session, cast, starts_at=HELD, items=[("C04", "1"), ("B01", "1")])
    came(session, meeting, cast.zhang_min)
    confirmed(session, cast, roster_of(session, meeting), now=HELD + timedelta(hours=2))
    settled(session, meeting, now=HELD + timedelta(days=2))
    assert live(session, meeting, cast.zhang_min) == []
    publish(session, cast.root, altered(), YEAR)
    session.commit()
    due.count_missed_makeups(engine, now=LATER)
    for _again in range(2):
        due.count_missed_makeups(engine, now=LATER)
        session.expire_all()
        assert ("C04", "1", 1) in live(session, meeting, cast.zhang_min)
        assert live(session, meeting, cast.wang_fang) == [("B01", "-3", 1)]
    check_books(session)


def test_another_branch_s_standard_settles_nothing_here(session: Session, engine: Engine, cast: Cast) -> None:
    meeting = make_meeting(session, cast, starts_at=HELD)
    settled(session, meeting, now=HELD + timedelta(days=2))
    publish(session, cast.foreign_branch, altered(), YEAR)
    session.commit()
    session.refresh(roster_of(session, meeting))
    assert roster_of(session, meeting).due_at is None


@pytest.mark.parametrize("carried_first", [True, False])
def test_what_a_meeting_posted_under_a_carried_standard_stays_and_is_corrected_under_it(
    session: Session, engine: Engine, cast: Cast, carried_first: bool
) -> None:
    january = datetime(2027, 1, 10, 2, tzinfo=UTC)
    if carried_first:
        carrying_forward.carry_forward(engine, year=2027, now=january)
    meeting = make_meeting(session, cast, starts_at=january)
    came(session, meeting, cast.zhang_min)
    confirmed(session, cast, roster_of(session, meeting), now=january + timedelta(hours=2))
    settled(session, meeting, now=january + timedelta(days=2))
    missed = live(session, meeting, cast.wang_fang)
    assert missed == [("B04", "-2", 1)]
    without = altered()
    changed = altered(B04={"code": "B14", "points": "5"})
    assert changed != without
    publish(session, cast.root, changed, 2027)
    session.commit()
    settled(session, meeting, now=january + timedelta(days=3))
    assert live(session, meeting, cast.wang_fang) == missed
    adjusted(session, cast, meeting, cast.wang_fang, now=january + timedelta(days=4))
    assert live(session, meeting, cast.wang_fang) == missed
    came(session, meeting, cast.wang_fang)
    adjusted(session, cast, meeting, cast.wang_fang, now=january + timedelta(days=5))
    assert live(session, meeting, cast.wang_fang) == []
    check_books(session)


def test_dues_that_could_not_be_deducted_are_once_a_standard_is_published(session: Session, cast: Cast) -> None:
    closing = {"organization_id": cast.branch, "month": f"{YEAR}-01", "due_cents": 500}
    closed = dues.close_month(session, **closing, account_id=cast.li_wei.account_id, now=LATER)  # type: ignore[arg-type]
    session.commit()
    deducted = select(PointEntry.member_id).where(PointEntry.source_kind == SourceKind.dues)
    assert (len(closed), session.scalars(deducted).all()) == (4, [])
    publish(session, cast.root, altered(), YEAR)
    session.commit()
    assert set(session.scalars(deducted)) == {record.member_id for record in closed}
    publish(session, cast.root, altered(title="文字更正"), YEAR)
    session.commit()
    assert len(session.scalars(deducted).all()) == 4
    assert session.scalars(select(Standard.id).where(Standard.year == YEAR, Standard.in_force.is_(True))).one()
    assert {entry.occurred_on for entry in _dues(session)} == {date(YEAR, 1, 31)}


def _dues(session: Session) -> list[PointEntry]:
    return list(session.scalars(select(PointEntry).where(PointEntry.source_kind == SourceKind.dues)))
