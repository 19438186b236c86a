"""Who is invited to a meeting: the rosters' scopes, on the meeting's day, as rows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, or_, select, union, update
from sqlalchemy.orm import Session

from server.clock import shanghai_date
from server.identity.models import Account, Grant
from server.identity.rules import Role
from server.meetings.models import Attendance, Invitation, Leave, Meeting, Roster
from server.meetings.planning_rules import invited_stages
from server.meetings.rules import MeetingKind, Part, RosterStatus, Scope
from server.organizations.models import (
    Exemption,
    Filing,
    FilingStatus,
    Member,
    Membership,
    Organization,
    OrganizationKind,
    ids_in,
)
from server.organizations.service import in_force_on

_Row = Row[*tuple[Any, ...]]
COMMITTEE_ROLES = (Role.committee_member, Role.deputy_secretary, Role.secretary)


@dataclass(frozen=True, slots=True)
class _List:
    """A roster with where it stands in the tree."""

    roster_id: int
    scope: Scope
    group_ids: frozenset[int]
    organization_id: int
    kind: OrganizationKind
    path: str


def invite(session: Session, meeting: Meeting) -> None:
    """Bring a meeting's invitations in line with its rosters; the meeting is locked.

    Who came, asked for leave or stands on a confirmed list is left as he is. Seven statements, however many people.
    """
    session.flush()
    day = shanghai_date(meeting.starts_at)
    lists = _open_lists(session, meeting.id)
    if lists:
        wanted = _wanted(session, MeetingKind(meeting.kind), lists, day)
        exempt = _exempt_ids(session, meeting.root_id, day)
        _bring_in_line(session, meeting.id, {each.roster_id for each in lists}, wanted, exempt)


def bound_ids(session: Session, meeting_id: int) -> set[int]:
    """Return who cannot be taken off a meeting's lists any more: who came or asked for leave."""
    came = select(Attendance.member_id).where(Attendance.meeting_id == meeting_id)
    asked = select(Leave.member_id).where(Leave.meeting_id == meeting_id)
    return set(session.scalars(union(came, asked)))


def _open_lists(session: Session, meeting_id: int) -> list[_List]:
    rows = session.execute(
        select(Roster.id, Roster.scope, Roster.group_ids, Organization.id, Organization.kind, Organization.path)
        .join(Organization, Organization.id == Roster.organization_id)
        .where(Roster.meeting_id == meeting_id, Roster.status != RosterStatus.confirmed)
    )
    return [
        _List(roster_id, Scope(scope), frozenset(group_ids), organization_id, OrganizationKind(kind), path)
        for roster_id, scope, group_ids, organization_id, kind, path in rows
    ]


def _wanted(session: Session, kind: MeetingKind, lists: Sequence[_List], day: date) -> dict[int, int]:
    """Return roster by member; who is meant by several lists stands on the one nearest to him."""
    officers = _officers(session, lists, day)
    by_organization = {each.organization_id: each for each in lists}
    wanted: dict[int, int] = {}
    for row in _members(session, lists, day):
        manages_prospects = bool(row.settings.get("manages_prospects"))
        if row.stage in invited_stages(kind, manages_prospects=manages_prospects):
            roster_id = _nearest_roster(row, by_organization, officers)
            if roster_id is not None:
                wanted[row.member_id] = roster_id
    for member_id, organization_id in officers:
        wanted.setdefault(member_id, by_organization[organization_id].roster_id)
    return wanted


def _nearest_roster(
    row: _Row, by_organization: Mapping[int, _List], officers: Collection[tuple[int, int]]
) -> int | None:
    for organization_id in (row.group_id, *reversed(ids_in(row.path))):
        found = by_organization.get(organization_id)
        if found is None:
            continue
        in_group = found.scope is Scope.group and row.group_id in found.group_ids
        if found.scope is Scope.all or in_group or (row.member_id, organization_id) in officers:
            return found.roster_id
    return None


def _members(session: Session, lists: Sequence[_List], day: date) -> Iterator[_Row]:
    """Yield member_id, stage, group_id, and path and settings of the branch of everyone below these organizations."""
    places = list(_places(lists))
    if not places:
        return iter(())
    return iter(
        session.execute(
            select(Membership.member_id, Member.stage, Membership.group_id, Organization.path, Organization.settings)
            .join(Organization, Organization.id == Membership.organization_id)
            .join(Member, Member.id == Membership.member_id)
            .where(or_(*places), in_force_on(day))
        )
    )


def _places(lists: Sequence[_List]) -> Iterator[ColumnElement[bool]]:
    meant = [each for each in lists if each.scope in (Scope.all, Scope.group)]
    if branches := [each.organization_id for each in meant if each.kind is OrganizationKind.branch]:
        yield Membership.organization_id.in_(branches)
    if groups := [each.organization_id for each in meant if each.kind is OrganizationKind.group]:
        yield Membership.group_id.in_(groups)
    yield from (Organization.path.startswith(each.path, autoescape=True) for each in meant if _is_above(each))


