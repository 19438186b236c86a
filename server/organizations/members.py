"""Members: lists, one by hand, changes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.days import shanghai_date
from server.db import added
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.events import emit
from server.identity.models import Account, WechatIdentity
from server.names import name_key, normal_name
from server.organizations import past_years
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.events import MembersJoined
from server.organizations.history import service as kinds
from server.organizations.history.queries import category_on, latest_kinds, stage_on
from server.organizations.models import Category, Member, Membership, Organization, OrganizationKind, Stage
from server.organizations.queries import membership_on
from server.organizations.rules import STAGE_BY_DECISION, date_problem, is_within_two_years, normal_work_number
from server.organizations.service import get_open
from server.privacy import PhoneVault, normal_phone


@dataclass(frozen=True, slots=True)
class MemberPlacement:
    """A member, where they belong, and whether a WeChat is bound to them."""

    member: Member
    membership: Membership
    bound: bool


_IS_BOUND = (
    select(WechatIdentity.id)
    .join(Account, Account.id == WechatIdentity.account_id)
    .where(Account.member_id == Member.id)
    .exists()
)


def list_members(
    session: Session,
    *,
    organization: Organization,
    on: date,
    search: str | None,
    stage: Stage | None,
    category: Category | None,
    bound: bool | None,
    after_id: int | None,
    limit: int,
) -> list[MemberPlacement]:
    """Return members at and below an organization on a day; `search` is the beginning of a name or work number."""
    query = _below(select(Member, Membership, _IS_BOUND), organization)
    query = query.where(Membership.holds_on(on), Member.id > (after_id or 0))
    if stage:
        query = query.where(stage_on(on) == stage)
    if category:
        query = query.where(category_on(on) == category)
    if bound is not None:
        query = query.where(_IS_BOUND if bound else ~_IS_BOUND)
    query = query.order_by(Member.id)
    if search:
        query = query.where(Member.id.in_(_found(session, query, search, limit)))
    rows = session.execute(query.limit(limit))
    return [MemberPlacement(*row) for row in rows]


def _below(query: Select[Member, Membership, bool], organization: Organization) -> Select[Member, Membership, bool]:
    joined = query.select_from(Membership).join(Member, Member.id == Membership.member_id)
    if organization.kind == OrganizationKind.group:
        return joined.where(Membership.group_id == organization.id)
    if organization.kind == OrganizationKind.branch:
        return joined.where(Membership.organization_id == organization.id)
    branches = joined.join(Organization, Organization.id == Membership.organization_id)
    return branches.where(Organization.path.startswith(organization.path))


def _found(session: Session, query: Select[Member, Membership, bool], search: str, limit: int) -> list[int]:
    """Return the first members whose name or work number begins with `search`. No database compares names as we do."""
    name, number = name_key(search), normal_work_number(search)
    people = session.execute(query.with_only_columns(Member.id, Member.name, Member.work_number))
    begins = (row.id for row in people if name_key(row.name).startswith(name) or row.work_number.startswith(number))
    return list(islice(begins, limit))


def history(session: Session, *, member_id: int) -> list[Membership]:
    """Return the member's memberships, latest first."""
    query = select(Membership).where(Membership.member_id == member_id).order_by(Membership.from_date.desc())
    return list(session.scalars(query))


def add_member(
    session: Session,
    vault: PhoneVault,
    *,
    organization_id: int,
    group_id: int | None,
    work_number: str,
    values: Mapping[str, Any],
    from_date: date | None,
    account_id: int,
    now: datetime,
) -> Member:
    """Enter one member by hand. `values` are Member's columns with `phone` in plain.

    Raises DomainError `not_a_branch`, `number_taken`, `invalid_dates`, `invalid_phone`, `wrong_group`, 409
    `year_drafted`.
    """
    branch = get_open(session, organization_id)
    if branch.kind != OrganizationKind.branch:
        raise DomainError(OrganizationErrorCode.not_a_branch, "党员的组织关系应在党支部")
    today = shanghai_date(now)
    joins_on = from_date or today
    if not is_within_two_years(joins_on, today=today):
        raise DomainError(CoreErrorCode.invalid_dates, "加入支部的日期应在本年度或上一年度内，且不晚于今天")
    past_years.refuse_drafted(session, [branch.id], since=joins_on, now=now)
    check_group(session, group_id=group_id, branch_id=branch.id)
    member = Member(root_id=branch.root_id, work_number=normal_work_number(work_number), created_at=now, updated_at=now)
    _set(member, vault, values, today)
    if not added(session, member):
        raise conflict(OrganizationErrorCode.number_taken, "该工号/学号已在党员名册中，请办理组织关系转接")
    session.add(Membership(member_id=member.id, organization_id=branch.id, group_id=group_id, from_date=joins_on))
    session.flush()
    _audit(session, member, "member_add", account_id, now, organization_id=branch.id)
    emit(session, MembersJoined((member.id,), joins_on, now))
    return member


