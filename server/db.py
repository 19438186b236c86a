"""Engine, column types and the transaction that is retried when a database refuses it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CursorResult,
    DateTime,
    Delete,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Select,
    String,
    Update,
    create_engine,
    event,
    func,
    inspect,
    select,
    update,
)
from sqlalchemy.dialects.mysql import DATETIME
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeDecorator, TypeEngine

T = TypeVar("T")

POINT_SCALE = 10_000
"""Points are stored as integer ten-thousandths (design §4.4)."""

RETRYABLE_MYSQL = {1205, 1213, 1305, 1020, 1047, 1180, 2006, 2013}
"""Lock wait, deadlock, savepoint lost in a deadlock, record changed, node not ready, commit refused, server gone,
connection lost."""

BigId = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit id; SQLite only counts up by itself on INTEGER."""


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    # One binary collation everywhere: openids `oAbC` and `oabc` are two people, and 𬭎 needs four bytes.
    __table_args__: Any = {  # noqa: RUF012
        "mysql_engine": "InnoDB",
        "mysql_charset": "utf8mb4",
        "mysql_collate": "utf8mb4_bin",
    }


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant with microseconds; naive values are refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DATETIME(fsp=6) if dialect.name in ("mysql", "mariadb") else DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Points(TypeDecorator[Decimal]):
    """Exact points: `Decimal` in Python, integer ten-thousandths in the database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = Decimal(value) * POINT_SCALE
        if scaled != scaled.to_integral_value():
            raise ValueError(f"points finer than 1/{POINT_SCALE}: {value}")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / POINT_SCALE


def enum_column(length: int = 32) -> String:
    """A column for a `StrEnum`'s value."""
    return String(length)


POOL_SIZE = 32
POOL_OVERFLOW = 8
"""Connections beyond the pool: for the committer, the bot's responder and the jobs beside the requests' threads."""


def make_engine(url: str, *, pool_size: int = POOL_SIZE, patience_seconds: int | None = None) -> Engine:
    """Return an engine for SQLite (WAL, full sync) or MariaDB (READ COMMITTED, UTC, strict); errors hide values.

    With `patience_seconds` it keeps no connection, and gives up waiting for the database after that long.
    """
    kept: dict[str, Any] = {"pool_size": pool_size, "max_overflow": POOL_OVERFLOW, "pool_pre_ping": True}
    if patience_seconds is not None:
        kept = {"poolclass": NullPool}
    if url.startswith("sqlite"):
        wait = patience_seconds or 15
        kept.pop("pool_pre_ping", None)
        engine = create_engine(url, **kept, hide_parameters=True, connect_args={"timeout": wait})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    connecting, answering = (patience_seconds, patience_seconds) if patience_seconds else (10, 60)
    engine = create_engine(
        url,
        **kept,
        hide_parameters=True,
        pool_recycle=1800,
        isolation_level="READ COMMITTED",
        connect_args={
            "charset": "utf8mb4",
            "connect_timeout": connecting,
            "read_timeout": answering,
            "write_timeout": answering,
        },
    )
    event.listen(engine, "connect", _prepare_mysql)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # `_begin_sqlite` says BEGIN; the driver's own guesswork is off
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once in a writing transaction: upgrading a read lock later fails under load."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _prepare_mysql(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET time_zone = '+00:00'")
        cursor.execute("SET sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO'")


def reading(engine: Engine) -> Session:
    """Return a session that only reads: on SQLite it takes no write lock."""
    return Session(_reading_engine(engine), expire_on_commit=False)


@contextmanager
def snapshot(engine: Engine) -> Iterator[Session]:
    """Yield a session that sees the state of one moment and cannot write: the database itself refuses."""
    sqlite = engine.dialect.name == "sqlite"
    steady = _reading_engine(engine) if sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(steady, expire_on_commit=False) as session:
        connection = session.connection()
        connection.exec_driver_sql("PRAGMA query_only = ON" if sqlite else "SET TRANSACTION READ ONLY")
        try:
            yield session
        finally:
            if sqlite:
                connection.exec_driver_sql("PRAGMA query_only = OFF")


@lru_cache(maxsize=8)
def _reading_engine(engine: Engine) -> Engine:
    """Return the engine as it reads; copying its options for every session would cost as much as a SELECT."""
    return engine.execution_options(reading=True)


def now_of_database(session: Session) -> ColumnElement[datetime]:
    """The database's time, for use in a statement: processes on machines whose clocks differ agree on it."""
    if session.get_bind().dialect.name == "sqlite":
        return func.strftime("%Y-%m-%d %H:%M:%f", "now", type_=UtcDateTime())
    return func.utc_timestamp(6, type_=UtcDateTime())


def database_now(session: Session) -> datetime:
    """Return the database's time."""
    return session.execute(select(now_of_database(session))).scalar_one()


def added(session: Session, *rows: object) -> bool:
    """Insert rows. Return False, and insert nothing, if another transaction inserted the same at the same moment."""
    try:
        with session.begin_nested():
            session.add_all(rows)
    except IntegrityError:
        return False
    return True


def found_or_added(session: Session, query: Select[T], make: Callable[[], T]) -> T:
    """Return the row that a query finds, or else a new one; if two callers create it at once, both get the first."""
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is not None:
        return row
    row = make()
    return row if added(session, row) else session.scalars(query).one()


def changed_rows(session: Session, statement: Update | Delete) -> int:
    """Run an UPDATE or DELETE and return how many rows it changed; rows loaded in the session are not refreshed."""
    result = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount


def versioned_step(
    session: Session, row: Base, counter: InstrumentedAttribute[int], *, seen: int, **changes: Any
) -> bool:
    """Change a row and raise its version if it is still as seen; of two at once exactly one succeeds. Return whether.

    `counter` is the column that counts the row's versions. If it failed, `row` holds what the other caller wrote.
    """
    keys = inspect(type(row)).primary_key
    same = [column == getattr(row, column.name) for column in keys]
    statement = update(type(row)).where(*same, counter == seen).values(changes | {counter.key: seen + 1})
    passed = changed_rows(session, statement) == 1
    session.refresh(row)
    return passed


def is_retryable(error: DBAPIError) -> bool:
    """Whether the database refused a transaction that may succeed when run again (deadlock, certification, busy)."""
    arguments = getattr(error.orig, "args", ())
    if arguments and isinstance(arguments[0], int):
        return arguments[0] in RETRYABLE_MYSQL
    return isinstance(error, OperationalError) and "locked" in str(error.orig)


def transaction(engine: Engine, work: Callable[[Session], T], *, attempts: int = 5) -> T:
    """Run `work(session)` in one transaction and commit it; run it again when the database refuses it.

    A commit whose answer was lost is not repeated blindly: `work` must be idempotent by its unique keys, as every
    posting here is.
    """
    for attempt in range(1, attempts + 1):
        try:
            with Session(engine, expire_on_commit=False) as session:
                result = work(session)
                session.commit()
                return result
        except DBAPIError as error:
            if attempt == attempts or not is_retryable(error):
                raise
            time.sleep(0.02 * 2**attempt)
    raise AssertionError("unreachable")
