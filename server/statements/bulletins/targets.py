"""A bulletin in a path stands for the organization that issues it."""

from sqlalchemy.orm import Session

from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.organizations.queries import ancestor_ids
from server.statements.models import Bulletin


def of_bulletin(session: Session, bulletin_id: int) -> Target | None:
    bulletin = session.get(Bulletin, bulletin_id)
    return Target(ancestor_ids(session, bulletin.organization_id)) if bulletin else None


bulletin_target = TargetParameter("bulletin_id", of_bulletin)
