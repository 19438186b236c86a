"""What somebody can do who owns the database: no triggers, no foreign keys, chains made anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from server import protection
from server.points.ledger.chain import GENESIS, link
from server.points.models import LedgerHead, PointEntry


@contextmanager
def without_triggers(session: Session) -> Iterator[None]:
    """Drop every guarding trigger, and create them again in the end."""
    for triggers in protection.GUARDED:
        triggers.remove(session.connection())
    session.commit()
    yield
    session.rollback()
    protection.install(session.connection())
    session.commit()


def edit_by_hand(engine: Engine, statements: str) -> None:
    """Run statements past every foreign key; each has to change something."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()
        cursor.execute(
            "PRAGMA foreign_keys = 0" if connection.dialect.name == "sqlite" else "SET foreign_key_checks = 0"
        )
        for statement in statements.split(";"):
            cursor.execute(statement)
            assert cursor.rowcount > 0, statement
        driver.commit()
        connection.invalidate()


def chain_anew(session: Session) -> None:
    """Make every chain again, so that the ledger's own proof finds nothing."""
    session.expire_all()
    for head in session.scalars(select(LedgerHead)).all():
        before = GENESIS
        rows = select(PointEntry).where(PointEntry.member_id == head.member_id).order_by(PointEntry.seq)
        for entry in session.scalars(rows).all():
            made = link(before, entry)
            session.execute(
                text("UPDATE point_entries SET prev_hash = :before, hash = :made WHERE member_id = :m AND seq = :seq"),
                {"before": before, "made": made, "m": entry.member_id, "seq": entry.seq},
            )
            before = made
        last = session.scalar(
            select(PointEntry.seq)
            .where(PointEntry.member_id == head.member_id)
            .order_by(PointEntry.seq.desc())
            .limit(1)
        )
        session.execute(
            text("UPDATE ledger_heads SET seq = :seq, hash = :hash WHERE member_id = :m"),
            {"seq": last or 0, "hash": before, "m": head.member_id},
        )
    session.commit()
