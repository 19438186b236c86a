"""Who may touch the keys to an account: its activation code, its WeChat binding, and the phone that can bind it.

Anyone who resets these could become that person. So they must be above every role that the account holds or will hold:
a branch secretary cannot take over the 总支书记 who is a member of the branch, nor another secretary, nor a 群众代表
who meanwhile works in the 组织部. Those with nobody above them go to the operator (`xianfeng reset-binding`).

The keys of an account that holds a role are reset by two persons (`key_resets`); one alone is refused here.
"""

from collections.abc import Collection
from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from server.days import shanghai_date
from server.errors import DomainError, conflict
from server.identity import queries as identity
from server.identity.error_codes import IdentityErrorCode
from server.identity.models import Account, Grant
from server.identity.rules import RULES, Actor, HeldRole, Permission, Role, roles_at, sees_or_decides
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.queries import ancestor_ids
from server.organizations.rules import stands_above


def refuse_unless_above(session: Session, *, actor: Actor, account_id: int, now: datetime) -> None:
    """Raise DomainError 403 `holds_higher_role` if an account holds, or will hold, a role not below the actor's.

    It never refuses the actor's own account.
    """
    if account_id != actor.account_id and not _is_above(session, actor.grants, account_id, shanghai_date(now)):
        message = "该同志另有任职，激活码、绑定和手机号请由其任职的上级党组织办理；没有上级的，请系统运维人员办理"
        raise DomainError(OrganizationErrorCode.holds_higher_role, message, status=HTTPStatus.FORBIDDEN)


def refuse_alone(session: Session, *, actor: Actor, account_id: int, now: datetime) -> None:
    """Raise DomainError as `refuse_unless_above`, and 409 `two_persons_needed` if the account holds a role."""
    refuse_unless_above(session, actor=actor, account_id=account_id, now=now)
    if account_id != actor.account_id and needs_two(session, account_id=account_id, on=shanghai_date(now)):
        message = "该同志有任职，重置账号须两人办理：请在该同志的页面提出重置，再由另一位负责人确认"
        raise conflict(OrganizationErrorCode.two_persons_needed, message)


def needs_two(session: Session, *, account_id: int, on: date) -> bool:
    """Whether an account's keys are reset by two: it holds, or will hold, a role.

    A 群众代表 is invited by one person, with a code, and can be invited again: two would protect nothing.
    """
    role = select(Grant.id).where(Grant.account_id == account_id, Grant.role != Role.representative, _not_over(on))
    return session.scalar(role.limit(1)) is not None


def standing_above(session: Session, *, account_id: int, on: date) -> tuple[int | None, frozenset[Role]]:
    """Return an organization and roles: a holder of one there or above may confirm a reset of the account's keys."""
    held = session.scalars(select(Grant).where(Grant.account_id == account_id, _not_over(on))).all()
    paths = [ancestor_ids(session, each.organization_id) for each in held]
    common = [place for place, *others in zip(*paths, strict=False) if all(other == place for other in others)]
    above = {
        role
        for role in RULES[Permission.account_manage].roles
        if sees_or_decides(role) and all(stands_above(frozenset({role}), Role(each.role)) for each in held)
    }
    return (common[-1] if common else None), frozenset(above)


def refuse_technical(session: Session, *, actor: Actor, account_id: int, now: datetime) -> None:
    """Raise DomainError 403 `technical_role` if only a role that neither sees points nor decides is above."""
    held = [each for each in actor.grants if sees_or_decides(each.role)]
    if not _is_above(session, held, account_id, shanghai_date(now)):
        message = "系统管理员可以提出重置，须由上级党组织负责人确认"
        raise DomainError(OrganizationErrorCode.technical_role, message, status=HTTPStatus.FORBIDDEN)


def refuse_new_code(session: Session, *, actor: Actor, account_id: int, now: datetime) -> None:
    """Raise DomainError as `refuse_alone`, and 409 `account_taken`: a code beside a binding is a second key."""
    refuse_alone(session, actor=actor, account_id=account_id, now=now)
    if identity.is_bound(session, account_id=account_id):
        raise conflict(IdentityErrorCode.account_taken, "该同志已绑定微信，无需激活码；更换微信的，请先解除绑定")


def refuse_outgrown_code(
    session: Session, *, issuer_id: int | None, issued_at: datetime, account_id: int, now: datetime
) -> None:
    """Raise DomainError 409 `code_outdated` if the account was given a role since its code was issued, perhaps by one
    person, or has risen to or above its issuer."""
    if issuer_id is None:  # the operator
        return
    today = shanghai_date(now)
    since = (Grant.account_id == account_id, Grant.role != Role.representative, Grant.created_at > issued_at)
    risen = session.scalar(select(Grant.id).where(*since, _not_over(today)).limit(1)) is not None
    held = [
        HeldRole(Role(each.role), each.organization_id) for each in identity.grants_of(session, issuer_id, on=today)
    ]
    if risen or not _is_above(session, held, account_id, today):
        raise conflict(
            OrganizationErrorCode.code_outdated, "发放激活码后任职有变动，该激活码已失效，请由任职的上级党组织重新发放"
        )


def has_any_role(session: Session, *, account_id: int, on: date) -> bool:
    """Whether an account holds, or will hold, any role."""
    return session.scalar(select(Grant.id).where(Grant.account_id == account_id, _not_over(on)).limit(1)) is not None


def office_holders(session: Session, member_ids: Collection[int], *, on: date) -> frozenset[int]:
    """Return those of these members who hold, or will hold, any role."""
    held = select(Account.member_id).join(Grant, Grant.account_id == Account.id)
    return frozenset(
        member_id
        for member_id in session.scalars(held.where(Account.member_id.in_(member_ids), _not_over(on)))
        if member_id is not None
    )


def _is_above(session: Session, held: Collection[HeldRole], account_id: int, on: date) -> bool:
    """Whether these roles are above each role of the account, at the place where it is held."""
    actor = Actor(identity_id=0, grants=tuple(held))
    managing = RULES[Permission.account_manage].roles
    grants = session.scalars(select(Grant).where(Grant.account_id == account_id, _not_over(on)))
    return all(
        stands_above(roles_at(actor, ancestor_ids(session, each.organization_id)) & managing, Role(each.role))
        for each in grants
    )


def _not_over(on: date) -> ColumnElement[bool]:
    """Held on this day or later; a role taken back before it began is not."""
    return or_(Grant.until_date.is_(None), (Grant.until_date > on) & (Grant.until_date > Grant.from_date))
