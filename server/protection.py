"""Everything the database itself guards by triggers, in one place for migrations, start-up and tests."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from server.annual.results import protection as annual_results
from server.audit import protection as audit
from server.deadlines import protection as deadlines
from server.heads import protection as heads
from server.points import protection as ledger
from server.publicity import protection as publicity
from server.ratings import protection as ratings
from server.standards import protection as standards

INSERT_ONLY = (
    *(ledger.TRIGGERS, audit.LINES, audit.SEALS, heads.HEADS, heads.POSITIONS, deadlines.MOVES),
    *annual_results.TABLES,
    *ratings.TABLES,
)
GUARDED = (*INSERT_ONLY, standards.TRIGGERS, publicity.TRIGGERS, ratings.METHODS)


def install(connection: Connection) -> None:
    """Create every trigger; after every migration."""
    for triggers in GUARDED:
        triggers.install(connection)


def assert_protected(connection: Connection) -> None:
    """Raise Unprotected unless every trigger is in place; at every start."""
    for triggers in GUARDED:
        triggers.assert_present(connection)


def restore(connection: Connection) -> Sequence[str]:
    """Create the triggers of each table that lacks some; return the names of those that were missing."""
    found: list[str] = []
    for triggers in GUARDED:
        if missing := triggers.missing(connection):
            triggers.install(connection)
            found += missing
    return found


def rights_of_app(tables: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return what the app's MariaDB account needs, by table: what is insert-only it may add to and read, nothing else.

    TRUNCATE and ALTER need DROP and ALTER, which the account gets on no table.
    """
    usual = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
    return dict.fromkeys(tables, usual) | {
        **dict.fromkeys((each.table for each in INSERT_ONLY), frozenset({"SELECT", "INSERT"})),
        "alembic_version": frozenset({"SELECT"}),
    }


def grants_sql(schema: str, account: str, tables: Iterable[str]) -> list[str]:
    """Return the GRANT statements for the app's account, `name@host` as MariaDB quotes it."""
    return [
        f"GRANT {', '.join(sorted(rights))} ON `{schema}`.`{table}` TO {account}"
        for table, rights in sorted(rights_of_app(tables).items())
    ]
