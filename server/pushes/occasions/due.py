"""What the clock leads to: fan-outs every minute, the officers' digest, reminders of dues and of the cut-off."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.clock import shanghai_date
from server.db import reading, transaction
from server.organizations.models import Organization
from server.organizations.workdays import calendar_of
from server.pushes import fanouts
from server.pushes.fanouts import PART
from server.pushes.occasions import digest, dues, meetings, year_end
from server.pushes.occasions.table import DRAFTINGS

log = structlog.get_logger()


def prepare(engine: Engine, *, now: datetime) -> None:
    """Take the meetings' reminders over and turn every fan-out into pushes."""
    while transaction(engine, partial(meetings.take_over, now=now)) >= meetings.TAKEN_AT_ONCE:
        continue
    while fanouts.turn_out_due(engine, DRAFTINGS, now=now) >= fanouts.AT_ONCE:
        continue


def send_digests(engine: Engine, *, now: datetime, period: datetime) -> None:
    """Tell the officers of every tree what waits with them, on its working days; a transaction for each tree."""
    day = shanghai_date(period)
    with reading(engine) as session:
        calendars = {root_id: calendar_of(session, root_id=root_id, around=day) for root_id in _roots(session)}
    for root_id, calendar in calendars.items():
        if missing := calendar.missing(day):
            log.warning("holidays_not_entered", root_id=root_id, years=missing)
        if calendar.is_workday(day):
            transaction(engine, partial(digest.send, root_id=root_id, period=period, now=now))


def remind_of_dues(engine: Engine, *, now: datetime, period: datetime) -> None:
    """Remind of the month's dues."""
    _by_parts(engine, partial(dues.remind, period=period, now=now))


def remind_of_cut_off(engine: Engine, *, now: datetime) -> None:
    """Remind every tree of the last day for claims of the year."""
    with reading(engine) as session:
        roots = _roots(session)
    for root_id in roots:
        _by_parts(engine, partial(year_end.remind_of_cut_off, root_id=root_id, now=now))


def _roots(session: Session) -> Sequence[int]:
    return session.scalars(select(Organization.id).where(Organization.parent_id.is_(None))).all()


def _by_parts(engine: Engine, remind: Callable[..., int | None]) -> None:
    """Remind 1,000 members in a transaction, until nobody is left."""
    after_id: int | None = 0
    while after_id is not None:
        step: Callable[[Session], int | None] = partial(remind, after_id=after_id, limit=PART)
        after_id = transaction(engine, step)
