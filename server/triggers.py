"""A table's guarding triggers: created, checked and, for a migration that rebuilds the table, removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text

_SQLITE_PRESENT = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
_MYSQL_PRESENT = (
    "SELECT trigger_name FROM information_schema.triggers"
    " WHERE event_object_schema = DATABASE() AND event_object_table = :table"
)


class Unprotected(RuntimeError):
    """Guarding triggers are missing; the app must not start."""


@dataclass(frozen=True, slots=True)
class Triggers:
    """The statements that create a table's triggers, by name, for SQLite and for MariaDB.

    `{same}` in a statement stands for: none of the `kept` columns that the table has by now is changed.
    """

    table: str
    sqlite: Mapping[str, str]
    mysql: Mapping[str, str]
    kept: Sequence[str] = ()

    def install(self, connection: Connection) -> None:
        """Create the triggers, again after a migration has rebuilt the table or changed its columns."""
        if not inspect(connection).has_table(self.table):
            return  # a migration before the one that creates it
        self.remove(connection)
        same = self._same(connection)
        for statement in self._statements(connection).values():
            connection.exec_driver_sql(statement.replace("{same}", same))

    def remove(self, connection: Connection) -> None:
        for name in self._statements(connection):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")

    def assert_present(self, connection: Connection) -> None:
        """Raise Unprotected unless every trigger is in place."""
        if missing := self.missing(connection):
            raise Unprotected(f"missing on {self.table}: {', '.join(missing)}")

    def missing(self, connection: Connection) -> Sequence[str]:
        query = _SQLITE_PRESENT if connection.dialect.name == "sqlite" else _MYSQL_PRESENT
        present = set(connection.scalars(text(query), {"table": self.table}))
        return sorted(self._statements(connection).keys() - present)

    def _same(self, connection: Connection) -> str:
        present = {column["name"] for column in inspect(connection).get_columns(self.table)} if self.kept else set()
        operator = "IS" if connection.dialect.name == "sqlite" else "<=>"
        return " AND ".join(f"NEW.{name} {operator} OLD.{name}" for name in self.kept if name in present)

    def _statements(self, connection: Connection) -> Mapping[str, str]:
        return self.sqlite if connection.dialect.name == "sqlite" else self.mysql


def insert_only(table: str, words: str, same_key: str) -> Triggers:
    """Return the triggers that refuse, with these words, anything but an INSERT of a row.

    `same_key` is the condition on SQLite that a row with a key of NEW is there: INSERT OR REPLACE deletes without
    firing DELETE triggers.
    """
    sqlite = {
        f"{table}_no_{verb.lower()}": f"""
        CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, '{words}'); END"""
        for verb in ("UPDATE", "DELETE")
    }
    sqlite[f"{table}_no_replace"] = f"""
        CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same_key})
        BEGIN SELECT RAISE(ABORT, '{words}'); END"""
    mysql = {
        f"{table}_no_{verb.lower()}": f"""
        CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
        FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{words}'"""
        for verb in ("UPDATE", "DELETE")
    }
    return Triggers(table, sqlite, mysql)
