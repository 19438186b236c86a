"""Roles given over HTTP: each fits its kind of organization, and nobody gives one above their own."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.days import shanghai_date
from server.errors import DomainError, conflict, not_found
from server.identity import queries as identity_queries
from server.identity import service as identity
from server.identity.models import Account, Grant
from server.identity.rules import ROLE_TITLES, RULES, Actor, HeldRole, Permission, Role, Target, allows, roles_at
from server.organizations import four_eyes, queries
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.models import Member, Organization, OrganizationKind
from server.organizations.rules import KIND_TITLES, ROLE_KINDS, may_give
from server.organizations.service import get_open


def give(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    role: Role,
    member_id: int | None,
    account_id: int | None,
    from_date: date,
    until_date: date | None,
    now: datetime,
) -> Grant:
    """Give a role to a member, or to an account without one.

    Raises DomainError `role_does_not_fit`, `role_above_own`, `own_role`, `invalid_dates`, `already_granted`, and as
    `four_eyes.refuse`.
    """
    organization = get_open(session, organization_id)
    account = _receiver(session, organization, member_id, account_id, now)
    first = role is Role.organization_department and not has_department(session, organization.root_id)
    check_rank(actor, organization.ancestor_ids, role, Permission.grant_manage, first=first)
    _refuse_partial(session, actor, organization, account.id, now)
    return appoint(
        session,
        organization=organization,
        role=role,
        account_id=account.id,
        from_date=from_date,
        until_date=until_date,
        granted_by=actor.account_id,
        now=now,
    )


def appoint(
    session: Session,
    *,
    organization: Organization,
    role: Role,
    account_id: int,
    from_date: date,
    until_date: date | None,
    granted_by: int | None,
    now: datetime,
) -> Grant:
    """Give a role, whoever asks for it. Raises DomainError `role_does_not_fit`, `invalid_dates`, `already_granted`."""
    if organization.kind not in ROLE_KINDS[role]:
        kind = KIND_TITLES[OrganizationKind(organization.kind)]
        raise DomainError(OrganizationErrorCode.role_does_not_fit, f"{kind}不设“{ROLE_TITLES[role]}”")
    granted = identity.grant(
        session,
        account_id=account_id,
        role=role,
        organization_id=organization.id,
        from_date=from_date,
        until_date=until_date,
        granted_by=granted_by,
        now=now,
    )
    _audit(session, granted_by, organization.root_id, granted, action="grant_give", now=now)
    return granted


def has_department(session: Session, root_id: int | None) -> bool:
    """Whether anyone ever held 组织部 in this 党委, which is locked until the transaction ends."""
    session.scalars(select(Organization.id).where(Organization.id == root_id).with_for_update()).one()
    held = select(Grant.id).where(Grant.organization_id == root_id, Grant.role == Role.organization_department)
    return session.scalar(held.limit(1)) is not None


def end(session: Session, *, actor: Actor, grant_id: int, until_date: date, now: datetime) -> Grant:
    """End a role from a day on; a day in the past means today. Raises DomainError as `give`, and `grant_ended`."""
    granted = session.get_one(Grant, grant_id)
    organization = session.get_one(Organization, granted.organization_id)
    check_rank(actor, organization.ancestor_ids, Role(granted.role), Permission.grant_manage)
    _keep_a_department(session, granted, now)
    ended = identity.end_grant(session, grant_id=grant_id, until_date=max(until_date, shanghai_date(now)), now=now)
    _audit(session, actor.account_id, actor.root_id, ended, action="grant_end", now=now)
    return ended


def list_grants(
    session: Session, *, organization_id: int, on: date, include_ended: bool, after_id: int | None, limit: int
) -> list[tuple[Grant, Account]]:
    """Return the roles held at exactly this organization, each with its holder."""
    query = (
        select(Grant, Account)
        .join(Account, Account.id == Grant.account_id)
        .where(Grant.organization_id == organization_id, Grant.id > (after_id or 0))
    )
    if not include_ended:
        query = query.where(Grant.ends_after(on))
    return [(grant, account) for grant, account in session.execute(query.order_by(Grant.id).limit(limit))]


def may_still(
    session: Session, account_id: int, permission: Permission, *, organization_id: int, now: datetime
) -> bool:
    """Whether an account that left a link behind may still use a permission there, without being signed in."""
    account = session.get(Account, account_id)
    if account is None:
        return False
    held = identity_queries.grants_of(session, account_id, on=shanghai_date(now))
    actor = Actor(0, account_id, account.root_id, None, (), tuple(HeldRole(g.role, g.organization_id) for g in held))
    return allows(actor, permission, Target(queries.ancestor_ids(session, organization_id)))


def _receiver(
    session: Session, organization: Organization, member_id: int | None, account_id: int | None, now: datetime
) -> Account:
    if member_id is None:
        account = session.get(Account, account_id) if account_id is not None else None
        if account is None or account.root_id != organization.root_id:
            raise not_found("人员")
        return account
    member = session.get(Member, member_id)
    if member is None or member.root_id != organization.root_id:
        raise not_found("人员")
    return identity.ensure_account(session, member_id=member.id, root_id=member.root_id, name=member.name, now=now)


def check_rank(
    actor: Actor, ancestor_ids: tuple[int, ...], role: Role, permission: Permission, *, first: bool = False
) -> None:
    """Raise DomainError `role_above_own` unless some role of the actor over a place may give or end `role` there."""
    held = roles_at(actor, ancestor_ids) & RULES[permission].roles
    if not may_give(held, role, first=first):
        raise DomainError(OrganizationErrorCode.role_above_own, f"您不能授予或解除“{ROLE_TITLES[role]}”")


def _refuse_partial(
    session: Session, actor: Actor, organization: Organization, receiver_id: int, now: datetime
) -> None:
    if receiver_id == actor.account_id:
        raise DomainError(OrganizationErrorCode.own_role, "不能给自己授予角色")
    if actor.account_id is not None:
        four_eyes.refuse(
            session,
            account_id=actor.account_id,
            permission=Permission.grant_manage,
            place=organization.id,
            matter=four_eyes.Matter(frozenset({receiver_id})),
            now=now,
        )


def _keep_a_department(session: Session, granted: Grant, now: datetime) -> None:
    """Refuse to end the last 组织部 role: only 组织部 itself could give the next one (`may_give`)."""
    if granted.role != Role.organization_department:
        return
    has_department(session, granted.organization_id)
    others = select(Grant.id).where(
        Grant.organization_id == granted.organization_id,
        Grant.role == Role.organization_department,
        Grant.id != granted.id,
        Grant.from_date <= shanghai_date(now),
        Grant.until_date.is_(None),
    )
    if session.scalar(others.limit(1)) is None:
        raise conflict(OrganizationErrorCode.last_department, "组织部至少保留一人，请先为接任的同志任职")


def _audit(
    session: Session, actor_id: int | None, root_id: int | None, granted: Grant, *, action: str, now: datetime
) -> None:
    audit.record(
        session,
        actor_id=actor_id,
        root_id=root_id,
        action=action,
        subject_kind=AuditSubject.account,
        subject_id=granted.account_id,
        now=now,
        detail={"role": granted.role, "organization_id": granted.organization_id, "grant_id": granted.id},
    )


def dismiss_representative(
    session: Session, *, actor: Actor, organization_id: int, account_id: int, now: datetime
) -> bool:
    """End a 群众代表's role at a branch today; return False if there is none."""
    today = shanghai_date(now)
    granted = session.scalar(
        select(Grant).where(
            Grant.account_id == account_id,
            Grant.organization_id == organization_id,
            Grant.role == Role.representative,
            Grant.ends_after(today),
        )
    )
    if granted is None:
        return False
    identity.end_grant(session, grant_id=granted.id, until_date=today, now=now)
    _audit(session, actor.account_id, actor.root_id, granted, action="grant_end", now=now)
    return True
