"""A board link in a path stands for its branch."""

from sqlalchemy.orm import Session

from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.organizations.queries import ancestor_ids
from server.statements.models import BoardLink


def of_board_link(session: Session, link_id: int) -> Target | None:
    link = session.get(BoardLink, link_id)
    return Target(ancestor_ids(session, link.organization_id)) if link else None


board_link_target = TargetParameter("board_link_id", of_board_link)
