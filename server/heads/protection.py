"""What keeps heads and positions insert-only."""

from server.heads.models import DailyHead, HeadPosition
from server.triggers import insert_only

INSERT_ONLY = "daily heads are insert-only"
HEADS = insert_only(
    DailyHead.__tablename__,
    INSERT_ONLY,
    "root_id = NEW.root_id AND (number = NEW.number OR day = NEW.day)",
)
POSITIONS = insert_only(
    HeadPosition.__tablename__,
    INSERT_ONLY,
    "root_id = NEW.root_id AND kind = NEW.kind AND subject_id = NEW.subject_id AND number = NEW.number",
)
