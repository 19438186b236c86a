"""What keeps the ledger append-only: an ORM guard, and triggers on both databases (design §4.1).

In production the app's database account may not update, delete or alter the ledger at all (`server/protection.py`);
these are the second line, asserted at start-up and after every migration.
"""

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Mapper, ORMExecuteState, Session

from server.points.models import PointEntry
from server.triggers import insert_only

TABLE = PointEntry.__tablename__
APPEND_ONLY = "the ledger is append-only"

TRIGGERS = insert_only(
    TABLE,
    APPEND_ONLY,
    """(member_id = NEW.member_id AND seq = NEW.seq)
    OR (member_id = NEW.member_id AND reverses_seq = NEW.reverses_seq)
    OR (member_id = NEW.member_id AND year = NEW.year AND item_code = NEW.item_code
        AND source_kind = NEW.source_kind AND source_id = NEW.source_id AND revision = NEW.revision)""",
)


@event.listens_for(PointEntry, "before_update")
@event.listens_for(PointEntry, "before_delete")
def _refuse_change(_mapper: Mapper[Any], _connection: Connection, entry: PointEntry) -> None:
    raise TypeError(f"{APPEND_ONLY}: entry {entry.member_id}/{entry.seq}; correct it by a reversal")


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_change(state: ORMExecuteState) -> None:
    if (state.is_update or state.is_delete) and state.bind_mapper and state.bind_mapper.class_ is PointEntry:
        raise TypeError(f"{APPEND_ONLY}; correct an entry by a reversal")
