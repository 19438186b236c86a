"""Insert what is not there yet, in one statement on either database. Never INSERT IGNORE: it hides broken rows."""

from functools import lru_cache
from typing import cast

from sqlalchemy import Table
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.sql.dml import Insert

from server.db import Base


def table_of(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


@lru_cache(maxsize=16)
def insert_or_keep(table: Table, dialect: str) -> Insert:
    """Return an INSERT that leaves an existing row with the same primary or another unique key as it is."""
    if dialect == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    kept = next(iter(table.primary_key))
    return mysql.insert(table).on_duplicate_key_update({kept.name: kept})


@lru_cache(maxsize=16)
def insert_or_add(table: Table, column: str, dialect: str) -> Insert:
    """Return an INSERT that adds to `column` if there is a row with the same primary key."""
    if dialect == "sqlite":
        on_sqlite = sqlite.insert(table)
        total = table.c[column] + on_sqlite.excluded[column]
        return on_sqlite.on_conflict_do_update(index_elements=list(table.primary_key), set_={column: total})
    on_mysql = mysql.insert(table)
    return on_mysql.on_duplicate_key_update({column: table.c[column] + on_mysql.inserted[column]})
