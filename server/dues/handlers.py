"""What dues do when a standard comes into force for a year that had none."""

from sqlalchemy.orm import Session

from server.dues.posting import post_left
from server.standards.events import StandardPublished


def standard_published(session: Session, event: StandardPublished) -> None:
    if event.first:
        post_left(session, organization_id=event.organization_id, year=event.year, now=event.now)
