"""A feedback in a path stands for the organization that handles it: one about an officer is out of the branch's
reach."""

from sqlalchemy.orm import Session

from server.feedback.models import Feedback
from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.organizations.queries import ancestor_ids


def of_feedback(session: Session, feedback_id: int) -> Target | None:
    row = session.get(Feedback, feedback_id)
    return Target(ancestor_ids(session, row.organization_id)) if row else None


feedback_target = TargetParameter("feedback_id", of_feedback)
