"""Objections to a branch's year: until when, and that an open one holds it up."""

from datetime import UTC, date, datetime
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.annual import doubts
from server.annual.steps import clock
from server.annual.steps.rules import Track
from server.objections import service, windows
from server.objections.models import Objection
from server.objections.rules import ObjectionSubject
from server.years.rules import YearState
from server.years.service import begun
from tests.annual import REPORTING, assembly, by_clock, drafted, report, state
from tests.cast import Cast
from tests.objecting import WORDS, answered, assigned
from tests.refusing import refused
from tests.years import OLD

LAST_DAY = date(2027, 1, 26)
"""Five working days from the report of 19 January."""

OVER = datetime(2027, 1, 26, 16, 10, tzinfo=UTC)
"""Ten minutes after midnight of that day in Shanghai."""


def _raise(session: Session, cast: Cast, edition_id: int, *, now: datetime = REPORTING) -> Objection:
    return service.raise_objection(
        session,
        member_id=cast.zhang_min.member_id,
        subject_kind=ObjectionSubject.result,
        subject_id=edition_id,
        words=WORDS,
        account_id=cast.zhang_min.account_id,
        now=now,
    )


def test_a_result_is_doubted_once_it_was_told_and_until_the_last_day(
    session: Session, engine: Engine, cast: Cast
) -> None:
    edition = drafted(session, engine, cast)
    refused("not_objectionable", lambda: _raise(session, cast, edition.id))
    assert windows.last_day(session, cast.branch, OLD) is None
    report(session, cast, assembly(session, cast))
    assert windows.last_day(session, cast.branch, OLD) == LAST_DAY
    refused("late_without_reason", lambda: _raise(session, cast, edition.id, now=OVER))
    objection = _raise(session, cast, edition.id)
    assert (objection.title, objection.organization_id, objection.year) == (f"{OLD} 年度积分", cast.branch, OLD)


def test_an_open_one_holds_the_year_up_and_no_other_branchs(session: Session, engine: Engine, cast: Cast) -> None:
    edition = drafted(session, engine, cast)
    report(session, cast, assembly(session, cast))
    objection = _raise(session, cast, edition.id)
    session.commit()
    other = begun(session, organization_id=cast.other_branch, year=OLD, now=REPORTING)
    assert not list(doubts.unanswered(session, other, Track.points)), "it is this branch's alone"
    session.commit()
    settle = partial(by_clock, session, clock.settle_due, engine, OVER)
    assert settle() == 0
    objection = assigned(session, session.get_one(Objection, objection.id), cast.sun_li, cast.sun_li, now=REPORTING)
    objection = answered(session, objection, cast.sun_li, now=REPORTING)
    session.commit()
    assert settle() == 0, "an answer counts as open until it is accepted"
    service.accept(
        session, objection.id, version=objection.version, own=True, account_id=cast.zhang_min.account_id, now=OVER
    )
    session.commit()
    assert settle() == 1
    assert state(session, cast.branch) is YearState.settled
