"""How often each code was exchanged, counted in memory and added to the table about once a second."""

from collections import Counter
from threading import Lock

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.db import transaction
from server.meetings.check_in.upserts import insert_or_add, table_of
from server.meetings.models import CodeExchange

log = structlog.get_logger()


class Tally:
    """Counts of one process by (meeting, step). A crash loses a second of them: they are a hint, not a record."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[int, int]] = Counter()
        self._lock = Lock()

    def add(self, *, meeting_id: int, step: int) -> None:
        """Count one exchange."""
        with self._lock:
            self._counts[meeting_id, step] += 1

    @property
    def is_empty(self) -> bool:
        return not self._counts

    def write(self, engine: Engine) -> None:
        """Add what was counted to the table; what the database refuses is lost."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            transaction(engine, lambda session: _add(session, counts))
        except DBAPIError as error:
            log.warning("exchanges_not_counted", error=str(error.orig))


def _add(session: Session, counts: Counter[tuple[int, int]]) -> None:
    rows = [{"meeting_id": meeting, "step": step, "exchanged": times} for (meeting, step), times in counts.items()]
    rows.sort(key=lambda row: (row["meeting_id"], row["step"]))
    connection = session.connection()
    connection.execute(insert_or_add(table_of(CodeExchange), "exchanged", connection.dialect.name), rows)
