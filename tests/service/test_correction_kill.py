"""An answer and a correction that die at any statement leave nothing; done again, they are done once."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from server.db import transaction
from server.objections import queries
from server.objections.models import Objection
from server.objections.rules import ObjectionAction, ObjectionOutcome, ObjectionStatus
from server.points.models import PointEntry, SourceKind
from tests.cast import Cast
from tests.claiming import paid
from tests.killing import SOME, killed_at
from tests.objecting import answered, assigned, corrected, raised, upheld
from tests.settling import check_books

MOST_MOMENTS = 400


class _Injected(Exception):
    """What breaks a transaction in the middle."""


@pytest.mark.thinned
def test_an_exception_at_any_statement_leaves_nothing(engine: Engine, cast: Cast) -> None:
    objection_id, seen = transaction(
        engine, lambda session: _seen(assigned(session, raised(session, cast), cast.li_wei, cast.sun_li))
    )
    answer = partial(_answer, cast=cast, objection_id=objection_id, version=seen)
    moments = _until_it_goes_through(engine, answer, lambda session: _untouched(session, objection_id, seen))
    assert moments > 5
    with Session(engine) as session:
        assert session.get_one(Objection, objection_id).to_correct
    correct = partial(_correct, cast=cast, objection_id=objection_id, version=seen + 1)
    moments = _until_it_goes_through(engine, correct, lambda session: _untouched(session, objection_id, seen + 1))
    assert moments > 10
    _check_done_once(engine, objection_id)


@pytest.mark.thinned
def test_a_correction_killed_at_any_moment_is_there_once_or_not_at_all(engine: Engine, cast: Cast) -> None:
    objection_id, seen = transaction(
        engine, lambda session: _seen(upheld(session, raised(session, cast), cast.li_wei, cast.sun_li))
    )
    correct = partial(_correct, cast=cast, objection_id=objection_id, version=seen)
    for moment in range(1, MOST_MOMENTS):
        assert killed_at(engine, moment, partial(transaction, work=correct), every=SOME)
        with Session(engine) as session:
            if session.get_one(Objection, objection_id).version > seen:
                break
            _untouched(session, objection_id, seen)
    else:
        raise AssertionError("the correction never came to its end")
    assert moment > 5
    transaction(engine, correct)  # what a person does whose answer never came
    _check_done_once(engine, objection_id)


def _until_it_goes_through(
    engine: Engine, work: Callable[[Session], object], untouched: Callable[[Session], None]
) -> int:
    """Break the work at one statement after another, and look each time; return how many were tried."""
    for tried, moment in enumerate(range(1, MOST_MOMENTS, SOME)):
        left = moment

        def break_off(*_arguments: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise _Injected

        event.listen(engine, "before_cursor_execute", break_off)
        try:
            transaction(engine, work)
        except _Injected:
            pass
        else:
            return tried
        finally:
            event.remove(engine, "before_cursor_execute", break_off)
        with Session(engine) as session:
            untouched(session)
    raise AssertionError("the work never came to its end")


def _seen(objection: Objection) -> tuple[int, int]:
    return objection.id, objection.version


def _answer(session: Session, *, cast: Cast, objection_id: int, version: int) -> Objection:
    objection = Objection(id=objection_id, version=version)
    return answered(session, objection, cast.sun_li, ObjectionOutcome.upheld, corrects=True)


def _correct(session: Session, *, cast: Cast, objection_id: int, version: int) -> Objection:
    return corrected(session, Objection(id=objection_id, version=version), cast.li_wei)


def _untouched(session: Session, objection_id: int, version: int) -> None:
    objection = session.get_one(Objection, objection_id)
    assert objection.version == version
    assert len(queries.story_of(session, objection_id)) == version
    posted = select(func.count()).where(PointEntry.source_kind == SourceKind.claim)
    assert session.scalar(posted) == 0
    inquiry = queries.answering(session, objection)
    assert inquiry is None or inquiry.corrected_at is None


def _check_done_once(engine: Engine, objection_id: int) -> None:
    with Session(engine) as session:
        objection = session.get_one(Objection, objection_id)
        assert (objection.status, objection.to_correct) == (ObjectionStatus.answered, None)
        assert len(paid(session, objection.subject_id)) == 1
        steps = [each.action for each in queries.story_of(session, objection_id)]
        assert steps.count(ObjectionAction.correct) == steps.count(ObjectionAction.answer) == 1
        check_books(session)
