"""What falls due: settled in time, by one machine or two, however long the list; one that fails stops no other."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from server.db import make_engine, transaction
from server.meetings.models import Meeting
from server.meetings.rules import MeetingStatus
from server.meetings.settlement import alignment, due
from server.meetings.settlement import queries as settlement_queries
from server.meetings.settlement import service as settlement
from server.points import service as points
from server.points.models import PointEntry, SourceKind
from tests.at_once import at_once
from tests.cast import NOW, TODAY, Cast, Person
from tests.claiming import VOLUNTEERING, approved, section_points, submitted
from tests.meeting import make_meeting
from tests.settling import CLOSED, DUE, came, check_books, confirmed, excused, live, reopened, roster_of


def test_what_is_due_is_settled_and_the_rest_waits(session: Session, engine: Engine, cast: Cast) -> None:
    early = make_meeting(session, cast, items=[("B06a", "1")])
    later = make_meeting(session, cast, items=[("B06a", "1")], starts_at=NOW + timedelta(days=2))
    for meeting in (early, later):
        came(session, meeting, cast.zhang_min)
    assert due.settle_due(engine, now=early.settles_at - timedelta(seconds=1)) == 0
    assert due.settle_due(engine, now=early.settles_at) == 1
    assert due.settle_due(engine, now=early.settles_at) == 0
    with Session(engine) as fresh:
        assert live(fresh, early, cast.zhang_min) == [("B06a", "0.25", 1)]
        assert live(fresh, later, cast.zhang_min) == []


def test_a_meeting_that_fails_stops_no_other_and_fails_the_run(
    session: Session, engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = (make_meeting(session, cast, items=[("B06a", "1")]) for _ in range(2))
    for meeting in (bad, good):
        came(session, meeting, cast.zhang_min)
    settle = settlement.settle

    def failing(session: Session, *, meeting_id: int, **options: Any) -> bool:
        if meeting_id == bad.id:
            raise RuntimeError("broken")
        return settle(session, meeting_id=meeting_id, **options)

    monkeypatch.setattr(settlement, "settle", failing)
    with capture_logs() as logs, pytest.raises(due.Unsettled, match=f"1 of 2: {bad.id}"):
        due.settle_due(engine, now=DUE)
    assert [(line["event"], line["subject_id"]) for line in logs] == [("settlement_failed", bad.id)]
    with Session(engine) as fresh:
        assert live(fresh, good, cast.zhang_min) == [("B06a", "0.25", 1)]


def test_missed_makeups_are_counted_by_the_job(session: Session, engine: Engine, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B01", "1")])
    excused(session, meeting, cast.zhang_min, makeup_until=TODAY + timedelta(days=2))
    confirmed(session, cast, roster_of(session, meeting), now=DUE)
    assert due.count_missed_makeups(engine, now=DUE + timedelta(days=1)) == 0
    assert due.count_missed_makeups(engine, now=DUE + timedelta(days=2)) == 1
    assert due.count_missed_makeups(engine, now=DUE + timedelta(days=2)) == 0
    with Session(engine) as fresh:
        assert live(fresh, meeting, cast.zhang_min) == [("B01", "-3", 1)]
        check_books(fresh)


def test_the_job_goes_on_with_a_long_list(
    session: Session, engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alignment, "AT_ONCE", 1)
    meeting = make_meeting(session, cast, items=[("B01", "1")])
    confirmed(session, cast, roster_of(session, meeting))
    people = [cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li]
    assert sum(len(live(session, meeting, person)) for person in people) == 1
    session.commit()
    assert due.count_missed_makeups(engine, now=CLOSED) == 1
    with Session(engine) as fresh:
        assert [live(fresh, meeting, person) for person in people] == [[("B01", "-3", 1)]] * 4


def test_what_is_called_off_after_a_reopening_leaves_no_points(session: Session, engine: Engine, cast: Cast) -> None:
    lists = {cast.branch: [cast.zhang_min], cast.other_branch: [cast.zhou_yu]}
    meeting = make_meeting(session, cast, items=[("B06a", "1")], invited=dict(lists))
    came(session, meeting, cast.zhang_min, cast.zhou_yu)
    assert due.settle_due(engine, now=DUE) == 1
    reopened(session, cast, roster_of(session, meeting, cast.branch), now=DUE)
    assert live(session, meeting, cast.zhou_yu) == [("B06a", "0.25", 1)]
    session.refresh(meeting)
    meeting.status = MeetingStatus.cancelled
    session.commit()
    assert due.settle_due(engine, now=DUE + timedelta(days=1)) == 0
    assert due.count_missed_makeups(engine, now=DUE + timedelta(days=1)) == 1
    with Session(engine) as fresh:
        assert live(fresh, meeting, cast.zhang_min) == live(fresh, meeting, cast.zhou_yu) == []
        check_books(fresh)


@pytest.mark.parametrize("in_one_part", [1, 500])
def test_two_machines_at_once_post_once(
    session: Session, engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch, in_one_part: int
) -> None:
    monkeypatch.setattr(alignment, "AT_ONCE", in_one_part)
    meetings = [make_meeting(session, cast, items=[("B06a", "1"), ("B07", "1")]) for _ in range(4)]
    people = [cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li]
    for meeting in meetings:
        came(session, meeting, *people)
    machines = [make_engine(engine.url.render_as_string(hide_password=False)) for _ in range(2)]
    at_once(*(lambda machine=machine: due.settle_due(machine, now=DUE) for machine in machines))
    for machine in machines:
        machine.dispose()
    with Session(engine) as fresh:
        assert all(fresh.get_one(Meeting, meeting.id).status == MeetingStatus.settled for meeting in meetings)
        assert _count(fresh) == len(meetings) * len(people) * 2
        check_books(fresh)


@pytest.mark.mariadb_only
def test_an_officer_and_the_job_at_once_post_once(session: Session, engine: Engine, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B06a", "1"), ("B01", "1")])
    came(session, meeting, cast.wang_fang)
    roster = roster_of(session, meeting)
    absent = settlement_queries.absent_ids(session, meeting, roster.id)
    session.commit()

    def confirm() -> None:
        transaction(
            engine,
            lambda session: settlement.confirm(
                session,
                roster_id=roster.id,
                absent=absent,
                count_anyway=[],
                account_id=cast.li_wei.account_id,
                now=DUE,
            ),
        )

    at_once(confirm, confirm, lambda: due.settle_due(engine, now=DUE))
    with Session(engine) as fresh:
        assert live(fresh, meeting, cast.wang_fang) == [("B06a", "0.25", 1)]
        assert live(fresh, meeting, cast.zhang_min) == [("B01", "-3", 1)]
        assert _count(fresh) == 4
        check_books(fresh)


@pytest.mark.mariadb_only
def test_a_claim_approved_at_this_moment_is_not_paid_beside_the_attendance(
    session: Session, engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = submitted(session, cast.zhang_min, VOLUNTEERING, occurred_on=TODAY, now=CLOSED)
    meeting = make_meeting(session, cast, items=[("C04", "1")])
    came(session, meeting, cast.zhang_min)
    lock = points.lock

    def lock_after_the_approval(settling: Session, member_ids: Collection[int]) -> None:
        approved(session, claim, cast.li_wei, now=CLOSED)
        session.commit()
        lock(settling, member_ids)

    monkeypatch.setattr(points, "lock", lock_after_the_approval)
    assert due.settle_due(engine, now=DUE) == 1
    with Session(engine) as fresh:
        assert live(fresh, meeting, cast.zhang_min) == []
        assert section_points(fresh, cast.zhang_min.member_id) == 1


@pytest.mark.sqlite_only
def test_settling_many_asks_no_more_than_settling_one(session: Session, engine: Engine, cast: Cast) -> None:
    people = [cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li]
    points.open_year(session, member_ids=[person.member_id for person in people], year=2026, now=NOW)
    few = _statements(engine, make_meeting(session, cast, items=[("B06a", "1")]), [cast.zhang_min], session)
    many = _statements(engine, make_meeting(session, cast, items=[("B06a", "1")]), people, session)
    assert many == few


def _statements(engine: Engine, meeting: Meeting, people: list[Person], session: Session) -> int:
    """Count what settling asks; what it writes goes in as few statements as the driver makes of it."""
    came(session, meeting, *people)
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    due.settle_due(engine, now=DUE)
    event.remove(engine, "before_cursor_execute", note)
    return len(sent)


def _count(session: Session) -> int:
    entries = select(func.count()).select_from(PointEntry).where(PointEntry.source_kind == SourceKind.meeting)
    return session.scalar(entries) or 0
