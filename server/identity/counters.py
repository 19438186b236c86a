"""Count in the database, for all processes together: how often something happened since a window began."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.dml import Insert

from server.identity.models import Counter

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class AttemptCount:
    tries: int
    ends_at: datetime


def key_of(scope: str, whose: str) -> str:
    """Return the key to count under; the table holds neither codes nor addresses."""
    return hashlib.sha256(f"{scope}\0{whose}".encode("utf-8", "surrogatepass")).hexdigest()


def read(session: Session, keys: Iterable[str], *, now: datetime) -> dict[str, AttemptCount]:
    """Return the counts whose window is not over."""
    query = select(Counter.key, Counter.tries, Counter.ends_at).where(Counter.key.in_(keys), Counter.ends_at > now)
    return {key: AttemptCount(tries, ends_at) for key, tries, ends_at in session.execute(query)}


def add(session: Session, key: str, *, window: timedelta, now: datetime) -> AttemptCount:
    """Count one more and return the new count; exact, however many count at once. The first begins a window."""
    return add_all(session, {key: 1}, window=window, now=now)[key]


def add_all(session: Session, times: Mapping[str, int], *, window: timedelta, now: datetime) -> dict[str, AttemptCount]:
    """Add `times` to the count of each key, and return the new counts; 500 keys in two statements."""
    found: dict[str, AttemptCount] = {}
    ordered = sorted(times)
    for start in range(0, len(ordered), AT_ONCE):
        keys = ordered[start : start + AT_ONCE]
        rows = [{"key": key, "tries": times[key], "ends_at": now + window} for key in keys]
        session.execute(_more(session.get_bind().dialect.name, rows, now))
        found |= read(session, keys, now=now)
    return found


def _more(dialect: str, rows: Sequence[dict[str, Any]], now: datetime) -> Insert:
    if dialect == "sqlite":
        on_sqlite = sqlite.insert(Counter).values(rows)
        anew = dict(_anew(on_sqlite.excluded, now))
        return on_sqlite.on_conflict_do_update(index_elements=[Counter.key], set_=anew)
    on_mysql = mysql.insert(Counter).values(rows)
    return on_mysql.on_duplicate_key_update(_anew(on_mysql.inserted, now))


def _anew(given: ReadOnlyColumnCollection[str, Any], now: datetime) -> list[tuple[str, ColumnElement[Any]]]:
    """What an existing row becomes: added to, or begun again if its window is over."""
    is_over: ColumnElement[bool] = Counter.ends_at <= now
    return [  # MariaDB assigns in this order, and `tries` needs the old end
        ("tries", case((is_over, given.tries), else_=Counter.tries + given.tries)),
        ("ends_at", case((is_over, given.ends_at), else_=Counter.ends_at)),
    ]
