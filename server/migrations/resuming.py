"""What a killed upgrade had done is not done again, where DDL is not transactional (docs/adr/0022).

Every writing statement of a migration is noted in a table before it is sent. MariaDB commits the note together with the
change of data it is for, or just before the DDL it is for: when an upgrade is run again, what is noted is done, except
for a DDL that was noted last. That one is sent again, and may find its work done.
"""

from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, event, inspect
from sqlalchemy.exc import DBAPIError

from server.migrations import STEPS as TABLE
from server.migrations import UpgradeRefused

_READS = {"SELECT", "SHOW", "SET", "DESCRIBE", "EXPLAIN", "DO"}
_DEFINES = {"CREATE", "ALTER", "DROP", "RENAME", "TRUNCATE"}
_NOT_STEPS = (TABLE, "alembic_version", "TRIGGER")
"""Our own notes, Alembic's, and the guarding triggers, which are always dropped and created again."""

_FOUND_DONE = {1005, 1022, 1050, 1051, 1054, 1060, 1061, 1068, 1091, 1146, 1176, 1826}
"""What a DDL that is sent again meets: it exists already, or what it drops or renames is gone."""

_NEEDS_TRUST = 1419
_NO_LOCKS_HERE = 1235
_CREATE = f"""
    CREATE TABLE IF NOT EXISTS {TABLE} (number INT NOT NULL PRIMARY KEY, digest CHAR(64) NOT NULL)
    ENGINE=InnoDB CHARSET=utf8mb4 COLLATE=utf8mb4_bin"""
_LOCK = f"CONCAT('{TABLE} ', MD5(DATABASE()))"


class Steps:
    """The steps of the migration under way on `connection`; nothing on SQLite, which undoes what was half done."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._applies = connection.dialect.name != "sqlite"
        self._listeners = {"do_execute": self._execute, "do_executemany": self._execute_many}
        self._noted: list[str] = []
        self._number = 0
        self._has_table = False

    def __enter__(self) -> Self:
        if self._applies:
            self._take_turn()
            self._has_table = inspect(self._connection).has_table(TABLE)
            if self._has_table:
                query = f"SELECT digest FROM {TABLE} ORDER BY number"
                self._noted = list(self._connection.exec_driver_sql(query).scalars())
            for name, listener in self._listeners.items():
                event.listen(self._connection.dialect, name, listener)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._applies:
            for name, listener in self._listeners.items():
                event.remove(self._connection.dialect, name, listener)
            if error is not None:
                self._connection.invalidate()  # its lock ends with it
                return
            if self._has_table:
                self._connection.exec_driver_sql(f"DROP TABLE {TABLE}")
            self._connection.exec_driver_sql(f"DO RELEASE_LOCK({_LOCK})")

    def forget(self, *_: object, **__: object) -> None:
        """Forget the steps of a migration, in the transaction that says it is applied."""
        self._noted, self._number = [], 0
        if self._has_table:
            self._connection.exec_driver_sql(f"DELETE FROM {TABLE}")

    def _take_turn(self) -> None:
        """Raise UpgradeRefused while someone else upgrades this schema. A Galera cluster cannot tell."""
        try:
            mine = self._connection.exec_driver_sql(f"SELECT GET_LOCK({_LOCK}, 0)").scalar()
        except DBAPIError as refusal:
            if _number(refusal.orig) != _NO_LOCKS_HERE:
                raise
        else:
            if not mine:
                raise UpgradeRefused("另一个 xianfeng db upgrade 正在升级这个数据库，请等它结束后再运行")

    def _execute(self, cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        return self._step(cursor, statement, context, lambda: cursor.execute(statement, parameters))

    def _execute_many(self, cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        return self._step(cursor, statement, context, lambda: cursor.executemany(statement, parameters))

    def _step(self, cursor: Any, statement: str, context: Any, send: Callable[[], object]) -> bool:
        """Carry out a statement unless it is done; return False for what is no step. Raises what the driver raises."""
        verb = statement.split(None, 1)[0].upper()
        if (
            context.root_connection is not self._connection
            or verb in _READS
            or any(word in statement for word in _NOT_STEPS)
        ):
            return False
        number, self._number = self._number, self._number + 1
        digest = sha256(statement.encode()).hexdigest()
        error = context.dialect.loaded_dbapi.Error
        with cursor.connection.cursor() as notes:
            if number >= len(self._noted):
                self._open(notes, error)
                notes.execute(f"INSERT INTO {TABLE} VALUES (%s, %s)", (number, digest))
                try:
                    send()
                except error:
                    if verb in _DEFINES:
                        _take_back(notes, number, error)
                    raise
            elif digest != self._noted[number]:
                raise UpgradeRefused("上次中断的升级与现在的程序版本不同：请先用当时的版本运行 xianfeng db upgrade")
            elif number == len(self._noted) - 1 and verb in _DEFINES:
                _send_again(send, error)
        return True

    def _open(self, notes: Any, error: type[Exception]) -> None:
        """Create the table, and try on it whether triggers may be created, before anything is changed."""
        if self._has_table:
            return
        notes.execute(_CREATE)
        try:
            notes.execute(f"CREATE TRIGGER {TABLE}_tried BEFORE DELETE ON {TABLE} FOR EACH ROW SET @tried = 1")
            notes.execute(f"DROP TRIGGER {TABLE}_tried")
        except error as refusal:
            notes.execute(f"DROP TABLE {TABLE}")
            if _number(refusal) != _NEEDS_TRUST:
                raise
            raise UpgradeRefused(
                "数据库开启了二进制日志，因此不让迁移账号创建台账的保护触发器。请由数据库管理员运行 "
                "SET GLOBAL log_bin_trust_function_creators = 1，并把 log_bin_trust_function_creators=1 "
                "写入配置文件的 [mysqld] 一节；或授予迁移账号 SUPER 权限（仅有 BINLOG ADMIN 不够）。"
                "然后再运行 xianfeng db upgrade，本次没有改动任何表"
            ) from None
        self._has_table = True


def _take_back(notes: Any, number: int, error: type[Exception]) -> None:
    """Delete the note of a DDL that was refused, hence not begun: it was committed before the DDL was looked at."""
    with suppress(error):
        notes.execute(f"DELETE FROM {TABLE} WHERE number = %s", (number,))
        notes.connection.commit()


def _send_again(send: Callable[[], object], error: type[Exception]) -> None:
    try:
        send()
    except error as refusal:
        if _number(refusal) not in _FOUND_DONE:
            raise


def _number(error: BaseException | None) -> object:
    return error.args[0] if error is not None and error.args else None
