"""A vacation in a path stands for its university."""

from sqlalchemy.orm import Session

from server.deadlines.models import Vacation
from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.organizations.queries import ancestor_ids


def of_vacation(session: Session, vacation_id: int) -> Target | None:
    row = session.get(Vacation, vacation_id)
    return Target(ancestor_ids(session, row.root_id)) if row else None


vacation_target = TargetParameter("vacation_id", of_vacation)
