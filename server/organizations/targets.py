"""What the ids in a path stand for: organizations and members."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.identity.access import TargetParameter
from server.identity.models import Account, Grant
from server.identity.rules import Target
from server.organizations.models import Exemption, Filing, KeyReset, Membership, Organization, OrganizationKind, ids_in
from server.organizations.queries import ancestor_ids
from server.organizations.roster.models import RosterImport

_LATEST_HOME = (
    select(Organization.path)
    .join(Membership, Membership.home_id == Organization.id)
    .where(Membership.member_id == bindparam("member_id"))
    .order_by(Membership.from_date.desc())
    .limit(1)
)


def of_organization(session: Session, organization_id: int) -> Target | None:
    ancestors = ancestor_ids(session, organization_id)
    return Target(ancestors) if ancestors else None


def of_group(session: Session, group_id: int) -> Target | None:
    organization = session.get(Organization, group_id)
    if organization is None or organization.kind != OrganizationKind.group:
        return None
    return Target(organization.ancestor_ids)


def of_member(session: Session, member_id: int) -> Target | None:
    """A member belongs to their latest branch, and to their group in it: group leaders reach only their own."""
    path = session.scalar(_LATEST_HOME, {"member_id": member_id})
    return Target(ids_in(path), member_id) if path is not None else None


def of_grant(session: Session, grant_id: int) -> Target | None:
    grant = session.get(Grant, grant_id)
    return of_organization(session, grant.organization_id) if grant else None


def of_exemption(session: Session, exemption_id: int) -> Target | None:
    exemption = session.get(Exemption, exemption_id)
    return Target(ancestor_ids(session, exemption.organization_id), exemption.member_id) if exemption else None


def of_filing(session: Session, filing_id: int) -> Target | None:
    """For reading: those who reach the organization that filed."""
    filing = session.get(Filing, filing_id)
    return of_organization(session, filing.from_organization_id) if filing else None


def of_filing_receiver(session: Session, filing_id: int) -> Target | None:
    """For receiving or returning: those who reach the supervising organization."""
    filing = session.get(Filing, filing_id)
    return of_organization(session, filing.to_organization_id) if filing else None


def of_roster_import(session: Session, import_id: int) -> Target | None:
    found = session.get(RosterImport, import_id)
    return of_organization(session, found.organization_id) if found else None


def of_key_reset(session: Session, key_reset_id: int) -> Target | None:
    """For those who reach the member whose account it is; the account is theirs."""
    query = select(Account.member_id).join(KeyReset, KeyReset.account_id == Account.id)
    member_id = session.scalar(query.where(KeyReset.id == key_reset_id))
    return of_member(session, member_id) if member_id is not None else None


organization_target = TargetParameter("organization_id", of_organization)
group_target = TargetParameter("group_id", of_group)
member_target = TargetParameter("member_id", of_member)
grant_target = TargetParameter("grant_id", of_grant)
exemption_target = TargetParameter("exemption_id", of_exemption)
filing_target = TargetParameter("filing_id", of_filing)
filing_receiver_target = TargetParameter("filing_id", of_filing_receiver)
roster_import_target = TargetParameter("import_id", of_roster_import)
key_reset_target = TargetParameter("key_reset_id", of_key_reset)
