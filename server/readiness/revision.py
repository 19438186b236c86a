"""Whether the database's schema is the one this code was written for."""

from sqlalchemy import Connection

from server import migrations
from server.outages import Outage


def outage(connection: Connection) -> Outage | None:
    """Return why this code cannot run on the schema, or None if it can."""
    current, needed = migrations.current(connection), migrations.newest()
    if current is None:
        return Outage.schema_missing
    if current == needed:
        return None
    return Outage.schema_older if current < needed else Outage.schema_newer
