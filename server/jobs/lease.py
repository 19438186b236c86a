"""Taking turns at a job: a row per job that one process holds, by the database's clock.

The lease only saves work. Its token is the fence: who has lost it can no longer mark anything as done.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread

import structlog
from sqlalchemy import CursorResult, Engine, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import database_now, transaction
from server.jobs.models import Lease

__all__ = ["HeldLease", "LeaseLost", "database_now", "kept", "lock", "release", "renew", "take", "this_process"]

log = structlog.get_logger()

LASTS = timedelta(seconds=60)
RENEWED_AFTER_SECONDS = 15


class LeaseLost(Exception):
    """Another process has taken over this job."""


@dataclass(frozen=True, slots=True)
class HeldLease:
    job: str
    holder: str
    token: int


def this_process() -> str:
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


def take(engine: Engine, job: str, *, holder: str, lasts: timedelta = LASTS) -> HeldLease | None:
    """Take a job's lease if nobody holds it, by compare-and-set; return None if someone does."""
    try:
        return transaction(engine, lambda session: _take(session, job, holder, lasts))
    except IntegrityError:  # someone else wrote the job's first lease
        return None


def _take(session: Session, job: str, holder: str, lasts: timedelta) -> HeldLease | None:
    now = database_now(session)
    seen = session.get(Lease, job)
    if seen is None:
        session.add(Lease(job=job, holder=holder, token=1, expires_at=now + lasts))
        session.flush()
        return HeldLease(job, holder, 1)
    if seen.expires_at > now:
        return None
    taken = HeldLease(job, holder, seen.token + 1)
    changed = session.execute(
        update(Lease)
        .where(Lease.job == job, Lease.token == seen.token, Lease.expires_at <= now)
        .values(holder=holder, token=taken.token, expires_at=now + lasts)
    )
    assert isinstance(changed, CursorResult)
    return taken if changed.rowcount else None


def renew(engine: Engine, held: HeldLease, *, lasts: timedelta = LASTS) -> None:
    """Keep a lease. Raises LeaseLost."""

    def work(session: Session) -> None:
        lock(session, held).expires_at = database_now(session) + lasts

    transaction(engine, work)


def release(engine: Engine, held: HeldLease) -> None:
    """Give a lease back; one that was lost is left alone."""

    def work(session: Session) -> None:
        session.execute(
            update(Lease)
            .where(Lease.job == held.job, Lease.token == held.token)
            .values(expires_at=database_now(session))
        )

    transaction(engine, work)


def lock(session: Session, held: HeldLease) -> Lease:
    """Return the lease's row, locked: nobody takes it over before this transaction ends. Raises LeaseLost.

    One that only ran out is still its holder's, as long as nobody has taken it.
    """
    query = select(Lease).where(Lease.job == held.job).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one()
    if row.token != held.token:
        raise LeaseLost(held.job)
    return row


@contextmanager
def kept(engine: Engine, held: HeldLease) -> Iterator[None]:
    """Renew a lease from a thread beside the work, and give it back at the end."""
    done = Event()
    thread = Thread(target=_renew_until, args=(engine, held, done), name=f"lease-{held.job}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        release(engine, held)


def _renew_until(engine: Engine, held: HeldLease, done: Event) -> None:
    while not done.wait(RENEWED_AFTER_SECONDS):
        try:
            renew(engine, held)
        except LeaseLost:
            return
        except Exception:
            log.exception("lease_not_renewed", job=held.job)
