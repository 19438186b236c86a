"""Everything the database itself guards by triggers, in one place for migrations, start-up and tests."""

from collections.abc import Sequence

from sqlalchemy import Connection

from server.audit import protection as audit
from server.heads import protection as heads
from server.points import protection as ledger
from server.standards import protection as standards

GUARDED = (ledger.TRIGGERS, standards.TRIGGERS, audit.LINES, audit.SEALS, heads.HEADS, heads.POSITIONS)


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
