"""From 1 November on, those who owe the next year's standard are told; in January what holds instead."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.organizations.officers import Officers
from server.standards.awaited import awaited, year_awaited
from server.standards.carrying_forward import carry_forward
from server.todos.digest import waiting_with
from server.todos.queries import Todo, todos_of
from tests.cast import Cast, Person
from tests.standards import FINER, altered, publish

DECEMBER = datetime(2026, 12, 1, 1, tzinfo=UTC)
JANUARY = datetime(2027, 1, 4, 1, tzinfo=UTC)
COMING = "2027 年度积分标准尚未发布，1 月 1 日起将沿用 2026 年度标准（未备案）"
CARRIED = "2027 年度积分标准尚未发布，现沿用 2026 年度标准（未备案）"


def told(session: Session, person: Person, now: datetime) -> list[Todo]:
    session.commit()
    return [todo for todo in todos_of(session, person.actor, now=now) if todo.kind == "standards"]


def places(session: Session, cast: Cast, today: date) -> list[int]:
    session.commit()
    return [each.organization_id for each in awaited(session, root_id=cast.root, today=today)]


@pytest.mark.parametrize(
    ("today", "year"),
    [(date(2026, 10, 31), 2026), (date(2026, 11, 1), 2027), (date(2026, 12, 31), 2027), (date(2027, 1, 1), 2027)],
)
def test_the_next_year_is_awaited_from_1_november_on(today: date, year: int) -> None:
    assert year_awaited(today) == year


def test_the_office_and_the_general_branches_are_told_until_it_is_published(session: Session, cast: Cast) -> None:
    october, november = date(2026, 10, 31), date(2026, 11, 1)
    assert places(session, cast, october) == []
    assert places(session, cast, november) == [cast.root, cast.general_branch, cast.other_general_branch]
    publish(session, cast.root, altered(), 2027)
    assert places(session, cast, november) == []


def test_a_branch_with_its_own_is_told_too_also_where_the_one_above_is_published(session: Session, cast: Cast) -> None:
    publish(session, cast.branch, FINER)
    publish(session, cast.root, altered(), 2027)
    assert places(session, cast, DECEMBER.date()) == [cast.branch]
    (todo,) = told(session, cast.li_wei, DECEMBER)
    assert (todo.organization_id, todo.count, todo.first_day, todo.words) == (
        cast.branch,
        1,
        date(2027, 1, 1),
        COMING,
    )
    assert told(session, cast.zhao_qiang, DECEMBER) == []


@pytest.mark.parametrize(("now", "words"), [(DECEMBER, COMING), (JANUARY, CARRIED)])
def test_it_says_what_holds_instead(session: Session, engine: Engine, cast: Cast, now: datetime, words: str) -> None:
    if now == JANUARY:
        carry_forward(engine, year=2027, now=now)
    for person, place in ((cast.organization_department, cast.root), (cast.chen_jing, cast.general_branch)):
        assert [(todo.organization_id, todo.words) for todo in told(session, person, now)] == [(place, words)]
    for person in (cast.zhang_min, cast.li_wei, cast.wu_gang):
        assert told(session, person, now) == []


def test_a_tree_without_any_standard_is_told_that_nothing_counts(session: Session, cast: Cast) -> None:
    (todo,) = told(session, cast.organization_department, datetime(2028, 3, 1, tzinfo=UTC))
    assert todo.words == "2028 年度积分标准尚未发布，发布之前不计分"


def test_the_morning_s_digest_counts_it_with_the_same_people(session: Session, cast: Cast) -> None:
    session.commit()
    found = waiting_with(session, Officers(session, cast.root, DECEMBER.date()), now=DECEMBER)
    whom = {each.officer.account_id for each in found if each.counts["standards"]}
    assert whom == {cast.organization_department.account_id, cast.chen_jing.account_id}
