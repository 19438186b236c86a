"""What the jobs do. Each may be run again at any time and by two machines at once: it only does what is left to do."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server import installation
from server.clock import shanghai_date
from server.config import Settings
from server.db import reading, transaction
from server.identity import upkeep as identity
from server.jobs import service
from server.meetings import upkeep as meetings
from server.meetings.settlement import due
from server.photos import upkeep as photos
from server.photos.rules import may_unlink_unattached
from server.photos.storage import storage_of
from server.points import due as points
from server.pushes import upkeep as pushes
from server.pushes.occasions import due as occasions
from server.pushes.robots import sending as robots
from server.pushes.sending import sender
from server.standards.carrying_forward import carry_forward
from server.statements import confirming
from server.statements.bulletins import due as bulletins
from server.statements.freezing.service import freeze
from server.statements.rules import month_before


def carry_standards_forward(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Carry last year's standards forward to where nobody published one for this year."""
    carry_forward(engine, year=shanghai_date(now).year, now=now)


def settle_meetings(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Post the presence of meetings that closed a day ago."""
    while due.settle_due(engine, now=now) >= due.AT_ONCE:
        continue


def count_missed_makeups(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Count what was not made up for by its day, and go on with long lists."""
    while due.count_missed_makeups(engine, now=now) >= due.AT_ONCE:
        continue


def open_years(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Open the year for whom nothing has opened it, and re-base whom another standard measures now."""
    points.open_years_due(engine, now=now)


def freeze_statements(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Draw up the month before the period, as the ledger was at that instant."""
    freeze(engine, month_before(period), now=now)


def draw_up_bulletins(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Draft the bulletins of the quarter before the period."""
    bulletins.draw_up_due(engine, period=period, now=now)


def confirm_statements(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Confirm the months whose working days for it have passed."""
    confirming.confirm_overdue(engine, now=now)


def purge_sign_ins(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Delete kept answers, dead tokens and links, and old counters."""
    for purge in (
        identity.purge_idempotency_records,
        identity.purge_tokens,
        identity.purge_login_links,
        identity.purge_attempts,
        identity.purge_counters,
    ):
        to_the_end(engine, partial(purge, now=now), identity.BATCH)


def purge_meetings(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Delete counters of wrong digits and links to screens."""
    for purge in (meetings.purge_digit_tries, meetings.purge_screen_links):
        to_the_end(engine, partial(purge, now=now), meetings.BATCH)


def purge_photos(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Delete photos that were never attached, and bring the files in line with the rows."""
    installation.pair(engine, settings.data_dir)
    storage = storage_of(settings)
    with reading(engine) as session:
        last_sweep = service.last_done(session, "purge_photos", now=now)
    for_good = may_unlink_unattached(last_sweep, now=now)
    to_the_end(engine, partial(photos.purge_unattached, storage=storage, for_good=for_good, now=now), photos.BATCH)
    with reading(engine) as session:
        photos.sweep(session, storage, now=now)


def prepare_pushes(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Turn notices, meetings, months and bulletins into pushes for each person."""
    occasions.prepare(engine, now=now)


def send_digests(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Tell officers on working days what waits with them."""
    occasions.send_digests(engine, now=now, period=period)


def remind_of_dues(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Remind of dues that are not registered as paid."""
    occasions.remind_of_dues(engine, now=now, period=period)


def remind_of_cut_off(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Remind of the last day for claims of the year, in its season."""
    occasions.remind_of_cut_off(engine, now=now)


def send_pushes(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Send what is due, until nothing is."""
    sender.send_due(engine, settings)


def say_in_groups(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Let the branches' robots say what is due."""
    robots.send_due(engine, settings)


def purge_pushes(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Delete old pushes and the record of calls."""
    for purge in (pushes.purge_receipts, pushes.purge_attempts, pushes.purge_pushes):
        to_the_end(engine, partial(purge, now=now), pushes.BATCH)


def to_the_end(engine: Engine, step: Callable[[Session], int], batch: int) -> None:
    """Repeat a step, each in a transaction of its own, until it finds less than a batch."""
    while transaction(engine, step) >= batch:
        continue
