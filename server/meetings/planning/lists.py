"""Which lists a plan may ask for, and writing them: which organizations, which groups, who is named by hand."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from server.errors import DomainError, conflict, not_found
from server.identity.models import Account, Grant
from server.identity.rules import Actor, Permission, Target, allows
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.models import Invitation, Meeting, Roster
from server.meetings.planning import invitations
from server.meetings.planning.rules import RosterPlan, are_neighbours, roster_problem
from server.meetings.queries import rosters_of
from server.meetings.rules import Part, RosterStatus, Scope
from server.organizations.models import Membership, Organization, OrganizationKind, ids_in


@dataclass(frozen=True, slots=True)
class Lists:
    """Checked lists: the rosters (None: as they are), and by member on whose list they are named and as what.

    `replaces` are the parts in which members who are no longer named lose their place.
    """

    rosters: tuple[RosterPlan, ...] | None
    named: Mapping[int, tuple[int, Part]]
    replaces: frozenset[Part]


def default_rosters(session: Session, host: Organization) -> tuple[RosterPlan, ...]:
    """Return the host itself, or every branch below a 总支 or 党委. Raises DomainError `no_roster`."""
    if host.kind in (OrganizationKind.branch, OrganizationKind.group):
        return (RosterPlan(host.id),)
    below = select(Organization.id).where(
        Organization.path.startswith(host.path, autoescape=True),
        Organization.kind == OrganizationKind.branch,
        Organization.closed_on.is_(None),
    )
    return tuple(RosterPlan(branch_id) for branch_id in session.scalars(below.order_by(Organization.id)))


def checked_lists(
    session: Session,
    *,
    host: Organization,
    rosters: Sequence[RosterPlan] | None,
    observers: Sequence[int] | None,
    actor: Actor,
    on: date,
    former: Sequence[int] = (),
) -> Lists:
    """Check that the planner may invite these to a meeting of that day; None leaves rosters or observers as they are.

    `former` organizations take part already. Raises DomainError `no_roster`, `roster_repeated`, `roster_incomplete`,
    `roster_scope` or `not_found`.
    """
    if rosters is not None:
        _check_rosters(session, host, rosters, actor, former)
    chosen = {who for roster in rosters or () for who in roster.member_ids}
    homes = _homes(session, {*chosen, *(observers or ())}, on)
    places = [roster.organization_id for roster in rosters] if rosters is not None else list(former)
    _check_observers(session, host, {who: homes[who] for who in observers or ()}, places=places, actor=actor, on=on)
    named = dict(_chosen(rosters or (), homes))
    named |= {who: (_nearest(homes[who], places), Part.observer) for who in observers or ()}
    given = {Part.invited: rosters, Part.observer: observers}
    replaces = frozenset(part for part, wish in given.items() if wish is not None)
    return Lists(tuple(rosters) if rosters is not None else None, named, replaces)


def _check_rosters(
    session: Session, host: Organization, rosters: Sequence[RosterPlan], actor: Actor, former: Collection[int]
) -> None:
    if problem := roster_problem(rosters):
        raise DomainError(problem.code, problem.message)
    places = _places(session, host, rosters)
    for roster in rosters:
        _check_reach(host, places[roster.organization_id], roster.scope, actor, former)
    _check_groups(session, rosters)


def _places(session: Session, host: Organization, rosters: Sequence[RosterPlan]) -> dict[int, Organization]:
    wanted = {roster.organization_id for roster in rosters}
    found = session.scalars(
        select(Organization).where(
            Organization.id.in_(wanted), Organization.root_id == host.root_id, Organization.closed_on.is_(None)
        )
    )
    places = {place.id: place for place in found}
    if len(places) < len(wanted):
        raise not_found("党组织")
    return places


def _check_reach(host: Organization, place: Organization, scope: Scope, actor: Actor, former: Collection[int]) -> None:
    """A neighbour's officers confirm their own list, so a planner may ask for it, but not pick its people."""
    if place.kind == OrganizationKind.group and scope not in (Scope.all, Scope.chosen):
        raise DomainError(MeetingErrorCode.roster_scope, f"{place.title}是党小组，请选择全体或指定人员")
    if allows(actor, Permission.meeting_manage, Target(place.ancestor_ids)):
        return
    neighbours = are_neighbours(_kind_and_parent(host), _kind_and_parent(place))
    if not neighbours and place.id not in former:
        raise not_found("党组织")
    if scope is Scope.chosen:
        raise DomainError(
            MeetingErrorCode.roster_scope, f"{place.title}的参加人员由该组织确定，请选择全体、支委或党小组"
        )


def _kind_and_parent(organization: Organization) -> tuple[OrganizationKind, int | None]:
    return OrganizationKind(organization.kind), organization.parent_id


def _check_groups(session: Session, rosters: Sequence[RosterPlan]) -> None:
    wanted = {(group_id, roster.organization_id) for roster in rosters for group_id in roster.group_ids}
    if not wanted:
        return
    rows = session.execute(
        select(Organization.id, Organization.parent_id).where(
            Organization.id.in_({group_id for group_id, _ in wanted}), Organization.closed_on.is_(None)
        )
    )
    if wanted - {(group_id, parent_id) for group_id, parent_id in rows}:
        raise not_found("党小组")


