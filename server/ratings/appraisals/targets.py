"""What an appraisal's id in a path stands for."""

from sqlalchemy.orm import Session

from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.organizations.queries import ancestor_ids
from server.ratings.appraisals.models import Appraisal


def of_appraisal(session: Session, appraisal_id: int) -> Target | None:
    """An appraisal belongs to the branch that recorded it."""
    found = session.get(Appraisal, appraisal_id)
    return None if found is None else Target(ancestor_ids(session, found.organization_id))


appraisal_target = TargetParameter("appraisal_id", of_appraisal)
