"""Group commit: nobody is answered before his record is durable, and nobody's bad row costs another his."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from server.db import make_engine
from server.errors import DomainError
from server.meetings.check_in import committer
from server.meetings.check_in import service as check_in
from server.meetings.check_in.committer import Committer
from server.meetings.check_in.service import Answer, CheckInResult, Recorded, Scan
from server.meetings.models import Attendance, CodeExchange, Meeting
from server.meetings.rules import Via
from tests.cast import NOW, Cast, Person
from tests.meeting import make_meeting
from tests.waiting import LONG


@dataclass(frozen=True, slots=True)
class Door:
    """A meeting, the committer of its check-ins, and threads that knock."""

    engine: Engine
    cast: Cast
    meeting: Meeting
    group: Committer
    pool: ThreadPoolExecutor

    def scan(self, person: Person, **changes: Any) -> Scan:
        scan_id = self.group.new_scan_id()
        scan = Scan(
            scan_id=scan_id,
            public_id=self.meeting.public_id,
            ticket_id=scan_id,
            scanned_at=NOW,
            root_id=person.actor.root_id,
            member_id=person.member_id,
            account_id=person.account_id,
            via=Via.qr,
        )
        return replace(scan, **changes)

    def everyone(self) -> list[Scan]:
        cast = self.cast
        return [self.scan(person) for person in (cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li)]

    def send(self, scan: Scan) -> Future[Answer]:
        return self.pool.submit(self.group.record, scan)

    def wait_for(self, number: int) -> None:
        """Return once that many scans wait to be taken."""
        while self.group.waiting < number:
            pass

    def count(self) -> int:
        with Session(self.engine) as session:
            return session.scalar(select(func.count()).select_from(Attendance)) or 0


@pytest.fixture
def door(engine: Engine, session: Session, cast: Cast) -> Iterator[Door]:
    group = Committer(engine)
    with ThreadPoolExecutor(16) as pool:
        yield Door(engine, cast, make_meeting(session, cast), group, pool)
    group.drain()


def results(answers: Sequence[Answer]) -> list[str]:
    return [answer.result if isinstance(answer, Recorded) else answer.code for answer in answers]


class Gate:
    """Holds every write of the committer until it is opened, so that scans pile up behind the first."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.batches: list[int] = []
        self.entered = Event()
        self.open = Event()
        self._write = check_in.write
        monkeypatch.setattr(check_in, "write", self._held)

    def _held(self, session: Session, scans: Sequence[Scan], *, now: datetime) -> list[Answer]:
        self.batches.append(len(scans))
        self.entered.set()
        assert self.open.wait(LONG)
        return self._write(session, scans, now=now)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate(monkeypatch)
    yield gate
    gate.open.set()


def pile_up(door: Door, gate: Gate, scans: Sequence[Scan]) -> list[Future[Answer]]:
    """Send the first scan, and the others while it is being written; open the gate once all of them wait."""
    first = door.send(scans[0])
    assert gate.entered.wait(LONG)
    rest = [door.send(scan) for scan in scans[1:]]
    door.wait_for(len(rest))
    gate.open.set()
    return [first, *rest]


def test_scans_that_wait_together_are_committed_together(door: Door, gate: Gate) -> None:
    scans = door.everyone()
    answers = [future.result(LONG) for future in pile_up(door, gate, scans)]
    assert results(answers) == ["checked_in"] * 4
    assert gate.batches == [1, 3]
    assert door.count() == 4


def test_the_same_member_three_times_at_once_is_recorded_once(door: Door, gate: Gate) -> None:
    scans = [door.scan(door.cast.li_wei), *(door.scan(door.cast.zhang_min) for _ in range(3))]
    answers = [future.result(LONG) for future in pile_up(door, gate, scans)]
    assert sorted(results(answers[1:])) == ["already_checked_in", "already_checked_in", "checked_in"]
    assert door.count() == 2


