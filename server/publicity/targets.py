"""A publicity in a path stands for its branch; its scope says who else are fellows."""

from sqlalchemy.orm import Session

from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.organizations.queries import ancestor_ids
from server.publicity.models import Publicity
from server.publicity.rules import PublicityScope


def of_publicity(session: Session, publicity_id: int) -> Target | None:
    row = session.get(Publicity, publicity_id)
    if row is None:
        return None
    ancestors = ancestor_ids(session, row.organization_id)
    return Target(ancestors, shared_with=_shared_with(PublicityScope(row.scope), ancestors))


def _shared_with(scope: PublicityScope, ancestors: tuple[int, ...]) -> int:
    """Return whose members see it: the branch's, the unit's above it, or the whole university's."""
    if scope is PublicityScope.outside:
        return ancestors[0]
    return ancestors[-2] if scope is PublicityScope.unit and len(ancestors) > 2 else ancestors[-1]


publicity_target = TargetParameter("publicity_id", of_publicity)