def edit_member(
    session: Session,
    vault: PhoneVault,
    *,
    member_id: int,
    values: Mapping[str, Any],
    account_id: int,
    now: datetime,
) -> Member:
    """Change the named values; `group_id` moves the member within their branch.

    A `category` holds from the day `category_from`, by default from today. Raises DomainError `invalid_dates`,
    `invalid_phone`, `wrong_group`, `stage_by_decision`, 409 `year_drafted`.
    """
    (member,) = kinds.locked(session, [member_id])
    today = shanghai_date(now)
    values = dict(values)
    if values.pop("stage", latest_kinds(member).stage) != latest_kinds(member).stage:
        raise conflict(OrganizationErrorCode.stage_by_decision, STAGE_BY_DECISION)
    category, category_from = values.pop("category", None), values.pop("category_from", None)
    changed = []
    if "group_id" in values:
        _move_to_group(session, member_id, values.pop("group_id"), today)
        changed.append("group_id")
    changed += _set(member, vault, values, today)
    if changed:
        member.updated_at = now
        if "name" in changed:
            name_accounts(session, [member_id])
    if category is not None:
        change = {member_id: (category, category_from or today)}
        if kinds.change_categories(session, change, account_id=account_id, now=now):
            changed.append("category")
    if changed:
        _audit(session, member, "member_edit", account_id, now, fields=changed)
    session.flush()
    return member


def name_accounts(session: Session, member_ids: Collection[int]) -> None:
    """Give the members' accounts their names: what people do is shown under the account's name."""
    named = select(Member.name).where(Member.id == Account.member_id).scalar_subquery()
    session.execute(update(Account).where(Account.member_id.in_(member_ids)).values(name=named))


def _set(member: Member, vault: PhoneVault, values: Mapping[str, Any], today: date) -> list[str]:
    """Set columns and return the names of those that changed."""
    columns = {**values}
    changed = []
    if "phone" in columns and _set_phone(member, vault, columns.pop("phone")):
        changed.append("phone")
    if columns.get("name") is not None:
        columns["name"] = normal_name(columns["name"])
    for name, value in columns.items():
        if getattr(member, name) != value:
            setattr(member, name, value)
            changed.append(name)
    problem = date_problem(joined_on=member.joined_on, full_member_on=member.full_member_on, today=today)
    if problem:
        raise DomainError(CoreErrorCode.invalid_dates, problem)
    return changed


def _set_phone(member: Member, vault: PhoneVault, text: str | None) -> bool:
    phone = normal_phone(text) if text else None
    if text and phone is None:
        raise DomainError(OrganizationErrorCode.invalid_phone, "手机号应为 11 位")
    if phone is None:
        changed = member.phone_index is not None
        member.phone_sealed = member.phone_index = None
        return changed
    if member.phone_index in vault.indexes(phone):
        return False
    member.phone_sealed, member.phone_index = vault.seal(phone), vault.index(phone)
    return True


def _move_to_group(session: Session, member_id: int, group_id: int | None, today: date) -> None:
    membership = membership_on(session, member_id=member_id, on=today)
    if membership is None:
        raise conflict(OrganizationErrorCode.no_membership, "该同志目前没有组织关系")
    check_group(session, group_id=group_id, branch_id=membership.organization_id)
    membership.group_id = group_id


def check_group(session: Session, *, group_id: int | None, branch_id: int) -> None:
    """Raise DomainError `wrong_group` unless the group is None or an open one of the branch."""
    if group_id is None:
        return
    group = session.get(Organization, group_id)
    if group is None or group.parent_id != branch_id or group.closed_on is not None:
        raise DomainError(OrganizationErrorCode.wrong_group, "该支部没有这个党小组")


def names(session: Session, member_ids: Iterable[int]) -> dict[int, str]:
    """Return the names of members by id."""
    rows = session.execute(select(Member.id, Member.name).where(Member.id.in_(set(member_ids))))
    return dict(rows.all())


def one(session: Session, member_id: int) -> Member:
    member = session.get(Member, member_id)
    if member is None:
        raise not_found("党员")
    return member


def _audit(session: Session, member: Member, action: str, account_id: int, now: datetime, **detail: Any) -> None:
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        now=now,
        detail=detail,
        **audit.of(member),
    )
