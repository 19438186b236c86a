"""A push in a path stands for the organization that its recipient belonged to."""

from sqlalchemy.orm import Session

from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.organizations.queries import ancestor_ids
from server.pushes.models import Push


def of_push(session: Session, push_id: int) -> Target | None:
    push = session.get(Push, push_id)
    return Target(ancestor_ids(session, push.organization_id), push.member_id) if push else None


push_target = TargetParameter("push_id", of_push)