def _is_above(each: _List) -> bool:
    return each.kind in (OrganizationKind.general_branch, OrganizationKind.party_committee)


def _officers(session: Session, lists: Sequence[_List], day: date) -> set[tuple[int, int]]:
    """Return (member, the list's organization) of who sits on a committee; his own branch may be another."""
    meant = [each for each in lists if each.scope is Scope.committee]
    if not meant:
        return set()
    places = [Organization.path.startswith(each.path, autoescape=True) for each in meant if _is_above(each)]
    at = or_(Organization.id.in_([each.organization_id for each in meant]), *places)
    ends_later = or_(Grant.until_date.is_(None), Grant.until_date > day)
    rows = session.execute(
        select(Member.id, Organization.path)
        .join(Account, Account.member_id == Member.id)
        .join(Grant, Grant.account_id == Account.id)
        .join(Organization, Organization.id == Grant.organization_id)
        .where(at, Grant.role.in_(COMMITTEE_ROLES), Grant.from_date <= day, ends_later)
    )
    wanted = {each.organization_id for each in meant}
    return {(member_id, next(i for i in reversed(ids_in(path)) if i in wanted)) for member_id, path in rows}


def _exempt_ids(session: Session, root_id: int, day: date) -> set[int]:
    """Return who is outside the managed range on a day (《实施方案》一（三）)."""
    ends_later = or_(Exemption.until_date.is_(None), Exemption.until_date > day)
    return set(
        session.scalars(
            select(Exemption.member_id)
            .join(Filing, Filing.id == Exemption.filing_id)
            .where(
                Filing.root_id == root_id,
                Filing.status == FilingStatus.received,
                Exemption.from_date <= day,
                ends_later,
            )
        )
    )


def _bring_in_line(
    session: Session, meeting_id: int, roster_ids: Collection[int], wanted: Mapping[int, int], exempt: Collection[int]
) -> None:
    found = _invitations(session, meeting_id)
    bound = bound_ids(session, meeting_id)
    free = {who: row for who, row in found.items() if who not in bound and row.roster_id in roster_ids}
    rows = [
        {"member_id": who, "roster_id": roster_id, "part": _part(who, exempt)}
        for who, roster_id in wanted.items()
        if who not in found
    ]
    add(session, meeting_id, rows, chosen=False)
    changes: dict[tuple[int, Part], list[int]] = {}
    for who, row in free.items():
        after = _after(row, wanted, exempt)
        if after is not None and after != (row.roster_id, row.part):
            changes.setdefault(after, []).append(who)
    for (roster_id, part), member_ids in changes.items():
        put(session, meeting_id, member_ids, roster_id=roster_id, part=part)
    take_off(session, meeting_id, [who for who, row in free.items() if not row.chosen and who not in wanted])


def _after(row: _Row, wanted: Mapping[int, int], exempt: Collection[int]) -> tuple[int, Part] | None:
    """Return where someone listed belongs now; None where he no longer does. Who was named by hand keeps his place."""
    if row.chosen:
        return row.roster_id, Part.observer if row.member_id in exempt else Part(row.part)
    if row.member_id not in wanted:
        return None
    return wanted[row.member_id], _part(row.member_id, exempt)


def _part(member_id: int, exempt: Collection[int]) -> Part:
    return Part.observer if member_id in exempt else Part.invited


def _invitations(session: Session, meeting_id: int) -> dict[int, _Row]:
    rows = session.execute(
        select(Invitation.member_id, Invitation.roster_id, Invitation.part, Invitation.chosen).where(
            Invitation.meeting_id == meeting_id
        )
    )
    return {row.member_id: row for row in rows}


def add(session: Session, meeting_id: int, rows: Sequence[Mapping[str, object]], *, chosen: bool) -> None:
    """Invite people: rows of member_id, roster_id and part."""
    if rows:
        session.execute(insert(Invitation), [{**row, "meeting_id": meeting_id, "chosen": chosen} for row in rows])


def put(session: Session, meeting_id: int, member_ids: Collection[int], **values: object) -> None:
    """Set these values on people's invitations."""
    if member_ids:
        session.execute(
            update(Invitation)
            .where(Invitation.meeting_id == meeting_id, Invitation.member_id.in_(member_ids))
            .values(**values)
        )


def take_off(session: Session, meeting_id: int, member_ids: Collection[int]) -> None:
    """Take people off a meeting's lists."""
    if member_ids:
        session.execute(
            delete(Invitation).where(Invitation.meeting_id == meeting_id, Invitation.member_id.in_(member_ids))
        )
