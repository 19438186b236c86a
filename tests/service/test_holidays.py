"""A year whose holidays nobody knows yet: warned of, counted for now, counted anew; no month stands in 春节."""

from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

import server.app  # noqa: F401  (its subscriptions count deadlines anew)
from server.days import SHANGHAI
from server.organizations import metrics, workdays
from server.organizations.models import WorkdayYear
from server.pushes.rules import Occasion
from server.statements import confirming
from server.statements.freezing.service import freeze
from server.statements.models import Statement
from server.statements.rules import month_before
from server.todos import digest
from server.todos.queries import todos_of
from tests.at_once import at_once
from tests.cast import Cast, Person
from tests.pushing import all_pushes, prepared, shanghai, told
from tests.refusing import refused

FROZEN = shanghai(2027, 2, 3, 2)
OFF = [date(2027, 2, day) for day in range(5, 12)]
NOVEMBER = shanghai(2026, 11, 2, 9)


def frozen(session: Session, engine: Engine, cast: Cast) -> Statement:
    session.commit()
    freeze(engine, month_before(FROZEN), now=FROZEN)
    statement = session.scalars(select(Statement).where(Statement.organization_id == cast.branch)).one()
    session.commit()
    return statement


def entered(session: Session, cast: Cast, *, now: datetime = FROZEN) -> None:
    workdays.enter_year(
        session,
        root_id=cast.root,
        year=2027,
        note="国办发明电",
        off=OFF,
        worked=[date(2027, 2, 13)],
        account_id=cast.organization_department.account_id,
        now=now,
    )
    session.commit()


def kinds(session: Session, person: Person, now: datetime) -> list[str]:
    found = [todo.kind for todo in todos_of(session, person.actor, now=now)]
    session.commit()
    return found


def test_no_month_confirms_itself_in_a_spring_festival_nobody_has_announced(
    session: Session, engine: Engine, cast: Cast
) -> None:
    assert frozen(session, engine, cast).confirm_by == date(2027, 2, 10)
    session.commit()
    mornings = [shanghai(2027, 2, day, 8, 30) for day in range(4, 17)]
    confirmed = {at.day: confirming.confirm_overdue(engine, now=at) for at in mornings}
    assert [day for day, count in confirmed.items() if count] == [15]


def test_an_open_deadline_is_counted_anew_once_the_year_is_entered(
    session: Session, engine: Engine, cast: Cast
) -> None:
    statement = frozen(session, engine, cast)
    prepared(session, FROZEN)
    hints = {push.content["hint"] for push in all_pushes(session, Occasion.statement_to_confirm)}
    session.commit()
    assert hints == {"2月10日后自动确认（暂按周末计算）"}
    for _ in range(2):
        entered(session, cast)
    session.refresh(statement)
    assert statement.confirm_by == date(2027, 2, 13)
    session.commit()
    assert confirming.confirm_overdue(engine, now=shanghai(2027, 2, 13, 8, 30)) == 0
    assert confirming.confirm_overdue(engine, now=shanghai(2027, 2, 15, 8, 30)) > 0


def test_a_single_day_moves_an_open_deadline_and_back(session: Session, engine: Engine, cast: Cast) -> None:
    statement = frozen(session, engine, cast)
    said = partial(
        workdays.override, session, root_id=cast.root, day=date(2027, 2, 9), works=False, note="放假", now=FROZEN
    )
    said(account_id=cast.organization_department.account_id)
    session.refresh(statement)
    assert statement.confirm_by == date(2027, 2, 11)
    account_id = cast.organization_department.account_id
    workdays.forget(session, root_id=cast.root, day=date(2027, 2, 9), account_id=account_id, now=FROZEN)
    session.refresh(statement)
    assert statement.confirm_by == date(2027, 2, 10)


def test_from_november_the_offices_are_told_until_the_year_is_entered(
    session: Session, engine: Engine, cast: Cast
) -> None:
    session.commit()
    offices = (cast.organization_department, cast.administrator)
    assert all("holidays" not in kinds(session, office, shanghai(2026, 10, 30, 9)) for office in offices)
    assert all("holidays" in kinds(session, office, NOVEMBER) for office in offices)
    assert "holidays" not in kinds(session, cast.li_wei, NOVEMBER)
    digest.send_digests(engine, now=NOVEMBER, period=NOVEMBER)
    assert {"administrator", "organization_department"} <= set(told(session, cast, Occasion.review_digest))
    assert {push.content["months"] for push in all_pushes(session)} == {
        "放假安排待录入",
        "年度积分标准未发布，放假安排待录入",
        "年度积分标准未发布",
    }
    (gauge,) = metrics.families(session, today=date(2026, 11, 2))
    assert gauge.samples[0].value == 1
    entered(session, cast, now=NOVEMBER)
    assert all("holidays" not in kinds(session, office, NOVEMBER) for office in offices)
    (gauge,) = metrics.families(session, today=date(2026, 11, 2))
    assert gauge.samples[0].value == 0


def test_a_year_is_entered_whole_and_only_its_own_days(session: Session, cast: Cast) -> None:
    enter = partial(
        workdays.enter_year,
        session,
        root_id=cast.root,
        note="国办发明电",
        account_id=cast.organization_department.account_id,
        now=FROZEN,
    )
    refused("wrong_year", lambda: enter(year=2027, off=[date(2026, 2, 5)], worked=[]))
    refused("day_twice", lambda: enter(year=2027, off=OFF, worked=OFF[:1]))
    assert session.scalars(select(WorkdayYear)).all() == []
    enter(year=2027, off=OFF, worked=[])
    account_id = cast.organization_department.account_id
    workdays.forget_year(session, root_id=cast.root, year=2027, account_id=account_id, now=FROZEN)
    assert workdays.calendar_of(session, root_id=cast.root, around=date(2027, 1, 1)).missing(date(2027, 1, 1)) == [2027]
    assert workdays.of_year(session, root_id=cast.root, year=2027) == []


def test_two_machines_confirm_what_is_overdue_once(session: Session, engine: Engine, cast: Cast) -> None:
    frozen(session, engine, cast)
    at = datetime(2027, 2, 15, 8, 30, tzinfo=SHANGHAI)
    at_once(*[partial(confirming.confirm_overdue, engine, now=at)] * 3)
    prepared(session, at)
    members = told(session, cast, Occasion.month_score)
    assert len(members) == len(set(members)) > 0


def test_a_year_entered_again_replaces_what_came_with_it_and_is_taken_back_whole(session: Session, cast: Cast) -> None:
    account_id, sports_day = cast.organization_department.account_id, date(2027, 4, 23)
    told: dict[str, Any] = {"root_id": cast.root, "account_id": account_id, "now": FROZEN}
    workdays.override(session, day=sports_day, works=False, note="校运动会", **told)
    for off in ([date(2027, 1, 1), date(2027, 1, 5)], [date(2027, 1, 1)]):
        workdays.enter_year(session, year=2027, note="国办通知", off=off, worked=[date(2027, 1, 9)], **told)
    days = [row.day for row in workdays.of_year(session, root_id=cast.root, year=2027)]
    assert days == [date(2027, 1, 1), date(2027, 1, 9), sports_day]
    workdays.forget_year(session, year=2027, **told)
    assert [row.day for row in workdays.of_year(session, root_id=cast.root, year=2027)] == [sports_day]
