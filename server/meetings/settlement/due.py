"""What falls due at meetings: presence a day after them, misses after the day for a 补课. For the scheduler.

Every meeting and list has transactions of its own, in parts of 500 members. One that fails is logged, the others go
on, and in the end the run fails with it, so that `xianfeng jobs` shows it. Two machines may do this at once, and what
a machine leaves half done when it dies, the next run finishes.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Engine, select

from server.db import reading, transaction
from server.meetings.models import Meeting, Roster
from server.meetings.rules import MeetingStatus
from server.meetings.settlement import service as settlement

log = structlog.get_logger()

Step = Callable[..., bool]
"""Called with a session and `key`, the id of a meeting or list; returns whether everyone is done."""


class Unsettled(RuntimeError):
    """Some of what was due could not be done; the log says why."""


AT_ONCE = 1000
"""How many meetings or lists one run takes up."""

MOST_PARTS = 100
"""After so many parts the next run goes on."""


def settle_due(engine: Engine, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Settle the meetings whose time has come; return how many. Raises Unsettled."""
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
    """Bring lists in line whose day has come, for a 补课 missed or a long list left over; return how many. Raises
    Unsettled."""
    due = select(Roster.id).where(Roster.due_at <= now).order_by(Roster.due_at, Roster.id).limit(limit)
    with reading(engine) as session:
        roster_ids = session.scalars(due).all()
    return _each(engine, roster_ids, lambda session, key: settlement.catch_up(session, roster_id=key, now=now))


def _each(engine: Engine, keys: Sequence[int], step: Step) -> int:
    """Finish each, part by part; return how many were finished. Raises Unsettled once all had their turn."""
    done, failed = 0, list[int]()
    for key in keys:
        try:
            done += any(transaction(engine, partial(step, key=key)) for _part in range(MOST_PARTS))
        except Exception:
            log.exception("settlement_failed", subject_id=key)
            failed.append(key)
    if failed:
        raise Unsettled(f"{len(failed)} of {len(keys)}: {', '.join(map(str, failed[:20]))}")
    return done
