"""What keeps published standards as they are: an ORM guard, and triggers on both databases.

Once published, only `in_force` may change: a later version takes its place.
"""

from typing import Any

from sqlalchemy import Connection, event, inspect
from sqlalchemy.orm import Mapper, ORMExecuteState, Session

from server.standards.models import Standard, StandardStatus
from server.triggers import Triggers

TABLE = Standard.__tablename__
FROZEN = "a published standard is frozen"
FREE = {"in_force"}
_PUBLISHED = f"OLD.status = '{StandardStatus.published}'"
_KEPT = [column.name for column in Standard.__table__.columns if column.name not in FREE]

_REPLACED = f"""
    SELECT 1 FROM {TABLE} WHERE status = '{StandardStatus.published}' AND (id = NEW.id
    OR (organization_id = NEW.organization_id AND year = NEW.year AND audience = NEW.audience
        AND (version = NEW.version OR in_force = NEW.in_force)))
"""

SQLITE_TRIGGERS = {
    f"{TABLE}_frozen_update": f"""
        CREATE TRIGGER {TABLE}_frozen_update BEFORE UPDATE ON {TABLE}
        WHEN {_PUBLISHED} AND NOT ({{same}})
        BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END""",
    f"{TABLE}_frozen_delete": f"""
        CREATE TRIGGER {TABLE}_frozen_delete BEFORE DELETE ON {TABLE} WHEN {_PUBLISHED}
        BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END""",
    # INSERT OR REPLACE deletes without firing DELETE triggers.
    f"{TABLE}_frozen_replace": f"""
        CREATE TRIGGER {TABLE}_frozen_replace BEFORE INSERT ON {TABLE} WHEN EXISTS ({_REPLACED})
        BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END""",
}

_SIGNAL = f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{FROZEN}'"
MYSQL_TRIGGERS = {
    f"{TABLE}_frozen_update": f"""
        CREATE TRIGGER {TABLE}_frozen_update BEFORE UPDATE ON {TABLE} FOR EACH ROW
        IF {_PUBLISHED} AND NOT ({{same}}) THEN {_SIGNAL}; END IF""",
    f"{TABLE}_frozen_delete": f"""
        CREATE TRIGGER {TABLE}_frozen_delete BEFORE DELETE ON {TABLE} FOR EACH ROW
        IF {_PUBLISHED} THEN {_SIGNAL}; END IF""",
}

TRIGGERS = Triggers(TABLE, SQLITE_TRIGGERS, MYSQL_TRIGGERS, _KEPT)


@event.listens_for(Standard, "before_update")
def _refuse_change(_mapper: Mapper[Any], _connection: Connection, standard: Standard) -> None:
    attributes = inspect(standard).attrs
    was = attributes.status.history
    published = StandardStatus.published in (was.deleted or was.unchanged or ())
    changed = {attribute.key for attribute in attributes if attribute.history.has_changes()}
    if published and changed - FREE:
        raise TypeError(f"{FROZEN}: {standard.id}; publish a new version")


@event.listens_for(Standard, "before_delete")
def _refuse_removal(_mapper: Mapper[Any], _connection: Connection, standard: Standard) -> None:
    if standard.status == StandardStatus.published:
        raise TypeError(f"{FROZEN}: {standard.id}")


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_change(state: ORMExecuteState) -> None:
    if (state.is_update or state.is_delete) and state.bind_mapper and state.bind_mapper.class_ is Standard:
        raise TypeError(f"{FROZEN}; change one draft at a time")
