"""What each row would change: compared in bulk with the members and memberships of the day."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.organizations.custody import office_holders
from server.organizations.history.queries import histories, latest_kinds
from server.organizations.history.rules import KindsHistory
from server.organizations.history.service import check_change
from server.organizations.models import Category, Member, Membership, Stage
from server.organizations.roster.cells import CATEGORIES, STAGES
from server.organizations.roster.entries import ImportEntry
from server.organizations.roster.places import PlaceProblem, RosterPlaces
from server.organizations.roster.rules import RosterColumn, RosterProblem
from server.organizations.rules import STAGE_BY_DECISION, date_problem
from server.organizations.suspensions.queries import suspended_of

T = TypeVar("T")
_CATEGORY_TITLES = {category: title for title, category in reversed(CATEGORIES.items())}
_SAME_CATEGORY = "只用于人员类别的变化，本行没有，未采用（组织关系转接按导入当天办理）"
_STAGE_TITLES = {stage: title for title, stage in reversed(STAGES.items())}


class Action(StrEnum):
    new = "new"
    changed = "changed"
    moved = "moved"
    unchanged = "unchanged"


@dataclass(frozen=True, slots=True)
class RowEffect:
    """One row's effect. `member` is None for a newcomer, `membership` None if a new one begins.

    A `category` among the `columns` of a member holds from the day of the entry, or from that of the import.
    """

    entry: ImportEntry
    action: Action
    branch_id: int
    group_id: int | None
    member: Member | None = None
    membership: Membership | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    changes: tuple[str, ...] = ()


def plan(
    session: Session, places: RosterPlaces, entries: Sequence[ImportEntry], *, root_id: int, today: date, now: datetime
) -> tuple[list[RowEffect], list[RosterProblem]]:
    """Return what to do, and what cannot be done. Five selects, whatever the number of rows.

    A category that changes in a past year costs two more for each member.
    """
    members = _members(session, root_id, entries)
    member_ids = [member.id for member in members.values()]
    latest = _latest_memberships(session, member_ids)
    holders = office_holders(session, member_ids, on=today)
    suspended = suspended_of(session, member_ids)
    known = histories(session, _of_another_category(entries, members))
    decisions, problems = [], []
    for entry in entries:
        member = members.get(entry.work_number)
        why = _why_phone_stays(entry, member, holders) if member else None
        kept = replace(entry, phone_sealed=None, phone_indexes=()) if why else entry
        try:
            if member is not None and member.id in suspended:
                raise PlaceProblem(RosterColumn.work_number, "该同志已停止党籍，请先办理恢复党籍")
            effect = _decide(places, kept, member, latest.get(member.id) if member else None, today)
            if member is not None and "category" in effect.columns:
                _check_category(session, member.id, known[member.id], entry.effective_on or today, now)
            elif entry.effective_on:
                problems.append(entry.problem(RosterColumn.effective_on, _SAME_CATEGORY, warning=True))
            decisions.append(effect)
        except PlaceProblem as problem:
            problems.append(entry.problem(problem.column, problem.message))
        if why:
            problems.append(entry.problem(RosterColumn.phone, why, warning=True))
    return decisions, problems


def _members(session: Session, root_id: int, entries: Sequence[ImportEntry]) -> dict[str, Member]:
    numbers = [entry.work_number for entry in entries]
    query = select(Member).where(Member.root_id == root_id, Member.work_number.in_(numbers))
    return {member.work_number: member for member in _copies(session, query)}


def _of_another_category(entries: Sequence[ImportEntry], members: dict[str, Member]) -> list[Member]:
    """Return the members whose category the rows would change."""
    named = ((members.get(entry.work_number), entry.columns.get("category")) for entry in entries)
    return [member for member, category in named if member and category and latest_kinds(member).category != category]


def _check_category(session: Session, member_id: int, history: KindsHistory, on: date, now: datetime) -> None:
    """Raise PlaceProblem unless the category may change on that day."""
    try:
        check_change(session, member_id, history, on, now=now)
    except DomainError as refusal:
        raise PlaceProblem(RosterColumn.effective_on, refusal.message) from None


def _latest_memberships(session: Session, member_ids: Sequence[int]) -> dict[int, Membership]:
    query = select(Membership).where(Membership.member_id.in_(member_ids)).order_by(Membership.from_date)
    return {membership.member_id: membership for membership in _copies(session, query)}


def _copies(session: Session, query: Select[T]) -> list[T]:
    """Return rows detached from the session: bulk updates would leave its own copies stale for event handlers."""
    rows = list(session.scalars(query))
    for row in rows:
        session.expunge(row)
    return rows


def _decide(
    places: RosterPlaces, entry: ImportEntry, member: Member | None, latest: Membership | None, today: date
) -> RowEffect:
    if latest is not None and not places.covers(latest.organization_id):
        raise PlaceProblem(RosterColumn.work_number, "该工号/学号已登记在其他党组织，请由上级办理组织关系转接")
    branch_id = places.branch_of(entry)
    if member is None or latest is None:
        return _newcomer(places, entry, branch_id)
    if branch_id is None:
        branch_id = latest.organization_id
    columns, changes = _compare(entry, member)
    if "stage" in columns:
        now = f"现为“{_shown(latest_kinds(member).stage)}”，{STAGE_BY_DECISION}；本列可留空"
        raise PlaceProblem(RosterColumn.stage, now)
    _check_dates(member, columns, today)
    group_id = places.group_of(entry, branch_id)
    if latest.until_date is not None:
        return RowEffect(entry, Action.new, branch_id, group_id, member, latest, columns, ("重新加入", *changes))
    if branch_id != latest.organization_id:
        route = f"{places.title(latest.organization_id)} → {places.title(branch_id)}"
        return RowEffect(entry, Action.moved, branch_id, group_id, member, latest, columns, (route, *changes))
    if group_id is None:
        group_id = latest.group_id
    if group_id != latest.group_id:
        changes.append(f"党小组：{places.title(latest.group_id) or '无'} → {places.title(group_id)}")
    action = Action.changed if changes else Action.unchanged
    return RowEffect(entry, action, branch_id, group_id, member, latest, columns, tuple(changes))


def _newcomer(places: RosterPlaces, entry: ImportEntry, branch_id: int | None) -> RowEffect:
    for column in (RosterColumn.category, RosterColumn.stage):
        if column.name not in entry.columns:
            raise PlaceProblem(column, "新党员必须填写")
    if branch_id is None:
        raise PlaceProblem(RosterColumn.branch, "新党员必须填写")
    return RowEffect(entry, Action.new, branch_id, places.group_of(entry, branch_id))


def _compare(entry: ImportEntry, member: Member) -> tuple[dict[str, Any], list[str]]:
    """Return Member's columns to set, and each change in words (a phone change without the number)."""
    columns = {name: value for name, value in entry.columns.items() if getattr(member, name) != value}
    changes = [
        f"{RosterColumn[name].value}：{_shown(getattr(member, name))} → {_shown(value)}"
        for name, value in columns.items()
    ]
    if "category" in columns and entry.effective_on:
        changes.append(f"人员类别变更自 {entry.effective_on.isoformat()} 起")
    if _has_other_phone(entry, member):
        columns |= {"phone_sealed": entry.phone_sealed, "phone_index": entry.phone_indexes[0]}
        changes.append("手机号：已更新")
    return columns, changes


