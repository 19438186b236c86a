"""What a method's id in a path stands for."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.organizations.queries import ancestor_ids
from server.ratings.methods.models import RatingMethod


def of_method(session: Session, method_id: int) -> Target | None:
    """A method belongs to the unit that made it."""
    organization_id = session.scalar(select(RatingMethod.organization_id).where(RatingMethod.id == method_id))
    return Target(ancestor_ids(session, organization_id)) if organization_id is not None else None


method_target = TargetParameter("method_id", of_method)
