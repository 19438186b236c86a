"""What keeps the ledger append-only: an ORM guard, and triggers on both databases (design §4.1).

In production the app's database account may not update, delete or alter the ledger at all (`grants_sql`); these are the
second line, asserted at start-up and after every migration.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Mapper, ORMExecuteState, Session

from server.points.models import PointEntry
from server.triggers import Triggers

TABLE = PointEntry.__tablename__
APPEND_ONLY = "the ledger is append-only"

_SAME_KEY = f"""
    SELECT 1 FROM {TABLE} WHERE (member_id = NEW.member_id AND seq = NEW.seq)
    OR (member_id = NEW.member_id AND reverses_seq = NEW.reverses_seq)
    OR (member_id = NEW.member_id AND year = NEW.year AND item_code = NEW.item_code
        AND source_kind = NEW.source_kind AND source_id = NEW.source_id AND revision = NEW.revision)
"""

SQLITE_TRIGGERS = {
    f"{TABLE}_no_update": f"""
        CREATE TRIGGER {TABLE}_no_update BEFORE UPDATE ON {TABLE}
        BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END""",
    f"{TABLE}_no_delete": f"""
        CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE}
        BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END""",
    # INSERT OR REPLACE deletes without firing DELETE triggers.
    f"{TABLE}_no_replace": f"""
        CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE} WHEN EXISTS ({_SAME_KEY})
        BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END""",
}

MYSQL_TRIGGERS = {
    f"{TABLE}_no_{verb.lower()}": f"""
        CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE}
        FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{APPEND_ONLY}'"""
    for verb in ("UPDATE", "DELETE")
}


TRIGGERS = Triggers(TABLE, SQLITE_TRIGGERS, MYSQL_TRIGGERS)


def rights_of_app(tables: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return what the app's MariaDB account needs, by table: it may add to the ledger and read it, nothing else.

    TRUNCATE and ALTER need DROP and ALTER, which the account gets on no table.
    """
    usual = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
    return dict.fromkeys(tables, usual) | {
        TABLE: usual - {"UPDATE", "DELETE"},
        "alembic_version": frozenset({"SELECT"}),
    }


def grants_sql(schema: str, account: str, tables: Iterable[str]) -> list[str]:
    """Return the GRANT statements for the app's account, `name@host` as MariaDB quotes it."""
    return [
        f"GRANT {', '.join(sorted(rights))} ON `{schema}`.`{table}` TO {account}"
        for table, rights in sorted(rights_of_app(tables).items())
    ]


@event.listens_for(PointEntry, "before_update")
@event.listens_for(PointEntry, "before_delete")
def _refuse_change(_mapper: Mapper[Any], _connection: Connection, entry: PointEntry) -> None:
    raise TypeError(f"{APPEND_ONLY}: entry {entry.member_id}/{entry.seq}; correct it by a reversal")


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_change(state: ORMExecuteState) -> None:
    if (state.is_update or state.is_delete) and state.bind_mapper and state.bind_mapper.class_ is PointEntry:
        raise TypeError(f"{APPEND_ONLY}; correct an entry by a reversal")
