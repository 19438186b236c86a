"""Due days: set, set again, moved by holidays and vacations with a history, closed."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

import server.app  # noqa: F401  (its subscriptions move due days)
from server import events
from server.deadlines import service
from server.deadlines.events import DeadlineMoved
from server.deadlines.models import Deadline, DeadlineSubject
from server.deadlines.queries import deadline_of, deadlines_of, terms_of_organization
from server.organizations import workdays
from server.organizations.models import Category, Member, Membership
from tests.at_once import race
from tests.cast import Cast
from tests.publicizing import WINTER, at, vacation

SUBJECT = DeadlineSubject.branch_year
SUBJECT_ID = 17
JANUARY_4, JANUARY_19 = date(2027, 1, 4), date(2027, 1, 19)
NOW = at(JANUARY_4, "00:30")


@pytest.fixture
def told() -> Iterator[list[DeadlineMoved]]:
    heard: list[DeadlineMoved] = []

    def listen(_session: Session, event: DeadlineMoved) -> None:
        heard.append(event)

    events.subscribe(DeadlineMoved, listen)
    yield heard
    events._handlers[DeadlineMoved].remove(listen)


def due(session: Session, cast: Cast, **changes: Any) -> Deadline:
    given: dict[str, Any] = {
        "root_id": cast.root,
        "organization_id": cast.branch,
        "subject": SUBJECT,
        "subject_id": SUBJECT_ID,
        "kind": "review",
        "counted_from": JANUARY_19,
        "working_days": 5,
        "now": NOW,
    }
    row = service.set_deadline(session, **given | changes)
    session.commit()
    return row


def day_off(session: Session, cast: Cast, day: date, *, works: bool = False, now: date = JANUARY_4) -> None:
    workdays.override(
        session,
        root_id=cast.root,
        day=day,
        works=works,
        note="校庆",
        account_id=cast.organization_department.account_id,
        now=at(now),
    )
    session.commit()


def history(session: Session) -> list[tuple[date, date, str]]:
    found = [move for each in deadlines_of(session, SUBJECT, [SUBJECT_ID])[SUBJECT_ID] for move in each.moves]
    return [(move.old_day, move.new_day, move.reason) for move in found]


def test_set_twice_it_is_one_and_another_basis_moves_it(session: Session, cast: Cast) -> None:
    first = due(session, cast)
    assert (first.due_on, due(session, cast).id, history(session)) == (date(2027, 1, 26), first.id, [])
    again = due(session, cast, counted_from=None, working_days=None, due_on=date(2027, 1, 15))
    assert (again.id, again.due_on) == (first.id, date(2027, 1, 15))
    assert history(session) == [(date(2027, 1, 26), date(2027, 1, 15), "期限改定")]
    other = due(session, cast, kind="meeting")
    assert [each.row.id for each in deadlines_of(session, SUBJECT, [SUBJECT_ID, 99])[SUBJECT_ID]] == [
        first.id,
        other.id,
    ]
    assert deadlines_of(session, SUBJECT, [99]) == {99: []}


@pytest.mark.parametrize(
    "basis",
    [
        {"due_on": JANUARY_4},
        {"counted_from": None},
        {"working_days": None},
        {"counted_from": None, "working_days": None},
    ],
)
def test_it_is_counted_or_it_is_a_day(session: Session, cast: Cast, basis: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="counted in working days"):
        due(session, cast, **basis)


def test_a_holiday_moves_it_and_is_told(session: Session, cast: Cast, told: list[DeadlineMoved]) -> None:
    row = due(session, cast)
    day_off(session, cast, date(2027, 1, 21))
    session.refresh(row)
    assert row.due_on == date(2027, 1, 27)
    reason = "学校的工作日安排有变化"
    assert history(session) == [(date(2027, 1, 26), date(2027, 1, 27), reason)]
    assert told == [
        DeadlineMoved(
            deadline_id=row.id,
            organization_id=cast.branch,
            subject=SUBJECT,
            subject_id=SUBJECT_ID,
            kind="review",
            old_day=date(2027, 1, 26),
            new_day=date(2027, 1, 27),
            reason=reason,
            now=at(JANUARY_4),
        )
    ]
    workdays.forget(
        session,
        root_id=cast.root,
        day=date(2027, 1, 21),
        account_id=cast.organization_department.account_id,
        now=at(JANUARY_4),
    )
    session.commit()
    session.refresh(row)
    assert (row.due_on, len(history(session))) == (date(2027, 1, 26), 2)


def test_a_vacation_moves_what_it_may_move(session: Session, cast: Cast) -> None:
    rows = [
        due(session, cast),
        due(session, cast, kind="party", stretches=False),
        due(session, cast, kind="shown", pauses=True),
    ]
    vacation(session, cast, *WINTER, now=at(JANUARY_4))
    for row in rows:
        session.refresh(row)
    assert [row.due_on for row in rows] == [date(2027, 2, 26), date(2027, 1, 26), date(2027, 2, 25)]


def test_whose_vacation_counts_is_kept_with_it(session: Session, cast: Cast) -> None:
    """Students of another branch, and those who join later, move nothing."""
    row = due(session, cast)
    session.get_one(Member, cast.zhang_min.member_id).category = Category.student
    session.commit()
    vacation(session, cast, *WINTER, now=at(JANUARY_4), category=Category.student)
    session.refresh(row)
    assert (row.due_on, row.categories) == (date(2027, 1, 26), "staff")
    both = due(session, cast, kind="meeting")
    assert (both.due_on, both.categories) == (date(2027, 2, 26), "staff,student")


def test_who_joins_today_counts(session: Session, cast: Cast) -> None:
    """At half past midnight in Shanghai; in UTC it is still the day before."""
    membership = session.scalars(select(Membership).where(Membership.member_id == cast.zhou_yu.member_id)).one()
    membership.organization_id, membership.from_date = cast.branch, JANUARY_4
    session.commit()
    assert due(session, cast).categories == "staff,student"


def test_the_vacations_of_a_unit_are_those_of_all_its_branches(session: Session, cast: Cast) -> None:
    vacation(session, cast, *WINTER, now=at(JANUARY_4), category=Category.student)
    day = date(2027, 2, 1)
    assert terms_of_organization(session, cast.general_branch, around=JANUARY_4).vacation_on(day) is not None
    assert terms_of_organization(session, cast.branch, around=JANUARY_4).vacation_on(day) is None
    assert terms_of_organization(session, cast.direct_branch, around=JANUARY_4).vacations == ()


def test_what_is_closed_moves_no_more_and_may_be_set_again(session: Session, cast: Cast) -> None:
    row, other = due(session, cast), due(session, cast, kind="meeting")
    close = partial(service.close_deadline, session, subject=SUBJECT, subject_id=SUBJECT_ID)
    for _ in range(2):
        close(kind="review", now=NOW)
    session.commit()
    day_off(session, cast, date(2027, 1, 21))
    for each in (row, other):
        session.refresh(each)
    assert [(each.due_on, each.open) for each in (row, other)] == [
        (date(2027, 1, 26), None),
        (date(2027, 1, 27), True),
    ]
    again = due(session, cast)
    assert (again.due_on, again.open, again.closed_at) == (date(2027, 1, 27), True, None)
    close(now=NOW)
    session.commit()
    assert not session.scalars(select(Deadline).where(Deadline.open.is_(True))).all()
    assert deadline_of(session, SUBJECT, SUBJECT_ID, "review") is not None


def test_nobody_is_late_by_what_is_entered_today(session: Session, cast: Cast) -> None:
    row = due(session, cast)
    for saturday in (date(2027, 1, 23), date(2027, 1, 24)):
        day_off(session, cast, saturday, works=True, now=date(2027, 1, 25))
    session.refresh(row)
    assert row.due_on == date(2027, 1, 25)


def test_two_who_set_it_at_once_set_one(session: Session, engine: Engine, cast: Cast) -> None:
    session.commit()
    assert race(engine, *[partial(_setting, cast=cast)] * 2) == ["done", "done"]
    assert len(session.scalars(select(Deadline)).all()) == 1


def test_a_holiday_entered_at_the_same_moment_is_never_missed(session: Session, engine: Engine, cast: Cast) -> None:
    session.commit()
    holiday = partial(
        workdays.override,
        root_id=cast.root,
        day=date(2027, 1, 21),
        works=False,
        note="校庆",
        account_id=cast.organization_department.account_id,
        now=at(JANUARY_4) + timedelta(minutes=1),
    )
    assert race(engine, partial(_setting, cast=cast), holiday) == ["done", "done"]
    assert session.scalars(select(Deadline)).one().due_on == date(2027, 1, 27)


def _setting(session: Session, *, cast: Cast) -> None:
    due(session, cast)