def _has_other_phone(entry: ImportEntry, member: Member) -> bool:
    return bool(entry.phone_indexes) and member.phone_index not in entry.phone_indexes


def _why_phone_stays(entry: ImportEntry, member: Member, holders: frozenset[int]) -> str | None:
    """A phone can bind an account, so a roster never changes the phone of someone who holds a role (custody.py)."""
    if member.id not in holders or not _has_other_phone(entry, member):
        return None
    key_id = (member.phone_index or "").partition(":")[0]
    known = {index.partition(":")[0] for index in entry.phone_indexes}
    unread = f"，原手机号暂不可读（缺少密钥 {key_id}）" if key_id and key_id not in known else ""
    return f"该同志担任党内职务{unread}，手机号未改，请由其上级在党员信息中修改"


def _shown(value: Any) -> str:
    if value is None:
        return "无"
    if value in _CATEGORY_TITLES:
        return _CATEGORY_TITLES[Category(value)]
    return _STAGE_TITLES[Stage(value)] if value in _STAGE_TITLES else str(value)


def _check_dates(member: Member, columns: dict[str, Any], today: date) -> None:
    joined_on = columns.get("joined_on", member.joined_on)
    full_member_on = columns.get("full_member_on", member.full_member_on)
    if why := date_problem(joined_on=joined_on, full_member_on=full_member_on, today=today):
        column = RosterColumn.full_member_on if "full_member_on" in columns else RosterColumn.joined_on
        raise PlaceProblem(column, f"{why}（与已登记的日期不符）")
