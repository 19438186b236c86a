"""What falls due at meetings: presence a day after them, misses after the day for a 补课. For the scheduler.

Every meeting and list has transactions of its own, in parts of 500 members; one that fails is logged and the others go
on. Two machines may do this at once, and what a machine leaves half done when it dies, the next run finishes.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.db import reading, transaction
from server.meetings import settlement
from server.meetings.models import Meeting, Roster
from server.meetings.rules import MeetingStatus

log = structlog.get_logger()

AT_ONCE = 1000
"""How many meetings or lists one run takes up."""


def settle_due(engine: Engine, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Settle the meetings whose time has come; return how many."""
    due = (
        select(Meeting.id)
        .where(Meeting.status == MeetingStatus.planned, Meeting.settles_at <= now)
        .order_by(Meeting.settles_at, Meeting.id)
        .limit(limit)
    )
    with reading(engine) as session:
        meeting_ids = session.scalars(due).all()
    return _each(engine, meeting_ids, lambda session, key: settlement.settle(session, meeting_id=key, now=now))


def count_missed_makeups(engine: Engine, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Bring lists in line whose day has come, for a 补课 missed or a long list left over; return how many."""
    due = (
        select(Roster.id)
        .join(Meeting, Meeting.id == Roster.meeting_id)
        .where(Roster.due_at <= now, Meeting.status != MeetingStatus.cancelled)
        .order_by(Roster.due_at, Roster.id)
        .limit(limit)
    )
    with reading(engine) as session:
        roster_ids = session.scalars(due).all()
    return _each(engine, roster_ids, lambda session, key: settlement.catch_up(session, roster_id=key, now=now))


def _each(engine: Engine, keys: Sequence[int], step: Callable[[Session, int], bool]) -> int:
    """Take step after step for each until it is done; return how many were."""
    done = 0
    for key in keys:
        try:
            while not transaction(engine, lambda session, key=key: step(session, key)):  # type: ignore[misc]
                continue
        except Exception:
            log.exception("settlement_failed", subject_id=key)
        else:
            done += 1
    return done
