"""校验码接收人: the two officers of a university who are sent each day's head, named in its settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.identity.models import Grant
from server.identity.rules import Role
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.models import Organization

SETTING = "head_officers"
OFFICERS = 2


@dataclass(frozen=True, slots=True)
class Recipients:
    """The accounts that are told; `named` is False if 组织部 stands in."""

    account_ids: Sequence[int]
    named: bool


def recipients(session: Session, root_id: int, *, on: date) -> Recipients:
    """Return who is told of a root's head on a day: the two named officers, or its 组织部 until they are named."""
    named = session.get_one(Organization, root_id).settings.get(SETTING) or []
    if named:
        return Recipients(named, named=True)
    office = select(Grant.account_id).where(
        Grant.organization_id == root_id,
        Grant.role == Role.organization_department,
        Grant.holds_on(on),
    )
    ids = session.scalars(office.distinct().order_by(Grant.account_id).limit(OFFICERS)).all()
    return Recipients(ids, named=False)


def check(session: Session, organization: Organization, account_ids: Sequence[int]) -> None:
    """Raise DomainError `not_a_root`, `two_officers` or `unknown_account`; an empty list removes the names."""
    if organization.parent_id is not None:
        raise DomainError(OrganizationErrorCode.not_a_root, "校验码接收人按全校指定，请选择学校党委")
    if not account_ids:
        return
    if len(set(account_ids)) != OFFICERS:
        raise DomainError(OrganizationErrorCode.two_officers, "请指定两名不同的接收人")
    offices = select(Grant.account_id).join(Organization, Organization.id == Grant.organization_id)
    ours = (Organization.root_id == organization.id) | (Organization.id == organization.id)
    known = session.scalars(offices.where(Grant.account_id.in_(account_ids), ours).distinct()).all()
    if len(known) != OFFICERS:
        raise DomainError(OrganizationErrorCode.unknown_account, "接收人须在本校党组织任职")
