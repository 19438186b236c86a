"""What keeps an approved publicity as it is: triggers on both databases.

Once approved, only what becomes of it may change: its last day, when the calendar does, its end and its withdrawal.
"""

from server.publicity.models import Publicity
from server.publicity.rules import PublicityStatus
from server.triggers import Triggers

TABLE = Publicity.__tablename__
FROZEN = "an approved publicity stays as it was approved"
FREE = {"status", "open", "last_day", "ended_at", "withdrawn_by", "withdrawn_at", "withdrawn_reason"}
_APPROVED = f"OLD.status <> '{PublicityStatus.proposed}'"
_KEPT = [column.name for column in Publicity.__table__.columns if column.name not in FREE]
_BACK = f"NEW.status = '{PublicityStatus.proposed}' OR OLD.status = '{PublicityStatus.withdrawn}'"
_REFUSED = f"{_APPROVED} AND (NOT ({{same}}) OR {_BACK})"
_SIGNAL = f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{FROZEN}'"

TRIGGERS = Triggers(
    TABLE,
    {
        f"{TABLE}_frozen_update": f"""
        CREATE TRIGGER {TABLE}_frozen_update BEFORE UPDATE ON {TABLE} WHEN {_REFUSED}
        BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END""",
        f"{TABLE}_frozen_delete": f"""
        CREATE TRIGGER {TABLE}_frozen_delete BEFORE DELETE ON {TABLE} WHEN {_APPROVED}
        BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END""",
        # INSERT OR REPLACE deletes without firing DELETE triggers.
        f"{TABLE}_frozen_replace": f"""
        CREATE TRIGGER {TABLE}_frozen_replace BEFORE INSERT ON {TABLE} WHEN EXISTS (
            SELECT 1 FROM {TABLE} WHERE status <> '{PublicityStatus.proposed}' AND (id = NEW.id OR (
                subject_kind = NEW.subject_kind AND subject_id = NEW.subject_id
                AND (edition = NEW.edition OR open = NEW.open))))
        BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END""",
    },
    {
        f"{TABLE}_frozen_update": f"""
        CREATE TRIGGER {TABLE}_frozen_update BEFORE UPDATE ON {TABLE} FOR EACH ROW
        IF {_REFUSED} THEN {_SIGNAL}; END IF""",
        f"{TABLE}_frozen_delete": f"""
        CREATE TRIGGER {TABLE}_frozen_delete BEFORE DELETE ON {TABLE} FOR EACH ROW
        IF {_APPROVED} THEN {_SIGNAL}; END IF""",
    },
    _KEPT,
)
