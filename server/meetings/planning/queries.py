"""What a meeting can count for."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.meetings.planning.rules import offered_items
from server.organizations.queries import ancestor_ids
from server.standards.rules import Audience, Item
from server.standards.versions import document_in, find_in_force


def offered_to(session: Session, organization_id: int, on: datetime) -> tuple[Item, ...]:
    """Return the items a host's meeting can count for by the standard of that year."""
    ids = ancestor_ids(session, organization_id)
    year = shanghai_date(on).year
    standard = find_in_force(session, organization_ids=ids, year=year, audience=Audience.members)
    return offered_items(document_in(standard)) if standard else ()
