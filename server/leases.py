"""Taking turns at some work: a row per name that one process holds, by the database's clock.

A job, the next access token of an app and the import of a roster have a lease each. A lease only saves work. Its token
is the fence: a process that has lost it can no longer mark anything as done (`lock`).
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread

import structlog
from sqlalchemy import BigInteger, Engine, String, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db import Base, UtcDateTime, changed_rows, database_now, reading, transaction

log = structlog.get_logger()

LASTS = timedelta(seconds=60)
RENEWED_AFTER_SECONDS = 15


class Lease(Base):
    """Which process may do `name` until `expires_at` (the database's time). `token` grows whenever it changes hands."""

    __tablename__ = "job_leases"

    name: Mapped[str] = mapped_column("job", String(100), primary_key=True)
    holder: Mapped[str] = mapped_column(String(100))
    token: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LeaseLost(Exception):
    """Another process has taken over this work."""


@dataclass(frozen=True, slots=True)
class HeldLease:
    name: str
    holder: str
    token: int


def _this_process() -> str:
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


def take(engine: Engine, name: str, *, lasts: timedelta = LASTS) -> HeldLease | None:
    """Take a lease for this process if nobody holds it, by compare-and-set; return None if someone does."""
    with reading(engine) as session:  # a process that waits asks again and again, and needs no write lock for that
        if is_held(session, name):
            return None
    try:
        return transaction(engine, lambda session: _take(session, name, _this_process(), lasts))
    except IntegrityError:  # someone else wrote the first lease of this name
        return None


def is_held(session: Session, name: str) -> bool:
    """Whether some process holds a lease now."""
    held_until = session.scalar(select(Lease.expires_at).where(Lease.name == name))
    return held_until is not None and held_until > database_now(session)


def _take(session: Session, name: str, holder: str, lasts: timedelta) -> HeldLease | None:
    now = database_now(session)
    seen = session.get(Lease, name)
    if seen is None:
        session.add(Lease(name=name, holder=holder, token=1, expires_at=now + lasts))
        session.flush()
        return HeldLease(name, holder, 1)
    if seen.expires_at > now:
        return None
    taken = HeldLease(name, holder, seen.token + 1)
    free = update(Lease).where(Lease.name == name, Lease.token == seen.token, Lease.expires_at <= now)
    changed = changed_rows(session, free.values(holder=holder, token=taken.token, expires_at=now + lasts))
    return taken if changed else None


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
            .where(Lease.name == held.name, Lease.token == held.token)
            .values(expires_at=database_now(session))
        )

    transaction(engine, work)


def lock(session: Session, held: HeldLease) -> Lease:
    """Return the lease's row, locked: nobody takes it over before this transaction ends. Raises LeaseLost.

    One that only ran out is still its holder's, as long as nobody has taken it.
    """
    query = select(Lease).where(Lease.name == held.name).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one()
    if row.token != held.token:
        raise LeaseLost(held.name)
    return row


@contextmanager
def kept(engine: Engine, held: HeldLease) -> Iterator[None]:
    """Renew a lease from a thread beside the work, and give it back at the end."""
    done = Event()
    thread = Thread(target=_renew_until, args=(engine, held, done), name=f"lease-{held.name}", daemon=True)
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
            log.exception("lease_not_renewed", lease=held.name)
