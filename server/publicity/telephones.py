"""The offices one may call about a publicity: the branch's, and the one above it. No private number."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.organizations.models import Organization, OrganizationKind
from server.organizations.queries import ancestor_ids
from server.organizations.schemas import settings_out

_TITLES = {
    OrganizationKind.branch: "党支部",
    OrganizationKind.general_branch: "党总支",
    OrganizationKind.party_committee: "党委组织部",
}


@dataclass(frozen=True, slots=True)
class Telephone:
    title: str
    number: str


def telephones_of(session: Session, organization_id: int) -> list[Telephone]:
    """Return the office telephones of a branch and of the organization that supervises it, as far as entered."""
    near = ancestor_ids(session, organization_id)[-2:]
    rows = session.scalars(select(Organization).where(Organization.id.in_(near))).all()
    found = {row.id: (row.kind, settings_out(row.settings).office_telephone) for row in rows}
    listed = [found[each] for each in reversed(near)]
    return [Telephone(_TITLES[OrganizationKind(kind)], number) for kind, number in listed if number]
