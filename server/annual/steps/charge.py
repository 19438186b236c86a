"""Who is in charge of a branch's year: its secretary or deputy, a 代办, or the level above."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.steps.error_codes import AnnualErrorCode
from server.annual.steps.models import AnnualDelegate
from server.days import shanghai_date
from server.errors import DomainError
from server.identity import queries as identity
from server.identity.rules import RULES, Permission, Role
from server.organizations.models import Organization

LEADERS = frozenset({Role.secretary, Role.deputy_secretary})


@dataclass(frozen=True, slots=True)
class Charge:
    """What an account is to a branch's year today."""

    leads: bool
    stands_in: bool
    supervises: bool

    @property
    def takes_steps(self) -> bool:
        """Whether they may take the secretary's steps."""
        return self.leads or self.stands_in


def delegate_of(session: Session, branch_year_id: int | None) -> AnnualDelegate | None:
    """Return the 代办 of a branch's year, if there is one."""
    query = select(AnnualDelegate).where(AnnualDelegate.branch_year_id == branch_year_id, AnnualDelegate.open.is_(True))
    return session.scalar(query)


def charge_of(
    session: Session, organization: Organization, *, branch_year_id: int | None, account_id: int, now: datetime
) -> Charge:
    """Return what an account is to a branch's year."""
    grants = identity.grants_of(session, account_id, on=shanghai_date(now))
    above = organization.ancestor_ids[:-1]
    supervising = RULES[Permission.year_supervise].roles
    delegate = delegate_of(session, branch_year_id)
    return Charge(
        leads=any(grant.role in LEADERS and grant.organization_id == organization.id for grant in grants),
        stands_in=delegate is not None and delegate.account_id == account_id,
        supervises=any(grant.role in supervising and grant.organization_id in above for grant in grants),
    )


def refuse_without(charge: Charge) -> None:
    """Raise DomainError 403 `not_in_charge` for anybody but the secretary, the deputy and a 代办."""
    if not charge.takes_steps:
        message = "年度工作由本支部书记或副书记办理；逾期的，由上级党组织指定的代办人办理"
        raise DomainError(AnnualErrorCode.not_in_charge, message, status=HTTPStatus.FORBIDDEN)
