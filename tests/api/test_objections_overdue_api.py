"""When an objection and its correction are overdue, through a holiday and a vacation, by a moved clock."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from server.objections import queries
from server.objections.models import Objection
from server.objections.rules import Due, ObjectionOutcome
from server.organizations import workdays
from tests.api.answers import body
from tests.cast import Cast
from tests.conftest import Call
from tests.days import at
from tests.objecting import answered, assigned, objected, rejected
from tests.publicizing import WINTER, vacation

RAISED = at(date(2027, 1, 18), "10:00")
"""A Monday, in the last week of the term."""

Late = Callable[[datetime], bool]


@pytest.fixture
def objection(session: Session, cast: Cast) -> Objection:
    vacation(session, cast, *WINTER, now=at(date(2027, 1, 4), "10:00"))
    claim = rejected(session, cast.zhang_min, cast.wang_fang, now=RAISED, occurred_on=date(2027, 1, 5))
    found = objected(session, cast.zhang_min, claim, now=RAISED)
    session.commit()
    return found


@pytest.fixture
def late(call: Call, cast: Cast) -> Late:
    """Whether the branch's list calls its one objection overdue at an instant."""

    def ask(moment: datetime) -> bool:
        with time_machine.travel(moment, tick=False):
            [line] = body(call(cast.li_wei, "GET", f"/organizations/{cast.branch}/objections"))["items"]
        overdue: bool = line["overdue"]
        return overdue

    return ask


def last_day(session: Session, objection: Objection, kind: Due) -> date:
    found = queries.due_of(session, objection.id, kind)
    session.rollback()
    assert found is not None
    return found


def check_ends(late: Late, day: date) -> None:
    assert [late(at(day, "23:59")), late(at(day + timedelta(days=1), "00:30"))] == [False, True]


def test_the_answer_is_due_in_term_and_a_holiday_moves_it(
    session: Session, cast: Cast, objection: Objection, late: Late
) -> None:
    check_ends(late, last_day(session, objection, Due.admission))
    tuesday = at(date(2027, 1, 19), "10:00")
    assigned(session, session.get_one(Objection, objection.id), cast.li_wei, cast.sun_li, now=tuesday)
    session.commit()
    due = last_day(session, objection, Due.answer)
    assert due == date(2027, 2, 26), "the third working day of the new term"
    assert not late(at(date(2027, 2, 1), "10:00")), "in the vacation"
    check_ends(late, due)
    workdays.override(
        session,
        root_id=cast.root,
        day=date(2027, 2, 25),
        works=False,
        note="校庆",
        account_id=cast.organization_department.account_id,
        now=tuesday,
    )
    session.commit()
    assert last_day(session, objection, Due.answer) == date(2027, 3, 1)
    check_ends(late, date(2027, 3, 1))


def test_a_correction_is_overdue_after_its_own_day(
    session: Session, cast: Cast, objection: Objection, late: Late, call: Call
) -> None:
    row = assigned(session, session.get_one(Objection, objection.id), cast.li_wei, cast.sun_li, now=RAISED)
    answered(session, row, cast.sun_li, ObjectionOutcome.upheld, corrects=True, now=RAISED)
    session.commit()
    place = f"/objections/{objection.id}"
    due = last_day(session, objection, Due.correction)
    assert due == last_day(session, objection, Due.silence) == date(2027, 2, 26)
    check_ends(late, due)
    with time_machine.travel(at(date(2027, 2, 27), "10:00"), tick=False):
        shown = body(call(cast.li_wei, "GET", place))["correction_due"]
        waits = body(call(cast.li_wei, "GET", "/me/todos"))["items"]
    assert (shown["on"], shown["overdue"]) == ("2027-02-26", True)
    assert "objection_corrections" in {each["kind"] for each in waits}
