"""A settlement cut off by `kill -9` before any statement, or around any commit, posts exactly once when run again."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.meetings.models import Meeting
from server.meetings.rules import MeetingStatus
from server.meetings.settlement import alignment, due
from server.points.verification import verify_ledger
from tests.cast import Cast, Person
from tests.killing import SOME, killed_at
from tests.meeting import make_meeting
from tests.settling import DUE, came, check_books, live

MOST_MOMENTS = 300


@pytest.mark.thinned
def test_a_settlement_killed_at_any_moment_posts_exactly_once(
    engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alignment, "AT_ONCE", 1)
    people = [cast.zhang_min, cast.wang_fang]
    outcomes = []
    for moment, meeting_id in _due_meetings(engine, cast, people):
        killed = killed_at(engine, moment, lambda apart: due.settle_due(apart, now=DUE), every=SOME)
        outcomes.append(_posted(engine, meeting_id, people))
        due.settle_due(engine, now=DUE)
        _check_posted_once(engine, meeting_id, people)
        if not killed:
            break
    else:
        raise AssertionError("the settlement never came to its end")
    assert len(outcomes) > 10
    assert outcomes == sorted(outcomes)  # the parts come one after the other, each wholly or not at all
    assert set(outcomes) == {0, 1, 2}
    with Session(engine) as session:
        check_books(session)


def _due_meetings(engine: Engine, cast: Cast, people: list[Person]) -> Iterator[tuple[int, int]]:
    """Yield moment after moment, each with a meeting of its own that two people attended."""
    for moment in range(1, MOST_MOMENTS):
        with Session(engine, expire_on_commit=False) as session:
            meeting = make_meeting(session, cast, items=[("C04", "0.1")], invited={cast.branch: people})
            came(session, meeting, *people)
        yield moment, meeting.id


def _posted(engine: Engine, meeting_id: int, people: list[Person]) -> int:
    """Return for how many it is posted; nobody twice, and no chain broken."""
    with Session(engine) as session:
        meeting = session.get_one(Meeting, meeting_id)
        counts = [len(live(session, meeting, person)) for person in people]
        assert max(counts) <= 1
        assert list(verify_ledger(session)) == []
    return sum(counts)


def _check_posted_once(engine: Engine, meeting_id: int, people: list[Person]) -> None:
    with Session(engine) as session:
        meeting = session.get_one(Meeting, meeting_id)
        assert meeting.status == MeetingStatus.settled
        assert [live(session, meeting, person) for person in people] == [[("C04", "0.1", 1)]] * len(people)
