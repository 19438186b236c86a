"""What is done on schedule: fan-outs every minute, reminders of dues and of the cut-off."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.db import reading, transaction
from server.organizations.models import Organization
from server.pushes import fanouts
from server.pushes.fanouts import PART
from server.pushes.occasions import dues, meetings, year_end


def prepare(engine: Engine, *, now: datetime) -> None:
    """Take over the meetings' reminders and turn every fan-out into pushes."""
    while transaction(engine, partial(meetings.take_over, now=now)) >= meetings.TAKEN_AT_ONCE:
        continue
    while fanouts.turn_out_due(engine, now=now) >= fanouts.AT_ONCE:
        continue


def remind_of_dues(engine: Engine, *, now: datetime, period: datetime) -> None:
    """Remind members of the month's dues."""
    _by_parts(engine, partial(dues.remind, period=period, now=now))


def remind_of_cut_off(engine: Engine, *, now: datetime) -> None:
    """Remind the members of every tree of the last day for claims of the year."""
    with reading(engine) as session:
        roots = _roots(session)
    for root_id in roots:
        _by_parts(engine, partial(year_end.remind_of_cut_off, root_id=root_id, now=now))


def _roots(session: Session) -> Sequence[int]:
    return session.scalars(select(Organization.id).where(Organization.parent_id.is_(None))).all()


def _by_parts(engine: Engine, remind: Callable[..., int | None]) -> None:
    """Remind 1,000 members per transaction, until nobody is left."""
    after_id: int | None = 0
    while after_id is not None:
        step: Callable[[Session], int | None] = partial(remind, after_id=after_id, limit=PART)
        after_id = transaction(engine, step)
