"""A statement in a path stands for its branch."""

from sqlalchemy.orm import Session

from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.organizations.queries import ancestor_ids
from server.statements.models import Statement


def of_statement(session: Session, statement_id: int) -> Target | None:
    statement = session.get(Statement, statement_id)
    return Target(ancestor_ids(session, statement.organization_id)) if statement else None


statement_target = TargetParameter("statement_id", of_statement)
