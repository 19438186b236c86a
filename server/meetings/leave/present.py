"""How leaves are shown, and who reads their reasons: the member and the officers of their own list."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.access import Context
from server.identity.models import Account, Grant
from server.identity.rules import RULES, Actor, Permission, Target, allows, roles_at
from server.meetings.leave.schemas import LeaveOut
from server.meetings.leave.service import STATUS_TITLES
from server.meetings.models import Leave, Meeting, Roster
from server.meetings.rules import KIND_TITLES, LEAVE_KIND_TITLES, LeaveStatus, MeetingKind
from server.organizations.members import names
from server.organizations.models import Organization
from server.organizations.queries import account_names

OFFICERS = RULES[Permission.leave_ask].roles
"""The branch's own officers: 支委, deputy, secretary, group leader."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Whose leave it is, and the organizations their list belongs to, root first."""

    leave_id: int
    member_id: int
    places: Sequence[int]


def readable(session: Session, actor: Actor, absences: Iterable[Absence], *, on: date) -> set[int]:
    """Return the leaves whose reasons the caller may read.

    Officers above read only the reasons they have to decide on: those of the branch's own officers.
    """
    found, deciding = set(), []
    for absence in absences:
        if _own(actor, absence):
            found.add(absence.leave_id)
        elif allows(actor, Permission.leave_decide, Target(tuple(absence.places))):
            deciding.append(absence)
    return found | _of_officers(session, deciding, on=on)


def one_leave(context: Context, leave: Leave) -> LeaveOut:
    meeting = context.session.get_one(Meeting, leave.meeting_id)
    roster = context.session.get_one(Roster, leave.roster_id)
    place = context.session.get_one(Organization, roster.organization_id)
    return many(context, [(leave, meeting, place)])[0]


def many(context: Context, found: Sequence[tuple[Leave, Meeting, Organization]]) -> list[LeaveOut]:
    session = context.session
    people = names(session, [leave.member_id for leave, _, _ in found])
    accounts = account_names(session, [who for leave, _, _ in found for who in (leave.asked_by, leave.decided_by)])
    absences = [Absence(leave.id, leave.member_id, place.ancestor_ids) for leave, _, place in found]
    readable_ids = readable(session, context.actor, absences, on=shanghai_date(context.now))
    return [
        _leave(leave, meeting, place, people, accounts, reasons=leave.id in readable_ids)
        for leave, meeting, place in found
    ]


def _own(actor: Actor, absence: Absence) -> bool:
    """Whether it is the caller's own leave, or they are an officer where the list belongs."""
    if actor.member_id == absence.member_id or roles_at(actor, absence.places) & OFFICERS:
        return True
    return bool(roles_at(actor, absence.places[-1:]) & RULES[Permission.leave_decide].roles)


def _of_officers(session: Session, absences: Sequence[Absence], *, on: date) -> set[int]:
    """Return those leaves whose member is an officer where the list belongs."""
    if not absences:
        return set()
    query = (
        select(Account.member_id, Grant.organization_id)
        .join(Grant, Grant.account_id == Account.id)
        .where(
            Account.member_id.in_({absence.member_id for absence in absences}),
            Grant.role.in_(OFFICERS),
            Grant.holds_on(on),
        )
    )
    offices = defaultdict(set)
    for member_id, place in session.execute(query):
        offices[member_id].add(place)
    return {absence.leave_id for absence in absences if offices[absence.member_id] & set(absence.places)}


def _leave(
    leave: Leave,
    meeting: Meeting,
    place: Organization,
    people: Mapping[int, str],
    accounts: Mapping[int, str],
    *,
    reasons: bool,
) -> LeaveOut:
    kind = MeetingKind(meeting.kind)
    return LeaveOut(
        id=leave.id,
        meeting_id=meeting.id,
        meeting_title=meeting.title,
        meeting_kind=kind,
        meeting_kind_title=KIND_TITLES[kind],
        starts_at=meeting.starts_at,
        roster_id=leave.roster_id,
        organization_id=place.id,
        organization_title=place.title,
        member_id=leave.member_id,
        name=people[leave.member_id],
        kind=leave.kind,
        kind_title=LEAVE_KIND_TITLES[leave.kind],
        reason=leave.reason if reasons else None,
        on_behalf_reason=leave.on_behalf_reason if reasons else None,
        status=leave.status,
        status_title=STATUS_TITLES[LeaveStatus(leave.status)],
        makeup_until=leave.makeup_until,
        asked_by=accounts[leave.asked_by],
        asked_at=leave.asked_at,
        decided_by=accounts[leave.decided_by] if leave.decided_by else None,
        decided_at=leave.decided_at,
        answer=leave.answer if reasons else None,
        version=leave.version,
    )
