"""Who may touch the keys to an account: its activation code, its WeChat binding, and the phone that can bind it.

Whoever resets these could become that person, so he must stand at least as high as every role the person holds or is
to hold: a branch secretary cannot take over the 总支书记 who is a member of his branch.
"""

from collections.abc import Collection
from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from server.clock import shanghai_date
from server.errors import DomainError
from server.identity.models import Account, Grant
from server.identity.rules import RULES, Actor, Permission, Role, roles_at
from server.organizations.rules import may_give
from server.organizations.service import ancestor_ids


def refuse_if_above(session: Session, *, actor: Actor, member_id: int, now: datetime) -> None:
    """Raise DomainError 403 `holds_higher_role` when the member holds, or is to hold, a role above the actor's."""
    held = select(Grant).join(Account, Account.id == Grant.account_id)
    for grant in session.scalars(held.where(Account.member_id == member_id, _not_over(shanghai_date(now)))):
        mine = roles_at(actor, ancestor_ids(session, grant.organization_id)) & RULES[Permission.account_manage].roles
        if not may_give(mine, Role(grant.role)):
            message = "该同志另有任职，绑定和手机号请由其任职的上级党组织办理"
            raise DomainError("holds_higher_role", message, status=HTTPStatus.FORBIDDEN)


def office_holders(session: Session, member_ids: Collection[int], *, on: date) -> frozenset[int]:
    """Return which of these members hold, or are to hold, any role."""
    held = select(Account.member_id).join(Grant, Grant.account_id == Account.id)
    return frozenset(
        member_id
        for member_id in session.scalars(held.where(Account.member_id.in_(member_ids), _not_over(on)))
        if member_id is not None
    )


def _not_over(on: date) -> ColumnElement[bool]:
    return or_(Grant.until_date.is_(None), Grant.until_date > on)
