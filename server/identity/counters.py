"""Counting in the database, for all processes together: how often something happened since a window began."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Insert

from server.identity.models import Counter


@dataclass(frozen=True, slots=True)
class Count:
    tries: int
    ends_at: datetime


def key_of(scope: str, whose: str) -> str:
    """Return under what to count; the table holds neither codes nor addresses."""
    return hashlib.sha256(f"{scope}\0{whose}".encode("utf-8", "surrogatepass")).hexdigest()


def read(session: Session, keys: Iterable[str], *, now: datetime) -> dict[str, Count]:
    """Return the counts whose window is not over."""
    query = select(Counter.key, Counter.tries, Counter.ends_at).where(Counter.key.in_(keys), Counter.ends_at > now)
    return {key: Count(tries, ends_at) for key, tries, ends_at in session.execute(query)}


def add(session: Session, key: str, *, window: timedelta, now: datetime) -> Count:
    """Count one more and return the count with it; exact, however many count at once. The first begins a window."""
    session.execute(_one_more(session.get_bind().dialect.name, key, now + window, now))
    return read(session, [key], now=now)[key]


def _one_more(dialect: str, key: str, ends_at: datetime, now: datetime) -> Insert:
    row = {"key": key, "tries": 1, "ends_at": ends_at}
    is_over: ColumnElement[bool] = Counter.ends_at <= now
    anew = [  # MariaDB assigns in this order, and `tries` needs the old end
        ("tries", case((is_over, 1), else_=Counter.tries + 1)),
        ("ends_at", case((is_over, ends_at), else_=Counter.ends_at)),
    ]
    if dialect == "sqlite":
        return sqlite.insert(Counter).values(row).on_conflict_do_update(index_elements=[Counter.key], set_=dict(anew))
    return mysql.insert(Counter).values(row).on_duplicate_key_update(anew)