def test_each_of_a_batch_gets_his_own_answer(door: Door, gate: Gate) -> None:
    scans = [
        door.scan(door.cast.zhang_min),
        door.scan(door.cast.wang_fang),
        door.scan(door.cast.wu_gang),
        door.scan(door.cast.sun_li, scanned_at=door.meeting.late_after.replace(minute=59)),
        door.scan(door.cast.li_wei, public_id="gone"),
    ]
    answers = [future.result(LONG) for future in pile_up(door, gate, scans)]
    assert results(answers) == ["checked_in", "checked_in", "not_invited", "closed", "ticket_invalid"]


def test_nobody_is_answered_before_the_commit(door: Door) -> None:
    answered_early: list[bool] = []
    futures: list[Future[Answer]] = []
    submitted = Event()

    def before_commit(_connection: Any) -> None:
        submitted.wait(LONG)
        waiter = Thread(target=futures[0].exception)
        waiter.start()
        waiter.join(0.2)
        answered_early.append(not waiter.is_alive())

    event.listen(door.engine, "commit", before_commit)
    try:
        futures.append(door.send(door.scan(door.cast.zhang_min)))
        submitted.set()
        assert results([futures[0].result(LONG)]) == ["checked_in"]
    finally:
        event.remove(door.engine, "commit", before_commit)
    assert answered_early == [False]
    assert door.count() == 1


@contextmanager
def refusing(engine: Engine, *, times: int, number: int, after: bool = False) -> Iterator[list[None]]:
    """Let the database refuse that many commits; with `after` it did commit, and only its answer was lost."""
    refused: list[None] = []

    def refuse(connection: Any) -> None:
        if len(refused) < times:
            refused.append(None)
            driver = connection.connection.dbapi_connection
            driver.commit() if after else driver.rollback()
            raise OperationalError("COMMIT", {}, RuntimeError(number, "database is locked"))

    event.listen(engine, "commit", refuse)
    try:
        yield refused
    finally:
        event.remove(engine, "commit", refuse)


@pytest.mark.parametrize("after", [False, True])
def test_a_refused_commit_is_repeated_before_anyone_is_answered(door: Door, gate: Gate, after: bool) -> None:
    scans = door.everyone()
    with refusing(door.engine, times=3, number=1213, after=after) as refused:
        answers = [future.result(LONG) for future in pile_up(door, gate, scans)]
    assert len(refused) == 3
    assert results(answers) == ["checked_in"] * 4
    assert door.count() == 4


def test_a_database_that_goes_on_refusing_answers_all_and_records_none(door: Door, gate: Gate) -> None:
    scans = door.everyone()
    with refusing(door.engine, times=1_000, number=1180) as refused:
        futures = pile_up(door, gate, scans)
        assert all(isinstance(future.exception(30), OperationalError) for future in futures)
    assert len(refused) == 10  # five attempts for each of two batches, none one by one
    assert door.count() == 0
    assert results([door.group.record(scans[0])]) == ["checked_in"]


def test_a_poisoned_row_does_not_spoil_its_neighbours(door: Door, gate: Gate) -> None:
    poisoned = door.scan(door.cast.wang_fang, account_id=10**9)
    scans = [
        door.scan(door.cast.li_wei),
        door.scan(door.cast.zhang_min),
        poisoned,
        door.scan(door.cast.sun_li),
    ]
    futures = pile_up(door, gate, scans)
    good = [future.result(LONG) for future in (futures[0], futures[1], futures[3])]
    assert results(good) == ["checked_in"] * 3
    assert type(futures[2].exception(30)).__name__ == "IntegrityError"
    assert gate.batches == [1, 3, 1, 1, 1]
    assert door.count() == 3


def test_a_full_queue_answers_busy_and_says_when_to_come_back(
    door: Door, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "MOST_WAITING", 2)
    scans = door.everyone()
    first = door.send(scans[0])
    assert gate.entered.wait(LONG)
    waiting = [door.send(scan) for scan in scans[1:3]]
    door.wait_for(2)
    busy(lambda: door.group.record(scans[3]))
    gate.open.set()
    assert results([future.result(LONG) for future in [first, *waiting]]) == ["checked_in"] * 3
    assert results([door.group.record(scans[3])]) == ["checked_in"]


