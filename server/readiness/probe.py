"""The check behind `/readyz`: an answer in time, even if the database gives none."""

import os
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path
from threading import Lock, Thread
from time import monotonic

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from server import protection
from server.db import POOL_OVERFLOW, make_engine
from server.outages import Outage, outage_of
from server.readiness import revision
from server.triggers import Unprotected

PATIENCE_SECONDS = 1.2
NEEDED_BYTES = 64 * 1024 * 1024
"""Below this much space a disk counts as full: photos are written whole, and SQLite's journal needs room."""

DISK_REMEMBERED_SECONDS = 30
"""How long a write that found the database's own disk full is remembered: its free space cannot be asked for."""


class Probe:
    """Checks the database in one thread, over a connection of its own; callers who ask meanwhile share that check."""

    def __init__(self, engine: Engine, data_dir: Path) -> None:
        self._engine = engine
        self._own = make_engine(engine.url.render_as_string(hide_password=False), patience_seconds=1)
        self._directories = {data_dir, *_directory_of(engine)}
        self._lock = Lock()
        self._look: Future[Outage | None] | None = None
        self._disk_full_at = -float("inf")
        event.listen(engine, "handle_error", self._notice)

    def outage(self) -> Outage | None:
        """Return what keeps the database from serving now, within two seconds."""
        try:
            found = self._current().result(PATIENCE_SECONDS)
        except NotYet:
            return Outage.slow
        if found is None and monotonic() < self._disk_full_at + DISK_REMEMBERED_SECONDS:
            return Outage.disk_full
        if found is None and _exhausted(self._engine):
            return Outage.connections_exhausted
        return found

    def _current(self) -> "Future[Outage | None]":
        with self._lock:
            if self._look is None or self._look.done():
                self._look = Future()
                Thread(target=self._take, args=(self._look,), name="readiness", daemon=True).start()
            return self._look

    def _take(self, look: "Future[Outage | None]") -> None:
        try:
            look.set_result(self._found())
        except BaseException as error:
            look.set_exception(error)

    def _found(self) -> Outage | None:
        try:
            if any(_free_bytes(directory) < NEEDED_BYTES for directory in self._directories):
                return Outage.disk_full
        except OSError:
            return Outage.directory_missing
        try:
            with self._own.connect() as connection:
                return _outage(connection)
        except DBAPIError as error:
            if (outage := outage_of(error)) is None:
                raise
            return outage

    def _notice(self, context: ExceptionContext) -> None:
        if context.sqlalchemy_exception and outage_of(context.sqlalchemy_exception) is Outage.disk_full:
            self._disk_full_at = monotonic()


def _outage(connection: Connection) -> Outage | None:
    outage = revision.outage(connection)
    if outage not in (None, Outage.schema_newer):  # a newer schema serves the release before it, too
        return outage
    try:
        protection.assert_protected(connection)
    except Unprotected:
        return Outage.unprotected
    return Outage.read_only if _refuses_writes(connection) else None


def _refuses_writes(connection: Connection) -> bool:
    """Whether the server is read-only. Raise what SQLite says of a file that is; nothing is committed."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")
        return False
    read_only = connection.exec_driver_sql("SELECT @@global.read_only, @@global.innodb_read_only").one()
    return any(str(value) not in {"0", "OFF"} for value in read_only)


def _exhausted(engine: Engine) -> bool:
    pool = engine.pool
    return isinstance(pool, QueuePool) and pool.checkedout() >= pool.size() + POOL_OVERFLOW


def _directory_of(engine: Engine) -> set[Path]:
    """The directory of an SQLite file."""
    name = engine.url.database
    on_disk = engine.dialect.name == "sqlite" and name and name != ":memory:" and not name.startswith("file:")
    return {Path(name).parent} if on_disk and name else set()


def _free_bytes(directory: Path) -> int:
    disk = os.statvfs(directory)
    return disk.f_bavail * disk.f_frsize
