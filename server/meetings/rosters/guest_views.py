"""Guests over HTTP, and what looks odd in a meeting's check-in."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.meetings.models import GuestVisit, Meeting
from server.meetings.rosters import hosting, oddities
from server.meetings.rosters.guest_schemas import (
    GuestOut,
    GuestPath,
    GuestsOut,
    HostPath,
    OdditiesOut,
    OddityOut,
    RefuseGuestIn,
)
from server.meetings.rosters.service import STATE_TITLES
from server.meetings.targets import meeting_target
from server.organizations.service import account_names

api = Api("guests", __name__, tag="考勤名单")


@api.guarded(
    "GET",
    "/meetings/<int:meeting_id>/guests",
    permission=Permission.roster_read,
    target=meeting_target,
    responses={200: GuestsOut},
)
def list_guests(context: Context, path: HostPath) -> GuestsOut:
    """不在应到名单上而到会的党员（双重组织生活、流动党员），待确认的在前"""
    context.audit_look(AuditSubject.meeting_guests, path.meeting_id)
    return _guests(context.session, path.meeting_id)


@api.guarded(
    "POST",
    "/meetings/<int:meeting_id>/guests/<int:member_id>/confirm",
    permission=Permission.roster_record,
    target=meeting_target,
    responses={200: GuestsOut},
)
def confirm_guest(context: Context, path: GuestPath) -> GuestsOut:
    """确认到会，计入其所在支部当月同类会议"""
    hosting.confirm(
        context.session,
        meeting_id=path.meeting_id,
        member_id=path.member_id,
        actor=context.actor,
        account_id=context.account_id,
        now=context.now,
    )
    return _guests(context.session, path.meeting_id)


@api.guarded(
    "POST",
    "/meetings/<int:meeting_id>/guests/<int:member_id>/refuse",
    permission=Permission.roster_record,
    target=meeting_target,
    responses={200: GuestsOut},
)
def refuse_guest(context: Context, path: GuestPath, body: RefuseGuestIn) -> GuestsOut:
    """不确认到会，写明理由"""
    hosting.refuse(
        context.session,
        meeting_id=path.meeting_id,
        member_id=path.member_id,
        reason=body.reason,
        actor=context.actor,
        account_id=context.account_id,
        now=context.now,
    )
    return _guests(context.session, path.meeting_id)


@api.guarded(
    "GET",
    "/meetings/<int:meeting_id>/oddities",
    permission=Permission.roster_read,
    target=meeting_target,
    responses={200: OdditiesOut},
)
def list_oddities(context: Context, path: HostPath) -> OdditiesOut:
    """签到中的异常情况，仅供核实，不作处理"""
    context.audit_look(AuditSubject.meeting_oddities, path.meeting_id)
    found = oddities.of_meeting(context.session, path.meeting_id)
    return OdditiesOut(items=[OddityOut(kind=oddity.kind, text=oddity.text) for oddity in found])


def _guests(session: Session, meeting_id: int) -> GuestsOut:
    found = hosting.list_visits(session, session.get_one(Meeting, meeting_id))
    visits = [visit for visit, _, _ in found]
    accounts = account_names(session, [visit.decided_by for visit in visits])
    homes = _titles(session, visits)
    return GuestsOut(items=[_guest(visit, name, branch, accounts, homes) for visit, name, branch in found])


def _titles(session: Session, visits: Sequence[GuestVisit]) -> dict[int, str]:
    ids = {visit.counts_for_meeting_id for visit in visits if visit.counts_for_meeting_id}
    return dict(session.execute(select(Meeting.id, Meeting.title).where(Meeting.id.in_(ids))).all())


def _guest(
    visit: GuestVisit, name: str, branch: str | None, accounts: dict[int, str], homes: dict[int, str]
) -> GuestOut:
    return GuestOut(
        member_id=visit.member_id,
        name=name,
        branch_title=branch,
        state=visit.state,
        state_title=STATE_TITLES[visit.state],
        scanned_at=visit.scanned_at,
        confirmed=visit.confirmed,
        reason=visit.reason,
        decided_by=accounts.get(visit.decided_by or 0),
        decided_at=visit.decided_at,
        counts_for_meeting_id=visit.counts_for_meeting_id,
        counts_for_title=homes.get(visit.counts_for_meeting_id or 0),
    )