def busy(act: Callable[[], object]) -> None:
    with pytest.raises(DomainError) as caught:
        act()
    assert (caught.value.code, caught.value.status, caught.value.detail) == ("busy", 503, {"retry_after_seconds": 2})


def test_who_waits_too_long_is_told_so_and_may_come_again(
    door: Door, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "WAIT_SECONDS", 0.05)
    busy(lambda: door.group.record(door.scan(door.cast.zhang_min)))
    monkeypatch.setattr(committer, "WAIT_SECONDS", 30)
    gate.open.set()
    assert results([door.group.record(door.scan(door.cast.zhang_min))]) == ["already_checked_in"]
    assert door.count() == 1


def test_a_shutdown_writes_what_waits_and_takes_no_more(door: Door, gate: Gate) -> None:
    scans = door.everyone()
    futures = [door.send(scans[0])]
    assert gate.entered.wait(LONG)
    futures += [door.send(scan) for scan in scans[1:3]]
    door.wait_for(2)
    draining = Thread(target=door.group.drain)
    draining.start()
    while not door.group.draining:
        pass
    busy(lambda: door.group.record(scans[3]))
    gate.open.set()
    draining.join(LONG)
    assert not draining.is_alive()
    assert results([future.result(LONG) for future in futures]) == ["checked_in"] * 3
    assert door.count() == 3


def test_a_forked_child_commits_by_a_thread_of_its_own(door: Door) -> None:
    assert results([door.group.record(door.scan(door.cast.li_wei))]) == ["checked_in"]
    door.engine.dispose()
    ours = door.scan(door.cast.zhang_min)
    child = multiprocessing.get_context("fork").Process(target=_check_in_and_leave, args=(door.group, ours))
    child.start()
    child.join(LONG)
    assert child.exitcode == 0
    assert door.count() == 2


def _check_in_and_leave(group: Committer, scan: Scan) -> None:
    answer = group.record(scan)
    fresh = group.new_scan_id()[:16] != scan.scan_id[:16]
    os._exit(0 if isinstance(answer, Recorded) and answer.result is CheckInResult.checked_in and fresh else 1)


def test_exchanges_are_counted_on_the_side(door: Door) -> None:
    for step in (1, 1, 2, 1):
        door.group.count_exchange(meeting_id=door.meeting.id, step=step)
    door.group.drain()
    with Session(door.engine) as session:
        rows = session.scalars(select(CodeExchange).order_by(CodeExchange.step))
        counted = [(row.meeting_id, row.step, row.exchanged) for row in rows]
    assert counted == [(door.meeting.id, 1, 3), (door.meeting.id, 2, 1)]


def test_counts_of_two_processes_add_up_and_a_lost_one_hurts_nobody(door: Door) -> None:
    for meeting_id in (door.meeting.id, door.meeting.id, 10**9):
        group = Committer(door.engine)
        group.count_exchange(meeting_id=meeting_id, step=7)
        group.drain()
    with Session(door.engine) as session:
        assert session.scalars(select(CodeExchange.exchanged)).all() == [2]


@pytest.mark.mariadb_only
def test_a_lost_connection_costs_nobody_his_record(door: Door) -> None:
    """The committer's own connection is killed in the database between its statements."""
    ours = make_engine(door.engine.url.render_as_string(hide_password=False))
    door = replace(door, group=Committer(ours))
    killed: list[int] = []

    def kill_once(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO attendances") and not killed:
            killed.append(connection.connection.dbapi_connection.thread_id())
            with door.engine.connect() as other:
                other.exec_driver_sql(f"KILL CONNECTION {killed[0]}")

    event.listen(ours, "before_cursor_execute", kill_once)
    answers = [future.result(LONG) for future in [door.send(scan) for scan in door.everyone()]]
    door.group.drain()
    ours.dispose()
    assert killed
    assert results(answers) == ["checked_in"] * 4
    assert door.count() == 4
