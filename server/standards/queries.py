"""What keeps a standard from being published, and what it leaves behind."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.organizations.models import Organization
from server.standards.models import Standard
from server.standards.problems import StandardProblem
from server.standards.rules import StandardDocument
from server.standards.validation import problems, refinement_problems
from server.standards.versions import (
    document_of,
    nearest_above,
    years_in_force,
)


def check(session: Session, *, standard_id: int, document: StandardDocument | None = None) -> list[StandardProblem]:
    """Return what would keep this version, or `document` in its place, from being published. Writes nothing."""
    standard = session.get_one(Standard, standard_id)
    document = document or standard.document
    above = nearest_above(session, standard, year=standard.year)
    refinement = refinement_problems(document, document_of(session, above.id)) if above else []
    return problems(document) + refinement


def left_behind(session: Session, standard: Standard) -> list[Organization]:
    """Return the units below whose own standards, carried forward ones too, no longer fit this one."""
    path = session.get_one(Organization, standard.organization_id).path
    rows = session.execute(
        select(Standard, Organization)
        .join(Organization, Organization.id == Standard.organization_id)
        .where(
            Organization.path.startswith(path),
            Organization.id != standard.organization_id,
            Standard.year.in_(years_in_force(standard.year)),
            Standard.audience == standard.audience,
            Standard.in_force.is_(True),
        )
        .order_by(Organization.path, Standard.year)
    ).all()
    own = {organization.id: (below, organization) for below, organization in rows}
    document = document_of(session, standard.id)
    return [organization for below, organization in own.values() if _strays(session, below, standard, document)]


def _strays(session: Session, below: Standard, above: Standard, document: StandardDocument) -> bool:
    nearest = nearest_above(session, below, year=above.year)
    if nearest is None or nearest.id != above.id:
        return False
    return bool(refinement_problems(document_of(session, below.id), document))
