"""Rosters over HTTP: one organization's list, attendance by hand, and the history of it."""

from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.meetings.models import Roster
from server.meetings.rosters import by_hand
from server.meetings.rosters import present as roster_present
from server.meetings.rosters import queries as lists
from server.meetings.rosters.by_hand import ManualEdit
from server.meetings.rosters.schemas import (
    AttendanceChangesOut,
    AttendanceCorrectionIn,
    AttendanceOut,
    EntryIn,
    MakeUpIn,
    RosterMemberPath,
    RosterOut,
    RosterPath,
    RosterQuery,
    UndoIn,
)
from server.meetings.targets import roster_target
from server.organizations.queries import account_names

api = Api("meeting_rosters", __name__, tag="考勤名单")


@api.guarded(
    "GET",
    "/rosters/<int:roster_id>",
    permission=Permission.roster_read,
    target=roster_target,
    responses={200: RosterOut},
)
def get_roster(context: Context, path: RosterPath, query: RosterQuery) -> RosterOut:
    """一次会议中本党组织的应到名单：未到的在前"""
    context.audit_look(AuditSubject.roster, path.roster_id)
    return roster_present.whole(context, context.session.get_one(Roster, path.roster_id), query)


@api.guarded(
    "POST",
    "/rosters/<int:roster_id>/members/<int:member_id>/enter",
    permission=Permission.roster_record,
    target=roster_target,
    responses={200: AttendanceOut},
)
def enter_attendance(context: Context, path: RosterMemberPath, body: EntryIn) -> AttendanceOut:
    """代为登记或补录出席、迟到，写明原因"""
    attendance = by_hand.enter(context.session, _hand(context, path), state=body.state, at=body.at, reason=body.reason)
    return roster_present.recorded(path.roster_id, path.member_id, attendance)


@api.guarded(
    "POST",
    "/rosters/<int:roster_id>/members/<int:member_id>/correct",
    permission=Permission.roster_record,
    target=roster_target,
    responses={200: AttendanceOut},
)
def correct_attendance(context: Context, path: RosterMemberPath, body: AttendanceCorrectionIn) -> AttendanceOut:
    """更正出席或迟到，写明原因"""
    attendance = by_hand.correct(context.session, _hand(context, path), state=body.state, reason=body.reason)
    return roster_present.recorded(path.roster_id, path.member_id, attendance)


@api.guarded(
    "POST",
    "/rosters/<int:roster_id>/members/<int:member_id>/undo",
    permission=Permission.roster_record,
    target=roster_target,
    responses={200: AttendanceOut},
)
def undo_attendance(context: Context, path: RosterMemberPath, body: UndoIn) -> AttendanceOut:
    """撤销登记有误的考勤记录，写明原因"""
    by_hand.undo(context.session, _hand(context, path), reason=body.reason)
    return roster_present.recorded(path.roster_id, path.member_id, None)


@api.guarded(
    "POST",
    "/rosters/<int:roster_id>/members/<int:member_id>/make-up",
    permission=Permission.roster_record,
    target=roster_target,
    responses={200: AttendanceOut},
)
def make_up_attendance(context: Context, path: RosterMemberPath, body: MakeUpIn) -> AttendanceOut:
    """登记补课：日期和依据；逾期补课写明原因"""
    attendance = by_hand.make_up(
        context.session, _hand(context, path), on=body.on, evidence=body.evidence, late_reason=body.late_reason
    )
    return roster_present.recorded(path.roster_id, path.member_id, attendance)


@api.guarded(
    "GET",
    "/rosters/<int:roster_id>/members/<int:member_id>/changes",
    permission=Permission.roster_read,
    target=roster_target,
    responses={200: AttendanceChangesOut},
)
def list_attendance_changes(context: Context, path: RosterMemberPath) -> AttendanceChangesOut:
    """一名党员考勤的人工变更记录"""
    context.audit_look(AuditSubject.attendance_changes, path.roster_id)
    roster = context.session.get_one(Roster, path.roster_id)
    found = lists.changes_on(context.session, roster, path.member_id)
    names = account_names(context.session, [change.account_id for change in found])
    return AttendanceChangesOut(items=[roster_present.change(change, names) for change in found])


def _hand(context: Context, path: RosterMemberPath) -> ManualEdit:
    return ManualEdit(path.roster_id, path.member_id, context.actor, context.account_id, context.now)
