"""组织关系转接: a member moves between branches and keeps their points, or leaves."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.days import shanghai_date
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict
from server.events import emit
from server.identity import service as identity
from server.identity.models import Account, Grant
from server.organizations import past_years
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.events import MemberLeft, MembersJoined, MemberTransferred
from server.organizations.members import check_group
from server.organizations.models import Member, Membership, Organization, OrganizationKind
from server.organizations.rules import transfer_refusal
from server.organizations.service import get_open
from server.organizations.suspensions.queries import open_suspension


def transfer(
    session: Session,
    *,
    member_id: int,
    to_organization_id: int,
    group_id: int | None = None,
    on: date,
    account_id: int | None,
    now: datetime,
) -> Membership:
    """End the membership and begin one in the target branch, both on `on`; the points go with the member.

    A second transfer on the same day corrects the first, and repeating one changes nothing. Someone who had left comes
    back as a newcomer. Raises DomainError `membership_suspended`, `already_there`, `invalid_dates`, `not_a_branch`,
    `other_root`, 409 `year_drafted` if one of the branches has its results of that year.
    """
    member = session.scalars(select(Member).where(Member.id == member_id).with_for_update()).one()
    branch = get_open(session, to_organization_id)
    if branch.kind != OrganizationKind.branch:
        raise DomainError(OrganizationErrorCode.not_a_branch, "党员的组织关系应转入党支部")
    if branch.root_id != member.root_id:
        raise DomainError(OrganizationErrorCode.other_root, "跨单位的组织关系请先在原单位转出，再在新单位登记")
    refuse_suspended(session, member_id)
    check_group(session, group_id=group_id, branch_id=branch.id)
    current = _latest(session, member_id)
    if _is_current(current) and current.organization_id == branch.id:
        if current.from_date == on:
            return current
        raise conflict(OrganizationErrorCode.already_there, f"该同志已在{branch.title}")
    since = current.from_date if _is_current(current) else current.until_date or current.from_date
    if refusal := transfer_refusal(on=on, today=shanghai_date(now), member_since=since):
        raise DomainError(CoreErrorCode.invalid_dates, refusal)
    before = current.organization_id if _is_current(current) else None
    past_years.refuse_drafted(session, {current.organization_id, branch.id}, since=on, now=now)
    moved = move(session, current, organization_id=branch.id, group_id=group_id, on=on)
    _audit(session, member, "member_transfer", account_id, now, before=before, after=branch.id, on=on.isoformat())
    if before is None:
        emit(session, MembersJoined((member.id,), on, now))
    else:
        end_roles_left_behind(session, {member.id: before}, now=now)
        emit(session, MemberTransferred(member.id, before, branch.id, on, now))
    return moved


def refuse_suspended(session: Session, member_id: int) -> None:
    """Raise DomainError 409 `membership_suspended` for who is 停止党籍: they come back by having that ended."""
    if open_suspension(session, member_id) is not None:
        raise conflict(OrganizationErrorCode.membership_suspended, "该同志已停止党籍，请先办理恢复党籍")


def move(session: Session, current: Membership, *, organization_id: int, group_id: int | None, on: date) -> Membership:
    """Write the new membership; one that began on the same day is corrected in place."""
    if current.from_date == on:
        current.organization_id, current.group_id, current.until_date = organization_id, group_id, None
        session.flush()
        return current
    if _is_current(current):
        current.until_date = on
    moved = Membership(member_id=current.member_id, organization_id=organization_id, group_id=group_id, from_date=on)
    session.add(moved)
    session.flush()
    return moved


def leave(session: Session, *, member_id: int, on: date, note: str, account_id: int, now: datetime) -> Membership:
    """End a membership without a new one (transferred out of the university, deceased …), from `on`.

    Raises DomainError `no_membership`, `invalid_dates`, 409 `year_drafted`.
    """
    member = session.scalars(select(Member).where(Member.id == member_id).with_for_update()).one()
    current = _latest(session, member_id)
    if not _is_current(current):
        raise conflict(OrganizationErrorCode.no_membership, "该同志目前没有组织关系")
    if refusal := transfer_refusal(on=on, today=shanghai_date(now), member_since=current.from_date):
        raise DomainError(CoreErrorCode.invalid_dates, refusal)
    past_years.refuse_drafted(session, [current.organization_id], since=on, now=now)
    current.until_date = on
    session.flush()
    end_roles_left_behind(session, {member.id: current.organization_id}, now=now)
    _audit(session, member, "member_leave", account_id, now, on=on.isoformat(), note=note)
    emit(session, MemberLeft(member.id, on, now))
    return current


def end_roles_left_behind(session: Session, left: Mapping[int, int], *, now: datetime) -> None:
    """End today the roles that members (keys) hold in the branches they left (values) and in those branches' groups."""
    today = shanghai_date(now)
    rows = session.execute(
        select(Grant.id, Account.member_id, Organization.id, Organization.parent_id)
        .join(Account, Account.id == Grant.account_id)
        .join(Organization, Organization.id == Grant.organization_id)
        .where(Account.member_id.in_(left), Grant.ends_after(today))
    ).all()
    for grant_id, member_id, organization_id, parent_id in rows:
        if member_id is not None and left[member_id] in (organization_id, parent_id):
            identity.end_grant(session, grant_id=grant_id, until_date=today, now=now)


def _latest(session: Session, member_id: int) -> Membership:
    return session.scalars(
        select(Membership).where(Membership.member_id == member_id).order_by(Membership.from_date.desc()).limit(1)
    ).one()


def _is_current(membership: Membership) -> bool:
    return membership.until_date is None


def _audit(
    session: Session, member: Member, action: str, account_id: int | None, now: datetime, **detail: int | str | None
) -> None:
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        now=now,
        detail=detail,
        **audit.of(member),
    )
