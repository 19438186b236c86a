"""How often codes were exchanged: by step for the host; by person or network, so that no one place takes too many.

Counted in memory, and added to the tables about once a second; what other processes have counted is known then.
"""

from collections import Counter
from datetime import timedelta
from threading import Lock

import structlog
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server import clock
from server.db import transaction
from server.identity import counters
from server.meetings.models import Attendance, CodeExchange, GuestVisit, HeldCheckIn, Invitation
from server.upserts import insert_or_add, table_of

log = structlog.get_logger()

OWN_EXCHANGES = 5
"""Tickets that a signed-in person gets for a meeting."""

EXCHANGES_FREELY = 10
EXCHANGES_EACH = 2
"""Tickets for a meeting that go to one network: these, and so many for each person expected at it, or already there."""

WINDOW = timedelta(days=1)
"""For how long exchanges are added up; no meeting checks in for longer."""

MOST_KNOWN = 10_000
"""How many counts of people and networks a process remembers; it reads the others from the table again."""


class CheckInTally:
    """Counts of one process. A crash loses a second of them: they are hints and a brake, not a record."""

    def __init__(self) -> None:
        self._steps: Counter[tuple[int, int]] = Counter()
        self._new: Counter[str] = Counter()
        self._known: dict[str, int] = {}
        self._allowed: dict[int, int] = {}
        self._lock = Lock()

    def count_step(self, *, meeting_id: int, step: int) -> None:
        """Count one exchange of the code of a step."""
        with self._lock:
            self._steps[meeting_id, step] += 1

    def is_beyond(self, session: Session, *, meeting_id: int, identity: str | None, network: str) -> bool:
        """Count one exchange of somebody, and return whether they have had more than anyone needs by now.

        People who have signed in are counted one by one; the others by their network, which a whole hall may share.
        """
        if identity is not None:
            return self._count(f"{meeting_id} identity {identity}") > OWN_EXCHANGES
        count = self._count(f"{meeting_id} network {network}")
        if count <= self._allowed.get(meeting_id, EXCHANGES_FREELY):
            return False
        allowed = EXCHANGES_FREELY + EXCHANGES_EACH * _people(session, meeting_id)
        with self._lock:
            self._allowed[meeting_id] = allowed
        return count > allowed

    @property
    def is_empty(self) -> bool:
        return not (self._steps or self._new)

    def write(self, engine: Engine) -> None:
        """Add what was counted to the tables; what the database refuses is lost."""
        with self._lock:
            steps, self._steps = self._steps, Counter()
            new, self._new = self._new, Counter()
        if not (steps or new):
            return
        try:
            totals = transaction(engine, lambda session: _add(session, steps, new))
        except DBAPIError as error:
            log.warning("exchanges_not_counted", error=str(error.orig))
            return
        with self._lock:
            if len(self._known) > MOST_KNOWN:
                self._known.clear()
            if len(self._allowed) > MOST_KNOWN:
                self._allowed.clear()
            for key, total in totals.items():
                self._known[key] = total + self._new[key]

    def _count(self, whose: str) -> int:
        key = counters.key_of("exchanges", whose)
        with self._lock:
            self._new[key] += 1
            self._known[key] = self._known.get(key, 0) + 1
            return self._known[key]


def _people(session: Session, meeting_id: int) -> int:
    """Return how many are expected at a meeting, or have come, whichever is more."""

    def count(model: type[Attendance | GuestVisit | HeldCheckIn | Invitation]) -> int:
        return session.scalar(select(func.count()).select_from(model).where(model.meeting_id == meeting_id)) or 0

    return max(count(Invitation), count(Attendance) + count(GuestVisit) + count(HeldCheckIn))


def _add(session: Session, steps: Counter[tuple[int, int]], new: Counter[str]) -> dict[str, int]:
    """Write the counts and return the totals by key."""
    rows = [{"meeting_id": meeting, "step": step, "exchanged": times} for (meeting, step), times in steps.items()]
    rows.sort(key=lambda row: (row["meeting_id"], row["step"]))
    if rows:
        connection = session.connection()
        connection.execute(insert_or_add(table_of(CodeExchange), "exchanged", connection.dialect.name), rows)
    found = counters.add_all(session, new, window=WINDOW, now=clock.now())
    return {key: count.tries for key, count in found.items()}