def _homes(session: Session, member_ids: Collection[int], on: date) -> dict[int, tuple[int, ...]]:
    """Return by member the ids from the root to their group or branch on a day. Raises DomainError `not_found`."""
    if not member_ids:
        return {}
    rows = session.execute(
        select(Membership.member_id, Organization.path)
        .join(Organization, Organization.id == Membership.home_id)
        .where(Membership.member_id.in_(member_ids), Membership.holds_on(on))
    )
    homes = {member_id: ids_in(path) for member_id, path in rows}
    if len(homes) < len(member_ids):
        raise not_found("党员")
    return homes


def _chosen(
    rosters: Sequence[RosterPlan], homes: Mapping[int, tuple[int, ...]]
) -> Iterator[tuple[int, tuple[int, Part]]]:
    for roster in rosters:
        for member_id in roster.member_ids:
            if roster.organization_id not in homes[member_id]:
                raise not_found("党员")
            yield member_id, (roster.organization_id, Part.invited)


def _nearest(home: Sequence[int], places: Sequence[int]) -> int:
    """Return the organization on whose list an observer stands: the nearest above them, or the first."""
    return next((place for place in reversed(home) if place in places), places[0])


def _check_observers(
    session: Session,
    host: Organization,
    homes: Mapping[int, tuple[int, ...]],
    *,
    places: Collection[int],
    actor: Actor,
    on: date,
) -> None:
    """Observers may come from where the meeting or the planner reaches, or hold an office above the host."""
    strangers = {
        member_id
        for member_id, home in homes.items()
        if not set(places) & set(home) and not allows(actor, Permission.meeting_manage, Target(home))
    }
    if strangers - _officers_above(session, host, strangers, on):
        raise not_found("党员")


def _officers_above(session: Session, host: Organization, member_ids: Collection[int], on: date) -> set[int]:
    if not member_ids:
        return set()
    rows = session.scalars(
        select(Account.member_id)
        .join(Grant, Grant.account_id == Account.id)
        .where(Account.member_id.in_(member_ids), Grant.organization_id.in_(host.ancestor_ids), Grant.ends_after(on))
    )
    return {member_id for member_id in rows if member_id is not None}


def write_lists(session: Session, meeting: Meeting, lists: Lists) -> None:
    """Bring a meeting's rosters and invitations in line with checked lists. Raises DomainError 409 `roster_in_use`."""
    if lists.rosters is not None:
        _write_rosters(session, meeting, lists.rosters)
    rosters = {roster.organization_id: roster.id for roster in rosters_of(session, meeting.id)}
    bound = invitations.bound_ids(session, meeting.id)
    _forget_named(session, meeting.id, lists, bound)
    _name(session, meeting.id, rosters, lists, bound)
    invitations.invite(session, meeting)


def _write_rosters(session: Session, meeting: Meeting, plans: Sequence[RosterPlan]) -> None:
    former = {roster.organization_id: roster for roster in rosters_of(session, meeting.id)}
    new = []
    for plan in plans:
        roster = former.pop(plan.organization_id, None)
        if roster is None:
            new.append(_row(meeting.id, plan))
        else:
            roster.scope, roster.group_ids = plan.scope, list(plan.group_ids)
    _remove(session, meeting.id, list(former.values()))
    session.flush()
    if new:
        session.execute(insert(Roster), new)


def _row(meeting_id: int, plan: RosterPlan) -> dict[str, object]:
    return {
        "meeting_id": meeting_id,
        "organization_id": plan.organization_id,
        "scope": plan.scope,
        "group_ids": list(plan.group_ids),
        "status": RosterStatus.open,
    }


def _remove(session: Session, meeting_id: int, rosters: Sequence[Roster]) -> None:
    if not rosters:
        return
    ids = [roster.id for roster in rosters]
    listed = set(session.scalars(select(Invitation.member_id).where(Invitation.roster_id.in_(ids))))
    if listed & invitations.bound_ids(session, meeting_id):
        raise conflict(MeetingErrorCode.roster_in_use, "要移除的党组织已有人签到或请假，请保留该组织的名单")
    invitations.take_off(session, meeting_id, listed)
    for roster in rosters:
        session.delete(roster)


def _forget_named(session: Session, meeting_id: int, lists: Lists, bound: Collection[int]) -> None:
    """Let members who are no longer named keep a place only if a roster's scope includes them."""
    named = select(Invitation.member_id).where(
        Invitation.meeting_id == meeting_id, Invitation.chosen.is_(True), Invitation.part.in_(lists.replaces)
    )
    gone = set(session.scalars(named)) - set(lists.named) - set(bound)
    invitations.put(session, meeting_id, gone, chosen=False)


def _name(session: Session, meeting_id: int, rosters: Mapping[int, int], lists: Lists, bound: Collection[int]) -> None:
    listed = set(session.scalars(select(Invitation.member_id).where(Invitation.meeting_id == meeting_id)))
    new = []
    for member_id, (organization_id, part) in lists.named.items():
        roster_id = rosters.get(organization_id) or min(rosters.values())
        if member_id not in listed:
            new.append((member_id, roster_id, part))
        elif member_id not in bound:
            invitations.put(session, meeting_id, [member_id], roster_id=roster_id, part=part, chosen=True)
    invitations.add(session, meeting_id, new, chosen=True)
