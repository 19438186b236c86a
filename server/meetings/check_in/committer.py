"""Group commit: the scans that wait at one moment are written together, and answered once the commit has returned.

A thread of each process takes whatever waits and writes it in one transaction, so that a thousand phones share the
commits that one could not have each. What a row of the batch spoils is written again one by one; what the database
refuses is written again as it is, which is safe (`check_in.write`). See docs/adr/0008.
"""

import os
import secrets
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.util import Finalize
from queue import Empty, SimpleQueue
from threading import Condition, Thread
from weakref import WeakSet

import structlog
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server import clock
from server.db import is_retryable, transaction
from server.error_codes import CoreErrorCode
from server.errors import DomainError, unavailable
from server.meetings.check_in import service as check_in
from server.meetings.check_in.service import Answer, Scan
from server.meetings.check_in.tally import CheckInTally
from server.meetings.check_in.wording import message

log = structlog.get_logger()

MOST_WAITING = 1_024
MOST_AT_ONCE = 256
WAIT_SECONDS = 5.0
IDLE_SECONDS = 1.0
TALLY_SECONDS = 1.0
DRAIN_SECONDS = 10.0
LOOK_SECONDS = 0.0002
MOST_LOOKS = 20

Outcome = Answer | Exception


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A scan, and where its sender waits for the outcome."""

    scan: Scan
    outcome: SimpleQueue[Outcome] = field(default_factory=SimpleQueue)


class Committer:
    """Records scans on one database. An answer it gave is of what is committed.

    Its thread starts with the first scan of a process, ends after a second without one, and starts again.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.begin()
        _committers.add(self)

    def begin(self) -> None:
        """Start empty; a child process has no use for its parent's thread, lock and scans."""
        self._waiting: deque[_Waiting] = deque()
        self._changed = Condition()
        self._thread: Thread | None = None
        self._draining = False
        self._tally = CheckInTally()
        self._tallied_at = time.monotonic()
        self._process = secrets.token_hex(8)
        self._numbers = count()

    def new_scan_id(self) -> str:
        """Return an id for a scan that no other process or moment has; asking the system each time is slow."""
        return f"{self._process}{next(self._numbers):016x}"

    def record(self, scan: Scan) -> Answer:
        """Write a scan together with those of the same moment, and return its answer.

        Raises DomainError 503 `busy` where too many wait or the database takes too long; the scan may have been
        recorded then, and sending it again is safe.
        """
        waiting = _Waiting(scan)
        with self._changed:
            if self._draining or len(self._waiting) >= MOST_WAITING:
                raise _busy()
            self._waiting.append(waiting)
            self._wake()
        try:
            outcome = waiting.outcome.get(timeout=WAIT_SECONDS)
        except Empty:
            raise _busy() from None
        if isinstance(outcome, DomainError) or not isinstance(outcome, Exception):
            return outcome
        raise outcome

    def count_exchange(self, *, meeting_id: int, step: int) -> None:
        """Note that a code was exchanged; it is written within about a second, and nobody waits for that."""
        self._tally.count_step(meeting_id=meeting_id, step=step)
        self._write_soon()

    def is_beyond(self, session: Session, *, meeting_id: int, identity: str | None, network: str) -> bool:
        """Note who exchanged; return whether they have had more tickets than they need (`CheckInTally.is_beyond`)."""
        beyond = self._tally.is_beyond(session, meeting_id=meeting_id, identity=identity, network=network)
        self._write_soon()
        return beyond

    def _write_soon(self) -> None:
        with self._changed:
            if self._thread is None and not self._draining:
                self._wake()

    @property
    def waiting(self) -> int:
        """How many scans wait to be taken."""
        return len(self._waiting)

    @property
    def draining(self) -> bool:
        return self._draining

    def drain(self) -> None:
        """Take no more scans and return when those that wait are written, or after ten seconds."""
        with self._changed:
            self._draining = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join(DRAIN_SECONDS)

    def _wake(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(target=self._run, name="check-in committer", daemon=True)
            self._thread.start()
        self._changed.notify()

    def _run(self) -> None:
        while (batch := self._take()) is not None:
            if batch:
                self._commit(batch)
            if time.monotonic() - self._tallied_at >= TALLY_SECONDS:
                self._write_tally()
        self._write_tally()

    def _take(self) -> list[_Waiting] | None:
        """Return the scans that wait, none after a second without any, or None when there is nothing more to do."""
        with self._changed:
            if not self._waiting and not self._draining:
                self._changed.wait(IDLE_SECONDS)
        self._gather()
        with self._changed:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
            if not batch and (self._draining or self._tally.is_empty):
                self._thread = None
                return None
            return batch

    def _gather(self) -> None:
        """Let those come in that are just about to: they share this commit rather than wait it out."""
        for _ in range(MOST_LOOKS):
            seen = len(self._waiting)
            if seen >= MOST_AT_ONCE:
                return
            time.sleep(LOOK_SECONDS)
            if len(self._waiting) == seen:
                return

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        """Write a batch and answer each of it; never before the commit has returned."""
        for waiting, outcome in zip(batch, self._written([waiting.scan for waiting in batch]), strict=True):
            waiting.outcome.put(outcome)

    def _written(self, scans: Sequence[Scan]) -> Sequence[Outcome]:
        """Commit the scans and return what became of each, one by one where they fail together."""
        try:
            return transaction(self._engine, lambda session: check_in.write(session, scans, now=clock.now()))
        except Exception as error:
            if len(scans) == 1 or _concerns_all(error):
                return [error] * len(scans)
            log.warning("check_ins_one_by_one", count=len(scans), error=type(error).__name__)
            return [self._written([scan])[0] for scan in scans]

    def _write_tally(self) -> None:
        self._tallied_at = time.monotonic()
        self._tally.write(self._engine)


def _concerns_all(error: Exception) -> bool:
    """Whether the database refused the transaction, or was not there, rather than one of its rows."""
    if not isinstance(error, DBAPIError):
        return False
    return error.statement is None or error.connection_invalidated or is_retryable(error)


def _busy() -> DomainError:
    return unavailable(CoreErrorCode.busy, message("busy"), retry_after_seconds=2)


_committers: WeakSet[Committer] = WeakSet()
"""Those of this process: begun anew in a child that was forked, drained when the process ends."""


def _drain_all() -> None:
    for committer in list(_committers):
        committer.drain()


def _begin_all() -> None:
    for committer in list(_committers):
        committer.begin()


os.register_at_fork(after_in_child=_begin_all)
Finalize(None, _drain_all, exitpriority=1)  # `atexit` says nothing to a worker that multiprocessing started


def install(app: Flask) -> None:
    """Give the app its committer."""
    app.extensions["committer"] = Committer(app.extensions["engine"])
