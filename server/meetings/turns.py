"""Leave that waits for an answer, and check-ins and lists that wait to be confirmed."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.rules import RULES, Permission
from server.meetings.held.waiting import waiting
from server.meetings.models import HeldCheckIn, Leave, Meeting, Roster
from server.meetings.rules import LeaveStatus, MeetingStatus, RosterStatus
from server.organizations.four_eyes import Matter, RecentKeyResets, accounts_of
from server.organizations.officers import Officers
from server.organizations.waiting import WaitingItem, WaitingKind, within


def _leaves(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    query = (
        select(Leave, Roster.organization_id, Meeting.starts_at)
        .join(Roster, Roster.id == Leave.roster_id)
        .join(Meeting, Meeting.id == Leave.meeting_id)
        .where(
            Leave.status == LeaveStatus.asked,
            Meeting.root_id == officers.root_id,
            Meeting.status != MeetingStatus.cancelled,
            *within(officers, Roster.organization_id),
        )
    )
    roles = RULES[Permission.leave_decide].roles
    rows = session.execute(query).all()
    accounts, bars = accounts_of(session, {leave.member_id for leave, _, _ in rows}), RecentKeyResets(session, now=now)
    for leave, organization_id, starts_at in rows:
        parties = {leave.asked_by, accounts.get(leave.member_id, leave.asked_by)}
        in_turn = officers.in_turn(
            organization_id,
            roles,
            not_members={leave.member_id},
            bars=bars,
            matter=Matter(frozenset(parties), since=leave.asked_at),
        )
        day = shanghai_date(starts_at)
        yield WaitingItem(
            organization_id, leave.id, day, in_turn, year=day.year, member_ids=frozenset({leave.member_id})
        )


def _held(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    """A check-in that is held waits with the host of its meeting, but not with its own member."""
    here = (
        Meeting.root_id == officers.root_id,
        Meeting.status != MeetingStatus.cancelled,
        *within(officers, Meeting.organization_id),
    )
    columns = (HeldCheckIn.meeting_id, HeldCheckIn.member_id, Meeting.organization_id, Meeting.starts_at)
    query = waiting(*columns).join(Meeting, Meeting.id == HeldCheckIn.meeting_id).where(*here)
    roles = RULES[Permission.roster_record].roles
    for meeting_id, member_id, organization_id, starts_at in session.execute(query):
        in_turn = officers.in_turn(organization_id, roles, not_members={member_id})
        day = shanghai_date(starts_at)
        yield WaitingItem(organization_id, meeting_id, day, in_turn, year=day.year, member_ids=frozenset({member_id}))


def _rosters(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    query = (
        select(Meeting.id, Roster.organization_id, Meeting.starts_at)
        .join(Roster, Roster.meeting_id == Meeting.id)
        .where(
            Roster.status == RosterStatus.open,
            Meeting.root_id == officers.root_id,
            Meeting.status != MeetingStatus.cancelled,
            Meeting.closes_at < now,
            *within(officers, Roster.organization_id),
        )
    )
    roles = RULES[Permission.roster_confirm].roles
    for meeting_id, organization_id, starts_at in session.execute(query):
        in_turn = officers.in_turn(organization_id, roles)
        day = shanghai_date(starts_at)
        yield WaitingItem(organization_id, meeting_id, day, in_turn, year=day.year)


KINDS = (
    WaitingKind(code="leaves", title="请假待批", place=20, turns=_leaves, digest=("meetings", "请假 {} 份")),
    WaitingKind(code="held", title="签到待确认", place=25, turns=_held, digest=("meetings", "签到待确认 {} 人")),
    WaitingKind(
        code="rosters", title="签到名单待确认", place=30, turns=_rosters, digest=("meetings", "应到名单 {} 份")
    ),
)
