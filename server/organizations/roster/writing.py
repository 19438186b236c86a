"""Carry out decisions in bulk: a handful of statements per chunk, and the events that go with them."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.audit.subjects import AuditSubject
from server.events import emit
from server.organizations.events import MembersJoined, MemberTransferred
from server.organizations.history import service as history
from server.organizations.members import name_accounts
from server.organizations.models import Member, Membership
from server.organizations.roster.plan import Action, RowEffect
from server.organizations.transfers import end_roles_left_behind


def carry_out(
    session: Session,
    decisions: Sequence[RowEffect],
    *,
    root_id: int,
    on: date,
    account_id: int | None,
    now: datetime,
) -> Counter[str]:
    """Write what was decided, tell the features above, and return the number of rows by action."""
    left = {
        decision.membership.member_id: decision.membership.organization_id
        for decision in decisions
        if decision.action is Action.moved and decision.membership
    }
    _update_members(session, decisions, now)
    ids = _insert_members(session, [decision for decision in decisions if decision.member is None], root_id, now)
    _write_memberships(session, decisions, ids, on)
    end_roles_left_behind(session, left, now=now)
    _write_audit(session, decisions, root_id, account_id, now)
    _change_categories(session, decisions, on, account_id, now)
    _tell_joined(session, decisions, ids, on, now)
    _tell_moved(session, decisions, left, on, now)
    return Counter(decision.action.value for decision in decisions)


def _update_members(session: Session, decisions: Sequence[RowEffect], now: datetime) -> None:
    """One executemany per set of columns."""
    batches: dict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
    for decision in decisions:
        columns = {name: value for name, value in decision.columns.items() if name != "category"}
        if decision.member is not None and columns:
            row = {"id": decision.member.id, "updated_at": now, **columns}
            batches[frozenset(row)].append(row)
    for batch in batches.values():
        session.execute(update(Member), batch)
    if renamed := [each.member.id for each in decisions if each.member is not None and "name" in each.columns]:
        name_accounts(session, renamed)


def _change_categories(
    session: Session, decisions: Sequence[RowEffect], on: date, account_id: int | None, now: datetime
) -> None:
    """After all bulk writes: those who hear of it must not read what these then change."""
    changes = {
        each.member.id: (each.columns["category"], each.entry.effective_on or on)
        for each in decisions
        if each.member is not None and "category" in each.columns
    }
    if changes:
        history.change_categories(session, changes, account_id=account_id, now=now)


def _insert_members(session: Session, newcomers: Sequence[RowEffect], root_id: int, now: datetime) -> dict[str, int]:
    """Insert members and return their ids by work number."""
    if not newcomers:
        return {}
    session.execute(insert(Member.__table__), [_member_row(newcomer, root_id, now) for newcomer in newcomers])  # type: ignore[arg-type]
    numbers = [newcomer.entry.work_number for newcomer in newcomers]
    query = select(Member.work_number, Member.id).where(Member.root_id == root_id, Member.work_number.in_(numbers))
    return dict(session.execute(query).all())


_OPTIONAL = dict.fromkeys(("gender", "joined_on", "full_member_on", "duty"))


def _member_row(newcomer: RowEffect, root_id: int, now: datetime) -> dict[str, Any]:
    entry = newcomer.entry
    return {
        **_OPTIONAL,
        **entry.columns,
        "root_id": root_id,
        "work_number": entry.work_number,
        "phone_sealed": entry.phone_sealed,
        "phone_index": entry.phone_indexes[0] if entry.phone_indexes else None,
        "created_at": now,
        "updated_at": now,
    }


def _write_memberships(session: Session, decisions: Sequence[RowEffect], ids: dict[str, int], on: date) -> None:
    begun, ended, corrected = [], [], []
    for decision in decisions:
        latest = decision.membership
        if latest is None:
            begun.append(_membership(decision, ids[decision.entry.work_number], member_since(decision, on)))
        elif decision.action is Action.changed or latest.from_date == on:
            if _differs(latest, decision):
                corrected.append(_correction(decision, latest))
        elif decision.action in (Action.moved, Action.new):
            if latest.until_date is None:
                ended.append({"id": latest.id, "until_date": on})
            begun.append(_membership(decision, latest.member_id, on))
    if corrected:
        session.execute(update(Membership), corrected)
    if ended:
        session.execute(update(Membership), ended)
    if begun:
        session.execute(insert(Membership.__table__), begun)  # type: ignore[arg-type]


def member_since(decision: RowEffect, on: date) -> date:
    """The first roster does not say since when: since the year began, or since they joined the Party in this year."""
    joined_on: date | None = decision.entry.columns.get("joined_on")
    return max(date(on.year, 1, 1), joined_on or date.min)


def _differs(latest: Membership, decision: RowEffect) -> bool:
    stored = (latest.organization_id, latest.group_id, latest.until_date)
    return stored != (decision.branch_id, decision.group_id, None)


def _correction(decision: RowEffect, latest: Membership) -> dict[str, Any]:
    return {
        "id": latest.id,
        "organization_id": decision.branch_id,
        "group_id": decision.group_id,
        "until_date": None,
    }


def _membership(decision: RowEffect, member_id: int, from_date: date) -> dict[str, Any]:
    return {
        "member_id": member_id,
        "organization_id": decision.branch_id,
        "group_id": decision.group_id,
        "from_date": from_date,
        "until_date": None,
    }


def _write_audit(
    session: Session, decisions: Sequence[RowEffect], root_id: int, account_id: int | None, now: datetime
) -> None:
    lines = [
        {
            "root_id": root_id,
            "at": now,
            "actor_id": account_id,
            "action": f"roster_{decision.action.value}",
            "subject_kind": AuditSubject.member,
            "subject_id": decision.member.id,
            "detail": {"fields": sorted(decision.columns), "organization_id": decision.branch_id},
        }
        for decision in decisions
        if decision.member is not None and decision.action is not Action.unchanged
    ]
    if lines:
        session.execute(insert(AuditLine), lines)


def _tell_joined(
    session: Session, decisions: Sequence[RowEffect], ids: dict[str, int], on: date, now: datetime
) -> None:
    joined = [
        decision.member.id if decision.member else ids[decision.entry.work_number]
        for decision in decisions
        if decision.action is Action.new
    ]
    if joined:
        emit(session, MembersJoined(tuple(sorted(joined)), on, now))


def _tell_moved(
    session: Session, decisions: Sequence[RowEffect], left: dict[int, int], on: date, now: datetime
) -> None:
    for decision in decisions:
        if decision.member is not None and decision.member.id in left:
            member_id = decision.member.id
            emit(session, MemberTransferred(member_id, left[member_id], decision.branch_id, on, now))
