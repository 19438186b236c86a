"""A print in a path stands for the organization whose year it is."""

from sqlalchemy.orm import Session

from server.annual.prints.models import Print
from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.organizations.queries import ancestor_ids


def of_print(session: Session, print_id: int) -> Target | None:
    made = session.get(Print, print_id)
    return Target(ancestor_ids(session, made.organization_id)) if made else None


print_target = TargetParameter("print_id", of_print)
