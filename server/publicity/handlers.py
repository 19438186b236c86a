"""What happens to a publicity when the calendar changes."""

from sqlalchemy.orm import Session

from server.deadlines.events import DeadlineMoved
from server.deadlines.models import DeadlineSubject
from server.publicity.models import Publicity


def deadline_moved(session: Session, event: DeadlineMoved) -> None:
    """Let a publicity go on until its last day as it is counted now."""
    if event.subject is not DeadlineSubject.publicity:
        return
    row = session.get_one(Publicity, event.subject_id, with_for_update=True, populate_existing=True)
    row.last_day = event.new_day
    session.flush()
