"""What happens to due days when the calendar changes."""

from sqlalchemy.orm import Session

from server.deadlines import service
from server.deadlines.events import VacationsChanged
from server.organizations.events import WorkdaysChanged

WORKDAYS_CHANGED = "学校的工作日安排有变化"


def workdays_changed(session: Session, event: WorkdaysChanged) -> None:
    service.recount(session, root_id=event.root_id, reason=WORKDAYS_CHANGED, account_id=None, now=event.now)


def vacations_changed(session: Session, event: VacationsChanged) -> None:
    service.recount(session, root_id=event.root_id, reason=event.words, account_id=event.account_id, now=event.now)
