"""Everything the database itself guards by triggers, in one place for migrations, start-up and tests."""

from sqlalchemy import Connection

from server.points import protection as ledger
from server.standards import protection as standards


def install(connection: Connection) -> None:
    """Create the triggers that are missing; after every migration."""
    ledger.install(connection)
    standards.install(connection)


def assert_protected(connection: Connection) -> None:
    """Raise RuntimeError unless every trigger is in place; at every start."""
    ledger.assert_protected(connection)
    standards.assert_protected(connection)
