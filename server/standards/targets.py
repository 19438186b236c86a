"""What a standard's id in a path stands for."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.organizations.queries import ancestor_ids
from server.standards.models import Standard


def of_standard(session: Session, standard_id: int) -> Target | None:
    """A standard belongs to the organization that made it."""
    organization_id = session.scalar(select(Standard.organization_id).where(Standard.id == standard_id))
    return Target(ancestor_ids(session, organization_id)) if organization_id is not None else None


standard_target = TargetParameter("standard_id", of_standard)
