"""What an exception's id in a path stands for."""

from sqlalchemy.orm import Session

from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.organizations.queries import ancestor_ids
from server.ratings.exceptions.models import StarException


def of_exception(session: Session, exception_id: int) -> Target | None:
    """An exception belongs to the branch that noted it."""
    found = session.get(StarException, exception_id)
    return None if found is None else Target(ancestor_ids(session, found.organization_id))


exception_target = TargetParameter("exception_id", of_exception)
