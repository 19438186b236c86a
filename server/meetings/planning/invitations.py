"""Who is invited to a meeting: the rosters' scopes, on the meeting's day, as rows."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, or_, select, union, update
from sqlalchemy.orm import Session

from server.identity.models import Account, Grant
from server.identity.rules import Role
from server.meetings.models import Attendance, Invitation, Leave, Meeting, Roster
from server.meetings.planning.rules import RosterPlan, invited_stages
from server.meetings.rules import MeetingKind, Part, RosterStatus, Scope
from server.organizations.exemptions import exempting
from server.organizations.history.queries import stage_on
from server.organizations.models import (
    Exemption,
    Filing,
    Member,
    Membership,
    Organization,
    OrganizationKind,
    ids_in,
)

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


def invite(session: Session, meeting: Meeting, *, only: Collection[int] | None = None) -> None:
    """Bring a meeting's invitations, or those of `only` these members, in line with its rosters; it is locked.

    Leaves alone people who came, asked for leave or stand on a confirmed list. Seven statements, however many people.
    """
    session.flush()
    day = meeting.day
    lists = _open_lists(session, meeting.id)
    if not lists:
        return
    exempt = _exempt_ids(session, meeting.root_id, day)
    rosters = _wanted(session, MeetingKind(meeting.kind), lists, day, only)
    wanted = {who: (roster_id, _part(who, exempt)) for who, roster_id in rosters.items()}
    found = _invitations(session, meeting.id, only)
    new = [(who, *place) for who, place in wanted.items() if who not in found]
    add(session, meeting.id, new, chosen=False)
    open_ids = {each.roster_id for each in lists}
    bound = bound_ids(session, meeting.id)
    free = [row for who, row in found.items() if who not in bound and row.roster_id in open_ids]
    _move(session, meeting.id, free, wanted, exempt)
    take_off(session, meeting.id, [row.member_id for row in free if not row.chosen and row.member_id not in wanted])


def expected(
    session: Session,
    host: Organization,
    kind: MeetingKind,
    *,
    rosters: Sequence[RosterPlan],
    named: Mapping[int, tuple[int, Part]],
    day: date,
) -> dict[int, Counter[Part]]:
    """Count by organization whom these rosters would invite on a day, `named` people included; nothing is written."""
    exempt = _exempt_ids(session, host.ancestor_ids[0], day)
    wanted = _wanted(session, kind, _planned_lists(session, rosters), day, None)
    places = {who: (place, _part(who, exempt)) for who, place in wanted.items()}
    for who, (place, part) in named.items():
        places[who] = (place, Part.observer if who in exempt else part)
    counts = {roster.organization_id: Counter[Part]() for roster in rosters}
    for place, part in places.values():
        counts[place][part] += 1
    return counts


def _planned_lists(session: Session, rosters: Sequence[RosterPlan]) -> list[_List]:
    """Return rosters that are not written yet, each under its organization's id."""
    ids = [roster.organization_id for roster in rosters]
    places = {place.id: place for place in session.scalars(select(Organization).where(Organization.id.in_(ids)))}
    return [
        _List(at, roster.scope, frozenset(roster.group_ids), at, OrganizationKind(places[at].kind), places[at].path)
        for at, roster in zip(ids, rosters, strict=True)
    ]


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


def _wanted(
    session: Session, kind: MeetingKind, lists: Sequence[_List], day: date, only: Collection[int] | None
) -> dict[int, int]:
    """Return roster by member; a member meant by several lists stands on the nearest one."""
    officers = _officers(session, lists, day)
    by_organization = {each.organization_id: each for each in lists}
    wanted: dict[int, int] = {}
    for row in _members(session, lists, day, only):
        manages_prospects = bool(row.settings.get("manages_prospects"))
        if row.stage in invited_stages(kind, manages_prospects=manages_prospects):
            roster_id = _nearest_roster(row, by_organization, officers)
            if roster_id is not None:
                wanted[row.member_id] = roster_id
    for member_id, organization_id in officers:
        if only is None or member_id in only:
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


def _members(session: Session, lists: Sequence[_List], day: date, only: Collection[int] | None) -> Iterator[_Row]:
    """Yield member_id, stage, group_id, and path and settings of the branch of everyone below these organizations."""
    places = list(_places(lists))
    if not places:
        return iter(())
    query = (
        select(
            Membership.member_id,
            stage_on(day).label("stage"),
            Membership.group_id,
            Organization.path,
            Organization.settings,
        )
        .join(Organization, Organization.id == Membership.organization_id)
        .join(Member, Member.id == Membership.member_id)
        .where(or_(*places), Membership.holds_on(day))
    )
    return iter(session.execute(query if only is None else query.where(Membership.member_id.in_(only))))


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
    """Return (member, the list's organization) of committee members; their own branch may be another."""
    meant = [each for each in lists if each.scope is Scope.committee]
    if not meant:
        return set()
    places = [Organization.path.startswith(each.path, autoescape=True) for each in meant if _is_above(each)]
    at = or_(Organization.id.in_([each.organization_id for each in meant]), *places)
    rows = session.execute(
        select(Member.id, Organization.path)
        .join(Account, Account.member_id == Member.id)
        .join(Grant, Grant.account_id == Account.id)
        .join(Organization, Organization.id == Grant.organization_id)
        .where(at, Grant.role.in_(COMMITTEE_ROLES), Grant.holds_on(day))
    )
    wanted = {each.organization_id for each in meant}
    return {(member_id, next(i for i in reversed(ids_in(path)) if i in wanted)) for member_id, path in rows}


def _exempt_ids(session: Session, root_id: int, day: date) -> set[int]:
    """Return who is outside the managed range on a day (《实施方案》一（三）)."""
    query = exempting(day).with_only_columns(Exemption.member_id).where(Filing.root_id == root_id)
    return set(session.scalars(query))


def _move(
    session: Session,
    meeting_id: int,
    rows: Sequence[_Row],
    wanted: Mapping[int, tuple[int, Part]],
    exempt: Collection[int],
) -> None:
    """Move people already listed to where they belong now; people named by hand keep their place."""
    moves: dict[tuple[int, Part], list[int]] = {}
    for row in rows:
        before = (row.roster_id, Part(row.part))
        if row.chosen:
            after = (row.roster_id, Part.observer) if row.member_id in exempt else before
        else:
            after = wanted.get(row.member_id, before)
        if after != before:
            moves.setdefault(after, []).append(row.member_id)
    for (roster_id, part), member_ids in moves.items():
        put(session, meeting_id, member_ids, roster_id=roster_id, part=part)


def _part(member_id: int, exempt: Collection[int]) -> Part:
    return Part.observer if member_id in exempt else Part.invited


def _invitations(session: Session, meeting_id: int, only: Collection[int] | None) -> dict[int, _Row]:
    query = select(Invitation.member_id, Invitation.roster_id, Invitation.part, Invitation.chosen)
    query = query.where(Invitation.meeting_id == meeting_id)
    rows = session.execute(query if only is None else query.where(Invitation.member_id.in_(only)))
    return {row.member_id: row for row in rows}


def add(session: Session, meeting_id: int, people: Sequence[tuple[int, int, Part]], *, chosen: bool) -> None:
    """Invite people: each a member, the roster they stand on, and as what."""
    rows = [
        {"meeting_id": meeting_id, "member_id": member_id, "roster_id": roster_id, "part": part, "chosen": chosen}
        for member_id, roster_id, part in people
    ]
    if rows:
        session.execute(insert(Invitation), rows)


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
