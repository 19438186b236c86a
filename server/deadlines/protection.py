"""What keeps the history of due days as it is: triggers on both databases."""

from server.deadlines.models import DeadlineMove
from server.triggers import insert_only

MOVES = insert_only(DeadlineMove.__tablename__, "how a due day moved is only added to", "id = NEW.id")
