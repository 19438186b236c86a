"""Everything the database itself guards by triggers, in one place for migrations, start-up and tests."""

from sqlalchemy import Connection

from server.points import protection as ledger
from server.standards import protection as standards

GUARDED = (ledger.TRIGGERS, standards.TRIGGERS)


def install(connection: Connection) -> None:
    """Create every trigger; after every migration."""
    for triggers in GUARDED:
        triggers.install(connection)


def assert_protected(connection: Connection) -> None:
    """Raise Unprotected unless every trigger is in place; at every start."""
    for triggers in GUARDED:
        triggers.assert_present(connection)
