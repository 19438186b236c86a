"""An objection in a path stands for the organization that decided its matter, and for its member."""

from sqlalchemy.orm import Session

from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.objections.models import Objection
from server.organizations.queries import ancestor_ids


def of_objection(session: Session, objection_id: int) -> Target | None:
    objection = session.get(Objection, objection_id)
    return Target(ancestor_ids(session, objection.organization_id), objection.member_id) if objection else None


objection_target = TargetParameter("objection_id", of_objection)
